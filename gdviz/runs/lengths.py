"""Lengths of gradients and steps that keep their precision where the squares would overflow or vanish."""

from __future__ import annotations

import numpy as np

__all__ = ["lengths", "safe_norms"]

# Between these norms the squares, and so their sum, keep full precision.
_SAFE_DOUBLE = (1e-140, 1e150)
_SAFE_SINGLE = (1e-15, 1e18)


def lengths(vectors: np.ndarray) -> np.ndarray:
    """‖v‖₂ of vectors `(..., d)`, as `(...)`; inf and nan only where the vector holds them or is too long."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        norms = np.sqrt(np.sum(vectors * vectors, axis=-1))
        tiny, huge = safe_norms(norms.dtype.itemsize)
        safe = (norms > tiny) & (norms < huge)
        if not safe.all():
            largest = np.max(np.abs(vectors), axis=-1)
            usable = (largest > 0) & np.isfinite(largest)
            scaled = vectors / np.where(usable, largest, 1.0)[..., None]
            careful = np.where(usable, largest * np.sqrt(np.sum(scaled * scaled, axis=-1)), largest)
            norms = np.where(safe, norms, careful)
    return np.asarray(norms)


def safe_norms(bytes_a_number: int) -> tuple[float, float]:
    """Between which norms the sum of the squares has full precision, in floats of so many bytes."""
    return _SAFE_DOUBLE if bytes_a_number >= 8 else _SAFE_SINGLE
