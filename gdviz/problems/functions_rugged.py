"""Functions of two parameters with several minima of different depth, or with plateaus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction

__all__ = ["Branin", "Easom", "GoldsteinPrice", "McCormick", "SixHumpCamel"]


@dataclass(frozen=True)
class SixHumpCamel(KnownFunction):
    """(4 − 2.1x² + x⁴/3)x² + xy + (4y² − 4)y²: six minima, the two deepest of them equal.

    Source: Dixon & Szegö 1978; Jamil & Yang 2013, function 30.
    """

    name = "six_hump_camel"
    label = "Six-hump camel"
    summary = "Six minima in pairs of equal depth, mirrored at the origin."
    source = "Dixon & Szegö 1978"
    formula = "(4 − 2.1x² + x⁴/3)x² + xy + (4y² − 4)y²"
    family = "hollows"
    view = ((-3.0, 3.0), (-2.0, 2.0))
    known_minima = (
        (0.0898420131003180624, -0.712656403020739633),
        (-0.0898420131003180624, 0.712656403020739633),
        (1.70360671496998085, -0.796083568672625119),
        (-1.70360671496998085, 0.796083568672625119),
        (1.60710475292019723, 0.568651454884131371),
        (-1.60710475292019723, -0.568651454884131371),
    )
    usual_start = (-1.6, 1.2)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        square, other = x * x, y * y
        return square * (4.0 - square * (2.1 - square / 3.0)) + x * y + 4.0 * other * (other - 1.0)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x
        return x * (8.0 - square * (8.4 - 2.0 * square)) + y, x + y * (16.0 * (y * y) - 8.0)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        square = x * x
        return 8.0 - square * (25.2 - 10.0 * square), 1.0, 48.0 * (y * y) - 8.0


@dataclass(frozen=True)
class GoldsteinPrice(KnownFunction):
    """The product A(x + y)·B(2x − 3y) of two polynomials of degree four; values from 3 to a million.

    A(w) = 1 + (w + 1)²(19 − 14w + 3w²) and B(t) = 30 + t²(18 − 16t + 3t²) are the factors of the literature, where they
    are written out in x and y.

    Source: Goldstein & Price 1971, On descent from local minima.
    """

    name = "goldstein_price"
    label = "Goldstein and Price"
    summary = "Four minima whose values span three decades; its logarithm is far easier to descend."
    source = "Goldstein & Price 1971"
    formula = "[1 + (x + y + 1)²(19 − 14x + …)]·[30 + (2x − 3y)²(18 − 32x + …)]"
    family = "hollows"
    view = ((-2.0, 2.0), (-2.0, 2.0))
    known_minima = ((0.0, -1.0), (-0.6, -0.4), (1.8, 0.2), (1.2, 0.8))
    usual_start = (-0.5, 0.3)

    logarithm: bool = parameter(
        False, help="Minimize the natural logarithm of the function, which has the same minima and gentler walls."
    )

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        value = _goldstein_sum(x + y)[0] * _goldstein_difference(2.0 * x - 3.0 * y)[0]
        return xp.log(value) if self.logarithm else value

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, _ = _goldstein_sum(x + y)
        second, second_slope, _ = _goldstein_difference(2.0 * x - 3.0 * y)
        left, right = first_slope * second, first * second_slope
        if self.logarithm:
            left, right = first_slope / first, second_slope / second
        return left + 2.0 * right, left - 3.0 * right

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, first_bend = _goldstein_sum(x + y)
        second, second_slope, second_bend = _goldstein_difference(2.0 * x - 3.0 * y)
        left, mixed, right = first_bend * second, first_slope * second_slope, first * second_bend
        if self.logarithm:
            left = (first_bend - first_slope * (first_slope / first)) / first
            right = (second_bend - second_slope * (second_slope / second)) / second
            mixed = 0.0
        return left + 4.0 * mixed + 4.0 * right, left - mixed - 6.0 * right, left - 6.0 * mixed + 9.0 * right


def _goldstein_sum(w: Any) -> tuple[Any, Any, Any]:
    """A(w), A′(w), A″(w)."""
    side = w + 1.0
    value = 1.0 + side * side * (19.0 - w * (14.0 - 3.0 * w))
    return value, 12.0 * side * (w - 1.0) * (w - 2.0), 12.0 * (w * (3.0 * w - 4.0) - 1.0)


def _goldstein_difference(t: Any) -> tuple[Any, Any, Any]:
    """B(t), B′(t), B″(t)."""
    value = 30.0 + t * t * (18.0 - t * (16.0 - 3.0 * t))
    return value, 12.0 * t * (t - 1.0) * (t - 3.0), 12.0 * (t * (3.0 * t - 8.0) + 3.0)


@dataclass(frozen=True)
class McCormick(KnownFunction):
    """sin(x + y) + (x − y)² − 1.5x + 2.5y + 1; outside its box it falls without limit along x = y.

    Source: McCormick 1976; Jamil & Yang 2013, function 73.
    """

    name = "mccormick"
    label = "McCormick"
    summary = "A valley with a ripple along the diagonal; followed far enough to the lower left it falls for ever."
    source = "McCormick 1976"
    formula = "sin(x + y) + (x − y)² − 1.5x + 2.5y + 1"
    family = "hollows"
    view = ((-1.5, 4.0), (-3.0, 4.0))
    known_minima = ((-0.547197551196597746, -1.54719755119659775), (2.59439510239319549, 1.59439510239319549))
    usual_start = (3.5, 3.5)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        difference = x - y
        return xp.sin(x + y) + difference * difference - 1.5 * x + 2.5 * y + 1.0

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        cosine = xp.cos(x + y)
        difference = 2.0 * (x - y)
        return cosine + difference - 1.5, cosine - difference + 2.5

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        sine = xp.sin(x + y)
        return 2.0 - sine, -2.0 - sine, 2.0 - sine


@dataclass(frozen=True)
class Branin(KnownFunction):
    """(y − 5.1x²/4π² + 5x/π − 6)² + 10(1 − 1/8π) cos x + 10: three minima of equal depth.

    Source: Branin 1972; Dixon & Szegö 1978.
    """

    name = "branin"
    label = "Branin"
    summary = "A banana-shaped valley with three equally deep minima along it."
    source = "Branin 1972; Dixon & Szegö 1978"
    formula = "(y − 5.1x²/4π² + 5x/π − 6)² + 10(1 − 1/8π) cos x + 10"
    family = "hollows"
    view = ((-5.0, 10.0), (0.0, 15.0))
    known_minima = ((math.pi, 2.275), (-math.pi, 12.275), (3.0 * math.pi, 2.475))
    usual_start = (2.5, 13.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        residual = _branin_residual(x, y)
        return residual * residual + _WAVE * xp.cos(x) + 10.0

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        residual = _branin_residual(x, y)
        return 2.0 * residual * (_TURN - 2.0 * _BEND * x) - _WAVE * xp.sin(x), 2.0 * residual

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        slope = _TURN - 2.0 * _BEND * x
        bend = 2.0 * (slope * slope) - 4.0 * _BEND * _branin_residual(x, y) - _WAVE * xp.cos(x)
        return bend, 2.0 * slope, 2.0


_BEND = 5.1 / (4.0 * math.pi**2)
_TURN = 5.0 / math.pi
_WAVE = 10.0 * (1.0 - 1.0 / (8.0 * math.pi))


def _branin_residual(x: Any, y: Any) -> Any:
    return y - _BEND * (x * x) + _TURN * x - 6.0


@dataclass(frozen=True)
class Easom(KnownFunction):
    """−cos x cos y exp(−(x − π)² − (y − π)²): a narrow well in a plateau that is flat to the last digit.

    Source: Easom 1990; Jamil & Yang 2013, function 50.
    """

    name = "easom"
    label = "Easom"
    summary = "A narrow well in a wide plateau: a start out of its sight never finds it."
    source = "Easom 1990"
    formula = "−cos x cos y exp(−(x − π)² − (y − π)²)"
    family = "hollows"
    view = ((-10.0, 10.0), (-10.0, 10.0))
    known_minima = ((math.pi, math.pi),)
    usual_start = (2.0, 4.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return -_easom_factor(xp, x)[0] * _easom_factor(xp, y)[0]

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, _ = _easom_factor(xp, x)
        second, second_slope, _ = _easom_factor(xp, y)
        return -first_slope * second, -first * second_slope

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        first, first_slope, first_bend = _easom_factor(xp, x)
        second, second_slope, second_bend = _easom_factor(xp, y)
        return -first_bend * second, -first_slope * second_slope, -first * second_bend


def _easom_factor(xp: Namespace, x: Any) -> tuple[Any, Any, Any]:
    """cos x exp(−(x − π)²) with its first and second derivative."""
    offset = x - math.pi
    bell = xp.exp(-(offset * offset))
    cosine, sine = xp.cos(x), xp.sin(x)
    bend = 4.0 * offset * (offset * cosine + sine) - 3.0 * cosine
    return bell * cosine, -bell * (sine + 2.0 * offset * cosine), bell * bend
