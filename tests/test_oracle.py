from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.oracle import Evaluations, MiniBatches, Oracle
from gdviz.problems import problem


@given(rows=st.integers(1, 60), batch_size=st.integers(1, 70), seed=st.integers(0, 2**63 - 1))
def test_that_every_epoch_passes_over_all_rows_once(rows: int, batch_size: int, seed: int) -> None:
    batches = MiniBatches(rows, batch_size, seed)
    for epoch in range(3):
        steps = range(epoch * batches.per_epoch, (epoch + 1) * batches.per_epoch)
        drawn = np.concatenate([batches.rows_of(step) for step in steps])
        assert sorted(drawn.tolist()) == list(range(rows))
        assert all(len(batches.rows_of(step)) == min(batch_size, rows) for step in list(steps)[:-1])


@given(seed=st.integers(0, 1000), steps=st.lists(st.integers(0, 500), min_size=1, max_size=20))
def test_that_the_rows_of_a_step_do_not_depend_on_what_was_asked_before(seed: int, steps: list[int]) -> None:
    asked = MiniBatches(37, 5, seed)
    for step in steps:
        np.testing.assert_array_equal(asked.rows_of(step), MiniBatches(37, 5, seed).rows_of(step))


def test_that_epochs_and_seeds_give_other_orders() -> None:
    orders = {
        tuple(np.concatenate([MiniBatches(40, 8, seed).rows_of(epoch * 5 + part) for part in range(5)]))
        for seed in range(4)
        for epoch in range(4)
    }
    assert len(orders) == 16


def test_that_every_row_comes_first_about_as_often() -> None:
    firsts = Counter(int(MiniBatches(10, 1, seed).rows_of(0)[0]) for seed in range(2000))
    assert min(firsts.values()) > 130
    assert max(firsts.values()) < 275


def test_that_the_oracle_counts_what_is_asked() -> None:
    oracle = Oracle(problem("rosenbrock"))
    point = np.array([-1.2, 1.0])
    oracle.value(point)
    oracle.gradient(point)
    oracle.gradient(point)
    oracle.hessian(point)
    oracle.observe(point)
    assert oracle.evaluations == Evaluations(value=1, gradient=2, hessian=1)


class _Rows:
    """Two rows with different answers, so that a batch shows which it was."""

    cheap = False
    rows_in_order = False
    rows = 2
    passes = 0

    def value_and_gradient(self, x: Any) -> Any:
        self.passes += 1
        return x.sum(), np.ones_like(x)

    def batch_value_and_gradient(self, x: Any, rows: Any) -> Any:
        self.passes += 1
        return float(rows.sum()), x * 0 + rows.sum()


def test_that_value_and_gradient_at_one_point_are_one_pass() -> None:
    fit = _Rows()
    oracle = Oracle(fit)  # type: ignore[arg-type]
    point = np.array([1.0, 2.0])
    oracle.observe(point)
    oracle.gradient(point)
    oracle.value(point)
    assert fit.passes == 1
    oracle.gradient(point.copy())
    assert fit.passes == 2


def test_that_the_batch_of_a_new_step_is_a_new_pass() -> None:
    fit = _Rows()
    oracle = Oracle(fit, seed=1, batch_size=1)  # type: ignore[arg-type]
    point = np.zeros(1)
    seen = []
    for step in range(20):
        oracle.step = step
        seen.append(float(oracle.value(point)))
        assert oracle.gradient(point)[0] == seen[-1] == MiniBatches(2, 1, 1).rows_of(step)[0]
    assert fit.passes == 20
    assert set(seen) == {0.0, 1.0}


@pytest.mark.parametrize("batch_size", [None, 2, 3, 10**9])
def test_that_a_batch_of_all_rows_is_no_batch(batch_size: int | None) -> None:
    assert Oracle(_Rows(), batch_size=batch_size).batches is None  # type: ignore[arg-type]


def test_that_epochs_count_how_often_all_rows_were_seen() -> None:
    batches = MiniBatches(10, 4, seed=0)  # 4, 4 and 2 rows an epoch
    assert [batches.epochs_before(step) for step in range(7)] == pytest.approx([0, 0.4, 0.8, 1, 1.4, 1.8, 2])
    seen = 0
    for step in range(7):
        assert batches.epochs_before(step) == pytest.approx(seen / 10)
        seen += len(batches.rows_of(step))
