"""The view of loss or gradient norm, driven by mouse, wheel and keys as a person would."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory
from gdviz.views.curves import CurveView
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT, run_color


def recorded(values, planned=None):
    trajectory = Trajectory(np.zeros(2), len(values) - 1 if planned is None else planned)
    grow(trajectory, values)
    return trajectory


def grow(trajectory, values):
    rows = trajectory.reserve(len(values))
    rows.values[:] = values
    rows.gradient_norms[:] = np.abs(values)
    trajectory.publish(len(values))


def falling(count=501, rate=60.0, start=24.0):
    return start * np.exp(-np.arange(count) / rate)


def shown_runs(*columns):
    return [ShownRun(key, f"Run {key}", key, recorded(values)) for key, values in enumerate(columns)]


@pytest.fixture
def view(qtbot):
    made = CurveView("values", "Loss", LIGHT)
    qtbot.addWidget(made)
    made.resize(520, 360)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def two(view):
    view.set_runs(shown_runs(falling(), falling(rate=30.0)))
    view.show_step(328)
    return view


def x_of(view, step):
    return QPoint(round(float(view.canvas.across(step))), round(view.canvas.plot.center().y()))


def button(view, text):
    return next(item for item in view.findChildren(QToolButton) if item.text() == text)


def turn(view, notches, modifiers=Qt.KeyboardModifier.NoModifier, place=None, sideways=0):
    canvas = view.canvas
    at = QPointF(canvas.plot.center() if place is None else place)
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(round(sideways * 120), round(notches * 120)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def hover(view, place):
    at = QPointF(place)
    no_button = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, view.canvas.mapToGlobal(at), no_button, no_button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view.canvas, event)


def pixels(view):
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return flat[:, : image.width(), 2::-1].astype(int)


def columns_in_color(view, style, theme=LIGHT):
    """The pixel columns in which a run's colour is to be seen, mixed with the background at most by half."""
    panel, color = (np.array(QColor(name).getRgb()[:3]) for name in (theme.panel, run_color(theme, style)))
    toward = color - panel
    offset = pixels(view) - panel
    share = offset @ toward / (toward @ toward)
    rest = np.abs(offset - share[..., None] * toward).max(axis=2)
    return np.flatnonzero(((share > 0.5) & (rest < 30)).any(axis=0))


# What is drawn


def test_that_later_steps_than_the_shown_one_are_not_drawn(two):
    two.show_step(100)
    assert two.canvas.drawn_points == [101, 101]
    color = columns_in_color(two, 0)
    # The symbol at the shown step reaches a few pixels beyond it.
    assert color.max() <= x_of(two, 100).x() + 8
    assert color.min() <= x_of(two, 0).x() + 3
    two.show_step(400)
    assert columns_in_color(two, 0).max() > x_of(two, 380).x()


def test_that_the_axes_leave_room_for_steps_not_shown_yet(two):
    before = (two.canvas.x_axis, two.canvas.y_axis)
    for step in (0, 17, 500):
        two.show_step(step)
        assert (two.canvas.x_axis, two.canvas.y_axis) == before


@pytest.mark.parametrize("step_scale", ["linear", "log"])
def test_that_a_run_a_hundred_times_longer_is_drawn_with_as_many_points(view, qtbot, step_scale):
    generator = np.random.default_rng(0)
    view.set_scales("log", step_scale)
    drawn = []
    for count in (10_000, 1_000_000):
        trajectory = recorded(np.exp(generator.standard_normal(count) * 0.3) + 1e-3)
        view.set_runs([ShownRun(key, f"Run {key}", key, trajectory) for key in range(6)])
        view.show_step(count)
        qtbot.waitUntil(lambda view=view: all(entry.curve.behind == 0 for entry in view.canvas.entries))
        drawn.append(view.canvas.drawn_points)
    width = view.canvas.plot.width() * view.devicePixelRatioF()
    for counts in drawn:
        assert len(counts) == 6
        assert all(0.5 * width < count <= 2 * width + 2 for count in counts)
    assert max(drawn[1]) <= 1.5 * max(drawn[0])


