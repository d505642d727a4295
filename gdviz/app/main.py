"""Starts the program and runs its event loop. A window is on the screen before anything but Qt is imported."""

from __future__ import annotations

import builtins
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Iterator
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
    # From the services on their collector takes its place; until then there is nothing to collect.
    gc.disable()
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
        with without_search_for_features():
            from gdviz.app.application import Application

        self.application = Application(self._window, self._settings)
        self.application.start(self._path)

    def close(self) -> bool:
        """End the program; whether the worker ended in time."""
        return self.application is None or self.application.close()


@contextlib.contextmanager
def without_search_for_features() -> Iterator[None]:
    """Import as Python does by itself.

    PySide puts its own function in the place of `__import__` and keeps the original beside it. Its own reads the source
    of every module that is imported, to find those that use its `__feature__` switches; gdviz uses none, and a fifth of
    the time that importing takes goes into it.
    """
    searching = builtins.__import__
    builtins.__import__ = getattr(builtins, "__orig_import__", searching)
    try:
        yield
    finally:
        builtins.__import__ = searching


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
