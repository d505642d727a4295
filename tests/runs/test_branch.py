from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.config import Change, RandomStart, RunConfig, StopRules
from gdviz.runs.engine import advance, branch, run_to_end, shared_steps
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

ADAM = optimizer("adam", learning_rate=0.05)
BASE = RunConfig(ADAM, start=(-1.2, 1.0), steps=300)


def whole(run: Run) -> Run:
    run_to_end(run)
    return run


def branched(config: RunConfig, changed: RunConfig, at: int, taken: int | None = None, fit: Any = None) -> Run:
    """What a branch gives at its end, off a run that has taken so many steps."""
    source = Run(fit or problem("rosenbrock"), config)
    if taken is None:
        run_to_end(source)
    elif taken > 0:
        advance(source, taken)
    return whole(branch(source, changed, at))


@given(step=st.integers(0, 320), taken=st.one_of(st.none(), st.integers(0, 300)), rate=st.floats(1e-3, 0.2))
def test_that_a_branch_is_what_the_changed_config_gives_from_its_start(
    told: Any, step: int, taken: int | None, rate: float
) -> None:
    changed = BASE.changed_at(step, {"learning_rate": rate})
    fresh = whole(Run(problem("rosenbrock"), changed))
    assert told(branched(BASE, changed, step, taken)) == told(fresh)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("step", [0, 1, 15, 16, 17, 99])
def test_that_a_branch_of_a_fit_is_what_the_changed_config_gives(
    small_fit: Any, told: Any, step: int, batch_size: int | None
) -> None:
    config = RunConfig(ADAM, steps=100, batch_size=batch_size, seed=5)
    changed = config.changed_at(step, {"learning_rate": 0.2, "beta1": 0.0})
    assert told(branched(config, changed, step, fit=small_fit)) == told(whole(Run(small_fit, changed)))


def test_that_a_branch_keeps_the_rows_before_it_without_stepping() -> None:
    source = whole(Run(problem("rosenbrock"), BASE))
    follower = branch(source, BASE.changed_at(200, {"learning_rate": 0.01}), 200)
    assert len(follower.trajectory) == 201
    np.testing.assert_array_equal(follower.trajectory.points, source.trajectory.points[:201])
    assert follower.trajectory.learning_rates[200] == 0.01
    assert source.trajectory.learning_rates[200] == 0.05
    assert not follower.finished


def test_that_more_steps_go_on_from_the_last_one(told: Any) -> None:
    longer = dataclasses.replace(BASE, steps=500)
    assert told(branched(BASE, longer, shared_steps(BASE, longer))) == told(whole(Run(problem("rosenbrock"), longer)))


def test_that_fewer_steps_cut_the_run_off(told: Any) -> None:
    shorter = dataclasses.replace(BASE, steps=120)
    cut = branched(BASE, shorter, shared_steps(BASE, shorter))
    assert told(cut) == told(whole(Run(problem("rosenbrock"), shorter)))
    assert cut.trajectory.stop_reason is StopReason.FINISHED


DIVERGING = RunConfig(optimizer("gradient_descent", learning_rate=0.02), start=(-1.2, 1.0), steps=300)


@pytest.mark.parametrize("step", [0, 1, 2, 3, 5, 50, 299])
def test_that_a_diverged_run_branches(told: Any, step: int) -> None:
    changed = DIVERGING.changed_at(step, {"learning_rate": 1e-4})
    assert told(branched(DIVERGING, changed, step)) == told(whole(Run(problem("rosenbrock"), changed)))


RULES = [
    StopRules(),
    StopRules(gradient_norm=1.0),
    StopRules(gradient_norm=0.1),
    StopRules(value=0.5),
    StopRules(change=0.02),
    StopRules(evaluations=57),
    StopRules(gradient_norm=0.1, evaluations=250),
]


@pytest.mark.parametrize("before", RULES)
@pytest.mark.parametrize("after", RULES)
def test_that_other_stopping_rules_count_from_the_start(told: Any, before: StopRules, after: StopRules) -> None:
    old, new = dataclasses.replace(BASE, stop=before), dataclasses.replace(BASE, stop=after)
    assert told(branched(old, new, shared_steps(old, new))) == told(whole(Run(problem("rosenbrock"), new)))


