"""The small box beside the pointer over curves: a step, and what every run is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gdviz.views.chart import Chart, tabular
from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import run_color, run_symbol

__all__ = ["HoverBox", "Reading"]

_PADDING = 8.0
_NAME_LEFT = 18.0
_LONGEST_NAME = 140.0


class Reading(NamedTuple):
    """What one run is at a step."""

    style: int
    name: str
    value: str


class HoverBox:
    """A title and a line for each reading, painted onto a chart."""

    def __init__(self, chart: Chart, title: str, readings: Sequence[Reading]) -> None:
        self._chart = chart
        self._title = title
        self._readings = readings
        self._font = tabular(chart.font())
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._metrics = QFontMetricsF(self._font)

    def paint(self, painter: QPainter, pointer: QPointF) -> None:
        """Paint it beside the pointer on the side that has room, above it or below it where the chart has more."""
        theme = self._chart.theme
        line = self._metrics.height() + 3
        names = min(self._widest([reading.name for reading in self._readings]), _LONGEST_NAME)
        values = self._widest([reading.value for reading in self._readings])
        inner = QFontMetricsF(self._bold).horizontalAdvance(self._title)
        if self._readings:
            inner = max(inner, _NAME_LEFT + names + 12 + values)
        box = self._placed(pointer, inner + 2 * _PADDING, line * (1 + len(self._readings)) + 2 * _PADDING - 3)
        panel = QColor(theme.raised)
        panel.setAlphaF(0.95)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(panel)
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(self._bold)
        painter.setPen(QColor(theme.text))
        place = QRectF(box.left() + _PADDING, box.top() + _PADDING, inner, line)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self._title)
        painter.setFont(self._font)
        for reading in self._readings:
            place.translate(0, line)
            self._paint_reading(painter, reading, place, names)

    def _paint_reading(self, painter: QPainter, reading: Reading, place: QRectF, names: float) -> None:
        theme = self._chart.theme
        middle = QPointF(place.left() + 5, place.top() + self._metrics.height() / 2)
        draw_symbol(painter, run_symbol(reading.style), middle, 9.0, run_color(theme, reading.style))
        painter.setPen(QColor(theme.text))
        name = self._metrics.elidedText(reading.name, Qt.TextElideMode.ElideRight, names + 1)
        painter.drawText(place.adjusted(_NAME_LEFT, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, reading.value)

    def _widest(self, texts: Sequence[str]) -> float:
        return max((self._metrics.horizontalAdvance(text) for text in texts), default=0.0)

    def _placed(self, pointer: QPointF, width: float, height: float) -> QRectF:
        chart, plot = self._chart, self._chart.plot
        left = pointer.x() + 12
        if left + width > chart.width() - 4:
            left = pointer.x() - 12 - width
        left = min(max(left, 4.0), max(chart.width() - width - 4, 4.0))
        top = plot.top() + 4 if pointer.y() > plot.center().y() else plot.bottom() - 4 - height
        top = min(max(top, 2.0), max(chart.height() - height - 2, 2.0))
        return QRectF(round(left) + 0.5, round(top) + 0.5, round(width), round(height))
