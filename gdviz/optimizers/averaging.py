"""Averages of the points of any gradient rule: Polyak's mean, or an exponential one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.rule import Step, averaged
from gdviz.optimizers.wrapper import Wrapper, base_option
from gdviz.oracle import Oracle
from gdviz.parameters import parameter

__all__ = ["Averaging", "AveragingState"]


class AveragingState(NamedTuple):
    """The point θ that the method inside moves `(..., d)`; its state; steps taken."""

    iterate: Array
    inside: Any
    step: int


@dataclass(frozen=True)
class Averaging(Wrapper):
    """The method inside moves θ; the path is that of its average a: a ← γa + (1 − γ)θ (exponential), or the mean of all
    θ so far (mean), which Polyak and Ruppert showed to settle noise. Before `begin` steps a is θ.

    Gradients are taken at θ, so the average changes nothing for the method inside.

    Source: Polyak & Juditsky 1992; Ruppert 1988; the exponential one as use_ema in keras.optimizers.
    """

    name: ClassVar[str] = "averaging"
    label: ClassVar[str] = "Weight averaging"
    summary: ClassVar[str] = "Shows the average of another method's points: noise and swinging cancel out."
    source: ClassVar[str] = "Polyak & Juditsky 1992; keras use_ema"
    state_symbols: ClassVar[Mapping[str, str]] = {"iterate": "θ"}
    companion_points: ClassVar[tuple[str, ...]] = ("iterate",)

    base: str = base_option("gradient_descent")
    average: str = parameter(
        "exponential",
        choices=("exponential", "mean"),
        label="Average",
        help="exponential forgets old points, mean counts all since it began alike. mean is slow to leave a bad start.",
    )
    average_decay: float = parameter(
        0.99,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.999),
        symbol="γ",
        label="Average decay",
        help="The share of the exponential average that a step keeps: about 1/(1 − γ) points count. "
        "Too big: it lags far behind.",
    )
    begin: int = parameter(
        0,
        low=0,
        high=10_000_000,
        slider=(0, 1000),
        label="Begin",
        help="How many steps are taken before averaging begins. Too big: nothing is averaged.",
    )

    def init(self, xp: Namespace, x: Array) -> AveragingState:
        return AveragingState(x, self.rule.init(xp, x), 0)

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: AveragingState, learning_rate: float) -> Step:
        iterate, inside = self.rule.step(xp, oracle, state.iterate, state.inside, learning_rate)
        step = state.step + 1
        return Step(self._average(x, iterate, step), AveragingState(iterate, inside, step))

    def _average(self, average: Array, iterate: Array, step: int) -> Array:
        """The average `(..., d)` once the iterate of `step`, counted from 1, is taken in."""
        if step <= self.begin:
            return iterate
        if self.average == "exponential":
            return averaged(average, iterate, self.average_decay)
        count = step - self.begin
        return iterate if count == 1 else average + (iterate - average) / count

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        state = facts.state
        gradient = facts.oracle.gradient(state.iterate)
        taken = self.rule.step(facts.xp, facts.oracle, state.iterate, state.inside, facts.learning_rate)
        if state.step + 1 <= self.begin:
            formula = r"a_t = \tilde\theta_t"
        elif self.average == "exponential":
            formula = r"a_t = \gamma a_{t-1} + (1 - \gamma) \tilde\theta_t"
        else:
            formula = r"a_t = a_{t-1} + \frac{\tilde\theta_t - a_{t-1}}{n}"
        return (
            Quantity("Point inside before", "θ̃", r"\tilde\theta_{t-1}", state.iterate),
            Quantity("Gradient", "g", r"g_t = \nabla f(\tilde\theta_{t-1})", gradient),
            *self.explain_inside(facts, state.iterate, state.inside, gradient, taken),
            Quantity("Point inside", "θ̃", r"\tilde\theta_t", facts.next_state.iterate),
            Quantity("Average", "a", formula + r",\ \theta_t = a_t", facts.next_point),
            *super().explain_update(facts),
        )
