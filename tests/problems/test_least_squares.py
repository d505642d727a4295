"""Sums of squares: what Gauss–Newton is told fits what everybody else is told."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest

from gdviz.arrays import to_numpy
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.problems.coordinates import CoordinateFunction

FUNCTIONS = [
    function() for function in PROBLEMS if issubclass(function, CoordinateFunction) and function.name != "formula"
]
CHANGED = [
    problem("rosenbrock", a=-0.5, b=7.0),
    problem("elongated_quadratic", condition=300.0),
    problem("rotated_quadratic", angle=75.0, condition=3.0),
    problem("sphere", dimension=5),
    problem("zakharov", dimension=4),
    problem("ellipsoid", dimension=4, condition=50.0),
    problem("extended_rosenbrock", dimension=6),
    problem("dixon_price", dimension=1),
    problem("dixon_price", dimension=5),
]
SQUARES = [function for function in (*FUNCTIONS, *CHANGED) if function.has_residuals]
every_sum_of_squares = pytest.mark.parametrize("function", SQUARES, ids=lambda function: function.name)


def points_of(function: Problem) -> np.ndarray:
    domain = function.domain
    return np.random.default_rng(4).uniform(domain[:, 0], domain[:, 1], size=(60, function.dimension))


def test_that_the_sums_of_squares_of_the_literature_are_known_as_such() -> None:
    expected = {
        *("rosenbrock", "beale", "booth", "himmelblau", "freudenstein_roth", "jennrich_sampson", "leon", "matyas"),
        *("powell_badly_scaled", "brown_badly_scaled", "powell_singular", "wood", "helical_valley", "zakharov"),
        *("sphere", "ellipsoid", "elongated_quadratic", "rotated_quadratic", "scalar_factorization"),
        *("extended_rosenbrock", "dixon_price"),
    }
    assert expected <= {function.name for function in SQUARES}


@every_sum_of_squares
def test_that_the_value_is_the_factor_times_half_the_squares(function: Problem) -> None:
    points = points_of(function)
    residuals = function.residuals(points)
    assert residuals.shape[0] == 60
    expected = 0.5 * function.residual_factor * (residuals**2).sum(axis=-1)
    np.testing.assert_allclose(function.value(points), expected, rtol=1e-12, atol=1e-12 * expected.max())


@every_sum_of_squares
def test_that_the_gradient_is_the_jacobian_times_the_residuals(function: Problem) -> None:
    points = points_of(function)
    residuals, jacobian = function.residuals(points), function.jacobian(points)
    assert jacobian.shape == (*residuals.shape, function.dimension)
    expected = function.residual_factor * np.einsum("nmd,nm->nd", jacobian, residuals)
    scale = np.abs(jacobian).max() * np.abs(residuals).max()
    np.testing.assert_allclose(function.gradient(points), expected, rtol=1e-10, atol=1e-13 * scale)


@every_sum_of_squares
def test_that_the_jacobian_is_the_slope_of_the_residuals(function: Problem) -> None:
    points = points_of(function)
    step = 6e-6 * np.maximum(1.0, np.abs(points))
    jacobian = function.jacobian(points)
    scale = np.abs(jacobian).max() + np.abs(function.residuals(points)).max()
    for axis in range(function.dimension):
        shift = np.zeros_like(points)
        shift[:, axis] = step[:, axis]
        upper, lower = function.residuals(points + shift), function.residuals(points - shift)
        np.testing.assert_allclose((upper - lower) / (2 * step[:, axis, None]), jacobian[..., axis], atol=1e-8 * scale)


@every_sum_of_squares
def test_that_one_point_and_the_strict_array_library_give_the_same(function: Problem) -> None:
    points = points_of(function)
    strict = array_api_strict.asarray(points)
    for method in ("residuals", "jacobian"):
        batch = getattr(function, method)(points)
        np.testing.assert_array_equal(to_numpy(getattr(function, method)(strict)), batch)
        np.testing.assert_array_equal(getattr(function, method)(points[7]), batch[7])


def test_that_what_is_no_sum_of_squares_says_so() -> None:
    function = problem("ackley")
    assert not function.has_residuals
    with pytest.raises(NotImplementedError, match="ackley is no sum of squares"):
        function.residuals(function.start)
    with pytest.raises(NotImplementedError, match="ackley is no sum of squares"):
        function.jacobian(function.start)
