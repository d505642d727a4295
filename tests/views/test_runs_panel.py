"""The runs panel shows the hyper-parameters that an edit would change."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.experiment.experiment import RunEntry
from gdviz.runs.config import Change, RunConfig
from gdviz.views.number_field import NumberField
from gdviz.views.runs_panel import RunsPanel
from gdviz.views.theme import LIGHT

CHANGED = RunConfig(gdviz.optimizer("adam", learning_rate=0.02), changes=(Change(150, {"learning_rate": 0.2}),))
PLAIN = RunConfig(gdviz.optimizer("adam", learning_rate=0.3))


@pytest.fixture
def panel(qtbot: QtBot) -> RunsPanel:
    panel = RunsPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.set_runs((RunEntry(1, CHANGED), RunEntry(2, PLAIN)), {1: "changed", 2: "plain"}, False)
    return panel


def choose(panel: RunsPanel, mode: str) -> None:
    next(button for button in panel.findChildren(QRadioButton) if button.text() == mode).click()


def rates(panel: RunsPanel) -> list[str]:
    fields = panel.findChildren(NumberField)
    return [field.text() for field in fields if field.accessibleName() == "Learning rate"]


def test_that_from_here_the_card_shows_the_rate_at_the_shown_step(panel: RunsPanel) -> None:
    choose(panel, "from here")

    for step, rate in ((149, "0.02"), (150, "0.2"), (400, "0.2"), (10, "0.02")):
        panel.set_shown_step(step)
        assert rates(panel) == [rate, "0.3"]


def test_that_from_the_start_the_card_shows_the_rate_at_the_start(panel: RunsPanel) -> None:
    panel.set_shown_step(200)
    assert rates(panel) == ["0.02", "0.3"]

    choose(panel, "from here")
    assert rates(panel) == ["0.2", "0.3"]

    choose(panel, "from the start")
    assert rates(panel) == ["0.02", "0.3"]


def test_that_a_run_changed_or_added_later_is_shown_at_the_shown_step_too(panel: RunsPanel) -> None:
    panel.set_shown_step(200)
    choose(panel, "from here")

    panel.set_runs(
        (RunEntry(1, CHANGED.changed_at(180, {"learning_rate": 0.5})), RunEntry(3, CHANGED)), {1: "a", 3: "b"}, False
    )

    assert rates(panel)[0] == "0.5"
    assert rates(panel)[-1] == "0.2"


def test_that_at_step_0_an_edit_from_here_is_one_from_the_start_and_the_card_shows_that(panel: RunsPanel) -> None:
    config = CHANGED.changed_at(0, {"learning_rate": 0.7})
    panel.set_shown_step(5)
    choose(panel, "from here")
    panel.set_runs((RunEntry(1, config),), {1: "changed"}, False)
    assert rates(panel)[0] == "0.7"

    panel.set_shown_step(0)

    assert rates(panel)[0] == "0.02"


def test_that_the_first_rate_can_be_applied_again_from_here(qtbot: QtBot, panel: RunsPanel) -> None:
    panel.set_shown_step(200)
    choose(panel, "from here")
    field = next(field for field in panel.findChildren(NumberField) if field.accessibleName() == "Learning rate")

    field.selectAll()
    qtbot.keyClicks(field, "0.02")
    with qtbot.waitSignal(panel.hyper_parameter_edited) as edited:
        qtbot.keyClick(field, Qt.Key.Key_Return)

    assert edited.args == [1, "learning_rate", 0.02]


def test_that_text_half_typed_is_left_alone_while_steps_pass_a_change(qtbot: QtBot, panel: RunsPanel) -> None:
    choose(panel, "from here")
    panel.set_shown_step(140)
    panel.show()
    qtbot.waitExposed(panel)
    field = next(field for field in panel.findChildren(NumberField) if field.accessibleName() == "Learning rate")
    panel.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, "0.4")

    panel.set_shown_step(160)

    assert field.text() == "0.4"


def test_that_another_method_inside_a_wrapper_brings_its_own_rows(qtbot: QtBot, panel: RunsPanel) -> None:
    def shown(method: str, **options: object) -> set[str]:
        config = RunConfig(gdviz.optimizer(method, **options))
        panel.set_runs((RunEntry(1, config),), {1: "run"}, False)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return {field.accessibleName() for field in panel.findChildren(NumberField)}

    panel.set_runs((), {}, False)
    assert {"Steps ahead", "Beta 2"} <= shown("lookahead", base="adam")
    around_momentum = shown("lookahead", base="momentum")
    assert {"Steps ahead", "Dampening"} <= around_momentum
    assert "Beta 2" not in around_momentum
    without_rate = shown("nelder_mead")
    assert {"First size", "Reflection"} <= without_rate
    assert "Learning rate" not in without_rate
