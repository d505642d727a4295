"""Steps of elementwise rules on functions of a few coordinates, on Python's floats.

For a point of two numbers NumPy spends its time on being called. An elementwise rule does the same to every
coordinate, so it can be given one coordinate after the other as plain floats, and the function its coordinates
likewise: the same rule and the same function, three times quicker, with the same bits, for +, −, ×, ÷ and √ are
rounded alike everywhere and `SCALARS` takes all else from NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gdviz.optimizers.rule import GradientRule, Optimizer
from gdviz.problems.base import Problem
from gdviz.problems.coordinates import SCALARS, CoordinateFunction

__all__ = ["Stepped", "applies", "steps"]

_MOST_COORDINATES = 4
"""With more of them one call on an array is quicker than one for every coordinate."""


class Stepped(NamedTuple):
    """The points `(taken, d)` passed, and the state after the last."""

    points: np.ndarray
    state: Any


def applies(optimizer: Optimizer, problem: Problem, point: Any) -> bool:
    """Whether runs of this optimizer on this problem from this point can be stepped this way."""
    return (
        isinstance(optimizer, GradientRule)
        and optimizer.elementwise
        and isinstance(problem, CoordinateFunction)
        and type(point) is np.ndarray
        and point.ndim == 1
        and len(point) <= _MOST_COORDINATES
        and point.dtype == np.float64
    )


def steps(optimizer: Optimizer, problem: Problem, point: np.ndarray, state: Any, rates: Sequence[float]) -> Stepped:
    """A step with each of these rates from `point (d,)` where this `applies`, fewer where Python's floats raise what
    arrays let pass.

    The caller takes the steps that are missing on arrays.
    """
    assert isinstance(optimizer, GradientRule)
    assert isinstance(problem, CoordinateFunction)
    coordinates: list[float] = point.tolist()
    states = _split(state, len(coordinates))
    # One number after the other: arrays are made of a flat list in half the time.
    passed: list[float] = []
    gradient_at, update = problem.gradient_at, optimizer.update
    try:
        for rate in rates:
            gradient = gradient_at(SCALARS, *coordinates)
            updates = [
                update(SCALARS, slope, own, coordinate, rate)
                for slope, own, coordinate in zip(gradient, states, coordinates, strict=True)
            ]
            states = [own for _, own in updates]
            coordinates = [coordinate + step for coordinate, (step, _) in zip(coordinates, updates, strict=True)]
            passed += coordinates
    except (OverflowError, ZeroDivisionError, ValueError):
        # Only the rule and the function raise, before anything of that step is kept.
        pass
    return Stepped(np.array(passed, dtype=np.float64).reshape(-1, len(point)), _joined(states, state))


def _split(state: Any, count: int) -> list[Any]:
    """The state of every coordinate by itself: arrays by their entries, plain numbers as they are."""
    columns = [field.tolist() if isinstance(field, np.ndarray) else [field] * count for field in state]
    return [type(state)(*(column[index] for column in columns)) for index in range(count)]


def _joined(states: list[Any], like: Any) -> Any:
    """The states of the coordinates as one state of arrays, built as `like` is."""
    fields = (
        np.array([own[place] for own in states], dtype=np.float64)
        if isinstance(field, np.ndarray)
        else states[0][place]
        for place, field in enumerate(like)
    )
    return type(like)(*fields)
