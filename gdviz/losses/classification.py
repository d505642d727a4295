"""Losses between the scores of a row and its class, or its distribution over classes.

They take scores, not probabilities: there log and exponential meet, and neither overflow nor log 0 can happen. One
score z a row, with targets 0 and 1, is that of the second of two classes; k scores with targets `(n, k)` are those of k
classes.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.losses.base import Argument, Loss, TargetKind
from gdviz.special import sigmoid, softmax

__all__ = ["BinaryCrossEntropy", "CrossEntropy", "Hinge", "KullbackLeibler"]


# From here on log(1 + eᵐ) is m to the last bit, in float64 and float32, and eᵐ is far from overflow in both.
_LINEAR_FROM = 40.0


@dataclass(frozen=True)
class ClassLoss(Loss, abc.ABC):
    """A loss of scores for classes. Value and derivative share most of their work: subclasses write both at once."""

    argument: ClassVar[Argument] = "score"
    target_kind: ClassVar[TargetKind] = "class"

    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self.value_and_derivative(xp, prediction, target)[0]

    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return self.value_and_derivative(xp, prediction, target)[1]

    @abc.abstractmethod
    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        """L and ∂L/∂prediction of every row."""


@dataclass(frozen=True)
class BinaryCrossEntropy(ClassLoss):
    """−y log p − (1−y) log(1−p) of the class y, 0 or 1, and p = σ(z).

    Its derivative is p − y. For a row far on its right side of the boundary value and derivative keep their digits down
    to the smallest numbers.
    Source: Cox 1958; Bishop 2006, eq. 4.90.
    """

    name: ClassVar[str] = "binary_cross_entropy"
    label: ClassVar[str] = "Binary cross-entropy"
    summary: ClassVar[str] = (
        "How surprising the true class is under the predicted probability; confident mistakes cost most."
    )
    source: ClassVar[str] = "Cox 1958; Bishop 2006, eq. 4.90"
    formula: ClassVar[str] = "−y log p − (1 − y) log(1 − p)"
    value_formula: ClassVar[str] = r"L = -y \log p - (1 - y) \log(1 - p)"
    output_derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial p} = \frac{p - y}{p (1 - p)}"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial z} = p - y"

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        small = xp.exp(-xp.abs(prediction))
        return small / ((1.0 + small) * (1.0 + small)) + xp.zeros_like(target)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        # With s = 1 for class 0 and −1 for class 1, L = log(1 + exp(sz)) and p − y = s σ(sz): nothing cancels.
        sign = 1.0 - 2.0 * target
        value, share = _softplus(xp, sign * prediction)
        return value, sign * share

    def output_derivative(self, xp: Namespace, output: Array, target: Array) -> Array:
        return (output - target) / (output * (1.0 - output))


@dataclass(frozen=True)
class CrossEntropy(ClassLoss):
    """−Σ y log p of a row's distribution y over k classes, one-hot where its class is known, and p = softmax(z).

    Its derivative is p − y. One score a row is taken as that of the second of two classes.
    Source: Bishop 2006, eq. 4.108; Good 1952.
    """

    name: ClassVar[str] = "cross_entropy"
    label: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "How surprising the true class is under the predicted probabilities of all classes."
    source: ClassVar[str] = "Good 1952; Bishop 2006, eq. 4.108"
    formula: ClassVar[str] = "−Σ yₖ log pₖ"
    value_formula: ClassVar[str] = r"L = -\sum_k y_k \log p_k"
    output_derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial p_k} = -\frac{y_k}{p_k}"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial z_k} = p_k - y_k"

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        if target.ndim == 1:
            return _two_class_curvature(xp, prediction, target)
        p = softmax(xp, prediction)
        eye = xp.eye(p.shape[-1], dtype=p.dtype, device=getattr(p, "device", None))
        return p[..., :, None] * (eye - p[..., None, :])

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        if target.ndim == 1:
            return _two_classes(xp, prediction, target)
        below = prediction - xp.max(prediction, axis=-1, keepdims=True)
        raised = xp.exp(below)
        total = xp.sum(raised, axis=-1, keepdims=True)
        # The entries of y sum to 1, so Σ y (log Σ eᶻ − z) needs the logarithm once.
        value = xp.log(total)[..., 0] - xp.sum(below * target, axis=-1)
        return value, raised / total - target

    def output_derivative(self, xp: Namespace, output: Array, target: Array) -> Array:
        if target.ndim == 1:
            return BinaryCrossEntropy().output_derivative(xp, output, target)
        return -target / output

    def formulas(self, several: bool) -> tuple[str, str, str]:
        return super().formulas(several) if several else BinaryCrossEntropy().formulas(several)


@dataclass(frozen=True)
class KullbackLeibler(ClassLoss):
    """Σ y log(y / p) of a row's distribution y over the classes and p = softmax(z), or σ(z) of one score.

    It differs from the cross-entropy by the entropy of y, which no parameter changes: same gradient, but 0 where p = y.
    Source: Kullback & Leibler 1951.
    """

    name: ClassVar[str] = "kl_divergence"
    label: ClassVar[str] = "Kullback–Leibler divergence"
    summary: ClassVar[str] = (
        "The cross-entropy less the entropy of the target: 0 where the prediction equals the target distribution."
    )
    source: ClassVar[str] = "Kullback & Leibler 1951"
    formula: ClassVar[str] = "Σ yₖ log(yₖ / pₖ)"
    value_formula: ClassVar[str] = r"L = \sum_k y_k \log \frac{y_k}{p_k}"
    output_derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial p_k} = -\frac{y_k}{p_k}"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial z_k} = p_k - y_k"

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return CrossEntropy().second_derivative(xp, prediction, target)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        value, derivative = CrossEntropy().value_and_derivative(xp, prediction, target)
        if target.ndim == 1:
            entropy = -_times_log(xp, target) - _times_log(xp, 1.0 - target)
        else:
            entropy = -xp.sum(_times_log(xp, target), axis=-1)
        # Rounding must not make a distance negative.
        return xp.maximum(value - entropy, xp.zeros_like(entropy)), derivative

    def output_derivative(self, xp: Namespace, output: Array, target: Array) -> Array:
        return CrossEntropy().output_derivative(xp, output, target)

    def formulas(self, several: bool) -> tuple[str, str, str]:
        if several:
            return super().formulas(several)
        value = r"L = y \log \frac{y}{p} + (1 - y) \log \frac{1 - y}{1 - p}"
        return value, *BinaryCrossEntropy().formulas(several)[1:]


@dataclass(frozen=True)
class Hinge(ClassLoss):
    """max(0, 1 − (2y − 1) z) of the class y, 0 or 1: nothing for rows beyond the margin, then a straight line.

    With k scores it is that of Crammer & Singer, max(0, 1 + the largest score of the wrong classes − that of the true
    one), for one-hot targets. Its derivative jumps at the margin, where 0 is taken; scores that tie share it.
    Source: Cortes & Vapnik 1995; Crammer & Singer 2001.
    """

    name: ClassVar[str] = "hinge"
    label: ClassVar[str] = "Hinge"
    summary: ClassVar[str] = (
        "Rows on the right side and beyond the margin cost nothing: the boundary rests on those near it alone."
    )
    source: ClassVar[str] = "Cortes & Vapnik 1995; Crammer & Singer 2001"
    formula: ClassVar[str] = "max(0, 1 − (2y − 1) z)"
    smooth: ClassVar[bool] = False
    has_curvature: ClassVar[bool] = False
    value_formula: ClassVar[str] = r"L = \max(0, 1 - (2y - 1) z)"
    derivative_formula: ClassVar[str] = r"\frac{\partial L}{\partial z} = -(2y - 1) [L > 0]"

    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        return xp.zeros_like(prediction)

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        if target.ndim == 1:
            sign = 1.0 - 2.0 * target
            short = 1.0 + sign * prediction
            return xp.maximum(short, xp.zeros_like(short)), sign * xp.astype(short > 0, short.dtype)
        wrong = xp.where(target > 0.5, xp.full_like(prediction, -xp.inf), prediction)
        worst = xp.max(wrong, axis=-1, keepdims=True)
        short = 1.0 + worst - xp.sum(prediction * target, axis=-1, keepdims=True)
        hits = xp.astype(wrong == worst, prediction.dtype)
        pull = hits / xp.sum(hits, axis=-1, keepdims=True) - target
        active = xp.astype(short > 0, prediction.dtype)
        return xp.maximum(short, xp.zeros_like(short))[..., 0], active * pull

    def formulas(self, several: bool) -> tuple[str, str, str]:
        if not several:
            return super().formulas(several)
        value = r"L = \max(0, 1 + \max_{j: y_j = 0} z_j - \sum_k y_k z_k)"
        return value, r"\frac{\partial L}{\partial z_k} = [L > 0] ([k = \arg\max_{j: y_j = 0} z_j] - y_k)", ""


def _softplus(xp: Namespace, m: Array) -> tuple[Array, Array]:
    """log(1 + eᵐ) and its derivative σ(m), both with all their digits for every m, infinite ones too."""
    odds = xp.exp(xp.minimum(m, _LINEAR_FROM))
    return xp.maximum(xp.log1p(odds), m), odds / (1.0 + odds)


def _two_classes(xp: Namespace, score: Array, target: Array) -> tuple[Array, Array]:
    """Cross-entropy and its derivative for one score and targets anywhere in [0, 1]."""
    # With s = ±1 such that the likelier class is at sz < 0, and r the share of the other: log(1 + exp(sz)) − r sz.
    sign = xp.where(target < 0.5, xp.ones_like(target), -xp.ones_like(target))
    rest = xp.minimum(target, 1.0 - target)
    margin = sign * score
    value, share = _softplus(xp, margin)
    return value - rest * margin, sign * (share - rest)


def _two_class_curvature(xp: Namespace, score: Array, target: Array) -> Array:
    p = sigmoid(xp, -xp.abs(score))
    return p * (1.0 - p) + xp.zeros_like(target)


def _times_log(xp: Namespace, share: Array) -> Array:
    """y log y, 0 where y is 0."""
    ones = xp.ones_like(share)
    return share * xp.log(xp.where(share > 0, share, ones))
