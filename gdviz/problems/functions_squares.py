"""Sums of squares that test least-squares methods: badly scaled, singular at the minimum, or with a jump."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Namespace
from gdviz.problems.coordinates import KnownFunction
from gdviz.problems.least_squares import SumOfSquares

__all__ = ["BrownBadlyScaled", "HelicalValley", "JennrichSampson", "PowellBadlyScaled", "PowellSingular", "Wood"]

_COLLECTION = "Moré, Garbow & Hillstrom 1981"
_TERMS = range(1, 11)


@dataclass(frozen=True)
class JennrichSampson(KnownFunction, SumOfSquares):
    """Σ (2 + 2i − e^(ix) − e^(iy))² for i = 1 … 10: ten residuals that no point makes small; the least is 124.36.

    Source: Jennrich & Sampson 1968; Moré, Garbow & Hillstrom 1981, problem 6.
    """

    name = "jennrich_sampson"
    label = "Jennrich and Sampson"
    summary = "Ten residuals that stay large at the minimum, so Gauss and Newton's shortcut to the curvature misleads."
    source = f"Jennrich & Sampson 1968; {_COLLECTION}, problem 6"
    formula = "Σᵢ₌₁…₁₀ (2 + 2i − e^(ix) − e^(iy))²"
    view = ((-1.0, 0.5), (-1.0, 0.5))
    known_minima = ((0.257825213670364077, 0.257825213670364077),)
    usual_start = (0.3, 0.4)

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return tuple(2.0 + 2.0 * index - xp.exp(float(index) * x) - xp.exp(float(index) * y) for index in _TERMS)

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return tuple(
            (-float(index) * xp.exp(float(index) * x), -float(index) * xp.exp(float(index) * y)) for index in _TERMS
        )

    def bends_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return tuple(
            (-float(index**2) * xp.exp(float(index) * x), 0.0, -float(index**2) * xp.exp(float(index) * y))
            for index in _TERMS
        )


@dataclass(frozen=True)
class PowellBadlyScaled(KnownFunction, SumOfSquares):
    """(10⁴xy − 1)² + (e⁻ˣ + e⁻ʸ − 1.0001)²: at the minimum the curvatures differ by a factor of 10¹⁷.

    Source: Powell 1970; Moré, Garbow & Hillstrom 1981, problem 3.
    """

    name = "powell_badly_scaled"
    label = "Powell, badly scaled"
    summary = "One parameter counts in hundred-thousandths, the other in units: no single rate serves both."
    source = f"Powell 1970; {_COLLECTION}, problem 3"
    formula = "(10⁴xy − 1)² + (e⁻ˣ + e⁻ʸ − 1.0001)²"
    view = ((0.0, 1e-4), (0.0, 10.0))
    known_minima = ((1.0981593296998174557e-5, 9.1061467398665240109),)
    usual_start = (0.0, 1.0)

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return 1e4 * x * y - 1.0, xp.exp(-x) + xp.exp(-y) - 1.0001

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (1e4 * y, 1e4 * x), (-xp.exp(-x), -xp.exp(-y))

    def bends_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (0.0, 1e4, 0.0), (xp.exp(-x), 0.0, xp.exp(-y))


@dataclass(frozen=True)
class BrownBadlyScaled(KnownFunction, SumOfSquares):
    """(x − 10⁶)² + (y − 2·10⁻⁶)² + (xy − 2)²: the parameters of the minimum differ by a factor of 10¹¹.

    Source: Moré, Garbow & Hillstrom 1981, problem 4.
    """

    name = "brown_badly_scaled"
    label = "Brown, badly scaled"
    summary = "The minimum is a million away along one parameter and two millionths along the other."
    source = f"{_COLLECTION}, problem 4"
    formula = "(x − 10⁶)² + (y − 2·10⁻⁶)² + (xy − 2)²"
    view = ((-2e5, 1.2e6), (-0.4, 1.2))
    known_minima = ((1e6, 2e-6),)
    usual_start = (1.0, 1.0)

    def residuals_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        return x - 1e6, y - 2e-6, x * y - 2.0

    def jacobian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (1.0, 0.0), (0.0, 1.0), (y, x)

    def bends_at(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class HelicalValley(KnownFunction, SumOfSquares):
    """100(z − 10θ)² + 100(r − 1)² + z² with r, θ the polar coordinates of (x, y), θ in turns from −¼ to ¾.

    Across the half plane x = 0, y < 0, where θ begins and ends, the function jumps; on the axis the gradient of θ is
    taken as 0.

    Source: Fletcher & Powell 1963; Moré, Garbow & Hillstrom 1981, problem 7.
    """

    name = "helical_valley"
    label = "Helical valley"
    summary = "A valley that winds around an axis like a stair: half a turn leads from the start to the minimum."
    source = f"Fletcher & Powell 1963; {_COLLECTION}, problem 7"
    formula = "100(z − 10θ)² + 100(r − 1)² + z²,  x = r cos 2πθ,  y = r sin 2πθ"
    smooth = False
    view = ((-2.0, 2.0), (-2.0, 2.0), (-3.0, 8.0))
    known_minima = ((1.0, 0.0, 0.0),)
    usual_start = (-1.0, 0.0, 0.0)

    def residuals_at(self, xp: Namespace, x: Any, y: Any, z: Any) -> tuple[Any, ...]:
        turn = xp.atan2(y, x) / (2.0 * math.pi)
        turn = xp.where(turn <= -0.25, turn + 1.0, turn)
        return 10.0 * (z - 10.0 * turn), 10.0 * (xp.sqrt(x * x + y * y) - 1.0), z

    def jacobian_at(self, xp: Namespace, x: Any, y: Any, z: Any) -> tuple[tuple[Any, ...], ...]:
        square = x * x + y * y
        divisor = xp.where(square > 0, square, square + 1.0)
        radius = xp.sqrt(divisor)
        around = 50.0 / math.pi / divisor
        return (around * y, -around * x, 10.0), (10.0 * (x / radius), 10.0 * (y / radius), 0.0), (0.0, 0.0, 1.0)

    def bends_at(self, xp: Namespace, x: Any, y: Any, z: Any) -> tuple[tuple[Any, ...], ...]:
        square = x * x + y * y
        divisor = xp.where(square > 0, square, square + 1.0)
        across, up = x / divisor, y / divisor
        twist = 100.0 / math.pi
        straight = twist * across * up
        radius = xp.sqrt(divisor)
        cube = radius * divisor
        return (
            (-straight, 0.5 * twist * (across * across - up * up), 0.0, straight, 0.0, 0.0),
            (10.0 * (y * y) / cube, -10.0 * (x * y) / cube, 0.0, 10.0 * (x * x) / cube, 0.0, 0.0),
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        )


@dataclass(frozen=True)
class PowellSingular(KnownFunction, SumOfSquares):
    """(x₁ + 10x₂)² + 5(x₃ − x₄)² + (x₂ − 2x₃)⁴ + 10(x₁ − x₄)⁴, whose Hessian is singular at the minimum.

    Source: Powell 1962; Moré, Garbow & Hillstrom 1981, problem 13, whose start is (3, −1, 0, 1).
    """

    name = "powell_singular"
    label = "Powell, singular"
    summary = "Two of four directions have no curvature at the minimum, so even Newton's method creeps there."
    source = f"Powell 1962; {_COLLECTION}, problem 13"
    formula = "(x₁ + 10x₂)² + 5(x₃ − x₄)² + (x₂ − 2x₃)⁴ + 10(x₁ − x₄)⁴"
    view = ((-4.0, 4.0),) * 4
    known_minima = ((0.0, 0.0, 0.0, 0.0),)
    usual_start = (3.0, -1.0, 0.0, 1.0)

    def residuals_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[Any, ...]:
        third, fourth = x2 - 2.0 * x3, x1 - x4
        return x1 + 10.0 * x2, _ROOT_5 * (x3 - x4), third * third, _ROOT_10 * (fourth * fourth)

    def jacobian_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[tuple[Any, ...], ...]:
        third, fourth = 2.0 * (x2 - 2.0 * x3), 2.0 * _ROOT_10 * (x1 - x4)
        return (
            (1.0, 10.0, 0.0, 0.0),
            (0.0, 0.0, _ROOT_5, -_ROOT_5),
            (0.0, third, -2.0 * third, 0.0),
            (fourth, 0.0, 0.0, -fourth),
        )

    def bends_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[tuple[Any, ...], ...]:
        flat = (0.0,) * 10
        bend = 2.0 * _ROOT_10
        return (
            flat,
            flat,
            (0.0, 0.0, 0.0, 0.0, 2.0, -4.0, 0.0, 8.0, 0.0, 0.0),
            (bend, 0.0, 0.0, -bend, 0.0, 0.0, 0.0, 0.0, 0.0, bend),
        )


_ROOT_5 = math.sqrt(5.0)
_ROOT_10 = math.sqrt(10.0)
_ROOT_90 = math.sqrt(90.0)


@dataclass(frozen=True)
class Wood(KnownFunction, SumOfSquares):
    """Two of Rosenbrock's valleys, in (x₁, x₂) and (x₃, x₄), that are coupled by x₂ and x₄.

    Source: Colville 1968; Moré, Garbow & Hillstrom 1981, problem 14.
    """

    name = "wood"
    label = "Wood"
    summary = "Two coupled valleys of Rosenbrock's with a saddle on the way, at which descents linger."
    source = f"Colville 1968; {_COLLECTION}, problem 14"
    formula = "100(x₂−x₁²)² + (1−x₁)² + 90(x₄−x₃²)² + (1−x₃)² + 10(x₂+x₄−2)² + 0.1(x₂−x₄)²"
    view = ((-4.0, 4.0),) * 4
    known_minima = ((1.0, 1.0, 1.0, 1.0),)
    usual_start = (-3.0, -1.0, -3.0, -1.0)

    def residuals_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[Any, ...]:
        return (
            10.0 * (x2 - x1 * x1),
            1.0 - x1,
            _ROOT_90 * (x4 - x3 * x3),
            1.0 - x3,
            _ROOT_10 * (x2 + x4 - 2.0),
            (x2 - x4) / _ROOT_10,
        )

    def jacobian_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[tuple[Any, ...], ...]:
        return (
            (-20.0 * x1, 10.0, 0.0, 0.0),
            (-1.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, -2.0 * _ROOT_90 * x3, _ROOT_90),
            (0.0, 0.0, -1.0, 0.0),
            (0.0, _ROOT_10, 0.0, _ROOT_10),
            (0.0, 1.0 / _ROOT_10, 0.0, -1.0 / _ROOT_10),
        )

    def bends_at(self, xp: Namespace, x1: Any, x2: Any, x3: Any, x4: Any) -> tuple[tuple[Any, ...], ...]:
        flat = (0.0,) * 10
        first = (-20.0, *flat[1:])
        third = (*flat[:7], -2.0 * _ROOT_90, 0.0, 0.0)
        return first, flat, third, flat, flat, flat
