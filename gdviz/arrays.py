"""The array namespace that the mathematics is written over.

Rules and problems take and return arrays of whatever library the caller uses: NumPy by default, PyTorch, CuPy or
array-api-strict as well. `namespace` finds that library's standard functions; a run looks it up once.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import array_api_compat
import numpy as np

__all__ = ["Array", "Namespace", "Place", "float_array", "namespace", "place_of", "placed", "to_numpy"]

Array: TypeAlias = Any
"""An array of any library with the standard's operators; the standard has no class to name."""

Namespace: TypeAlias = Any
"""A module with the array standard's functions."""

_JAX = "jax.numpy"


def namespace(*arrays: Array) -> Namespace:
    """The namespace that all of these arrays belong to; NumPy itself for NumPy's arrays."""
    # NumPy 2 follows the standard by itself, and its plain module is the quicker one to call.
    if all(isinstance(array, np.ndarray | np.generic | float | int) for array in arrays):
        return np
    return array_api_compat.array_namespace(*arrays)


def float_array(values: Any, xp: Namespace = np) -> Array:
    """`values` as a floating array: arrays that are floating already keep their type, all else becomes float64."""
    if hasattr(values, "dtype") and not isinstance(values, np.ndarray | np.generic):
        return values
    array = np.asarray(values)
    if not np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float64)
    return array if xp is np else xp.asarray(array)


Place: TypeAlias = tuple[str, str, str]
"""The names of a library, a device and a floating type: what numbers are converted for once and kept."""


def place_of(xp: Namespace, like: Array) -> Place:
    """Where `like`, an array of this namespace, lies. JAX's arrays are all where JAX puts them."""
    device = "" if xp.__name__ == _JAX else str(getattr(like, "device", ""))
    return xp.__name__, device, str(like.dtype)


def placed(numbers: np.ndarray, xp: Namespace, like: Array) -> Array:
    """`numbers` in the library, on the device and in the floating type of `like`; they may be kept for later calls."""
    if not numbers.flags.writeable:
        numbers = numbers.copy()  # which PyTorch would otherwise share and warn of
    if xp.__name__ != _JAX:
        return xp.asarray(numbers, dtype=like.dtype, device=getattr(like, "device", None))
    import jax

    # While JAX records a program, arrays stand for numbers to come. These are numbers, and are to stay such.
    with jax.ensure_compile_time_eval():
        return xp.asarray(numbers, dtype=like.dtype)


def to_numpy(array: Array) -> np.ndarray:
    """A NumPy array with the same numbers, on the host."""
    if isinstance(array, np.ndarray):
        return array
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    return np.asarray(array)
