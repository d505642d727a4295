"""What the functions of a formula are computed by: on plain floats, and on the arrays of any library.

Both give the same bits, for the float versions take from NumPy what libraries round differently.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.formulas.error_function import erf, erf_of_float
from gdviz.special import sigmoid

__all__ = ["Meanings", "array_meanings", "float_meanings"]

Meanings = dict[str, Callable[..., Any]]

_PLAIN = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "log2", "log10", "sqrt")


def float_meanings() -> Meanings:
    """For Python's floats. They raise, as Python's floats do, where arrays give inf or nan without a word."""
    numpy_only = SimpleNamespace(
        exp=_on_floats(np.exp), maximum=_on_floats(np.maximum), sign=_on_floats(np.sign), abs=abs
    )
    log1p = _on_floats(np.log1p)

    def softplus(z: float) -> float:
        return numpy_only.maximum(z, 0.0) + log1p(numpy_only.exp(-abs(z)))  # type: ignore[no-any-return]

    return {
        **{name: _on_floats(getattr(np, name)) for name in _PLAIN},
        "sqrt": math.sqrt,
        "abs": abs,
        "sign": numpy_only.sign,
        "floor": _on_floats(np.floor),
        "atan2": _on_floats(np.atan2),
        "power": _on_floats(np.power),
        "max": numpy_only.maximum,
        "min": _on_floats(np.minimum),
        "erf": erf_of_float,
        "sigmoid": lambda z: sigmoid(numpy_only, z),
        "softplus": softplus,
        "relu": lambda z: numpy_only.maximum(z, 0.0),
        "step": lambda z: 1.0 if z > 0.0 else z if z != z else 0.0,
        "filled": lambda number, like: number,
    }


def array_meanings(xp: Namespace) -> Meanings:
    """For the arrays of this library. Functions of two arguments take a plain float for one of them."""

    def filled(number: float, like: Any) -> Any:
        return xp.zeros_like(like) + number

    def of_two(function: Callable[..., Any]) -> Callable[..., Any]:
        def apply(first: Any, second: Any) -> Any:
            if isinstance(first, float):
                first = filled(first, second)
            elif isinstance(second, float):
                second = filled(second, first)
            return function(first, second)

        return apply

    def relu(z: Any) -> Any:
        return xp.maximum(z, xp.zeros_like(z))

    def step(z: Any) -> Any:
        sign = xp.sign(z)
        return 0.5 * (sign + xp.abs(sign))

    return {
        **{name: getattr(xp, name) for name in _PLAIN},
        "abs": xp.abs,
        "sign": xp.sign,
        "floor": xp.floor,
        "atan2": of_two(xp.atan2),
        "power": of_two(xp.pow),
        "max": of_two(xp.maximum),
        "min": of_two(xp.minimum),
        "erf": lambda z: erf(xp, z),
        "sigmoid": lambda z: sigmoid(xp, z),
        "softplus": lambda z: relu(z) + xp.log1p(xp.exp(-xp.abs(z))),
        "relu": relu,
        "step": step,
        "filled": filled,
    }


def _on_floats(function: Callable[..., Any]) -> Callable[..., float]:
    def apply(*values: float) -> float:
        return float(function(*values))

    return apply
