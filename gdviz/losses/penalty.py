"""What is added to a loss for large parameters: l2/2 · ‖weights‖² + l1 · ‖weights‖₁, biases free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdviz.arrays import Array, Namespace, namespace, placed

__all__ = ["Penalty"]


@dataclass(frozen=True, eq=False)
class Penalty:
    """l2/2 · Σ wᵢ² + l1 · Σ |wᵢ| over the parameters that `penalized` marks, (d,) of 0 and 1.

    l2 shrinks weights in proportion, l1 pulls each with the same force until it is 0 and stays there.
    Source: Hoerl & Kennard 1970 (l2); Tibshirani 1996 (l1).
    """

    l2: float
    l1: float
    penalized: np.ndarray

    @property
    def none(self) -> bool:
        return self.l2 == 0 and self.l1 == 0

    def value(self, x: Array) -> Array:
        """The penalty at points `(..., d)`, as `(...)`."""
        xp = namespace(x)
        weights = x * self._mask(xp, x)
        return 0.5 * self.l2 * xp.sum(weights * weights, axis=-1) + self.l1 * xp.sum(xp.abs(weights), axis=-1)

    def gradient(self, x: Array) -> Array:
        """Its gradient `(..., d)`; where a weight is 0 the subgradient 0 of l1."""
        xp = namespace(x)
        weights = x * self._mask(xp, x)
        return self.l2 * weights + self.l1 * xp.sign(weights)

    def hessian(self, x: Array) -> Array:
        """Its Hessian `(d, d)`, the same at all points but the kinks of l1."""
        xp = namespace(x)
        return self.l2 * (xp.eye(x.shape[-1], dtype=x.dtype) * self._mask(xp, x))

    def _mask(self, xp: Namespace, x: Array) -> Array:
        return self.penalized if xp is np else placed(self.penalized, xp, x)
