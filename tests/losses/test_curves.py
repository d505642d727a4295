"""Losses as they are drawn, and what their formulas say."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.losses import LOSSES, Loss, loss

every_loss = pytest.mark.parametrize("some", [entry() for entry in LOSSES], ids=LOSSES.names)


@every_loss
def test_that_a_curve_covers_its_range_and_has_a_point_at_zero(some: Loss) -> None:
    curve = some.curve(-3.0, 2.0, count=200)
    assert len(curve.argument) == len(curve.value) == len(curve.derivative) == 200
    assert curve.argument[0] == -3.0
    assert curve.argument[-1] == 2.0
    assert (np.diff(curve.argument) > 0).all()
    assert 0.0 in curve.argument


@every_loss
def test_that_the_derivative_drawn_is_the_slope_of_the_curve_drawn(some: Loss) -> None:
    argument, value, derivative = some.curve(0.3, 0.9, count=601)
    np.testing.assert_allclose(derivative[1:-1], np.gradient(value, argument)[1:-1], rtol=1e-3, atol=1e-3)


def test_that_curves_of_numbers_are_over_the_error_whatever_the_target() -> None:
    here, there = loss("squared_error").curve(), loss("squared_error").curve(target=100.0)
    np.testing.assert_allclose(here.value, here.argument**2, rtol=1e-15)
    np.testing.assert_allclose(there.value, here.value, rtol=1e-9, atol=1e-9)


def test_that_curves_of_classes_are_over_the_score_of_the_class_asked_for() -> None:
    for name in ("binary_cross_entropy", "hinge"):
        falling, rising = loss(name).curve(), loss(name).curve(target=0.0)
        np.testing.assert_allclose(falling.value, rising.value[::-1], rtol=1e-12, atol=1e-15)
        assert (np.diff(falling.value) <= 0).all()


def test_that_squares_punish_errors_above_one_harder_than_sizes_and_smaller_ones_less() -> None:
    squared, absolute = loss("squared_error").curve(0.0, 3.0), loss("absolute_error").curve(0.0, 3.0)
    above = squared.argument > 1
    assert (squared.value[above] > absolute.value[above]).all()
    below = (squared.argument < 1) & (squared.argument > 0)
    assert (squared.value[below] < absolute.value[below]).all()


def test_that_the_kink_of_the_absolute_error_is_drawn() -> None:
    argument, _, derivative = loss("absolute_error").curve(-1.0, 1.0, count=100)
    assert derivative[argument < 0].tolist() == [-1.0] * int((argument < 0).sum())
    assert derivative[argument == 0].tolist() == [0.0]


@every_loss
@pytest.mark.parametrize("several", [False, True])
def test_that_every_loss_says_its_formulas(some: Loss, several: bool) -> None:
    value, derivative, by_output = some.formulas(several)
    assert value.startswith("L = ")
    assert derivative.startswith(r"\frac{\partial L}{\partial ")
    assert bool(by_output) == (some.name != "hinge")
    for formula in (value, derivative, by_output):
        assert formula.count("{") == formula.count("}")
    if several and some.target_kind == "number":
        assert value.startswith(r"L = \sum_k ")
        assert r"\hat y_k" in derivative


@every_loss
def test_that_the_derivative_by_the_output_times_its_slope_is_that_by_the_score(some: Loss) -> None:
    z, y = np.array([-1.3, 0.2, 2.5]), np.array([0.0, 1.0, 1.0])
    p = 1 / (1 + np.exp(-z))
    if some.argument == "output":
        assert np.array_equal(some.output_derivative(np, p, y), some.derivative(np, p, y))
    elif some.name == "hinge":
        with pytest.raises(NotImplementedError, match="hinge is no function of the output"):
            some.output_derivative(np, p, y)
    else:
        by_score = some.output_derivative(np, p, y) * p * (1 - p)
        np.testing.assert_allclose(by_score, some.derivative(np, z, y), rtol=1e-12)
