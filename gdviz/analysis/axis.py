"""Where values lie along an axis, and what is written beside it.

An `Axis` maps values to fractions of its length, 0 to 1, on one of three scales: linear; logarithmic above a floor; or
logarithmic in steps, which shows step 0 as well. `fitted` chooses round limits around data, finite whatever finite
values it is given, and `Axis.ticks` says where marks go and what they read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Axis", "AxisScale", "Tick", "Ticks", "count_text", "fitted", "readable"]

AxisScale = Literal["linear", "log", "steps"]

# The widths of the interval from step 0 to step 1, in decades, where steps are on a logarithmic axis.
_FIRST_STEP = 0.3
_FEW_DECADES = 2.2
_LARGEST = 1.6e308
_SMALLEST_SPAN = 1e-290
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Tick(NamedTuple):
    """A mark at a fraction of the axis; without text it is a minor one."""

    fraction: float
    text: str


class Ticks(NamedTuple):
    """The marks of an axis, and the factor that their texts leave out, "" or like "×10⁵"."""

    marks: tuple[Tick, ...]
    factor: str


@dataclass(frozen=True)
class Axis:
    """A scale with its limits. `low` and `high` are coordinates: values if linear, decimal logarithms otherwise.

    A logarithmic axis shows values above `floor`; those at or below it lie at -inf.
    """

    low: float
    high: float
    scale: AxisScale = "linear"
    floor: float = 0.0

    def coordinates(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Values `(...)` as coordinates `(...)`."""
        given = np.asarray(values, dtype=np.float64)
        if self.scale == "linear":
            return given
        if self.scale == "steps":
            return np.where(given < 1, _FIRST_STEP * (given - 1), np.log10(np.maximum(given, 1)))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            above = given - self.floor
            return np.where(above > 0, np.log10(above), np.where(np.isnan(above), np.nan, -np.inf))

    def fractions(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Where values `(...)` lie: 0 at the low end, 1 at the high one, beyond them outside."""
        # Halved, because the distance of two numbers near the largest has no float64.
        with np.errstate(over="ignore"):
            return (self.coordinates(values) / 2 - self.low / 2) / (self.high / 2 - self.low / 2)

    def values(self, fractions: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The values at fractions `(...)` of the axis."""
        share = np.asarray(fractions, dtype=np.float64)
        coordinates = self.low * (1 - share) + self.high * share
        if self.scale == "linear":
            return coordinates
        with np.errstate(over="ignore"):
            if self.scale == "steps":
                return np.where(coordinates < 0, 1 + coordinates / _FIRST_STEP, 10.0 ** np.maximum(coordinates, 0))
            return self.floor + 10.0**coordinates

    def ticks(self, most: int, whole: bool = False) -> Ticks:
        """At most about `most` marks with text; `whole` for axes on which only whole numbers mean something."""
        most = max(most, 2)
        if self.scale == "steps":
            return self._step_ticks(most)
        if self.scale == "log":
            return self._log_ticks(most)
        return self._linear_ticks(most, whole)

    def _linear_ticks(self, most: int, whole: bool) -> Ticks:
        step = _round_step((self.high / 2 - self.low / 2) / most * 2)
        if whole:
            step = max(step, 1.0)
        values = _multiples(self.low, self.high, step)
        while len(values) < 2 and not whole:
            # One mark alone doesn't tell how long the axis is.
            step = _round_step(step * 0.4)
            values = _multiples(self.low, self.high, step)
        if whole:
            return Ticks(tuple(Tick(self._fraction(value), count_text(round(value))) for value in values), "")
        exponent = _factor_exponent(max(abs(self.low), abs(self.high)))
        texts = _decimals([value / 10.0**exponent for value in values], step / 10.0**exponent)
        marks = tuple(Tick(self._fraction(value), text) for value, text in zip(values, texts, strict=True))
        return Ticks(marks, f"×{_power(exponent)}" if exponent else "")

    def _step_ticks(self, most: int) -> Ticks:
        marks = [Tick(self._fraction(0.0), "0")] if self.low <= -_FIRST_STEP else []
        if self.low > 0 and self.high - self.low < 1:
            first, last = (float(self.values(end)) for end in (0.0, 1.0))
            step = max(_round_step((last - first) / most), 1.0)
            values = _multiples(first, last, step)
            return Ticks(tuple(Tick(self._fraction(value), count_text(round(value))) for value in values), "")
        stride = max(1, math.ceil((self.high - max(self.low, 0)) / most))
        for decade in range(max(0, math.floor(self.low)), math.floor(self.high) + 1):
            at = self._between(float(decade))
            if -1e-9 <= at <= 1 + 1e-9:
                marks.append(Tick(at, count_text(10**decade) if decade % stride == 0 else ""))
            if stride == 1:
                marks.extend(self._minor(decade, self.high - self.low))
        return Ticks(tuple(marks), "")

    def _log_ticks(self, most: int) -> Ticks:
        span = self.high - self.low
        if span < 1.0:
            return self._narrow_log_ticks(most)
        stride = int(max(1, _round_step(span / most))) if span > most else 1
        marks: list[Tick] = []
        for decade in range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1):
            if decade % stride == 0:
                text = _digit_text(1, decade) if span < _FEW_DECADES else _power(decade)
                marks.append(Tick(self._between(decade), text))
        if stride == 1:
            for decade in range(math.floor(self.low), math.ceil(self.high) + 1):
                marks.extend(self._minor(decade, span))
        return Ticks(tuple(marks), "")

    def _narrow_log_ticks(self, most: int) -> Ticks:
        """Round values instead of powers of ten, where the axis spans less than a decade."""
        # A factor keeps the texts short and the arithmetic within range.
        exponent = math.floor(self.low)
        first, last = 10.0 ** (self.low - exponent), 10.0 ** (self.high - exponent)
        step = _round_step((last - first) / most)
        values = _multiples(first, last, step)
        shown = exponent if not -4 < exponent < 4 else 0
        texts = _decimals([v * 10.0 ** (exponent - shown) for v in values], step * 10.0 ** (exponent - shown))
        marks = (Tick(self._between(math.log10(v) + exponent), t) for v, t in zip(values, texts, strict=True))
        return Ticks(tuple(marks), f"×{_power(shown)}" if shown else "")

    def _minor(self, decade: int, span: float) -> list[Tick]:
        """Marks at 2 to 9 times a power of ten; 2 and 5 have text where an axis has few powers of ten."""
        marks = []
        for digit in range(2, 10):
            at = self._between(decade + math.log10(digit))
            if 0 <= at <= 1:
                marks.append(Tick(at, _digit_text(digit, decade) if digit in (2, 5) and span < _FEW_DECADES else ""))
        return marks

    def _fraction(self, value: float) -> float:
        return float(self.fractions(value))

    def _between(self, coordinate: float) -> float:
        return (coordinate - self.low) / (self.high - self.low)


