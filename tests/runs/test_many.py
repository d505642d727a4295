"""Ends of very many descents: the same bits as runs where no point is let go, the same picture where some are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import BUILTIN as OPTIMIZERS
from gdviz.optimizers import GradientRule, optimizer
from gdviz.problems import problem
from gdviz.runs import many
from gdviz.runs.many import descend_many, grid_starts, nearest_minimum
from gdviz.schedules import schedule

RULES = [cls for cls in OPTIMIZERS if issubclass(cls, GradientRule)]
STARTS = grid_starts(np.array([[-5.0, 5.0], [-4.0, 4.0]]), 7, 5)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that there are several, the last of them shorter."""
    monkeypatch.setattr(many, "_BLOCK_BYTES", 8 * 256)


def test_that_starts_are_the_middles_of_pixels() -> None:
    starts = grid_starts(np.array([[0.0, 4.0], [0.0, 2.0]]), 4, 2)
    np.testing.assert_array_equal(starts[0], [[0.5, 0.5], [1.5, 0.5], [2.5, 0.5], [3.5, 0.5]])
    np.testing.assert_array_equal(starts[1, 0], [0.5, 1.5])


@pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.name)
def test_that_without_letting_go_every_end_is_that_of_a_run(cls: Any) -> None:
    rule = cls()
    ends = descend_many(problem("himmelblau"), rule, STARTS, steps=60, rest=None)
    runs = gdviz.minimize("himmelblau", rule, start=STARTS, steps=60)
    np.testing.assert_array_equal(ends.points, runs.points[-1])
    np.testing.assert_array_equal(ends.values, runs.values[-1])
    assert ends.steps.shape == (5, 7)
    assert (ends.steps == 60).all()


def test_that_rates_follow_their_schedule() -> None:
    rule = optimizer("momentum", learning_rate=schedule("cosine", initial=0.003, steps=60))
    ends = descend_many(problem("himmelblau"), rule, STARTS, steps=60, rest=None)
    np.testing.assert_array_equal(ends.points, gdviz.minimize("himmelblau", rule, start=STARTS, steps=60).points[-1])


@pytest.mark.parametrize(("name", "rate"), [("gradient_descent", 0.01), ("momentum", 0.002)])
@pytest.mark.parametrize("threads", [1, 3])
def test_that_letting_go_of_points_at_rest_changes_no_picture(name: str, rate: float, threads: int) -> None:
    function, rule = problem("himmelblau"), optimizer(name, learning_rate=rate)
    starts = grid_starts(function.domain, 40, 30)
    every = descend_many(function, rule, starts, steps=400, rest=None, threads=threads)
    some = descend_many(function, rule, starts, steps=400, threads=threads)
    np.testing.assert_array_equal(
        nearest_minimum(some.points, function.minima, within=0.1),
        nearest_minimum(every.points, function.minima, within=0.1),
    )
    if name == "gradient_descent":
        assert some.steps.mean() < 200
        np.testing.assert_allclose(some.points, every.points, atol=1e-6)


def test_that_lost_points_are_let_go_and_said_to_be_lost() -> None:
    function = problem("himmelblau")
    rule = optimizer("gradient_descent", learning_rate=0.03)
    starts = grid_starts(np.array([[-50.0, 50.0], [-50.0, 50.0]]), 30, 30)
    every, some = (descend_many(function, rule, starts, steps=200, rest=rest) for rest in (None, 1e-6))
    assert 0.1 < every.lost.mean() < 1
    np.testing.assert_array_equal(some.lost, every.lost)
    assert (some.steps[some.lost] < 200).all()
    assert (nearest_minimum(some.points, function.minima)[some.lost] == -1).all()


def test_that_a_fit_takes_many_starts_too(small_fit: Any) -> None:
    starts = np.random.default_rng(0).normal(size=(300, 3))
    rule = optimizer("gradient_descent", learning_rate=0.1)
    ends = descend_many(small_fit, rule, starts, steps=50, rest=None)
    np.testing.assert_allclose(
        ends.points, gdviz.minimize(small_fit, rule, start=starts, steps=50).points[-1], rtol=1e-12
    )


def test_that_single_precision_stays_single() -> None:
    assert (
        descend_many(problem("himmelblau"), optimizer("adam"), STARTS.astype(np.float32), steps=9).points.dtype
        == np.float32
    )


def test_that_blocks_are_told_as_they_are_done_until_it_is_cancelled() -> None:
    function, rule = problem("himmelblau"), optimizer("gradient_descent", learning_rate=0.01)
    starts = np.zeros((1000, 2))
    told: list[tuple[slice, int]] = []
    descend_many(function, rule, starts, finished=lambda ends, here: told.append((here, len(ends.points))), threads=1)
    assert [(here.start, here.stop, count) for here, count in told] == [
        (0, 256, 256), (256, 512, 256), (512, 768, 256), (768, 1000, 232),
    ]  # fmt: skip
    count = len(told)
    descend_many(function, rule, starts, finished=lambda ends, here: told.append((here, 0)), cancelled=lambda: True)
    assert len(told) == count


def test_that_what_cannot_be_taken_is_refused() -> None:
    with pytest.raises(InputError, match="follows the values"):
        descend_many(problem("himmelblau"), optimizer("adam", learning_rate=schedule("plateau")), STARTS)
    with pytest.raises(InputError, match="himmelblau has 2 parameters"):
        descend_many(problem("himmelblau"), optimizer("adam"), np.zeros((4, 3)))
