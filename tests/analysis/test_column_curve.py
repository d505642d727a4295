"""Curves over the rows of real trajectories."""

import numpy as np
import pytest

from gdviz.analysis.axis import Axis, fitted
from gdviz.analysis.column_curve import ColumnCurve, has_logarithm, step_axis, value_axis
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory


def recorded(values, norms=None):
    trajectory = Trajectory(np.zeros(2), len(values) - 1)
    grow(trajectory, values, norms)
    return trajectory


def grow(trajectory, values, norms=None):
    rows = trajectory.reserve(len(values))
    rows.values[:] = values
    rows.gradient_norms[:] = values if norms is None else norms
    trajectory.publish(len(values))


def test_that_only_new_rows_are_taken_in_and_no_more_than_allowed():
    trajectory = recorded(np.arange(1000.0))
    curve = ColumnCurve(trajectory, "values")
    assert (curve.catch_up(300), curve.behind) == (300, 700)
    assert (curve.catch_up(10_000), curve.behind) == (700, 0)
    assert curve.catch_up(10_000) == 0
    grow(trajectory, np.arange(1000.0, 1500.0))
    assert curve.behind == 500
    curve.catch_up(10_000)
    assert curve.length == 1500
    assert curve.total == (0.0, 1499.0, 1.0)


def test_that_each_column_has_its_own_curve():
    trajectory = recorded(np.arange(10.0), np.arange(10.0) ** 2)
    curve = ColumnCurve(trajectory, "gradient_norms")
    curve.catch_up(100)
    assert curve.value(3) == 9
    np.testing.assert_array_equal(curve.outline(Axis(0, 9), 100, 9).values, np.arange(10.0) ** 2)


def test_that_later_steps_than_the_shown_one_are_not_drawn():
    curve = ColumnCurve(recorded(np.arange(500.0)), "values")
    curve.catch_up(1000)
    np.testing.assert_array_equal(curve.outline(Axis(0, 500), 1000, 128).steps, np.arange(129))


@pytest.mark.parametrize("scale", ["linear", "steps"])
@pytest.mark.parametrize("count", [10_000, 300_000])
def test_that_two_points_a_pixel_column_are_drawn_at_most_and_the_extremes_among_them(scale, count):
    values = np.random.default_rng(1).random(count)
    curve = ColumnCurve(recorded(values), "values")
    curve.catch_up(count)
    axis = fitted(0, count - 1, "steps") if scale == "steps" else Axis(0.0, count - 1.0)
    drawn = curve.outline(axis, 600, count - 1)
    places = axis.fractions(drawn.steps) * 600
    assert len(drawn.steps) <= 1200 + 2
    assert (np.diff(drawn.steps) >= 0).all()
    assert drawn.values.min() == values.min()
    assert drawn.values.max() == values.max()
    # No gap wider than a pixel, where there are rows enough to fill every one.
    dense = places > 450
    assert np.diff(places[dense]).max() < 2
    assert places[0] <= 1
    assert places[-1] >= 599


def test_that_a_part_of_the_steps_is_drawn_with_one_neighbour_on_either_side():
    curve = ColumnCurve(recorded(np.arange(500.0)), "values")
    curve.catch_up(1000)
    np.testing.assert_array_equal(curve.outline(Axis(100, 110), 600, 499).steps, np.arange(99, 112))
    assert curve.extremes(Axis(100, 110)) == (100.0, 110.0, 100.0)
    np.testing.assert_array_equal(curve.outline(Axis(99.5, 110.5), 600, 499).steps, np.arange(99, 112))
    assert curve.extremes(Axis(99.5, 110.5)) == (100.0, 110.0, 100.0)


def test_that_a_step_without_a_row_has_no_value():
    curve = ColumnCurve(recorded(np.arange(5.0)), "values")
    assert curve.value(4) == 4
    assert np.isnan(curve.value(5))
    assert np.isnan(curve.value(-1))


def curves_of(*columns, floor=0.0):
    made = [ColumnCurve(recorded(np.array(values)), "values", floor) for values in columns]
    for curve in made:
        curve.catch_up(10**6)
    return made


def test_that_steps_reach_to_what_is_planned_until_a_run_has_stopped():
    trajectory = Trajectory(np.zeros(2), 500)
    grow(trajectory, np.arange(42.0))
    assert step_axis([trajectory], logarithmic=False) == Axis(0.0, 500.0)
    trajectory.stop_reason = StopReason.DIVERGED
    assert step_axis([trajectory], logarithmic=False) == Axis(0.0, 41.0)
    assert step_axis([trajectory, Trajectory(np.zeros(2), 100)], logarithmic=False) == Axis(0.0, 100.0)
    assert step_axis([trajectory], logarithmic=True).values(1.0) == pytest.approx(41)
    assert step_axis([], logarithmic=True).low < step_axis([], logarithmic=True).high


