"""Forward and backward, layer by layer, with every number by its name: for diagrams, strips of norms and tests.

    z_l = a_{l−1} W_l + b_l,  a_l = f(z_l),  δ_L = ∂L/∂a_L ⊙ f′(z_L),  δ_l = (δ_{l+1} W_{l+1}ᵀ) ⊙ f′(z_l),
    ∂L/∂W_l = a_{l−1}ᵀ δ_l,  ∂L/∂b_l = δ_l

An affine model is a network of one layer. Source: Rumelhart, Hinton & Williams 1986.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.losses import Loss
from gdviz.models.activations import ACTIVATIONS
from gdviz.models.base import LayerBlocks, Model
from gdviz.models.chain import losses_and_deltas

__all__ = ["Layer", "Passes", "activation_names", "layer_norms", "passes"]


class Layer(NamedTuple):
    """One layer over n rows: `inputs (n, inputs)` are the outputs of the layer before, or the rows themselves.

    `scores` z, `outputs` a, `slopes` f′(z) and `deltas` ∂L/∂z, `(n, units)` each, are those of every row alone;
    `weight_gradient (inputs, units)` and `bias_gradient (units,)` are those of the mean loss of the rows. Of outputs
    that depend on each other, softmax, slopes are the ∂aᵢ/∂zᵢ.
    """

    name: str
    activation: str
    inputs: Array
    weights: Array
    biases: Array
    scores: Array
    outputs: Array
    slopes: Array
    deltas: Array
    weight_gradient: Array
    bias_gradient: Array


class Passes(NamedTuple):
    """A forward and a backward pass: `losses (n,)` of the rows, ∂L/∂a of the last layer `(n, units)`, or None where
    the loss is no function of outputs, and the layers from first to last."""

    losses: Array
    output_gradient: Array | None
    layers: tuple[Layer, ...]


def passes(xp: Namespace, model: Model, loss: Loss, parameters: Array, rows: Array, targets: Array) -> Passes:
    """Both passes at one point (d,) over rows `(n, features)`, with targets (n,) or `(n, k)`.

    The mean of the losses has the gradient that the layers' gradients make up, in the order of the parameter vector.
    """
    forward = model.forward(xp, parameters, rows)
    losses, deltas = losses_and_deltas(xp, model, loss, forward, targets)
    output_gradient = None
    if loss.argument == "output" or loss.output_derivative_formula:
        with np.errstate(divide="ignore", invalid="ignore"):
            output_gradient = _columns(model, loss.output_derivative(xp, forward.outputs, targets))
    deltas = _columns(model, deltas)
    layers = model.layers(rows.shape[-1])
    names = activation_names(model, len(layers))
    outputs = (*forward.hidden, _columns(model, forward.outputs))
    found: list[Layer] = []
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        inputs = rows if index == 0 else outputs[index - 1]
        weights, biases = _parts(xp, parameters, layer)
        activation = ACTIVATIONS[names[index]]
        scores = _columns(model, forward.scores) if index == len(layers) - 1 else xp.matmul(inputs, weights) + biases
        found.append(
            Layer(
                name=layer.name,
                activation=activation.name,
                inputs=inputs,
                weights=weights,
                biases=biases,
                scores=scores,
                outputs=outputs[index],
                slopes=activation.slope(xp, outputs[index]),
                deltas=deltas,
                weight_gradient=xp.matmul(inputs.mT, deltas) / rows.shape[0],
                bias_gradient=xp.sum(deltas, axis=0) / rows.shape[0],
            )
        )
        if index > 0:
            deltas = ACTIVATIONS[names[index - 1]].back(xp, xp.matmul(deltas, weights.mT), outputs[index - 1])
    return Passes(losses, output_gradient, tuple(reversed(found)))


def activation_names(model: Model, layers: int) -> tuple[str, ...]:
    """The activation of every layer, first to last."""
    return (*(model.hidden_activation for _ in range(layers - 1)), model.output_activation)


def layer_norms(xp: Namespace, model: Model, gradient: Array, features: int) -> Array:
    """‖∂L/∂(W_l, b_l)‖ of every layer, first to last, from gradients `(..., d)`, as `(..., layers)`: where gradients
    vanish on their way back, the first are much smaller than the last."""
    squares = gradient * gradient
    return xp.sqrt(
        xp.stack([xp.sum(squares[..., layer.begin : layer.end], axis=-1) for layer in model.layers(features)], axis=-1)
    )


def _parts(xp: Namespace, parameters: Array, layer: LayerBlocks) -> tuple[Array, Array]:
    """Weights `(inputs, units)` and biases (units,) of a layer."""
    border = layer.end - layer.units
    return xp.reshape(parameters[layer.begin : border], (layer.inputs, layer.units)), parameters[border : layer.end]


def _columns(model: Model, array: Array) -> Array:
    """What a model says of n rows as `(n, units)`, also where it has one output."""
    return array[..., None] if model.outputs == 1 else array
