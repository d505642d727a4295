from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gdviz.errors import InputError
from gdviz.experiment import edits
from gdviz.experiment.experiment import MOST_RUNS, Experiment, ProblemChoice, RunEntry, ViewChoice
from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.config import Change, RunConfig
from gdviz.runs.stopping import StopReason

ADAM = RunConfig(optimizer("adam", learning_rate=0.05), steps=50)
RACE = Experiment(
    problem=ProblemChoice("rosenbrock"),
    runs=(RunEntry(1, ADAM), RunEntry(2, RunConfig(optimizer("momentum"), steps=20), style=1)),
)


def labelled(*labels: str) -> list[str]:
    runs = tuple(RunEntry(key, dataclasses.replace(ADAM, label=label)) for key, label in enumerate(labels, start=1))
    return list(Experiment(runs=runs).labels().values())


def test_that_labels_that_agree_are_numbered() -> None:
    assert labelled("", "fast", "") == ["Adam 1", "fast", "Adam 2"]
    assert labelled("", "fast") == ["Adam", "fast"]


def test_that_a_label_given_by_hand_is_not_given_twice() -> None:
    assert labelled("", "", "Adam 1") == ["Adam 2", "Adam 3", "Adam 1"]
    assert len(set(labelled("a", "a", "a 1", "a 2", "a 1", "", "", "Adam 2"))) == 8


