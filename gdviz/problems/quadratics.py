"""Quadratic functions of two parameters: everything about a method on them can be worked out on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction
from gdviz.problems.least_squares import LeastSquares

__all__ = ["Booth", "ElongatedQuadratic", "Matyas", "RotatedQuadratic"]


@dataclass(frozen=True)
class ElongatedQuadratic(KnownFunction, LeastSquares):
    """½(x² + κy²): eigenvalues 1 and κ along the axes, so a rate above 2/κ diverges.

    Source: textbook; Polyak 1964 for the rates.
    """

    name = "elongated_quadratic"
    label = "Elongated quadratic"
    summary = "A long valley along an axis: the steep side limits the rate, the flat one decides how long it takes."
    source = "Textbook"
    formula = "½(x² + κy²)"
    view = ((-10.0, 10.0), (-5.0, 5.0))
    known_minima = ((0.0, 0.0),)
    usual_start = (-9.0, 2.5)

    condition: float = parameter(
        20.0,
        low=0,
        low_open=True,
        slider=(1.0, 1000.0),
        log=True,
        symbol="κ",
        label="Condition number",
        help="How many times steeper y is than x. Rates above 2/κ diverge.",
    )

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return 0.5 * (x * x + self.condition * (y * y))

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x, self.condition * y

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 1.0, 0.0, self.condition

    @property
    def residual_factor(self) -> float:
        return 1.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x, math.sqrt(self.condition) * y

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (1.0, 0.0), (0.0, math.sqrt(self.condition))


@dataclass(frozen=True)
class RotatedQuadratic(KnownFunction, LeastSquares):
    """½ xᵀRᵀ diag(1, κ) R x with R the rotation by `angle`: the valley lies along (cos, −sin) of it.

    Source: textbook.
    """

    name = "rotated_quadratic"
    label = "Rotated quadratic"
    summary = "The same long valley turned out of the axes: methods that scale every parameter by itself lose here."
    source = "Textbook"
    formula = "½ xᵀRᵀ diag(1, κ) R x"
    view = ((-5.0, 5.0), (-5.0, 5.0))
    known_minima = ((0.0, 0.0),)
    usual_start = (-4.0, 1.0)

    angle: float = parameter(
        30.0,
        low=-360,
        high=360,
        slider=(0.0, 90.0),
        unit="°",
        help="How far the valley is turned clockwise from the x axis; 45 mixes the parameters most.",
    )
    condition: float = parameter(
        25.0,
        low=0,
        low_open=True,
        slider=(1.0, 1000.0),
        log=True,
        symbol="κ",
        label="Condition number",
        help="How many times steeper the walls are than the floor. Rates above 2/κ diverge.",
    )

    def _rotation(self) -> tuple[float, float]:
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        cosine, sine = self._rotation()
        along = cosine * x - sine * y
        across = sine * x + cosine * y
        return 0.5 * (along * along + self.condition * (across * across))

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        cosine, sine = self._rotation()
        along = cosine * x - sine * y
        across = self.condition * (sine * x + cosine * y)
        return cosine * along + sine * across, cosine * across - sine * along

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        cosine, sine = self._rotation()
        return (
            cosine * cosine + self.condition * sine * sine,
            (self.condition - 1.0) * sine * cosine,
            sine * sine + self.condition * cosine * cosine,
        )

    @property
    def residual_factor(self) -> float:
        return 1.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        cosine, sine = self._rotation()
        return cosine * x - sine * y, math.sqrt(self.condition) * (sine * x + cosine * y)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        cosine, sine = self._rotation()
        root = math.sqrt(self.condition)
        return (cosine, -sine), (root * sine, root * cosine)


@dataclass(frozen=True)
class Booth(KnownFunction, LeastSquares):
    """(x + 2y − 7)² + (2x + y − 5)², eigenvalues 2 and 18 along the diagonals.

    Source: Jamil & Yang 2013, function 17.
    """

    name = "booth"
    label = "Booth"
    summary = "A mild valley along a diagonal, with its minimum away from the origin."
    source = "Jamil & Yang 2013"
    formula = "(x + 2y − 7)² + (2x + y − 5)²"
    view = ((-10.0, 10.0), (-10.0, 10.0))
    known_minima = ((1.0, 3.0),)
    usual_start = (-8.0, -8.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        first = x + 2.0 * y - 7.0
        second = 2.0 * x + y - 5.0
        return first * first + second * second

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first = x + 2.0 * y - 7.0
        second = 2.0 * x + y - 5.0
        return 2.0 * first + 4.0 * second, 4.0 * first + 2.0 * second

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 10.0, 8.0, 10.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x + 2.0 * y - 7.0, 2.0 * x + y - 5.0

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (1.0, 2.0), (2.0, 1.0)


@dataclass(frozen=True)
class Matyas(KnownFunction, LeastSquares):
    """0.26(x² + y²) − 0.48xy, eigenvalues 0.04 and 1 along the diagonals.

    Source: Jamil & Yang 2013, function 71.
    """

    name = "matyas"
    label = "Matyas"
    summary = "A flat valley along the diagonal: condition 25, so plain descent zigzags and then creeps."
    source = "Jamil & Yang 2013"
    formula = "0.26(x² + y²) − 0.48xy"
    view = ((-10.0, 10.0), (-10.0, 10.0))
    known_minima = ((0.0, 0.0),)
    usual_start = (-8.0, 6.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return 0.26 * (x * x + y * y) - 0.48 * x * y

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 0.52, -0.48, 0.52

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 0.5 * (x - y), 0.1 * (x + y)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (0.5, -0.5), (0.1, 0.1)
