"""The chain rule of a row in words: the numbers of the sources, and formulas that fit the numbers beside them."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.losses import loss
from gdviz.models import Model, Targets, model
from gdviz.models.chain import loss_and_gradient
from gdviz.models.explanation import explain
from gdviz.quantities import Quantity


def by_symbol(quantities: tuple[Quantity, ...]) -> dict[str, Quantity]:
    found = {quantity.symbol: quantity for quantity in quantities}
    assert len(found) == len(quantities), "every symbol stands once"
    return found


def test_that_one_sigmoid_neuron_has_the_numbers_of_the_source() -> None:
    found = by_symbol(
        explain(np, model("logistic"), loss("half_squared_error"), np.array([0.2, 0.1]), np.array([0.5]), np.array(0.7))
    )
    expected = {
        "z": 0.2,
        "a": 0.549834,
        "L": 0.011275,
        "∂L/∂a": -0.150166,
        "∂a/∂z": 0.247517,
        "∂z/∂w": 0.5,
        "∂L/∂w": -0.018584,
    }
    for symbol, value in expected.items():
        assert float(np.squeeze(found[symbol].value)) == pytest.approx(value, abs=5e-7), symbol
    assert found["a"].formula == r"a = \sigma(z)"
    assert found["L"].formula == r"L = \frac{1}{2} (y - a)^2"
    assert found["∂L/∂a"].formula == r"\frac{\partial L}{\partial a} = a - y"
    assert found["∂a/∂z"].formula == r"\frac{\partial a}{\partial z} = a (1 - a)"


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_that_logistic_regression_by_hand_ends_with_p_minus_y_times_x(y: float) -> None:
    x = np.array([0.5, -2.0])
    point = np.array([0.3, 0.1, -0.2])
    quantities = explain(np, model("logistic"), loss("binary_cross_entropy"), point, x, np.array(y))
    symbols = [quantity.symbol for quantity in quantities]
    assert symbols == ["x", "z", "p", "y", "L", "∂L/∂p", "∂p/∂z", "∂L/∂z", "∂z/∂w", "∂L/∂w", "∂L/∂b"]
    found = by_symbol(quantities)
    z = 0.3 * 0.5 - 0.1 * 2.0 - 0.2
    p = 1 / (1 + np.exp(-z))
    assert found["z"].value == pytest.approx(z, rel=1e-14)
    assert found["p"].value == pytest.approx(p, rel=1e-14)
    assert found["L"].value == pytest.approx(-np.log(p if y else 1 - p), rel=1e-13)
    assert found["∂L/∂p"].value == pytest.approx((p - y) / (p * (1 - p)), rel=1e-13)
    assert found["∂L/∂p"].value * found["∂p/∂z"].value == pytest.approx(found["∂L/∂z"].value, rel=1e-13)
    np.testing.assert_allclose(found["∂L/∂w"].value, (p - y) * x, rtol=1e-13)
    assert found["∂L/∂b"].value == pytest.approx(p - y, rel=1e-13)


def test_that_softmax_regression_ends_with_the_rows_part_of_every_class() -> None:
    some, x, y = model("softmax"), np.array([1.0, 2.0]), np.array([0.0, 1.0, 0.0])
    point = np.random.default_rng(1).normal(size=9)
    found = by_symbol(explain(np, some, loss("cross_entropy"), point, x, y))
    p = found["p"].value
    assert p.sum() == pytest.approx(1.0)
    assert found["L"].value == pytest.approx(-np.log(p[1]), rel=1e-13)
    np.testing.assert_allclose(found["∂L/∂z"].value, p - y, rtol=1e-13)
    np.testing.assert_allclose(found["∂L/∂W"].value, np.outer(x, p - y), rtol=1e-12)
    assert found["p"].formula == r"p_k = e^{z_k} / \sum_j e^{z_j}"


def test_that_a_network_is_explained_forward_and_then_backward() -> None:
    some = model("mlp", hidden=(3, 2), activation="tanh", targets=Targets("class", 3))
    point, x, y = some.initial(2, seed=5), np.array([0.4, -1.0]), np.array([0.0, 0.0, 1.0])
    quantities = explain(np, some, loss("cross_entropy"), point, x, y)
    symbols = [quantity.symbol for quantity in quantities]
    forward = ["x", "z1", "a1", "z2", "a2", "z3", "p", "y", "L"]
    assert symbols[: len(forward)] == forward
    assert symbols[len(forward) :] == [
        *("∂L/∂p", "∂p/∂z3", "δ3", "∂L/∂W3", "∂L/∂b3"),
        *("∂a2/∂z2", "δ2", "∂L/∂W2", "∂L/∂b2"),
        *("∂a1/∂z1", "δ1", "∂L/∂W1", "∂L/∂b1"),
    ]
    found = by_symbol(quantities)
    _, gradient = loss_and_gradient(np, some, loss("cross_entropy"), point, x[None, :], y[None, :])
    parts = [found[f"∂L/∂{name}{index}"].value.ravel() for index in (1, 2, 3) for name in "Wb"]
    np.testing.assert_allclose(np.concatenate(parts), gradient, rtol=1e-12)
    weights = point[9:15].reshape(3, 2)
    np.testing.assert_allclose(found["δ1"].value, weights @ found["δ2"].value * found["∂a1/∂z1"].value, rtol=1e-12)
    assert found["δ2"].formula == r"\delta_2 = (W_3 \delta_3) \odot f'(z_2)"
    assert found["∂a2/∂z2"].formula == r"\frac{\partial a_2}{\partial z_2} = 1 - a_2^2"
    assert found["p"].formula == r"p_k = e^{z_{3,k}} / \sum_j e^{z_{3,j}}"


EVERY = [
    model("linear"),
    model("linear", targets=Targets("number", 2)),
    model("logistic"),
    model("softmax"),
    model("mlp", hidden=(3,), activation="relu"),
    model("mlp", hidden=(3, 2), activation="logistic", targets=Targets("class", 2)),
    model("mlp", hidden=(3,), activation="identity", targets=Targets("class", 3)),
]


@pytest.mark.parametrize(
    ("some", "name"),
    [(some, name) for some in EVERY for name in some.losses_for(some.predicted)],
    ids=lambda case: case if isinstance(case, str) else f"{case.name}-{case.outputs}",
)
def test_that_every_model_and_loss_is_explained_down_to_its_gradient(some: Model, name: str) -> None:
    x, point = np.array([0.7, -0.4]), np.random.default_rng(9).normal(size=some.dimension(2))
    y = np.array(1.0) if some.outputs == 1 else np.eye(some.outputs)[0]
    quantities = explain(np, some, loss(name), point, x, y)
    for quantity in quantities:
        assert quantity.name
        assert quantity.formula.count("{") == quantity.formula.count("}")
        assert "_" not in quantity.symbol
        assert not any(f"_{index}_" in quantity.formula for index in "123kj"), "TeX refuses two indices"
        assert np.isfinite(quantity.value).all()
    _, gradient = loss_and_gradient(np, some, loss(name), point, x[None, :], np.reshape(y, (1, *y.shape)))
    found = [
        np.ravel(quantity.value) for quantity in quantities if quantity.symbol.startswith(("∂L/∂w", "∂L/∂W", "∂L/∂b"))
    ]
    if len(found) == 2:
        np.testing.assert_allclose(np.concatenate(found), gradient, rtol=1e-12)
    else:
        assert sorted(np.concatenate(found).tolist()) == pytest.approx(sorted(gradient.tolist()), rel=1e-12)


def test_that_a_class_held_impossible_is_explained_without_a_warning() -> None:
    found = by_symbol(
        explain(
            np, model("logistic"), loss("binary_cross_entropy"), np.array([1e4, 0.0]), np.array([1.0]), np.array(0.0)
        )
    )
    assert found["L"].value == 1e4
    assert found["∂L/∂p"].value == np.inf
    assert found["∂L/∂z"].value == 1.0
