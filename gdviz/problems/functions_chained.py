"""Functions of any number of parameters in which each is tied to its neighbours, as in a chain."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import summed, upper_triangle
from gdviz.problems.least_squares import LeastSquares
from gdviz.problems.many_parameters import ManyParameters, dimension_option

__all__ = ["DixonPrice", "ExtendedRosenbrock", "NesterovQuadratic", "Trid"]

_SECOND_MINIMA = {
    4: (-0.775659226565352625, 0.61309336548504346, 0.382062846338393148, 0.145972018552194615),
    5: (
        *(-0.962051020694750161, 0.935739395976710011, 0.880713604194320589),
        *(0.777877675854406326, 0.605093678592652838),
    ),
    6: (
        *(-0.986574979570993729, 0.983398228836181748, 0.972106670053091911),
        *(0.947437436826436013, 0.898651184851729634, 0.807573952035417546),
    ),
    7: (
        *(-0.99172257256140554, 0.993555393503371264, 0.992173321594692116, 0.986898762690313917),
        *(0.975164756608873041, 0.951431982704992671, 0.905222817713953473),
    ),
}
"""Of Rosenbrock's chain of so many parameters, to the last digit of a double."""


@dataclass(frozen=True)
class ExtendedRosenbrock(ManyParameters, LeastSquares):
    """Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²: Rosenbrock's valley through any number of parameters.

    From four to seven parameters on there is a second minimum near (−1, 1, …, 1); for these `minima` holds both.

    Source: Rosenbrock 1960; Shang & Qiu 2006 for the second minimum.
    """

    name = "extended_rosenbrock"
    label = "Rosenbrock's chain"
    summary = "The banana valley through many parameters, with a false minimum on the wrong side from four on."
    source = "Rosenbrock 1960; Shang & Qiu 2006"
    formula = "Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²"
    view = (-2.0, 2.0)
    usual_start = (-1.2, 1.0)
    lowest = 1.0

    dimension: int = dimension_option(4, low=2)

    @property
    def minima(self) -> np.ndarray:
        second = _SECOND_MINIMA.get(self.dimension)
        best = super().minima
        return best if second is None else np.concatenate([best, np.array([second])])

    def _valleys(self, coordinates: tuple[Any, ...]) -> list[Any]:
        return [upper - x * x for x, upper in itertools.pairwise(coordinates)]

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        sides = [1.0 - x for x in coordinates[:-1]]
        return summed(
            100.0 * (valley * valley) + side * side
            for valley, side in zip(self._valleys(coordinates), sides, strict=True)
        )

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        valleys = self._valleys(coordinates)
        entries = [-400.0 * x * valley - 2.0 * (1.0 - x) for x, valley in zip(coordinates[:-1], valleys, strict=True)]
        entries.append(0.0)
        return tuple(entry + 200.0 * valleys[place - 1] if place else entry for place, entry in enumerate(entries))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        last = self.dimension - 1
        entries: list[Any] = []
        for row, column in upper_triangle(self.dimension):
            x = coordinates[row]
            if column > row:
                entries.append(-400.0 * x if column == row + 1 else 0.0)
                continue
            below = 200.0 if row else 0.0
            entries.append(1200.0 * (x * x) - 400.0 * coordinates[row + 1] + (2.0 + below) if row < last else below)
        return tuple(entries)

    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return (*(10.0 * valley for valley in self._valleys(coordinates)), *(1.0 - x for x in coordinates[:-1]))

    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        valleys, sides = [], []
        for place, x in enumerate(coordinates[:-1]):
            valleys.append(_row(self.dimension, {place: -20.0 * x, place + 1: 10.0}))
            sides.append(_row(self.dimension, {place: -1.0}))
        return (*valleys, *sides)


@dataclass(frozen=True)
class DixonPrice(ManyParameters, LeastSquares):
    """(x₁ − 1)² + Σ i(2xᵢ² − xᵢ₋₁)² from i = 2: two global minima that differ in the sign of the last parameter.

    `minima` holds those two; from three parameters on there are local ones.

    Source: Dixon & Price 1989; Surjanovic & Bingham, function Dixon-Price.
    """

    name = "dixon_price"
    label = "Dixon and Price"
    summary = "A bent valley that forks: each parameter follows the root of the one before, of either sign at the end."
    source = "Dixon & Price 1989"
    formula = "(x₁ − 1)² + Σᵢ₌₂ i(2xᵢ² − xᵢ₋₁)²"
    view = (-10.0, 10.0)
    usual_start = (-8.0, 6.0)

    @property
    def minima(self) -> np.ndarray:
        powers = 2.0 ** np.arange(self.dimension)
        best = 2.0 ** -((powers - 1.0) / powers)
        if self.dimension == 1:
            return best[None]
        return np.array([best, np.append(best[:-1], -best[-1])])

    def _folds(self, coordinates: tuple[Any, ...]) -> list[Any]:
        return [2.0 * (x * x) - before for before, x in itertools.pairwise(coordinates)]

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        first = coordinates[0] - 1.0
        folds = self._folds(coordinates)
        return summed([first * first, *((place + 2.0) * (fold * fold) for place, fold in enumerate(folds))])

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        folds = self._folds(coordinates)
        entries: list[Any] = []
        for place, x in enumerate(coordinates):
            entry = 8.0 * (place + 1.0) * x * folds[place - 1] if place else 2.0 * (x - 1.0)
            entries.append(entry - 2.0 * (place + 2.0) * folds[place] if place < len(folds) else entry)
        return tuple(entries)

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        folds = self._folds(coordinates)
        entries: list[Any] = []
        for row, column in upper_triangle(self.dimension):
            if column > row:
                entries.append(-8.0 * (column + 1.0) * coordinates[column] if column == row + 1 else 0.0)
                continue
            x = coordinates[row]
            own = 8.0 * (row + 1.0) * (folds[row - 1] + 4.0 * (x * x)) if row else 2.0
            entries.append(own + 2.0 * (row + 2.0) if row < len(folds) else own)
        return tuple(entries)

    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        folds = self._folds(coordinates)
        return (coordinates[0] - 1.0, *(math.sqrt(place + 2.0) * fold for place, fold in enumerate(folds)))

    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        rows = [_row(self.dimension, {0: 1.0})]
        for place in range(1, self.dimension):
            weight = math.sqrt(place + 1.0)
            rows.append(_row(self.dimension, {place - 1: -weight, place: 4.0 * weight * coordinates[place]}))
        return tuple(rows)


