"""Every model with every loss that fits it: values, gradients, minima and measures against scikit-learn and torch."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from sklearn import linear_model, metrics, neural_network, pipeline, preprocessing

from gdviz.data.read import read_table
from gdviz.errors import InputError
from gdviz.problems import DataFit, problem

LINNERUD = {"table": "builtin:linnerud", "target": ("weight", "waist", "pulse")}
IRIS = {"table": "builtin:iris"}


def own_rows(fit: DataFit) -> tuple[np.ndarray, np.ndarray]:
    """Features and targets as they stand in the table; classes as numbers."""
    table = read_table(fit.table)
    X = np.column_stack([table.column(name).values for name in fit.data.features])[fit.data.row_index]
    columns = [table.column(name) for name in fit.data.target_names]
    y = np.column_stack([column.values for column in columns])[fit.data.row_index]
    if columns[0].kind == "text":
        y = np.array([[fit.data.class_names.index(columns[0].categories[code])] for code in y[:, 0]])
    return X, y if len(columns) > 1 else y[:, 0]


# Affine models --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standardize", [True, False])
def test_that_several_targets_are_fitted_as_linear_regression_does(standardize: bool) -> None:
    fit = DataFit(**LINNERUD, standardize=standardize)
    X, y = own_rows(fit)
    peer = linear_model.LinearRegression().fit(X, y)
    found = fit.coefficients(fit.minima[0])
    np.testing.assert_allclose(found.weights, peer.coef_.T, rtol=1e-10)
    np.testing.assert_allclose(found.bias, peer.intercept_, rtol=1e-10)
    assert found.outputs == ("weight", "waist", "pulse")
    assert [(block.name, block.shape) for block in fit.blocks] == [("weight", (3, 3)), ("bias", (3,))]
    assert fit.minimum_value == pytest.approx(np.sum((y - peer.predict(X)) ** 2) / len(y), rel=1e-12)
    measured = fit.metrics(fit.minima[0]).training
    assert float(measured.mse) == pytest.approx(metrics.mean_squared_error(y, peer.predict(X)), rel=1e-12)
    assert float(measured.mae) == pytest.approx(metrics.mean_absolute_error(y, peer.predict(X)), rel=1e-12)
    assert float(measured.r2) == pytest.approx(metrics.r2_score(y, peer.predict(X)), rel=1e-10)


@pytest.mark.parametrize("alpha", [0.3, 40.0])
def test_that_alpha_is_the_alpha_of_ridge_with_several_targets(alpha: float) -> None:
    fit = DataFit(**LINNERUD, alpha=alpha)
    X, y = own_rows(fit)
    peer = linear_model.Ridge(alpha=alpha, tol=1e-14).fit(preprocessing.StandardScaler().fit_transform(X), y)
    weights = fit.minima[0][:9].reshape(3, 3)
    np.testing.assert_allclose(weights, peer.coef_.T, rtol=1e-10)
    np.testing.assert_allclose(fit.minima[0][9:], peer.intercept_, rtol=1e-10)
    np.testing.assert_allclose(fit.gradient(fit.minima[0]), 0, atol=1e-11)


def test_that_polynomials_are_fitted_as_a_pipeline_does() -> None:
    fit = DataFit(table="generated:exponential", degree=5)
    X, y = own_rows(fit)
    steps = (
        preprocessing.PolynomialFeatures(5, include_bias=False),
        preprocessing.StandardScaler(),
        linear_model.LinearRegression(),
    )
    peer = pipeline.make_pipeline(*steps).fit(X, y)
    np.testing.assert_allclose(fit.at(fit.minima[0]).predict(X), peer.predict(X), rtol=1e-9, atol=1e-9)
    found = fit.coefficients(fit.minima[0])
    powers = X ** np.arange(1, 6)
    np.testing.assert_allclose(powers @ found.weights + found.bias, peer.predict(X), rtol=1e-9, atol=1e-9)
    assert fit.data.columns == ("x", "x^2", "x^3", "x^4", "x^5")


@pytest.mark.parametrize(("l1", "l2"), [(1.0, 0.0), (1.0, 0.2), (20.0, 2.0), (0.01, 0.0)])
def test_that_the_minimum_with_both_penalties_is_that_of_the_elastic_net(l1: float, l2: float) -> None:
    fit = DataFit(table="builtin:diabetes", loss="half_squared_error", l1=l1, l2=l2)
    X, y = own_rows(fit)
    peer = linear_model.ElasticNet(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), tol=1e-15, max_iter=1_000_000)
    peer.fit(preprocessing.StandardScaler().fit_transform(X), y)
    np.testing.assert_allclose(fit.minima[0], np.append(peer.coef_, peer.intercept_), rtol=1e-7, atol=1e-7)
    around = fit.minima[0] + 1e-3 * np.random.default_rng(0).normal(size=(200, fit.dimension))
    assert (fit.value(around) > fit.minimum_value).all()


def test_that_lasso_of_several_targets_is_that_of_each() -> None:
    fit = DataFit(**LINNERUD, loss="half_squared_error", l1=0.5)
    found = fit.minima[0].reshape(4, 3)
    for place, target in enumerate(LINNERUD["target"]):
        alone = DataFit(
            table="builtin:linnerud", features=fit.data.features, target=target, loss="half_squared_error", l1=0.5
        )
        np.testing.assert_allclose(found[:, place], alone.minima[0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("l2", [1e-3, 0.1])
def test_that_the_minimum_of_softmax_is_that_of_multinomial_logistic_regression(l2: float) -> None:
    fit = DataFit(**IRIS, l2=l2)
    assert fit.data.class_names == ("setosa", "versicolor", "virginica")
    assert fit.model_used.name == "softmax"
    assert not fit.start.any()
    X, y = own_rows(fit)
    scaled = preprocessing.StandardScaler().fit_transform(X)
    peer = linear_model.LogisticRegression(C=1 / (l2 * len(y)), solver="newton-cg", tol=1e-12, max_iter=10_000)
    peer.fit(scaled, y)
    minimum = fit.minima[0]
    np.testing.assert_allclose(fit.gradient(minimum), 0, atol=1e-12)
    np.testing.assert_allclose(minimum[:12].reshape(4, 3), peer.coef_.T, atol=1e-6)
    biases = minimum[12:]
    np.testing.assert_allclose(biases - biases.mean(), peer.intercept_ - peer.intercept_.mean(), atol=1e-6)
    np.testing.assert_allclose(fit.predictions(minimum), peer.predict_proba(scaled), atol=1e-7)
    expected = metrics.log_loss(y, peer.predict_proba(scaled)) + l2 / 2 * np.sum(peer.coef_**2)
    assert fit.minimum_value == pytest.approx(expected, rel=1e-10)


def test_that_softmax_without_penalties_has_no_minimum_for_separable_classes_and_one_for_others() -> None:
    assert DataFit(table="builtin:wine").minima.shape == (0, 42)
    fit = DataFit(table="generated:blobs", noise=1.5)
    assert fit.minima.shape == (1, 9)
    np.testing.assert_allclose(fit.gradient(fit.minima[0]), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "solver"),
    [
        ({"table": "builtin:iris", "classes": ("versicolor", "virginica"), "l1": 0.02}, "liblinear"),
        ({"table": "builtin:iris", "l1": 0.02}, "saga"),
    ],
)
def test_that_l1_with_classes_has_the_minimum_of_logistic_regression(options: dict[str, Any], solver: str) -> None:
    fit = DataFit(**options)
    minimum = fit.minima[0]
    slope = np.abs(fit.gradient(minimum))
    assert (slope <= 1e-9 + np.where(minimum == 0, fit.l1, 0.0)).all()
    assert (minimum == 0).any()
    around = minimum + 1e-3 * np.random.default_rng(0).normal(size=(200, fit.dimension))
    assert (fit.value(around) > fit.minimum_value - 1e-15).all()
    if solver == "saga":
        X, y = own_rows(fit)
        scaled = preprocessing.StandardScaler().fit_transform(X)
        peer = linear_model.LogisticRegression(
            l1_ratio=1.0, C=1 / (fit.l1 * len(y)), solver="saga", tol=1e-9, max_iter=100_000
        ).fit(scaled, y)
        np.testing.assert_allclose(fit.predictions(minimum), peer.predict_proba(scaled), atol=1e-5)


def test_that_regression_by_squares_tells_optimizers_its_residuals() -> None:
    fits = [
        DataFit(**LINNERUD, alpha=0.7),
        DataFit(table="builtin:line", loss="half_squared_error", l2=0.2),
        DataFit(table="builtin:exam", loss="squared_error"),
        DataFit(**IRIS, loss="squared_error", l2=0.1),
        DataFit(table="generated:exponential", samples=20, model="mlp", hidden=(3,), activation="tanh", alpha=0.1),
    ]
    for fit in fits:
        assert fit.has_residuals
        x = fit.start + 0.3 * np.random.default_rng(0).normal(size=(2, fit.dimension))
        r, J = fit.residuals(x), fit.jacobian(x)
        np.testing.assert_allclose(fit.residual_factor / 2 * np.sum(r * r, axis=-1), fit.value(x), rtol=1e-12)
        slopes = fit.residual_factor * np.einsum("km,kmd->kd", r, J)
        np.testing.assert_allclose(slopes, fit.gradient(x), rtol=1e-9, atol=1e-12)
    assert not DataFit(table="builtin:line", l1=0.1).has_residuals
    with pytest.raises(NotImplementedError):
        DataFit(table="builtin:exam").residuals(np.zeros(2))


# Networks -------------------------------------------------------------------------------------------------------------

NETWORKS: list[dict[str, Any]] = [
    {"table": "builtin:iris", "hidden": (5,), "alpha": 0.3},
    {"table": "generated:moons", "samples": 40, "hidden": (4, 3), "activation": "tanh"},
    {"table": "generated:moons", "samples": 40, "hidden": (4,), "activation": "logistic", "alpha": 2.0},
    {"table": "generated:exponential", "hidden": (6,), "loss": "half_squared_error", "alpha": 0.5},
    {"table": "generated:exponential", "hidden": (6, 2), "activation": "identity", "loss": "half_squared_error"},
]


def as_layers(fit: DataFit, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The parameters as scikit-learn keeps them."""
    weights, biases, begin = [], [], 0
    for _, shape in fit.blocks:
        part = x[begin : begin + int(np.prod(shape))].reshape(shape)
        (weights if len(shape) == 2 else biases).append(part.copy())
        begin += part.size
    return weights, biases


