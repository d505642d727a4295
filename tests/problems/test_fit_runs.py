"""Descents on bundled tables end where scikit-learn ends, in the table's own units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import linear_model, pipeline, preprocessing

from gdviz.data.read import read_table
from gdviz.optimizers import optimizer
from gdviz.problems import DataFit
from gdviz.runs.minimize import minimize
from gdviz.runs.stopping import StopReason


def own_rows(fit: DataFit) -> tuple[np.ndarray, np.ndarray]:
    table = read_table(fit.table)
    X = np.column_stack([table.column(name).values for name in fit.data.features])[fit.data.row_index]
    target = table.column(fit.data.target)
    values = target.values[fit.data.row_index]
    return X, np.array(target.categories)[values] if target.kind == "text" else values


@pytest.mark.parametrize(
    ("options", "optimizer_name", "rate", "steps"),
    [
        ({"table": "builtin:line"}, "gradient_descent", 0.1, 500),
        ({"table": "builtin:line"}, "adam", 0.1, 3000),
        ({"table": "builtin:iris", "target": "petal_width"}, "gradient_descent", 0.3, 5000),
        ({"table": "builtin:diabetes", "alpha": 10.0}, "nesterov", 0.05, 5000),
    ],
)
def test_that_linear_descents_end_at_ridge(
    options: dict[str, Any], optimizer_name: str, rate: float, steps: int
) -> None:
    fit = DataFit(**options)
    trajectory = minimize(fit, optimizer(optimizer_name, learning_rate=rate), steps=steps)
    assert trajectory.stop_reason is StopReason.FINISHED
    X, y = own_rows(fit)
    ridge = linear_model.Ridge(alpha=fit.alpha, tol=1e-12)
    peer = pipeline.make_pipeline(preprocessing.StandardScaler(), ridge).fit(X, y)
    found = fit.coefficients(trajectory.points[-1])
    np.testing.assert_allclose(found.weights, ridge.coef_ / peer[0].scale_, rtol=1e-6)
    np.testing.assert_allclose(X @ found.weights + found.bias, peer.predict(X), rtol=1e-6)
    np.testing.assert_allclose(trajectory.points[-1], fit.minima[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "optimizer_name", "rate", "steps"),
    [
        ({"table": "builtin:exam", "l2": 0.01}, "gradient_descent", 2.0, 2000),
        ({"table": "builtin:exam"}, "adam", 0.1, 3000),
        ({"table": "builtin:iris", "classes": ("versicolor", "virginica"), "l2": 0.02}, "adam", 0.02, 6000),
        ({"table": "builtin:iris", "classes": ("versicolor", "virginica"), "l2": 0.02}, "nesterov", 0.5, 3000),
        ({"table": "builtin:iris", "classes": ("setosa", "virginica"), "l2": 0.1}, "gradient_descent", 1.0, 2000),
    ],
)
def test_that_logistic_descents_end_at_logistic_regression(
    options: dict[str, Any], optimizer_name: str, rate: float, steps: int
) -> None:
    fit = DataFit(**options)
    trajectory = minimize(fit, optimizer(optimizer_name, learning_rate=rate), steps=steps)
    X, y = own_rows(fit)
    strength = 1 / (fit.l2 * fit.rows) if fit.l2 else np.inf
    model = linear_model.LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    peer = pipeline.make_pipeline(preprocessing.StandardScaler(), model).fit(X, y)
    assert tuple(model.classes_) == fit.data.class_names
    end = fit.at(trajectory.points[-1])
    np.testing.assert_allclose(end.coefficients.weights, model.coef_[0] / peer[0].scale_, rtol=1e-6)
    np.testing.assert_allclose(end.predictions, peer.predict_proba(X)[:, 1], rtol=1e-6, atol=1e-9)
    assert end.accuracy == pytest.approx(peer.score(X, y), abs=1e-12)


def test_that_the_first_steps_of_logistic_regression_are_those_written_by_hand() -> None:
    fit = DataFit(table="builtin:exam")
    X, y = fit.data.X, fit.data.y
    w, b, rate = np.zeros(1), 0.0, 0.5
    trajectory = minimize(fit, optimizer("gradient_descent", learning_rate=rate), steps=100)
    for point, cost in zip(trajectory.points, trajectory.values, strict=True):
        np.testing.assert_allclose(point, np.append(w, b), rtol=1e-12, atol=1e-15)
        p = 1 / (1 + np.exp(-(X @ w + b)))
        assert cost == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-12)
        w, b = w - rate * X.T @ (p - y) / len(y), b - rate * np.mean(p - y)


def test_that_each_step_of_a_fit_to_rows_passes_over_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = DataFit(table="builtin:exam")
    passes = []
    one_pass = type(fit.row_mean).value_and_gradient

    def counted(*arguments: Any) -> Any:
        passes.append(arguments)
        return one_pass(*arguments)

    monkeypatch.setattr(type(fit.row_mean), "value_and_gradient", counted)
    monkeypatch.setattr(type(fit.row_mean), "value", None)
    minimize(fit, "adam", steps=50)
    assert len(passes) == 51


@pytest.mark.parametrize("options", [{"table": "builtin:line"}, {"table": "builtin:exam"}], ids=["line", "exam"])
def test_that_mini_batches_follow_the_seed_and_come_close(options: dict[str, Any]) -> None:
    fit = DataFit(**options, l2=0.01)
    method = optimizer("adam", learning_rate=0.01)
    first = minimize(fit, method, steps=3000, batch_size=8, seed=1)
    assert np.array_equal(first.points, minimize(fit, method, steps=3000, batch_size=8, seed=1).points)
    assert not np.array_equal(first.points, minimize(fit, method, steps=3000, batch_size=8, seed=2).points)
    np.testing.assert_allclose(first.points[-500:].mean(axis=0), fit.minima[0], atol=0.1 * np.abs(fit.minima).max())


@pytest.mark.parametrize("table", ["builtin:line", "builtin:exam"])
def test_that_a_rate_far_too_big_diverges_or_oscillates_with_finite_points(table: str) -> None:
    fit = DataFit(table=table)
    trajectory = minimize(fit, optimizer("gradient_descent", learning_rate=1e6), steps=400)
    assert np.isfinite(trajectory.points).all()
    assert np.isfinite(trajectory.values).all()
    assert trajectory.stop_reason is (StopReason.DIVERGED if table == "builtin:line" else StopReason.FINISHED)


def test_that_a_batch_of_starts_runs_as_each_alone() -> None:
    fit = DataFit(table="builtin:exam")
    starts = np.array([[0.0, 0.0], [3.0, -2.0], [-4.0, 1.0]])
    together = minimize(fit, "adam", start=starts, steps=30)
    for index, start in enumerate(starts):
        alone = minimize(fit, "adam", start=start, steps=30)
        np.testing.assert_allclose(together.points[:, index], alone.points, rtol=1e-10, atol=1e-12)
