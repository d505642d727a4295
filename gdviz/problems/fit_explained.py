"""What value and gradient of a fit are made of, in words and numbers: of a mean over rows, and of one row alone.

Of a mean these are scores, outputs and δ = ∂L/∂z of its rows, the mean loss, the gradient of every block of parameters,
the norm of every layer's gradient, and what penalties add. Of one row it is its chain rule, number by number.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace, namespace
from gdviz.errors import InputError
from gdviz.losses import Penalty
from gdviz.models.base import split
from gdviz.models.chain import losses_and_deltas
from gdviz.models.explanation import explain
from gdviz.models.layers import Passes, layer_norms, passes
from gdviz.problems.fit_rows import RowMean
from gdviz.quantities import Quantity

__all__ = ["of_mean", "of_row", "passes_of"]

# Numbers of single rows are for tables and mini-batches that people can look through.
_MOST_SHOWN = 10_000


def of_mean(mean: RowMean, penalty: Penalty, x: Array, rows: Any = None) -> list[Quantity]:
    """What comes before value and gradient at points `(..., d)`, over these rows or all."""
    xp = namespace(x)
    loss_value, gradient = mean.value_and_gradient(x, rows)
    lines = _of_rows(xp, mean, x, rows) if x.ndim == 1 else []
    lines.append(Quantity("Mean loss", "L", r"\bar L = \frac{1}{n} \sum_i L_i", loss_value))
    features = int(mean.features.shape[1])
    for name, part in split(xp, mean.model.blocks(features), gradient).items():
        lines.append(_of_block(name, part))
    norms = layer_norms(xp, mean.model, gradient, features)
    if norms.shape[-1] > 1:
        formula = r"\left\| \partial \bar L / \partial (W_l, b_l) \right\|"
        lines.append(Quantity("Gradient norms of the layers, first to last", "‖∂L/∂(W, b)‖", formula, norms))
    if not penalty.none:
        formula = r"\Omega = \frac{\lambda_2}{2} \|w\|_2^2 + \lambda_1 \|w\|_1"
        slope = r"\nabla \Omega = \lambda_2 w + \lambda_1 \operatorname{sign} w"
        lines.append(Quantity("Penalty", "Ω", formula, penalty.value(x)))
        lines.append(Quantity("Gradient of the penalty", "∇Ω", slope, penalty.gradient(x)))
    return lines


def of_row(mean: RowMean, x: Array, row: int) -> tuple[Quantity, ...]:
    """The chain rule of one of the rows at one point (d,); raises `InputError` for a row that there is not."""
    xp, number = namespace(x), _checked(mean, row)
    features, targets, _ = mean.data(xp, x)
    return explain(xp, mean.model, mean.loss, x, features[number, :], targets[number, ...])


def passes_of(mean: RowMean, x: Array, rows: Any) -> Passes:
    """Both passes over these rows at one point (d,), layer by layer; raises `InputError` for rows there are not."""
    xp = namespace(x)
    numbers = [_checked(mean, row) for row in np.atleast_1d(np.asarray(rows)).tolist()]
    if not numbers:
        raise InputError("no row is chosen; choose at least one.")
    features, targets, _ = mean.data(xp, x)
    chosen = xp.asarray(np.asarray(numbers), device=getattr(features, "device", None))
    return passes(xp, mean.model, mean.loss, x, xp.take(features, chosen, axis=0), xp.take(targets, chosen, axis=0))


def _of_rows(xp: Namespace, mean: RowMean, x: Array, rows: Any) -> list[Quantity]:
    """Scores, outputs and δ of every row, where there are not too many."""
    model, count = mean.model, mean.rows if rows is None else len(rows)
    if count * model.outputs > _MOST_SHOWN:
        return []
    features, targets, _ = mean.data(xp, x)
    if rows is not None:
        chosen = xp.asarray(np.asarray(rows), device=getattr(features, "device", None))
        features, targets = xp.take(features, chosen, axis=0), xp.take(targets, chosen, axis=0)
    forward = model.forward(xp, x, features)
    _, deltas = losses_and_deltas(xp, model, mean.loss, forward, targets)
    score = r"z_i = w^\top x_i + b" if model.outputs == 1 else r"z_i = W^\top x_i + b"
    output = {
        "identity": ("Predictions", "ŷ", r"\hat y_i = z_i"),
        "logistic": ("Probabilities", "p", r"p_i = \sigma(z_i)"),
        "softmax": ("Probabilities", "p", r"p_{ik} = e^{z_{ik}} / \sum_j e^{z_{ij}}"),
    }[model.output_activation]
    return [
        Quantity("Scores of the rows", "z", score if model.affine else r"z_i = z_L(x_i)", forward.scores),
        Quantity(f"{output[0]} of the rows", *output[1:], forward.outputs),
        Quantity("Derivatives of the losses by the scores", "δ", _delta_formula(mean), deltas),
    ]


def _delta_formula(mean: RowMean) -> str:
    by_score = r"\delta_i = \frac{\partial L_i}{\partial z_i}"
    if mean.loss.argument == "output":
        return by_score
    _, derivative, _ = mean.loss.formulas(mean.model.outputs > 1)
    return rf"{by_score},\ {derivative}"


def _of_block(name: str, gradient: Array) -> Quantity:
    layer, _, kind = name.rpartition(".")
    number = re.sub(r"\D", "", layer)
    index = f"_{number}" if number else ""
    letter = "b" if kind == "bias" else "W" if number else "w"
    before = r"X" if number in ("", "1") else f"A_{int(number) - 1}"
    delta = rf"\delta{index}"
    formula = rf"\frac{{1}}{{n}} \sum_i {delta}" if kind == "bias" else rf"\frac{{1}}{{n}} {before}^\top {delta}"
    where = f" of layer {number}" if number else ""
    title = f"Gradient of the {'biases' if kind == 'bias' else 'weights'}{where}"
    return Quantity(
        title, f"∂L/∂{letter}{number}", rf"\partial \bar L / \partial {letter}{index} = {formula}", gradient
    )


def _checked(mean: RowMean, row: Any) -> int:
    if isinstance(row, bool) or row != int(row) or not 0 <= row < mean.rows:
        raise InputError(f"there is no row {row} in this fit; its rows are 0 to {mean.rows - 1}.")
    return int(row)
