"""Activations of a layer, a = f(z), each with the way back through it: ∂L/∂z from ∂L/∂a and the outputs a alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.special import sigmoid, softmax

__all__ = ["ACTIVATIONS", "HIDDEN_ACTIVATIONS", "Activation", "numbered"]


class Activation(NamedTuple):
    """One of them. `apply(xp, z)` gives a; `slope(xp, a)` gives f′(z), the ∂aᵢ/∂zᵢ; `back(xp, gradient, a)` gives
    ∂L/∂z from ∂L/∂a; `bend(xp, gradient, curvature, a)` gives ∂²L/∂z² from ∂L/∂a and ∂²L/∂a². All are shaped as z, but
    for softmax, whose outputs depend on each other, ∂²L/∂z² is `(..., k, k)`. The formulas are in TeX, with {z} and {a}
    for the letters, {zk} and {ak} for one of several."""

    name: str
    apply: Callable[[Namespace, Array], Array]
    slope: Callable[[Namespace, Array], Array]
    back: Callable[[Namespace, Array, Array], Array]
    bend: Callable[[Namespace, Array, Array, Array], Array]
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


def _relu(xp: Namespace, z: Array) -> Array:
    return xp.maximum(z, xp.zeros_like(z[..., :1]))


def _relu_slope(xp: Namespace, a: Array) -> Array:
    # At the kink, z = 0, scikit-learn and torch take 0 too.
    return xp.astype(a > 0, a.dtype)


def _relu_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * xp.astype(a > 0, a.dtype)


def _relu_bend(xp: Namespace, gradient: Array, curvature: Array, a: Array) -> Array:
    return curvature * xp.astype(a > 0, a.dtype)


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
            "identity", _identity, _identity_slope, _identity_back, _identity_bend, r"{a} = {z}", _BY_SCORE + "1"
        ),
        Activation(
            "logistic",
            sigmoid,
            _logistic_slope,
            _logistic_back,
            _logistic_bend,
            r"{a} = \sigma({z})",
            _BY_SCORE + "{a} (1 - {a})",
        ),
        Activation("tanh", _tanh, _tanh_slope, _tanh_back, _tanh_bend, r"{a} = \tanh {z}", _BY_SCORE + "1 - {a}^2"),
        Activation("relu", _relu, _relu_slope, _relu_back, _relu_bend, r"{a} = \max(0, {z})", _BY_SCORE + "[{z} > 0]"),
        Activation(
            "softmax",
            softmax,
            _logistic_slope,
            _softmax_back,
            _softmax_bend,
            r"{ak} = e^{{zk}} / \sum_j e^{{zj}}",
            r"\frac{\partial {ak}}{\partial {zk}} = {ak} (1 - {ak})",
        ),
    )
}
"""By name; softmax is for the last layer only."""

HIDDEN_ACTIVATIONS: tuple[str, ...] = ("identity", "logistic", "tanh", "relu")
