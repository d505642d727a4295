"""The multi-layer perceptron, as scikit-learn's MLPClassifier and MLPRegressor.

Layer l takes the outputs of the one before, z_l = a_{l−1} W_l + b_l, a_l = f(z_l), with the rows as a_0. On the way
back δ_l = ∂L/∂z_l = (δ_{l+1} W_{l+1}ᵀ) ⊙ f′(z_l), ∂L/∂W_l = a_{l−1}ᵀ δ_l and ∂L/∂b_l = Σ δ_l over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.models.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from gdviz.models.affine import BINARY_LOSSES, CLASS_LOSSES, NUMBER_LOSSES
from gdviz.models.base import Forward, LayerBlocks, Model, TargetKind, Targets, layers_of
from gdviz.parameters import parameter

__all__ = ["INITIALIZATIONS", "MultiLayerPerceptron"]

INITIALIZATIONS: tuple[str, ...] = ("glorot", "he", "zeros", "large")

_MOST_LAYERS = 64
_MOST_UNITS = 100_000


@dataclass(frozen=True)
class MultiLayerPerceptron(Model):
    """A network of fully connected layers, whose last one has no activation for numbers, a logistic one for two
    classes and softmax for more.

    Source: Rumelhart, Hinton & Williams 1986; initial weights by Glorot & Bengio 2010, He et al. 2015.
    """

    name: ClassVar[str] = "mlp"
    label: ClassVar[str] = "Multi-layer perceptron"
    summary: ClassVar[str] = "Layers of neurons, each a weighted sum and an activation; it bends to fit any shape."
    source: ClassVar[str] = "Rumelhart, Hinton & Williams 1986"
    formula: ClassVar[str] = "a₁ = f(W₁ᵀx + b₁), a₂ = f(W₂ᵀa₁ + b₂), …"
    target_kind: ClassVar[TargetKind] = "number"
    target_kinds: ClassVar[tuple[TargetKind, ...]] = ("number", "class")
    losses: ClassVar[tuple[str, ...]] = NUMBER_LOSSES

    hidden: tuple[int, ...] = parameter(
        (100,),
        kind="numbers",
        low=1,
        high=_MOST_UNITS,
        label="Hidden layers",
        help="The neurons of every hidden layer, first to last, as in 64, 32.",
    )
    activation: Literal["identity", "logistic", "tanh", "relu"] = parameter(
        "relu",
        choices=HIDDEN_ACTIVATIONS,
        help="What bends the sums of the hidden layers. logistic and tanh are flat for large sums, where gradients "
        "vanish; identity leaves the network a straight line.",
    )
    initialization: Literal["glorot", "he", "zeros", "large"] = parameter(
        "glorot",
        choices=INITIALIZATIONS,
        help="The weights to start from: glorot as scikit-learn, he for relu, zeros where all neurons stay the same, "
        "large where logistic and tanh are flat from the start.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(size != int(size) for size in self.hidden):
            raise InputError(f"{self.name}: hidden must be whole numbers of neurons; write them as in 64, 32.")
        if len(self.hidden) > _MOST_LAYERS:
            raise InputError(
                f"{self.name}: hidden names {len(self.hidden)} layers; at most {_MOST_LAYERS} are possible."
            )
        object.__setattr__(self, "hidden", tuple(int(size) for size in self.hidden))

    @classmethod
    def losses_for(cls, targets: Targets) -> tuple[str, ...]:
        if targets.kind == "number":
            return NUMBER_LOSSES
        return BINARY_LOSSES if targets.size == 2 else CLASS_LOSSES

    @property
    def outputs(self) -> int:
        return 1 if self.predicted == Targets("class", 2) else self.predicted.size

    @property
    def output_activation(self) -> str:
        if self.predicted.kind == "number":
            return "identity"
        return "logistic" if self.outputs == 1 else "softmax"

    @property
    def hidden_activation(self) -> str:
        return self.activation

    def blocks(self, features: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple(
            block
            for layer in self.layers(features)
            for block in (
                (f"{layer.name}.weight", (layer.inputs, layer.units)),
                (f"{layer.name}.bias", (layer.units,)),
            )
        )

    def layers(self, features: int) -> tuple[LayerBlocks, ...]:
        return layers_of((features, *self.hidden, self.outputs))

    def features_of(self, dimension: int) -> int:
        behind_first = self.layers(1)
        return (dimension - (behind_first[-1].end - behind_first[0].end)) // self.hidden[0] - 1

    def initial(self, features: int, seed: int = 0) -> np.ndarray:
        """A start drawn by this seed, `(d,)` float64.

        glorot draws weights and biases as scikit-learn does, uniformly within ±√(6 / (inputs + units)), 2 instead of 6
        for logistic: the same start as with its random_state=seed. large is ten times that; he draws weights from a
        normal distribution of variance 2 / inputs and leaves biases at 0.
        Source: Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10; scikit-learn's _init_coef.
        """
        start = np.zeros(self.dimension(features))
        generator = np.random.RandomState(seed)
        for layer in self.layers(features):
            part = start[layer.begin : layer.end]
            if self.initialization == "he":
                part[: -layer.units] = generator.normal(0.0, np.sqrt(2.0 / layer.inputs), part.size - layer.units)
            elif self.initialization != "zeros":
                bound = np.sqrt((2.0 if self.activation == "logistic" else 6.0) / (layer.inputs + layer.units))
                part[:] = generator.uniform(-bound, bound, part.size)
                if self.initialization == "large":
                    part *= 10.0
        return start

    def scores(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        return self._through(xp, parameters, rows)[0]

    def forward_to_scores(self, xp: Namespace, parameters: Array, rows: Array) -> Forward:
        scores, hidden = self._through(xp, parameters, rows)
        return Forward(scores, None, hidden)

    def backward(
        self, xp: Namespace, parameters: Array, rows: Array, score_gradient: Array, forward: Forward | None = None
    ) -> Array:
        hidden = self._through(xp, parameters, rows)[1] if forward is None else forward.hidden
        delta = score_gradient[..., None] if self.outputs == 1 else score_gradient
        if xp is np and parameters.ndim == 1:
            return self._backward_in_place(parameters, rows, delta, hidden)
        layers = self._layers_for(parameters)
        back = ACTIVATIONS[self.activation].back
        lead = parameters.shape[:-1]
        parts = []
        for index in range(len(layers) - 1, -1, -1):
            layer = layers[index]
            inputs = rows if index == 0 else hidden[index - 1]
            weights = xp.matmul(inputs.mT, delta)
            if inputs.shape[-1] == layer.inputs:
                parts.append(xp.sum(delta, axis=-2))
            parts.append(xp.reshape(weights, (*lead, -1)))
            if index > 0:
                matrix, _ = _weights(xp, parameters, layer)
                delta = back(xp, xp.matmul(delta, matrix.mT), hidden[index - 1])
        parts.reverse()
        return xp.concat(parts, axis=-1)

    def _backward_in_place(
        self, parameters: np.ndarray, rows: np.ndarray, delta: np.ndarray, hidden: tuple[np.ndarray, ...]
    ) -> np.ndarray:
        """The same for one point (d,): every gradient is written where it belongs, and δ over what it came from."""
        layers = self._layers_for(parameters)
        activation = ACTIVATIONS[self.activation]
        gradient = np.empty_like(parameters)
        for index in range(len(layers) - 1, -1, -1):
            layer = layers[index]
            _write_gradient(gradient, layer, rows if index == 0 else hidden[index - 1], delta)
            if index == 0:
                break
            weights = parameters[layer.begin : layer.end - layer.units].reshape(layer.inputs, layer.units)
            if layer.units == 1 and index == 1:
                # δ₁ = d wᵀ ⊙ f′ of one unit behind the first layer: d goes to the rows and w to the result, both of
                # which are smaller than δ₁, so that of its three passes over memory one is left.
                _write_gradient(gradient, layers[0], rows * delta, activation.slope(np, hidden[0]), delta)
                part = gradient[: layers[0].end].reshape(-1, layers[0].units)
                part *= weights[:, 0]
                break
            # Of one unit the product is an outer one, which BLAS takes three times as long for.
            delta = delta * weights[:, 0] if layer.units == 1 else delta @ weights.T
            delta = activation.back_over(delta, hidden[index - 1])
        return gradient

    def jacobian(self, xp: Namespace, parameters: Array, rows: Array) -> Array:
        layers = self._layers_for(parameters)
        outputs, lead, count = self.outputs, parameters.shape[:-1], rows.shape[0]
        rows = rows[:, : layers[0].inputs]
        _, hidden = self._through(xp, parameters, rows)
        slope = ACTIVATIONS[self.activation].slope
        # One pass back for every score: delta (..., n, k, units) is ∂z_c/∂z_l of every row.
        unit = xp.eye(outputs, dtype=parameters.dtype, device=parameters.device)
        delta = xp.broadcast_to(unit, (*lead, count, outputs, outputs))
        parts = []
        for index in range(len(layers) - 1, -1, -1):
            layer = layers[index]
            inputs = xp.broadcast_to(rows, (*lead, *rows.shape)) if index == 0 else hidden[index - 1]
            weights = inputs[..., :, None, :, None] * delta[..., None, :]
            parts.append(delta)
            parts.append(xp.reshape(weights, (*lead, count, outputs, layer.inputs * layer.units)))
            if index > 0:
                matrix, _ = _weights(xp, parameters, layer)
                delta = xp.matmul(delta, matrix.mT[..., None, :, :]) * slope(xp, hidden[index - 1])[..., None, :]
        parts.reverse()
        found = xp.concat(parts, axis=-1)
        return found[..., 0, :] if outputs == 1 else found

    def _through(self, xp: Namespace, parameters: Array, rows: Array) -> tuple[Array, tuple[Array, ...]]:
        """The scores, and the outputs of every hidden layer."""
        layers = self._layers_for(parameters)
        activation = ACTIVATIONS[self.activation]
        in_place = xp is np
        outputs, hidden = rows, []
        for layer in layers:
            if outputs.shape[-1] > layer.inputs:
                scores = xp.matmul(outputs, _matrix(xp, parameters, layer))
            else:
                matrix, bias = _weights(xp, parameters, layer)
                scores = xp.matmul(outputs, matrix)
                if in_place:
                    scores += bias
                else:
                    scores = scores + bias
            if layer is not layers[-1]:
                outputs = activation.apply_over(scores) if in_place else activation.apply(xp, scores)
                hidden.append(outputs)
        return scores[..., 0] if self.outputs == 1 else scores, tuple(hidden)

    def _layers_for(self, parameters: Array) -> tuple[LayerBlocks, ...]:
        return self.layers(self.features_of(parameters.shape[-1]))


def _matrix(xp: Namespace, parameters: Array, layer: LayerBlocks) -> Array:
    """Weights and then biases of a layer, `(..., inputs + 1, units)`."""
    return xp.reshape(parameters[..., layer.begin : layer.end], (*parameters.shape[:-1], layer.inputs + 1, layer.units))


def _weights(xp: Namespace, parameters: Array, layer: LayerBlocks) -> tuple[Array, Array]:
    """Weights `(..., inputs, units)` and biases `(..., 1, units)` of a layer."""
    matrix = _matrix(xp, parameters, layer)
    return matrix[..., :-1, :], matrix[..., -1:, :]


def _write_gradient(
    gradient: np.ndarray, layer: LayerBlocks, inputs: np.ndarray, delta: np.ndarray, ones: np.ndarray | None = None
) -> None:
    """Writes inputsᵀ δ, and onesᵀ δ where the inputs have no column of ones, to a layer's place; `ones (n, 1)`."""
    border = layer.begin + inputs.shape[1] * layer.units
    np.matmul(inputs.T, delta, out=gradient[layer.begin : border].reshape(-1, layer.units))
    if border < layer.end:
        # A product with ones is twice as quick as a sum over the first axis.
        weights = np.ones(len(inputs), dtype=delta.dtype) if ones is None else ones[:, 0]
        np.matmul(weights, delta, out=gradient[border : layer.end])
