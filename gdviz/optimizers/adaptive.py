"""A learning rate for every parameter from the squares of its gradients: Adagrad, RMSprop, Adadelta."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.rule import GradientRule, averaged, new, penalized
from gdviz.parameters import parameter

__all__ = ["Adadelta", "AdadeltaState", "Adagrad", "AdagradState", "RMSprop", "RMSpropState"]


class AdagradState(NamedTuple):
    """The sum G of the squared gradients `(..., d)` and the number of steps taken."""

    square_sum: Array
    step: int


class RMSpropState(NamedTuple):
    """Averages v of the squared gradients and, centered, ḡ of the gradients; the velocity b; `(..., d)` each."""

    square_average: Array
    gradient_average: Array
    velocity: Array


class AdadeltaState(NamedTuple):
    """Averages v of the squared gradients and u of the squared updates, `(..., d)` each."""

    square_average: Array
    update_average: Array


@dataclass(frozen=True)
class Adagrad(GradientRule):
    """G ← G + g²; θ ← θ − η/(1 + (t − 1)·decay) · g/(√G + ε), with G = 0 before the first step t = 1.

    Source: Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", with a diagonal matrix; torch.optim.Adagrad.
    """

    name: ClassVar[str] = "adagrad"
    label: ClassVar[str] = "Adagrad"
    summary: ClassVar[str] = (
        "Divides by the root of all squared gradients so far: short steps where it is steep, ever shorter."
    )
    source: ClassVar[str] = "Duchi, Hazan & Singer 2011; torch.optim.Adagrad"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_sum": "G"}

    learning_rate: float = hyper.learning_rate(1e-2)
    learning_rate_decay: float = parameter(
        0.0,
        low=0,
        slider=(0.0, 1.0),
        symbol="ηd",
        label="Learning rate decay",
        help="Divides the learning rate by 1 + this times the steps taken, on top of Adagrad's own shrinking. "
        "Too big: it stops long before the minimum.",
    )
    epsilon: float = hyper.epsilon(1e-10)
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> AdagradState:
        return AdagradState(xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdagradState, x: Array, learning_rate: float
    ) -> tuple[Array, AdagradState]:
        gradient = penalized(gradient, x, self.weight_decay)
        square_sum = state.square_sum + gradient * gradient
        rate = learning_rate / (1.0 + state.step * self.learning_rate_decay)
        update = -rate * (gradient / (xp.sqrt(square_sum) + self.epsilon))
        return update, new(AdagradState, (square_sum, state.step + 1))


@dataclass(frozen=True)
class RMSprop(GradientRule):
    """v ← αv + (1 − α)g²; θ ← θ − η g/(√v + ε).

    Centered, ḡ ← αḡ + (1 − α)g and √(v − ḡ²) replaces √v; with momentum, b ← μb + g/(√v + ε) and θ ← θ − ηb.

    Source: Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6e; centered: Graves 2013,
    arXiv:1308.0850, eq. 38–41; torch.optim.RMSprop, whose ε is outside the root.
    """

    name: ClassVar[str] = "rmsprop"
    label: ClassVar[str] = "RMSprop"
    summary: ClassVar[str] = "Divides by the size of recent gradients: steps of about the same length, steep or flat."
    source: ClassVar[str] = "Tieleman & Hinton 2012; Graves 2013; torch.optim.RMSprop"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_average": "v", "gradient_average": "ḡ", "velocity": "b"}

    learning_rate: float = hyper.learning_rate(1e-2)
    decay: float = hyper.decay(0.99, symbol="α")
    momentum: float = hyper.momentum(0.0)
    centered: bool = parameter(
        False,
        label="Centered",
        help="Divides by the spread of the gradients instead of their size. Where the gradient hardly changes, "
        "the spread is tiny and steps become very long.",
    )
    epsilon: float = hyper.epsilon(1e-8)
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> RMSpropState:
        return RMSpropState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: RMSpropState, x: Array, learning_rate: float
    ) -> tuple[Array, RMSpropState]:
        gradient = penalized(gradient, x, self.weight_decay)
        square_average, gradient_average, velocity = state
        square_average = averaged(square_average, gradient * gradient, self.decay)
        size = square_average
        if self.centered:
            gradient_average = averaged(gradient_average, gradient, self.decay)
            # A variance, but rounding takes it a little below 0 where the gradient stays the same, and its root would
            # be nan, as it is in torch.
            size = square_average - gradient_average * gradient_average
            size = xp.maximum(size, xp.zeros_like(size))
        direction = gradient / (xp.sqrt(size) + self.epsilon)
        if self.momentum:
            direction = velocity = self.momentum * velocity + direction
        return -learning_rate * direction, new(RMSpropState, (square_average, gradient_average, velocity))


@dataclass(frozen=True)
class Adadelta(GradientRule):
    """v ← ρv + (1 − ρ)g²; Δ = √(u + ε)/√(v + ε) · g; u ← ρu + (1 − ρ)Δ²; θ ← θ − ηΔ.

    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1; torch.optim.Adadelta.
    """

    name: ClassVar[str] = "adadelta"
    label: ClassVar[str] = "Adadelta"
    summary: ClassVar[str] = (
        "Takes the length of its steps from the steps before: no rate to choose, but a slow beginning."
    )
    source: ClassVar[str] = "Zeiler 2012; torch.optim.Adadelta"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_average": "v", "update_average": "u"}

    learning_rate: float = hyper.learning_rate(1.0, slider=(1e-3, 1000.0))
    decay: float = hyper.decay(0.9, symbol="ρ")
    epsilon: float = parameter(
        1e-6,
        low=0,
        log=True,
        slider=(1e-12, 1.0),
        symbol="ε",
        label="Epsilon",
        help="Sets the length of the first steps, about √ε; at 0 it never moves. Too big: the first steps overshoot, "
        "and steps are no longer adapted to the slope.",
    )
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> AdadeltaState:
        return AdadeltaState(xp.zeros_like(x), xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: AdadeltaState, x: Array, learning_rate: float
    ) -> tuple[Array, AdadeltaState]:
        gradient = penalized(gradient, x, self.weight_decay)
        square_average = averaged(state.square_average, gradient * gradient, self.decay)
        ratio = (state.update_average + self.epsilon) / (square_average + self.epsilon)
        change = xp.sqrt(ratio) * gradient
        update_average = averaged(state.update_average, change * change, self.decay)
        return -learning_rate * change, new(AdadeltaState, (square_average, update_average))