def test_that_only_the_new_tail_of_a_growing_run_is_read(view):
    read = []

    class Watched(Trajectory):
        def rows(self, first=0, stop=None):
            rows = super().rows(first, stop)
            read.append((first, stop))
            return rows

    trajectory = Watched(np.zeros(2), 100_000)
    grow(trajectory, falling(50_000, rate=5000.0))
    view.set_runs([ShownRun(0, "Run", 0, trajectory)])
    view.show_step(10**6)
    entry = view.canvas.entries[0]
    assert entry.curve.length == 50_000
    grow(trajectory, falling(10, rate=5000.0))
    read.clear()
    view.refresh()
    assert entry.curve.length == 50_010
    assert read[0][0] == 50_000
    assert view.canvas.entries[0].curve is entry.curve


def test_that_curves_are_kept_while_their_trajectories_are_and_made_anew_with_others(two):
    runs = [entry.run for entry in two.canvas.entries]
    curves = [entry.curve for entry in two.canvas.entries]
    other = recorded(falling(rate=10.0))
    two.set_runs([runs[0], runs[1]._replace(trajectory=other)])
    again = [entry.curve for entry in two.canvas.entries]
    assert again[0] is curves[0]
    assert again[1] is not curves[1]
    assert again[1].trajectory is other


def test_that_a_hidden_view_catches_up_when_it_is_shown(two):
    two.hide()
    trajectory = two.canvas.entries[0].run.trajectory
    grow(trajectory, falling(100))
    two.show()
    assert two.canvas.entries[0].curve.behind == 0


def test_that_the_gradient_norm_has_its_own_column(qtbot):
    view = CurveView("gradient_norms", "Gradient norm", LIGHT)
    qtbot.addWidget(view)
    trajectory = recorded(np.array([-3.0, 2.0, -1.0]))
    view.set_runs([ShownRun(0, "Run", 0, trajectory)])
    view.show_step(2)
    assert [reading.value for reading in view.canvas.readings(1)] == ["2.000"]
    assert view.value_scale == "log"
    assert view.note == ""


def test_that_no_runs_are_said_in_words(view):
    before = pixels(view)
    assert len(np.unique(before.reshape(-1, 3), axis=0)) > 2
    view.set_runs(shown_runs(falling()))
    view.set_runs([])
    # The same sentence at the start as after the last run has gone, and no axes.
    QApplication.processEvents()
    np.testing.assert_array_equal(pixels(view), before)
    view.show_step(5)
    assert view.canvas.drawn_points == []


def test_that_both_themes_draw_in_their_own_colours(two):
    two.set_theme(DARK)
    image = pixels(two)
    assert tuple(image[2, -3]) == (0x1E, 0x21, 0x26)
    assert columns_in_color(two, 0, DARK).size > 100
    two.set_theme(LIGHT)
    assert tuple(pixels(two)[2, -3]) == (255, 255, 255)


# Scales


def test_that_toggles_choose_the_scales_and_say_so(two, qtbot):
    with qtbot.waitSignal(two.value_scale_changed) as told:
        qtbot.mouseClick(button(two, "log ↕"), Qt.MouseButton.LeftButton)
    assert told.args == ["linear"]
    assert two.canvas.y_axis.scale == "linear"
    with qtbot.waitSignal(two.step_scale_changed) as told:
        qtbot.mouseClick(button(two, "log ↔"), Qt.MouseButton.LeftButton)
    assert told.args == ["log"]
    assert two.canvas.x_axis.scale == "steps"


def test_that_scales_set_by_the_program_are_not_told_back(two, qtbot):
    with qtbot.assertNotEmitted(two.value_scale_changed), qtbot.assertNotEmitted(two.step_scale_changed):
        two.set_scales("linear", "log")
    assert (two.value_scale, two.step_scale) == ("linear", "log")
    assert (two.canvas.y_axis.scale, two.canvas.x_axis.scale) == ("linear", "steps")