def fitted(lowest: float, highest: float, scale: AxisScale = "linear", floor: float = 0.0) -> Axis:
    """An axis with round limits around the values from `lowest` to `highest`; 0 to 1 where there are none.

    Limits are round so that they stay where they are while a curve grows a little. A logarithmic axis takes the lowest
    value *above* `floor`.
    """
    unfit = not (math.isfinite(lowest) and math.isfinite(highest))
    if scale == "steps":
        high = float(Axis(0, 1, "steps").coordinates(max(highest, 1) if math.isfinite(highest) else 1))
        low = float(Axis(0, 1, "steps").coordinates(max(lowest, 0) if math.isfinite(lowest) else 0))
        return Axis(low, max(high, low + 1e-6), "steps")
    if scale == "log":
        if unfit or lowest <= floor:
            return Axis(-1.0, 0.0, "log", floor)
        return _rounded(math.log10(lowest - floor), math.log10(highest - floor), "log", floor, least=1e-6)
    if unfit:
        return Axis(0.0, 1.0)
    least = max(max(abs(lowest), abs(highest)) * 1e-9, _SMALLEST_SPAN)
    return _rounded(max(lowest, -_LARGEST), min(highest, _LARGEST), "linear", 0.0, least)


def _rounded(low: float, high: float, scale: AxisScale, floor: float, least: float) -> Axis:
    if high / 2 - low / 2 < least / 2:
        middle = low / 2 + high / 2
        pad = max(abs(middle) * 0.1, least) if scale == "linear" and middle else 0.5
        low, high = middle - pad, middle + pad
    step = _round_step((high / 2 - low / 2) / 8 * 2)
    # Half a hundredth of a step: a limit that is round but for its last bits must not be pushed a whole step away.
    low = max(math.floor(low / step + 0.005) * step, -_LARGEST)
    high = min(math.ceil(high / step - 0.005) * step, _LARGEST)
    return Axis(low, high, scale, floor)


def readable(value: float, digits: int = 3) -> str:
    """A number with always the same count of significant digits, so that it doesn't jump about: 0.0310, 1.25×10⁵."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    mantissa, exponent_text = f"{value:.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    if -4 <= exponent < digits + 2:
        text = f"{value:.{max(0, digits - 1 - exponent)}f}"
    else:
        text = f"{mantissa}×{_power(exponent)}"
    return text.replace("-", "−")


def count_text(count: int) -> str:
    """A whole number of steps, short: 200, 50k, 1M."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if abs(count) >= 10 * size or (abs(count) >= size and count % (size // 10) == 0):
            return f"{count / size:.6g}{letter}".replace("-", "−")
    return str(count).replace("-", "−")


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `rough` > 0."""
    exponent = math.floor(math.log10(rough))
    for digit in (1, 2, 5):
        step = float(f"{digit}e{exponent}")
        if step >= rough * (1 - 1e-9):
            # Rounded up beyond the largest float, nothing would be left of it.
            return min(step, 1e308)
    return min(float(f"1e{exponent + 1}"), 1e308)


def _multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of `step` from `low` to `high`, both with a little tolerance."""
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    # A limit cut off at the largest float may be no multiple; nothing beyond the limits is marked.
    return [index * step for index in range(first, last + 1)]


def _factor_exponent(largest: float) -> int:
    """The power of ten to take out of the texts of an axis; 0 where they read well as they are."""
    exponent = math.floor(math.log10(largest)) if largest > 0 else 0
    return exponent if not -4 < exponent < 6 else 0


def _digit_text(digit: int, decade: int) -> str:
    if decade < -3 or decade > 5:
        return _power(decade) if digit == 1 else f"{digit}×{_power(decade)}"
    return count_text(digit * 10**decade) if decade >= 0 else f"{digit * 10.0**decade:.{-decade}f}"


def _decimals(values: list[float], step: float) -> list[str]:
    """Texts with as many decimals as the step needs, the same for all."""
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value + 0.0:.{places}f}".replace("-", "−") for value in values]
