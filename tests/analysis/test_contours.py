"""Contour lines as arrays to draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdviz.analysis.contours import ContourLevel, contour_lines
from gdviz.analysis.levels import Levels, contour_levels
from gdviz.analysis.plane import Plane, Surface, surface_of
from gdviz.problems import problem


def levels_at(*values: float) -> Levels:
    return Levels(np.array(values), "linear", 0.0, 1.0)


def surface_from(values: np.ndarray) -> Surface:
    rows, columns = values.shape
    return Surface(Plane(0, 1, (0.0, 0.0)), ("x", "y"), np.linspace(0, 1, columns), np.linspace(-3, 3, rows), values)


def lines_of(level: ContourLevel) -> list[np.ndarray]:
    """The separate lines, found by walking along `connect` as a painter does."""
    lines, current = [], [level.points[0]]
    for index in range(1, len(level.points)):
        if not level.connect[index - 1]:
            lines.append(np.array(current))
            current = []
        current.append(level.points[index])
    return [*lines, np.array(current)]


def test_that_the_lines_of_a_round_bowl_are_circles() -> None:
    sphere = problem("sphere")
    surface = surface_of(sphere, Plane.of(sphere), (-4, 4), (-4, 4), 256)
    levels = contour_lines(surface, levels_at(1.0, 4.0, 9.0))
    assert [level.value for level in levels] == [1.0, 4.0, 9.0]
    for level in levels:
        radius = np.linalg.norm(level.points, axis=-1)
        # Between two points of the grid the line is straight, so it errs by the square of their distance.
        np.testing.assert_allclose(radius, level.value**0.5, atol=(8 / 255) ** 2)
        (circle,) = lines_of(level)
        np.testing.assert_array_equal(circle[0], circle[-1])
        turned = np.unwrap(np.arctan2(circle[:, 1], circle[:, 0]))
        assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi)


def test_that_the_lines_of_a_slope_are_straight_and_open() -> None:
    x, y = np.linspace(0, 1, 20), np.linspace(-3, 3, 30)
    surface = surface_from(x[None, :] + 0.0 * y[:, None])
    (level,) = contour_lines(surface, levels_at(0.34))
    (line,) = lines_of(level)
    np.testing.assert_allclose(line[:, 0], 0.34)
    assert sorted(line[[0, -1], 1]) == [-3.0, 3.0]


def test_that_separate_lines_of_one_level_are_not_joined() -> None:
    himmelblau = problem("himmelblau")
    surface = surface_of(himmelblau, Plane.of(himmelblau), (-5, 5), (-5, 5), 200)
    (level,) = contour_lines(surface, levels_at(5.0))
    lines = lines_of(level)
    assert len(lines) == 4
    centres = np.array([line.mean(axis=0) for line in lines])
    distances = np.linalg.norm(centres[:, None] - himmelblau.minima[None], axis=-1)
    assert sorted(distances.argmin(axis=1)) == [0, 1, 2, 3]
    assert max(np.linalg.norm(np.diff(line, axis=0), axis=-1).max() for line in lines) < 0.1


def test_that_arrays_are_ready_for_one_path_a_level() -> None:
    rosenbrock = problem("rosenbrock")
    surface = surface_of(rosenbrock, Plane.of(rosenbrock), (-2, 2), (-1, 3), 128)
    levels = contour_levels(surface.values, 0.0)
    found = contour_lines(surface, levels)
    assert len(found) == len(levels.values)
    for level in found:
        assert level.points.dtype == np.float64
        assert level.connect.dtype == np.int32
        assert level.points.shape == (len(level.connect), 2)
        assert level.connect[-1] == 0
        assert set(level.connect) <= {0, 1}


def test_that_levels_outside_the_values_have_no_lines() -> None:
    surface = surface_from(np.array([[0.0, 1.0], [2.0, 3.0]]))
    assert contour_lines(surface, levels_at(-1.0, 7.0)) == ()
    assert contour_lines(surface, levels_at()) == ()


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_that_no_line_crosses_a_hole(hole: float) -> None:
    sphere = problem("sphere")
    surface = surface_of(sphere, Plane.of(sphere), (-4, 4), (-4, 4), 81)
    surface.values[(surface.x[None, :] > 0) & (surface.y[:, None] > 0)] = hole
    (level,) = contour_lines(surface, levels_at(4.0))
    (arc,) = lines_of(level)
    assert not ((arc > 0.1).all(axis=-1)).any()
    np.testing.assert_allclose(np.linalg.norm(arc, axis=-1), 2.0, atol=0.01)
    assert len(arc) > 50


def test_that_a_surface_without_finite_values_has_no_lines() -> None:
    assert contour_lines(surface_from(np.full((4, 4), np.nan)), levels_at(0.0)) == ()


@settings(deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(2, 6), st.integers(2, 6)),
        elements=st.one_of(st.floats(), st.floats(-1, 1), st.sampled_from([0.0, np.nan, np.inf, 1.7e308, 5e-324])),
    )
)
def test_that_any_grid_gives_finite_lines_within_the_view(values: np.ndarray) -> None:
    surface = surface_from(values)
    for level in contour_lines(surface, contour_levels(values)):
        assert np.isfinite(level.points).all()
        assert (level.points[:, 0] >= -1e-12).all()
        assert (level.points[:, 0] <= 1 + 1e-12).all()
        assert (np.abs(level.points[:, 1]) <= 3 + 1e-12).all()
        assert len(level.points) >= 2
        assert level.connect[-1] == 0
