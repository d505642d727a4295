"""Means over rows against one plain expression over all of them."""

from __future__ import annotations

import tracemalloc

import array_api_strict
import numpy as np
import pytest

from gdviz.losses import loss
from gdviz.models import model
from gdviz.problems.fit_rows import RowMean

PAIRS = [
    ("linear", "squared_error"),
    ("linear", "half_squared_error"),
    ("linear", "absolute_error"),
    ("linear", "huber"),
    ("logistic", "binary_cross_entropy"),
]
every_pair = pytest.mark.parametrize(("model_name", "loss_name"), PAIRS)


def example(model_name: str, loss_name: str, rows: int = 20_000) -> tuple[RowMean, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(11)
    X = generator.normal(size=(rows, 3))
    y = (generator.random(rows) < 0.4).astype(float)
    return RowMean(model(model_name), loss(loss_name), X, y), X, y


def plain_value(loss_name: str, X: np.ndarray, y: np.ndarray, x: np.ndarray) -> float:
    z = X @ x[:-1] + x[-1]
    error = np.abs(y - z)
    p = 1 / (1 + np.exp(-z))
    formulas = {
        "squared_error": lambda: error**2,
        "half_squared_error": lambda: error**2 / 2,
        "absolute_error": lambda: error,
        "huber": lambda: np.where(error <= 1, error**2 / 2, error - 0.5),
        "binary_cross_entropy": lambda: -y * np.log(p) - (1 - y) * np.log(1 - p),
    }
    return float(formulas[loss_name]().mean())


@every_pair
@pytest.mark.parametrize("rows", [1, 8192, 8193, 20_000])
def test_that_values_are_means_over_all_rows_whatever_the_blocks(model_name: str, loss_name: str, rows: int) -> None:
    mean, X, y = example(model_name, loss_name, rows)
    x = np.random.default_rng(0).normal(size=(5, 4))
    expected = [plain_value(loss_name, X, y, point) for point in x]
    np.testing.assert_allclose([mean.value(point) for point in x], expected, rtol=1e-12)
    np.testing.assert_allclose([mean.value_and_gradient(point)[0] for point in x], expected, rtol=1e-12)
    np.testing.assert_allclose(mean.value(x), expected, rtol=1e-12)
    np.testing.assert_allclose(mean.value_and_gradient(x)[0], expected, rtol=1e-12)


@every_pair
def test_that_gradients_of_a_batch_are_those_of_its_points(model_name: str, loss_name: str) -> None:
    mean, _, _ = example(model_name, loss_name)
    x = np.random.default_rng(0).normal(size=(300, 1, 4))
    values, gradients = mean.value_and_gradient(x)
    assert values.shape == (300, 1)
    assert gradients.shape == (300, 1, 4)
    for index in (0, 255, 256, 299):
        value, gradient = mean.value_and_gradient(x[index, 0])
        np.testing.assert_allclose(values[index, 0], value, rtol=1e-12)
        np.testing.assert_allclose(gradients[index, 0], gradient, rtol=1e-10, atol=1e-12)


def test_that_the_slope_of_the_activation_enters_where_a_loss_is_of_the_output() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(200, 3)), generator.random(200)
    mean = RowMean(model("logistic"), loss("squared_error"), X, y)
    x = generator.normal(size=4)
    p = 1 / (1 + np.exp(-(X @ x[:3] + x[3])))
    value, gradient = mean.value_and_gradient(x)
    assert float(value) == pytest.approx(np.mean((y - p) ** 2), rel=1e-13)
    slopes = 2 * (p - y) * p * (1 - p)
    np.testing.assert_allclose(gradient, [*(slopes @ X / 200), slopes.mean()], rtol=1e-12)


