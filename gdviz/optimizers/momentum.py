"""Gradient descent, with heavy-ball and with Nesterov momentum, as torch, optax, keras and the papers state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["GradientDescent", "Momentum", "MomentumState", "Nesterov", "NesterovState", "NoState"]

_RATE_INSIDE = frozenset({"keras", "paper"})
"""The conventions whose velocity is a displacement, with the rate in it."""


class NoState(NamedTuple):
    """Plain gradient descent remembers nothing."""


class MomentumState(NamedTuple):
    """The velocity b `(..., d)` and how many gradients it has taken in."""

    velocity: Array
    gradients: int


class NesterovState(NamedTuple):
    """The velocity b `(..., d)` and, in the paper's convention, the number a of its sequence."""

    velocity: Array
    sequence: float


@dataclass(frozen=True)
class GradientDescent(WeightDecay, GradientRule):
    """θ ← θ − η(g + λθ).

    The conventions agree but for the rate that they start from.

    Source: Cauchy 1847; torch.optim.SGD without momentum; optax.sgd; keras.optimizers.SGD.
    """

    name: ClassVar[str] = "gradient_descent"
    label: ClassVar[str] = "Gradient descent"
    summary: ClassVar[str] = "Steps straight down the gradient."
    source: ClassVar[str] = "Cauchy 1847; torch.optim.SGD"

    learning_rate: float = hyper.learning_rate(1e-3, keras=1e-2)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras")

    def init(self, xp: Namespace, x: Array) -> NoState:
        return NoState()

    def update(
        self, xp: Namespace, gradient: Array, state: NoState, x: Array, learning_rate: float
    ) -> tuple[Array, NoState]:
        if self.weight_decay:
            return self.decayed(-learning_rate * self.penalized(gradient, x), x, learning_rate), state
        return -learning_rate * gradient, state

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        return *shown, self.explained_update(facts, -facts.learning_rate * gradient, r"-\eta_t g_t")


