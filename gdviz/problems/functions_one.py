"""Functions of one parameter: where a rate, a second minimum or a plateau can be seen on a plain curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction

__all__ = [
    "AbsoluteValue",
    "DoubleWell",
    "Forrester",
    "GaussianWell",
    "GramacyLee",
    "MoreThuente",
    "Parabola",
    "Quartic",
    "RastriginOne",
    "TiltedDoubleWell",
    "TwoSines",
]


@dataclass(frozen=True)
class Parabola(KnownFunction):
    """c·x²: a rate of 1/(2c) arrives in one step, 1/c swings for ever, more diverges."""

    name = "parabola"
    label = "Parabola"
    summary = "The simplest valley: one rate arrives in a single step, twice that swings for ever, more diverges."
    source = "Textbook"
    formula = "c x²"
    view = ((-4.0, 4.0),)
    known_minima = ((0.0,),)
    usual_start = (-3.0,)

    factor: float = parameter(
        2.0,
        low=0,
        low_open=True,
        slider=(0.1, 10.0),
        log=True,
        symbol="c",
        help="How steep the valley is. Rates above 1/c diverge.",
    )

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return self.factor * (x * x)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (2.0 * self.factor * x,)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (2.0 * self.factor,)


@dataclass(frozen=True)
class Quartic(KnownFunction):
    """x⁴: so flat at the minimum that descent slows down for ever."""

    name = "quartic"
    label = "Quartic"
    summary = "A valley so flat at its floor that descent slows down the nearer it comes."
    source = "Textbook"
    formula = "x⁴"
    view = ((-2.0, 2.0),)
    known_minima = ((0.0,),)
    usual_start = (-1.5,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return (x * x) * (x * x)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (4.0 * x * x * x,)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (12.0 * (x * x),)


@dataclass(frozen=True)
class AbsoluteValue(KnownFunction):
    """|x|: the gradient keeps its length up to the kink, so a constant rate chatters around it. At 0 it is 0."""

    name = "absolute_value"
    label = "Absolute value"
    summary = "A kink for a floor: the gradient never gets shorter, so a constant rate chatters around it."
    source = "Textbook"
    formula = "|x|"
    smooth = False
    view = ((-3.0, 3.0),)
    known_minima = ((0.0,),)
    usual_start = (2.3,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return xp.abs(x)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (xp.sign(x),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (0.0,)


def _tilt_option(default: float) -> Any:
    return parameter(
        default,
        low=-10,
        high=10,
        slider=(-1.5, 1.5),
        symbol="t",
        help="Lifts one well and lowers the other; beyond ±1.54 only one is left.",
    )


@dataclass(frozen=True)
class DoubleWell(KnownFunction):
    """x⁴ − 2x² + t·x: two minima, equally deep where t is 0, one alone where |t| exceeds 8/√27.

    Source: textbook.
    """

    name = "double_well"
    label = "Double well"
    summary = "Two minima: the start and the rate decide which one the descent ends in."
    source = "Textbook"
    formula = "x⁴ − 2x² + t x"
    view = ((-2.0, 2.0),)

    tilt: float = _tilt_option(0.0)

    @property
    def minima(self) -> np.ndarray:
        roots = np.roots([4.0, 0.0, -4.0, self.tilt])
        wells = np.sort(roots[np.abs(roots.imag) < 1e-6].real)
        # Where the upper well has just vanished its double root has no curvature: that is no minimum.
        wells = wells[12.0 * wells**2 - 4.0 > 1e-3]
        for _ in range(3):
            wells = wells - (4.0 * wells**3 - 4.0 * wells + self.tilt) / (12.0 * wells**2 - 4.0)
        values = wells**4 - 2.0 * wells**2 + self.tilt * wells
        return wells[np.argsort(values, kind="stable")][:, None]

    @property
    def start(self) -> np.ndarray:
        # Level wells are left to chance from beside the top; a tilt is worth watching from above the shallower well.
        return np.array([0.05]) if self.tilt == 0 else np.array([math.copysign(1.8, self.tilt)])

    def value_at(self, xp: Namespace, x: Any) -> Any:
        square = x * x
        return square * square - 2.0 * square + self.tilt * x

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (4.0 * x * x * x - 4.0 * x + self.tilt,)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (12.0 * (x * x) - 4.0,)


@dataclass(frozen=True)
class TiltedDoubleWell(DoubleWell):
    """x⁴ − 2x² + t·x with t = ½: the start lies above the shallower well, −1.0575 is the deeper one's floor.

    Source: textbook.
    """

    name = "tilted_double_well"
    label = "Tilted double well"
    summary = "From the right descent ends in the shallower well; a larger rate or momentum carries it over the hump."

    tilt: float = _tilt_option(0.5)


@dataclass(frozen=True)
class RastriginOne(KnownFunction):
    """10 + x² − 10 cos 2πx: eleven minima in the view, near the whole numbers.

    Source: Rastrigin 1974.
    """

    name = "rastrigin_1d"
    label = "Rastrigin in 1-D"
    summary = "A parabola with a dent near every whole number: which one a descent ends in depends on its rate."
    source = "Rastrigin 1974"
    formula = "10 + x² − 10 cos 2πx"
    view = ((-5.12, 5.12),)
    known_minima = (
        (0.0,),
        *(
            (side * place,)
            for place in (
                *(0.994958637652334795, 1.98991223370854956, 2.98485570103948125),
                *(3.97978386030075381, 4.9746913908950513),
            )
            for side in (1.0, -1.0)
        ),
    )
    usual_start = (3.4,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return x * x + (10.0 - 10.0 * xp.cos(2.0 * math.pi * x))

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (2.0 * x + 20.0 * math.pi * xp.sin(2.0 * math.pi * x),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (2.0 + 40.0 * math.pi**2 * xp.cos(2.0 * math.pi * x),)


@dataclass(frozen=True)
class Forrester(KnownFunction):
    """(6x − 2)² sin(12x − 4) on [0, 1].

    Source: Forrester, Sóbester & Keane 2008, Engineering Design via Surrogate Modelling, appendix.
    """

    name = "forrester"
    label = "Forrester"
    summary = "A shallow minimum on the left, a deep and narrow one on the right, and a flat stretch between them."
    source = "Forrester, Sóbester & Keane 2008"
    formula = "(6x − 2)² sin(12x − 4)"
    view = ((0.0, 1.0),)
    known_minima = ((0.757248757841855870,), (0.142589189324716303,))
    usual_start = (0.4,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        u = 6.0 * x - 2.0
        return u * u * xp.sin(2.0 * u)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        u = 6.0 * x - 2.0
        return (12.0 * u * (xp.sin(2.0 * u) + u * xp.cos(2.0 * u)),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        u = 6.0 * x - 2.0
        return (72.0 * ((1.0 - 2.0 * u * u) * xp.sin(2.0 * u) + 4.0 * u * xp.cos(2.0 * u)),)


@dataclass(frozen=True)
class TwoSines(KnownFunction):
    """sin x + sin(10x/3) on [2.7, 7.5], "problem 02" of many collections.

    Source: Jamil & Yang 2013 and earlier collections of one-dimensional test problems.
    """

    name = "two_sines"
    label = "Two sines"
    summary = "Three minima of different depth; the deepest lies in the middle."
    source = "Problem 02 of the one-dimensional collections"
    formula = "sin x + sin(10x/3)"
    view = ((2.7, 7.5),)
    known_minima = ((5.14573529025612796,), (3.38725171844463082,), (7.00014911686225381,))
    usual_start = (6.9,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return xp.sin(x) + xp.sin(10.0 / 3.0 * x)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (xp.cos(x) + 10.0 / 3.0 * xp.cos(10.0 / 3.0 * x),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (-xp.sin(x) - 100.0 / 9.0 * xp.sin(10.0 / 3.0 * x),)


@dataclass(frozen=True)
class GramacyLee(KnownFunction):
    """sin(10πx)/(2x) + (x − 1)⁴ on [0.5, 2.5]; at 0, outside, the limits are taken.

    Source: Gramacy & Lee 2012, Cases for the nugget in modeling computer experiments.
    """

    name = "gramacy_lee"
    label = "Gramacy and Lee"
    summary = "A chain of minima, each deeper than the one to its right: momentum rolls through them."
    source = "Gramacy & Lee 2012"
    formula = "sin(10πx)/(2x) + (x − 1)⁴"
    view = ((0.5, 2.5),)
    known_minima = (
        (0.548563444527605184,),
        (0.748743778143008573,),
        (0.948933686690486211,),
        (1.14908761880219657,),
        (1.348785167362593,),
        (1.54728832718443921,),
        (1.74357674046943469,),
        (1.93621966252992273,),
        (2.1218991660525427,),
    )
    usual_start = (2.3,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        divisor = xp.where(x == 0, x + 1.0, x)
        wave = xp.where(x == 0, x + 5.0 * math.pi, xp.sin(10.0 * math.pi * x) / (2.0 * divisor))
        side = (x - 1.0) * (x - 1.0)
        return wave + side * side

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        divisor = xp.where(x == 0, x + 1.0, x)
        phase = 10.0 * math.pi * x
        slope = (5.0 * math.pi * xp.cos(phase) - xp.sin(phase) / (2.0 * divisor)) / divisor
        side = x - 1.0
        return (xp.where(x == 0, x, slope) + 4.0 * side * side * side,)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        divisor = xp.where(x == 0, x + 1.0, x)
        phase = 10.0 * math.pi * x
        sine, cosine = xp.sin(phase), xp.cos(phase)
        bend = (-50.0 * math.pi**2 * sine - (10.0 * math.pi * cosine - sine / divisor) / divisor) / divisor
        at_zero = x - 500.0 * math.pi**3 / 3.0
        return (xp.where(x == 0, at_zero, bend) + 12.0 * ((x - 1.0) * (x - 1.0)),)


@dataclass(frozen=True)
class MoreThuente(KnownFunction):
    """−x/(x² + 2): the first function on which Moré and Thuente tried their line search.

    Source: Moré & Thuente 1994, Line search algorithms with guaranteed sufficient decrease, (5.1) with β = 2.
    """

    name = "more_thuente"
    label = "Moré and Thuente"
    summary = "A slope that vanishes far out: a start on the right creeps, a step too far to the left never comes back."
    source = "Moré & Thuente 1994, (5.1)"
    formula = "−x/(x² + 2)"
    view = ((-2.0, 10.0),)
    known_minima = ((math.sqrt(2.0),),)
    usual_start = (6.0,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return -x / (x * x + 2.0)

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        divisor = x * x + 2.0
        return ((x * x - 2.0) / (divisor * divisor),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        divisor = x * x + 2.0
        return (2.0 * x * (6.0 - x * x) / (divisor * divisor * divisor),)


@dataclass(frozen=True)
class GaussianWell(KnownFunction):
    """1 − exp(−x²/2): a well in a plateau, on which the gradient vanishes."""

    name = "gaussian_well"
    label = "Gaussian well"
    summary = "A well in a plateau: far from it the gradient vanishes and plain descent stands still."
    source = "Textbook"
    formula = "1 − exp(−x²/2)"
    view = ((-5.0, 5.0),)
    known_minima = ((0.0,),)
    usual_start = (3.5,)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return 1.0 - xp.exp(-0.5 * (x * x))

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (x * xp.exp(-0.5 * (x * x)),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return ((1.0 - x * x) * xp.exp(-0.5 * (x * x)),)
