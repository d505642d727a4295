"""Losses between a predicted number ŷ and the target y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.losses.base import Loss
from gdviz.parameters import parameter

__all__ = ["AbsoluteError", "HalfSquaredError", "Huber", "SquaredError"]


@dataclass(frozen=True)
class SquaredError(Loss):
    """The mean of it is the MSE.

    Source: Legendre 1805.
    """

    name: ClassVar[str] = "squared_error"
    label: ClassVar[str] = "Squared error"
    summary: ClassVar[str] = (
        "Smooth, with one closed-form minimum; an error of 2 costs four times an error of 1, so outliers pull."
    )
    source: ClassVar[str] = "Legendre 1805"
    formula: ClassVar[str] = "(y − ŷ)²"
    constant_curvature: ClassVar[float | None] = 2.0

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return error * error

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return 2.0 * (prediction - target)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.full_like(prediction - target, 2.0)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        error = prediction - target
        return error * error, 2.0 * error


@dataclass(frozen=True)
class HalfSquaredError(Loss):
    """Half the squared error, whose derivative is the error itself.

    Source: Bishop 2006, eq. 3.12.
    """

    name: ClassVar[str] = "half_squared_error"
    label: ClassVar[str] = "Half squared error"
    summary: ClassVar[str] = "The squared error halved, so that its derivative is the error itself."
    source: ClassVar[str] = "Bishop 2006, eq. 3.12"
    formula: ClassVar[str] = "½(y − ŷ)²"
    constant_curvature: ClassVar[float | None] = 1.0

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return 0.5 * (error * error)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return prediction - target

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.ones_like(prediction - target)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        error = prediction - target
        return 0.5 * (error * error), error


@dataclass(frozen=True)
class AbsoluteError(Loss):
    """The mean of it is the MAE; its derivative jumps where ŷ = y, where 0 is taken.

    Source: Boscovich 1757; Laplace 1789.
    """

    name: ClassVar[str] = "absolute_error"
    label: ClassVar[str] = "Absolute error"
    summary: ClassVar[str] = (
        "Outliers pull no harder than others; the kink at ŷ = y makes descent chatter about the minimum."
    )
    source: ClassVar[str] = "Boscovich 1757; Laplace 1789"
    formula: ClassVar[str] = "|y − ŷ|"
    smooth: ClassVar[bool] = False

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.abs(prediction - target)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.sign(prediction - target)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.zeros_like(prediction - target)


@dataclass(frozen=True)
class Huber(Loss):
    """Half squared error up to δ, linear beyond: smooth, and outliers pull with a force of δ at most.

    Source: Huber 1964, eq. 2.5.
    """

    name: ClassVar[str] = "huber"
    label: ClassVar[str] = "Huber"
    summary: ClassVar[str] = (
        "Half squared error for small errors, linear for large ones: smooth, and outliers pull little."
    )
    source: ClassVar[str] = "Huber 1964"
    formula: ClassVar[str] = "½(y − ŷ)² up to |y − ŷ| = δ, then δ(|y − ŷ| − δ/2)"

    delta: float = parameter(
        1.0,
        low=0,
        low_open=True,
        log=True,
        slider=(0.01, 100.0),
        symbol="δ",
        help="The error, in units of the target, from which on the loss grows linearly; large: half squared error.",
    )

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self.value_and_derivative(xp, prediction, target)[0]

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self._clipped(xp, prediction - target)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return xp.asarray(xp.abs(error) <= self.delta, dtype=error.dtype)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        error = prediction - target
        clipped = self._clipped(xp, error)
        # With c the error clipped to ±δ both pieces are c(e − c/2).
        return clipped * (error - 0.5 * clipped), clipped

    def _clipped(self, xp: Namespace, error: Array) -> Array:
        return xp.clip(error, -self.delta, self.delta)