@dataclass(frozen=True)
class Momentum(WeightDecay, GradientRule):
    """b ← μb + (1 − τ)g, the first time b ← g; θ ← θ − ηb. With μ = 0 there is no velocity, and no dampening either.

    optax dampens the first gradient too. keras and Polyak keep the rate inside the velocity, v ← μv − η(1 − τ)g;
    θ ← θ + v: the same path as long as the rate stays the same, another one when it changes.

    Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; torch.optim.SGD, which
    leaves the first gradient undampened; optax.sgd; keras.optimizers.SGD.
    """

    name: ClassVar[str] = "momentum"
    label: ClassVar[str] = "Momentum"
    summary: ClassVar[str] = "Rolls like a heavy ball: slopes that agree add up to speed, those that alternate cancel."
    source: ClassVar[str] = "Polyak 1964; torch.optim.SGD"
    state_symbols: ClassVar[Mapping[str, str]] = {"velocity": "b"}

    learning_rate: float = hyper.learning_rate(1e-3, keras=1e-2)
    momentum: float = hyper.momentum(0.9)
    dampening: float = parameter(
        0.0,
        low=0,
        high=1,
        slider=(0.0, 1.0),
        symbol="τ",
        label="Dampening",
        help="The share of every gradient, in PyTorch's convention of every one but the first, that is left out of the "
        "velocity; as big as the momentum, it makes the velocity an average. "
        "Too big: the slope is hardly felt; at 1 only the first gradient pushes, or none.",
    )
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras", "paper")

    def init(self, xp: Namespace, x: Array) -> MomentumState:
        return MomentumState(xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: MomentumState, x: Array, learning_rate: float
    ) -> tuple[Array, MomentumState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        if not self.momentum:
            return self.decayed(-learning_rate * gradient, x, learning_rate), state
        if self.dampening:
            gradient = self._kept(state) * gradient
        if self.convention in _RATE_INSIDE:
            velocity = update = self.momentum * state.velocity - learning_rate * gradient
        else:
            velocity = self.momentum * state.velocity + gradient
            update = -learning_rate * velocity
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(MomentumState, (velocity, state.gradients + 1))

    def _kept(self, state: MomentumState) -> float:
        """The share of the next gradient that goes into the velocity."""
        return 1.0 - self.dampening * (state.gradients > 0 if self.convention == "torch" else 1)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        if not self.momentum:
            return *shown, self.explained_update(facts, -facts.learning_rate * gradient, r"-\eta_t g_t")
        velocity = facts.next_state.velocity
        pushing = "g_t" if self._kept(facts.state) == 1.0 else r"(1 - \tau) g_t"
        if self.convention in _RATE_INSIDE:
            formula = rf"v_t = \mu v_{{t-1}} - \eta_t {pushing}"
            return (
                *shown,
                Quantity("Velocity", "v", formula, velocity),
                self.explained_update(facts, velocity, "v_t"),
            )
        formula = rf"b_t = \mu b_{{t-1}} + {pushing}"
        update = self.explained_update(facts, -facts.learning_rate * velocity, r"-\eta_t b_t")
        return *shown, Quantity("Velocity", "b", formula, velocity), update


@dataclass(frozen=True)
class Nesterov(WeightDecay, GradientRule):
    """b ← μb + g; θ ← θ − η(g + μb).

    θ is the point that Nesterov's method looks ahead to, which is where the gradient is taken; the point that it looks
    ahead from is θ − ηg before the step. torch wants μ above 0; here μ = 0 is gradient descent. keras keeps the rate
    inside the velocity, v ← μv − ηg; θ ← θ + μv − ηg. The paper's momentum is no number but a sequence that rises to
    1: a ← (1 + √(1 + 4a²))/2 from a = 1, μ = (aₜ − 1)/aₜ₊₁.

    Source: Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013, section 2, in the form of Bengio,
    Boulanger-Lewandowski & Pascanu 2013, section 3.5; torch.optim.SGD, optax.sgd and keras.optimizers.SGD with
    nesterov=True.
    """

    name: ClassVar[str] = "nesterov"
    label: ClassVar[str] = "Nesterov momentum"
    summary: ClassVar[str] = "Momentum that looks where it is about to be, and so brakes earlier."
    source: ClassVar[str] = "Nesterov 1983; Sutskever et al. 2013; torch.optim.SGD"
    state_symbols: ClassVar[Mapping[str, str]] = {"velocity": "b"}

    learning_rate: float = hyper.learning_rate(1e-3, keras=1e-2)
    momentum: float = hyper.momentum(0.9)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras", "paper")

    def init(self, xp: Namespace, x: Array) -> NesterovState:
        return NesterovState(xp.zeros_like(x), 1.0)

    def update(
        self, xp: Namespace, gradient: Array, state: NesterovState, x: Array, learning_rate: float
    ) -> tuple[Array, NesterovState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        momentum = ahead = self.momentum
        sequence = state.sequence
        if self.convention == "paper":
            sequence = _following(sequence)
            momentum, ahead = (state.sequence - 1.0) / sequence, (sequence - 1.0) / _following(sequence)
        if self.convention in _RATE_INSIDE:
            push = learning_rate * gradient
            velocity = momentum * state.velocity - push
            update = ahead * velocity - push
        else:
            velocity = momentum * state.velocity + gradient
            update = -learning_rate * (gradient + ahead * velocity)
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(NesterovState, (velocity, sequence))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        rate, velocity = facts.learning_rate, facts.next_state.velocity
        base = Quantity(
            "Point without the look-ahead", "φ", r"\varphi_t = \theta_{t-1} - \eta_t g_t", facts.x - rate * gradient
        )
        if self.convention in {"torch", "optax"}:
            kept = Quantity("Velocity", "b", r"b_t = \mu b_{t-1} + g_t", velocity)
            update = -rate * (gradient + self.momentum * velocity)
            return *shown, kept, base, self.explained_update(facts, update, r"-\eta_t (g_t + \mu b_t)")
        if self.convention == "keras":
            kept = Quantity("Velocity", "v", r"v_t = \mu v_{t-1} - \eta_t g_t", velocity)
            update = self.momentum * velocity - rate * gradient
            return *shown, kept, base, self.explained_update(facts, update, r"\mu v_t - \eta_t g_t")
        sequence = facts.next_state.sequence
        ahead = (sequence - 1.0) / _following(sequence)
        return (
            *shown,
            Quantity("Sequence", "a", r"a_t = \frac{1 + \sqrt{1 + 4 a_{t-1}^2}}{2}", sequence),
            Quantity("Velocity", "v", r"v_t = \frac{a_{t-1} - 1}{a_t} v_{t-1} - \eta_t g_t", velocity),
            Quantity("Look-ahead", "μ", r"\mu_{t+1} = \frac{a_t - 1}{a_{t+1}}", ahead),
            base,
            self.explained_update(facts, ahead * velocity - rate * gradient, r"\mu_{t+1} v_t - \eta_t g_t"),
        )


def _following(sequence: float) -> float:
    """The next number of Nesterov's sequence, about half a step further."""
    root: float = (1.0 + 4.0 * sequence * sequence) ** 0.5
    return 0.5 * (1.0 + root)
