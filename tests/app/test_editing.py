"""What a person edits is what is computed, recorded and shown."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QRadioButton, QSlider
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.errors import ParameterError
from gdviz.experiment import edits
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.file import save
from gdviz.optimizers import OPTIMIZERS
from gdviz.parameters import Parameter, declared
from gdviz.qt.jobs import Job
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.views.run_card import RunCard

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application


@pytest.fixture
def race(person: Person) -> Person:
    person.choose("rosenbrock")
    return person


def cards(application: Application) -> list[RunCard]:
    found = application.layout.workspace.runs.findChildren(RunCard)
    return sorted((card for card in found if card.isVisible()), key=lambda card: card.y())


def shown_is_what_the_experiment_says(application: Application) -> None:
    """Every trajectory on the screen equals a run of its config, computed anew without a window."""
    services = application.services
    entries = [entry for entry in services.model.experiment.runs if entry.enabled]
    assert [run.key for run in application.showing.runs] == [entry.key for entry in entries]
    for run, entry in zip(application.showing.runs, entries, strict=True):
        expected = run_to_end(Run(services.source.problem, entry.config))
        np.testing.assert_array_equal(run.trajectory.points, expected.points)


def accepted(declaration: Parameter, value: float) -> bool:
    try:
        declaration.check(value)
    except ParameterError:
        return False
    return True


@pytest.mark.parametrize(
    ("optimizer", "parameter"),
    [
        (optimizer.name, parameter.name)
        for optimizer in OPTIMIZERS
        for parameter in declared(optimizer)
        if parameter.kind in ("float", "integer") and optimizer.name != "levenberg_marquardt"
    ],
)
def test_that_every_hyper_parameter_runs_the_descent_again(race: Person, optimizer: str, parameter: str) -> None:
    services = race.application.services
    config = RunConfig(gdviz.optimizer(optimizer), steps=60)
    services.model.apply(lambda experiment: dataclasses.replace(experiment, runs=()), "remove the runs")
    services.model.apply(lambda experiment: edits.add_run(experiment, config), "add a run")
    race.wait_for_runs()
    before = race.application.showing.runs[0].trajectory
    (card,) = cards(race.application)
    declaration = next(item for item in declared(type(config.optimizer)) if item.name == parameter)
    assert declaration.slider is not None
    choices = [0.5, 0.25, 2, *declaration.slider]
    value = next(
        value for value in choices if accepted(declaration, value) and value != config.optimizer.options()[parameter]
    )

    race.type_number(race.field(declaration.label, of=card), repr(value))
    race.wait_for_runs()

    entry = services.model.experiment.runs[0]
    assert getattr(entry.config.optimizer, parameter) == value
    assert race.application.showing.runs[0].trajectory is not before
    shown_is_what_the_experiment_says(race.application)


def test_that_a_slider_runs_the_descent_again_while_it_moves_and_is_taken_back_at_once(
    qtbot: QtBot, race: Person
) -> None:
    application = race.application
    model = application.services.model
    before = model.experiment
    (slider,) = [
        item for item in cards(application)[0].findChildren(QSlider) if item.accessibleName() == "Learning rate"
    ]
    rates = []

    slider.setSliderDown(True)
    for place in (100, 200, 300, 250):
        slider.setSliderPosition(place)
        rates.append(model.experiment.runs[0].config.optimizer.learning_rate)
        assert not np.isnan(application.showing.runs[0].trajectory.values[0])
    slider.setSliderDown(False)
    race.wait_for_runs()

    assert len(set(rates)) == 4
    shown_is_what_the_experiment_says(application)
    model.undo()
    assert model.experiment == before


def test_that_a_number_that_is_impossible_says_why_and_changes_nothing(qtbot: QtBot, race: Person) -> None:
    application = race.application
    before = application.services.model.experiment
    field = race.field("Learning rate")
    for text in ("nan", "-1", "inf", "1e999", "quick", "", "__import__('os')"):
        race.type_number(field, text)

        assert application.services.model.experiment is before
        said = [label.text() for label in race.labels("fieldProblem")]
        assert len(said) == 1, f"nothing is said of {text!r}"
        assert "learning_rate" in said[0]
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert race.labels("fieldProblem") == []


def test_that_an_option_of_the_problem_changes_the_landscape_and_every_run(race: Person) -> None:
    services = race.application.services
    race.press("End")
    surface = services.landscape.surface

    race.type_number(race.field("b"), "5")
    race.wait_for_runs()
    race.wait(lambda: services.landscape.surface is not surface and services.landscape.progress is None)

    assert services.source.problem.options()["b"] == 5.0
    assert services.model.experiment.problem == ProblemChoice("rosenbrock", {"b": 5.0})
    shown_is_what_the_experiment_says(race.application)


def test_that_another_number_of_parameters_has_the_runs_start_where_the_problem_suggests(person: Person) -> None:
    person.choose("sphere")
    application = person.application
    landscape, model = application.layout.workspace.landscape, application.services.model
    landscape.start_dropped.emit(0.5, 0.25)

    application.layout.workspace.problem.option_edited.emit("dimension", 4)
    person.wait_for_runs()
    landscape.plane_chosen.emit(3, 2)
    assert application.layout.notice.text == ""
    assert {run.trajectory.dimension for run in application.showing.runs} == {4}
    shown_is_what_the_experiment_says(application)

    application.layout.workspace.problem.option_edited.emit("dimension", 2)
    person.wait_for_runs()
    assert model.experiment.view.plane is None
    shown_is_what_the_experiment_says(application)
    for _ in range(3):
        person.press("Ctrl+Z")
    person.wait_for_runs()
    assert {entry.config.start for entry in model.experiment.runs} == {(0.5, 0.25)}
    shown_is_what_the_experiment_says(application)


def test_that_apply_from_here_keeps_what_lies_before_and_is_saved(race: Person, tmp_path: Path) -> None:
    application = race.application
    services = application.services
    old = np.array(application.showing.runs[0].trajectory.points)
    services.playback.seek(120)
    from_here = next(button for button in race.all(QRadioButton) if button.text() == "from here")
    assert "120" in from_here.toolTip()
    race.click(from_here)
    rate = services.model.experiment.runs[0].config.optimizer.learning_rate

    race.type_number(race.field("Learning rate", of=cards(application)[0]), repr(rate / 4))
    race.wait_for_runs()

    new = application.showing.runs[0].trajectory.points
    np.testing.assert_array_equal(new[:121], old[:121])
    assert (new[121] != old[121]).any()
    assert services.playback.step == 120
    shown_is_what_the_experiment_says(application)
    assert application.layout.workspace.timeline.slider.marks == (120,)

    save(services.model.experiment, tmp_path / "saved.toml")
    saved = tomllib.loads((tmp_path / "saved.toml").read_text(encoding="utf-8"))
    assert saved["run"][0]["learning_rate"] == rate
    assert saved["run"][0]["changes"] == [{"step": 120, "learning_rate": rate / 4}]
    reopened = gdviz.load(tmp_path / "saved.toml").run()
    np.testing.assert_array_equal(next(iter(reopened.values())).points, new)


def test_that_a_change_from_here_taken_back_gives_the_old_path(race: Person) -> None:
    application = race.application
    services = application.services
    old = np.array(application.showing.runs[0].trajectory.points)
    services.model.apply(lambda now: edits.change_from_step(now, 1, 50, {"learning_rate": 1e-5}), "change")
    race.wait_for_runs()
    assert (application.showing.runs[0].trajectory.points != old).any()

    race.press("Ctrl+Z")
    race.wait_for_runs()

    np.testing.assert_array_equal(application.showing.runs[0].trajectory.points, old)
    assert application.layout.workspace.timeline.slider.marks == ()


def test_that_the_start_dragged_moves_every_run_as_it_moves_and_is_one_edit(race: Person) -> None:
    application = race.application
    landscape, model = application.layout.workspace.landscape, application.services.model
    before = model.experiment
    starts = []
    for place in ((0.5, 0.5), (0.25, 0.75), (-0.5, 1.5)):
        landscape.start_moved.emit(*place)
        race.wait_for_runs()
        starts.append({tuple(run.trajectory.points[0].tolist()) for run in application.showing.runs})
    landscape.start_dropped.emit(-0.5, 1.5)

    assert starts == [{(0.5, 0.5)}, {(0.25, 0.75)}, {(-0.5, 1.5)}]
    shown_is_what_the_experiment_says(application)
    model.undo()
    assert model.experiment == before


def test_that_two_drags_are_taken_back_one_by_one(race: Person) -> None:
    landscape, model = race.application.layout.workspace.landscape, race.application.services.model
    landscape.start_moved.emit(0.1, 0.2)
    landscape.start_dropped.emit(0.5, 0.5)
    landscape.start_moved.emit(0.9, 0.9)
    landscape.start_dropped.emit(1.5, 1.5)

    model.undo()
    assert {entry.config.start for entry in model.experiment.runs} == {(0.5, 0.5)}
    model.undo()
    assert {entry.config.start for entry in model.experiment.runs} == {None}


def test_that_the_start_goes_back_to_where_the_problem_suggests(race: Person) -> None:
    landscape, model = race.application.layout.workspace.landscape, race.application.services.model
    landscape.start_dropped.emit(0.5, 0.5)
    race.press("Ctrl+Shift+R")
    race.wait_for_runs()

    assert {entry.config.start for entry in model.experiment.runs} == {None}
    shown_is_what_the_experiment_says(race.application)


def test_that_the_start_of_a_problem_with_one_parameter_moves_along_it(person: Person) -> None:
    person.choose("double_well")
    person.application.layout.workspace.landscape.start_dropped.emit(0.75, 3.0)
    person.wait_for_runs()

    assert {entry.config.start for entry in person.application.services.model.experiment.runs} == {(0.75,)}
    shown_is_what_the_experiment_says(person.application)


def test_that_the_start_on_a_plane_keeps_the_other_parameters(person: Person) -> None:
    person.choose("sphere", dimension=4)
    before = person.application.services.source.problem.start.tolist()
    person.application.layout.workspace.landscape.plane_chosen.emit(3, 1)
    person.application.layout.workspace.landscape.start_dropped.emit(0.25, -0.5)
    person.wait_for_runs()

    (start,) = {entry.config.start for entry in person.application.services.model.experiment.runs}
    assert start == (before[0], -0.5, before[2], 0.25)


def test_that_runs_are_added_duplicated_disabled_renamed_and_removed(
    race: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = race.application
    model = application.services.model

    application.layout.workspace.runs.add_requested.emit("adagrad")
    race.wait_for_runs()
    assert [run.title for run in application.showing.runs][-1] == OPTIMIZERS.get("adagrad").label
    chosen(cards(application)[3], "Duplicate")
    race.wait_for_runs()
    label = OPTIMIZERS.get("adagrad").label
    assert [run.title for run in application.showing.runs][-2:] == [f"{label} 1", f"{label} 2"]
    np.testing.assert_array_equal(*(run.trajectory.points for run in application.showing.runs[-2:]))

    cards(application)[0].findChild(QCheckBox).click()
    race.wait_for_runs()
    assert [run.key for run in application.showing.runs] == [2, 3, 4, 5]

    application.layout.workspace.runs.renamed.emit(5, "mine")
    assert [run.title for run in application.showing.runs][-2:] == [label, "mine"]

    chosen(cards(application)[4], "Remove")
    race.wait_for_runs()
    assert [entry.key for entry in model.experiment.runs] == [1, 2, 3, 4]
    shown_is_what_the_experiment_says(application)

    while model.undo_text is not None:
        model.undo()
    assert model.experiment.problem is None
    while model.redo_text is not None:
        model.redo()
    race.wait_for_runs()
    assert [entry.key for entry in model.experiment.runs] == [1, 2, 3, 4]
    shown_is_what_the_experiment_says(application)


def chosen(card: RunCard, text: str) -> None:
    """An entry of a card's menu, chosen."""
    (action,) = [action for menu in card.findChildren(QMenu) for action in menu.actions() if action.text() == text]
    action.trigger()


