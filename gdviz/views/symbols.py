"""Draws the symbols of runs outside of plots: in lists, legends and readouts."""

from __future__ import annotations

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

__all__ = ["draw_symbol"]


def draw_symbol(painter: QPainter, symbol: str, center: QPointF, size: float, color: QColor) -> None:
    """A filled symbol, by pyqtgraph's name, `size` pixels wide around `center`."""
    painter.save()
    painter.translate(center)
    painter.scale(size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPath(Symbols[symbol])
    painter.restore()
