"""What a problem says of points of its landscape: their values, and where its known minima are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gdviz.problems.base import Problem

__all__ = ["Evaluator", "Minimum", "PlaneValues"]

Evaluator = Callable[[float, float], float]
"""The value at a point of the landscape; in one dimension the second coordinate means nothing."""

_QUICK_NUMBERS = 500_000
"""Numbers in a table of data below which a value is there before the pointer has moved on."""


class Minimum(NamedTuple):
    """A known minimum, in the coordinates of the landscape, and its value."""

    x: float
    y: float
    value: float


class PlaneValues:
    """Asks the problem, or whom the owner has named instead. Parameters not on the axes are held at `through (d,)`."""

    def __init__(self, problem: Problem | None) -> None:
        self.problem = problem
        self.axes = (0, 1)
        self.through = np.array(problem.start if problem is not None else (), dtype=np.float64)
        self.evaluate: Evaluator | None = None

    def at(self, x: float, y: float) -> float | None:
        """The value at a point of the landscape, None where it takes too long to know."""
        if self.evaluate is not None:
            return float(self.evaluate(x, y))
        problem = self.problem
        if problem is None or (problem.rows or 0) * problem.dimension > _QUICK_NUMBERS:
            return None
        point = np.array(self.through)
        if problem.dimension == 1:
            point[0] = x
        else:
            point[self.axes[0]], point[self.axes[1]] = x, y
        with np.errstate(all="ignore"):
            return float(problem.value(point))

    def along(self, x: float) -> float:
        """The value of a problem of one parameter, nan where it takes too long to know."""
        value = self.at(x, 0.0)
        return float("nan") if value is None else value

    @property
    def lowest(self) -> float | None:
        """The lowest value of all, where it is known."""
        value = self.problem.minimum_value if self.problem is not None else None
        return value if value is not None and np.isfinite(value) else None

    def minima(self) -> tuple[Minimum, ...]:
        """The known minima that lie in the landscape: all of them, unless it is a plane through more parameters."""
        problem = self.problem
        if problem is None or problem.dimension > 2 or len(problem.minima) == 0:
            return ()
        points = problem.minima
        with np.errstate(all="ignore"):
            values = np.asarray(problem.value(points))
        across = points[:, self.axes[0] if problem.dimension > 1 else 0]
        up = points[:, self.axes[1]] if problem.dimension > 1 else values
        return tuple(Minimum(float(x), float(y), float(value)) for x, y, value in zip(across, up, values, strict=True))
