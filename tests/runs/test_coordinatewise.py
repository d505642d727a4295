"""Stepping on Python's floats gives the very path that arrays give."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import OPTIMIZERS
from gdviz.optimizers.rule import GradientRule
from gdviz.problems import PROBLEMS, Problem
from gdviz.problems.coordinates import CoordinateFunction
from gdviz.runs import coordinatewise
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run

FUNCTIONS = [cls.name for cls in PROBLEMS if issubclass(cls, CoordinateFunction) and cls.name != "formula"]
RULES = [cls.name for cls in OPTIMIZERS if issubclass(cls, GradientRule)]


def path_on_arrays(problem: Problem, rule: GradientRule, count: int) -> tuple[np.ndarray, object]:
    point = np.array(problem.start, dtype=np.float64)
    state = rule.init(np, point)
    points = []
    with np.errstate(all="ignore"):
        for _ in range(count):
            update, state = rule.update(np, problem.gradient(point), state, point, rule.learning_rate)
            point = point + update
            points.append(point)
    return np.array(points), state


@pytest.mark.parametrize("rule_name", RULES)
@pytest.mark.parametrize("function_name", FUNCTIONS)
def test_that_every_rule_takes_the_same_steps_bit_for_bit(function_name: str, rule_name: str) -> None:
    problem, rule = gdviz.problem(function_name), gdviz.optimizer(rule_name, learning_rate=1e-3)
    assert isinstance(problem, CoordinateFunction)
    assert isinstance(rule, GradientRule)
    start = np.array(problem.start, dtype=np.float64)
    expected, expected_state = path_on_arrays(problem, rule, 60)

    with np.errstate(all="ignore"):
        stepped = coordinatewise.steps(rule, problem, start, rule.init(np, start), [rule.learning_rate] * 60)

    finite = np.isfinite(expected).all(axis=1)
    taken = len(stepped.points)
    assert taken == 60 or not finite[: taken + 1].all()
    np.testing.assert_array_equal(stepped.points, expected[:taken])
    if taken == 60:
        for mine, theirs in zip(stepped.state, expected_state, strict=True):  # type: ignore[call-overload]
            np.testing.assert_array_equal(mine, theirs)


def test_that_a_run_that_overflows_ends_as_it_does_on_arrays() -> None:
    problem = gdviz.problem("rosenbrock")
    optimizer = gdviz.optimizer("gradient_descent", learning_rate=0.01)

    trajectory = run_to_end(Run(problem, RunConfig(optimizer, steps=50)))

    expected, _ = path_on_arrays(problem, optimizer, 50)
    with np.errstate(all="ignore"):
        lost = int(np.argmin(np.isfinite(expected).all(axis=1) & np.isfinite(problem.value(expected))))
    assert trajectory.stop_step == lost + 1
    np.testing.assert_array_equal(trajectory.points[1:], expected[:lost])


def test_that_batches_float32_and_many_parameters_are_left_to_arrays() -> None:
    rule, rosenbrock = gdviz.optimizer("adam"), gdviz.problem("rosenbrock")

    assert coordinatewise.applies(rule, rosenbrock, np.zeros(2))
    assert not coordinatewise.applies(rule, rosenbrock, np.zeros((3, 2)))
    assert not coordinatewise.applies(rule, rosenbrock, np.zeros(2, dtype=np.float32))
    assert not coordinatewise.applies(rule, gdviz.problem("sphere", dimension=5), np.zeros(5))
