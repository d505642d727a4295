"""A problem that somebody else wrote, tried out before it is listed: a picture of a broken one would fail later, and
far from whoever can mend it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdviz.errors import InputError
from gdviz.problems.base import Problem
from gdviz.registry import required_options

__all__ = ["try_problem"]


def try_problem(cls: type[Problem]) -> None:
    """Raises `InputError` where an instance with the default options doesn't answer in the shapes that it should.

    A problem that has no instance without options, such as a fit to a table, is taken as it is.
    """
    if required_options(cls):
        return
    problem = cls.from_options({})
    size: Any = problem.dimension
    if not isinstance(size, int) or size < 1:
        raise InputError(f"{cls.__name__}.dimension is {size!r}; return how many parameters there are.")
    _expect(cls, "domain", problem.domain, (size, 2))
    _expect(cls, "start", problem.start, (size,))
    if len(problem.names) != size:
        raise InputError(f"{cls.__name__}.names has {len(problem.names)} names for {size} parameters; name each.")
    minima = np.asarray(problem.minima)
    _expect(cls, "minima", minima, (len(minima) if minima.ndim else 0, size))
    start = np.asarray(problem.start, dtype=np.float64)
    points = np.stack([start, start])
    with np.errstate(all="ignore"):
        for point, batch in ((start, ()), (points, (2,))):
            _expect(cls, "value", problem.value(point), batch)
            _expect(cls, "gradient", problem.gradient(point), (*batch, size))
            if problem.has_hessian:
                _expect(cls, "hessian", problem.hessian(point), (*batch, size, size))


def _expect(cls: type[Problem], what: str, found: Any, shape: tuple[int, ...]) -> None:
    if np.shape(found) != shape:
        raise InputError(
            f"{cls.__name__}.{what} has the shape {np.shape(found)}, not {shape}; leading axes of points are a batch."
        )
