from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.config import RunConfig, StopRules
from gdviz.runs.engine import advance, run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory

ADAM = optimizer("adam", learning_rate=0.05)


def recorded(stop: StopRules | None = None, **settings: Any) -> Trajectory:
    settings = {"start": (-1.2, 1.0), "steps": 2000, **settings}
    return run_to_end(Run(problem("rosenbrock"), RunConfig(ADAM, stop=stop or StopRules(), **settings)))


FREE = recorded()
step_lengths = np.linalg.norm(np.diff(FREE.points, axis=0), axis=1)


@pytest.mark.parametrize("limit", [100.0, 3.0, 0.5, 0.01])
def test_that_a_run_stops_at_the_first_step_with_a_gradient_as_small_as_asked(limit: float) -> None:
    stopped = recorded(StopRules(gradient_norm=limit))
    assert stopped.stop_reason is StopReason.CONVERGED
    assert stopped.steps == stopped.stop_step == np.argmax(FREE.gradient_norms <= limit)
    np.testing.assert_array_equal(stopped.points, FREE.points[: stopped.steps + 1])


@pytest.mark.parametrize("limit", [20.0, 1.0, 0.01, 1e-6])
def test_that_a_run_stops_at_the_first_step_with_the_value_asked_for(limit: float) -> None:
    stopped = recorded(StopRules(value=limit))
    assert stopped.stop_reason is StopReason.TARGET_REACHED
    assert stopped.steps == np.argmax(FREE.values <= limit)


@pytest.mark.parametrize("limit", [0.069, 0.02, 0.001])
def test_that_a_run_stops_after_the_first_step_as_short_as_asked(limit: float) -> None:
    stopped = recorded(StopRules(change=limit))
    assert stopped.stop_reason is StopReason.STALLED
    assert stopped.steps == np.argmax(step_lengths <= limit) + 1


@pytest.mark.parametrize("limit", [1, 2, 1024, 1025, 1999])
def test_that_a_run_stops_once_its_evaluations_are_spent(limit: int) -> None:
    stopped = recorded(StopRules(evaluations=limit))
    assert stopped.stop_reason is StopReason.BUDGET_SPENT
    assert stopped.steps == limit
    assert stopped.evaluations.total[-1] == limit


def test_that_a_rule_met_at_the_start_stops_there() -> None:
    for rules in (StopRules(gradient_norm=1e6), StopRules(value=1e6)):
        assert recorded(rules).steps == 0


def test_that_there_is_no_short_step_before_the_first_one() -> None:
    assert recorded(StopRules(change=1e6)).steps == 1


def test_that_the_rule_that_is_met_first_stops_the_run() -> None:
    by_value = int(np.argmax(FREE.values <= 1.0))
    assert recorded(StopRules(value=1.0, evaluations=by_value + 1)).stop_reason is StopReason.TARGET_REACHED
    assert recorded(StopRules(value=1.0, evaluations=by_value - 1)).stop_reason is StopReason.BUDGET_SPENT


def test_that_rules_that_are_not_met_leave_the_run_alone() -> None:
    untouched = recorded(StopRules(gradient_norm=0.0, value=-1.0, change=0.0, evaluations=10**9, seconds=1e6))
    np.testing.assert_array_equal(untouched.points, FREE.points)
    assert untouched.stop_reason is StopReason.FINISHED


def test_that_a_rule_met_at_the_last_step_is_the_reason() -> None:
    assert recorded(StopRules(evaluations=50), steps=50).stop_reason is StopReason.BUDGET_SPENT


def test_that_divergence_counts_before_rules_that_later_rows_would_meet() -> None:
    config = RunConfig(
        optimizer("gradient_descent", learning_rate=0.02), start=(-1.2, 1.0), steps=500, stop=StopRules(evaluations=100)
    )
    assert run_to_end(Run(problem("rosenbrock"), config)).stop_reason is StopReason.DIVERGED


def test_that_time_stops_a_run() -> None:
    trajectory = recorded(StopRules(seconds=0.05), steps=10_000_000)
    assert trajectory.stop_reason is StopReason.TIME_SPENT
    assert 0 < trajectory.steps < 10_000_000


def test_that_time_stops_a_fit_between_two_steps(small_fit: Any) -> None:
    run = Run(small_fit, RunConfig(ADAM, steps=1000, stop=StopRules(seconds=1e-9)))
    advance(run, 1000)
    assert run.trajectory.stop_reason is StopReason.TIME_SPENT
    assert run.step == 1


def test_that_a_batch_stops_once_all_its_descents_meet_the_rule() -> None:
    starts = np.array([[-1.2, 1.0], [0.9, 0.8]])
    config = RunConfig(ADAM, steps=2000, stop=StopRules(gradient_norm=0.5))
    both = run_to_end(Run(problem("rosenbrock"), config, start=starts))
    free = run_to_end(Run(problem("rosenbrock"), RunConfig(ADAM, steps=2000), start=starts))
    assert both.steps == np.argmax((free.gradient_norms <= 0.5).all(axis=1))


def test_that_a_lost_descent_does_not_keep_its_batch_from_stopping() -> None:
    starts = np.array([[-1.2, 1.0], [1.0, 1.0 + 1e-9]])
    steep = optimizer("gradient_descent", learning_rate=0.0015)
    config = RunConfig(steep, steps=3000, stop=StopRules(gradient_norm=1e-8))
    batch = run_to_end(Run(problem("rosenbrock"), config, start=starts * [[1e3], [1.0]]))
    assert not np.isfinite(batch.points[-1, 0]).all()
    assert batch.stop_reason is StopReason.CONVERGED


@pytest.mark.parametrize("reason", StopReason)
def test_that_every_reason_has_a_sentence_with_its_step(reason: StopReason) -> None:
    sentence = reason.sentence(41)
    assert "41" in sentence
    assert not sentence.endswith(".")
