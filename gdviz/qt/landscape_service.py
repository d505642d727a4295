"""Has the landscape of the present problem sampled in the worker: a coarse picture first, the full one behind it.

What is looked at may change many times a second (zooming, a plane that follows the current point): the latest wish
counts, and what was sampled for an earlier one is dropped.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from gdviz.analysis.plane import Curve, Plane, Surface, sample_curve, sample_surface
from gdviz.problems import Problem
from gdviz.qt.jobs import SurfaceJob
from gdviz.qt.worker_thread import WorkerThread

__all__ = ["LandscapeService"]

Limits = tuple[float, float]

_COARSE_PREVIEW = 48
_FINE_PREVIEW = 112
_PREVIEW_TERMS = 4_000_000
"""Rows times points that a worker gets through in a frame or two."""


class LandscapeService(QObject):
    """Owner of the surface job; lives in the window's thread."""

    surface_changed = Signal()
    """There is another `surface`."""
    busy_changed = Signal()
    """`progress` is another."""
    failed = Signal(str)
    """The landscape could not be sampled; in words."""

    def __init__(self, worker: WorkerThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._problem: Problem | None = None
        self._through = np.empty(0)
        self._limits: tuple[Limits, Limits] | None = None
        self._job: SurfaceJob | None = None
        self._number = 0
        self._waiting = False
        self.axes = (0, 1)
        self.surface: Surface | Curve | None = None
        """The latest landscape of the present problem and axes, or None until there is one."""
        self.progress: float | None = None
        worker.job_ended.connect(self._on_job_ended)
        worker.job_failed.connect(self._on_job_failed)
        worker.progressed.connect(self._on_progressed)

    @property
    def busy(self) -> bool:
        """Whether there is something to wait for before `surface` is what was last asked for."""
        return self._job is not None

    def show(self, problem: Problem, axes: tuple[int, int], through: np.ndarray) -> None:
        """Sample this problem over the plane of two parameters through a point `(d,)`, as far as its domain goes."""
        if problem is self._problem and axes == self.axes and np.array_equal(through, self._through):
            return
        if problem is not self._problem or axes != self.axes:
            self._limits = None
            # What is on offer is never of another problem or plane than `axes` and the problem say.
            self.surface = None
        self._problem, self.axes, self._through = problem, axes, np.array(through)
        self._cancel()
        self._begin()

    def clear(self) -> None:
        """There is no landscape: what is under way is dropped, and the next problem is sampled whichever it is."""
        self._problem = None
        self._waiting = False
        self._cancel()
        self.surface = None

    def move(self, through: np.ndarray) -> None:
        """Hold the parameters that are not on the axes at another point; waits for the preview under way."""
        if self._problem is None or np.array_equal(through, self._through):
            return
        self._through = np.array(through)
        # A plane that follows the current point is asked for at every frame: begin the next only when this one has
        # something to show, or there would never be anything.
        if self._job is not None and self._job.picture is None:
            self._waiting = True
        else:
            self._cancel()
            self._begin()

    @Slot(object)
    def set_range(self, limits: tuple[Limits, Limits]) -> None:
        """Sample this part of the plane: lower and upper limit along each axis."""
        self._limits = limits
        self._cancel()
        self._begin()

    def _begin(self) -> None:
        problem = self._problem
        if problem is None:
            return
        self._waiting = False
        domain = [(float(low), float(high)) for low, high in problem.domain]
        if problem.dimension == 1:
            along = self._limits[0] if self._limits is not None else domain[0]
            job = SurfaceJob(sample_curve(problem, along))
        else:
            first, second = self.axes
            along, across = self._limits if self._limits is not None else (domain[first], domain[second])
            plane = Plane.of(problem, self._through, first, second)
            job = SurfaceJob(sample_surface(problem, plane, along, across, preview=_preview(problem)))
        self._job = job
        self._number = self._worker.start(job)

    def _cancel(self) -> None:
        if self._job is not None:
            self._worker.cancel(self._number)
            self._job = None
        self._set_progress(None)

    def _set_progress(self, progress: float | None) -> None:
        if progress != self.progress:
            self.progress = progress
            self.busy_changed.emit()

    def _take(self) -> None:
        if self._job is not None and self._job.picture is not None and self._job.picture is not self.surface:
            self.surface = self._job.picture
            self.surface_changed.emit()

    @Slot(int)
    def _on_job_ended(self, number: int) -> None:
        if self._job is not None and number == self._number:
            self._take()
            self._job = None
            self._set_progress(None)
            if self._waiting:
                self._begin()

    @Slot(int, str)
    def _on_job_failed(self, number: int, message: str) -> None:
        if self._job is not None and number == self._number:
            self._job = None
            self._set_progress(None)
            self.failed.emit(message)

    @Slot(int, float)
    def _on_progressed(self, number: int, progress: float) -> None:
        if self._job is None or number != self._number:
            return
        self._take()
        if self._waiting and self._job.picture is not None:
            self._cancel()
            self._begin()
        elif self._job.picture is not None or progress > 0:
            self._set_progress(progress)


def _preview(problem: Problem) -> int:
    """Points each way of the coarse picture: more where they come within a frame or so, for it is all that is seen of a
    plane that follows the current point while it is played."""
    rows = 1 if problem.cheap or problem.rows is None else problem.rows
    return _FINE_PREVIEW if rows * _FINE_PREVIEW**2 <= _PREVIEW_TERMS else _COARSE_PREVIEW
