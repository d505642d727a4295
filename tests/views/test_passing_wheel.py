"""The wheel turned over a panel scrolls it, and changes nothing that lies under the pointer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QScrollArea, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.data.read import read_table
from gdviz.experiment.data_choice import classes_for, resolved_roles
from gdviz.experiment.experiment import RunEntry
from gdviz.parameters import declared
from gdviz.problems.fit import DataFit
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.schedules import SCHEDULES
from gdviz.views.data_roles import DataRoles
from gdviz.views.gradient_shaping import GradientShaping
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.run_card import RunCard
from gdviz.views.theme import LIGHT

CONFIG = RunConfig(
    gdviz.optimizer("adam", learning_rate=SCHEDULES.get("cosine").from_rate(0.1)), clipping=Clipping(norm=2.0)
)
KINDS = (QComboBox, QSlider)


@pytest.fixture
def area(qtbot: QtBot) -> QScrollArea:
    """A panel that holds a card, forms and the roles of a table, and is far too low for them."""
    content = QWidget()
    layout = QVBoxLayout(content)
    card = RunCard(RunEntry(1, CONFIG), LIGHT)
    card.set_entry(RunEntry(1, CONFIG), "Adam")
    card.set_expanded(True)
    shaping = GradientShaping()
    shaping.set_config(CONFIG)
    table = read_table("builtin:iris")
    roles = DataRoles()
    roles.show_roles(table, resolved_roles(table, {"model": "logistic"}), lambda chosen: classes_for(table, chosen))
    for part in (card, shaping, roles, ParameterForm(declared(DataFit))):
        layout.addWidget(part)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.resize(600, 200)
    area.show()
    return area


def controls(area: QScrollArea) -> list[QComboBox | QSlider]:
    found = [control for kind in KINDS for control in area.findChildren(kind) if control.isVisible()]
    return [control for control in found if area.widget().isAncestorOf(control)]


def turn(widget: QWidget, degrees: int) -> None:
    """Turns the wheel over the middle of a widget, as the system tells the window, which asks one widget after the
    other for whom it is."""
    window, place = widget.window(), widget.rect().center()
    QTest.wheelEvent(window.windowHandle(), QPointF(widget.mapTo(window, place)), QPoint(0, 8 * degrees))


def shown(control: QComboBox | QSlider) -> int:
    return control.currentIndex() if isinstance(control, QComboBox) else control.value()


def test_that_the_wheel_over_any_choice_or_slider_scrolls_the_panel_and_changes_nothing(area: QScrollArea) -> None:
    found = controls(area)
    names = {control.accessibleName() for control in found}
    assert {"Optimizer", "Schedule of the learning rate", "Noise on the gradients", "Convention"} <= names
    assert {"Target", "Model", "Class 0"} <= names
    assert any(isinstance(control, QSlider) for control in found)
    bar = area.verticalScrollBar()
    scrolled = set()
    for control in found:
        # From the middle it can go both ways.
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.count() // 2)
        for degrees in (15, -15):
            bar.setValue(control.mapTo(area.widget(), QPoint(0, 0)).y() - area.viewport().height() // 2)
            before, place = shown(control), bar.value()
            turn(control, degrees)
            assert shown(control) == before, control.accessibleName()
            if 0 < place < bar.maximum():
                assert (bar.value() < place) == (degrees > 0), control.accessibleName()
                assert bar.value() != place, control.accessibleName()
                scrolled.add(control)
            assert not control.hasFocus(), control.accessibleName()
    # All but what stands at the very top or bottom, from where the panel scrolls one way only.
    assert len(scrolled) > len(found) - 5


def test_that_the_wheel_gives_no_choice_or_slider_the_keyboard(area: QScrollArea) -> None:
    for control in controls(area):
        assert control.focusPolicy() != Qt.FocusPolicy.WheelFocus, control.accessibleName()
        assert control.focusPolicy() != Qt.FocusPolicy.NoFocus, control.accessibleName()


def test_that_the_wheel_scrolls_the_list_of_a_choice_that_is_open(qtbot: QtBot, area: QScrollArea) -> None:
    choice = next(control for control in controls(area) if control.accessibleName() == "Optimizer")
    assert isinstance(choice, QComboBox)
    choice.setMaxVisibleItems(4)
    choice.setCurrentIndex(0)
    choice.showPopup()
    view = choice.view()
    qtbot.waitUntil(view.isVisible)
    assert view.verticalScrollBar().value() == 0
    turn(view.viewport(), -15)
    assert view.verticalScrollBar().value() > 0
    choice.hidePopup()
    assert choice.currentIndex() == 0
