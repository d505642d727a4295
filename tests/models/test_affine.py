"""Affine models against the numbers of the sources, differences and torch."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.losses import loss
from gdviz.models import Model, model

every_model = pytest.mark.parametrize("some", [model("linear"), model("logistic")], ids=["linear", "logistic"])

GENERATOR = np.random.default_rng(5)
ROWS = GENERATOR.normal(size=(30, 3))
POINTS = GENERATOR.normal(size=(4, 2, 4))
TARGETS = (GENERATOR.random(30) < 0.5).astype(float)


def total_loss(some: Model, x: np.ndarray) -> np.ndarray:
    """Σ L over the rows, the loss that comes with the model."""
    usual = loss(some.losses[0])
    forward = some.forward(np, x, ROWS)
    return usual.value(np, forward.scores if usual.argument == "score" else forward.outputs, TARGETS).sum(axis=-1)


def score_gradient(some: Model, x: np.ndarray) -> np.ndarray:
    usual = loss(some.losses[0])
    forward = some.forward(np, x, ROWS)
    if usual.argument == "score":
        return usual.derivative(np, forward.scores, TARGETS)
    return usual.derivative(np, forward.outputs, TARGETS) * some.slope(np, forward.outputs)


@every_model
def test_that_blocks_make_up_the_parameter_vector(some: Model) -> None:
    assert some.blocks(3) == (("weight", (3,)), ("bias", ()))


@every_model
def test_that_scores_are_weights_times_features_plus_bias(some: Model) -> None:
    x = np.array([1.0, -2.0, 0.5, 10.0])
    expected = [row[0] - 2 * row[1] + 0.5 * row[2] + 10 for row in ROWS.tolist()]
    np.testing.assert_allclose(some.forward(np, x, ROWS).scores, expected, rtol=1e-14)


@every_model
def test_that_the_backward_pass_is_the_gradient(some: Model) -> None:
    h = 1e-5 * np.eye(4)
    for x in POINTS.reshape(-1, 4):
        differences = (total_loss(some, x + h) - total_loss(some, x - h)) / 2e-5
        gradient = some.backward(np, x, ROWS, score_gradient(some, x))
        np.testing.assert_allclose(gradient, differences, rtol=1e-7, atol=1e-7)


@every_model
def test_that_the_hessian_is_that_of_the_loss(some: Model) -> None:
    x = POINTS[0, 0]
    usual = loss(some.losses[0])
    curvature = usual.second_derivative(np, some.forward(np, x, ROWS).scores, TARGETS)
    h = 1e-5 * np.eye(4)
    ahead, behind = (
        np.stack([some.backward(np, at, ROWS, score_gradient(some, at)) for at in (x + h, x - h)[side]])
        for side in (0, 1)
    )
    np.testing.assert_allclose(some.hessian(np, ROWS, curvature), (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-6)


def test_that_the_chain_rule_of_logistic_regression_gives_p_minus_y_times_x() -> None:
    logistic, entropy = model("logistic"), loss("binary_cross_entropy")
    x = np.array([0.4, -1.0, 2.0, 0.3])
    for row, y in zip(ROWS, TARGETS, strict=True):
        forward = logistic.forward(np, x, row[None, :])
        p = forward.outputs[0]
        assert p == pytest.approx(1 / (1 + np.exp(-(row @ x[:3] + x[3]))), rel=1e-14)
        # The long way round: ∂L/∂p = (p − y)/(p(1 − p)), ∂p/∂z = p(1 − p), ∂z/∂w = x.
        slope = logistic.slope(np, forward.outputs)[0]
        assert slope == pytest.approx(p * (1 - p), rel=1e-14)
        long_way = (p - y) / (p * (1 - p)) * slope
        slopes = entropy.derivative(np, forward.scores, np.array([y]))
        assert slopes[0] == pytest.approx(long_way, rel=1e-12)
        gradient = logistic.backward(np, x, row[None, :], slopes)
        np.testing.assert_allclose(gradient, (p - y) * np.append(row, 1.0), rtol=1e-12)


def test_that_one_sigmoid_neuron_has_the_numbers_of_the_source() -> None:
    neuron, half = model("logistic"), loss("half_squared_error")
    x, w, b, y = 0.5, 0.2, 0.1, 0.7
    forward = neuron.forward(np, np.array([w, b]), np.array([[x]]))
    assert forward.scores[0] == pytest.approx(0.2, rel=1e-15)
    assert forward.outputs[0] == pytest.approx(0.549834, abs=5e-7)
    slope = neuron.slope(np, forward.outputs)
    assert slope[0] == pytest.approx(0.247517, abs=5e-7)
    slopes = half.derivative(np, forward.outputs, np.array([y])) * slope
    assert neuron.backward(np, np.array([w, b]), np.array([[x]]), slopes)[0] == pytest.approx(-0.018584, abs=5e-7)
