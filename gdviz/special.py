"""Special functions that the array standard lacks, written over a namespace and safe from overflow."""

from __future__ import annotations

from gdviz.arrays import Array, Namespace

__all__ = ["sigmoid"]


def sigmoid(xp: Namespace, z: Array) -> Array:
    """σ(z) = 1 / (1 + exp(−z)), `(...)`, in [0, 1]; keeps its digits where z is far below 0."""
    # exp(−|z|) never overflows; the numerator is 1 for z ≥ 0 and exp(z) below, without a branch over the elements.
    small = xp.exp(-xp.abs(z))
    return xp.maximum(small, xp.sign(z)) / (1.0 + small)
