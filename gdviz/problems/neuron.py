"""One neuron, a = σ(wx + b), and what its loss says of w and b: the chain rule small enough to do by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace, namespace
from gdviz.errors import InputError
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction
from gdviz.problems.least_squares import LeastSquares
from gdviz.quantities import Quantity
from gdviz.special import sigmoid

__all__ = ["Neuron", "SaturatedNeuron"]

_LOSSES = ("half_squared_error", "cross_entropy")
_ACTIVATIONS = ("sigmoid", "tanh", "identity")
_SQUARED = r"L = \tfrac{1}{2} (a - y)^2"
_ENTROPY = r"L = -y \log a - (1 - y) \log(1 - a)"


def _loss_option() -> Any:
    return parameter(
        _LOSSES[0],
        choices=_LOSSES,
        help="½(a − y)², whose slope dies where the neuron saturates, or cross-entropy, whose slope stays a − y.",
    )


def _activated(xp: Namespace, activation: str, z: Any) -> tuple[Any, Any, Any]:
    """a = σ(z), σ′(z) and σ″(z)."""
    if activation == "identity":
        return z, 0.0 * z + 1.0, 0.0 * z
    if activation == "tanh":
        a = xp.tanh(z)
        slope = 1.0 - a * a
        return a, slope, -2.0 * a * slope
    a = sigmoid(xp, z)
    # 1 − a would lose its digits where a is near 1.
    slope = a * sigmoid(xp, -z)
    return a, slope, slope * (1.0 - 2.0 * a)


def _entropy(xp: Namespace, z: Any, y: float) -> Any:
    """−y log σ(z) − (1 − y) log(1 − σ(z)), which is log(1 + e^z) − yz, without overflow."""
    return xp.maximum(z, 0.0 * z) + xp.log1p(xp.exp(-xp.abs(z))) - y * z


def _losses(xp: Namespace, loss: str, activation: str, z: Any, y: float) -> tuple[Any, Any, Any]:
    """L(z), L′(z) and L″(z)."""
    a, slope, bend = _activated(xp, activation, z)
    error = a - y
    if loss == "cross_entropy":
        return _entropy(xp, z, y), error, slope
    return 0.5 * (error * error), error * slope, slope * slope + error * bend


@dataclass(frozen=True)
class SaturatedNeuron(KnownFunction):
    """½(σ(z) − y)² or −y log σ(z) − (1 − y) log(1 − σ(z)) of the input z of a neuron that starts far on the wrong side.

    At z = 10 with y = 0 the squared error's slope is 4.5·10⁻⁵, the cross-entropy's 0.99995. With y = 0 or 1 there is
    no minimum, only a limit far out.

    Source: Nielsen 2015, Neural Networks and Deep Learning, chapter 3.
    """

    name = "saturated_neuron"
    label = "Saturated neuron"
    summary = "A neuron that is sure and wrong: the squared error hardly slopes there, the cross-entropy does."
    source = "Nielsen 2015, Neural Networks and Deep Learning, chapter 3"
    formula = "½(σ(z) − y)²  or  −y log σ(z) − (1 − y) log(1 − σ(z))"
    family = "learning"
    view = ((-12.0, 12.0),)
    usual_start = (10.0,)

    y: float = parameter(0.0, low=0, high=1, slider=(0.0, 1.0), help="What the neuron should answer.")
    loss: str = _loss_option()

    @property
    def names(self) -> tuple[str, ...]:
        return ("z",)

    @property
    def domain(self) -> np.ndarray:
        reach = max([12.0, *np.abs(self.minima).ravel().tolist()])
        return np.array([(-reach, reach)])

    @property
    def minima(self) -> np.ndarray:
        return np.array([[_logit(self.y)]]) if 0.0 < self.y < 1.0 else np.empty((0, 1))

    def value_at(self, xp: Namespace, z: Any) -> Any:
        return _losses(xp, self.loss, "sigmoid", z, self.y)[0]

    def gradient_at(self, xp: Namespace, z: Any) -> tuple[Any, ...]:
        return (_losses(xp, self.loss, "sigmoid", z, self.y)[1],)

    def hessian_at(self, xp: Namespace, z: Any) -> tuple[Any, ...]:
        return (_losses(xp, self.loss, "sigmoid", z, self.y)[2],)


@dataclass(frozen=True)
class Neuron(KnownFunction, LeastSquares):
    """The loss of a = σ(wx + b) on one example (x, y), as a function of w and b.

    Every (w, b) with σ(wx + b) = y is a minimum, a whole line of them; `minima` holds the one nearest to the start.
    Where σ never reaches y there is none.

    Source: Rumelhart, Hinton & Williams 1986 for the chain rule through it.
    """

    name = "neuron"
    label = "One neuron"
    summary = "One neuron, one example: forward and backward pass with all numbers, and a line of minima."
    source = "Rumelhart, Hinton & Williams 1986"
    formula = "L(σ(wx + b), y)"
    family = "learning"
    view = ((-6.0, 6.0), (-6.0, 6.0))
    usual_start = (0.2, 0.1)

    x: float = parameter(0.5, low=-1e6, high=1e6, slider=(-2.0, 2.0), help="What goes into the neuron.")
    y: float = parameter(0.7, low=-1e6, high=1e6, slider=(0.0, 1.0), help="What should come out of it.")
    activation: str = parameter(_ACTIVATIONS[0], choices=_ACTIVATIONS, symbol="σ", help="From z = wx + b to a.")
    loss: str = _loss_option()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss == "cross_entropy" and (self.activation != "sigmoid" or not 0.0 <= self.y <= 1.0):
            raise InputError("cross_entropy needs the activation sigmoid and a y from 0 to 1; take half_squared_error.")

    @property
    def names(self) -> tuple[str, ...]:
        return ("w", "b")

    @property
    def minima(self) -> np.ndarray:
        z = self._wanted()
        if z is None:
            return np.empty((0, 2))
        direction = np.array([self.x, 1.0])
        nearest = self.start + direction * (z - self.start @ direction) / (direction @ direction)
        # Once more, for the digits that the first division lost.
        nearest += direction * (z - nearest @ direction) / (direction @ direction)
        return np.array([nearest])

    @property
    def domain(self) -> np.ndarray:
        minima = self.minima
        reach = max([6.0, *(1.5 * np.abs(minima)).ravel().tolist()])
        return np.array([(-reach, reach)] * 2)

    def _wanted(self) -> float | None:
        """The z at which σ(z) is y."""
        if self.activation == "identity":
            return self.y
        if self.activation == "tanh":
            return math.atanh(self.y) if abs(self.y) < 1.0 else None
        return _logit(self.y) if 0.0 < self.y < 1.0 else None

    def _losses(self, xp: Namespace, w: Any, b: Any) -> tuple[Any, Any, Any]:
        return _losses(xp, self.loss, self.activation, w * self.x + b, self.y)

    def value_at(self, xp: Namespace, w: Any, b: Any) -> Any:
        return self._losses(xp, w, b)[0]

    def gradient_at(self, xp: Namespace, w: Any, b: Any) -> tuple[Any, ...]:
        slope = self._losses(xp, w, b)[1]
        return slope * self.x, slope

    def hessian_at(self, xp: Namespace, w: Any, b: Any) -> tuple[Any, ...]:
        bend = self._losses(xp, w, b)[2]
        return bend * (self.x * self.x), bend * self.x, bend

    @property
    def has_residuals(self) -> bool:
        return self.loss == "half_squared_error"

    @property
    def residual_factor(self) -> float:
        return 1.0

    def residuals_at(self, xp: Namespace, w: Any, b: Any) -> tuple[Any, ...]:
        return (_activated(xp, self.activation, w * self.x + b)[0] - self.y,)

    def jacobian_at(self, xp: Namespace, w: Any, b: Any) -> tuple[tuple[Any, ...], ...]:
        slope = _activated(xp, self.activation, w * self.x + b)[1]
        return ((slope * self.x, slope),)

    def explain(self, x: Array) -> tuple[Quantity, ...]:
        """Forward z, a and L; backward the links of the chain rule from L to w and b; then value and gradient."""
        xp = namespace(x)
        z = x[..., 0] * self.x + x[..., 1]
        a, slope, _ = _activated(xp, self.activation, z)
        loss, by_z, _ = _losses(xp, self.loss, self.activation, z, self.y)
        entropy = self.loss == "cross_entropy"
        with np.errstate(all="ignore"):
            by_a = (a - self.y) / slope if entropy else a - self.y
        activated, derivative = _TEX[self.activation]
        return (
            Quantity("Weighted input", "z", "z = w x + b", z),
            Quantity("Activation", "a", f"a = {activated}", a),
            Quantity("Loss", "L", _ENTROPY if entropy else _SQUARED, loss),
            Quantity(
                "Loss by activation",
                "dL/da",
                r"\frac{dL}{da} = \frac{a - y}{a (1 - a)}" if entropy else r"\frac{dL}{da} = a - y",
                by_a,
            ),
            Quantity("Activation by input", "da/dz", rf"\frac{{da}}{{dz}} = {derivative}", slope),
            Quantity("Input by weight", "dz/dw", r"\frac{dz}{dw} = x", self.x),
            Quantity("Input by bias", "dz/db", r"\frac{dz}{db} = 1", 1.0),
            Quantity("Loss by input", "dL/dz", r"\delta = \frac{dL}{dz} = \frac{dL}{da} \cdot \frac{da}{dz}", by_z),
            Quantity("Loss by weight", "dL/dw", r"\frac{dL}{dw} = \delta \cdot \frac{dz}{dw}", by_z * self.x),
            Quantity("Loss by bias", "dL/db", r"\frac{dL}{db} = \delta \cdot \frac{dz}{db}", by_z),
            *super().explain(x),
        )


_TEX = {
    "sigmoid": (r"\frac{1}{1 + e^{-z}}", "a (1 - a)"),
    "tanh": (r"\tanh z", "1 - a^2"),
    "identity": ("z", "1"),
}
"""Every activation and its derivative in TeX."""


def _logit(y: float) -> float:
    """The z at which 1/(1 + e^(−z)) is y, for 0 < y < 1."""
    return math.log(y) - math.log1p(-y)