@dataclass(frozen=True)
class Trid(ManyParameters):
    """Σ(xᵢ − 1)² − Σ xᵢxᵢ₋₁: a quadratic whose lowest value is −d(d + 4)(d − 1)/6 at xᵢ = i(d + 1 − i).

    Source: Neumaier 1997; Surjanovic & Bingham, function Trid.
    """

    name = "trid"
    label = "Trid"
    summary = "A quadratic chain that gets the more ill-conditioned the longer it is, with its minimum far out."
    source = "Neumaier 1997"
    formula = "Σ (xᵢ − 1)² − Σ xᵢ xᵢ₋₁"
    usual_start = (-3.0, 3.0)

    @property
    def domain(self) -> np.ndarray:
        size = max(4.0, float(self.dimension**2))
        return np.array([(-size, size)] * self.dimension)

    @property
    def minima(self) -> np.ndarray:
        places = np.arange(1.0, self.dimension + 1.0)
        return (places * (self.dimension + 1.0 - places))[None]

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        bowl = summed((x - 1.0) * (x - 1.0) for x in coordinates)
        if self.dimension == 1:
            return bowl
        return bowl - summed(x * before for before, x in itertools.pairwise(coordinates))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(2.0 * x - _neighbours(coordinates, place) - 2.0 for place, x in enumerate(coordinates))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(_CHAIN.get(column - row, 0.0) for row, column in upper_triangle(self.dimension))


@dataclass(frozen=True)
class NesterovQuadratic(ManyParameters):
    """(L/8)(x₁² + Σ(xᵢ − xᵢ₊₁)² + x_d²) − (L/4)x₁: no first-order method is quick on it while steps are fewer than d/2.

    From 0 each step reaches one parameter more. The minimum is xᵢ = 1 − i/(d + 1), the largest curvature below L.

    Source: Nesterov 2004, Introductory Lectures on Convex Optimization, section 2.1.2.
    """

    name = "nesterov_quadratic"
    label = "Nesterov's chain"
    summary = "The news of a slope passes from one parameter to the next, one step each: the worst case for gradients."
    source = "Nesterov 2004, section 2.1.2"
    formula = "(L/8)(x₁² + Σ (xᵢ − xᵢ₊₁)² + x_d²) − (L/4)x₁"
    view = (-0.5, 1.5)
    usual_start = (0.0,)

    dimension: int = dimension_option(10)
    smoothness: float = parameter(
        1.0,
        low=0,
        low_open=True,
        slider=(0.1, 10.0),
        log=True,
        symbol="L",
        help="An upper limit of the curvature: rates below 2/L never diverge.",
    )

    @property
    def minima(self) -> np.ndarray:
        return (1.0 - np.arange(1.0, self.dimension + 1.0) / (self.dimension + 1.0))[None]

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        first, last = coordinates[0], coordinates[-1]
        steps = [first, *(after - x for x, after in itertools.pairwise(coordinates)), last]
        return self.smoothness / 8.0 * summed(step * step for step in steps) - self.smoothness / 4.0 * first

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        quarter = self.smoothness / 4.0
        pulls = [2.0 * x - _neighbours(coordinates, place) for place, x in enumerate(coordinates)]
        return tuple(quarter * (pull if place else pull - 1.0) for place, pull in enumerate(pulls))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        quarter = self.smoothness / 4.0
        return tuple(quarter * _CHAIN.get(column - row, 0.0) for row, column in upper_triangle(self.dimension))


_CHAIN = {0: 2.0, 1: -1.0}
"""The entries of the matrix tridiag(−1, 2, −1), by their distance from the diagonal."""


def _neighbours(coordinates: tuple[Any, ...], place: int) -> Any:
    """The coordinates before and after `place` added, those that there are."""
    return summed([0.0, *coordinates[max(0, place - 1) : place], *coordinates[place + 1 : place + 2]])


def _row(size: int, entries: dict[int, Any]) -> tuple[Any, ...]:
    return tuple(entries.get(column, 0.0) for column in range(size))
