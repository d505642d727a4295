"""The optimizers against trajectories that torch, optax and keras produced on Rosenbrock's function from (-1.2, 1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule, optimizer
from gdviz.oracle import Oracle
from gdviz.problems import problem
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

GOLDEN = json.loads((Path(__file__).parent / "data" / "golden_vectors.json").read_text(encoding="utf-8"))

# Our name and options for every case. The library's own defaults are what our convention's defaults must be, so
# options stand here only where the case itself says something: a rate that the library asks for, or a switch.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD torch": ("gradient_descent", {}),
    "SGD+mom torch": ("momentum", {}),
    "SGD+mom damp torch": ("momentum", {"dampening": 0.5}),
    "NAG torch": ("nesterov", {}),
    "SGD+mom optax==torch": ("momentum", {"convention": "optax"}),
    "NAG optax==torch": ("nesterov", {"convention": "optax"}),
    "SGD+mom keras": ("momentum", {"convention": "keras", "learning_rate": 1e-3}),
    "NAG keras": ("nesterov", {"convention": "keras", "learning_rate": 1e-3}),
    "keras NAG==torch NAG const lr": ("nesterov", {"convention": "keras", "learning_rate": 1e-3}),
    "Adam torch": ("adam", {}),
    "Adam optax": ("adam", {"convention": "optax"}),
    "Adam keras": ("adam", {"convention": "keras"}),
    "AMSGrad torch raw-max": ("amsgrad", {}),
    "AMSGrad optax hat-max": ("amsgrad", {"convention": "optax"}),
    "AMSGrad keras raw-max": ("amsgrad", {"convention": "keras"}),
    "Adam L2 torch": ("adam", {"weight_decay": 0.1}),
    "AdamW torch": ("adamw", {}),
    "AdamW optax": ("adamw", {"convention": "optax"}),
    "AdamW keras": ("adamw", {"convention": "keras"}),
    "Adamax torch": ("adamax", {}),
    "Adamax optax==torch": ("adamax", {"convention": "optax"}),
    "Adamax keras": ("adamax", {"convention": "keras"}),
    "NAdam torch": ("nadam", {}),
    "NAdam optax": ("nadam", {"convention": "optax", "learning_rate": 1e-3}),
    "NAdam keras": ("nadam", {"convention": "keras"}),
    "RAdam torch": ("radam", {}),
    "RAdam optax": ("radam", {"convention": "optax"}),
    "RMSprop torch": ("rmsprop", {}),
    "RMSprop mom torch": ("rmsprop", {"momentum": 0.9}),
    "RMSprop centered torch": ("rmsprop", {"centered": True}),
    "RMSprop optax": ("rmsprop", {"convention": "optax"}),
    "RMSprop mom optax": ("rmsprop", {"convention": "optax", "momentum": 0.9}),
    "RMSprop keras": ("rmsprop", {"convention": "keras"}),
    "RMSprop mom keras": ("rmsprop", {"convention": "keras", "momentum": 0.9}),
    "RMSprop centered keras": ("rmsprop", {"convention": "keras", "centered": True}),
    "Adagrad torch": ("adagrad", {}),
    "Adagrad optax": ("adagrad", {"convention": "optax"}),
    "Adagrad keras": ("adagrad", {"convention": "keras"}),
    "Adadelta torch": ("adadelta", {}),
    "Adadelta optax": ("adadelta", {"convention": "optax"}),
    "Adadelta keras": ("adadelta", {"convention": "keras"}),
    "Rprop torch": ("rprop", {}),
    "ASGD torch": ("asgd", {"learning_rate": 1e-3}),
    "Lion optax": ("lion", {}),
    "Lion keras": ("lion", {"convention": "keras"}),
    "AdaBelief optax": ("adabelief", {}),
    "Yogi optax": ("yogi", {}),
}

TOLERANCES = {"NAdam torch": 1e-9, "ASGD torch": 1e-6}
"""1e-12 for all others. torch keeps the product of NAdam's momenta and ASGD's rates in float32."""

golden = pytest.mark.parametrize("case", CASES)


def expected_points(case: str) -> tuple[list[int], np.ndarray]:
    points = GOLDEN["cases"][case]["library"]
    return [int(step) for step in points], np.array(list(points.values()))


@golden
def test_that_the_bare_rule_gives_the_library_s_points(case: str) -> None:
    name, options = CASES[case]
    rule = optimizer(name, **options)
    assert isinstance(rule, GradientRule)
    oracle = Oracle(problem("rosenbrock"))
    steps, expected = expected_points(case)
    x = np.array(GOLDEN["start"])
    state = rule.init(np, x)
    path = [x]
    for _ in range(max(steps)):
        update, state = rule.update(np, oracle.gradient(x), state, x, rule.learning_rate)
        x = x + update
        path.append(x)
    np.testing.assert_allclose(np.array(path)[steps], expected, rtol=0, atol=TOLERANCES.get(case, 1e-12))


@golden
def test_that_a_run_records_the_library_s_points(case: str) -> None:
    name, options = CASES[case]
    steps, expected = expected_points(case)
    config = RunConfig(optimizer=optimizer(name, **options), start=tuple(GOLDEN["start"]), steps=max(steps))
    trajectory = run_to_end(Run(problem("rosenbrock"), config))
    assert trajectory.stop_reason is StopReason.FINISHED
    np.testing.assert_allclose(trajectory.points[steps], expected, rtol=0, atol=TOLERANCES.get(case, 1e-12))


@golden
def test_that_the_reference_beside_the_library_is_met_to_the_last_digits(case: str) -> None:
    # Stated in plain NumPy by others, without the float32 of torch, so no case needs more room.
    name, options = CASES[case]
    points = GOLDEN["cases"][case]["reference"]
    config = RunConfig(optimizer=optimizer(name, **options), start=tuple(GOLDEN["start"]), steps=100)
    trajectory = run_to_end(Run(problem("rosenbrock"), config))
    steps = [int(step) for step in points]
    np.testing.assert_allclose(trajectory.points[steps], list(points.values()), rtol=0, atol=1e-12)


def test_that_every_golden_case_is_checked() -> None:
    assert sorted(CASES) == sorted(GOLDEN["cases"])
    assert len(CASES) == 47


def test_that_the_golden_cases_tell_the_rules_apart() -> None:
    # A comparison at 1e-12 shows something only if neighbouring rules lie further apart than that. Left out are the
    # cases whose libraries agree, and AMSGrad's of torch and keras: on this path no square is forgotten, so it is Adam.
    same = {
        *("SGD+mom optax==torch", "NAG optax==torch", "SGD+mom keras", "NAG keras", "keras NAG==torch NAG const lr"),
        *("Adam optax", "Adamax optax==torch", "Adadelta optax", "AMSGrad torch raw-max", "AMSGrad keras raw-max"),
    }
    finals = np.array([expected_points(case)[1][-1] for case in CASES if case not in same])
    distances = np.abs(finals[:, None] - finals[None]).max(axis=-1) + np.eye(len(finals))
    assert distances.min() > 1e-11
