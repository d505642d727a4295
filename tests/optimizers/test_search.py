"""Line searches against the conditions they promise, the minimizer on paper, and torch's own search."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers.search import Conditions, Found, Line, search
from gdviz.oracle import Oracle
from gdviz.problems import problem

STARTS = np.random.default_rng(3).uniform(-2.0, 2.0, size=(40, 2))


class OneLine(Oracle):
    """φ(t) and φ'(t) of one variable, as an oracle of points (t,)."""

    def __init__(self, value: Any, slope: Any) -> None:
        super().__init__(problem("rosenbrock"))
        self._value, self._slope = value, slope

    def value(self, x: Any) -> Any:
        self.value_count += 1
        return self._value(float(x[0]))

    def gradient(self, x: Any) -> Any:
        self.gradient_count += 1
        return np.array([self._slope(float(x[0]))])


def line_of(value: Any, slope: Any) -> Line:
    x = np.zeros(1)
    return Line(np, OneLine(value, slope), x, value(0.0), np.array([slope(0.0)]), np.ones(1), slope(0.0))


def downhill(name: str, x: np.ndarray) -> Line:
    function = problem(name)
    oracle = Oracle(function)
    gradient = function.gradient(x)
    return Line(np, oracle, x, float(function.value(x)), gradient, -gradient, -float(gradient @ gradient))


def test_that_backtracking_takes_the_first_rate_that_meets_armijo_s_condition() -> None:
    # φ = (t − 1)², φ'(0) = −2: 4 gives 9 > 1 − 4·0.25·2, 2 gives 1 > 1 − 2·0.25·2, 1 gives 0 ≤ 1 − 0.5.
    line = line_of(lambda t: (t - 1) ** 2, lambda t: 2 * (t - 1))
    found = search(line, Conditions("backtracking", 0.25, 0.9, 0.5), 4.0)
    assert [trial.rate for trial in found.trials] == [4.0, 2.0, 1.0]
    assert [trial.value for trial in found.trials] == [9.0, 1.0, 0.0]
    assert found.taken is found.trials[-1]
    assert line.oracle.evaluations == (3, 0, 0)


def conditions_hold(line: Line, found: Found, c1: float, c2: float | None) -> bool:
    start, taken = line.start(), found.taken
    falls = taken.value <= start.value + c1 * taken.rate * line.slope
    return falls and (c2 is None or abs(taken.slope) <= -c2 * line.slope)


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau", "booth"])
@pytest.mark.parametrize(("c1", "c2"), [(1e-4, 0.9), (1e-4, 0.1), (0.1, 0.5)])
def test_that_strong_wolfe_finds_rates_that_meet_both_conditions(name: str, c1: float, c2: float) -> None:
    for x in STARTS:
        for first in (1e-6, 1e-3, 1.0, 100.0):
            line = downhill(name, x)
            found = search(line, Conditions("strong_wolfe", c1, c2, 0.5), first)
            assert conditions_hold(line, found, c1, c2)
            assert len(found.trials) <= 26


@pytest.mark.torch
@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
@pytest.mark.parametrize("first", [1e-4, 0.01, 1.0, 30.0])
def test_that_strong_wolfe_tries_as_often_as_torch_and_ends_at_its_rate(name: str, first: float) -> None:
    torch = pytest.importorskip("torch")
    from torch.optim.lbfgs import _strong_wolfe

    function = problem(name)
    for x in STARTS[:15]:
        line = downhill(name, x)
        found = search(line, Conditions("strong_wolfe", 1e-4, 0.9, 0.5), first)

        def asked(start: Any, rate: float, direction: Any) -> tuple[float, Any]:
            point = (start + rate * direction).numpy()
            return float(function.value(point)), torch.from_numpy(function.gradient(point))

        gradient = torch.from_numpy(line.gradient)
        value, _, rate, evaluations = _strong_wolfe(
            asked,
            torch.from_numpy(x),
            first,
            -gradient,
            line.value,
            gradient,
            torch.tensor(line.slope, dtype=torch.float64),
        )
        assert evaluations == len(found.trials)
        assert float(rate) == pytest.approx(found.taken.rate, rel=1e-12)
        assert value == pytest.approx(found.taken.value, rel=1e-12)


def test_that_on_a_quadratic_the_exact_rate_is_that_of_the_formula_at_the_second_try() -> None:
    function = problem("rotated_quadratic", condition=40.0)
    for x in STARTS:
        for first in (1e-3, 1.0, 50.0):
            line = downhill("rotated_quadratic", x)
            line = Line(np, Oracle(function), x, math.nan, function.gradient(x), -function.gradient(x), 0.0)
            line.slope = -float(line.gradient @ line.gradient)
            found = search(line, Conditions("exact", 1e-4, 0.9, 0.5), first)
            rate = -line.slope / float(line.gradient @ function.hessian(x) @ line.gradient)
            assert found.taken.rate == pytest.approx(rate, rel=1e-9)
            assert len(found.trials) <= (2 if first < 1000 * rate else 3)
            assert line.oracle.value_count == 0


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
@pytest.mark.parametrize("first", [1e-5, 1e-2, 10.0])
def test_that_the_exact_search_ends_where_the_slope_along_the_line_is_gone(name: str, first: float) -> None:
    for x in STARTS:
        line = downhill(name, x)
        found = search(line, Conditions("exact", 1e-4, 0.9, 0.5), first)
        assert abs(found.taken.slope) <= 1e-6 * -line.slope
        assert len(found.trials) <= 100


@pytest.mark.parametrize("kind", ["backtracking", "strong_wolfe", "exact"])
@pytest.mark.parametrize(
    ("value", "slope"),
    [
        (lambda t: -t, lambda t: -1.0),
        (lambda t: 0.0 if t == 0 else math.nan, lambda t: -1.0 if t == 0 else math.nan),
        (lambda t: 0.0 if t == 0 else math.inf, lambda t: -1.0 if t == 0 else math.inf),
        (lambda t: 0.0 if t == 0 else 1.0, lambda t: -1.0),
        (lambda t: -math.log1p(t), lambda t: -1.0 / (1.0 + t)),
    ],
    ids=["no end", "nan beyond", "infinite beyond", "slope that lies", "ever flatter"],
)
def test_that_every_search_ends_and_never_takes_what_is_higher(kind: str, value: Any, slope: Any) -> None:
    line = line_of(value, slope)
    found = search(line, Conditions(kind, 1e-4, 0.9, 0.5), 1.0)
    assert len(found.trials) <= 100
    assert value(found.taken.rate) <= 0.0 or kind == "exact"
    assert math.isfinite(found.taken.rate)
    assert not math.isnan(value(found.taken.rate))
