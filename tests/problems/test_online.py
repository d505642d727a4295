"""Reddi's counter-example: who ends at the worst point and who does not, as the paper says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.oracle import Oracle
from gdviz.problems import problem

SHORT: dict[str, Any] = {}
LONG = {"cycle": 101, "rise": 1010.0, "fall": 10.0}


def decaying(initial: float) -> Any:
    """η₀/√t for t = 1, 2, …"""
    return gdviz.schedule("inverse_scaling", initial=initial, power=0.5)


def end(options: dict[str, Any], name: str, steps: int, batch_size: int | None = 1, **hyper: Any) -> float:
    optimizer = gdviz.optimizer(name, **hyper)
    trajectory = gdviz.minimize(problem("reddi_online", **options), optimizer, steps=steps, batch_size=batch_size)
    return float(trajectory.points[-1, 0])


def test_that_each_step_sees_the_loss_of_its_row_in_turn() -> None:
    oracle = Oracle(problem("reddi_online"), seed=5, batch_size=1)
    slopes = []
    for step in range(7):
        oracle.step = step
        slopes.append(float(oracle.gradient(np.array([0.2]))[0]))
    assert slopes == [3.0, -1.0, -1.0, 3.0, -1.0, -1.0, 3.0]


def test_that_all_rows_together_are_the_mean() -> None:
    function = problem("reddi_online", **LONG)
    points = np.linspace(-1.4, 1.4, 30)[:, None]
    value, gradient = function.batch_value_and_gradient(points, range(101))
    np.testing.assert_allclose(value, function.value(points), rtol=1e-14)
    np.testing.assert_allclose(gradient, function.gradient(points), rtol=1e-14)
    rows = [function.batch_value_and_gradient(points, [row])[0] for row in range(101)]
    np.testing.assert_allclose(np.mean(rows, axis=0), value, rtol=1e-12, atol=1e-12)


def test_that_adam_ends_at_the_worst_point() -> None:
    assert end(SHORT, "adam", 1000, learning_rate=decaying(0.3), beta1=0.0, beta2=0.1) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("name", "hyper"), [("amsgrad", {"beta1": 0.0, "beta2": 0.1}), ("gradient_descent", {})], ids=["amsgrad", "plain"]
)
def test_that_amsgrad_and_plain_descent_end_at_the_minimum(name: str, hyper: dict[str, float]) -> None:
    assert end(SHORT, name, 1000, learning_rate=decaying(0.3), **hyper) == pytest.approx(-1.0, abs=0.02)


def test_that_adam_of_all_rows_ends_at_the_minimum() -> None:
    rate = decaying(0.3)
    assert end(SHORT, "adam", 1000, None, learning_rate=rate, beta1=0.0, beta2=0.1) == pytest.approx(-1.0, abs=0.02)


def test_that_the_paper_s_long_cycle_parts_adam_and_amsgrad_alike() -> None:
    rate, betas = decaying(0.5), {"beta1": 0.9, "beta2": 0.99}
    assert end(LONG, "adam", 8000, learning_rate=rate, **betas) > 0.9
    assert end(LONG, "amsgrad", 8000, learning_rate=rate, **betas) < -0.3
