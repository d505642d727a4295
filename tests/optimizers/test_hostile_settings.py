"""Settings that ought to break something: refused with the limit named, or run to an end that is said, never a
traceback. Some five hundred cases, every optimizer with each; whatever was recorded is finite."""

from __future__ import annotations

import dataclasses
import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.errors import InputError, ParameterError
from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer
from gdviz.parameters import Parameter, declared
from gdviz.problems import Problem, problem
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory

BOWL = problem("booth")
LARGEST_BELOW_ONE = math.nextafter(1.0, 0.0)

PARAMETERS = [(cls, item) for cls in OPTIMIZERS for item in declared(cls) if item.kind in {"float", "integer"}]
RATED = [cls for cls in OPTIMIZERS if "learning_rate" in {item.name for item in declared(cls)}]
BOUNDED = {"rprop", "adabound"}
"""Whose steps have a longest length, whatever the rate."""

each_class = pytest.mark.parametrize("cls", OPTIMIZERS, ids=OPTIMIZERS.names)
each_rated = pytest.mark.parametrize("cls", RATED, ids=[cls.name for cls in RATED])
each_number = pytest.mark.parametrize(
    ("cls", "declaration"), PARAMETERS, ids=[f"{cls.name}-{item.name}" for cls, item in PARAMETERS]
)


