"""Gradients three ways: they agree where all is well, and show it where something is wrong."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.problems.functions_two import Rosenbrock
from gdviz.problems.gradients import analytic, automatic, compare_gradients, finite_differences

FUNCTIONS = [function() for function in PROBLEMS if function.name not in ("data", "formula")]
FITS = [
    problem("data", table="builtin:iris", target="petal_width"),
    problem("data", table="builtin:iris", target="species", model="softmax"),
    problem("data", table="builtin:iris", target="petal_width", loss="huber", l2=0.1),
    problem("formula", expression="x^2 y + cos(z) sin(x)"),
]
every_problem = pytest.mark.parametrize("tested", [*FUNCTIONS, *FITS], ids=lambda item: f"{item.name}-{item.dimension}")


def a_point_of(tested: Problem) -> np.ndarray:
    """A random point of the domain, beside every kink."""
    domain = tested.domain
    return np.random.default_rng(9).uniform(domain[:, 0], domain[:, 1])


@every_problem
def test_that_differences_agree_with_the_formulas(tested: Problem) -> None:
    point = a_point_of(tested)
    expected = tested.gradient(point)
    scale = np.abs(expected).max() + abs(float(tested.value(point)))
    np.testing.assert_allclose(finite_differences(tested, point), expected, atol=1e-6 * scale)
    np.testing.assert_array_equal(analytic(tested, point), expected)


@pytest.mark.torch
@every_problem
def test_that_torch_agrees_with_the_formulas(tested: Problem) -> None:
    point = a_point_of(tested)
    expected = tested.gradient(point)
    np.testing.assert_allclose(automatic(tested, point), expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())


def test_that_by_hand_rosenbrock_s_start_has_its_gradient() -> None:
    found = gdviz.compare_gradients("rosenbrock", [-1.2, 1.0])
    np.testing.assert_allclose(found.analytic, [-215.6, -88.0], rtol=1e-14)
    np.testing.assert_allclose(found.finite_differences, [-215.6, -88.0], rtol=1e-8)
    assert found.names == ("x", "y")


def test_that_the_start_is_taken_where_no_point_is_given() -> None:
    np.testing.assert_array_equal(compare_gradients("beale").point, problem("beale").start)


def test_that_a_batch_of_points_is_differenced_row_by_row() -> None:
    function = problem("himmelblau")
    points = np.random.default_rng(3).uniform(-4, 4, size=(2, 5, 2))
    rows = [finite_differences(function, row) for row in points.reshape(-1, 2)]
    np.testing.assert_array_equal(finite_differences(function, points), np.reshape(rows, (2, 5, 2)))


def test_that_a_wrong_gradient_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rosenbrock, "gradient_at", lambda self, xp, x, y: (1.0, 2.0))
    first = compare_gradients("rosenbrock").differences[0]
    assert (first.first, first.second) == ("analytic", "finite_differences")
    assert first.relative > 0.9
    assert first.largest > 80.0


def test_that_gradients_of_0_differ_by_nothing() -> None:
    assert compare_gradients("sphere", [0.0, 0.0]).differences[0].relative == 0.0


def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else real(name, *rest))


def test_that_without_torch_two_ways_are_left_and_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    without_torch(monkeypatch)
    with pytest.raises(InputError, match="automatic gradients need PyTorch"):
        automatic(problem("sphere"), [1.0, 2.0])
    found = compare_gradients("sphere", [1.0, 2.0])
    assert found.automatic is None
    assert "not installed" in found.reason
    assert list(found.ways) == ["analytic", "finite_differences"]
    assert len(found.differences) == 1


@pytest.mark.torch
def test_that_a_value_that_torch_can_t_follow_is_said_so() -> None:
    class Opaque(Rosenbrock):
        def value(self, x: Any) -> Any:
            return np.sum(np.asarray(x.tolist()) ** 2)

    found = compare_gradients(Opaque(), [1.0, 2.0])
    assert found.automatic is None
    assert "PyTorch can't follow how rosenbrock computes its value" in found.reason


@pytest.mark.torch
def test_that_with_torch_every_two_of_three_are_compared() -> None:
    found = compare_gradients("rosenbrock")
    assert [(item.first, item.second) for item in found.differences] == [
        ("analytic", "finite_differences"),
        ("analytic", "automatic"),
        ("finite_differences", "automatic"),
    ]
    assert found.differences[1].relative < 1e-14


@pytest.mark.parametrize("point", [[1.0], [1.0, 2.0, 3.0], 1.0, [np.nan, 1.0], ["a", "b"], [[1.0, 2.0, 3.0]]])
def test_that_points_that_don_t_fit_are_refused(point: Any) -> None:
    with pytest.raises(InputError, match=r"a point of rosenbrock is 2 finite numbers \(x, y\)"):
        compare_gradients("rosenbrock", point)


def test_that_only_one_point_is_compared() -> None:
    with pytest.raises(InputError, match="compared at one point"):
        compare_gradients("rosenbrock", [[1.0, 2.0], [3.0, 4.0]])
