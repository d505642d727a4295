"""Functions of two parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import CoordinateFunction

__all__ = ["Rosenbrock"]


@dataclass(frozen=True)
class Rosenbrock(CoordinateFunction):
    """A curved valley whose floor is almost flat: easy to enter, slow to follow.

    Source: Rosenbrock 1960; Moré, Garbow & Hillstrom 1981, problem 1.
    """

    name: ClassVar[str] = "rosenbrock"
    label: ClassVar[str] = "Rosenbrock"
    summary: ClassVar[str] = "A curved valley whose floor is almost flat: easy to enter, slow to follow."
    source: ClassVar[str] = "Rosenbrock 1960; Moré, Garbow & Hillstrom 1981, problem 1"
    formula: ClassVar[str] = "(a − x)² + b(y − x²)²"

    a: float = parameter(1.0, slider=(-2.0, 2.0), help="Where the minimum lies along x.")
    b: float = parameter(100.0, low=0, low_open=True, slider=(1.0, 1000.0), log=True, help="How steep the valley's walls are.")

    @property
    def dimension(self) -> int:
        return 2

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-2.0, 2.0], [-1.0, 3.0]])

    @property
    def minima(self) -> np.ndarray:
        return np.array([[self.a, self.a * self.a]])

    @property
    def start(self) -> np.ndarray:
        return np.array([-1.2, 1.0])

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        valley = y - x * x
        side = self.a - x
        return side * side + self.b * (valley * valley)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        valley = y - x * x
        return -2.0 * (self.a - x) - 4.0 * self.b * x * valley, 2.0 * self.b * valley

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 2.0 - 4.0 * self.b * (y - 3.0 * (x * x)), -4.0 * self.b * x, 2.0 * self.b
