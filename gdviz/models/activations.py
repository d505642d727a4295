"""Activations of a layer, a = f(z), each with the way back through it: ∂L/∂z from ∂L/∂a and the outputs a alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.special import sigmoid, softmax

__all__ = ["ACTIVATIONS", "HIDDEN_ACTIVATIONS", "Activation", "ActivationName"]

ActivationName = Literal["identity", "logistic", "tanh", "relu"]


class Activation(NamedTuple):
    """One of them. `apply(xp, z)` gives a; `slope(xp, a)` gives f′(z), the ∂aᵢ/∂zᵢ; `back(xp, gradient, a)` gives
    ∂L/∂z from ∂L/∂a. All are shaped as z. The formulas are in TeX."""

    name: str
    apply: Callable[[Namespace, Array], Array]
    slope: Callable[[Namespace, Array], Array]
    back: Callable[[Namespace, Array, Array], Array]
    formula: str
    slope_formula: str


def _identity(xp: Namespace, z: Array) -> Array:
    return z


def _identity_slope(xp: Namespace, a: Array) -> Array:
    return xp.ones_like(a)


def _identity_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient


def _logistic_slope(xp: Namespace, a: Array) -> Array:
    return a * (1.0 - a)


def _logistic_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * (a - a * a)


def _tanh(xp: Namespace, z: Array) -> Array:
    return xp.tanh(z)


def _tanh_slope(xp: Namespace, a: Array) -> Array:
    return 1.0 - a * a


def _tanh_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * (1.0 - a * a)


def _relu(xp: Namespace, z: Array) -> Array:
    return xp.maximum(z, xp.zeros_like(z[..., :1]))


def _relu_slope(xp: Namespace, a: Array) -> Array:
    # At the kink, z = 0, scikit-learn and torch take 0 too.
    return xp.astype(a > 0, a.dtype)


def _relu_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    return gradient * xp.astype(a > 0, a.dtype)


def _softmax_back(xp: Namespace, gradient: Array, a: Array) -> Array:
    # Every output falls when another score rises: ∂aᵢ/∂zⱼ = aᵢ(δᵢⱼ − aⱼ).
    weighted = a * gradient
    return weighted - a * xp.sum(weighted, axis=-1, keepdims=True)


ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("identity", _identity, _identity_slope, _identity_back, r"a = z", r"f'(z) = 1"),
        Activation("logistic", sigmoid, _logistic_slope, _logistic_back, r"a = \sigma(z)", r"f'(z) = a(1 - a)"),
        Activation("tanh", _tanh, _tanh_slope, _tanh_back, r"a = \tanh z", r"f'(z) = 1 - a^2"),
        Activation("relu", _relu, _relu_slope, _relu_back, r"a = \max(0, z)", r"f'(z) = [z > 0]"),
        Activation(
            "softmax",
            softmax,
            _logistic_slope,
            _softmax_back,
            r"a_i = e^{z_i} / \sum_j e^{z_j}",
            r"\partial a_i / \partial z_j = a_i ([i = j] - a_j)",
        ),
    )
}
"""By name; softmax is for the last layer only."""

HIDDEN_ACTIVATIONS: tuple[str, ...] = ("identity", "logistic", "tanh", "relu")
