"""What a loss is: a function of one row's prediction and target, with its first two derivatives in the prediction."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import ClassVar, Literal

from gdviz.arrays import Array, Namespace
from gdviz.parameters import Parameterized

__all__ = ["Argument", "Loss", "TargetKind"]

Argument = Literal["output", "score"]
TargetKind = Literal["number", "class"]


@dataclass(frozen=True)
class Loss(Parameterized, abc.ABC):
    """A loss per row. Subclasses say `name`, `label`, `summary`, `source`, `formula`.

    Every method is elementwise: predictions `(..., n)` for a batch of parameter vectors and targets `(n,)` give
    `(..., n)`.
    """

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    argument: ClassVar[Argument] = "output"
    """What the prediction is: the model's output ŷ, or the score z before its last activation, where the loss and that
    activation together have a simple and stable derivative."""
    target_kind: ClassVar[TargetKind] = "number"
    """Whether targets are numbers, or classes counted from 0."""
    smooth: ClassVar[bool] = True
    """False where the derivative jumps; `derivative` is a subgradient there."""
    constant_curvature: ClassVar[float | None] = None
    """The second derivative where it is the same everywhere: such a loss needs the data's second moments only."""

    @abc.abstractmethod
    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """L of every row."""

    @abc.abstractmethod
    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """∂L/∂prediction of every row."""

    @abc.abstractmethod
    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """∂²L/∂prediction² of every row, where it exists."""

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Both; losses whose derivative shares its work with the value write this one."""
        return self.value(xp, prediction, target), self.derivative(xp, prediction, target)
