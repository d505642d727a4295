"""What the mouse does to a landscape: set and drag the start, zoom, pan, look."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gdviz.analysis.plane import Plane, Surface, sample_curve, surface_of
from gdviz.problems import PROBLEMS
from gdviz.problems.base import Problem
from gdviz.runs.trajectory import Trajectory
from gdviz.views.landscape import LandscapeView
from gdviz.views.shown import ShownRun
from gdviz.views.theme import LIGHT, apply_theme

LEFT = Qt.MouseButton.LeftButton
PROBLEM = PROBLEMS.make("himmelblau", {})
START = (-3.0, 2.5)


class Hand:
    """A mouse over the canvas of a landscape; places are pixels of the canvas."""

    def __init__(self, view: LandscapeView) -> None:
        self.canvas = view.canvas

    def at(self, x: float, y: float) -> QPoint:
        """The pixel in which a point of the landscape lies."""
        return self.canvas.place_of(x, y).toPoint()

    def value(self, place: QPoint) -> tuple[float, float]:
        """The point of the landscape at a pixel, from the limits of the axes alone."""
        plot, (x, y) = self.canvas.plot, self.canvas.shown
        across = (place.x() - plot.left()) / plot.width()
        up = (plot.bottom() - place.y()) / plot.height()
        return x[0] + across * (x[1] - x[0]), y[0] + up * (y[1] - y[0])

    def move(self, place: QPoint) -> None:
        QTest.mouseMove(self.canvas, place)
        QApplication.processEvents()

    def drag(self, *places: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.canvas, button, pos=places[0])
        for place in places[1:]:
            self.move(place)
        QTest.mouseRelease(self.canvas, button, pos=places[-1])

    def click(self, place: QPoint) -> None:
        QTest.mouseClick(self.canvas, LEFT, pos=place)

    def turn(self, place: QPoint, notches: float) -> None:
        here = QPointF(place)
        event = QWheelEvent(
            here,
            self.canvas.mapToGlobal(here),
            QPoint(),
            QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)


def starting(problem: Problem, point: tuple[float, ...]) -> ShownRun:
    trajectory = Trajectory(np.array(point), 0)
    rows = trajectory.reserve(1)
    rows.points[:] = point
    rows.values[:] = problem.value(np.array([point]))
    trajectory.publish(1)
    return ShownRun(0, "Adam", 0, trajectory)


def sampled(view: LandscapeView, limits: tuple[tuple[float, float], tuple[float, float]] | None = None) -> Surface:
    problem = view._problem
    assert problem is not None
    along, across = limits or tuple((float(low), float(high)) for low, high in problem.domain)
    return surface_of(problem, Plane.of(problem), along, across, 48)


@pytest.fixture
def view(qtbot, qapp: QApplication) -> LandscapeView:
    apply_theme(qapp, LIGHT)
    made = LandscapeView(LIGHT)
    qtbot.addWidget(made)
    made.resize(640, 520)
    made.set_problem(PROBLEM)
    made.set_surface(sampled(made))
    made.set_runs((starting(PROBLEM, START),))
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def hand(view: LandscapeView) -> Hand:
    return Hand(view)


@pytest.fixture
def said(view: LandscapeView) -> list[tuple[str, float, float]]:
    """What the view has emitted about the start."""
    found: list[tuple[str, float, float]] = []
    view.start_moved.connect(lambda x, y: found.append(("moved", x, y)))
    view.start_dropped.connect(lambda x, y: found.append(("dropped", x, y)))
    return found


# The start


@pytest.mark.parametrize("place", [QPoint(200, 130), QPoint(431, 77), QPoint(555, 400)])
def test_that_a_click_sets_the_start_exactly_there(hand: Hand, said: list, place: QPoint) -> None:
    hand.click(place)
    assert [word for word, *_ in said] == ["dropped"]
    assert said[0][1:] == pytest.approx(hand.value(place), rel=1e-12)


def test_that_the_start_is_dragged_and_says_so_at_every_place(hand: Hand, said: list) -> None:
    places = [hand.at(*START), QPoint(200, 130), QPoint(260, 180), QPoint(300, 333)]
    hand.drag(*places)
    assert [word for word, *_ in said] == ["moved", "moved", "moved", "dropped"]
    for (_, x, y), place in zip(said, [*places[1:], places[-1]], strict=True):
        assert (x, y) == pytest.approx(hand.value(place), rel=1e-12)


def test_that_a_press_on_the_start_alone_changes_nothing(hand: Hand, said: list) -> None:
    hand.click(hand.at(*START))
    assert said == []


def test_that_the_start_is_seen_where_it_is_dragged_before_runs_follow(view: LandscapeView, hand: Hand) -> None:
    places = hand.at(*START), QPoint(320, 200)
    QTest.mousePress(hand.canvas, LEFT, pos=places[0])
    hand.move(places[1])
    assert ring_at(view, places[1])
    assert not ring_at(view, places[0])
    QTest.mouseRelease(hand.canvas, LEFT, pos=places[1])
    hand.move(QPoint(90, 400))
    assert ring_at(view, places[1]), "it stays where it was dropped"
    view.set_runs((starting(PROBLEM, (4.0, 4.0)),))
    assert ring_at(view, hand.at(4.0, 4.0)), "and follows the runs when they have been told"
    assert not ring_at(view, places[1])


def ring_at(view: LandscapeView, place: QPoint) -> bool:
    image: QImage = view.canvas.grab().toImage()
    inside = image.pixelColor(place)
    around = [image.pixelColor(place + step) for step in (QPoint(6, 0), QPoint(-6, 0), QPoint(0, 6), QPoint(0, -6))]
    return inside == QColor(LIGHT.panel) and all(color.lightness() < 160 for color in around)


def test_that_the_start_stays_in_sight_when_dragged_out_of_the_plot(hand: Hand, said: list) -> None:
    hand.drag(hand.at(*START), QPoint(5000, -300))
    (_, x, y) = said[-1]
    assert (x, y) == pytest.approx((hand.canvas.shown.x[1], hand.canvas.shown.y[1]))


def test_that_the_pointer_says_what_can_be_done(view: LandscapeView, hand: Hand) -> None:
    hand.move(QPoint(400, 300))
    assert hand.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    hand.move(hand.at(*START) + QPoint(4, 3))
    assert hand.canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert hand.canvas.describe(QPointF(hand.at(*START))) == "Drag to move the start"
    glow = view.canvas.grab().toImage().pixelColor(hand.at(*START) + QPoint(11, 0))
    hand.move(QPoint(400, 300))
    assert view.canvas.grab().toImage().pixelColor(hand.at(*START) + QPoint(11, 0)) != glow
    QTest.mousePress(hand.canvas, LEFT, pos=hand.at(*START))
    assert hand.canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseRelease(hand.canvas, LEFT, pos=hand.at(*START))
    hand.move(QPoint(3, 3))
    assert hand.canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_that_nothing_can_be_set_outside_of_the_plot_or_without_a_landscape(
    view: LandscapeView, hand: Hand, said: list
) -> None:
    hand.click(QPoint(4, 200))
    hand.turn(QPoint(4, 200), 1)
    assert hand.canvas.at_home
    view.set_problem(None)
    hand.click(QPoint(300, 200))
    hand.turn(QPoint(300, 200), 1)
    hand.drag(QPoint(300, 200), QPoint(330, 260))
    assert said == []
    assert hand.canvas.at_home


def test_that_the_start_of_one_parameter_moves_along_its_axis(view: LandscapeView, hand: Hand, said: list) -> None:
    problem = PROBLEMS.make("forrester", {})
    view.set_problem(problem)
    *_, last = sample_curve(problem, (0.0, 1.0))
    view.set_surface(last.picture)
    view.set_runs((starting(problem, (0.4,)),))
    hand.drag(hand.at(0.4, float(problem.value(np.array([0.4])))), QPoint(500, 60))
    assert [word for word, *_ in said] == ["moved", "dropped"]
    assert said[-1][1] == pytest.approx(hand.value(QPoint(500, 60))[0])


# Looking


@pytest.mark.parametrize("notches", [1, 6, -3, 0.25])
def test_that_the_wheel_zooms_at_the_pointer(hand: Hand, notches: float) -> None:
    place = QPoint(413, 157)
    before, width = hand.value(place), np.ptp(hand.canvas.shown.x)
    hand.turn(place, notches)
    assert hand.value(place) == pytest.approx(before, abs=0.02 * width)
    assert (np.ptp(hand.canvas.shown.x) < width) == (notches > 0)
    ratios = np.ptp(hand.canvas.shown.x) / width, np.ptp(hand.canvas.shown.y) / np.ptp(PROBLEM.domain[1])
    assert ratios[0] == pytest.approx(ratios[1])


def test_that_dragging_the_ground_moves_it_with_the_hand(hand: Hand, said: list) -> None:
    hand.turn(QPoint(300, 200), 4)
    grabbed = hand.value(QPoint(300, 250))
    hand.drag(QPoint(300, 250), QPoint(320, 262), QPoint(371, 296))
    assert hand.value(QPoint(371, 296)) == pytest.approx(grabbed, abs=1e-9)
    assert said == [], "the start is not set by it"


def test_that_a_hand_that_trembles_still_clicks(hand: Hand, said: list) -> None:
    shown = hand.canvas.shown
    hand.drag(QPoint(300, 250), QPoint(302, 251))
    assert hand.canvas.shown == shown
    assert [word for word, *_ in said] == ["dropped"]


def test_that_the_middle_button_moves_the_ground_and_sets_nothing(hand: Hand, said: list) -> None:
    shown = hand.canvas.shown
    hand.drag(hand.at(*START), QPoint(400, 300), button=Qt.MouseButton.MiddleButton)
    assert hand.canvas.shown != shown
    hand.drag(QPoint(400, 300), QPoint(400, 300), button=Qt.MouseButton.MiddleButton)
    assert said == []


def test_that_zooming_ends_before_numbers_do(hand: Hand) -> None:
    for _ in range(400):
        hand.turn(QPoint(300, 200), 10)
    low, high = hand.canvas.shown.x
    assert 0 < high - low < 1e-6
    pixels = hand.value(QPoint(300, 200)), hand.value(QPoint(301, 200))
    assert pixels[0][0] != pixels[1][0]
    for _ in range(400):
        hand.turn(QPoint(300, 200), -10)
    assert np.ptp(hand.canvas.shown.x) == pytest.approx(1e5)
    hand.canvas.grab()


def test_that_a_button_shows_the_way_back(view: LandscapeView, hand: Hand) -> None:
    assert not view._reset.isVisible()
    hand.turn(QPoint(300, 200), 3)
    assert view._reset.isVisible()
    QTest.mouseClick(view._reset, LEFT)
    assert hand.canvas.at_home
    assert not view._reset.isVisible()


def test_that_what_is_shown_beyond_the_sampled_part_is_asked_for_once(view: LandscapeView, hand: Hand, qtbot) -> None:
    asked: list[tuple] = []
    view.range_changed.connect(asked.append)
    hand.turn(QPoint(300, 200), -1)
    hand.turn(QPoint(300, 200), -1)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=2000)
    (along, across) = asked[0]
    shown = hand.canvas.shown
    assert along[0] < shown.x[0] < shown.x[1] < along[1]
    assert across[0] < shown.y[0] < shown.y[1] < across[1]
    view.set_surface(sampled(view, asked[0]))
    assert hand.canvas.shown == shown
    qtbot.wait(400)
    assert len(asked) == 1


def test_that_an_answer_that_does_not_fit_is_not_asked_for_again_and_again(
    view: LandscapeView, hand: Hand, qtbot
) -> None:
    with qtbot.waitSignal(view.range_changed, timeout=2000):
        hand.turn(QPoint(300, 200), -2)
    with qtbot.assertNotEmitted(view.range_changed, wait=400):
        view.set_surface(sampled(view))
    with qtbot.waitSignal(view.range_changed, timeout=2000):
        hand.turn(QPoint(300, 200), -2)


def test_that_a_small_part_is_asked_for_again_in_detail(view: LandscapeView, hand: Hand, qtbot) -> None:
    with qtbot.assertNotEmitted(view.range_changed, wait=350):
        hand.turn(QPoint(300, 200), 2)
    with qtbot.waitSignal(view.range_changed, timeout=2000):
        hand.turn(QPoint(300, 200), 8)
    with qtbot.assertNotEmitted(view.range_changed, wait=350):
        view.reset_view()


def test_that_the_way_back_is_sampled_if_it_no_longer_is(view: LandscapeView, hand: Hand, qtbot) -> None:
    with qtbot.waitSignal(view.range_changed, timeout=2000) as asked:
        hand.turn(QPoint(300, 200), 8)
    view.set_surface(sampled(view, asked.args[0]))
    with qtbot.waitSignal(view.range_changed, timeout=2000) as asked:
        view.reset_view()
    assert asked.args[0][0] == pytest.approx((-6.0, 6.0))


def test_that_the_point_under_the_pointer_is_read_out_with_its_exact_value(view: LandscapeView, hand: Hand) -> None:
    seen: list[object] = []
    view.hovered.connect(seen.append)
    hand.move(QPoint(411, 222))
    x, y, value = seen[-1]
    assert (x, y) == pytest.approx(hand.value(QPoint(411, 222)), rel=1e-12)
    assert value == float(PROBLEM.value(np.array([x, y])))
    assert view._readout.isVisible()
    assert view._readout.text().startswith("(")
    assert f"f = {value:.1f}"[:6] in view._readout.text()
    view.set_evaluator(lambda u, v: 1234.5)
    hand.move(QPoint(412, 222))
    assert seen[-1][2] == 1234.5
    hand.move(QPoint(2, 2))
    assert seen[-1] is None
    assert not view._readout.isVisible()


def test_that_leaving_the_window_ends_the_readout(view: LandscapeView, hand: Hand, qtbot) -> None:
    from PySide6.QtCore import QEvent

    hand.move(QPoint(411, 222))
    with qtbot.waitSignal(view.hovered) as left:
        QApplication.sendEvent(hand.canvas, QEvent(QEvent.Type.Leave))
    assert left.args == [None]
    assert not view._readout.isVisible()


def test_that_the_right_button_opens_the_menu_of_that_point(view: LandscapeView, hand: Hand, said: list, qtbot) -> None:
    place = QPoint(350, 180)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, hand.canvas.mapToGlobal(place))
    QApplication.sendEvent(hand.canvas, event)
    (menu,) = view.findChildren(QMenu)
    qtbot.waitUntil(menu.isVisible)
    menu.actions()[0].trigger()
    assert said[-1][0] == "dropped"
    assert said[-1][1:] == pytest.approx(hand.value(place))
    menu.close()
    qtbot.waitUntil(lambda: not view.findChildren(QMenu))


def test_that_the_plot_stays_in_its_place_while_zooming(hand: Hand) -> None:
    hand.turn(QPoint(300, 200), 30)
    left = hand.canvas.plot.left()
    for _ in range(40):
        hand.turn(QPoint(300, 200), -1)
        assert hand.canvas.plot.left() == left or hand.canvas.plot.left() > left
    hand.canvas.reset()
