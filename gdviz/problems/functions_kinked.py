"""Functions of two parameters with kinks: along them the gradient given is a subgradient, and 0 at a minimum."""

from __future__ import annotations

import abc
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from gdviz.arrays import Namespace
from gdviz.problems.coordinates import KnownFunction

__all__ = ["BukinSix", "CrossInTray", "Eggholder", "HolderTable"]


@dataclass(frozen=True)
class BukinSix(KnownFunction):
    """100 √|y − 0.01x²| + 0.01|x + 10|: a crease along a parabola whose walls are infinitely steep at its floor.

    Source: Bukin 1997; Jamil & Yang 2013, function 28.
    """

    name = "bukin_6"
    label = "Bukin 6"
    summary = "A crease along a parabola: its walls grow infinitely steep, and its floor hardly slopes at all."
    source = "Bukin 1997"
    formula = "100 √|y − 0.01x²| + 0.01|x + 10|"
    family = "ripples"
    smooth = False
    view = ((-15.0, -5.0), (-3.0, 3.0))
    known_minima = ((-10.0, 1.0),)
    usual_start = (-12.0, -1.5)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return 100.0 * xp.sqrt(xp.abs(y - 0.01 * (x * x))) + 0.01 * xp.abs(x + 10.0)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        slope, _ = _root_slopes(xp, y - 0.01 * (x * x))
        return 0.01 * xp.sign(x + 10.0) - 2.0 * x * slope, 100.0 * slope

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        slope, bend = _root_slopes(xp, y - 0.01 * (x * x))
        return 0.04 * (x * x) * bend - 2.0 * slope, -2.0 * x * bend, 100.0 * bend


def _root_slopes(xp: Namespace, u: Any) -> tuple[Any, Any]:
    """First and second derivative of √|u|, 0 at the kink."""
    root = xp.sqrt(xp.abs(u))
    divisor = xp.where(root > 0, root, root + 1.0)
    return xp.sign(u) / (2.0 * divisor), xp.where(root > 0, -0.25 / (divisor * divisor * divisor), 0.0 * root)


@dataclass(frozen=True)
class Eggholder(KnownFunction):
    """−(y + 47) sin √|x/2 + y + 47| − x sin √|x − y − 47| on [−512, 512]².

    Its lowest point in the view lies on the view's edge: beyond it the function falls further.

    Source: Whitley, Rana, Dzubera & Mathias 1996; Jamil & Yang 2013, function 51.
    """

    name = "eggholder"
    label = "Eggholder"
    summary = "Deep hollows everywhere, deeper outward: the lowest point in the view lies on its edge."
    source = "Whitley, Rana, Dzubera & Mathias 1996"
    formula = "−(y + 47) sin √|x/2 + y + 47| − x sin √|x − y − 47|"
    family = "ripples"
    smooth = False
    view = ((-512.0, 512.0), (-512.0, 512.0))
    known_minima = ((512.0, 404.231805113757811),)
    usual_start = (300.0, 200.0)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        lifted = y + 47.0
        first, second = xp.sqrt(xp.abs(0.5 * x + lifted)), xp.sqrt(xp.abs(x - lifted))
        return -lifted * xp.sin(first) - x * xp.sin(second)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        lifted = y + 47.0
        first, first_slope, _ = _rooted_sine(xp, 0.5 * x + lifted)
        second, second_slope, _ = _rooted_sine(xp, x - lifted)
        return (
            -0.5 * lifted * first_slope - second - x * second_slope,
            x * second_slope - first - lifted * first_slope,
        )

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        lifted = y + 47.0
        _, first_slope, first_bend = _rooted_sine(xp, 0.5 * x + lifted)
        _, second_slope, second_bend = _rooted_sine(xp, x - lifted)
        return (
            -0.25 * lifted * first_bend - 2.0 * second_slope - x * second_bend,
            second_slope - 0.5 * first_slope - 0.5 * lifted * first_bend + x * second_bend,
            -2.0 * first_slope - lifted * first_bend - x * second_bend,
        )


def _rooted_sine(xp: Namespace, u: Any) -> tuple[Any, Any, Any]:
    """sin √|u| with its first and second derivative, which are 0 at the kink."""
    root = xp.sqrt(xp.abs(u))
    divisor = xp.where(root > 0, root, root + 1.0)
    sine, cosine = xp.sin(root), xp.cos(root)
    bend = -0.25 * (sine + cosine / divisor) / (divisor * divisor)
    return sine, xp.sign(u) * cosine / (2.0 * divisor), xp.where(root > 0, bend, 0.0 * root)


