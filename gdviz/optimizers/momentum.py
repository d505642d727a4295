"""Gradient descent, with heavy-ball and with Nesterov momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.rule import GradientRule

__all__ = ["GradientDescent"]


class NoState(NamedTuple):
    """Plain gradient descent remembers nothing."""


@dataclass(frozen=True)
class GradientDescent(GradientRule):
    """θ ← θ − ηg.

    Source: Cauchy 1847; torch.optim.SGD without momentum.
    """

    name: ClassVar[str] = "gradient_descent"
    label: ClassVar[str] = "Gradient descent"
    summary: ClassVar[str] = "Steps straight down the gradient."
    source: ClassVar[str] = "Cauchy 1847; torch.optim.SGD"

    def init(self, xp: Namespace, x: Array) -> NoState:
        return NoState()

    def update(
        self, xp: Namespace, gradient: Array, state: NoState, x: Array, learning_rate: float
    ) -> tuple[Array, NoState]:
        return -learning_rate * gradient, state
