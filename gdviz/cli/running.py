"""Running an experiment in a terminal: with progress, and ended early by Ctrl+C."""

from __future__ import annotations

import os
import sys

from gdviz.cli.interrupt import Interrupt
from gdviz.cli.progress import Progress
from gdviz.data.errors import TableTooLargeError
from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment
from gdviz.problems import Problem
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory

__all__ = ["run_experiment"]


def run_experiment(
    experiment: Experiment, progress: Progress, interrupt: Interrupt, backend: str = "numpy"
) -> tuple[Problem, dict[str, Trajectory]]:
    """The problem and one trajectory for every enabled run, by label; raises `InputError`.

    Where the backend can't compute, a line on standard error says so and NumPy does.
    """
    assert experiment.problem is not None, "asked.py refuses an experiment without a problem"
    table = experiment.problem.options.get("table")
    if table is not None:
        progress.tell(f"reading {os.path.basename(table)}")
    try:
        problem = experiment.problem.build()
    except TableTooLargeError as error:
        size, cap = error.size / 2**20, error.cap / 2**20
        raise InputError(
            f"{table} holds {size:,.0f} MB of text, more than the {cap:,.0f} MB that are read; take fewer rows."
        ) from None
    # From here on Ctrl+C ends the runs and not the program.
    interrupt.listen()
    descents = sum(entry.enabled for entry in experiment.runs)

    def report(run: Run) -> None:
        progress.tell(f"{run.config.title}: step {run.step} of {run.config.steps}")

    def notice(sentence: str) -> None:
        progress.clear()
        print(f"gdviz: {sentence}", file=sys.stderr)

    progress.tell(f"running {descents} {'descent' if descents == 1 else 'descents'}")
    return problem, experiment.run(report, lambda: interrupt.happened, problem, backend, notice)
