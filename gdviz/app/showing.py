"""Shows the experiment: what the model and the services say goes to the views. Every such connection is made here,
once."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from gdviz.analysis.curvature import stable_rate
from gdviz.app.workspace import Workspace
from gdviz.experiment.experiment import Experiment, RunEntry
from gdviz.problems import Problem
from gdviz.qt.services import Services
from gdviz.runs.stopping import StopReason
from gdviz.views.shown import ShownRun

__all__ = ["Showing"]


class Showing(QObject):
    """Lives in the window's thread; owns nothing but the connections and what is on the screen."""

    problem_shown = Signal()
    """Another problem is on the screen than before, or none."""
    noticed = Signal(str)
    """Something the user should know, in words."""

    def __init__(self, services: Services, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._workspace = workspace
        self._shown: tuple[ShownRun, ...] = ()
        self._fills_panels = False
        self._listed: tuple[tuple[RunEntry, ...], bool] | None = None
        """What the runs panel shows: the runs, and whether they are fits to rows."""
        self._connect()
        self._apply_view(services.model.experiment)
        self._on_experiment_changed(Experiment(), services.model.experiment)

    @property
    def runs(self) -> tuple[ShownRun, ...]:
        """What the views draw at present."""
        return self._shown

    def fill_panels(self) -> None:
        """Show from now on in the panels what there is to edit; the landscape doesn't wait for their controls."""
        self._fills_panels = True
        self._show_panels()
        self._show_statuses()

    def _connect(self) -> None:
        services = self._services
        services.model.changed.connect(self._on_experiment_changed)
        services.source.changed.connect(self._on_problem_changed)
        services.source.failed.connect(self._on_problem_failed)
        services.source.loading_changed.connect(self._on_loading_changed)
        services.runs.runs_changed.connect(self._on_runs_changed)
        services.runs.run_stopped.connect(self._on_run_stopped)
        services.runs.run_failed.connect(self._on_run_failed)
        services.landscape.surface_changed.connect(self._on_surface_changed)
        services.landscape.busy_changed.connect(self._on_surface_busy_changed)
        services.landscape.failed.connect(self._on_surface_failed)
        services.playback.step_changed.connect(self._on_step_changed)
        services.playback.playing_changed.connect(self._on_playing_changed)
        services.playback.following_changed.connect(self._on_playing_changed)
        services.clock.ticked.connect(self._on_ticked)
        services.worker.paused_changed.connect(self._on_paused_changed)
        self._workspace.landscape.range_changed.connect(services.landscape.set_range)

    @Slot(object, object)
    def _on_experiment_changed(self, old: Experiment, new: Experiment) -> None:
        services = self._services
        if old.problem != new.problem:
            services.source.resolve(new.problem)
        if services.source.settled:
            services.runs.update(services.source.problem, new)
        if old.view != new.view or old.problem != new.problem:
            self._apply_view(new)
        self._show_panels()
        self._collect_runs()
        self._show_statuses()
        self._tell_extent()
        self._wake()

    @Slot()
    def _on_problem_changed(self) -> None:
        services, workspace = self._services, self._workspace
        problem = services.source.problem
        experiment = services.model.experiment
        workspace.problem.clear_notice()
        self._show_panels()
        # Paths on the problem before mean nothing on this one, and may be of another dimension.
        self._show_runs(())
        workspace.landscape.set_problem(problem)
        workspace.data.set_problem(problem)
        floor = problem.minimum_value if problem is not None else None
        workspace.loss.set_floor(floor)
        if problem is None:
            services.landscape.clear()
        self._apply_view(experiment)
        services.runs.update(problem, experiment)
        services.playback.home()
        self._collect_runs()
        self._tell_extent()
        self.problem_shown.emit()
        self._wake()

    @Slot(str)
    def _on_problem_failed(self, message: str) -> None:
        self._workspace.problem.say(message)
        self.noticed.emit(message)

    @Slot()
    def _on_loading_changed(self) -> None:
        source = self._services.source
        self._workspace.problem.set_loading(source.progress if source.loading else None, source.loading_name)

    @Slot()
    def _on_runs_changed(self) -> None:
        self._collect_runs()
        self._wake()

    @Slot(int)
    def _on_run_stopped(self, key: int) -> None:
        self._show_statuses()
        self._show_computing()
        # The clock may have gone to rest after its last look and before the last steps.
        self._wake()

    @Slot(int, str)
    def _on_run_failed(self, key: int, message: str) -> None:
        self._workspace.runs.set_status(key, message, alarming=True)
        self.noticed.emit(message)

    @Slot()
    def _on_surface_changed(self) -> None:
        surface = self._services.landscape.surface
        if surface is not None:
            self._workspace.landscape.set_surface(surface)

    @Slot()
    def _on_surface_busy_changed(self) -> None:
        self._workspace.landscape.set_busy(self._services.landscape.progress)

    @Slot(str)
    def _on_surface_failed(self, message: str) -> None:
        self.noticed.emit(self.tr("the landscape can't be drawn: {reason}").format(reason=message))

    @Slot(bool)
    def _on_paused_changed(self, paused: bool) -> None:
        self._show_computing()
        self._wake()

    # What is shown follows the playback and the clock

    @Slot(float)
    def _on_ticked(self, seconds: float) -> None:
        services, workspace = self._services, self._workspace
        services.runs.look()
        self._tell_extent()
        services.playback.tick(seconds)
        for view in (workspace.landscape, workspace.loss, workspace.gradient_norm, workspace.data):
            if view.isVisible():
                view.refresh()
        workspace.timeline.refresh()
        self._show_computing()
        if not (services.runs.running and not services.worker.paused) and not services.playback.playing:
            services.clock.stop()

    @Slot(int)
    def _on_step_changed(self, step: int) -> None:
        workspace = self._workspace
        for view in (workspace.landscape, workspace.loss, workspace.gradient_norm, workspace.data):
            view.show_step(step)
        workspace.runs.set_shown_step(step)
        self._move_plane(step)

    @Slot(bool)
    def _on_playing_changed(self, _playing: bool) -> None:
        self._wake()

    def _wake(self) -> None:
        self._services.clock.start()

    def _tell_extent(self) -> None:
        # At once where something was chosen, not at the next tick: playing may be asked for before it.
        newest, planned = self._extent()
        self._services.playback.set_extent(newest, planned)

    def _extent(self) -> tuple[int, int]:
        """The newest step that all runs have reached or stopped before, and the steps planned."""
        planned = max(
            (entry.config.steps for entry in self._services.model.experiment.runs if entry.enabled), default=0
        )
        trajectories = [run.trajectory for run in self._shown]
        going = [trajectory.steps for trajectory in trajectories if not trajectory.finished]
        ended = [trajectory.steps for trajectory in trajectories if trajectory.finished]
        if going:
            return max(0, min(going)), planned
        # A race in which every run stopped early ends where the last one did.
        latest = max(ended, default=0)
        return latest, latest if ended else planned

    def _show_panels(self) -> None:
        """Have the panels show the experiment's problem and runs."""
        if not self._fills_panels:
            return
        experiment, problem = self._services.model.experiment, self._services.source.problem
        self._workspace.problem.set_choice(experiment.problem, problem)
        listed = experiment.runs, problem is not None and problem.rows is not None
        if listed != self._listed:
            self._listed = listed
            self._workspace.runs.set_runs(experiment.runs, experiment.labels(), has_rows=listed[1])

    def _collect_runs(self) -> None:
        services = self._services
        experiment = services.model.experiment
        labels = experiment.labels()
        shown = []
        for entry in experiment.runs:
            trajectory = services.runs.trajectory(entry.key)
            if trajectory is not None and len(trajectory) > 0:
                shown.append(ShownRun(entry.key, labels[entry.key], entry.style, trajectory))
        if self._show_runs(tuple(shown)):
            self._show_statuses()
            self._move_plane(services.playback.step)

    def _show_runs(self, runs: tuple[ShownRun, ...]) -> bool:
        """Have every view show these runs; whether they are others than before."""
        if runs == self._shown:
            return False
        self._shown = runs
        workspace = self._workspace
        for view in (workspace.landscape, workspace.loss, workspace.gradient_norm, workspace.data, workspace.timeline):
            view.set_runs(runs)
        entries = self._services.model.experiment.runs
        marks = {change.step for entry in entries for change in entry.config.changes}
        workspace.timeline.set_change_marks(tuple(sorted(marks)))
        return True

    def _show_statuses(self) -> None:
        services = self._services
        for entry in services.model.experiment.runs:
            failure = services.runs.failure(entry.key)
            trajectory = services.runs.trajectory(entry.key)
            if failure:
                self._workspace.runs.set_status(entry.key, failure, alarming=True)
            elif trajectory is None or trajectory.stop_reason in (None, StopReason.FINISHED):
                self._workspace.runs.set_status(entry.key, "", alarming=False)
            else:
                text = trajectory.sentence
                diverged = trajectory.stop_reason is StopReason.DIVERGED
                if diverged:
                    text += self._advice(entry.key, float(trajectory.learning_rates[-1]))
                self._workspace.runs.set_status(entry.key, text, alarming=diverged)

    def _advice(self, key: int, rate: float) -> str:
        """What to try after a divergence at this rate: below the one that theory allows, or just a smaller one."""
        config = self._services.model.experiment.entry(key).config
        problem = self._services.source.problem
        if not math.isfinite(rate) or problem is None:
            return ""
        limit = stable_rate(problem) if config.optimizer.name == "gradient_descent" else None
        if limit is not None and limit < rate:
            return self.tr(": try a rate below {limit:.2g}").format(limit=limit)
        return self.tr(": try a rate below {rate:.2g}").format(rate=rate / 2)

    def _show_computing(self) -> None:
        services = self._services
        share = None
        if services.runs.running:
            # Runs that have nothing to show yet count too: computing that is held must be seen to be.
            entries = [entry for entry in services.model.experiment.runs if entry.enabled]
            planned = sum(entry.config.steps + 1 for entry in entries)
            share = min(1.0, sum(len(run.trajectory) for run in self._shown) / max(1, planned))
        self._workspace.runs.set_busy(share, services.worker.paused)

    def _apply_view(self, experiment: Experiment) -> None:
        services, workspace = self._services, self._workspace
        view = experiment.view
        workspace.loss.set_scales(view.value_scale, view.step_scale)
        workspace.gradient_norm.set_scales(view.value_scale, view.step_scale)
        services.playback.set_speed(view.speed)
        problem = services.source.problem
        if problem is None or not services.source.settled:
            return
        names = problem.names
        axes = [names.index(name) for name in view.plane or () if name in names]
        first, second = axes if len(axes) == 2 else (0, min(1, problem.dimension - 1))
        services.landscape.show(problem, (first, second), self._held_point(problem))
        workspace.landscape.set_plane(first, second, self._held_point(problem))

    def _held_point(self, problem: Problem) -> np.ndarray:
        """Where the parameters that are not on the axes are held: at the current point of the first run."""
        if problem.dimension <= 2:
            # There are none, and a landscape that does not depend on the point is not to be sampled again.
            return problem.start
        step = self._services.playback.step
        for run in self._shown:
            if run.trajectory.dimension == problem.dimension:
                return np.array(run.trajectory.points[min(step, run.trajectory.steps)])
        return problem.start

    def _move_plane(self, step: int) -> None:
        problem = self._services.source.problem
        if problem is not None and problem.dimension > 2 and self._services.source.settled:
            point = self._held_point(problem)
            self._services.landscape.move(point)
            self._workspace.landscape.move_plane(point)
