"""Lets a control reached by the Tab key keep the keys that otherwise play the descent: Space, arrows, letters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from gdviz.views.passing_wheel import pass_wheel

__all__ = ["KeptKeys", "keep_keys"]

_WITH_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class KeptKeys(QObject):
    """An event filter: plain keys pressed in what it watches go there, not to the window's shortcuts.

    A button that was reached by the keyboard has the property `ringed`, for the style sheet to show. A window that
    opens gives the keyboard to its first control too, but only who uses the keyboard wants to see where it is.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_plain = not event.modifiers() & _WITH_MODIFIERS
            if is_plain and event.key() != Qt.Key.Key_Escape:
                event.accept()
                return True
        if isinstance(event, QFocusEvent) and isinstance(watched, QAbstractButton):
            _ring(watched, event.gotFocus() and event.reason() in _BY_KEYBOARD)
        return bool(super().eventFilter(watched, event))


def _ring(button: QAbstractButton, ringed: bool) -> None:
    if bool(button.property("ringed")) != ringed:
        button.setProperty("ringed", ringed)
        button.style().unpolish(button)
        button.style().polish(button)


def keep_keys(*controls: QWidget) -> None:
    """Have these controls take the focus by Tab only, and keep their keys while they have it.

    A click does not take the keyboard, so that Space still plays after one.
    """
    for control in controls:
        control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        control.installEventFilter(KeptKeys(control))
        if isinstance(control, QComboBox):
            pass_wheel(control)
