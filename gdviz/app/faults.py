"""Faults of the program itself: whatever nobody caught is logged, written down, and told to the user once."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, QtMsgType, Signal, qInstallMessageHandler

__all__ = ["FaultReporter"]

_log = logging.getLogger(__name__)


class FaultReporter(QObject):
    """Hooks into uncaught exceptions of every thread and into Qt's messages, until `close`."""

    reported = Signal(str, str)
    """A sentence and the traceback."""

    def __init__(self) -> None:
        super().__init__()
        if sys.stderr is not None and not faulthandler.is_enabled():
            faulthandler.enable()
        self._excepthook = sys.excepthook
        self._threading_hook = threading.excepthook
        self._unraisable_hook = sys.unraisablehook
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._qt_handler = qInstallMessageHandler(self._on_qt_message)

    def close(self) -> None:
        """Give the hooks back."""
        sys.excepthook = self._excepthook
        threading.excepthook = self._threading_hook
        sys.unraisablehook = self._unraisable_hook
        qInstallMessageHandler(self._qt_handler)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._excepthook(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        _log.error("uncaught exception\n%s", text)
        # Queued or direct as the receiver's thread requires: this may be called in any thread.
        self.reported.emit(f"something went wrong inside gdviz: {kind.__name__}: {error}", text)

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _on_unraisable(self, arguments: sys.UnraisableHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: object, message: str | None) -> None:
        levels = {
            QtMsgType.QtDebugMsg: logging.DEBUG,
            QtMsgType.QtInfoMsg: logging.INFO,
            QtMsgType.QtWarningMsg: logging.WARNING,
        }
        _log.log(levels.get(kind, logging.ERROR), "Qt: %s", message)
