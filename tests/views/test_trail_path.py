"""The path of a run keeps what can be told apart on a screen, and nothing that depends on how it was given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from gdviz.views.landscape_frame import FAR, Frame
from gdviz.views.trail_path import TrailPath, clipped, dashes

FRAME = Frame.of((0.0, 300.0), (0.0, 200.0), QRectF(40, 20, 300, 200), 1.0)


def path_of(points: np.ndarray, frame: Frame = FRAME, lengths: list[int] | None = None) -> TrailPath:
    """The path of points `(n, 2)`, given in parts of these lengths, or at once."""
    path = TrailPath(frame)
    first = 0
    for length in [*(lengths or []), len(points)]:
        part = points[first : first + length]
        path.extend(part[:, 0], part[:, 1])
        first += len(part)
    return path


def spiral(count: int, turns: float = 9.0) -> np.ndarray:
    share = np.linspace(0, 1, count)
    angle, radius = 2 * np.pi * turns * share, 90 * np.exp(-2 * share)
    return np.stack([150 + radius * np.cos(angle), 100 + radius * np.sin(angle)], axis=1)


def noise(count: int, spread: float = 25.0) -> np.ndarray:
    return np.array([150.0, 100.0]) + spread * np.random.default_rng(3).standard_normal((count, 2))


def pixels_on(segments: np.ndarray) -> set[tuple[int, int]]:
    """The pixels that lines pass through, found by looking at them every twentieth of a pixel."""
    found: set[tuple[int, int]] = set()
    for x0, y0, x1, y1 in segments.tolist():
        count = int(20 * np.hypot(x1 - x0, y1 - y0)) + 2
        xs, ys = np.linspace(x0, x1, count), np.linspace(y0, y1, count)
        found.update(zip(np.floor(xs).astype(int).tolist(), np.floor(ys).astype(int).tolist(), strict=True))
    return found


def near(pixel: tuple[int, int], pixels: set[tuple[int, int]], reach: int) -> bool:
    around = range(-reach, reach + 1)
    return any((pixel[0] + x, pixel[1] + y) in pixels for x in around for y in around)


@pytest.mark.parametrize("points", [spiral(5000), noise(3000)], ids=["spiral", "noise"])
def test_that_what_is_kept_does_not_depend_on_how_many_steps_come_at_once(points: np.ndarray) -> None:
    whole = path_of(points)
    for lengths in ([1] * 700, [3, 1000, 7, 1], [len(points) // 2]):
        parts = path_of(points, lengths=lengths)
        np.testing.assert_array_equal(parts.segments, whole.segments)
        np.testing.assert_array_equal(parts.steps, whole.steps)
        np.testing.assert_array_equal(parts.starts, whole.starts)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-200, 500), st.floats(-200, 400)), min_size=2, max_size=60),
    st.lists(st.integers(1, 20), max_size=6),
)
def test_that_any_path_given_in_any_parts_is_the_same_path(points: list[tuple[float, float]], parts: list[int]) -> None:
    array = np.array(points)
    np.testing.assert_array_equal(path_of(array, lengths=parts).segments, path_of(array).segments)


def test_that_the_first_segments_are_the_path_of_the_first_steps() -> None:
    points = spiral(4000)
    whole = path_of(points)
    for step in (0, 1, 17, 1234, 3999):
        count = whole.until(step)
        before = path_of(points[: step + 1])
        assert count == len(before)
        np.testing.assert_array_equal(whole.segments[:count], before.segments)


def test_that_a_long_run_is_as_few_segments_as_a_short_one_of_the_same_shape() -> None:
    short, long = len(path_of(spiral(20_000))), len(path_of(spiral(400_000)))
    assert long < 1.05 * short


@pytest.mark.parametrize("count", [20_000, 200_000])
def test_that_noise_is_never_more_segments_than_the_pixels_it_covers(count: int) -> None:
    points = noise(count)
    path = path_of(points, lengths=[5000] * (count // 5000))
    spread = np.ptp(points, axis=0)
    assert len(path) < spread[0] * spread[1]
    assert len(path) < 15_000


def test_that_a_run_that_jumps_between_two_points_is_drawn_once() -> None:
    points = np.array([[50.0, 50.0], [220.0, 140.0]])[np.arange(100_000) % 2]
    assert len(path_of(points, lengths=[1000] * 100)) <= 2


@pytest.mark.parametrize("points", [spiral(3000), noise(800)], ids=["spiral", "noise"])
def test_that_no_part_of_the_path_goes_missing(points: np.ndarray) -> None:
    drawn = pixels_on(path_of(points).segments)
    pixels = points * [1, -1] + [0, 200]
    every = pixels_on(np.hstack([pixels[:-1], pixels[1:]]))
    missing = [pixel for pixel in every if not near(pixel, drawn, 2)]
    assert len(missing) <= 0.01 * len(every)


def test_that_points_that_are_not_finite_are_passed_over() -> None:
    points = spiral(600)
    holed = points.copy()
    holed[[0, 5, 6, 300]] = [[np.nan, 3], [np.inf, 2], [1, -np.inf], [np.nan, np.nan]]
    path = path_of(holed)
    assert np.isfinite(path.segments).all()
    rest = np.isfinite(holed).all(axis=1)
    np.testing.assert_array_equal(path.segments, path_of(points[rest]).segments)
    np.testing.assert_array_equal(path.steps, np.flatnonzero(rest)[path_of(points[rest]).steps])


def test_that_a_path_that_begins_with_nothing_finite_waits() -> None:
    path = path_of(np.array([[np.nan, 0.0], [np.inf, 1.0]]))
    assert len(path) == 0
    path.extend(np.array([10.0, 90.0]), np.array([10.0, 90.0]))
    np.testing.assert_allclose(path.segments, [[10, 190, 90, 110]])
    assert path.steps.tolist() == [3]


@pytest.mark.parametrize("size", [1e3, 1e12, 1e300, 1.7e308])
def test_that_a_run_that_leaves_for_the_largest_numbers_is_drawn_to_the_edge(size: float) -> None:
    points = np.array([[150.0, 100.0], [150.0 + size, 100.0], [-size, 100.0], [150.0, -size]])
    path = path_of(points)
    assert np.isfinite(path.segments).all()
    assert np.abs(path.segments).max() < 320
    np.testing.assert_allclose(path.segments[0], [150, 100, 308, 100], atol=1e-3)


def test_that_what_is_far_outside_is_not_kept() -> None:
    points = np.array([[1000.0, 0.0], [1000.0, 150.0], [2000.0, -500.0], [1500.0, 900.0]])
    assert len(path_of(points)) == 0


def test_that_on_a_fine_screen_pixels_of_the_window_count() -> None:
    fine = Frame.of((0.0, 300.0), (0.0, 200.0), QRectF(40, 20, 300, 200), 2.0)
    points = spiral(50_000)
    assert len(path_of(points, fine)) == pytest.approx(len(path_of(points)), rel=0.1)
    np.testing.assert_allclose(path_of(points, fine).segments[0] / 2, path_of(points).segments[0], atol=2)


def test_that_clipping_gives_the_part_of_a_line_that_is_within() -> None:
    generator = np.random.default_rng(5)
    segments = generator.uniform(-300, 600, size=(400, 4))
    segments[:20, 3] = segments[:20, 1]
    segments[20:40, 2] = segments[20:40, 0]
    parts, inside = clipped(segments, 8, 300, 200)
    share = np.linspace(0, 1, 20_001)[:, None]
    for number, segment in enumerate(segments):
        line = segment[:2] + share * (segment[2:] - segment[:2])
        within = (line >= -8).all(axis=1) & (line <= [308, 208]).all(axis=1)
        assert inside[number] == within.any() or within.sum() < 3
        if inside[number] and within.any():
            part = parts[np.count_nonzero(inside[:number])]
            np.testing.assert_allclose(part[:2], line[np.argmax(within)], atol=0.1)
            np.testing.assert_allclose(part[2:], line[len(line) - 1 - np.argmax(within[::-1])], atol=0.1)


def test_that_dashes_of_a_straight_line_lie_where_the_pattern_has_them() -> None:
    line = np.array([[10.0, 5.0, 40.0, 5.0]])
    parts, owners = dashes(line, np.array([0.0]), (6.0, 4.0))
    assert owners.tolist() == [0, 0, 0]
    np.testing.assert_allclose(parts, [[10, 5, 16, 5], [20, 5, 26, 5], [30, 5, 36, 5]])
    moved, _ = dashes(line, np.array([7.0]), (6.0, 4.0))
    np.testing.assert_allclose(moved, [[13, 5, 19, 5], [23, 5, 29, 5], [33, 5, 39, 5]])
    double, _ = dashes(line, np.array([0.0]), (5.0, 2.0, 1.0, 2.0))
    np.testing.assert_allclose(double[:, 0], [10, 17, 20, 27, 30, 37])
    np.testing.assert_allclose(double[:, 2], [15, 18, 25, 28, 35, 38])


@settings(max_examples=50)
@given(st.lists(st.floats(0.05, 60), min_size=1, max_size=12), st.floats(0, 500))
def test_that_dashes_run_on_over_the_joints_of_a_line(lengths: list[float], start: float) -> None:
    pattern = (9.0, 3.0, 2.0, 3.0)
    ends = np.cumsum([0.0, *lengths])
    joined = np.stack([ends[:-1], 0 * ends[1:], ends[1:], 0 * ends[1:]], axis=1)
    parts, owners = dashes(joined, start + ends[:-1], pattern)
    covered = np.sum(parts[:, 2] - parts[:, 0])
    places = np.linspace(0, ends[-1], 40_001)
    phase = np.mod(start + places, 17.0)
    on = (phase < 9) | ((phase >= 12) & (phase < 14))
    assert covered == pytest.approx(on.mean() * ends[-1], abs=0.01 * ends[-1] + 0.01)
    assert (np.diff(parts[:, 0]) >= 0).all()
    assert (parts[:, 0] >= ends[owners] - 1e-9).all()
    assert (parts[:, 2] <= ends[owners + 1] + 1e-9).all()


def test_that_a_line_without_a_pattern_has_no_gaps() -> None:
    segments = path_of(spiral(300)).segments
    parts, owners = dashes(segments, np.zeros(len(segments)), ())
    np.testing.assert_array_equal(parts, segments)
    np.testing.assert_array_equal(owners, np.arange(len(segments)))


def test_that_pixels_and_values_answer_each_other() -> None:
    frame = Frame.of((-2.0, 3.0), (10.0, 20.0), QRectF(40.5, 20, 500, 250), 2.0)
    assert (frame.left, frame.top, frame.width, frame.height) == (81, 40, 1000, 500)
    np.testing.assert_allclose(frame.x([-2, 0, 3]), [0, 400, 1000])
    np.testing.assert_allclose(frame.y([10, 20, 12.5]), [500, 0, 375])
    assert frame.x_pixel == pytest.approx(0.01)
    assert frame.y_pixel == pytest.approx(0.04)


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e3, 1e3))
def test_that_one_point_lies_where_an_array_has_it(x: float, y: float) -> None:
    point = FRAME.point(x, y)
    np.testing.assert_array_equal([point.x(), point.y()], [float(FRAME.x(x)), float(FRAME.y(y))])


def test_that_the_largest_numbers_have_pixels() -> None:
    frame = Frame.of((-1e308, 1e308), (0.0, 1.0), QRectF(0, 0, 100, 100), 1.0)
    np.testing.assert_allclose(frame.x([-1e308, 0.0, 1e308]), [0, 50, 100])
    np.testing.assert_array_equal(FRAME.x([1e308, -1e308, np.inf]), [FAR, -FAR, FAR])
    assert np.isnan(FRAME.x(np.nan))


def test_that_a_step_too_short_for_a_division_is_clipped_too() -> None:
    segments = np.array([[0.0, 209.0, 2.3e-308, 0.0], [-9.0, 50.0, -9.0 + 2e-15, 50.0]])
    parts, inside = clipped(segments, 8, 300, 200)
    assert inside.tolist() == [True, False]
    np.testing.assert_allclose(parts, [[0, 208, 0, 0]], atol=1e-12)
