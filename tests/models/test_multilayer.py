"""The multi-layer perceptron against scikit-learn's: starts, losses, gradients and whole trainings."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from gdviz.errors import InputError
from gdviz.losses import loss
from gdviz.models import Model, Targets, model
from gdviz.models.base import split
from gdviz.models.chain import loss_and_gradient

ROWS, FEATURES = 40, 3
GENERATOR = np.random.default_rng(31)
X = GENERATOR.normal(size=(ROWS, FEATURES))
ACTIVATIONS = ["identity", "logistic", "tanh", "relu"]
KINDS = {
    "number": (Targets("number", 1), "half_squared_error", np.sin(X[:, 0]) + X[:, 1] ** 2),
    "numbers": (Targets("number", 2), "half_squared_error", np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2]], axis=1)),
    "two": (Targets("class", 2), "binary_cross_entropy", (X[:, 0] * X[:, 1] > 0).astype(float)),
    "three": (Targets("class", 3), "cross_entropy", np.eye(3)[np.digitize(X[:, 0] + X[:, 2], [-0.6, 0.6])]),
}

every_kind = pytest.mark.parametrize("kind", list(KINDS))
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def network(kind: str, **options: Any) -> Model:
    return model("mlp", hidden=options.pop("hidden", (5, 4)), targets=KINDS[kind][0], **options)


def peer(kind: str, **options: Any) -> Any:
    """scikit-learn's network of the same shape after no more than one step."""
    estimator = MLPRegressor if kind.startswith("number") else MLPClassifier
    settings = {"hidden_layer_sizes": (5, 4), "max_iter": 1, "batch_size": ROWS, "shuffle": False, **options}
    found = estimator(**settings)
    y = KINDS[kind][2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found.fit(X, y if y.ndim == 1 or kind == "numbers" else y.argmax(axis=1))
    return found


def flat(weights: list[np.ndarray], biases: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.ravel() for pair in zip(weights, biases, strict=True) for part in pair])


@every_kind
@every_activation
def test_that_loss_and_gradient_are_those_of_scikit_learn(kind: str, activation: str) -> None:
    theirs = peer(kind, activation=activation, random_state=3, alpha=0.0)
    targets, name, y = KINDS[kind]
    ours = network(kind, activation=activation)
    point = flat(theirs.coefs_, theirs.intercepts_)
    columns = y.reshape(ROWS, -1)
    activations = [X, *(np.empty((ROWS, units)) for units in (*ours.hidden, ours.outputs))]
    deltas: list[Any] = [None] * (len(activations) - 1)
    weights = [np.empty_like(part) for part in theirs.coefs_]
    biases = [np.empty_like(part) for part in theirs.intercepts_]
    value, weights, biases = theirs._backprop(X, columns, None, activations, deltas, weights, biases)
    found = loss_and_gradient(np, ours, loss(name), point, X, y, np.full(ROWS, 1 / ROWS))
    # Of several targets scikit-learn reports the mean, but descends on the sum, as gdviz does.
    parts = targets.size if targets.kind == "number" else 1
    np.testing.assert_allclose(found[0] / parts, value, rtol=1e-10)
    np.testing.assert_allclose(found[1], flat(weights, biases), rtol=1e-10, atol=1e-13)
    predicted = theirs.predict(X) if targets.kind == "number" else theirs.predict_proba(X)
    outputs = ours.forward(np, point, X).outputs
    np.testing.assert_allclose(outputs, predicted[:, 1] if kind == "two" else predicted, rtol=1e-12)


@every_kind
@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_that_the_start_is_that_of_scikit_learn_with_the_same_seed(kind: str, activation: str) -> None:
    theirs = peer(kind, activation=activation, random_state=7, solver="sgd", learning_rate_init=1e-300)
    start = network(kind, activation=activation).initial(FEATURES, seed=7)
    np.testing.assert_allclose(start, flat(theirs.coefs_, theirs.intercepts_), rtol=1e-15)


