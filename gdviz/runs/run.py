"""One run in progress: where it stands, and what it has recorded. The engine moves it; nobody else changes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdviz.arrays import Array, namespace, to_numpy
from gdviz.backends import computing
from gdviz.errors import InputError
from gdviz.oracle import Evaluations
from gdviz.problems.base import Problem
from gdviz.runs.compiled import CompiledSteps, compilable
from gdviz.runs.config import RunConfig, start_point
from gdviz.runs.rates import follows_values, rate_at, schedule_of
from gdviz.runs.shaping import ShapedOracle, oracle_for
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Checkpoint, Origin, Trajectory

__all__ = ["Run"]

_CHEAP_SPACING = 1024
_COSTLY_SPACING = 16


_MOST_RECORDED_BYTES = 8_000_000_000
"""What the rows of one run may come to: more fills the memory of most machines, and then nothing answers."""


class Run:
    """A config on a problem, at some step. Raises `InputError` where the two don't fit together.

    `start (..., d)` stands in for the config's: a batch of starts, or one of another precision or array library, which
    then computes the run. `recorded` is the floating type of the recorded points, that of the start unless given.
    """

    def __init__(
        self,
        problem: Problem,
        config: RunConfig,
        start: Array | None = None,
        recorded: np.dtype[np.floating] | None = None,
    ) -> None:
        if config.batch_size is not None and problem.rows is None:
            raise InputError(f"{problem.name} has no rows to draw mini-batches from; leave batch_size out.")
        for optimizer in config.optimizers:
            optimizer.check(problem, config.batch_size)
        self.problem = problem
        self.config = config
        self.start: Array = start_point(problem, config) if start is None else start
        self.point: Array = self.start
        first = to_numpy(self.point)
        first = first if recorded is None else first.astype(recorded)
        _check_recording(first, config.steps)
        self.xp = namespace(self.point)
        if self.point.ndim > 1:
            _check_batch(config)
        self.oracle = oracle_for(problem, config)
        self.optimizer = config.optimizer_at(0)
        with computing(self.xp):
            self.state = self.optimizer.init(self.xp, self.point)
        self.schedule_state: Any = None
        """What a schedule that follows the values remembers, before any change at this step."""
        self.step = 0
        self.seconds = 0.0
        self.chunk = 1
        self.compiled = self._compiled_steps()
        if self.compiled is not None:
            spacing = self.compiled.length
        else:
            # Replaying a step of a fit passes over the table, so it must not be far from a checkpoint.
            spacing = _CHEAP_SPACING if self.recorded_after else _COSTLY_SPACING
        origin = Origin(problem, config, self.start)
        self.trajectory = Trajectory(first, config.steps, spacing, origin=origin)

    def _compiled_steps(self) -> CompiledSteps | None:
        """The steps as compiled programs where the numbers are JAX's and the method can be compiled."""
        if self.xp.__name__ != "jax.numpy" or not compilable(self.config):
            return None
        return CompiledSteps(self.problem, self.point, self.oracle.batches)

    @property
    def finished(self) -> bool:
        return self.trajectory.finished

    @property
    def recorded_after(self) -> bool:
        """Whether values and gradients are recorded in one call after many steps, not in the pass of each step."""
        return self.problem.cheap and self.oracle.batches is None

    @property
    def shaped(self) -> bool:
        """Whether gradients reach the optimizer noisy or clipped."""
        return isinstance(self.oracle, ShapedOracle)

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; nan for methods without one."""
        return rate_at(self.config, self.step, self.schedule_state)

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.step, self.point, self.state, self.oracle.evaluations, self.schedule_state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand where `checkpoint` was taken; the trajectory stays as it is."""
        self.step = checkpoint.step
        self.point = checkpoint.point
        self.state = checkpoint.state
        self.schedule_state = checkpoint.schedule_state
        self.oracle.evaluations = Evaluations(*checkpoint.evaluations)
        self.optimizer = self.config.optimizer_at(self.step)

    def stop(self, reason: StopReason, step: int | None = None) -> None:
        """End the run; `step` is where it happened, the latest by default."""
        self.trajectory.stop_step = self.step if step is None else step
        self.trajectory.stop_reason = reason


def _check_recording(start: np.ndarray, steps: int) -> None:
    """Raises `InputError` where a row for the start `(..., d)` and for every step would be more than there may be."""
    row_bytes = Trajectory.row_bytes(start)
    most = _MOST_RECORDED_BYTES // row_bytes - 1
    if steps <= most:
        return
    needed = f"{steps:,} steps of {start.size:,} numbers take {(steps + 1) * row_bytes / 1e9:,.1f} GB to record"
    if most < 1:
        raise InputError(f"{needed}, more than the {_MOST_RECORDED_BYTES / 1e9:g} GB of a run; take fewer parameters.")
    raise InputError(
        f"{needed}, more than the {_MOST_RECORDED_BYTES / 1e9:g} GB of a run; take at most {most:,} steps."
    )


def _check_batch(config: RunConfig) -> None:
    """Raises `InputError` where a rate follows the values: each descent of a batch would need a rate of its own."""
    for optimizer in config.optimizers:
        schedule = schedule_of(optimizer)
        if schedule is not None and follows_values(optimizer):
            raise InputError(
                f"the schedule {schedule.name} follows the values of one descent; give one start or another schedule."
            )