def test_that_another_optimizer_is_chosen_in_the_card(qtbot: QtBot, race: Person) -> None:
    application = race.application
    race.click(cards(application)[0])
    box = next(box for box in cards(application)[0].findChildren(QComboBox) if box.accessibleName() == "Optimizer")
    box.setCurrentIndex(box.findData("rmsprop"))
    box.activated.emit(box.currentIndex())
    race.wait_for_runs()

    assert application.services.model.experiment.runs[0].config.optimizer.name == "rmsprop"
    shown_is_what_the_experiment_says(application)


def test_that_steps_are_those_of_every_run(race: Person) -> None:
    application = race.application
    race.type_number(race.field("Steps"), "900")

    race.wait_for_runs()

    assert application.services.playback.total == 900
    assert [run.trajectory.steps for run in application.showing.runs] == [900, 900, 900]


def test_that_a_mini_batch_is_drawn_from_a_table(person: Person) -> None:
    person.choose("data", table="builtin:diabetes")
    person.type_number(person.field("Batch size"), "32")
    person.wait_for_runs()

    assert {entry.config.batch_size for entry in person.application.services.model.experiment.runs} == {32}
    shown_is_what_the_experiment_says(person.application)


def test_that_a_number_half_typed_does_not_outlive_its_run(qtbot: QtBot, race: Person) -> None:
    application = race.application
    model = application.services.model
    application.layout.workspace.runs.add_requested.emit("adam")
    race.wait_for_runs()
    field = race.field("Learning rate", of=cards(application)[3])
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.125")

    application.layout.actions["undo"].trigger()
    race.wait_for_runs()

    assert [entry.key for entry in model.experiment.runs] == [1, 2, 3]
    assert model.redo_text is not None
    assert application.layout.notice.text == ""


