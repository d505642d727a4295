"""The timeline with a real playback behind it, driven by mouse, wheel and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from gdviz.errors import InputError
from gdviz.qt.playback import MAX_SPEED, SPEEDS, Playback
from gdviz.runs.trajectory import Trajectory
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT
from gdviz.views.timeline import TimelineBar
from gdviz.views.timeline_fields import parsed_speed, speed_text


def recorded(values):
    trajectory = Trajectory(np.zeros(2), len(values) - 1)
    rows = trajectory.reserve(len(values))
    rows.values[:] = values
    rows.gradient_norms[:] = 0.0
    trajectory.publish(len(values))
    return trajectory


def runs(count=2, length=501):
    values = np.arange(float(length))
    return [ShownRun(key, f"Run {key}", key, recorded(values + 1000 * key)) for key in range(count)]


@pytest.fixture
def playback(qapp):
    made = Playback()
    made.set_extent(500, 500)
    return made


@pytest.fixture
def bar(qtbot, playback):
    made = TimelineBar(playback, LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 48)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(qtbot, widget, place=None):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center() if place is None else place)


def at(bar, step):
    return QPoint(round(bar.slider.x_of(step)), bar.slider.height() // 2)


def turn(widget, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, round(notches * 120)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def groove(bar):
    """The colours along the groove of the slider, as (width, 3)."""
    image = bar.slider.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return flat[image.height() // 2, : image.width(), 2::-1].astype(int)


def color_at(bar, step):
    return tuple(groove(bar)[round(bar.slider.x_of(step) * bar.devicePixelRatioF())])


def rgb(name):
    return QColor(name).getRgb()[:3]


# Buttons


def test_that_the_buttons_move_the_shown_step(bar, playback, qtbot):
    click(qtbot, bar.forward_button)
    click(qtbot, bar.forward_button)
    assert playback.step == 2
    click(qtbot, bar.back_button)
    assert playback.step == 1
    click(qtbot, bar.last_button)
    assert playback.step == 500
    click(qtbot, bar.first_button)
    assert playback.step == 0


def test_that_the_play_button_plays_and_pauses_and_says_which(bar, playback, qtbot):
    assert bar.play_button.toolTip() == "Play (Space)"
    shown = bar.play_button.icon().pixmap(18).toImage()
    click(qtbot, bar.play_button)
    assert playback.playing
    assert bar.play_button.toolTip() == "Pause (Space)"
    assert bar.play_button.icon().pixmap(18).toImage() != shown
    click(qtbot, bar.play_button)
    assert not playback.playing
    assert bar.play_button.toolTip() == "Play (Space)"


def test_that_following_a_growing_run_can_be_paused(bar, playback, qtbot):
    playback.set_extent(100, 1000)
    click(qtbot, bar.follow_button)
    assert playback.following
    assert bar.play_button.toolTip() == "Pause (Space)"
    click(qtbot, bar.play_button)
    assert not playback.following
    assert not bar.follow_button.isChecked()
    assert not playback.playing


def test_that_stepping_unchecks_follow(bar, playback, qtbot):
    click(qtbot, bar.follow_button)
    assert bar.follow_button.isChecked()
    click(qtbot, bar.back_button)
    assert not bar.follow_button.isChecked()


def test_that_nothing_can_be_done_without_steps(qtbot):
    bar = TimelineBar(Playback(), LIGHT)
    qtbot.addWidget(bar)
    assert not bar.play_button.isEnabled()
    assert not bar.slider.isEnabled()


# Slider


def test_that_a_click_and_a_drag_scrub(bar, playback, qtbot):
    qtbot.mousePress(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 128))
    assert playback.step == pytest.approx(128, abs=1)
    qtbot.mouseMove(bar.slider, at(bar, 300))
    assert playback.step == pytest.approx(300, abs=1)
    qtbot.mouseMove(bar.slider, QPoint(5000, 0))
    assert playback.step == 500
    qtbot.mouseMove(bar.slider, QPoint(-50, 0))
    assert playback.step == 0
    qtbot.mouseRelease(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 0))
    assert not bar.slider.isSliderDown()


def test_that_playing_waits_while_the_knob_is_held_and_goes_on_from_there(bar, playback, qtbot):
    playback.play()
    qtbot.mousePress(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 128))
    playback.tick(10)
    assert playback.step == pytest.approx(128, abs=1)
    qtbot.mouseRelease(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 128))
    assert playback.playing
    playback.tick(1)
    assert playback.step == pytest.approx(140, abs=1)


def test_that_letting_go_at_the_end_does_not_start_over(bar, playback, qtbot):
    playback.play()
    qtbot.mousePress(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 500))
    qtbot.mouseRelease(bar.slider, Qt.MouseButton.LeftButton, pos=at(bar, 500))
    assert playback.step == 500
    assert not playback.playing


def test_that_every_step_of_a_short_run_can_be_reached(bar, playback, qtbot):
    playback.set_extent(7, 7)
    for step in range(8):
        click(qtbot, bar.slider, at(bar, step))
        assert playback.step == step


def test_that_the_wheel_steps_one_by_one_and_ten_with_shift(bar, playback):
    playback.seek(100)
    turn(bar.slider, 1)
    assert playback.step == 101
    turn(bar.slider, -2)
    assert playback.step == 99
    turn(bar.slider, 1, Qt.KeyboardModifier.ShiftModifier)
    assert playback.step == 109
    turn(bar.slider, 0.5)
    turn(bar.slider, 0.5)
    assert playback.step == 110


def test_that_keys_move_the_shown_step(bar, playback, qtbot):
    playback.seek(100)
    playback.play()
    for key, step in (
        (Qt.Key.Key_Right, 101),
        (Qt.Key.Key_Left, 100),
        (Qt.Key.Key_PageUp, 150),
        (Qt.Key.Key_PageDown, 100),
        (Qt.Key.Key_End, 500),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(bar.slider, key)
        assert playback.step == step, key
    assert not playback.playing


def test_that_the_slider_can_be_reached_by_tab_and_tells_its_value(bar, playback):
    playback.seek(42)
    assert bar.slider.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert bar.slider.accessibleName() == "Shown step"
    assert (bar.slider.minimum(), bar.slider.value(), bar.slider.maximum()) == (0, 42, 500)
    # As an assistive program does it.
    bar.slider.setValue(43)
    assert playback.step == 43


def test_that_what_is_planned_computed_and_shown_differ_to_the_eye(bar, playback):
    playback.set_extent(300, 1000)
    playback.seek(100)
    assert color_at(bar, 30) == rgb(LIGHT.accent)
    assert color_at(bar, 200) == rgb(LIGHT.border_strong)
    assert color_at(bar, 800) == rgb(LIGHT.track)
    bar.set_theme(DARK)
    assert color_at(bar, 30) == rgb(DARK.accent)


def test_that_the_slider_never_shows_what_is_not_computed(bar, playback, qtbot):
    playback.set_extent(300, 1000)
    click(qtbot, bar.slider, at(bar, 800))
    assert bar.slider.value() == playback.step == 300
    playback.set_extent(1000, 1000)
    assert bar.slider.value() == pytest.approx(800, abs=2)


def test_that_changes_are_marked_where_they_were_made(bar):
    before = bar.slider.grab().toImage()
    bar.set_change_marks([128])
    assert bar.slider.marks == (128,)
    after = bar.slider.grab().toImage()
    x = round(bar.slider.x_of(128))
    different = [place for place in range(before.width()) if after.pixel(place, 5) != before.pixel(place, 5)]
    assert different
    assert all(abs(place - x) <= 2 for place in different)
    assert "128" in bar.slider.tip(bar.slider.x_of(128))
    assert bar.slider.tip(bar.slider.x_of(300)) == "step 300"


# The step as a number


def test_that_the_step_is_said_in_figures_that_stay_in_place(bar, playback):
    playback.seek(128)
    assert bar.step_field.text == "step 128 / 500"
    width = bar.step_field.width()
    playback.seek(8)
    assert bar.step_field.text == "step \u2007\u20078 / 500"
    assert bar.step_field.width() == width
    playback.set_extent(123_456, 1_000_000)
    playback.end()
    assert bar.step_field.text == "step \u2007\u2007123\u202f456 / 1\u202f000\u202f000"


def test_that_a_click_on_the_step_lets_one_type_it(bar, playback, qtbot):
    playback.seek(128)
    click(qtbot, bar.step_field)
    assert bar.step_field.editing
    edit = bar.step_field.edit
    assert edit.selectedText() == "128"
    qtbot.keyClicks(edit, "42")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert playback.step == 42
    assert not bar.step_field.editing
    qtbot.mouseDClick(bar.step_field, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert bar.step_field.editing


@pytest.mark.parametrize("typed", ["501", "-3", "1.5", "abc", "", "1e2", "٣"])
def test_that_what_is_no_step_is_marked_and_nothing_moves(bar, playback, qtbot, typed):
    playback.seek(128)
    click(qtbot, bar.step_field)
    edit = bar.step_field.edit
    # As pasted: not every letter has a key.
    edit.setText(typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert bar.step_field.editing
    assert edit.property("invalid")
    assert playback.step == 128
    qtbot.keyClicks(edit, "1")
    assert not edit.property("invalid")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert not bar.step_field.editing
    assert playback.step == 128


def test_that_a_step_may_be_typed_as_it_is_grouped(bar, playback, qtbot):
    playback.set_extent(1_000_000, 1_000_000)
    click(qtbot, bar.step_field)
    bar.step_field.edit.setText("123\u202f456")
    qtbot.keyClick(bar.step_field.edit, Qt.Key.Key_Return)
    assert playback.step == 123_456


# Speed


def test_that_a_speed_is_chosen_from_the_list(bar, playback):
    assert bar.speed_box.currentText() == "12/s"
    assert [bar.speed_box.itemText(index) for index in range(bar.speed_box.count())] == [
        "1/s",
        "2/s",
        "5/s",
        "12/s",
        "30/s",
        "60/s",
        "120/s",
        "500/s",
        "2k/s",
        "10k/s",
        "100k/s",
        "max",
    ]
    bar.speed_box.setCurrentIndex(SPEEDS.index(500.0))
    bar.speed_box.activated.emit(SPEEDS.index(500.0))
    assert playback.speed == 500
    bar.speed_box.activated.emit(len(SPEEDS) - 1)
    assert playback.speed == MAX_SPEED
    assert bar.speed_box.currentText() == "max"


def test_that_a_speed_may_be_typed(bar, playback, qtbot):
    edit = bar.speed_box.lineEdit()
    edit.selectAll()
    qtbot.keyClicks(edit, "37.5")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert playback.speed == 37.5
    assert edit.text() == "37.5/s"


def test_that_a_speed_that_cannot_be_is_refused_and_the_old_one_comes_back(bar, playback, qtbot):
    edit = bar.speed_box.lineEdit()
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "0")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert playback.speed == 12
    edit.clearFocus()
    assert edit.text() == "12/s"


def test_that_the_box_follows_the_playback(bar, playback):
    playback.set_speed(60)
    assert bar.speed_box.currentText() == "60/s"
    playback.set_speed(77)
    assert bar.speed_box.currentText() == "77/s"


@pytest.mark.parametrize("speed", [*SPEEDS, 37.5, 1234.0])
def test_that_a_speed_reads_as_it_is_written(speed):
    assert parsed_speed(speed_text(speed)) == speed


@pytest.mark.parametrize("text", ["", "0", "0.99", "-5", "nan", "inf", "1e999", "fast", "12 / s / s", "٣٤x"])
def test_that_text_that_says_no_speed_is_refused_with_a_sentence(text):
    with pytest.raises(InputError, match="from 1 upward"):
        parsed_speed(text)


# Readouts


def test_that_every_run_is_read_at_the_shown_step(bar, playback):
    bar.set_runs(runs())
    playback.seek(31)
    assert [(item.name, item.value) for item in bar.readouts.readouts] == [("Run 0", "31.0"), ("Run 1", "1031")]
    assert "Run 1  1031" in bar.readouts.toolTip()


def test_that_a_run_that_ended_before_is_read_at_its_end(bar, playback):
    bar.set_runs([*runs(1), ShownRun(7, "Short", 1, recorded(np.array([5.0, 4.0])))])
    playback.seek(400)
    assert [item.value for item in bar.readouts.readouts] == ["400", "4.00"]


def test_that_refreshing_reads_what_was_recorded_since(bar, playback):
    trajectory = recorded(np.array([5.0]))
    bar.set_runs([ShownRun(0, "Run", 0, trajectory)])
    playback.seek(1)
    assert bar.readouts.readouts[0].value == "5.00"
    rows = trajectory.reserve(1)
    rows.values[:] = 4.0
    trajectory.publish(1)
    bar.refresh()
    assert bar.readouts.readouts[0].value == "4.00"


def test_that_without_runs_nothing_is_read(bar, qtbot):
    empty = bar.readouts.grab().toImage()
    bar.set_runs(runs())
    qtbot.waitUntil(lambda: bar.readouts.width() > 100)
    bar.set_runs([])
    readouts = bar.readouts
    assert (readouts.readouts, readouts.toolTip(), readouts.accessibleName()) == ((), "", "")
    assert readouts.sizeHint().width() < 10
    qtbot.waitUntil(lambda: bar.readouts.width() == empty.width())
    assert bar.readouts.grab().toImage() == empty


def test_that_the_bar_fits_a_small_window_with_many_runs(bar, qtbot):
    bar.set_runs(runs(9))
    bar.resize(1280, 48)
    qtbot.waitUntil(lambda: bar.readouts.width() <= 0.35 * 1280)
    right = max(child.geometry().right() for child in (bar.slider, bar.step_field, bar.speed_box, bar.readouts))
    assert right < 1280
    assert bar.slider.width() > 200
    count, _ = bar.readouts.fitting()
    assert 1 <= count < 9
    assert bar.minimumSizeHint().width() <= 900
