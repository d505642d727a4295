"""gdviz's own window, opened as the program opens it, with six runs on Rosenbrock's function in it."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gdviz.app.application import Application

__all__ = ["OPTIMIZERS", "RealWindow", "real_window"]

OPTIMIZERS = (
    ("gradient_descent", 1e-3),
    ("momentum", 1e-4),
    ("nesterov", 1e-4),
    ("rmsprop", 1e-3),
    ("adam", 1e-2),
    ("adamax", 1e-2),
)
"""Six methods at rates at which they neither diverge nor come to rest within a million steps."""

SIZE = (1600, 1000)
LONGEST_WAIT_SECONDS = 60.0


class RealWindow:
    """Owner of nothing: what is done with the program between opening and closing it."""

    def __init__(self, program: QApplication, application: Application) -> None:
        self.program = program
        self.application = application
        self.services = application.services
        self._started = 0

    def start_runs(self, steps: int) -> None:
        """Six new runs instead of those there were; the views show them, and nothing is played yet."""
        from gdviz.experiment.experiment import Experiment, ProblemChoice, RunEntry
        from gdviz.optimizers import optimizer
        from gdviz.runs.config import RunConfig

        self._started += 1
        start = (-1.2 + 1e-3 * self._started, 1.0)
        entries = tuple(
            RunEntry(
                100 * self._started + style,
                RunConfig(optimizer(name, learning_rate=rate), start=start, steps=steps),
                style,
            )
            for style, (name, rate) in enumerate(OPTIMIZERS)
        )
        self.services.model.reset(Experiment(problem=ProblemChoice("rosenbrock"), runs=entries))
        self.wait_for(lambda: len(self.application.showing.runs) == len(entries), "the runs don't begin")
        self.wait_for(lambda: self.services.landscape.surface is not None, "there is no landscape")

    @property
    def lengths(self) -> list[int]:
        """How many rows every run shown has recorded."""
        return [len(run.trajectory) for run in self.application.showing.runs]

    def wait_for(self, condition: object, complaint: str, seconds: float = LONGEST_WAIT_SECONDS) -> None:
        """Let the program's event loop run until this holds; raises `RuntimeError` with the complaint."""
        assert callable(condition)
        deadline = perf_counter() + seconds
        while not condition():
            if perf_counter() > deadline:
                raise RuntimeError(complaint)
            self.let_run(0.005)

    def let_run(self, seconds: float) -> None:
        """Let the program's own event loop run for so long."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        loop = QEventLoop()
        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, singleShot=True, interval=round(seconds * 1000))
        timer.timeout.connect(loop.quit)
        timer.start()
        loop.exec()

    def pause(self, paused: bool) -> None:
        """Hold the worker's runs, or let them go on; returns when it has answered."""
        answers: list[bool] = []
        self.services.worker.paused_changed.connect(answers.append)
        self.services.runs.pause(paused)
        self.wait_for(lambda: bool(answers), "the worker doesn't answer")
        self.services.worker.paused_changed.disconnect(answers.append)


@contextmanager
def real_window() -> Iterator[RealWindow]:
    """The window on the screen, with settings of its own; raises `RuntimeError` where the worker doesn't end."""
    from PySide6.QtCore import QSettings

    from gdviz.app.application import Application
    from gdviz.app.main import SWITCH_INTERVAL, make_qt_application
    from gdviz.app.main_window import MainWindow

    sys.setswitchinterval(SWITCH_INTERVAL)
    program = make_qt_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings)
        application = Application(window, settings, keeps_work=False)
        window.resize(*SIZE)
        window.show()
        opened = RealWindow(program, application)
        opened.wait_for(lambda: application.panels_shown, "the window doesn't open")
        # As the program does once it stands: the collector need not look again at what start-up made.
        gc.collect()
        gc.freeze()
        try:
            yield opened
        finally:
            window.close()
            ended = application.close()
            program.processEvents()
        if not ended:
            raise RuntimeError("the worker did not end in time")
