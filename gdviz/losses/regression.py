"""Losses between a predicted number ŷ and the target y; of several targets a row has the sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.losses.base import Loss, of_rows
from gdviz.parameters import parameter

__all__ = ["AbsoluteError", "HalfSquaredError", "Huber", "PowerError", "SquaredError"]


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
    value_formula: ClassVar[str] = r"L = (y - \hat y)^2"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial \hat y} = 2 (\hat y - y)"
    constant_curvature: ClassVar[float | None] = 2.0

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return of_rows(xp, error * error, target)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return 2.0 * (prediction - target)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.full_like(prediction - target, 2.0)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        error = prediction - target
        return of_rows(xp, error * error, target), 2.0 * error


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
    value_formula: ClassVar[str] = r"L = \frac{1}{2} (y - \hat y)^2"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial \hat y} = \hat y - y"
    constant_curvature: ClassVar[float | None] = 1.0

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return of_rows(xp, 0.5 * (error * error), target)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return prediction - target

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.ones_like(prediction - target)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        error = prediction - target
        return of_rows(xp, 0.5 * (error * error), target), error


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
    value_formula: ClassVar[str] = r"L = |y - \hat y|"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial \hat y} = \operatorname{sign}(\hat y - y)"
    smooth: ClassVar[bool] = False
    has_curvature: ClassVar[bool] = False

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return of_rows(xp, xp.abs(prediction - target), target)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.sign(prediction - target)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.zeros_like(prediction - target)


@dataclass(frozen=True)
class PowerError(Loss):
    """The p-th power of the error: a row's part in the p-th power of the Lᵖ norm of all errors.

    p = 2 is the squared, p = 1 the absolute error. The larger p, the more the largest errors count. For p below 2 the
    second derivative at ŷ = y is infinite, or 0 at the kink of p = 1; the largest finite number is taken there.
    Source: Rice & White 1964.
    """

    name: ClassVar[str] = "lp"
    label: ClassVar[str] = "Lp error"
    summary: ClassVar[str] = (
        "The p-th power of the error: between absolute and squared for p from 1 to 2, above it the worst rows rule."
    )
    source: ClassVar[str] = "Rice & White 1964"
    formula: ClassVar[str] = "|y − ŷ|ᵖ"
    value_formula: ClassVar[str] = r"L = |y - \hat y|^p"
    derivative_formula: ClassVar[str] = (
        r"\frac{\partial L}{\partial \hat y} = p |\hat y - y|^{p-1} \operatorname{sign}(\hat y - y)"
    )

    p: float = parameter(
        1.5,
        low=1,
        high=100,
        slider=(1.0, 6.0),
        symbol="p",
        help="The power: 1 is the absolute, 2 the squared error. Too big: the worst row alone decides, in steep steps.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        # What can't be said of all instances.
        object.__setattr__(self, "smooth", self.p > 1)
        object.__setattr__(self, "has_curvature", self.p >= 2)

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return of_rows(xp, xp.abs(prediction - target) ** self.p, target)

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        error = prediction - target
        return self.p * xp.abs(error) ** (self.p - 1.0) * xp.sign(error)

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        size = xp.abs(prediction - target)
        if self.p == 1:
            return xp.zeros_like(size)
        if self.p < 2:
            size = xp.maximum(size, float(xp.finfo(size.dtype).smallest_normal) * xp.ones_like(size))
        return self.p * (self.p - 1.0) * size ** (self.p - 2.0)


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
    value_formula: ClassVar[str] = r"L = c (e - c/2), \; e = \hat y - y, \; c = \min(\max(e, -\delta), \delta)"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial \hat y} = c"

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
        return of_rows(xp, clipped * (error - 0.5 * clipped), target), clipped

    def _clipped(self, xp: Namespace, error: Array) -> Array:
        return xp.clip(error, -self.delta, self.delta)
