"""Landscapes: the values of a problem on a grid over a plane through its parameters, or along a single one.

`Plane` says which two parameters are varied and where the others are held. `sample_surface` and `sample_curve` are
generators that do a few milliseconds of work at a time, so that a worker can do something else in between or drop them:
a coarse `Surface` comes at once, the full one behind it. Fits to many rows are summed block by block; where even that
would take too long, a random part of the rows is used and the surface says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import NamedTuple, Self

import numpy as np

from gdviz.arrays import Array, namespace
from gdviz.errors import InputError
from gdviz.problems.base import Problem

__all__ = ["Curve", "Plane", "Sampled", "Surface", "sample_curve", "sample_surface", "surface_of"]

_SLICE_SECONDS = 0.003
_FIRST_SLICE = 64
_ROW_BLOCK = 2048
_MOST_TERMS = 1_000_000_000
"""Rows times points that a surface may cost: some ten seconds of a worker's time."""
_SHORTCUT_SAVES = 10
"""So many times quicker are problems with a way of their own for planes, which take more rows for that."""


@dataclass(frozen=True)
class Plane:
    """Two parameters of a problem, `first` and `second`, with all others held where `through` has them.

    What `through` says of the two themselves makes no difference and is kept as 0, so that equal planes compare equal.
    """

    first: int
    second: int
    through: tuple[float, ...]

    def __post_init__(self) -> None:
        dimension = len(self.through)
        for index in (self.first, self.second):
            if not 0 <= index < dimension:
                raise InputError(f"there is no parameter {index}; choose two of 0 to {dimension - 1}.")
        if self.first == self.second:
            raise InputError("a landscape needs two different parameters; choose another for one of its axes.")
        varied = (self.first, self.second)
        held = tuple(0.0 if index in varied else float(value) for index, value in enumerate(self.through))
        object.__setattr__(self, "through", held)

    @classmethod
    def of(cls, problem: Problem, through: Array | None = None, first: int = 0, second: int = 1) -> Self:
        """The plane of two parameters of this problem through a point `(d,)`, its start unless given."""
        point = np.asarray(problem.start if through is None else through, dtype=np.float64)
        if point.shape != (problem.dimension,):
            raise InputError(f"a plane needs a point of {problem.dimension} numbers; this one has {point.size}.")
        return cls(first, second, tuple(point.tolist()))

    @property
    def dimension(self) -> int:
        """How many parameters the problem has."""
        return len(self.through)

    def points(self, u: Array, v: Array) -> np.ndarray:
        """The points `(..., d)` whose two coordinates are `u` and `v`, which broadcast against each other."""
        u, v = np.broadcast_arrays(u, v)
        points = np.empty((*u.shape, self.dimension))
        points[...] = self.through
        points[..., self.first] = u
        points[..., self.second] = v
        return points

    @property
    def frame(self) -> tuple[np.ndarray, np.ndarray]:
        """A point `(d,)` and two directions `(2, d)`: the points of the plane are point + u·first + v·second."""
        directions = np.zeros((2, self.dimension))
        directions[0, self.first] = directions[1, self.second] = 1.0
        return np.array(self.through), directions

    def coordinates(self, points: Array) -> Array:
        """The two coordinates `(..., 2)` of points `(..., d)`: where they are drawn."""
        xp = namespace(points)
        return xp.stack([points[..., self.first], points[..., self.second]], axis=-1)


