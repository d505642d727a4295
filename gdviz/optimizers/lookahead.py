"""Lookahead: fast weights run ahead for k steps, slow weights follow part of the way, and the fast begin anew there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.rule import Step
from gdviz.optimizers.wrapper import Wrapper, base_option
from gdviz.oracle import Oracle
from gdviz.parameters import parameter

__all__ = ["Lookahead", "LookaheadState"]


class LookaheadState(NamedTuple):
    """The slow weights φ `(..., d)`; the state of the method inside; steps taken."""

    slow: Array
    inside: Any
    step: int


@dataclass(frozen=True)
class Lookahead(Wrapper):
    """The method inside moves θ; after every k of its steps φ ← φ + α(θ − φ) and θ ← φ. It keeps its own state then.

    The path shown is that of the fast weights θ, with the leap back to φ at every kth step.

    Source: Zhang, Lucas, Hinton & Ba 2019, arXiv:1907.08610, algorithm 1; optax.lookahead.
    """

    name: ClassVar[str] = "lookahead"
    label: ClassVar[str] = "Lookahead"
    summary: ClassVar[str] = "Lets another method run k steps ahead, then goes part of the way: calmer, hard to upset."
    source: ClassVar[str] = "Zhang et al. 2019"
    state_symbols: ClassVar[Mapping[str, str]] = {"slow": "φ"}
    companion_points: ClassVar[tuple[str, ...]] = ("slow",)

    base: str = base_option("adam")
    k: int = parameter(
        5,
        low=1,
        high=10_000_000,
        slider=(1, 100),
        symbol="k",
        label="Steps ahead",
        help="How many steps the method inside takes before the slow weights follow. "
        "Too big: it gets lost before it is called back.",
    )
    alpha: float = parameter(
        0.5,
        low=0,
        high=1,
        low_open=True,
        slider=(0.05, 1.0),
        symbol="α",
        label="Part of the way",
        help="How much of the way the slow weights follow; 1 is the method inside alone. "
        "Too big: nothing is calmed. Too small: it hardly moves.",
    )

    def init(self, xp: Namespace, x: Array) -> LookaheadState:
        return LookaheadState(x, self.rule.init(xp, x), 0)

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: LookaheadState, learning_rate: float) -> Step:
        fast, inside = self.rule.step(xp, oracle, x, state.inside, learning_rate)
        step = state.step + 1
        if step % self.k:
            return Step(fast, LookaheadState(state.slow, inside, step))
        # At α = 1 the fast weights themselves: φ + (θ − φ) would be rounded twice.
        slow = fast if self.alpha == 1.0 else state.slow + self.alpha * (fast - state.slow)
        return Step(slow, LookaheadState(slow, inside, step))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        state = facts.state
        gradient = facts.oracle.gradient(facts.x)
        taken = self.rule.step(facts.xp, facts.oracle, facts.x, state.inside, facts.learning_rate)
        told = [
            Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", gradient),
            *self.explain_inside(facts, facts.x, state.inside, gradient, taken),
            Quantity("Fast weights", "θ̃", r"\tilde\theta_t = \theta_{t-1} + \Delta_t", taken.point),
            Quantity("Steps ahead", "t mod k", r"t \bmod k", (state.step + 1) % self.k),
        ]
        if (state.step + 1) % self.k == 0:
            formula = r"\phi_t = \phi_{t-1} + \alpha (\tilde\theta_t - \phi_{t-1}),\ \theta_t = \phi_t"
            told.append(Quantity("Slow weights before", "φ", r"\phi_{t-1}", state.slow))
            told.append(Quantity("Slow weights", "φ", formula, facts.next_state.slow))
        else:
            told.append(Quantity("Slow weights", "φ", r"\phi_t = \phi_{t-1}", state.slow))
        return (*told, *super().explain_update(facts))
