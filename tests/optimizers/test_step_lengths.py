"""Barzilai–Borwein and Polyak's step by hand and by what theory says of them."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import optimizer
from gdviz.problems import problem


def test_that_the_long_and_the_short_rate_are_those_of_the_two_formulas() -> None:
    # ½(x² + 4y²) from (4, 2), first rate ¼: g = (4, 8), θ₁ = (3, 0), s = (−1, −2), y = (−1, −8), g₁ = (3, 0).
    function = problem("elongated_quadratic", condition=4.0)
    for rate, expected in (("long", 5 / 17), ("short", 17 / 65)):
        method = optimizer("barzilai_borwein", rate=rate, first_rate=0.25)
        trajectory = gdviz.minimize(function, method, start=[4.0, 2.0], steps=2)
        np.testing.assert_allclose(trajectory.points[1], [3.0, 0.0])
        np.testing.assert_allclose(trajectory.points[2], [3.0 - 3.0 * expected, 0.0], rtol=1e-14)
        assert [int(count[-1]) for count in trajectory.evaluations] == [0, 2, 0]


def test_that_where_the_gradient_falls_along_the_step_the_rate_is_still_positive() -> None:
    function = problem("himmelblau")
    start = np.array([-0.2, -0.9])  # about its maximum, where all curvatures are negative
    trajectory = gdviz.minimize(function, optimizer("barzilai_borwein", first_rate=1e-3), start=start, steps=2)
    step = trajectory.points[1] - trajectory.points[0]
    change = function.gradient(trajectory.points[1]) - function.gradient(trajectory.points[0])
    assert step @ change < 0
    rate = np.sqrt((step @ step) / (change @ change))
    expected = trajectory.points[1] - rate * function.gradient(trajectory.points[1])
    np.testing.assert_allclose(trajectory.points[2], expected, rtol=1e-12)


def test_that_no_rate_is_longer_than_the_largest() -> None:
    method = optimizer("barzilai_borwein", max_rate=1e-3, first_rate=1.0)
    trajectory = gdviz.minimize("booth", method, start=[-8.0, -8.0], steps=5)
    lengths = np.linalg.norm(np.diff(trajectory.points, axis=0), axis=1)
    np.testing.assert_allclose(lengths, 1e-3 * trajectory.gradient_norms[:-1], rtol=1e-12)


def test_that_polyak_s_step_is_the_gap_over_the_squared_gradient() -> None:
    # (4, 2): f = 16, ‖g‖² = 80, t = 0.2.
    function = problem("elongated_quadratic", condition=4.0)
    trajectory = gdviz.minimize(function, "polyak_step", start=[4.0, 2.0], steps=1)
    np.testing.assert_allclose(trajectory.points[1], [4.0 - 0.8, 2.0 - 1.6], rtol=1e-14)
    above = gdviz.minimize(function, optimizer("polyak_step", minimum_value=6.0), start=[4.0, 2.0], steps=1)
    np.testing.assert_allclose(above.points[1], [4.0 - 0.5, 2.0 - 1.0], rtol=1e-14)


def test_that_polyak_s_step_is_no_longer_than_the_largest_rate_and_never_goes_up_the_slope() -> None:
    function = problem("elongated_quadratic", condition=4.0)
    short = gdviz.minimize(function, optimizer("polyak_step", max_rate=0.05), start=[4.0, 2.0], steps=1)
    np.testing.assert_allclose(short.points[1], [4.0 - 0.2, 2.0 - 0.4], rtol=1e-14)
    below = gdviz.minimize(function, optimizer("polyak_step", minimum_value=20.0), start=[4.0, 2.0], steps=3)
    np.testing.assert_array_equal(below.points, np.broadcast_to([4.0, 2.0], (4, 2)))


@pytest.mark.parametrize("name", ["booth", "matyas", "elongated_quadratic", "absolute_value"])
def test_that_on_convex_functions_polyak_s_step_always_comes_nearer(name: str) -> None:
    function = problem(name)
    trajectory = gdviz.minimize(function, optimizer("polyak_step", max_rate=1e6), steps=40)
    distances = np.linalg.norm(trajectory.points - function.minima[0], axis=1)
    moving = trajectory.values[:-1] > 1e-20
    assert moving[0]
    assert (np.diff(distances)[moving] < 0).all()
