"""Controls reached by the keyboard keep their keys; those that were clicked leave them to the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gdviz.views.kept_keys import keep_keys


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    row = QHBoxLayout(made)
    combo = QComboBox(made)
    combo.addItems(["first", "second"])
    for control in (QPushButton("plain", made), QCheckBox("tick", made), combo, QPushButton("kept", made)):
        row.addWidget(control)
    keep_keys(*made.findChildren(QCheckBox), combo, made.findChildren(QPushButton)[1])
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def shortcut(window: QWidget) -> QShortcut:
    return QShortcut(QKeySequence(Qt.Key.Key_Space), window)


def control(window: QWidget, kind: type[QWidget], place: int = 0) -> QWidget:
    return window.findChildren(kind)[place]


def test_that_a_key_goes_to_the_control_that_has_the_keyboard(
    qtbot: QtBot, window: QWidget, shortcut: QShortcut
) -> None:
    tick = control(window, QCheckBox)
    assert isinstance(tick, QCheckBox)
    tick.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.assertNotEmitted(shortcut.activated), qtbot.waitSignal(tick.toggled):
        qtbot.keyClick(tick, Qt.Key.Key_Space)


def test_that_elsewhere_the_window_has_its_shortcut(qtbot: QtBot, window: QWidget, shortcut: QShortcut) -> None:
    plain = control(window, QPushButton)
    plain.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(shortcut.activated):
        qtbot.keyClick(plain, Qt.Key.Key_Space)


def test_that_a_shortcut_with_control_is_always_the_windows(qtbot: QtBot, window: QWidget) -> None:
    undo = QShortcut(QKeySequence("Ctrl+Z"), window)
    kept = control(window, QPushButton, 1)
    kept.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(undo.activated):
        qtbot.keyClick(kept, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_that_a_click_leaves_the_keyboard_where_it_was(qtbot: QtBot, window: QWidget) -> None:
    plain, kept = control(window, QPushButton), control(window, QPushButton, 1)
    plain.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.mouseClick(kept, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is plain


def test_that_only_a_button_reached_by_the_keyboard_shows_it(window: QWidget) -> None:
    kept = control(window, QPushButton, 1)
    kept.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert not kept.property("ringed")
    kept.clearFocus()
    kept.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert kept.property("ringed")
    control(window, QPushButton).setFocus(Qt.FocusReason.TabFocusReason)
    assert not kept.property("ringed")


def test_that_a_wheel_scrolls_what_lies_around_a_choice(window: QWidget) -> None:
    combo = control(window, QComboBox)
    assert isinstance(combo, QComboBox)
    place = QPoint(5, 5)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), QPointF(combo.mapToGlobal(place)), QPoint(), QPoint(0, -120), *none, False)
    QApplication.sendEvent(combo, event)
    assert combo.currentText() == "first"
    assert not event.isAccepted()
