"""Which part of a landscape is looked at, and when it has to be sampled anew; numbers as they are written beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.views.landscape_range import Range, moved, needs_sampling, padded, zoomed
from gdviz.views.landscape_words import point_text, value_text
from gdviz.views.surface_legend import short_number

WHOLE = Range((-2.0, 2.0), (10.0, 30.0))


@given(st.floats(-2, 2), st.floats(10, 30), st.floats(0.05, 20))
def test_that_zooming_leaves_the_point_where_it_is(x: float, y: float, factor: float) -> None:
    found = zoomed(WHOLE, WHOLE, (x, y), factor)
    assert np.ptp(found.x) == pytest.approx(4 * factor)
    assert np.ptp(found.y) == pytest.approx(20 * factor)
    assert (x - found.x[0]) / np.ptp(found.x) == pytest.approx((x + 2) / 4, abs=1e-9)
    assert (y - found.y[0]) / np.ptp(found.y) == pytest.approx((y - 10) / 20, abs=1e-9)


def test_that_zooming_there_and_back_ends_where_it_began() -> None:
    there = zoomed(WHOLE, WHOLE, (0.5, 22.0), 0.3)
    back = zoomed(there, WHOLE, (0.5, 22.0), 1 / 0.3)
    np.testing.assert_allclose(back, WHOLE)


def test_that_moving_keeps_the_width_and_ends_somewhere() -> None:
    assert moved(WHOLE, WHOLE, 1.0, -5.0) == ((-1.0, 3.0), (5.0, 25.0))
    far = moved(WHOLE, WHOLE, 1e30, 0.0)
    assert far.x[0] == pytest.approx(2 + 4e4)
    assert np.ptp(far.x) == pytest.approx(4)


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [((0, 10), False), ((1, 9), False), ((-0.1, 9), True), ((2, 10.1), True), ((4, 5), True), ((3, 7.9), False)],
)
def test_that_sampling_is_needed_beyond_what_there_is_and_far_within(shown: tuple, wanted: bool) -> None:
    assert needs_sampling(shown, (0, 10)) is wanted


def test_that_a_padded_range_never_needs_sampling_where_it_has_been_sampled() -> None:
    wider = padded(WHOLE, 0.1)
    assert wider == (pytest.approx((-2.4, 2.4)), pytest.approx((8.0, 32.0)))
    assert not needs_sampling(WHOLE.x, wider.x)


@pytest.mark.parametrize(
    ("point", "pixels", "text"),
    [
        ((0.4211, -0.1004), (0.005, 0.02), "(0.421, −0.10)"),
        ((-0.0004, 12.0), (0.01, 3.0), "(0.00, 12)"),
        ((1234567.8,), (10.0,), "1.235×10⁶"),
        ((0.25,), (0.004,), "0.250"),
        ((3e-9, 1.0), (1e-11, 0.1), "(3.000×10⁻⁹, 1.0)"),
    ],
)
def test_that_a_point_has_the_decimals_of_a_pixel(point: tuple, pixels: tuple, text: str) -> None:
    assert point_text(point, pixels) == text


def test_that_a_value_says_whether_it_is_exact() -> None:
    assert value_text(8.104) == "f = 8.10"
    assert value_text(-0.25, exact=False) == "f ≈ −0.250"
    assert value_text(float("nan")) == "f = –"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (-3.0, "−3"),
        (700.0, "700"),
        (20000.0, "20000"),
        (1e6, "10⁶"),
        (2.5e-7, "2.5×10⁻⁷"),
        (-1e-9, "−10⁻⁹"),
        (3e120, "3×10¹²⁰"),
    ],
)
def test_that_numbers_beside_the_key_are_short(value: float, text: str) -> None:
    assert short_number(value) == text
