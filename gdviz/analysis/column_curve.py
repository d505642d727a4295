"""One column of a trajectory as a curve over its steps: pulled in as it grows, reduced to what is drawn of it.

`step_axis` and `value_axis` are the axes that several such curves are drawn on together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from gdviz.analysis.axis import Axis, fitted
from gdviz.analysis.pyramid import NOTHING, Extremes, MinMaxPyramid, Outline, outline
from gdviz.runs.trajectory import Trajectory

__all__ = ["ColumnCurve", "CurveColumn", "has_logarithm", "step_axis", "value_axis"]

CurveColumn = Literal["values", "gradient_norms"]

_DEEPEST = 1e-20
"""The least height above the floor that a logarithmic axis is made for, as a share of the highest."""


class ColumnCurve:
    """The curve of one column of a trajectory; owned by the view that draws it.

    `floor` is what a logarithm of the column is measured from. The rows themselves stay in the trajectory.
    """

    def __init__(self, trajectory: Trajectory, column: CurveColumn, floor: float = 0.0) -> None:
        self.trajectory = trajectory
        self._column = column
        self._pyramid = MinMaxPyramid(floor)

    @property
    def floor(self) -> float:
        return self._pyramid.floor

    @property
    def length(self) -> int:
        """Rows taken in so far."""
        return len(self._pyramid)

    @property
    def behind(self) -> int:
        """Rows recorded that are not taken in yet."""
        return len(self.trajectory) - len(self._pyramid)

    @property
    def total(self) -> Extremes:
        """The finite extremes of all rows taken in."""
        return self._pyramid.total

    def catch_up(self, most: int) -> int:
        """Take in the newest rows, at most so many of them; returns how many that were."""
        first = len(self._pyramid)
        tail = self._rows(first, first + most)
        self._pyramid.append(tail)
        return len(tail)

    def value(self, step: int) -> float:
        """The column at this step; nan where there is no such row."""
        if not 0 <= step < len(self.trajectory):
            return float("nan")
        return float(self._rows(step, step + 1)[0])

    def extremes(self, axis: Axis) -> Extremes:
        """The finite extremes of the rows within the limits of an axis of steps."""
        first, stop = _rows_between(*axis.values([0.0, 1.0]))
        if first <= 0 and stop >= self.length:
            return self._pyramid.total
        return self._pyramid.extremes(self._rows(0, self.length), first, stop)

    def outline(self, axis: Axis, columns: int, shown: int, begin: int = 0, end: int | None = None) -> Outline:
        """What to draw on an axis of steps as many pixel columns wide: at most two points each, up to step `shown`.

        Of the columns from `begin` up to `end` only, where these are given. One row more beyond the first and the last
        column of all lets the curve run on to the limits.
        """
        end = columns if end is None else end
        stop = min(shown + 1, self.length)
        inner = np.ceil(axis.values(np.linspace(begin / columns, end / columns, end - begin + 1)) - 1e-6)
        first, last = _rows_between(inner[0], float(axis.values(1.0)))
        before = [first - 1, first] if begin == 0 else [first]
        after = [last, last + 1] if end == columns else [inner[-1]]
        edges = np.concatenate([before, inner[1:-1], after])
        return outline(self._pyramid, self._rows(0, self.length), np.clip(edges, 0, stop).astype(np.intp))

    def _rows(self, first: int, stop: int) -> npt.NDArray[np.float64]:
        rows: npt.NDArray[np.float64] = getattr(self.trajectory.rows(first, stop), self._column)
        return rows


def step_axis(trajectories: Iterable[Trajectory], logarithmic: bool) -> Axis:
    """Steps from 0 to the last there will be: what a run still going was made for, and where one ended that has."""
    lasts = [item.steps if item.finished else max(item.steps, item.expected_steps) for item in trajectories]
    last = max(1, *lasts) if lasts else 1
    return fitted(0, last, "steps") if logarithmic else Axis(0.0, float(last))


def has_logarithm(curves: Iterable[ColumnCurve], floor_known: bool) -> bool:
    """Whether a logarithm shows these curves: something is above the floor, and nothing below it would be hidden."""
    total = _joined(curve.total for curve in curves)
    return total.above < np.inf and (floor_known or total.lowest >= 0)


def value_axis(curves: Iterable[ColumnCurve], steps: Axis, logarithmic: bool) -> Axis:
    """An axis around all recorded values within the limits of `steps`, shown yet or not: playing doesn't move it.

    A logarithmic one ends twenty decades below the highest value: a descent that runs on after it has arrived falls to
    1e-300, and would press what there is to see into one line.
    """
    drawn = list(curves)
    found = _joined(curve.extremes(steps) for curve in drawn)
    if not logarithmic:
        return fitted(found.lowest, found.highest)
    floor = drawn[0].floor if drawn else 0.0
    lowest = max(found.above, floor + _DEEPEST * (found.highest - floor))
    return fitted(min(lowest, found.highest), found.highest, "log", floor)


def _joined(extremes: Iterable[Extremes]) -> Extremes:
    found = NOTHING
    for item in extremes:
        found = found.joined(item)
    return found


def _rows_between(first: float, last: float) -> tuple[int, int]:
    """The rows (first, stop) whose steps are within these limits."""
    return int(np.ceil(first - 1e-6)), int(np.floor(last + 1e-6)) + 1
