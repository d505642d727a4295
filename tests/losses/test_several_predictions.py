"""Losses of rows with several predictions: sums over targets, and distributions over classes."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest

from gdviz.losses import LOSSES, Loss, loss

GENERATOR = np.random.default_rng(11)
ROWS, COUNT = 60, 4
SCORES = GENERATOR.normal(scale=2.0, size=(ROWS, COUNT))
NUMBERS = GENERATOR.normal(scale=2.0, size=(ROWS, COUNT))
ONE_HOT = np.eye(COUNT)[GENERATOR.integers(COUNT, size=ROWS)]
SHARES = GENERATOR.dirichlet(np.full(COUNT, 0.5), size=ROWS)

NUMBER_LOSSES = [name for name in LOSSES.names if LOSSES.get(name).target_kind == "number"]
CLASS_LOSSES = ["cross_entropy", "kl_divergence", "hinge"]

every_loss = pytest.mark.parametrize(
    "some", [loss(name) for name in (*NUMBER_LOSSES, *CLASS_LOSSES)], ids=lambda some: some.name
)


def targets_of(some: Loss) -> np.ndarray:
    if some.target_kind == "number":
        return NUMBERS
    return ONE_HOT if some.name == "hinge" else SHARES


def far_from_kinks(some: Loss) -> np.ndarray:
    """The rows where differences can be taken."""
    if some.name == "hinge":
        wrong = np.sort(np.where(ONE_HOT > 0, -np.inf, SCORES), axis=1)
        margin = 1 + wrong[:, -1] - (SCORES * ONE_HOT).sum(axis=1)
        return (np.abs(margin) > 1e-2) & (wrong[:, -1] - wrong[:, -2] > 1e-2)
    kinks = (-1.0, 1.0) if some.name == "huber" else (0.0,)
    error = SCORES - targets_of(some)
    return np.all([np.abs(error - kink) > 1e-2 for kink in kinks], axis=(0, 2))


@pytest.mark.parametrize("name", NUMBER_LOSSES)
def test_that_the_loss_of_a_row_is_the_sum_over_its_targets(name: str) -> None:
    some = loss(name)
    alone = [some.value_and_derivative(np, SCORES[:, index], NUMBERS[:, index]) for index in range(COUNT)]
    value, derivative = some.value_and_derivative(np, SCORES, NUMBERS)
    np.testing.assert_allclose(value, sum(values for values, _ in alone), rtol=1e-14)
    assert np.array_equal(some.value(np, SCORES, NUMBERS), value)
    assert np.array_equal(derivative, np.stack([slopes for _, slopes in alone], axis=1))
    bends = [some.second_derivative(np, SCORES[:, index], NUMBERS[:, index]) for index in range(COUNT)]
    assert np.array_equal(some.second_derivative(np, SCORES, NUMBERS), np.stack(bends, axis=1))


@every_loss
def test_that_the_derivative_is_that_of_the_value(some: Loss) -> None:
    targets, kept = targets_of(some), far_from_kinks(some)
    assert kept.sum() > 20
    derivative = some.derivative(np, SCORES, targets)
    for index in range(COUNT):
        h = 1e-5 * np.eye(COUNT)[index]
        difference = (some.value(np, SCORES + h, targets) - some.value(np, SCORES - h, targets)) / 2e-5
        np.testing.assert_allclose(derivative[kept, index], difference[kept], rtol=1e-6, atol=1e-8)


@every_loss
def test_that_the_second_derivative_is_that_of_the_derivative(some: Loss) -> None:
    targets, kept = targets_of(some), far_from_kinks(some)
    bends = some.second_derivative(np, SCORES, targets)
    if bends.ndim == 2:
        bends = bends[..., None] * np.eye(COUNT)
    assert bends.shape == (ROWS, COUNT, COUNT)
    for index in range(COUNT):
        h = 1e-5 * np.eye(COUNT)[index]
        difference = (some.derivative(np, SCORES + h, targets) - some.derivative(np, SCORES - h, targets)) / 2e-5
        np.testing.assert_allclose(bends[kept, :, index], difference[kept], rtol=1e-4, atol=1e-8)


@every_loss
def test_that_a_batch_gives_what_its_rows_give_in_single_precision_too(some: Loss) -> None:
    targets = targets_of(some)
    batch = np.stack([SCORES, -SCORES, 2 * SCORES, SCORES - 1]).reshape(2, 2, ROWS, COUNT)
    value, derivative = some.value_and_derivative(np, batch, targets)
    assert value.shape == (2, 2, ROWS)
    assert derivative.shape == batch.shape
    for index in np.ndindex(2, 2):
        alone = some.value_and_derivative(np, batch[index], targets)
        assert np.array_equal(value[index], alone[0])
        assert np.array_equal(derivative[index], alone[1])
        bends = some.second_derivative(np, batch, targets)[index]
        assert np.array_equal(bends, some.second_derivative(np, batch[index], targets))
    single = (SCORES.astype(np.float32), targets.astype(np.float32))
    for method in (some.value, some.derivative, some.second_derivative):
        assert method(np, *single).dtype == np.float32


@every_loss
def test_that_losses_are_written_over_the_array_standard(some: Loss) -> None:
    strict = [array_api_strict.asarray(array) for array in (SCORES, targets_of(some))]
    for name in ("value", "derivative", "second_derivative"):
        expected = getattr(some, name)(np, SCORES, targets_of(some))
        np.testing.assert_allclose(np.asarray(getattr(some, name)(array_api_strict, *strict)), expected, rtol=1e-14)


def test_that_cross_entropy_of_one_hot_rows_is_the_surprise_of_the_true_class() -> None:
    p = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)
    expected = -np.log((p * ONE_HOT).sum(axis=1))
    np.testing.assert_allclose(loss("cross_entropy").value(np, SCORES, ONE_HOT), expected, rtol=1e-12)
    np.testing.assert_allclose(loss("kl_divergence").value(np, SCORES, ONE_HOT), expected, rtol=1e-12)


def test_that_two_scores_whose_difference_is_the_score_give_the_binary_loss() -> None:
    z, y = SCORES[:, 0], ONE_HOT[:, 0]
    two, shares = np.stack([np.zeros(ROWS), z], axis=1), np.stack([1 - y, y], axis=1)
    for name in ("cross_entropy", "kl_divergence"):
        expected = loss(name).value(np, z, y)
        np.testing.assert_allclose(loss(name).value(np, two, shares), expected, rtol=1e-12, atol=1e-15)
        slopes = loss(name).derivative(np, two, shares)
        np.testing.assert_allclose(slopes[:, 1], loss(name).derivative(np, z, y), rtol=1e-12, atol=1e-15)


def test_that_cross_entropy_is_entropy_plus_divergence_and_the_divergence_never_negative() -> None:
    entropy = -np.where(SHARES > 0, SHARES * np.log(np.where(SHARES > 0, SHARES, 1)), 0).sum(axis=1)
    cross, divergence = (loss(name).value(np, SCORES, SHARES) for name in ("cross_entropy", "kl_divergence"))
    np.testing.assert_allclose(cross, entropy + divergence, rtol=1e-13)
    assert (divergence >= 0).all()
    equal = loss("kl_divergence").value(np, np.log(SHARES), SHARES)
    assert (equal >= 0).all()
    np.testing.assert_allclose(equal, 0, atol=1e-14)
    # D(P‖Q) is not D(Q‖P).
    swapped = loss("kl_divergence").value(np, np.log(SHARES[0]), SHARES[1:2])
    there = loss("kl_divergence").value(np, np.log(SHARES[1]), SHARES[0:1])
    assert abs(swapped[0] - there[0]) > 0.01


@pytest.mark.parametrize("name", CLASS_LOSSES)
def test_that_scores_of_ten_thousand_neither_overflow_nor_become_nan(name: str) -> None:
    scores = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0]])
    targets = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    value, derivative = loss(name).value_and_derivative(np, scores, targets)
    np.testing.assert_allclose(value, [0.0, 2e4 + (name == "hinge")])
    np.testing.assert_allclose(derivative, [[0, 0, 0], [-1, 1, 0]])


def test_that_tied_scores_share_the_pull_of_the_hinge() -> None:
    value, derivative = loss("hinge").value_and_derivative(np, np.zeros((1, 3)), np.array([[0.0, 1.0, 0.0]]))
    assert value.tolist() == [1.0]
    assert derivative.tolist() == [[0.5, -1.0, 0.5]]


@pytest.mark.torch
def test_that_losses_of_classes_are_those_of_torch() -> None:
    import torch

    functional = torch.nn.functional
    peers = {
        "cross_entropy": (SHARES, lambda z, y: functional.cross_entropy(z, y, reduction="none")),
        "kl_divergence": (
            SHARES,
            lambda z, y: functional.kl_div(functional.log_softmax(z, dim=-1), y, reduction="none").sum(dim=-1),
        ),
        "hinge": (
            ONE_HOT,
            lambda z, y: torch.relu(1 + z.masked_fill(y > 0, -torch.inf).amax(dim=-1) - (z * y).sum(dim=-1)),
        ),
    }
    for name, (targets, peer) in peers.items():
        z = torch.tensor(SCORES, requires_grad=True)
        values = peer(z, torch.tensor(targets))
        values.sum().backward()
        found = loss(name).value_and_derivative(np, SCORES, targets)
        np.testing.assert_allclose(found[0], values.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found[1], z.grad.numpy(), rtol=1e-10, atol=1e-12)
