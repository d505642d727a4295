"""The runs in a landscape: their trails up to the shown step, where they start, and where they stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from gdviz.runs.stopping import StopReason
from gdviz.views.landscape_frame import Frame
from gdviz.views.shown import ShownRun
from gdviz.views.theme import Theme, run_color, run_dash, run_symbol
from gdviz.views.trail_marks import draw_halos, draw_mark, draw_pointer, draw_start, tail_of
from gdviz.views.trail_raster import Trail, TrailRaster

__all__ = ["RunLayer", "Standing"]

_EVERY_STEP = 2**62


class Standing(NamedTuple):
    """Where a run stands at the shown step, in the coordinates of the landscape."""

    run: ShownRun
    step: int
    x: float
    y: float
    value: float
    lost: bool
    """Whether it diverged there."""


class RunLayer:
    """Paints the runs into a frame: two of their parameters or, in one dimension, the parameter and the value."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._all_runs: tuple[ShownRun, ...] = ()
        self._runs: tuple[ShownRun, ...] = ()
        self._dimension = 2
        self._across = 0
        self._up: int | None = 1
        self._lift: Callable[[np.ndarray], np.ndarray] | None = None
        self._step = 0
        self._whole = False
        self._raster = TrailRaster(theme.panel)

    @property
    def complete(self) -> bool:
        """Whether the trails are drawn as far as they are to be seen."""
        return self._raster.complete

    @property
    def segments(self) -> int:
        """How many segments the trails are made of at present."""
        return self._raster.segments

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._renew()

    def set_runs(self, runs: tuple[ShownRun, ...]) -> None:
        self._all_runs = runs
        self._renew()

    def set_axes(
        self,
        dimension: int,
        across: int,
        up: int | None,
        lift: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        """Draw these two of so many parameters; the value goes up where `up` is None, see `Trail`."""
        self._dimension, self._across, self._up, self._lift = dimension, across, up, lift
        self._renew()

    def show_step(self, step: int) -> None:
        self._step = max(step, 0)
        self._show()

    def set_whole(self, whole: bool) -> None:
        """Show every step that is computed, as thin lines, whatever the shown step."""
        self._whole = whole
        self._show()

    def advance(self, frame: Frame, seconds: float) -> bool:
        """Draw trails for at most about this long; whether they are drawn."""
        self._raster.set_frame(frame)
        return self._raster.advance(seconds)

    def paint_trails(self, painter: QPainter, frame: Frame) -> None:
        """Paint what is drawn of the trails; the painter counts in pixels of the frame."""
        self._raster.paint(painter)
        if self._whole:
            return
        tails = [
            (run_color(self._theme, run.style), tail_of(trail, self._step, frame))
            for run, trail in zip(self._runs, self._trails(), strict=True)
        ]
        draw_halos(painter, frame, [tail for _, tail in tails], QColor(self._theme.panel))
        for color, tail in tails:
            tail.draw(painter, frame, color)

    def paint_marks(
        self, painter: QPainter, frame: Frame, dragged: tuple[float, float] | None, grabbable: bool
    ) -> None:
        """Paint starts and symbols, the start where it is `dragged` to, if it is."""
        starts = [dragged] if dragged is not None else self.starts()
        for start in starts:
            draw_start(
                painter,
                frame,
                frame.point(*start),
                self._theme.text,
                self._theme.panel,
                self._theme.accent if grabbable else None,
            )
        for standing in self.standings():
            at = frame.point(standing.x, standing.y)
            color = run_color(self._theme, standing.run.style)
            if not _within(frame, at):
                draw_pointer(painter, frame, at, color, self._theme.panel)
            elif standing.step > 0:
                # Before the first step the start is the mark, and all runs would lie on it.
                draw_mark(painter, frame, at, run_symbol(standing.run.style), color, self._theme.panel, standing.lost)

    def starts(self) -> list[tuple[float, float]]:
        """Where runs start, each place once."""
        found: dict[tuple[float, float], None] = {}
        for trail in self._trails():
            x, y = trail.columns(0, 1)
            if len(x) and math.isfinite(x[0]) and math.isfinite(y[0]):
                found[float(x[0]), float(y[0])] = None
        return list(found)

    def standings(self) -> list[Standing]:
        """Where every run stands: at the shown step, or at its last one where it has no such step."""
        found = []
        for run, trail in zip(self._runs, self._trails(), strict=True):
            trajectory = run.trajectory
            step = min(self._step, len(trajectory) - 1)
            if step < 0:
                continue
            x, y = trail.columns(step, step + 1)
            value = float(trajectory.rows(step, step + 1).values[0])
            if np.isfinite(x[0]) and np.isfinite(y[0]):
                lost = trajectory.stop_reason is StopReason.DIVERGED and step == trajectory.steps
                found.append(Standing(run, step, float(x[0]), float(y[0]), value, lost))
        return found

    def _trails(self) -> list[Trail]:
        return [
            Trail(
                run.trajectory,
                self._across,
                self._up,
                run_color(self._theme, run.style).name(),
                run_dash(run.style),
                self._lift,
            )
            for run in self._runs
        ]

    def _renew(self) -> None:
        # While one problem takes the place of another, runs of the one before may still be there.
        self._runs = tuple(run for run in self._all_runs if run.trajectory.dimension == self._dimension)
        self._raster.set_trails(tuple(self._trails()), self._theme.panel)
        self._show()

    def _show(self) -> None:
        self._raster.show(_EVERY_STEP if self._whole else self._step, thin=self._whole)


def _within(frame: Frame, at: QPointF) -> bool:
    return -1 <= at.x() <= frame.width + 1 and -1 <= at.y() <= frame.height + 1
