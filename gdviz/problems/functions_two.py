"""Functions of two parameters with curved valleys, saddles and whole curves of minima."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction
from gdviz.problems.least_squares import LeastSquares

__all__ = [
    "Beale",
    "BoundedSaddle",
    "FreudensteinRoth",
    "Himmelblau",
    "Leon",
    "Rosenbrock",
    "ScalarFactorization",
    "ThreeHumpCamel",
]


@dataclass(frozen=True)
class Rosenbrock(KnownFunction, LeastSquares):
    """A curved valley whose floor is almost flat: easy to enter, slow to follow.

    Source: Rosenbrock 1960; Moré, Garbow & Hillstrom 1981, problem 1.
    """

    name = "rosenbrock"
    label = "Rosenbrock"
    summary = "A curved valley whose floor is almost flat: easy to enter, slow to follow."
    source = "Rosenbrock 1960; Moré, Garbow & Hillstrom 1981, problem 1"
    formula = "(a − x)² + b(y − x²)²"
    view = ((-2.0, 2.0), (-1.0, 3.0))
    usual_start = (-1.2, 1.0)

    a: float = parameter(1.0, slider=(-2.0, 2.0), help="Where the minimum lies along x; along y it lies at a².")
    b: float = parameter(
        100.0, low=0, low_open=True, slider=(1.0, 1000.0), log=True, help="How steep the valley's walls are."
    )

    @property
    def minima(self) -> np.ndarray:
        return np.array([[self.a, self.a * self.a]])

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        valley = y - x * x
        side = self.a - x
        return side * side + self.b * (valley * valley)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        valley = y - x * x
        return -2.0 * (self.a - x) - 4.0 * self.b * x * valley, 2.0 * self.b * valley

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 2.0 - 4.0 * self.b * (y - 3.0 * (x * x)), -4.0 * self.b * x, 2.0 * self.b

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return self.a - x, math.sqrt(self.b) * (y - x * x)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        root = math.sqrt(self.b)
        return (-1.0, 0.0), (-2.0 * root * x, root)


@dataclass(frozen=True)
class Leon(KnownFunction, LeastSquares):
    """100(y − x³)² + (1 − x)²: Rosenbrock's valley bent along a cubic.

    Source: Leon 1966; Jamil & Yang 2013.
    """

    name = "leon"
    label = "Leon"
    summary = "Rosenbrock's valley bent along a cubic: flat, then turning upward."
    source = "Leon 1966"
    formula = "100(y − x³)² + (1 − x)²"
    view = ((-1.5, 1.5), (-1.5, 1.5))
    known_minima = ((1.0, 1.0),)
    usual_start = (-1.2, 1.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        valley = y - x * x * x
        side = 1.0 - x
        return 100.0 * (valley * valley) + side * side

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        valley = y - x * x * x
        return -600.0 * (x * x) * valley - 2.0 * (1.0 - x), 200.0 * valley

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x
        return 1800.0 * (square * square) - 1200.0 * x * (y - x * square) + 2.0, -600.0 * square, 200.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 10.0 * (y - x * x * x), 1.0 - x

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (-30.0 * (x * x), 10.0), (-1.0, 0.0)


@dataclass(frozen=True)
class Beale(KnownFunction, LeastSquares):
    """Three residuals of two parameters; a saddle at (0, 1) and a valley that runs to infinity.

    Source: Beale 1958; Moré, Garbow & Hillstrom 1981, problem 5.
    """

    name = "beale"
    label = "Beale"
    summary = "Steep corners around a flat valley, with a saddle at (0, 1) that turns descents away from the minimum."
    source = "Beale 1958; Moré, Garbow & Hillstrom 1981, problem 5"
    formula = "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²"
    view = ((-4.5, 4.5), (-4.5, 4.5))
    known_minima = ((3.0, 0.5),)
    usual_start = (1.0, 1.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        first, second, third = _beale_residuals(x, y)
        return first * first + second * second + third * third

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, second, third = _beale_residuals(x, y)
        square = y * y
        along_x = first * (y - 1.0) + second * (square - 1.0) + third * (square * y - 1.0)
        along_y = x * (first + 2.0 * y * second + 3.0 * square * third)
        return 2.0 * along_x, 2.0 * along_y

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, second, third = _beale_residuals(x, y)
        square = y * y
        slopes = (y - 1.0, square - 1.0, square * y - 1.0)
        mixed = first + 2.0 * y * second + 3.0 * square * third
        mixed = mixed + x * (slopes[0] + 2.0 * y * slopes[1] + 3.0 * square * slopes[2])
        bend = x * (2.0 * second + 6.0 * y * third) + (x * x) * (1.0 + 4.0 * square + 9.0 * (square * square))
        return 2.0 * (slopes[0] * slopes[0] + slopes[1] * slopes[1] + slopes[2] * slopes[2]), 2.0 * mixed, 2.0 * bend

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return _beale_residuals(x, y)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        square = y * y
        cube = square * y
        return (y - 1.0, x), (square - 1.0, 2.0 * x * y), (cube - 1.0, 3.0 * x * square)


def _beale_residuals(x: Any, y: Any) -> tuple[Any, Any, Any]:
    square = y * y
    return 1.5 - x + x * y, 2.25 - x + x * square, 2.625 - x + x * (square * y)


@dataclass(frozen=True)
class Himmelblau(KnownFunction, LeastSquares):
    """(x² + y − 11)² + (x + y² − 7)²: four minima, all of value 0, around a maximum at (−0.27, −0.92).

    Source: Himmelblau 1972, Applied Nonlinear Programming.
    """

    name = "himmelblau"
    label = "Himmelblau"
    summary = "Four equally deep minima around a hill: the start decides which one the descent ends in."
    source = "Himmelblau 1972"
    formula = "(x² + y − 11)² + (x + y² − 7)²"
    family = "hollows"
    view = ((-5.0, 5.0), (-5.0, 5.0))
    known_minima = (
        (3.0, 2.0),
        (-2.80511808695274485, 3.13131251825057297),
        (-3.77931025337774689, -3.28318599128616941),
        (3.58442834033049174, -1.84812652696440355),
    )
    usual_start = (-0.27, -0.92)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        first = x * x + y - 11.0
        second = x + y * y - 7.0
        return first * first + second * second

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first = x * x + y - 11.0
        second = x + y * y - 7.0
        return 4.0 * x * first + 2.0 * second, 2.0 * first + 4.0 * y * second

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first = x * x + y - 11.0
        second = x + y * y - 7.0
        return 4.0 * first + 8.0 * (x * x) + 2.0, 4.0 * (x + y), 4.0 * second + 8.0 * (y * y) + 2.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x * x + y - 11.0, x + y * y - 7.0

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (2.0 * x, 1.0), (1.0, 2.0 * y)


@dataclass(frozen=True)
class ThreeHumpCamel(KnownFunction):
    """2x² − 1.05x⁴ + x⁶/6 + xy + y²: one global and two local minima.

    Source: Jamil & Yang 2013, function 24.
    """

    name = "three_hump_camel"
    label = "Three-hump camel"
    summary = "A deep minimum in the middle and a shallow one on either side, each with its own basin."
    source = "Jamil & Yang 2013"
    formula = "2x² − 1.05x⁴ + x⁶/6 + xy + y²"
    family = "hollows"
    view = ((-2.5, 2.5), (-2.5, 2.5))
    known_minima = (
        (0.0, 0.0),
        (1.7475523458302889, -0.873776172915144449),
        (-1.7475523458302889, 0.873776172915144449),
    )
    usual_start = (2.2, -1.5)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        square = x * x
        return square * (2.0 - square * (1.05 - square / 6.0)) + x * y + y * y

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x
        return x * (4.0 - square * (4.2 - square)) + y, x + 2.0 * y

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x
        return 4.0 - square * (12.6 - 5.0 * square), 1.0, 2.0


@dataclass(frozen=True)
class BoundedSaddle(KnownFunction):
    """½x² − ½y² + ¼y⁴: a saddle at the origin between two minima.

    A start with y exactly 0 lies on the saddle's stable manifold: descent ends on the saddle and never leaves it.
    """

    name = "bounded_saddle"
    label = "Bounded saddle"
    summary = "A saddle between two minima: the nearer the start to y = 0, the longer a descent lingers on the saddle."
    source = "Textbook"
    formula = "½x² − ½y² + ¼y⁴"
    view = ((-2.0, 2.0), (-2.0, 2.0))
    known_minima = ((0.0, 1.0), (0.0, -1.0))
    usual_start = (1.5, 1e-3)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        square = y * y
        return 0.5 * (x * x) - 0.5 * square + 0.25 * (square * square)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x, y * (y * y) - y

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 1.0, 0.0, 3.0 * (y * y) - 1.0


@dataclass(frozen=True)
class ScalarFactorization(KnownFunction, LeastSquares):
    """½(xy − 1)²: a linear network of two layers of one unit.

    Every point of the hyperbola xy = 1 is a minimum of value 0; the curvature across it is x² + y². `minima` holds the
    two flattest, ±(1, 1), of curvature 2.
    """

    name = "scalar_factorization"
    label = "Scalar factorization"
    summary = "Every point of a hyperbola is a minimum: large rates drive the descent along it to where it is flat."
    source = "Textbook; Lewkowycz et al. 2020 for large rates"
    formula = "½(xy − 1)²"
    view = ((-3.0, 3.0), (-3.0, 3.0))
    known_minima = ((1.0, 1.0), (-1.0, -1.0))
    usual_start = (2.8, 0.05)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        residual = x * y - 1.0
        return 0.5 * (residual * residual)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        residual = x * y - 1.0
        return y * residual, x * residual

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return y * y, 2.0 * x * y - 1.0, x * x

    @property
    def residual_factor(self) -> float:
        return 1.0

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return (x * y - 1.0,)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return ((y, x),)


@dataclass(frozen=True)
class FreudensteinRoth(KnownFunction, LeastSquares):
    """Two residuals of two parameters, with a second minimum of value 48.98.

    Source: Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2.
    """

    name = "freudenstein_roth"
    label = "Freudenstein and Roth"
    summary = "From the usual start descent ends in the wrong minimum, at the far end of a long valley."
    source = "Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2"
    formula = "(x − 13 + ((5 − y)y − 2)y)² + (x − 29 + ((y + 1)y − 14)y)²"
    view = ((-10.0, 16.0), (-3.0, 6.0))
    known_minima = ((5.0, 4.0), (11.4127789869020939, -0.896805253274476518))
    usual_start = (0.5, -2.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        first = x - 13.0 + ((5.0 - y) * y - 2.0) * y
        second = x - 29.0 + ((y + 1.0) * y - 14.0) * y
        return first * first + second * second

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first = x - 13.0 + ((5.0 - y) * y - 2.0) * y
        second = x - 29.0 + ((y + 1.0) * y - 14.0) * y
        first_slope = (10.0 - 3.0 * y) * y - 2.0
        second_slope = (3.0 * y + 2.0) * y - 14.0
        return 2.0 * (first + second), 2.0 * (first * first_slope + second * second_slope)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first = x - 13.0 + ((5.0 - y) * y - 2.0) * y
        second = x - 29.0 + ((y + 1.0) * y - 14.0) * y
        first_slope = (10.0 - 3.0 * y) * y - 2.0
        second_slope = (3.0 * y + 2.0) * y - 14.0
        bend = first * (10.0 - 6.0 * y) + second * (6.0 * y + 2.0)
        bend = bend + first_slope * first_slope + second_slope * second_slope
        return 4.0, 2.0 * (first_slope + second_slope), 2.0 * bend

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x - 13.0 + ((5.0 - y) * y - 2.0) * y, x - 29.0 + ((y + 1.0) * y - 14.0) * y

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (1.0, (10.0 - 3.0 * y) * y - 2.0), (1.0, (3.0 * y + 2.0) * y - 14.0)
