"""The functions and constants that a formula may use; nothing else has a meaning in one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CONSTANTS", "FUNCTIONS", "INSTEAD", "Function"]


@dataclass(frozen=True)
class Function:
    """A function of the formula language.

    `value` is of plain floats, for parts without variables; `example` is what a message shows. `most` is None where
    there may be any number of arguments. `kinked` where the derivative given is a subgradient somewhere.
    """

    name: str
    value: Callable[..., float]
    example: str
    least: int = 1
    most: int | None = 1
    kinked: bool = False

    def accepts(self, count: int) -> bool:
        """Whether it can be given so many arguments."""
        return count >= self.least and (self.most is None or count <= self.most)

    @property
    def arguments_in_words(self) -> str:
        if self.most is None:
            return f"{self.least} or more numbers"
        return "one number" if self.most == 1 else f"{self.most} numbers"


def _sign(z: float) -> float:
    return z if z == 0 or math.isnan(z) else math.copysign(1.0, z)


def _sigmoid(z: float) -> float:
    small = math.exp(-abs(z))
    return (1.0 if z >= 0 else small) / (1.0 + small)


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("sin", math.sin, "sin(x)"),
        Function("cos", math.cos, "cos(x)"),
        Function("tan", math.tan, "tan(x)"),
        Function("asin", math.asin, "asin(x)"),
        Function("acos", math.acos, "acos(x)"),
        Function("atan", math.atan, "atan(x)"),
        Function("atan2", math.atan2, "atan2(y, x)", least=2, most=2),
        Function("sinh", math.sinh, "sinh(x)"),
        Function("cosh", math.cosh, "cosh(x)"),
        Function("tanh", math.tanh, "tanh(x)"),
        Function("exp", math.exp, "exp(x)"),
        Function("log", math.log, "log(x)"),
        Function("log2", math.log2, "log2(x)"),
        Function("log10", math.log10, "log10(x)"),
        Function("sqrt", math.sqrt, "sqrt(x)"),
        Function("abs", abs, "abs(x)", kinked=True),
        Function("sign", _sign, "sign(x)", kinked=True),
        Function("min", min, "min(x, y)", least=2, most=None, kinked=True),
        Function("max", max, "max(x, y)", least=2, most=None, kinked=True),
        Function("floor", lambda z: float(math.floor(z)), "floor(x)", kinked=True),
        Function("erf", math.erf, "erf(x)"),
        Function("sigmoid", _sigmoid, "sigmoid(x)"),
        Function("relu", lambda z: max(z, 0.0), "relu(x)", kinked=True),
        Function("softplus", _softplus, "softplus(x)"),
    )
}

CONSTANTS = {"pi": math.pi, "e": math.e}

INSTEAD = {
    "ln": "log(x), the natural logarithm",
    "lg": "log10(x)",
    "lb": "log2(x)",
    "arcsin": "asin(x)",
    "arccos": "acos(x)",
    "arctan": "atan(x)",
    "arctan2": "atan2(y, x)",
    "tg": "tan(x)",
    "ctg": "1/tan(x)",
    "cot": "1/tan(x)",
    "sec": "1/cos(x)",
    "csc": "1/sin(x)",
    "sgn": "sign(x)",
    "pow": "x^y",
    "cbrt": "x^(1/3)",
    "square": "x^2",
    "log1p": "log(1 + x)",
    "expm1": "exp(x) - 1",
    "fabs": "abs(x)",
    "maximum": "max(x, y)",
    "minimum": "min(x, y)",
    "logistic": "sigmoid(x)",
    "round": "floor(x + 0.5)",
    "ceil": "-floor(-x)",
    "mod": "x - y*floor(x/y)",
    "sinc": "sin(x)/x",
    "norm": "sqrt(x^2 + y^2)",
}
"""Functions of other programs, and how to write them here."""
