"""Paints the curves of runs up to the shown step, and turns the mouse over them into steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from gdviz.analysis.axis import Axis, readable
from gdviz.analysis.column_curve import ColumnCurve
from gdviz.views.chart import Chart
from gdviz.views.curves_hover import HoverBox, Reading
from gdviz.views.curves_layer import CurveEntry, CurveLayer
from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import Theme, run_color, run_symbol

__all__ = ["CurveCanvas", "CurveEntry", "Mark"]

_NOTCH = 120
_ZOOM = 1.25
_STEPS_WITH_SHIFT = 10
_SMALLEST_PART = 0.01
_ARROW = 5.0
"""The size in pixels of the arrow that stands for the mark of a run whose value is beyond the axis."""


class Mark(NamedTuple):
    """Where a run is marked, and on which side of the axis its value lies: "up", "down", or "" between its limits."""

    place: QPointF
    beyond: str


class CurveCanvas(Chart):
    """The chart of a `CurveView`, which gives it entries and axes.

    A click or a drag asks for the step under the pointer, the wheel for the next or the one before, with Shift for ten;
    Ctrl and the wheel show fewer or more steps, a sideways wheel moves along them.
    """

    step_requested = Signal(int)
    part_changed = Signal()
    """Which part of the steps is in view has changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._entries: tuple[CurveEntry, ...] = ()
        self._shown = 0
        self._part: tuple[float, float] | None = None
        self._layer = CurveLayer(self)
        self._pointer: QPointF | None = None
        self._notches = 0.0
        self.setMouseTracking(True)

    @property
    def entries(self) -> tuple[CurveEntry, ...]:
        return self._entries

    @property
    def part(self) -> tuple[float, float] | None:
        """The part of the axis of steps in view, as fractions of all of it; None for all."""
        return self._part

    @property
    def shown_step(self) -> int:
        return self._shown

    @property
    def hovered_step(self) -> int | None:
        """The step under the pointer."""
        return None if self._pointer is None else self._step_at(self._pointer.x())

    @property
    def drawn_points(self) -> list[int]:
        """How many points each curve is drawn with."""
        return [len(line.x) for line in self._layer.lines(self._entries, self._shown, self.devicePixelRatioF())]

    def set_entries(self, entries: Sequence[CurveEntry]) -> None:
        self._entries = tuple(entries)
        self.redraw()

    def set_shown(self, step: int) -> None:
        """Draw the curves up to this step; a narrower view moves along with it."""
        if step != self._shown:
            self._shown = step
            self._keep_in_view()
            self.redraw()

    def redraw(self) -> None:
        """Draw anew before the next frame: rows, axes or size are others."""
        self.update()

    def show_all(self) -> None:
        """Show all steps again."""
        self._set_part(None)

    def in_view(self, whole: Axis) -> Axis:
        """The part in view of an axis of all steps."""
        if self._part is None:
            return whole
        width = whole.high - whole.low
        first, last = self._part
        return Axis(whole.low + first * width, whole.low + last * width, whole.scale)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.redraw()

    # Painting

    def mark(self, curve: ColumnCurve, step: int) -> Mark | None:
        """Where a curve is at a step, or where it ended before; None where there is no such step in view."""
        step = min(step, curve.length - 1)
        value = curve.value(step)
        x, y = float(self.across(step)), float(self.up(value))
        if np.isnan(value) or not self.plot.left() - 1 <= x <= self.plot.right() + 1:
            return None
        if y < self.plot.top() - 1:
            return Mark(QPointF(x, self.plot.top() + _ARROW), "up")
        if y > self.plot.bottom() + 1:
            return Mark(QPointF(x, self.plot.bottom() - _ARROW), "down")
        return Mark(QPointF(x, y), "")

    def paint_content(self, painter: QPainter) -> None:
        ratio = painter.deviceTransform().m11()
        if self.on_screen(painter):
            self._layer.paint(painter, self._entries, self._shown, ratio)
            return
        # Pictures that can be magnified get whole lines.
        for entry, line in zip(self._entries, self._layer.lines(self._entries, self._shown, ratio), strict=True):
            line.paint(painter, run_color(self.theme, entry.run.style))

    def paint_overlay(self, painter: QPainter) -> None:
        plot = self.plot
        x = float(self.across(self._shown))
        if self._entries and plot.left() - 1 <= x <= plot.right() + 1:
            color = QColor(self.theme.text)
            color.setAlphaF(0.35)
            painter.setPen(QPen(color, 1))
            painter.drawLine(QPointF(round(x) + 0.5, plot.top()), QPointF(round(x) + 0.5, plot.bottom()))
        for run, curve in self._entries:
            mark = self.mark(curve, self._shown)
            if mark is not None:
                self._paint_mark(painter, run.style, mark, 9.0)
        if self._entries:
            self._paint_hover(painter)

    def _paint_mark(self, painter: QPainter, style: int, mark: Mark, size: float) -> None:
        color = run_color(self.theme, style)
        if not mark.beyond:
            draw_symbol(painter, run_symbol(style), mark.place, size + 4, QColor(self.theme.panel))
            draw_symbol(painter, run_symbol(style), mark.place, size, color)
            return
        # An open arrowhead at the edge: filled triangles are marks of runs.
        toward = -1.0 if mark.beyond == "up" else 1.0
        head = [mark.place + QPointF(x * _ARROW, y * toward * _ARROW) for x, y in ((-1, -0.2), (0, 0.8), (1, -0.2))]
        for width, ink in ((5.0, QColor(self.theme.panel)), (2.0, color)):
            painter.setPen(QPen(ink, width))
            painter.drawPolyline(head)

    def _paint_hover(self, painter: QPainter) -> None:
        step = self.hovered_step
        if step is None or self._pointer is None:
            return
        x = float(self.across(step))
        painter.setPen(QPen(QColor(self.theme.accent), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(round(x) + 0.5, self.plot.top()), QPointF(round(x) + 0.5, self.plot.bottom()))
        if step <= self._shown:
            for entry in self._entries:
                mark = self.mark(entry.curve, step) if step < entry.curve.length else None
                if mark is not None:
                    self._paint_mark(painter, entry.run.style, mark, 6.0)
        HoverBox(self, self.reading_title(step), self.readings(step)).paint(painter, QPointF(x, self._pointer.y()))

    def readings(self, step: int) -> list[Reading]:
        """What every curve is at a step, for the box at the pointer; nothing beyond the shown one."""
        if step > self._shown:
            return []
        found = []
        for entry in self._entries:
            last = entry.curve.length - 1
            text = readable(entry.curve.value(min(step, last)), 4)
            if step > last:
                text = self.tr("{value} (ended at {step})").format(value=text, step=last)
            found.append(Reading(entry.run.style, entry.run.title, text))
        return found

    def reading_title(self, step: int) -> str:
        """The step, and why there are no values where there are none."""
        if step <= self._shown:
            return self.tr("step {step}").format(step=step)
        newest = max((entry.curve.length - 1 for entry in self._entries), default=0)
        if step <= newest:
            return self.tr("step {step}: not shown yet").format(step=step)
        return self.tr("step {step}: not computed yet").format(step=step)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._entries:
            self._pointer = event.position()
            self.step_requested.emit(self._step_at(event.position().x()))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position() if self._over_plot(event.position()) else None
        if event.buttons() & Qt.MouseButton.LeftButton and self._entries:
            self.step_requested.emit(self._step_at(event.position().x()))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        sideways = event.angleDelta().x() / _NOTCH
        if not self._entries:
            event.ignore()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(_ZOOM**-notches, event.position().x())
        elif abs(sideways) > abs(notches):
            self._pan(-sideways * 0.1)
        else:
            # Touchpads send parts of a notch.
            self._notches += notches
            whole = int(self._notches)
            self._notches -= whole
            faster = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if whole:
                self.step_requested.emit(max(0, self._shown + whole * (_STEPS_WITH_SHIFT if faster else 1)))

    def _over_plot(self, place: QPointF) -> bool:
        return self.plot.adjusted(-4, -4, 4, 4).contains(place)

    def _step_at(self, x: float) -> int:
        share = (x - self.plot.left()) / self.plot.width()
        return max(0, round(float(self.x_axis.values(min(max(share, 0.0), 1.0)))))

    # The part in view

    def _zoom(self, factor: float, x: float) -> None:
        first, last = self._part or (0.0, 1.0)
        share = min(max((x - self.plot.left()) / self.plot.width(), 0.0), 1.0)
        at = first + share * (last - first)
        width = max((last - first) * factor, self._smallest_part())
        if width >= 1:
            self._set_part(None)
        else:
            start = min(max(at - share * width, 0.0), 1 - width)
            self._set_part((start, start + width))

    def _smallest_part(self) -> float:
        """Wide enough for four steps."""
        first, last = self._part or (0.0, 1.0)
        a, b = self.x_axis.values([0.0, 1.0])
        return (last - first) * min(1.0, 4.0 / max(b - a, 1e-9)) if self.x_axis.scale == "linear" else _SMALLEST_PART

    def _pan(self, share: float) -> None:
        if self._part is not None:
            first, last = self._part
            width = last - first
            start = min(max(first + share * width, 0.0), 1 - width)
            self._set_part((start, start + width))

    def _keep_in_view(self) -> None:
        """Page along so that the shown step stays in view."""
        if self._part is None:
            return
        place = float(self.x_axis.fractions(self._shown))
        if 0 <= place <= 1:
            return
        first, last = self._part
        width = last - first
        at = first + place * width
        start = min(max(at - width * (0.1 if place > 1 else 0.9), 0.0), 1 - width)
        self._set_part((start, start + width))

    def _set_part(self, part: tuple[float, float] | None) -> None:
        if part != self._part:
            self._part = part
            self.redraw()
            self.part_changed.emit()
