"""erf over floats and over the arrays of any library: the array standard has none.

Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace

__all__ = ["erf", "erf_of_float"]

# Coefficients from the highest power down; a ratio of two polynomials for each of three ranges.
_SMALL = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)
_LARGE = (
    (
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
    ),
    (
        1.0,
        2.56852019228982242e0,
        1.87295284992346725e0,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3,
    ),
)
_FIRST, _SECOND, _LAST = 0.46875, 4.0, 26.0
_ROOT = 1.0 / math.sqrt(math.pi)


def erf(xp: Namespace, z: Array) -> Array:
    """erf(z), `(...)`, to about the last digit of a double."""
    size = xp.abs(z)
    zeros = xp.zeros_like(z)
    # Each range is computed for all elements, held within it: what is left out must not overflow, nor spoil autograd.
    small = _small(xp.minimum(size, zeros + _FIRST))
    middle = _middle(xp.minimum(xp.maximum(size, zeros + _FIRST), zeros + _SECOND), xp.exp)
    large = _large(xp.minimum(xp.maximum(size, zeros + _SECOND), zeros + _LAST), xp.exp)
    return xp.sign(z) * xp.where(size <= _FIRST, small, xp.where(size <= _SECOND, middle, large))


def erf_of_float(z: float) -> float:
    """The same of one float, with the same bits."""
    size = abs(z)
    if size <= _FIRST:
        value = _small(size)
    elif size <= _SECOND:
        value = _middle(size, _exp)
    else:
        value = _large(min(size, _LAST), _exp)
    return math.copysign(value, z) if z != 0 else 0.0


def _exp(z: float) -> float:
    return float(np.exp(z))


def _small(size: Any) -> Any:
    square = size * size
    return size * _ratio(_SMALL, square)


def _middle(size: Any, exp: Any) -> Any:
    return 1.0 - exp(-(size * size)) * _ratio(_MIDDLE, size)


def _large(size: Any, exp: Any) -> Any:
    inverse = 1.0 / (size * size)
    return 1.0 - exp(-(size * size)) * (_ROOT - inverse * _ratio(_LARGE, inverse)) / size


def _ratio(polynomials: tuple[Sequence[float], Sequence[float]], z: Any) -> Any:
    numerator, denominator = polynomials
    return _polynomial(numerator, z) / _polynomial(denominator, z)


def _polynomial(coefficients: Sequence[float], z: Any) -> Any:
    total = coefficients[0] * z + coefficients[1]
    for coefficient in coefficients[2:]:
        total = total * z + coefficient
    return total
