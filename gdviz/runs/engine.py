"""Moves runs forward. The same functions serve the window's worker, the command line and the tests.

Steps are taken in chunks: `advance` takes the steps of a chunk, fills in what is recorded, looks for the first row
at which the run has to stop, and publishes the rows up to there. Where a chunk ends never shows in the result: rows
beyond the stopping one are thrown away, checkpoints lie at fixed steps, and a chunk never crosses a change.

Cheap problems are recorded after their steps, all rows of a chunk in one vectorized call; fits to data in the pass
over the rows that the step needs anyway.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np

from gdviz.arrays import to_numpy
from gdviz.backends import computing
from gdviz.oracle import Evaluations
from gdviz.runs import coordinatewise
from gdviz.runs.compiled import CompiledSteps
from gdviz.runs.config import RunConfig
from gdviz.runs.lengths import lengths
from gdviz.runs.rates import entered, follows_values, rates_array, rates_from, schedule_of
from gdviz.runs.rules import first_stop
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Checkpoint, Origin, Rows, Trajectory
from gdviz.schedules.schedule import ObservedSchedule

__all__ = [
    "advance",
    "advance_for",
    "begin",
    "branch",
    "replay",
    "run_to_end",
    "shared_steps",
    "standing_at",
    "step_to",
]

_LARGEST_CHUNK = 1024
_LONGEST_CHUNK_SECONDS = 0.025
_SHORTEST_CHUNK_SECONDS = 0.001
"""What goes on around the steps of a chunk takes some 0.05 ms."""


def begin(run: Run) -> None:
    """Record row 0 and the first checkpoint; a start that is not finite in value stops the run there."""
    rows = run.trajectory.reserve(1)
    with np.errstate(all="ignore"), computing(run.xp):
        run.oracle.step = 0
        _record_one(run, rows, 0)
    stop = first_stop(run.config.stop, rows, None)
    run.trajectory.add_checkpoint(run.checkpoint())
    run.trajectory.publish(1)
    if not np.isfinite(rows.values).any():
        run.stop(StopReason.DIVERGED)
    elif stop is not None:
        run.stop(stop.reason)


def advance(run: Run, steps: int, deadline: float = math.inf) -> int:
    """Take up to `steps` steps, fewer where the run stops or the deadline of `perf_counter` passes; returns how many.

    Only whole steps are taken, at least one, so a deadline is overrun by one step at most where steps are slow.
    """
    if len(run.trajectory) == 0:
        begin(run)
    before = run.step
    # A chunk should last a quarter of the time there is, so that the deadline is met without a look at every step.
    target = max(_SHORTEST_CHUNK_SECONDS, min(_LONGEST_CHUNK_SECONDS, (deadline - perf_counter()) / 4))
    while not run.finished and run.step - before < steps:
        largest = run.chunk if run.compiled is None else run.compiled.length
        wanted = min(steps - (run.step - before), largest, _until_boundary(run))
        started = perf_counter()
        _advance_chunk(run, wanted, deadline)
        now = perf_counter()
        run.seconds += now - started
        run.chunk = max(1, min(_LARGEST_CHUNK, int(wanted * target / max(now - started, 1e-7)), 4 * run.chunk))
        if now >= deadline:
            break
    return run.step - before


def advance_for(run: Run, seconds: float) -> int:
    """Take steps for about this long; returns how many."""
    return advance(run, run.config.steps, perf_counter() + seconds)


def run_to_end(
    run: Run,
    progress: Callable[[Run], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Trajectory:
    """Advance until the run stops. `progress` and `cancelled` are called about twenty times a second.

    A run that was cancelled before its first step has its start as the only row.
    """
    if len(run.trajectory) == 0:
        begin(run)
    while not run.finished:
        if cancelled():
            run.stop(StopReason.CANCELLED)
            break
        advance_for(run, 0.05)
        if progress is not None:
            progress(run)
    return run.trajectory


def replay(run: Run, step: int) -> Checkpoint:
    """The point and state that the run had at a recorded `step`, equal bit for bit, from the checkpoint before it."""
    return standing_at(run.trajectory, Origin(run.problem, run.config, run.start), step).checkpoint()


def standing_at(trajectory: Trajectory, origin: Origin, step: int) -> Run:
    """A run that stands where the one behind this trajectory stood at a recorded `step`, about to leave it."""
    again = Run(origin.problem, origin.config, start=origin.start)
    again.restore(trajectory.checkpoint_before(step))
    step_to(again, step)
    again.optimizer = again.config.optimizer_at(step)
    return again


def shared_steps(old: RunConfig, new: RunConfig) -> int:
    """For how many steps two configs give the same trajectory on the same problem, as far as neither stops by a rule.

    0 where they differ from the start. Labels and stopping rules don't count: which of them ends a run is seen only
    as it goes, so `branch` looks at that.
    """
    if _conditions(old) != _conditions(new):
        return 0
    shared = min(old.steps, new.steps)
    firsts = {0, *(change.step for change in (*old.changes, *new.changes))}
    differing = [first for first in firsts if old.optimizer_at(first) != new.optimizer_at(first)]
    return min([shared, *differing])


def branch(run: Run, config: RunConfig, step: int) -> Run:
    """A run with another config that keeps what `run` recorded up to `step` and goes on from there.

    No more is kept than the two configs share and the new one's stopping rules allow, so the result is the
    trajectory that the new config gives from its start (rules on time apart, which count a fair share of the time
    spent). `run` may be unfinished, or have ended in any way.
    """
    follower = Run(run.problem, config, start=run.start, recorded=run.trajectory.points.dtype)
    latest = min(step, run.trajectory.steps, shared_steps(run.config, config))
    if latest < 0:
        return follower
    recorded = run.trajectory.rows(0, latest + 1)
    lost = not np.isfinite(recorded.values[0]).any()
    stop = None if lost else first_stop(config.stop, recorded, None)
    if stop is not None:
        latest = stop.row
    follower.restore(replay(run, latest))
    follower.trajectory.copy_from(run.trajectory, latest, follower.learning_rate)
    follower.seconds = run.seconds * latest / max(1, run.step)
    if lost:
        follower.stop(StopReason.DIVERGED)
    elif stop is not None:
        follower.stop(stop.reason)
    elif latest >= config.steps:
        follower.stop(StopReason.FINISHED)
    return follower


def _conditions(config: RunConfig) -> tuple[object, ...]:
    """What holds for every step of a run."""
    return (config.start, config.seed, config.batch_size, config.clipping, config.noise)


def _until_boundary(run: Run) -> int:
    """Steps to the next place where a chunk has to end: the last step, a change, for cheap problems a checkpoint."""
    ends = [run.config.steps]
    ends += [change.step for change in run.config.changes if change.step > run.step]
    if run.recorded_after or run.compiled is not None:
        spacing = run.trajectory.checkpoint_spacing
        ends.append((run.step // spacing + 1) * spacing)
    return min(ends) - run.step


def _advance_chunk(run: Run, count: int, deadline: float) -> None:
    """Take `count` steps, fewer where the deadline passes; record and publish them."""
    started = perf_counter()
    before = run.checkpoint()
    run.optimizer = run.config.optimizer_at(run.step)
    rows = run.trajectory.reserve(count)
    passed: list[Checkpoint] = []
    with np.errstate(all="ignore"), computing(run.xp):
        if run.compiled is not None:
            taken = _compiled_steps(run, run.compiled, rows, count, passed)
        elif run.recorded_after:
            taken = _cheap_steps(run, rows, count, passed)
        else:
            limit = run.config.stop.seconds
            out_of_time = math.inf if limit is None else started + max(0.0, limit - run.seconds)
            taken = _observed_steps(run, rows, count, min(deadline, out_of_time), passed)
    rows = Rows(*(column[:taken] for column in rows))
    if not follows_values(run.optimizer):
        rows.learning_rates[:-1] = rates_array(run.optimizer, before.step + 1, taken - 1)
    rows.learning_rates[-1] = run.learning_rate
    _publish(run, rows, before, passed, run.seconds + perf_counter() - started)


def _cheap_steps(run: Run, rows: Rows, count: int, passed: list[Checkpoint]) -> int:
    """`count` steps, then what is recorded of them; the chunk ends at a checkpoint where one is due."""
    xp, oracle, optimizer = run.xp, run.oracle, run.optimizer
    point, state, points = run.point, run.state, rows.points
    first = run.step
    fixed = optimizer.evaluations_per_step
    step = optimizer.step
    observed = follows_values(optimizer)
    rates = [] if observed else rates_from(optimizer, first, count)
    if fixed is not None and isinstance(point, np.ndarray) and not observed and not run.shaped:
        start = oracle.evaluations
        done = 0
        if coordinatewise.applies(optimizer, run.problem, point):
            passed_points, state = coordinatewise.steps(optimizer, run.problem, point, state, rates)
            done = len(passed_points)
            points[:done] = passed_points
            # A copy: the point outlives the chunk's rows, and a checkpoint must not hold on to all of them.
            point = points[done - 1].copy() if done else point
            oracle.gradient_count += done
        for index in range(done, count):
            point, state = step(xp, oracle, point, state, rates[index])
            points[index] = point
        for column, before, per_step in zip(rows.evaluations.T, start, fixed, strict=True):
            column[:] = before + per_step * np.arange(1, count + 1) if per_step else before
        run.point, run.state, run.step = point, state, first + count
    else:
        taken = []
        for index in range(count):
            _step(run, None if observed else rates[index])
            taken.append(run.point)
            rows.evaluations[index] = oracle.evaluations
            if observed:
                rows.learning_rates[index] = run.learning_rate
        # All at once: from a device every transfer takes as long as many steps.
        points[:] = to_numpy(xp.stack(taken))
    rows.values[:] = run.problem.value(points)
    rows.gradient_norms[:] = lengths(run.problem.gradient(points))
    if run.step % run.trajectory.checkpoint_spacing == 0:
        passed.append(run.checkpoint())
    return count


def _compiled_steps(run: Run, compiled: CompiledSteps, rows: Rows, count: int, passed: list[Checkpoint]) -> int:
    """`count` steps in one call, which records them too."""
    rates = rates_array(run.optimizer, run.step, count)
    taken = compiled.take(run.optimizer, run.point, run.state, rates, run.step)
    rows.points[:], rows.values[:], rows.gradient_norms[:] = taken.points, taken.values, taken.gradient_norms
    value, gradient, hessian = run.oracle.evaluations
    rows.evaluations[:, 0], rows.evaluations[:, 2] = value, hessian
    rows.evaluations[:, 1] = np.arange(gradient + 1, gradient + count + 1)
    run.oracle.gradient_count += count
    run.point, run.state, run.step = taken.point, taken.state, run.step + count
    if run.step % run.trajectory.checkpoint_spacing == 0:
        passed.append(run.checkpoint())
    return count


def _observed_steps(run: Run, rows: Rows, count: int, deadline: float, passed: list[Checkpoint]) -> int:
    """Up to `count` steps, each recorded in the pass over the rows that the next one needs; returns how many."""
    fixed = run.optimizer.evaluations_per_step
    if fixed is not None and isinstance(run.point, np.ndarray) and not (run.shaped or follows_values(run.optimizer)):
        return _plain_observed_steps(run, rows, count, deadline, passed, fixed)
    spacing = run.trajectory.checkpoint_spacing
    for index in range(count):
        _step(run)
        run.oracle.step = run.step
        _record_one(run, rows, index)
        if run.step % spacing == 0:
            passed.append(run.checkpoint())
        if perf_counter() >= deadline:
            return index + 1
    return count


def _plain_observed_steps(
    run: Run, rows: Rows, count: int, deadline: float, passed: list[Checkpoint], per_step: Evaluations
) -> int:
    """The same where every step takes the rate and the evaluations known beforehand: small mini-batches take less time
    than the calls around them, so what can be is recorded of all steps at once."""
    xp, oracle, step = run.xp, run.oracle, run.optimizer.step
    spacing = run.trajectory.checkpoint_spacing
    point, state, first = run.point, run.state, run.step
    before, rates = oracle.evaluations, rates_from(run.optimizer, first, count)
    points, values, gradients = rows.points, rows.values, np.empty(rows.points.shape, dtype=point.dtype)
    oracle.step = first
    taken = 0
    while taken < count:
        point, state = step(xp, oracle, point, state, rates[taken])
        oracle.step += 1
        values[taken], gradients[taken] = oracle.observe(point)
        points[taken] = point
        taken += 1
        if oracle.step % spacing == 0:
            run.point, run.state, run.step = point, state, oracle.step
            passed.append(run.checkpoint())
        if perf_counter() >= deadline:
            break
    run.point, run.state, run.step = point, state, first + taken
    rows.gradient_norms[:taken] = lengths(gradients[:taken])
    for column, start, each in zip(rows.evaluations.T, before, per_step, strict=True):
        column[:taken] = start + each * np.arange(1, taken + 1)
    return taken


def _step(run: Run, rate: float | None = None) -> None:
    """One step with this rate, or with the one that holds."""
    run.oracle.step = run.step
    if rate is None:
        rate = run.learning_rate
        schedule = schedule_of(run.optimizer)
        if isinstance(schedule, ObservedSchedule):
            # Asked before the step, so that a fit answers value and gradient in one pass over the rows.
            value = float(to_numpy(run.oracle.value(run.point)))
            state = entered(run.config, run.step, run.schedule_state)
            run.schedule_state = schedule.observed(state, value)
    run.point, run.state = run.optimizer.step(run.xp, run.oracle, run.point, run.state, rate)
    run.step += 1


def step_to(run: Run, step: int) -> None:
    """Take the steps up to `step` again, recording nothing."""
    changes = {change.step for change in run.config.changes}
    with np.errstate(all="ignore"), computing(run.xp):
        while run.step < step:
            if run.step in changes:
                run.optimizer = run.config.optimizer_at(run.step)
            if run.compiled is None:
                _step(run)
                continue
            count = min([step, *(change for change in changes if change > run.step)]) - run.step
            rates = rates_array(run.optimizer, run.step, min(count, run.compiled.length))
            taken = run.compiled.take(run.optimizer, run.point, run.state, rates, run.step)
            run.point, run.state, run.step = taken.point, taken.state, run.step + len(rates)
            run.oracle.gradient_count += len(rates)


def _record_one(run: Run, rows: Rows, index: int) -> None:
    # A compiled run is not begun with a compilation, nor with a hundred small ones.
    point = run.point if run.compiled is None else to_numpy(run.point)
    value, gradient = run.oracle.observe(point)
    rows.points[index] = to_numpy(run.point)
    rows.values[index] = to_numpy(value)
    rows.gradient_norms[index] = lengths(to_numpy(gradient))
    rows.learning_rates[index] = run.learning_rate
    rows.evaluations[index] = run.oracle.evaluations


def _publish(run: Run, rows: Rows, before: Checkpoint, passed: list[Checkpoint], seconds: float) -> None:
    """Publish the rows of a chunk up to the first at which the run stops, and the checkpoints passed on the way."""
    count = len(rows.values)
    lost = _first_lost(rows)
    kept = count if lost is None else lost
    ending: tuple[StopReason, int] | None = None
    recorded = Rows(*(column[:kept] for column in rows))
    stop = first_stop(run.config.stop, recorded, run.trajectory.rows(before.step, before.step + 1).points)
    limit = run.config.stop.seconds
    if stop is not None:
        kept = stop.row + 1
        ending = (stop.reason, before.step + kept)
    elif lost is not None:
        ending = (StopReason.DIVERGED, before.step + lost + 1)
    elif before.step + count >= run.config.steps:
        ending = (StopReason.FINISHED, before.step + count)
    elif limit is not None and seconds >= limit:
        ending = (StopReason.TIME_SPENT, before.step + count)
    last = before.step + kept
    run.trajectory.publish(kept)
    for checkpoint in passed:
        if checkpoint.step <= last:
            run.trajectory.add_checkpoint(checkpoint)
    if kept < count:
        run.restore(before)
        step_to(run, last)
    # Last of all: whoever sees that the run has ended sees every row of it.
    if ending is not None:
        run.stop(*ending)


def _first_lost(rows: Rows) -> int | None:
    """The first row at which no descent of the batch is finite any more."""
    with np.errstate(all="ignore"):
        # A sum is finite only where everything summed is.
        if math.isfinite(rows.points.sum() + rows.values.sum()):
            return None
    finite = np.isfinite(rows.points).all(axis=-1) & np.isfinite(rows.values)
    alive = finite.reshape(len(finite), -1).any(axis=1)
    return None if alive.all() else int(np.argmin(alive))
