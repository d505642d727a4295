from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from gdviz.errors import InputError
from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.config import Change, RandomStart, RunConfig, StopRules, start_point
from gdviz.runs.run import Run

ADAM = optimizer("adam")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"steps": 0}, "at least 1"),
        ({"steps": -3}, "at least 1"),
        ({"steps": 10**9}, "at most"),
        ({"steps": 2.5}, "whole number"),
        ({"steps": "many"}, "whole number"),
        ({"seed": -1}, "at least 0"),
        ({"batch_size": 0}, "at least 1"),
        ({"start": (math.nan, 1.0)}, "finite numbers"),
        ({"start": (math.inf, 1.0)}, "finite numbers"),
        ({"start": ()}, "finite numbers"),
        ({"start": ("1", "2")}, "finite numbers"),
        ({"start": "12"}, "finite numbers"),
        ({"start": (True, False)}, "finite numbers"),
        ({"start": 3.0}, "finite numbers"),
        ({"changes": (Change(5, {"learning_rate": 0.1}), Change(5, {"beta1": 0.1}))}, "different steps"),
        ({"changes": (Change(-1, {"learning_rate": 0.1}),)}, "different steps"),
        ({"changes": (Change(5, {"momentum": 0.1}),)}, "no hyper-parameter 'momentum'"),
        ({"changes": (Change(5, {"learning_rate": -0.1}),)}, "above 0"),
    ],
)
def test_that_a_config_refuses_what_no_run_can_do(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        RunConfig(ADAM, **settings)


@pytest.mark.parametrize(
    "rules", [{"gradient_norm": -1}, {"evaluations": 0}, {"seconds": 0}, {"value": math.nan}, {"change": "short"}]
)
def test_that_stopping_rules_refuse_impossible_limits(rules: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        StopRules(**rules)


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (-math.inf, 0.0), (-1.7e308, 1.7e308)])
def test_that_a_random_start_needs_a_range(ends: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="range of a random start"):
        RandomStart(*ends)


def test_that_starts_are_the_same_however_their_numbers_are_given() -> None:
    plain = RunConfig(ADAM, start=(-1.0, 2.0))
    for given in ([-1, 2], np.array([-1.0, 2.0]), (np.float32(-1), np.int64(2))):
        assert RunConfig(ADAM, start=given) == plain  # type: ignore[arg-type]
        assert hash(RunConfig(ADAM, start=given).start) == hash(plain.start)  # type: ignore[arg-type]


def test_that_a_start_of_the_wrong_length_is_refused_with_both_lengths() -> None:
    with pytest.raises(InputError, match=r"3 numbers but rosenbrock has 2 parameters \(x, y\); give 2"):
        Run(problem("rosenbrock"), RunConfig(ADAM, start=(1.0, 2.0, 3.0)))
    with pytest.raises(InputError, match="1 number but"):
        Run(problem("rosenbrock"), RunConfig(ADAM, start=(1.0,)))


def test_that_mini_batches_are_refused_where_there_are_no_rows() -> None:
    with pytest.raises(InputError, match="rosenbrock has no rows"):
        Run(problem("rosenbrock"), RunConfig(ADAM, batch_size=4))


def test_that_a_random_start_depends_on_the_seed_alone_and_lies_in_its_range() -> None:
    himmelblau = problem("himmelblau")
    starts = [start_point(himmelblau, RunConfig(ADAM, start=RandomStart(2, 5), seed=seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert (starts[0] != starts[2]).all()
    many = np.array(
        [start_point(himmelblau, RunConfig(ADAM, start=RandomStart(2, 5), seed=seed)) for seed in range(300)]
    )
    assert many.min() >= 2
    assert many.max() < 5
    assert np.ptp(many) > 2.8


def test_that_without_a_start_the_problem_has_one() -> None:
    rosenbrock = problem("rosenbrock")
    np.testing.assert_array_equal(start_point(rosenbrock, RunConfig(ADAM)), rosenbrock.start)


def test_that_changes_add_up_and_later_ones_are_dropped_by_a_new_one() -> None:
    config = RunConfig(ADAM, steps=100).changed_at(40, {"learning_rate": 0.1}).changed_at(60, {"beta1": 0.5})
    assert [config.optimizer_at(step).options()["learning_rate"] for step in (0, 39, 40, 99)] == [1e-3, 1e-3, 0.1, 0.1]
    assert [config.optimizer_at(step).options()["beta1"] for step in (40, 59, 60)] == [0.9, 0.9, 0.5]
    again = config.changed_at(40, {"beta2": 0.9})
    assert again.changes == (Change(40, {"learning_rate": 0.1, "beta2": 0.9}),)


def test_that_replacing_a_part_keeps_the_others_in_force() -> None:
    config = RunConfig(ADAM, changes=(Change(3, {"learning_rate": 0.1}),))
    other = dataclasses.replace(config, optimizer=optimizer("momentum"))
    assert other.optimizer_at(0) == optimizer("momentum")
    assert other.optimizer_at(3) == optimizer("momentum", learning_rate=0.1)


@pytest.mark.parametrize("count", [300, 12_500])
def test_that_a_recording_larger_than_memory_is_refused_with_the_steps_that_fit(count: int) -> None:
    valley = problem("rosenbrock")
    start = np.ones((count, 2))
    row = start.nbytes + 16 * count + 32
    with pytest.raises(InputError, match=r"GB to record, .* take at most [\d,]+ steps") as refused:
        Run(valley, RunConfig(ADAM, steps=10_000_000), start)
    most = int(str(refused.value).split("at most ")[1].split(" steps")[0].replace(",", ""))
    assert (most + 1) * row <= 8e9 < (most + 2) * row
    Run(valley, RunConfig(ADAM, steps=most), start)
    with pytest.raises(InputError, match="GB to record"):
        Run(valley, RunConfig(ADAM, steps=most + 1), start)


def test_that_the_most_steps_of_a_function_of_two_parameters_fit() -> None:
    Run(problem("rosenbrock"), RunConfig(ADAM, steps=10_000_000))
    with pytest.raises(InputError, match="at most"):
        RunConfig(ADAM, steps=10_000_001)


def test_that_a_start_too_wide_for_a_single_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdviz.runs.run._MOST_RECORDED_BYTES", 150)
    Run(problem("rosenbrock"), RunConfig(ADAM, steps=1))
    monkeypatch.setattr("gdviz.runs.run._MOST_RECORDED_BYTES", 100)
    with pytest.raises(InputError, match="take fewer parameters"):
        Run(problem("rosenbrock"), RunConfig(ADAM, steps=1))
