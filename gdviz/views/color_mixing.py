"""Mixes colours in Oklab, where equal distances look equal.

Source: Ottosson 2020, https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["mixed_colors"]


def mixed_colors(stops: Sequence[tuple[float, str]], count: int) -> npt.NDArray[np.uint8]:
    """`(count, 3)` red, green and blue along stops of (place from 0 to 1, `#RRGGBB`), in steps that look equal."""
    places = np.linspace(0.0, 1.0, count)
    anchors = _oklab(np.array([_rgb(color) for _, color in stops]))
    known = np.array([place for place, _ in stops])
    mixed = np.stack([np.interp(places, known, anchors[:, axis]) for axis in range(3)], axis=-1)
    return (255 * _from_oklab(mixed) + 0.5).astype(np.uint8)


_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _oklab(rgb: np.ndarray) -> np.ndarray:
    """Oklab of sRGB colours `(..., 3)` between 0 and 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: np.ndarray = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    """sRGB of Oklab colours `(..., 3)`, brought into its range."""
    cones = (lab @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_TO_CONES).T, 0.0, 1.0)
    rgb: np.ndarray = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb
