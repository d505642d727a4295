"""`gdviz explain`: one step of a run, quantity by quantity, from the gradient to the new point."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gdviz.arrays import to_numpy
from gdviz.cli.asked import add_options, experiment_asked_for
from gdviz.cli.interrupt import Interrupt
from gdviz.cli.progress import Progress
from gdviz.cli.running import run_experiment
from gdviz.cli.summary import columns
from gdviz.cli.words import WordParser
from gdviz.echo import echoed, plain_line
from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment
from gdviz.runs.explaining import StepExplanation

__all__ = ["explain"]

_MOST_ENTRIES = 8
"""So many entries of a vector are printed; --json has them all."""


def explain(words: Sequence[str]) -> int:
    """Run what the words ask for up to the step, print what the step consists of; returns the exit code."""
    parser = WordParser(
        "gdviz explain",
        "Every quantity of one step of a run, from the gradient to the new point.",
        numeric=("--start", "--range"),
        signed=("--formula",),
    )
    add_options(parser)
    which = parser.add_argument_group("which step")
    which.add_argument(
        "--step", metavar="K", required=True, help="the step from point K to point K + 1; the first is 0"
    )
    which.add_argument("--run", metavar="LABEL", help="one run of several; all of them if left out")
    which.add_argument("--json", action="store_true", help="with every number in full")
    arguments = parser.read(words)
    if not re.fullmatch(r"\d{1,10}", arguments.step):
        raise InputError(f"--step must be a whole number from 0 on, not {arguments.step!r}; type one.")
    step = int(arguments.step)
    experiment = _up_to(experiment_asked_for(arguments), step, arguments.run)
    with Progress() as progress, Interrupt() as interrupt:
        _, trajectories = run_experiment(experiment, progress, interrupt)
        explanations = {}
        for label, trajectory in trajectories.items():
            if step >= trajectory.steps and trajectory.finished:
                raise InputError(f"{label} {trajectory.sentence}, before step {step}; choose an earlier step.")
            explanations[label] = trajectory.explain(step)
        progress.clear()
        if arguments.json:
            answer = [_as_object(label, explanation) for label, explanation in explanations.items()]
            print(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            print("\n".join(_as_text(label, explanation) for label, explanation in explanations.items()), end="")
    return interrupt.exit_code


def _up_to(experiment: Experiment, step: int, label: str | None) -> Experiment:
    """The experiment with no more runs than asked for, and each no longer than needed; raises `InputError`."""
    labels = experiment.labels()
    entries = []
    for entry in experiment.runs:
        if not entry.enabled or label not in (None, labels[entry.key]):
            continue
        if step >= entry.config.steps:
            raise InputError(
                f"{labels[entry.key]} takes {entry.config.steps} steps, 0 to {entry.config.steps - 1}; "
                f"step {step} is none of them, so choose one."
            )
        # A label of its own keeps runs that are numbered from changing their numbers.
        config = dataclasses.replace(entry.config, steps=step + 1, label=labels[entry.key])
        entries.append(dataclasses.replace(entry, config=config))
    if not entries:
        known = ", ".join(labels[entry.key] for entry in experiment.runs if entry.enabled)
        raise InputError(f"there is no run {echoed(label)}; choose one of {known}.")
    return dataclasses.replace(experiment, runs=tuple(entries))


def _as_text(label: str, explanation: StepExplanation) -> str:
    rows = [[item.name, item.symbol, _value(item.value), item.formula] for item in explanation.quantities]
    head = f"{plain_line(label)}, step {explanation.step} -> {explanation.step + 1}\n"
    return head + columns([["quantity", "symbol", "value", "formula"], *rows], "llll")


def _value(value: Any) -> str:
    array = np.asarray(to_numpy(value)) if hasattr(value, "shape") else np.asarray(value)
    if array.dtype == object or array.dtype.kind in "US":
        return str(value)
    if array.ndim == 0:
        return f"{array.item():.10g}"
    entries = [f"{entry:.10g}" for entry in array.reshape(-1)[:_MOST_ENTRIES].tolist()]
    more = f", ... {array.size - len(entries)} more" if array.size > len(entries) else ""
    shape = f" {array.shape}" if array.ndim > 1 else ""
    return f"[{', '.join(entries)}{more}]{shape}"


def _as_object(label: str, explanation: StepExplanation) -> dict[str, Any]:
    quantities = [
        {"name": item.name, "symbol": item.symbol, "formula": item.formula, "value": _plain(item.value)}
        for item in explanation.quantities
    ]
    return {
        "run": label,
        "step": explanation.step,
        "learning_rate": _plain(explanation.learning_rate),
        "quantities": quantities,
    }


def _plain(value: Any) -> Any:
    """Lists and numbers that JSON knows; null for nan and infinity, which it does not."""
    if hasattr(value, "shape"):
        value = to_numpy(value).tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
