"""Very many descents of which only the ends matter: a million starts, one for every pixel of a map of basins.

Nothing is recorded on the way, so the starts can be taken in blocks that stay in the processor's cache from the first
step to the last, on a few threads. Rules that treat every coordinate alike get one contiguous array a coordinate. From
time to time a block lets go of the points that have come to rest or are lost: most are long before the last step.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.errors import InputError
from gdviz.optimizers.rule import GradientRule, Optimizer
from gdviz.oracle import Oracle
from gdviz.problems.base import Problem
from gdviz.problems.coordinates import CoordinateFunction
from gdviz.runs.config import checked_start
from gdviz.runs.lengths import lengths
from gdviz.runs.rates import follows_values, rates_from

__all__ = ["Endings", "descend_many", "grid_starts", "nearest_minimum"]

_BLOCK_BYTES = 1 << 18
"""Of one coordinate of a block: some eight such arrays are in use at a time."""
_LOOK_EVERY = 25
_WORTH_LEAVING = 0.05
"""Points are let go only where they are at least this share of a block: what is copied must pay."""


@dataclass(frozen=True)
class Endings:
    """Where each descent ended, for starts `(..., d)`.

    `points (..., d)`, `values (...)`; `steps (...)` is how many steps were taken, which for gradient rules is also how
    often the gradient was asked for; `lost (...)` says where a coordinate or the value is no longer finite.
    """

    points: np.ndarray
    values: np.ndarray
    steps: np.ndarray
    lost: np.ndarray


def grid_starts(domain: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """The middles of the pixels of a picture of `domain (2, 2)`, `(rows, columns, 2)`; the first row is the lowest."""
    (left, right), (bottom, top) = np.asarray(domain, dtype=np.float64)
    across = left + (right - left) * (np.arange(columns) + 0.5) / columns
    up = bottom + (top - bottom) * (np.arange(rows) + 0.5) / rows
    return np.stack(np.meshgrid(across, up), axis=-1)


def nearest_minimum(points: np.ndarray, minima: np.ndarray, within: float = math.inf) -> np.ndarray:
    """The index of the minimum of `minima (k, d)` next to each of `points (..., d)`, -1 where none is `within`."""
    nearest = np.full(points.shape[:-1], -1, dtype=np.int32)
    least = np.full(points.shape[:-1], within, dtype=np.float64)
    for index, minimum in enumerate(minima):
        distance = lengths(points - minimum)
        closer = distance < least
        nearest[closer] = index
        least[closer] = distance[closer]
    return nearest


def descend_many(
    problem: Problem,
    optimizer: Optimizer,
    starts: np.ndarray,
    steps: int = 500,
    rest: float | None = 1e-6,
    threads: int | None = None,
    finished: Callable[[Endings, slice], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Endings:
    """Take `steps` steps from each of `starts (..., d)`, float32 or float64; raises `InputError`.

    A descent is let go before where, at one of the looks every 25 steps, its gradient is at most `rest` long and it has
    moved by no more than `rest` since the look before, or where it is lost; None takes every step of all. Methods that
    divide by the size of recent gradients may leap away from a minimum that they have rested at: then the two differ.
    `finished` is told of the endings of the flat block of starts that is done, on the thread that did it, in no order.
    """
    starts = np.asarray(starts)
    if not np.issubdtype(starts.dtype, np.floating):
        starts = starts.astype(np.float64)
    checked_start(problem, starts)
    if follows_values(optimizer):
        raise InputError("a rate that follows the values of one descent can't serve many; choose another schedule.")
    optimizer.check(problem, None)
    flat = starts.reshape(-1, problem.dimension)
    count = len(flat)
    rates = rates_from(optimizer, 0, steps)
    result = Endings(
        np.empty_like(flat), np.empty(count, starts.dtype), np.zeros(count, np.int32), np.zeros(count, bool)
    )
    size = max(256, _BLOCK_BYTES // starts.dtype.itemsize)
    work = _work_of(problem, optimizer)

    def descend(first: int) -> None:
        here = slice(first, min(first + size, count))
        block = Endings(result.points[here], result.values[here], result.steps[here], result.lost[here])
        with np.errstate(all="ignore"):
            _descend_block(problem, work, flat[here], rates, rest, block, cancelled)
        if finished is not None and not cancelled():
            finished(block, here)

    places = range(0, count, size)
    workers = min(len(places), threads or os.cpu_count() or 1)
    if workers <= 1:
        for first in places:
            descend(first)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(descend, places))
    batch = starts.shape[:-1]
    return Endings(
        result.points.reshape(starts.shape),
        result.values.reshape(batch),
        result.steps.reshape(batch),
        result.lost.reshape(batch),
    )


class _Whole:
    """Steps of any optimizer, on points `(n, d)`."""

    def __init__(self, problem: Problem, optimizer: Optimizer) -> None:
        self.problem = problem
        self.optimizer = optimizer
        self.oracle = Oracle(problem)

    def begin(self, points: np.ndarray) -> tuple[Any, Any]:
        return points, self.optimizer.init(np, points)

    def step(self, points: Any, state: Any, rate: float) -> tuple[Any, Any]:
        return self.optimizer.step(np, self.oracle, points, state, rate)

    def gathered(self, points: Any) -> np.ndarray:
        """The points as `(n, d)`."""
        return np.asarray(points)

    def kept(self, points: Any, state: Any, keep: np.ndarray) -> tuple[Any, Any]:
        return points[keep], _kept_of(state, keep)


class _ByCoordinate(_Whole):
    """Steps of an elementwise rule on a function of coordinates: one contiguous array a coordinate."""

    def __init__(self, problem: CoordinateFunction, optimizer: GradientRule) -> None:
        super().__init__(problem, optimizer)
        self.gradient_at = problem.gradient_at
        self.update = optimizer.update

    def begin(self, points: np.ndarray) -> tuple[Any, Any]:
        coordinates = tuple(np.ascontiguousarray(column) for column in points.T)
        return coordinates, tuple(self.optimizer.init(np, coordinate) for coordinate in coordinates)

    def step(self, points: Any, state: Any, rate: float) -> tuple[Any, Any]:
        slopes = self.gradient_at(np, *points)
        moved, states = [], []
        for slope, own, coordinate in zip(slopes, state, points, strict=True):
            update, own = self.update(np, slope, own, coordinate, rate)
            moved.append(coordinate + update)
            states.append(own)
        return tuple(moved), tuple(states)

    def gathered(self, points: Any) -> np.ndarray:
        return np.stack(points, axis=-1)

    def kept(self, points: Any, state: Any, keep: np.ndarray) -> tuple[Any, Any]:
        return tuple(column[keep] for column in points), tuple(_kept_of(own, keep) for own in state)


def _work_of(problem: Problem, optimizer: Optimizer) -> _Whole:
    if isinstance(problem, CoordinateFunction) and isinstance(optimizer, GradientRule) and optimizer.elementwise:
        return _ByCoordinate(problem, optimizer)
    return _Whole(problem, optimizer)


def _kept_of(state: Any, keep: np.ndarray) -> Any:
    """The state of the points kept: every array has one entry or row a point."""
    fields = (field[keep] if isinstance(field, np.ndarray) and field.ndim else field for field in state)
    return type(state)(*fields)


def _descend_block(
    problem: Problem,
    work: _Whole,
    starts: np.ndarray,
    rates: list[float],
    rest: float | None,
    block: Endings,
    cancelled: Callable[[], bool],
) -> None:
    """All descents of one block, put into `block`."""
    points, state = work.begin(starts)
    going = np.arange(len(starts))
    before = starts
    taken = 0
    while taken < len(rates) and len(going) and not cancelled():
        until = min(taken + _LOOK_EVERY, len(rates))
        for rate in rates[taken:until]:
            points, state = work.step(points, state, rate)
        taken = until
        if rest is None or taken == len(rates):
            continue
        here = work.gathered(points)
        over = _at_rest(problem, here, before, rest) | ~np.isfinite(here).all(axis=-1)
        if over.mean() >= _WORTH_LEAVING:
            _put(block, going[over], here[over], taken)
            keep = ~over
            going, here = going[keep], here[keep]
            points, state = work.kept(points, state, keep)
        before = here
    _put(block, going, work.gathered(points), taken)
    block.values[:] = problem.value(block.points)
    block.lost[:] = ~(np.isfinite(block.points).all(axis=-1) & np.isfinite(block.values))


def _at_rest(problem: Problem, points: np.ndarray, before: np.ndarray, rest: float) -> np.ndarray:
    """Which points neither move nor are pushed, `(n,)`."""
    moved = points - before
    slopes = problem.gradient(points)
    still = np.maximum((moved * moved).sum(axis=-1), (slopes * slopes).sum(axis=-1))
    return np.asarray(still <= rest * rest)


def _put(block: Endings, places: np.ndarray, points: np.ndarray, taken: int) -> None:
    block.points[places] = points
    block.steps[places] = taken
