"""What came of the runs, as text: a row a run, and for fits what the parameters mean in the table's own units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdviz.echo import plain_line
from gdviz.experiment.experiment import Experiment
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.runs.trajectory import Trajectory

__all__ = ["columns", "summary"]

_MOST_COEFFICIENTS = 50


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
    parts = [_heading(experiment, problem), columns([head, *rows], "lrrrrl") + _note_on_batches(experiment, problem)]
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


def _note_on_batches(experiment: Experiment, problem: Problem) -> str:
    sizes = [entry.config.batch_size for entry in experiment.runs if entry.enabled]
    if problem.rows is None or not any(size is not None and size < problem.rows for size in sizes):
        return ""
    return "where a step sees some of the rows only, value and gradient norm are those of its rows\n"


def _fits(problem: DataFit, trajectories: Mapping[str, Trajectory]) -> str:
    """Coefficients and scores, a column a run."""
    fits = {label: problem.at(item.points[-1]) for label, item in trajectories.items()}
    features = problem.data.features
    rows = [["coefficients, in the table's units", *fits]]
    coefficients = [fit.coefficients for fit in fits.values()]
    for place, feature in enumerate(features[:_MOST_COEFFICIENTS]):
        rows.append([feature, *(_number(item.weights[place]) for item in coefficients)])
    if len(features) > _MOST_COEFFICIENTS:
        rows.append([f"... and {len(features) - _MOST_COEFFICIENTS} more", *("" for _ in coefficients)])
    rows.append([problem.names[-1], *(_number(item.bias) for item in coefficients)])
    classes = problem.data.class_names
    if classes:
        rows[0][0] = f"log odds of {classes[1]}, in the table's units"
        rows.append(["accuracy", *(_number(fit.accuracy) for fit in fits.values())])
    else:
        rows.append(["mean squared error", *(_number(fit.mse) for fit in fits.values())])
        rows.append(["R²", *(_number(fit.r2) for fit in fits.values())])
    return columns(rows, "l" + "r" * len(fits))


def _number(value: float | np.ndarray) -> str:
    return f"{float(value):.10g}"
