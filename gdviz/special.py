"""Special functions that the array standard lacks, written over a namespace and safe from overflow."""

from __future__ import annotations

from gdviz.arrays import Array, Namespace

__all__ = ["sigmoid", "softmax"]


def sigmoid(xp: Namespace, z: Array) -> Array:
    """σ(z) = 1 / (1 + exp(−z)), `(...)`, in [0, 1]; keeps its digits where z is far below 0."""
    # exp(−|z|) never overflows; the numerator is 1 for z ≥ 0 and exp(z) below, without a branch over the elements.
    small = xp.exp(-xp.abs(z))
    return xp.maximum(small, xp.sign(z)) / (1.0 + small)


def softmax(xp: Namespace, z: Array) -> Array:
    """exp(z) / Σ exp(z) over the last axis, `(..., k)`, in [0, 1]; never overflows."""
    raised = xp.exp(z - xp.max(z, axis=-1, keepdims=True))
    return raised / xp.sum(raised, axis=-1, keepdims=True)