def ended(run: Run) -> Trajectory:
    """The trajectory of a run taken to its end, which has to be one of those that are said, with finite rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trajectory = run_to_end(run)
    assert trajectory.stop_reason is not None
    assert trajectory.sentence
    assert np.isfinite(trajectory.points).all()
    if not np.isfinite(trajectory.values[0]):
        # A start whose value overflows is the only row there is.
        assert trajectory.stop_reason is StopReason.DIVERGED
        assert len(trajectory) == 1
        return trajectory
    assert np.isfinite(trajectory.values).all()
    if trajectory.stop_reason is StopReason.DIVERGED:
        assert trajectory.sentence.startswith("diverged at step ")
        assert len(trajectory) == trajectory.stop_step
    return trajectory


def say(refusal: InputError) -> None:
    """A refusal is a sentence that says what to do."""
    sentence = str(refusal)
    assert sentence.endswith("."), sentence
    assert re.search(r"[;:.?] \w", sentence), sentence


def refused_or_ended(cls: type[Optimizer], function: Problem, steps: int = 30, **config: Any) -> Trajectory | None:
    """The trajectory, or None where the run was refused with a sentence."""
    try:
        run = Run(function, RunConfig(optimizer=cls(), steps=steps, **config))
    except InputError as refusal:
        say(refusal)
        return None
    return ended(run)


@each_rated
@pytest.mark.parametrize("rate", [0.0, -0.0, -1e-3, -1e308, math.nan, math.inf, -math.inf, 10**400])
def test_that_an_impossible_rate_is_refused_with_its_limit(cls: type[Optimizer], rate: float) -> None:
    with pytest.raises(ParameterError, match="learning_rate must be a finite number above 0, not "):
        cls.from_options({"learning_rate": rate})


@each_rated
@pytest.mark.parametrize("rate", [5e-324, 1e-160, 1e160, 1e308])
def test_that_an_extreme_rate_runs_to_an_end_that_is_said(cls: type[Optimizer], rate: float) -> None:
    trajectory = ended(Run(BOWL, RunConfig(optimizer=cls.from_options({"learning_rate": rate}), steps=50)))
    if rate == 1e308 and issubclass(cls, GradientRule) and cls.name not in BOUNDED:
        assert trajectory.stop_reason is StopReason.DIVERGED


@each_class
def test_that_no_steps_at_all_are_refused(cls: type[Optimizer]) -> None:
    for steps in (0, -1, 2.5, math.nan, 10**9):
        with pytest.raises(ParameterError, match="steps must be a whole number at least 1 and at most 1e"):
            RunConfig(optimizer=cls(), steps=steps)  # type: ignore[arg-type]


@each_number
def test_that_a_smoothing_of_one_is_refused(cls: type[Optimizer], declaration: Parameter) -> None:
    if declaration.name not in {"beta1", "beta2", "beta3", "decay", "momentum"}:
        assert declaration.name not in {"rho1", "alpha1"}
        return
    for value in (1, 1.0, 1.5):
        with pytest.raises(ParameterError, match="below 1, not"):
            cls.from_options({declaration.name: value})


def at_the_end(declaration: Parameter, end: str) -> float:
    """The least or the greatest number that a parameter takes."""
    if end == "low":
        return math.nextafter(declaration.low, math.inf) if declaration.low_open else declaration.low
    return math.nextafter(declaration.high, -math.inf) if declaration.high_open else declaration.high


@each_number
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("end", ["low", "high"])
def test_that_at_the_ends_of_its_limits_a_run_ends_with_finite_rows(
    cls: type[Optimizer], declaration: Parameter, dtype: type, end: str
) -> None:
    value = max(-1.7e308, min(at_the_end(declaration, end), 1.7e308))
    if declaration.kind == "integer":
        value = min(int(max(value, -(10**6))), 10**6)
    choices = next((item.choices for item in declared(cls) if item.name == "convention"), ("",))
    for convention in choices:
        chosen = {"convention": convention} if convention else {}
        rule = cls.from_options({**chosen, declaration.name: value})
        trajectory = ended(Run(BOWL, RunConfig(optimizer=rule, steps=40), start=np.array([4.0, -3.0], dtype=dtype)))
        assert trajectory.points.dtype == dtype


@each_class
@pytest.mark.parametrize("start", [(1e154, -1e154), (1e308, 1e308), (5e-324, 0.0), (1.0, 3.0)])
def test_that_extreme_starts_and_the_minimum_itself_run_to_an_end(
    cls: type[Optimizer], start: tuple[float, float]
) -> None:
    refused_or_ended(cls, BOWL, start=start)


@each_class
def test_that_a_gradient_that_is_nowhere_runs_to_an_end(cls: type[Optimizer]) -> None:
    refused_or_ended(cls, Nowhere())


@dataclasses.dataclass(frozen=True)
class Nowhere(Problem):
    """A function whose value is 0 and whose derivatives are nan, as a formula of a user's may have them."""

    name = "nowhere"

    @property
    def dimension(self) -> int:
        return 2

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-1.0, 1.0], [-1.0, 1.0]])

    @property
    def start(self) -> np.ndarray:
        return np.zeros(2)

    def value(self, x: Any) -> Any:
        return 0.0 * x[..., 0]

    def gradient(self, x: Any) -> Any:
        return np.full_like(x, math.nan)

    def hessian(self, x: Any) -> Any:
        return np.full((*x.shape, 2), math.nan)


TABLES = {
    "one row": "x,y\n1,2\n",
    "two rows": "x,y\n1,2\n2,3\n",
    "constant feature": "x,c,y\n1,5,2\n2,5,3\n3,5,5\n",
    "constant target": "x,y\n1,2\n2,2\n3,2\n",
    "singular": "x,w,y\n1,2,1\n2,4,3\n3,6,2\n4,8,5\n",
    "huge numbers": "x,y\n1e150,1\n-1e150,2\n3e150,-1\n",
}


@each_class
@pytest.mark.parametrize("table", TABLES)
def test_that_fits_to_hostile_tables_are_refused_or_run_to_an_end(
    cls: type[Optimizer], table: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(TABLES[table], encoding="utf-8")
    try:
        fit = problem("data", table=str(path), target="y", model="linear", standardize=table != "huge numbers")
    except InputError as refusal:
        say(refusal)
        return
    refused_or_ended(cls, fit)
    # A batch of more rows than there are is all of them.
    refused_or_ended(cls, fit, batch_size=1000)
    refused_or_ended(cls, fit, batch_size=1)
