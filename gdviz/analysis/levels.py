"""Contour levels, and the colour bands that go with them.

`contour_levels` looks at how the values of a surface are spread. Where they span decades above their minimum, levels
are spaced as on a logarithmic scale of the height above it; otherwise they are round numbers. `bands` puts every value
on the same scale, as an index into a table of colours, so that lines and colours tell the same story.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["NO_VALUE", "Levels", "Scale", "bands", "contour_levels"]

Scale = Literal["linear", "logarithmic", "constant"]

NO_VALUE = 255
"""The band of values that are not finite; the others are 0 to 254, from the lowest to the highest."""

_LARGEST = 1e300
_DECADES_RATIO = 25.0
"""The 95 % over the 5 % quantile of heights, from which a logarithmic scale shows more; that of a round bowl is 22."""
_OUTLIER_RATIO = 100.0
"""The highest over the 95 % quantile, from which a linear scale would show little but the peak."""
_MOST_LOOKED_AT = 65_536
_PATTERNS = (
    (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 2.0, 3.0, 5.0),
    (1.0, 2.0, 5.0),
    (1.0, 3.0),
    (1.0,),
)


@dataclass(frozen=True, eq=False)
class Levels:
    """The values `(k,)` of contour lines, rising, and the scale on which they are evenly spaced, more or less.

    Heights are counted from `base`. A linear scale ends at `height`; a logarithmic one too, and runs into a linear one
    below `threshold`, so that it can begin at height 0.
    """

    values: np.ndarray
    scale: Scale
    base: float
    height: float
    threshold: float = 0.0

    @property
    def description(self) -> str:
        """The spacing in words: "logarithmic above the minimum", "every 50"."""
        if self.scale == "constant":
            return "the same value everywhere"
        if self.scale == "logarithmic":
            return "logarithmic above the minimum"
        return f"every {np.min(np.diff(self.values)):.6g}" if len(self.values) > 1 else "linear"

    def position(self, values: np.ndarray) -> np.ndarray:
        """Where values lie on the scale, from 0 at the base or below to 1 at the top or above; nan where not finite."""
        values = np.asarray(values, dtype=np.float64)
        with np.errstate(all="ignore"):
            if self.scale == "constant":
                position = values * 0.0 + 0.5
            elif self.scale == "linear":
                position = np.clip((values - self.base) / self.height, 0.0, 1.0)
            else:
                heights = np.clip(values - self.base, 0.0, self.height)
                position = np.log1p(heights / self.threshold) / math.log1p(self.height / self.threshold)
            position[~np.isfinite(values)] = np.nan
        return position


def contour_levels(values: np.ndarray, minimum: float | None = None, most: int = 18) -> Levels:
    """At most about `most` levels for these values, of which those that are not finite are left out.

    `minimum` is the lowest value of the whole problem, where it is known: heights are counted from it, so that a part
    of the landscape and all of it look alike.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = np.clip(finite[np.isfinite(finite)], -_LARGEST, _LARGEST)
    if len(finite) == 0:
        return Levels(np.empty(0), "constant", 0.0, 0.0)
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-13 * max(abs(low), abs(high)) or high - low < 1e-290:
        return Levels(np.empty(0), "constant", low, 0.0)
    known = minimum is not None and math.isfinite(minimum) and -_LARGEST <= minimum <= low
    base = minimum if known and minimum is not None else low
    height = high - base
    # How values are spread shows in a part of them as well.
    finite = finite[:: max(1, len(finite) // _MOST_LOOKED_AT)]
    heights = finite - base
    # Digits of a double end at 1e-15 of the largest height: what lies lower is the floor, not a slope to draw lines on.
    above = heights[heights > 1e-15 * height]
    lowest, fifth = np.quantile(above, (0.002, 0.05)).tolist() if len(above) else (height, height)
    most_of_it = float(np.quantile(heights, 0.95))
    if most_of_it > _DECADES_RATIO * fifth or height > _OUTLIER_RATIO * most_of_it:
        # Lines far below the height of most of a valley's floor would lie too close to each other to be told apart.
        threshold = max(lowest, fifth / 15.0)
        found = Levels(base + _logarithmic(threshold, height, most), "logarithmic", base, height, threshold)
    else:
        found = Levels(_linear(low, high, most), "linear", low, high - low)
    deciles = np.quantile(finite, np.linspace(0.0, 1.0, 11))
    return dataclasses.replace(found, values=_off_plateaus(_between(found.values, low, high), deciles))


def bands(values: np.ndarray, levels: Levels) -> np.ndarray:
    """For every value the index of its colour, `uint8` of the same shape: 0 to 254 along the scale, else `NO_VALUE`."""
    position = levels.position(values)
    index = np.nan_to_num(position * (NO_VALUE - 1) + 0.5, nan=NO_VALUE)
    return index.astype(np.uint8)


def _linear(low: float, high: float, most: int) -> np.ndarray:
    """The multiples of a round step, 1, 2, 2.5 or 5 times a power of ten, from `low` to `high`."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough)
    return step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)


def _logarithmic(low: float, high: float, most: int) -> np.ndarray:
    """Round heights from `low` to `high`, with as many to a decade, or decades to one, as stay within `most`."""
    decades = np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for pattern in _PATTERNS:
        heights = np.outer(10.0**decades, pattern).ravel()
        heights = heights[(heights >= low) & (heights < high)]
        if len(heights) <= most:
            return heights
    return heights[:: -(-len(heights) // most)]


def _off_plateaus(levels: np.ndarray, deciles: np.ndarray) -> np.ndarray:
    """The levels without those on which a tenth of the surface lies: lines there would show nothing but rounding."""
    if len(levels) < 2:
        return levels
    near = 1e-3 * np.min(np.diff(levels))
    close = np.abs(deciles[None, :] - levels[:, None]) < near
    kept: np.ndarray = levels[~(close[:, 1:] & close[:, :-1]).any(axis=1)]
    return kept


def _between(levels: np.ndarray, low: float, high: float) -> np.ndarray:
    """Those strictly between the limits, rising, without any that rounding has made equal."""
    return np.unique(levels[(levels > low) & (levels < high)])
