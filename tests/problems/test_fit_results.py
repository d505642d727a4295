"""What fitted models say, against scikit-learn's models and metrics on the table's own numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import linear_model, metrics

from gdviz.data.read import read_table
from gdviz.errors import InputError
from gdviz.problems import DataFit
from gdviz.problems.fit_results import FittedModel

LINEAR = DataFit(table="builtin:diabetes", features=("age", "body_mass_index", "blood_pressure"))
LOGISTIC = DataFit(table="builtin:iris", classes=("versicolor", "virginica"), l2=0.01)


def own_numbers(fit: DataFit) -> np.ndarray:
    table = read_table(fit.table)
    return np.column_stack([table.column(name).values for name in fit.data.features])[fit.data.row_index]


def peer_of(fit: DataFit, x: np.ndarray) -> linear_model.LinearRegression | linear_model.LogisticRegression:
    """A model of scikit-learn with our coefficients, on the table's own numbers."""
    coefficients = fit.coefficients(x)
    if fit.data.class_names:
        peer = linear_model.LogisticRegression()
        peer.classes_ = np.array([0.0, 1.0])
        peer.coef_, peer.intercept_ = coefficients.weights[None, :], np.array([coefficients.bias])
    else:
        peer = linear_model.LinearRegression()
        peer.coef_, peer.intercept_ = coefficients.weights, coefficients.bias
    return peer


@pytest.mark.parametrize("fit", [LINEAR, LOGISTIC], ids=["linear", "logistic"])
def test_that_coefficients_predict_from_the_tables_own_numbers(fit: DataFit) -> None:
    for x in (fit.minima[0], np.random.default_rng(0).normal(size=fit.dimension)):
        peer = peer_of(fit, x)
        X = own_numbers(fit)
        expected = peer.predict_proba(X)[:, 1] if fit.data.class_names else peer.predict(X)
        np.testing.assert_allclose(fit.predictions(x), expected, rtol=1e-10)
        np.testing.assert_allclose(fit.at(x).predict(X[:7]), expected[:7], rtol=1e-10)


def test_that_coefficients_of_a_whole_path_are_those_of_its_points() -> None:
    path = np.random.default_rng(0).normal(size=(5, LINEAR.dimension))
    together = LINEAR.coefficients(path)
    assert together.features == LINEAR.data.features
    assert together.weights.shape == (5, 3)
    assert together.bias.shape == (5,)
    for index, x in enumerate(path):
        alone = LINEAR.coefficients(x)
        np.testing.assert_allclose(together.weights[index], alone.weights, rtol=1e-14)
        np.testing.assert_allclose(together.bias[index], alone.bias, rtol=1e-12)


def test_that_errors_of_a_line_are_those_of_scikit_learn() -> None:
    path = np.random.default_rng(0).normal(size=(3, LINEAR.dimension)) * 20
    fitted = LINEAR.at(path)
    for index, predicted in enumerate(fitted.predictions):
        y = LINEAR.data.y
        assert fitted.mse[index] == pytest.approx(metrics.mean_squared_error(y, predicted), rel=1e-12)
        assert fitted.mae[index] == pytest.approx(metrics.mean_absolute_error(y, predicted), rel=1e-12)
        assert fitted.r2[index] == pytest.approx(metrics.r2_score(y, predicted), rel=1e-12)


def test_that_accuracy_and_classes_are_those_of_scikit_learn() -> None:
    x = np.concatenate([LOGISTIC.minima, np.random.default_rng(0).normal(size=(3, LOGISTIC.dimension))])
    fitted = LOGISTIC.at(x)
    for index, point in enumerate(x):
        expected = peer_of(LOGISTIC, point).predict(own_numbers(LOGISTIC))
        assert np.array_equal(fitted.predicted_classes[index], expected)
        assert fitted.accuracy[index] == pytest.approx(metrics.accuracy_score(LOGISTIC.data.y, expected), rel=1e-14)
    assert fitted.accuracy[0] >= 0.96


def test_that_even_odds_count_as_the_second_class() -> None:
    fit = DataFit(table="builtin:exam")
    undecided = fit.at(fit.start)
    assert (undecided.predicted_classes == 1).all()
    assert undecided.accuracy == fit.data.y.mean() != 0.5


def test_that_measures_are_refused_where_they_mean_nothing() -> None:
    with pytest.raises(InputError, match="predicted classes, which linear regression has not"):
        _ = LINEAR.at(LINEAR.start).accuracy
    with pytest.raises(InputError, match="predicted numbers, which logistic regression has not"):
        _ = LOGISTIC.at(LOGISTIC.start).r2


@pytest.mark.parametrize("fit", [LINEAR, LOGISTIC], ids=["linear", "logistic"])
def test_that_predictions_along_features_hold_the_others_at_their_means(fit: DataFit) -> None:
    x = np.random.default_rng(1).normal(size=fit.dimension)
    names = (fit.data.features[2], fit.data.features[0])
    X = own_numbers(fit)
    values = np.random.default_rng(2).normal(size=(4, 5, 2)) + X.mean(axis=0)[[2, 0]]
    rows = np.tile(X.mean(axis=0), (20, 1))
    rows[:, [2, 0]] = values.reshape(20, 2)
    peer = peer_of(fit, x)
    expected = peer.predict_proba(rows)[:, 1] if fit.data.class_names else peer.predict(rows)
    np.testing.assert_allclose(fit.at(x).along(names, values), expected.reshape(4, 5), rtol=1e-9)


def test_that_the_line_through_one_feature_spans_its_rows() -> None:
    fit = DataFit(table="builtin:line")
    coefficients = fit.coefficients(fit.minima[0])
    line = fit.at(fit.minima[0]).line("x")
    own = own_numbers(fit)[:, 0]
    np.testing.assert_allclose(line[:, 0], [own.min(), own.max()])
    np.testing.assert_allclose(line[:, 1], coefficients.bias + coefficients.weights[0] * line[:, 0], rtol=1e-12)
    wider = fit.at(fit.minima[0]).line("x", -10.0, 10.0, count=5)
    np.testing.assert_allclose(wider[:, 0], [-10, -5, 0, 5, 10])


@pytest.mark.parametrize("names", [("petal_length",), ("petal_width", "sepal_width")])
def test_that_both_classes_are_equally_likely_on_the_boundary(names: tuple[str, ...]) -> None:
    fitted = LOGISTIC.at(LOGISTIC.minima[0])
    boundary = fitted.boundary(names)
    assert boundary.features == names
    for first in np.linspace(1, 3, 5) if len(names) == 2 else [0.0]:
        others = [first] if len(names) == 2 else []
        last = -(boundary.offset + np.dot(boundary.weights[: len(others)], others)) / boundary.weights[-1]
        assert fitted.along(names, np.array([[*others, last]]))[0] == pytest.approx(0.5, abs=1e-12)


def test_that_a_name_that_is_no_feature_is_refused() -> None:
    fitted: FittedModel = LOGISTIC.at(LOGISTIC.start)
    with pytest.raises(InputError, match="'species' is no feature of this fit; it has sepal_length"):
        fitted.along(("species",), [[0.0]])
