"""Gradient descent, momentum and Nesterov: steps worked by hand and the exact theory of quadratic functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule
from gdviz.optimizers.momentum import GradientDescent, Momentum, Nesterov


def path(rule: GradientRule, gradient: Any, start: Any, steps: int) -> np.ndarray:
    """The points `(steps + 1, ..., d)` of a rule on a function given by its gradient."""
    x = np.array(start, dtype=np.float64)
    state, points = rule.init(np, x), [x]
    for _ in range(steps):
        update, state = rule.update(np, gradient(x), state, x, rule.learning_rate)
        x = x + update
        points.append(x)
    return np.array(points)


def quadratic(*curvatures: float) -> Any:
    """The gradient of ½ Σ λᵢ xᵢ²."""
    return lambda x: np.array(curvatures) * x


def slope(x: np.ndarray) -> np.ndarray:
    """The gradient of 2x − y: the same everywhere."""
    return np.array([2.0, -1.0])


# ½(x² + 4y²) from (4, -3), η = 0.1, worked by hand.
HAND_WORKED = [
    (GradientDescent(learning_rate=0.1), [(4, -3), (3.6, -1.8), (3.24, -1.08)]),
    # g₁ = (4 + 0.5·4, −12 − 0.5·3)
    (GradientDescent(learning_rate=0.1, weight_decay=0.5), [(4, -3), (3.4, -1.65), (2.89, -0.9075)]),
    # b = (4, −12), then 0.9·(4, −12) + (3.6, −7.2) = (7.2, −18), then (6.48, −16.2) + (2.88, 0) = (9.36, −16.2)
    (Momentum(learning_rate=0.1), [(4, -3), (3.6, -1.8), (2.88, 0), (1.944, 1.62)]),
    # b = (4, −12) undampened, then (3.6, −10.8) + 0.5·(3.6, −7.2) = (5.4, −14.4)
    (Momentum(learning_rate=0.1, dampening=0.5), [(4, -3), (3.6, -1.8), (3.06, -0.36)]),
    # g₁ = (6, −13.5) = b₁; g₂ = (3.4 + 1.7, −6.6 − 0.825) = (5.1, −7.425), b₂ = (5.4 + 5.1, −12.15 − 7.425)
    (Momentum(learning_rate=0.1, weight_decay=0.5), [(4, -3), (3.4, -1.65), (2.35, 0.3075)]),
    # b₁ = g₁ = (4, −12), step 0.19·g₁; g₂ = (3.24, −2.88), b₂ = (6.84, −13.68), step 0.1·(3.24 + 6.156, −2.88 − 12.312)
    (Nesterov(learning_rate=0.1), [(4, -3), (3.24, -0.72), (2.3004, 0.7992)]),
    # g₁ = (6, −13.5), step 0.19·g₁
    (Nesterov(learning_rate=0.1, weight_decay=0.5), [(4, -3), (2.86, -0.435)]),
]


@pytest.mark.parametrize(("rule", "expected"), HAND_WORKED, ids=lambda item: repr(item)[:60])
def test_that_the_first_steps_are_those_worked_by_hand(rule: GradientRule, expected: list[tuple[float, float]]) -> None:
    np.testing.assert_allclose(path(rule, quadratic(1, 4), (4, -3), len(expected) - 1), expected, rtol=0, atol=1e-14)


def test_that_on_a_slope_the_velocity_is_a_geometric_sum() -> None:
    steps, mu, tau = 30, 0.8, 0.3
    powers = mu ** np.arange(steps)[:, None]
    velocity = (1 - mu * powers) / (1 - mu)
    cases = [
        (Momentum(learning_rate=0.1, momentum=mu), velocity),
        (Momentum(learning_rate=0.1, momentum=mu, dampening=tau), powers + (1 - tau) * (1 - powers) / (1 - mu)),
        (Nesterov(learning_rate=0.1, momentum=mu), 1 + mu * velocity),
    ]
    for rule, lengths in cases:
        np.testing.assert_allclose(np.diff(path(rule, slope, (0, 0), steps), axis=0), -0.1 * lengths * slope(None))


def test_that_dampening_by_the_momentum_averages_all_gradients_but_the_first() -> None:
    rule = Momentum(learning_rate=1.0, momentum=0.5, dampening=0.5)
    gradients = [8.0, 0.0, 0.0, 16.0]
    state, updates = rule.init(np, np.zeros(1)), []
    for gradient in gradients:
        update, state = rule.update(np, np.array([gradient]), state, np.zeros(1), 1.0)
        updates.append(float(update[0]))
    assert updates == [-8.0, -4.0, -2.0, -9.0]


@pytest.mark.parametrize(
    "rule", [Momentum(momentum=0.0, dampening=0.7), Nesterov(momentum=0.0)], ids=lambda rule: rule.name
)
def test_that_without_momentum_it_is_gradient_descent_bit_for_bit(rule: GradientRule) -> None:
    curved = quadratic(1, 300)
    np.testing.assert_array_equal(path(rule, curved, (4, -3), 50), path(GradientDescent(), curved, (4, -3), 50))


def test_that_the_learning_rate_stands_outside_the_velocity() -> None:
    # torch's convention: after a change of rate the very next step is shorter, whatever the velocity.
    rule, x = Momentum(), np.zeros(1)
    _, state = rule.update(np, np.array([1.0]), rule.init(np, x), x, 10.0)
    update, _ = rule.update(np, np.array([1.0]), state, x, 0.1)
    assert update[0] == pytest.approx(-0.19)


# ---- CANON: exact theory on quadratics with curvatures μ <= λ <= L, κ = L/μ ----

STEPS = 4000
BETAS = [0.0, 0.3, 0.6, 0.9]


def far(rule: GradientRule, curvature: float) -> float:
    """How far from the minimum the run ends that begins 1 away; inf where it has overflowed."""
    with np.errstate(all="ignore"):
        end = abs(float(path(rule, quadratic(curvature), [1.0], STEPS)[-1, 0]))
    return end if math.isfinite(end) else math.inf


@pytest.mark.parametrize("curvature", [0.5, 1.0, 40.0])
@pytest.mark.parametrize("beta", BETAS)
def test_that_the_limits_of_stability_are_those_of_theory(curvature: float, beta: float) -> None:
    limits: list[tuple[Any, float]] = [
        (lambda rate: GradientDescent(learning_rate=rate), 2.0),
        (lambda rate: Momentum(learning_rate=rate, momentum=beta), 2 + 2 * beta),
        (lambda rate: Nesterov(learning_rate=rate, momentum=beta), (2 + 2 * beta) / (1 + 2 * beta)),
    ]
    for make, limit in limits:
        assert far(make(0.99 * limit / curvature), curvature) < 1e-6
        assert far(make(1.01 * limit / curvature), curvature) > 1e6


def test_that_gradient_descent_multiplies_each_coordinate_by_one_minus_rate_times_curvature() -> None:
    curvatures = np.array([0.5, 1.0, 3.0, 19.0])
    points = path(GradientDescent(learning_rate=0.1), quadratic(*curvatures), np.ones(4), 40)
    np.testing.assert_allclose(points, (1 - 0.1 * curvatures) ** np.arange(41)[:, None], rtol=1e-12, atol=1e-300)


def test_that_gradient_descent_at_rate_two_over_curvature_jumps_to_and_fro_for_ever() -> None:
    points = path(GradientDescent(learning_rate=2.0), quadratic(1.0), [-3.0], 50)
    np.testing.assert_array_equal(points[:, 0], -3.0 * (-1.0) ** np.arange(51))


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("eta", [0.02, 0.1, 0.7, 1.2])
def test_that_every_mode_follows_its_two_by_two_matrix(beta: float, eta: float) -> None:
    cases = [
        (Momentum(learning_rate=eta, momentum=beta), [[1 + beta - eta, -beta], [1, 0]]),
        (Nesterov(learning_rate=eta, momentum=beta), [[(1 + beta) * (1 - eta), -beta * (1 - eta)], [1, 0]]),
    ]
    for rule, matrix in cases:
        points = path(rule, quadratic(1.0), [1.0], 30)[:, 0]
        pair = np.array([points[1], points[0]])
        for step in range(2, 31):
            pair = np.array(matrix) @ pair
            assert points[step] == pytest.approx(pair[0], rel=1e-10, abs=1e-13)


def test_that_the_best_rates_shrink_the_error_as_fast_as_theory_says() -> None:
    low, high = 1.0, 100.0
    kappa, root = high / low, math.sqrt(high / low)
    descent = GradientDescent(learning_rate=2 / (low + high))
    heavy_ball = Momentum(
        learning_rate=(2 / (math.sqrt(low) + math.sqrt(high))) ** 2, momentum=((root - 1) / (root + 1)) ** 2
    )
    usual = Nesterov(learning_rate=1 / high, momentum=(root - 1) / (root + 1))
    wide = math.sqrt(3 * kappa + 1)
    best = Nesterov(learning_rate=4 / (3 * high + low), momentum=(wide - 2) / (wide + 2))
    cases = [
        (descent, (kappa - 1) / (kappa + 1), 1e-12),
        # Double roots: the error is rateᵗ times a line in t, so the ratio of one step to the next comes down like 1/t.
        (heavy_ball, (root - 1) / (root + 1), 0.01),
        (usual, 1 - 1 / root, 0.01),
        (best, 1 - 2 / wide, 0.01),
    ]
    for rule, rate, tolerance in cases:
        errors = np.linalg.norm(path(rule, quadratic(low, high), [1.0, 1.0], 240), axis=-1)
        # Over an even number of steps, as alternating signs make single steps uneven.
        measured = (errors[-1] / errors[-101]) ** (1 / 100)
        assert measured == pytest.approx(rate, rel=tolerance), rule