@every_kind
def test_that_gradient_descent_runs_through_the_losses_of_scikit_learn(kind: str) -> None:
    steps, rate, alpha = 12, 0.3, 0.05
    settings = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": rate, "alpha": alpha, "tol": 0.0}
    theirs = peer(kind, activation="tanh", random_state=1, max_iter=steps, n_iter_no_change=99, **settings)
    targets, name, y = KINDS[kind]
    ours = network(kind, activation="tanh")
    point, marks = ours.initial(FEATURES, seed=1), ours.penalized(FEATURES)
    parts = targets.size if targets.kind == "number" else 1
    curve = []
    for _ in range(steps):
        value, gradient = loss_and_gradient(np, ours, loss(name), point, X, y, np.full(ROWS, 1 / ROWS))
        weights = point * marks
        curve.append(value / parts + 0.5 * alpha / ROWS * weights @ weights)
        point = point - rate * (gradient + alpha / ROWS * weights)
    np.testing.assert_allclose(curve, theirs.loss_curve_, rtol=1e-10)
    np.testing.assert_allclose(point, flat(theirs.coefs_, theirs.intercepts_), rtol=1e-9, atol=1e-12)


def test_that_starts_differ_by_seed_and_agree_for_the_same() -> None:
    some = network("number")
    assert np.array_equal(some.initial(FEATURES, seed=4), some.initial(FEATURES, seed=4))
    assert not np.array_equal(some.initial(FEATURES, seed=4), some.initial(FEATURES, seed=5))


def test_that_initializations_are_what_they_are_called() -> None:
    wide = {name: network("number", hidden=(400,), initialization=name) for name in ("glorot", "he", "zeros", "large")}
    starts = {name: split(np, some.blocks(100), some.initial(100)) for name, some in wide.items()}
    bound = np.sqrt(6 / 500)
    first = {name: parts["layer1.weight"] for name, parts in starts.items()}
    assert 0.99 * bound < np.abs(first["glorot"]).max() <= bound
    np.testing.assert_allclose(first["large"], 10 * first["glorot"], rtol=1e-15)
    assert first["he"].std() == pytest.approx(np.sqrt(2 / 100), rel=0.02)
    assert not starts["he"]["layer1.bias"].any()
    assert not any(part.any() for part in starts["zeros"].values())
    assert not model("softmax").initial(FEATURES).any()


def test_that_neurons_that_start_alike_stay_alike() -> None:
    some, y = network("number", hidden=(4,), activation="tanh", initialization="zeros"), KINDS["number"][2]
    point = some.initial(FEATURES)
    for _ in range(30):
        point = point - 0.1 * loss_and_gradient(np, some, loss("half_squared_error"), point, X, y)[1] / ROWS
    weights = split(np, some.blocks(FEATURES), point)["layer1.weight"]
    assert (weights == weights[:, :1]).all()


def test_that_scores_of_ten_thousand_neither_overflow_nor_become_nan() -> None:
    for kind, (_, name, y) in KINDS.items():
        for activation in ACTIVATIONS:
            some = network(kind, activation=activation)
            value, gradient = loss_and_gradient(np, some, loss(name), 1e4 * some.initial(FEATURES), X, y)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("hidden", "reason"),
    [
        ((), "hidden must be"),
        ((0,), "hidden must be a list of finite numbers, each at least 1"),
        ((2.5,), "hidden must be whole numbers of neurons"),
        ((1,) * 65, "hidden names 65 layers; at most 64 are possible"),
        ((10**6,), "at most 100000"),
    ],
)
def test_that_impossible_layers_are_refused(hidden: tuple[int, ...], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        model("mlp", hidden=hidden)


def test_that_whole_numbers_of_neurons_may_be_written_as_floats() -> None:
    some = model("mlp", hidden=[64.0, 32])
    assert some.hidden == (64, 32)
    assert all(isinstance(units, int) for units in some.hidden)
