"""Turns the problem that an experiment names into the problem itself.

Functions are made at once. A fit to data has its table read in the worker first; until that has succeeded nothing is
replaced, so a table that can't be used leaves everything as it was. Problems and tables used lately are kept, which is
what makes undo quick.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict

from PySide6.QtCore import QObject, Signal, Slot

from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.qt.jobs import ProblemJob
from gdviz.qt.worker_thread import WorkerThread

__all__ = ["ProblemSource"]

_MOST_PROBLEMS = 8
_MOST_TABLES = 3


class ProblemSource(QObject):
    """Owner of the present problem; lives in the window's thread."""

    changed = Signal()
    """`problem` is another, or None while it is being made."""
    prepared = Signal(object)
    """The problem of this `ProblemChoice`, asked for by `prepare`, is ready to be chosen."""
    failed = Signal(str)
    """The problem asked for can't be made; in words. The present one is as before."""
    loading_changed = Signal()
    """`loading` or `progress` is another."""

    def __init__(self, thread: WorkerThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._choice: ProblemChoice | None = None
        self._problems: OrderedDict[str, Problem] = OrderedDict()
        self._tables: OrderedDict[str, Table] = OrderedDict()
        self._job: ProblemJob | None = None
        self._number = 0
        self._preparing = False
        self.problem: Problem | None = None
        self.progress = 0.0
        thread.job_ended.connect(self._on_job_ended)
        thread.job_failed.connect(self._on_job_failed)
        thread.progressed.connect(self._on_progressed)

    @property
    def loading(self) -> bool:
        """Whether a problem is being made in the worker."""
        return self._job is not None

    @property
    def settled(self) -> bool:
        """Whether `problem` is the one last asked for: false while it is being made, or where it can't be."""
        if self._choice is None or self.problem is None:
            return self._choice is None and self.problem is None
        return self._problems.get(_key(self._choice)) is self.problem

    @property
    def loading_name(self) -> str:
        """What is being read, for people."""
        source = str(self._job.choice.options.get("table", "")) if self._job is not None else ""
        return os.path.basename(source)

    def table(self, choice: ProblemChoice) -> Table | None:
        """The table of this choice if it was read lately."""
        return self._tables.get(_table_key(choice))

    def known(self, choice: ProblemChoice) -> Problem | None:
        """The problem of this choice if it was made lately."""
        return self._problems.get(_key(choice))

    def prepare(self, choice: ProblemChoice) -> None:
        """Make this problem without choosing it; `prepared` or `failed` answers, perhaps before this returns."""
        self._begin(choice, preparing=True)

    def resolve(self, choice: ProblemChoice | None) -> None:
        """Make this problem the present one; `changed` or `failed` answers, perhaps before this returns."""
        if choice == self._choice and (self.problem is not None or self.loading):
            return
        self._choice = choice
        if choice is None:
            self.cancel()
            self._show(None)
            return
        self._begin(choice, preparing=False)

    def cancel(self) -> None:
        """Give up what is being made; the present problem stays."""
        if self._job is not None:
            self._thread.cancel(self._number)
            self._job = None
            self.loading_changed.emit()

    def _begin(self, choice: ProblemChoice, preparing: bool) -> None:
        self.cancel()
        known = self._problems.get(_key(choice))
        if known is None and choice.name != "data":
            try:
                known = choice.build()
            except InputError as error:
                self.failed.emit(str(error))
                return
            self._remember(choice, known)
        if known is not None:
            self._deliver(choice, known, preparing)
            return
        self._preparing = preparing
        self._job = ProblemJob(choice, self._tables.get(_table_key(choice)), self._similar(choice))
        self.progress = 0.0
        self._number = self._thread.start(self._job)
        self.loading_changed.emit()

    def _similar(self, choice: ProblemChoice) -> DataFit | None:
        """A fit made lately to the same table."""
        table = self._tables.get(_table_key(choice))
        fits = [known for known in self._problems.values() if isinstance(known, DataFit)]
        return next((fit for fit in reversed(fits) if fit.loaded is not None and fit.loaded.table is table), None)

    def _deliver(self, choice: ProblemChoice, problem: Problem, preparing: bool) -> None:
        if preparing:
            self.prepared.emit(choice)
        else:
            self._show(problem)

    def _show(self, problem: Problem | None) -> None:
        if problem is not self.problem:
            self.problem = problem
            self.changed.emit()

    def _remember(self, choice: ProblemChoice, problem: Problem) -> None:
        self._problems[_key(choice)] = problem
        while len(self._problems) > _MOST_PROBLEMS:
            self._problems.popitem(last=False)

    @Slot(int)
    def _on_job_ended(self, number: int) -> None:
        job = self._job
        if job is None or number != self._number or job.problem is None:
            return
        self._job = None
        if job.table is not None:
            self._tables[_table_key(job.choice)] = job.table
            while len(self._tables) > _MOST_TABLES:
                self._tables.popitem(last=False)
        self._remember(job.choice, job.problem)
        self.loading_changed.emit()
        self._deliver(job.choice, job.problem, self._preparing)

    @Slot(int, str)
    def _on_job_failed(self, number: int, message: str) -> None:
        if self._job is not None and number == self._number:
            self._job = None
            self.loading_changed.emit()
            self.failed.emit(message)

    @Slot(int, float)
    def _on_progressed(self, number: int, progress: float) -> None:
        if self._job is not None and number == self._number:
            self.progress = progress
            self.loading_changed.emit()


def _table_key(choice: ProblemChoice) -> str:
    """What decides which numbers a table gives: the file as it is now, and how it is read."""
    path = str(choice.options.get("table", ""))
    try:
        facts = os.stat(path)
        state = [facts.st_mtime_ns, facts.st_size]
    except OSError:
        state = []
    reading = [choice.options.get(name) for name in ("encoding", "delimiter", "decimal", "header")]
    return json.dumps([path, state, reading], default=str)


def _key(choice: ProblemChoice) -> str:
    return json.dumps([choice.name, dict(choice.options), _table_key(choice)], sort_keys=True, default=str)
