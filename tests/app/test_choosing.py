"""From the empty start to a descent that moves, in two actions, whichever way is taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gdviz.app.newcomer import default_runs
from gdviz.experiment import edits
from gdviz.experiment.experiment import ProblemChoice
from gdviz.views.link_row import LinkRow
from gdviz.views.table_preview import TablePreviewDialog

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application


def moves(person: Person) -> bool:
    """Whether the shown step goes on by itself, and the point of every run with it."""
    playback = person.application.services.playback
    first = playback.step
    person.wait(lambda: playback.step > first + 2)
    runs = person.application.showing.runs
    return bool(runs) and all((run.trajectory.points[0] != run.trajectory.points[playback.step]).any() for run in runs)


def test_that_the_start_shows_no_problem_and_what_to_do(application: Application) -> None:
    assert application.services.model.experiment.problem is None
    assert application.layout.welcome.isVisible()
    assert not application.layout.workspace.landscape.isVisible()
    assert not application.services.model.modified


def test_that_a_function_of_the_welcome_and_space_lead_to_a_moving_descent(person: Person) -> None:
    person.click(person.tile("rosenbrock"))
    person.press("Space")

    assert moves(person)
    assert not person.application.layout.welcome.isVisible()
    assert person.application.layout.workspace.landscape.isVisible()


def test_that_the_keyboard_is_in_no_control_until_somebody_asks_for_it(person: Person) -> None:
    assert person.focused() is person.application.window

    person.click(person.tile("rosenbrock"))
    assert person.focused() is person.application.window


def test_that_a_function_chosen_by_the_keyboard_leaves_space_to_play(person: Person) -> None:
    person.tile("rosenbrock").setFocus(Qt.FocusReason.TabFocusReason)
    person.press("Return")
    assert person.focused() is person.application.window
    person.press("Space")

    assert moves(person)


def test_that_a_click_beside_a_number_gives_the_keys_back_to_the_descent(person: Person) -> None:
    person.choose("rosenbrock")
    field = person.field("b")
    person.click(field)
    assert person.focused() is field

    person.click(person.application.layout.workspace.loss.canvas)

    assert person.focused() is person.application.window


def test_that_a_function_of_the_welcome_and_the_play_button_lead_to_a_moving_descent(person: Person) -> None:
    person.click(person.tile("himmelblau"))
    timeline = person.application.layout.workspace.timeline
    person.wait(timeline.play_button.isEnabled)
    person.click(timeline.play_button)

    assert moves(person)


def test_that_a_bundled_table_and_space_lead_to_a_moving_fit(person: Person) -> None:
    welcome = person.application.layout.welcome
    row = next(row for row in welcome.findChildren(LinkRow) if row.property("table") == "iris")
    person.click(row)
    person.wait(lambda: person.application.services.source.problem is not None)
    person.press("Space")

    assert moves(person)
    assert person.application.layout.workspace.data.isVisible()


def test_that_an_example_and_space_lead_to_a_moving_descent(person: Person) -> None:
    welcome = person.application.layout.welcome
    row = next(row for row in welcome.findChildren(LinkRow) if row.property("example"))
    person.click(row)
    person.wait(lambda: bool(person.application.showing.runs))
    person.press("Space")

    assert moves(person)
    assert person.application.services.model.experiment.title == row.text()
    assert not person.application.services.model.modified


def test_that_runs_nobody_touched_get_rates_that_suit_the_next_function(qtbot: QtBot, person: Person) -> None:
    person.choose("rosenbrock")
    model = person.application.services.model

    person.choose("booth")

    configs = tuple(entry.config for entry in model.experiment.runs)
    assert configs == default_runs(person.application.services.source.problem)


def test_that_the_gallery_of_the_panel_changes_the_function_and_keeps_runs_of_ones_own(
    qtbot: QtBot, person: Person
) -> None:
    person.choose("rosenbrock")
    model = person.application.services.model
    model.apply(lambda experiment: edits.set_hyper_parameters(experiment, 1, {"learning_rate": 0.002}), "change")
    runs = [entry.config.optimizer for entry in model.experiment.runs]

    person.click(person.application.window.findChild(QPushButton, "functionButton"))
    person.click(person.tile("booth"))
    person.wait_for_runs()

    assert model.experiment.problem == ProblemChoice("booth")
    assert [entry.config.optimizer for entry in model.experiment.runs] == runs
    for run in person.application.showing.runs:
        assert run.trajectory.points[0].tolist() == person.application.services.source.problem.start.tolist()


def test_that_filtering_the_gallery_and_enter_choose_a_function(qtbot: QtBot, person: Person) -> None:
    person.choose("rosenbrock")

    person.click(person.application.window.findChild(QPushButton, "functionButton"))
    qtbot.keyClicks(person.focused(), "camel")
    qtbot.keyClick(person.focused(), Qt.Key.Key_Return)
    person.wait_for_runs()

    assert person.application.services.model.experiment.problem.name == "three_hump_camel"


def test_that_a_table_is_asked_about_before_it_is_shown(person: Person, iris: Path) -> None:
    person.choose("rosenbrock")
    model = person.application.services.model

    person.application.window.files_dropped.emit([str(iris)])
    dialog = person.application.window.findChild(TablePreviewDialog)
    assert dialog.isVisible()
    assert model.experiment.problem == ProblemChoice("rosenbrock")
    person.wait(lambda: not dialog.waiting)
    dialog.accept()
    person.wait_for_runs()

    problem = person.application.services.source.problem
    assert model.experiment.problem.name == "data"
    assert problem.rows is not None
    assert person.application.layout.workspace.data.isVisible()


def test_that_a_table_that_is_declined_changes_nothing(person: Person, iris: Path) -> None:
    person.choose("rosenbrock")
    before = person.application.services.model.experiment
    shown = person.application.showing.runs

    person.application.window.files_dropped.emit([str(iris)])
    person.application.window.findChild(TablePreviewDialog).reject()

    assert person.application.services.model.experiment is before
    assert person.application.showing.runs == shown


@pytest.mark.parametrize("name", ["parabola", "rosenbrock", "sphere"])
def test_that_what_is_chosen_can_be_taken_back_to_the_empty_start(person: Person, name: str) -> None:
    person.choose(name)

    person.press("Ctrl+Z")

    assert person.application.services.model.experiment.problem is None
    assert person.application.layout.welcome.isVisible()
    assert person.application.showing.runs == ()
