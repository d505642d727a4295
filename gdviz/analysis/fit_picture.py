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
from gdviz.problems.fit_names import output_names
from gdviz.problems.fit_results import FittedModel
from gdviz.problems.fit_rows import RowMean

__all__ = ["MOST_ROWS", "FitPicture", "clipped_segment"]

Floats = npt.NDArray[np.float64]
Limits = tuple[float, float]

MOST_ROWS = 5_000
_LARGEST_DRAWN = 1e300
_SEED = 0


@dataclass(frozen=True, eq=False)
class FitPicture:
    """A fit and those of its rows that are drawn. Points are parameter vectors `(d,)`."""

    problem: DataFit
    rows: DataSet
    scored: RowMean
    held_out: tuple[DataSet, RowMean] | None = None
    """Some of the rows held out; they are not drawn."""

    @classmethod
    def of(cls, problem: DataFit) -> FitPicture:
        """The picture of a fit; the same rows every time."""
        rows = problem.data.sample(MOST_ROWS, _SEED)
        held = problem.data.held_out_rows
        if held is not None:
            held = held.sample(MOST_ROWS, _SEED)
        return cls(problem, rows, _scored(problem, rows), None if held is None else (held, _scored(problem, held)))

    @property
    def features(self) -> tuple[str, ...]:
        return self.problem.data.features

    @property
    def target(self) -> str:
        return self.problem.data.target

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of a fit that tells some apart; empty for one that predicts numbers."""
        return self.problem.data.class_names

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the fit predicts: its targets, or its classes with more than two, or of two the second."""
        return output_names(self.problem.data, self.problem.model_used)

    @property
    def predicts_classes(self) -> bool:
        return bool(self.class_names)

    @property
    def complete(self) -> bool:
        """Whether all rows of the fit are drawn."""
        return self.rows.rows == self.problem.data.rows

    @property
    def targets(self) -> Floats:
        """The target of every row drawn, `(n,)`, the first of several; the place of the class for classes."""
        return self.target_column(0)

    def target_column(self, output: int) -> Floats:
        """One of several targets of every row drawn, `(n,)`; the place of the class for classes."""
        targets: Floats = self.rows.y
        return targets if targets.ndim == 1 else targets[:, output]

    def column(self, feature: str) -> Floats:
        """A feature of every row drawn in the table's units, `(n,)`."""
        return self.rows.own_column(feature)

    def score(self, point: npt.ArrayLike) -> float:
        """The accuracy, or R² for numbers, over the rows drawn; nan where numbers are too large for one."""
        return self._score(self.rows, self.scored, point)

    def held_out_score(self, point: npt.ArrayLike) -> float | None:
        """The same over rows held out; None where there are none."""
        return None if self.held_out is None else self._score(*self.held_out, point)

    @property
    def straight(self) -> bool:
        """Whether what is predicted is a straight line or plane over the columns, or a boundary that is."""
        data, model = self.problem.data, self.problem.model_used
        return model.affine and data.polynomial is None and (not self.predicts_classes or model.outputs == 1)

    def line(self, feature: str, point: npt.ArrayLike, x: Limits, y: Limits, output: int = 0) -> Floats | None:
        """The ends `(2, 2)` of the line of a linear fit within these limits, other features at their means; None where
        it doesn't meet them."""
        with np.errstate(all="ignore"):
            ends = self.problem.at(point).line(feature, *x, 2, output)
        return clipped_segment(ends, x, y)

    def curve(self, feature: str, point: npt.ArrayLike, x: Limits, count: int = 200, output: int = 0) -> Floats:
        """Points `(count, 2)` of the prediction along one feature, or of the probability of a class, others at their
        means."""
        with np.errstate(all="ignore"):
            points = self.problem.at(point).line(feature, *x, count, output)
        finite: Floats = points[(np.abs(points) < _LARGEST_DRAWN).all(axis=1)]
        return finite

    def probabilities(self, features: tuple[str, str], point: npt.ArrayLike, x: Limits, y: Limits, size: int) -> Floats:
        """The probability of the second class at the middles of `(size, size)` cells, lowest y first; others at their
        means. For k outputs those of all classes, `(size, size, k)`."""
        middles = (np.arange(size) + 0.5) / size
        return self._over(features, point, x[0] + middles * (x[1] - x[0]), y[0] + middles * (y[1] - y[0]))

    def boundaries(
        self, features: tuple[str, str], point: npt.ArrayLike, x: Limits, y: Limits, size: int = 96
    ) -> list[Floats]:
        """The lines `(m, 2)` each, within these limits, on whose sides different classes are the likeliest."""
        if self.straight:
            ends = self.boundary(features, point, x, y)
            return [] if ends is None else [ends]
        import contourpy

        across, up = np.linspace(*x, size), np.linspace(*y, size)
        found = self._over(features, point, across, up)
        # Of the logarithms, which bend less than the probabilities: lines between cells are smoother.
        scores = np.log(np.clip(found, 1e-300, 1.0))
        if found.ndim == 2:
            leads = [scores - np.log(np.clip(1.0 - found, 1e-300, 1.0))]
        else:
            leads = []
            for place in range(found.shape[-1] - 1):
                others = np.delete(scores, place, axis=-1).max(axis=-1)
                leads.append(scores[..., place] - others)
        lines: list[Floats] = []
        for lead in leads:
            lines += contourpy.contour_generator(across, up, lead, name="serial").lines(0.0)
        return lines

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

    def _over(self, features: tuple[str, str], point: npt.ArrayLike, across: Floats, up: Floats) -> Floats:
        grid = np.stack(np.meshgrid(across, up), axis=-1)
        with np.errstate(all="ignore"):
            found = self.problem.at(point).along(features, grid)
        even = 0.5 if found.ndim == 2 else 1.0 / found.shape[-1]
        return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=even)

    def _score(self, rows: DataSet, scored: RowMean, point: npt.ArrayLike) -> float:
        fitted = FittedModel(rows, scored, np.asarray(point, dtype=np.float64))
        with np.errstate(all="ignore"):
            return float(fitted.accuracy if self.predicts_classes else fitted.r2)


def _scored(problem: DataFit, rows: DataSet) -> RowMean:
    model = problem.model_used
    return RowMean(model, problem.row_mean.loss, rows.X, rows.expected(rows.y, model.outputs), rows.weights)


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
