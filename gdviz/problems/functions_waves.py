"""Functions of two parameters that are rippled all over: the nearest minimum is hardly ever the lowest."""

from __future__ import annotations

import abc
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.problems.coordinates import KnownFunction

__all__ = ["DropWave", "LevyThirteen", "SchafferFour", "SchafferTwo", "Shubert"]


@dataclass(frozen=True)
class LevyThirteen(KnownFunction):
    """sin²3πx + (x − 1)²(1 + sin²3πy) + (y − 1)²(1 + sin²2πy); `minima` holds the global one of some 900.

    Source: Lévy & Montalvo 1985; Surjanovic & Bingham, function Lévy N. 13.
    """

    name = "levy_13"
    label = "Lévy 13"
    summary = "A bowl with a dent every third of a unit, nearly as deep as the bowl itself near its floor."
    source = "Lévy & Montalvo 1985"
    formula = "sin²(3πx) + (x − 1)²(1 + sin²(3πy)) + (y − 1)²(1 + sin²(2πy))"
    family = "ripples"
    view = ((-5.0, 6.0), (-5.0, 6.0))
    known_minima = ((1.0, 1.0),)
    usual_start = (-4.0, 5.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        along, first, second = xp.sin(3.0 * math.pi * x), xp.sin(3.0 * math.pi * y), xp.sin(2.0 * math.pi * y)
        left, right = x - 1.0, y - 1.0
        return along * along + left * left * (1.0 + first * first) + right * right * (1.0 + second * second)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, second = xp.sin(3.0 * math.pi * y), xp.sin(2.0 * math.pi * y)
        left, right = x - 1.0, y - 1.0
        along_x = 3.0 * math.pi * xp.sin(6.0 * math.pi * x) + 2.0 * left * (1.0 + first * first)
        along_y = 3.0 * math.pi * (left * left) * xp.sin(6.0 * math.pi * y) + 2.0 * right * (1.0 + second * second)
        return along_x, along_y + 2.0 * math.pi * (right * right) * xp.sin(4.0 * math.pi * y)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, second = xp.sin(3.0 * math.pi * y), xp.sin(2.0 * math.pi * y)
        left, right = x - 1.0, y - 1.0
        bend = 18.0 * math.pi**2 * (left * left) * xp.cos(6.0 * math.pi * y) + 2.0 * (1.0 + second * second)
        bend = bend + 8.0 * math.pi * right * xp.sin(4.0 * math.pi * y)
        return (
            18.0 * math.pi**2 * xp.cos(6.0 * math.pi * x) + 2.0 * (1.0 + first * first),
            6.0 * math.pi * left * xp.sin(6.0 * math.pi * y),
            bend + 8.0 * math.pi**2 * (right * right) * xp.cos(4.0 * math.pi * y),
        )


@dataclass(frozen=True)
class DropWave(KnownFunction):
    """−(1 + cos 12r)/(½r² + 2) with r the distance from the origin: rings of minima around the lowest point.

    The rings are circles of local minima; `minima` holds the global one.

    Source: Surjanovic & Bingham, function drop-wave.
    """

    name = "drop_wave"
    label = "Drop wave"
    summary = "Rings as on water after a drop: every trough is a circle of minima, and no slope leads across them."
    source = "Surjanovic & Bingham 2013"
    formula = "−(1 + cos 12r)/(½r² + 2),  r = √(x² + y²)"
    family = "ripples"
    view = ((-5.12, 5.12), (-5.12, 5.12))
    known_minima = ((0.0, 0.0),)
    usual_start = (1.5, 1.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        square = x * x + y * y
        return -(1.0 + xp.cos(12.0 * xp.sqrt(square))) / (0.5 * square + 2.0)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        pull = _drop_slope(xp, x * x + y * y)
        return pull * x, pull * y

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x + y * y
        radius = xp.sqrt(square)
        damping = 0.5 * square + 2.0
        crest = 1.0 + xp.cos(12.0 * radius)
        pull = _drop_slope(xp, square)
        along = 144.0 * xp.cos(12.0 * radius) / damping
        along = along + (crest - 24.0 * radius * xp.sin(12.0 * radius) - 2.0 * crest * square / damping) / (
            damping * damping
        )
        # Along the radius the curvature is `along`, across it `pull`; at the origin both are the same.
        extra = (along - pull) / xp.where(square > 0, square, square + 1.0)
        return pull + extra * x * x, extra * x * y, pull + extra * y * y


def _drop_slope(xp: Namespace, square: Any) -> Any:
    """φ′(r)/r of the drop wave φ, which has a limit at 0."""
    radius = xp.sqrt(square)
    damping = 0.5 * square + 2.0
    ripple = xp.where(radius > 0, xp.sin(12.0 * radius) / xp.where(radius > 0, radius, radius + 1.0), radius + 12.0)
    return 12.0 * ripple / damping + (1.0 + xp.cos(12.0 * radius)) / (damping * damping)


_HIGHEST = -0.800321100471973125
_LOWEST = -1.42512842831976097
"""Where Shubert's factor is highest and lowest, up to whole turns."""


@dataclass(frozen=True)
class Shubert(KnownFunction):
    """g(x)·g(y) with g(t) = Σ i cos((i + 1)t + i) for i = 1 … 5: 760 minima in the view, 18 of them the lowest.

    `minima` holds those 18.

    Source: Shubert 1972; Jamil & Yang 2013, function 133.
    """

    name = "shubert"
    label = "Shubert"
    summary = "Hundreds of minima of which eighteen are the lowest, in pairs next to the highest peaks."
    source = "Shubert 1972"
    formula = "g(x) g(y),  g(t) = Σᵢ₌₁…₅ i cos((i + 1)t + i)"
    family = "ripples"
    view = ((-10.0, 10.0), (-10.0, 10.0))
    usual_start = (-6.6, 4.3)

    @property
    def minima(self) -> np.ndarray:
        turns = 2.0 * math.pi * np.arange(-2, 3)
        high, low = ((place + turns)[np.abs(place + turns) <= 10.0] for place in (_HIGHEST, _LOWEST))
        return np.array([point for a in high.tolist() for b in low.tolist() for point in ((a, b), (b, a))])

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return _shubert_factor(xp, x)[0] * _shubert_factor(xp, y)[0]

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, _ = _shubert_factor(xp, x)
        second, second_slope, _ = _shubert_factor(xp, y)
        return first_slope * second, first * second_slope

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, first_bend = _shubert_factor(xp, x)
        second, second_slope, second_bend = _shubert_factor(xp, y)
        return first_bend * second, first_slope * second_slope, first * second_bend


def _shubert_factor(xp: Namespace, t: Any) -> tuple[Any, Any, Any]:
    """g(t), g′(t), g″(t)."""
    value = slope = bend = 0.0 * t
    for index in range(1, 6):
        phase = (index + 1.0) * t + float(index)
        sine, cosine = xp.sin(phase), xp.cos(phase)
        value = value + float(index) * cosine
        slope = slope - index * (index + 1.0) * sine
        bend = bend - index * (index + 1.0) ** 2 * cosine
    return value, slope, bend


@dataclass(frozen=True)
class _Schaffer(KnownFunction, abc.ABC):
    """½ + N(x² − y²)/(1 + 0.001(x² + y²))², where N is a wave."""

    @abc.abstractmethod
    def wave(self, xp: Namespace, t: Any) -> tuple[Any, Any, Any]:
        """N(t), N′(t), N″(t)."""

    def _parts(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        """The derivatives of N(t)/D(q)² by t, q, tt, tq, qq, where t = x² − y² and q = x² + y²."""
        wave, slope, bend = self.wave(xp, x * x - y * y)
        damping = 1.0 + 0.001 * (x * x + y * y)
        square = damping * damping
        cube = square * damping
        return (
            slope / square,
            -0.002 * wave / cube,
            bend / square,
            -0.002 * slope / cube,
            6e-6 * wave / (square * square),
        )

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        wave, _, _ = self.wave(xp, x * x - y * y)
        damping = 1.0 + 0.001 * (x * x + y * y)
        return 0.5 + wave / (damping * damping)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        by_t, by_q, *_ = self._parts(xp, x, y)
        return 2.0 * x * (by_q + by_t), 2.0 * y * (by_q - by_t)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        by_t, by_q, by_tt, by_tq, by_qq = self._parts(xp, x, y)
        return (
            2.0 * (by_q + by_t) + 4.0 * (x * x) * (by_tt + 2.0 * by_tq + by_qq),
            4.0 * x * y * (by_qq - by_tt),
            2.0 * (by_q - by_t) + 4.0 * (y * y) * (by_tt - 2.0 * by_tq + by_qq),
        )


@dataclass(frozen=True)
class SchafferTwo(_Schaffer):
    """½ + (sin²(x² − y²) − ½)/(1 + 0.001(x² + y²))²; `minima` holds the global one.

    Source: Mishra 2007; Jamil & Yang 2013, function 113.
    """

    name = "schaffer_2"
    label = "Schaffer 2"
    summary = "Troughs along two sets of hyperbolas, ever narrower outward; only the cross in the middle is lowest."
    source = "Mishra 2007"
    formula = "½ + (sin²(x² − y²) − ½)/(1 + 0.001(x² + y²))²"
    family = "ripples"
    view = ((-4.0, 4.0), (-4.0, 4.0))
    known_minima = ((0.0, 0.0),)
    usual_start = (1.0, 2.7)

    def wave(self, xp: Namespace, t: Any) -> tuple[Any, Any, Any]:
        sine = xp.sin(t)
        return sine * sine - 0.5, xp.sin(2.0 * t), 2.0 * xp.cos(2.0 * t)


@dataclass(frozen=True)
class SchafferFour(_Schaffer):
    """½ + (cos²(sin|x² − y²|) − ½)/(1 + 0.001(x² + y²))², smooth because the cosine is even; four equal minima.

    Source: Mishra 2007; Jamil & Yang 2013, function 115.
    """

    name = "schaffer_4"
    label = "Schaffer 4"
    summary = "The centre is a peak here, and the four lowest points lie around it in troughs almost as low elsewhere."
    source = "Mishra 2007"
    formula = "½ + (cos²(sin|x² − y²|) − ½)/(1 + 0.001(x² + y²))²"
    family = "ripples"
    view = ((-4.0, 4.0), (-4.0, 4.0))
    known_minima = (
        (0.0, 1.25313183146373320),
        (0.0, -1.25313183146373320),
        (1.25313183146373320, 0.0),
        (-1.25313183146373320, 0.0),
    )
    usual_start = (2.4, 1.1)

    def wave(self, xp: Namespace, t: Any) -> tuple[Any, Any, Any]:
        # cos² s − ½ is ½ cos 2s.
        sine, cosine = xp.sin(t), xp.cos(t)
        fast, turned = xp.cos(2.0 * sine), xp.sin(2.0 * sine)
        return 0.5 * fast, -turned * cosine, turned * sine - 2.0 * fast * (cosine * cosine)
