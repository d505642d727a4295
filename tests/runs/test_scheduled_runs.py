"""Runs whose learning rate changes: what is recorded is what was used, however a run is cut into pieces."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.config import Change, RunConfig
from gdviz.runs.engine import advance, branch, replay, run_to_end, shared_steps
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.schedules import ObservedSchedule, StepSchedule, schedule

COSINE = schedule("cosine", initial=0.05, steps=400, final=0.001)
PLATEAU = schedule("plateau", initial=0.2, patience=3, factor=0.7)
ADAPTIVE = schedule("adaptive", initial=0.2, tolerance=0.05, every=4, divisor=1.5)
CURVE = schedule("curve", steps=[0, 50, 60], rates=[0.01, 0.1, 0.001], between="hold")


def config(rate: Any, steps: int = 300, **settings: Any) -> RunConfig:
    return RunConfig(optimizer("adam", learning_rate=rate), steps=steps, **settings)


def whole(run: Run) -> Run:
    run_to_end(run)
    return run


def test_that_the_rates_recorded_are_those_of_the_schedule() -> None:
    trajectory = run_to_end(Run(problem("rosenbrock"), config(COSINE)))
    assert isinstance(COSINE, StepSchedule)
    np.testing.assert_array_equal(trajectory.learning_rates, COSINE.rate(np.arange(301)))


def test_that_each_step_is_taken_with_the_rate_recorded_for_it() -> None:
    bowl = problem("rosenbrock")
    trajectory = gdviz.minimize(bowl, optimizer("gradient_descent", learning_rate=CURVE), steps=100)
    assert set(trajectory.learning_rates) == {0.01, 0.1, 0.001} or trajectory.stop_reason is StopReason.DIVERGED
    points, rates = trajectory.points, trajectory.learning_rates
    for step in range(trajectory.steps):
        np.testing.assert_array_equal(points[step + 1], points[step] + -rates[step] * bowl.gradient(points[step]))


@pytest.mark.parametrize("rate", [PLATEAU, ADAPTIVE], ids=["plateau", "adaptive"])
@pytest.mark.parametrize("fit", [False, True], ids=["function", "fit"])
def test_that_a_rate_that_follows_the_values_follows_those_recorded(
    small_fit: Any, rate: ObservedSchedule, fit: bool
) -> None:
    run = Run(small_fit if fit else problem("rosenbrock"), config(rate, batch_size=7 if fit else None))
    trajectory = run_to_end(run)
    assert len(set(trajectory.learning_rates)) > 2
    np.testing.assert_array_equal(trajectory.learning_rates, rate.rates_over(trajectory.values))
    # What the schedule looks at is counted as asked for.
    np.testing.assert_array_equal(trajectory.evaluations.value, np.arange(301))


@pytest.mark.parametrize("rate", [COSINE, PLATEAU, ADAPTIVE, CURVE], ids=lambda rate: rate.name)
@pytest.mark.parametrize("batch_size", [None, 7])
def test_that_pieces_make_the_same_run(small_fit: Any, told: Any, rate: Any, batch_size: int | None) -> None:
    fit = problem("rosenbrock") if batch_size is None else small_fit
    whole_run = whole(Run(fit, config(rate, batch_size=batch_size)))
    pieces = Run(fit, config(rate, batch_size=batch_size))
    while not pieces.finished:
        advance(pieces, 7)
    assert told(pieces) == told(whole_run)


@pytest.mark.parametrize("rate", [COSINE, PLATEAU, ADAPTIVE], ids=lambda rate: rate.name)
@pytest.mark.parametrize("step", [0, 1, 5, 149, 150, 151, 299, 300])
def test_that_a_replayed_step_is_the_runs(rate: Any, step: int) -> None:
    changed = config(rate).changed_at(150, {"learning_rate": schedule("plateau", initial=0.01, patience=1)})
    run = whole(Run(problem("rosenbrock"), changed))
    again = replay(run, step)
    np.testing.assert_array_equal(again.point, run.trajectory.points[step])
    assert again.evaluations == tuple(column[step] for column in run.trajectory.evaluations)


RATES: dict[str, Any] = {
    "a number": 0.03,
    "another schedule": COSINE,
    "a plateau": PLATEAU,
    "the same with other options": dataclasses.replace(PLATEAU, patience=1),
}


@pytest.mark.parametrize("before", [0.05, COSINE, PLATEAU], ids=["number", "cosine", "plateau"])
@pytest.mark.parametrize("after", RATES)
@pytest.mark.parametrize("step", [0, 17])
def test_that_a_branch_to_another_schedule_is_what_it_gives_from_the_start(
    small_fit: Any, told: Any, before: Any, after: str, step: int
) -> None:
    for fit in (problem("rosenbrock"), small_fit):
        changed = config(before, 60).changed_at(step, {"learning_rate": RATES[after]})
        source = whole(Run(fit, config(before, 60)))
        assert told(whole(branch(source, changed, step))) == told(whole(Run(fit, changed)))
        # And back again: what follows the values goes on as if there had been no change.
        assert told(whole(branch(whole(Run(fit, changed)), config(before, 60), step))) == told(source)


def test_that_a_plateau_goes_on_through_changes_of_other_options_and_begins_anew_at_its_own(told: Any) -> None:
    # A bowl so flat that nothing gets better: the rate falls at steps 4, 8, 12, ...
    still = schedule("plateau", initial=1.0, patience=3, factor=0.5, threshold=0.9)
    base = RunConfig(optimizer("adam", learning_rate=still), start=(-1.2, 1.0), steps=12)
    rates = run_to_end(Run(problem("rosenbrock"), base)).learning_rates
    through = base.changed_at(6, {"beta1": 0.9, "epsilon": 1e-8})
    np.testing.assert_array_equal(run_to_end(Run(problem("rosenbrock"), through)).learning_rates, rates)
    anew = base.changed_at(6, {"learning_rate": dataclasses.replace(still, initial=4.0)})
    assert run_to_end(Run(problem("rosenbrock"), anew)).learning_rates[6] == 4.0


def test_that_configs_with_other_schedules_share_what_lies_before() -> None:
    base = config(COSINE)
    assert shared_steps(base, config(dataclasses.replace(COSINE, steps=399))) == 0
    assert shared_steps(base, base.changed_at(70, {"learning_rate": PLATEAU})) == 70
    assert shared_steps(base, dataclasses.replace(base, changes=(Change(5, {"learning_rate": COSINE}),))) == 300


def test_that_rows_of_a_batch_have_the_rates_of_single_runs() -> None:
    starts = np.array([[-1.2, 1.0], [0.5, 0.5], [2.0, -1.0]])
    adam = optimizer("adam", learning_rate=COSINE)
    batch = gdviz.minimize("rosenbrock", adam, start=starts, steps=200)
    assert batch.points.shape == (201, 3, 2)
    for row, start in enumerate(starts):
        single = gdviz.minimize("rosenbrock", adam, start=start, steps=200)
        np.testing.assert_array_equal(batch.points[:, row], single.points)
        np.testing.assert_array_equal(batch.learning_rates, single.learning_rates)


def test_that_a_rate_that_follows_one_descent_is_refused_for_many() -> None:
    with pytest.raises(InputError, match="follows the values of one descent"):
        gdviz.minimize("rosenbrock", optimizer("adam", learning_rate=PLATEAU), start=[[0.0, 1.0], [1.0, 2.0]])


def test_that_a_schedule_that_grows_beyond_all_numbers_ends_as_diverged() -> None:
    rate = schedule("exponential", initial=1.0, factor=1e30)
    trajectory = gdviz.minimize("rosenbrock", optimizer("gradient_descent", learning_rate=rate), steps=100)
    assert trajectory.stop_reason is StopReason.DIVERGED
    assert np.isfinite(trajectory.points).all()