@pytest.mark.parametrize("options", NETWORKS, ids=str)
def test_that_loss_gradient_and_start_of_networks_are_those_of_scikit_learn(options: dict[str, Any]) -> None:
    fit = DataFit(**options, model="mlp", initial_seed=5)
    classes = fit.data.kind == "class"
    kind = neural_network.MLPClassifier if classes else neural_network.MLPRegressor
    peer = kind(
        hidden_layer_sizes=fit.hidden, activation=fit.activation, alpha=fit.alpha, solver="lbfgs", random_state=5
    )
    X, y = fit.data.X.copy(), fit.data.y
    expected = fit.data.expected(y, fit.model_used.outputs).reshape(len(y), -1).copy()
    peer.n_outputs_ = expected.shape[1]
    peer._random_state = np.random.RandomState(5)
    units = [X.shape[1], *fit.hidden, expected.shape[1]]
    if classes:
        peer._label_binarizer = preprocessing.LabelBinarizer().fit(y)
    peer._initialize(expected, units, np.dtype(np.float64))
    for x in (fit.start, fit.start + np.random.default_rng(0).normal(size=fit.dimension)):
        weights, biases = as_layers(fit, x)
        if x is fit.start:
            for own, theirs in zip(weights, peer.coefs_, strict=True):
                np.testing.assert_array_equal(own, theirs)
        peer.coefs_, peer.intercepts_ = weights, biases
        activations = [X] + [np.empty((len(X), count)) for count in units[1:]]
        deltas = [np.empty_like(item) for item in activations[1:]]
        coefs, intercepts = [np.empty_like(item) for item in weights], [np.empty_like(item) for item in biases]
        arguments = (X, expected, None, activations, deltas, coefs, intercepts)
        try:
            loss, coefs, intercepts = peer._backprop(*arguments)
        except TypeError:  # before weights of rows
            loss, coefs, intercepts = peer._backprop(*arguments[:2], *arguments[3:])
        assert float(fit.value(x)) == pytest.approx(loss, rel=1e-10)
        found_weights, found_biases = as_layers(fit, fit.gradient(x))
        for own, theirs in zip([*found_weights, *found_biases], [*coefs, *intercepts], strict=True):
            np.testing.assert_allclose(own, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {**IRIS, "model": "mlp", "hidden": (3,), "activation": "tanh", "l2": 0.01},
        {**IRIS, "model": "mlp", "hidden": (3, 2), "activation": "logistic", "target": "petal_width"},
        {**IRIS, "model": "logistic", "classes": ("versicolor", "virginica"), "loss": "half_squared_error"},
        {**IRIS, "model": "softmax", "loss": "squared_error"},
    ],
    ids=str,
)
def test_that_networks_and_losses_of_probabilities_have_their_hessian(options: dict[str, Any]) -> None:
    fit = DataFit(**options)
    assert fit.has_hessian
    points = np.random.default_rng(3).normal(size=(2, fit.dimension))
    h = 1e-5 * np.eye(fit.dimension)
    for point, hessian in zip(points, fit.hessian(points), strict=True):
        differences = (fit.gradient(point + h) - fit.gradient(point - h)) / 2e-5
        np.testing.assert_allclose(hessian, differences, rtol=1e-6, atol=1e-8)


