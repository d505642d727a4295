"""The services behind the window: made together, ended together."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gdviz.qt.experiment_model import ExperimentModel
from gdviz.qt.frame_clock import FrameClock
from gdviz.qt.garbage import GarbageCollector
from gdviz.qt.landscape_service import LandscapeService
from gdviz.qt.playback import Playback
from gdviz.qt.problem_source import ProblemSource
from gdviz.qt.run_service import RunService
from gdviz.qt.worker_thread import WorkerThread

__all__ = ["Services"]


class Services(QObject):
    """Owner of the model, the worker's thread and all that uses it. `close` before the program ends."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.garbage = GarbageCollector(self)
        self.model = ExperimentModel(self)
        self.worker = WorkerThread(self)
        self.source = ProblemSource(self.worker, self)
        self.runs = RunService(self.worker, self)
        self.landscape = LandscapeService(self.worker, self)
        self.playback = Playback(self)
        self.clock = FrameClock(self, self.worker.right_of_way)

    def close(self) -> bool:
        """Stop the clock and the worker; whether the worker ended in time."""
        self.clock.stop()
        self.playback.pause()
        ended = self.worker.close()
        self.runs.close()
        self.garbage.close()
        return ended
