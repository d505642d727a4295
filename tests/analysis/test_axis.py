"""Axes against the arithmetic they stand for."""

import math

import numpy as np
import pytest

from gdviz.analysis.axis import Axis, count_text, fitted, readable


def texts(axis, most=5, **options):
    return [tick.text for tick in axis.ticks(most, **options).marks if tick.text]


@pytest.mark.parametrize(
    "limits",
    [
        (0.0, 500.0),
        (-6.02, 15.8),
        (1e-300, 1e-298),
        (0.0, 1e300),
        (-1.7e308, 1.79e308),
        (5.0, 5.0),
        (0.0, 0.0),
        (1.0, 1.0 + 2**-52),
        (-3e-12, -1e-12),
        (-0.0, 5e-324),
    ],
)
def test_that_a_linear_axis_is_finite_and_holds_its_data(limits):
    axis = fitted(*limits)
    places = axis.fractions(np.clip(limits, -1.6e308, 1.6e308))
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)
    assert axis.low < axis.high
    assert (places >= -0.01).all()
    assert (places <= 1.01).all()
    for most in (2, 5, 9):
        marks = axis.ticks(most).marks
        assert 2 <= len(marks) <= 2 * most
        assert all(-1e-5 <= mark.fraction <= 1 + 1e-5 for mark in marks)
        assert len({mark.text for mark in marks}) == len(marks)


@pytest.mark.parametrize(
    "limits", [(1e-3, 20.0), (0.5, 0.7), (1e-32, 1e5), (1.0, 1.0), (2.3e-9, 2.4e-9), (5e-324, 1.7e308), (3.0, 45.0)]
)
def test_that_a_logarithmic_axis_is_finite_and_holds_its_data(limits):
    axis = fitted(*limits, "log")
    places = axis.fractions(limits)
    assert (places >= -0.01).all()
    assert (places <= 1.01).all()
    for most in (2, 5, 9):
        marks = [mark for mark in axis.ticks(most).marks if mark.text]
        assert 1 <= len(marks) <= 2 * most + 2
        assert all(-1e-5 <= mark.fraction <= 1 + 1e-5 for mark in marks)
        assert len({mark.text for mark in marks}) == len(marks)


def test_that_marks_lie_where_their_texts_say():
    axis = fitted(0.0123, 0.0457)
    for mark in axis.ticks(5).marks:
        assert axis.values(mark.fraction) == pytest.approx(float(mark.text), abs=1e-12)
    narrow = fitted(0.5, 0.7, "log")
    for mark in narrow.ticks(5).marks:
        assert narrow.values(mark.fraction) == pytest.approx(float(mark.text), abs=1e-12)
    two_decades = fitted(3.0, 45.0, "log")
    plain = [mark for mark in two_decades.ticks(5).marks if mark.text]
    assert {mark.text for mark in plain} == {"5", "10", "20", "50"}
    for mark in plain:
        assert two_decades.values(mark.fraction) == pytest.approx(float(mark.text))


def test_that_powers_of_ten_are_marked_as_such_with_nine_minor_marks_less_one_between():
    axis = Axis(-3.0, 2.0, "log")
    assert texts(axis) == ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]
    minor = [mark for mark in axis.ticks(5).marks if not mark.text]
    assert len(minor) == 5 * 8
    assert any(axis.values(mark.fraction) == pytest.approx(0.02) for mark in minor)


def test_that_a_logarithm_above_a_floor_takes_the_distance_from_it():
    axis = fitted(-6.0, 15.0, "log", floor=-6.02)
    assert axis.coordinates(-5.02) == pytest.approx(0.0)
    assert axis.coordinates(-6.02) == -np.inf
    assert axis.coordinates(-7.0) == -np.inf
    assert np.isnan(axis.coordinates(np.nan))
    assert axis.values(axis.fractions(3.0)) == pytest.approx(3.0)


def test_that_logarithmic_steps_show_step_zero_and_are_logarithms_from_step_one():
    axis = fitted(0, 10_000, "steps")
    places = axis.fractions([0, 1, 10, 100, 1000, 10_000])
    assert places[0] == 0.0
    assert places[-1] == 1.0
    np.testing.assert_allclose(np.diff(places[1:]), np.diff(places[1:])[0])
    assert 0 < places[1] < np.diff(places[1:])[0]
    np.testing.assert_allclose(axis.values(places), [0, 1, 10, 100, 1000, 10_000], atol=1e-9)
    assert texts(axis) == ["0", "1", "10", "100", "1k", "10k"]


def test_that_limits_stay_while_data_grow_a_little():
    assert fitted(0.011, 19.0) == fitted(0.019, 18.0)
    assert fitted(1.1e-3, 15.0, "log") == fitted(1.3e-3, 14.0, "log")


def test_that_round_limits_are_kept_as_they_are():
    assert fitted(0.0, 500.0) == Axis(0.0, 500.0)
    assert fitted(1e-3, 1e2, "log") == Axis(-3.0, 2.0, "log")


@pytest.mark.parametrize("scale", ["linear", "log", "steps"])
def test_that_no_data_give_an_axis_all_the_same(scale):
    axis = fitted(math.inf, -math.inf, scale)
    assert axis.low < axis.high
    assert np.isfinite(axis.fractions(0.5))


def test_that_step_axes_have_whole_marks_only():
    assert texts(Axis(0.0, 3.0), whole=True) == ["0", "1", "2", "3"]
    assert texts(Axis(0.0, 1_000_000.0), whole=True) == ["0", "200k", "400k", "600k", "800k", "1M"]


def test_that_large_linear_values_share_one_factor():
    ticks = fitted(0.0, 4e9).ticks(5)
    assert ticks.factor == "×10⁹"
    assert [mark.text for mark in ticks.marks] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.031, "0.0310"),
        (12.4, "12.4"),
        (1234.5, "1234"),
        (9.9999, "10.0"),
        (9.996e-5, "0.000100"),
        (123456.0, "1.23×10⁵"),
        (-3e-7, "−3.00×10⁻⁷"),
        (1e300, "1.00×10³⁰⁰"),
        (0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_that_numbers_are_written_with_three_significant_digits(value, text):
    assert readable(value) == text


def test_that_counts_are_short_but_not_rounded_where_it_shows():
    assert [count_text(n) for n in (0, 999, 1000, 1234, 1500, 50_000, 1_000_000, 2_500_000)] == [
        "0",
        "999",
        "1k",
        "1234",
        "1.5k",
        "50k",
        "1M",
        "2.5M",
    ]
