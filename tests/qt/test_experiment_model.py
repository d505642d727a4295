"""The experiment model applies edits, undoes them, and knows what is saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gdviz.errors import InputError
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.optimizers import optimizer
from gdviz.qt.experiment_model import ExperimentModel
from gdviz.runs.config import RunConfig


@pytest.fixture
def model(qtbot: QtBot) -> ExperimentModel:
    return ExperimentModel()


def choose(model: ExperimentModel, name: str = "rosenbrock") -> None:
    model.apply(lambda experiment: edits.choose_problem(experiment, ProblemChoice(name)), f"choose {name}")


def test_that_an_edit_is_told_with_what_was_before_and_after(qtbot: QtBot, model: ExperimentModel) -> None:
    with qtbot.waitSignal(model.changed) as changed:
        choose(model)

    assert changed.args == [Experiment(), model.experiment]
    assert model.experiment.problem == ProblemChoice("rosenbrock")


def test_that_undo_and_redo_walk_the_same_experiments(model: ExperimentModel) -> None:
    choose(model)
    chosen = model.experiment
    model.apply(lambda experiment: edits.add_run(experiment, RunConfig(optimizer("adam"))), "add a run")
    with_run = model.experiment

    assert model.undo_text == "add a run"
    model.undo()
    assert model.experiment == chosen
    assert model.redo_text == "add a run"
    model.undo()
    assert model.experiment == Experiment()
    model.undo()
    assert model.experiment == Experiment()
    model.redo()
    model.redo()
    assert model.experiment == with_run
    assert model.redo_text is None


def test_that_a_dragged_slider_is_undone_in_one_step(model: ExperimentModel) -> None:
    choose(model)
    for b in (90.0, 80.0, 70.0):
        model.apply(lambda experiment, b=b: edits.set_problem_options(experiment, {"b": b}), "change b", "b")
    model.seal()
    model.apply(lambda experiment: edits.set_problem_options(experiment, {"b": 10.0}), "change b", "b")

    model.undo()
    assert model.experiment.problem == ProblemChoice("rosenbrock", {"b": 70.0})
    model.undo()
    assert model.experiment.problem == ProblemChoice("rosenbrock")


def test_that_an_edit_after_undo_forgets_what_was_undone(model: ExperimentModel) -> None:
    choose(model)
    model.undo()
    choose(model, "booth")

    assert model.redo_text is None


def test_that_an_edit_that_changes_nothing_is_no_step_of_undo(model: ExperimentModel) -> None:
    choose(model)
    model.apply(lambda experiment: experiment, "nothing")

    assert model.undo_text == "choose rosenbrock"


def test_that_an_edit_that_is_refused_leaves_the_experiment_alone(model: ExperimentModel) -> None:
    choose(model)
    model.apply(lambda experiment: edits.add_run(experiment, RunConfig(optimizer("adam"))), "add a run")
    before = model.experiment

    with pytest.raises(InputError):
        model.apply(lambda experiment: edits.set_hyper_parameters(experiment, 1, {"beta1": 1.0}), "change beta1")

    assert model.experiment == before
    assert model.undo_text == "add a run"


def test_that_saving_is_remembered_until_the_next_edit(model: ExperimentModel, tmp_path: Path) -> None:
    assert not model.modified
    choose(model)
    assert model.modified

    model.mark_saved(tmp_path / "race.toml")

    assert not model.modified
    assert model.path == tmp_path / "race.toml"
    model.undo()
    assert model.modified
    model.redo()
    assert not model.modified


def test_that_opening_another_experiment_begins_a_new_history(model: ExperimentModel, tmp_path: Path) -> None:
    choose(model)

    model.reset(Experiment(title="other"), tmp_path / "other.toml")

    assert model.undo_text is None
    assert not model.modified
    assert model.experiment.title == "other"
