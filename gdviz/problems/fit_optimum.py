"""Where a fit's minimum lies when no formula gives it, by Newton's method; and the part worth looking at."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Literal, TypeAlias

import numpy as np

from gdviz.problems.fit_pauses import Pausing

__all__ = ["LARGEST_DIMENSION", "largest_eigenvalue", "newton_minimum", "view_around"]

_Question: TypeAlias = tuple[Literal["value_and_gradient", "hessian"], np.ndarray]

LARGEST_DIMENSION = 200
"""Above it the eigenvalues of a Hessian take too long for a hint."""

_MOST_STEPS = 60
_MOST_HALVINGS = 40
# Directions with less curvature than this, compared to the largest, are flat.
_FLAT = 1e-11
# Steps, compared to the point, after which nothing is left to gain.
_SHORT = 1e-8
_SHORT_FOR_ROUNDING = 1e-5


def newton_minimum(
    value_and_gradient: Callable[[np.ndarray], Pausing[tuple[np.ndarray, np.ndarray]]],
    hessian: Callable[[np.ndarray], Pausing[np.ndarray]],
    start: np.ndarray,
    hopeless: Callable[[float], bool] = lambda value: False,
) -> Pausing[np.ndarray | None]:
    """The minimum `(d,)` of a convex function, or None where it has none; pauses where value or Hessian do.

    A function without a minimum, such as the loss of separable classes, is recognised when `hopeless(value)` says so,
    when a direction loses the curvature that it had at the start, or when steps don't become short. Directions that are
    flat from the start are left as they are.
    """
    answers: dict[str, Callable[[np.ndarray], Pausing[Any]]] = {
        "value_and_gradient": value_and_gradient,
        "hessian": hessian,
    }
    search = _newton(start, hopeless)
    answer: Any = None
    while True:
        try:
            # Only around this piece: what NumPy is told to ignore would hold for others while this one pauses.
            with np.errstate(over="ignore", invalid="ignore"):
                what, point = search.send(answer)
        except StopIteration as end:
            found: np.ndarray | None = end.value
            return found
        answer = yield from answers[what](point)


def _newton(start: np.ndarray, hopeless: Callable[[float], bool]) -> Generator[_Question, Any, np.ndarray | None]:
    """The search, which yields what it wants to know, is sent the answer and returns the minimum."""
    point = start
    value, gradient = yield "value_and_gradient", point
    curved_at_start: int | None = None
    relative_before = np.inf
    for _ in range(_MOST_STEPS):
        matrix = yield "hessian", point
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
        relative = float(np.linalg.norm(step) / (1.0 + np.linalg.norm(point)))
        # The error after a step is about the square of its length, until rounding keeps steps from getting shorter.
        if relative <= _SHORT or relative_before / 2 < relative <= _SHORT_FOR_ROUNDING:
            return np.asarray(point + step)
        relative_before = relative
        descent = float(gradient @ step)
        noise = 8 * np.finfo(float).eps * abs(float(value))
        length = 1.0
        for _ in range(_MOST_HALVINGS):
            candidate = point + length * step
            new_value, new_gradient = yield "value_and_gradient", candidate
            if new_value <= value + 1e-4 * length * descent + noise:
                break
            length /= 2
        else:
            return None
        point, value, gradient = candidate, new_value, new_gradient
    return None


def largest_eigenvalue(hessians: np.ndarray) -> float | None:
    """The largest eigenvalue of the finite ones among Hessians `(k, d, d)`; None where it is not positive, or there
    are none."""
    finite = hessians[np.isfinite(hessians).all(axis=(-2, -1))]
    if len(finite) == 0:
        return None
    largest = float(np.linalg.eigvalsh(finite).max())
    return largest if largest > 0 else None


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
