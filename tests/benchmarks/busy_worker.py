"""P7: what a busy worker does to the window's frames, and what the window does to the worker's steps.

gdviz's own window shows six runs and plays them at a fixed speed, by its own clock; it draws alike whether the worker
computes on or is paused. A frame is a tick of that clock and the painting that comes of it. A step's time is that of
the worker by the clock, over all runs: alone, while the window stands still, and while frames are drawn.

The cost of streaming is measured without a window: the same steps with the same numbers, value and gradient norm,
computed and forgotten, against a run that records and publishes them while another thread copies what is new, sixty
times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
from harness import Goal, Measure, Peer, Ratio, Sample, timed
from real_window import RealWindow, real_window

if TYPE_CHECKING:
    from gdviz.runs.trajectory import Trajectory

SECONDS = 0.5
BEAT = 1 / 60
SPEED = 2000.0
HEAD_START = 530_000
"""Rows of every run from which on the columns needn't be copied into larger ones for as long as is measured."""
PLANNED = 5_000_000
STEPS = 100_000
CHUNK = 1024


def frames(window: RealWindow) -> Sample:
    """The median frame while the runs are played for `SECONDS`; processors' time is that of both threads."""
    services = window.services
    drawn: list[float] = []
    services.playback.set_speed(SPEED)
    services.playback.seek(0)
    services.playback.play()
    services.clock.painted.connect(drawn.append)
    processors = process_time()
    window.let_run(SECONDS)
    processors = process_time() - processors
    services.clock.painted.disconnect(drawn.append)
    services.playback.pause()
    if not drawn:
        raise RuntimeError("no frame was drawn")
    return Sample(median(drawn), processors / len(drawn))


def step(window: RealWindow, spend: Callable[[], object]) -> Sample:
    """The worker's time for a step, of whichever run, while this is done."""
    before, processors, started = sum(window.lengths), process_time(), perf_counter()
    spend()
    seconds, processors = perf_counter() - started, process_time() - processors
    steps = max(1, sum(window.lengths) - before)
    return Sample(seconds / steps, processors / steps)


def measures_of_window(window: RealWindow) -> Mapping[str, Measure]:
    def with_worker(busy: bool, measure: Measure) -> Measure:
        def measured() -> Sample:
            window.pause(not busy)
            return measure()

        return measured

    def standing_still() -> None:
        window.services.clock.stop()
        window.let_run(SECONDS)

    return {
        "frame, worker idle": with_worker(False, lambda: frames(window)),
        "frame, worker busy": with_worker(True, lambda: frames(window)),
        "step, worker alone": with_worker(True, lambda: step(window, standing_still)),
        "step, window drawn": with_worker(True, lambda: step(window, lambda: frames(window))),
    }


def forgotten_steps() -> None:
    """The numbers of `STEPS` steps of Adam, computed as a run computes them, and nothing kept."""
    import gdviz
    from gdviz.runs import coordinatewise
    from gdviz.runs.lengths import lengths

    problem, optimizer = gdviz.problem("rosenbrock"), gdviz.optimizer("adam", learning_rate=0.01)
    point = problem.start
    state = optimizer.init(np, point)
    for first in range(0, STEPS, CHUNK):
        count = min(CHUNK, STEPS - first)
        rates = [optimizer.learning_rate] * count
        points, state = coordinatewise.steps(optimizer, problem, point, state, rates)
        problem.value(points)
        lengths(problem.gradient(points))
        point = points[-1]


def streamed_steps() -> None:
    """A run of `STEPS` steps of Adam that is looked at while it grows."""
    import gdviz
    from gdviz.runs.config import RunConfig
    from gdviz.runs.engine import run_to_end
    from gdviz.runs.run import Run

    optimizer = gdviz.optimizer("adam", learning_rate=0.01)
    run = Run(gdviz.problem("rosenbrock"), RunConfig(optimizer, steps=STEPS))
    with looked_at(run.trajectory) as rows_seen:
        run_to_end(run)
    if rows_seen() != STEPS + 1:
        raise RuntimeError(f"{STEPS + 1} rows were recorded, but the reader saw {rows_seen()}")


@contextmanager
def looked_at(trajectory: Trajectory) -> Iterator[Callable[[], int]]:
    """Copies the trajectory's new rows in a thread, sixty times a second; yields how many they were in the end."""
    over = threading.Event()
    seen = 0

    def look() -> None:
        nonlocal seen
        looking = True
        while looking:
            looking = not over.wait(BEAT)
            seen += len(trajectory.rows(seen).values.copy())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lambda: seen
    finally:
        over.set()
        thread.join()


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    with real_window() as window:
        window.start_runs(PLANNED)
        window.wait_for(lambda: min(window.lengths) > HEAD_START, "the runs are too slow", seconds=300)
        measures = measures_of_window(window)

        def paused(work: Callable[[], None]) -> Measure:
            def measure() -> Sample:
                window.pause(True)
                window.services.clock.stop()
                return timed(work)

            return measure

        yield {**measures, "steps forgotten": paused(forgotten_steps), "steps streamed": paused(streamed_steps)}


GOAL = Goal(
    name="P7",
    what="the window and the worker beside each other, and what streaming costs",
    peers=tuple(
        Peer(name)
        for name in (
            "frame, worker idle",
            "frame, worker busy",
            "step, worker alone",
            "step, window drawn",
            "steps forgotten",
            "steps streamed",
        )
    ),
    bounds=(
        Ratio(numerator="frame, worker busy", denominator="frame, worker idle", most=2),
        Ratio(numerator="step, worker alone", denominator="step, window drawn", least=0.65),
        Ratio(numerator="steps streamed", denominator="steps forgotten", most=1.05),
    ),
    prepare=prepare,
    screen=True,
)
