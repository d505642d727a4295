"""stillness: whether the window ever stands still while six runs of 1,000,000 steps grow in it.

gdviz's own window follows the newest step. A timer in its thread is due every millisecond; a round is all of the six
runs, and its time is the longest from one of the timer's turns to the next. The processors' time is that of the
window's thread meanwhile: where it is far shorter, something else had the processor or the interpreter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter, thread_time

from harness import Goal, Limit, Measure, Peer, Sample
from real_window import RealWindow, real_window

STEPS = 1_000_000
LONGEST_RUN_SECONDS = 600
STANDSTILL_SECONDS = 0.050
BEGUN_SECONDS = 0.5
PEER = "longest standstill"


def longest_standstill(window: RealWindow) -> Sample:
    """Of all that happens while six new runs grow to their ends and are drawn."""
    from PySide6.QtCore import Qt, QTimer

    services = window.services
    window.start_runs(STEPS)
    services.playback.set_follow(True)
    # Cards and legends of new runs are made and laid out once; what counts is what comes then, as long as they grow.
    window.let_run(BEGUN_SECONDS)
    longest = Sample(0.0, 0.0)
    last, last_processors = perf_counter(), thread_time()

    def turn() -> None:
        nonlocal longest, last, last_processors
        now, processors = perf_counter(), thread_time()
        if now - last > longest.seconds:
            longest = Sample(now - last, processors - last_processors)
        last, last_processors = now, processors

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
    timer.timeout.connect(turn)
    timer.start()
    window.wait_for(
        lambda: not services.runs.running and services.playback.step == STEPS,
        f"the runs are not shown to their ends within {LONGEST_RUN_SECONDS} seconds",
        seconds=LONGEST_RUN_SECONDS,
    )
    timer.stop()
    if window.lengths != [STEPS + 1] * len(window.lengths):
        raise RuntimeError(f"the runs ended after {window.lengths} rows")
    return longest


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    with real_window() as window:
        yield {PEER: lambda: longest_standstill(window)}


GOAL = Goal(
    name="stillness",
    what=f"six runs of {STEPS:,} steps grow in the window, which never stands still",
    peers=(Peer(PEER),),
    bounds=(Limit(peer=PEER, most=STANDSTILL_SECONDS),),
    prepare=prepare,
    screen=True,
)
