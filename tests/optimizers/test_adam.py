"""Adam and Adamax: steps worked by hand, closed forms on a slope, and what their formulas promise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule
from gdviz.optimizers.adam import Adam, Adamax

SLOPE = np.array([2.0, -0.5])


def updates(rule: GradientRule, gradients: Any, x: Any = 0.0) -> np.ndarray:
    """What the rule adds at every step, given these gradients `(steps, d)` at a point that stays `x`."""
    gradients = np.asarray(gradients)
    x = np.full_like(gradients[0], x)
    state, found = rule.init(np, x), []
    for gradient in gradients:
        update, state = rule.update(np, gradient, state, x, rule.learning_rate)
        found.append(update)
    return np.array(found)


def test_that_the_first_steps_of_adam_are_those_worked_by_hand() -> None:
    # β₁ = 1/2, β₂ = 3/4: m = 2, v = 4, m̂ = 2/(1/2) = 4, v̂ = 4/(1/4) = 16; then m = 1 − 3 = −2, v = 3 + 9 = 12,
    # m̂ = −2/(3/4) = −8/3, v̂ = 12/(7/16) = 192/7
    gradients = [[4.0], [-6.0]]
    found = updates(Adam(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=0.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.1, 0.1 * (8 / 3) / math.sqrt(192 / 7)], rtol=1e-15)
    # ε stands beside the corrected root: 4/(4 + 1)
    found = updates(Adam(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=1.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.08, 0.1 * (8 / 3) / (math.sqrt(192 / 7) + 1)], rtol=1e-15)
    # at x = 2 a weight decay of 0.5 adds 1: g = 5, then −5
    found = updates(Adam(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=1.0, weight_decay=0.5), gradients, x=2.0)
    np.testing.assert_allclose(found[:, 0], [-0.1 * 5 / 6, 0.1 * (5 / 3) / (5 + 1)], rtol=1e-15)


def test_that_the_first_steps_of_adamax_are_those_worked_by_hand() -> None:
    # β₁ = 1/2, β₂ = 3/4: m = 2, u = 4, m/(1 − β₁) = 4; then m = −2, u = max(3, 6), m̂ = −8/3; then m = 0, u = 4.5
    gradients = [[4.0], [-6.0], [2.0]]
    found = updates(Adamax(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=0.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.1, 0.1 * (8 / 3) / 6, 0.0], rtol=1e-15, atol=1e-18)
    # ε is inside the maximum: u = 4 + 1, then max(3.75, 7), then max(5.25, 3)
    found = updates(Adamax(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=1.0), [*gradients, [2.0]])[:, 0]
    np.testing.assert_allclose(found[:3], [-0.08, 0.1 * (8 / 3) / 7, 0.0], rtol=1e-15, atol=1e-18)
    # m = 1, m̂ = 1/(15/16), u = max(0.75·5.25, 2 + 1) = 3.9375
    assert found[3] == pytest.approx(-0.1 * (16 / 15) / 3.9375, rel=1e-14)
    decayed = updates(Adamax(learning_rate=0.1, weight_decay=0.5, epsilon=0.0), [[4.0]], x=-4.0)[0, 0]
    assert decayed == pytest.approx(-0.1, rel=1e-15)


@pytest.mark.parametrize("rule", [Adam(), Adam(beta1=0.5, beta2=0.6), Adamax(), Adamax(beta1=0.0)], ids=repr)
def test_that_on_a_slope_every_step_is_as_long_as_the_rate(rule: GradientRule) -> None:
    # What the corrections for starting at zero are for: m̂ = g and √v̂ = |g| from the first step on.
    found = updates(rule, np.tile(SLOPE, (300, 1)))
    epsilon = rule.options()["epsilon"]
    expected = -rule.learning_rate * SLOPE / (np.abs(SLOPE) + epsilon)
    np.testing.assert_allclose(found, np.tile(expected, (300, 1)), rtol=1e-11)


@pytest.mark.parametrize("cls", [Adam, Adamax])
def test_that_without_memory_only_the_sign_of_the_gradient_counts(cls: type[Adam]) -> None:
    gradients = np.array([[1e9, -3.0], [1e-9, -2e5], [-1.0, 7e-7]])
    found = updates(cls(learning_rate=0.1, beta1=0.0, beta2=0.0, epsilon=0.0), gradients)
    np.testing.assert_allclose(found, -0.1 * np.sign(gradients), rtol=1e-15)


@pytest.mark.parametrize("cls", [Adam, Adamax])
def test_that_without_epsilon_the_scale_of_the_function_changes_nothing(cls: type[Adam]) -> None:
    gradients = np.random.default_rng(3).normal(size=(60, 3))
    rule = cls(epsilon=0.0)
    # Powers of two, so that not even rounding differs.
    np.testing.assert_array_equal(updates(rule, gradients), updates(rule, gradients * 2.0**-40))


def test_that_epsilon_is_beside_the_corrected_root_at_every_step_as_the_paper_has_it() -> None:
    # Written out as in algorithm 1, without the rearrangement that saves array operations.
    gradients = np.random.default_rng(4).normal(size=(400, 3)) * 1e-3
    m = v = np.zeros(3)
    expected = []
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        expected.append(-0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-2))
    found = updates(Adam(learning_rate=0.01, epsilon=1e-2), gradients)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)


def test_that_adamax_remembers_a_large_gradient_only_as_long_as_beta2_says() -> None:
    rule = Adamax(beta1=0.0, beta2=0.5, epsilon=0.0, learning_rate=1.0)
    found = updates(rule, [[64.0], *[[1.0]] * 8])[:, 0]
    np.testing.assert_allclose(found, [-1, -1 / 32, -1 / 16, -1 / 8, -1 / 4, -1 / 2, -1, -1, -1], rtol=1e-15)


def test_that_a_square_that_overflows_ends_adam_instead_of_freezing_it() -> None:
    with np.errstate(all="ignore"):
        found = updates(Adam(), [[1e200], [1.0], [1.0]])[:, 0]
    assert np.isnan(found[1:]).any()
