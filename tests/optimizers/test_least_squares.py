"""Gauss–Newton and Levenberg–Marquardt against the normal equations and SciPy's solver."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import optimizer
from gdviz.problems import problem

START = np.array([-1.2, 1.0])


def normal_step(x: np.ndarray, damping: float, scaled: bool) -> np.ndarray:
    function = problem("rosenbrock")
    residuals, jacobian = function.residuals(x), function.jacobian(x)
    product = jacobian.T @ jacobian
    widths = np.diag(np.diag(product)) if scaled else np.eye(2)
    return np.asarray(x - np.linalg.solve(product + damping * widths, jacobian.T @ residuals))


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("damping", [0.0, 10.0, 1e4])
def test_that_a_step_that_goes_down_solves_the_damped_normal_equations(damping: float, scaled: bool) -> None:
    method = optimizer("levenberg_marquardt", damping=damping, scaled=scaled)
    trajectory = gdviz.minimize("rosenbrock", method, start=START, steps=1)
    tried, factor = normal_step(START, damping, scaled), 1.0
    while damping and problem("rosenbrock").value(tried) >= 24.2:
        factor *= 10.0
        tried = normal_step(START, damping * factor, scaled)
    np.testing.assert_allclose(trajectory.points[1], tried, rtol=1e-10)


def test_that_gauss_newton_takes_the_step_of_the_textbook_though_the_value_rises() -> None:
    # The residuals 1 − x and 10(y − x²) can both be made 0 in their linear picture: to (1, 1 − 2.2²).
    trajectory = gdviz.minimize("rosenbrock", optimizer("levenberg_marquardt", damping=0.0), start=START, steps=2)
    np.testing.assert_allclose(trajectory.points[1], [1.0, 1.0 - 2.2**2], rtol=1e-12)
    assert trajectory.values[1] > 2000
    np.testing.assert_allclose(trajectory.points[2], [1.0, 1.0], rtol=1e-12)


def test_that_with_damping_the_value_never_rises_and_ends_where_scipy_s_does() -> None:
    from scipy.optimize import least_squares

    for name in ("rosenbrock", "beale"):
        function = problem(name)
        theirs = least_squares(function.residuals, function.start, jac=function.jacobian, method="lm")
        trajectory = gdviz.minimize(name, "levenberg_marquardt", steps=60)
        assert (np.diff(trajectory.values) <= 0).all()
        np.testing.assert_allclose(trajectory.points[-1], theirs.x, rtol=1e-7)


def test_that_every_try_counts_a_value_and_the_jacobian_a_gradient() -> None:
    trajectory = gdviz.minimize("rosenbrock", "levenberg_marquardt", start=START, steps=6)
    told = [trajectory.explain(step).quantities for step in range(6)]
    tries = [sum(quantity.name.startswith("Damping tried") for quantity in step) for step in told]
    assert max(tries) > 1
    np.testing.assert_array_equal(np.diff(trajectory.evaluations.value), 1 + np.array(tries))
    np.testing.assert_array_equal(np.diff(trajectory.evaluations.gradient), 1)


def test_that_damping_grows_with_every_failed_try_and_shrinks_after_a_good_one() -> None:
    trajectory = gdviz.minimize("rosenbrock", optimizer("levenberg_marquardt", factor=4.0), start=START, steps=8)
    following = 1e-3
    for step in range(8):
        quantities = trajectory.explain(step).quantities
        tried = [quantity.value for quantity in quantities if quantity.name.startswith("Damping tried")]
        np.testing.assert_allclose(tried, following * 4.0 ** np.arange(len(tried)), rtol=1e-12)
        following = next(quantity.value for quantity in quantities if quantity.name == "Next damping")
        assert following == pytest.approx(tried[-1] / 4.0)


def test_that_what_is_no_sum_of_squares_is_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match=r"^Levenberg–Marquardt needs a sum of squares, and Ackley .* choose Newton"):
        gdviz.minimize("ackley", "levenberg_marquardt")
    with pytest.raises(InputError, match="uses the residuals of all rows at every step; leave batch_size out"):
        optimizer("levenberg_marquardt").check(problem("rosenbrock"), 16)
