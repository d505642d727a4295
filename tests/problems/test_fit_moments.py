"""Least squares from second moments against the rows themselves, and against textbook formulas in more digits."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest

from gdviz.problems.fit_moments import Moments, QuadraticLoss


def example(rows: int = 300, features: int = 4, offset: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features)) @ generator.normal(size=(features, features)) + offset
    y = X @ generator.normal(size=features) + 3.0 + generator.normal(scale=0.5, size=rows)
    return X, y


def mean_square(X: np.ndarray, y: np.ndarray, x: np.ndarray) -> float:
    """The mean squared residual in exact arithmetic."""
    weights = [Fraction(value) for value in x.tolist()]
    total = Fraction(0)
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        predicted = sum((Fraction(a) * w for a, w in zip(row, weights[:-1], strict=True)), weights[-1])
        total += (Fraction(target) - predicted) ** 2
    return float(total / len(y))


@pytest.mark.parametrize("offset", [0.0, 2000.0, 1e7])
def test_that_values_are_mean_squared_residuals_however_far_features_are_from_zero(offset: float) -> None:
    X, y = example(rows=60, offset=offset)
    moments = Moments.of(X, y)
    loss = QuadraticLoss(moments, 2.0)
    best = moments.ridge_solution(0.0)
    generator = np.random.default_rng(1)
    for scale in (0.0, 1e-6, 1e-3, 1.0, 100.0):
        x = best + scale * generator.normal(size=5)
        # Where the terms of a prediction nearly cancel, the point's own rounding is amplified by their size.
        tolerance = 1e-10 if offset < 1e6 else 1e-6
        assert float(loss.value(x)) == pytest.approx(mean_square(X, y, x), rel=tolerance)


def test_that_values_are_exact_even_where_the_solution_is_not() -> None:
    X, y = example(rows=50)
    centred, target = X - X.mean(axis=0), y - y.mean()
    rough = np.full(4, 0.7)
    error = target - centred @ rough
    moments = dataclasses.replace(
        Moments.of(X, y), solution=rough, residual=float(np.mean(error**2)), rest=centred.T @ error / len(y)
    )
    x = np.array([1.0, -2.0, 0.5, 0.0, 4.0])
    assert float(QuadraticLoss(moments, 2.0).value(x)) == pytest.approx(mean_square(X, y, x), rel=1e-12)


@pytest.mark.parametrize("ratio", [1e2, 1e3, 5e3])
def test_that_badly_scaled_features_are_solved_to_all_digits_of_lstsq(ratio: float) -> None:
    X, y = example(rows=5000)
    left, _, right = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    X = left * np.geomspace(1.0, 1 / ratio, 4) @ right
    y = X @ np.array([1.0, 2.0, 3.0, 4.0]) + 1e-9 * y
    expected = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(Moments.of(X, y).ridge_solution(0.0)[:-1], expected, rtol=1e-11)


def test_that_means_of_many_large_numbers_keep_their_digits() -> None:
    X, y = example(rows=100_000, features=2, offset=1e7)
    moments = Moments.of(X, y)
    for column, mean in zip(X.T, moments.feature_means, strict=True):
        assert mean == pytest.approx(math.fsum(column) / len(column), rel=3e-16)
    assert moments.target_mean == pytest.approx(math.fsum(y) / len(y), rel=3e-16)
    best = moments.ridge_solution(0.0)
    expected = np.mean((y - y.mean() - (X - X.mean(axis=0)) @ best[:-1]) ** 2)
    assert float(QuadraticLoss(moments, 2.0).value(best)) == pytest.approx(expected, rel=1e-9)


def test_that_the_lowest_value_is_the_residual_of_lstsq() -> None:
    X, y = example(rows=20_000, features=7)
    moments = Moments.of(X, y)
    _, squares, _, _ = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y, rcond=None)
    found = QuadraticLoss(moments, 2.0).value(moments.ridge_solution(0.0))
    assert float(found) == pytest.approx(squares[0] / len(y), rel=1e-10)


@pytest.mark.parametrize("curvature", [1.0, 2.0])
def test_that_gradients_and_hessians_are_those_of_the_rows(curvature: float) -> None:
    X, y = example(offset=5.0)
    loss = QuadraticLoss(Moments.of(X, y), curvature)
    A = np.column_stack([X, np.ones(len(y))])
    points = np.random.default_rng(2).normal(size=(3, 2, 5))
    for index in np.ndindex(3, 2):
        x = points[index]
        residual = A @ x - y
        np.testing.assert_allclose(loss.gradient(points)[index], curvature * A.T @ residual / len(y), rtol=1e-10)
        np.testing.assert_allclose(loss.value(points)[index], curvature / 2 * np.mean(residual**2), rtol=1e-12)
        np.testing.assert_allclose(loss.hessian(points)[index], curvature * A.T @ A / len(y), rtol=1e-12)


def test_that_the_gradient_at_the_minimum_is_nothing_but_rounding() -> None:
    X, y = example(rows=5000, features=6, offset=50.0)
    moments = Moments.of(X, y)
    gradient = QuadraticLoss(moments, 2.0).gradient(moments.ridge_solution(0.0))
    assert np.abs(gradient).max() < 1e-11


@pytest.mark.parametrize("penalty", [0.0, 1e-6, 0.1, 30.0])
def test_that_ridge_solutions_are_the_textbook_formula(penalty: float) -> None:
    X, y = example(offset=3.0)
    centred, target = X - X.mean(axis=0), y - y.mean()
    weights = np.linalg.inv(centred.T @ centred + penalty * len(y) * np.eye(4)) @ centred.T @ target
    found = Moments.of(X, y).ridge_solution(penalty)
    np.testing.assert_allclose(found[:-1], weights, rtol=1e-9)
    assert found[-1] == pytest.approx(y.mean() - X.mean(axis=0) @ weights, rel=1e-9)


def test_that_the_shortest_of_many_solutions_is_taken_where_features_repeat() -> None:
    X, y = example(rows=9000, features=3)
    X = np.column_stack([X, X[:, 0], X[:, 1] - 2 * X[:, 2]])
    moments = Moments.of(X, y)
    expected = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(moments.ridge_solution(0.0)[:-1], expected, atol=1e-10)
    # A penalty of next to nothing must not blow up what the rows don't determine.
    for penalty in (1e-30, 1e-17, 1e-14):
        np.testing.assert_allclose(moments.ridge_solution(penalty)[:-1], expected, atol=1e-6)


def test_that_fewer_rows_than_features_have_a_solution_without_residual() -> None:
    X, y = example(rows=4, features=9)
    moments = Moments.of(X, y)
    expected = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(moments.ridge_solution(0.0)[:-1], expected, atol=1e-12)
    assert float(QuadraticLoss(moments, 2.0).value(moments.ridge_solution(0.0))) < 1e-25


def test_that_nearly_dependent_features_are_solved_as_lstsq_solves_them() -> None:
    generator = np.random.default_rng(3)
    first = generator.normal(size=20_000)
    X = np.column_stack([first, first + 1e-6 * generator.normal(size=20_000)])
    y = X @ np.array([1.0, 2.0]) + 1e-8 * generator.normal(size=20_000)
    found = Moments.of(X, y).ridge_solution(0.0)
    expected = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(found[:-1], expected, rtol=1e-8)


@pytest.mark.parametrize("size", [1e155, 1e200, 1e306])
def test_that_numbers_too_large_to_be_squared_are_noticed(size: float) -> None:
    X, y = example(rows=5, features=2)
    assert not Moments.of(X * size, y).finite
    assert not Moments.of(X, y * size).finite


def test_that_quadratic_losses_are_written_over_the_array_standard_and_keep_single_precision() -> None:
    X, y = example()
    loss = QuadraticLoss(Moments.of(X, y), 2.0)
    x = np.random.default_rng(2).normal(size=(3, 5))
    strict = array_api_strict.asarray(x)
    for name in ("value", "gradient", "hessian"):
        expected = getattr(loss, name)(x)
        np.testing.assert_allclose(np.asarray(getattr(loss, name)(strict)), expected, rtol=1e-12)
        single = getattr(loss, name)(x.astype(np.float32))
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, expected, rtol=1e-4)
