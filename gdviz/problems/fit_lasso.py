"""Minima of quadratic functions with absolute values added, by coordinate descent: what lasso and elastic net ask.

Source: Friedman, Hastie & Tibshirani 2010, Regularization paths for generalized linear models via coordinate descent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdviz.problems.fit_pauses import Pausing

__all__ = ["soft_threshold_minimum", "soft_threshold_newton"]

_MOST_SWEEPS = 20_000
_SWEEPS_AT_ONCE = 20
_CLOSE = 1e-13
_MOST_STEPS = 100
_MOST_HALVINGS = 40
_SHORT = 1e-9


def soft_threshold_minimum(
    matrix: np.ndarray, right: np.ndarray, pulls: np.ndarray, start: np.ndarray
) -> Pausing[np.ndarray | None]:
    """The x `(d,)` that minimizes ½ xᵀ matrix x − right · x + pulls · |x|, found with pauses; None where it isn't.

    `matrix (d, d)` has no negative eigenvalue, `pulls (d,)` none below 0. Once it is known which coordinates are 0 and
    which signs the others have, those are the solution of a linear system, to all its digits.
    """
    size = len(right)
    x = start.astype(np.float64).copy()
    diagonal = np.diagonal(matrix).copy()
    moved = np.flatnonzero(diagonal > 0)
    slope = right - matrix @ x
    scale = np.abs(right).max(initial=0.0) or 1.0
    for sweep in range(_MOST_SWEEPS):
        largest = 0.0
        for place in moved:
            old = x[place]
            aim = slope[place] + diagonal[place] * old
            new = np.sign(aim) * max(abs(aim) - pulls[place], 0.0) / diagonal[place]
            if new != old:
                slope -= matrix[:, place] * (new - old)
                x[place] = new
                largest = max(largest, abs(new - old) * diagonal[place])
        if sweep % _SWEEPS_AT_ONCE == 0 or largest <= _CLOSE * scale:
            polished = _polished(matrix, right, pulls, x, scale)
            if polished is not None:
                return polished
            if largest == 0.0 or size == 0:
                break
            slope = right - matrix @ x
        yield
    return None


def soft_threshold_newton(
    value_and_gradient: Callable[[np.ndarray], Pausing[tuple[np.ndarray, np.ndarray]]],
    hessian: Callable[[np.ndarray], Pausing[np.ndarray]],
    pulls: np.ndarray,
    start: np.ndarray,
) -> Pausing[np.ndarray | None]:
    """The minimum `(d,)` of a smooth convex function plus pulls · |x|, by Newton's method with the absolute values kept
    as they are in every step; None where steps don't become short.

    Source: Lee, Sun & Saunders 2014, Proximal Newton-type methods.
    """
    point = start.astype(np.float64)
    value, gradient = yield from value_and_gradient(point)
    for _ in range(_MOST_STEPS):
        matrix = yield from hessian(point)
        if not (np.isfinite(value) and np.isfinite(matrix).all()):
            return None
        aim = yield from soft_threshold_minimum(matrix, matrix @ point - gradient, pulls, point)
        if aim is None:
            return None
        step = aim - point
        if np.linalg.norm(step) <= _SHORT * (1.0 + np.linalg.norm(point)):
            return aim
        total = float(value) + float(pulls @ np.abs(point))
        descent = float(gradient @ step) + float(pulls @ (np.abs(aim) - np.abs(point)))
        length = 1.0
        for _ in range(_MOST_HALVINGS):
            candidate = point + length * step
            new_value, new_gradient = yield from value_and_gradient(candidate)
            new_total = float(new_value) + float(pulls @ np.abs(candidate))
            if new_total <= total + 1e-4 * length * descent + 8 * np.finfo(float).eps * abs(total):
                break
            length /= 2
        else:
            return None
        point, value, gradient = candidate, new_value, new_gradient
    return None


def _polished(
    matrix: np.ndarray, right: np.ndarray, pulls: np.ndarray, x: np.ndarray, scale: float
) -> np.ndarray | None:
    """The minimum, if it has the signs of `x`; None if not."""
    free = pulls == 0
    active = np.flatnonzero((x != 0) | free)
    signs = np.where(free, 0.0, np.sign(x))
    found = np.zeros_like(x)
    if len(active):
        wanted = right[active] - pulls[active] * signs[active]
        found[active] = np.linalg.lstsq(matrix[np.ix_(active, active)], wanted, rcond=None)[0]
    if (np.sign(found[active]) != signs[active])[~free[active]].any():
        return None
    slope = right - matrix @ found
    inactive = np.setdiff1d(np.arange(len(x)), active)
    rest = slope[active] - pulls[active] * signs[active]
    within = np.abs(rest).max(initial=0.0) <= 1e-9 * scale
    return found if within and (np.abs(slope[inactive]) <= pulls[inactive] + 1e-12 * scale).all() else None
