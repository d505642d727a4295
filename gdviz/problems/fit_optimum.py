"""Where a fit's minimum lies when no formula gives it, by Newton's method; and the part worth looking at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["newton_minimum", "view_around"]

_MOST_STEPS = 60
_MOST_HALVINGS = 40
# Directions with less curvature than this, compared to the largest, are flat.
_FLAT = 1e-11


def newton_minimum(
    value_and_gradient: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    hessian: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    hopeless: Callable[[float], bool] = lambda value: False,
) -> np.ndarray | None:
    """The minimum `(d,)` of a convex function, or None where it has none.

    A function without a minimum, such as the loss of separable classes, is recognised when `hopeless(value)` says so,
    when a direction loses the curvature that it had at the start, or when steps don't become short. Directions that are
    flat from the start are left as they are.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _newton(value_and_gradient, hessian, start, hopeless)


def _newton(
    value_and_gradient: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    hessian: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    hopeless: Callable[[float], bool],
) -> np.ndarray | None:
    point = start
    value, gradient = value_and_gradient(point)
    curved_at_start: int | None = None
    for _ in range(_MOST_STEPS):
        matrix = hessian(point)
        if not (np.isfinite(value) and np.isfinite(matrix).all()) or hopeless(float(value)):
            return None
        eigenvalues, directions = np.linalg.eigh(matrix)
        curved = eigenvalues > _FLAT * max(eigenvalues[-1], 0.0)
        if curved_at_start is None:
            curved_at_start = int(curved.sum())
        if int(curved.sum()) < curved_at_start:
            return None
        basis = directions[:, curved]
        step = -basis @ ((gradient @ basis) / eigenvalues[curved])
        if np.linalg.norm(step) <= 1e-12 * (1.0 + np.linalg.norm(point)):
            return np.asarray(point + step)
        descent = float(gradient @ step)
        length = 1.0
        for _ in range(_MOST_HALVINGS):
            candidate = point + length * step
            new_value, new_gradient = value_and_gradient(candidate)
            if new_value <= value + 1e-4 * length * descent:
                break
            length /= 2
        else:
            # No shorter step descends: rounding ends the search, near the minimum if the step was short already.
            return point if np.linalg.norm(step) <= 1e-6 * (1.0 + np.linalg.norm(point)) else None
        point, value, gradient = candidate, new_value, new_gradient
    return None


def view_around(start: np.ndarray, anchor: np.ndarray, fall: float, curvature: np.ndarray) -> np.ndarray:
    """Limits `(d, 2)` that hold start and anchor, with room for the landscape to rise behind the anchor.

    `fall` is how much lower the anchor lies, `curvature (d,)` the second derivatives there: along one parameter the
    parabola through the anchor is back at the start's height at √(2 fall / curvature).
    """
    with np.errstate(over="ignore"):
        reach = np.sqrt(2.0 * fall / np.where(curvature > 0, curvature, np.inf))
    distance = np.abs(anchor - start)
    room = 0.6 * np.maximum(reach, distance)
    room = np.where((room > 0) & np.isfinite(room), room, 1.0)
    return np.stack([np.minimum(start, anchor) - room, np.maximum(start, anchor) + room], axis=-1)
