"""What a loss is: a function of one row's prediction and target, with its first two derivatives in the prediction."""

from __future__ import annotations

import abc
import re
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.parameters import Parameterized

__all__ = ["Argument", "Curve", "Loss", "TargetKind", "of_rows"]

Argument = Literal["output", "score"]
TargetKind = Literal["number", "class"]


class Curve(NamedTuple):
    """A loss as it is drawn: `argument (m,)` is the error ŷ − y of a number, or the score z; `value` and `derivative`
    `(m,)` are those there."""

    argument: np.ndarray
    value: np.ndarray
    derivative: np.ndarray


# A target or prediction in a formula, which gets a number where there are several.
_LETTER = re.compile(r"(\\hat )?\b[ecy]\b")


@dataclass(frozen=True)
class Loss(Parameterized, abc.ABC):
    """A loss per row. Subclasses say `name`, `label`, `summary`, `source`, `formula`.

    Predictions `(..., n)` for a batch of parameter vectors and targets `(n,)` give `(..., n)`. With k predictions a
    row, `(..., n, k)`, and targets `(n, k)`, the loss of a row is still one number: for numbers the sum over its
    targets, so that lines fitted at once are the lines fitted alone; for classes, whose target is a distribution over
    them such as one-hot, that of the row as a whole.
    """

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    argument: ClassVar[Argument] = "output"
    """What the prediction is: the model's output ŷ, or the score z before its last activation, where the loss and that
    activation together have a simple and stable derivative."""
    target_kind: ClassVar[TargetKind] = "number"
    """What it was made for. Losses of numbers fit the probabilities of classes too, with targets 0 and 1."""
    smooth: ClassVar[bool] = True
    """False where the derivative jumps; `derivative` is a subgradient there."""
    has_curvature: ClassVar[bool] = True
    """False where the second derivative is infinite, or 0 although the loss bends, somewhere."""
    constant_curvature: ClassVar[float | None] = None
    """The second derivative where it is the same everywhere: with a model that is affine and has no activation such a
    loss needs the data's second moments only."""
    value_formula: ClassVar[str] = ""
    """L in TeX."""
    derivative_formula: ClassVar[str] = ""
    """∂L/∂prediction in TeX."""
    output_derivative_formula: ClassVar[str] = ""
    """∂L/∂p in TeX, for losses of scores that are losses of the probabilities p made of them too."""

    @abc.abstractmethod
    def value(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """L of every row, `(..., n)`."""

    @abc.abstractmethod
    def derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """∂L/∂prediction of every row, shaped as the prediction."""

    @abc.abstractmethod
    def second_derivative(self, xp: Namespace, prediction: Array, target: Array) -> Array:
        """∂²L/∂prediction² of every row, where it exists: shaped as the prediction, or `(..., n, k, k)` where the loss
        is no sum over the k predictions."""

    def value_and_derivative(self, xp: Namespace, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Both; losses whose derivative shares its work with the value write this one."""
        return self.value(xp, prediction, target), self.derivative(xp, prediction, target)

    def output_derivative(self, xp: Namespace, output: Array, target: Array) -> Array:
        """∂L/∂ŷ of every row, shaped as the output ŷ, also for losses of scores that are losses of probabilities: there
        it is infinite where the true class has the probability 0. Raises `NotImplementedError` where
        `output_derivative_formula` is empty."""
        if self.argument == "output":
            return self.derivative(xp, output, target)
        raise NotImplementedError(f"{self.name} is no function of the output")

    def formulas(self, several: bool) -> tuple[str, str, str]:
        """L, ∂L/∂prediction and ∂L/∂ŷ in TeX, the last one empty where there is none; for `several` predictions of a
        row, numbered by k."""
        by_output = self.derivative_formula if self.argument == "output" else self.output_derivative_formula
        found = (self.value_formula, self.derivative_formula, by_output)
        if not several or self.target_kind == "class":
            return found
        value, derivative, by_output = (_LETTER.sub(r"\g<0>_k", formula) for formula in found)
        return value.replace("L = ", r"L = \sum_k ", 1), derivative, by_output

    def curve(self, low: float = -4.0, high: float = 4.0, count: int = 401, target: float | None = None) -> Curve:
        """The loss over errors from `low` to `high`, for one target; for classes over scores, for the class 1 or
        `target`. A range that takes in 0 has a point there, where kinks are."""
        wanted = target if target is not None else (1.0 if self.argument == "score" else 0.0)
        argument = np.linspace(low, high, count)
        if low < 0 < high:
            argument[np.abs(argument).argmin()] = 0.0
        targets = np.full(count, wanted)
        value, derivative = self.value_and_derivative(
            np, argument if self.argument == "score" else argument + wanted, targets
        )
        return Curve(argument, value, derivative)


def of_rows(xp: Namespace, losses: Array, target: Array) -> Array:
    """The losses of rows, `(..., n)`, from those of each of their targets, shaped as the prediction."""
    return xp.sum(losses, axis=-1) if target.ndim == 2 else losses
