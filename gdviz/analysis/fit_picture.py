"""What a picture of a fit shows, in the table's own units: rows, lines, probabilities, boundaries, scores.

A picture has at most 5,000 rows, drawn by a fixed seed where there are more, and costs the same for a million rows as
for these. Nothing in it grows with the run or with the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gdviz.problems.fit import DataFit
from gdviz.problems.fit_data import DataSet
from gdviz.problems.fit_results import FittedModel
from gdviz.problems.fit_rows import RowMean

__all__ = ["MOST_ROWS", "FitPicture", "clipped_segment"]

Floats = npt.NDArray[np.float64]
Limits = tuple[float, float]

MOST_ROWS = 5_000
_SEED = 0


@dataclass(frozen=True, eq=False)
class FitPicture:
    """A fit and those of its rows that are drawn. Points are parameter vectors `(d,)`."""

    problem: DataFit
    rows: DataSet
    scored: RowMean

    @classmethod
    def of(cls, problem: DataFit) -> FitPicture:
        """The picture of a fit; the same rows every time."""
        rows = problem.data.sample(MOST_ROWS, _SEED)
        return cls(problem, rows, RowMean(problem.row_mean.model, problem.row_mean.loss, rows.X, rows.y))

    @property
    def features(self) -> tuple[str, ...]:
        return self.problem.data.features

    @property
    def target(self) -> str:
        return self.problem.data.target

    @property
    def class_names(self) -> tuple[str, ...]:
        """The two classes of a logistic fit; empty for one that predicts numbers."""
        return self.problem.data.class_names

    @property
    def predicts_classes(self) -> bool:
        return bool(self.class_names)

    @property
    def complete(self) -> bool:
        """Whether all rows of the fit are drawn."""
        return self.rows.rows == self.problem.data.rows

    @property
    def targets(self) -> Floats:
        """The target of every row drawn, `(n,)`; 0 or 1 for classes."""
        return self.rows.y

    def column(self, feature: str) -> Floats:
        """A feature of every row drawn in the table's units, `(n,)`."""
        return self.rows.own_column(feature)

    def score(self, point: npt.ArrayLike) -> float:
        """The accuracy, or R² for numbers, over the rows drawn; nan where numbers are too large for one."""
        fitted = FittedModel(self.rows, self.scored, np.asarray(point, dtype=np.float64))
        with np.errstate(all="ignore"):
            return float(fitted.accuracy if self.predicts_classes else fitted.r2)

    def line(self, feature: str, point: npt.ArrayLike, x: Limits, y: Limits) -> Floats | None:
        """The ends `(2, 2)` of the line of a linear fit within these limits, other features at their means; None where
        it doesn't meet them."""
        with np.errstate(all="ignore"):
            ends = self.problem.at(point).line(feature, *x, 2)
        return clipped_segment(ends, x, y)

    def curve(self, feature: str, point: npt.ArrayLike, x: Limits, count: int = 200) -> Floats:
        """Points `(count, 2)` of the probability along one feature, others at their means."""
        with np.errstate(all="ignore"):
            points = self.problem.at(point).line(feature, *x, count)
        finite: Floats = points[np.isfinite(points).all(axis=1)]
        return finite

    def probabilities(self, features: tuple[str, str], point: npt.ArrayLike, x: Limits, y: Limits, size: int) -> Floats:
        """The probability of the second class at the middles of `(size, size)` cells, lowest y first; others at their
        means."""
        middles = (np.arange(size) + 0.5) / size
        across, up = np.meshgrid(x[0] + middles * (x[1] - x[0]), y[0] + middles * (y[1] - y[0]))
        with np.errstate(all="ignore"):
            found = self.problem.at(point).along(features, np.stack([across, up], axis=-1))
        return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=0.5)

    def boundary(self, features: tuple[str, str], point: npt.ArrayLike, x: Limits, y: Limits) -> Floats | None:
        """The ends `(2, 2)` of the line p = ½ within these limits, other features at their means; None where it
        doesn't meet them."""
        with np.errstate(all="ignore"):
            line = self.problem.at(point).boundary(features)
            # Seen in units of the picture, a line through the foot of its normal and longer than the picture.
            low, size = np.array([x[0], y[0]]), np.array([x[1] - x[0], y[1] - y[0]])
            normal, offset = line.weights * size, line.offset + line.weights @ low
            foot = -offset * normal / (normal @ normal)
            along = np.array([-normal[1], normal[0]]) / np.hypot(*normal)
            reach = 2.0 + float(np.abs(foot).max())
            ends = np.stack([foot - reach * along, foot + reach * along]) * size + low
        return clipped_segment(ends, x, y)


def clipped_segment(ends: Floats, x: Limits, y: Limits) -> Floats | None:
    """The part `(2, 2)` of a segment within limits of x and y; None where there is none, or its ends aren't finite.

    Source: Liang & Barsky 1984, A new concept and method for line clipping.
    """
    low, size = np.array([x[0], y[0]]), np.array([x[1] - x[0], y[1] - y[0]])
    with np.errstate(all="ignore"):
        start, finish = (ends - low) / size
        step = finish - start
    if not np.isfinite(step).all():
        return None
    cuts = [_Cut(0.0), _Cut(1.0)]
    for axis in range(2):
        if step[axis] == 0.0:
            if not 0.0 <= start[axis] <= 1.0:
                return None
            continue
        sides = [_Cut((limit - start[axis]) / step[axis], axis, limit) for limit in (0.0, 1.0)]
        if step[axis] < 0:
            sides.reverse()
        cuts = [max(cuts[0], sides[0], key=_share), min(cuts[1], sides[1], key=_share)]
    if cuts[0].share > cuts[1].share:
        return None
    part = np.stack([start + cut.share * step for cut in cuts])
    for point, cut in zip(part, cuts, strict=True):
        # Of a steep line the share leaves nothing certain but the side that it was cut at.
        if cut.axis is not None:
            point[cut.axis] = cut.limit
    if (part[0] == part[1]).all():
        return None
    clipped: Floats = np.clip(part, 0.0, 1.0) * size + low
    return clipped


class _Cut(NamedTuple):
    """Where a segment enters or leaves: the share of its length, and the limit of an axis that it crosses there."""

    share: float
    axis: int | None = None
    limit: float = 0.0


def _share(cut: _Cut) -> float:
    return cut.share
