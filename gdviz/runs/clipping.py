"""Gradient clipping: what a step is allowed to be told of a steep slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from gdviz.arrays import Array, Namespace
from gdviz.errors import ParameterError
from gdviz.parameters import Parameterized, parameter

__all__ = ["Clipping"]


def _bound(help: str) -> Any:
    return parameter(None, low=0, low_open=True, slider=(1e-3, 1e3), log=True, optional=True, help=help)


@dataclass(frozen=True)
class Clipping(Parameterized):
    """The gradient's entries cut off at ±value, or the whole of it shortened to a norm; off where both are None.

    By norm, torch multiplies with min(1, c/(‖g‖ + 1e-6)), optax and Keras with c/‖g‖ where ‖g‖ is c or more. As in
    Keras only one of the two can be chosen, for their order would matter.

    Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063; torch.nn.utils.clip_grad_norm_, clip_grad_value_;
    optax.clip, optax.clip_by_global_norm.
    """

    name: ClassVar[str] = "clipping"

    value: float | None = _bound("Cuts every entry of the gradient off at plus or minus this.")
    norm: float | None = _bound("Shortens a gradient that is longer than this, in its own direction.")
    convention: Literal["torch", "optax", "keras"] = parameter(
        "torch", choices=("torch", "optax", "keras"), help="Whether 1e-6 is added to the norm, as torch does."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.value is not None and self.norm is not None:
            raise ParameterError("clipping: value and norm exclude each other; give one of them.")

    @property
    def none(self) -> bool:
        return self.value is None and self.norm is None

    @property
    def formula(self) -> str:
        """What it makes of a gradient g, in TeX; empty where it is off."""
        if self.value is not None:
            return r"\min(\max(g, -c), c)"
        if self.norm is None:
            return ""
        return (
            r"g\,\min(1, \tfrac{c}{\|g\| + 10^{-6}})" if self.convention == "torch" else r"g\,\min(1, \tfrac{c}{\|g\|})"
        )

    def clipped(self, xp: Namespace, gradient: Array) -> Array:
        """What is left of gradients `(..., d)`, each by itself."""
        if self.value is not None:
            return xp.clip(gradient, -self.value, self.value)
        if self.norm is None:
            return gradient
        norm = _norm(xp, gradient)
        if self.convention == "torch":
            return gradient * xp.clip(self.norm / (norm + 1e-6), None, 1.0)
        return xp.where(norm < self.norm, gradient, gradient / norm * self.norm)


def _norm(xp: Namespace, vectors: Array) -> Array:
    """‖v‖₂ of vectors `(..., d)` as `(..., 1)`, also where the squares would overflow."""
    norm = xp.sqrt(xp.sum(vectors * vectors, axis=-1, keepdims=True))
    if bool(xp.all(xp.isfinite(norm))):
        return norm
    largest = xp.max(xp.abs(vectors), axis=-1, keepdims=True)
    scaled = vectors / largest
    return xp.where(xp.isfinite(norm), norm, largest * xp.sqrt(xp.sum(scaled * scaled, axis=-1, keepdims=True)))
