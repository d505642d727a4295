"""The keyboard plays the descent, and every view shows the same step."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from gdviz.experiment import edits
from gdviz.qt.playback import SPEEDS

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application


def shown_steps(application: Application) -> set[int]:
    """The steps at which the views say they are, those that are to be seen."""
    workspace = application.layout.workspace
    said = {workspace.timeline.slider.value()}
    from_here = next(button for button in workspace.runs.findChildren(QRadioButton) if button.text() == "from here")
    for words in (workspace.timeline.step_field.text, from_here.toolTip()):
        said.add(int("".join(letter for letter in words.partition("/")[0] if letter.isdigit())))
    for view in (workspace.loss, workspace.gradient_norm, workspace.data):
        if view.isVisible():
            said.add(view.shown_step)
    said.update(standing.step for standing in workspace.landscape.canvas.runs.standings())
    return said


@pytest.fixture
def race(person: Person) -> Person:
    """Three runs on Rosenbrock's valley, done, with the start shown."""
    person.choose("rosenbrock")
    return person


def test_that_space_plays_and_pauses(race: Person) -> None:
    playback = race.application.services.playback

    race.press("Space")
    assert playback.playing
    race.wait(lambda: playback.step > 0)
    race.press("Space")

    assert not playback.playing
    assert playback.step > 0


def test_that_arrows_home_and_end_go_to_the_step_that_a_person_expects(race: Person) -> None:
    playback = race.application.services.playback
    visited = []
    for key in ("Right", "Right", "Right", "Left", "End", "Left", "Home", "Left", "End", "Right"):
        race.press(key)
        visited.append(playback.step)
        assert shown_steps(race.application) == {playback.step}

    assert visited == [1, 2, 3, 2, 500, 499, 0, 0, 500, 500]


def test_that_one_step_back_shows_the_values_of_the_step_before(race: Person) -> None:
    timeline = race.application.layout.workspace.timeline
    said = []
    for key in ("Right", "Right", "Right", "Left", "Left"):
        race.press(key)
        said.append(timeline.readouts.readouts)

    assert said[3] == said[1]
    assert said[4] == said[0]
    assert said[0] != said[1] != said[2]
    for run, readout in zip(race.application.showing.runs, said[0], strict=True):
        assert float(readout.value) == pytest.approx(run.trajectory.values[1], rel=1e-3)


def test_that_the_views_never_stand_at_different_steps_while_playing(race: Person) -> None:
    services = race.application.services
    seen = []

    def look() -> None:
        seen.append(shown_steps(race.application))

    services.clock.ticked.connect(look)
    race.press("Space")
    race.wait(lambda: len({min(steps) for steps in seen}) > 10)
    race.press("Space")
    services.clock.ticked.disconnect(look)

    assert {len(steps) for steps in seen} == {1}


def test_that_a_table_is_shown_at_the_same_step_as_the_rest(person: Person) -> None:
    person.choose(
        "data", table="builtin:iris", features=("petal_length", "petal_width"), classes=("versicolor", "virginica")
    )
    for key in ("Right", "Right", "Left", "End", "Home", "Right"):
        person.press(key)
        assert shown_steps(person.application) == {person.application.services.playback.step}


def test_that_a_view_that_was_hidden_shows_the_step_of_the_others_when_it_comes_back(race: Person) -> None:
    dock = race.application.window.findChild(QDockWidget, "lossDock")
    dock.hide()
    race.press("Right")
    race.press("Right")

    dock.show()

    assert race.application.layout.workspace.loss.isVisible()
    assert shown_steps(race.application) == {2}


def test_that_nothing_changes_its_place_as_the_steps_go_by(race: Person) -> None:
    services, window = race.application.services, race.application.window
    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 20_000}), "more steps")
    race.wait_for_runs()

    def places() -> list[tuple[QWidget, QRect]]:
        return [(widget, widget.geometry()) for widget in window.findChildren(QWidget) if widget.isVisible()]

    before = places()
    for step in (7, 77, 777, 20_000):
        services.playback.seek(step)
        QApplication.processEvents()
        assert places() == before, f"at step {step}"


def test_that_playing_goes_to_the_last_step_and_stops_there(race: Person) -> None:
    playback = race.application.services.playback
    playback.set_speed(2000.0)

    race.press("Space")
    race.wait(lambda: not playback.playing)

    assert playback.step == 500
    race.wait(lambda: not race.application.services.clock.running)


