"""Sums over any number of parameters whose terms differ from place to place, but take one parameter each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.least_squares import LeastSquares
from gdviz.problems.many_parameters import SumOfPlacedTerms, SumOfTerms

__all__ = ["Ellipsoid", "Levy", "Michalewicz", "Schwefel"]


@dataclass(frozen=True)
class Ellipsoid(SumOfPlacedTerms, LeastSquares):
    """Σ κ^((i−1)/(d−1)) xᵢ²: curvatures spread evenly, on a logarithmic scale, from 2 to 2κ.

    Source: Hansen & Ostermeier 2001; usual with κ = 10⁶.
    """

    name = "ellipsoid"
    label = "Ellipsoid"
    summary = "Curvatures from 2 to two million, evenly spread: methods that scale each parameter by itself shine here."
    source = "Hansen & Ostermeier 2001"
    formula = "Σ κ^((i−1)/(d−1)) xᵢ²"
    view = (-5.0, 5.0)
    usual_start = (-4.0, 3.0)

    condition: float = parameter(
        1e6,
        low=1,
        high=1e12,
        slider=(1.0, 1e8),
        log=True,
        symbol="κ",
        label="Condition number",
        help="How many times more curved the last parameter is than the first. Rates above 1/κ diverge.",
    )

    def _weight(self, place: int) -> float:
        return self.condition ** (place / (self.dimension - 1)) if self.dimension > 1 else 1.0

    def term(self, xp: Namespace, place: int, x: Any) -> Any:
        return self._weight(place) * (x * x)

    def slope(self, xp: Namespace, place: int, x: Any) -> Any:
        return 2.0 * self._weight(place) * x

    def bend(self, xp: Namespace, place: int, x: Any) -> Any:
        return 2.0 * self._weight(place)

    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(math.sqrt(self._weight(place)) * x for place, x in enumerate(coordinates))

    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        places = range(self.dimension)
        return tuple(
            tuple(math.sqrt(self._weight(row)) if row == column else 0.0 for column in places) for row in places
        )


@dataclass(frozen=True)
class Schwefel(SumOfTerms):
    """418.98…·d − Σ xᵢ sin √|xᵢ|: the second best minimum lies far from the best; `minima` holds the best.

    The constant is the sum's own maximum per parameter to the last digit, so that the lowest value is 0; often printed
    is 418.9829, which leaves 2.5·10⁻⁵ per pair. At 0 the curvature is infinite, and 0 is given.

    Source: Schwefel 1981; Surjanovic & Bingham, function Schwefel.
    """

    name = "schwefel"
    label = "Schwefel"
    summary = "The next best hollow is far from the best one, which lies in a corner: what looks promising misleads."
    source = "Schwefel 1981"
    formula = "418.98… d − Σ xᵢ sin √|xᵢ|"
    view = (-500.0, 500.0)
    usual_start = (100.0, -200.0)
    lowest = 420.968746359982027

    def term(self, xp: Namespace, x: Any) -> Any:
        return 418.982887272433706275 - x * xp.sin(xp.sqrt(xp.abs(x)))

    def slope(self, xp: Namespace, x: Any) -> Any:
        root = xp.sqrt(xp.abs(x))
        return -xp.sin(root) - 0.5 * root * xp.cos(root)

    def bend(self, xp: Namespace, x: Any) -> Any:
        root = xp.sqrt(xp.abs(x))
        divisor = xp.where(root > 0, root, root + 1.0)
        return 0.25 * xp.sign(x) * (xp.sin(root) - 3.0 * xp.cos(root) / divisor)


@dataclass(frozen=True)
class Michalewicz(SumOfPlacedTerms):
    """−Σ sin xᵢ sin²⁰(i xᵢ²/π): narrow valleys in plateaus; `minima` holds the global one.

    Source: Michalewicz 1992, Genetic Algorithms + Data Structures = Evolution Programs, with m = 10.
    """

    name = "michalewicz"
    label = "Michalewicz"
    summary = "Narrow valleys that cross in a plateau: almost everywhere the gradient says nothing."
    source = "Michalewicz 1992"
    formula = "−Σ sin xᵢ sin²⁰(i xᵢ²/π)"
    view = (0.0, math.pi)
    usual_start = (2.0, 1.2)

    @property
    def minima(self) -> np.ndarray:
        return np.array([[self._lowest_at(place) for place in range(self.dimension)]])

    def _lowest_at(self, place: int) -> float:
        """Where the term at `place` is lowest: near one of the tops of its narrow wave, the one nearest to π/2."""
        tops = math.pi * np.sqrt((np.arange(place + 1) + 0.5) / (place + 1))
        for _ in range(8):
            tops = tops - self.slope(np, place, tops) / self.bend(np, place, tops)
        return float(tops[np.argmin(self.term(np, place, tops))])

    def _wave(self, xp: Namespace, place: int, x: Any) -> tuple[Any, Any, Any]:
        """w = sin(i x²/π), w′ and w″."""
        scale = (place + 1.0) / math.pi
        sine, cosine = xp.sin(scale * (x * x)), xp.cos(scale * (x * x))
        speed = 2.0 * scale * x
        return sine, cosine * speed, 2.0 * scale * cosine - sine * (speed * speed)

    def term(self, xp: Namespace, place: int, x: Any) -> Any:
        return -xp.sin(x) * _powers(self._wave(xp, place, x)[0])[2]

    def slope(self, xp: Namespace, place: int, x: Any) -> Any:
        wave, wave_slope, _ = self._wave(xp, place, x)
        _, nineteenth, twentieth = _powers(wave)
        return -xp.cos(x) * twentieth - 20.0 * xp.sin(x) * nineteenth * wave_slope

    def bend(self, xp: Namespace, place: int, x: Any) -> Any:
        wave, wave_slope, wave_bend = self._wave(xp, place, x)
        eighteenth, nineteenth, twentieth = _powers(wave)
        sine = xp.sin(x)
        curved = 380.0 * eighteenth * (wave_slope * wave_slope) + 20.0 * nineteenth * wave_bend
        return sine * twentieth - 40.0 * xp.cos(x) * nineteenth * wave_slope - sine * curved


def _powers(wave: Any) -> tuple[Any, Any, Any]:
    """The 18th, 19th and 20th power."""
    square = wave * wave
    fourth = square * square
    sixteenth = (fourth * fourth) * (fourth * fourth)
    return sixteenth * square, sixteenth * square * wave, sixteenth * fourth


@dataclass(frozen=True)
class Levy(SumOfPlacedTerms):
    """sin²πw₁ + Σ (wᵢ − 1)²(1 + 10 sin²(πwᵢ + 1)) + (w_d − 1)²(1 + sin²2πw_d), wᵢ = 1 + (xᵢ − 1)/4.

    The sum goes to d − 1. `minima` holds the global one.

    Source: Laguna & Martí 2005; Surjanovic & Bingham, function Lévy.
    """

    name = "levy"
    label = "Lévy"
    summary = "A bowl with wavy walls: many minima, each a little lower than the one further out."
    source = "Laguna & Martí 2005"
    formula = "sin²(πw₁) + Σ (wᵢ−1)²(1 + 10 sin²(πwᵢ+1)) + (w_d−1)²(1 + sin²(2πw_d)),  wᵢ = 1 + (xᵢ−1)/4"
    view = (-10.0, 10.0)
    usual_start = (-6.0, 7.0)
    lowest = 1.0

    def _ripple(self, place: int) -> tuple[float, float, float]:
        """Height, frequency in π and phase of the ripple on the bowl of this place."""
        return (10.0, 1.0, 1.0) if place < self.dimension - 1 else (1.0, 2.0, 0.0)

    def term(self, xp: Namespace, place: int, x: Any) -> Any:
        offset = 0.25 * (x - 1.0)
        height, frequency, phase = self._ripple(place)
        ripple = xp.sin(frequency * math.pi * (1.0 + offset) + phase)
        bowl = offset * offset * (1.0 + height * (ripple * ripple))
        if place > 0:
            return bowl
        wave = xp.sin(math.pi * (1.0 + offset))
        return bowl + wave * wave

    def slope(self, xp: Namespace, place: int, x: Any) -> Any:
        offset = 0.25 * (x - 1.0)
        height, frequency, phase = self._ripple(place)
        angle = frequency * math.pi * (1.0 + offset) + phase
        ripple = xp.sin(angle)
        turning = height * frequency * math.pi * xp.sin(2.0 * angle)
        bowl = 2.0 * offset * (1.0 + height * (ripple * ripple)) + offset * offset * turning
        return 0.25 * (bowl if place > 0 else bowl + math.pi * xp.sin(2.0 * math.pi * (1.0 + offset)))

    def bend(self, xp: Namespace, place: int, x: Any) -> Any:
        offset = 0.25 * (x - 1.0)
        height, frequency, phase = self._ripple(place)
        angle = frequency * math.pi * (1.0 + offset) + phase
        ripple = xp.sin(angle)
        speed = frequency * math.pi
        bowl = 2.0 * (1.0 + height * (ripple * ripple)) + 4.0 * offset * height * speed * xp.sin(2.0 * angle)
        bowl = bowl + 2.0 * height * (speed * speed) * (offset * offset) * xp.cos(2.0 * angle)
        return 0.0625 * (bowl if place > 0 else bowl + 2.0 * math.pi**2 * xp.cos(2.0 * math.pi * (1.0 + offset)))
