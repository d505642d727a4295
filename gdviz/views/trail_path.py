"""The path of a run as the few line segments that can be told apart on a screen.

A run of ten million steps crosses a few thousand pixels. A `TrailPath` is given the steps in order, once, and keeps a
segment only if it enters another pixel than the step before and touches, where it is looked at, a pixel that no earlier
segment has touched. So the segments are never more than the pixels of the picture, however long the run; they are in
the order of the steps, so that the trail up to any step is the first part of them; and which are kept doesn't depend on
how many steps were given at once.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gdviz.views.landscape_frame import Frame

__all__ = ["TrailPath", "clipped", "dashes"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Kind = TypeVar("Kind", bound=np.generic)

_MARGIN = 8
"""Pixels around the picture in which lines are still kept, so that thick ones are not cut at its edge."""
_SAMPLE_DISTANCE = 2.0
_MOST_SAMPLES = 16
"""Places at which a segment is looked at, so many pixels apart; those of long ones are farther apart."""
_LENGTH_UNIT = 1024
"""Lengths are counted in parts of a pixel, as whole numbers: their sums don't depend on the order."""


class TrailPath:
    """The segments of one run in one frame, in pixels of that frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        # Marks are a pixel of the window in size: on a fine screen, trails are as much thicker.
        self._columns = int(frame.width / frame.ratio) + 2 * _MARGIN + 2
        self._rows = int(frame.height / frame.ratio) + 2 * _MARGIN + 2
        self._touched = np.zeros(self._columns * self._rows, dtype=np.bool_)
        self._segments = np.empty((64, 4))
        self._starts = np.empty(64)
        self._steps = np.empty(64, dtype=np.int64)
        self._count = 0
        self._taken = 0
        self._length = 0
        self._last: tuple[float, float] | None = None
        self._last_cell = (0, 0)

    def __len__(self) -> int:
        return self._count

    @property
    def taken(self) -> int:
        """How many steps have been given so far."""
        return self._taken

    @property
    def segments(self) -> Floats:
        """`(n, 4)`: from x, y to x, y."""
        return self._segments[: self._count]

    @property
    def starts(self) -> Floats:
        """`(n,)`: how far along the trail each segment begins, in pixels."""
        return self._starts[: self._count]

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """`(n,)`: the step that each segment leads to, never falling."""
        return self._steps[: self._count]

    def until(self, step: int) -> int:
        """How many segments lead to this step or an earlier one."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def extend(self, x: Floats, y: Floats) -> None:
        """Take the next steps, as values `(m,)` of both axes; those that are not finite are passed over."""
        first = self._taken
        self._taken += len(x)
        columns, rows, steps = self._frame.x(x), self._frame.y(y), np.arange(first, self._taken)
        finite = np.isfinite(x) & np.isfinite(y)
        if not finite.all():
            columns, rows, steps = columns[finite], rows[finite], steps[finite]
        if len(steps) == 0:
            return
        ratio = self._frame.ratio
        cell_x, cell_y = np.floor(columns / ratio).astype(np.int64), np.floor(rows / ratio).astype(np.int64)
        entered = np.empty(len(steps), dtype=np.bool_)
        entered[0] = self._last is not None and (int(cell_x[0]), int(cell_y[0])) != self._last_cell
        entered[1:] = (cell_x[1:] != cell_x[:-1]) | (cell_y[1:] != cell_y[:-1])
        self._last_cell = int(cell_x[-1]), int(cell_y[-1])
        if self._last is None:
            self._last = float(columns[0]), float(rows[0])
        places = np.flatnonzero(entered)
        if len(places):
            self._take_points(columns[places], rows[places], steps[places])

    def _take_points(self, x: Floats, y: Floats, steps: npt.NDArray[np.int64]) -> None:
        assert self._last is not None
        segments = np.empty((len(x), 4))
        segments[0, 0], segments[0, 1] = self._last
        segments[1:, 0], segments[1:, 1] = x[:-1], y[:-1]
        segments[:, 2], segments[:, 3] = x, y
        self._last = float(x[-1]), float(y[-1])
        margin = _MARGIN * self._frame.ratio
        segments, inside = clipped(segments, margin, self._frame.width, self._frame.height)
        steps = steps[inside]
        if len(segments):
            new = self._first_touches(segments)
            if len(new):
                self._keep(segments[new], steps[new])

    def _first_touches(self, segments: Floats) -> Indices:
        """Which of these segments touch a pixel that none before them has; the pixels count as touched from now on."""
        ratio = self._frame.ratio
        x, y = segments[:, 0] / ratio + _MARGIN, segments[:, 1] / ratio + _MARGIN
        run_x, run_y = segments[:, 2] / ratio + _MARGIN - x, segments[:, 3] / ratio + _MARGIN - y
        longest = np.maximum(np.abs(run_x), np.abs(run_y))
        counts = np.clip(np.ceil(longest / _SAMPLE_DISTANCE), 1, _MOST_SAMPLES).astype(np.intp)
        owner = np.repeat(np.arange(len(segments)), counts)
        # Samples are the ends of equal parts: the last one is the end of the segment.
        part = np.arange(1, len(owner) + 1) - np.repeat(np.cumsum(counts) - counts, counts)
        share = part / counts[owner]
        column = np.clip((x[owner] + share * run_x[owner]).astype(np.intp), 0, self._columns - 1)
        row = np.clip((y[owner] + share * run_y[owner]).astype(np.intp), 0, self._rows - 1)
        pixel = row * self._columns + column
        fresh = np.flatnonzero(~self._touched[pixel])
        _, first = np.unique(pixel[fresh], return_index=True)
        self._touched[pixel[fresh]] = True
        return np.unique(owner[fresh[first]])

    def _keep(self, segments: Floats, steps: npt.NDArray[np.int64]) -> None:
        count = self._count + len(segments)
        if count > len(self._steps):
            capacity = max(count, 2 * len(self._steps))
            self._segments = _grown(self._segments, self._count, capacity)
            self._starts = _grown(self._starts, self._count, capacity)
            self._steps = _grown(self._steps, self._count, capacity)
        self._segments[self._count : count] = segments
        self._steps[self._count : count] = steps
        lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
        ends = self._length + np.cumsum(np.rint(lengths * _LENGTH_UNIT).astype(np.int64))
        self._starts[self._count] = self._length / _LENGTH_UNIT
        self._starts[self._count + 1 : count] = ends[:-1] / _LENGTH_UNIT
        self._length = int(ends[-1])
        self._count = count


