"""One line of readouts: the mark, the name and a number of every run, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdviz.views.chart import tabular
from gdviz.views.plain_text import as_tip
from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import Theme, run_color, run_symbol

__all__ = ["Readout", "RunReadouts"]

_SYMBOL = 9.0
_AFTER_SYMBOL = 5.0
_AFTER_NAME = 6.0
_BETWEEN = 16.0
_LONGEST_NAME = 110.0
_SHORTEST_NAME = 48.0


class Readout(NamedTuple):
    """What is said of one run."""

    style: int
    name: str
    value: str


class RunReadouts(QWidget):
    """Shows readouts side by side. Names are cut first, then left out, then the last runs are; the tooltip has all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._readouts: tuple[Readout, ...] = ()
        self._number_width = 0.0
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def readouts(self) -> tuple[Readout, ...]:
        return self._readouts

    def set_readouts(self, readouts: Sequence[Readout]) -> None:
        """Show these; room once made for a number is kept, so that nothing jumps as numbers change."""
        if tuple(readouts) == self._readouts:
            return
        metrics = self._metrics()
        others = [item.name for item in readouts] != [item.name for item in self._readouts]
        if others:
            self._number_width = metrics.horizontalAdvance("0.0000")
        width = max((metrics.horizontalAdvance(item.value) for item in readouts), default=0.0)
        wider = others or width > self._number_width
        self._number_width = max(self._number_width, width)
        self._readouts = tuple(readouts)
        lines = [f"{item.name}  {item.value}" for item in readouts]
        self.setToolTip(as_tip("\n".join(lines)) if lines else "")
        self.setAccessibleName(", ".join(f"{item.name} {item.value}" for item in readouts))
        if wider:
            self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        names = self._name_widths()
        width = sum(self._fixed_width() + _AFTER_NAME + name for name in names) + _BETWEEN * max(len(names) - 1, 0)
        return QSize(round(width) + 2, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        width = self._fixed_width() if self._readouts else 0.0
        return QSize(min(round(width), self.sizeHint().width()), self.sizeHint().height())

    def fitting(self) -> tuple[int, float]:
        """How many readouts there is room for, and how wide their names may be; 0 where there is room for none."""
        widths = self._name_widths()
        for count in range(len(widths), 0, -1):
            more = self._metrics().horizontalAdvance("+99") + _BETWEEN if count < len(widths) else 0.0
            room = self.width() - more - count * self._fixed_width() - (count - 1) * _BETWEEN
            limit = _name_limit(widths[:count], room - count * _AFTER_NAME)
            if limit >= min(_SHORTEST_NAME, max(widths[:count])):
                return count, limit
            # The mark alone tells a run too.
            if room >= 0 or count == 1:
                return count, 0.0
        return 0, 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self.font())
            metrics = self._metrics()
            count, limit = self.fitting()
            x, middle = 1.0, self.height() / 2
            line = Qt.AlignmentFlag.AlignVCenter
            for item, full in zip(self._readouts[:count], self._name_widths(), strict=False):
                color = run_color(self._theme, item.style)
                draw_symbol(painter, run_symbol(item.style), QPointF(x + _SYMBOL / 2, middle), _SYMBOL, color)
                x += _SYMBOL + _AFTER_SYMBOL
                if limit > 0:
                    width = min(full, limit)
                    painter.setPen(QColor(self._theme.muted))
                    name = metrics.elidedText(item.name, Qt.TextElideMode.ElideRight, width)
                    painter.drawText(QRectF(x, 0, width + 1, self.height()), line | Qt.AlignmentFlag.AlignLeft, name)
                    x += width + _AFTER_NAME
                painter.setPen(QColor(self._theme.text))
                place = QRectF(x, 0, self._number_width + 1, self.height())
                painter.drawText(place, line | Qt.AlignmentFlag.AlignLeft, item.value)
                x += self._number_width + _BETWEEN
            if count < len(self._readouts):
                painter.setPen(QColor(self._theme.muted))
                place = QRectF(x, 0, self.width() - x, self.height())
                painter.drawText(place, line | Qt.AlignmentFlag.AlignLeft, f"+{len(self._readouts) - count}")

    def _name_widths(self) -> list[float]:
        """The widths of the names, a pixel to spare: text cut to its own advance may be elided."""
        metrics = self._metrics()
        return [min(metrics.horizontalAdvance(item.name) + 1, _LONGEST_NAME) for item in self._readouts]

    def _fixed_width(self) -> float:
        return _SYMBOL + _AFTER_SYMBOL + self._number_width

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font())


def _name_limit(widths: Sequence[float], room: float) -> float:
    """The greatest width such that names cut to it fit the room together: the longest give way first."""
    rest = sorted(widths)
    while rest and rest[0] * len(rest) <= room:
        room -= rest.pop(0)
    return room / len(rest) if rest else max(widths, default=0.0)
