"""Keeps the runs in the worker as the experiment wants them: starts, branches and drops them when it changes.

A run whose config changes only from some step on (a hyper-parameter applied from here, an undo of that, more steps)
goes on from there; any other change starts it anew. Until the new one has rows to show, views keep the trajectory
before it.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment, RunEntry
from gdviz.problems import Problem
from gdviz.qt.jobs import RunJob
from gdviz.qt.worker_thread import WorkerThread
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import shared_steps
from gdviz.runs.placing import Placing
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory

__all__ = ["RunService"]


@dataclass
class _Active:
    """What the worker does for one entry of the experiment."""

    job: RunJob
    number: int
    shown: Trajectory | None
    backend: str


class RunService(QObject):
    """Owns the run jobs; lives in the window's thread."""

    runs_changed = Signal()
    """Other trajectories are to be shown than before."""
    run_stopped = Signal(int)
    """The run of this key has ended, for whatever reason its trajectory says."""
    run_failed = Signal(int, str)
    """The run of this key could not be started or broke; in words."""
    noticed = Signal(str)
    """Something about all runs that the user should know, in a sentence."""

    def __init__(self, thread: WorkerThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._active: dict[int, _Active] = {}
        self._failures: dict[int, str] = {}
        self._seen: tuple[object, ...] = ()
        self._backend = "numpy"
        self._preparer: ThreadPoolExecutor | None = None
        self._told = ""
        thread.job_ended.connect(self._on_job_ended)
        thread.job_failed.connect(self._on_job_failed)

    def trajectory(self, key: int) -> Trajectory | None:
        """What to show of the run of this key, or None where there is nothing yet."""
        active = self._active.get(key)
        if active is None:
            return None
        if active.job.source is None and len(active.job.run.trajectory) > 0:
            active.shown = active.job.run.trajectory
        return active.shown

    def failure(self, key: int) -> str:
        """Why the run of this key could not be started or broke; empty where it did not."""
        return self._failures.get(key, "")

    @property
    def running(self) -> bool:
        """Whether any run has steps to go."""
        return any(not active.job.ended for active in self._active.values())

    @property
    def backend(self) -> str:
        """What computes the runs, by name."""
        return self._backend

    def set_backend(self, name: str) -> None:
        """Compute with this from the next `update` on, which starts all runs anew. NumPy's steps are shown until the
        backend has come as far."""
        self._backend = name
        self._told = ""

    def close(self) -> None:
        """Wait for what prepares backends, where there is any: it can't be interrupted."""
        for active in self._active.values():
            active.job.abandon()
        if self._preparer is not None:
            self._preparer.shutdown(cancel_futures=True)
            self._preparer = None

    def look(self) -> None:
        """Emit `runs_changed` if a new run has come far enough to be shown; called once a frame."""
        notice = next((active.job.notice for active in self._active.values() if active.job.notice), "")
        if notice and notice != self._told:
            self._told = notice
            self.noticed.emit(notice)
        shown = tuple(id(self.trajectory(key)) for key in self._active)
        if shown != self._seen:
            self._seen = shown
            self.runs_changed.emit()

    def update(self, problem: Problem | None, experiment: Experiment) -> None:
        """Make the worker's runs those of `experiment` on `problem`."""
        wanted = {entry.key: entry for entry in experiment.runs if entry.enabled} if problem is not None else {}
        for key in [key for key in self._active if key not in wanted]:
            self._drop(key)
        self._failures = {key: text for key, text in self._failures.items() if key in wanted}
        for entry in wanted.values():
            assert problem is not None
            self._update_entry(problem, entry)
        self.look()

    def cancel(self) -> None:
        """End every run where it stands; what is recorded stays."""
        for active in self._active.values():
            self._thread.stop(active.number)

    def pause(self, paused: bool) -> None:
        """Hold the computing, or go on; `WorkerThread.paused_changed` answers."""
        self._thread.pause(paused)

    def _update_entry(self, problem: Problem, entry: RunEntry) -> None:
        active = self._active.get(entry.key)
        same_problem = active is not None and active.job.problem is problem
        same_backend = active is not None and active.backend == self._backend
        if active is not None and same_problem and same_backend and _same(active.job, entry):
            return
        source = _source(active.job, entry) if active is not None and same_problem and same_backend else None
        try:
            job = RunJob(problem, entry.config, source, self._placing(problem, entry.config))
        except InputError as error:
            self._drop(entry.key)
            self._failures[entry.key] = str(error)
            self.run_failed.emit(entry.key, str(error))
            return
        shown = self.trajectory(entry.key) if same_problem else None
        if active is not None:
            active.job.abandon()
            self._thread.cancel(active.number)
        self._failures.pop(entry.key, None)
        self._active[entry.key] = _Active(job, self._thread.start(job), shown, self._backend)

    def _placing(self, problem: Problem, config: RunConfig) -> Placing | None:
        if self._backend == "numpy":
            return None
        if self._preparer is None:
            # One thread: libraries load and programs compile one after the other, which leaves the window the rest.
            self._preparer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gdviz backend")
        return Placing(self._backend, problem, config, self._preparer)

    def _drop(self, key: int) -> None:
        active = self._active.pop(key, None)
        if active is not None:
            active.job.abandon()
            self._thread.cancel(active.number)

    def _key_of(self, number: int) -> int | None:
        return next((key for key, active in self._active.items() if active.number == number), None)

    @Slot(int)
    def _on_job_ended(self, number: int) -> None:
        key = self._key_of(number)
        if key is not None:
            self.look()
            self.run_stopped.emit(key)

    @Slot(int, str)
    def _on_job_failed(self, number: int, message: str) -> None:
        key = self._key_of(number)
        if key is not None:
            self._failures[key] = message
            self.look()
            self.run_stopped.emit(key)
            self.run_failed.emit(key, message)


def _source(job: RunJob, entry: RunEntry) -> tuple[Run, int] | None:
    """The run that the entry's goes on from and the step, or None where it has to start anew."""
    waiting = job.source
    # A branch that was not begun has nothing of its own, but the run it was to be made of still has all its steps.
    run = waiting[0] if waiting is not None else job.run
    shared = shared_steps(run.config, entry.config)
    return (run, shared) if shared > 0 and len(run.trajectory) > 0 else None


def _same(job: RunJob, entry: RunEntry) -> bool:
    """Whether the job already does what the entry wants; a label changes nothing."""
    return dataclasses.replace(job.config, label="") == dataclasses.replace(entry.config, label="")
