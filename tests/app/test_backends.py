"""The choice of what computes, and what is said of plug-ins, in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from gdviz.experiment.experiment import ProblemChoice
from gdviz.optimizers import OPTIMIZERS
from gdviz.plugins import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdviz.app.application import Application

    Start = Callable[..., Application]


def choose(application: Application, name: str) -> None:
    actions = {action.text(): action for action in application.layout.backend_menu.actions()}
    actions[name].trigger()


def test_that_the_menu_offers_every_backend_and_numpy_is_chosen(start: Start) -> None:
    menu = start().layout.backend_menu
    assert [action.text() for action in menu.actions()] == [
        "numpy",
        "torch",
        "torch:cuda",
        "torch:mps",
        "cupy",
        "jax",
    ]
    assert menu.backend == "numpy"
    assert all(action.toolTip() for action in menu.actions())


def test_that_the_choice_is_remembered(start: Start) -> None:
    choose(start(), "torch")
    again = start()
    assert again.layout.backend_menu.backend == "torch"
    assert again.services.runs.backend == "torch"


def test_that_a_backend_that_can_t_be_used_is_said_in_the_window(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    application = start()
    application.editing.choose_problem(ProblemChoice("rosenbrock"))
    qtbot.waitUntil(lambda: application.services.source.problem is not None)
    choose(application, "cupy")
    qtbot.waitUntil(lambda: "cupy is not installed" in application.layout.notice.text, timeout=20_000)
    qtbot.waitUntil(lambda: not application.services.runs.running, timeout=20_000)
    key = application.services.model.experiment.runs[0].key
    trajectory = application.services.runs.trajectory(key)
    assert trajectory is not None
    assert trajectory.finished


def test_that_a_plug_in_that_can_t_be_used_is_said_in_the_window(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    application = start()
    application.tell_of_plugins()
    assert application.layout.notice.text == ""
    monkeypatch.setattr(OPTIMIZERS, "_faults", [Fault("mine.py", "it is broken")])
    application.tell_of_plugins()
    assert application.layout.notice.text == "The plug-in mine.py can't be used: it is broken"
