"""Losses against their definitions, scikit-learn's metrics, torch and differences."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import array_api_strict
import numpy as np
import pytest
from sklearn import metrics

from gdviz.errors import InputError
from gdviz.losses import LOSSES, Loss, loss

SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("squared_error", {}),
    ("half_squared_error", {}),
    ("absolute_error", {}),
    ("huber", {}),
    ("huber", {"delta": 0.3}),
    ("huber", {"delta": 40.0}),
    ("binary_cross_entropy", {}),
]

every_loss = pytest.mark.parametrize(
    "some",
    [loss(name, **options) for name, options in SETTINGS],
    ids=[f"{name}{options or ''}" for name, options in SETTINGS],
)


def rows_of(some: Loss, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets, none of them within 1e-3 of a kink."""
    generator = np.random.default_rng(7)
    predictions = generator.normal(scale=3.0, size=count)
    if some.target_kind == "class":
        return predictions, (generator.random(count) < 0.5).astype(float)
    targets = generator.normal(scale=3.0, size=count)
    kinks = [0.0] if some.name == "absolute_error" else [-getattr(some, "delta", 0.0), getattr(some, "delta", 0.0)]
    far = np.min([np.abs(predictions - targets - kink) for kink in kinks], axis=0) > 1e-3
    return predictions[far], targets[far]


def test_that_every_setting_here_covers_every_loss() -> None:
    assert {name for name, _ in SETTINGS} == set(LOSSES.names)


@every_loss
def test_that_the_derivative_is_that_of_the_value(some: Loss) -> None:
    predictions, targets = rows_of(some)
    h = np.cbrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(predictions))
    difference = (some.value(np, predictions + h, targets) - some.value(np, predictions - h, targets)) / (2 * h)
    np.testing.assert_allclose(some.derivative(np, predictions, targets), difference, rtol=1e-8, atol=1e-8)


@every_loss
def test_that_the_second_derivative_is_that_of_the_derivative(some: Loss) -> None:
    predictions, targets = rows_of(some)
    h = np.cbrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(predictions))
    difference = (some.derivative(np, predictions + h, targets) - some.derivative(np, predictions - h, targets)) / (
        2 * h
    )
    np.testing.assert_allclose(some.second_derivative(np, predictions, targets), difference, rtol=1e-7, atol=1e-8)
    if some.constant_curvature is not None:
        assert (some.second_derivative(np, predictions, targets) == some.constant_curvature).all()


@every_loss
def test_that_value_and_derivative_together_are_those_alone(some: Loss) -> None:
    predictions, targets = rows_of(some)
    value, derivative = some.value_and_derivative(np, predictions, targets)
    assert np.array_equal(value, some.value(np, predictions, targets))
    assert np.array_equal(derivative, some.derivative(np, predictions, targets))


@every_loss
def test_that_a_batch_of_predictions_gives_what_its_rows_give(some: Loss) -> None:
    predictions, targets = rows_of(some)
    batch = np.stack([predictions, -predictions, 2 * predictions]).reshape(3, 1, -1)
    for method in (some.value, some.derivative, some.second_derivative):
        together = method(np, batch, targets)
        assert together.shape == batch.shape
        for index in range(3):
            assert np.array_equal(together[index, 0], method(np, batch[index, 0], targets))


@every_loss
def test_that_losses_are_written_over_the_array_standard(some: Loss) -> None:
    predictions, targets = rows_of(some)
    strict = [array_api_strict.asarray(array) for array in (predictions, targets)]
    for name in ("value", "derivative", "second_derivative"):
        expected = getattr(some, name)(np, predictions, targets)
        np.testing.assert_allclose(np.asarray(getattr(some, name)(array_api_strict, *strict)), expected, rtol=1e-15)


@every_loss
def test_that_losses_keep_single_precision(some: Loss) -> None:
    predictions, targets = (array.astype(np.float32) for array in rows_of(some))
    for method in (some.value, some.derivative, some.second_derivative):
        assert method(np, predictions, targets).dtype == np.float32


@every_loss
def test_that_losses_are_never_negative_and_convex(some: Loss) -> None:
    predictions, targets = rows_of(some)
    assert (some.value(np, predictions, targets) >= 0).all()
    assert (some.second_derivative(np, predictions, targets) >= 0).all()


