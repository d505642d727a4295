"""Fits to tables as problems: options, derivatives, minima, views, and what is read when."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import linear_model, preprocessing

import gdviz.problems.fit_source
from gdviz.data.read import read_table
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.problems import DataFit, problem

IRIS_PAIR = {"table": "builtin:iris", "classes": ("versicolor", "virginica")}

SETTINGS: list[dict[str, Any]] = [
    {"table": "builtin:line"},
    {"table": "builtin:diabetes", "alpha": 3.0},
    {"table": "builtin:diabetes", "standardize": False, "l2": 0.1},
    {"table": "builtin:iris", "target": "petal_width", "loss": "half_squared_error", "l2": 0.2, "l1": 0.1},
    {"table": "builtin:line", "loss": "absolute_error"},
    {"table": "builtin:line", "loss": "huber", "delta": 0.7, "l2": 0.3},
    {"table": "builtin:exam"},
    {**IRIS_PAIR, "l2": 0.01},
    {**IRIS_PAIR, "l1": 0.02, "features": ("petal_width", "sepal_length")},
    {"table": "builtin:iris", "classes": ("setosa", "virginica")},
]
every_fit = pytest.mark.parametrize("fit", [DataFit(**options) for options in SETTINGS], ids=str)


def scaled(fit: DataFit) -> tuple[np.ndarray, np.ndarray]:
    """Features and targets of the table itself, the features standardized by scikit-learn."""
    table = read_table(fit.table)
    X = np.column_stack([table.column(name).values for name in fit.data.features])[fit.data.row_index]
    target = table.column(fit.data.target)
    if target.kind == "text":
        y = np.array(
            [fit.data.class_names.index(target.categories[code]) for code in target.values[fit.data.row_index]]
        )
    else:
        y = target.values[fit.data.row_index]
    return (preprocessing.StandardScaler().fit_transform(X) if fit.standardize else X), y


def points_of(fit: DataFit, count: int = 6) -> np.ndarray:
    low, high = fit.domain.T
    return np.random.default_rng(0).uniform(low, high, size=(count, fit.dimension))


@every_fit
def test_that_names_blocks_start_and_domain_fit_together(fit: DataFit) -> None:
    assert fit.dimension == len(fit.names) == len(fit.start) == len(fit.data.features) + 1
    assert fit.names == (*fit.data.features, "bias")
    assert [(block.name, block.shape) for block in fit.blocks] == [("weight", (fit.dimension - 1,)), ("bias", ())]
    assert not fit.start.any()
    low, high = fit.domain.T
    assert np.isfinite(fit.domain).all()
    assert (low < fit.start).all()
    assert (fit.start < high).all()
    for minimum in fit.minima:
        assert (low < minimum).all()
        assert (minimum < high).all()


@every_fit
def test_that_the_gradient_is_that_of_the_value(fit: DataFit) -> None:
    for x in points_of(fit):
        h = np.cbrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(x))
        steps = np.diag(h)
        differences = (fit.value(x + steps) - fit.value(x - steps)) / (2 * h)
        gradient = fit.gradient(x)
        # The kinks of the absolute error are everywhere between the rows; differences see some of them.
        tolerance = 1e-6 if fit.smooth or fit.loss is None else 1e-3
        np.testing.assert_allclose(gradient, differences, rtol=tolerance, atol=tolerance * np.abs(gradient).max())


@every_fit
def test_that_the_hessian_is_that_of_the_gradient(fit: DataFit) -> None:
    if not fit.has_hessian:
        assert fit.loss == "absolute_error"
        with pytest.raises(NotImplementedError):
            fit.hessian(fit.start)
        return
    x = points_of(fit)
    hessians = fit.hessian(x)
    assert hessians.shape == (6, fit.dimension, fit.dimension)
    for point, hessian in zip(x, hessians, strict=True):
        h = np.cbrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(point))
        steps = np.diag(h)
        differences = (fit.gradient(point + steps) - fit.gradient(point - steps)) / (2 * h)[:, None]
        np.testing.assert_allclose(hessian, differences, rtol=1e-5, atol=1e-5 * np.abs(hessian).max())


@every_fit
def test_that_a_batch_gives_what_its_points_give(fit: DataFit) -> None:
    x = points_of(fit).reshape(3, 2, -1)
    values, gradients = fit.value_and_gradient(x)
    assert values.shape == (3, 2)
    np.testing.assert_allclose(fit.value(x), values, rtol=1e-13)
    np.testing.assert_allclose(fit.gradient(x), gradients, rtol=1e-13)
    for index in np.ndindex(3, 2):
        np.testing.assert_allclose(values[index], fit.value(x[index]), rtol=1e-12)
        np.testing.assert_allclose(gradients[index], fit.gradient(x[index]), rtol=1e-10, atol=1e-10)


@every_fit
def test_that_the_batch_of_all_rows_is_the_whole_and_batches_add_up_to_it(fit: DataFit) -> None:
    x = points_of(fit)[0]
    order = np.random.default_rng(1).permutation(fit.rows)
    value, gradient = fit.batch_value_and_gradient(x, order)
    np.testing.assert_allclose(value, fit.value(x), rtol=1e-11)
    np.testing.assert_allclose(gradient, fit.gradient(x), rtol=1e-9, atol=1e-9)
    parts = np.array_split(order, 7)
    values = [fit.batch_value_and_gradient(x, part)[0] * len(part) / fit.rows for part in parts]
    assert sum(values) == pytest.approx(float(fit.value(x)), rel=1e-11)
    assert float(fit.batch_value(x, parts[0])) == pytest.approx(float(values[0]) * fit.rows / len(parts[0]), rel=1e-12)


@every_fit
def test_that_minima_are_lower_than_all_around_and_flat(fit: DataFit) -> None:
    for minimum in fit.minima:
        scale = np.abs(fit.gradient(fit.start)).max()
        # Where a weight is 0, the slope may be anything between the two that l1 has there.
        slope = np.abs(fit.gradient(minimum))
        assert (slope <= 1e-12 * scale + np.where(minimum == 0, fit.l1, 0.0)).all()
        around = minimum + 1e-3 * np.random.default_rng(2).normal(size=(50, fit.dimension))
        assert (fit.value(around) > fit.value(minimum)).all()
        assert fit.minimum_value == float(fit.value(minimum))


@every_fit
def test_that_the_view_rises_behind_the_minimum(fit: DataFit) -> None:
    for minimum in fit.minima:
        for index in range(fit.dimension):
            for limit in fit.domain[index]:
                edge = minimum.copy()
                edge[index] = limit
                assert fit.value(edge) > fit.value(minimum)


@pytest.mark.parametrize(
    ("options", "smooth", "cheap"),
    [
        ({"table": "builtin:line"}, True, True),
        ({"table": "builtin:line", "l1": 0.1}, False, True),
        ({"table": "builtin:line", "loss": "huber"}, True, False),
        ({"table": "builtin:line", "loss": "absolute_error"}, False, False),
        ({"table": "builtin:exam"}, True, False),
    ],
)
def test_that_options_decide_whether_a_fit_is_smooth_and_cheap(
    options: dict[str, Any], smooth: bool, cheap: bool
) -> None:
    fit = DataFit(**options)
    assert (fit.smooth, fit.cheap) == (smooth, cheap)
    # What a quadratic loss costs doesn't grow with the rows.
    assert (fit.cost_per_point < fit.rows) == cheap


# Against scikit-learn -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(
    "options",
    [{"table": "builtin:line"}, {"table": "builtin:diabetes"}, {"table": "builtin:iris", "target": "petal_width"}],
)
def test_that_coefficients_at_the_minimum_are_those_of_linear_regression(
    options: dict[str, Any], standardize: bool
) -> None:
    fit = DataFit(**options, standardize=standardize)
    table = read_table(fit.table)
    X = np.column_stack([table.column(name).values for name in fit.data.features])
    peer = linear_model.LinearRegression().fit(X, table.column(fit.data.target).values)
    found = fit.coefficients(fit.minima[0])
    np.testing.assert_allclose(found.weights, peer.coef_, rtol=1e-9)
    assert float(found.bias) == pytest.approx(peer.intercept_, rel=1e-9)
    residuals = table.column(fit.data.target).values - peer.predict(X)
    assert fit.minimum_value == pytest.approx(np.mean(residuals**2), rel=1e-10)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 50.0, 1e4])
@pytest.mark.parametrize("standardize", [True, False])
def test_that_alpha_is_the_alpha_of_ridge(alpha: float, standardize: bool) -> None:
    fit = DataFit(table="builtin:diabetes", alpha=alpha, standardize=standardize)
    X, y = scaled(fit)
    peer = linear_model.Ridge(alpha=alpha, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(fit.minima[0][:-1], peer.coef_, rtol=1e-9)
    assert fit.minima[0][-1] == pytest.approx(peer.intercept_, rel=1e-9)
    objective = (np.sum((y - peer.predict(X)) ** 2) + alpha * np.sum(peer.coef_**2)) / len(y)
    assert fit.minimum_value == pytest.approx(objective, rel=1e-10)


@pytest.mark.parametrize("loss", ["squared_error", "half_squared_error"])
def test_that_half_of_l2_weighs_the_squares(loss: str) -> None:
    fit = DataFit(table="builtin:diabetes", loss=loss, l2=0.3)
    X, y = scaled(fit)
    # mean (y − ŷ)² + 0.15 ‖w‖² is ridge with α = 0.15 n, and half of the mean with it α = 0.3 n.
    peer = linear_model.Ridge(alpha=len(y) * (0.15 if loss == "squared_error" else 0.3), tol=1e-12).fit(X, y)
    np.testing.assert_allclose(fit.minima[0][:-1], peer.coef_, rtol=1e-9)


@pytest.mark.parametrize("l2", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize("options", [{"table": "builtin:exam"}, IRIS_PAIR], ids=["exam", "iris"])
def test_that_the_logistic_minimum_is_that_of_logistic_regression(options: dict[str, Any], l2: float) -> None:
    fit = DataFit(**options, l2=l2)
    X, y = scaled(fit)
    strength = 1 / (l2 * len(y)) if l2 else np.inf
    peer = linear_model.LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(fit.minima[0], np.append(peer.coef_[0], peer.intercept_), rtol=1e-7)


@pytest.mark.parametrize("l1", [0.01, 1.0, 20.0])
def test_that_the_minimum_with_l1_is_that_of_lasso(l1: float) -> None:
    fit = DataFit(table="builtin:diabetes", loss="half_squared_error", l1=l1)
    X, y = scaled(fit)
    peer = linear_model.Lasso(alpha=l1, tol=1e-14, max_iter=1_000_000).fit(X, y)
    best = np.append(peer.coef_, peer.intercept_)
    objective = np.mean((y - peer.predict(X)) ** 2) / 2 + l1 * np.abs(peer.coef_).sum()
    assert fit.minimum_value == pytest.approx(objective, rel=1e-12)
    np.testing.assert_allclose(fit.minima[0], best, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(fit.minima[0][:-1] == 0, peer.coef_ == 0)


# Minima that are not there --------------------------------------------------------------------------------------------


def test_that_separable_species_have_no_minimum_until_l2_gives_them_one() -> None:
    free = DataFit(table="builtin:iris", classes=("setosa", "virginica"))
    assert free.minima.shape == (0, 5)
    assert free.minimum_value is None
    assert np.isfinite(free.domain).all()
    held = dataclasses.replace(free, l2=1e-4)
    assert held.minima.shape == (1, 5)


def test_that_a_minimum_is_no_longer_looked_for_once_every_row_is_on_its_right_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[np.ndarray] = []
    whole = DataFit.hessian

    def counted(fit: DataFit, x: np.ndarray) -> np.ndarray:
        looks.append(x)
        return whole(fit, x)

    monkeypatch.setattr(DataFit, "hessian", counted)
    assert DataFit(table="builtin:iris", classes=("setosa", "virginica")).minima.shape == (0, 5)
    assert len(looks) < 20


def test_that_losses_without_a_closed_form_list_no_minimum_and_look_at_the_same_part() -> None:
    squares = DataFit(table="builtin:line")
    for loss in ("absolute_error", "huber"):
        fit = DataFit(table="builtin:line", loss=loss)
        assert fit.minima.shape == (0, 2)
        np.testing.assert_allclose(fit.domain, squares.domain, rtol=1e-12)


def test_that_repeated_features_have_the_shortest_minimum(make_table: Any) -> None:
    x = np.arange(10.0)
    table = make_table(a=x, b=x, y=3 * x + 1)
    fit = DataFit.from_table(table, standardize=False)
    np.testing.assert_allclose(fit.minima[0], [1.5, 1.5, 1.0], rtol=1e-9)
    assert np.isfinite(fit.domain).all()


# Reading --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of the tables read so far."""
    sources: list[str] = []

    def counted(source: str, *others: Any) -> Table:
        sources.append(source)
        return read_table(source, *others)

    monkeypatch.setattr(gdviz.problems.fit_source, "read_table", counted)
    return sources


