"""answers: how soon the worker does as it is told in the middle of runs on a large table.

Logistic regression by Adam on 1,000,000 rows of 20 features, through the services of the real window. A round is
several pauses, or cancels, at moments that have nothing to do with the steps; its time is the longest from the command
to the answer in the window's thread. After the answer nothing may move any more.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any

import numpy as np
from harness import Goal, Limit, Measure, Peer, Sample

ROWS, FEATURES = 1_000_000, 20
SEVERAL = 6
PAUSES, CANCELS = 8, 4
LONGEST_WAIT_MS = 20_000
PAUSE_SECONDS, CANCEL_SECONDS = 0.050, 0.100


def logistic_problem() -> Any:
    """A fit to a table of normal numbers whose classes depend on all of them."""
    from gdviz.data.report import ReadReport
    from gdviz.data.table import Column, Table
    from gdviz.problems.fit import DataFit

    generator = np.random.default_rng(2)
    numbers = generator.normal(size=(FEATURES, ROWS))
    scores = generator.normal(size=FEATURES) @ numbers
    classes = (generator.logistic(size=ROWS) < scores).astype(np.int32)
    columns = [Column(f"x{index}", "numeric", values) for index, values in enumerate(numbers)]
    columns.append(Column("class", "text", classes, categories=("no", "yes")))
    table = Table("made up", tuple(columns), ReadReport(rows=ROWS), "made_up.csv")
    return DataFit.from_table(table, target="class", model="logistic")


class Window:
    """The services of a window without the window: an event loop that runs, and runs in the worker."""

    def __init__(self, problem: Any) -> None:
        from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

        from gdviz.qt.services import Services

        self.program = QCoreApplication.instance() or QCoreApplication([])
        self._loop = QEventLoop()
        self._late = QTimer(singleShot=True, interval=LONGEST_WAIT_MS)
        self._late.timeout.connect(self._loop.quit)
        self._short = QTimer(singleShot=True)
        self._short.timeout.connect(self._loop.quit)
        self._random = random.Random(3)
        self.problem = problem
        self.services = Services()
        self.services.worker.paused_changed.connect(self._loop.quit)
        self.services.runs.run_stopped.connect(self._on_run_stopped)
        self._expected = 0
        self._started = 0
        self._keys: list[int] = []

    def close(self) -> None:
        if not self.services.close():
            raise RuntimeError("the worker did not end in time")

    def start(self, count: int) -> None:
        """So many new runs instead of those there were."""
        from gdviz.experiment.experiment import Experiment, RunEntry
        from gdviz.optimizers import Adam
        from gdviz.runs.config import RunConfig

        entries = []
        for style in range(count):
            self._started += 1
            # Another start each time: a run that shares its first steps with one before would go on from it.
            start = (1e-3 * self._started,) * self.problem.dimension
            entries.append(RunEntry(self._started, RunConfig(Adam(), start=start, steps=1_000_000), style))
        self._keys = [entry.key for entry in entries]
        self.services.runs.update(self.problem, Experiment(runs=tuple(entries)))

    def wait_into_steps(self) -> None:
        """Let all runs take a step and a half, as it were."""
        before = self.lengths()
        deadline = perf_counter() + LONGEST_WAIT_MS / 1000
        while any(now <= then for now, then in zip(self.lengths(), before, strict=True)):
            if perf_counter() > deadline:
                raise RuntimeError("the runs don't move")
            self.wait(1)
        self.wait(self._random.randrange(60))

    def wait(self, milliseconds: int) -> None:
        self._short.start(milliseconds)
        self._loop.exec()

    def pause(self) -> Sample:
        sample = self._ask(lambda: self.services.runs.pause(True), lambda: self.services.worker.paused)
        self._check_that_nothing_moves()
        return sample

    def go_on(self) -> None:
        self._ask(lambda: self.services.runs.pause(False), lambda: not self.services.worker.paused)

    def cancel(self) -> Sample:
        self._expected = len(self.lengths())
        sample = self._ask(self.services.runs.cancel, lambda: self._expected == 0)
        self._check_that_nothing_moves()
        return sample

    def lengths(self) -> list[int]:
        """How many rows every run has recorded."""
        trajectories = (self.services.runs.trajectory(key) for key in self._keys)
        return [0 if trajectory is None else len(trajectory) for trajectory in trajectories]

    def _ask(self, command: Callable[[], None], answered: Callable[[], bool]) -> Sample:
        processors, started = process_time(), perf_counter()
        command()
        self._late.start()
        self._loop.exec()
        sample = Sample(perf_counter() - started, process_time() - processors)
        self._late.stop()
        if not answered():
            raise RuntimeError(f"no answer within {LONGEST_WAIT_MS / 1000:g} seconds")
        return sample

    def _check_that_nothing_moves(self) -> None:
        held = self.lengths()
        self.wait(120)
        if self.lengths() != held:
            raise RuntimeError("the runs went on after the answer")

    def _on_run_stopped(self, _key: int) -> None:
        self._expected -= 1
        if self._expected == 0:
            self._loop.quit()


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    from gdviz.app.main import SWITCH_INTERVAL

    sys.setswitchinterval(SWITCH_INTERVAL)
    window = Window(logistic_problem())
    try:
        yield {name: _measure(window, *PEERS[name]) for name in names}
    finally:
        window.close()


def _measure(window: Window, runs: int, command: str) -> Measure:
    def pauses() -> Sample:
        window.start(runs)
        samples = []
        for _ in range(PAUSES):
            window.wait_into_steps()
            samples.append(window.pause())
            window.go_on()
        window.start(0)
        return longest(samples)

    def cancels() -> Sample:
        samples = []
        for _ in range(CANCELS):
            window.start(runs)
            window.wait_into_steps()
            samples.append(window.cancel())
        window.start(0)
        return longest(samples)

    return pauses if command == "pause" else cancels


def longest(samples: list[Sample]) -> Sample:
    return max(samples, key=lambda sample: sample.seconds)


PEERS = {
    "pausing a run": (1, "pause"),
    "pausing six runs": (SEVERAL, "pause"),
    "cancelling a run": (1, "cancel"),
    "cancelling six runs": (SEVERAL, "cancel"),
}

GOAL = Goal(
    name="answers",
    what=f"pausing and cancelling on a table of {ROWS:,} × {FEATURES}, the longest of several",
    peers=tuple(Peer(name) for name in PEERS),
    bounds=tuple(
        Limit(peer=name, most=PAUSE_SECONDS if command == "pause" else CANCEL_SECONDS)
        for name, (_, command) in PEERS.items()
    ),
    prepare=prepare,
)
