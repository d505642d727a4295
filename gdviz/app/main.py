"""Starts the program and runs its event loop. A window is on the screen before anything but Qt is imported."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtWidgets import QApplication

from gdviz._version import __version__
from gdviz.app.main_window import MainWindow
from gdviz.views.theme import remembered_theme

if TYPE_CHECKING:
    from gdviz.app.application import Application

__all__ = ["SWITCH_INTERVAL", "make_qt_application", "run_window", "user_settings"]

SWITCH_INTERVAL = 5e-5
"""Seconds after which a busy worker has to let the window have the interpreter.

NumPy's small operations hold it between two switches: at Python's 5 ms a busy worker leaves the window ten frames a
second, at 0.05 ms sixty, for a few percent of the worker's speed.
"""

_log = logging.getLogger(__name__)


def run_window(path: str | None = None) -> int:
    """Show the window, opened on a file if one is given, until it is closed; returns the exit code."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    qt = make_qt_application()
    settings = user_settings()
    window = MainWindow(settings)
    window.set_background(remembered_theme(settings).window)
    window.restore_size()
    starter = Starter(window, settings, path)
    window.painted.connect(starter.on_painted)
    window.show()
    code = qt.exec()
    if not starter.close():
        # The worker sits in one long computation. Waiting for it would keep the user waiting, and ending the thread by
        # force aborts the process; all that matters is saved.
        _log.info("the worker did not end in time")
        os._exit(code)
    return code


class Starter(QObject):
    """Loads the rest of the program once the window is on the screen."""

    def __init__(self, window: MainWindow, settings: QSettings, path: str | None) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._path = path
        self.application: Application | None = None
        """The program, once it is loaded."""

    @Slot()
    def on_painted(self) -> None:
        # Not within the paint event itself: what it has painted is seen only after it.
        QTimer.singleShot(0, self._load)

    @Slot()
    def _load(self) -> None:
        from gdviz.app.application import Application

        self.application = Application(self._window, self._settings)
        self.application.start(self._path)

    def close(self) -> bool:
        """End the program; whether the worker ended in time."""
        return self.application is None or self.application.close()


def make_qt_application() -> QApplication:
    """The one QApplication, with gdviz's names."""
    existing = QApplication.instance()
    qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    qt.setApplicationName("gdviz")
    qt.setApplicationDisplayName("gdviz")
    qt.setApplicationVersion(__version__)
    qt.setOrganizationName("gdviz")
    return qt


def user_settings() -> QSettings:
    """Where the program remembers layout, theme and recent files."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gdviz", "gdviz")