def test_that_networks_with_kinks_or_with_too_many_parameters_for_their_rows_have_no_hessian() -> None:
    for options in ({"activation": "relu"}, {"activation": "tanh", "hidden": (300, 300)}):
        fit = DataFit(**IRIS, model="mlp", **options)
        assert not fit.has_hessian
        with pytest.raises(NotImplementedError):
            fit.hessian(fit.start)


def test_that_a_network_is_a_problem_like_any_other() -> None:
    fit = DataFit(**IRIS, model="mlp", hidden=(4, 3))
    assert fit.dimension == 4 * 4 + 4 + 4 * 3 + 3 + 3 * 3 + 3 == len(fit.names) == len(set(fit.names))
    assert fit.names[0] == "layer1.weight[0,0]"
    assert fit.minima.shape == (0, fit.dimension)
    low, high = fit.domain.T
    assert (low < fit.start).all()
    assert (fit.start < high).all()
    assert not np.array_equal(fit.start, dataclasses.replace(fit, initial_seed=1).start)
    assert fit.suggested_batch_size == 150
    assert DataFit(**IRIS).suggested_batch_size is None
    with pytest.raises(InputError, match="no coefficients"):
        fit.coefficients(fit.start)


# Measures -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"table": "builtin:iris", "validation": 0.3, "l2": 0.01},
        {"table": "builtin:iris", "validation": 0.3, "model": "mlp", "hidden": (6,)},
        {"table": "builtin:exam", "validation": 0.25},
    ],
)
def test_that_measures_of_classes_are_those_of_scikit_learn_on_both_parts(options: dict[str, Any]) -> None:
    fit = problem("data", **options)
    x = fit.start + np.random.default_rng(3).normal(size=(2, 3, fit.dimension))
    found = fit.metrics(x)
    assert found.validation is not None
    for part in found:
        assert part.accuracy.shape == (2, 3)
        assert part.confusion.shape == (2, 3, len(fit.data.class_names), len(fit.data.class_names))
        taken = part.predicted_classes
        for index in np.ndindex(2, 3):
            actual = part.data.y
            assert float(part.accuracy[index]) == pytest.approx(metrics.accuracy_score(actual, taken[index]), rel=1e-14)
            labels = range(len(fit.data.class_names))
            expected = metrics.confusion_matrix(actual, taken[index], labels=list(labels))
            np.testing.assert_array_equal(part.confusion[index], expected)
    columns = found.columns()
    assert list(columns) == ["training_loss", "training_accuracy", "validation_loss", "validation_accuracy"]
    np.testing.assert_allclose(columns["training_loss"] + fit.penalty.value(x), fit.value(x), rtol=1e-12)


