"""A field for one number that says what is wrong with it instead of swallowing it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gdviz.errors import ParameterError
from gdviz.parameters import Parameter

__all__ = ["NumberField", "number_text"]

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


def number_text(value: float | int | None) -> str:
    """A number as short as reads well, at most seven significant digits."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.7g}"


class NumberField(QLineEdit):
    """Shows the value of a numeric `Parameter`; Enter, or leaving the field, takes what was typed if it can be used.

    The arrow keys step the value: by a tenth of a decade where the parameter is logarithmic, else by a hundredth of the
    slider's range. Text that can't be used stays, with the reason in `rejected`, until mended or Escape is pressed.
    """

    accepted = Signal(object)
    rejected = Signal(str)
    """The reason why the text can't be used, or an empty string once it can."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._value: float | int | None = parameter.default
        self._bad = False
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(parameter.label)
        # A file that is dropped here is meant for the window.
        self.setAcceptDrops(False)
        if parameter.optional:
            self.setPlaceholderText(self.tr("off"))
        self.returnPressed.connect(self._take)
        self.set_value(parameter.default)

    @property
    def value(self) -> float | int | None:
        return self._value

    def set_value(self, value: float | int | None) -> None:
        """Show this value, unless the user is in the middle of typing another."""
        self._value = value
        if self.hasFocus() and self.isModified():
            return
        self._show()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isModified():
            self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._show()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Undo within the field while typing; otherwise Ctrl+Z belongs to the experiment, and the keys that play do so.
        # A sign or a digit is always meant for the field.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.isModified():
            plain = not event.modifiers() & ~(_SHIFT | _KEYPAD)
            if not (plain and event.text().strip()):
                event.ignore()
                return False
        return bool(super().event(event))

    def _take(self) -> None:
        try:
            value = self._parameter.parse(self.text())
        except ParameterError as error:
            self._set_bad(str(error))
            return
        changed = value != self._value
        self._value = value
        self._show()
        if changed:
            self.accepted.emit(value)

    def _show(self) -> None:
        self.setText(number_text(self._value))
        self.setCursorPosition(0)
        self.setModified(False)
        self._set_bad("")

    def _set_bad(self, reason: str) -> None:
        if bool(reason) != self._bad or reason:
            self._bad = bool(reason)
            self.setProperty("invalid", self._bad)
            self.style().unpolish(self)
            self.style().polish(self)
            self.rejected.emit(reason)

    def _step(self, direction: int) -> None:
        parameter = self._parameter
        value = self._value if self._value is not None else (parameter.default or 0)
        if parameter.log and value > 0:
            candidate = float(f"{value * 10 ** (0.1 * direction):.3g}")
        else:
            low, high = parameter.slider or (0.0, 100.0)
            candidate = float(f"{value + direction * (high - low) / 100:.6g}")
        if parameter.kind == "integer":
            whole = math.ceil(candidate) if direction > 0 else math.floor(candidate)
            candidate = whole if whole != value else value + direction
        try:
            accepted = parameter.check(candidate)
        except ParameterError:
            return
        self._value = accepted
        self._show()
        self.accepted.emit(accepted)
