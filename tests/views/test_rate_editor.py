"""The learning rate of a run card: a number, a schedule, or a curve whose points are moved."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.experiment.experiment import RunEntry
from gdviz.parameters import declared
from gdviz.runs.config import RunConfig
from gdviz.schedules import SCHEDULES, Curve, schedule
from gdviz.views.number_field import NumberField
from gdviz.views.rate_curve import RateCurve
from gdviz.views.rate_editor import RateEditor
from gdviz.views.run_card import RunCard
from gdviz.views.theme import DARK, LIGHT

RATE = next(item for item in declared(type(gdviz.optimizer("adam"))) if item.name == "learning_rate")
COSINE = schedule("cosine", initial=0.2, steps=80)


@pytest.fixture
def editor(qtbot: QtBot) -> RateEditor:
    editor = RateEditor(RATE, LIGHT)
    qtbot.addWidget(editor)
    editor.resize(240, 400)
    editor.set_expanded(True)
    return editor


def choose(editor: RateEditor, name: str) -> None:
    combo = editor.findChild(QComboBox)
    assert combo is not None
    index = combo.findData(name)
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def visible_fields(editor: RateEditor) -> dict[str, str]:
    return {
        field.accessibleName(): field.text() for field in editor.findChildren(NumberField) if field.isVisibleTo(editor)
    }


@pytest.mark.parametrize("cls", list(SCHEDULES), ids=lambda cls: cls.name)
def test_that_every_schedule_can_be_chosen_shown_and_left(qtbot: QtBot, editor: RateEditor, cls: Any) -> None:
    editor.set_value(0.25, 500)
    with qtbot.waitSignal(editor.edited) as edited:
        choose(editor, cls.name)
    name, made = edited.args
    assert name == "learning_rate"
    assert type(made) is cls
    editor.set_value(made, 500)
    assert not editor.grab().isNull()
    with qtbot.waitSignal(editor.edited) as edited:
        choose(editor, "")
    assert edited.args[1] == pytest.approx(0.25)


def test_that_options_of_the_schedule_are_edited_one_at_a_time(qtbot: QtBot, editor: RateEditor) -> None:
    editor.set_value(COSINE, 500)
    fields = visible_fields(editor)
    assert fields == {"Initial rate": "0.2", "Steps": "80", "Final rate": "0"}
    (field,) = (item for item in editor.findChildren(NumberField) if item.accessibleName() == "Steps")
    field.selectAll()
    qtbot.keyClicks(field, "120")
    with qtbot.waitSignal(editor.edited) as edited:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited.args == ["learning_rate", dataclasses.replace(COSINE, steps=120)]


def test_that_collapsed_it_shows_a_number_or_the_curve(editor: RateEditor) -> None:
    editor.set_expanded(False)
    editor.set_value(0.25, 500)
    assert visible_fields(editor) == {"Learning rate": "0.25"}
    curve = editor.findChild(RateCurve)
    assert curve is not None
    assert not curve.isVisibleTo(editor)
    editor.set_value(COSINE, 500)
    assert visible_fields(editor) == {}
    assert curve.isVisibleTo(editor)


def test_that_a_schedule_becomes_a_curve_that_is_bent_by_its_points(qtbot: QtBot, editor: RateEditor) -> None:
    editor.set_value(COSINE, 80)
    with qtbot.waitSignal(editor.edited) as edited:
        choose(editor, "curve")
    made = edited.args[1]
    assert isinstance(made, Curve)
    assert made.steps == (0, 10, 20, 30, 40, 50, 60, 70, 80)
    assert made.rate(20) == COSINE.rate(20)  # type: ignore[attr-defined]
    editor.set_value(made, 80)
    editor.show()
    curve = editor.findChild(RateCurve)
    assert curve is not None
    seen: list[Any] = []
    editor.edited.connect(lambda name, value: seen.append(value))
    last = QPoint(curve.width() - 6, curve.height() - 6)
    qtbot.mousePress(curve, Qt.MouseButton.LeftButton, pos=last)
    qtbot.mouseMove(curve, QPoint(last.x(), curve.height() // 2))
    with qtbot.waitSignal(editor.edit_finished):
        qtbot.mouseRelease(curve, Qt.MouseButton.LeftButton, pos=QPoint(last.x(), curve.height() // 2))
    assert seen[-1].rates[:-1] == made.rates[:-1]
    assert 0.08 < seen[-1].rates[-1] < 0.13


def test_that_options_that_make_no_schedule_are_said_below(editor: RateEditor) -> None:
    editor.set_value(Curve(steps=(0.0, 10.0), rates=(0.1, 0.2)), 80)
    seen: list[Any] = []
    editor.edited.connect(lambda name, value: seen.append(value))
    editor._on_option_edited("steps", (0.0, 10.0, 20.0))
    assert seen == []
    assert "3 steps and 2 rates" in editor._problem.text()


def test_that_a_card_shows_schedules_and_says_what_changes_to_one(qtbot: QtBot) -> None:
    config = RunConfig(gdviz.optimizer("adam", learning_rate=COSINE)).changed_at(
        40, {"learning_rate": schedule("plateau")}
    )
    card = RunCard(RunEntry(1, config), LIGHT)
    qtbot.addWidget(card)
    card.set_entry(RunEntry(1, config), "Adam")
    assert card._changes.text() == "learning rate plateau(initial=0.01) from step 40"
    editor = card.findChild(RateEditor)
    assert editor is not None
    combo = editor.findChild(QComboBox)
    assert combo is not None
    assert combo.currentData() == "cosine"
    card.set_edited_step(40)
    assert combo.currentData() == "plateau"
    card.set_theme(DARK)
    with qtbot.waitSignal(card.hyper_parameter_edited) as edited:
        choose(editor, "")
    assert edited.args == [1, "learning_rate", 0.01]