def test_that_values_of_all_curves_fit_between_the_limits():
    axis = value_axis(curves_of([3.0, 2.0, 1.0], [10.0, 4.0, 0.5]), Axis(0, 2), logarithmic=False)
    assert (axis.low, axis.high) == (0.0, 10.0)
    axis = value_axis(curves_of([3.0, 2.0, 1.0], [100.0, 4.0, 0.1]), Axis(0, 2), logarithmic=True)
    assert (axis.low, axis.high) == (-1.0, 2.0)


def test_that_the_values_fit_the_steps_in_view():
    curves = curves_of([1e300, 1e200, 3.0, 2.0, 1.0])
    assert value_axis(curves, Axis(2, 4), logarithmic=False).high == 3.0
    assert value_axis(curves, Axis(0, 4), logarithmic=False).high == 1e300


def test_that_a_logarithmic_axis_ends_sixteen_decades_below_the_highest_value():
    for arrived in (0.0, 1e-300, 1e-30):
        axis = value_axis(curves_of([25.0, 1.0, 1e-18, arrived], [25.0, 9.0, 5.0, 4.0]), Axis(0, 3), logarithmic=True)
        assert 1e-17 < axis.values(0.0) < 1e-14
        assert axis.values(1.0) >= 25.0


def diverged(curve):
    curve.trajectory.stop_reason = StopReason.DIVERGED
    return curve


def test_that_a_run_that_diverged_leaves_the_others_their_room_on_a_logarithmic_axis():
    lost, sound = curves_of([24.2, 1e80, 1e220], [24.2, 6.7, 2.7])
    axis = value_axis([diverged(lost), sound], Axis(0, 2), logarithmic=True)
    assert 0.1 < axis.values(0.0) <= 2.7
    assert 24.2 * 10 <= axis.values(1.0) <= 1e5
    low, high = axis.fractions([2.7, 24.2])
    assert high - low > 0.15


def test_that_a_run_that_diverged_leaves_the_others_their_room_on_a_linear_axis():
    for end in (1e220, -1e220):
        lost, sound = curves_of([24.2, 1e80, end], [24.2, 6.7, 2.7])
        axis = value_axis([diverged(lost), sound], Axis(0, 2), logarithmic=False)
        low, high = axis.fractions([2.7, 24.2])
        assert 0 <= low < high <= 1
        assert high - low > 0.25
    alone = value_axis([diverged(curves_of([24.2, 1e80, 1e220])[0])], Axis(0, 2), logarithmic=False)
    assert 24.2 < alone.high <= 100


def test_that_runs_that_all_diverged_are_seen_as_far_as_they_went_on_a_logarithmic_axis():
    axis = value_axis([diverged(curves_of([24.2, 1e80, 1e220])[0])], Axis(0, 2), logarithmic=True)
    assert axis.values(0.0) <= 24.2
    assert axis.values(1.0) >= 1e220


@pytest.mark.parametrize("logarithmic", [True, False])
def test_that_steps_of_which_nothing_else_is_in_view_show_what_diverged(logarithmic):
    lost, sound = curves_of([24.2, 30.0, 1e80, 1e220], [24.2, 6.7])
    assert value_axis([diverged(lost), sound], Axis(2, 3), logarithmic).values(1.0) >= 1e220


@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize("start", [0.0, 1e-300, 1e307, 1.7e308, np.inf])
def test_that_limits_are_finite_wherever_a_run_that_diverged_started(logarithmic, start):
    lost, sound = curves_of([start, 1e308, -1e308 if not logarithmic else 1e308], [start, start, start])
    for curves in ([diverged(lost)], [lost, sound]):
        axis = value_axis(curves, Axis(0, 2), logarithmic)
        assert np.isfinite([axis.low, axis.high]).all()
        assert axis.low < axis.high


def test_that_a_logarithm_needs_something_above_the_floor_and_nothing_hidden_below():
    assert has_logarithm(curves_of([3.0, 1.0, 0.0]), floor_known=False)
    assert not has_logarithm(curves_of([3.0, 1.0], [2.0, -1.0]), floor_known=False)
    assert has_logarithm(curves_of([3.0, -6.0], floor=-6.02), floor_known=True)
    assert not has_logarithm(curves_of([0.0, 0.0]), floor_known=True)
    assert not has_logarithm([], floor_known=True)


def test_that_a_logarithm_is_of_the_distance_from_the_floor():
    axis = value_axis(curves_of([4.0, -6.0, -6.01], floor=-6.02), Axis(0, 2), logarithmic=True)
    assert (axis.low, axis.high, axis.floor) == (-2.0, 1.0, -6.02)
