"""The chain rule through model and loss: losses of rows, their derivatives in the scores and in the parameters.

Everything is a sum over rows, each with its weight where weights are given: with weights 1/n it is the mean. Targets
are (n,), or `(n, k)` for models with k outputs.
"""

from __future__ import annotations

from gdviz.arrays import Array, Namespace
from gdviz.losses import Loss
from gdviz.models.base import Forward, Model

__all__ = ["loss_and_gradient", "losses_and_deltas", "row_losses"]


def row_losses(xp: Namespace, model: Model, loss: Loss, forward: Forward, targets: Array) -> Array:
    """L of every row, `(..., n)`."""
    return loss.value(xp, forward.scores if loss.argument == "score" else forward.outputs, targets)


def losses_and_deltas(xp: Namespace, model: Model, loss: Loss, forward: Forward, targets: Array) -> tuple[Array, Array]:
    """L of every row, `(..., n)`, and δ = ∂L/∂z, shaped as the scores."""
    if loss.argument == "score":
        return loss.value_and_derivative(xp, forward.scores, targets)
    values, output_gradient = loss.value_and_derivative(xp, forward.outputs, targets)
    return values, model.score_gradient(xp, forward.outputs, output_gradient)


def loss_and_gradient(
    xp: Namespace,
    model: Model,
    loss: Loss,
    parameters: Array,
    rows: Array,
    targets: Array,
    weights: Array | None = None,
) -> tuple[Array, Array]:
    """Σ L and Σ ∂L/∂θ over the rows, `(...)` and `(..., d)`, at parameters `(..., d)`; `weights` are (n,)."""
    if loss.argument == "score":
        # The last activation is not needed on this way.
        forward = model.forward_to_scores(xp, parameters, rows)
    else:
        forward = model.forward(xp, parameters, rows)
    values, deltas = losses_and_deltas(xp, model, loss, forward, targets)
    if weights is None:
        total = xp.sum(values, axis=-1)
    else:
        total = xp.matmul(values, weights)
        deltas = deltas * (weights if model.outputs == 1 else weights[:, None])
    return total, model.backward(xp, parameters, rows, deltas, forward)
