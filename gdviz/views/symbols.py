"""The symbols of runs, one pixel large around (0, 0), and drawing them outside of plots: in lists and legends."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

__all__ = ["SYMBOLS", "draw_symbol"]


def _polygon(*corners: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    path.closeSubpath()
    return path


def _circle() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), 0.5, 0.5)
    return path


def _around(radii: Sequence[float]) -> QPainterPath:
    """Corners at these distances from the middle, the first on top, at equal angles."""
    turn = 2 * math.pi / len(radii)
    return _polygon(
        *((radius * math.sin(index * turn), -radius * math.cos(index * turn)) for index, radius in enumerate(radii))
    )


SYMBOLS: dict[str, QPainterPath] = {
    "circle": _circle(),
    "diamond": _polygon((0, -0.5), (-0.4, 0), (0, 0.5), (0.4, 0)),
    "square": _polygon((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "triangle_up": _polygon((-0.5, 0.5), (0, -0.5), (0.5, 0.5)),
    "triangle_down": _polygon((-0.5, -0.5), (0, 0.5), (0.5, -0.5)),
    "pentagon": _around([0.5] * 5),
    "hexagon": _around([0.5] * 6),
    "star": _around([0.5, 0.19] * 5),
}


def draw_symbol(painter: QPainter, symbol: str, center: QPointF, size: float, color: QColor) -> None:
    """A filled symbol of `SYMBOLS`, `size` pixels wide around `center`."""
    painter.save()
    painter.translate(center)
    painter.scale(size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPath(SYMBOLS[symbol])
    painter.restore()
