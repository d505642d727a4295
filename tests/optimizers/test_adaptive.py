"""Adagrad, RMSprop and Adadelta: steps worked by hand, closed forms on a slope, and where they part from torch."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule
from gdviz.optimizers.adaptive import Adadelta, Adagrad, RMSprop

SLOPE = np.array([2.0, -0.5])
TIMES = np.arange(1, 41)[:, None]


def updates(rule: GradientRule, gradients: Any, x: Any = 0.0) -> np.ndarray:
    """What the rule adds at every step, given these gradients `(steps, d)` at a point that stays `x`."""
    gradients = np.asarray(gradients)
    x = np.full_like(gradients[0], x)
    state, found = rule.init(np, x), []
    for gradient in gradients:
        update, state = rule.update(np, gradient, state, x, rule.learning_rate)
        found.append(update)
    return np.array(found)


def on_a_slope(rule: GradientRule) -> np.ndarray:
    return updates(rule, np.tile(SLOPE, (len(TIMES), 1)))


def test_that_the_first_steps_of_adagrad_are_those_worked_by_hand() -> None:
    # G = 9, 9 + 16 = 25, 25 + 144 = 169, so √G = 3, 5, 13
    gradients = [[3.0], [4.0], [-12.0]]
    found = updates(Adagrad(learning_rate=0.1, epsilon=0.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.1, -0.08, 0.1 * 12 / 13], rtol=1e-15)
    # ε is outside the root: 3/(3 + 1), 4/(5 + 1), 12/(13 + 1); the rate falls as 1, 1/1.5, 1/2
    found = updates(Adagrad(learning_rate=0.1, epsilon=1.0, learning_rate_decay=0.5), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.075, -0.1 / 1.5 * 4 / 6, 0.1 / 2 * 12 / 14], rtol=1e-15)
    # at x = 2 a weight decay of 0.5 adds 1 to each gradient: G = 16, 41
    found = updates(Adagrad(learning_rate=0.1, epsilon=0.0, weight_decay=0.5), gradients[:2], x=2.0)[:, 0]
    np.testing.assert_allclose(found, [-0.1, -0.1 * 5 / math.sqrt(41)], rtol=1e-15)


def test_that_on_a_slope_adagrad_steps_shrink_with_the_root_of_time() -> None:
    expected = -0.1 / np.sqrt(TIMES) * np.sign(SLOPE)
    np.testing.assert_allclose(on_a_slope(Adagrad(learning_rate=0.1, epsilon=0.0)), expected, rtol=1e-13)
    falling = Adagrad(learning_rate=0.1, epsilon=0.0, learning_rate_decay=0.2)
    np.testing.assert_allclose(on_a_slope(falling), expected / (1 + 0.2 * (TIMES - 1)), rtol=1e-13)


def test_that_the_first_steps_of_rmsprop_are_those_worked_by_hand() -> None:
    # α = 0.75: v = 16/4 = 4, then 3 + 36/4 = 12, so √v = 2, √12
    gradients = [[4.0], [-6.0]]
    found = updates(RMSprop(learning_rate=0.1, decay=0.75, epsilon=0.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.2, 0.6 / math.sqrt(12)], rtol=1e-15)
    # ε is outside the root: 4/(2 + 1)
    found = updates(RMSprop(learning_rate=0.1, decay=0.75, epsilon=1.0), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.4 / 3, 0.6 / (math.sqrt(12) + 1)], rtol=1e-15)
    # the velocity takes in the divided gradient, without the rate: b = 2, then 0.5·2 − 6/√12
    found = updates(RMSprop(learning_rate=0.1, decay=0.75, epsilon=0.0, momentum=0.5), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.2, -0.1 * (1 - 6 / math.sqrt(12))], rtol=1e-15)
    # centered: ḡ = 1, v − ḡ² = 3; then ḡ = 0.75 − 1.5 = −0.75, v − ḡ² = 12 − 0.5625
    found = updates(RMSprop(learning_rate=0.1, decay=0.75, epsilon=0.0, centered=True), gradients)[:, 0]
    np.testing.assert_allclose(found, [-0.4 / math.sqrt(3), 0.6 / math.sqrt(11.4375)], rtol=1e-15)
    # at x = 2 a weight decay of 0.5 adds 1: g = 5, v = 25/4
    found = updates(RMSprop(learning_rate=0.1, decay=0.75, epsilon=0.0, weight_decay=0.5), gradients[:1], x=2.0)[:, 0]
    np.testing.assert_allclose(found, [-0.2], rtol=1e-15)


def test_that_on_a_slope_rmsprop_steps_come_down_to_the_rate() -> None:
    # v is not corrected for its start at zero, so the first step is 1/√(1 − α) = 10 rates long.
    found = on_a_slope(RMSprop(learning_rate=0.1, epsilon=0.0))
    np.testing.assert_allclose(found, -0.1 / np.sqrt(1 - 0.99**TIMES) * np.sign(SLOPE), rtol=1e-12)
    assert found[0, 0] == pytest.approx(-1.0)


def test_that_centered_rmsprop_divides_by_the_spread_of_the_gradients() -> None:
    found = on_a_slope(RMSprop(learning_rate=0.1, epsilon=0.0, centered=True))
    kept = 0.99**TIMES
    np.testing.assert_allclose(found, -0.1 / np.sqrt((1 - kept) * kept) * np.sign(SLOPE), rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_where_the_slope_stays_the_same_centered_rmsprop_takes_no_root_of_a_negative_spread(dtype: type) -> None:
    # Some thousand steps after the slope has halved, rounding leaves v − ḡ² below 0, and its root would be nan.
    slopes = np.array([0.1, 0.3, 0.7, 1.1], dtype=dtype)
    spreads, rule = [], RMSprop(centered=True)
    state = rule.init(np, slopes)
    for index in range(6000):
        gradient = 2 * slopes if index < 300 else slopes
        update, state = rule.update(np, gradient, state, gradient, rule.learning_rate)
        spreads.append(state.square_average - state.gradient_average * state.gradient_average)
        assert np.isfinite(update).all()
    assert (spreads[-1] < 0).all()
    # There the spread counts as none at all.
    np.testing.assert_allclose(update, -rule.learning_rate * slopes / dtype(rule.epsilon), rtol=1e-6)


def test_that_a_gradient_that_is_nan_stays_visible_in_centered_rmsprop() -> None:
    assert np.isnan(updates(RMSprop(centered=True), [[math.nan]])).all()


def test_that_the_first_steps_of_adadelta_are_those_of_thirty_digit_arithmetic() -> None:
    getcontext().prec = 30
    rho, epsilon, rate = Decimal("0.9"), Decimal("1e-6"), Decimal(1)
    v = u = Decimal(0)
    expected = []
    gradients = ["4", "-6", "0.5", "0.5", "1e-3"]
    for g in map(Decimal, gradients):
        v = rho * v + (1 - rho) * g * g
        change = (u + epsilon).sqrt() / (v + epsilon).sqrt() * g
        u = rho * u + (1 - rho) * change * change
        expected.append(float(-rate * change))
    found = updates(Adadelta(), [[float(g)] for g in gradients])[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    # the first step: √1e-6 / √(1.6 + 1e-6) · 4
    assert found[0] == pytest.approx(-0.004 / math.sqrt(1.600001), rel=1e-14)
    decayed = updates(Adadelta(weight_decay=0.5), [[3.0]], x=2.0)[0, 0]
    assert decayed == pytest.approx(found[0], rel=1e-15)


def test_that_adadelta_s_first_step_is_as_long_as_epsilon_says_and_its_rate_a_plain_factor() -> None:
    for epsilon in (1e-10, 1e-6, 1e-2):
        first = updates(Adadelta(epsilon=epsilon), [[1e6]])[0, 0]
        assert first == pytest.approx(-math.sqrt(epsilon / 0.1), rel=1e-6)
    # a power of two scales without rounding
    np.testing.assert_array_equal(on_a_slope(Adadelta(learning_rate=0.25)), 0.25 * on_a_slope(Adadelta()))


@pytest.mark.parametrize(
    "rule",
    [
        Adagrad(epsilon=0.0),
        RMSprop(epsilon=0.0),
        RMSprop(epsilon=0.0, momentum=0.9),
        RMSprop(epsilon=0.0, centered=True),
    ],
    ids=repr,
)
def test_that_without_epsilon_the_scale_of_the_function_changes_nothing(rule: GradientRule) -> None:
    gradients = np.random.default_rng(2).normal(size=(60, 3))
    # Powers of two, so that not even rounding differs.
    np.testing.assert_array_equal(updates(rule, gradients), updates(rule, gradients * 2.0**-40))


@pytest.mark.parametrize("rule", [RMSprop(decay=0.0, epsilon=0.0), Adagrad(epsilon=0.0)], ids=lambda rule: rule.name)
def test_that_the_first_gradient_is_divided_by_its_own_size(rule: GradientRule) -> None:
    found = updates(rule, [[1e-8, -5.0, 1e9]])[0]
    np.testing.assert_allclose(found, [-0.01, 0.01, -0.01], rtol=1e-15)


def test_that_without_decay_rmsprop_forgets_even_a_gradient_far_larger_than_the_next() -> None:
    # An average written as old + (new − old) would lose the small square beside the large one.
    found = updates(RMSprop(decay=0.0, epsilon=0.0), [[1e9], [1e-9]])
    np.testing.assert_array_equal(found, [[-0.01], [-0.01]])


@pytest.mark.parametrize("rule", [RMSprop(), Adadelta()], ids=lambda rule: rule.name)
def test_that_squares_that_overflow_end_the_run_instead_of_freezing_it(rule: GradientRule) -> None:
    with np.errstate(all="ignore"):
        found = updates(rule, [[1e200], [1.0], [1.0]])[:, 0]
    assert np.isnan(found[1:]).any()
