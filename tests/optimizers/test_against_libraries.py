"""The conventions against points that optax, keras, torch and schedulefree came to, with no option at its default.

Kept beside the golden vectors because those are run with defaults: there AMSGrad is Adam, ε hardly counts, and the rate
never changes.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from gdviz.optimizers import OPTIMIZERS, GradientRule, optimizer
from gdviz.oracle import Oracle
from gdviz.parameters import declared
from gdviz.problems import problem
from gdviz.problems.base import Block, Problem

LIBRARIES = json.loads((Path(__file__).parent / "data" / "library_vectors.json").read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = LIBRARIES["cases"]
ROSENBROCK = problem("rosenbrock")
TOLERANCES = {"torch NAdam": 1e-7, "torch ASGD": 1e-6}
"""1e-11 for all others; torch keeps NAdam's product of momenta and ASGD's rates in float32."""


def walk(case: dict[str, Any]) -> tuple[np.ndarray, Any]:
    """Our points `(steps + 1, 2)` with that case's options and rates, and the last state."""
    rule = optimizer(case["optimizer"], **case["options"])
    assert isinstance(rule, GradientRule)
    x = np.array(LIBRARIES["start"])
    state, path = rule.init(np, x), [x]
    for step in range(100):
        factor = LIBRARIES["factors"][step // 25] if case["changing"] else 1.0
        update, state = rule.update(np, ROSENBROCK.gradient(x), state, x, rule.learning_rate * factor)
        x = x + update
        path.append(x)
    return np.array(path), state


@pytest.mark.parametrize("key", CASES)
def test_that_the_points_are_the_library_s(key: str) -> None:
    case = CASES[key]
    steps = [int(step) for step in case["points"]]
    path, _ = walk(case)
    expected = np.array(list(case["points"].values()))
    np.testing.assert_allclose(path[steps], expected, rtol=0, atol=TOLERANCES.get(key, 1e-11))
    assert np.abs(expected[-1] - path[0]).max() > 1e-2, "the path has to go somewhere to show anything"


_NOT_IN_THE_PATH = {"convention", "learning_rate", "averaging_start"}
"""The first two need no check: a convention may be the default, a rate shows in all; the last is in the average."""


@pytest.mark.parametrize("key", CASES)
def test_that_every_option_of_the_case_counts(key: str) -> None:
    # Else a comparison could pass with an option that our rule ignores.
    case = CASES[key]
    path, _ = walk(case)
    cls = OPTIMIZERS.get(case["optimizer"])
    for declaration in declared(cls):
        if declaration.name in case["options"] and declaration.name not in _NOT_IN_THE_PATH:
            options = {name: value for name, value in case["options"].items() if name != declaration.name}
            other, _ = walk({**case, "options": options})
            assert np.abs(other - path).max() > 1e-9, declaration.name


@pytest.mark.parametrize("key", [key for key, case in CASES.items() if "average" in case])
def test_that_the_average_of_the_points_is_the_library_s(key: str) -> None:
    path, state = walk(CASES[key])
    np.testing.assert_allclose(state.average, CASES[key]["average"], rtol=0, atol=TOLERANCES.get(key, 1e-12))
    assert np.abs(state.average - path[-1]).max() > 1e-3


@dataclasses.dataclass(frozen=True)
class Matrix(Problem):
    """½ ‖A W − B‖² of a weight matrix W (3, 2)."""

    name: ClassVar[str] = "matrix"

    @property
    def dimension(self) -> int:
        return 6

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (Block("weight", (3, 2)),)

    @property
    def domain(self) -> np.ndarray:
        return np.tile([-1.0, 1.0], (6, 1))

    @property
    def start(self) -> np.ndarray:
        return np.ravel(LIBRARIES["matrix"]["W"])

    def _residuals(self, x: Any) -> Any:
        return np.array(LIBRARIES["matrix"]["A"]) @ x.reshape(*x.shape[:-1], 3, 2) - np.array(LIBRARIES["matrix"]["B"])

    def value(self, x: Any) -> Any:
        return 0.5 * (self._residuals(x) ** 2).sum(axis=(-2, -1))

    def gradient(self, x: Any) -> Any:
        return (np.array(LIBRARIES["matrix"]["A"]).T @ self._residuals(x)).reshape(x.shape)


@pytest.mark.parametrize("key", LIBRARIES["matrix"]["cases"])
def test_that_muon_moves_a_matrix_as_keras_does(key: str) -> None:
    case = LIBRARIES["matrix"]["cases"][key]
    rule, oracle = optimizer("muon", **case["options"]), Oracle(Matrix())
    x = Matrix().start
    state, path = rule.init(np, x), [x]
    for step in range(40):
        x, state = rule.step(np, oracle, x, state, 0.02 * (1.0 if step < 20 else 0.3))
        path.append(x)
    steps = [int(step) for step in case["points"]]
    # keras takes the root of the matrix' larger side in float32.
    np.testing.assert_allclose(np.array(path)[steps], list(case["points"].values()), rtol=0, atol=1e-7)
