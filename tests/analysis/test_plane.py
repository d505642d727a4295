"""Planes through the parameters of a problem, and the landscapes sampled on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdviz.analysis import plane as plane_module
from gdviz.analysis.plane import Curve, Plane, Sampled, Surface, sample_curve, sample_surface, surface_of
from gdviz.arrays import to_numpy
from gdviz.errors import InputError
from gdviz.problems import Problem, problem


@dataclass(frozen=True, eq=False)
class RowsProblem(Problem):
    """Mean of (wᵀxᵢ − yᵢ)² over the rows, computed row by row so that it shares nothing with the fits."""

    features: np.ndarray = None  # type: ignore[assignment]
    targets: np.ndarray = None  # type: ignore[assignment]
    name = "rows"
    cheap = False

    @property
    def dimension(self) -> int:
        return int(self.features.shape[1])

    @property
    def rows(self) -> int:
        return len(self.targets)

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-1.0, 1.0]] * self.dimension)

    @property
    def start(self) -> np.ndarray:
        return np.full(self.dimension, 0.25)

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.mean((x @ self.features.T - self.targets) ** 2, axis=-1)

    def gradient(self, x: np.ndarray) -> np.ndarray:
        raise AssertionError("a landscape needs no gradient")

    def batch_value(self, x: np.ndarray, rows: Any) -> np.ndarray:
        return np.mean((x @ self.features[rows].T - self.targets[rows]) ** 2, axis=-1)


def rows_problem(rows: int, dimension: int) -> RowsProblem:
    generator = np.random.default_rng(1)
    return RowsProblem(features=generator.normal(size=(rows, dimension)), targets=generator.normal(size=rows))


def pictures(samples: Any) -> list[Surface | Curve]:
    return [sampled.picture for sampled in samples if sampled.picture is not None]


def test_that_a_plane_varies_two_parameters_and_holds_the_others() -> None:
    plane = Plane(first=2, second=0, through=(1.0, 2.0, 3.0, 4.0))
    points = plane.points(np.array([[10.0, 11.0, 12.0]]), np.array([[20.0], [21.0]]))
    assert points.shape == (2, 3, 4)
    np.testing.assert_array_equal(points[..., 2], [[10, 11, 12], [10, 11, 12]])
    np.testing.assert_array_equal(points[..., 0], [[20, 20, 20], [21, 21, 21]])
    np.testing.assert_array_equal(points[..., [1, 3]], np.broadcast_to([2.0, 4.0], (2, 3, 2)))


@settings(deadline=None)
@given(st.integers(2, 6), st.data())
def test_that_coordinates_undo_points(dimension: int, data: st.DataObject) -> None:
    first, second = data.draw(st.permutations(range(dimension)))[:2]
    plane = Plane(first, second, tuple(float(index) for index in range(dimension)))
    u, v = np.array([0.5, -7.0]), np.array([3.0, 1e10])
    np.testing.assert_array_equal(plane.coordinates(plane.points(u, v)), np.stack([u, v], axis=-1))
    strict = array_api_strict.asarray(plane.points(u, v))
    np.testing.assert_array_equal(to_numpy(plane.coordinates(strict)), np.stack([u, v], axis=-1))


def test_that_planes_are_equal_when_they_hold_the_others_alike() -> None:
    assert Plane(0, 1, (1.0, 2.0, 3.0)) == Plane(0, 1, (9.0, 9.0, 3.0))
    assert hash(Plane(0, 1, (1.0, 2.0, 3.0))) == hash(Plane(0, 1, (9.0, 9.0, 3.0)))
    assert Plane(0, 1, (1.0, 2.0, 3.0)) != Plane(0, 1, (1.0, 2.0, 4.0))
    assert Plane(0, 1, (1.0, 2.0, 3.0)) != Plane(1, 0, (1.0, 2.0, 3.0))


def test_that_a_plane_of_a_problem_goes_through_its_start_unless_said_otherwise() -> None:
    sphere = problem("sphere", dimension=4)
    assert Plane.of(sphere).through == (0.0, 0.0, *sphere.start[2:])
    assert Plane.of(sphere, through=np.arange(4), first=1, second=3).through == (0.0, 0.0, 2.0, 0.0)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 3), (-1, 1), (7, 1)])
def test_that_parameters_that_make_no_plane_are_refused(first: int, second: int) -> None:
    with pytest.raises(InputError, match="choose"):
        Plane(first, second, (0.0, 0.0, 0.0))


def test_that_a_point_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(InputError, match="a point of 2 numbers; this one has 3"):
        Plane.of(problem("booth"), through=np.zeros(3))
    with pytest.raises(InputError, match="no parameter 1"):
        Plane.of(problem("parabola"))


def test_that_a_surface_holds_the_values_of_the_problem() -> None:
    himmelblau = problem("himmelblau")
    surface = surface_of(himmelblau, Plane.of(himmelblau), (-5, 5), (-4, 3), (41, 29))
    assert surface.values.shape == (29, 41)
    assert surface.names == ("x", "y")
    assert surface.exact
    np.testing.assert_array_equal(surface.x, np.linspace(-5, 5, 41))
    np.testing.assert_array_equal(surface.y, np.linspace(-4, 3, 29))
    for row, column in ((0, 0), (28, 0), (0, 40), (13, 17)):
        expected = (surface.x[column] ** 2 + surface.y[row] - 11) ** 2 + (
            surface.x[column] + surface.y[row] ** 2 - 7
        ) ** 2
        assert surface.values[row, column] == pytest.approx(expected)


def test_that_a_plane_through_many_parameters_holds_the_others() -> None:
    sphere = problem("sphere", dimension=5)
    plane = Plane(3, 1, (1.0, 0.0, 2.0, 0.0, -1.0))
    surface = surface_of(sphere, plane, (-1, 1), (-2, 2), (3, 5))
    assert surface.names == ("x4", "x2")
    np.testing.assert_allclose(surface.values, surface.x[None, :] ** 2 + surface.y[:, None] ** 2 + 6.0)


def test_that_a_coarse_preview_comes_first_and_the_full_surface_last() -> None:
    booth = problem("booth")
    samples = list(sample_surface(booth, Plane.of(booth), (-10, 10), (-10, 10), 200, preview=20))
    preview, full = pictures(samples)
    assert isinstance(preview, Surface)
    assert isinstance(full, Surface)
    assert preview.values.shape == (20, 20)
    assert full.values.shape == (200, 200)
    assert samples[-1] == Sampled(1.0, full)
    progress = [sampled.progress for sampled in samples]
    assert progress == sorted(progress)
    assert progress[0] > 0
    np.testing.assert_array_equal(
        preview.values[[0, 0, -1, -1], [0, -1, 0, -1]], full.values[[0, 0, -1, -1], [0, -1, 0, -1]]
    )


@pytest.mark.parametrize("preview", [None, 30, 64])
def test_that_a_preview_no_coarser_than_the_surface_is_left_out(preview: int | None) -> None:
    booth = problem("booth")
    assert len(pictures(sample_surface(booth, Plane.of(booth), (-1, 1), (-1, 1), 30, preview=preview))) == 1


def test_that_the_work_is_done_in_pieces_while_they_are_asked_for() -> None:
    asked = 0

    class Counting(type(problem("booth"))):  # type: ignore[misc]
        def value(self, x: np.ndarray) -> np.ndarray:
            nonlocal asked
            asked += len(x)
            return super().value(x)

    counting = Counting()
    samples = sample_surface(counting, Plane.of(counting), (-1, 1), (-1, 1), 256)
    assert asked == 0
    next(samples)
    assert 0 < asked < 256
    for _ in samples:
        pass
    assert asked == 48**2 + 256**2


def test_that_a_slow_problem_is_asked_for_fewer_points_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    sizes = []

    class Slow(type(problem("booth"))):  # type: ignore[misc]
        def value(self, x: np.ndarray) -> np.ndarray:
            nonlocal now
            now += 0.001 * len(x)
            sizes.append(len(x))
            return super().value(x)

    monkeypatch.setattr(plane_module, "perf_counter", lambda: now)
    slow = Slow()
    samples = sample_surface(slow, Plane.of(slow), (-1, 1), (-1, 1), 40, preview=None)
    for _ in samples:
        now += 10.0  # what the caller does in between is not held against the problem
    assert set(sizes[1:-1]) <= {2, 3}
    assert sum(sizes) == 1600


def test_that_a_fit_is_summed_over_all_its_rows_in_blocks() -> None:
    fit = rows_problem(5000, 3)
    plane = Plane.of(fit)
    surface = surface_of(fit, plane, (-2, 2), (-1, 1), (12, 9))
    assert surface.exact
    np.testing.assert_allclose(
        surface.values, fit.value(plane.points(surface.x[None, :], surface.y[:, None])), rtol=1e-12
    )


def test_that_the_preview_of_a_fit_uses_a_part_of_the_rows_and_says_so() -> None:
    fit = rows_problem(5000, 3)
    preview, full = pictures(sample_surface(fit, Plane.of(fit), (-2, 2), (-1, 1), 40, preview=10))
    assert preview.rows_used == 2048
    assert not preview.exact
    assert full.exact
    exact = surface_of(fit, Plane.of(fit), (-2, 2), (-1, 1), 10)
    error = np.abs(preview.values / exact.values - 1)  # type: ignore[union-attr]
    assert 0 < error.max() < 0.1


def test_that_a_fit_too_large_to_sum_uses_as_many_rows_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane_module, "_MOST_TERMS", 3000 * 100)
    fit = rows_problem(5000, 2)
    surface = surface_of(fit, Plane.of(fit), (-2, 2), (-1, 1), 10)
    assert surface.rows_used == 3000
    expected = fit.value(Plane.of(fit).points(surface.x[None, :], surface.y[:, None]))
    assert not np.array_equal(surface.values, expected)
    np.testing.assert_allclose(surface.values, expected, rtol=0.1)


def test_that_a_small_fit_is_asked_for_its_value_at_once() -> None:
    fit = rows_problem(150, 2)
    first, last = pictures(sample_surface(fit, Plane.of(fit), (-2, 2), (-1, 1), 60))
    assert first.exact
    assert last.exact


def test_that_values_out_of_range_stay_in_the_grid() -> None:
    rosenbrock = problem("rosenbrock")
    surface = surface_of(rosenbrock, Plane.of(rosenbrock), (-1e155, 1e155), (-1, 1), 9)
    assert np.isinf(surface.values[:, 0]).all()
    assert np.isfinite(surface.values[:, 4]).all()


@settings(deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_that_any_finite_limits_give_rising_points(first: float, second: float) -> None:
    sphere = problem("sphere")
    surface = surface_of(sphere, Plane.of(sphere), (first, second), (-1, 1), (16, 2))
    assert np.isfinite(surface.x).all()
    assert (np.diff(surface.x) > 0).all()
    assert all(np.isfinite(surface.pixels))


@pytest.mark.parametrize("limits", [(np.nan, 1.0), (0.0, np.inf)])
def test_that_limits_that_are_not_finite_are_a_fault(limits: tuple[float, float]) -> None:
    booth = problem("booth")
    with pytest.raises(ValueError, match="not finite"):
        surface_of(booth, Plane.of(booth), limits, (0.0, 1.0))


def test_that_pixels_are_centred_on_their_points() -> None:
    booth = problem("booth")
    left, bottom, width, height = surface_of(booth, Plane.of(booth), (0, 10), (-1, 1), (11, 3)).pixels
    assert (left, bottom, width, height) == (-0.5, -1.5, 11.0, 3.0)


def test_that_a_curve_holds_the_values_along_one_parameter() -> None:
    (curve,) = pictures(sample_curve(problem("double_well"), (-2, 2), 101))
    assert isinstance(curve, Curve)
    assert curve.name == "x"
    np.testing.assert_allclose(curve.values, curve.x**4 - 2 * curve.x**2, atol=1e-12)
    low, high = curve.value_limits
    assert -1.6 < low < -1
    assert 8 < high < 8.6
    with pytest.raises(ValueError, match="sample a surface"):
        next(sample_curve(problem("booth"), (0, 1)))


@pytest.mark.parametrize(
    "values",
    [[], [np.nan, np.inf], [0.0, 0.0], [7.0], [-1e308, 1e308], [1e-320, 0.0], [np.inf, 3.0, 4.0]],
)
def test_that_the_limits_of_a_curve_are_finite_and_hold_what_is_finite(values: list[float]) -> None:
    low, high = Curve("x", np.arange(len(values), dtype=float), np.array(values)).value_limits
    assert np.isfinite([low, high]).all()
    assert low < high
    finite = [value for value in values if abs(value) < 1e300]
    assert all(low <= value <= high for value in finite)
