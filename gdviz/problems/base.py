"""What is minimized: a scalar function of a point, with its derivatives and what a picture of it needs.

Every method takes points `(..., d)` whose leading axes are a batch, so one expression serves a single step, a landscape
of a quarter of a million points and a million descents. Problems are frozen: their options are dataclass fields.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gdviz.arrays import Array
from gdviz.parameters import Parameterized
from gdviz.quantities import Quantity

__all__ = ["Block", "Problem"]


class Block(NamedTuple):
    """A named part of the flat parameter vector, in C order."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Problem(Parameterized, abc.ABC):
    """A function to minimize.

    Subclasses say `name`, `label` (what people call it), `summary` (a sentence on what it is for), `source` and write
    `value`, `gradient` and, where it exists, `hessian` over the array namespace of the points they are given.
    """

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    """The function in plain Unicode text, for lists and tooltips."""
    family: ClassVar[str] = ""
    """What it is shown among: "hollows", "ripples", "learning"; "" leaves it to the number of parameters."""
    smooth: ClassVar[bool] = True
    """False where the gradient given is a subgradient somewhere in the domain."""
    has_hessian: ClassVar[bool] = True
    rows_in_order: ClassVar[bool] = False
    """True where mini-batches take the rows in their order, epoch after epoch, instead of shuffled."""
    cheap: ClassVar[bool] = True
    """True where values and gradients of many points cost little, so a recorder may ask for them in batches after the
    steps; False for fits to data, where value and gradient come from one pass over the rows while stepping."""

    @property
    @abc.abstractmethod
    def dimension(self) -> int:
        """d, the length of a point."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, `dimension` of them."""
        if self.dimension <= 3:
            return ("x", "y", "z")[: self.dimension]
        return tuple(f"x{index + 1}" for index in range(self.dimension))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The named parts of the parameter vector; one block `x (d,)` where it has no structure."""
        return (Block("x", (self.dimension,)),)

    @property
    def rows(self) -> int | None:
        """How many rows a mini-batch is drawn from; None where the problem is no mean over rows."""
        return None

    @property
    def has_residuals(self) -> bool:
        """Whether the function is residual_factor · ½ ‖residuals‖²: Gauss–Newton and Levenberg–Marquardt apply."""
        return False

    @property
    def residual_factor(self) -> float:
        """2 for a plain sum of squares, 1 for half of one."""
        return 2.0

    @property
    @abc.abstractmethod
    def domain(self) -> np.ndarray:
        """The part worth looking at: `(d, 2)`, lower and upper limit of each parameter. No constraint."""

    @property
    def minima(self) -> np.ndarray:
        """The known minima, `(k, d)`, global ones first; k may be 0."""
        return np.empty((0, self.dimension))

    @property
    def minimum_value(self) -> float | None:
        """The lowest value, where it is known."""
        minima = self.minima
        return float(self.value(minima[0])) if len(minima) else None

    @property
    @abc.abstractmethod
    def start(self) -> np.ndarray:
        """A start worth watching, `(d,)`."""

    @abc.abstractmethod
    def value(self, x: Array) -> Array:
        """f at points `(..., d)`, as `(...)`."""

    @abc.abstractmethod
    def gradient(self, x: Array) -> Array:
        """∇f at points `(..., d)`, as `(..., d)`."""

    def hessian(self, x: Array) -> Array:
        """∇²f at points `(..., d)`, as `(..., d, d)`; raises `NotImplementedError` where `has_hessian` is False."""
        raise NotImplementedError(f"{self.name} has no Hessian; use differences of its gradient")

    def residuals(self, x: Array) -> Array:
        """The residuals r at points `(..., d)`, as `(..., m)`; raises `NotImplementedError` without `has_residuals`."""
        raise NotImplementedError(f"{self.name} is no sum of squares")

    def jacobian(self, x: Array) -> Array:
        """∂r/∂x at points `(..., d)`, as `(..., m, d)`; raises `NotImplementedError` without `has_residuals`."""
        raise NotImplementedError(f"{self.name} is no sum of squares")

    def explain(self, x: Array) -> tuple[Quantity, ...]:
        """The quantities that value and gradient at `x (..., d)` are made of, in the order they are computed.

        Problems made of parts, a neuron or a fit of distributions, name these first and end with the same two.
        """
        value, gradient = self.value_and_gradient(x)
        return (Quantity("Value", "f", r"f(\theta)", value), Quantity("Gradient", "∇f", r"\nabla f(\theta)", gradient))

    def explain_batch(self, x: Array, rows: Sequence[int] | Any) -> tuple[Quantity, ...]:
        """The same of the mean over these rows only, for problems whose `rows` is not None."""
        value, gradient = self.batch_value_and_gradient(x, rows)
        return (
            Quantity("Value", "f", r"f_B(\theta)", value),
            Quantity("Gradient", "∇f", r"\nabla f_B(\theta)", gradient),
        )

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """Both at once; problems whose derivative shares its work with the value write this one."""
        return self.value(x), self.gradient(x)

    def batch_value_and_gradient(self, x: Array, rows: Sequence[int] | Any) -> tuple[Array, Array]:
        """Value and gradient of the mean over these rows only, for problems whose `rows` is not None."""
        raise NotImplementedError(f"{self.name} is no sum over rows, so it has no mini-batches")

    def plane_pieces(
        self, base: np.ndarray, directions: np.ndarray, u: np.ndarray, v: np.ndarray, values: np.ndarray, rows: Any
    ) -> Iterator[float] | None:
        """Work that fills `values (nv, nu)` with those at base + u·directions[0] + v·directions[1], of these rows or,
        where that is None, all, by a shorter way than point by point, and yields the share done now and then. None
        where there is no such way."""
        return None

    def batch_value(self, x: Array, rows: Sequence[int] | Any) -> Array:
        """Value of the mean over these rows only; the mean over all is that over blocks, weighed by their lengths."""
        return self.batch_value_and_gradient(x, rows)[0]
