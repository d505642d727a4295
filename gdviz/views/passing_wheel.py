"""Lets the mouse wheel pass drop-downs and sliders: turned over a panel it scrolls, and changes no value on the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

__all__ = ["PassingWheel", "pass_wheel"]


class PassingWheel(QObject):
    """An event filter: what it watches leaves the wheel to what lies around it.

    The list of a drop-down is a window of its own, not watched, and scrolls while it is open.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            # Ignored here, it is offered to the parents one after the other, up to the area that scrolls.
            event.ignore()
            return True
        return bool(super().eventFilter(watched, event))


def pass_wheel(*controls: QWidget) -> None:
    """Have the wheel neither change these controls nor give them the keyboard."""
    for control in controls:
        if control.focusPolicy() == Qt.FocusPolicy.WheelFocus:
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.installEventFilter(PassingWheel(control))
