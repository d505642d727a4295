"""Arrays of points as what QPainter draws: paths, and many separate lines at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QByteArray, QDataStream, QLineF
from PySide6.QtGui import QPainter, QPainterPath

__all__ = ["Lines", "path", "polyline"]

Floats = npt.NDArray[np.float64]

_MOVE_TO, _LINE_TO = 0, 1
_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
_COUNT_BYTES = 4
_END_BYTES = 8


def path(x: Floats, y: Floats, connect: npt.NDArray[Any] | None = None) -> QPainterPath:
    """The path through finite points `(n,)`, `(n,)`; where `connect (n,)` is false, the next point begins another.

    Written as Qt's stream of a path and read by it in one go; a call of `lineTo` for each point takes fifty times as
    long.
    """
    count = len(x)
    result = QPainterPath()
    if count == 0:
        return result
    stream = np.zeros(_COUNT_BYTES + count * _ELEMENT.itemsize + _END_BYTES, dtype=np.uint8)
    stream[:_COUNT_BYTES].view(">i4")[0] = count
    elements = stream[_COUNT_BYTES:-_END_BYTES].view(_ELEMENT)
    elements["x"], elements["y"] = x, y
    elements["type"] = _LINE_TO
    elements["type"][0] = _MOVE_TO
    if connect is not None:
        elements["type"][1:] = np.where(np.asarray(connect[:-1], dtype=np.bool_), _LINE_TO, _MOVE_TO)
    # The end says where the last part begins, which closing it would need, and how it is filled: odd-even is 0.
    # Without an open mode: a stream that is given one points at the bytes, which are gone before it reads them.
    QDataStream(QByteArray(stream.tobytes())) >> result
    return result


class Lines:
    """Separate lines `(n, 4)`: x and y of one end, x and y of the other, in the painter's coordinates, all finite.

    The painter reads the numbers where they are: making n QLineF of them would take longer than drawing them.
    """

    def __init__(self, ends: Floats) -> None:
        self._ends = np.ascontiguousarray(ends, dtype=np.float64)
        # A QLineF is four doubles one after the other, and so is a row.
        self._first: Any = shiboken6.wrapInstance(self._ends.ctypes.data, QLineF) if len(self._ends) else None

    def __len__(self) -> int:
        return len(self._ends)

    def draw(self, painter: QPainter) -> None:
        """Draw them with the painter's pen."""
        if self._first is not None:
            painter.drawLines(self._first, len(self._ends))


def polyline(x: Floats, y: Floats, drawn: npt.NDArray[np.bool_] | None = None) -> Lines:
    """Lines between neighbours of finite points `(n,)`, `(n,)`; only those that begin where `drawn (n,)` is true."""
    ends = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)
    return Lines(ends if drawn is None else ends[drawn[:-1]])
