"""The one worker thread and the only way to talk to it. It lives as long as the window: ask, wait, never terminate."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from gdviz.qt.jobs import Job
from gdviz.qt.right_of_way import RightOfWay
from gdviz.qt.worker import Cancel, Command, Pause, Start, Stop, Worker

__all__ = ["WorkerThread"]

# Leaving takes two seconds at most, and there is something to do before and after.
_LONGEST_WAIT_MS = 1200


class WorkerThread(QObject):
    """Owner of the thread and the worker; lives in the window's thread. `close` it before it goes."""

    job_ended = Signal(int)
    job_failed = Signal(int, str)
    progressed = Signal(int, float)
    paused_changed = Signal(bool)
    _woken = Signal()
    _stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self.paused = False
        self.right_of_way = RightOfWay()
        self._worker = Worker(self.right_of_way)
        self._thread = QThread(self)
        self._thread.setObjectName("gdviz worker")
        self._worker.moveToThread(self._thread)
        self._woken.connect(self._worker.on_woken)
        self._stopped.connect(self._worker.on_stopped)
        # Signal to signal: the receiver is this object, so they arrive in the window's thread.
        self._worker.job_ended.connect(self.job_ended)
        self._worker.job_failed.connect(self.job_failed)
        self._worker.progressed.connect(self.progressed)
        self._worker.paused_changed.connect(self._on_paused_changed)
        self._thread.start()

    def start(self, job: Job) -> int:
        """Begin a job; returns its number, by which the signals name it."""
        self._count += 1
        self._post(Start(self._count, job))
        return self._count

    def cancel(self, number: int) -> None:
        """Forget a job at the end of its slice; it may still end or fail before that."""
        self._post(Cancel(number))

    def stop(self, number: int) -> None:
        """End a job where it stands, keeping what it found; `job_ended` answers."""
        self._post(Stop(number))

    def pause(self, paused: bool) -> None:
        """Hold the jobs that can be paused, or go on; `paused_changed` answers."""
        self._post(Pause(paused))

    def close(self) -> bool:
        """End the thread after the present slice and wait for it; whether it ended in time. Nothing is heard of it
        any more."""
        self._stopped.emit()
        ended = self._thread.wait(_LONGEST_WAIT_MS)
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall)
        return ended

    @Slot(bool)
    def _on_paused_changed(self, paused: bool) -> None:
        self.paused = paused
        self.paused_changed.emit(paused)

    def _post(self, command: Command) -> None:
        self._worker.commands.append(command)
        self._woken.emit()
