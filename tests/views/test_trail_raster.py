"""The picture of the trails is the same whether it grew with the runs or was drawn at once, and shows no later step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gdviz.runs.trajectory import Trajectory
from gdviz.views.landscape_frame import Frame
from gdviz.views.trail_raster import LINE_WIDTH, Trail, TrailRaster

FRAME = Frame.of((0.0, 300.0), (0.0, 200.0), QRectF(0, 0, 300, 200), 1.0)
ZOOMED = Frame.of((100.0, 200.0), (50.0, 120.0), QRectF(0, 0, 300, 200), 1.0)
PAPER = "#FFFFFF"


def recorded(points: np.ndarray, count: int | None = None) -> Trajectory:
    """A trajectory with the first `count` of these points `(n, 2)`; the others can be `grown` later."""
    trajectory = Trajectory(points[0], len(points) - 1)
    grow(trajectory, points, len(points) if count is None else count)
    return trajectory


def grow(trajectory: Trajectory, points: np.ndarray, count: int) -> None:
    first = len(trajectory)
    rows = trajectory.reserve(count - first)
    rows.points[:] = points[first:count]
    rows.values[:] = points[first:count].sum(axis=1)
    trajectory.publish(count - first)


def spiral(count: int, center: tuple[float, float] = (150, 100), radius: float = 90.0) -> np.ndarray:
    share = np.linspace(0, 1, count)
    reach = radius * np.exp(-2 * share)
    angle = 50 * share
    return np.stack([center[0] + reach * np.cos(angle), center[1] + reach * np.sin(angle)], axis=1)


def noise(count: int, center: tuple[float, float] = (150, 100), spread: float = 20.0) -> np.ndarray:
    return np.array(center) + spread * np.random.default_rng(1).standard_normal((count, 2))


def trail(trajectory: Trajectory, color: str = "#D55E00", dash: tuple[float, ...] = ()) -> Trail:
    return Trail(trajectory, 0, 1, color, dash)


def raster_of(*trails: Trail, frame: Frame = FRAME) -> TrailRaster:
    raster = TrailRaster(PAPER)
    raster.set_trails(trails, PAPER)
    raster.set_frame(frame)
    return raster


def picture(raster: TrailRaster, frame: Frame = FRAME) -> np.ndarray:
    """What it paints on a grey ground, `(height, width, 3)`."""
    image = QImage(frame.width, frame.height, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    painter = QPainter(image)
    raster.paint(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(frame.height, image.bytesPerLine() // 4, 4)
    return pixels[:, : frame.width, 2::-1].copy()


def drawn(raster: TrailRaster, step: int, thin: bool = False) -> np.ndarray:
    raster.show(step, thin)
    assert raster.advance(10.0)
    return picture(raster)


@pytest.fixture(autouse=True)
def program(qapp: QApplication) -> None:
    """Painting needs one."""


@pytest.mark.parametrize("dash", [(), (9.0, 3.0, 2.0, 3.0)], ids=["solid", "dashed"])
@pytest.mark.parametrize("points", [spiral(3000), noise(700)], ids=["spiral", "noise"])
def test_that_a_picture_that_grew_equals_one_drawn_at_once(points: np.ndarray, dash: tuple[float, ...]) -> None:
    growing = recorded(points, 1)
    raster = raster_of(trail(growing, dash=dash))
    generator = np.random.default_rng(2)
    while len(growing) < len(points):
        grow(growing, points, min(len(points), len(growing) + int(generator.integers(1, 90))))
        drawn(raster, len(growing) - 1)
    at_once = drawn(raster_of(trail(recorded(points), dash=dash)), len(points) - 1)
    np.testing.assert_array_equal(picture(raster), at_once)
    assert len(np.unique(at_once.reshape(-1, 3), axis=0)) > 10


def test_that_runs_side_by_side_grow_into_the_picture_of_all_of_them() -> None:
    left, right = spiral(2000, (75, 100), 60), noise(500, (225, 100), 12)
    one, other = recorded(left, 1), recorded(right, 1)
    raster = raster_of(trail(one), trail(other, "#0072B2", (3.0, 3.0)))
    for count in range(2, 2001, 37):
        grow(one, left, count)
        grow(other, right, min(count, 500))
        drawn(raster, count - 1)
    grow(one, left, 2000)
    grow(other, right, 500)
    fresh = raster_of(trail(recorded(left)), trail(recorded(right), "#0072B2", (3.0, 3.0)))
    np.testing.assert_array_equal(drawn(raster, 1999), drawn(fresh, 1999))


def test_that_slices_of_no_time_end_in_the_same_picture() -> None:
    points = noise(3000)
    sliced, whole = raster_of(trail(recorded(points))), raster_of(trail(recorded(points)))
    sliced.show(2999)
    slices = 0
    while not sliced.advance(0.0):
        slices += 1
    assert slices >= 2
    np.testing.assert_array_equal(picture(sliced), drawn(whole, 2999))


@pytest.mark.parametrize("step", [0, 1, 40, 399])
def test_that_nothing_beyond_the_shown_step_is_drawn(step: int) -> None:
    points = spiral(400)
    all_known = drawn(raster_of(trail(recorded(points))), step)
    only_those = drawn(raster_of(trail(recorded(points[: step + 1]))), step)
    np.testing.assert_array_equal(all_known, only_those)


def test_that_stepping_back_and_forth_leaves_nothing_behind() -> None:
    points = noise(6000, spread=35)
    raster = raster_of(trail(recorded(points)))
    for step in (5999, 5998, 5997, 300, 5000, 4999, 0, 5999, 5990, 4000):
        np.testing.assert_array_equal(drawn(raster, step), drawn(raster_of(trail(recorded(points))), step), str(step))


@pytest.mark.parametrize("played", [False, True], ids=["at once", "played"])
def test_that_a_step_back_of_a_long_trail_begins_with_what_was_kept(played: bool) -> None:
    raster = raster_of(trail(recorded(noise(6000, spread=35))))
    for step in range(0, 5999, 20) if played else ():
        drawn(raster, step)
    drawn(raster, 5999)
    before = raster.segments
    assert before > 1500
    raster.show(5998)
    assert raster.segments > 0.4 * before
    assert not (picture(raster) == 128).all()


def test_that_a_line_has_its_colour_and_a_halo_around_it() -> None:
    line = np.array([[20.0, 100.5], [280.0, 100.5]])
    pixels = drawn(raster_of(trail(recorded(line), "#0072B2")), 1)
    row = FRAME.height - 101
    assert pixels[row, 150].tolist() == [0x00, 0x72, 0xB2]
    assert (pixels[[row - 2, row + 2], 150] > 170).all()
    assert (pixels[row - 6, 150] == 128).all()
    assert (pixels[row, 5] == 128).all()
    assert LINE_WIDTH < 3


def test_that_dashes_leave_gaps_and_begin_where_the_line_does() -> None:
    line = np.array([[20.0, 100.5], [280.0, 100.5]])
    pixels = drawn(raster_of(trail(recorded(line), "#000000", (12.0, 8.0))), 1)
    row = pixels[FRAME.height - 101].sum(axis=1)
    dark = np.flatnonzero(row < 150)
    assert 19 <= dark[0] <= 21
    gaps = np.diff(dark)
    np.testing.assert_allclose(np.diff(dark[np.append(0, np.flatnonzero(gaps > 1) + 1)])[:5], 20, atol=1)
    assert 0.5 < len(dark) / 260 < 0.68


def test_that_a_passing_look_at_all_steps_is_thin_and_leaves_nothing_behind() -> None:
    points = spiral(900)
    raster = raster_of(trail(recorded(points), "#004060"))
    shown = drawn(raster, 100)
    thin = drawn(raster, 2**62, thin=True)
    assert (thin != shown).any()
    assert not (thin > 140).any(), "a thin trail has no halo"
    np.testing.assert_array_equal(drawn(raster, 100), shown)


def test_that_a_zoom_shows_what_was_there_until_it_is_drawn() -> None:
    points = spiral(40_000)
    raster = raster_of(trail(recorded(points)))
    before = drawn(raster, 39_999)
    raster.set_frame(ZOOMED)
    assert not raster.complete
    stretched = picture(raster, ZOOMED)
    assert (stretched != 128).any()
    assert raster.advance(10.0)
    fresh = raster_of(trail(recorded(points)), frame=ZOOMED)
    np.testing.assert_array_equal(picture(raster, ZOOMED), drawn(fresh, 39_999))
    raster.set_frame(FRAME)
    raster.advance(10.0)
    np.testing.assert_array_equal(picture(raster), before)


def test_that_what_was_there_is_not_shown_once_it_would_be_too_much() -> None:
    raster = raster_of(trail(recorded(spiral(40_000))))
    drawn(raster, 39_999)
    raster.set_frame(ZOOMED)
    raster.show(3)
    assert (picture(raster, ZOOMED) == 128).all()


def test_that_other_runs_take_the_place_of_those_before() -> None:
    raster = raster_of(trail(recorded(spiral(500))), trail(recorded(noise(200))))
    drawn(raster, 499)
    kept = recorded(spiral(700))
    raster.set_trails((trail(kept, "#0072B2"),), PAPER)
    np.testing.assert_array_equal(drawn(raster, 699), drawn(raster_of(trail(kept, "#0072B2")), 699))
    raster.set_trails((), PAPER)
    assert raster.complete
    assert (picture(raster) == 128).all()


def test_that_a_run_shorter_than_the_step_is_drawn_as_far_as_it_goes() -> None:
    points = spiral(300)
    raster = raster_of(trail(recorded(points)))
    np.testing.assert_array_equal(drawn(raster, 10_000), drawn(raster_of(trail(recorded(points))), 299))


def test_that_the_value_can_be_what_goes_up() -> None:
    points = np.array([[20.0], [120.0]])
    trajectory = Trajectory(points[0], 1)
    rows = trajectory.reserve(2)
    rows.points[:], rows.values[:] = points, [50.5, 50.5]
    trajectory.publish(2)
    raster = raster_of(Trail(trajectory, 0, None, "#0072B2", ()))
    assert drawn(raster, 1)[FRAME.height - 51, 70].tolist() == [0x00, 0x72, 0xB2]


def test_that_the_work_of_a_frame_does_not_grow_with_the_run() -> None:
    def segments_added(count: int) -> int:
        points = spiral(count + 1000)
        trajectory = recorded(points, count)
        raster = raster_of(trail(trajectory))
        drawn(raster, count - 1)
        before = raster.segments
        grow(trajectory, points, count + 1000)
        drawn(raster, count + 999)
        return raster.segments - before

    assert segments_added(300_000) <= segments_added(30_000) <= segments_added(3_000)