# Every model with every loss, against torch ---------------------------------------------------------------------------

PAIRS = [
    ({"table": "builtin:line", "features": ("x",)}, None),
    (LINNERUD, None),
    ({"table": "builtin:exam"}, None),
    (IRIS, None),
    ({"table": "builtin:line", "model": "mlp", "hidden": (3, 2), "activation": "tanh"}, None),
    ({**LINNERUD, "model": "mlp", "hidden": (4,), "activation": "logistic"}, None),
    ({"table": "builtin:exam", "model": "mlp", "hidden": (3,), "activation": "relu"}, None),
    ({**IRIS, "model": "mlp", "hidden": (3,), "activation": "identity"}, None),
]
EVERY = [
    ({**options, "loss": loss}, loss)
    for options, _ in PAIRS
    for loss in (lambda fit: fit.data.model.losses_for(fit.data.targets))(DataFit(**options))
]


@pytest.mark.torch
@pytest.mark.parametrize(("options", "loss"), EVERY, ids=str)
def test_that_every_model_with_every_loss_has_the_value_and_gradient_of_torch(
    options: dict[str, Any], loss: str
) -> None:
    import torch

    fit = DataFit(**options, p=2.5, delta=0.8, l2=0.3, l1=0.02)
    X = torch.tensor(fit.data.X.copy())
    y = torch.tensor(fit.data.expected(fit.data.y, fit.model_used.outputs).copy())
    penalized = torch.tensor(fit.penalty.penalized)
    bend = {"tanh": torch.tanh, "logistic": torch.sigmoid, "relu": torch.relu, "identity": lambda z: z}[fit.activation]

    def peer(theta: torch.Tensor) -> torch.Tensor:
        a, begin = X, 0
        blocks = [(name, shape) for name, shape in fit.blocks]
        for place in range(0, len(blocks), 2):
            shape = blocks[place][1]
            size, units = int(np.prod(shape)), shape[1] if len(shape) == 2 else 1
            weight = theta[begin : begin + size].reshape(-1, units)
            bias = theta[begin + size : begin + size + units]
            begin += size + units
            a = a @ weight + bias
            if place + 2 < len(blocks):
                a = bend(a)
        z = a[:, 0] if y.ndim == 1 else a
        several = y.ndim == 2
        output = z
        if fit.data.kind == "class":
            output = torch.softmax(z, dim=1) if several else torch.sigmoid(z)
        functional = torch.nn.functional
        rows = {
            "squared_error": lambda: functional.mse_loss(output, y, reduction="none"),
            "half_squared_error": lambda: functional.mse_loss(output, y, reduction="none") / 2,
            "absolute_error": lambda: functional.l1_loss(output, y, reduction="none"),
            "lp": lambda: torch.abs(output - y) ** 2.5,
            "huber": lambda: functional.huber_loss(output, y, reduction="none", delta=0.8),
            "binary_cross_entropy": lambda: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
            "cross_entropy": lambda: functional.cross_entropy(z, y, reduction="none"),
            "kl_divergence": lambda: (
                functional.kl_div(torch.log_softmax(z, dim=1), y, reduction="none").sum(dim=1)
                if several
                else functional.binary_cross_entropy_with_logits(z, y, reduction="none")
            ),
            "hinge": lambda: _hinge(torch, z, y),
        }[loss]()
        mean = rows.sum() / len(y)
        weights = theta * penalized
        return mean + 0.15 * (weights**2).sum() + 0.02 * weights.abs().sum()

    for seed in range(2):
        x = fit.start + np.random.default_rng(seed).normal(size=fit.dimension)
        theta = torch.tensor(x, requires_grad=True)
        value = peer(theta)
        value.backward()
        found_value, found_gradient = fit.value_and_gradient(x)
        assert float(found_value) == pytest.approx(value.item(), rel=1e-10)
        scale = max(1.0, float(np.abs(found_gradient).max()))
        np.testing.assert_allclose(found_gradient, theta.grad.numpy(), rtol=1e-10, atol=1e-12 * scale)


def _hinge(torch: Any, z: Any, y: Any) -> Any:
    """max(0, 1 − the true score's margin over the best wrong one); Crammer & Singer 2001."""
    if y.ndim == 1:
        return torch.clamp(1 - (2 * y - 1) * z, min=0)
    true = (z * y).sum(dim=1)
    wrong = torch.where(y == 1, torch.tensor(-torch.inf, dtype=z.dtype), z).max(dim=1).values
    return torch.clamp(1 + wrong - true, min=0)
