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
    ("lp", {"p": 1.0}),
    ("lp", {"p": 1.5}),
    ("lp", {"p": 2.0}),
    ("lp", {"p": 3.5}),
    ("binary_cross_entropy", {}),
    ("cross_entropy", {}),
    ("kl_divergence", {}),
    ("hinge", {}),
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
        targets = (generator.random(count) < 0.5).astype(float)
        far = np.abs(1 - (2 * targets - 1) * predictions) > 1e-3
        return predictions[far], targets[far]
    targets = generator.normal(scale=3.0, size=count)
    kinks = [-getattr(some, "delta", 0.0), getattr(some, "delta", 0.0)]
    # The power 1.5 bends so hard near 0 that differences there say little.
    room = 0.3 if some.name == "lp" else 1e-3
    far = np.min([np.abs(predictions - targets - kink) for kink in kinks], axis=0) > room
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


def test_that_the_power_error_is_the_absolute_and_the_squared_error_at_the_ends_of_its_middle() -> None:
    y, predicted = np.random.default_rng(2).normal(size=(2, 50))
    for p, same in ((1.0, loss("absolute_error")), (2.0, loss("squared_error"))):
        power = loss("lp", p=p)
        assert power.smooth == same.smooth
        for method in ("value", "derivative", "second_derivative"):
            expected = getattr(same, method)(np, predicted, y)
            np.testing.assert_allclose(getattr(power, method)(np, predicted, y), expected, rtol=1e-15)


def test_that_the_power_error_is_part_of_the_norm() -> None:
    errors = np.array([3.0, -4.0, 0.5])
    for p in (1.0, 1.7, 2.0, 5.0):
        total = loss("lp", p=p).value(np, errors, np.zeros(3)).sum()
        assert total ** (1 / p) == pytest.approx(np.linalg.norm(errors, ord=p), rel=1e-14)


@pytest.mark.parametrize("p", [1.0, 1.2, 2.0])
def test_that_the_power_error_has_finite_derivatives_where_the_error_is_zero(p: float) -> None:
    power, zero = loss("lp", p=p), np.zeros(1)
    assert power.value(np, zero, zero).tolist() == [0.0]
    assert power.derivative(np, zero, zero).tolist() == [0.0]
    assert np.isfinite(power.second_derivative(np, zero, zero)).all()


def test_that_hinge_asks_for_a_margin_of_one() -> None:
    hinge = loss("hinge")
    scores = np.array([-2.0, 0.0, 0.5, 1.0, 3.0])
    assert hinge.value(np, scores, np.ones(5)).tolist() == [3.0, 1.0, 0.5, 0.0, 0.0]
    assert hinge.derivative(np, scores, np.ones(5)).tolist() == [-1.0, -1.0, -1.0, 0.0, 0.0]
    assert hinge.value(np, -scores, np.zeros(5)).tolist() == [3.0, 1.0, 0.5, 0.0, 0.0]
    assert hinge.derivative(np, -scores, np.zeros(5)).tolist() == [1.0, 1.0, 1.0, 0.0, 0.0]
    expected = metrics.hinge_loss(np.array([0, 1, 1, 0]), np.array([0.3, -0.2, 2.0, -5.0]))
    found = hinge.value(np, np.array([0.3, -0.2, 2.0, -5.0]), np.array([0.0, 1.0, 1.0, 0.0])).mean()
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", ["cross_entropy", "kl_divergence", "binary_cross_entropy"])
@pytest.mark.parametrize("z", [-1e4, 1e4])
def test_that_scores_of_ten_thousand_neither_overflow_nor_lose_the_loss(name: str, z: float) -> None:
    value, slope = loss(name).value_and_derivative(np, np.array([z, z]), np.array([0.0, 1.0]))
    assert value.tolist() == ([1e4, 0.0] if z > 0 else [0.0, 1e4])
    assert slope.tolist() == ([1.0, 0.0] if z > 0 else [0.0, -1.0])


def test_that_saturation_is_that_of_the_source() -> None:
    # ∂L/∂z at z = 10, y = 0: the half squared error of a sigmoid has almost no gradient left, cross-entropy all of it.
    z, y = np.array([10.0]), np.array([0.0])
    p = 1 / (1 + np.exp(-z))
    squared = loss("half_squared_error").derivative(np, p, y) * p * (1 - p)
    assert squared[0] == pytest.approx(4.5e-5, rel=0.01)
    assert loss("binary_cross_entropy").derivative(np, z, y)[0] == pytest.approx(0.99995, abs=5e-6)


def test_that_the_divergence_is_the_cross_entropy_less_the_entropy() -> None:
    z, y = np.random.default_rng(3).normal(size=(2, 40))
    y = 1 / (1 + np.exp(-y))
    entropy = -y * np.log(y) - (1 - y) * np.log(1 - y)
    cross = loss("cross_entropy").value(np, z, y)
    np.testing.assert_allclose(loss("kl_divergence").value(np, z, y), cross - entropy, rtol=1e-12, atol=1e-15)
    same = loss("kl_divergence").value_and_derivative(np, np.log(y / (1 - y)), y)
    np.testing.assert_allclose(same, 0, atol=1e-15)
    p = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(cross, -y * np.log(p) - (1 - y) * np.log(1 - p), rtol=1e-13)
    np.testing.assert_allclose(loss("cross_entropy").derivative(np, z, y), p - y, rtol=1e-12, atol=1e-15)


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
    peers |= {
        "lp": lambda z, y: (z - y).abs() ** 3.5,
        "cross_entropy": peers["binary_cross_entropy"],
        "kl_divergence": peers["binary_cross_entropy"],
        "hinge": lambda z, y: torch.relu(1 - (2 * y - 1) * z),
    }
    assert set(peers) == set(LOSSES.names)
    options: dict[str, dict[str, Any]] = {"huber": {"delta": 0.3}, "lp": {"p": 3.5}}
    for name, peer in peers.items():
        some = loss(name, **options.get(name, {}))
        predictions, targets = rows_of(some)
        z = torch.tensor(predictions, requires_grad=True)
        values = peer(z, torch.tensor(targets))
        values.sum().backward()
        found_values, found_slopes = some.value_and_derivative(np, predictions, targets)
        np.testing.assert_allclose(found_values, values.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found_slopes, z.grad.numpy(), rtol=1e-10, atol=1e-12)
