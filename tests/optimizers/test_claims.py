"""What is known of these methods and shown to people: counter-examples, frozen defaults, first steps, invariances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import GradientRule, Optimizer, optimizer
from gdviz.problems import problem

ROSENBROCK = problem("rosenbrock")
START = [-1.2, 1.0]


def path(name: str, steps: int, **options: Any) -> np.ndarray:
    return np.asarray(gdviz.minimize(ROSENBROCK, optimizer(name, **options), start=START, steps=steps).points)


def projected_end(rule: Optimizer, slopes: list[float], rate: float, steps: int) -> float:
    """Where a rule ends that minimizes slopes[t mod n]·x on [-1, 1] from 0, with the rate falling as 1/√t."""
    assert isinstance(rule, GradientRule)
    x = np.zeros(1)
    state = rule.init(np, x)
    for t in range(1, steps + 1):
        gradient = np.array([slopes[t % len(slopes)]])
        update, state = rule.update(np, gradient, state, x, rate / math.sqrt(t))
        x = np.clip(x + update, -1.0, 1.0)
    return float(x[0])


# Reddi, Kale & Kumar 2018, theorem 1: C = 3, f(x) = Cx every third step, else −x; the minimum of the sum is at −1.
SHORT = [-1.0, 3.0, -1.0]
SETTINGS = {"beta1": 0.0, "beta2": 1 / (1 + 3**2)}


@pytest.mark.parametrize("convention", ["torch", "optax", "keras"])
def test_that_adam_runs_to_the_worst_point_of_reddi_s_example(convention: str) -> None:
    assert projected_end(optimizer("adam", convention=convention, **SETTINGS), SHORT, 0.3, 3000) > 0.98


@pytest.mark.parametrize("convention", ["torch", "optax", "keras", "paper"])
def test_that_amsgrad_runs_to_the_best_point_of_reddi_s_example(convention: str) -> None:
    assert projected_end(optimizer("amsgrad", convention=convention, **SETTINGS), SHORT, 0.3, 3000) < -0.98


def test_that_plain_descent_runs_to_the_best_point_of_reddi_s_example() -> None:
    assert projected_end(optimizer("gradient_descent"), SHORT, 0.3, 3000) < -0.98


def test_that_the_long_example_parts_adam_and_amsgrad_with_the_betas_that_people_use() -> None:
    slopes = [-10.0, 1010.0, *[-10.0] * 99]
    betas = {"beta1": 0.9, "beta2": 0.99}
    assert projected_end(optimizer("adam", **betas), slopes, 0.5, 30_000) > 0.98
    assert projected_end(optimizer("amsgrad", **betas), slopes, 0.5, 30_000) < -0.5


def test_that_with_keras_defaults_adadelta_practically_stands_still() -> None:
    frozen = path("adadelta", 10_000, convention="keras")
    # Ten thousand steps take it less far than plain descent's first one.
    assert np.abs(frozen[-1] - frozen[0]).max() < 0.05
    assert path("gradient_descent", 1)[1, 0] - START[0] > 0.2
    # With the paper's rate it moves a thousand times as far at once, and comes a long way down.
    moving = path("adadelta", 10_000, convention="keras", learning_rate=1.0)
    np.testing.assert_allclose(moving[1] - START, 1000 * (frozen[1] - START), rtol=1e-9)
    assert ROSENBROCK.value(moving[-1]) < 0.5 < 10 < ROSENBROCK.value(frozen[-1])


def test_that_the_two_kinds_of_amsgrad_part_as_the_libraries_do() -> None:
    np.testing.assert_allclose(path("amsgrad", 20)[20], [-1.18022, 1.01980], atol=5e-6)
    np.testing.assert_allclose(path("amsgrad", 20, convention="optax")[20], [-1.18097, 1.01910], atol=5e-6)


@pytest.mark.parametrize(
    ("options", "length"),
    [
        ({}, 2.11e-3),
        ({"convention": "optax", "learning_rate": 1e-3}, 1.47e-3),
        ({"convention": "keras"}, 1.06e-3),
    ],
    ids=["torch", "optax", "keras"],
)
def test_that_nadam_s_first_step_is_longer_than_its_rate(options: dict[str, Any], length: float) -> None:
    first = path("nadam", 1, **options)
    assert first[1, 0] - first[0, 0] == pytest.approx(length, rel=5e-3)


def test_that_radam_begins_with_the_raw_gradient() -> None:
    first = path("radam", 1)
    assert first[1, 0] - first[0, 0] == pytest.approx(0.2156, rel=1e-3)
    # From the sixth step on it is about as long as the rate.
    later = np.abs(np.diff(path("radam", 40, learning_rate=1e-4), axis=0)).max(axis=1)
    assert later[5:].max() < 2e-4 < later[:4].min()


def test_that_adopt_s_first_step_and_that_of_optax_rprop_do_not_move() -> None:
    for options in ({"name": "adopt"}, {"name": "rprop", "convention": "optax"}):
        points = path(steps=2, **options)
        np.testing.assert_array_equal(points[1], points[0])
        assert (points[2] != points[1]).any()


def test_that_optax_rprop_is_torch_s_one_step_late() -> None:
    # Until a slope turns: then torch doesn't move, and optax has already lost the step that it had put off.
    np.testing.assert_allclose(path("rprop", 2, convention="optax")[2], path("rprop", 1)[1], atol=1e-15)


def test_that_the_rate_inside_the_velocity_counts_only_when_it_changes() -> None:
    x, gradient = np.zeros(1), np.ones(1)
    updates = {}
    for convention in ("torch", "keras"):
        rule = optimizer("momentum", convention=convention, momentum=0.5)
        assert isinstance(rule, GradientRule)
        first, state = rule.update(np, gradient, rule.init(np, x), x, 1.0)
        second, _ = rule.update(np, gradient, state, x, 0.1)
        updates[convention] = (first[0], second[0])
    # torch: 0.1·(0.5 + 1); keras: 0.5·1 + 0.1
    assert updates["torch"] == pytest.approx((-1.0, -0.15))
    assert updates["keras"] == pytest.approx((-1.0, -0.6))


@pytest.mark.parametrize("name", ["adam", "amsgrad", "adamax", "nadam", "qhadam", "adan", "adopt"])
def test_that_without_epsilon_the_scale_of_the_function_does_not_change_the_path(name: str) -> None:
    cls = type(optimizer(name))
    rule = cls.from_options({key: 0.0 for key in ("epsilon", "epsilon_root") if key in cls().options()})
    assert isinstance(rule, GradientRule)
    gradients = np.random.default_rng(3).normal(size=(40, 3))
    ends = []
    for scale in (1.0, 2.0**30, 2.0**-30):
        x = np.ones(3)
        state = rule.init(np, x)
        with np.errstate(invalid="ignore", divide="ignore"):
            for gradient in gradients:
                update, state = rule.update(np, scale * gradient, state, x, 0.01)
                x = x + np.nan_to_num(update)
        ends.append(x)
    # Powers of two, so that not even rounding differs.
    np.testing.assert_array_equal(ends[0], ends[1])
    np.testing.assert_array_equal(ends[0], ends[2])


def test_that_schedule_free_descent_averages_all_its_base_points_alike() -> None:
    rule = optimizer("schedule_free_sgd")
    assert isinstance(rule, GradientRule)
    x = np.array(START)
    state, bases = rule.init(np, x), []
    for _ in range(30):
        update, state = rule.update(np, ROSENBROCK.gradient(x), state, x, 1e-3)
        x = x + update
        bases.append(state.base)
    np.testing.assert_allclose(state.average, np.mean(bases, axis=0), rtol=1e-13)


def test_that_averaged_descent_settles_the_noise_that_its_points_keep() -> None:
    # Gradients of ½x² with noise: the point keeps jumping about 0, the average of the points comes to rest.
    rule = optimizer("asgd", learning_rate=0.5, decay_term=0.0, averaging_start=100.0)
    assert isinstance(rule, GradientRule)
    generator = np.random.default_rng(11)
    x = np.array([3.0])
    state, points = rule.init(np, x), []
    for _ in range(5000):
        update, state = rule.update(np, x + generator.normal(size=1), state, x, 0.5)
        x = x + update
        points.append(float(x[0]))
    assert np.std(points[1000:]) > 0.3
    assert abs(state.average[0]) < 0.05
    np.testing.assert_allclose(state.average[0], np.mean(points[100:]), atol=0.01)
