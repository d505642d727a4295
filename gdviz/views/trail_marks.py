"""What moves along a trail: the last steps, thicker towards the present one, and the symbol where the run stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from gdviz.views.landscape_frame import Frame
from gdviz.views.symbols import SYMBOLS
from gdviz.views.trail_path import clipped
from gdviz.views.trail_raster import DOT_DISTANCE, HALO_WIDTH, LINE_WIDTH, Trail, draw_dots, draw_segments

__all__ = ["Tail", "draw_halos", "draw_mark", "draw_pointer", "draw_start", "tail_of"]

_MOST_STEPS = 256
_TAIL_LENGTH = 150.0
_TAIL_WIDTH = 3.4
_TAIL_PARTS = 4
_DOT_WIDTH = 5.0
_MARK_SIZE = 13.0
_MARK_SHARES = {"diamond": 1.25, "square": 0.85, "star": 1.3, "triangle_down": 1.1, "triangle_up": 1.1}
"""What brings symbols to the same weight."""
_POINTER_SIZE = 12.0


class Tail(NamedTuple):
    """The last segments `(n, 4)` of a trail in pixels of the frame, oldest first; how far along the tail each begins
    and how thick it is, `(n,)`; and the points `(k, 2)` of those steps that can be told from each other."""

    segments: np.ndarray
    begins: np.ndarray
    widths: np.ndarray
    dots: np.ndarray

    def draw(self, painter: QPainter, frame: Frame, color: QColor) -> None:
        """Draw it in this colour."""
        for width in np.unique(self.widths):
            draw_segments(painter, self.segments[self.widths == width], color, width * frame.ratio)
        draw_dots(painter, self.dots, color, _DOT_WIDTH * frame.ratio)

    def shortened(self, length: float) -> tuple[np.ndarray, np.ndarray]:
        """Segments `(m, 4)` and widths `(m,)` of what is left of it without its first `length` pixels."""
        run = self.segments[:, 2:] - self.segments[:, :2]
        lengths = np.maximum(np.hypot(run[:, 0], run[:, 1]), 1e-9)
        cut = np.maximum(length - self.begins, 0.0)
        left = lengths > cut
        begins = self.segments[:, :2] + run * (cut / lengths)[:, None]
        return np.hstack([begins, self.segments[:, 2:]])[left], self.widths[left]


def draw_halos(painter: QPainter, frame: Frame, tails: Sequence[Tail], color: QColor) -> None:
    """Draw what lies beneath tails, beginning a little later than they do: the older trail must not be cut off."""
    if not tails:
        return
    extra = HALO_WIDTH - LINE_WIDTH
    parts = [tail.shortened(0.5 * HALO_WIDTH * frame.ratio) for tail in tails]
    segments, widths = (np.concatenate([part[index] for part in parts]) for index in (0, 1))
    # All in one colour, so the order makes no difference: as few calls as there are widths.
    for width in np.unique(widths):
        draw_segments(painter, segments[widths == width], color, (width + extra) * frame.ratio)
    draw_dots(painter, np.concatenate([tail.dots for tail in tails]), color, (_DOT_WIDTH + extra) * frame.ratio)


def tail_of(trail: Trail, step: int, frame: Frame) -> Tail:
    """The last steps up to this one, at most so many and so far back, in the frame."""
    columns = trail.columns(max(0, step + 1 - _MOST_STEPS), step + 1)
    x, y = frame.x(columns[0]), frame.y(columns[1])
    finite = np.isfinite(columns[0]) & np.isfinite(columns[1])
    x, y = _apart(x[finite], y[finite], frame.ratio)
    if len(x) < 2:
        return Tail(np.empty((0, 4)), np.empty(0), np.empty(0), np.empty((0, 2)))
    lengths = np.hypot(np.diff(x), np.diff(y)) / frame.ratio
    behind = np.cumsum(lengths[::-1])[::-1] - lengths
    kept = behind < _TAIL_LENGTH
    # The step that the tail begins with has a dot too, if any.
    near = kept | np.append(kept[1:], False)
    dots = np.stack([x[1:], y[1:]], axis=1)[near & (lengths > DOT_DISTANCE)]
    if lengths[-1] > DOT_DISTANCE:
        dots = dots[:-1]
    segments = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)[kept]
    begins = frame.ratio * (np.cumsum(lengths[kept]) - lengths[kept])
    part = np.floor(_TAIL_PARTS * (1.0 - behind[kept] / _TAIL_LENGTH)) / (_TAIL_PARTS - 1)
    widths = LINE_WIDTH + (_TAIL_WIDTH - LINE_WIDTH) * np.minimum(part, 1.0)
    segments, inside = clipped(segments, 8 * frame.ratio, frame.width, frame.height)
    return Tail(segments, begins[inside], widths[inside], dots)


def _apart(x: np.ndarray, y: np.ndarray, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """The points that don't share a square of this size with the one before, and the last."""
    column, row = np.floor(x / distance), np.floor(y / distance)
    kept = np.ones(len(x), dtype=np.bool_)
    kept[1:-1] = ((column[1:] != column[:-1]) | (row[1:] != row[:-1]))[:-1]
    return x[kept], y[kept]


def draw_mark(painter: QPainter, frame: Frame, at: QPointF, symbol: str, color: QColor, halo: str, lost: bool) -> None:
    """The symbol of a run where it stands; hollow where it is `lost`, that is, has diverged."""
    size = _MARK_SIZE * _MARK_SHARES.get(symbol, 1.0) * frame.ratio
    path = QTransform(size, 0, 0, size, at.x(), at.y()).map(SYMBOLS[symbol])
    painter.setPen(QPen(QColor(halo), 4 * frame.ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(QColor(halo))
    painter.drawPath(path)
    painter.setPen(QPen(color, 2 * frame.ratio) if lost else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(halo) if lost else color)
    painter.drawPath(path)


def draw_pointer(painter: QPainter, frame: Frame, at: QPointF, color: QColor, halo: str) -> None:
    """An arrowhead at the edge of the frame, towards a run that stands outside of it."""
    margin = _POINTER_SIZE * frame.ratio
    inner = QRectF(0, 0, frame.width, frame.height).adjusted(margin, margin, -margin, -margin)
    x = min(max(at.x(), inner.left()), inner.right())
    y = min(max(at.y(), inner.top()), inner.bottom())
    angle = math.degrees(math.atan2(at.y() - y, at.x() - x))
    shape = QPolygonF([QPointF(0.75, 0), QPointF(-0.45, 0.6), QPointF(-0.2, 0), QPointF(-0.45, -0.6)])
    placed = QTransform().translate(x, y).rotate(angle).scale(margin, margin).map(shape)
    painter.setPen(QPen(QColor(halo), 3 * frame.ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(color)
    painter.drawPolygon(placed)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(placed)


def draw_start(painter: QPainter, frame: Frame, at: QPointF, ink: str, paper: str, grabbed: str | None) -> None:
    """Where runs start: a ring, with a wider one around it in the colour `grabbed` when it can be dragged."""
    ratio = frame.ratio
    if grabbed is not None:
        glow = QColor(grabbed)
        glow.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(at, 14 * ratio, 14 * ratio)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(paper), 5 * ratio))
    painter.drawEllipse(at, 6 * ratio, 6 * ratio)
    painter.setPen(QPen(QColor(grabbed or ink), 2.2 * ratio))
    painter.setBrush(QColor(paper))
    painter.drawEllipse(at, 6 * ratio, 6 * ratio)
