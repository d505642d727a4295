"""What part of a landscape is looked at: the whole of it to begin with, then as the user zooms and pans."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Limits", "Range", "moved", "needs_sampling", "padded", "zoomed"]

Limits = tuple[float, float]

_CLOSEST = 1e-11
"""The smallest range, in parts of the size of its limits: below, neighbouring pixels are the same number."""
_NEAREST = 1e-9
_FARTHEST = 1e4
"""The smallest and the largest range, in widths of the whole landscape."""
_COARSE = 0.45
"""A range that is a smaller part of what was sampled shows the sampling."""
_SLACK = 1e-6


class Range(NamedTuple):
    """Lower and upper limits along both axes."""

    x: Limits
    y: Limits


def zoomed(shown: Range, whole: Range, at: tuple[float, float], factor: float) -> Range:
    """The range `factor` times as wide, with the point `at` where it was on the screen."""
    return Range(
        _zoomed(shown.x, whole.x, at[0], factor),
        _zoomed(shown.y, whole.y, at[1], factor),
    )


def moved(shown: Range, whole: Range, x: float, y: float) -> Range:
    """The range moved by so much along both axes, never so far that the landscape is out of reach."""
    return Range(_moved(shown.x, whole.x, x), _moved(shown.y, whole.y, y))


def padded(shown: Range, share: float) -> Range:
    """The range with a margin on every side, as a share of its width."""

    def wider(limits: Limits) -> Limits:
        margin = share * (limits[1] - limits[0])
        return limits[0] - margin, limits[1] + margin

    return Range(wider(shown.x), wider(shown.y))


def needs_sampling(shown: Limits, sampled: Limits) -> bool:
    """Whether what is shown lies beyond what was sampled, or is so small a part of it that it looks coarse."""
    slack = _SLACK * (shown[1] - shown[0])
    beyond = shown[0] < sampled[0] - slack or shown[1] > sampled[1] + slack
    return beyond or shown[1] - shown[0] < _COARSE * (sampled[1] - sampled[0])


def _zoomed(shown: Limits, whole: Limits, at: float, factor: float) -> Limits:
    width, most = shown[1] - shown[0], whole[1] - whole[0]
    least = max(_NEAREST * most, _CLOSEST * max(abs(shown[0]), abs(shown[1])))
    wanted = min(max(width * factor, least), _FARTHEST * most)
    share = (at - shown[0]) / width
    low = at - share * wanted
    return low, low + wanted


def _moved(shown: Limits, whole: Limits, distance: float) -> Limits:
    reach = _FARTHEST * (whole[1] - whole[0])
    low = min(max(shown[0] + distance, whole[0] - reach), whole[1] + reach)
    return low, low + (shown[1] - shown[0])
