"""The landscape shows the problem, the runs up to the shown step, and says in words what it shows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gdviz.analysis.plane import Curve, Plane, Surface, sample_curve, surface_of
from gdviz.optimizers import optimizer
from gdviz.problems import PROBLEMS
from gdviz.problems.base import Problem
from gdviz.runs.minimize import minimize
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory
from gdviz.views.landscape import LandscapeView
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT, Theme, apply_theme, run_color

BOWL = PROBLEMS.make("sphere", {})
SPACE = PROBLEMS.make("sphere", {"dimension": 3})


def recorded(problem: Problem, points: np.ndarray, reason: StopReason | None = None) -> Trajectory:
    trajectory = Trajectory(points[0], len(points) - 1)
    rows = trajectory.reserve(len(points))
    rows.points[:] = points
    with np.errstate(over="ignore"):
        rows.values[:] = problem.value(points)
    trajectory.publish(len(points))
    if reason is not None:
        trajectory.stop_step, trajectory.stop_reason = len(points), reason
    return trajectory


def run(problem: Problem, points: list[list[float]], style: int = 0, reason: StopReason | None = None) -> ShownRun:
    return ShownRun(style, f"Run {style}", style, recorded(problem, np.array(points, dtype=float), reason))


def picture_of(problem: Problem, axes: tuple[int, int] = (0, 1), resolution: int = 64) -> Surface | Curve:
    domain = [(float(low), float(high)) for low, high in problem.domain]
    if problem.dimension == 1:
        *_, last = sample_curve(problem, domain[0])
        assert last.picture is not None
        return last.picture
    return surface_of(problem, Plane.of(problem, None, *axes), domain[axes[0]], domain[axes[1]], resolution)


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    apply_theme(qapp, request.param)
    return request.param


@pytest.fixture
def view(qtbot, theme: Theme) -> LandscapeView:
    made = LandscapeView(theme)
    qtbot.addWidget(made)
    made.resize(620, 520)
    made.show()
    qtbot.waitExposed(made)
    return made


def show(view: LandscapeView, problem: Problem, *runs: ShownRun, step: int = 0) -> None:
    view.set_problem(problem)
    view.set_surface(picture_of(problem))
    view.set_runs(runs)
    view.show_step(step)


def grabbed(view: LandscapeView) -> QImage:
    """What is on the canvas once all trails are drawn."""
    view.canvas.grab()
    while not view.settled:
        view.canvas.grab()
    return view.canvas.grab().toImage()


def place(view: LandscapeView, x: float, y: float) -> QPoint:
    at = view.canvas.place_of(x, y)
    return QPoint(math.floor(at.x()), math.floor(at.y()))


def close_to(color: QColor, other: QColor, distance: int = 24) -> bool:
    return max(abs(a - b) for a, b in zip(color.getRgb()[:3], other.getRgb()[:3], strict=True)) <= distance


def has_near(image: QImage, at: QPoint, color: QColor, reach: int = 2, distance: int = 24) -> bool:
    around = range(-reach, reach + 1)
    return any(close_to(image.pixelColor(at + QPoint(x, y)), color, distance) for x in around for y in around)


def has_line(image: QImage, at: QPoint, color: QColor) -> bool:
    """Whether a line of this colour passes, which may share its pixels with what lies beneath it."""
    return has_near(image, at, color, 2, 120)


# The problem


def test_that_an_empty_landscape_is_a_sentence_without_axes(view: LandscapeView) -> None:
    assert view.canvas.is_empty
    before = grabbed(view)
    view.set_problem(BOWL)
    assert view.canvas.is_empty, "there is nothing sampled yet"
    view.set_surface(picture_of(BOWL))
    assert not view.canvas.is_empty
    view.set_problem(None)
    assert view.canvas.is_empty
    assert grabbed(view) == before


def test_that_bands_leave_the_background_as_values_rise(view: LandscapeView) -> None:
    show(view, BOWL)
    image = grabbed(view)
    bands = view._theme.band_colors(255)

    def band(x: float, y: float) -> int:
        color = np.array(image.pixelColor(place(view, x, y)).getRgb()[:3])
        return int(np.argmin(np.abs(bands.astype(int) - color).sum(axis=1)))

    low, high = BOWL.domain[0]
    reach = 0.97 * min(-low, high)
    found = [band(share * reach, share * reach / 3) for share in (0.06, 0.3, 0.5, 0.7, 0.99)]
    assert found == sorted(found)
    assert found[-1] - found[0] > 60


def test_that_up_is_up(view: LandscapeView) -> None:
    surface = picture_of(BOWL)
    assert isinstance(surface, Surface)
    view.set_problem(BOWL)
    rising = np.broadcast_to(surface.y[:, None], surface.values.shape)
    view.set_surface(Surface(surface.plane, surface.names, surface.x, surface.y, rising))
    image = grabbed(view)
    top, bottom = (image.pixelColor(place(view, 0.13, share * float(BOWL.domain[1, 1]))) for share in (0.97, -0.97))
    assert close_to(top, QColor(view._theme.band_stops[-1][1]))
    assert close_to(bottom, QColor(view._theme.band_stops[0][1]))


def test_that_a_frame_copies_the_surface_instead_of_painting_it(view: LandscapeView) -> None:
    show(view, BOWL, run(BOWL, [[-4, 3], [1, 1]]))
    grabbed(view)
    painted = view.canvas.surface._painted
    view.show_step(1)
    grabbed(view)
    assert painted is not None
    assert view.canvas.surface._painted is painted
    view.resize(600, 500)
    grabbed(view)
    assert view.canvas.surface._painted is not painted


def test_that_contour_lines_lie_where_the_function_has_their_value(view: LandscapeView) -> None:
    problem = PROBLEMS.make("himmelblau", {})
    show(view, problem)
    layer = view.canvas.surface
    levels = layer._levels
    assert levels is not None
    assert len(layer._paths) == len(levels.values)
    cell = 10.0 / 63
    for path, level in zip(layer._paths, levels.values, strict=True):
        points = np.array([[path.elementAt(i).x, path.elementAt(i).y] for i in range(0, path.elementCount(), 7)])
        steepness = np.linalg.norm(problem.gradient(points), axis=1) * cell + 60 * cell**2
        assert (np.abs(problem.value(points) - level) < steepness).all()


def test_that_values_that_are_not_finite_are_left_blank(view: LandscapeView) -> None:
    surface = picture_of(BOWL)
    assert isinstance(surface, Surface)
    values = surface.values.copy()
    values[:, : len(surface.x) // 2 - 4] = np.nan
    view.set_problem(BOWL)
    view.set_surface(Surface(surface.plane, surface.names, surface.x, surface.y, values))
    image = grabbed(view)
    low, high = BOWL.domain[0]
    assert image.pixelColor(place(view, 0.6 * low, 0.3)) == QColor(view._theme.panel)
    assert image.pixelColor(place(view, 0.6 * high, 0.3 * high)) != QColor(view._theme.panel)


def test_that_minima_are_crosses_that_say_their_value(view: LandscapeView) -> None:
    problem = PROBLEMS.make("himmelblau", {})
    show(view, problem)
    image = grabbed(view)
    assert len(view.canvas.minima) == 4
    for x, y in problem.minima.tolist():
        assert has_near(image, place(view, x, y), QColor(view._theme.text))
        words = view.canvas.describe(view.canvas.place_of(x, y))
        assert "Minimum at" in words
        assert "f = 0" in words or "×10⁻" in words
    assert view.canvas.describe(view.canvas.place_of(0.0, 0.0)) == ""


def test_that_a_preview_gives_way_to_the_full_surface_without_moving_the_view(view: LandscapeView) -> None:
    view.set_problem(BOWL)
    view.set_surface(picture_of(BOWL, resolution=12))
    shown, coarse = view.canvas.shown, grabbed(view)
    view.set_surface(picture_of(BOWL, resolution=128))
    assert view.canvas.shown == shown
    assert grabbed(view) != coarse


def test_that_another_value_of_an_option_keeps_picture_and_part_until_it_is_sampled(view: LandscapeView) -> None:
    first, second = PROBLEMS.make("rosenbrock", {"b": 100.0}), PROBLEMS.make("rosenbrock", {"b": 30.0})
    show(view, first)
    view.canvas._look(view.canvas.shown._replace(x=(0.0, 1.0)))
    before = grabbed(view)
    view.set_problem(second)
    assert not view.canvas.is_empty
    assert view.canvas.shown.x == (0.0, 1.0)
    view.set_surface(picture_of(second))
    assert view.canvas.shown.x == (0.0, 1.0)
    assert grabbed(view) != before


def test_that_another_problem_begins_with_all_of_it(view: LandscapeView) -> None:
    show(view, PROBLEMS.make("rosenbrock", {}))
    view.canvas._look(view.canvas.shown._replace(x=(0.0, 1.0)))
    show(view, PROBLEMS.make("himmelblau", {}))
    assert view.canvas.at_home
    assert view.canvas.shown.x == (-5.0, 5.0)


def test_that_a_surface_of_another_plane_is_not_shown(view: LandscapeView) -> None:
    view.set_problem(SPACE)
    view.set_plane(0, 2, SPACE.start)
    view.set_surface(picture_of(SPACE, (0, 1)))
    assert view.canvas.is_empty
    view.set_surface(picture_of(SPACE, (0, 2)))
    assert not view.canvas.is_empty


# One parameter


def test_that_one_parameter_is_shown_as_its_curve(view: LandscapeView) -> None:
    problem = PROBLEMS.make("forrester", {})
    show(view, problem)
    image = grabbed(view)
    for x in np.linspace(0.1, 0.95, 12):
        at = place(view, x, float(problem.value(np.array([x]))))
        assert has_near(image, at, QColor(view._theme.contour), 2), x
    assert image.pixelColor(place(view, 0.5, 12.0)) == QColor(view._theme.panel)


def test_that_runs_of_one_parameter_stand_on_the_curve(view: LandscapeView) -> None:
    problem = PROBLEMS.make("forrester", {})
    descent = run(problem, [[0.4], [0.3], [0.2]])
    show(view, problem, descent, step=1)
    (standing,) = view.canvas.runs.standings()
    assert (standing.x, standing.y) == (0.3, float(problem.value(np.array([0.3]))))
    assert has_near(grabbed(view), place(view, standing.x, standing.y), run_color(view._theme, 0))
    assert view.summary == "Run 0 at 0.300, f = −0.0156"


def test_that_runs_in_mini_batches_stand_on_the_curve_of_all_rows(view: LandscapeView) -> None:
    problem = PROBLEMS.make("reddi_online", {})
    method = optimizer("gradient_descent", learning_rate=0.1)
    trajectory = minimize(problem, method, start=(0.5,), steps=7, batch_size=1)
    descent = ShownRun(1, "In batches", 0, trajectory)
    for step in range(8):
        show(view, problem, descent, step=step)
        (standing,) = view.canvas.runs.standings()
        assert standing.x == trajectory.points[step, 0]
        assert standing.y == float(problem.value(trajectory.points[step]))
        assert standing.value == trajectory.values[step]
    assert abs(trajectory.values - problem.value(trajectory.points)).max() > 0.5


def test_that_a_start_of_one_parameter_is_held_on_the_curve(view: LandscapeView) -> None:
    problem = PROBLEMS.make("forrester", {})
    show(view, problem, run(problem, [[0.4], [0.3]]))
    held = view.canvas._held_at(view.canvas.place_of(0.7, 14.0))
    assert held[0] == pytest.approx(0.7, abs=1e-9)
    assert held[1] == float(problem.value(np.array([held[0]])))


# Runs


def test_that_a_run_is_drawn_in_its_colour_up_to_the_shown_step_and_no_further(view: LandscapeView) -> None:
    descent = run(BOWL, [[-4.0, 3.0], [-2.0, 3.0], [0.5, 3.0], [0.5, -2.0], [3.0, -2.0]])
    show(view, BOWL, descent, step=2)
    color = run_color(view._theme, 0)
    image = grabbed(view)
    assert has_line(image, place(view, -3.0, 3.0), color)
    assert has_line(image, place(view, -0.7, 3.0), color)
    assert has_near(image, place(view, 0.5, 3.0), color)
    assert not has_line(image, place(view, 0.5, 0.0), color)
    assert not has_near(image, place(view, 3.0, -2.0), color, 8)
    view.show_step(4)
    image = grabbed(view)
    assert has_line(image, place(view, 0.5, 0.0), color)
    assert has_near(image, place(view, 3.0, -2.0), color)
    view.show_step(2)
    assert not has_line(grabbed(view), place(view, 0.5, 0.0), color)


def test_that_what_lies_beyond_the_shown_step_makes_no_difference(view: LandscapeView) -> None:
    points = [[-4 + 0.4 * k, 3 * math.sin(k)] for k in range(20)]
    show(view, BOWL, run(BOWL, points), step=7)
    known = grabbed(view)
    view.set_runs((run(BOWL, points[:8]),))
    assert grabbed(view) == known


def test_that_runs_that_grow_are_followed_at_the_next_refresh(view: LandscapeView) -> None:
    points = np.array([[-4.0, 3.0], [-2.0, 3.0], [0.5, 3.0]])
    trajectory = Trajectory(points[0], 2)
    rows = trajectory.reserve(1)
    rows.points[:], rows.values[:] = points[:1], BOWL.value(points[:1])
    trajectory.publish(1)
    show(view, BOWL, ShownRun(0, "Run", 0, trajectory), step=2)
    before = grabbed(view)
    rows = trajectory.reserve(2)
    rows.points[:], rows.values[:] = points[1:], BOWL.value(points[1:])
    trajectory.publish(2)
    assert not view.settled
    view.refresh()
    assert grabbed(view) != before
    assert has_near(grabbed(view), place(view, 0.5, 3.0), run_color(view._theme, 0))


def test_that_a_run_shorter_than_the_step_stands_at_its_last_point(view: LandscapeView) -> None:
    show(view, BOWL, run(BOWL, [[-4, 3], [-2, 1]]), run(BOWL, [[-4, 3], [1, 1], [2, 2], [3, 3]], 1), step=3)
    assert [(s.step, s.x, s.y) for s in view.canvas.runs.standings()] == [(1, -2.0, 1.0), (3, 3.0, 3.0)]


def test_that_a_diverged_run_is_hollow_and_said_to_be(view: LandscapeView) -> None:
    points = [[-4.0, 3.0], [3.0, -3.0]]
    show(view, BOWL, run(BOWL, points), step=1)
    at = place(view, 3.0, -3.0)
    assert close_to(grabbed(view).pixelColor(at), run_color(view._theme, 0))
    view.set_runs((run(BOWL, points, reason=StopReason.DIVERGED),))
    image = grabbed(view)
    assert not close_to(image.pixelColor(at), run_color(view._theme, 0))
    assert has_near(image, at, run_color(view._theme, 0), 8)
    assert "diverged at step 2" in view.summary


@pytest.mark.parametrize("size", [30.0, 1e6, 1e300])
def test_that_a_run_out_of_sight_is_pointed_to_and_the_axes_stay(view: LandscapeView, size: float) -> None:
    before_runs = picture_of(BOWL)
    view.set_problem(BOWL)
    view.set_surface(before_runs)
    shown = view.canvas.shown
    view.set_runs((run(BOWL, [[-4.0, 3.0], [0.0, size]]),))
    view.show_step(1)
    image = grabbed(view)
    assert view.canvas.shown == shown
    top = place(view, 0.0, float(BOWL.domain[1, 1]))
    assert has_near(image, top + QPoint(0, 13), run_color(view._theme, 0), 4)


def test_that_runs_of_another_problem_are_not_drawn(view: LandscapeView) -> None:
    curve = PROBLEMS.make("forrester", {})
    show(view, BOWL, run(curve, [[0.4], [0.3]]), step=1)
    assert view.canvas.runs.standings() == []
    assert view.summary == ""
    grabbed(view)


def test_that_the_start_is_a_ring_once_for_every_place(view: LandscapeView) -> None:
    runs = (run(BOWL, [[-4, 3], [1, 1]]), run(BOWL, [[-4, 3], [2, 2]], 1), run(BOWL, [[3, 3], [2, 1]], 2))
    show(view, BOWL, *runs)
    assert view.canvas.runs.starts() == [(-4.0, 3.0), (3.0, 3.0)]
    image = grabbed(view)
    ring = place(view, -4, 3) + QPoint(6, 0)
    assert has_near(image, ring, QColor(view._theme.text), 1)
    assert close_to(image.pixelColor(place(view, -4, 3)), QColor(view._theme.panel))


def test_that_a_look_at_whole_trails_shows_every_computed_step_and_ends(view: LandscapeView) -> None:
    descent = run(BOWL, [[-4, 3], [-2, 3], [0.5, 3], [0.5, -2], [3, -2]])
    show(view, BOWL, descent, step=1)
    before = grabbed(view)
    view.set_preview_whole_trails(True)
    assert has_line(grabbed(view), place(view, 0.5, 0.0), run_color(view._theme, 0))
    view.set_preview_whole_trails(False)
    assert grabbed(view) == before


def test_that_a_landscape_that_grew_equals_one_shown_at_once(view: LandscapeView) -> None:
    points = [[4 * math.cos(k / 9) * 0.995**k, 4 * math.sin(k / 9) * 0.995**k] for k in range(300)]
    show(view, BOWL, run(BOWL, points, 1), step=0)
    for step in (1, 2, 3, 10, 11, 80, 299):
        view.show_step(step)
        grew = grabbed(view)
    view.set_runs(())
    view.set_runs((run(BOWL, points, 1),))
    assert grabbed(view) == grew


def test_that_themes_differ_and_come_back(view: LandscapeView) -> None:
    show(view, BOWL, run(BOWL, [[-4, 3], [1, 1]]), step=1)
    before = grabbed(view)
    other = DARK if view._theme is LIGHT else LIGHT
    view.set_theme(other)
    image = grabbed(view)
    assert image.pixelColor(2, image.height() // 2) == QColor(other.panel)
    view.set_theme(DARK if other is LIGHT else LIGHT)
    assert grabbed(view) == before


# Planes


def test_that_parameters_are_chosen_only_where_there_are_more_than_two(view: LandscapeView, qtbot) -> None:
    show(view, BOWL)
    assert not view._chooser.isVisible()
    show(view, SPACE)
    assert view._chooser.isVisible()
    across, up = view._chooser.boxes
    assert [across.itemText(k) for k in range(3)] == list(SPACE.names)
    assert (across.currentIndex(), up.currentIndex()) == (0, 1)
    with qtbot.waitSignal(view.plane_chosen) as chosen:
        up.activated.emit(2)
    assert chosen.args == [0, 2]
    with qtbot.waitSignal(view.plane_chosen) as chosen:
        across.activated.emit(2)
    assert chosen.args == [2, 0], "choosing what is on the other axis swaps the two"


def test_that_trails_show_the_parameters_on_the_axes(view: LandscapeView) -> None:
    show(view, SPACE, run(SPACE, [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), step=1)
    view.set_plane(2, 0, SPACE.start)
    view.set_surface(picture_of(SPACE, (2, 0)))
    (standing,) = view.canvas.runs.standings()
    assert (standing.x, standing.y) == (0.6, 0.4)
    assert view.canvas.runs.starts() == [(0.3, 0.1)]
    assert view.canvas.minima == ()


def test_that_values_are_those_of_the_plane_through_the_held_point(view: LandscapeView) -> None:
    show(view, SPACE)
    view.set_plane(2, 0, np.array([9.0, 0.5, 9.0]))
    assert view._values.at(0.25, -1.0) == float(SPACE.value(np.array([-1.0, 0.5, 0.25])))
    view.move_plane(np.array([9.0, -2.0, 9.0]))
    assert view._values.at(0.25, -1.0) == float(SPACE.value(np.array([-1.0, -2.0, 0.25])))
    view.set_problem(PROBLEMS.make("sphere", {"dimension": 3}))
    view.move_plane(np.array([9.0, 4.0, 9.0]))
    assert view._values.at(0.25, -1.0) == float(SPACE.value(np.array([-1.0, 4.0, 0.25])))
    view.set_evaluator(lambda x, y: x + 10 * y)
    assert view._values.at(0.25, -1.0) == -9.75


# Words


def test_that_the_summary_is_told_to_screen_readers(view: LandscapeView, qtbot) -> None:
    show(view, BOWL, run(BOWL, [[-4, 3], [1, -1]]), step=1)
    assert view.summary.startswith("Run 0 at (1.0")
    assert view.accessibleName() == "Landscape"
    qtbot.waitUntil(lambda: view.accessibleDescription() == view.summary, timeout=3000)


def test_that_a_menu_offers_what_can_be_done_at_a_point(view: LandscapeView, qtbot) -> None:
    show(view, BOWL)
    menu = view.menu_at(0.25, -1.5)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Start here", "Copy coordinates", "Reset view", "Save picture…"]
    with qtbot.waitSignal(view.start_dropped) as dropped:
        actions["Start here"].trigger()
    assert dropped.args == [0.25, -1.5]
    actions["Copy coordinates"].trigger()
    assert QGuiApplication.clipboard().text() == "0.25, -1.5"
    with qtbot.waitSignal(view.picture_requested):
        actions["Save picture…"].trigger()
    assert not actions["Reset view"].isEnabled()
    menu.close()


def test_that_waiting_shows_a_bar_only_once_it_is_noticeable(view: LandscapeView, qtbot) -> None:
    view.set_busy(0.25)
    bar = view._busy
    assert not bar.isVisible()
    qtbot.waitUntil(bar.isVisible, timeout=2000)
    image = bar.grab().toImage()
    assert image.pixelColor(2, 1) == QColor(view._theme.accent)
    assert image.pixelColor(bar.width() - 3, 1) == QColor(view._theme.track)
    view.set_busy(None)
    assert not bar.isVisible()
    view.set_busy(0.5)
    view.set_busy(None)
    qtbot.wait(350)
    assert not bar.isVisible()


def test_that_a_picture_is_the_canvas_at_any_scale(view: LandscapeView) -> None:
    show(view, BOWL, run(BOWL, [[-4, 3], [-2, 3], [0.5, 3]], 3), step=2)
    image = QImage(view.canvas.size() * 2, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    view.paint_picture(painter)
    painter.end()
    assert image.size() == QSize(2 * view.canvas.width(), 2 * view.canvas.height())
    at = view.canvas.place_of(-3.0, 3.0)
    assert has_near(image, QPointF(2 * at).toPoint(), run_color(view._theme, 3))
    shrunk = image.scaled(view.canvas.size())
    assert close_to(shrunk.pixelColor(place(view, 3, -2)), grabbed(view).pixelColor(place(view, 3, -2)), 12)
