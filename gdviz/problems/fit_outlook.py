"""What people want to know of a fit before a step is made: its minimum, the part worth looking at, its curvature.

All of it takes passes over the rows, so it is found in pieces, once for each fit, and kept with it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from gdviz.problems.fit_moments import QuadraticLoss
from gdviz.problems.fit_optimum import LARGEST_DIMENSION, largest_eigenvalue, newton_minimum, view_around
from gdviz.problems.fit_pauses import Pausing, kept

if TYPE_CHECKING:
    from gdviz.problems.fit import DataFit

__all__ = ["curvature", "minimum", "minimum_value", "preparing", "view"]

_VIEW_ROWS = 4096
# Classes that can be separated have no minimum to look at; this much of l2 gives them one.
_VIEW_L2 = 1e-3
_USUAL_PASSES = 12


def preparing(fit: DataFit) -> Iterator[float]:
    """Find everything in pieces of milliseconds, yielding a share done between them: a guess, as nobody knows
    beforehand how many steps it is to the minimum."""
    usual = _USUAL_PASSES * len(fit.row_mean.parts)
    for pieces, _ in enumerate(_everything(fit), start=1):
        yield pieces / (pieces + usual)


def _everything(fit: DataFit) -> Pausing[None]:
    yield from minimum_value(fit)
    yield from view(fit)
    yield from curvature(fit)
    yield from kept(fit.data, "means", fit.data.averaging)


def minimum(fit: DataFit) -> Pausing[np.ndarray | None]:
    """The minimum `(d,)`; None where there is none, or none is known."""
    return (yield from kept(fit, "_minimum", lambda: _find_minimum(fit)))


def minimum_value(fit: DataFit) -> Pausing[float | None]:
    """The value there."""
    return (yield from kept(fit, "_minimum_value", lambda: _find_minimum_value(fit)))


def view(fit: DataFit) -> Pausing[np.ndarray]:
    """The part worth looking at, `(d, 2)`."""
    return (yield from kept(fit, "_view", lambda: _find_view(fit)))


def curvature(fit: DataFit) -> Pausing[float | None]:
    """The largest eigenvalue of the Hessian at the start and the minimum; see `DataFit.largest_curvature`."""
    return (yield from kept(fit, "_curvature", lambda: _find_curvature(fit)))


def _quick(fit: DataFit) -> Pausing[DataFit]:
    """A fit to rows few enough for a quick look; the fit itself where it has no more."""
    if fit.rows <= _VIEW_ROWS:
        return fit
    return (yield from kept(fit, "_quick", lambda: _sampled(fit)))


def _sampled(fit: DataFit) -> Pausing[DataFit]:
    yield
    return fit.subsample(_VIEW_ROWS)


def _find_minimum(fit: DataFit) -> Pausing[np.ndarray | None]:
    if fit.l1 > 0:
        return None
    if fit.quadratic is not None:
        return fit.data.moments.ridge_solution(fit.penalty.l2 / fit.quadratic.curvature)
    if fit.data.model.target_kind == "number":
        return None
    start = fit.start
    quick = yield from _quick(fit)
    if quick is not fit:
        # A few steps with some of the rows spare as many with all of them.
        sampled = yield from minimum(quick)
        start = start if sampled is None else sampled
    # Where all rows together lose less than log 2, each is on its right side: larger weights are better for ever.
    separable = math.log(2) / fit.rows if fit.penalty.l2 == 0 else -math.inf

    def value_and_gradient(x: np.ndarray) -> Pausing[tuple[np.ndarray, np.ndarray]]:
        value, gradient = yield from fit.row_mean.by_parts(lambda part: part.value_and_gradient(x))
        return value + fit.penalty.value(x), gradient + fit.penalty.gradient(x)

    return (
        yield from newton_minimum(
            value_and_gradient, lambda x: _hessian(fit, x), start, lambda value: value < separable
        )
    )


def _hessian(fit: DataFit, x: np.ndarray) -> Pausing[np.ndarray]:
    (matrix,) = yield from fit.row_mean.by_parts(lambda part: (part.hessian(x),))
    return np.asarray(matrix + fit.penalty.hessian(x))


def _find_minimum_value(fit: DataFit) -> Pausing[float | None]:
    point = yield from minimum(fit)
    if point is None:
        return None
    if fit.quadratic is not None:
        return float(fit.value(point))
    (value,) = yield from fit.row_mean.by_parts(lambda part: (part.value(point),))
    return float(value if fit.penalty.none else value + fit.penalty.value(point))


def _find_curvature(fit: DataFit) -> Pausing[float | None]:
    if not fit.has_hessian or fit.dimension > LARGEST_DIMENSION:
        return None
    lowest = yield from minimum(fit)
    points = fit.start[None, :] if lowest is None else np.stack([fit.start, lowest])
    if fit.quadratic is not None:
        return largest_eigenvalue(fit.hessian(points))
    hessians = []
    for point in points:
        hessians.append((yield from _hessian(fit, point)))
    return largest_eigenvalue(np.stack(hessians))


def _find_view(fit: DataFit) -> Pausing[np.ndarray]:
    if fit.data.model.target_kind == "number":
        return _linear_view(fit)
    quick = yield from _quick(fit)
    if quick.l1 or (yield from minimum(quick)) is None:
        quick = dataclasses.replace(quick, l1=0.0, l2=quick.l2 + _VIEW_L2)
    start, lowest = fit.start, (yield from minimum(quick))
    anchor = start if lowest is None else lowest
    value = float(quick.value(anchor))
    return _view_around(start, anchor, float(quick.value(start)) - value, value, quick.hessian(anchor))


def _linear_view(fit: DataFit) -> np.ndarray:
    """The view of the squared error, whose minimum is never far from that of other losses of the same rows."""
    quadratic, l2 = fit.quadratic, fit.penalty.l2
    if quadratic is None:
        quadratic, l2 = QuadraticLoss(fit.data.sample(_VIEW_ROWS, 0).moments, 2.0), 0.0
    start, anchor = fit.start, quadratic.moments.ridge_solution(l2 / quadratic.curvature)
    # Compared to the best constant, or a mean far from 0 would make the view too wide for the weights.
    constant = np.append(start[:-1], quadratic.moments.target_mean)
    lowest = float(quadratic.value(anchor))
    return _view_around(start, anchor, float(quadratic.value(constant)) - lowest, lowest, quadratic.hessian(start))


def _view_around(start: np.ndarray, anchor: np.ndarray, fall: float, lowest: float, hessian: np.ndarray) -> np.ndarray:
    # A share of the lowest value keeps the view of a fit that explains nothing from shrinking to a point.
    return view_around(start, anchor, fall + 0.1 * lowest, np.diagonal(hessian))
