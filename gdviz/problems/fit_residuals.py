"""A fit by squares as a sum of squares: the weighed errors of its rows, and below them what l2 asks of the weights."""

from __future__ import annotations

import math

import numpy as np

from gdviz.arrays import Array, Namespace, namespace, placed
from gdviz.losses import Penalty
from gdviz.problems.fit_rows import RowMean

__all__ = ["jacobian", "residuals"]


def residuals(mean: RowMean, penalty: Penalty, factor: float, x: Array) -> Array:
    """r at points `(..., d)`, as `(..., m)`, with factor / 2 · ‖r‖² the mean loss plus l2/2 ‖weights‖²."""
    xp = namespace(x)
    features, scale, targets = _rows(mean, xp, x)
    outputs = mean.model.forward(xp, x, features).outputs
    errors = xp.reshape((outputs - targets) * scale, (*x.shape[:-1], -1))
    if penalty.l2 == 0:
        return errors
    shrunk = x[..., _penalized(penalty)] * math.sqrt(penalty.l2 / factor)
    return xp.concat([errors, shrunk], axis=-1)


def jacobian(mean: RowMean, penalty: Penalty, factor: float, x: Array) -> Array:
    """∂r/∂x at points `(..., d)`, as `(..., m, d)`."""
    xp = namespace(x)
    features, scale, _ = _rows(mean, xp, x)
    size = x.shape[-1]
    forward = mean.model.forward(xp, x, features)
    scores = mean.model.jacobian(xp, x, features)
    if mean.model.outputs == 1:
        slope = mean.model.slope(xp, forward.outputs) * scale
        rows = scores * slope[..., None]
    elif mean.model.output_activation == "softmax":
        # ∂aᵢ/∂zⱼ = aᵢ(δᵢⱼ − aⱼ).
        outputs = forward.outputs
        weighed = outputs[..., None] * scores
        moved = weighed - outputs[..., None] * xp.sum(weighed, axis=-2, keepdims=True)
        rows = moved * scale[..., None]
    else:
        slope = mean.model.slope(xp, forward.outputs) * scale
        rows = scores * slope[..., None]
    rows = xp.reshape(rows, (*x.shape[:-1], -1, size))
    if penalty.l2 == 0:
        return rows
    marks = np.eye(size)[_penalized(penalty)] * math.sqrt(penalty.l2 / factor)
    below = xp.broadcast_to(placed(marks, xp, x), (*x.shape[:-1], *marks.shape))
    return xp.concat([rows, below], axis=-2)


def _rows(mean: RowMean, xp: Namespace, x: Array) -> tuple[Array, Array, Array]:
    """Features, the factor of every error and the targets, in the library of `x`."""
    weights = np.ones(mean.rows) if mean.weights is None else mean.weights
    scale = np.sqrt(weights / mean.rows)
    features, targets, _ = mean.data(xp, x)
    return features, placed(scale if mean.model.outputs == 1 else scale[:, None], xp, x), targets


def _penalized(penalty: Penalty) -> np.ndarray:
    return np.flatnonzero(penalty.penalized)
