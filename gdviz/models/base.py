"""What a model is: a prediction from rows and one flat parameter vector, and the way back from ∂L/∂prediction.

Both passes are explicit, so that what they compute can be shown with its name: scores z and outputs a forward,
δ = ∂L/∂z and ∂L/∂θ backward, layer by layer (`gdviz.models.layers`). A model knows no loss; `gdviz.models.chain` joins
the two by the chain rule.

A model is made for its targets: `model("softmax", targets=Targets("class", 3))`. From them follows how many `outputs`
it has. Where that is one, predictions are `(..., n)` and targets `(n,)`; where there are k, `(..., n, k)` and `(n, k)`,
classes as one-hot rows or any other distribution over them.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.losses.base import TargetKind
from gdviz.models.activations import ACTIVATIONS, Activation
from gdviz.parameters import Parameterized

__all__ = ["Forward", "LayerBlocks", "Model", "TargetKind", "Targets", "split"]


class Targets(NamedTuple):
    """What is to be predicted: `size` numbers of every row, or to which of `size` classes it belongs."""

    kind: TargetKind
    size: int


class Forward(NamedTuple):
    """The forward pass over n rows: scores z and outputs a = activation(z), `(..., n)` each, or `(..., n, k)` for k
    outputs; `hidden` are the outputs of the hidden layers, `(..., n, units)` each, which the way back needs."""

    scores: Array
    outputs: Array
    hidden: tuple[Array, ...] = ()


class LayerBlocks(NamedTuple):
    """Where a layer lies in the parameter vector: its weights `(inputs, units)` from `begin`, then its biases
    `(units,)`, up to `end`. Both together are the rows of one matrix `(inputs + 1, units)`."""

    name: str
    inputs: int
    units: int
    begin: int
    end: int


@dataclass(frozen=True)
class Model(Parameterized, abc.ABC):
    """Predictions from rows `(n, features)`. Subclasses say `name`, `label`, `summary`, `source`, `formula`.

    Parameters `(..., d)` may be a batch of vectors; their leading axes lead in every result.

    Wherever a pass takes parameters and rows, the rows may be `design(rows)`, `(n, features + 1)`: with a last column
    of ones, which carries the bias along in one product and saves a third of the array calls of a small mini-batch.
    """

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    target_kind: ClassVar[TargetKind] = "number"
    """What it predicts unless told otherwise: numbers, or the probabilities of classes."""
    target_kinds: ClassVar[tuple[TargetKind, ...]] = ("number",)
    """All that it can predict."""
    losses: ClassVar[tuple[str, ...]] = ()
    """The names of the losses that fits to data offer with it, the default one first; see `losses_for`."""
    affine: ClassVar[bool] = False
    """Whether scores are affine in the parameters, so that `hessian` is exact and losses convex in the score stay
    convex."""

    targets: Targets | None = field(default=None, kw_only=True)
    """What the data ask for; left out: what the model usually predicts. No option: no file and no user says it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        targets = self.usual_targets() if self.targets is None else Targets(*self.targets)
        object.__setattr__(self, "targets", targets)
        reason = self.refusal(targets)
        if reason:
            raise InputError(f"{self.name}: {reason}")

    @classmethod
    def usual_targets(cls) -> Targets:
        """What it predicts unless told otherwise."""
        return Targets("number", 1) if cls.target_kind == "number" else Targets("class", 2)

    @classmethod
    def refusal(cls, targets: Targets) -> str:
        """Why it can't predict these, in a sentence; empty where it can."""
        if targets.kind not in cls.target_kinds:
            wanted = "classes" if targets.kind == "class" else "numbers"
            return f"it doesn't predict {wanted}; choose another model or target."
        if targets.size < (2 if targets.kind == "class" else 1):
            return "there is nothing to predict; a target needs a number, or at least two classes."
        return ""

    @classmethod
    def losses_for(cls, targets: Targets) -> tuple[str, ...]:
        """The names of all losses that fit it with these targets, the default one first."""
        return cls.losses

    @property
    def predicted(self) -> Targets:
        """What it predicts."""
        assert self.targets is not None, "set when the model was made"
        return self.targets

    @property
    def outputs(self) -> int:
        """How many scores a row has. One with two classes: that of the second."""
        return self.predicted.size

    @property
    @abc.abstractmethod
    def output_activation(self) -> str:
        """What makes outputs of scores: identity, logistic or softmax."""

    @property
    def hidden_activation(self) -> str:
        """What makes outputs of scores in hidden layers, where there are any."""
        return "identity"

    @property
    def activation_of_outputs(self) -> Activation:
        """The same with its derivatives."""
        return ACTIVATIONS[self.output_activation]

    @abc.abstractmethod
    def blocks(self, features: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of the parts of the parameter vector, in C order."""

    @abc.abstractmethod
    def layers(self, features: int) -> tuple[LayerBlocks, ...]:
        """Where every layer lies in the parameter vector; one layer for an affine model."""

    def dimension(self, features: int) -> int:
        """d, the length of the parameter vector."""
        return self.layers(features)[-1].end

    def features_of(self, dimension: int) -> int:
        """How many features the parameter vectors of this length are for."""
        return dimension // self.outputs - 1

    def initial(self, features: int, seed: int = 0) -> np.ndarray:
        """Where a descent starts, `(d,)` float64: 0 for affine models, whose losses are convex."""
        return np.zeros(self.dimension(features))

    def penalized(self, features: int) -> np.ndarray:
        """1 for every weight and 0 for every bias, `(d,)`: what penalties are taken of."""
        marks = np.ones(self.dimension(features))
        for layer in self.layers(features):
            marks[layer.end - layer.units : layer.end] = 0.0
        return marks

    def entries(self, features: int) -> int:
        """How many numbers a pass keeps for one row and one parameter vector: what bounds the memory of a batch."""
        return sum(layer.units for layer in self.layers(features))

    def multiplications(self, features: int) -> int:
        """How many a prediction of one row takes, an exponential or logarithm counted as 30."""
        return sum((layer.inputs + 30) * layer.units for layer in self.layers(features))

    def design(self, xp: Namespace, rows: Array) -> Array:
        """The rows with a last column of ones, `(n, features + 1)`; what passes take as well as plain rows."""
        return xp.concat([rows, xp.ones_like(rows[:, :1])], axis=1)

    @abc.abstractmethod
    def scores(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        """z of the last layer, `(..., n)`, or `(..., n, k)` for k outputs."""

    def activate(self, xp: Namespace, scores: Array) -> Array:
        """a of z, row by row."""
        return self.activation_of_outputs.apply(xp, scores)

    def slope(self, xp: Namespace, outputs: Array) -> Array:
        """∂aᵢ/∂zᵢ from the outputs a, of the same shape; see `score_gradient` for outputs that depend on each other."""
        return self.activation_of_outputs.slope(xp, outputs)

    def score_gradient(self, xp: Namespace, outputs: Array, output_gradient: Array) -> Array:
        """δ = ∂L/∂z of every row from ∂L/∂a and the outputs a, all of the same shape."""
        return self.activation_of_outputs.back(xp, output_gradient, outputs)

    @abc.abstractmethod
    def backward(
        self, xp: Namespace, parameters: Array, rows: Array, score_gradient: Array, forward: Forward | None = None
    ) -> Array:
        """Σ over the rows of ∂L/∂θ, `(..., d)`, from ∂L/∂z of every row, shaped as the scores.

        `forward` is the pass that the scores came from; left out, models with hidden layers take it once more.
        """

    @abc.abstractmethod
    def jacobian(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        """∂z/∂θ of every row, `(..., n, d)`, or `(..., n, k, d)` for k outputs: for least squares and Gauss–Newton."""

    def hessian(self, xp: Namespace, rows: Array, score_curvature: Array) -> Array:
        """Σ over the rows of ∂²L/∂θ², `(d, d)`, from ∂²L/∂z² of every row: (n,), `(n, k)` where the k scores don't
        depend on each other, or `(n, k, k)`. Raises `NotImplementedError` where z is not affine in the parameters;
        `gdviz.models.curvature.hessian` serves all models."""
        raise NotImplementedError(f"{self.name} has no Hessian from its scores alone")

    def forward_to_scores(self, xp: Namespace, parameters: Array, rows: Array) -> Forward:
        """The forward pass up to z, whose `outputs` are None: all that losses of scores need."""
        return Forward(self.scores(xp, parameters, rows), None)

    def forward(self, xp: Namespace, parameters: Array, rows: Array) -> Forward:
        """z and a of every row."""
        forward = self.forward_to_scores(xp, parameters, rows)
        return forward._replace(outputs=self.activate(xp, forward.scores))


def split(xp: Namespace, blocks: Sequence[tuple[str, tuple[int, ...]]], vector: Array) -> dict[str, Array]:
    """The parts of parameter vectors or gradients `(..., d)` by name, `(..., *shape)` each."""
    parts, begin = {}, 0
    for name, shape in blocks:
        end = begin + prod(shape)
        parts[name] = xp.reshape(vector[..., begin:end], (*vector.shape[:-1], *shape))
        begin = end
    return parts


@lru_cache(maxsize=256)
def layers_of(sizes: tuple[int, ...]) -> tuple[LayerBlocks, ...]:
    """The layers of a network with so many inputs, units of every hidden layer, and outputs: layer1, layer2, …"""
    found, begin = [], 0
    for index, (inputs, units) in enumerate(pairwise(sizes), start=1):
        end = begin + (inputs + 1) * units
        found.append(LayerBlocks(f"layer{index}", inputs, units, begin, end))
        begin = end
    return tuple(found)
