"""Losses between a predicted probability and the class of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.losses.base import Argument, Loss, TargetKind

__all__ = ["BinaryCrossEntropy"]


# From here on log(1 + eᵐ) is m to the last bit, in float64 and float32, and eᵐ is far from overflow in both.
_LINEAR_FROM = 40.0


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """−y log p − (1−y) log(1−p) of the class y, 0 or 1, and p = σ(z).

    It takes the score z: there the derivative is p − y, and neither overflow nor log 0 can happen. For a row far on its
    right side of the boundary value and derivative keep their digits down to the smallest numbers.
    Source: Cox 1958; Bishop 2006, eq. 4.90.
    """

    name: ClassVar[str] = "binary_cross_entropy"
    label: ClassVar[str] = "Binary cross-entropy"
    summary: ClassVar[str] = (
        "How surprising the true class is under the predicted probability; confident mistakes cost most."
    )
    source: ClassVar[str] = "Cox 1958; Bishop 2006, eq. 4.90"
    formula: ClassVar[str] = "−y log p − (1 − y) log(1 − p)"
    argument: ClassVar[Argument] = "score"
    target_kind: ClassVar[TargetKind] = "class"

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self.value_and_derivative(xp, prediction, target)[0]

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self.value_and_derivative(xp, prediction, target)[1]

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        small = xp.exp(-xp.abs(prediction))
        return small / ((1.0 + small) * (1.0 + small)) + xp.zeros_like(target)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        # With s = 1 for class 0 and −1 for class 1, L = log(1 + exp(sz)) and p − y = s σ(sz): nothing cancels.
        sign = 1.0 - 2.0 * target
        margin = sign * prediction
        odds = xp.exp(xp.minimum(margin, _LINEAR_FROM))
        value = xp.log1p(odds) + (xp.maximum(margin, _LINEAR_FROM) - _LINEAR_FROM)
        return value, sign * (odds / (1.0 + odds))
