"""What a fit says of its value and gradient: of the mean over rows, of one row, and of every layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.problems import DataFit
from gdviz.quantities import Quantity

SETTINGS: list[dict[str, Any]] = [
    {"table": "builtin:exam"},
    {"table": "builtin:line", "loss": "huber", "l2": 0.1, "l1": 0.2},
    {"table": "builtin:iris"},
    {"table": "builtin:linnerud", "target": ("weight", "waist", "pulse")},
    {"table": "builtin:iris", "model": "mlp", "hidden": (4, 3), "activation": "tanh"},
    {"table": "builtin:diabetes", "model": "mlp", "hidden": (5,), "loss": "half_squared_error", "l2": 0.01},
]
every_fit = pytest.mark.parametrize("fit", [DataFit(**options) for options in SETTINGS], ids=str)


def by_symbol(quantities: tuple[Quantity, ...]) -> dict[str, Quantity]:
    return {quantity.symbol: quantity for quantity in quantities}


@every_fit
@pytest.mark.parametrize("batch", [False, True])
def test_that_blocks_and_penalty_add_up_to_the_gradient(fit: DataFit, batch: bool) -> None:
    x = 0.3 * np.random.default_rng(1).normal(size=fit.dimension)
    rows = np.arange(0, fit.rows, 3)
    quantities = fit.explain_batch(x, rows) if batch else fit.explain(x)
    value, gradient = fit.batch_value_and_gradient(x, rows) if batch else fit.value_and_gradient(x)
    assert (quantities[-2].name, quantities[-1].name) == ("Value", "Gradient")
    assert float(quantities[-2].value) == float(value)
    assert np.array_equal(quantities[-1].value, gradient)
    parts = [
        quantity.value.ravel() for quantity in quantities if quantity.symbol.startswith(("∂L/∂w", "∂L/∂W", "∂L/∂b"))
    ]
    found, mean = by_symbol(quantities), float(by_symbol(quantities)["L"].value)
    added = found["∇Ω"].value if "∇Ω" in found else 0.0
    np.testing.assert_allclose(np.concatenate(parts) + added, gradient, rtol=1e-9, atol=1e-11)
    assert mean + float(found["Ω"].value if "Ω" in found else 0.0) == pytest.approx(float(value), rel=1e-12)


def test_that_the_mean_over_a_table_is_explained_as_by_hand() -> None:
    fit = DataFit(table="builtin:exam")
    x = np.random.default_rng(5).normal(size=fit.dimension)
    found = by_symbol(fit.explain(x))
    p = 1 / (1 + np.exp(-(fit.data.X @ x[:-1] + x[-1])))
    np.testing.assert_allclose(found["p"].value, p, rtol=1e-13)
    np.testing.assert_allclose(found["δ"].value, p - fit.data.y, rtol=1e-12)
    np.testing.assert_allclose(found["∂L/∂w"].value, fit.data.X.T @ (p - fit.data.y) / fit.rows, rtol=1e-11)
    assert float(found["∂L/∂b"].value) == pytest.approx(float(np.mean(p - fit.data.y)), rel=1e-11)
    assert found["∂L/∂w"].formula == r"\partial \bar L / \partial w = \frac{1}{n} X^\top \delta"


@every_fit
def test_that_the_mean_of_the_rows_chain_rules_is_the_gradient_without_penalties(fit: DataFit) -> None:
    x = 0.3 * np.random.default_rng(2).normal(size=fit.dimension)
    rows = range(0, fit.rows, max(1, fit.rows // 7))
    gradients = []
    for row in rows:
        found = by_symbol(fit.explain_row(x, row))
        layers = fit.passes(x, row).layers
        gradients.append(
            np.concatenate([part.ravel() for layer in layers for part in (layer.weight_gradient, layer.bias_gradient)])
        )
        last = found["∂L/∂b" if len(layers) == 1 else f"∂L/∂b{len(layers)}"]
        np.testing.assert_allclose(np.ravel(last.value), layers[-1].deltas[0], rtol=1e-12)
    _, gradient = fit.row_mean.value_and_gradient(x, np.array(list(rows)))
    np.testing.assert_allclose(np.mean(gradients, axis=0), gradient, rtol=1e-9, atol=1e-12)
    together = fit.passes(x, list(rows))
    assert together.losses.shape == (len(rows),)
    parts = [part.ravel() for layer in together.layers for part in (layer.weight_gradient, layer.bias_gradient)]
    np.testing.assert_allclose(np.concatenate(parts), gradient, rtol=1e-9, atol=1e-12)


def test_that_norms_of_layers_are_there_at_every_step_of_a_run() -> None:
    fit = DataFit(table="builtin:iris", model="mlp", hidden=(4, 3), activation="logistic")
    trajectory = gdviz.minimize(fit, "gradient_descent", steps=5)
    gradients = fit.gradient(trajectory.points)
    norms = fit.layer_norms(gradients)
    assert norms.shape == (6, 3)
    np.testing.assert_allclose(np.sqrt((norms**2).sum(axis=1)), trajectory.gradient_norms, rtol=1e-12)
    said = by_symbol(fit.explain(trajectory.points[3]))["‖∂L/∂(W, b)‖"]
    np.testing.assert_allclose(said.value, norms[3], rtol=1e-12)
    # Sigmoids let less and less through on the way back.
    assert (norms[0, 0] < norms[0, 1:]).all()


def test_that_a_step_of_a_run_on_data_is_explained_from_its_rows_on() -> None:
    fit = DataFit(table="builtin:exam")
    trajectory = gdviz.minimize(fit, "adam", steps=4, batch_size=10)
    step = trajectory.explain(2)
    symbols = [quantity.symbol for quantity in step.quantities]
    assert symbols.index("B") < symbols.index("z") < symbols.index("p") < symbols.index("δ") < symbols.index("∂L/∂w")
    assert step.quantity("z").value.shape == (10,)


@pytest.mark.parametrize("row", [-1, 80, 0.5, True])
def test_that_rows_there_are_not_are_refused(row: Any) -> None:
    fit = DataFit(table="builtin:exam")
    assert fit.rows == 80
    for ask in (fit.explain_row, fit.passes):
        with pytest.raises(InputError, match=r"there is no row .*; its rows are 0 to 79\."):
            ask(fit.start, row)
    with pytest.raises(InputError, match="no row is chosen"):
        fit.passes(fit.start, [])
