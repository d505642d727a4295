"""The trails of all runs as a picture that is added to, never drawn anew while the runs grow.

Two images: the halos in the colour of the background, and the lines above all of them. A frame adds the segments that
are new (see `trail_path`). After a zoom, a change of the runs or a step back they are drawn from the start, a few
milliseconds at a time; until that is done, a zoom shows what was there before, stretched to its new place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gdviz.runs.trajectory import Trajectory
from gdviz.views.landscape_frame import Frame
from gdviz.views.painter_arrays import Lines
from gdviz.views.trail_path import TrailPath, dashes

__all__ = ["DOT_DISTANCE", "HALO_WIDTH", "LINE_WIDTH", "Trail", "TrailRaster", "draw_dots", "draw_segments"]

Floats = npt.NDArray[np.float64]

LINE_WIDTH = 1.6
HALO_WIDTH = 4.2
"""Widths of a trail and of its halo, in pixels of the window."""
DOT_DISTANCE = 7.0
"""The length in pixels of the window from which a step ends in a dot: such steps can be told from each other."""
_THIN_WIDTH = 1.1
_HALO_OPACITY = 0.75
_FIRST_ROWS = 2048
_MOST_ROWS = 16384
_SLICE = 0.001
_BATCH = 512
_KEEP_BEHIND = 64
_WORTH_KEEPING = 1500
"""Steps before the shown one, and segments, from which a copy of the picture saves time when the user steps back."""


class Trail(NamedTuple):
    """What is drawn of one run: two columns of its trajectory, in a colour and a dash.

    `across` and `up` are the indices of the parameters; where `up` is None, it is the value that goes up: the one
    recorded or, where that was of mini-batches and so not on the curve, what `lift` says of the points `(n, d)`.
    """

    trajectory: Trajectory
    across: int
    up: int | None
    color: str
    dash: tuple[float, ...]
    lift: Callable[[Floats], Floats] | None = None

    def columns(self, first: int, stop: int) -> tuple[Floats, Floats]:
        """The values along both axes of the steps from `first` up to `stop`, `(n,)` each."""
        rows = self.trajectory.rows(first, stop)
        if self.up is not None:
            return rows.points[:, self.across], rows.points[:, self.up]
        return rows.points[:, self.across], rows.values if self.lift is None else self.lift(rows.points)


class _Growing:
    """A trail with its path in the present frame, and how many of its segments are in the picture."""

    def __init__(self, trail: Trail, frame: Frame) -> None:
        self.trail = trail
        self.path = TrailPath(frame)
        self.drawn = 0
        self.rows = _FIRST_ROWS

    def target(self, step: int) -> int:
        """How many steps the path needs to be shown up to `step`."""
        return min(len(self.trail.trajectory), step + 1)


class _Kept(NamedTuple):
    """The picture as it was when every trail was drawn up to some step, and how many segments of each there were."""

    step: int
    drawn: tuple[int, ...]
    halos: QImage
    lines: QImage


class _Stale(NamedTuple):
    """A complete picture of another frame, with the last step in it."""

    frame: Frame
    step: int
    halos: QImage
    lines: QImage


class TrailRaster:
    """Owned by one view. `show` says what is to be seen, `advance` draws, `paint` copies it to the screen."""

    def __init__(self, halo: str) -> None:
        self._halo_color = halo
        self._trails: tuple[Trail, ...] = ()
        self._growing: list[_Growing] = []
        self._frame: Frame | None = None
        self._lines = self._halos = QImage()
        self._stale: _Stale | None = None
        self._step = 0
        self._drawn_step = 0
        self._thin = False
        self._kept: _Kept | None = None
        self._keep_at: int | None = None

    @property
    def segments(self) -> int:
        """How many segments are in the picture."""
        return sum(growing.drawn for growing in self._growing)

    @property
    def complete(self) -> bool:
        """Whether everything that is to be seen is in the picture."""
        return self._drawn_to(self._step)

    def set_trails(self, trails: tuple[Trail, ...], halo: str) -> None:
        """Draw these, in this order; what has been found of those that were there before is kept."""
        if trails == self._trails and halo == self._halo_color:
            return
        known = {growing.trail[:3]: growing for growing in self._growing}
        self._trails, self._halo_color, self._stale = trails, halo, None
        if self._frame is not None:
            made = []
            for trail in trails:
                growing = known.get(trail[:3]) or _Growing(trail, self._frame)
                growing.trail = trail
                made.append(growing)
            self._growing = made
            self._begin_anew()

    def set_frame(self, frame: Frame) -> None:
        """Draw into this frame."""
        if frame == self._frame:
            return
        if self._frame is not None and self.complete and self.segments:
            self._stale = _Stale(self._frame, self._drawn_step, self._halos, self._lines)
        self._frame = frame
        self._growing = [_Growing(trail, frame) for trail in self._trails]
        self._lines, self._halos = (
            QImage(frame.width, frame.height, QImage.Format.Format_ARGB32_Premultiplied) for _ in range(2)
        )
        self._begin_anew()

    def show(self, step: int, thin: bool = False) -> None:
        """Have the picture show the trails up to this step; `thin` without halos, for a passing look at all of them."""
        back = step < self._drawn_step
        self._step = step
        if self._stale is not None and step < self._stale.step:
            self._stale = None
        if thin != self._thin:
            self._thin = thin
            self._stale = None
            self._begin_anew()
        elif back:
            self._stale = None
            self._go_back()
        elif self._keep_at is None:
            self._plan_to_keep()

    def advance(self, seconds: float) -> bool:
        """Draw for at most about this long; whether everything is drawn."""
        deadline = perf_counter() + seconds
        going = True
        while going and not self.complete:
            goal = self._step if self._keep_at is None else self._keep_at
            for growing in self._growing:
                self._advance_one(growing, goal, deadline)
                going = perf_counter() < deadline
                if not going:
                    break
            if self._keep_at is not None and self._drawn_to(self._keep_at):
                self._keep(self._keep_at)
                self._keep_at = None
        done = self.complete
        if done:
            self._stale = None
            self._keep(self._step)
        return done

    def paint(self, painter: QPainter) -> None:
        """Copy the picture to the place where the frame begins."""
        frame = self._frame
        if frame is None:
            return
        if self._stale is not None:
            before = self._stale.frame
            left, right = frame.x((before.x_low, before.x_high))
            top, bottom = frame.y((before.y_high, before.y_low))
            place = QRectF(left, top, right - left, bottom - top)
            for image in (self._stale.halos, self._stale.lines):
                painter.drawImage(place, image, QRectF(image.rect()))
            return
        if not self._thin:
            painter.setOpacity(_HALO_OPACITY)
            painter.drawImage(0, 0, self._halos)
            painter.setOpacity(1.0)
        painter.drawImage(0, 0, self._lines)

    def _drawn_to(self, step: int) -> bool:
        return all(
            growing.path.taken >= growing.target(step) and growing.drawn >= growing.path.until(step)
            for growing in self._growing
        )

    def _begin_anew(self) -> None:
        self._kept = None
        self._go_back()

    def _go_back(self) -> None:
        """Begin with nothing, or with the picture kept of an earlier step, and plan to keep one of a later."""
        kept = self._kept = self._kept if self._kept is not None and self._kept.step <= self._step else None
        for index, growing in enumerate(self._growing):
            growing.drawn = kept.drawn[index] if kept is not None else 0
        self._drawn_step = kept.step if kept is not None else 0
        if self._frame is not None and kept is not None:
            self._lines, self._halos = kept.lines.copy(), kept.halos.copy()
        elif self._frame is not None:
            self._lines.fill(Qt.GlobalColor.transparent)
            self._halos.fill(Qt.GlobalColor.transparent)
        self._keep_at = None
        self._plan_to_keep()

    def _plan_to_keep(self) -> None:
        """On the way to a step, stop at an earlier one to keep a copy: the next step back may begin there."""
        earlier = self._step - max(_KEEP_BEHIND, self._step // 8)
        if earlier > self._drawn_step and not self._thin:
            self._keep_at = earlier

    def _keep(self, step: int) -> None:
        """Keep a copy of the picture, which shows all up to this step, if there is much more in it than in the last."""
        before = sum(self._kept.drawn) if self._kept is not None else 0
        if self.segments - before >= _WORTH_KEEPING and not self._thin:
            drawn = tuple(growing.drawn for growing in self._growing)
            self._kept = _Kept(step, drawn, self._halos.copy(), self._lines.copy())

    def _advance_one(self, growing: _Growing, goal: int, deadline: float) -> None:
        """Take the next steps of one run, up to the goal, and draw what they add."""
        path, target = growing.path, growing.target(goal)
        if path.taken < target:
            started = perf_counter()
            stop = min(target, path.taken + growing.rows)
            path.extend(*growing.trail.columns(path.taken, stop))
            # Steps that stay within a pixel take a hundredth of the time of those that cross the picture.
            quick = perf_counter() - started < _SLICE
            growing.rows = min(2 * growing.rows, _MOST_ROWS) if quick else max(growing.rows // 2, _FIRST_ROWS // 8)
        last = path.until(goal)
        while growing.drawn < last:
            stop = min(last, growing.drawn + _BATCH)
            self._draw(growing, growing.drawn, stop)
            growing.drawn = stop
            self._drawn_step = max(self._drawn_step, int(path.steps[stop - 1]))
            if perf_counter() >= deadline:
                break

    def _draw(self, growing: _Growing, first: int, stop: int) -> None:
        assert self._frame is not None
        ratio = self._frame.ratio
        width = _THIN_WIDTH if self._thin else LINE_WIDTH
        # The square ends of the pen add its width to every dash.
        pattern = tuple(
            ratio * (length - width if index % 2 == 0 else length + width)
            for index, length in enumerate(growing.trail.dash)
        )
        segments = growing.path.segments[first:stop]
        lines, owners = dashes(segments, growing.path.starts[first:stop], pattern)
        if not self._thin:
            draw_segments(self._halos, lines, self._halo_color, HALO_WIDTH * ratio)
            lines = _with_dots(lines, owners, segments, ratio)
        draw_segments(self._lines, lines, growing.trail.color, width * ratio)


def _with_dots(lines: Floats, owners: npt.NDArray[np.intp], segments: Floats, ratio: float) -> Floats:
    """The lines with a dot where each segment that is long enough ends, right after what is drawn of that segment.

    A dot is three strokes of the line's own width, one above the other: so everything is drawn in the order of the
    steps, and where lines cross, the result doesn't depend on how many are drawn at once.
    """
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    far = np.flatnonzero(lengths > DOT_DISTANCE * ratio)
    x, y = np.repeat(segments[far, 2], 3), np.repeat(segments[far, 3], 3)
    half = ratio * np.tile([0.35, 1.1, 0.35], len(far))
    row = ratio * np.tile([-1.1, 0.0, 1.1], len(far))
    dots = np.stack([x - half, y + row, x + half, y + row], axis=1)
    order = np.argsort(np.concatenate([owners, np.repeat(far, 3)]), kind="stable")
    return np.concatenate([lines, dots])[order]


def draw_segments(target: QImage | QPainter, segments: Floats, color: str | QColor, width: float) -> None:
    """Draw segments `(n, 4)` one by one, so that the result doesn't depend on how many are drawn at once.

    One by one is also what Qt does quickly: a thick line through the same points takes ten times as long.
    """
    if len(segments) == 0:
        return
    painter = QPainter(target) if isinstance(target, QImage) else target
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Square ends close the corners between segments, and Qt has a short way for them.
    painter.setPen(QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    Lines(segments).draw(painter)
    if isinstance(target, QImage):
        painter.end()


def draw_dots(target: QImage | QPainter, points: Floats, color: str | QColor, width: float) -> None:
    """Draw dots at points `(n, 2)`: squares across each other, which take less than half the time of a disc."""
    if len(points) == 0:
        return
    for angle in (0.0, math.pi / 6, math.pi / 3):
        reach = 0.01 * np.array([-math.cos(angle), -math.sin(angle), math.cos(angle), math.sin(angle)])
        draw_segments(target, np.hstack([points, points]) + reach, color, 0.88 * width)
