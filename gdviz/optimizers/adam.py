"""Adam and its kin: a smoothed gradient over a smoothed measure of its size, corrected for starting at zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.rule import GradientRule, averaged, new, penalized

__all__ = ["Adam", "AdamState", "Adamax", "AdamaxState"]


class AdamState(NamedTuple):
    """First moment m and second moment v `(..., d)`, not corrected for their start at zero; steps taken."""

    first_moment: Array
    second_moment: Array
    step: int


class AdamaxState(NamedTuple):
    """First moment m, not corrected for its start at zero, and decaying maximum norm u `(..., d)`; steps taken."""

    first_moment: Array
    infinity_norm: Array
    step: int


@dataclass(frozen=True)
class Adam(GradientRule):
    """m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; m̂ = m/(1 − β₁ᵗ); v̂ = v/(1 − β₂ᵗ); θ ← θ − η m̂/(√v̂ + ε).

    Weight decay is coupled: g stands for g + λθ.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; torch.optim.Adam.
    """

    name: ClassVar[str] = "adam"
    label: ClassVar[str] = "Adam"
    summary: ClassVar[str] = (
        "Momentum with a rate for every parameter: each moves about the learning rate, steep or flat."
    )
    source: ClassVar[str] = "Kingma & Ba 2015; torch.optim.Adam"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8)
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> AdamState:
        return AdamState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        beta1, beta2 = self.beta1, self.beta2
        gradient = penalized(gradient, x, self.weight_decay)
        first_moment = averaged(state.first_moment, gradient, beta1)
        second_moment = averaged(state.second_moment, gradient * gradient, beta2)
        step = state.step + 1
        # Both corrections are plain numbers. Multiplying numerator and denominator by √(1 − β₂ᵗ) takes them out of the
        # arrays, which saves two array operations a step; ** 0.5 rather than math.sqrt lets `step` be traced.
        correction = (1.0 - beta2**step) ** 0.5
        rate = learning_rate * correction / (1.0 - beta1**step)
        update = -rate * (first_moment / (xp.sqrt(second_moment) + self.epsilon * correction))
        return update, new(AdamState, (first_moment, second_moment, step))


@dataclass(frozen=True)
class Adamax(GradientRule):
    """m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g| + ε); θ ← θ − η/(1 − β₁ᵗ) · m/u.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 2; torch.optim.Adamax, whose ε is inside the maximum.
    """

    name: ClassVar[str] = "adamax"
    label: ClassVar[str] = "Adamax"
    summary: ClassVar[str] = "Adam that divides by the largest recent gradient: one steep place shortens many steps."
    source: ClassVar[str] = "Kingma & Ba 2015; torch.optim.Adamax"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "infinity_norm": "u"}

    learning_rate: float = hyper.learning_rate(2e-3)
    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8)
    weight_decay: float = hyper.weight_decay()

    def init(self, xp: Namespace, x: Array) -> AdamaxState:
        return AdamaxState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamaxState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamaxState]:
        gradient = penalized(gradient, x, self.weight_decay)
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        infinity_norm = xp.maximum(self.beta2 * state.infinity_norm, xp.abs(gradient) + self.epsilon)
        step = state.step + 1
        rate = learning_rate / (1.0 - self.beta1**step)
        return -rate * (first_moment / infinity_norm), new(AdamaxState, (first_moment, infinity_norm, step))
