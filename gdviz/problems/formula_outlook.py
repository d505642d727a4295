"""Where a function that nobody has described is worth looking at, and where a descent on it is worth watching.

Many short descents from points around the origin find the lowest valleys; the part shown holds those near the origin,
with round limits that don't change with every digit of a constant. Deterministic, and done in some hundredths of a
second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gdviz.problems.base import Problem

__all__ = ["Outlook", "outlook_of"]

_RADII = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_SEARCHED = (3.0, 30.0)
"""Half widths of the boxes around the origin that descents start in."""
_SAMPLES = 256
_DESCENTS = 8
_ROUNDS, _ROUNDS_OF_MANY, _MANY = 90, 30, 20
"""Steps of a descent, fewer with more than so many variables: a picture of two of them tells little anyway."""
_FIRST_STEP, _LONGEST_STEP = 0.25, 50.0
_GROWTH, _SHRINKING = 1.3, 0.5
_SETTLED, _ENOUGH = 2e-3, 0.7
"""A descent whose steps are so short has arrived; once this share of them has, the others are waited for no longer."""
_INSIDE = 0.8
"""A minimum lies within this share of the half width."""
_CUT = 0.1
"""A side along which at least this share of the width has no finite value is cut off."""
_STARTS = ((0.2, 0.75), (0.8, 0.7), (0.25, 0.2), (0.75, 0.25), (0.4, 0.6), (0.1, 0.9), (0.65, 0.45), (0.5, 0.35))
"""Shares of the width to start at, in turn along the axes: off the middle, where many functions are symmetric."""
_LOW = 0.12
"""No start lies among this share of the points with the lowest values: there would be nowhere to go."""


class Outlook(NamedTuple):
    """`domain` is `(d, 2)`, `start` is `(d,)`."""

    domain: np.ndarray
    start: np.ndarray


def outlook_of(problem: Problem, domain: np.ndarray | None, start: Sequence[float] | None) -> Outlook:
    """Both, each found where it is None."""
    with np.errstate(all="ignore"):
        if domain is None:
            domain = _framed(_bottom(problem), problem.dimension)
            domain = _with_start(_finite_part(problem, domain), start)
        point = np.array(start, dtype=np.float64) if start is not None else _start(problem, domain)
    return Outlook(np.array(domain, dtype=np.float64), point)


def _bottom(problem: Problem) -> np.ndarray:
    """The lowest points that descents come to, `(k, d)`, those nearest to the origin first; none where all run away."""
    generator = np.random.default_rng(0)
    units = generator.uniform(-1.0, 1.0, size=(_SAMPLES, problem.dimension))
    found = []
    usual = 0.0
    for radius in _SEARCHED:
        points = radius * units
        values = np.asarray(problem.value(points))
        order = np.argsort(np.where(np.isfinite(values), values, math.inf))
        if radius == _SEARCHED[0] and np.isfinite(values).any():
            usual = float(np.median(values[np.isfinite(values)]))
        # Not the very lowest alone: those may all lie in one valley of many.
        lower = [place for place in order if np.isfinite(values[place])][: _SAMPLES // 3]
        found.append(points[lower[:: max(1, len(lower) // _DESCENTS)]])
    ends = _descended(problem, np.concatenate(found))
    values = np.asarray(problem.value(ends))
    if not len(ends):
        return ends
    # Descents have not gone to the last digit: what lies as low, seen from the usual height, is as low.
    height = max(usual - float(values.min()), 0.0)
    lowest = ends[values <= values.min() + 1e-3 * height]
    ordered: np.ndarray = lowest[np.argsort(np.linalg.norm(lowest, axis=-1), kind="stable")]
    return ordered


def _descended(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Where points `(n, d)` have settled after a while of going downhill, `(k, d)`, each coordinate at its own pace; a
    step that would leave the finite is halved. Those that run away with ever longer steps are left out."""
    points = points.copy()
    steps = np.full_like(points, _FIRST_STEP)
    before = np.zeros_like(points)
    rounds = _ROUNDS if problem.dimension <= _MANY else _ROUNDS_OF_MANY
    for _ in range(rounds if len(points) else 0):
        slope = np.asarray(problem.gradient(points))
        signs = np.where(np.isfinite(slope), np.sign(slope), 0.0)
        steps = np.minimum(steps * np.where(signs * before > 0, _GROWTH, _SHRINKING), _LONGEST_STEP)
        moved = points - signs * steps
        finite = np.isfinite(np.asarray(problem.value(moved)))[:, None]
        points = np.where(finite, moved, points)
        steps = np.where(finite, steps, steps * _SHRINKING)
        before = np.where(finite, signs, 0.0)
        if (steps.max(axis=-1) < _SETTLED).mean() > _ENOUGH:
            break
    return points[(steps < _LONGEST_STEP / 4).all(axis=-1)]


