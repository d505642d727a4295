"""Cancelling ends every run where it stands, also one that was not begun, and the card says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton, QRadioButton

from gdviz.experiment import edits
from gdviz.runs.stopping import StopReason

if TYPE_CHECKING:
    from conftest import Person


def button(person: Person, text: str) -> QPushButton:
    found = person.application.layout.workspace.runs.findChildren(QPushButton)
    return next(item for item in found if item.text() == text)


@pytest.fixture
def held(person: Person) -> Person:
    """Runs of many steps, held by the button."""
    person.choose("rosenbrock")
    services = person.application.services
    services.model.apply(lambda experiment: edits.set_for_all_runs(experiment, {"steps": 10_000_000}), "many steps")
    person.wait(lambda: services.playback.computed > 3000 and button(person, "Pause").isVisible())
    person.click(button(person, "Pause"))
    person.wait(lambda: services.worker.paused)
    return person


def test_that_a_change_from_here_made_while_held_can_be_cancelled(held: Person) -> None:
    application = held.application
    services = application.services
    panel = application.layout.workspace.runs
    services.playback.seek(1000)
    next(item for item in panel.findChildren(QRadioButton) if item.text() == "from here").click()

    held.type_number(held.field("Learning rate"), "0.00017")
    assert held.field("Learning rate").text() == "0.00017"
    held.click(button(held, "Cancel"))
    held.wait(lambda: not services.runs.running)
    services.runs.pause(False)

    held.wait(lambda: not services.worker.paused and not services.clock.running)
    changed = application.showing.runs[0].trajectory
    assert (changed.stop_reason, changed.steps) == (StopReason.CANCELLED, 1000)
    assert any("cancelled at step 1000" in label.text() for label in held.labels("muted"))
    assert not button(held, "Cancel").isVisible()


def test_that_a_run_cancelled_before_it_was_begun_shows_its_own_start(held: Person) -> None:
    application = held.application
    services = application.services

    services.model.apply(lambda experiment: edits.move_start(experiment, (0.25, 0.5)), "move the start")
    held.click(button(held, "Cancel"))
    held.wait(lambda: not services.runs.running and not services.clock.running)

    for run in application.showing.runs:
        np.testing.assert_array_equal(run.trajectory.points, [[0.25, 0.5]])
    said = [label.text() for label in held.labels("muted") if "cancelled at step 0" in label.text()]
    assert len(said) == len(application.showing.runs)
