"""Methods that decide something at every point by itself: how far to search, whether to start over.

A batch is stepped one point after the other, each exactly as it would be alone, so that how long one searches changes
nothing for the others. Small sums, products and decisions are made on Python's floats: arrays of one number are slow.
"""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.rule import Optimizer, State, Step
from gdviz.oracle import Evaluations, Oracle
from gdviz.problems.base import Problem

__all__ = [
    "PointMethod",
    "dot",
    "in_words",
    "length",
    "number",
    "numbers_like",
    "require_few_parameters",
    "require_smooth",
]


@dataclass(frozen=True)
class PointMethod(Optimizer, abc.ABC):
    """An optimizer that is written for one point `(d,)`.

    Fields of its state that are arrays have the batch as their leading axes; plain numbers depend on the steps taken
    alone. What a step of a batch counts is what its most demanding point asked.
    """

    @abc.abstractmethod
    def step_point(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        """One step from `x (d,)`."""

    @abc.abstractmethod
    def explain_point(self, facts: StepFacts) -> tuple[Quantity, ...]:
        """What lies between the gradient and the new point of a step from `facts.x (d,)`."""

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        if x.ndim == 1:
            return self.step_point(xp, oracle, x, state, learning_rate)
        before = most = oracle.evaluations
        taken = []
        for point, own in _rows(xp, x, state):
            oracle.evaluations = before
            taken.append(self.step_point(xp, oracle, point, own, learning_rate))
            most = Evaluations(*map(max, most, oracle.evaluations))
        oracle.evaluations = most
        batch = x.shape[:-1]
        fields = (
            field if isinstance(field, int) else _stacked(xp, [step.state[place] for step in taken], batch)
            for place, field in enumerate(taken[0].state)
        )
        return Step(_stacked(xp, [step.point for step in taken], batch), type(state)(*fields))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        if facts.x.ndim == 1:
            return (*self.explain_point(facts), *super().explain_update(facts))
        xp, batch = facts.xp, facts.x.shape[:-1]
        points = zip(_rows(xp, facts.x, facts.state), _rows(xp, facts.next_point, facts.next_state), strict=True)
        alone = [
            self.explain_point(
                dataclasses.replace(facts, x=x, state=state, gradient=None, next_point=following, next_state=after)
            )
            for (x, state), (following, after) in points
        ]
        # Points search differently long: a quantity that only some of them have is nan for the others.
        longest = max(alone, key=len)
        told = []
        for quantity in longest:
            values = [
                next((item.value for item in own if item.name == quantity.name), math.nan * quantity.value)
                for own in alone
            ]
            told.append(
                quantity._replace(value=_stacked(xp, [_as_array(xp, value, facts.x) for value in values], batch))
            )
        return (*told, *super().explain_update(facts))


def _rows(xp: Namespace, x: Array, state: State) -> Iterator[tuple[Array, State]]:
    """Every point of a batch `(..., d)` with its own state."""
    batch = x.shape[:-1]
    count = math.prod(batch)

    def flat(field: Any) -> Any:
        return field if isinstance(field, int) else xp.reshape(field, (count, *field.shape[len(batch) :]))

    points, fields = flat(x), [flat(field) for field in state]
    for index in range(count):
        own = (field if isinstance(field, int) else field[index, ...] for field in fields)
        yield points[index, ...], type(state)(*own)


def _stacked(xp: Namespace, rows: list[Array], batch: tuple[int, ...]) -> Array:
    stacked = xp.stack(rows, axis=0)
    return xp.reshape(stacked, (*batch, *stacked.shape[1:]))


def _as_array(xp: Namespace, value: Any, like: Array) -> Array:
    """`value` as an array, of the type of a batch `like (..., d)` where it is a plain number."""
    return value if hasattr(value, "shape") else number(xp, value, xp.reshape(like, (-1,)))


def dot(xp: Namespace, one: Array, other: Array) -> float:
    """⟨one, other⟩ of two vectors `(d,)`."""
    return float(xp.sum(one * other))


def length(xp: Namespace, vector: Array) -> float:
    """‖vector‖₂ of `(d,)`, also where its square would overflow or vanish."""
    largest = float(xp.max(xp.abs(vector)))
    if not 0.0 < largest < math.inf:
        return largest
    return largest * math.sqrt(dot(xp, vector / largest, vector / largest))


def number(xp: Namespace, value: float, like: Array) -> Array:
    """`value` as an array `()` of the type and on the device of `like (d,)`."""
    return xp.reshape(xp.full_like(like[:1], value), ())


def numbers_like(xp: Namespace, x: Array, value: float) -> Array:
    """`value` for every point of `x (..., d)`, `(...)`."""
    return xp.full_like(x[..., 0], value)


def in_words(problem: Problem) -> str:
    """What a message calls the problem: as people see it, and a fit to a table, of which there are many, this fit."""
    return "this fit" if problem.name == "data" else problem.label or problem.name


def require_smooth(optimizer: Optimizer, problem: Problem) -> None:
    """Raises `InputError` where the problem's gradient jumps."""
    if not problem.smooth:
        raise InputError(
            f"{optimizer.label} needs a function without kinks, and {in_words(problem)} has some with these options; "
            "choose Gradient descent, Polyak step or Nelder–Mead, or a smooth function."
        )


def require_few_parameters(optimizer: Optimizer, problem: Problem, most: int, instead: str) -> None:
    """Raises `InputError` where the method would keep or take apart a matrix too large for it."""
    if problem.dimension > most:
        raise InputError(
            f"{optimizer.label} works with a matrix as wide as there are parameters, at most {most:,}, and "
            f"{in_words(problem)} has {problem.dimension:,}; choose {instead}."
        )
