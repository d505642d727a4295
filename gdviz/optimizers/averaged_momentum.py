"""Momentum that mixes: with the latest gradient (quasi-hyperbolic), or of several velocities at once (AggMo)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["QHM", "AggMo", "AggMoState", "QHMState"]


class QHMState(NamedTuple):
    """The average m of the gradients `(..., d)`."""

    average: Array


class AggMoState(NamedTuple):
    """The three velocities `(..., d)`, from the quickest to forget to the slowest."""

    quick: Array
    middle: Array
    slow: Array


@dataclass(frozen=True)
class QHM(WeightDecay, GradientRule):
    """m ← μm + (1 − μ)g; θ ← θ − η[(1 − ν)g + νm].

    ν = 0 is gradient descent, ν = 1 momentum that averages (its velocity is 1 − μ times that of `momentum`), ν = μ
    Nesterov's. A rate that suits `momentum` is to be divided by 1 − μ of that method.

    Source: Ma & Yarats 2019, arXiv:1810.06801, algorithm 1.
    """

    name: ClassVar[str] = "qhm"
    label: ClassVar[str] = "Quasi-hyperbolic momentum"
    summary: ClassVar[str] = "Averages a very long momentum with the plain gradient."
    source: ClassVar[str] = "Ma & Yarats 2019"
    state_symbols: ClassVar[Mapping[str, str]] = {"average": "m"}

    momentum: float = hyper.momentum(0.999)
    nu: float = hyper.immediate_discount("ν", 0.7)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("paper")

    def init(self, xp: Namespace, x: Array) -> QHMState:
        return QHMState(xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: QHMState, x: Array, learning_rate: float
    ) -> tuple[Array, QHMState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        average = averaged(state.average, gradient, self.momentum)
        return -learning_rate * ((1.0 - self.nu) * gradient + self.nu * average), new(QHMState, (average,))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        average = facts.next_state.average
        direction = (1.0 - self.nu) * gradient + self.nu * average
        return (
            *shown,
            Quantity("Average gradient", "m", r"m_t = \mu m_{t-1} + (1 - \mu) g_t", average),
            Quantity("Direction", "d", r"d_t = (1 - \nu) g_t + \nu m_t", direction),
            self.explained_update(facts, -facts.learning_rate * direction, r"-\eta_t d_t"),
        )


def _damping(default: float, symbol: str, label: str) -> Any:
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.9999),
        symbol=symbol,
        label=label,
        help="The share of one of the three velocities that each step keeps; 0 makes it the gradient alone. "
        "Too big: that velocity swings around the minimum, though the others hold it back.",
    )


@dataclass(frozen=True)
class AggMo(WeightDecay, GradientRule):
    """bᵢ ← βᵢbᵢ + g for i = 1, 2, 3; θ ← θ − η (b₁ + b₂ + b₃)/3.

    Source: Lucas, Sun, Zemel & Grosse 2019, arXiv:1804.00325, with three velocities, βᵢ = 1 − 0.1ⁱ⁻¹.
    """

    name: ClassVar[str] = "aggmo"
    label: ClassVar[str] = "Aggregated momentum"
    summary: ClassVar[str] = (
        "Averages a quick, a middling and a slow velocity: the slow one speeds, the quick one calms."
    )
    source: ClassVar[str] = "Lucas, Sun, Zemel & Grosse 2019"
    state_symbols: ClassVar[Mapping[str, str]] = {"quick": "b₁", "middle": "b₂", "slow": "b₃"}

    beta1: float = _damping(0.0, "β₁", "Beta 1")
    beta2: float = _damping(0.9, "β₂", "Beta 2")
    beta3: float = _damping(0.99, "β₃", "Beta 3")
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("paper")

    def init(self, xp: Namespace, x: Array) -> AggMoState:
        return AggMoState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: AggMoState, x: Array, learning_rate: float
    ) -> tuple[Array, AggMoState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        quick = self.beta1 * state.quick + gradient
        middle = self.beta2 * state.middle + gradient
        slow = self.beta3 * state.slow + gradient
        return -(learning_rate / 3.0) * (quick + middle + slow), new(AggMoState, (quick, middle, slow))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        velocities = [
            Quantity(
                f"{word} velocity",
                f"b{'₁₂₃'[index]}",
                rf"b_{{{number},t}} = \beta_{number} b_{{{number},t-1}} + g_t",
                value,
            )
            for index, (number, word, value) in enumerate(
                zip((1, 2, 3), ("Quick", "Middle", "Slow"), facts.next_state, strict=True)
            )
        ]
        quick, middle, slow = facts.next_state
        mean = (quick + middle + slow) / 3.0
        formula = r"\bar{b}_t = \frac{b_{1,t} + b_{2,t} + b_{3,t}}{3}"
        return (
            *shown,
            *velocities,
            Quantity("Mean velocity", "b̄", formula, mean),
            self.explained_update(facts, -facts.learning_rate * mean, r"-\eta_t \bar{b}_t"),
        )
