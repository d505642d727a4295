"""Models whose score is affine in the features, z = wᵀx + b: linear regression, logistic regression with p = σ(z)."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import ClassVar, Literal

from gdviz.arrays import Array, Namespace
from gdviz.models.base import Model
from gdviz.special import sigmoid

__all__ = ["AffineModel", "LinearRegression", "LogisticRegression"]


@dataclass(frozen=True)
class AffineModel(Model, abc.ABC):
    """z = wᵀx + b; parameters are the weights, then the bias."""

    def blocks(self, features: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return ("weight", (features,)), ("bias", ())

    def scores(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        return xp.matmul(parameters[..., :-1], rows.T) + parameters[..., -1:]

    def backward(self, xp: Namespace, parameters: Array, rows: Array, score_gradient: Array) -> Array:
        # ∂z/∂w = x and ∂z/∂b = 1.
        weight_gradient = xp.matmul(score_gradient, rows)
        return xp.concat([weight_gradient, xp.sum(score_gradient, axis=-1, keepdims=True)], axis=-1)

    def hessian(self, xp: Namespace, rows: Array, score_curvature: Array) -> Array:
        # Each row gives (x, 1)ᵀ ∂²L/∂z² (x, 1).
        weighted = rows * score_curvature[:, None]
        mixed = xp.sum(weighted, axis=0)[None, :]
        corner = xp.reshape(xp.sum(score_curvature), (1, 1))
        upper = xp.concat([xp.matmul(rows.T, weighted), mixed.T], axis=1)
        return xp.concat([upper, xp.concat([mixed, corner], axis=1)], axis=0)


@dataclass(frozen=True)
class LinearRegression(AffineModel):
    """ŷ = wᵀx + b.

    Source: Galton 1886; Legendre 1805.
    """

    name: ClassVar[str] = "linear"
    label: ClassVar[str] = "Linear regression"
    summary: ClassVar[str] = "A straight line or plane through the data."
    source: ClassVar[str] = "Legendre 1805"
    formula: ClassVar[str] = "ŷ = wᵀx + b"
    losses: ClassVar[tuple[str, ...]] = ("squared_error", "half_squared_error", "absolute_error", "huber")

    def activate(self, xp: Namespace, scores: Array) -> Array:
        return scores

    def slope(self, xp: Namespace, outputs: Array) -> Array:
        return xp.ones_like(outputs)


@dataclass(frozen=True)
class LogisticRegression(AffineModel):
    """p = σ(wᵀx + b), the probability of the second of two classes.

    Source: Cox 1958.
    """

    name: ClassVar[str] = "logistic"
    label: ClassVar[str] = "Logistic regression"
    summary: ClassVar[str] = "The probability of one of two classes; its boundary is a straight line or plane."
    source: ClassVar[str] = "Cox 1958"
    formula: ClassVar[str] = "p = σ(wᵀx + b)"
    target_kind: ClassVar[Literal["number", "class"]] = "class"
    losses: ClassVar[tuple[str, ...]] = ("binary_cross_entropy",)

    def activate(self, xp: Namespace, scores: Array) -> Array:
        return sigmoid(xp, scores)

    def slope(self, xp: Namespace, outputs: Array) -> Array:
        return outputs * (1.0 - outputs)
