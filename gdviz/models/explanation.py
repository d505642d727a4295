"""The chain rule of one row in words and numbers: from the row to its loss, and back to the parameters."""

from __future__ import annotations

from collections.abc import Iterator

from gdviz.arrays import Array, Namespace
from gdviz.losses import Loss
from gdviz.models.activations import ACTIVATIONS, numbered
from gdviz.models.base import Model
from gdviz.models.layers import Layer, passes
from gdviz.quantities import Quantity

__all__ = ["explain"]


def explain(
    xp: Namespace, model: Model, loss: Loss, parameters: Array, row: Array, target: Array
) -> tuple[Quantity, ...]:
    """The quantities of one row at one point (d,), in the order they are computed: forward, the loss, then backward.

    `row` is (features,), `target` a number, or (k,) for k outputs. Of a layer of one neuron scores, outputs and slopes
    are plain numbers, of others (units,); gradients of weights and biases are shaped as `Model.blocks` says.
    Source: Rumelhart, Hinton & Williams 1986.
    """
    targets = xp.reshape(target, (1,) if model.outputs == 1 else (1, -1))
    found = passes(xp, model, loss, parameters, xp.reshape(row, (1, -1)), targets)
    several = model.outputs > 1
    layers = [_NamedLayer(layer, index, len(found.layers), loss) for index, layer in enumerate(found.layers)]
    last = layers[-1]
    value, derivative, output_derivative = (
        formula.replace(r"\hat y_k", numbered(last.output, "k")).replace(r"\hat y", last.output)
        for formula in loss.formulas(several)
    )
    lines = [Quantity("Row", "x", "x", row)]
    for layer in layers:
        lines += layer.forward()
    lines.append(Quantity("Target", "y", "y", target))
    lines.append(Quantity("Loss", "L", value, found.losses[0]))
    if found.output_gradient is not None:
        by_output = last.one(found.output_gradient)
        name = "Derivative of the loss by the output"
        lines.append(Quantity(name, f"∂L/∂{last.output_symbol}", output_derivative, by_output))
        lines.append(last.slope())
    if loss.argument == "score":
        score = derivative.replace("z_k", numbered(last.score, "k")).replace(
            r"\partial z}", rf"\partial {last.score}}}"
        )
        lines.append(last.delta(score))
    else:
        lines.append(last.delta(last.through_output(several)))
    lines += last.gradients()
    for layer, after in zip(reversed(layers[:-1]), reversed(layers[1:]), strict=True):
        lines.append(layer.slope())
        lines.append(layer.delta(rf"{layer.error} = (W_{after.number} {after.error}) \odot f'({layer.score})"))
        lines += layer.gradients()
    return tuple(lines)


class _NamedLayer:
    """A layer with the letters of its quantities: z, p of a single one; z₁, a₁, z₂, p of a network."""

    def __init__(self, layer: Layer, index: int, count: int, loss: Loss) -> None:
        alone, is_last = count == 1, index == count - 1
        self.layer = layer
        self.number = index + 1
        self.neuron = alone and layer.deltas.shape[-1] == 1
        self.title = "" if alone else f" of layer {self.number}"
        self.mark = "" if alone else str(self.number)
        self.score = "z" if alone else f"z_{self.number}"
        self.before = "x" if index == 0 else f"a_{index}"
        self.weights = ("w" if self.neuron else "W") if alone else f"W_{self.number}"
        self.biases = "b" if alone else f"b_{self.number}"
        self.error = r"\frac{\partial L}{\partial z}" if alone else rf"\delta_{self.number}"
        self.error_symbol = "∂L/∂z" if alone else f"δ{self.number}"
        if not is_last:
            self.output, self.output_symbol = f"a_{self.number}", f"a{self.number}"
        elif layer.activation == "identity":
            self.output, self.output_symbol = r"\hat y", "ŷ"
        elif loss.argument == "score":
            self.output = self.output_symbol = "p"
        else:
            self.output, self.output_symbol = ("a", "a") if alone else (f"a_{self.number}", f"a{self.number}")

    def one(self, array: Array) -> Array:
        """What an array `(1, units)` says of the row: a number of a single neuron, else (units,)."""
        return array[0, 0] if array.shape[-1] == 1 else array[0, :]

    def forward(self) -> Iterator[Quantity]:
        score = rf"{self.score} = {self.weights}^\top {self.before} + {self.biases}"
        yield Quantity(f"Score{self.title}", f"z{self.mark}", score, self.one(self.layer.scores))
        output = ACTIVATIONS[self.layer.activation].formula_of(self.score, self.output)
        yield Quantity(f"Output{self.title}", self.output_symbol, output, self.one(self.layer.outputs))

    def slope(self) -> Quantity:
        formula = ACTIVATIONS[self.layer.activation].slope_formula_of(self.score, self.output)
        symbol = f"∂{self.output_symbol}/∂z{self.mark}"
        return Quantity(f"Slope of the activation{self.title}", symbol, formula, self.one(self.layer.slopes))

    def through_output(self, several: bool) -> str:
        """∂L/∂z by the chain rule through the last output."""
        if self.layer.activation == "softmax":
            each = numbered(self.output, "j")
            slope = rf"\frac{{\partial {each}}}{{\partial {self.score}}}"
            return rf"{self.error} = \sum_j \frac{{\partial L}}{{\partial {each}}} {slope}"
        dot = r" \odot " if several else " "
        loss_part, slope_part = (
            rf"\frac{{\partial L}}{{\partial {self.output}}}",
            rf"\frac{{\partial {self.output}}}{{\partial {self.score}}}",
        )
        return f"{self.error} = {loss_part}{dot}{slope_part}"

    def delta(self, formula: str) -> Quantity:
        if self.mark and not formula.startswith(self.error):
            formula = f"{self.error} = {formula}"
        return Quantity(f"Derivative by the score{self.title}", self.error_symbol, formula, self.one(self.layer.deltas))

    def gradients(self) -> Iterator[Quantity]:
        layer, score = self.layer, self.score
        if not self.mark:
            formula = rf"\frac{{\partial {score}}}{{\partial {self.weights}}} = x"
            yield Quantity("Derivative of the score by the weights", f"∂z/∂{self.weights}", formula, layer.inputs[0, :])
        weights = rf"\frac{{\partial L}}{{\partial {self.weights}}}"
        formula = rf"{weights} = {self.error} x" if self.neuron else rf"{weights} = {self.before} {self.error}^\top"
        value = layer.weight_gradient[:, 0] if self.neuron else layer.weight_gradient
        symbol = f"∂L/∂{self.weights.replace('_', '')}"
        yield Quantity(f"Gradient of the weights{self.title}", symbol, formula, value)
        formula = rf"\frac{{\partial L}}{{\partial {self.biases}}} = {self.error}"
        bias = layer.bias_gradient[0] if self.neuron else layer.bias_gradient
        yield Quantity(f"Gradient of the bias{self.title}", f"∂L/∂b{self.mark}", formula, bias)