def test_that_a_branch_keeps_no_more_than_the_configs_share(told: Any) -> None:
    other = dataclasses.replace(BASE, optimizer=optimizer("adam", learning_rate=0.01))
    assert told(branched(BASE, other, 200)) == told(whole(Run(problem("rosenbrock"), other)))


def test_that_a_start_without_a_finite_value_stays_diverged_in_a_branch(told: Any) -> None:
    config = RunConfig(ADAM, start=(1e200, 0.0), steps=10)
    longer = dataclasses.replace(config, steps=20, stop=StopRules(evaluations=1, gradient_norm=1e300))
    assert told(branched(config, longer, 10)) == told(whole(Run(problem("rosenbrock"), longer)))


def test_that_a_batch_of_starts_branches() -> None:
    starts = np.array([[-1.2, 1.0], [0.5, 2.0], [1.5, -0.5]])
    source = whole(Run(problem("rosenbrock"), BASE, start=starts))
    changed = BASE.changed_at(77, {"learning_rate": 0.2})
    np.testing.assert_array_equal(
        whole(branch(source, changed, 77)).trajectory.points,
        whole(Run(problem("rosenbrock"), changed, start=starts)).trajectory.points,
    )


def test_that_a_branch_does_not_touch_its_source(told: Any) -> None:
    source = Run(problem("rosenbrock"), BASE)
    advance(source, 150)
    before = told(source)
    whole(branch(source, BASE.changed_at(90, {"learning_rate": 0.3}), 90))
    assert told(source) == before
    assert told(whole(source)) == told(whole(Run(problem("rosenbrock"), BASE)))


def test_that_a_branch_owes_a_share_of_the_time_only() -> None:
    source = whole(Run(problem("rosenbrock"), BASE))
    source.seconds = 30.0
    follower = branch(source, BASE.changed_at(30, {"learning_rate": 0.2}), 30)
    assert follower.seconds == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        (BASE, 300),
        (dataclasses.replace(BASE, label="other", stop=StopRules(value=1.0)), 300),
        (dataclasses.replace(BASE, steps=100), 100),
        (dataclasses.replace(BASE, steps=900), 300),
        (dataclasses.replace(BASE, start=(-1.2, 1.1)), 0),
        (dataclasses.replace(BASE, start=RandomStart()), 0),
        (dataclasses.replace(BASE, seed=1), 0),
        (dataclasses.replace(BASE, batch_size=3), 0),
        (dataclasses.replace(BASE, optimizer=optimizer("adam", learning_rate=0.06)), 0),
        (dataclasses.replace(BASE, optimizer=optimizer("momentum", learning_rate=0.05)), 0),
        (BASE.changed_at(40, {"learning_rate": 0.01}), 40),
        (BASE.changed_at(40, {"learning_rate": 0.05}), 300),
        (BASE.changed_at(40, {"learning_rate": 0.05}).changed_at(80, {"beta1": 0.5}), 80),
        (BASE.changed_at(0, {"learning_rate": 0.01}), 0),
        (BASE.changed_at(1000, {"learning_rate": 0.01}), 300),
    ],
)
def test_that_shared_steps_are_those_before_the_first_difference(changed: RunConfig, steps: int) -> None:
    assert shared_steps(BASE, changed) == steps
    assert shared_steps(changed, BASE) == steps


def test_that_a_change_and_the_same_from_the_start_share_everything() -> None:
    whole_rate = dataclasses.replace(BASE, optimizer=optimizer("adam", learning_rate=0.01))
    assert shared_steps(BASE.changed_at(0, {"learning_rate": 0.01}), whole_rate) == 300


@given(
    first=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0.01, 0.02, 0.05])), max_size=3),
    second=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0.01, 0.02, 0.05])), max_size=3),
)
def test_that_shared_steps_are_where_trajectories_part(
    first: list[tuple[int, float]], second: list[tuple[int, float]]
) -> None:
    old, new = (
        dataclasses.replace(BASE, steps=12, changes=tuple(Change(step, {"learning_rate": rate}) for step, rate in made))
        for made in (sorted(dict(first).items()), sorted(dict(second).items()))
    )
    points = [whole(Run(problem("rosenbrock"), config)).trajectory.points for config in (old, new)]
    parted = np.flatnonzero((points[0] != points[1]).any(axis=1))
    assert shared_steps(old, new) == (parted[0] - 1 if len(parted) else 12)
    assume(len(parted))
