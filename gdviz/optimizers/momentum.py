"""Gradient descent, with heavy-ball and with Nesterov momentum, as torch.optim.SGD states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.rule import GradientRule, new, penalized
from gdviz.parameters import parameter

__all__ = ["GradientDescent", "Momentum", "MomentumState", "Nesterov", "NoState", "VelocityState"]


class NoState(NamedTuple):
    """Plain gradient descent remembers nothing."""


class MomentumState(NamedTuple):
    """The velocity b `(..., d)` and how many gradients it has taken in."""

    velocity: Array
    gradients: int


class VelocityState(NamedTuple):
    """The velocity b `(..., d)`."""

    velocity: Array


@dataclass(frozen=True)
class GradientDescent(GradientRule):
    """θ ← θ − η(g + λθ).

    Source: Cauchy 1847; torch.optim.SGD without momentum.
    """

    name: ClassVar[str] = "gradient_descent"
    label: ClassVar[str] = "Gradient descent"
    summary: ClassVar[str] = "Steps straight down the gradient."
    source: ClassVar[str] = "Cauchy 1847; torch.optim.SGD"

    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> NoState:
        return NoState()

    def update(
        self, xp: Namespace, gradient: Array, state: NoState, x: Array, learning_rate: float
    ) -> tuple[Array, NoState]:
        return -learning_rate * penalized(gradient, x, self.weight_decay), state


@dataclass(frozen=True)
class Momentum(GradientRule):
    """b ← μb + (1 − τ)g, the first time b ← g; θ ← θ − ηb. With μ = 0 there is no velocity, and no dampening either.

    Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; torch.optim.SGD, which
    leaves the first gradient undampened.
    """

    name: ClassVar[str] = "momentum"
    label: ClassVar[str] = "Momentum"
    summary: ClassVar[str] = "Rolls like a heavy ball: slopes that agree add up to speed, those that alternate cancel."
    source: ClassVar[str] = "Polyak 1964; torch.optim.SGD"
    state_symbols: ClassVar[Mapping[str, str]] = {"velocity": "b"}

    momentum: float = hyper.momentum(0.9)
    dampening: float = parameter(
        0.0,
        low=0,
        high=1,
        slider=(0.0, 1.0),
        symbol="τ",
        label="Dampening",
        help="The share of every gradient but the first that is left out of the velocity; as big as the momentum, it "
        "makes the velocity an average. Too big: the slope is hardly felt; at 1 only the first gradient pushes.",
    )
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> MomentumState:
        return MomentumState(xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: MomentumState, x: Array, learning_rate: float
    ) -> tuple[Array, MomentumState]:
        gradient = penalized(gradient, x, self.weight_decay)
        if not self.momentum:
            return -learning_rate * gradient, state
        if self.dampening:
            gradient = (1.0 - self.dampening * (state.gradients > 0)) * gradient
        velocity = self.momentum * state.velocity + gradient
        return -learning_rate * velocity, new(MomentumState, (velocity, state.gradients + 1))


@dataclass(frozen=True)
class Nesterov(GradientRule):
    """b ← μb + g; θ ← θ − η(g + μb).

    θ is the point that Nesterov's method looks ahead to, which is where the gradient is taken. torch wants μ above 0;
    here μ = 0 is gradient descent.

    Source: Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013, section 2, in the form of Bengio,
    Boulanger-Lewandowski & Pascanu 2013, section 3.5; torch.optim.SGD with nesterov=True.
    """

    name: ClassVar[str] = "nesterov"
    label: ClassVar[str] = "Nesterov momentum"
    summary: ClassVar[str] = "Momentum that looks where it is about to be, and so brakes earlier."
    source: ClassVar[str] = "Nesterov 1983; Sutskever et al. 2013; torch.optim.SGD"
    state_symbols: ClassVar[Mapping[str, str]] = {"velocity": "b"}

    momentum: float = hyper.momentum(0.9)
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> VelocityState:
        return VelocityState(xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: VelocityState, x: Array, learning_rate: float
    ) -> tuple[Array, VelocityState]:
        gradient = penalized(gradient, x, self.weight_decay)
        velocity = self.momentum * state.velocity + gradient
        return -learning_rate * (gradient + self.momentum * velocity), new(VelocityState, (velocity,))
