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
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory

__all__ = ["ColumnCurve", "CurveColumn", "has_logarithm", "step_axis", "value_axis"]

CurveColumn = Literal["values", "gradient_norms"]

_DEEPEST = 1e-16
"""The least height above the floor that a logarithmic axis is made for, as a share of the highest that counts."""
_ROOM = 1e3
"""How far runs that diverged stretch a logarithmic axis above the highest value that counts, as a factor."""


_LARGEST = float(np.finfo(np.float64).max)


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
    def diverged(self) -> bool:
        """Whether the run ended beyond all finite values."""
        return self.trajectory.stop_reason is StopReason.DIVERGED

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
    """An axis around the recorded values within the limits of `steps`, shown yet or not: playing doesn't move it.

    What counts are the runs that did not diverge, and where the others started. A run that diverged ends at 1e300: it
    stretches a linear axis by the height of what counts, a logarithmic one by three decades where another run is to be
    seen, and leaves the chart there. A descent that runs on after it has arrived falls to 1e-300: a logarithmic axis
    ends sixteen decades below the highest value that counts, the precision of a number.
    """
    drawn = list(curves)
    found = _joined(curve.extremes(steps) for curve in drawn)
    sound = _joined(curve.extremes(steps) for curve in drawn if not curve.diverged)
    counting = _joined([sound, *(_start(curve, steps) for curve in drawn if curve.diverged)])
    if counting.highest == -np.inf:
        # Nothing else is in view: what diverged is what was asked for.
        counting = found
    if not logarithmic:
        return fitted(*_limited(found, counting))
    floor = drawn[0].floor if drawn else 0.0
    height = counting.highest - floor
    if not height > 0:
        counting, height = found, found.highest - floor
    alone = sound.above == np.inf
    highest = found.highest if alone else min(found.highest, floor + min(_ROOM * height, _LARGEST))
    lowest = max(found.above, floor + _DEEPEST * height)
    return fitted(min(lowest, highest), highest, "log", floor)


def _start(curve: ColumnCurve, steps: Axis) -> Extremes:
    """Where a curve starts, if that is in view."""
    value = curve.value(0)
    if not np.isfinite(value) or _rows_between(*steps.values([0.0, 1.0]))[0] > 0:
        return NOTHING
    return Extremes(value, value, value if value > curve.floor else np.inf)


def _limited(found: Extremes, counting: Extremes) -> tuple[float, float]:
    """The extremes of all, at most so far beyond those that count as these are apart or away from 0."""
    low, high = counting.lowest, counting.highest
    # Halved, because the distance of two numbers near the largest has no float64.
    room = min(2 * max(high / 2 - low / 2, abs(low) / 2, abs(high) / 2), _LARGEST)
    if not room > 0:
        return found.lowest, found.highest
    with np.errstate(over="ignore"):
        return max(found.lowest, np.subtract(low, room)), min(found.highest, np.add(high, room))


def _joined(extremes: Iterable[Extremes]) -> Extremes:
    found = NOTHING
    for item in extremes:
        found = found.joined(item)
    return found


def _rows_between(first: float, last: float) -> tuple[int, int]:
    """The rows (first, stop) whose steps are within these limits."""
    return int(np.ceil(first - 1e-6)), int(np.floor(last + 1e-6)) + 1
