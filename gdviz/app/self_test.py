"""Draws one window off screen with a descent in it: what `gdviz selftest` looks at."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings

from gdviz.app.application import Application
from gdviz.app.main import make_qt_application
from gdviz.app.main_window import MainWindow
from gdviz.experiment.experiment import ProblemChoice

__all__ = ["draw_window"]

_LONGEST_SECONDS = 10.0
_FEWEST_COLORS = 20


def draw_window() -> str:
    """What is wrong with the window, in a sentence; empty where nothing is."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = make_qt_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings)
        application = Application(window, settings, keeps_work=False)
        window.resize(1280, 800)
        window.show()
        application.editing.choose_problem(ProblemChoice("rosenbrock"))
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline and not _drawn(application):
            qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        drawn = _drawn(application)
        image = window.grab().toImage()
        window.close()
        ended = application.close()
        qt.processEvents()
    if not drawn:
        return f"the descent was not computed within {_LONGEST_SECONDS:g} seconds"
    colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    if len(colors) < _FEWEST_COLORS:
        return "the window is drawn empty"
    return "" if ended else "the worker did not end"


def _drawn(application: Application) -> bool:
    runs = application.showing.runs
    settled = not application.services.runs.running and application.services.landscape.surface is not None
    return application.panels_shown and bool(runs) and settled