def test_that_values_below_zero_are_shown_linear_and_that_is_said(view):
    view.set_runs(shown_runs(falling() - 6.02))
    assert view.canvas.y_axis.scale == "linear"
    assert "linear" in view.note
    view.set_scales("linear", "linear")
    assert view.note == ""


def test_that_values_below_zero_are_measured_from_a_known_minimum(view):
    values = falling() - 6.02
    values[-1] = -6.02
    view.set_floor(-6.02)
    view.set_runs(shown_runs(values))
    assert view.canvas.y_axis.scale == "log"
    assert view.canvas.y_axis.floor == -6.02
    assert "−6.020" in view.note
    # The last value is at the minimum itself: its logarithm has no place, an arrow points there.
    view.show_step(500)
    view.grab()
    assert view.canvas.up(-6.02) >= view.canvas.plot.bottom()
    assert view.canvas.mark(view.canvas.entries[0].curve, 500).beyond == "down"


def test_that_a_minimum_at_or_above_zero_changes_nothing(view):
    view.set_floor(0.5)
    view.set_runs(shown_runs(falling() + 0.5))
    assert view.canvas.y_axis.floor == 0
    assert view.note == ""


def test_that_another_minimum_measures_the_same_runs_anew(view):
    view.set_runs(shown_runs(falling() - 6.02))
    view.set_floor(-7.0)
    assert view.canvas.y_axis.floor == -7.0
    assert view.canvas.entries[0].curve.floor == -7.0


def test_that_values_up_to_the_largest_leave_finite_axes_and_are_drawn(view):
    with np.errstate(over="ignore"):
        values = np.exp(np.minimum(np.arange(90.0) ** 1.5, 709.0))
    values[-3:] = [1e300, 1.7e308, np.inf]
    view.set_runs(shown_runs(values, falling(90)))
    for value_scale in ("log", "linear"):
        view.set_scales(value_scale, "linear")
        view.show_step(89)
        axis = view.canvas.y_axis
        assert np.isfinite([axis.low, axis.high]).all()
        assert view.canvas.drawn_points == [89, 90]
        assert columns_in_color(view, 0).size > 20


def test_that_the_steps_end_where_the_last_run_stopped(view):
    trajectory = recorded(falling(42), planned=500)
    view.set_runs([ShownRun(0, "Run", 0, trajectory)])
    assert view.canvas.x_axis.high == 500
    trajectory.stop_reason = StopReason.DIVERGED
    view.set_runs([ShownRun(0, "Run", 0, trajectory)])
    assert view.canvas.x_axis.high == 41


@pytest.mark.parametrize("value_scale", ["log", "linear"])
def test_that_a_run_that_diverged_leaves_the_others_to_be_seen_and_an_arrow_says_where_it_went(view, value_scale):
    lost, sound = shown_runs(24.2 * 10.0 ** (np.arange(101.0) * 2), 2.7 + falling(101, rate=20.0))
    view.set_scales(value_scale, "linear")
    view.set_runs([lost, sound])
    view.show_step(100)
    # Told after its rows were taken in, as the engine may.
    lost.trajectory.stop_reason = StopReason.DIVERGED
    view.refresh()
    plot = view.canvas.plot
    heights = view.canvas.up(sound.trajectory.rows(0, 101).values)
    assert np.ptp(heights) > 0.12 * plot.height()
    marks = [view.canvas.mark(entry.curve, 100) for entry in view.canvas.entries]
    assert [mark.beyond for mark in marks] == ["up", ""]
    assert plot.top() <= marks[0].place.y() <= plot.top() + 10
    assert marks[1].place.y() == pytest.approx(heights[-1])
    assert columns_in_color(view, 0).max() >= marks[0].place.x() - 2
    assert columns_in_color(view, 1).size > 50


