"""A batch of starts is as many descents: every row has the bits that it has alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import OPTIMIZERS
from gdviz.problems import problem
from gdviz.runs.stopping import StopReason

STARTS = np.array([[-1.2, 1.0], [0.5, 0.5], [2.0, -1.0], [0.3, 1.7]])


@pytest.mark.parametrize("name", OPTIMIZERS.names)
def test_that_rows_of_a_batch_are_the_runs_from_each_start(name: str) -> None:
    batch = gdviz.minimize("rosenbrock", name, start=STARTS, steps=40)
    assert batch.points.shape == (batch.steps + 1, 4, 2)
    assert batch.values.shape == batch.gradient_norms.shape == (batch.steps + 1, 4)
    assert batch.learning_rates.shape == (batch.steps + 1,)
    for row, start in enumerate(STARTS):
        single = gdviz.minimize("rosenbrock", name, start=start, steps=40)
        count = min(len(single), len(batch))
        np.testing.assert_array_equal(batch.points[:count, row], single.points[:count])
        np.testing.assert_array_equal(batch.values[:count, row], single.values[:count])


@pytest.mark.parametrize("batch_size", [None, 7])
def test_that_a_fit_descends_from_many_starts_over_the_same_rows(small_fit: Any, batch_size: int | None) -> None:
    starts = np.random.default_rng(0).normal(size=(5, 3))
    batch = gdviz.minimize(small_fit, "adam", start=starts, steps=30, batch_size=batch_size, seed=3)
    for row, start in enumerate(starts):
        single = gdviz.minimize(small_fit, "adam", start=start, steps=30, batch_size=batch_size, seed=3)
        # Products of matrices add up in another order than products with vectors.
        np.testing.assert_allclose(batch.points[:, row], single.points, rtol=1e-12)


def test_that_a_batch_counts_what_each_of_its_descents_asks() -> None:
    batch = gdviz.minimize("rosenbrock", "adam", start=STARTS, steps=40)
    single = gdviz.minimize("rosenbrock", "adam", steps=40)
    np.testing.assert_array_equal(batch.evaluations.total, single.evaluations.total)


def test_that_a_batch_ends_once_all_that_are_not_lost_meet_the_rule() -> None:
    rule = gdviz.optimizer("gradient_descent", learning_rate=0.1)
    starts = np.array([[1.0, 1.0], [1e-3, 0.0], [1e200, 1e200]])
    settings: dict[str, Any] = {"steps": 500, "stop": {"gradient_norm": 1e-6}}
    bowl = problem("sphere")
    batch = gdviz.minimize(bowl, rule, start=starts, **settings)
    alone = gdviz.minimize(bowl, rule, start=starts[0], **settings)
    assert batch.stop_reason is StopReason.CONVERGED
    assert batch.steps == alone.steps


def test_that_a_batch_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(InputError, match="to record"):
        gdviz.minimize("rosenbrock", "adam", start=np.zeros((100_000, 2)), steps=10_000)
