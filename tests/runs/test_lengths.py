from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.runs.lengths import lengths


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_that_lengths_agree_with_hypot(vector: list[float]) -> None:
    assert float(lengths(np.array(vector))) == pytest.approx(math.hypot(*vector), rel=1e-12, abs=0)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e-160, 1e-100, 1.0, 1e100, 1e160, 1e300])
def test_that_squares_neither_vanish_nor_overflow(size: float) -> None:
    vectors = size * np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(lengths(vectors), [5 * size, 0.0, size], rtol=1e-14)


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e-10, 1.0, 1e10, 1e20, 1e30])
def test_that_single_precision_keeps_its_range_too(size: float) -> None:
    vectors = np.array([[3.0, 4.0]], dtype=np.float32) * np.float32(size)
    np.testing.assert_allclose(lengths(vectors), [5 * size], rtol=1e-6)


def test_that_what_is_not_finite_stays_so() -> None:
    measured = lengths(np.array([[np.inf, 1.0], [-np.inf, np.inf], [np.nan, 1.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(measured, [np.inf, np.inf, np.nan, 5.0])


def test_that_leading_axes_are_a_batch() -> None:
    assert lengths(np.ones((4, 3, 9))).tolist() == [[3.0] * 3] * 4
