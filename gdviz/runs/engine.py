"""Moves runs forward. The same functions serve the window's worker, the command line and the tests.

Steps are taken in chunks: `advance` takes the steps of a chunk, fills in what is recorded, looks for the first row at which
the run has to stop, and publishes the rows up to there. Where a chunk ends never shows in the result: rows beyond the
stopping one are thrown away, checkpoints lie at fixed steps, and a chunk never crosses a checkpoint or a change.

Cheap problems are recorded after their steps, all rows of a chunk in one vectorized call; fits to data in the pass over the
rows that the step needs anyway.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np

from gdviz.arrays import Array, to_numpy
from gdviz.runs.config import RunConfig
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Checkpoint, Rows, Trajectory

__all__ = ["advance", "advance_for", "branch", "replay", "run_to_end"]

_LARGEST_CHUNK = 1024


def begin(run: Run) -> None:
    """Record row 0 and the first checkpoint; a start that is not finite in value stops the run there."""
    rows = run.trajectory.reserve(1)
    with np.errstate(all="ignore"):
        run.oracle.step = 0
        _record_one(run, rows, 0)
    run.trajectory.publish(1)
    run.trajectory.add_checkpoint(run.checkpoint())
    if not np.isfinite(rows.values).any():
        run.stop(StopReason.DIVERGED)
    else:
        _stop_by_rule(run, rows, first_step=0, count=1)


def advance(run: Run, steps: int, deadline: float = math.inf) -> int:
    """Take up to `steps` steps, fewer where the run stops or the deadline of `perf_counter` passes; returns how many.

    Only whole steps are taken, at least one, so a deadline is overrun by one step at most where steps are slow.
    """
    if len(run.trajectory) == 0:
        begin(run)
    before = run.step
    started = perf_counter()
    while not run.finished and run.step - before < steps:
        wanted = min(steps - (run.step - before), run.chunk, _until_boundary(run))
        chunk_started = perf_counter()
        _advance_chunk(run, wanted, deadline)
        now = perf_counter()
        run.seconds += now - chunk_started
        if not run.finished:
            _finish_if_done(run)
        # A chunk should last a quarter of the time there is, so that the deadline is met without a look at every step.
        if deadline < math.inf:
            target = max(1e-4, (deadline - started) / 4)
            run.chunk = max(1, min(_LARGEST_CHUNK, int(wanted * target / max(now - chunk_started, 1e-7)), 4 * run.chunk))
            if now >= deadline:
                break
        else:
            run.chunk = min(_LARGEST_CHUNK, 4 * run.chunk)
    return run.step - before


def advance_for(run: Run, seconds: float) -> int:
    """Take steps for about this long; returns how many."""
    return advance(run, run.config.steps, perf_counter() + seconds)


def run_to_end(
    run: Run,
    progress: Callable[[Run], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Trajectory:
    """Advance until the run stops. `progress` and `cancelled` are called about ten times a second."""
    while not run.finished:
        if cancelled():
            run.stop(StopReason.CANCELLED)
            break
        advance_for(run, 0.1)
        if progress is not None:
            progress(run)
    return run.trajectory


def replay(run: Run, step: int) -> Checkpoint:
    """The point and state that the run had at a recorded `step`, equal bit for bit, from the checkpoint before it."""
    again = Run(run.problem, run.config, start=run.trajectory.checkpoints[0].point)
    again.restore(run.trajectory.checkpoint_before(step))
    with np.errstate(all="ignore"):
        while again.step < step:
            again.optimizer = again.config.optimizer_at(again.step)
            _step(again)
    return again.checkpoint()


def branch(run: Run, config: RunConfig, step: int) -> Run:
    """A run with another config that keeps what `run` recorded up to `step` and goes on from there.

    Meant for a config that differs from the run's own in changes at or after `step` and in the number of steps only: then
    the result is the trajectory that the new config gives from its start.
    """
    latest = min(step, run.trajectory.steps)
    follower = Run(run.problem, config, start=run.trajectory.checkpoints[0].point)
    follower.trajectory.copy_from(run.trajectory, latest)
    follower.restore(replay(run, latest))
    return follower


def _until_boundary(run: Run) -> int:
    """Steps to the next place where a chunk has to end: the last step, a checkpoint, a change."""
    spacing = run.trajectory.checkpoint_spacing
    ends = [run.config.steps, (run.step // spacing + 1) * spacing]
    ends += [change.step for change in run.config.changes if change.step > run.step]
    return min(ends) - run.step


def _advance_chunk(run: Run, count: int, deadline: float) -> None:
    """Take `count` steps, record and publish them."""
    before = run.checkpoint()
    run.optimizer = run.config.optimizer_at(run.step)
    # The row that this chunk leaves was written before a change that falls on it took effect.
    run.trajectory.correct_rate(run.step, run.learning_rate)
    rows = run.trajectory.reserve(count)
    with np.errstate(all="ignore"):
        if run.problem.cheap and run.oracle.batches is None:
            taken = _cheap_steps(run, rows, count)
        else:
            taken = _observed_steps(run, rows, count, deadline)
    rows = Rows(*(column[:taken] for column in rows))
    _publish(run, rows, before)


def _cheap_steps(run: Run, rows: Rows, count: int) -> int:
    xp, oracle, optimizer, rate = run.xp, run.oracle, run.optimizer, run.learning_rate
    point, state, points = run.point, run.state, rows.points
    first = run.step
    fixed = optimizer.evaluations_per_step
    step = optimizer.step
    if fixed is not None and isinstance(point, np.ndarray):
        start = np.array(oracle.evaluations)
        for index in range(count):
            point, state = step(xp, oracle, point, state, rate)
            points[index] = point
        rows.evaluations[:] = start + np.arange(1, count + 1)[:, None] * np.array(fixed)
    else:
        for index in range(count):
            oracle.step = first + index
            point, state = step(xp, oracle, point, state, rate)
            points[index] = to_numpy(point)
            rows.evaluations[index] = oracle.evaluations
    run.point, run.state, run.step = point, state, first + count
    rows.values[:] = run.problem.value(points)
    rows.gradient_norms[:] = _norms(run.problem.gradient(points))
    rows.learning_rates[:] = rate
    return count


def _observed_steps(run: Run, rows: Rows, count: int, deadline: float) -> int:
    for index in range(count):
        _step(run)
        run.oracle.step = run.step
        _record_one(run, rows, index)
        if perf_counter() >= deadline:
            return index + 1
    return count


def _step(run: Run) -> None:
    run.oracle.step = run.step
    run.point, run.state = run.optimizer.step(run.xp, run.oracle, run.point, run.state, run.learning_rate)
    run.step += 1


def _record_one(run: Run, rows: Rows, index: int) -> None:
    value, gradient = run.oracle.observe(run.point)
    rows.points[index] = to_numpy(run.point)
    rows.values[index] = to_numpy(value)
    rows.gradient_norms[index] = _norms(to_numpy(gradient))
    rows.learning_rates[index] = run.learning_rate
    rows.evaluations[index] = run.oracle.evaluations


def _norms(gradients: Array) -> np.ndarray:
    """‖g‖₂ over the last axis, without overflow for gradients beyond 1e154."""
    squares = np.sum(gradients * gradients, axis=-1)
    norms = np.sqrt(squares)
    if not np.isfinite(norms).all():
        largest = np.max(np.abs(gradients), axis=-1)
        scaled = gradients / np.where(largest > 0, largest, 1.0)[..., None]
        careful = largest * np.sqrt(np.sum(scaled * scaled, axis=-1))
        norms = np.where(np.isfinite(norms), norms, careful)
    return np.asarray(norms)


def _publish(run: Run, rows: Rows, before: Checkpoint) -> None:
    """Publish the rows of a chunk up to the first at which the run stops; keep a checkpoint where one is due."""
    count = len(rows.values)
    lost = _first_lost(rows)
    kept = count if lost is None else lost
    ended = _stop_by_rule(run, rows, before.step + 1, kept)
    if ended:
        kept = run.trajectory.stop_step - before.step
    elif lost is not None:
        run.stop(StopReason.DIVERGED, before.step + lost + 1)
    run.trajectory.publish(kept)
    if kept < count:
        _return_to(run, before, before.step + kept)
    elif not ended and run.step % run.trajectory.checkpoint_spacing == 0:
        run.trajectory.add_checkpoint(run.checkpoint())


def _first_lost(rows: Rows) -> int | None:
    """The first row at which no descent of the batch is finite any more."""
    finite = np.isfinite(rows.points).all(axis=-1) & np.isfinite(rows.values)
    alive = finite.reshape(len(finite), -1).any(axis=1)
    return None if alive.all() else int(np.argmin(alive))


def _return_to(run: Run, before: Checkpoint, step: int) -> None:
    """Stand at an earlier step of the chunk that began with `before`."""
    run.restore(before)
    with np.errstate(all="ignore"):
        while run.step < step:
            _step(run)


def _stop_by_rule(run: Run, rows: Rows, first_step: int, count: int) -> bool:
    """Stop the run at the first of `count` rows that meets a stopping rule of its config."""
    rules = run.config.stop
    if rules.none or count == 0:
        return False
    met: list[tuple[int, StopReason]] = []

    def look(where: np.ndarray, reason: StopReason) -> None:
        every = where.reshape(count, -1).all(axis=1)
        if every.any():
            met.append((int(np.argmax(every)), reason))

    if rules.gradient_norm is not None:
        look(rows.gradient_norms[:count] <= rules.gradient_norm, StopReason.CONVERGED)
    if rules.value is not None:
        look(rows.values[:count] <= rules.value, StopReason.TARGET_REACHED)
    if rules.change is not None and first_step > 0:
        previous = run.trajectory.rows(first_step - 1, first_step).points
        lengths = _norms(np.diff(np.concatenate([previous, rows.points[:count]]), axis=0))
        look(lengths <= rules.change, StopReason.STALLED)
    if rules.evaluations is not None:
        look(rows.evaluations[:count].sum(axis=1) >= rules.evaluations, StopReason.BUDGET_SPENT)
    if rules.seconds is not None and run.seconds >= rules.seconds:
        met.append((count - 1, StopReason.TIME_SPENT))
    if not met:
        return False
    index, reason = min(met, key=lambda item: item[0])
    run.stop(reason, first_step + index)
    return True


def _finish_if_done(run: Run) -> None:
    if run.step >= run.config.steps:
        run.stop(StopReason.FINISHED)
