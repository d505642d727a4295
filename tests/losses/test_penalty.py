"""Penalties against their definition and differences."""

from __future__ import annotations

import array_api_strict
import numpy as np

from gdviz.losses import Penalty

PENALIZED = np.array([1.0, 1.0, 0.0, 1.0])
PENALTY = Penalty(l2=0.7, l1=0.2, penalized=PENALIZED)


def test_that_the_value_is_half_l2_times_squares_plus_l1_times_sizes_without_the_bias() -> None:
    x = np.array([3.0, -2.0, 100.0, 0.5])
    assert PENALTY.value(x) == 0.35 * (9 + 4 + 0.25) + 0.2 * (3 + 2 + 0.5)


def test_that_gradient_and_hessian_are_those_of_the_value() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4))
    h = 1e-5
    steps = h * np.eye(4)
    slopes = (PENALTY.value(x[:, None] + steps) - PENALTY.value(x[:, None] - steps)) / (2 * h)
    np.testing.assert_allclose(PENALTY.gradient(x), slopes, atol=1e-9)
    bends = (PENALTY.gradient(x[0] + steps) - PENALTY.gradient(x[0] - steps)) / (2 * h)
    np.testing.assert_allclose(PENALTY.hessian(x[0]), bends, atol=1e-9)


def test_that_l1_does_not_pull_at_a_weight_that_is_zero() -> None:
    assert Penalty(0.0, 5.0, PENALIZED).gradient(np.zeros(4)).tolist() == [0, 0, 0, 0]


def test_that_penalties_are_written_over_the_array_standard() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4))
    strict = array_api_strict.asarray(x)
    for name in ("value", "gradient", "hessian"):
        found = np.asarray(getattr(PENALTY, name)(strict))
        np.testing.assert_allclose(found, getattr(PENALTY, name)(x), rtol=1e-15)
