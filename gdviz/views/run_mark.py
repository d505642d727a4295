"""The mark by which a run is known everywhere: a stroke of its dash with its symbol on it, in its colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import Theme, run_color, run_dash, run_symbol

__all__ = ["RunMark", "draw_mark"]


class RunMark(QWidget):
    """Shows the style of one run."""

    def __init__(self, style: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._theme = theme
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(34, 16)

    def set_style(self, style: int) -> None:
        self._style = style
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, QRectF(self.rect()), self._style, self._theme)
        painter.end()


def draw_mark(painter: QPainter, place: QRectF, style: int, theme: Theme) -> None:
    """The mark of a style, across the middle of a rectangle."""
    color = run_color(theme, style)
    pen = QPen(color, 2.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    dash = run_dash(style)
    if dash:
        pen.setDashPattern([length / 2 for length in dash])
    painter.setPen(pen)
    middle = place.center().y()
    painter.drawLine(QPointF(place.left() + 1, middle), QPointF(place.right() - 1, middle))
    draw_symbol(painter, run_symbol(style), place.center(), 10.0, color)
