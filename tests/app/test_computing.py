"""What the window says of the computing: how far it is, that it is held, that it was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QProgressBar, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from gdviz.experiment import edits
from gdviz.experiment.experiment import ProblemChoice
from gdviz.runs.stopping import StopReason
from gdviz.views.run_card import RunCard

if TYPE_CHECKING:
    from conftest import Person

LONG = 10_000_000


def bar(person: Person) -> QProgressBar:
    return next(item for item in person.all(QProgressBar) if item.accessibleName() == "Steps computed")


def button(person: Person, text: str) -> QPushButton:
    found = [item for item in person.all(QPushButton) if item.text() == text and item.isVisible()]
    assert len(found) == 1, f"{len(found)} buttons say {text}"
    return found[0]


@pytest.fixture
def long_race(person: Person) -> Person:
    """Runs that take minutes, and have begun."""
    person.choose("rosenbrock")
    services = person.application.services
    services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": LONG}), "more steps")
    person.wait(lambda: services.playback.computed > 1000 and bar(person).isVisible())
    return person


def test_that_the_bar_grows_with_the_steps(long_race: Person) -> None:
    services = long_race.application.services
    before = bar(long_race).value()

    services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 400_000}), "fewer steps")
    long_race.wait(lambda: bar(long_race).value() > before + 100)
    long_race.wait_for_runs()

    assert not bar(long_race).isVisible()


def test_that_held_computing_can_be_played_and_resumed(long_race: Person) -> None:
    services = long_race.application.services
    long_race.click(button(long_race, "Pause"))
    long_race.wait(lambda: services.worker.paused)
    held = services.playback.computed

    long_race.press("End")
    assert services.playback.step <= services.playback.computed
    long_race.click(button(long_race, "Resume"))

    long_race.wait(lambda: not services.worker.paused and services.playback.computed > held)
    assert button(long_race, "Pause").isVisible()


def test_that_computing_given_up_keeps_what_there_is(long_race: Person) -> None:
    application = long_race.application
    long_race.click(button(long_race, "Cancel"))
    long_race.wait(lambda: not application.services.runs.running)
    long_race.wait(lambda: not bar(long_race).isVisible())

    for run in application.showing.runs:
        assert run.trajectory.stop_reason is StopReason.CANCELLED
        assert run.trajectory.steps > 0
    assert len([label for label in long_race.labels("muted") if "cancelled" in label.text()]) == 3
    application.services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 100}), "fewer steps")
    long_race.wait_for_runs()
    assert [run.trajectory.stop_reason for run in application.showing.runs] == [StopReason.FINISHED] * 3


def test_that_computing_held_can_be_resumed_although_another_problem_was_chosen(long_race: Person) -> None:
    application = long_race.application
    long_race.click(button(long_race, "Pause"))
    long_race.wait(lambda: application.services.worker.paused)

    application.editing.choose_problem(ProblemChoice("booth"))
    long_race.wait(lambda: button(long_race, "Resume").isVisible())
    long_race.click(button(long_race, "Resume"))

    long_race.wait(lambda: len(application.showing.runs) == 3)


def test_that_a_table_is_read_although_computing_is_held(long_race: Person) -> None:
    application = long_race.application
    long_race.click(button(long_race, "Pause"))
    application.editing.choose_problem(ProblemChoice("data", {"table": "builtin:line"}))

    long_race.wait(lambda: application.services.source.problem.name == "data")


def test_that_nothing_moves_under_a_slider_that_is_dragged(qtbot: QtBot, person: Person) -> None:
    person.choose("rosenbrock")
    services = person.application.services
    services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 300_000}), "more steps")
    card = next(card for card in person.all(RunCard) if card.isVisible())
    (slider,) = [item for item in card.findChildren(QSlider) if item.accessibleName() == "Learning rate"]
    person.wait_for_runs()
    place = slider.mapToGlobal(slider.rect().topLeft())
    seen = set()

    slider.setSliderDown(True)
    for _ in range(12):
        with qtbot.waitSignals([services.clock.ticked] * 2):
            slider.setSliderPosition(slider.value() - 5)
        seen.add((slider.mapToGlobal(slider.rect().topLeft()) - place).toTuple())
    slider.setSliderDown(False)
    person.wait(lambda: bar(person).isVisible())
    seen.add((slider.mapToGlobal(slider.rect().topLeft()) - place).toTuple())

    assert seen == {(0, 0)}


def test_that_runs_that_are_over_at_once_do_not_flash_a_bar(person: Person) -> None:
    person.choose("rosenbrock")
    shown = []
    person.application.services.clock.ticked.connect(lambda _seconds: shown.append(bar(person).isVisible()))
    for rate in (1e-4, 2e-4, 3e-4, 4e-4, 5e-4):
        person.application.services.model.apply(
            lambda now, rate=rate: edits.set_hyper_parameters(now, 1, {"learning_rate": rate}), "change"
        )
        person.wait_for_runs()

    assert len(shown) >= 5
    assert not any(shown)
