from __future__ import annotations

import threading
from dataclasses import dataclass
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdviz.optimizers import OPTIMIZERS, Optimizer, Step, optimizer
from gdviz.problems import problem
from gdviz.runs.config import Change, RandomStart, RunConfig, StopRules
from gdviz.runs.engine import advance, advance_for, begin, replay, run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

DESCENT = optimizer("gradient_descent", learning_rate=1e-3)
ADAM = optimizer("adam", learning_rate=0.05)

CONFIGS = {
    "plain": RunConfig(DESCENT, steps=1500),
    "changed twice": RunConfig(
        ADAM,
        steps=1500,
        changes=(Change(40, {"learning_rate": 0.01}), Change(1024, {"beta1": 0.5, "learning_rate": 0.1})),
    ),
    "changed at once and never": RunConfig(
        ADAM, steps=300, changes=(Change(0, {"learning_rate": 0.2}), Change(300, {"learning_rate": 9.0}))
    ),
    "stopped by its gradient": RunConfig(ADAM, steps=4000, stop=StopRules(gradient_norm=1e-3)),
    "stopped by its evaluations": RunConfig(ADAM, steps=4000, stop=StopRules(evaluations=777)),
    "diverging": RunConfig(optimizer("gradient_descent", learning_rate=0.02), start=(-1.2, 1.0), steps=1500),
    "from a random start": RunConfig(ADAM, start=RandomStart(-2, 2), steps=50, seed=4),
}


def whole(run: Run) -> Run:
    run_to_end(run)
    return run


@pytest.mark.parametrize("name", ["rosenbrock", "ackley", "rastrigin", "himmelblau"])
@pytest.mark.parametrize("case", CONFIGS)
def test_that_where_chunks_end_never_shows(name: str, case: str, told: Any) -> None:
    config = CONFIGS[case]
    at_once, one_by_one, in_slices, uneven = (Run(problem(name), config) for _ in range(4))
    advance(at_once, config.steps)
    while not one_by_one.finished:
        assert advance(one_by_one, 1) <= 1
    while not in_slices.finished:
        advance_for(in_slices, 1e-4)
    lengths = np.random.default_rng(1)
    while not uneven.finished:
        advance(uneven, int(lengths.integers(1, 300)))
    expected = told(whole(Run(problem(name), config)))
    for run in (at_once, one_by_one, in_slices, uneven):
        assert told(run) == expected
        assert [item.step for item in run.trajectory.checkpoints] == list(range(0, len(run.trajectory), 1024))


@pytest.mark.parametrize("batch_size", [None, 1, 8, 1000])
@pytest.mark.parametrize("stop", [StopRules(), StopRules(value=0.0052), StopRules(change=1e-3)])
def test_that_where_chunks_end_never_shows_in_a_fit(
    small_fit: Any, batch_size: int | None, stop: StopRules, told: Any
) -> None:
    config = RunConfig(
        ADAM, steps=700, batch_size=batch_size, seed=3, stop=stop, changes=(Change(100, {"beta1": 0.3}),)
    )
    one_by_one, in_slices = Run(small_fit, config), Run(small_fit, config)
    while not one_by_one.finished:
        advance(one_by_one, 1)
    while not in_slices.finished:
        advance_for(in_slices, 1e-4)
    expected = whole(Run(small_fit, config))
    for run in (one_by_one, in_slices):
        assert told(run) == told(expected)
        assert [item.step for item in run.trajectory.checkpoints] == list(range(0, len(run.trajectory), 16))


def test_that_a_finished_run_stands_on_its_last_row() -> None:
    for config in CONFIGS.values():
        run = whole(Run(problem("rosenbrock"), config))
        assert run.step == run.trajectory.steps
        np.testing.assert_array_equal(run.point, run.trajectory.points[-1])
        assert run.oracle.evaluations == tuple(run.trajectory.rows().evaluations[-1])
        assert advance(run, 10) == 0