def test_that_a_run_below_the_axis_is_marked_by_an_arrow_and_stands_on_no_value(view):
    arrived = falling(101, rate=5.0)
    arrived[40:] = 1e-30
    view.set_runs(shown_runs(arrived, falling(101, rate=90.0)))
    view.show_step(100)
    assert view.canvas.y_axis.low >= -17
    marks = [view.canvas.mark(entry.curve, 100) for entry in view.canvas.entries]
    assert [mark.beyond for mark in marks] == ["down", ""]
    below = view.canvas.grab().toImage().pixelColor(marks[0].place.toPoint() + QPoint(0, 3))
    assert below != QColor(LIGHT.panel)


# Legend


def test_that_the_legend_names_runs_and_hides_their_curves(two, qtbot):
    assert columns_in_color(two, 1).size > 100
    qtbot.mouseClick(two.legend.entry(1), Qt.MouseButton.LeftButton)
    assert [entry.run.title for entry in two.canvas.entries] == ["Run 0"]
    assert columns_in_color(two, 1).size == 0
    assert not two.legend.entry(1).isChecked()
    qtbot.mouseClick(two.legend.entry(1), Qt.MouseButton.LeftButton)
    assert columns_in_color(two, 1).size > 100


def test_that_a_hidden_curve_does_not_stretch_the_values(two, qtbot):
    runs = shown_runs(falling(), np.full(501, 1e9))
    two.set_runs(runs)
    wide = two.canvas.y_axis
    qtbot.mouseClick(two.legend.entry(1), Qt.MouseButton.LeftButton)
    assert two.canvas.y_axis.high < wide.high


def test_that_a_curve_stays_hidden_while_its_run_is_computed_anew(two, qtbot):
    qtbot.mouseClick(two.legend.entry(1), Qt.MouseButton.LeftButton)
    two.set_runs(shown_runs(falling(rate=20.0), falling(rate=10.0)))
    assert len(two.canvas.entries) == 1
    two.set_runs(shown_runs(falling()))
    two.set_runs(shown_runs(falling(), falling()))
    assert len(two.canvas.entries) == 2


def test_that_the_legend_follows_names(two):
    runs = [entry.run for entry in two.canvas.entries]
    two.set_runs([runs[0]._replace(title="Adam & friends"), runs[1]])
    assert two.legend.entry(0).accessibleName() == "Adam & friends"
    assert two.legend.entry(0).text() == "Adam && friends"


# Mouse and wheel


def test_that_a_click_and_a_drag_ask_for_the_step_under_the_pointer(two, qtbot):
    asked = []
    two.step_requested.connect(asked.append)
    canvas = two.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=x_of(two, 200))
    qtbot.mouseMove(canvas, x_of(two, 300))
    qtbot.mouseMove(canvas, QPoint(canvas.width() + 50, 100))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=x_of(two, 300))
    assert asked[0] == pytest.approx(200, abs=1)
    assert 500 in asked
    assert all(0 <= step <= 500 for step in asked)


def test_that_the_wheel_steps_one_by_one_and_ten_with_shift(two):
    asked = []
    two.step_requested.connect(asked.append)
    turn(two, 1)
    turn(two, -1)
    turn(two, 2)
    turn(two, -1, Qt.KeyboardModifier.ShiftModifier)
    assert asked == [329, 327, 330, 318]
    two.show_step(0)
    turn(two, -1)
    assert asked[-1] == 0


def test_that_parts_of_a_notch_add_up(two):
    asked = []
    two.step_requested.connect(asked.append)
    for _ in range(4):
        turn(two, 0.25)
    assert asked == [329]


def test_that_control_and_the_wheel_show_fewer_steps_around_the_pointer(two):
    at = QPointF(x_of(two, 250))
    for _ in range(8):
        turn(two, 1, Qt.KeyboardModifier.ControlModifier, at)
    low, high = two.canvas.x_axis.low, two.canvas.x_axis.high
    assert high - low < 100
    assert two.canvas.x_axis.values((at.x() - two.canvas.plot.left()) / two.canvas.plot.width()) == pytest.approx(
        250, abs=2
    )
    for _ in range(30):
        turn(two, 1, Qt.KeyboardModifier.ControlModifier, at)
    assert two.canvas.x_axis.high - two.canvas.x_axis.low == pytest.approx(4, abs=0.5)
    for _ in range(60):
        turn(two, -1, Qt.KeyboardModifier.ControlModifier, at)
    assert (two.canvas.x_axis.low, two.canvas.x_axis.high) == (0, 500)