def _framed(bottom: np.ndarray, dimension: int) -> np.ndarray:
    """Limits around the lowest points near the origin, or around the origin, `(d, 2)`."""
    if not len(bottom):
        return np.array([[-_RADII[1], _RADII[1]]] * dimension)
    near = bottom[np.linalg.norm(bottom, axis=-1) <= 2.5 * np.linalg.norm(bottom[0]) + 1.0]
    limits = []
    for reach, centre in zip(np.abs(near).max(axis=0), bottom[0], strict=True):
        radius = next((radius for radius in _RADII if reach <= _INSIDE * radius), None)
        if radius is not None:
            limits.append((-radius, radius))
            continue
        # Far out: round numbers around the lowest point.
        half = 10.0 ** math.floor(math.log10(abs(centre)))
        middle = round(centre / half) * half
        limits.append((middle - half, middle + half))
    return np.array(limits)


def _finite_part(problem: Problem, domain: np.ndarray) -> np.ndarray:
    """The limits without sides on which the function has no finite value."""
    generator = np.random.default_rng(1)
    low, high = domain[:, 0], domain[:, 1]
    points = generator.uniform(low, high, size=(4 * _SAMPLES, len(domain)))
    finite = points[np.isfinite(np.asarray(problem.value(points)))]
    if not len(finite):
        return domain
    grid = (high - low) / 20.0
    least = np.floor(finite.min(axis=0) / grid) * grid
    most = np.ceil(finite.max(axis=0) / grid) * grid
    cut = _CUT * (high - low)
    return np.stack([np.where(least - low > cut, least, low), np.where(high - most > cut, most, high)], axis=-1)


def _with_start(domain: np.ndarray, start: Sequence[float] | None) -> np.ndarray:
    """The limits, wide enough for a start that was given."""
    if start is None:
        return domain
    margin = 0.1 * (domain[:, 1] - domain[:, 0])
    low = np.where(start < domain[:, 0] + margin / 2, np.array(start) - margin, domain[:, 0])
    high = np.where(start > domain[:, 1] - margin / 2, np.array(start) + margin, domain[:, 1])
    return np.stack([low, high], axis=-1)


def _start(problem: Problem, domain: np.ndarray) -> np.ndarray:
    """A point off the middle, of few digits, from which there is some way to go."""
    width = domain[:, 1] - domain[:, 0]
    generator = np.random.default_rng(2)
    shares = np.array([[pattern[axis % 2] for axis in range(problem.dimension)] for pattern in _STARTS])
    shares = np.concatenate([shares, generator.uniform(0.05, 0.95, size=(_SAMPLES, problem.dimension))])
    points = domain[:, 0] + shares * width
    digits = np.floor(np.log10(width / 20.0))
    points = np.round(points / 10.0**digits) * 10.0**digits
    values = np.asarray(problem.value(points))
    slopes = np.linalg.norm(np.asarray(problem.gradient(points)), axis=-1)
    finite = np.isfinite(values) & np.isfinite(slopes)
    steep = 1e-3 * float(np.median(slopes[finite])) if finite.any() else 0.0
    low = float(np.quantile(values[finite], _LOW)) if finite.any() else 0.0
    good = finite & (slopes > steep) & (values > low)
    for candidates in (good, finite):
        if candidates.any():
            return _plain(points[int(np.argmax(candidates))])
    return _plain(points[0])


def _plain(point: np.ndarray) -> np.ndarray:
    """The point without the digits that rounding to tenths leaves in binary."""
    return np.array([float(f"{number:.12g}") for number in point])