def test_that_other_options_on_the_same_table_read_it_once(reads: list[str]) -> None:
    fit = DataFit(table="builtin:iris", target="petal_width")
    penalized = dataclasses.replace(fit, l2=0.5)
    assert penalized.data is fit.data
    other = penalized.reconfigured({"table": "builtin:iris", "target": "petal_length", "l2": 0.5})
    assert other.data.target == "petal_length"
    assert other.l2 == 0.5
    assert reads == ["builtin:iris"]
    dataclasses.replace(fit, table="builtin:line", target=None)
    assert reads == ["builtin:iris", "builtin:line"]


def test_that_a_table_in_memory_is_not_read(reads: list[str], make_table: Any) -> None:
    table = make_table(x=[1.0, 2.0, 3.0], y=[1.0, 2.0, 4.0])
    fit = DataFit.from_table(table, l2=0.25)
    assert fit.options()["table"] == "made_up.csv"
    assert DataFit.from_table(table, table="elsewhere.csv").table == "elsewhere.csv"
    dataclasses.replace(fit, standardize=False)
    assert reads == []
    with pytest.raises(InputError, match="data has no option 'lambda'"):
        DataFit.from_table(table, **{"lambda": 1.0})


def test_that_options_say_how_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "décimal.csv"
    path.write_bytes("größe;gewicht\n1,5;2\n2,5;4\n4,0;5\n".encode("cp1252"))
    fit = problem("data", table=str(path), encoding="cp1252", delimiter="semicolon", decimal=",", header=True)
    assert fit.names == ("größe", "bias")
    np.testing.assert_allclose(fit.data.own_column("größe"), [1.5, 2.5, 4.0])
    headless = problem("data", table=str(path), encoding="cp1252", delimiter=";", decimal=",", header=False)
    assert headless.rows == 3
    assert "größe" not in headless.names


