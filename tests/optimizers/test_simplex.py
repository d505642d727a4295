"""Nelder–Mead against SciPy's, corner for corner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import optimizer
from gdviz.problems import problem


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("rosenbrock", [-1.2, 1.0]),
        ("beale", [1.0, 1.0]),
        ("himmelblau", [0.0, 0.0]),
        ("booth", [-8.0, 0.0]),
        ("ackley", [2.0, -1.5]),
    ],
)
def test_that_path_and_evaluations_are_scipy_s(name: str, start: list[float]) -> None:
    from scipy.optimize import minimize

    function, steps = problem(name), 60
    asked, theirs, counts = 0, [np.array(start)], [0]

    def value(x: np.ndarray) -> float:
        nonlocal asked
        asked += 1
        return float(function.value(x))

    def passed(x: np.ndarray) -> None:
        theirs.append(x.copy())
        counts.append(asked)

    settings: dict[str, Any] = {"maxiter": steps + 1, "xatol": 0.0, "fatol": 0.0}
    minimize(value, start, method="Nelder-Mead", callback=passed, options=settings)
    ours = gdviz.minimize(function, "nelder_mead", start=start, steps=steps)
    np.testing.assert_allclose(ours.points, theirs[: steps + 1], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(ours.evaluations.value, counts[: steps + 1])
    assert not ours.evaluations.gradient.any()


def test_that_the_best_corner_never_gets_worse_and_every_move_happens() -> None:
    moves = set()
    for start in ([-1.2, 1.0], [3.0, -2.0], [0.1, 0.1]):
        trajectory = gdviz.minimize("rosenbrock", optimizer("nelder_mead", size=1.0), start=start, steps=80)
        assert (np.diff(trajectory.values) <= 0).all()
        moves |= {trajectory.explain(step).quantities[-3].formula for step in range(80)}
    words = {"reflected", "expanded", "contracted outside", "contracted inside"}
    assert {f"\\text{{{word}}}" for word in words} <= moves


def test_that_a_value_that_can_t_be_computed_counts_as_the_worst() -> None:
    class Half(type(problem("booth"))):
        def value(self, x: Any) -> Any:
            return np.where(x[..., 0] > 2.0, np.nan, super().value(x))

    trajectory = gdviz.minimize(Half(), "nelder_mead", start=[1.9, 0.0], steps=150)
    np.testing.assert_allclose(trajectory.points[-1], [1.0, 3.0], atol=1e-4)


def test_that_with_mini_batches_every_corner_is_asked_for_anew() -> None:
    fit = problem("data", table="builtin:iris", target="petal_length", features=["petal_width"], model="linear")
    trajectory = gdviz.minimize(fit, "nelder_mead", steps=10, batch_size=30)
    assert (np.diff(trajectory.evaluations.value)[1:] >= 4).all()
