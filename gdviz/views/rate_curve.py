"""A learning rate over the steps of a run, as a small curve; the points of one that is drawn by hand can be moved."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdviz.schedules import Curve, Schedule, StepSchedule
from gdviz.views.number_field import number_text
from gdviz.views.theme import Theme

__all__ = ["RateCurve"]

_HEIGHT = 56
_MARGIN = 6.0
_REACH = 12.0
"""So many pixels from a point the mouse still takes it."""
_MOST_POINTS_MOVED = 65
"""With more points than this one could not take the one that is meant."""


class RateCurve(QWidget):
    """Paints the rates of a schedule from step 0 to the last. A schedule that follows the values has none before."""

    edited = Signal(object)
    """The curve as it is after a point was moved, also while it moves."""
    edit_finished = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._schedule: Schedule | None = None
        self._steps = 1
        self._rates = np.zeros(0)
        self._top = 1.0
        self._moved: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(self.tr("Learning rate over the steps"))

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_schedule(self, schedule: Schedule | None, steps: int) -> None:
        """Show this schedule over so many steps."""
        self._schedule = schedule
        self._steps = max(1, steps)
        self._rates = np.zeros(0)
        if isinstance(schedule, StepSchedule):
            at = np.round(np.linspace(0, self._steps, min(self._steps + 1, 513)))
            self._rates = np.nan_to_num(schedule.rate(at), posinf=0.0)
            if self._moved is None:
                self._top = float(self._rates.max()) * 1.05 or 1.0
            last = schedule.rate(self._steps - 1)
            tip = self.tr("from {first} to {last} in {steps} steps")
            self.setToolTip(
                tip.format(first=number_text(schedule.rate(0)), last=number_text(last), steps=f"{self._steps:,}")
            )
        else:
            self.setToolTip("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self._theme.border), 1.0))
        painter.setBrush(QColor(self._theme.entry))
        painter.drawRoundedRect(place, 4, 4)
        if not len(self._rates):
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.tr("follows the values of the run"))
            painter.end()
            return
        path = QPainterPath()
        steps = np.linspace(0, self._steps, len(self._rates))
        for index, (step, rate) in enumerate(zip(steps.tolist(), self._rates.tolist(), strict=True)):
            point = self._position(step, rate)
            if index:
                path.lineTo(point)
            else:
                path.moveTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.accent), 1.5))
        painter.drawPath(path)
        painter.setBrush(QColor(self._theme.entry))
        for step, rate in self._handles():
            painter.drawEllipse(self._position(step, rate), 3.5, 3.5)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        handles = self._handles()
        distances = [(self._position(*handle) - event.position()).manhattanLength() for handle in handles]
        if event.button() == Qt.MouseButton.LeftButton and distances and min(distances) <= _REACH:
            self._moved = distances.index(min(distances))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._moved is None or not isinstance(self._schedule, Curve):
            return
        rates = list(self._schedule.rates)
        height = self.height() - 2 * _MARGIN
        share = 1.0 - (event.position().y() - _MARGIN) / height
        lowest = 1e-3 * self._top if self._schedule.between == "logarithmic" else 0.0
        rates[self._moved] = max(lowest, float(f"{self._top * min(max(share, 0.0), 1.0):.3g}"))
        self.edited.emit(dataclasses.replace(self._schedule, rates=tuple(rates)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._moved is not None:
            self._moved = None
            self.set_schedule(self._schedule, self._steps)
            self.edit_finished.emit()
        else:
            super().mouseReleaseEvent(event)

    def _handles(self) -> list[tuple[float, float]]:
        """The points that can be moved, as step and rate."""
        if not isinstance(self._schedule, Curve) or len(self._schedule.steps) > _MOST_POINTS_MOVED:
            return []
        pairs = zip(self._schedule.steps, self._schedule.rates, strict=True)
        return [(step, rate) for step, rate in pairs if step <= self._steps]

    def _position(self, step: float, rate: float) -> QPointF:
        width, height = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN
        return QPointF(_MARGIN + width * step / self._steps, _MARGIN + height * (1.0 - min(rate / self._top, 1.0)))
