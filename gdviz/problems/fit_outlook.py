"""What people want to know of a fit before a step is made: its minimum, the part worth looking at, its curvature.

All of it takes passes over the rows, so it is found in pieces, once for each fit, and kept with it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gdviz.problems.fit_lasso import soft_threshold_minimum, soft_threshold_newton
from gdviz.problems.fit_moments import QuadraticLoss, SeveralQuadraticLoss
from gdviz.problems.fit_optimum import LARGEST_DIMENSION, largest_eigenvalue, newton_minimum, view_around
from gdviz.problems.fit_pauses import Pausing, kept

if TYPE_CHECKING:
    from gdviz.problems.fit import DataFit

__all__ = ["curvature", "minimum", "minimum_value", "preparing", "view"]

_VIEW_ROWS = 4096
# Classes that can be separated have no minimum to look at; this much of l2 gives them one.
_VIEW_L2 = 1e-3
_USUAL_PASSES = 12
# Eigenvalues of larger Hessians take seconds, again and again.
_LARGEST_SOLVED = 600
_NETWORK_ROOM = 2.0

AnyQuadratic: TypeAlias = QuadraticLoss | SeveralQuadraticLoss


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
    if fit.quadratic is not None:
        if fit.l1 > 0:
            return (yield from _lasso_minimum(fit.quadratic, fit.penalty.l2, fit.l1))
        return fit.quadratic.ridge_solution(fit.penalty.l2 / fit.quadratic.curvature)
    if not _is_cross_entropy(fit) or fit.dimension > _LARGEST_SOLVED:
        return None
    start = fit.start
    quick = yield from _quick(fit)
    if quick is not fit:
        # A few steps with some of the rows spare as many with all of them.
        sampled = yield from minimum(quick)
        start = start if sampled is None else sampled
    # Where all rows together lose less than log 2, each is on its right side: larger weights are better for ever.
    free = fit.penalty.l2 == 0 and fit.l1 == 0
    separable = math.log(2) / fit.rows if free else -math.inf
    smooth = dataclasses.replace(fit.penalty, l1=0.0)

    def value_and_gradient(x: np.ndarray) -> Pausing[tuple[np.ndarray, np.ndarray]]:
        value, gradient = yield from fit.row_mean.by_parts(lambda part: part.value_and_gradient(x))
        return value + smooth.value(x), gradient + smooth.gradient(x)

    def hessian(x: np.ndarray) -> Pausing[np.ndarray]:
        return (yield from _hessian(fit, x))

    if fit.l1 > 0:
        pulls = fit.l1 * fit.penalty.penalized
        return (yield from soft_threshold_newton(value_and_gradient, hessian, pulls, start))
    return (yield from newton_minimum(value_and_gradient, hessian, start, lambda value: value < separable))


def _is_cross_entropy(fit: DataFit) -> bool:
    """Whether the loss is smooth and convex in scores that are affine in the parameters."""
    mean = fit.row_mean
    return mean.model.affine and mean.loss.argument == "score" and mean.loss.smooth


def _lasso_minimum(quadratic: AnyQuadratic, l2: float, l1: float) -> Pausing[np.ndarray | None]:
    """The minimum of a quadratic loss with both penalties, each output by itself. Without the biases: they follow."""
    columns = []
    for loss in quadratic.losses if isinstance(quadratic, SeveralQuadraticLoss) else (quadratic,):
        moments = loss.moments
        size = len(moments.solution)
        right = loss.curvature * (moments.covariance @ moments.solution + moments.rest)
        weights = yield from soft_threshold_minimum(
            loss.curvature * moments.covariance + l2 * np.eye(size), right, np.full(size, l1), np.zeros(size)
        )
        if weights is None:
            return None
        columns.append(np.append(weights, moments.target_mean - moments.feature_means @ weights))
    return np.stack(columns, axis=-1).ravel()


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
    # Of networks nobody knows a minimum, and the Hessian at the start says little of what comes.
    if not (fit.has_hessian and fit.row_mean.model.affine) or fit.dimension > LARGEST_DIMENSION:
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
    if not fit.row_mean.model.affine:
        return _network_view(fit)
    if fit.data.kind == "number":
        return _linear_view(fit)
    quick = yield from _quick(fit)
    if not _is_cross_entropy(quick):
        quick = dataclasses.replace(quick, loss=None, alpha=0.0)
    if quick.l1 or (yield from minimum(quick)) is None:
        quick = dataclasses.replace(quick, l1=0.0, l2=quick.l2 + _VIEW_L2)
    start, lowest = fit.start, (yield from minimum(quick))
    anchor = start if lowest is None else lowest
    value = float(quick.value(anchor))
    return _view_around(start, anchor, float(quick.value(start)) - value, value, quick.hessian(anchor))


def _network_view(fit: DataFit) -> np.ndarray:
    """Room for the weights to grow around the start; what the last layer adds up has the size of the targets."""
    model = fit.row_mean.model
    room = np.full(fit.dimension, _NETWORK_ROOM)
    if fit.data.kind == "number":
        last = model.layers(len(fit.data.columns))[-1]
        room[last.begin :] *= max(1.0, float(np.sqrt(np.mean(fit.data.y**2))))
    return np.stack([fit.start - room, fit.start + room], axis=-1)


def _linear_view(fit: DataFit) -> np.ndarray:
    """The view of the squared error, whose minimum is never far from that of other losses of the same rows."""
    quadratic, l2 = fit.quadratic, fit.penalty.l2
    if quadratic is None:
        moments = fit.data.sample(_VIEW_ROWS, 0).moments
        parts = [QuadraticLoss(item, 2.0) for item in moments]
        quadratic, l2 = parts[0] if len(parts) == 1 else SeveralQuadraticLoss(parts), 0.0
    start, anchor = fit.start, quadratic.ridge_solution(l2 / quadratic.curvature)
    # Compared to the best constant, or a mean far from 0 would make the view too wide for the weights.
    losses = quadratic.losses if isinstance(quadratic, SeveralQuadraticLoss) else (quadratic,)
    constant = start.copy()
    constant[len(start) - len(losses) :] = [loss.moments.target_mean for loss in losses]
    lowest = float(quadratic.value(anchor))
    return _view_around(start, anchor, float(quadratic.value(constant)) - lowest, lowest, quadratic.hessian(start))


def _view_around(start: np.ndarray, anchor: np.ndarray, fall: float, lowest: float, hessian: np.ndarray) -> np.ndarray:
    # A share of the lowest value keeps the view of a fit that explains nothing from shrinking to a point.
    return view_around(start, anchor, fall + 0.1 * lowest, np.diagonal(hessian))