@dataclass(frozen=True)
class _Waves(KnownFunction, abc.ABC):
    """A function of |P|, where P is a product of two waves, and of h = |c − r/π|, r the distance from the origin."""

    center: ClassVar[float]

    @abc.abstractmethod
    def waves(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
        """P and its derivatives by x, y and xy; those by xx and yy are −P."""

    def _folded(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """|P| with its gradient and its Hessian's upper triangle; on a kink both are 0."""
        wave, by_x, by_y, mixed = self.waves(xp, x, y)
        side = xp.sign(wave)
        folded = side * wave
        return folded, (side * by_x, side * by_y), (-folded, side * mixed, -folded)

    def _cone(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """h with its gradient and its Hessian's upper triangle; at the tip both are 0."""
        radius = xp.sqrt(x * x + y * y)
        offset = self.center - radius / math.pi
        divisor = xp.where(radius > 0, radius, radius + 1.0)
        pull = -xp.sign(offset) / (math.pi * divisor)
        across, up = x / divisor, y / divisor
        bends = (pull * up * up, -pull * across * up, pull * across * across)
        return xp.abs(offset), (pull * x, pull * y), bends


@dataclass(frozen=True)
class CrossInTray(_Waves):
    """−0.0001 (|sin x sin y exp|100 − r/π|| + 1)^0.1, evaluated by its logarithm so that no number gets too large.

    Source: Mishra 2006; Jamil & Yang 2013, function 39.
    """

    name = "cross_in_tray"
    label = "Cross in tray"
    summary = "A grid of creases cuts the plane into fields; the four lowest lie around the cross in the middle."
    source = "Mishra 2006"
    formula = "−0.0001 (|sin x sin y exp|100 − r/π|| + 1)^0.1,  r = √(x² + y²)"
    family = "ripples"
    smooth = False
    view = ((-10.0, 10.0), (-10.0, 10.0))
    known_minima = tuple(
        (first * 1.34940661715391079, second * 1.34940661715391079) for first in (1.0, -1.0) for second in (1.0, -1.0)
    )
    usual_start = (8.6, 3.4)

    center = 100.0

    def waves(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
        sine, cosine = xp.sin(x), xp.cos(x)
        other_sine, other_cosine = xp.sin(y), xp.cos(y)
        return sine * other_sine, cosine * other_sine, sine * other_cosine, cosine * other_cosine

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        folded, _, _ = self._folded(xp, x, y)
        cone, _, _ = self._cone(xp, x, y)
        return -1e-4 * xp.exp(0.1 * (cone + xp.log(folded + xp.exp(-cone))))

    def _logarithm(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """The function, and the derivatives of the logarithm of what stands in its brackets."""
        folded, wave_slopes, wave_bends = self._folded(xp, x, y)
        cone, cone_slopes, cone_bends = self._cone(xp, x, y)
        small = xp.exp(-cone)
        inside = folded + small
        # Each divided by `inside`, whose square is below what single precision holds.
        shares = [(wave - small * tip) / inside for wave, tip in zip(wave_slopes, cone_slopes, strict=True)]
        slopes = tuple(tip + share for tip, share in zip(cone_slopes, shares, strict=True))
        bends = tuple(
            cone_bends[entry]
            + (wave_bends[entry] - small * (cone_bends[entry] - cone_slopes[row] * cone_slopes[column])) / inside
            - shares[row] * shares[column]
            for entry, (row, column) in enumerate(((0, 0), (0, 1), (1, 1)))
        )
        return -1e-4 * xp.exp(0.1 * (cone + xp.log(inside))), slopes, bends

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        value, slopes, _ = self._logarithm(xp, x, y)
        return tuple(0.1 * value * slope for slope in slopes)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        value, (first, second), bends = self._logarithm(xp, x, y)
        products = (first * first, first * second, second * second)
        return tuple(0.1 * value * (bend + 0.1 * product) for bend, product in zip(bends, products, strict=True))


@dataclass(frozen=True)
class HolderTable(_Waves):
    """−|sin x cos y exp|1 − r/π||: the lowest points lie in the four corners.

    Source: Mishra 2006; Jamil & Yang 2013, function 58.
    """

    name = "holder_table"
    label = "Hölder table"
    summary = "A table with carved legs: hollows between creases, deeper outward, the lowest in the four corners."
    source = "Mishra 2006"
    formula = "−|sin x cos y exp|1 − r/π||,  r = √(x² + y²)"
    family = "ripples"
    smooth = False
    view = ((-10.0, 10.0), (-10.0, 10.0))
    known_minima = tuple(
        (first * 8.05502347573656342, second * 9.66459001924127289) for first in (1.0, -1.0) for second in (1.0, -1.0)
    )
    usual_start = (6.6, 8.4)

    center = 1.0

    def waves(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
        sine, cosine = xp.sin(x), xp.cos(x)
        other_sine, other_cosine = xp.sin(y), xp.cos(y)
        return sine * other_cosine, cosine * other_cosine, -sine * other_sine, -cosine * other_sine

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        folded, _, _ = self._folded(xp, x, y)
        cone, _, _ = self._cone(xp, x, y)
        return -folded * xp.exp(cone)

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        folded, wave_slopes, _ = self._folded(xp, x, y)
        cone, cone_slopes, _ = self._cone(xp, x, y)
        growth = xp.exp(cone)
        return tuple(-growth * (wave + folded * tip) for wave, tip in zip(wave_slopes, cone_slopes, strict=True))

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        folded, wave_slopes, wave_bends = self._folded(xp, x, y)
        cone, cone_slopes, cone_bends = self._cone(xp, x, y)
        growth = xp.exp(cone)
        return tuple(
            -growth
            * (
                wave_bends[entry]
                + wave_slopes[row] * cone_slopes[column]
                + wave_slopes[column] * cone_slopes[row]
                + folded * (cone_bends[entry] + cone_slopes[row] * cone_slopes[column])
            )
            for entry, (row, column) in enumerate(((0, 0), (0, 1), (1, 1)))
        )
