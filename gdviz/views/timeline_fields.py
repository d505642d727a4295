"""The numbers of the timeline that can be typed: the shown step and the speed."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QStackedLayout, QToolTip, QWidget

from gdviz.analysis.axis import count_text
from gdviz.errors import InputError
from gdviz.qt.playback import MAX_SPEED, SPEEDS
from gdviz.views.chart import tabular

__all__ = ["SpeedBox", "StepField", "parsed_speed", "speed_text"]


class StepField(QWidget):
    """Says "step 128 / 500" in figures that don't jump; a click turns it into a field to type a step."""

    step_entered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = self._total = 0
        self._label = QLabel()
        self._label.setFont(tabular(self.font()))
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._edit = _Edit()
        self._edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._edit.setAccessibleName(self.tr("Shown step"))
        self._edit.setFont(tabular(self.font()))
        self._layout = QStackedLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._label)
        self._layout.addWidget(self._edit)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(self.tr("Click to type a step"))
        self._edit.returnPressed.connect(self._on_return_pressed)
        self._edit.left.connect(self._on_left)
        self.show_step(0, 0)

    @property
    def editing(self) -> bool:
        return self._layout.currentWidget() is self._edit

    @property
    def text(self) -> str:
        return self._label.text()

    @property
    def edit(self) -> QLineEdit:
        """The field to type in, there while `editing`."""
        return self._edit

    def show_step(self, step: int, total: int) -> None:
        wider = len(str(total)) != len(str(self._total)) or not self._label.text()
        self._step, self._total = step, total
        self._label.setText(self._words(step, total))
        self.setAccessibleName(self._label.text())
        if wider:
            self.setFixedWidth(self.sizeHint().width())

    def sizeHint(self) -> QSize:
        widest = self._label.fontMetrics().horizontalAdvance(self._words(self._total, self._total))
        return QSize(widest + 16, max(self._edit.sizeHint().height(), 28))

    def begin(self) -> None:
        """Turn into a field with the shown step selected."""
        self._edit.setText(str(self._step))
        self._edit.set_invalid(False)
        self._layout.setCurrentWidget(self._edit)
        self._edit.setFocus()
        self._edit.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._total:
            self.begin()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self._total:
            self.begin()
        else:
            super().keyPressEvent(event)

    def _words(self, step: int, total: int) -> str:
        last = _grouped(total)
        # Figure spaces are as wide as digits: nothing moves when a digit comes.
        return self.tr("step {step} / {total}").format(step=_grouped(step).rjust(len(last), "\u2007"), total=last)

    @Slot()
    def _on_return_pressed(self) -> None:
        # Thousands may be grouped, as they are on the label.
        typed = "".join(letter for letter in self._edit.text() if not letter.isspace() and letter not in ",_")
        step = int(typed) if typed.isascii() and typed.isdigit() else None
        if step is None or step > self._total:
            self._edit.set_invalid(True)
            reason = self.tr("Type a step from 0 to {total}.").format(total=self._total)
            QToolTip.showText(self._edit.mapToGlobal(QPoint(0, -40)), reason, self._edit)
            return
        self._on_left()
        self.step_entered.emit(step)

    @Slot()
    def _on_left(self) -> None:
        if self.editing:
            had_focus = self._edit.hasFocus()
            self._layout.setCurrentWidget(self._label)
            if had_focus:
                self.setFocus()


class _Edit(QLineEdit):
    """Says when it is left without Enter, and keeps Enter to itself."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        # A file that is dropped here is meant for the window.
        self.setAcceptDrops(False)
        self.textEdited.connect(self._on_text_edited)

    def set_invalid(self, invalid: bool) -> None:
        """Mark what was typed as nothing that can be used, or no longer."""
        self.setProperty("invalid", invalid)
        self.style().unpolish(self)
        self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    @Slot()
    def _on_text_edited(self) -> None:
        self.set_invalid(False)


class SpeedBox(QComboBox):
    """Steps a second, from a list or typed."""

    speed_entered = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed = SPEEDS[0]
        self._edit = _Edit()
        self.setEditable(True)
        self.setLineEdit(self._edit)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]
        self.setProperty("quiet", True)
        self.setFont(tabular(self.font()))
        self.setAccessibleName(self.tr("Speed in steps a second"))
        self.setToolTip(self.tr("Steps a second while playing; choose or type, from 1 upward"))
        for speed in SPEEDS:
            self.addItem(self._words(speed), speed)
        widest = max(self.fontMetrics().horizontalAdvance(self._words(speed)) for speed in SPEEDS)
        self.setFixedWidth(widest + 60)
        self.activated.connect(self._on_activated)
        self._edit.returnPressed.connect(self._on_return_pressed)
        self._edit.left.connect(self._on_left)

    def show_speed(self, speed: float) -> None:
        """Show this speed, whether or not it is one of the list."""
        self._speed = speed
        self._edit.set_invalid(False)
        blocked = self.blockSignals(True)
        self.setCurrentIndex(SPEEDS.index(speed) if speed in SPEEDS else -1)
        self.setEditText(self._words(speed))
        self.blockSignals(blocked)
        self._edit.setCursorPosition(0)

    def _words(self, speed: float) -> str:
        return self.tr("max") if speed == MAX_SPEED else speed_text(speed)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        if index >= 0:
            self.speed_entered.emit(float(self.itemData(index)))

    @Slot()
    def _on_return_pressed(self) -> None:
        text = self.currentText()
        try:
            speed = MAX_SPEED if text.strip() == self.tr("max") else parsed_speed(text)
        except InputError as error:
            self._edit.set_invalid(True)
            QToolTip.showText(self.mapToGlobal(QPoint(0, -40)), str(error), self)
            return
        self.speed_entered.emit(speed)
        self._edit.deselect()

    @Slot()
    def _on_left(self) -> None:
        # Without Enter, or with text that is no speed.
        if self._edit.text() != self._words(self._speed):
            self.show_speed(self._speed)


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f") if count >= 10_000 else str(count)


def speed_text(speed: float) -> str:
    """A speed in short: 12/s, 10k/s, max."""
    if speed >= MAX_SPEED:
        return "max"
    return f"{count_text(int(speed))}/s" if speed == int(speed) else f"{speed:.6g}/s"


def parsed_speed(text: str) -> float:
    """The speed that such a text says; raises `InputError` where it says none."""
    word = text.strip().lower().removesuffix("/s").strip()
    if word == "max":
        return MAX_SPEED
    factor = 1.0
    for letter, size in (("k", 1e3), ("m", 1e6)):
        if word.endswith(letter):
            word, factor = word.removesuffix(letter), size
    try:
        speed = float(word) * factor
    except ValueError:
        speed = math.nan
    if not 1 <= speed <= MAX_SPEED:
        raise InputError(f"the speed must be a number of steps a second from 1 upward, or max, not {text.strip()!r}.")
    return speed
