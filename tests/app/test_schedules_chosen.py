"""Schedules, clipping and noise chosen in the window: one edit each, and undone by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QComboBox

from gdviz.runs.clipping import Clipping
from gdviz.runs.noise import NOISES
from gdviz.schedules import Schedule, StepSchedule

if TYPE_CHECKING:
    from conftest import Person


def choose(combo: QComboBox, name: str) -> None:
    combo.setCurrentIndex(combo.findData(name))
    combo.activated.emit(combo.findData(name))


def test_that_a_schedule_is_chosen_run_and_undone(person: Person) -> None:
    person.choose("rosenbrock")
    person.wait_for_runs()
    model = person.application.services.model
    before = model.experiment
    combos = person.application.layout.workspace.runs.findChildren(QComboBox)
    choose(next(item for item in combos if item.accessibleName() == "Schedule of the learning rate"), "cosine")
    person.wait_for_runs()

    rate = getattr(model.experiment.runs[0].config.optimizer, "learning_rate", None)
    assert isinstance(rate, StepSchedule)
    assert rate.rate(0) == getattr(before.runs[0].config.optimizer, "learning_rate", None)
    trajectory = person.application.showing.runs[0].trajectory
    np.testing.assert_array_equal(trajectory.learning_rates, rate.rate(np.arange(len(trajectory))))
    model.undo()
    assert model.experiment == before


def test_that_noise_and_clipping_hold_for_every_run_and_are_undone(person: Person) -> None:
    person.choose("rosenbrock")
    person.wait_for_runs()
    model = person.application.services.model
    before = model.experiment
    runs = person.application.layout.workspace.runs
    choose(
        next(item for item in runs.findChildren(QComboBox) if item.accessibleName() == "Noise on the gradients"),
        "student_t",
    )
    runs.shared_edited.emit("clipping", Clipping(norm=2.0))
    person.wait_for_runs()

    for entry in model.experiment.runs:
        assert entry.config.noise == NOISES.get("student_t")()
        assert entry.config.clipping == Clipping(norm=2.0)
    model.undo()
    model.undo()
    assert model.experiment == before
    assert not isinstance(getattr(before.runs[0].config.optimizer, "learning_rate", None), Schedule)
