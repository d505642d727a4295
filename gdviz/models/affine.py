"""Models whose scores are affine in the features, z = Wᵀx + b: linear, logistic and softmax regression.

Weights `(features,)` or `(features, outputs)` and then the bias are, in C order, the rows of one matrix; so rows with a
last column of ones need one product for scores and one for the gradient.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.models.base import Forward, LayerBlocks, Model, TargetKind, Targets, layers_of

__all__ = ["AffineModel", "LinearRegression", "LogisticRegression", "SoftmaxRegression"]

NUMBER_LOSSES = ("squared_error", "half_squared_error", "absolute_error", "lp", "huber")
BINARY_LOSSES = ("binary_cross_entropy", "kl_divergence", "hinge", *NUMBER_LOSSES)
CLASS_LOSSES = ("cross_entropy", "kl_divergence", "hinge", *NUMBER_LOSSES)


@dataclass(frozen=True)
class AffineModel(Model, abc.ABC):
    """z = Wᵀx + b; parameters are the weights, then the biases."""

    affine: ClassVar[bool] = True

    def blocks(self, features: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        if self.outputs == 1:
            return ("weight", (features,)), ("bias", ())
        return ("weight", (features, self.outputs)), ("bias", (self.outputs,))

    def layers(self, features: int) -> tuple[LayerBlocks, ...]:
        return layers_of((features, self.outputs))

    def scores(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        outputs = self.outputs
        has_ones = rows.shape[-1] * outputs == parameters.shape[-1]
        if outputs == 1:
            if has_ones:
                return xp.matmul(parameters, rows.T)
            return xp.matmul(parameters[..., :-1], rows.T) + parameters[..., -1:]
        matrix = xp.reshape(parameters, (*parameters.shape[:-1], -1, outputs))
        if has_ones:
            return xp.matmul(rows, matrix)
        return xp.matmul(rows, matrix[..., :-1, :]) + matrix[..., -1:, :]

    def backward(
        self, xp: Namespace, parameters: Array, rows: Array, score_gradient: Array, forward: Forward | None = None
    ) -> Array:
        # ∂z/∂w = x and ∂z/∂b = 1.
        outputs = self.outputs
        has_ones = rows.shape[-1] * outputs == parameters.shape[-1]
        if outputs == 1:
            weights = xp.matmul(score_gradient, rows)
            if has_ones:
                return weights
            return xp.concat([weights, xp.sum(score_gradient, axis=-1, keepdims=True)], axis=-1)
        matrix = xp.matmul(rows.T, score_gradient)
        if not has_ones:
            matrix = xp.concat([matrix, xp.sum(score_gradient, axis=-2, keepdims=True)], axis=-2)
        return xp.reshape(matrix, (*matrix.shape[:-2], -1))

    def jacobian(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        outputs = self.outputs
        with_ones = rows if rows.shape[-1] * outputs == parameters.shape[-1] else self.design(xp, rows)
        lead = parameters.shape[:-1]
        if outputs == 1:
            return xp.broadcast_to(with_ones, (*lead, *with_ones.shape))
        # The score c of a row is moved by the weights of c alone.
        each = with_ones[:, None, :, None] * xp.eye(outputs, dtype=rows.dtype, device=rows.device)[None, :, None, :]
        flat = xp.reshape(each, (rows.shape[0], outputs, -1))
        return xp.broadcast_to(flat, (*lead, *flat.shape))

    def hessian(self, xp: Namespace, rows: Array, score_curvature: Array) -> Array:
        # Each row gives (x, 1)ᵀ ∂²L/∂z² (x, 1).
        if self.outputs == 1:
            return _bordered(xp, rows, score_curvature)
        diagonal = score_curvature.ndim == 2
        size = rows.shape[-1] + 1
        none = xp.zeros((size, size), dtype=score_curvature.dtype, device=score_curvature.device)
        count = range(self.outputs)
        corners: dict[tuple[int, int], Array] = {}
        for first in count:
            for second in range(first, self.outputs):
                if diagonal:
                    corner = _bordered(xp, rows, score_curvature[:, first]) if first == second else none
                else:
                    corner = _bordered(xp, rows, score_curvature[:, first, second])
                corners[first, second] = corners[second, first] = corner
        # (inputs, outputs, inputs, outputs): the parameters of an input lie side by side.
        matrix = xp.stack([xp.stack([corners[first, second] for second in count], axis=-1) for first in count], axis=1)
        return xp.reshape(matrix, (size * self.outputs, size * self.outputs))


def _bordered(xp: Namespace, rows: Array, curvature: Array) -> Array:
    """Σ c (x, 1)(x, 1)ᵀ over rows `(n, f)` with curvatures (n,), as `(f + 1, f + 1)`."""
    weighted = rows * curvature[:, None]
    mixed = xp.sum(weighted, axis=0)[None, :]
    corner = xp.reshape(xp.sum(curvature), (1, 1))
    upper = xp.concat([xp.matmul(rows.T, weighted), mixed.T], axis=1)
    return xp.concat([upper, xp.concat([mixed, corner], axis=1)], axis=0)


@dataclass(frozen=True)
class LinearRegression(AffineModel):
    """ŷ = Wᵀx + b, for one target or several at once.

    Source: Galton 1886; Legendre 1805.
    """

    name: ClassVar[str] = "linear"
    label: ClassVar[str] = "Linear regression"
    summary: ClassVar[str] = "A straight line or plane through the data."
    source: ClassVar[str] = "Legendre 1805"
    formula: ClassVar[str] = "ŷ = wᵀx + b"
    losses: ClassVar[tuple[str, ...]] = NUMBER_LOSSES

    @property
    def output_activation(self) -> str:
        return "identity"


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
    target_kind: ClassVar[TargetKind] = "class"
    target_kinds: ClassVar[tuple[TargetKind, ...]] = ("class",)
    losses: ClassVar[tuple[str, ...]] = BINARY_LOSSES

    @classmethod
    def refusal(cls, targets: Targets) -> str:
        if targets.kind == "class" and targets.size > 2:
            return f"it tells two classes apart, not {targets.size}; choose two of them, or the model softmax."
        return super().refusal(targets)

    @property
    def outputs(self) -> int:
        return 1

    @property
    def output_activation(self) -> str:
        return "logistic"


@dataclass(frozen=True)
class SoftmaxRegression(AffineModel):
    """p = softmax(Wᵀx + b), the probabilities of two or more classes.

    Scores that all move by the same amount change nothing, so the loss is flat in as many directions as there are
    inputs, one for the bias among them: scikit-learn's LogisticRegression has the same parameters and picks by l2.
    Source: Bishop 2006, section 4.3.4.
    """

    name: ClassVar[str] = "softmax"
    label: ClassVar[str] = "Softmax regression"
    summary: ClassVar[str] = "The probabilities of several classes; the boundary between any two is straight."
    source: ClassVar[str] = "Bishop 2006, section 4.3.4"
    formula: ClassVar[str] = "p = softmax(Wᵀx + b)"
    target_kind: ClassVar[TargetKind] = "class"
    target_kinds: ClassVar[tuple[TargetKind, ...]] = ("class",)
    losses: ClassVar[tuple[str, ...]] = CLASS_LOSSES

    @classmethod
    def usual_targets(cls) -> Targets:
        return Targets("class", 3)

    @property
    def output_activation(self) -> str:
        return "softmax"
