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

# Where nothing is said, the library's own default is meant, and so is ours. The last three are other libraries whose
# rule is the same at a constant learning rate.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD torch": ("gradient_descent", {}),
    "SGD+mom torch": ("momentum", {}),
    "SGD+mom damp torch": ("momentum", {"dampening": 0.5}),
    "NAG torch": ("nesterov", {}),
    "Adagrad torch": ("adagrad", {}),
    "RMSprop torch": ("rmsprop", {}),
    "RMSprop mom torch": ("rmsprop", {"momentum": 0.9}),
    "RMSprop centered torch": ("rmsprop", {"centered": True}),
    "Adadelta torch": ("adadelta", {}),
    "Adam torch": ("adam", {}),
    "Adam L2 torch": ("adam", {"weight_decay": 0.1}),
    "Adamax torch": ("adamax", {}),
    "Adam optax": ("adam", {}),
    "SGD+mom keras": ("momentum", {}),
    "NAG keras": ("nesterov", {}),
}

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
    np.testing.assert_allclose(np.array(path)[steps], expected, rtol=0, atol=1e-12)


@golden
def test_that_a_run_records_the_library_s_points(case: str) -> None:
    name, options = CASES[case]
    steps, expected = expected_points(case)
    config = RunConfig(optimizer=optimizer(name, **options), start=tuple(GOLDEN["start"]), steps=max(steps))
    trajectory = run_to_end(Run(problem("rosenbrock"), config))
    assert trajectory.stop_reason is StopReason.FINISHED
    np.testing.assert_allclose(trajectory.points[steps], expected, rtol=0, atol=1e-12)


def test_that_the_golden_cases_tell_the_rules_apart() -> None:
    # A comparison at 1e-12 shows something only if neighbouring rules lie further apart than that.
    torch_cases = [case for case in CASES if case.endswith(" torch")]
    finals = np.array([expected_points(case)[1][-1] for case in torch_cases])
    distances = np.abs(finals[:, None] - finals[None]).max(axis=-1) + np.eye(len(finals))
    assert distances.min() > 1e-6
