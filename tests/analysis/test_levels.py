"""Contour levels and colour bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdviz.analysis.levels import NO_VALUE, Levels, bands, contour_levels
from gdviz.analysis.plane import Plane, surface_of
from gdviz.problems import problem

HOSTILE = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.one_of(
        st.floats(),
        st.floats(-1, 1),
        st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 1.7e308, -1.7e308, 5e-324, 1.0, 1.0 + 2**-52, 1e15]),
    ),
)


def values_of(name: str, size: int = 128) -> np.ndarray:
    function = problem(name)
    x_limits, y_limits = function.domain.tolist()
    return surface_of(function, Plane.of(function), tuple(x_limits), tuple(y_limits), size).values


def test_that_rosenbrock_s_levels_span_its_decades() -> None:
    levels = contour_levels(values_of("rosenbrock", 256), minimum=0.0)
    assert levels.scale == "logarithmic"
    assert (levels.values < 1).sum() >= 2
    assert (levels.values > 100).sum() >= 2
    assert 10 <= len(levels.values) <= 20


@pytest.mark.parametrize("name", ["beale", "goldstein_price", "scalar_factorization", "himmelblau", "zakharov", "leon"])
def test_that_values_that_span_decades_get_logarithmic_levels(name: str) -> None:
    levels = contour_levels(values_of(name), problem(name).minimum_value)
    assert levels.scale == "logarithmic"
    assert levels.description == "logarithmic above the minimum"
    heights = levels.values - levels.base
    assert heights[-1] / heights[0] > 100
    ratios = heights[1:] / heights[:-1]
    assert ratios.max() < 4
    assert 8 <= len(heights) <= 18


@pytest.mark.parametrize("name", ["sphere", "rastrigin", "ackley", "griewank", "styblinski_tang", "easom"])
def test_that_other_values_get_round_levels_a_round_step_apart(name: str) -> None:
    levels = contour_levels(values_of(name), problem(name).minimum_value)
    assert levels.scale == "linear"
    assert 5 <= len(levels.values) <= 18
    steps = np.diff(levels.values)
    np.testing.assert_allclose(steps, steps[0])
    np.testing.assert_allclose(levels.values / steps[0], np.round(levels.values / steps[0]), atol=1e-9)
    mantissa = steps[0] / 10.0 ** np.floor(np.log10(steps[0]) + 1e-9)
    assert min(abs(mantissa - allowed) for allowed in (1, 2, 2.5, 5)) < 1e-9
    assert levels.description == f"every {steps[0]:.6g}"


def test_that_levels_count_from_the_minimum_of_the_problem_not_of_the_view() -> None:
    x = np.linspace(1, 1.01, 50)
    seen = 1e4 * (x[:, None] ** 2 + x[None, :] ** 2)
    assert contour_levels(seen, minimum=0.0).scale == "linear"
    assert contour_levels(seen).base == seen.min()


def test_that_a_minimum_above_the_values_is_not_believed() -> None:
    values = np.linspace(-5.0, 5.0, 100)
    for minimum in (3.0, np.nan, np.inf, -np.inf):
        assert contour_levels(values, minimum).base == -5.0


def test_that_no_line_is_drawn_on_a_plateau() -> None:
    levels = contour_levels(values_of("easom", 256), -1.0)
    assert levels.values.max() < -0.05
    assert levels.values.min() < -0.85


def test_that_a_single_peak_does_not_flatten_everything_else() -> None:
    values = np.abs(np.random.default_rng(0).normal(size=(50, 50)))
    values[25, 25] = 1e6
    levels = contour_levels(values)
    assert (levels.values < 2.0).sum() >= 5


@pytest.mark.parametrize(
    "values",
    [
        np.full((5, 5), 3.0),
        np.zeros((1, 1)),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.empty((0, 0)),
        np.array([[1e9, 1e9 + 1e-7]]),
        np.array([[5e-324, 0.0]]),
        np.array([[np.nan, 2.0], [np.inf, 2.0]]),
    ],
)
def test_that_a_constant_surface_has_no_lines_and_one_colour(values: np.ndarray) -> None:
    levels = contour_levels(values)
    assert levels.scale == "constant"
    assert len(levels.values) == 0
    assert levels.description == "the same value everywhere"
    colours = bands(values, levels)
    finite = np.isfinite(values)
    assert (colours[finite] == 127).all()
    assert (colours[~finite] == NO_VALUE).all()


@settings(deadline=None)
@given(HOSTILE, st.one_of(st.none(), st.floats()))
def test_that_any_grid_gets_rising_levels_within_its_values(values: np.ndarray, minimum: float | None) -> None:
    levels = contour_levels(values, minimum)
    assert np.isfinite(levels.values).all()
    assert (np.diff(levels.values) > 0).all()
    assert len(levels.values) <= 20
    assert np.isfinite([levels.base, levels.height, levels.threshold]).all()
    if len(levels.values):
        finite = values[np.isfinite(values)]
        assert finite.min() < levels.values[0]
        assert levels.values[-1] < finite.max()
    assert levels.description


@settings(deadline=None)
@given(HOSTILE, st.one_of(st.none(), st.floats()))
def test_that_any_grid_gets_colours_that_rise_with_its_values(values: np.ndarray, minimum: float | None) -> None:
    colours = bands(values, contour_levels(values, minimum))
    assert colours.dtype == np.uint8
    assert colours.shape == values.shape
    finite = np.isfinite(values)
    assert (colours[~finite] == NO_VALUE).all()
    assert (colours[finite] < NO_VALUE).all()
    order = np.argsort(values[finite])
    assert (np.diff(colours[finite][order].astype(int)) >= 0).all()


@pytest.mark.parametrize("name", ["rosenbrock", "sphere", "goldstein_price", "rastrigin"])
def test_that_colours_use_the_whole_table_smoothly(name: str) -> None:
    values = values_of(name, 256)
    levels = contour_levels(values, problem(name).minimum_value)
    colours = bands(values, levels)
    assert colours.min() <= 2
    assert colours.max() == 254
    assert len(np.unique(colours)) > 200
    assert np.bincount(colours.ravel()).max() < 0.1 * colours.size


def test_that_positions_of_logarithmic_levels_are_evenly_spaced_far_above_the_threshold() -> None:
    levels = Levels(np.empty(0), "logarithmic", base=2.0, height=1e6, threshold=1e-2)
    positions = levels.position(2.0 + np.array([0.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7]))
    assert positions[0] == 0.0
    np.testing.assert_allclose(positions[-2:], 1.0)
    np.testing.assert_allclose(np.diff(positions[1:-1]), 1 / 8, rtol=1e-3)


def test_that_positions_of_linear_levels_are_proportional() -> None:
    levels = Levels(np.empty(0), "linear", base=-1.0, height=4.0)
    np.testing.assert_array_equal(levels.position(np.array([-2.0, -1.0, 0.0, 3.0, 9.0])), [0.0, 0.0, 0.25, 1.0, 1.0])
    assert np.isnan(levels.position(np.array([np.nan, np.inf, -np.inf]))).all()


def test_that_preview_and_full_surface_get_nearly_the_same_levels() -> None:
    for name in ("rosenbrock", "himmelblau", "sphere", "beale"):
        coarse, fine = (contour_levels(values_of(name, size), problem(name).minimum_value) for size in (48, 256))
        assert coarse.scale == fine.scale
        shared = np.intersect1d(coarse.values, fine.values)
        assert len(shared) >= 0.7 * len(fine.values)
