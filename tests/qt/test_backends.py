"""Runs of the window on another backend: NumPy's steps first, then the backend's alone, and words where it can't."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.backends import backend
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.optimizers import optimizer
from gdviz.problems import Problem
from gdviz.qt.run_service import RunService
from gdviz.qt.worker_thread import WorkerThread
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.placed import placed_run

ADAM = RunConfig(optimizer("adam", learning_rate=0.02), steps=3000)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[RunService]:
    thread = WorkerThread()
    service = RunService(thread)
    yield service
    assert thread.close()
    service.close()
    service.deleteLater()
    thread.deleteLater()


@pytest.fixture
def problem() -> Problem:
    return gdviz.problem("rosenbrock")


def race(*configs: RunConfig) -> Experiment:
    return edits.choose_problem(Experiment(), ProblemChoice("rosenbrock"), configs)


def wait_for(qtbot: QtBot, service: RunService) -> None:
    qtbot.waitUntil(lambda: not service.running, timeout=60_000)
    service.look()


def expected(name: str, problem: Problem, config: RunConfig) -> np.ndarray:
    return run_to_end(placed_run(backend(name), problem, config)).points


@pytest.mark.jax
def test_that_what_is_shown_in_the_end_is_compiled_whatever_was_shown_before(
    qtbot: QtBot, service: RunService, problem: Problem
) -> None:
    service.set_backend("jax")
    service.update(problem, race(ADAM))
    wait_for(qtbot, service)
    trajectory = service.trajectory(1)
    assert trajectory is not None
    np.testing.assert_array_equal(trajectory.points, expected("jax", problem, ADAM))
    assert not np.array_equal(trajectory.points, expected("numpy", problem, ADAM)), "compiled steps round otherwise"


@pytest.mark.jax
def test_that_a_change_from_some_step_on_branches_the_compiled_run(
    qtbot: QtBot, service: RunService, problem: Problem
) -> None:
    service.set_backend("jax")
    experiment = race(ADAM)
    service.update(problem, experiment)
    wait_for(qtbot, service)
    changed = ADAM.changed_at(500, {"learning_rate": 0.001})
    service.update(problem, edits.replace_config(experiment, 1, changed))
    wait_for(qtbot, service)
    trajectory = service.trajectory(1)
    assert trajectory is not None
    np.testing.assert_array_equal(trajectory.points, expected("jax", problem, changed))


@pytest.mark.torch
def test_that_another_backend_starts_the_runs_anew(qtbot: QtBot, service: RunService, problem: Problem) -> None:
    config = RunConfig(optimizer("adam", learning_rate=0.02), steps=50)
    service.update(problem, race(config))
    wait_for(qtbot, service)
    first = service.trajectory(1)
    service.set_backend("torch")
    service.update(problem, race(config))
    wait_for(qtbot, service)
    second = service.trajectory(1)
    assert second is not None
    assert second is not first
    np.testing.assert_array_equal(second.points, expected("torch", problem, config))


def test_that_a_backend_that_is_missing_is_said_once_and_numpy_computes(
    qtbot: QtBot, service: RunService, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said: list[str] = []
    service.noticed.connect(said.append)
    service.set_backend("cupy")
    service.update(problem, race(ADAM, ADAM))
    wait_for(qtbot, service)
    assert said == ["cupy: cupy is not installed (pip install cupy-cuda12x); NumPy computes instead."]
    for key in (1, 2):
        trajectory = service.trajectory(key)
        assert trajectory is not None
        assert trajectory.finished
        np.testing.assert_array_equal(trajectory.points, expected("numpy", problem, ADAM))


def test_that_ending_the_runs_ends_what_waits_for_a_backend(
    qtbot: QtBot, service: RunService, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    service.set_backend("cupy")
    service.update(problem, race(RunConfig(optimizer("adam"), steps=5_000_000)))
    service.cancel()
    wait_for(qtbot, service)
    trajectory = service.trajectory(1)
    assert trajectory is not None
    assert trajectory.finished
