"""Turns what the user does into edits of the experiment. Every such connection is made here, once.

Views emit what was done to them; each becomes a pure edit that the model applies, with the words that undo shows.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from gdviz.app.newcomer import default_runs
from gdviz.app.workspace import Workspace
from gdviz.errors import InputError
from gdviz.experiment import edits
from gdviz.experiment.experiment import ProblemChoice
from gdviz.optimizers import OPTIMIZERS, optimizer
from gdviz.parameters import declared
from gdviz.problems import Problem
from gdviz.qt.services import Services
from gdviz.runs.config import RunConfig, start_point

__all__ = ["Editing"]

_FORMULA = "formula"


class Editing(QObject):
    """Lives in the window's thread; owns nothing but the connections."""

    noticed = Signal(str)
    """An edit could not be made; in words."""

    def __init__(self, services: Services, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._workspace = workspace
        self._dragging = False
        self._wanted: ProblemChoice | None = None
        self._connect()

    def _connect(self) -> None:
        services, workspace = self._services, self._workspace
        landscape, runs, problem = workspace.landscape, workspace.runs, workspace.problem
        landscape.start_moved.connect(self._on_start_moved)
        landscape.start_dropped.connect(self._on_start_dropped)
        landscape.plane_chosen.connect(self._on_plane_chosen)
        for curves in (workspace.loss, workspace.gradient_norm):
            curves.value_scale_changed.connect(self._on_value_scale_changed)
            curves.step_scale_changed.connect(self._on_step_scale_changed)
            curves.step_requested.connect(services.playback.seek)
        runs.add_requested.connect(self._on_add_requested)
        runs.optimizer_chosen.connect(self._on_optimizer_chosen)
        runs.hyper_parameter_edited.connect(self._on_hyper_parameter_edited)
        runs.edit_finished.connect(services.model.seal)
        runs.enabled_changed.connect(self._on_enabled_changed)
        runs.renamed.connect(self._on_renamed)
        runs.duplicate_requested.connect(self._on_duplicate_requested)
        runs.remove_requested.connect(self._on_remove_requested)
        runs.shared_edited.connect(self._on_shared_edited)
        runs.pause_requested.connect(services.runs.pause)
        runs.cancel_requested.connect(services.runs.cancel)
        problem.problem_chosen.connect(self.choose_problem)
        problem.formula_edited.connect(self._on_formula_edited)
        problem.option_edited.connect(self._on_option_edited)
        problem.edit_finished.connect(services.model.seal)
        problem.loading_cancelled.connect(services.source.cancel)
        services.source.prepared.connect(self._on_problem_prepared)
        services.source.abandoned.connect(self._on_problem_abandoned)
        services.playback.speed_changed.connect(self._on_speed_changed)

    def _edit(self, edit: edits.Edit, text: str, merge: str | None = None) -> None:
        try:
            self._services.model.apply(edit, text, merge)
        except InputError as error:
            self.noticed.emit(str(error))

    @Slot(object)
    def choose_problem(self, choice: ProblemChoice) -> None:
        """Another problem, once it has proved possible."""
        self._wanted = choice
        self._services.source.prepare(choice)

    @Slot(object)
    def _on_problem_prepared(self, choice: ProblemChoice) -> None:
        if choice is not self._wanted:
            return  # an experiment that is being opened has its problem prepared too, perhaps an equal one
        self._wanted = None
        problem = self._services.source.known(choice)
        defaults = default_runs(problem) if problem is not None else ()
        kept = not self._runs_untouched()
        self._edit(
            lambda experiment: edits.choose_problem(experiment, choice, defaults, kept),
            self.tr("choose {name}").format(name=choice.name.replace("_", " ")),
            _FORMULA if choice.name == _FORMULA else None,
        )

    @Slot(object)
    def _on_problem_abandoned(self, choice: ProblemChoice) -> None:
        if choice is self._wanted:
            self._wanted = None

    def _runs_untouched(self) -> bool:
        """Whether the runs are those that came with the problem: rates that suit it, and may not suit another."""
        problem = self._services.source.problem
        if problem is None:
            return False
        return tuple(entry.config for entry in self._services.model.experiment.runs) == default_runs(problem)

    @Slot(object)
    def _on_formula_edited(self, choice: ProblemChoice) -> None:
        """What is typed until the field is left is one edit, however often it was a formula on the way."""
        present = self._services.model.experiment.problem
        if present is None or present.name != _FORMULA:
            self.choose_problem(choice)
            return
        try:
            problem = choice.build()
            # Rates that suited the formula of a moment ago suit this one as little as its start does.
            if self._runs_untouched():
                runs = default_runs(problem)
                self._edit(lambda experiment: edits.choose_problem(experiment, choice, runs, False), *self._typing)
                return
        except InputError as error:
            self.noticed.emit(str(error))
            return
        options = {item.name: choice.options.get(item.name, item.default) for item in declared(type(problem))}
        self._edit(lambda experiment: edits.set_problem_options(experiment, options), *self._typing)

    @property
    def _typing(self) -> tuple[str, str]:
        return self.tr("change the formula"), _FORMULA

    @Slot(str, object)
    def _on_option_edited(self, name: str, value: object) -> None:
        text = self.tr("change {name}").format(name=name.replace("_", " "))
        self._edit(lambda experiment: edits.set_problem_options(experiment, {name: value}), text, f"option {name}")

    @Slot(float, float)
    def _on_start_moved(self, first: float, second: float) -> None:
        if not self._dragging:
            self._dragging = True
            self._workspace.landscape.set_preview_whole_trails(True)
        self._move_start(first, second)

    @Slot(float, float)
    def _on_start_dropped(self, first: float, second: float) -> None:
        self._move_start(first, second)
        self._services.model.seal()
        self._dragging = False
        self._workspace.landscape.set_preview_whole_trails(False)

    def _move_start(self, first: float, second: float) -> None:
        problem = self._services.source.problem
        if problem is None or not self._services.source.settled:
            return
        axes = self._services.landscape.axes
        start = self._start_point(problem)
        start[axes[0]] = first
        if problem.dimension > 1:
            start[axes[1]] = second
        point = tuple(float(number) for number in start)
        self._edit(lambda experiment: edits.move_start(experiment, point), self.tr("move the start"), "start")

    def _start_point(self, problem: Problem) -> np.ndarray:
        """Where the first run starts, to keep the parameters that are not on the axes; where that is no point of this
        problem, the problem's own start."""
        runs = self._services.model.experiment.runs
        try:
            return start_point(problem, runs[0].config) if runs else np.array(problem.start)
        except InputError:
            return np.array(problem.start)

    @Slot(int, int)
    def _on_plane_chosen(self, first: int, second: int) -> None:
        problem = self._services.source.problem
        if problem is not None:
            plane = (problem.names[first], problem.names[second])
            self._edit(lambda experiment: edits.set_view(experiment, plane=plane), self.tr("choose the plane"))

    @Slot(str)
    def _on_value_scale_changed(self, scale: str) -> None:
        self._edit(lambda experiment: edits.set_view(experiment, value_scale=scale), self.tr("change the scale"))

    @Slot(str)
    def _on_step_scale_changed(self, scale: str) -> None:
        self._edit(lambda experiment: edits.set_view(experiment, step_scale=scale), self.tr("change the scale"))

    @Slot(str)
    def _on_add_requested(self, name: str) -> None:
        experiment = self._services.model.experiment
        template = experiment.runs[0].config if experiment.runs else RunConfig(optimizer(name))
        config = dataclasses.replace(template, optimizer=optimizer(name), changes=(), label="")
        self._edit(lambda present: edits.add_run(present, config), self.tr("add a run"))

    @Slot(int, str)
    def _on_optimizer_chosen(self, key: int, name: str) -> None:
        chosen = OPTIMIZERS.get(name)
        self._edit(lambda experiment: edits.set_optimizer(experiment, key, chosen()), self.tr("choose an optimizer"))

    @Slot(int, str, object)
    def _on_hyper_parameter_edited(self, key: int, name: str, value: object) -> None:
        text = self.tr("change {name}").format(name=name.replace("_", " "))
        step = self._services.playback.step
        if self._workspace.runs.applies_from_here and step > 0:
            self._edit(
                lambda experiment: edits.change_from_step(experiment, key, step, {name: value}),
                text,
                f"{key} {name} {step}",
            )
        else:
            self._edit(
                lambda experiment: edits.set_hyper_parameters(experiment, key, {name: value}), text, f"{key} {name}"
            )

    @Slot(int, bool)
    def _on_enabled_changed(self, key: int, enabled: bool) -> None:
        text = self.tr("enable a run") if enabled else self.tr("disable a run")
        self._edit(lambda experiment: edits.set_enabled(experiment, key, enabled), text)

    @Slot(int, str)
    def _on_renamed(self, key: int, label: str) -> None:
        config = dataclasses.replace(self._services.model.experiment.entry(key).config, label=label)
        self._edit(lambda experiment: edits.replace_config(experiment, key, config), self.tr("rename a run"))

    @Slot(int)
    def _on_duplicate_requested(self, key: int) -> None:
        self._edit(lambda experiment: edits.duplicate_run(experiment, key), self.tr("duplicate a run"))

    @Slot(int)
    def _on_remove_requested(self, key: int) -> None:
        self._edit(lambda experiment: edits.remove_run(experiment, key), self.tr("remove a run"))

    @Slot(str, object)
    def _on_shared_edited(self, name: str, value: object) -> None:
        text = self.tr("change {name}").format(name=name.replace("_", " "))
        self._edit(lambda experiment: edits.set_for_all_runs(experiment, {name: value}), text, f"all {name}")

    @Slot(float)
    def _on_speed_changed(self, speed: float) -> None:
        if speed != self._services.model.experiment.view.speed:
            self._edit(lambda experiment: edits.set_view(experiment, speed=speed), self.tr("change the speed"), "speed")

    @Slot()
    def reset_start(self) -> None:
        """Every run starts where the problem suggests."""
        self._edit(edits.reset_start, self.tr("reset the start"))
