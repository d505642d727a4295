"""Forward and backward passes layer by layer, against numbers worked out by hand and against the gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdviz.losses import loss
from gdviz.models import Model, Targets, model
from gdviz.models.chain import loss_and_gradient
from gdviz.models.layers import activation_names, layer_norms, passes

GENERATOR = np.random.default_rng(41)
ROWS, FEATURES = 9, 2
X = GENERATOR.normal(size=(ROWS, FEATURES))

CASES: list[tuple[Model, str, np.ndarray]] = [
    (model("linear"), "squared_error", GENERATOR.normal(size=ROWS)),
    (model("linear", targets=Targets("number", 2)), "huber", GENERATOR.normal(size=(ROWS, 2))),
    (model("logistic"), "binary_cross_entropy", (GENERATOR.random(ROWS) < 0.5).astype(float)),
    (model("logistic"), "half_squared_error", (GENERATOR.random(ROWS) < 0.5).astype(float)),
    (model("softmax"), "cross_entropy", np.eye(3)[GENERATOR.integers(3, size=ROWS)]),
    (model("softmax"), "squared_error", np.eye(3)[GENERATOR.integers(3, size=ROWS)]),
    (model("mlp", hidden=(3, 4), activation="tanh"), "half_squared_error", GENERATOR.normal(size=ROWS)),
    (
        model("mlp", hidden=(4,), activation="relu", targets=Targets("class", 2)),
        "hinge",
        (GENERATOR.random(ROWS) < 0.5).astype(float),
    ),
    (
        model("mlp", hidden=(4, 2), activation="logistic", targets=Targets("class", 3)),
        "cross_entropy",
        np.eye(3)[GENERATOR.integers(3, size=ROWS)],
    ),
]
every_case = pytest.mark.parametrize(
    ("some", "name", "y"), CASES, ids=[f"{some.name} {name}" for some, name, _ in CASES]
)


@every_case
def test_that_the_gradients_of_the_layers_make_up_the_gradient(some: Model, name: str, y: np.ndarray) -> None:
    point = GENERATOR.normal(size=some.dimension(FEATURES))
    found = passes(np, some, loss(name), point, X, y)
    value, gradient = loss_and_gradient(np, some, loss(name), point, X, y, np.full(ROWS, 1 / ROWS))
    parts = [part.ravel() for layer in found.layers for part in (layer.weight_gradient, layer.bias_gradient)]
    np.testing.assert_allclose(np.concatenate(parts), gradient, rtol=1e-11, atol=1e-14)
    assert found.losses.mean() == pytest.approx(value, rel=1e-12)


@every_case
def test_that_every_layer_follows_from_the_one_before_and_the_one_behind(some: Model, name: str, y: np.ndarray) -> None:
    point = GENERATOR.normal(size=some.dimension(FEATURES))
    found = passes(np, some, loss(name), point, X, y)
    inputs = X
    for layer in found.layers:
        np.testing.assert_array_equal(layer.inputs, inputs)
        np.testing.assert_allclose(layer.scores, inputs @ layer.weights + layer.biases, rtol=1e-13)
        inputs = layer.outputs
    for layer, behind in zip(found.layers, found.layers[1:], strict=False):
        np.testing.assert_allclose(layer.deltas, behind.deltas @ behind.weights.T * layer.slopes, rtol=1e-13)
    last = found.layers[-1]
    if found.output_gradient is None:
        assert name == "hinge"
    elif last.activation != "softmax":
        np.testing.assert_allclose(last.deltas, found.output_gradient * last.slopes, rtol=1e-11)
    assert tuple(layer.activation for layer in found.layers) == activation_names(some, len(found.layers))


def test_that_backpropagation_has_the_numbers_worked_out_by_hand() -> None:
    # One row (1, 2), two logistic neurons, one output without activation, L = ½(ŷ − y)², y = 1.
    network = model("mlp", hidden=(2,), activation="logistic")
    point = np.array([0.1, -0.2, 0.3, 0.4, 0.05, -0.05, 0.5, -1.0, 0.2])
    first, last = passes(np, network, loss("half_squared_error"), point, np.array([[1.0, 2.0]]), np.array([1.0])).layers
    z1 = (0.1 * 1 + 0.3 * 2 + 0.05, -0.2 * 1 + 0.4 * 2 - 0.05)
    a1 = tuple(1 / (1 + math.exp(-z)) for z in z1)
    z2 = 0.5 * a1[0] - 1.0 * a1[1] + 0.2
    delta2 = z2 - 1.0
    delta1 = tuple(weight * delta2 * a * (1 - a) for weight, a in zip((0.5, -1.0), a1, strict=True))
    np.testing.assert_allclose(first.scores, [z1], rtol=1e-14)
    np.testing.assert_allclose(first.outputs, [a1], rtol=1e-14)
    np.testing.assert_allclose(last.scores, [[z2]], rtol=1e-14)
    np.testing.assert_allclose(last.deltas, [[delta2]], rtol=1e-14)
    np.testing.assert_allclose(first.deltas, [delta1], rtol=1e-13)
    np.testing.assert_allclose(last.weight_gradient, [[delta2 * a1[0]], [delta2 * a1[1]]], rtol=1e-13)
    np.testing.assert_allclose(first.weight_gradient, np.outer([1.0, 2.0], delta1), rtol=1e-13)
    np.testing.assert_allclose(first.bias_gradient, delta1, rtol=1e-13)
    assert (first.name, last.name) == ("layer1", "layer2")
    # The same to six digits, so that a slip in both would show.
    np.testing.assert_allclose(first.scores, [[0.75, 0.55]], atol=1e-15)
    np.testing.assert_allclose(first.outputs, [[0.679179, 0.634136]], atol=5e-7)
    np.testing.assert_allclose(first.deltas, [[-0.119248, 0.253943]], atol=5e-7)


def test_that_the_slope_of_a_logistic_neuron_dies_near_zero_and_one_and_that_of_relu_does_not() -> None:
    x, y = np.array([[1.0]]), np.array([0.0])
    for weight, expected in ((0.0, 0.25), (5.0, 0.006648), (-5.0, 0.006648), (20.0, 2.06e-9)):
        network = model("mlp", hidden=(1,), activation="logistic")
        first = passes(np, network, loss("squared_error"), np.array([weight, 0.0, 1.0, 0.0]), x, y).layers[0]
        assert first.slopes[0, 0] == pytest.approx(expected, rel=1e-3)
    network = model("mlp", hidden=(1,), activation="relu")
    for weight, expected in ((3.0, 1.0), (300.0, 1.0), (-3.0, 0.0), (0.0, 0.0)):
        first = passes(np, network, loss("squared_error"), np.array([weight, 0.0, 1.0, 0.0]), x, y).layers[0]
        assert first.slopes[0, 0] == expected


def test_that_gradients_vanish_through_logistic_layers_and_not_through_relu() -> None:
    y = np.sin(X[:, 0])
    ratios = {}
    for activation, initialization in (("logistic", "glorot"), ("relu", "he")):
        network = model("mlp", hidden=(20,) * 8, activation=activation, initialization=initialization)
        point = network.initial(FEATURES, seed=2)
        gradient = loss_and_gradient(np, network, loss("half_squared_error"), point, X, y)[1]
        norms = layer_norms(np, network, gradient, FEATURES)
        ratios[activation] = norms[0] / norms[-1]
    assert ratios["logistic"] < 1e-4
    assert ratios["relu"] > 1e-2


def test_that_norms_of_layers_are_those_of_their_parts_of_the_gradient() -> None:
    network = model("mlp", hidden=(3, 2), targets=Targets("class", 3))
    gradients = GENERATOR.normal(size=(4, network.dimension(FEATURES)))
    norms = layer_norms(np, network, gradients, FEATURES)
    assert norms.shape == (4, 3)
    np.testing.assert_allclose(norms[:, 0], np.linalg.norm(gradients[:, :9], axis=1), rtol=1e-14)
    np.testing.assert_allclose(norms[:, 1], np.linalg.norm(gradients[:, 9:17], axis=1), rtol=1e-14)
    np.testing.assert_allclose(norms[:, 2], np.linalg.norm(gradients[:, 17:], axis=1), rtol=1e-14)
    np.testing.assert_allclose((norms**2).sum(axis=1), (gradients**2).sum(axis=1), rtol=1e-14)
