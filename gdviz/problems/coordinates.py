"""Functions of a few coordinates, written once over the coordinates themselves.

A subclass writes `value_at(xp, x, y)`, `gradient_at` and `hessian_at` with ordinary arithmetic. For a batch the
coordinates are arrays and `xp` their namespace; for one NumPy point they are Python floats, five times quicker, with
the same result to the last bit: `SCALARS` takes its transcendental functions from NumPy, and powers are written as
products because NumPy's and Python's `**` may round differently.

`KnownFunction` is for the test functions of the literature, whose view, minima and start are constants.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from gdviz.arrays import Array, Namespace, namespace
from gdviz.problems.base import Problem

__all__ = ["SCALARS", "CoordinateFunction", "KnownFunction", "coordinates_of", "stacked", "summed", "upper_triangle"]


def _scalar(function: Any) -> Any:
    def apply(*values: float) -> float:
        return float(function(*values))

    return apply


SCALARS: Namespace = SimpleNamespace(
    sqrt=math.sqrt,
    abs=abs,
    sign=lambda number: 1.0 if number > 0.0 else -1.0 if number < 0.0 else number + 0.0,
    zeros_like=lambda number: 0.0,
    ones_like=lambda number: 1.0,
    full_like=lambda number, value: float(value),
    where=lambda condition, yes, no: yes if condition else no,
    pi=math.pi,
    **{
        name: _scalar(getattr(np, name))
        for name in (
            *("exp", "log", "log1p", "sin", "cos", "tanh", "atan2"),
            *("maximum", "minimum", "floor"),
        )
    },
)


@dataclass(frozen=True)
class CoordinateFunction(Problem, abc.ABC):
    """A problem of `dimension` coordinates whose derivatives are given entry by entry.

    `gradient_at` returns `dimension` entries, `hessian_at` the upper triangle row by row (d=2: xx, xy, yy); an entry
    that does not depend on the point may be a plain number.
    """

    @abc.abstractmethod
    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        """f of the coordinates."""

    @abc.abstractmethod
    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        """The entries of ∇f."""

    @abc.abstractmethod
    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        """The upper triangle of ∇²f, row by row."""

    def value(self, x: Array) -> Array:
        if type(x) is np.ndarray and x.ndim == 1 and x.dtype == np.float64:
            try:
                return np.float64(self.value_at(SCALARS, *x.tolist()))
            except (OverflowError, ZeroDivisionError, ValueError):
                pass  # Python's floats raise where the standard's arrays give inf or nan, as the caller expects
        xp = namespace(x)
        return self.value_at(xp, *coordinates_of(x))

    def gradient(self, x: Array) -> Array:
        if type(x) is np.ndarray and x.ndim == 1 and x.dtype == np.float64:
            try:
                return np.array(self.gradient_at(SCALARS, *x.tolist()), dtype=np.float64)
            except (OverflowError, ZeroDivisionError, ValueError):
                pass
        xp = namespace(x)
        coordinates = coordinates_of(x)
        return stacked(xp, self.gradient_at(xp, *coordinates), coordinates[0])

    def hessian(self, x: Array) -> Array:
        xp = namespace(x)
        coordinates = coordinates_of(x)
        entries = iter(self.hessian_at(xp, *coordinates))
        size = self.dimension
        upper = {(row, column): next(entries) for row in range(size) for column in range(row, size)}
        rows = [
            stacked(xp, tuple(upper[min(row, column), max(row, column)] for column in range(size)), coordinates[0])
            for row in range(size)
        ]
        return xp.stack(rows, axis=-2)


@dataclass(frozen=True)
class KnownFunction(CoordinateFunction, abc.ABC):
    """A function of which the part worth looking at, the minima and a start worth watching are known constants.

    A subclass whose minima depend on its options writes `minima` itself.
    """

    view: ClassVar[tuple[tuple[float, float], ...]]
    """Lower and upper limit of each coordinate; their number is the dimension."""
    known_minima: ClassVar[tuple[tuple[float, ...], ...]] = ()
    """Global minima first, then local ones by value; correct to the last digit of a double."""
    usual_start: ClassVar[tuple[float, ...]]

    @property
    def dimension(self) -> int:
        return len(self.view)

    @property
    def domain(self) -> np.ndarray:
        return np.array(self.view)

    @property
    def minima(self) -> np.ndarray:
        return np.array(self.known_minima).reshape(-1, self.dimension)

    @property
    def start(self) -> np.ndarray:
        return np.array(self.usual_start)


def coordinates_of(x: Array) -> tuple[Array, ...]:
    """The coordinates `(...)` of points `(..., d)`, one array each."""
    return tuple(x[..., index] for index in range(x.shape[-1]))


def stacked(xp: Namespace, entries: tuple[Any, ...], like: Array) -> Array:
    """Entries, each an array `(...)` shaped as `like` or a plain number, as one array `(..., n)`."""
    zeros = xp.zeros_like(like)
    return xp.stack(
        [entry if getattr(entry, "shape", None) == zeros.shape else zeros + entry for entry in entries], axis=-1
    )


def upper_triangle(size: int) -> list[tuple[int, int]]:
    """(row, column) of the entries that `hessian_at` returns, in their order."""
    return [(row, column) for row in range(size) for column in range(row, size)]


def summed(terms: Iterable[Any]) -> Any:
    """The terms added in their order: a reduction over an axis may add in another one and round differently."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first
