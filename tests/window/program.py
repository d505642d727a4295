"""gdviz as a person starts it, with a reporter beside it: run by the tests, which drive the window from outside.

The reporter reads a line from standard input and answers with one on standard output: `report` with what is to be seen
and where it lies on the screen, `start` with where the start marker of the landscape is. It does nothing to the window;
what happens there comes from the X server, as mouse and keyboard do.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from gdviz.app.main import Starter, make_qt_application, run_window


class Reporter(QObject):
    """Answers questions that come as lines."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._answers: dict[str, Callable[[], Any]] = {"report": report, "start": start_marker, "settled": settled}

    def _on_activated(self) -> None:
        came = os.read(0, 65536)
        if not came:
            self._notifier.setEnabled(False)
            return
        *lines, self._rest = (self._rest + came).split(b"\n")
        for line in lines:
            print(json.dumps(self._answers[line.decode()]()), flush=True)


def report() -> dict[str, Any]:
    """What can be seen, and where."""
    focused = QApplication.focusWidget()
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    return {
        "focus": described(focused) if focused is not None else {},
        "widgets": [
            described(widget)
            for window in windows
            for widget in (window, *window.findChildren(QWidget))
            if seen(widget)
        ],
    }


def seen(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def described(widget: QWidget) -> dict[str, Any]:
    """A widget as the tests know it: what it is called, what it says, and its rectangle on the screen."""
    found: dict[str, Any] = {
        "kinds": [kind.__name__ for kind in type(widget).__mro__],
        "name": widget.objectName(),
        "says": widget.accessibleName(),
        "title": widget.windowTitle(),
        "enabled": widget.isEnabled(),
        "active": widget.isActiveWindow(),
        "window": widget.isWindow(),
        "popup": widget.window().windowType() == Qt.WindowType.Popup,
        "id": int(widget.winId()) if widget.isWindow() else 0,
        "rect": on_screen(widget, widget.visibleRegion().boundingRect()),
    }
    match widget:
        case QAbstractButton():
            found |= {"text": widget.text(), "checked": widget.isChecked()}
        case QLabel():
            found["text"] = widget.text()
        case QLineEdit():
            found["text"] = widget.text()
        case QComboBox():
            found |= {"text": widget.currentText(), "index": widget.currentIndex()}
            found["items"] = [widget.itemText(index) for index in range(widget.count())]
        case QAbstractSlider():
            found |= {
                "value": widget.value(),
                "maximum": widget.maximum(),
                "computed": getattr(widget, "computed", None),
            }
        case QMenu():
            found["entries"] = {
                action.text(): on_screen(widget, widget.actionGeometry(action))
                for action in widget.actions()
                if shown(action)
            }
    return found


def shown(action: QAction) -> bool:
    return action.isVisible() and not action.isSeparator()


def on_screen(widget: QWidget, place: QRect) -> list[int]:
    corner = widget.mapToGlobal(place.topLeft())
    return [corner.x(), corner.y(), place.width(), place.height()]


def start_marker() -> list[int] | None:
    """The middle of the start marker on the screen; None where there is none."""
    canvas = loaded().layout.workspace.landscape.canvas
    for start in canvas.runs.starts():
        place = canvas.mapToGlobal(QPoint(0, 0)) + canvas.place_of(*start).toPoint()
        return [place.x(), place.y()]
    return None


def settled() -> bool:
    """Whether the landscape is sampled and drawn with all that belongs to the shown step."""
    program = loaded()
    landscape = program.layout.workspace.landscape
    # The slow timer writes a description for screen readers; nothing is painted by it.
    waits = any(timer.isActive() and timer.interval() < 400 for timer in landscape.findChildren(QTimer))
    return landscape.settled and not waits and not program.services.landscape.busy


def loaded() -> Any:
    """What the window was filled with once it stood on the screen."""
    for window in QApplication.topLevelWidgets():
        for child in window.children():
            if isinstance(child, Starter):
                return child.application
    return None


if __name__ == "__main__":
    application = make_qt_application()
    # Without it what is to be seen would depend on whether somebody's settings blink a cursor.
    application.setCursorFlashTime(0)
    application.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    reporter = Reporter()
    sys.exit(run_window(sys.argv[1] if len(sys.argv) > 1 else None))