def test_that_following_shows_the_newest_step_until_the_runs_are_done(race: Person) -> None:
    services = race.application.services
    race.press("F")
    assert race.application.layout.actions["follow"].isChecked()

    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 40_000}), "more steps")
    race.wait_for_runs()

    assert services.playback.step == 40_000
    assert shown_steps(race.application) == {40_000}


def test_that_the_window_rests_when_nothing_moves(race: Person) -> None:
    race.wait(lambda: not race.application.services.clock.running)


def test_that_the_last_steps_are_shown_although_the_runs_ended_in_the_middle_of_a_tick(
    race: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, timeline = race.application.services, race.application.layout.workspace.timeline
    pause = threading.Event()
    refresh = timeline.refresh

    def refresh_slowly() -> None:
        refresh()
        while services.runs.running:
            pause.wait(0.001)

    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 20_000}), "more steps")
    monkeypatch.setattr(timeline, "refresh", refresh_slowly)

    race.wait(lambda: services.playback.computed == 20_000)
    race.press("End")
    race.wait(lambda: shown_steps(race.application) == {20_000})


def test_that_computing_held_and_resumed_goes_on_before_the_eyes(race: Person) -> None:
    services = race.application.services
    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 3_000_000}), "more steps")
    race.wait(lambda: services.playback.computed > 1000)

    services.runs.pause(True)
    race.wait(lambda: services.worker.paused and not services.clock.running)
    held = services.playback.computed
    services.runs.pause(False)

    race.wait(lambda: services.playback.computed > held)
    assert services.runs.running


@pytest.mark.parametrize("speed", SPEEDS)
def test_that_every_speed_that_is_offered_can_be_chosen_and_taken_back(race: Person, speed: float) -> None:
    services, timeline = race.application.services, race.application.layout.workspace.timeline
    heard: list[str] = []
    before = services.playback.speed
    race.application.editing.noticed.connect(heard.append)

    timeline.speed_box.speed_entered.emit(speed)
    assert services.playback.speed == speed
    assert services.model.experiment.view.speed == speed
    race.press("Ctrl+D")
    assert services.playback.speed == speed

    if speed != before:
        services.model.undo()
    assert services.playback.speed == before
    assert heard == []


def test_that_plus_and_minus_reach_every_speed(race: Person) -> None:
    playback = race.application.services.playback
    for _ in SPEEDS:
        race.press("+")
    fastest = playback.speed
    for _ in SPEEDS:
        race.press("-")

    assert fastest == SPEEDS[-1]
    assert playback.speed == SPEEDS[0]
    assert race.application.layout.notice.text == ""


def test_that_as_fast_as_computed_shows_the_newest_step_at_each_frame(race: Person) -> None:
    services = race.application.services
    services.playback.set_speed(SPEEDS[-1])
    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 30_000}), "more steps")

    race.press("Space")
    race.wait_for_runs()

    assert services.playback.step == 30_000


@pytest.mark.parametrize("key", ["Space", "Left", "End"])
def test_that_the_keys_play_also_with_the_keyboard_in_a_number_that_is_done(race: Person, key: str) -> None:
    playback = race.application.services.playback
    race.press("Right")
    field = race.field("Learning rate")
    race.type_number(field, "0.002")
    race.wait_for_runs()
    assert race.focused() is field

    race.press(key)

    assert playback.playing if key == "Space" else playback.step == {"Left": 0, "End": 500}[key]


def test_that_a_number_with_its_sign_can_be_typed_into_a_field_that_was_not_touched(qtbot: QtBot, race: Person) -> None:
    speed = race.application.services.playback.speed
    field = race.field("Learning rate")
    field.setFocus()
    field.selectAll()

    for letter in "-5":
        qtbot.keyClicks(race.focused(), letter)

    assert field.text() == "-5"
    assert race.application.services.playback.speed == speed


@pytest.mark.parametrize(("key", "repeats"), [("Right", True), ("Left", True), ("Space", False), ("Ctrl+D", False)])
def test_that_a_key_held_down_steps_on_but_does_not_play_and_pause_in_turn(
    race: Person, key: str, repeats: bool
) -> None:
    actions = race.application.layout.actions
    name = {"Right": "step_forward", "Left": "step_back", "Space": "toggle_play", "Ctrl+D": "theme"}[key]

    assert QKeySequence(key) in actions[name].shortcuts()
    assert actions[name].autoRepeat() == repeats


def test_that_a_click_on_a_button_leaves_space_to_play(race: Person) -> None:
    timeline = race.application.layout.workspace.timeline
    race.click(timeline.forward_button)
    race.click(timeline.last_button)
    race.click(timeline.first_button)

    race.press("Space")

    assert race.application.services.playback.playing
