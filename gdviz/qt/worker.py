"""The worker: advances jobs in a thread of its own, a few milliseconds at a time.

Between two slices it returns to its event loop: that is the only place where jobs come and go and where pausing takes
effect, so nothing is ever interrupted in the middle and no lock is needed. It touches nothing that lives in the
window's thread; what it has to say goes out as small queued signals, never one per step.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gdviz.errors import InputError
from gdviz.qt.jobs import Job
from gdviz.qt.right_of_way import RightOfWay

__all__ = ["Cancel", "Command", "Pause", "Start", "Stop", "Worker"]

_SLICE_SECONDS = 0.005
"""A frame of the window waits for the end of a slice; in shorter ones runs would spend their time on preparations."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """Begin a job under a number that no other had."""

    number: int
    job: Job


@dataclass(frozen=True)
class Cancel:
    """Forget a job; unknown numbers are those that ended in the meantime."""

    number: int


@dataclass(frozen=True)
class Stop:
    """End a job where it stands; what it has found stays, and its end is told."""

    number: int


@dataclass(frozen=True)
class Pause:
    """Hold the jobs that can be paused, or go on with them."""

    paused: bool


Command = Start | Cancel | Stop | Pause


class Worker(QObject):
    """Lives in the worker's thread. Commands are put into `commands` by the window's thread, then `wake` is emitted
    there."""

    job_ended = Signal(int)
    job_failed = Signal(int, str)
    progressed = Signal(int, float)
    paused_changed = Signal(bool)

    def __init__(self, right_of_way: RightOfWay) -> None:
        super().__init__()
        self._right_of_way = right_of_way
        # A deque's append and popleft are atomic: the window's thread appends, this one takes.
        self.commands: deque[Command] = deque()
        self._jobs: dict[int, Job] = {}
        self._paused = False
        self._told: dict[int, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timeout)

    @Slot()
    def on_woken(self) -> None:
        """There are commands."""
        self._obey()
        self._rest_or_work()

    @Slot()
    def on_stopped(self) -> None:
        """No more slices: end the thread.

        Done here, not by whoever asks: a timer may be stopped in its own thread only, and a thread that is told to quit
        from outside may do so before it has got to this.
        """
        self._timer.stop()
        self._jobs.clear()
        self.thread().quit()

    @Slot()
    def _on_timeout(self) -> None:
        self._right_of_way.wait()
        self._obey()
        active = [number for number, job in self._jobs.items() if not (self._paused and job.pausable)]
        if active:
            # One job between two looks at the commands, however many there are: a step of a large fit can't be divided.
            number = active[0]
            job = self._jobs.pop(number)
            self._jobs[number] = job
            self._work(number, job, lambda: job.advance(_SLICE_SECONDS))
        self._rest_or_work()

    def _obey(self) -> None:
        while self.commands:
            match self.commands.popleft():
                case Start(number, job):
                    self._jobs[number] = job
                case Cancel(number):
                    self._jobs.pop(number, None)
                    self._told.pop(number, None)
                case Stop(number) if number in self._jobs:
                    self._work(number, self._jobs[number], self._jobs[number].stop)
                case Pause(paused):
                    self._paused = paused
                    self.paused_changed.emit(paused)

    def _rest_or_work(self) -> None:
        busy = any(not (self._paused and job.pausable) for job in self._jobs.values())
        if busy and not self._timer.isActive():
            self._timer.start()
        elif not busy and self._timer.isActive():
            self._timer.stop()

    def _work(self, number: int, job: Job, piece: Callable[[], bool | None]) -> None:
        """Do a piece of a job; unless it says that there is more to do, the job has ended."""
        try:
            more = piece()
        except InputError as error:
            self._fail(number, job, str(error))
        except MemoryError:
            self._fail(number, job, "there is not enough memory for this; choose fewer steps or a smaller table.")
        except Exception as error:
            # A fault in a problem or an optimizer must reach the user, and the other jobs must go on.
            _log.exception("a job failed")
            self._fail(number, job, f"{type(error).__name__}: {error}")
        else:
            if more:
                self._tell_progress(number, job)
            else:
                self._forget(number)
                self.job_ended.emit(number)

    def _fail(self, number: int, job: Job, message: str) -> None:
        job.fail()
        self._forget(number)
        self.job_failed.emit(number, message)

    def _forget(self, number: int) -> None:
        self._jobs.pop(number, None)
        self._told.pop(number, None)

    def _tell_progress(self, number: int, job: Job) -> None:
        progress = job.progress
        now = perf_counter()
        if progress is not None and now - self._told.get(number, 0.0) > 0.05:
            self._told[number] = now
            self.progressed.emit(number, progress)
