"""Special functions against Python's own arithmetic in more digits."""

from __future__ import annotations

from decimal import Decimal, localcontext

import array_api_strict
import numpy as np
import pytest

from gdviz.special import sigmoid, softmax


@pytest.mark.parametrize("z", [-740.0, -700.0, -40.0, -1.5, -1e-9, 0.0, 1e-9, 0.3, 36.0, 710.0, 1e300])
def test_that_sigmoid_has_its_digits_in_both_tails(z: float) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = float(1 / (1 + (-Decimal(z)).exp())) if z < 1e5 else 1.0
    assert float(sigmoid(np, np.float64(z))) == pytest.approx(expected, rel=4e-16, abs=5e-324)


def test_that_sigmoid_of_minus_infinity_is_zero_and_of_infinity_one() -> None:
    assert sigmoid(np, np.array([-np.inf, np.inf])).tolist() == [0.0, 1.0]


def test_that_sigmoid_is_written_over_the_array_standard() -> None:
    z = np.linspace(-30, 30, 61)
    assert np.array_equal(np.asarray(sigmoid(array_api_strict, array_api_strict.asarray(z))), sigmoid(np, z))


def test_that_softmax_sums_to_one_and_moves_with_no_constant() -> None:
    z = np.random.default_rng(0).normal(scale=3.0, size=(5, 4))
    shares = softmax(np, z)
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(shares, np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True), rtol=1e-14)
    np.testing.assert_allclose(softmax(np, z + 1000.0), shares, rtol=1e-12)


def test_that_softmax_neither_overflows_nor_becomes_nan() -> None:
    assert softmax(np, np.array([1e4, -1e4, 0.0])).tolist() == [1.0, 0.0, 0.0]
    assert softmax(np, np.array([-1e300, -1e300])).tolist() == [0.5, 0.5]


def test_that_softmax_is_written_over_the_array_standard() -> None:
    z = np.linspace(-30, 30, 60).reshape(3, 20)
    found = np.asarray(softmax(array_api_strict, array_api_strict.asarray(z)))
    np.testing.assert_allclose(found, softmax(np, z), rtol=1e-15)
