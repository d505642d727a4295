"""Rules that go by the sign of the gradient or of its average: every parameter moves by the same amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.momentum import NoState
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay, update_line
from gdviz.quantities import Quantity

__all__ = ["Lion", "LionState", "SignSGD", "Signum", "SignumState"]


class SignumState(NamedTuple):
    """The average m of the gradients `(..., d)`."""

    average: Array


class LionState(NamedTuple):
    """The average m of the gradients `(..., d)`."""

    average: Array


@dataclass(frozen=True)
class SignSGD(GradientRule):
    """θ ← θ − η sign g, where sign 0 = 0.

    Source: Bernstein, Wang, Azizzadenesheli & Anandkumar 2018, arXiv:1802.04434, algorithm 1; optax.sign_sgd.
    """

    name: ClassVar[str] = "sign_sgd"
    label: ClassVar[str] = "Sign descent"
    summary: ClassVar[str] = "Moves every parameter by the learning rate, downhill, however steep it is."
    source: ClassVar[str] = "Bernstein et al. 2018; optax.sign_sgd"

    convention: str = hyper.convention("optax")

    def init(self, xp: Namespace, x: Array) -> NoState:
        return NoState()

    def update(
        self, xp: Namespace, gradient: Array, state: NoState, x: Array, learning_rate: float
    ) -> tuple[Array, NoState]:
        return -learning_rate * xp.sign(gradient), state

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        sign = facts.xp.sign(facts.gradient)
        return (
            Quantity("Sign of the gradient", "s", r"s_t = \mathrm{sign}(g_t)", sign),
            update_line(-facts.learning_rate * sign, r"-\eta_t s_t"),
        )


@dataclass(frozen=True)
class Signum(GradientRule):
    """m ← μm + (1 − μ)g; θ ← θ − η sign m.

    Source: Bernstein, Wang, Azizzadenesheli & Anandkumar 2018, arXiv:1802.04434, algorithm 2; optax.signum.
    """

    name: ClassVar[str] = "signum"
    label: ClassVar[str] = "Signum"
    summary: ClassVar[str] = "Moves every parameter by the learning rate, in the direction of its average gradient."
    source: ClassVar[str] = "Bernstein et al. 2018; optax.signum"
    state_symbols: ClassVar[Mapping[str, str]] = {"average": "m"}

    momentum: float = hyper.momentum(0.9)
    convention: str = hyper.convention("optax")

    def init(self, xp: Namespace, x: Array) -> SignumState:
        return SignumState(xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: SignumState, x: Array, learning_rate: float
    ) -> tuple[Array, SignumState]:
        average = averaged(state.average, gradient, self.momentum)
        return -learning_rate * xp.sign(average), new(SignumState, (average,))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        average = facts.next_state.average
        sign = facts.xp.sign(average)
        return (
            Quantity("Average gradient", "m", r"m_t = \mu m_{t-1} + (1 - \mu) g_t", average),
            Quantity("Sign of the average", "s", r"s_t = \mathrm{sign}(m_t)", sign),
            update_line(-facts.learning_rate * sign, r"-\eta_t s_t"),
        )


@dataclass(frozen=True)
class Lion(WeightDecay, GradientRule):
    """s = sign(β₁m + (1 − β₁)g); θ ← θ − η(s + λθ); m ← β₂m + (1 − β₂)g.

    The decay stays out of the gradient in every convention. A rate of a third to a tenth of Adam's suits it.

    Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2; optax.lion; keras.optimizers.Lion.
    """

    name: ClassVar[str] = "lion"
    label: ClassVar[str] = "Lion"
    summary: ClassVar[str] = "Moves every parameter by the learning rate, by the sign of gradient and long average."
    source: ClassVar[str] = "Chen et al. 2023; optax.lion"
    state_symbols: ClassVar[Mapping[str, str]] = {"average": "m"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.long_average(0.99)
    weight_decay: float = hyper.weight_decay(1e-3, keras=0.0)
    convention: str = hyper.convention("optax", "keras")

    @property
    def decoupled(self) -> bool:
        return True

    def init(self, xp: Namespace, x: Array) -> LionState:
        return LionState(xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: LionState, x: Array, learning_rate: float
    ) -> tuple[Array, LionState]:
        sign = xp.sign(averaged(state.average, gradient, self.beta1))
        average = averaged(state.average, gradient, self.beta2)
        return self.decayed(-learning_rate * sign, x, learning_rate), new(LionState, (average,))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        mixed = averaged(facts.state.average, facts.gradient, self.beta1)
        sign = facts.xp.sign(mixed)
        return (
            Quantity("Mixed gradient", "c", r"c_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t", mixed),
            Quantity("Sign of the mix", "s", r"s_t = \mathrm{sign}(c_t)", sign),
            Quantity("Average gradient", "m", r"m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t", facts.next_state.average),
            self.explained_update(facts, -facts.learning_rate * sign, r"-\eta_t s_t"),
        )
