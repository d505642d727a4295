"""Builds the program and runs its event loop. Everything that lives as long as the program is made here, and ended
here."""

from __future__ import annotations

import gc
import logging
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pyqtgraph
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gdviz import __version__
from gdviz.app.application import Application
from gdviz.app.faults import FaultReporter
from gdviz.experiment.experiment import ProblemChoice

__all__ = ["draw_window", "run_window"]

# NumPy's small operations hold the interpreter between two switches; at Python's 5 ms a busy worker leaves the window
# ten frames a second, at 0.05 ms sixty, for a few percent of the worker's speed.
_SWITCH_INTERVAL = 5e-5

_log = logging.getLogger(__name__)


def run_window(path: str | None = None) -> int:
    """Show the window, opened on a file if one is given, until it is closed; returns the exit code."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    qt = make_qt_application()
    faults = FaultReporter()
    application = Application(settings())
    faults.reported.connect(application.on_fault_reported)
    application.window.show()
    if path is not None:
        QTimer.singleShot(0, application.window, partial(application.documents.open, path))
    # What start-up made stays; the collector need not look at it again.
    gc.collect()
    gc.freeze()
    code = qt.exec()
    faults.close()
    if not application.close():
        # The worker sits in one long computation. Waiting for it would keep the user waiting, and ending the thread by
        # force aborts the process; all that matters is saved.
        _log.warning("the worker did not end in time")
        os._exit(code)
    return code


def draw_window() -> str:
    """Draw one window off screen with a descent in it; returns what is wrong with it, or nothing. For the self-test."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = make_qt_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        application = Application(settings, keeps_work=False)
        window = application.window
        window.resize(1280, 800)
        window.show()
        application.editing.choose_problem(ProblemChoice("rosenbrock"))
        deadline = time.monotonic() + 10.0
        while time.monotonic() < deadline and not _drawn(application):
            qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        drawn = _drawn(application)
        image = window.grab().toImage()
        window.close()
        ended = application.close()
        qt.processEvents()
    if not drawn:
        return "the descent was not computed within ten seconds"
    colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    if len(colors) < 20:
        return "the window is drawn empty"
    return "" if ended else "the worker did not end"


def _drawn(application: Application) -> bool:
    runs = application.showing.runs
    return bool(runs) and not application.services.runs.running and application.services.landscape.surface is not None


def make_qt_application() -> QApplication:
    """The one QApplication, with gdviz's names."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(QGuiApplication.highDpiScaleFactorRoundingPolicy())
    existing = QApplication.instance()
    qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    qt.setApplicationName("gdviz")
    qt.setApplicationDisplayName("gdviz")
    qt.setApplicationVersion(__version__)
    qt.setOrganizationName("gdviz")
    pyqtgraph.setConfigOptions(antialias=True, useOpenGL=False)
    return qt


def settings() -> QSettings:
    """Where the program remembers layout, theme and recent files."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gdviz", "gdviz")
