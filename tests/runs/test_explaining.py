"""Explanations of steps: the run's own numbers, in the order in which they are computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import OPTIMIZERS, optimizer
from gdviz.problems import problem
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import branch, run_to_end
from gdviz.runs.noise import noise_in
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory
from gdviz.schedules import schedule

EVERYTHING: dict[str, Any] = {
    "seed": 5,
    "noise": noise_in({"kind": "gaussian", "sigma": 0.3}),
    "clipping": Clipping(norm=1.5),
}


@pytest.mark.parametrize("cls", list(OPTIMIZERS), ids=lambda cls: cls.name)
@pytest.mark.parametrize("settings", [{}, EVERYTHING], ids=["plain", "noisy and clipped"])
def test_that_explained_steps_lead_where_the_run_went(cls: Any, settings: dict[str, Any]) -> None:
    trajectory = run_to_end(Run(problem("rosenbrock"), RunConfig(cls(), steps=40, **settings)))
    for step in range(0, trajectory.steps, 13):
        explanation = trajectory.explain(step)
        np.testing.assert_array_equal(explanation.point, trajectory.points[step])
        np.testing.assert_array_equal(explanation.next_point, trajectory.points[step + 1])
        np.testing.assert_array_equal(explanation.learning_rate, trajectory.learning_rates[step])
        assert explanation.quantities[0].name == "Point"
        assert explanation.quantities[-1].name == "New point"
        np.testing.assert_array_equal(explanation.quantities[-1].value, trajectory.points[step + 1])
        assert all(item.name and item.symbol and item.formula for item in explanation.quantities)


@pytest.mark.parametrize("batch_size", [None, 7])
def test_that_steps_of_a_fit_are_explained_with_their_mini_batch(small_fit: Any, batch_size: int | None) -> None:
    run = Run(small_fit, RunConfig(optimizer("adam"), steps=50, batch_size=batch_size, seed=2))
    trajectory = run_to_end(run)
    explanation = trajectory.explain(37)
    np.testing.assert_array_equal(explanation.next_point, trajectory.points[38])
    assert explanation.quantity("Value").value == trajectory.values[37]
    names = [item.name for item in explanation.quantities]
    assert ("Mini-batch" in names) == (batch_size is not None)
    if batch_size is not None:
        assert len(explanation.quantity("B").value) == 7


def test_that_a_step_is_explained_from_the_slope_to_the_new_point() -> None:
    rate = schedule("cosine", initial=0.1, steps=40)
    trajectory = gdviz.minimize("rosenbrock", optimizer("gradient_descent", learning_rate=rate), steps=10,
                                seed=5, noise=EVERYTHING["noise"], clipping={"norm": 1.5})  # fmt: skip
    explanation = trajectory.explain(4)
    names = [item.name for item in explanation.quantities]
    assert names[:6] == ["Point", "Value", "Gradient", "Noise", "Noisy gradient", "Learning rate"]
    assert names[6] == "Gradient"
    slope = problem("rosenbrock").gradient(trajectory.points[4])
    np.testing.assert_array_equal(explanation.quantities[2].value, slope)
    noisy = slope + explanation.quantity("Noise").value
    np.testing.assert_array_equal(explanation.quantity("Noisy gradient").value, noisy)
    told = explanation.quantity("g")
    np.testing.assert_allclose(told.value, noisy * 1.5 / (np.linalg.norm(noisy) + 1e-6), rtol=1e-15)
    assert "c = 1.5" in told.formula
    assert explanation.quantity("η").value == rate.rate(4)
    assert explanation.quantity("η").formula == rate.formula


def test_that_the_gradient_is_not_named_twice_where_nothing_lies_between() -> None:
    names = [item.name for item in gdviz.minimize("rosenbrock", "adam", steps=3).explain(1).quantities]
    assert names.count("Gradient") == 1


def test_that_steps_of_a_changed_and_branched_run_are_explained() -> None:
    base = RunConfig(optimizer("adam", learning_rate=0.05), steps=90)
    changed = base.changed_at(30, {"learning_rate": schedule("plateau", initial=0.1, patience=1)})
    source = Run(problem("rosenbrock"), base)
    run_to_end(source)
    trajectory = run_to_end(branch(source, changed, 30))
    for step in (0, 29, 30, 31, 60, 89):
        np.testing.assert_array_equal(trajectory.explain(step).next_point, trajectory.points[step + 1])
        assert trajectory.explain(step).learning_rate == trajectory.learning_rates[step]


def test_that_a_batch_is_explained_as_a_whole() -> None:
    trajectory = gdviz.minimize("rosenbrock", "adam", start=[[0.0, 1.0], [2.0, 2.0]], steps=9)
    np.testing.assert_array_equal(trajectory.explain(3).next_point, trajectory.points[4])
    assert trajectory.explain(3).quantity("Value").value.shape == (2,)


def test_that_explaining_changes_nothing(told: Any) -> None:
    run = Run(problem("rosenbrock"), RunConfig(optimizer("momentum"), steps=20))
    run_to_end(run)
    before = told(run)
    run.trajectory.explain(7)
    assert told(run) == before


@pytest.mark.parametrize("step", [-1, 10, 10_000])
def test_that_a_step_not_taken_is_not_explained(step: int) -> None:
    trajectory = gdviz.minimize("rosenbrock", "adam", steps=10)
    with pytest.raises(InputError, match="its steps are 0 to 9"):
        trajectory.explain(step)
    with pytest.raises(InputError, match="has no quantity 'Mass'; it has Point"):
        trajectory.explain(3).quantity("Mass")


def test_that_a_trajectory_of_nothing_known_says_so() -> None:
    with pytest.raises(InputError, match="does not know what it is of"):
        Trajectory(np.zeros(2)).explain(0)