def test_that_a_number_half_typed_does_not_outlive_its_optimizer(qtbot: QtBot, race: Person) -> None:
    application = race.application
    model = application.services.model
    application.layout.workspace.runs.add_requested.emit("adam")
    race.wait_for_runs()
    race.click(cards(application)[3])
    field = race.field(declared(OPTIMIZERS.get("adam"))[1].label, of=cards(application)[3])
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.125")

    application.layout.workspace.runs.optimizer_chosen.emit(4, "gradient_descent")
    race.wait_for_runs()

    assert model.experiment.runs[3].config.optimizer == gdviz.optimizer("gradient_descent")
    assert application.layout.notice.text == ""


def test_that_a_number_half_typed_does_not_outlive_its_function(qtbot: QtBot, race: Person) -> None:
    application = race.application
    field = race.field("b")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")

    race.choose("himmelblau")

    assert application.services.model.experiment.problem == ProblemChoice("himmelblau")
    assert application.layout.notice.text == ""


def test_that_the_scales_of_the_curves_are_part_of_the_experiment(race: Person) -> None:
    application = race.application
    loss, norm = application.layout.workspace.loss, application.layout.workspace.gradient_norm
    loss.value_scale_changed.emit("linear")
    norm.step_scale_changed.emit("log")

    view = application.services.model.experiment.view
    assert (view.value_scale, view.step_scale) == ("linear", "log")
    assert [(curves.value_scale, curves.step_scale) for curves in (loss, norm)] == [("linear", "log")] * 2


def test_that_the_landscape_comes_back_with_its_problem(race: Person) -> None:
    services, landscape = race.application.services, race.application.layout.workspace.landscape
    race.wait(lambda: services.landscape.progress is None)
    race.press("Ctrl+Z")
    assert services.landscape.surface is None

    race.press("Ctrl+Shift+Z")
    race.wait_for_runs()

    race.wait(lambda: services.landscape.surface is not None)
    assert landscape.isVisible()


def test_that_another_look_at_the_curves_does_not_sample_the_landscape_again(
    race: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = race.application.services
    race.wait(lambda: services.landscape.progress is None)
    race.press("End")
    started: list[Job] = []
    monkeypatch.setattr(services.worker, "start", lambda job: started.append(job) or 0)

    services.playback.set_speed(60.0)
    race.application.layout.workspace.loss.value_scale_changed.emit("linear")

    assert services.model.experiment.view.value_scale == "linear"
    assert started == []