@every_pair
def test_that_mini_batches_are_means_over_their_rows(model_name: str, loss_name: str) -> None:
    mean, X, y = example(model_name, loss_name)
    x = np.random.default_rng(0).normal(size=4)
    for rows in (np.array([7]), np.array([5, 5, 19_999]), np.random.default_rng(1).permutation(20_000)[:9000]):
        alone = RowMean(mean.model, mean.loss, X[rows], y[rows])
        value, gradient = mean.value_and_gradient(x, rows)
        np.testing.assert_allclose(value, alone.value(x), rtol=1e-12)
        np.testing.assert_allclose(gradient, alone.value_and_gradient(x)[1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(
            mean.value(np.stack([x, 2 * x]), rows), alone.value(np.stack([x, 2 * x])), rtol=1e-12
        )


@every_pair
def test_that_no_points_give_no_values(model_name: str, loss_name: str) -> None:
    mean, _, _ = example(model_name, loss_name)
    none = np.empty((0, 4))
    assert mean.value(none).shape == (0,)
    assert [part.shape for part in mean.value_and_gradient(none)] == [(0,), (0, 4)]
    assert mean.hessian(none).shape == (0, 4, 4)


def test_that_memory_stays_bounded_for_many_points_on_many_rows() -> None:
    mean, _, _ = example("logistic", "binary_cross_entropy")
    x = np.random.default_rng(0).normal(size=(2048, 4))
    tracemalloc.start()
    try:
        mean.value(x)
        mean.value_and_gradient(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # All scores at once would take 2048 × 20,000 × 8 bytes, 328 MB.
    assert peak < 16e6


@every_pair
def test_that_other_array_libraries_and_single_precision_give_the_same(model_name: str, loss_name: str) -> None:
    mean, _, _ = example(model_name, loss_name)
    x = np.random.default_rng(0).normal(size=(3, 4))
    rows = np.arange(0, 20_000, 7)
    strict = array_api_strict.asarray(x)
    for some_rows in (None, rows):
        value, gradient = mean.value_and_gradient(x, some_rows)
        strict_value, strict_gradient = mean.value_and_gradient(strict, some_rows)
        np.testing.assert_allclose(np.asarray(strict_value), value, rtol=1e-13)
        np.testing.assert_allclose(np.asarray(strict_gradient), gradient, rtol=1e-12, atol=1e-13)
        single_value, single_gradient = mean.value_and_gradient(x.astype(np.float32), some_rows)
        assert single_value.dtype == single_gradient.dtype == np.float32
        np.testing.assert_allclose(single_value, value, rtol=1e-4)
        np.testing.assert_allclose(single_gradient, gradient, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.asarray(mean.hessian(strict)), mean.hessian(x), rtol=1e-12, atol=1e-14)


@pytest.mark.torch
@every_pair
def test_that_gradients_and_hessians_are_those_of_torch(model_name: str, loss_name: str) -> None:
    import torch

    functional = torch.nn.functional
    mean, X, y = example(model_name, loss_name)
    rows, targets = torch.tensor(X), torch.tensor(y)

    def peer(theta: torch.Tensor) -> torch.Tensor:
        z = rows @ theta[:3] + theta[3]
        formulas = {
            "squared_error": lambda: functional.mse_loss(z, targets),
            "half_squared_error": lambda: functional.mse_loss(z, targets) / 2,
            "absolute_error": lambda: functional.l1_loss(z, targets),
            "huber": lambda: functional.huber_loss(z, targets),
            "binary_cross_entropy": lambda: functional.binary_cross_entropy_with_logits(z, targets),
        }
        return formulas[loss_name]()

    for x in np.random.default_rng(0).normal(size=(3, 4)):
        theta = torch.tensor(x, requires_grad=True)
        value = peer(theta)
        value.backward()
        found_value, found_gradient = mean.value_and_gradient(x)
        assert float(found_value) == pytest.approx(value.item(), rel=1e-10)
        np.testing.assert_allclose(found_gradient, theta.grad.numpy(), rtol=1e-10, atol=1e-12)
        hessian = torch.autograd.functional.hessian(peer, torch.tensor(x)).numpy()
        np.testing.assert_allclose(mean.hessian(x), hessian, rtol=1e-10, atol=1e-12)
        # Points of torch's own are answered in torch.
        own = mean.value_and_gradient(torch.tensor(x))[1]
        assert isinstance(own, torch.Tensor)
        np.testing.assert_allclose(own.numpy(), found_gradient, rtol=1e-12, atol=1e-14)