def dashes(segments: Floats, starts: Floats, pattern: tuple[float, ...]) -> tuple[Floats, Indices]:
    """The parts `(k, 4)` of segments `(n, 4)` that lie within the dashes of a pattern of pixels, on and off in turn,
    and which segment each is a part of, `(k,)`.

    `starts (n,)` says how far along the line each segment begins.
    """
    if not pattern or len(segments) == 0:
        return segments, np.arange(len(segments))
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    edges = np.concatenate([[0.0], np.cumsum(pattern)])
    period = float(edges[-1])
    first = np.floor(starts / period)
    periods = (np.floor((starts + lengths) / period) - first).astype(np.intp) + 1
    owner = np.repeat(np.arange(len(segments)), periods)
    number = first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(periods) - periods, periods)
    parts = []
    for on, off in zip(edges[0:-1:2], edges[1::2], strict=True):
        begin = np.maximum(number * period + on - starts[owner], 0.0)
        end = np.minimum(number * period + off - starts[owner], lengths[owner])
        drawn = end > begin
        parts.append((owner[drawn], begin[drawn], end[drawn]))
    which = np.concatenate([part[0] for part in parts])
    begin, end = (np.concatenate([part[index] for part in parts]) for index in (1, 2))
    order = np.lexsort((begin, which))
    which, begin, end = which[order], begin[order], end[order]
    corner, run = segments[which, :2], segments[which, 2:] - segments[which, :2]
    length = lengths[which]
    parts_of = np.hstack([corner + run * (begin / length)[:, None], corner + run * (end / length)[:, None]])
    return parts_of, which


def clipped(segments: Floats, margin: float, width: float, height: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The parts of segments `(n, 4)` within the picture and its margin, and which have one, `(n,)`.

    Source: Liang & Barsky 1984, for all segments at once.
    """
    x, y = segments[:, 0], segments[:, 1]
    low_x, high_x, low_y, high_y = -margin, width + margin, -margin, height + margin
    ends_x, ends_y = segments[:, 2], segments[:, 3]
    within = (
        (np.minimum(x, ends_x) >= low_x)
        & (np.maximum(x, ends_x) <= high_x)
        & (np.minimum(y, ends_y) >= low_y)
        & (np.maximum(y, ends_y) <= high_y)
    )
    if within.all():
        return segments, within
    run_x, run_y = ends_x - x, ends_y - y
    enter, leave = np.zeros(len(segments)), np.ones(len(segments))
    for place, run, low, high in ((x, run_x, low_x, high_x), (y, run_y, low_y, high_y)):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            one, other = (low - place) / run, (high - place) / run
        parallel = run == 0
        outside = parallel & ((place < low) | (place > high))
        near, far = np.minimum(one, other), np.maximum(one, other)
        enter = np.where(parallel, enter, np.maximum(enter, near))
        leave = np.where(outside, -1.0, np.where(parallel, leave, np.minimum(leave, far)))
    inside = enter < leave
    x, y, run_x, run_y = x[inside], y[inside], run_x[inside], run_y[inside]
    enter, leave = enter[inside], leave[inside]
    clipped = np.stack([x + enter * run_x, y + enter * run_y, x + leave * run_x, y + leave * run_y], axis=1)
    return np.where(within[inside][:, None], segments[inside], clipped), inside


def _grown(array: npt.NDArray[Kind], count: int, capacity: int) -> npt.NDArray[Kind]:
    larger = np.empty((capacity, *array.shape[1:]), dtype=array.dtype)
    larger[:count] = array[:count]
    return larger
