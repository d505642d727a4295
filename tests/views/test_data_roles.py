"""The parts that columns play are changed by hand, and what can't be fitted is said in words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from gdviz.data.read import read_table
from gdviz.data.table import Column, Table
from gdviz.experiment.data_choice import FitRoles, classes_for, constant_columns, resolved_roles
from gdviz.views.data_roles import DataRoles

LENGTHS = ("sepal_length", "sepal_width", "petal_length", "petal_width")


@pytest.fixture(scope="module")
def iris() -> Table:
    return read_table("builtin:iris")


def shown(qtbot: QtBot, table: Table, **options: object) -> DataRoles:
    roles = DataRoles()
    qtbot.addWidget(roles)
    roles.resize(280, 500)
    chosen = resolved_roles(table, options)
    roles.show_roles(table, chosen, lambda roles: classes_for(table, roles), constant_columns(table))
    roles.show()
    return roles


def combo_of(roles: DataRoles, name: str) -> QComboBox:
    return next(combo for combo in roles.findChildren(QComboBox) if combo.accessibleName() == name)


def pick(qtbot: QtBot, combo: QComboBox, text: str) -> None:
    """Go to an entry with the keys, as a user does who has come here by the Tab key."""
    assert combo.isVisible()
    assert combo.isEnabled()
    step = Qt.Key.Key_Down if combo.findText(text) > combo.currentIndex() else Qt.Key.Key_Up
    for _ in range(combo.count()):
        if combo.currentText() == text:
            return
        qtbot.keyClick(combo, step)
    assert combo.currentText() == text


def list_of(roles: DataRoles) -> QListWidget:
    found = roles.findChild(QListWidget)
    assert found is not None
    return found


def _turn_wheel(combo: QComboBox) -> None:
    place = QPoint(10, 10)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), QPointF(combo.mapToGlobal(place)), QPoint(), QPoint(0, 120), *none, False)
    QApplication.sendEvent(combo, event)


def click_feature(qtbot: QtBot, roles: DataRoles, name: str) -> None:
    features = list_of(roles)
    [item] = features.findItems(name, Qt.MatchFlag.MatchExactly)
    place = features.visualItemRect(item).center()
    qtbot.mouseClick(features.viewport(), Qt.MouseButton.LeftButton, pos=place)


def ticked(roles: DataRoles) -> tuple[str, ...]:
    features = list_of(roles)
    items = [features.item(row) for row in range(features.count())]
    return tuple(item.text() for item in items if item.checkState() == Qt.CheckState.Checked)


def test_that_the_guessed_roles_are_shown(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    assert combo_of(roles, "Target").currentText() == "species"
    assert combo_of(roles, "Model").currentText() == "Softmax regression"
    assert not combo_of(roles, "Class 0").isVisible()
    assert roles.roles == FitRoles("species", LENGTHS, "softmax")
    assert roles.reason == ""
    pick(qtbot, combo_of(roles, "Model"), "Logistic regression")
    assert combo_of(roles, "Class 0").currentText() == "setosa"
    assert combo_of(roles, "Class 1").currentText() == "versicolor"
    assert ticked(roles) == LENGTHS
    assert roles.roles == FitRoles("species", LENGTHS, "logistic", ("setosa", "versicolor"))
    assert roles.reason == ""


@pytest.mark.parametrize(("label", "model"), [("Softmax regression", "softmax"), ("Multi-layer perceptron", "mlp")])
def test_that_a_pair_goes_with_the_model_that_needs_one(qtbot: QtBot, iris: Table, label: str, model: str) -> None:
    roles = shown(qtbot, iris, classes=("versicolor", "virginica"))
    assert combo_of(roles, "Class 1").currentText() == "virginica"
    pick(qtbot, combo_of(roles, "Model"), label)
    assert roles.roles == FitRoles("species", LENGTHS, model)
    assert not combo_of(roles, "Class 1").isVisible()


def test_that_a_click_anywhere_on_a_line_makes_a_feature_of_it_or_none(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    with qtbot.waitSignal(roles.edited):
        click_feature(qtbot, roles, "sepal_width")
    assert ticked(roles) == roles.roles.features == ("sepal_length", "petal_length", "petal_width")
    click_feature(qtbot, roles, "sepal_width")
    assert roles.roles.features == LENGTHS


def test_that_space_ticks_the_line_that_has_the_keyboard(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    features = list_of(roles)
    features.setCurrentRow(2)
    with qtbot.waitSignal(roles.edited):
        qtbot.keyClick(features, Qt.Key.Key_Space)
    assert roles.roles.features == ("sepal_length", "sepal_width", "petal_width")


def test_that_without_features_it_says_what_to_do(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    every = roles.findChild(QCheckBox)
    assert every is not None
    qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert roles.roles.features == ()
    assert roles.reason == "Choose at least one feature."
    qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert roles.roles.features == LENGTHS
    assert roles.reason == ""
    click_feature(qtbot, roles, "petal_width")
    assert every.checkState() == Qt.CheckState.PartiallyChecked
    qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert roles.roles.features == LENGTHS


def test_that_another_target_brings_its_model_and_leaves_the_features(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    with qtbot.waitSignal(roles.edited):
        pick(qtbot, combo_of(roles, "Target"), "petal_width")
    assert roles.roles == FitRoles("petal_width", LENGTHS[:3], "linear")
    assert not combo_of(roles, "Class 0").isVisible()
    assert ticked(roles) == LENGTHS[:3]
    assert not list_of(roles).findItems("petal_width", Qt.MatchFlag.MatchExactly)


def test_that_text_can_be_neither_feature_nor_number(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    items = combo_of(roles, "Model").model()
    assert isinstance(items, QStandardItemModel)
    linear = combo_of(roles, "Model").findText("Linear regression")
    assert not items.item(linear).isEnabled()
    pick(qtbot, combo_of(roles, "Target"), "petal_width")
    assert items.item(linear).isEnabled()
    [species] = list_of(roles).findItems("species", Qt.MatchFlag.MatchExactly)
    before = roles.roles
    click_feature(qtbot, roles, "species")
    assert roles.roles == before
    assert "text" in species.toolTip()


def test_that_numbers_can_be_told_apart_as_classes(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    pick(qtbot, combo_of(roles, "Target"), "petal_width")
    pick(qtbot, combo_of(roles, "Model"), "Logistic regression")
    assert roles.roles.classes == ("0.1", "0.2")
    pick(qtbot, combo_of(roles, "Class 1"), "2.5")
    assert roles.roles.classes == ("0.1", "2.5")


def test_that_several_targets_and_weights_are_chosen_and_are_no_features(qtbot: QtBot) -> None:
    roles = shown(qtbot, read_table("builtin:linnerud"), target="weight")
    more = roles.findChild(QPushButton, "moreTargets")
    assert more is not None
    assert more.isVisible()
    assert more.text() == "no other target"
    action = next(action for action in more.menu().actions() if action.text() == "waist")
    with qtbot.waitSignal(roles.edited):
        action.trigger()
    assert roles.roles.targets == ("weight", "waist")
    assert more.text() == "waist"
    assert "waist" not in ticked(roles)
    pick(qtbot, combo_of(roles, "Weights of the rows"), "pulse")
    assert roles.roles.weights == "pulse"
    assert ticked(roles) == ("chin_ups", "sit_ups", "jumps")
    pick(qtbot, combo_of(roles, "Weights of the rows"), "all rows alike")
    assert roles.roles.weights is None
    pick(qtbot, combo_of(roles, "Model"), "Logistic regression")
    assert not more.isVisible()
    assert roles.roles.targets == ("weight",)


def test_that_the_same_class_twice_is_refused_in_words_until_mended(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris, model="logistic")
    pick(qtbot, combo_of(roles, "Class 0"), "versicolor")
    assert roles.reason == "Choose two different classes."
    pick(qtbot, combo_of(roles, "Class 1"), "setosa")
    assert roles.reason == ""
    assert roles.roles.classes == ("versicolor", "setosa")


def test_that_a_target_with_one_class_is_refused_in_words(qtbot: QtBot, iris: Table) -> None:
    alike = dataclasses.replace(iris, columns=(iris.columns[0], Column("k", "text", np.zeros(150, int), ("only",))))
    roles = shown(qtbot, alike)
    assert roles.reason.startswith("k has only the class only in the rows where no feature is missing; choose")


def test_that_a_table_without_numbers_is_refused_in_words(qtbot: QtBot, iris: Table) -> None:
    texts = dataclasses.replace(iris, columns=(iris.columns[-1],))
    assert "no numeric column" in shown(qtbot, texts).reason


def test_that_a_constant_column_is_no_feature(qtbot: QtBot, iris: Table) -> None:
    constant = Column("k", "numeric", np.ones(150))
    roles = shown(qtbot, dataclasses.replace(iris, columns=(constant, *iris.columns)))
    assert roles.roles.features == LENGTHS
    before = roles.roles
    click_feature(qtbot, roles, "k")
    assert roles.roles == before
    [item] = list_of(roles).findItems("k", Qt.MatchFlag.MatchExactly)
    assert "same value" in item.toolTip()


def test_that_classes_that_are_still_looked_for_are_taken_once_they_are_known(qtbot: QtBot, iris: Table) -> None:
    known: dict[str, tuple[str, ...]] = {}
    roles = DataRoles()
    qtbot.addWidget(roles)
    usual = resolved_roles(iris, {"model": "logistic"})
    roles.show_roles(iris, usual, lambda wanted: known.get(wanted.target))
    roles.show()
    assert not combo_of(roles, "Class 0").isVisible()
    assert roles.roles.classes is None
    assert roles.reason == ""
    known["species"] = ("setosa", "versicolor", "virginica")
    roles.show_roles(iris, roles.roles, lambda wanted: known.get(wanted.target))
    assert roles.roles.classes == ("setosa", "versicolor")
    assert combo_of(roles, "Class 0").isVisible()


def test_that_showing_roles_is_no_edit(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    with qtbot.assertNotEmitted(roles.edited):
        roles.show_roles(iris, FitRoles("petal_width", ("petal_length",), "linear"), lambda _roles: ())


def test_that_a_wheel_over_a_choice_does_not_change_it(qtbot: QtBot, iris: Table) -> None:
    roles = shown(qtbot, iris)
    combo = combo_of(roles, "Target")
    with qtbot.assertNotEmitted(roles.edited):
        _turn_wheel(combo)
    assert combo.currentText() == "species"
