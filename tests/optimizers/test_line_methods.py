"""Descent with a line search: the numbers on paper, and what is asked of the oracle."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import optimizer
from gdviz.oracle import Oracle
from gdviz.problems import problem


def test_that_exact_searches_on_a_quadratic_fall_by_kantorovich_s_factor_from_the_worst_start() -> None:
    # From (κ, 1) steepest descent on ½(x² + κy²) zigzags and falls by ((κ − 1)/(κ + 1))² every step.
    trajectory = gdviz.minimize(
        problem("elongated_quadratic", condition=9.0), optimizer("line_search", search="exact"), start=[9.0, 1.0],
        steps=10,
    )  # fmt: skip
    np.testing.assert_allclose(trajectory.values[1:] / trajectory.values[:-1], 0.64, rtol=1e-9)
    gradients = trajectory.points * [1.0, 9.0]
    np.testing.assert_allclose((gradients[1:] * gradients[:-1]).sum(axis=1), 0.0, atol=1e-6)


def test_that_backtracking_asks_once_for_slope_and_value_and_once_a_try() -> None:
    # ½(x² + 4y²) from (4, 2): g = (4, 8), f = 16; f(0, −6) = 72 at t = 1, f(2, −2) = 10 at ½.
    function = problem("elongated_quadratic", condition=4.0)
    trajectory = gdviz.minimize(function, optimizer("line_search"), start=[4.0, 2.0], steps=1)
    np.testing.assert_array_equal(trajectory.points[1], [2.0, -2.0])
    # The value before, and two tries.
    assert [int(count[-1]) for count in trajectory.evaluations] == [3, 1, 0]


def test_that_what_was_seen_at_the_point_reached_is_not_asked_again() -> None:
    for search in ("backtracking", "strong_wolfe"):
        method, oracle = optimizer("line_search", search=search), Oracle(problem("rosenbrock"))
        x = np.array([-1.2, 1.0])
        state = method.init(np, x)
        x, state = method.step(np, oracle, x, state, np.nan)
        before = oracle.evaluations
        known = method.step(np, oracle, x, state, np.nan)
        spent = np.subtract(oracle.evaluations, before)
        oracle.evaluations = before
        forgotten = method.step(np, oracle, x, method.init(np, x), np.nan)
        more = np.subtract(oracle.evaluations, before) - spent
        np.testing.assert_array_equal(known.point, forgotten.point)
        assert tuple(more) == ((1, 0, 0) if search == "backtracking" else (1, 1, 0))


@pytest.mark.parametrize("name", ["line_search", "conjugate_gradient", "bfgs", "lbfgs"])
def test_that_with_mini_batches_every_step_is_seen_with_its_own_rows(name: str) -> None:
    fit = problem("data", table="builtin:iris", target="petal_length", model="linear")
    method = optimizer(name, search="strong_wolfe")
    trajectory = gdviz.minimize(fit, method, steps=12, seed=3, batch_size=20)
    again = gdviz.minimize(fit, method, steps=12, seed=3, batch_size=20)
    np.testing.assert_array_equal(trajectory.points, again.points)
    assert fit.value(trajectory.points[-1]) < 0.1 * fit.value(trajectory.points[0])
    # Value and gradient of the new rows at the point reached have to be asked for.
    assert (np.diff(trajectory.evaluations.gradient) >= 2).all()


@pytest.mark.parametrize("name", ["line_search", "conjugate_gradient", "newton", "bfgs", "lbfgs"])
def test_that_a_step_says_the_same_in_a_replay_as_it_did(name: str) -> None:
    trajectory = gdviz.minimize("rosenbrock", optimizer(name, search="strong_wolfe"), steps=8)
    explanation = trajectory.explain(5)
    by_name = {quantity.name: quantity.value for quantity in explanation.quantities}
    np.testing.assert_array_equal(by_name["New point"], trajectory.points[6])
    np.testing.assert_array_equal(
        trajectory.points[5] + by_name["Rate taken"] * by_name["Direction"], trajectory.points[6]
    )
    assert by_name["Value before"] == trajectory.values[5]
    tried = [quantity.value for quantity in explanation.quantities if quantity.name.startswith("Value there")]
    assert trajectory.values[6] in tried
