"""Second derivatives through model and loss: the Hessian and its products with directions, and Gauss–Newton's matrix.

Everything is a sum over rows, each with its weight where weights are given, at one point (d,).
"""

from __future__ import annotations

from gdviz.arrays import Array, Namespace
from gdviz.losses import Loss
from gdviz.models.activations import ACTIVATIONS
from gdviz.models.base import Forward, Model
from gdviz.models.chain import losses_and_deltas
from gdviz.models.layers import activation_names

__all__ = ["gauss_newton", "hessian", "hessian_products", "score_curvature"]

# So many numbers may the directions looked at together take up in every layer.
_MOST_ENTRIES = 2_000_000


def score_curvature(xp: Namespace, model: Model, loss: Loss, forward: Forward, targets: Array) -> Array:
    """∂²L/∂z² of every row: shaped as the scores, or `(..., n, k, k)` where the k scores depend on each other."""
    if loss.argument == "score":
        return loss.second_derivative(xp, forward.scores, targets)
    outputs = forward.outputs
    first = loss.derivative(xp, outputs, targets)
    second = loss.second_derivative(xp, outputs, targets)
    return model.activation_of_outputs.bend(xp, first, second, outputs)


def hessian(
    xp: Namespace,
    model: Model,
    loss: Loss,
    parameters: Array,
    rows: Array,
    targets: Array,
    weights: Array | None = None,
) -> Array:
    """Σ ∂²L/∂θ² over the rows `(n, features)`, `(d, d)`, for a loss with curvature.

    Of an affine model it is a product of matrices; of a network one forward and backward pass for every parameter.
    """
    if model.affine:
        curvature = score_curvature(xp, model, loss, model.forward(xp, parameters, rows), targets)
        return model.hessian(xp, rows, _weighed(xp, curvature, weights))
    size = parameters.shape[-1]
    directions = xp.eye(size, dtype=parameters.dtype, device=getattr(parameters, "device", None))
    widest = max(layer.units for layer in model.layers(rows.shape[-1]))
    together = max(1, _MOST_ENTRIES // max(1, widest * rows.shape[0]))
    parts = [
        hessian_products(
            xp, model, loss, parameters, rows, targets, directions[begin : min(begin + together, size), :], weights
        )
        for begin in range(0, size, together)
    ]
    matrix = xp.concat(parts, axis=0)
    # Rounding aside it is symmetric; that what takes eigenvalues of it may rely on.
    return 0.5 * (matrix + matrix.T)


def hessian_products(
    xp: Namespace,
    model: Model,
    loss: Loss,
    parameters: Array,
    rows: Array,
    targets: Array,
    directions: Array,
    weights: Array | None = None,
) -> Array:
    """Σ ∂²L/∂θ² · v over the rows `(n, features)`, for directions v `(m, d)`, as `(m, d)`: what the gradient gains on a
    small way along v, exactly, in about two passes each and without the matrix.

    Source: Pearlmutter 1994.
    """
    forward = model.forward(xp, parameters, rows)
    layers = model.layers(rows.shape[-1])
    names = activation_names(model, len(layers))
    count, lead = len(layers), directions.shape[:-1]
    borders = [layer.end - layer.units for layer in layers]
    shapes = [(layer.inputs, layer.units) for layer in layers]
    matrices = [
        xp.reshape(parameters[layer.begin : border], shape)
        for layer, border, shape in zip(layers, borders, shapes, strict=True)
    ]
    turns = [
        xp.reshape(directions[:, layer.begin : border], (*lead, *shape))
        for layer, border, shape in zip(layers, borders, shapes, strict=True)
    ]
    inputs = (rows, *forward.hidden)
    # Forward: how scores and outputs change along v.
    score_changes: list[Array] = []
    output_changes: list[Array] = [None]
    for index, layer in enumerate(layers):
        change = xp.matmul(inputs[index], turns[index]) + directions[:, None, borders[index] : layer.end]
        if index > 0:
            change = change + xp.matmul(output_changes[index], matrices[index])
        score_changes.append(change)
        if index < count - 1:
            output_changes.append(change * ACTIVATIONS[names[index]].slope(xp, forward.hidden[index]))
    # Backward: how δ and the gradients do.
    _, deltas = losses_and_deltas(xp, model, loss, forward, targets)
    curvature = score_curvature(xp, model, loss, forward, targets)
    if model.outputs == 1:
        deltas, curvature = deltas[:, None], curvature[:, None]
    deltas, curvature = _weighed(xp, deltas, weights), _weighed(xp, curvature, weights)
    last = score_changes[-1]
    delta_change = xp.matmul(curvature, last[..., None])[..., 0] if curvature.ndim == 3 else curvature * last
    parts = []
    for index in range(count - 1, -1, -1):
        gained = xp.matmul(inputs[index].T, delta_change)
        if index > 0:
            gained = gained + xp.matmul(output_changes[index].mT, deltas)
        parts.append(xp.sum(delta_change, axis=-2))
        parts.append(xp.reshape(gained, (*lead, -1)))
        if index > 0:
            outputs = forward.hidden[index - 1]
            activation = ACTIVATIONS[names[index - 1]]
            back = xp.matmul(deltas, matrices[index].T)
            back_change = xp.matmul(delta_change, matrices[index].T) + xp.matmul(deltas, turns[index].mT)
            # f″ is what is left of ∂²L/∂z² where L is linear in a with the slope ∂L/∂a.
            bend = activation.bend(xp, back, xp.zeros_like(back), outputs)
            delta_change = activation.back(xp, back_change, outputs) + bend * score_changes[index - 1]
            deltas = activation.back(xp, back, outputs)
    parts.reverse()
    return xp.concat(parts, axis=-1)


def gauss_newton(
    xp: Namespace,
    model: Model,
    loss: Loss,
    parameters: Array,
    rows: Array,
    targets: Array,
    weights: Array | None = None,
) -> Array:
    """Σ Jᵀ ∂²L/∂z² J over the rows, `(d, d)`, J = ∂z/∂θ: the Hessian without the curvature of the model itself, never
    negative where the loss is convex in the score, and exact for affine models.

    Source: Schraudolph 2002.
    """
    curvature = score_curvature(xp, model, loss, model.forward(xp, parameters, rows), targets)
    curvature = _weighed(xp, curvature, weights)
    jacobian = model.jacobian(xp, parameters, rows)
    size = parameters.shape[-1]
    bent = xp.matmul(curvature, jacobian) if curvature.ndim == 3 else curvature[..., None] * jacobian
    return xp.matmul(xp.reshape(jacobian, (-1, size)).T, xp.reshape(bent, (-1, size)))


def _weighed(xp: Namespace, of_rows: Array, weights: Array | None) -> Array:
    """What rows `(n, ...)` say, each times its weight."""
    if weights is None:
        return of_rows
    return of_rows * xp.reshape(weights, (-1, *(1 for _ in range(of_rows.ndim - 1))))
