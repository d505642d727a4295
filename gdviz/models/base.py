"""What a model is: a prediction from rows and one flat parameter vector, and the way back from ∂L/∂prediction.

Both passes are explicit, so that what they compute can be shown with its name: the scores z and outputs a forward,
∂L/∂z and ∂L/∂θ backward. Models know no loss; the chain rule joins the two.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.parameters import Parameterized

__all__ = ["Forward", "Model"]


class Forward(NamedTuple):
    """The forward pass over n rows: scores z and outputs a = activation(z), `(..., n)` each."""

    scores: Array
    outputs: Array


@dataclass(frozen=True)
class Model(Parameterized, abc.ABC):
    """Predictions from rows `(n, features)`. Subclasses say `name`, `label`, `summary`, `source`, `formula`.

    Parameters `(..., d)` may be a batch of vectors; their leading axes lead in every result.
    """

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    target_kind: ClassVar[Literal["number", "class"]] = "number"
    """What it predicts: a number, or the probability of the second of two classes."""
    losses: ClassVar[tuple[str, ...]] = ()
    """The names of the losses that fit it, the default one first."""

    @abc.abstractmethod
    def blocks(self, features: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of the parts of the parameter vector, in C order."""

    @abc.abstractmethod
    def scores(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        """z, `(..., n)`."""

    @abc.abstractmethod
    def activate(self, xp: Namespace, scores: Array) -> Array:
        """a of z, elementwise."""

    @abc.abstractmethod
    def slope(self, xp: Namespace, outputs: Array) -> Array:
        """∂a/∂z, elementwise, from the outputs a."""

    @abc.abstractmethod
    def backward(self, xp: Namespace, parameters: Array, rows: Array, score_gradient: Array) -> Array:
        """Σ over the rows of ∂L/∂θ, `(..., d)`, from ∂L/∂z of every row, `(..., n)`."""

    def hessian(self, xp: Namespace, rows: Array, score_curvature: Array) -> Array:
        """Σ over the rows of ∂²L/∂θ², `(d, d)`, from ∂²L/∂z² of every row, (n,); raises `NotImplementedError` where z
        is not affine in the parameters."""
        raise NotImplementedError(f"{self.name} has no Hessian from its scores alone")

    def forward(self, xp: Namespace, parameters: Array, rows: Array) -> Forward:
        """z and a of every row."""
        scores = self.scores(xp, parameters, rows)
        return Forward(scores, self.activate(xp, scores))