def test_that_means_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    y, predicted = generator.normal(size=(2, 50))
    squared = metrics.mean_squared_error(y, predicted)
    assert loss("squared_error").value(np, predicted, y).mean() == pytest.approx(squared, rel=1e-14)
    assert loss("half_squared_error").value(np, predicted, y).mean() == pytest.approx(squared / 2, rel=1e-14)
    absolute = metrics.mean_absolute_error(y, predicted)
    assert loss("absolute_error").value(np, predicted, y).mean() == pytest.approx(absolute, rel=1e-14)
    classes = (y > 0).astype(float)
    entropy = metrics.log_loss(classes, 1 / (1 + np.exp(-predicted)))
    assert loss("binary_cross_entropy").value(np, predicted, classes).mean() == pytest.approx(entropy, rel=1e-13)


@pytest.mark.parametrize("z", [-800.0, -300.0, -40.5, -39.5, -2.0, -1e-12, 0.0, 0.7, 39.5, 40.5, 300.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_that_cross_entropy_has_all_its_digits_however_sure_the_model_is(z: float, y: float) -> None:
    with localcontext() as context:
        context.prec = 800
        wrong = Decimal(z) if y == 0 else -Decimal(z)
        value = float((1 + wrong.exp()).ln())
        slope = float(1 / (1 + (-wrong).exp())) * (1 if y == 0 else -1)
    found_value, found_slope = loss("binary_cross_entropy").value_and_derivative(np, np.array([z]), np.array([y]))
    assert found_value[0] == pytest.approx(value, rel=1e-14, abs=1e-320)
    assert found_slope[0] == pytest.approx(slope, rel=1e-14, abs=1e-320)


def test_that_cross_entropy_of_infinite_scores_is_zero_or_infinite_and_never_nan() -> None:
    value, slope = loss("binary_cross_entropy").value_and_derivative(
        np, np.array([np.inf, np.inf, -np.inf, -np.inf]), np.array([0.0, 1.0, 0.0, 1.0])
    )
    assert value.tolist() == [np.inf, 0.0, 0.0, np.inf]
    np.testing.assert_allclose(slope, [1.0, 0.0, 0.0, -1.0], atol=1e-15)


def test_that_huber_is_half_squared_inside_and_pulls_with_delta_outside() -> None:
    huber = loss("huber", delta=2.0)
    error = np.array([-5.0, -2.0, -1.0, 0.0, 1.5, 2.0, 9.0])
    np.testing.assert_allclose(huber.value(np, error, np.zeros(7)), [8.0, 2.0, 0.5, 0.0, 1.125, 2.0, 16.0], rtol=1e-15)
    np.testing.assert_allclose(huber.derivative(np, error, np.zeros(7)), [-2, -2, -1, 0, 1.5, 2, 2], rtol=1e-15)


def test_that_absolute_error_takes_the_slope_zero_at_its_kink() -> None:
    assert loss("absolute_error").derivative(np, np.array([3.0]), np.array([3.0])).tolist() == [0.0]


def test_that_half_squared_error_gives_the_numbers_of_the_single_neuron() -> None:
    a, y = 1 / (1 + math.exp(-0.2)), 0.7
    value, slope = loss("half_squared_error").value_and_derivative(np, np.array([a]), np.array([y]))
    assert value[0] == pytest.approx(0.011275, abs=5e-7)
    assert slope[0] == pytest.approx(-0.150166, abs=5e-7)


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf, "1"])
def test_that_an_impossible_delta_is_refused(delta: Any) -> None:
    with pytest.raises(InputError, match="delta must be a finite number above 0"):
        loss("huber", delta=delta)


def test_that_an_unknown_loss_is_refused_with_the_closest_name() -> None:
    with pytest.raises(InputError, match="did you mean squared_error"):
        loss("sqared_error")


@pytest.mark.torch
def test_that_values_and_derivatives_are_those_of_torch() -> None:
    import torch

    functional = torch.nn.functional
    peers = {
        "squared_error": lambda z, y: functional.mse_loss(z, y, reduction="none"),
        "half_squared_error": lambda z, y: functional.mse_loss(z, y, reduction="none") / 2,
        "absolute_error": lambda z, y: functional.l1_loss(z, y, reduction="none"),
        "huber": lambda z, y: functional.huber_loss(z, y, reduction="none", delta=0.3),
        "binary_cross_entropy": lambda z, y: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
    }
    for name, peer in peers.items():
        some = loss(name, delta=0.3) if name == "huber" else loss(name)
        predictions, targets = rows_of(some)
        z = torch.tensor(predictions, requires_grad=True)
        values = peer(z, torch.tensor(targets))
        values.sum().backward()
        found_values, found_slopes = some.value_and_derivative(np, predictions, targets)
        np.testing.assert_allclose(found_values, values.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found_slopes, z.grad.numpy(), rtol=1e-10, atol=1e-12)