def test_that_a_choice_keeps_only_what_differs_from_the_defaults() -> None:
    assert ProblemChoice("rosenbrock", {"a": 1, "b": 50}).options == {"b": 50.0}
    assert ProblemChoice("rosenbrock", {"b": 100.0}) == ProblemChoice("rosenbrock")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("rosenbruck", {}, "did you mean rosenbrock"),
        ("rosenbrock", {"c": 1}, "no option 'c'; it has a, b"),
        ("rosenbrock", {"b": 0}, "above 0"),
        ("rosenbrock", {"b": "2*x"}, "above 0"),
        ("data", {"table": 5}, "table must be"),
    ],
)
def test_that_a_choice_of_what_there_is_not_is_refused(name: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ProblemChoice(name, options)


@pytest.mark.parametrize(
    "choices", [{"plane": ("x", "x")}, {"plane": ("x",)}, {"plane": "xy"}, {"speed": 0}, {"value_scale": "cubic"}]
)
def test_that_a_view_of_what_there_is_not_is_refused(choices: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="view"):
        ViewChoice(**choices)


def test_that_running_gives_every_enabled_run_to_its_end() -> None:
    told: list[int] = []
    trajectories = edits.set_enabled(RACE, 1, False).run(progress=lambda run: told.append(run.step))
    assert {label: item.steps for label, item in trajectories.items()} == {"Momentum": 20}
    assert told[-1] == 20
    assert [item.steps for item in RACE.run().values()] == [50, 20]


def test_that_a_cancelled_experiment_has_a_row_for_every_run() -> None:
    trajectories = RACE.run(cancelled=lambda: True)
    assert [len(item) for item in trajectories.values()] == [1, 1]
    assert {item.stop_reason for item in trajectories.values()} == {StopReason.CANCELLED}


def test_that_every_run_is_checked_before_the_first_begins() -> None:
    wrong = dataclasses.replace(ADAM, start=(1.0, 2.0, 3.0))
    told: list[int] = []
    with pytest.raises(InputError, match="3 numbers"):
        edits.add_run(RACE, wrong).run(progress=lambda run: told.append(run.step))
    assert not told


def test_that_an_experiment_without_a_problem_has_nothing_to_run() -> None:
    assert Experiment().run() == {}


def test_that_a_problem_in_hand_is_used_instead_of_another() -> None:
    built = problem("rosenbrock", b=10)
    assert RACE.run(problem=built)["Adam"].values[0] == built.value(built.start)


def test_that_a_new_run_gets_the_first_free_style_and_a_key_never_used_before() -> None:
    more = edits.add_run(edits.add_run(RACE, ADAM), ADAM)
    assert [(entry.key, entry.style) for entry in more.runs] == [(1, 0), (2, 1), (3, 2), (4, 3)]
    fewer = edits.remove_run(more, 2)
    again = edits.duplicate_run(fewer, 3)
    assert [(entry.key, entry.style) for entry in again.runs] == [(1, 0), (3, 2), (4, 3), (5, 1)]


def test_that_there_are_no_more_runs_than_can_be_shown() -> None:
    many = Experiment()
    for _ in range(MOST_RUNS):
        many = edits.add_run(many, ADAM)
    with pytest.raises(InputError, match="remove one first"):
        edits.add_run(many, ADAM)


def test_that_another_problem_keeps_the_runs_from_its_own_start() -> None:
    config = dataclasses.replace(ADAM, start=(1.0, 2.0), batch_size=8, changes=(Change(3, {"beta1": 0.1}),))
    experiment = Experiment(problem=ProblemChoice("data", {"table": "builtin:iris"}), runs=(RunEntry(1, config),))
    function = edits.choose_problem(experiment, ProblemChoice("himmelblau")).runs[0].config
    assert (function.start, function.changes, function.batch_size) == (None, (), None)
    table = edits.choose_problem(experiment, ProblemChoice("data", {"table": "builtin:line"})).runs[0].config
    assert (table.start, table.changes, table.batch_size) == (None, (), 8)


def test_that_a_problem_without_runs_gets_those_offered() -> None:
    chosen = edits.choose_problem(Experiment(), ProblemChoice("himmelblau"), (ADAM, ADAM))
    assert [entry.config for entry in chosen.runs] == [ADAM, ADAM]
    assert edits.choose_problem(chosen, ProblemChoice("beale"), (ADAM,)).runs == chosen.runs


def test_that_options_of_the_problem_change_one_by_one() -> None:
    changed = edits.set_problem_options(edits.set_problem_options(RACE, {"b": 5}), {"a": 2})
    assert changed.problem == ProblemChoice("rosenbrock", {"a": 2.0, "b": 5.0})
    assert edits.set_problem_options(Experiment(), {"b": 5}) == Experiment()


def test_that_a_hyper_parameter_from_the_start_overrules_later_changes_of_it() -> None:
    experiment = edits.change_from_step(RACE, 1, 10, {"learning_rate": 0.5, "beta1": 0.3})
    experiment = edits.change_from_step(experiment, 1, 20, {"learning_rate": 0.7})
    config = edits.set_hyper_parameters(experiment, 1, {"learning_rate": 0.1}).entry(1).config
    assert config.optimizer == optimizer("adam", learning_rate=0.1)
    assert config.changes == (Change(10, {"beta1": 0.3}),)


def test_that_a_change_from_a_step_on_is_recorded() -> None:
    config = edits.change_from_step(RACE, 2, 10, {"momentum": 0.5}).entry(2).config
    assert config.optimizer_at(9) == optimizer("momentum")
    assert config.optimizer_at(10) == optimizer("momentum", momentum=0.5)


def test_that_all_runs_move_their_start_together() -> None:
    moved = edits.move_start(RACE, (0.5, 0.25))
    assert {entry.config.start for entry in moved.runs} == {(0.5, 0.25)}
    assert {entry.config.start for entry in edits.reset_start(moved).runs} == {None}


def test_that_an_unknown_run_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        RACE.entry(99)


def test_that_edits_leave_the_experiment_they_were_made_from() -> None:
    before = dataclasses.replace(RACE)
    edits.set_optimizer(RACE, 1, optimizer("rmsprop"))
    edits.set_view(RACE, speed=3.0)
    edits.set_for_all_runs(RACE, {"steps": 7})
    assert before == RACE


STEERING = "\x1b[31mred\x07\u202e\n end\x9b"


def test_that_labels_and_titles_steer_neither_terminal_nor_reading_order() -> None:
    assert RunConfig(optimizer("adam"), label=STEERING).label == "[31mred  end"
    assert RunConfig(optimizer("adam"), label="\x1b").title == "Adam"
    experiment = Experiment(title=STEERING, description=STEERING + "\nof two lines")
    assert experiment.title == "[31mred  end"
    assert experiment.description == "[31mred\n end\nof two lines"
