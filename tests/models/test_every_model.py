"""Every model with every loss that fits it: against torch, differences, single rows and the array standard."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import array_api_strict
import numpy as np
import pytest

from gdviz.errors import InputError
from gdviz.losses import LOSSES, Loss, loss
from gdviz.models import MODELS as REGISTERED
from gdviz.models import Model, Targets, model
from gdviz.models.base import split
from gdviz.models.chain import loss_and_gradient, row_losses
from gdviz.models.curvature import gauss_newton, hessian, hessian_products, score_curvature

ROWS_COUNT, FEATURES = 23, 3

MODELS: dict[str, Model] = {
    "linear": model("linear"),
    "linear-3": model("linear", targets=Targets("number", 3)),
    "logistic": model("logistic"),
    "softmax": model("softmax"),
    "softmax-2": model("softmax", targets=Targets("class", 2)),
    "mlp-number-relu": model("mlp", hidden=(5,), activation="relu"),
    "mlp-numbers-tanh": model("mlp", hidden=(4, 3), activation="tanh", targets=Targets("number", 2)),
    "mlp-two-logistic": model("mlp", hidden=(4,), activation="logistic", targets=Targets("class", 2)),
    "mlp-two-deep": model("mlp", hidden=(4, 3), activation="relu", targets=Targets("class", 2)),
    "mlp-classes-tanh": model("mlp", hidden=(6,), activation="tanh", targets=Targets("class", 4)),
    "mlp-classes-relu": model("mlp", hidden=(4, 3, 2), activation="relu", targets=Targets("class", 3)),
    "mlp-number-identity": model("mlp", hidden=(3,), activation="identity"),
}
"""One of every shape that a model can have, by a name for it."""

PAIRS = [(name, fitting) for name, some in MODELS.items() for fitting in some.losses_for(some.predicted)]
OPTIONS: dict[str, dict[str, Any]] = {"lp": {"p": 2.5}, "huber": {"delta": 0.6}}


every_model = pytest.mark.parametrize("some", list(MODELS.values()), ids=list(MODELS))
every_pair = pytest.mark.parametrize(
    ("some", "loss_name"), [(MODELS[name], fitting) for name, fitting in PAIRS], ids=[" ".join(pair) for pair in PAIRS]
)
# Every model with its usual loss and every loss with one model, where all pairs would take long.
ONCE = {(name, fitting) for name, fitting in PAIRS if fitting == MODELS[name].losses_for(MODELS[name].predicted)[0]}
ONCE |= {(name, fitting) for fitting, name in {fitting: name for name, fitting in PAIRS}.items()}
each_once = pytest.mark.parametrize(
    ("some", "loss_name"),
    [(MODELS[name], fitting) for name, fitting in sorted(ONCE)],
    ids=[" ".join(pair) for pair in sorted(ONCE)],
)


def loss_of(name: str) -> Loss:
    return loss(name, **OPTIONS.get(name, {}))


def rows() -> np.ndarray:
    return np.random.default_rng(21).normal(size=(ROWS_COUNT, FEATURES))


def points(some: Model, *lead: int) -> np.ndarray:
    """Parameter vectors `(*lead, d)` for three features."""
    return 0.7 * np.random.default_rng(22).normal(size=(*lead, some.dimension(FEATURES)))


def targets(some: Model, loss_name: str) -> np.ndarray:
    generator = np.random.default_rng(23)
    if some.predicted.kind == "number":
        return generator.normal(size=ROWS_COUNT if some.outputs == 1 else (ROWS_COUNT, some.outputs))
    if loss_name in ("kl_divergence", "cross_entropy"):
        shares = generator.dirichlet(np.ones(some.predicted.size), size=ROWS_COUNT)
        return shares[:, 1] if some.outputs == 1 else shares
    codes = generator.integers(some.predicted.size, size=ROWS_COUNT)
    return codes.astype(float) if some.outputs == 1 else np.eye(some.outputs)[codes]


def torch_mean_loss(some: Model, loss_name: str) -> Callable[[Any], Any]:
    """θ ↦ the mean loss of the rows, for a torch tensor (d,)."""
    import torch

    functional = torch.nn.functional
    x, y = torch.tensor(rows()), torch.tensor(targets(some, loss_name))
    hidden = getattr(some, "hidden", ())
    bend: Callable[[Any], Any] = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "logistic": torch.sigmoid,
        "identity": lambda z: z,
    }[getattr(some, "activation", "identity")]
    sizes = (FEATURES, *hidden, some.outputs)

    def scores(theta: Any) -> Any:
        a, begin = x, 0
        for index, (inputs, units) in enumerate(pairwise(sizes)):
            weights = theta[begin : begin + inputs * units].reshape(inputs, units)
            a = a @ weights + theta[begin + inputs * units : begin + (inputs + 1) * units]
            begin += (inputs + 1) * units
            if index < len(hidden):
                a = bend(a)
        return a[:, 0] if some.outputs == 1 else a

    def outputs(z: Any) -> Any:
        if some.predicted.kind == "number":
            return z
        return torch.sigmoid(z) if some.outputs == 1 else torch.softmax(z, dim=-1)

    def by_row(losses: Any) -> Any:
        return losses.sum(dim=-1) if some.outputs > 1 else losses

    def binary_divergence(z: Any) -> Any:
        p = torch.stack([functional.logsigmoid(-z), functional.logsigmoid(z)], dim=-1)
        return functional.kl_div(p, torch.stack([1 - y, y], dim=-1), reduction="none").sum(dim=-1)

    def hinge(z: Any) -> Any:
        if some.outputs == 1:
            return torch.relu(1 - (2 * y - 1) * z)
        return torch.relu(1 + z.masked_fill(y > 0, -torch.inf).amax(dim=-1) - (z * y).sum(dim=-1))

    peers: dict[str, Callable[[Any], Any]] = {
        "squared_error": lambda z: by_row((outputs(z) - y) ** 2),
        "half_squared_error": lambda z: by_row((outputs(z) - y) ** 2) / 2,
        "absolute_error": lambda z: by_row((outputs(z) - y).abs()),
        "lp": lambda z: by_row((outputs(z) - y).abs() ** 2.5),
        "huber": lambda z: by_row(functional.huber_loss(outputs(z), y, reduction="none", delta=0.6)),
        "binary_cross_entropy": lambda z: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
        "cross_entropy": lambda z: functional.cross_entropy(z, y, reduction="none"),
        "kl_divergence": lambda z: (
            binary_divergence(z)
            if some.outputs == 1
            else functional.kl_div(functional.log_softmax(z, dim=-1), y, reduction="none").sum(dim=-1)
        ),
        "hinge": hinge,
    }
    return lambda theta: peers[loss_name](scores(theta)).mean()


def test_that_every_registered_model_and_loss_is_tried_here() -> None:
    assert {type(some).name for some in MODELS.values()} == set(REGISTERED.names)
    assert {name for _, name in PAIRS} == set(LOSSES.names)


@every_model
def test_that_blocks_and_layers_make_up_the_parameter_vector(some: Model) -> None:
    blocks = some.blocks(FEATURES)
    vector = np.arange(float(some.dimension(FEATURES)))
    parts = split(np, blocks, vector)
    assert np.concatenate([part.ravel() for part in parts.values()]).tolist() == vector.tolist()
    for layer, (weight, bias) in zip(some.layers(FEATURES), zip(blocks[::2], blocks[1::2], strict=True), strict=True):
        assert int(np.prod(weight[1])) == layer.inputs * layer.units
        assert int(np.prod(bias[1])) == layer.units
        assert parts[bias[0]].ravel()[-1] == layer.end - 1
    assert some.features_of(some.dimension(FEATURES)) == FEATURES


@every_model
def test_that_biases_alone_are_free_of_penalties(some: Model) -> None:
    marks = split(np, some.blocks(FEATURES), some.penalized(FEATURES))
    for name, part in marks.items():
        assert (part == (0.0 if name.endswith("bias") else 1.0)).all()


@pytest.mark.torch
@every_pair
def test_that_value_and_gradient_are_those_of_torch(some: Model, loss_name: str) -> None:
    import torch

    peer = torch_mean_loss(some, loss_name)
    weights = np.full(ROWS_COUNT, 1 / ROWS_COUNT)
    for point in points(some, 3):
        theta = torch.tensor(point, requires_grad=True)
        value = peer(theta)
        value.backward()
        found = loss_and_gradient(np, some, loss_of(loss_name), point, rows(), targets(some, loss_name), weights)
        np.testing.assert_allclose(found[0], value.item(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found[1], theta.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.torch
@every_pair
def test_that_the_hessian_is_that_of_torch(some: Model, loss_name: str) -> None:
    import torch

    fitting, point = loss_of(loss_name), points(some)
    given = (point, rows(), targets(some, loss_name), np.full(ROWS_COUNT, 1 / ROWS_COUNT))
    expected = torch.autograd.functional.hessian(torch_mean_loss(some, loss_name), torch.tensor(point)).numpy()
    found = hessian(np, some, fitting, *given)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    assert np.array_equal(found, found.T) or some.affine
    directions = np.random.default_rng(6).normal(size=(3, len(point)))
    products = hessian_products(np, some, fitting, *given[:3], directions, given[3])
    np.testing.assert_allclose(products, directions @ expected, rtol=1e-9, atol=1e-11)
    if some.affine:
        np.testing.assert_allclose(gauss_newton(np, some, fitting, *given), expected, rtol=1e-10, atol=1e-12)


def test_that_a_hessian_is_the_same_however_few_parameters_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some, fitting = MODELS["mlp-classes-tanh"], loss_of("cross_entropy")
    given = (points(some), rows(), targets(some, "cross_entropy"))
    at_once = hessian(np, some, fitting, *given)
    monkeypatch.setattr("gdviz.models.curvature._MOST_ENTRIES", 5 * 6 * ROWS_COUNT)
    np.testing.assert_allclose(hessian(np, some, fitting, *given), at_once, rtol=1e-12, atol=1e-13)


@every_pair
def test_that_gauss_newton_has_no_negative_curvature_where_the_loss_is_convex(some: Model, loss_name: str) -> None:
    fitting, point = loss_of(loss_name), points(some)
    matrix = gauss_newton(np, some, fitting, point, rows(), targets(some, loss_name))
    eigenvalues = np.linalg.eigvalsh(matrix)
    if fitting.argument == "score" or some.output_activation == "identity":
        assert eigenvalues.min() >= -1e-12 * max(eigenvalues.max(), 1.0)


def test_that_only_models_affine_in_their_parameters_have_a_hessian_from_scores_alone() -> None:
    with pytest.raises(NotImplementedError, match="mlp has no Hessian from its scores alone"):
        model("mlp").hessian(np, rows(), np.ones(ROWS_COUNT))


@every_pair
def test_that_the_gradient_is_that_of_the_value(some: Model, loss_name: str) -> None:
    fitting, y, point = loss_of(loss_name), targets(some, loss_name), points(some)
    h = 1e-6 * np.eye(len(point))
    ahead, behind = (loss_and_gradient(np, some, fitting, point + step, rows(), y)[0] for step in (h, -h))
    _, gradient = loss_and_gradient(np, some, fitting, point, rows(), y)
    np.testing.assert_allclose(gradient, (ahead - behind) / 2e-6, rtol=2e-6, atol=2e-6)


@every_pair
def test_that_a_batch_of_parameters_gives_what_each_gives(some: Model, loss_name: str) -> None:
    fitting, y, batch = loss_of(loss_name), targets(some, loss_name), points(some, 2, 4)
    value, gradient = loss_and_gradient(np, some, fitting, batch, rows(), y)
    curvature = score_curvature(np, some, fitting, some.forward(np, batch, rows()), y)
    jacobian = some.jacobian(np, batch, rows())
    assert value.shape == (2, 4)
    assert gradient.shape == batch.shape
    for index in np.ndindex(2, 4):
        alone = loss_and_gradient(np, some, fitting, batch[index], rows(), y)
        np.testing.assert_allclose(value[index], alone[0], rtol=1e-12)
        np.testing.assert_allclose(gradient[index], alone[1], rtol=1e-11, atol=1e-12)
        bends = score_curvature(np, some, fitting, some.forward(np, batch[index], rows()), y)
        np.testing.assert_allclose(curvature[index], bends, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(jacobian[index], some.jacobian(np, batch[index], rows()), rtol=1e-12, atol=1e-13)


@every_pair
def test_that_models_and_losses_keep_single_precision(some: Model, loss_name: str) -> None:
    point, x, y = (part.astype(np.float32) for part in (points(some), rows(), targets(some, loss_name)))
    forward = some.forward(np, point, x)
    value, gradient = loss_and_gradient(np, some, loss_of(loss_name), point, x, y)
    curvature = score_curvature(np, some, loss_of(loss_name), forward, y)
    for array in (*forward[:2], *forward.hidden, value, gradient, curvature, some.jacobian(np, point, x)):
        assert array.dtype == np.float32
    exact = loss_and_gradient(np, some, loss_of(loss_name), points(some), rows(), targets(some, loss_name))
    np.testing.assert_allclose(gradient, exact[1], rtol=1e-3, atol=1e-4)


@every_pair
def test_that_models_and_losses_are_written_over_the_array_standard(some: Model, loss_name: str) -> None:
    xp, fitting = array_api_strict, loss_of(loss_name)
    for point in (points(some), points(some, 2)):
        own = (point, rows(), targets(some, loss_name))
        strict = tuple(xp.asarray(array) for array in own)
        expected = loss_and_gradient(np, some, fitting, *own)
        found = loss_and_gradient(xp, some, fitting, *strict)
        for index in (0, 1):
            np.testing.assert_allclose(np.asarray(found[index]), expected[index], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(
            np.asarray(some.jacobian(xp, *strict[:2])), some.jacobian(np, *own[:2]), rtol=1e-12, atol=1e-13
        )
    own = (points(some), *own[1:])
    matrix = hessian(xp, some, fitting, *(xp.asarray(array) for array in own))
    np.testing.assert_allclose(np.asarray(matrix), hessian(np, some, fitting, *own), rtol=1e-12, atol=1e-12)


@pytest.mark.torch
@every_pair
def test_that_models_and_losses_take_arrays_of_torch(some: Model, loss_name: str) -> None:
    import array_api_compat
    import torch

    own = (points(some), rows(), targets(some, loss_name))
    tensors = tuple(torch.tensor(array) for array in own)
    xp = array_api_compat.array_namespace(*tensors)
    expected = loss_and_gradient(np, some, loss_of(loss_name), *own)
    found = loss_and_gradient(xp, some, loss_of(loss_name), *tensors)
    np.testing.assert_allclose(found[0].numpy(), expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1].numpy(), expected[1], rtol=1e-11, atol=1e-12)


@pytest.mark.jax
@each_once
def test_that_models_and_losses_are_compiled_by_jax(some: Model, loss_name: str) -> None:
    import jax

    own = (points(some), rows(), targets(some, loss_name))
    expected = loss_and_gradient(np, some, loss_of(loss_name), *own)
    with jax.enable_x64(True):
        arrays = tuple(jax.numpy.asarray(array) for array in own)
        compiled = jax.jit(lambda x, *data: loss_and_gradient(jax.numpy, some, loss_of(loss_name), x, *data))
        found = compiled(*arrays)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-11, atol=1e-12)


@every_model
def test_that_rows_with_a_column_of_ones_give_the_same(some: Model) -> None:
    name = some.losses_for(some.predicted)[0]
    x, y = rows(), targets(some, name)
    design = some.design(np, x)
    assert design.shape == (ROWS_COUNT, FEATURES + 1)
    for point in (points(some), points(some, 2, 2)):
        expected = loss_and_gradient(np, some, loss_of(name), point, x, y)
        found = loss_and_gradient(np, some, loss_of(name), point, design, y)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-13)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(
            some.jacobian(np, point, design), some.jacobian(np, point, x), rtol=1e-13, atol=1e-14
        )


@every_model
def test_that_passes_change_nothing_that_they_are_given(some: Model) -> None:
    point, x = points(some), rows()
    forward = some.forward(np, point, x)
    deltas = np.random.default_rng(4).normal(size=forward.scores.shape)
    given = (point, x, deltas, forward.scores, forward.outputs, *forward.hidden)
    before = [array.copy() for array in given]
    first = some.backward(np, point, x, deltas, forward)
    assert np.array_equal(first, some.backward(np, point, x, deltas, forward))
    np.testing.assert_allclose(first, some.backward(np, point, x, deltas), rtol=1e-14)
    for array, as_it_was in zip(given, before, strict=True):
        assert np.array_equal(array, as_it_was)


@every_model
def test_that_the_jacobian_leads_from_scores_to_gradients(some: Model) -> None:
    point = points(some)
    deltas = np.random.default_rng(4).normal(size=some.forward(np, point, rows()).scores.shape)
    jacobian = some.jacobian(np, point, rows())
    assert jacobian.shape == (*deltas.shape, len(point))
    expected = (jacobian * deltas[..., None]).reshape(-1, len(point)).sum(axis=0)
    np.testing.assert_allclose(some.backward(np, point, rows(), deltas), expected, rtol=1e-11, atol=1e-13)


@every_pair
def test_that_weights_count_rows(some: Model, loss_name: str) -> None:
    fitting, x, y, point = loss_of(loss_name), rows(), targets(some, loss_name), points(some)
    weights = np.random.default_rng(5).integers(0, 4, size=ROWS_COUNT)
    repeated = np.repeat(np.arange(ROWS_COUNT), weights)
    found = loss_and_gradient(np, some, fitting, point, x, y, weights.astype(float))
    expected = loss_and_gradient(np, some, fitting, point, x[repeated], y[repeated])
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-10, atol=1e-12)
    single = row_losses(np, some, fitting, some.forward(np, point, x), y)
    np.testing.assert_allclose(found[0], (weights * single).sum(), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "targets", "reason"),
    [
        ("linear", Targets("class", 2), "linear: it doesn't predict classes"),
        ("logistic", Targets("number", 1), "logistic: it doesn't predict numbers"),
        ("logistic", Targets("class", 3), "logistic: it tells two classes apart, not 3; .* the model softmax"),
        ("softmax", Targets("class", 1), "softmax: there is nothing to predict"),
        ("mlp", Targets("number", 0), "mlp: there is nothing to predict"),
    ],
)
def test_that_targets_a_model_cannot_predict_are_refused(name: str, targets: Targets, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        model(name, targets=targets)
