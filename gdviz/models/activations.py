"""Activations of a layer, a = f(z), each with the way back through it: ∂L/∂z from ∂L/∂a and the outputs a alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.special import sigmoid, softmax

__all__ = ["ACTIVATIONS", "HIDDEN_ACTIVATIONS", "Activation", "numbered"]


class Activation(NamedTuple):
    """One of them. `apply(xp, z)` gives a; `slope(xp, a)` gives f′(z), the ∂aᵢ/∂zᵢ; `back(xp, gradient, a)` gives
    ∂L/∂z from ∂L/∂a; `bend(xp, gradient, curvature, a)` gives ∂²L/∂z² from ∂L/∂a and ∂²L/∂a². All are shaped as z, but
    for softmax, whose outputs depend on each other, ∂²L/∂z² is `(..., k, k)`. The formulas are in TeX, with {z} and {a}
    for the letters, {zk} and {ak} for one of several.

    `apply_over(z)` and `back_over(gradient, a)` do what `apply` and `back` do, but for rounding, with NumPy's arrays
    and in the place of z and of the gradient: without new memory a network takes a third less time.
    """

    name: str
    apply: Callable[[Namespace, Array], Array]
    slope: Callable[[Namespace, Array], Array]
    back: Callable[[Namespace, Array, Array], Array]
    bend: Callable[[Namespace, Array, Array, Array], Array]
    apply_over: Callable[[np.ndarray], np.ndarray]
    back_over: Callable[[np.ndarray, np.ndarray], np.ndarray]
    formula: str
    slope_formula: str

    def formula_of(self, score: str, output: str) -> str:
        """What it computes in TeX, with these letters for z and a."""
        return _with_letters(self.formula, score, output)

    def slope_formula_of(self, score: str, output: str) -> str:
        """Its derivative in TeX, with these letters for z and a."""
        return _with_letters(self.slope_formula, score, output)


def numbered(letter: str, index: str) -> str:
    """A letter of a formula in TeX with one more index: z_{2,k} of z_2."""
    stem, _, number = letter.partition("_")
    return rf"{stem}_{{{number},{index}}}" if number else f"{stem}_{index}"


def _with_letters(formula: str, score: str, output: str) -> str:
    for name, letter in (("{z}", score), ("{a}", output)):
        formula = formula.replace(name, letter)
    for index in "jk":
        for name, letter in ((f"{{z{index}}}", score), (f"{{a{index}}}", output)):
            formula = formula.replace(name, numbered(letter, index))
    return formula


def _identity(xp: Namespace, z: Array) -> Array:
    return z


def _identity_slope(xp: Namespace, a: Array) -> Array:
    return xp.ones_like(a)


def _identity_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient


def _identity_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    return curvature


def _identity_over(z: np.ndarray) -> np.ndarray:
    return z


def _identity_back_over(gradient: np.ndarray, a: np.ndarray) -> np.ndarray:
    return gradient


def _logistic_over(z: np.ndarray) -> np.ndarray:
    # Below this exp(−z) would overflow, and σ is 0 for all that a hidden layer can tell.
    np.maximum(z, -700.0 if z.dtype == np.float64 else -80.0, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1.0
    np.reciprocal(z, out=z)
    return z


def _logistic_back_over(gradient: np.ndarray, a: np.ndarray) -> np.ndarray:
    slope = a * a
    np.subtract(a, slope, out=slope)
    gradient *= slope
    return gradient


def _logistic_slope(xp: Namespace, a: Array) -> Array:
    return a * (1.0 - a)


def _logistic_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * (a - a * a)


def _logistic_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    slope = a - a * a
    return curvature * slope * slope + gradient * slope * (1.0 - 2.0 * a)


def _tanh(xp: Namespace, z: Array) -> Array:
    return xp.tanh(z)


def _tanh_slope(xp: Namespace, a: Array) -> Array:
    return 1.0 - a * a


def _tanh_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * (1.0 - a * a)


def _tanh_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    slope = 1.0 - a * a
    return curvature * slope * slope - 2.0 * gradient * slope * a


def _tanh_over(z: np.ndarray) -> np.ndarray:
    np.tanh(z, out=z)
    return z


def _tanh_back_over(gradient: np.ndarray, a: np.ndarray) -> np.ndarray:
    slope = a * a
    np.subtract(1.0, slope, out=slope)
    gradient *= slope
    return gradient


def _relu(xp: Namespace, z: Array) -> Array:
    return xp.maximum(z, 0.0)


def _relu_slope(xp: Namespace, a: Array) -> Array:
    # At the kink, z = 0, scikit-learn and torch take 0 too.
    return xp.astype(a > 0, a.dtype)


def _relu_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * xp.astype(a > 0, a.dtype)


def _relu_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    return curvature * xp.astype(a > 0, a.dtype)


def _relu_over(z: np.ndarray) -> np.ndarray:
    np.maximum(z, 0.0, out=z)
    return z


def _relu_back_over(gradient: np.ndarray, a: np.ndarray) -> np.ndarray:
    gradient *= a > 0
    return gradient


def _softmax_over(z: np.ndarray) -> np.ndarray:
    z[...] = softmax(np, z)
    return z


def _softmax_back_over(gradient: np.ndarray, a: np.ndarray) -> np.ndarray:
    gradient[...] = _softmax_back(np, gradient, a)
    return gradient


def _softmax_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    # Every output falls when another score rises: ∂aᵢ/∂zⱼ = aᵢ(δᵢⱼ − aⱼ).
    weighted = a * gradient
    return weighted - a * xp.sum(weighted, axis=-1, keepdims=True)


def _softmax_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    eye = xp.eye(a.shape[-1], dtype=a.dtype, device=getattr(a, "device", None))
    slopes = a[..., :, None] * (eye - a[..., None, :])
    along = xp.matmul(slopes, curvature[..., :, None] * slopes)
    # Σ over c of ∂L/∂a_c · ∂²a_c/∂zᵢ∂zⱼ.
    above = gradient - xp.sum(gradient * a, axis=-1, keepdims=True)
    pull = a * above
    return along + pull[..., :, None] * (eye - a[..., None, :]) - a[..., :, None] * pull[..., None, :]


_BY_SCORE = r"\frac{\partial {a}}{\partial {z}} = "

ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation(
            name="identity",
            apply=_identity,
            slope=_identity_slope,
            back=_identity_back,
            bend=_identity_bend,
            apply_over=_identity_over,
            back_over=_identity_back_over,
            formula=r"{a} = {z}",
            slope_formula=_BY_SCORE + "1",
        ),
        Activation(
            name="logistic",
            apply=sigmoid,
            slope=_logistic_slope,
            back=_logistic_back,
            bend=_logistic_bend,
            apply_over=_logistic_over,
            back_over=_logistic_back_over,
            formula=r"{a} = \sigma({z})",
            slope_formula=_BY_SCORE + "{a} (1 - {a})",
        ),
        Activation(
            name="tanh",
            apply=_tanh,
            slope=_tanh_slope,
            back=_tanh_back,
            bend=_tanh_bend,
            apply_over=_tanh_over,
            back_over=_tanh_back_over,
            formula=r"{a} = \tanh {z}",
            slope_formula=_BY_SCORE + "1 - {a}^2",
        ),
        Activation(
            name="relu",
            apply=_relu,
            slope=_relu_slope,
            back=_relu_back,
            bend=_relu_bend,
            apply_over=_relu_over,
            back_over=_relu_back_over,
            formula=r"{a} = \max(0, {z})",
            slope_formula=_BY_SCORE + "[{z} > 0]",
        ),
        Activation(
            name="softmax",
            apply=softmax,
            slope=_logistic_slope,
            back=_softmax_back,
            bend=_softmax_bend,
            apply_over=_softmax_over,
            back_over=_softmax_back_over,
            formula=r"{ak} = e^{{zk}} / \sum_j e^{{zj}}",
            slope_formula=r"\frac{\partial {ak}}{\partial {zk}} = {ak} (1 - {ak})",
        ),
    )
}
"""By name; softmax is for the last layer only."""

HIDDEN_ACTIVATIONS: tuple[str, ...] = ("identity", "logistic", "tanh", "relu")
