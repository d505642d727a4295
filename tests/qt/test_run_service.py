"""The runs in the worker are those that the experiment wants, and nothing is computed twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.problems import Problem
from gdviz.qt.run_service import RunService
from gdviz.qt.worker_thread import WorkerThread
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

ADAM = RunConfig(gdviz.optimizer("adam", learning_rate=0.02), steps=400)
DESCENT = RunConfig(gdviz.optimizer("gradient_descent", learning_rate=1e-3), steps=400)


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[WorkerThread]:
    worker = WorkerThread()
    yield worker
    assert worker.close()


@pytest.fixture
def service(worker: WorkerThread) -> RunService:
    return RunService(worker)


@pytest.fixture
def problem() -> Problem:
    return gdviz.problem("rosenbrock")


def race(*configs: RunConfig) -> Experiment:
    return edits.choose_problem(Experiment(), ProblemChoice("rosenbrock"), configs)


def wait_for(qtbot: QtBot, service: RunService, *keys: int) -> None:
    qtbot.waitUntil(lambda: not service.running, timeout=10_000)
    for key in keys:
        trajectory = service.trajectory(key)
        assert trajectory is not None
        assert trajectory.finished


def test_that_every_enabled_run_gets_the_trajectory_of_the_engine(
    qtbot: QtBot, service: RunService, problem: Problem
) -> None:
    service.update(problem, edits.set_enabled(race(ADAM, DESCENT, ADAM), 3, False))
    wait_for(qtbot, service, 1, 2)

    for key, config in ((1, ADAM), (2, DESCENT)):
        trajectory = service.trajectory(key)
        assert trajectory is not None
        np.testing.assert_array_equal(trajectory.points, run_to_end(Run(problem, config)).points)
    assert service.trajectory(3) is None


def test_that_an_edit_of_one_run_leaves_the_others_alone(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(ADAM, DESCENT)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1, 2)
    before = service.trajectory(2)

    service.update(problem, edits.set_hyper_parameters(experiment, 1, {"learning_rate": 0.1}))
    wait_for(qtbot, service, 1, 2)

    assert service.trajectory(2) is before
    first = service.trajectory(1)
    assert first is not None
    assert first.learning_rates[0] == 0.1


def test_that_renaming_a_run_computes_nothing(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)
    before = service.trajectory(1)

    renamed = dataclasses.replace(experiment.entry(1).config, label="mine")
    service.update(problem, edits.replace_config(experiment, 1, renamed))

    assert service.trajectory(1) is before
    assert not service.running


def test_that_a_change_from_here_keeps_what_lies_before(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)
    before = service.trajectory(1)
    assert before is not None

    changed = edits.change_from_step(experiment, 1, 150, {"learning_rate": 0.2})
    service.update(problem, changed)
    qtbot.waitUntil(lambda: service.trajectory(1) is not before)
    wait_for(qtbot, service, 1)

    after = service.trajectory(1)
    assert after is not None
    np.testing.assert_array_equal(after.points[:151], before.points[:151])
    assert (after.points[151] != before.points[151]).any()
    expected = run_to_end(Run(problem, changed.entry(1).config))
    np.testing.assert_array_equal(after.points, expected.points)
    np.testing.assert_array_equal(after.learning_rates, expected.learning_rates)


def test_that_more_steps_go_on_from_the_end(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)

    longer = edits.set_for_all_runs(experiment, {"steps": 900})
    service.update(problem, longer)
    qtbot.waitUntil(lambda: (shown := service.trajectory(1)) is not None and shown.steps == 900)

    shown = service.trajectory(1)
    assert shown is not None
    np.testing.assert_array_equal(shown.points, run_to_end(Run(problem, longer.entry(1).config)).points)


def test_that_the_old_trajectory_is_shown_until_the_new_one_has_a_row(
    qtbot: QtBot, service: RunService, problem: Problem
) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)

    for rate in np.linspace(0.01, 0.05, 20):
        experiment = edits.set_hyper_parameters(experiment, 1, {"learning_rate": float(rate)})
        service.update(problem, experiment)
        shown = service.trajectory(1)
        assert shown is not None
        assert len(shown) > 0
    wait_for(qtbot, service, 1)


def test_that_a_start_of_the_wrong_length_is_said_and_the_other_runs_go_on(
    qtbot: QtBot, service: RunService, problem: Problem
) -> None:
    wrong = dataclasses.replace(ADAM, start=(1.0, 2.0, 3.0))

    with qtbot.waitSignal(service.run_failed) as failed:
        service.update(problem, race(wrong, DESCENT))

    assert failed.args[0] == 1
    assert "3 numbers" in failed.args[1]
    assert service.failure(1) == failed.args[1]
    wait_for(qtbot, service, 2)


def test_that_cancelling_keeps_what_is_recorded(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    service.update(problem, race(dataclasses.replace(ADAM, steps=5_000_000)))
    qtbot.waitUntil(lambda: (shown := service.trajectory(1)) is not None and shown.steps > 1000)

    with qtbot.waitSignal(service.run_stopped) as stopped:
        service.cancel()

    shown = service.trajectory(1)
    assert stopped.args == [1]
    assert shown is not None
    assert shown.stop_reason is StopReason.CANCELLED
    assert shown.steps > 1000
    assert not service.running


def test_that_a_run_cancelled_before_can_be_run_again(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(dataclasses.replace(ADAM, steps=5_000_000))
    service.update(problem, experiment)
    qtbot.waitUntil(lambda: (shown := service.trajectory(1)) is not None and shown.steps > 1000)
    service.cancel()

    service.update(problem, edits.set_for_all_runs(experiment, {"steps": 300}))
    qtbot.waitUntil(lambda: (shown := service.trajectory(1)) is not None and shown.steps == 300)

    shown = service.trajectory(1)
    assert shown is not None
    assert shown.stop_reason is StopReason.FINISHED


@pytest.fixture
def waiting_branch(qtbot: QtBot, worker: WorkerThread, service: RunService, problem: Problem) -> Experiment:
    """A run of many steps, held, with a change from step 700 on that the worker has not begun."""
    experiment = race(dataclasses.replace(ADAM, steps=5_000_000))
    service.update(problem, experiment)
    qtbot.waitUntil(lambda: (shown := service.trajectory(1)) is not None and shown.steps > 5000)
    with qtbot.waitSignal(worker.paused_changed):
        service.pause(True)
    changed = edits.change_from_step(experiment, 1, 700, {"learning_rate": 0.2})
    service.update(problem, changed)
    return changed


def test_that_a_change_from_here_that_waits_can_be_cancelled(
    qtbot: QtBot, worker: WorkerThread, service: RunService, problem: Problem, waiting_branch: Experiment
) -> None:
    with qtbot.waitSignal(service.run_stopped):
        service.cancel()
    with qtbot.waitSignal(worker.paused_changed):
        service.pause(False)

    assert not service.running
    shown = service.trajectory(1)
    assert shown is not None
    assert (shown.stop_reason, shown.stop_step, shown.steps) == (StopReason.CANCELLED, 700, 700)
    expected = run_to_end(Run(problem, dataclasses.replace(waiting_branch.entry(1).config, steps=701)))
    np.testing.assert_array_equal(shown.points, expected.points[:701])
    np.testing.assert_array_equal(shown.learning_rates, expected.learning_rates[:701])


def test_that_a_second_change_from_here_keeps_what_lies_before_though_the_first_was_not_begun(
    qtbot: QtBot, service: RunService, problem: Problem, waiting_branch: Experiment
) -> None:
    twice = edits.change_from_step(waiting_branch, 1, 700, {"learning_rate": 0.1})
    service.update(problem, twice)
    with qtbot.waitSignal(service.run_stopped):
        service.cancel()

    shown = service.trajectory(1)
    assert shown is not None
    assert shown.steps == 700
    assert shown.learning_rates[699] == 0.02
    assert shown.learning_rates[700] == 0.1


def test_that_taking_back_a_change_from_here_that_was_not_begun_loses_no_step(
    qtbot: QtBot, service: RunService, problem: Problem, waiting_branch: Experiment
) -> None:
    before = service.trajectory(1)
    assert before is not None

    service.update(problem, race(dataclasses.replace(ADAM, steps=5_000_000)))
    with qtbot.waitSignal(service.run_stopped):
        service.cancel()

    shown = service.trajectory(1)
    assert shown is not None
    assert shown.stop_reason is StopReason.CANCELLED
    np.testing.assert_array_equal(shown.points, before.points)


def test_that_a_change_before_one_that_waits_keeps_what_both_share(
    qtbot: QtBot, service: RunService, problem: Problem, waiting_branch: Experiment
) -> None:
    service.update(problem, edits.change_from_step(waiting_branch, 1, 300, {"learning_rate": 0.1}))
    with qtbot.waitSignal(service.run_stopped):
        service.cancel()

    shown = service.trajectory(1)
    assert shown is not None
    assert shown.steps == 300
    assert shown.learning_rates[300] == 0.1


def test_that_a_run_cancelled_before_its_first_row_shows_its_start_and_says_so(
    qtbot: QtBot, worker: WorkerThread, service: RunService, problem: Problem
) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)
    with qtbot.waitSignal(worker.paused_changed):
        service.pause(True)
    moved = edits.move_start(experiment, (0.25, 0.5))

    service.update(problem, moved)
    with qtbot.waitSignal(service.run_stopped):
        service.cancel()

    shown = service.trajectory(1)
    assert shown is not None
    np.testing.assert_array_equal(shown.points, [[0.25, 0.5]])
    assert shown.sentence == "cancelled at step 0"


def test_that_a_problem_that_raises_when_its_run_is_cancelled_is_told(
    qtbot: QtBot, worker: WorkerThread, service: RunService, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = gdviz.problem("rosenbrock")
    with qtbot.waitSignal(worker.paused_changed):
        service.pause(True)
    service.update(problem, race(ADAM))

    def broken(*_arguments: object) -> float:
        raise ArithmeticError("the valley is on fire")

    monkeypatch.setattr(type(problem), "value", broken)
    monkeypatch.setattr(type(problem), "value_and_gradient", broken, raising=False)
    with qtbot.captureExceptions() as raised, qtbot.waitSignal(service.run_failed) as failed:
        service.cancel()

    assert raised == []
    assert "the valley is on fire" in failed.args[1]
    assert not service.running


def test_that_another_problem_starts_every_run_anew(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service, 1)
    other = gdviz.problem("booth")

    service.update(other, dataclasses.replace(experiment, problem=ProblemChoice("booth")))
    wait_for(qtbot, service, 1)

    shown = service.trajectory(1)
    assert shown is not None
    np.testing.assert_array_equal(shown.points[0], other.start)


def test_that_without_a_problem_there_are_no_runs(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    service.update(problem, race(ADAM))
    wait_for(qtbot, service, 1)

    service.update(None, race(ADAM))

    assert service.trajectory(1) is None
    assert not service.running
