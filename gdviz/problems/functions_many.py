"""Functions that exist for any number of parameters; two unless said otherwise."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.problems.coordinates import summed, upper_triangle
from gdviz.problems.least_squares import LeastSquares
from gdviz.problems.many_parameters import ManyParameters, SumOfTerms

__all__ = ["Ackley", "Griewank", "Rastrigin", "Sphere", "StyblinskiTang", "Zakharov"]


@dataclass(frozen=True)
class Sphere(SumOfTerms, LeastSquares):
    """Σxᵢ²: the same curvature 2 in every direction, so every method goes straight down."""

    name = "sphere"
    label = "Sphere"
    summary = "A round bowl: the gradient points straight at the minimum, and a rate of ½ is there in one step."
    source = "De Jong 1975, function 1"
    formula = "x² + y² + z² + …"
    view = (-5.12, 5.12)
    usual_start = (4.0, -3.0, 2.0)

    def term(self, xp: Namespace, x: Any) -> Any:
        return x * x

    def slope(self, xp: Namespace, x: Any) -> Any:
        return 2.0 * x

    def bend(self, xp: Namespace, x: Any) -> Any:
        return 2.0

    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return coordinates

    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        places = range(self.dimension)
        return tuple(tuple(1.0 if row == column else 0.0 for column in places) for row in places)


@dataclass(frozen=True)
class Rastrigin(SumOfTerms):
    """Σ(xᵢ² + 10 − 10 cos 2πxᵢ): a minimum near every point of whole numbers; `minima` holds the global one.

    Source: Rastrigin 1974; Mühlenbein, Schomisch & Born 1991.
    """

    name = "rastrigin"
    label = "Rastrigin"
    summary = "A bowl covered with dents: there is a minimum near every point of whole numbers."
    source = "Rastrigin 1974; Mühlenbein, Schomisch & Born 1991"
    formula = "Σ (xᵢ² + 10 − 10 cos 2πxᵢ)"
    view = (-5.12, 5.12)
    usual_start = (-2.0, 3.5)

    @property
    def start(self) -> np.ndarray:
        # A single coordinate of −2 would start at the bottom of a dent.
        return np.array([3.4]) if self.dimension == 1 else super().start

    def term(self, xp: Namespace, x: Any) -> Any:
        return x * x + (10.0 - 10.0 * xp.cos(2.0 * math.pi * x))

    def slope(self, xp: Namespace, x: Any) -> Any:
        return 2.0 * x + 20.0 * math.pi * xp.sin(2.0 * math.pi * x)

    def bend(self, xp: Namespace, x: Any) -> Any:
        return 2.0 + 40.0 * math.pi**2 * xp.cos(2.0 * math.pi * x)


@dataclass(frozen=True)
class StyblinskiTang(SumOfTerms):
    """½Σ(xᵢ⁴ − 16xᵢ² + 5xᵢ): two wells along every parameter, so 2ᵈ minima; the lowest has all the deeper ones.

    `minima` holds all of them for up to three parameters, the global one for more.

    Source: Styblinski & Tang 1990.
    """

    name = "styblinski_tang"
    label = "Styblinski and Tang"
    summary = "Two wells along every parameter: a descent has to end on the right side of every ridge."
    source = "Styblinski & Tang 1990"
    formula = "½ Σ (xᵢ⁴ − 16xᵢ² + 5xᵢ)"
    view = (-5.0, 5.0)
    usual_start = (0.5, 4.0)
    lowest = -2.9035340277711771

    @property
    def minima(self) -> np.ndarray:
        if self.dimension > 3:
            return super().minima
        wells = (self.lowest, 2.74680277099083699)
        combinations = sorted(itertools.product(wells, repeat=self.dimension), key=lambda point: point.count(wells[1]))
        return np.array(combinations)

    def term(self, xp: Namespace, x: Any) -> Any:
        square = x * x
        return 0.5 * (square * (square - 16.0) + 5.0 * x)

    def slope(self, xp: Namespace, x: Any) -> Any:
        return x * (2.0 * (x * x) - 16.0) + 2.5

    def bend(self, xp: Namespace, x: Any) -> Any:
        return 6.0 * (x * x) - 16.0


@dataclass(frozen=True)
class Ackley(ManyParameters):
    """−20 exp(−0.2 √(mean x²)) − exp(mean cos 2πx) + 20 + e: dents on a funnel that ends in a cusp.

    At the cusp, the global minimum, the gradient does not exist: 0 is given, and the Hessian without the funnel's part.

    Source: Ackley 1987; Bäck 1996 for any dimension.
    """

    name = "ackley"
    label = "Ackley"
    summary = "A dented plain with a funnel in its middle: it ends in a cusp, where the gradient does not shrink."
    source = "Ackley 1987"
    formula = "−20 exp(−0.2 √(Σxᵢ²/d)) − exp(Σ cos(2πxᵢ)/d) + 20 + e"
    smooth = False
    view = (-5.0, 5.0)
    usual_start = (2.5, -1.6)

    def _radius(self, xp: Namespace, coordinates: tuple[Any, ...]) -> Any:
        return xp.sqrt(summed(x * x for x in coordinates) / self.dimension)

    def _dents(self, xp: Namespace, coordinates: tuple[Any, ...]) -> Any:
        return xp.exp(summed(xp.cos(2.0 * math.pi * x) for x in coordinates) / self.dimension)

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        funnel = 20.0 - 20.0 * xp.exp(-0.2 * self._radius(xp, coordinates))
        return funnel + (math.e - self._dents(xp, coordinates))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        radius = self._radius(xp, coordinates)
        # Where the radius is 0 every coordinate is too, so any divisor gives the 0 wanted.
        divisor = xp.where(radius > 0, radius, radius + 1.0)
        funnel = 4.0 / self.dimension * xp.exp(-0.2 * radius)
        dents = 2.0 * math.pi / self.dimension * self._dents(xp, coordinates)
        return tuple(funnel * (x / divisor) + dents * xp.sin(2.0 * math.pi * x) for x in coordinates)

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        size = self.dimension
        radius = self._radius(xp, coordinates)
        divisor = xp.where(radius > 0, radius, radius + 1.0)
        # Zero at the cusp, which leaves the funnel's part out there.
        funnel = xp.where(radius > 0, 4.0 / size * xp.exp(-0.2 * radius) / divisor, 0.0 * radius)
        dents = (2.0 * math.pi) ** 2 / size * self._dents(xp, coordinates)
        directions = [x / divisor for x in coordinates]
        sines = [xp.sin(2.0 * math.pi * x) for x in coordinates]
        entries = []
        for row, column in upper_triangle(size):
            entry = -funnel * (1.0 + 0.2 * radius) / size * directions[row] * directions[column]
            entry = entry - dents / size * sines[row] * sines[column]
            if row == column:
                entry = entry + funnel + dents * xp.cos(2.0 * math.pi * coordinates[row])
            entries.append(entry)
        return tuple(entries)


@dataclass(frozen=True)
class Griewank(ManyParameters):
    """Σxᵢ²/4000 − Π cos(xᵢ/√i) + 1: a wide bowl with regular dents; `minima` holds the global one.

    Source: Griewank 1981.
    """

    name = "griewank"
    label = "Griewank"
    summary = "A very wide bowl with regular dents, each a minimum; the larger the view, the smoother it looks."
    source = "Griewank 1981"
    formula = "Σ xᵢ²/4000 − Π cos(xᵢ/√i) + 1"
    view = (-10.0, 10.0)
    usual_start = (6.0, -7.0)

    def _waves(self, xp: Namespace, coordinates: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
        """cos(xᵢ/√i) and −sin(xᵢ/√i)/√i, its derivative."""
        scales = [1.0 / math.sqrt(index + 1) for index in range(self.dimension)]
        phases = [scale * x for scale, x in zip(scales, coordinates, strict=True)]
        return (
            [xp.cos(phase) for phase in phases],
            [-scale * xp.sin(phase) for scale, phase in zip(scales, phases, strict=True)],
        )

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        cosines, _ = self._waves(xp, coordinates)
        return summed(x * x for x in coordinates) / 4000.0 + (1.0 - _product(cosines))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        cosines, slopes = self._waves(xp, coordinates)
        before, after = _products_around(cosines)
        return tuple(x / 2000.0 - before[index] * slopes[index] * after[index] for index, x in enumerate(coordinates))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        cosines, slopes = self._waves(xp, coordinates)
        before, after = _products_around(cosines)
        whole = _product(cosines)
        entries: list[Any] = []
        for row in range(self.dimension):
            entries.append(whole / (row + 1) + 1.0 / 2000.0)
            left = before[row] * slopes[row]
            for column in range(row + 1, self.dimension):
                entries.append(-left * slopes[column] * after[column])
                left = left * cosines[column]
        return tuple(entries)


@dataclass(frozen=True)
class Zakharov(ManyParameters, LeastSquares):
    """Σxᵢ² + s² + s⁴ with s = Σ i xᵢ/2: one minimum in a valley whose walls grow with the fourth power.

    Source: Jamil & Yang 2013, function 173.
    """

    name = "zakharov"
    label = "Zakharov"
    summary = "One minimum between walls that grow with the fourth power: far out only a tiny rate survives."
    source = "Jamil & Yang 2013"
    formula = "Σ xᵢ² + s² + s⁴,  s = Σ i xᵢ/2"
    view = (-5.0, 10.0)
    usual_start = (-4.0, 7.0)

    def _weighted(self, coordinates: tuple[Any, ...]) -> Any:
        return summed(0.5 * (index + 1) * x for index, x in enumerate(coordinates))

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        square = self._weighted(coordinates) * self._weighted(coordinates)
        return summed(x * x for x in coordinates) + square + square * square

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        weighted = self._weighted(coordinates)
        pull = weighted + 2.0 * weighted * (weighted * weighted)
        return tuple(2.0 * x + (index + 1) * pull for index, x in enumerate(coordinates))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        weighted = self._weighted(coordinates)
        bend = 0.5 + 3.0 * (weighted * weighted)
        return tuple(
            (row + 1) * (column + 1) * bend + (2.0 if row == column else 0.0)
            for row, column in upper_triangle(self.dimension)
        )

    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        weighted = self._weighted(coordinates)
        return (*coordinates, weighted, weighted * weighted)

    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        weighted = self._weighted(coordinates)
        places = range(self.dimension)
        unit = tuple(tuple(1.0 if row == column else 0.0 for column in places) for row in places)
        weights = tuple(0.5 * (place + 1) for place in places)
        return (*unit, weights, tuple(2.0 * weight * weighted for weight in weights))


def _product(factors: list[Any]) -> Any:
    first, *rest = factors
    for factor in rest:
        first = first * factor
    return first


def _products_around(factors: list[Any]) -> tuple[list[Any], list[Any]]:
    """For every factor the product of those before it and of those after it, without dividing by it."""
    before: list[Any] = [1.0]
    for factor in factors[:-1]:
        before.append(before[-1] * factor)
    after: list[Any] = [1.0]
    for factor in reversed(factors[1:]):
        after.append(after[-1] * factor)
    return before, after[::-1]
