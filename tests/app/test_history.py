"""Whatever is done in whatever order: undo and redo agree, views say what the experiment says, ranges are finite.

A machine acts like a person who tries everything, keeps its own list of what the experiment was, and compares.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.optimizers import OPTIMIZERS, GradientRule
from gdviz.parameters import declared
from gdviz.qt.playback import SPEEDS
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.views.number_field import NumberField, number_text
from gdviz.views.run_card import RunCard

if TYPE_CHECKING:
    from conftest import Person

CHOICES = (
    ProblemChoice("double_well"),
    ProblemChoice("rosenbrock"),
    ProblemChoice("rosenbrock", {"b": 5.0}),
    ProblemChoice("himmelblau"),
    ProblemChoice("bounded_saddle"),
    ProblemChoice("sphere", {"dimension": 4}),
    ProblemChoice("rastrigin", {"dimension": 3}),
    ProblemChoice("data", {"table": "builtin:line"}),
    ProblemChoice("data", {"table": "builtin:exam"}),
    ProblemChoice("data", {"table": "builtin:diabetes", "features": ("body_mass_index", "blood_pressure")}),
)
OPTIONS = {
    "rosenbrock": st.tuples(st.just("b"), st.sampled_from([1.0, 10.0, 250.0])),
    "sphere": st.tuples(st.just("dimension"), st.integers(1, 5)),
    "rastrigin": st.tuples(st.just("dimension"), st.integers(1, 4)),
    "data": st.tuples(st.just("l2"), st.sampled_from([0.0, 0.01, 1.0])),
}
RATES = st.sampled_from([1e-5, 1e-3, 0.1, 3.0, 1e6, 1e300])
MOST_RUNS = 6

# Other methods have no rate to change, or are not for every problem.
RULES = [cls.name for cls in OPTIMIZERS if issubclass(cls, GradientRule)]


class Trying(RuleBasedStateMachine):
    """The person, and what the experiment ought to be."""

    def __init__(
        self, person: Person, folder: Path, caught: Callable[[], contextlib.AbstractContextManager[list]]
    ) -> None:
        super().__init__()
        self.person = person
        self.application = person.application
        self.services = self.application.services
        self.workspace = self.application.layout.workspace
        self.folder = folder
        self.caught = caught
        self.past: list[Experiment] = []
        self.future: list[Experiment] = []

    @property
    def experiment(self) -> Experiment:
        return self.services.model.experiment

    @contextlib.contextmanager
    def doing(self) -> Iterator[None]:
        """Something that may fail in a slot, and is over when everything has come to rest."""
        with self.caught() as raised:
            yield
            self.person.wait_for_runs()
        assert raised == []

    @contextlib.contextmanager
    def editing(self) -> Iterator[None]:
        """An edit: a step of undo of its own, if it changes anything."""
        before = self.experiment
        with self.doing():
            yield
        self.services.model.seal()
        if self.experiment != before:
            self.past.append(before)
            self.future.clear()

    @initialize()
    def begin(self) -> None:
        with self.doing():
            self.application.documents.new()
            self.services.runs.pause(False)
        self.past, self.future = [], []

    # What can be done

    @rule(choice=st.sampled_from(CHOICES))
    def choose_a_problem(self, choice: ProblemChoice) -> None:
        with self.editing():
            self.application.editing.choose_problem(choice)
        assert self.experiment.problem == choice, self.application.layout.notice.text

    @precondition(lambda self: self.experiment.problem is not None and self.experiment.problem.name in OPTIONS)
    @rule(data=st.data())
    def change_an_option(self, data: st.DataObject) -> None:
        name, value = data.draw(OPTIONS[self.experiment.problem.name])
        with self.editing():
            self.workspace.problem.option_edited.emit(name, value)
            self.workspace.problem.edit_finished.emit()

    @precondition(lambda self: len(self.experiment.runs) < MOST_RUNS)
    @rule(name=st.sampled_from(RULES))
    def add_a_run(self, name: str) -> None:
        with self.editing():
            self.workspace.runs.add_requested.emit(name)

    @precondition(lambda self: 0 < len(self.experiment.runs) < MOST_RUNS)
    @rule(data=st.data())
    def duplicate_a_run(self, data: st.DataObject) -> None:
        with self.editing():
            self.workspace.runs.duplicate_requested.emit(self.some_run(data))

    @precondition(lambda self: self.experiment.runs)
    @rule(data=st.data())
    def remove_a_run(self, data: st.DataObject) -> None:
        with self.editing():
            self.workspace.runs.remove_requested.emit(self.some_run(data))

    @precondition(lambda self: self.experiment.runs)
    @rule(data=st.data(), enabled=st.booleans())
    def enable_a_run(self, data: st.DataObject, enabled: bool) -> None:
        with self.editing():
            self.workspace.runs.enabled_changed.emit(self.some_run(data), enabled)

    @precondition(lambda self: self.experiment.runs)
    @rule(data=st.data(), name=st.sampled_from(RULES))
    def choose_an_optimizer(self, data: st.DataObject, name: str) -> None:
        with self.editing():
            self.workspace.runs.optimizer_chosen.emit(self.some_run(data), name)

    @precondition(lambda self: self.experiment.runs)
    @rule(data=st.data(), rate=RATES, here=st.booleans())
    def change_a_rate(self, data: st.DataObject, rate: float, here: bool) -> None:
        with self.editing():
            self.person.apply_from_here(here)
            self.workspace.runs.hyper_parameter_edited.emit(self.some_run(data), "learning_rate", rate)
            self.person.apply_from_here(False)

    @precondition(lambda self: self.experiment.runs)
    @rule(data=st.data(), label=st.text(max_size=20))
    def rename_a_run(self, data: st.DataObject, label: str) -> None:
        with self.editing():
            self.workspace.runs.renamed.emit(self.some_run(data), label)

    @precondition(lambda self: self.experiment.runs)
    @rule(steps=st.sampled_from([1, 30, 200, 500]))
    def change_the_steps(self, steps: int) -> None:
        with self.editing():
            self.workspace.runs.shared_edited.emit("steps", steps)

    @precondition(lambda self: self.experiment.problem is not None)
    @rule(across=st.floats(0, 1), up=st.floats(0, 1), dragged=st.booleans())
    def move_the_start(self, across: float, up: float, dragged: bool) -> None:
        (left, right), (bottom, top) = self.workspace.landscape.canvas.shown
        with self.editing():
            if dragged:
                self.workspace.landscape.start_moved.emit(left, top)
            self.workspace.landscape.start_dropped.emit(left + across * (right - left), bottom + up * (top - bottom))

    @rule()
    def reset_the_start(self) -> None:
        with self.editing():
            self.application.layout.actions["reset_start"].trigger()

    @precondition(lambda self: self.services.source.problem is not None and self.services.source.problem.dimension > 2)
    @rule(data=st.data())
    def choose_a_plane(self, data: st.DataObject) -> None:
        axes = st.permutations(range(self.services.source.problem.dimension))
        first, second, *_ = data.draw(axes)
        with self.editing():
            self.workspace.landscape.plane_chosen.emit(first, second)

    @rule(scale=st.sampled_from(["linear", "log"]), which=st.sampled_from(["value", "step"]))
    def change_a_scale(self, scale: str, which: str) -> None:
        with self.editing():
            getattr(self.workspace.loss, f"{which}_scale_changed").emit(scale)

    @rule(speed=st.sampled_from(SPEEDS))
    def change_the_speed(self, speed: float) -> None:
        with self.editing():
            self.workspace.timeline.speed_box.speed_entered.emit(speed)

    @rule(key=st.sampled_from(["Right", "Left", "Home", "End"]))
    def go_to_a_step(self, key: str) -> None:
        with self.doing():
            self.person.press(key)

    @rule(share=st.floats(0, 1))
    def look_at_a_step(self, share: float) -> None:
        with self.doing():
            self.services.playback.seek(round(share * self.services.playback.total))

    @rule()
    def turn_the_theme(self) -> None:
        with self.doing():
            self.application.toggle_theme()

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        before = self.experiment
        with self.doing():
            self.person.press("Ctrl+Z")
        self.future.append(before)
        assert self.experiment == self.past.pop()

    @precondition(lambda self: self.future)
    @rule()
    def redo(self) -> None:
        before = self.experiment
        with self.doing():
            self.person.press("Ctrl+Shift+Z")
        self.past.append(before)
        assert self.experiment == self.future.pop()

    @rule()
    def save_and_open(self) -> None:
        path = self.folder / "saved.toml"
        before = self.experiment
        with self.doing():
            self.application.documents.save_to(path)
            self.application.documents.new()
            self.application.documents.open(str(path))
            self.person.wait(lambda: self.services.model.path == path)
        assert kept(self.experiment) == kept(before)
        assert not self.services.model.modified
        self.past, self.future = [], []

    def some_run(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from([entry.key for entry in self.experiment.runs]))

    # What holds after each

    @invariant()
    def all_agrees(self) -> None:
        self.undo_and_redo_are_offered()
        self.the_runs_are_those_of_the_experiment()
        self.the_panels_say_what_the_experiment_says()
        self.every_view_shows_the_same_step()
        self.every_range_is_finite()

    def undo_and_redo_are_offered(self) -> None:
        model, actions = self.services.model, self.application.layout.actions
        assert (model.undo_text is not None) == actions["undo"].isEnabled() == bool(self.past)
        assert (model.redo_text is not None) == actions["redo"].isEnabled() == bool(self.future)

    def the_runs_are_those_of_the_experiment(self) -> None:
        enabled = [entry for entry in self.experiment.runs if entry.enabled]
        problem = self.services.source.problem
        if problem is None:
            assert self.application.showing.runs == ()
            return
        assert [run.key for run in self.application.showing.runs] == [entry.key for entry in enabled]
        labels = self.experiment.labels()
        for run, entry in zip(self.application.showing.runs, enabled, strict=True):
            assert (run.title, run.style) == (labels[entry.key], entry.style)
            expected = run_to_end(Run(problem, entry.config))
            np.testing.assert_array_equal(run.trajectory.points, expected.points)
            assert run.trajectory.stop_reason is expected.stop_reason

    def the_panels_say_what_the_experiment_says(self) -> None:
        cards = [card for card in self.workspace.runs.findChildren(RunCard) if not card.isHidden()]
        cards.sort(key=lambda card: card.parentWidget().layout().itemAt(1).layout().indexOf(card))
        for card, entry in zip(cards, self.experiment.runs, strict=True):
            assert card.findChild(QCheckBox).isChecked() == entry.enabled
            fields = {field.accessibleName(): field.text() for field in card.findChildren(NumberField)}
            for parameter in declared(type(entry.config.optimizer)):
                if parameter.kind in ("float", "integer"):
                    assert fields[parameter.label] == number_text(getattr(entry.config.optimizer, parameter.name))
        assert self.application.layout.welcome.isVisible() == (self.services.source.problem is None)
        view = self.experiment.view
        for curves in (self.workspace.loss, self.workspace.gradient_norm):
            assert (curves.value_scale, curves.step_scale) == (view.value_scale, view.step_scale)
        assert self.services.playback.speed == view.speed

    def every_view_shows_the_same_step(self) -> None:
        step = self.services.playback.step
        timeline = self.workspace.timeline
        assert timeline.slider.value() == step
        assert int(re.sub(r"\D", "", timeline.step_field.text.partition("/")[0])) == step
        assert {self.workspace.loss.shown_step, self.workspace.gradient_norm.shown_step} == {step}
        for standing in self.workspace.landscape.canvas.runs.standings():
            assert standing.step == min(step, standing.run.trajectory.steps)

    def every_range_is_finite(self) -> None:
        for curves in (self.workspace.loss, self.workspace.gradient_norm):
            for axis in (curves.canvas.x_axis, curves.canvas.y_axis):
                assert np.isfinite([axis.low, axis.high]).all()
                assert axis.low < axis.high
        for low, high in self.workspace.landscape.canvas.shown:
            assert np.isfinite([low, high]).all()
            assert low < high

    def teardown(self) -> None:
        self.begin()


def kept(experiment: Experiment) -> tuple[object, ...]:
    """What a file keeps: everything but the numbers by which the window knows its runs."""
    runs = tuple((entry.config, entry.style, entry.enabled) for entry in experiment.runs)
    return experiment.title, experiment.problem, runs, experiment.view


@pytest.mark.slow
def test_that_undo_redo_views_and_files_agree_whatever_is_done(qtbot: QtBot, person: Person, tmp_path: Path) -> None:
    run_state_machine_as_test(
        lambda: Trying(person, tmp_path, qtbot.capture_exceptions),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            # A person reads thirty steps sooner than a window makes them shorter.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
