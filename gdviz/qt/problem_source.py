"""Turns the problem that an experiment names into the problem itself.

Functions are made at once. A fit to data has its table read in the worker first; until that has succeeded nothing is
replaced, so a table that can't be used leaves everything as it was. What is prepared, because somebody asked for it,
and what is resolved, because the experiment names it, are made side by side and don't disturb each other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import Problem
from gdviz.qt.jobs import ProblemJob
from gdviz.qt.problem_cache import ProblemCache
from gdviz.qt.worker_thread import WorkerThread

__all__ = ["ProblemSource"]


@dataclass
class _Making:
    """A problem that the worker is at."""

    job: ProblemJob
    number: int
    progress: float = 0.0


class ProblemSource(QObject):
    """Owner of the present problem; lives in the window's thread."""

    changed = Signal()
    """`problem` is another, or None while it is being made."""
    prepared = Signal(object)
    """The problem of this `ProblemChoice`, asked for by `prepare`, is ready to be chosen."""
    abandoned = Signal(object)
    """The problem of this `ProblemChoice` is not being prepared any more: cancelled, failed, or another was asked
    for."""
    failed = Signal(str)
    """The problem asked for can't be made; in words. The present one is as before."""
    loading_changed = Signal()
    """`loading` or `progress` is another."""

    def __init__(self, thread: WorkerThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._cache = ProblemCache()
        self._choice: ProblemChoice | None = None
        self._made_for: ProblemChoice | None = None
        self._preparing: _Making | None = None
        self._resolving: _Making | None = None
        self.problem: Problem | None = None
        thread.job_ended.connect(self._on_job_ended)
        thread.job_failed.connect(self._on_job_failed)
        thread.progressed.connect(self._on_progressed)

    @property
    def loading(self) -> bool:
        """Whether a problem is being made in the worker."""
        return self._shown_making is not None

    @property
    def progress(self) -> float:
        """How much of what is being made is done, 0 to 1."""
        return self._shown_making.progress if self._shown_making is not None else 0.0

    @property
    def loading_name(self) -> str:
        """What is being read, for people."""
        making = self._shown_making
        return os.path.basename(str(making.job.choice.options.get("table", ""))) if making is not None else ""

    @property
    def settled(self) -> bool:
        """Whether `problem` is the one last asked for: false while it is being made, or where it can't be."""
        return self._made_for == self._choice

    def table(self, choice: ProblemChoice) -> Table | None:
        """The table of this choice if it was read lately."""
        return self._cache.table(choice)

    def known(self, choice: ProblemChoice) -> Problem | None:
        """The problem of this choice if it was made lately."""
        return self._cache.problem(choice)

    def prepare(self, choice: ProblemChoice) -> None:
        """Make this problem without choosing it; `prepared` or `failed` answers, perhaps before this returns.

        A table that has changed since it was read is read again.
        """
        self._abandon()
        self._cache.forget_outdated(choice)
        known = self._make_at_once(choice)
        if known is not None:
            self._deliver_prepared(choice, known)
        elif choice.name == "data":
            self._preparing = self._start(choice)
            self.loading_changed.emit()
        else:
            self.abandoned.emit(choice)

    def resolve(self, choice: ProblemChoice | None) -> None:
        """Make this problem the present one; `changed` or `failed` answers, perhaps before this returns.

        A table that was read already stays as it was read, whatever has become of its file.
        """
        if choice == self._choice and (self.settled or self._resolving is not None):
            return
        self._choice = choice
        self._drop_resolving()
        if choice is None:
            self._show(None, None)
            return
        known = self._make_at_once(choice)
        if known is not None:
            self._show(choice, known)
        elif choice.name == "data":
            self._resolving = self._start(choice)
            self.loading_changed.emit()

    def cancel(self) -> None:
        """Give up what is being made; the present problem stays."""
        self._drop_resolving()
        self._abandon()

    @property
    def _shown_making(self) -> _Making | None:
        return self._preparing or self._resolving

    def _make_at_once(self, choice: ProblemChoice) -> Problem | None:
        """The problem where that takes no time; says in `failed` why it can't be made."""
        known = self._cache.problem(choice)
        if known is not None or choice.name == "data":
            return known
        try:
            problem = choice.build()
        except InputError as error:
            self.failed.emit(str(error))
            return None
        self._cache.remember(choice, problem)
        return problem

    def _start(self, choice: ProblemChoice) -> _Making:
        job = ProblemJob(choice, self._cache.table(choice), self._cache.similar(choice))
        return _Making(job, self._thread.start(job))

    def _abandon(self) -> None:
        making, self._preparing = self._preparing, None
        if making is not None:
            self._thread.cancel(making.number)
            self.loading_changed.emit()
            self.abandoned.emit(making.job.choice)

    def _drop_resolving(self) -> None:
        making, self._resolving = self._resolving, None
        if making is not None:
            self._thread.cancel(making.number)
            self.loading_changed.emit()

    def _deliver_prepared(self, choice: ProblemChoice, problem: Problem) -> None:
        self.prepared.emit(choice)
        if choice == self._choice:
            # It is the present one already, so no edit asks for it again; but its table may have been read anew.
            self._show(choice, problem)

    def _show(self, choice: ProblemChoice | None, problem: Problem | None) -> None:
        self._made_for = choice
        if problem is not self.problem:
            self.problem = problem
            self.changed.emit()

    @Slot(int)
    def _on_job_ended(self, number: int) -> None:
        if self._preparing is not None and self._preparing.number == number:
            job, self._preparing = self._preparing.job, None
            self._keep(job)
            self.loading_changed.emit()
            assert job.problem is not None, "a job that has ended has made its problem"
            self._deliver_prepared(job.choice, job.problem)
        elif self._resolving is not None and self._resolving.number == number:
            job, self._resolving = self._resolving.job, None
            self._keep(job)
            self.loading_changed.emit()
            self._show(job.choice, job.problem)

    def _keep(self, job: ProblemJob) -> None:
        assert job.problem is not None, "a job that has ended has made its problem"
        assert job.table is not None, "and read its table"
        self._cache.remember_table(job.choice, job.table)
        self._cache.remember(job.choice, job.problem)

    @Slot(int, str)
    def _on_job_failed(self, number: int, message: str) -> None:
        if self._preparing is not None and self._preparing.number == number:
            choice, self._preparing = self._preparing.job.choice, None
            self.loading_changed.emit()
            self.abandoned.emit(choice)
            self.failed.emit(message)
        elif self._resolving is not None and self._resolving.number == number:
            self._resolving = None
            self.loading_changed.emit()
            self.failed.emit(message)

    @Slot(int, float)
    def _on_progressed(self, number: int, progress: float) -> None:
        for making in (self._preparing, self._resolving):
            if making is not None and making.number == number:
                making.progress = progress
                self.loading_changed.emit()