def test_that_fits_with_equal_options_are_equal_and_a_part_of_the_rows_is_not() -> None:
    fit = DataFit(**IRIS_PAIR)
    again = DataFit(**IRIS_PAIR)
    assert fit == again
    assert hash(fit) == hash(again)
    assert fit != dataclasses.replace(fit, l2=1.0)
    assert fit != fit.subsample(50)
    assert fit.changed_options() == IRIS_PAIR


def test_that_a_subsample_is_scaled_as_the_whole_and_drawn_by_its_seed() -> None:
    fit = DataFit(table="builtin:diabetes")
    part = fit.subsample(40, seed=3)
    assert part.rows == 40
    np.testing.assert_array_equal(part.data.X, fit.data.X[np.searchsorted(fit.data.row_index, part.data.row_index)])
    np.testing.assert_array_equal(part.data.X, fit.subsample(40, seed=3).data.X)
    assert not np.array_equal(part.data.X, fit.subsample(40, seed=4).data.X)
    assert fit.subsample(10_000).data is fit.data or fit.subsample(10_000).rows == fit.rows
    # Many parts together lie about the whole.
    x = fit.minima[0] + 1.0
    values = [float(fit.subsample(100, seed).value(x)) for seed in range(40)]
    assert np.mean(values) == pytest.approx(float(fit.value(x)), rel=0.05)


def test_that_a_column_called_bias_keeps_its_name(make_table: Any) -> None:
    fit = DataFit.from_table(make_table(bias=[1.0, 2.0, 4.0], y=[1.0, 3.0, 2.0]))
    assert fit.names == ("bias", "intercept")


def test_that_minimum_and_view_of_many_rows_are_found_as_well(make_table: Any) -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(12_000, 2))
    labels = np.where(generator.random(12_000) < 1 / (1 + np.exp(-(x @ [1.0, -2.0] + 0.3))), "yes", "no")
    fit = DataFit.from_table(make_table(a=x[:, 0], b=x[:, 1], passed=labels), target="passed")
    assert np.abs(fit.gradient(fit.minima[0])).max() < 1e-13
    np.testing.assert_allclose(fit.coefficients(fit.minima[0]).weights, [1.0, -2.0], atol=0.15)
    inside = (fit.domain[:, 0] < fit.minima[0]) & (fit.minima[0] < fit.domain[:, 1])
    assert inside.all()


def test_that_no_warning_comes_from_points_far_away() -> None:
    fit = DataFit(**IRIS_PAIR)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, gradient = fit.value_and_gradient(np.full(5, 1e15))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
