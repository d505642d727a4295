"""Contour lines as arrays: for every level the points of all its lines and which of them belong together.

One level is one path to draw. Closed lines end on the point they began with. There are no lines where the surface has
no finite values.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdviz.analysis.levels import Levels
from gdviz.analysis.plane import Surface

__all__ = ["ContourLevel", "contour_lines"]

_LARGEST = 1e300


class ContourLevel(NamedTuple):
    """All lines at one value: points `(n, 2)`, and for each 1 if a line leads on to the next, else 0, `(n,)` int32."""

    value: float
    points: np.ndarray
    connect: np.ndarray


def contour_lines(surface: Surface, levels: Levels) -> tuple[ContourLevel, ...]:
    """The lines of every level that this surface reaches, from the lowest level to the highest."""
    # Imported here because the window is shown before the first landscape is computed.
    import contourpy

    values = np.clip(surface.values, -_LARGEST, _LARGEST)
    finite = np.isfinite(surface.values)
    if not finite.all():
        values = np.ma.array(values, mask=~finite)
    generator = contourpy.contour_generator(
        surface.x, surface.y, values, name="serial", line_type=contourpy.LineType.ChunkCombinedOffset
    )
    found = []
    for level in levels.values.tolist():
        (points,), (offsets,) = generator.lines(level)
        if points is None:
            continue
        connect = np.ones(len(points), dtype=np.int32)
        connect[offsets[1:].astype(np.intp) - 1] = 0
        found.append(ContourLevel(level, points, connect))
    return tuple(found)
