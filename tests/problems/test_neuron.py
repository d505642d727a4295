"""One neuron against the numbers of its tutorial, worked by hand, and against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.problems import problem

TUTORIAL = {
    "z": 0.2,
    "a": 0.549834,
    "L": 0.011275,
    "dL/da": -0.150166,
    "da/dz": 0.247517,
    "dz/dw": 0.5,
    "dL/dw": -0.018584,
}
"""Of x = 0.5, w = 0.2, b = 0.1, y = 0.7."""


def test_that_the_chain_rule_has_the_tutorial_s_numbers_by_default() -> None:
    neuron = problem("neuron")
    assert neuron.names == ("w", "b")
    np.testing.assert_array_equal(neuron.start, [0.2, 0.1])
    said = {quantity.symbol: quantity.value for quantity in neuron.explain(neuron.start)}
    for symbol, value in TUTORIAL.items():
        assert said[symbol] == pytest.approx(value, abs=5e-7), symbol


def test_that_forward_comes_before_backward_and_value_and_gradient_last() -> None:
    neuron = problem("neuron")
    symbols = [quantity.symbol for quantity in neuron.explain(neuron.start)]
    assert symbols == ["z", "a", "L", "dL/da", "da/dz", "dz/dw", "dz/db", "dL/dz", "dL/dw", "dL/db", "f", "∇f"]


@pytest.mark.parametrize("options", [{}, {"loss": "cross_entropy"}, {"activation": "tanh"}, {"activation": "identity"}])
def test_that_the_links_of_the_chain_multiply_to_the_gradient(options: dict[str, str]) -> None:
    neuron = problem("neuron", **options)
    points = np.random.default_rng(1).uniform(-3, 3, size=(50, 2))
    said = {quantity.symbol: quantity.value for quantity in neuron.explain(points)}
    by_weight = said["dL/da"] * said["da/dz"] * said["dz/dw"]
    by_bias = said["dL/da"] * said["da/dz"] * said["dz/db"]
    np.testing.assert_allclose(said["∇f"], np.stack([by_weight, by_bias], axis=-1), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(said["L"], said["f"])
    np.testing.assert_array_equal(neuron.gradient(points), np.stack([said["dL/dw"], said["dL/db"]], axis=-1))


def test_that_a_gradient_step_goes_where_the_tutorial_goes() -> None:
    trajectory = gdviz.minimize("neuron", gdviz.optimizer("gradient_descent", learning_rate=1.0), steps=1)
    np.testing.assert_allclose(trajectory.points[1], [0.2 + 0.018584, 0.1 + 0.037169], atol=5e-7)


def test_that_descent_makes_the_neuron_answer_y() -> None:
    neuron = problem("neuron")
    trajectory = gdviz.minimize(neuron, gdviz.optimizer("gradient_descent", learning_rate=5.0), steps=400)
    said = {quantity.symbol: quantity.value for quantity in neuron.explain(trajectory.points[-1])}
    assert said["a"] == pytest.approx(0.7, abs=1e-6)
    # Every step goes along (x, 1), so descent ends in the minimum nearest to its start.
    np.testing.assert_allclose(trajectory.points[-1], neuron.minima[0], atol=1e-5)


def test_that_at_10_the_squared_error_hardly_slopes_and_the_cross_entropy_does() -> None:
    at_10 = np.array([10.0])
    assert problem("saturated_neuron").gradient(at_10)[0] == pytest.approx(4.5e-5, abs=1e-6)
    assert problem("saturated_neuron", loss="cross_entropy").gradient(at_10)[0] == pytest.approx(0.99995, abs=1e-5)


def test_that_from_the_plateau_only_the_cross_entropy_comes_down() -> None:
    descent = gdviz.optimizer("gradient_descent", learning_rate=0.5)
    ends = {
        loss: gdviz.minimize(problem("saturated_neuron", loss=loss), descent, steps=30).points[-1, 0]
        for loss in ("half_squared_error", "cross_entropy")
    }
    assert ends["half_squared_error"] > 9.9
    assert ends["cross_entropy"] < 0.0


def test_that_the_cross_entropy_keeps_its_digits_where_the_neuron_is_sure() -> None:
    neuron = problem("saturated_neuron", loss="cross_entropy", y=1.0)
    assert neuron.value(np.array([40.0])) == pytest.approx(math.exp(-40.0), rel=1e-12)
    assert neuron.value(np.array([-800.0])) == pytest.approx(800.0, rel=1e-12)


def test_that_minima_are_answers_of_y_and_none_is_claimed_where_y_is_out_of_reach() -> None:
    assert len(problem("neuron", y=1.2).minima) == 0
    assert len(problem("neuron", y=1.0).minima) == 0
    assert len(problem("neuron", activation="tanh", y=-1.0).minima) == 0
    for options in ({}, {"activation": "tanh"}, {"activation": "identity", "y": 4.0}, {"loss": "cross_entropy"}):
        neuron = problem("neuron", **options)
        said = {quantity.symbol: quantity.value for quantity in neuron.explain(neuron.minima[0])}
        assert said["a"] == pytest.approx(neuron.y, abs=1e-12)


def test_that_cross_entropy_is_refused_where_it_means_nothing() -> None:
    for options in ({"activation": "tanh"}, {"y": 1.5}):
        with pytest.raises(InputError, match="cross_entropy needs the activation sigmoid and a y from 0 to 1"):
            problem("neuron", loss="cross_entropy", **options)


@pytest.mark.torch
@pytest.mark.parametrize("loss", ["half_squared_error", "cross_entropy"])
def test_that_torch_s_own_losses_have_these_gradients(loss: str) -> None:
    import torch

    points = torch.tensor(np.random.default_rng(2).uniform(-4, 4, size=(40, 2)), requires_grad=True)
    z = points[:, 0] * 0.5 + points[:, 1]
    wanted = torch.full_like(z, 0.7)
    if loss == "cross_entropy":
        value = torch.nn.functional.binary_cross_entropy_with_logits(z, wanted, reduction="sum")
    else:
        value = 0.5 * torch.nn.functional.mse_loss(torch.sigmoid(z), wanted, reduction="sum")
    (gradient,) = torch.autograd.grad(value, points)
    ours = problem("neuron", loss=loss).gradient(points.detach().numpy())
    np.testing.assert_allclose(ours, gradient.numpy(), rtol=1e-10, atol=1e-13)
