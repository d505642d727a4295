"""Nonlinear conjugate gradients against the linear method and the formulas."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import optimizer
from gdviz.oracle import Oracle
from gdviz.problems import problem


@pytest.mark.parametrize("beta", ["polak_ribiere", "fletcher_reeves"])
def test_that_exact_searches_on_a_quadratic_of_two_end_at_the_second_point(beta: str) -> None:
    trajectory = gdviz.minimize(
        "rotated_quadratic", optimizer("conjugate_gradient", search="exact", beta=beta), start=[-4.0, 1.0], steps=2
    )
    assert trajectory.values[1] > 0.1
    np.testing.assert_allclose(trajectory.points[2], [0.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("beta", ["polak_ribiere", "fletcher_reeves"])
def test_that_on_a_quadratic_its_points_are_those_of_the_linear_method(beta: str) -> None:
    function, x = problem("rotated_quadratic", condition=60.0), np.array([2.0, -3.0])
    matrix = function.hessian(x)
    # Hestenes & Stiefel: α = r·r/p·Ap, β = r₊·r₊/r·r.
    points, residual = [x], -matrix @ x
    direction = residual
    for _ in range(2):
        rate = residual @ residual / (direction @ matrix @ direction)
        points.append(points[-1] + rate * direction)
        following = residual - rate * (matrix @ direction)
        direction = following + (following @ following) / (residual @ residual) * direction
        residual = following
    ours = gdviz.minimize(function, optimizer("conjugate_gradient", search="exact", beta=beta), start=x, steps=2).points
    np.testing.assert_allclose(ours, points, rtol=1e-8, atol=1e-9)


def test_that_directions_are_made_of_gradient_and_latest_direction_by_the_formula() -> None:
    for name in ("polak_ribiere", "fletcher_reeves"):
        method = optimizer("conjugate_gradient", beta=name, restart=100)
        oracle, x = Oracle(problem("rosenbrock")), np.array([-1.2, 1.0])
        state = method.init(np, x)
        x, state = method.step(np, oracle, x, state, np.nan)
        for _ in range(6):
            gradient, before = oracle.problem.gradient(x), state.previous_gradient
            latest = state.direction
            x, state = method.step(np, oracle, x, state, np.nan)
            top = gradient @ gradient if name == "fletcher_reeves" else max(0.0, gradient @ (gradient - before))
            expected = -gradient + top / (before @ before) * latest
            np.testing.assert_allclose(state.direction, expected, rtol=1e-10)


def test_that_it_starts_over_as_often_as_it_is_told() -> None:
    method, oracle, x = optimizer("conjugate_gradient", restart=3), Oracle(problem("rosenbrock")), np.array([-1.2, 1.0])
    state, down = method.init(np, x), []
    for _ in range(9):
        gradient = oracle.problem.gradient(x)
        x, state = method.step(np, oracle, x, state, np.nan)
        down.append(np.array_equal(state.direction, -gradient))
    assert [index for index, straight in enumerate(down) if straight] == [0, 3, 6]


def test_that_it_beats_plain_descent_with_the_same_search_in_a_valley() -> None:
    costs = []
    for name in ("conjugate_gradient", "line_search"):
        trajectory = gdviz.minimize(
            "rosenbrock",
            optimizer(name, search="strong_wolfe"),
            steps=400,
            stop={"gradient_norm": 1e-6},
        )
        costs.append(int(trajectory.evaluations.gradient[-1]))
    assert costs[0] < 200 < costs[1]
