"""P8: from the start of a process to the first picture on the screen.

gdviz is started as `gdviz` and as `gdviz FILE` start it, on an X server of the benchmarks' own; the others are the
least that one can write for an empty window, and for the same landscape with matplotlib. Every round starts every
program once, in a process of its own, and ends it as soon as it has shown what it was started for. When gdviz's window
is complete is measured too, for comparison only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from harness import Goal, Measure, Peer, Ratio, Sample

PROGRAMS = Path(__file__).with_name("started.py")
LONGEST_SECONDS = 60

PEERS = {
    "empty PySide6 window": "empty_window",
    "gdviz, first paint": "gdviz_window",
    "gdviz, window complete": "gdviz_complete",
    "gdviz, first plot": "gdviz_plot",
    "matplotlib, first plot": "matplotlib_plot",
}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    yield {name: _measure(PEERS[name]) for name in names}


def _measure(program: str) -> Measure:
    # Whoever keeps Python from writing compiled modules here would time their compilation.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def measure() -> Sample:
        started = perf_counter()
        result = subprocess.run(
            [sys.executable, str(PROGRAMS), program],
            env=variables, stdout=subprocess.PIPE, text=True, timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
        if result.returncode != 0 or not result.stdout:
            raise RuntimeError(f"{program} showed nothing and ended with code {result.returncode}")
        shown, processors = map(float, result.stdout.split())
        # Both processes read the same clock: that of the machine.
        return Sample(shown - started, processors)

    return measure


GOAL = Goal(
    name="P8",
    what="from the start of a process to the first paint of a window, and to the first plot",
    peers=tuple(
        Peer(name, needs=("matplotlib",) if program.startswith("matplotlib") else ()) for name, program in PEERS.items()
    ),
    bounds=(
        Ratio(numerator="gdviz, first paint", denominator="empty PySide6 window", most=1.3),
        Ratio(numerator="gdviz, first plot", denominator="matplotlib, first plot", most=0.75),
    ),
    prepare=prepare,
    screen=True,
)