@dataclass(frozen=True, eq=False)
class Surface:
    """The values `(ny, nx)` of a problem at `x (nx,)` and `y (ny,)` of a plane; not all of them need be finite."""

    plane: Plane
    names: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    rows_used: int | None = None
    """How many rows of the data the values come from, where it is not all of them."""

    @property
    def exact(self) -> bool:
        """False where the values are those of a part of the rows only."""
        return self.rows_used is None

    @property
    def pixels(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of an image with one pixel a value, each pixel centred on its point."""
        width = (self.x[-1] - self.x[0]) / (len(self.x) - 1)
        height = (self.y[-1] - self.y[0]) / (len(self.y) - 1)
        return (
            float(self.x[0] - width / 2),
            float(self.y[0] - height / 2),
            float(width * len(self.x)),
            float(height * len(self.y)),
        )


@dataclass(frozen=True, eq=False)
class Curve:
    """The values `(n,)` of a problem of one parameter at `x (n,)`."""

    name: str
    x: np.ndarray
    values: np.ndarray
    rows_used: int | None = None
    """How many rows of the data the values come from, where it is not all of them."""

    @property
    def exact(self) -> bool:
        """False where the values are those of a part of the rows only."""
        return self.rows_used is None

    @property
    def value_limits(self) -> tuple[float, float]:
        """Lower and upper limit of an axis that shows all finite values with a little room; always finite."""
        finite = self.values[np.isfinite(self.values)]
        if len(finite) == 0:
            return -1.0, 1.0
        low, high = (float(np.clip(value, -1e300, 1e300)) for value in (finite.min(), finite.max()))
        margin = 0.05 * (high - low) or 0.05 * abs(low) or 1.0
        return low - margin, high + margin


class Sampled(NamedTuple):
    """How far sampling has come, from 0 to 1, and the picture where one has just been completed."""

    progress: float
    picture: Surface | Curve | None


def sample_surface(
    problem: Problem,
    plane: Plane,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    resolution: int | tuple[int, int] = 256,
    preview: int | None = 48,
) -> Iterator[Sampled]:
    """Values on a grid over a part of a plane, `resolution` points (nx, ny) or the same number both ways.

    Yields about every three milliseconds, and longer only where a single value takes longer. A `preview` of so many
    points each way comes first, unless it is None or no coarser than the grid itself.
    """
    size = (resolution, resolution) if isinstance(resolution, int) else resolution
    sizes = [size]
    if preview is not None and preview < max(size):
        sizes.insert(0, (min(preview, size[0]), min(preview, size[1])))
    names = (problem.names[plane.first], problem.names[plane.second])
    share = 0.0
    for index, (nx, ny) in enumerate(sizes):
        last = index == len(sizes) - 1
        end = 1.0 if last else 0.05
        x, y = _axis(x_limits, nx), _axis(y_limits, ny)
        points = partial(_grid_points, plane, x, y)
        rows = _rows_to_use(problem, ny * nx, coarse=not last, most=_MOST_TERMS)
        values = np.empty((ny, nx))
        base, directions = plane.frame
        shortcut = problem.plane_pieces(base, directions, x, y, values, None)
        if shortcut is not None and rows is not None:
            rows = _rows_to_use(problem, ny * nx, coarse=not last, most=_SHORTCUT_SAVES * _MOST_TERMS)
            shortcut = problem.plane_pieces(base, directions, x, y, values, rows)
        pieces = _evaluate(problem, points, rows, values.ravel()) if shortcut is None else _quietly(shortcut)
        for done in pieces:
            yield Sampled(share + (end - share) * done, None)
        share = end
        used = None if rows is None else len(rows)
        yield Sampled(end, Surface(plane, names, x, y, values, used))


def sample_curve(problem: Problem, limits: tuple[float, float], resolution: int = 1024) -> Iterator[Sampled]:
    """Values of a problem of one parameter along a part of it; yields as `sample_surface` does."""
    if problem.dimension != 1:
        raise ValueError(f"{problem.name} has {problem.dimension} parameters; sample a surface")
    x = _axis(limits, resolution)
    rows = _rows_to_use(problem, resolution, coarse=False, most=_MOST_TERMS)
    values = np.empty(resolution)
    for done in _evaluate(problem, lambda first, stop: x[first:stop, None], rows, values):
        yield Sampled(done, None)
    yield Sampled(1.0, Curve(problem.names[0], x, values, None if rows is None else len(rows)))


def surface_of(
    problem: Problem,
    plane: Plane,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    resolution: int | tuple[int, int] = 256,
) -> Surface:
    """The surface at once, for pictures made without a window."""
    *_, last = sample_surface(problem, plane, x_limits, y_limits, resolution, preview=None)
    assert isinstance(last.picture, Surface)
    return last.picture


def _grid_points(plane: Plane, x: np.ndarray, y: np.ndarray, first: int, stop: int) -> np.ndarray:
    """The points `(stop - first, d)` of a part of the grid, counted row by row."""
    row, column = np.divmod(np.arange(first, stop), len(x))
    return plane.points(x[column], y[row])


def _axis(limits: tuple[float, float], count: int) -> np.ndarray:
    """`count` points from limit to limit, apart by more than rounding even where the limits are not."""
    low, high = sorted(limits)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"the limits {limits} are not finite")
    low, high = max(low, -1e300), min(high, 1e300)
    narrowest = 1e-13 * count * max(abs(low), abs(high), 1e-280)
    if high - low < narrowest:
        middle = low / 2 + high / 2
        low, high = middle - narrowest, middle + narrowest
    return np.linspace(low, high, count)


def _rows_to_use(problem: Problem, points: int, coarse: bool, most: int) -> np.ndarray | None:
    """The rows, in rising order, whose mean stands for that of all; None where all of them are used, which takes no
    more terms than `most`."""
    if problem.rows is None or problem.cheap:
        return None
    count = _ROW_BLOCK if coarse else max(_ROW_BLOCK, most // points)
    if problem.rows <= count:
        return None
    return np.sort(np.random.default_rng(0).choice(problem.rows, size=count, replace=False, shuffle=False))


def _quietly(pieces: Iterator[float]) -> Iterator[float]:
    """The pieces of work without warnings for values that aren't finite; yields about every three milliseconds."""
    done, started = 0.0, perf_counter()
    while True:
        with np.errstate(all="ignore"):
            share = next(pieces, None)
        if share is None:
            return
        done = share
        if perf_counter() - started >= _SLICE_SECONDS:
            yield done
            started = perf_counter()


def _evaluate(
    problem: Problem, points: Callable[[int, int], np.ndarray], rows: np.ndarray | None, values: np.ndarray
) -> Iterator[float]:
    """Fill `values (n,)` with those at `points(first, stop)`, `(stop - first, d)`; yields the share done after a slice.

    Slices grow or shrink with the time that the one before took, not counting what the caller did in between.
    """
    size = _FIRST_SLICE
    blocks = _row_blocks(problem, rows)
    values[:] = 0.0
    for number, (block, weight) in enumerate(blocks):
        first = 0
        while first < len(values):
            stop = min(first + size, len(values))
            started = perf_counter()
            with np.errstate(all="ignore"):
                values[first:stop] += _mean_over(problem, points(first, stop), block, weight)
            pace = _SLICE_SECONDS / max(perf_counter() - started, 1e-6)
            size = max(1, int(min(pace, 4.0) * (stop - first)))
            first = stop
            yield (number + stop / len(values)) / len(blocks)


def _row_blocks(problem: Problem, rows: np.ndarray | None) -> list[tuple[np.ndarray | None, float]]:
    """The rows to sum over in blocks, each with its share of them; a single None where one call does them all."""
    if problem.rows is None or problem.cheap or (rows is None and problem.rows <= _ROW_BLOCK):
        return [(None, 1.0)]
    chosen = np.arange(problem.rows) if rows is None else rows
    blocks = [chosen[first : first + _ROW_BLOCK] for first in range(0, len(chosen), _ROW_BLOCK)]
    return [(block, len(block) / len(chosen)) for block in blocks]


def _mean_over(problem: Problem, points: np.ndarray, block: np.ndarray | None, weight: float) -> np.ndarray:
    values = problem.value(points) if block is None else weight * problem.batch_value(points, block)
    return np.asarray(values)
