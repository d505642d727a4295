"""What computes a run: NumPy, or another array library on the processor or on a device, by name.

A backend only says where the numbers of a run lie; the same rules and problems compute with them through the array
namespace. Libraries are imported when one of theirs is asked about, never before.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace, to_numpy
from gdviz.errors import UnknownNameError

__all__ = ["BACKENDS", "Backend", "BackendWarning", "Choice", "backend", "choose", "computing", "failure"]

_LONGEST_REASON = 160
_JAX = "jax.numpy"


class BackendWarning(UserWarning):
    """Another backend than the one asked for computes; the text says which and why."""


@dataclass(frozen=True)
class Backend:
    """An array library and the device of it that computes."""

    name: str
    summary: str
    module: str
    """The namespace with the array standard's functions."""
    library: str
    """The name to import and to install it by."""
    device: str | None = None
    """As the library names it; None for its usual one."""
    precision: Literal["float64", "float32"] = "float64"
    """The floating type that runs have unless asked otherwise: float32 where the device has nothing better."""

    @property
    def is_numpy(self) -> bool:
        return self.library == "numpy"

    @property
    def compiles(self) -> bool:
        """Whether whole runs are compiled before they are computed."""
        return self.library == "jax"

    def namespace(self) -> Namespace:
        """The library's standard functions; imports it."""
        return importlib.import_module(self.module)

    def array(self, numbers: Any, dtype: Any = None) -> Array:
        """`numbers` on this backend's device, in `dtype`, or in its own precision where none is asked for."""
        floating = np.dtype(self.precision if dtype is None else dtype)
        host = np.asarray(numbers, dtype=floating)
        if self.is_numpy:
            return host
        xp = self.namespace()
        with computing(xp):
            settings = {} if self.device is None else {"device": self.device}
            return xp.asarray(host, dtype=getattr(xp, floating.name), **settings)

    def why_not(self) -> str:
        """Why this backend can't be used here, in words that fit after its name; empty where it can.

        Imports the library and has the device add two numbers: a driver that is broken shows only then.
        """
        if self.is_numpy:
            return ""
        if importlib.util.find_spec(self.library) is None:
            return f"{self.library} is not installed ({self._installation})"
        try:
            xp = self.namespace()
        except Exception as error:
            return f"{self.library} is installed but can't be imported ({failure(error)}); install it again"
        try:
            with computing(xp):
                added = float(to_numpy(xp.sum(self.array([1.0, 2.0]))))
        except Exception as error:
            return f"{self.library} can't compute on {self.device or 'its device'} here ({failure(error)})"
        return "" if added == 3.0 else f"{self.library} adds 1 and 2 to {added:g} on {self.device or 'its device'}"

    @property
    def _installation(self) -> str:
        # The wheels of cupy are named after the version of CUDA that they are for.
        return "pip install cupy-cuda12x" if self.library == "cupy" else f"pip install 'gdviz[{self.library}]'"


BACKENDS: tuple[Backend, ...] = (
    Backend("numpy", "NumPy on the processor.", "numpy", "numpy"),
    Backend("torch", "PyTorch on the processor.", "array_api_compat.torch", "torch", "cpu"),
    Backend("torch:cuda", "PyTorch on an NVIDIA or AMD GPU.", "array_api_compat.torch", "torch", "cuda"),
    Backend(
        "torch:mps",
        "PyTorch on the GPU of a Mac, which has single precision only.",
        "array_api_compat.torch",
        "torch",
        "mps",
        precision="float32",
    ),
    Backend("cupy", "CuPy on an NVIDIA GPU.", "array_api_compat.cupy", "cupy"),
    Backend("jax", "JAX: whole runs of gradient rules compiled, on its usual device.", _JAX, "jax"),
)


class Choice(NamedTuple):
    """The backend to compute with; `notice` says in a sentence why it is another than was asked for, if it is."""

    backend: Backend
    notice: str


def backend(name: str) -> Backend:
    """The backend of that name, whether or not it can be used here; raises `UnknownNameError`."""
    for item in BACKENDS:
        if item.name == name:
            return item
    raise UnknownNameError("backend", name, [item.name for item in BACKENDS])


def choose(name: str) -> Choice:
    """The backend of that name, or NumPy where it can't be used here; raises `UnknownNameError`."""
    asked = backend(name)
    reason = asked.why_not()
    return Choice(BACKENDS[0], f"{name}: {reason}; NumPy computes instead.") if reason else Choice(asked, "")


def computing(xp: Namespace) -> AbstractContextManager[Any]:
    """In what to compute with arrays of this namespace: JAX has float64 only where it is switched on, and here that
    ends with the block, so that a user's own JAX code keeps its setting."""
    return _jax_in_double_precision() if getattr(xp, "__name__", "") == _JAX else nullcontext()


@contextmanager
def _jax_in_double_precision() -> Iterator[None]:
    import jax

    with jax.enable_x64(True):
        yield


def failure(error: BaseException) -> str:
    """What a library says went wrong, as one short line."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    text = text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
