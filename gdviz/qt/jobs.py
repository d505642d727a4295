"""What the worker does, in slices: advance a run, sample a landscape, read a table, build a problem.

A job is made in the window's thread, then belongs to the worker until it has ended. What it has found lies on the job,
where the window reads it after the worker's signal that it is there; a trajectory may be read at any time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from time import perf_counter

import numpy as np

from gdviz.analysis.plane import Curve, Sampled, Surface
from gdviz.data.read import TableReader
from gdviz.data.table import Table
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_source import Reading
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import advance_for, begin, branch
from gdviz.runs.placing import Placing
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

__all__ = ["Job", "ProblemJob", "RunJob", "SurfaceJob"]


class Job(ABC):
    """Work that is done a slice at a time."""

    pausable = False

    @abstractmethod
    def advance(self, seconds: float) -> bool:
        """Work for about this long; whether there is more to do. What it raises ends the job as failed."""

    @property
    def progress(self) -> float | None:
        """The share that is done, 0 to 1, where it is known."""
        return None

    def fail(self) -> None:  # noqa: B027 (most jobs have nothing to do)
        """Called in the worker's thread after `advance` raised."""

    def stop(self) -> None:  # noqa: B027
        """Called in the worker's thread when the job is to end where it stands. What it raises makes the job failed."""


class RunJob(Job):
    """A run, advanced until it stops; or first branched off another run at a step, keeping what lies before."""

    pausable = True

    def __init__(
        self,
        problem: Problem,
        config: RunConfig,
        source: tuple[Run, int] | None = None,
        placing: Placing | None = None,
    ) -> None:
        self.config = config
        self._source = source
        # A run that cannot be made says so here, in the window's thread, before anything is replaced.
        self._run = Run(problem, config)
        self._placing = placing

    @property
    def source(self) -> tuple[Run, int] | None:
        """The run to branch off and the step, as long as that is still to be done; None from when `run` is the job's
        own. The worker's thread may do it at any time: ask once."""
        return self._source

    @property
    def run(self) -> Run:
        return self._run

    @property
    def problem(self) -> Problem:
        return self._run.problem

    @property
    def notice(self) -> str:
        """Why NumPy computes the run instead of what was asked for; empty where it doesn't."""
        return self._placing.notice if self._placing is not None else ""

    @property
    def ended(self) -> bool:
        """Whether the run has ended and no other will take its place."""
        return self._run.finished and (self._placing is None or self._placing.ended)

    def abandon(self) -> None:
        """Called in the window's thread when nobody wants the run any more."""
        if self._placing is not None:
            self._placing.abandon()

    def advance(self, seconds: float) -> bool:
        if self._source is not None:
            self._branch(*self._source)
            return True
        placing = self._placing
        if placing is None:
            advance_for(self._run, seconds)
        elif not placing.ended:
            self._run = placing.take_over(self._run, seconds)
        else:
            try:
                advance_for(self._run, seconds)
            except Exception as error:
                if placing.notice:
                    raise
                self._run = placing.failed(error)
        return not self.ended

    def fail(self) -> None:
        self._source = None
        self._run.stop(StopReason.FAILED)

    def stop(self) -> None:
        # A run that was not begun still has something to show: what lies before its change, or its start.
        if self._source is not None:
            self._branch(*self._source)
        elif len(self._run.trajectory) == 0:
            begin(self._run)
        if self._placing is not None:
            self._placing.end()
        if not self._run.finished:
            self._run.stop(StopReason.CANCELLED)

    def _branch(self, source: Run, step: int) -> None:
        self._run = branch(source, self.config, step)
        if self._placing is not None and self._run.xp is not np:
            self._placing.end()  # it is the backend's already
        # Last of all: whoever sees that there is no source sees the run that was made of it.
        self._source = None


class GeneratorJob(Job):
    """A job written as a generator that yields the share done between its pieces of work."""

    def __init__(self) -> None:
        self._pieces: Iterator[float] = self.pieces()
        self._progress = 0.0

    @abstractmethod
    def pieces(self) -> Generator[float, None, None]:
        """Does the work, yielding the share done often enough to be interrupted."""

    @property
    def progress(self) -> float | None:
        return self._progress

    def advance(self, seconds: float) -> bool:
        deadline = perf_counter() + seconds
        for share in self._pieces:
            self._progress = share
            if perf_counter() >= deadline:
                return True
        return False


class SurfaceJob(GeneratorJob):
    """Samples a landscape. `picture` is the latest that is complete: a coarse one first, the full one behind it."""

    def __init__(self, samples: Iterator[Sampled]) -> None:
        super().__init__()
        self._samples = samples
        self.picture: Surface | Curve | None = None

    def pieces(self) -> Generator[float, None, None]:
        for sampled in self._samples:
            if sampled.picture is not None:
                self.picture = sampled.picture
            yield sampled.progress


class ProblemJob(GeneratorJob):
    """Builds a fit to data: reads its table, unless it was read before, then prepares the fit.

    `similar` is a fit to the same table, whose rows serve again where only other options differ.
    """

    def __init__(self, choice: ProblemChoice, table: Table | None = None, similar: DataFit | None = None) -> None:
        super().__init__()
        self.choice = choice
        self.table = table
        self._similar = similar
        self.problem: Problem | None = None

    def pieces(self) -> Generator[float, None, None]:
        options = dict(self.choice.options)
        if self.table is None:
            reading = Reading(**{name: options[name] for name in Reading._fields if name in options})
            if reading.bundled:
                self.table = reading.read()
            else:
                reader = TableReader(reading.table, reading.dialect())
                for share in reader:
                    yield 0.8 * share
                self.table = reader.table
        yield 0.8
        assert self.table is not None, "a reader that ends without raising has a table"
        similar = self._similar
        fit = similar.reconfigured(options) if similar is not None else DataFit.from_table(self.table, **options)
        yield 0.9
        for share in fit.preparing():
            yield 0.9 + 0.1 * share
        self.problem = fit
