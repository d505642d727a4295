"""What an optimizer is: frozen hyper-parameters, and a pure step from one point and state to the next.

Most are a `GradientRule`: they see the gradient at the current point and answer with what to add to it. Their state is
a NamedTuple of arrays apart from the hyper-parameters, so a rate changes in the middle of a run without touching it.
Rules are written over an array namespace `xp`, branch with `xp.where`, change nothing in place, and so run on any array
library, on one point `(d,)` or a batch `(..., d)`.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.oracle import Evaluations, Oracle
from gdviz.parameters import Parameterized
from gdviz.problems.base import Problem
from gdviz.quantities import Quantity

__all__ = ["GradientRule", "Optimizer", "State", "Step", "averaged", "new"]

State: TypeAlias = Any
"""A NamedTuple of arrays and plain numbers: a value, never changed in place.

Which fields there are never depends on hyper-parameters, so that any of them may change in the middle of a run. Steps
are counted in a plain int: β ** step is then one power of Python floats, and everything that depends on the step alone
is folded into plain numbers, which save array operations and leave the arrays' dtype as it is.
"""

new = tuple.__new__
"""A NamedTuple from its fields, `new(SomeState, (first, second))`, for what is made at every step.

The class itself, called, is a Python function that ends here too, and takes twice as long: of an Adam step of two
parameters that is 4 %.
"""


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
    state_symbols: ClassVar[Mapping[str, str]] = {}
    """The symbol of every field of the state that is an array shaped like the point, by the field's name."""
    companion_points: ClassVar[tuple[str, ...]] = ()
    """The fields of the state that are points beside the one that is stepped, such as a running average of it."""

    @property
    def state_owner(self) -> str:
        """Whose state it carries: optimizers of the same class and owner can take over from each other in the middle of
        a run. A wrapper's is that of the method inside."""
        return self.name

    def check(self, problem: Problem, batch_size: int | None) -> None:
        """Raises `InputError` where this method can't be run on that problem: asked once, when a run is made."""

    @abc.abstractmethod
    def init(self, xp: Namespace, x: Array) -> State:
        """The state before the first step from `x (..., d)`."""

    @abc.abstractmethod
    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        """One step from `x (..., d)`."""

    def explain(self, facts: StepFacts) -> tuple[Quantity, ...]:
        """The quantities of a step that was taken, in the order they are computed, down to the new point."""
        before = (
            []
            if facts.gradient is None
            else [Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", facts.gradient)]
        )
        between = self.explain_update(facts)
        return (*before, *between, Quantity("New point", "θ", r"\theta_t = \theta_{t-1} + \Delta_t", facts.next_point))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        """What lies between the gradient and the new point, ending with the update Δ that is added to θ."""
        return (Quantity("Update", "Δ", r"\Delta_t = \theta_t - \theta_{t-1}", facts.next_point - facts.x),)


@dataclass(frozen=True)
class GradientRule(Optimizer, abc.ABC):
    """An optimizer that needs the gradient at the current point and nothing else."""

    evaluations_per_step: ClassVar[Evaluations | None] = Evaluations(value=0, gradient=1, hessian=0)

    elementwise: ClassVar[bool] = True
    """Whether every coordinate is updated from its own gradient and state alone."""

    learning_rate: float = hyper.learning_rate(1e-3)

    @abc.abstractmethod
    def update(
        self, xp: Namespace, gradient: Array, state: State, x: Array, learning_rate: float
    ) -> tuple[Array, State]:
        """What to add to `x (..., d)`, and the next state. `learning_rate` is the rate of this step."""

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: State, learning_rate: float) -> Step:
        update, state = self.update(xp, oracle.gradient(x), state, x, learning_rate)
        return new(Step, (x + update, state))


def averaged(average: Array, latest: Array, kept: float) -> Array:
    """kept · average + (1 − kept) · latest, the exponential average that takes in `latest (..., d)`; kept is in [0, 1).

    Written so that one product less is needed, and exact for kept = 0, as torch's lerp is. An average of squares never
    goes below 0; one that has overflowed turns to nan at the next step, which ends the run instead of freezing it.
    """
    return average + (1.0 - kept) * (latest - average) if kept > 0.5 else latest + kept * (average - latest)
