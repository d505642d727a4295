"""What an optimizer is: frozen hyper-parameters, and a pure step from one point and state to the next.

Most are a `GradientRule`: they see the gradient at the current point and answer with what to add to it. Their state is a
NamedTuple of arrays apart from the hyper-parameters, so a rate changes in the middle of a run without touching it. Rules are
written over an array namespace `xp`, branch with `xp.where`, change nothing in place, and so run on any array library, on
one point `(d,)` or a batch `(..., d)`.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from gdviz.arrays import Array, Namespace
from gdviz.oracle import Evaluations, Oracle
from gdviz.parameters import Parameterized, parameter

__all__ = ["Convention", "GradientRule", "Optimizer", "State", "Step"]

State: TypeAlias = Any
"""A NamedTuple of arrays and plain numbers: a value, never changed in place."""

Convention = Literal["torch", "optax", "keras", "paper"]


class Step(NamedTuple):
    """Where a step leads: the new point `(..., d)` and the state to go on from."""

    point: Array
    state: State


@dataclass(frozen=True)
class Optimizer(Parameterized, abc.ABC):
    """Hyper-parameters of a method and how it steps. Subclasses say `name`, `label`, `summary` and `source`."""

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    evaluations_per_step: ClassVar[Evaluations | None] = None
    """What every step asks of the oracle, or None where that varies and has to be counted step by step."""

    @abc.abstractmethod
    def init(self, xp: Namespace, x: Array) -> State:
        """The state before the first step from `x (..., d)`."""

    @abc.abstractmethod
    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        """One step from `x (..., d)`."""


@dataclass(frozen=True)
class GradientRule(Optimizer, abc.ABC):
    """An optimizer that needs the gradient at the current point and nothing else."""

    evaluations_per_step: ClassVar[Evaluations | None] = Evaluations(value=0, gradient=1, hessian=0)

    learning_rate: float = parameter(
        1e-3,
        low=0,
        low_open=True,
        log=True,
        slider=(1e-5, 10.0),
        symbol="η",
        label="Learning rate",
        help="How far a step goes. Too small: it crawls. Too big: it overshoots, oscillates and diverges.",
    )

    @abc.abstractmethod
    def update(
        self, xp: Namespace, gradient: Array, state: State, x: Array, learning_rate: float
    ) -> tuple[Array, State]:
        """What to add to `x (..., d)`, and the next state. `learning_rate` is the rate of this step."""

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        update, state = self.update(xp, oracle.gradient(x), state, x, learning_rate)
        return Step(x + update, state)
