"""The fold with clipping and noise."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.noise import NOISES
from gdviz.views.gradient_shaping import GradientShaping
from gdviz.views.number_field import NumberField

PLAIN = RunConfig(gdviz.optimizer("adam"))


@pytest.fixture
def shaping(qtbot: QtBot) -> GradientShaping:
    shaping = GradientShaping()
    qtbot.addWidget(shaping)
    shaping.set_config(PLAIN)
    return shaping


def field(shaping: GradientShaping, name: str) -> NumberField:
    return next(item for item in shaping.findChildren(NumberField) if item.accessibleName() == name)


def fold(shaping: GradientShaping) -> QToolButton:
    button = shaping.findChild(QToolButton)
    assert button is not None
    return button


def test_that_it_is_folded_away_until_something_is_on(shaping: GradientShaping) -> None:
    assert not field(shaping, "Largest norm").isVisibleTo(shaping)
    fold(shaping).click()
    assert field(shaping, "Largest norm").isVisibleTo(shaping)
    fold(shaping).click()
    shaping.set_config(RunConfig(gdviz.optimizer("adam"), clipping=Clipping(norm=2.0)))
    assert field(shaping, "Largest norm").isVisibleTo(shaping)
    assert field(shaping, "Largest norm").text() == "2"


def test_that_one_bound_takes_the_place_of_the_other(qtbot: QtBot, shaping: GradientShaping) -> None:
    shaping.set_config(RunConfig(gdviz.optimizer("adam"), clipping=Clipping(norm=2.0)))
    entry = field(shaping, "Largest entry")
    entry.selectAll()
    qtbot.keyClicks(entry, "0.5")
    with qtbot.waitSignal(shaping.edited) as edited:
        qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert edited.args == ["clipping", Clipping(value=0.5)]


@pytest.mark.parametrize("cls", list(NOISES), ids=lambda cls: cls.name)
def test_that_noise_is_chosen_edited_and_taken_away(qtbot: QtBot, shaping: GradientShaping, cls: Any) -> None:
    kind = next(
        combo for combo in shaping.findChildren(QComboBox) if combo.accessibleName() == "Noise on the gradients"
    )

    def choose(name: str) -> Any:
        with qtbot.waitSignal(shaping.edited) as edited:
            kind.setCurrentIndex(kind.findData(name))
            kind.activated.emit(kind.findData(name))
        assert edited.args[0] == "noise"
        return edited.args[1]

    assert choose(cls.name) == cls()
    shaping.set_config(RunConfig(gdviz.optimizer("adam"), noise=cls()))
    first = next(iter(cls().options()))
    assert shaping._noise_form is not None
    with qtbot.waitSignal(shaping.edited) as edited:
        shaping._noise_form.edited.emit(first, 0.75)
    assert getattr(edited.args[1], first) == 0.75
    assert choose("") is None
