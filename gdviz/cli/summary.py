"""What came of the runs, as text: a row a run, and for fits what the parameters mean in the table's own units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdviz.echo import plain_line
from gdviz.experiment.experiment import Experiment
from gdviz.oracle import MiniBatches
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_names import bias_name
from gdviz.runs.trajectory import Trajectory

__all__ = ["columns", "summary"]

_MOST_COEFFICIENTS = 50
_SCORES = {"class": {"accuracy": "accuracy"}, "number": {"mean squared error": "mse", "R²": "r2"}}
"""What is said of a fit to classes or numbers, and the measure that it is."""


def summary(experiment: Experiment, problem: Problem, trajectories: Mapping[str, Trajectory]) -> str:
    """The summary of these runs, ending with a newline."""
    rows = [
        [
            label,
            str(item.steps),
            _number(item.values[-1]),
            _number(item.gradient_norms[-1]),
            str(item.evaluations.total[-1]),
            item.sentence,
        ]
        for label, item in trajectories.items()
    ]
    head = ["run", "steps", "value", "gradient norm", "evaluations", "ended"]
    parts = [
        _heading(experiment, problem),
        columns([head, *rows], "lrrrrl") + _note_on_batches(experiment, problem, trajectories),
    ]
    if isinstance(problem, DataFit):
        parts.append(_fits(problem, trajectories))
    return "\n".join(part for part in parts if part)


def columns(rows: Sequence[Sequence[str]], alignment: str) -> str:
    """Rows of texts under each other, each column aligned to its letter, l or r; lines end with a newline.

    Names of columns come from files, and nothing in them steers the terminal.
    """
    rows = [[plain_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(alignment))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, alignment, strict=True)
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _heading(experiment: Experiment, problem: Problem) -> str:
    lines = [experiment.title] if experiment.title else []
    if isinstance(problem, DataFit):
        data = problem.data
        lines.append(f"{data.model.label} of {data.target} on {data.rows} rows of {problem.table}")
        lines += problem.notices
    else:
        lines.append(f"{problem.label}: {problem.formula}" if problem.formula else problem.label)
    return "".join(f"{plain_line(line)}\n" for line in lines)


def _note_on_batches(experiment: Experiment, problem: Problem, trajectories: Mapping[str, Trajectory]) -> str:
    """That values are those of mini-batches, and how many epochs the runs took."""
    if problem.rows is None:
        return ""
    lines = []
    for entry, trajectory in zip(
        [item for item in experiment.runs if item.enabled], trajectories.values(), strict=False
    ):
        size = entry.config.batch_size
        if size is not None and size < problem.rows:
            epochs = MiniBatches(problem.rows, size, entry.config.seed).epochs_before(trajectory.steps)
            lines.append(f"{entry.config.title}: {epochs:.4g} epochs, each of all {problem.rows} rows\n")
    if not lines:
        return ""
    return "where a step sees some of the rows only, value and gradient norm are those of its rows\n" + "".join(lines)


def _fits(problem: DataFit, trajectories: Mapping[str, Trajectory]) -> str:
    """Coefficients, where there are any, and scores, a column a run."""
    points = {label: item.points[-1] for label, item in trajectories.items()}
    if any(point.ndim != 1 for point in points.values()):
        return ""
    fits = {label: problem.metrics(point) for label, point in points.items()}
    rows = _coefficient_rows(problem, points) if problem.model_used.affine else [["scores", *fits]]
    parts = [("", 0)] if problem.data.held_out is None else [(", rows fitted", 0), (", rows held out", 1)]
    for words, part in parts:
        for name, measure in _SCORES[problem.data.kind].items():
            rows.append([f"{name}{words}", *(_number(getattr(found[part], measure)) for found in fits.values())])
    return columns(rows, "l" + "r" * len(fits))


def _coefficient_rows(problem: DataFit, points: Mapping[str, np.ndarray]) -> list[list[str]]:
    found = [problem.coefficients(point) for point in points.values()]
    classes = problem.data.class_names
    several = problem.model_used.outputs > 1
    unit = "in the table's units"
    if not classes:
        head = f"coefficients, {unit}"
    else:
        head = f"scores of the classes, {unit}" if several else f"log odds of {classes[1]}, {unit}"
    rows = [[head, *points]]
    names = found[0].features
    bias = bias_name(problem.data.columns)
    outputs = [f"{name}: " for name in found[0].outputs] if several else [""]
    for output, prefix in enumerate(outputs):
        for place, name in enumerate(names[:_MOST_COEFFICIENTS]):
            rows.append(
                [
                    prefix + name,
                    *(_number(item.weights[place, output] if several else item.weights[place]) for item in found),
                ]
            )
        if len(names) > _MOST_COEFFICIENTS:
            rows.append([f"{prefix}... and {len(names) - _MOST_COEFFICIENTS} more", *("" for _ in found)])
        rows.append([prefix + bias, *(_number(item.bias[output] if several else item.bias) for item in found)])
    return rows


def _number(value: float | np.ndarray) -> str:
    return f"{float(value):.10g}"