def test_that_steps_are_those_of_the_rule_written_by_hand() -> None:
    rosenbrock = problem("rosenbrock")
    run = whole(Run(rosenbrock, RunConfig(DESCENT, start=(-1.2, 1.0), steps=200)))
    point = np.array([-1.2, 1.0])
    for step in range(200):
        np.testing.assert_allclose(run.trajectory.points[step], point, rtol=1e-12)
        assert run.trajectory.values[step] == pytest.approx((1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2)
        slope = np.array(
            [-2 * (1 - point[0]) - 400 * point[0] * (point[1] - point[0] ** 2), 200 * (point[1] - point[0] ** 2)]
        )
        assert run.trajectory.gradient_norms[step] == pytest.approx(np.hypot(*slope))
        point = point - 1e-3 * slope


def test_that_learning_rates_are_those_of_the_step_that_leaves_each_row() -> None:
    config = RunConfig(
        DESCENT, steps=10, changes=(Change(3, {"learning_rate": 5e-4}), Change(7, {"learning_rate": 1e-4}))
    )
    rates = whole(Run(problem("rosenbrock"), config)).trajectory.learning_rates
    np.testing.assert_array_equal(rates, [1e-3] * 3 + [5e-4] * 4 + [1e-4] * 4)


def has_rate(name: str) -> bool:
    return "learning_rate" in [item.name for item in OPTIMIZERS.get(name).declarations_for({})]


def at_rate(name: str, rate: float) -> Optimizer:
    """The optimizer of that name with this rate, if it has any."""
    return optimizer(name, **({"learning_rate": rate} if has_rate(name) else {}))


@pytest.mark.parametrize("name", OPTIMIZERS.names)
@settings(max_examples=3)
@given(step=st.integers(0, 2500))
@example(step=0)
@example(step=100)
@example(step=1024)
@example(step=2500)
def test_that_any_step_is_replayed_bit_for_bit(name: str, step: int) -> None:
    run = _recorded(name)
    again = replay(run, step)
    assert again.step == step
    assert again.point.tobytes() == run.trajectory.points[step].tobytes()
    assert again.evaluations == tuple(run.trajectory.rows().evaluations[step])
    if step < 2500:
        # The state counts as well: the step taken from it is the recorded one.
        follower = Run(run.problem, run.config, start=run.start)
        follower.restore(again)
        point, _ = follower.optimizer.step(np, follower.oracle, follower.point, follower.state, follower.learning_rate)
        assert point.tobytes() == run.trajectory.points[step + 1].tobytes()


_RECORDED: dict[str, Run] = {}


def _recorded(name: str) -> Run:
    if name not in _RECORDED:
        changes = (Change(100, {"learning_rate": 2e-3}), Change(2000, {"learning_rate": 1e-3}))
        config = RunConfig(at_rate(name, 1e-3), steps=2500, changes=changes if has_rate(name) else ())
        _RECORDED[name] = whole(Run(problem("himmelblau"), config))
    return _RECORDED[name]


@given(step=st.integers(0, 400), batch_size=st.sampled_from([None, 5, 53]))
def test_that_any_step_of_a_fit_is_replayed_bit_for_bit(small_fit: Any, step: int, batch_size: int | None) -> None:
    run = whole(Run(small_fit, RunConfig(ADAM, steps=400, batch_size=batch_size, seed=9)))
    assert replay(run, step).point.tobytes() == run.trajectory.points[step].tobytes()


def test_that_a_diverging_run_keeps_its_last_finite_point_and_says_the_step() -> None:
    run = whole(Run(problem("rosenbrock"), CONFIGS["diverging"]))
    trajectory = run.trajectory
    assert trajectory.stop_reason is StopReason.DIVERGED
    assert trajectory.stop_step == len(trajectory)
    assert trajectory.sentence == f"diverged at step {len(trajectory)}"
    assert np.isfinite(trajectory.points).all()
    assert np.isfinite(trajectory.values).all()
    # The step that is left out is indeed no longer finite.
    with np.errstate(all="ignore"):
        point, _ = run.optimizer.step(np, run.oracle, run.point, run.state, run.learning_rate)
        assert not (np.isfinite(point).all() and np.isfinite(run.problem.value(point)))


def test_that_a_start_without_a_finite_value_is_kept_and_said() -> None:
    run = whole(Run(problem("rosenbrock"), RunConfig(DESCENT, start=(1e200, 0.0))))
    assert run.trajectory.stop_reason is StopReason.DIVERGED
    assert run.trajectory.sentence == "diverged at step 0: the value at the start is not finite"
    np.testing.assert_array_equal(run.trajectory.points, [[1e200, 0.0]])


def test_that_a_huge_rate_ends_as_diverged_and_not_in_an_exception() -> None:
    for name in OPTIMIZERS.names:
        run = whole(Run(problem("rosenbrock"), RunConfig(at_rate(name, 1e308), steps=50)))
        assert np.isfinite(run.trajectory.points).all()
        assert np.isfinite(run.trajectory.values).all()
        assert run.trajectory.stop_reason in {StopReason.DIVERGED, StopReason.FINISHED}


def test_that_evaluations_are_what_the_optimizer_asked_for(small_fit: Any) -> None:
    asked = {"value": 0, "gradient": 0}

    class Counted(type(small_fit)):
        def value_and_gradient(self, x: Any) -> Any:
            asked["gradient"] += 1
            return super().value_and_gradient(x)

    trajectory = whole(Run(Counted(), RunConfig(ADAM, steps=20))).trajectory
    np.testing.assert_array_equal(trajectory.evaluations.gradient, np.arange(21))
    np.testing.assert_array_equal(trajectory.evaluations.value, 0)
    np.testing.assert_array_equal(trajectory.evaluations.total, np.arange(21))
    # What is recorded comes out of the passes that the steps need: one more than steps, for the last row.
    assert asked["gradient"] == 21


@dataclass(frozen=True)
class Searching(Optimizer):
    """A step that halves until the value falls: how often it asks differs from step to step."""

    name: ClassVar[str] = "searching"
    label: ClassVar[str] = "Searching"

    def init(self, xp: Any, x: Any) -> None:
        return None

    def step(self, xp: Any, oracle: Any, x: Any, state: None, learning_rate: float) -> Step:
        slope, value, length = oracle.gradient(x), oracle.value(x), 1.0
        while not oracle.value(x - length * slope) < value and length > 1e-12:
            length /= 2
        return Step(x - length * slope, None)


def test_that_evaluations_are_counted_step_by_step_where_they_vary(told: Any) -> None:
    config = RunConfig(Searching(), start=(-1.2, 1.0), steps=60)
    trajectory = whole(Run(problem("rosenbrock"), config)).trajectory
    asked = np.diff(trajectory.evaluations.value)
    assert len(set(asked.tolist())) > 1
    assert asked.min() >= 2
    np.testing.assert_array_equal(trajectory.evaluations.gradient, np.arange(61))
    assert np.isnan(trajectory.learning_rates).all()
    one_by_one = Run(problem("rosenbrock"), config)
    while not one_by_one.finished:
        advance(one_by_one, 1)
    assert told(one_by_one) == told(whole(Run(problem("rosenbrock"), config)))


def test_that_points_of_another_array_library_stay_so() -> None:
    strict = pytest.importorskip("array_api_strict")
    start = strict.asarray([-1.2, 1.0], dtype=strict.float64)
    run = whole(Run(problem("rosenbrock"), RunConfig(ADAM, steps=30), start=start))
    assert type(run.point) is type(start)
    plain = whole(Run(problem("rosenbrock"), RunConfig(ADAM, steps=30), start=np.array([-1.2, 1.0])))
    np.testing.assert_allclose(run.trajectory.points, plain.trajectory.points, rtol=1e-12)
    np.testing.assert_array_equal(run.trajectory.evaluations.total, plain.trajectory.evaluations.total)


def test_that_a_batch_of_starts_equals_its_runs_one_by_one() -> None:
    himmelblau = problem("himmelblau")
    starts = np.random.default_rng(2).uniform(-4, 4, size=(2, 3, 2))
    config = RunConfig(ADAM, steps=300)
    batch = whole(Run(himmelblau, config, start=starts)).trajectory
    assert batch.points.shape == (301, 2, 3, 2)
    assert batch.values.shape == batch.gradient_norms.shape == (301, 2, 3)
    for index in np.ndindex(2, 3):
        alone = whole(Run(himmelblau, config, start=starts[index])).trajectory
        np.testing.assert_allclose(batch.points[(slice(None), *index)], alone.points, rtol=1e-9, atol=1e-12)


def test_that_a_batch_goes_on_until_none_of_its_descents_is_finite() -> None:
    steep = RunConfig(optimizer("gradient_descent", learning_rate=0.02), steps=500)
    rosenbrock = problem("rosenbrock")
    starts = np.array([[-1.2, 1.0], [1.0, 1.0]])
    both = whole(Run(rosenbrock, steep, start=starts)).trajectory
    assert both.stop_reason is StopReason.FINISHED
    assert np.isfinite(both.points[:, 1]).all()
    assert not np.isfinite(both.points[-1, 0]).any()
    alone = whole(Run(rosenbrock, steep, start=starts[:1])).trajectory
    assert alone.stop_reason is StopReason.DIVERGED


def test_that_single_precision_stays_single() -> None:
    run = whole(Run(problem("rosenbrock"), RunConfig(ADAM, steps=50), start=np.array([-1.2, 1.0], dtype=np.float32)))
    assert run.trajectory.points.dtype == np.float32
    assert run.point.dtype == np.float32
    double = whole(Run(problem("rosenbrock"), RunConfig(ADAM, start=(-1.2, 1.0), steps=50)))
    np.testing.assert_allclose(run.trajectory.points, double.trajectory.points, rtol=1e-3)


def test_that_a_deadline_ends_an_advance_between_two_steps() -> None:
    run = Run(problem("rosenbrock"), RunConfig(ADAM, steps=10_000_000))
    started = perf_counter()
    advance_for(run, 0.02)
    assert perf_counter() - started < 1
    assert 0 < run.step < run.config.steps
    assert len(run.trajectory) == run.step + 1


def test_that_a_passed_deadline_still_takes_a_step(small_fit: Any) -> None:
    for which in (small_fit, problem("rosenbrock")):
        run = Run(which, RunConfig(ADAM, steps=10))
        begin(run)
        assert advance(run, 10, deadline=perf_counter() - 1) >= 1


def test_that_a_cancelled_run_keeps_what_it_has() -> None:
    run = Run(problem("rosenbrock"), RunConfig(ADAM, steps=10_000_000))
    run_to_end(run, cancelled=lambda: run.step > 100)
    assert run.trajectory.stop_reason is StopReason.CANCELLED
    assert run.trajectory.stop_step == run.trajectory.steps > 100
    assert run.trajectory.sentence == f"cancelled at step {run.trajectory.steps}"


def test_that_a_run_cancelled_before_its_first_step_has_its_start() -> None:
    trajectory = run_to_end(Run(problem("rosenbrock"), RunConfig(ADAM)), cancelled=lambda: True)
    assert len(trajectory) == 1
    assert trajectory.stop_reason is StopReason.CANCELLED


def test_that_progress_is_told_of_a_run_on_its_way() -> None:
    seen: list[int] = []
    run = Run(problem("rosenbrock"), RunConfig(ADAM, steps=60_000))
    run_to_end(run, progress=lambda told: seen.append(told.step))
    assert seen == sorted(set(seen))
    assert seen[-1] == 60_000
    assert len(seen) > 1


@pytest.mark.parametrize("which", ["cheap", "fit"])
def test_that_a_reader_in_another_thread_sees_only_finished_rows(
    which: str, small_fit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer fills rows it has not published with what no run can hold; a reader must never meet it."""
    # Columns that have to grow, while they are read.
    monkeypatch.setattr("gdviz.runs.trajectory._FIRST_BYTES", 64 * 1024)
    chosen = small_fit if which == "fit" else problem("rosenbrock")
    run = Run(chosen, RunConfig(ADAM, steps=20_000 if which == "cheap" else 6_000))
    reserve = run.trajectory.reserve

    def poisoned(count: int) -> Any:
        rows = reserve(count)
        for column in rows:
            column[:] = -7
        return rows

    run.trajectory.reserve = poisoned  # type: ignore[method-assign]
    faults: list[str] = []
    looks = 0
    ended = threading.Event()

    def read() -> None:
        nonlocal looks
        before = 0
        while not ended.is_set():
            finished = run.trajectory.finished
            rows = run.trajectory.rows()
            lengths = {len(column) for column in rows}
            if len(lengths) != 1 or min(lengths) < before:
                faults.append(f"columns of {lengths} rows after {before}")
            before = max(lengths)
            if (rows.gradient_norms == -7).any() or (rows.learning_rates == -7).any() or (rows.evaluations == -7).any():
                faults.append("an unpublished row")
            if finished and before != run.config.steps + 1:
                faults.append(f"finished with {before} rows")
            looks += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        while not run.finished:
            advance_for(run, 0.002)
    finally:
        ended.set()
        reader.join()
    assert not faults
    assert looks > 10


def test_that_published_rows_never_change() -> None:
    config = RunConfig(ADAM, steps=400, changes=(Change(100, {"learning_rate": 0.01}), Change(101, {"beta2": 0.5})))
    run = Run(problem("rosenbrock"), config)
    seen: list[tuple[int, bytes]] = []
    while not run.finished:
        advance(run, 7)
        rows = run.trajectory.rows()
        seen.append((len(run.trajectory), b"".join(column.tobytes() for column in rows)))
    for length, content in seen:
        assert b"".join(column.tobytes() for column in run.trajectory.rows(0, length)) == content


def test_that_checkpoints_are_bounded_and_evenly_spaced(small_fit: Any) -> None:
    run = whole(Run(small_fit, RunConfig(ADAM, steps=20_000)))
    steps = [item.step for item in run.trajectory.checkpoints]
    assert len(steps) <= 512
    spacing = run.trajectory.checkpoint_spacing
    assert steps == list(range(0, 20_001, spacing))
    assert spacing == 64
    assert run.trajectory.checkpoint_before(19_999).step == 19_999 // spacing * spacing


def test_that_a_step_of_a_fit_is_replayed_from_at_most_sixteen_steps_before(small_fit: Any) -> None:
    run = whole(Run(small_fit, RunConfig(ADAM, steps=500)))
    passes = 0

    class Counted(type(small_fit)):
        def value_and_gradient(self, x: Any) -> Any:
            nonlocal passes
            passes += 1
            return super().value_and_gradient(x)

    run.problem = Counted()
    replay(run, 499)
    assert passes <= 16