def test_that_values_fit_the_steps_in_view(two):
    for _ in range(10):
        turn(two, 1, Qt.KeyboardModifier.ControlModifier, QPointF(x_of(two, 0)))
    assert two.canvas.y_axis.low > -2
    assert two.canvas.y_axis.high >= np.log10(24)


def test_that_a_narrow_view_moves_along_with_the_shown_step(two):
    for _ in range(10):
        turn(two, 1, Qt.KeyboardModifier.ControlModifier, QPointF(x_of(two, 0)))
    two.show_step(300)
    assert two.canvas.x_axis.low <= 300 <= two.canvas.x_axis.high
    two.show_step(20)
    assert two.canvas.x_axis.low <= 20 <= two.canvas.x_axis.high
    low = two.canvas.x_axis.low
    turn(two, 0, sideways=-1)
    assert two.canvas.x_axis.low > low


def test_that_all_steps_come_back_by_a_button(two, qtbot):
    back = button(two, "")
    assert not back.isEnabled()
    turn(two, 3, Qt.KeyboardModifier.ControlModifier)
    assert back.isEnabled()
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert (two.canvas.x_axis.low, two.canvas.x_axis.high) == (0, 500)
    assert not back.isEnabled()


def test_that_the_right_button_offers_what_applies(two):
    hover(two, x_of(two, 100))
    two.canvas.customContextMenuRequested.emit(x_of(two, 100))
    menu = two.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert not actions["Show all steps"].isEnabled()
    asked = []
    two.step_requested.connect(asked.append)
    next(action for text, action in actions.items() if text.startswith("Show step")).trigger()
    assert asked[0] == pytest.approx(100, abs=1)
    actions["Values on a logarithmic axis"].trigger()
    assert two.value_scale == "linear"
    menu.close()


# Hover


def test_that_hovering_names_the_values_of_all_runs_at_that_step(two):
    before = pixels(two)
    hover(two, x_of(two, 100))
    step = two.canvas.hovered_step
    assert step == pytest.approx(100, abs=1)
    readings = two.canvas.readings(step)
    assert [reading.name for reading in readings] == ["Run 0", "Run 1"]
    assert float(readings[0].value) == pytest.approx(falling()[step], rel=1e-3)
    assert (pixels(two) != before).any()
    hover(two, QPoint(2, 2))
    assert two.canvas.hovered_step is None
    np.testing.assert_array_equal(pixels(two), before)


def test_that_hovering_tells_nothing_of_later_steps(two):
    two.show_step(100)
    assert two.canvas.readings(101) == []
    assert "not shown yet" in two.canvas.reading_title(101)
    assert "not computed yet" in two.canvas.reading_title(501)
    assert two.canvas.reading_title(100) == "step 100"


def test_that_hovering_beyond_the_end_of_a_run_says_where_it_ended(view):
    view.set_runs(shown_runs(falling(501), falling(42)))
    view.show_step(500)
    assert view.canvas.readings(100)[1].value.endswith("(ended at 41)")


def test_that_without_runs_mouse_and_wheel_ask_for_nothing(view, qtbot):
    asked = []
    view.step_requested.connect(asked.append)
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    turn(view, 1)
    assert asked == []


def test_that_a_run_that_has_recorded_nothing_yet_is_drawn_as_nothing(view):
    view.set_runs([ShownRun(0, "Run", 0, Trajectory(np.zeros(2), 10))])
    hover(view, QPoint(200, 150))
    view.grab()
    assert view.canvas.drawn_points == [0]
