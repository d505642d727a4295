"""Runs on another backend than NumPy: the same trajectories to rounding, and NumPy where it fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.arrays import Array, to_numpy
from gdviz.backends import BackendWarning, backend
from gdviz.errors import UnknownNameError
from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer, optimizer
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.problems.functions_two import Rosenbrock
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import branch, replay, run_to_end
from gdviz.runs.placed import placed_run

FUNCTIONS = [
    cls
    for cls in PROBLEMS
    if not any(
        item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        for item in dataclasses.fields(cls)
        if item.init
    )
]
RULES = [cls for cls in OPTIMIZERS if issubclass(cls, GradientRule)]
STEPS = 20
"""Few: where a path chatters about a minimum, a difference in the last bit doubles every few steps."""
TOLERANCE = 1e-9

each_function = pytest.mark.parametrize("cls", FUNCTIONS, ids=lambda cls: cls.name)
each_rule = pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.name)


def switched_on(cls: type[Optimizer]) -> Optimizer:
    """A rule with every term of its formula in use."""
    options = {item.name: 0.3 for item in declared(cls) if item.kind == "float" and item.default == 0}
    options |= {item.name: True for item in declared(cls) if item.kind == "boolean"}
    return cls.from_options({**options, "learning_rate": 1e-3})


def assert_same(ours: Any, theirs: Any) -> None:
    assert len(ours) == len(theirs) > 3, "with every term in use some diverge"
    for column in ("points", "values", "gradient_norms"):
        scale = np.abs(getattr(theirs, column)).max()
        np.testing.assert_allclose(getattr(ours, column), getattr(theirs, column), rtol=TOLERANCE, atol=1e-12 * scale)
    np.testing.assert_array_equal(ours.learning_rates, theirs.learning_rates)
    np.testing.assert_array_equal(ours.evaluations.total, theirs.evaluations.total)


@pytest.mark.torch
@each_function
def test_that_every_function_computes_on_torch(cls: type[Problem]) -> None:
    function = cls()
    points = np.stack([function.start, *np.random.default_rng(1).uniform(*function.domain.T, (4, function.dimension))])
    theirs = backend("torch").array(points)
    for computed in ("value", "gradient", *(["hessian"] if function.has_hessian else [])):
        with np.errstate(all="ignore"):
            expected = getattr(function, computed)(points)
        found = getattr(function, computed)(theirs)
        assert type(found) is type(theirs)
        np.testing.assert_allclose(to_numpy(found), expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


@pytest.mark.torch
@each_rule
def test_that_every_rule_steps_on_torch(cls: type[Optimizer]) -> None:
    for rule in (cls(), switched_on(cls)):
        settings: dict[str, Any] = {"steps": STEPS}
        theirs = gdviz.minimize(Rosenbrock(), rule, backend="torch", **settings)
        assert_same(theirs, gdviz.minimize(Rosenbrock(), rule, **settings))
        assert theirs.points.dtype == np.float64


@pytest.mark.torch
def test_that_a_batch_of_starts_steps_on_torch() -> None:
    starts = np.random.default_rng(0).normal(size=(5, 2))
    settings: dict[str, Any] = {"start": starts, "steps": STEPS}
    ours, theirs = (gdviz.minimize("himmelblau", "adam", backend=name, **settings) for name in ("numpy", "torch"))
    assert theirs.points.shape == (STEPS + 1, 5, 2)
    assert_same(theirs, ours)


FITS: dict[str, dict[str, Any]] = {
    "squares": {"table": "builtin:line"},
    "ridge": {"table": "builtin:line", "l2": 0.1, "l1": 0.01},
    "huber": {"table": "builtin:line", "loss": "huber"},
    "logistic": {"table": "builtin:iris", "target": "species", "classes": ("versicolor", "virginica")},
    "softmax": {"table": "builtin:iris", "target": "species", "model": "softmax", "validation": 0.2},
    "network": {"table": "builtin:iris", "target": "species", "model": "mlp", "hidden": (4,)},
}


@pytest.mark.torch
@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("options", FITS.values(), ids=FITS)
def test_that_a_fit_steps_on_torch_with_the_same_mini_batches(options: dict[str, Any], batch_size: int | None) -> None:
    fit = problem("data", **options)
    settings: dict[str, Any] = {"steps": STEPS, "batch_size": batch_size, "seed": 3}
    # Not Adam: where a gradient is all but 0, it makes a step of what rounding left.
    ours, theirs = (gdviz.minimize(fit, "momentum", backend=name, **settings) for name in ("numpy", "torch"))
    assert_same(theirs, ours)


@pytest.mark.torch
def test_that_the_rows_of_a_fit_are_moved_to_the_device_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = problem("data", **FITS["logistic"])
    xp = backend("torch").namespace()
    moved, asarray = [], xp.asarray

    def counted(numbers: Any, **settings: Any) -> Array:
        moved.append(np.shape(numbers))
        return asarray(numbers, **settings)

    monkeypatch.setattr(xp, "asarray", counted)
    gdviz.minimize(fit, "adam", steps=50, backend="torch")
    assert moved.count(np.shape(fit.data.X)) == 1  # type: ignore[attr-defined]


@pytest.mark.torch
def test_that_float32_stays_float32_on_torch() -> None:
    trajectory = gdviz.minimize("rosenbrock", "adam", steps=5, dtype=np.float32, backend="torch")
    assert trajectory.points.dtype == np.float32


@pytest.mark.torch
def test_that_steps_on_torch_are_replayed_and_branched_bit_for_bit() -> None:
    config = RunConfig(optimizer=optimizer("adam", learning_rate=0.05), steps=1500)
    run = placed_run(backend("torch"), problem("rosenbrock"), config)
    run_to_end(run)
    np.testing.assert_array_equal(to_numpy(replay(run, 1300).point), run.trajectory.points[1300])
    changed = config.changed_at(1400, {"learning_rate": 0.1})
    followed, anew = branch(run, changed, 1400), placed_run(backend("torch"), problem("rosenbrock"), changed)
    np.testing.assert_array_equal(run_to_end(followed).points, run_to_end(anew).points)


@pytest.mark.torch
def test_that_a_step_on_torch_is_explained_in_numpy_s_numbers() -> None:
    explained = [gdviz.minimize("rosenbrock", "adam", steps=20, backend=name).explain(7) for name in ("torch", "numpy")]
    for theirs, ours in zip(*(item.quantities for item in explained), strict=True):
        assert theirs.name == ours.name
        assert isinstance(theirs.value, np.ndarray | float | int)
        np.testing.assert_allclose(theirs.value, ours.value, rtol=1e-9)


# Failing --------------------------------------------------------------------------------------------------------------


class Failing(Rosenbrock):
    """Computes with NumPy alone."""

    def gradient(self, x: Array) -> Array:
        if not isinstance(x, np.ndarray):
            raise RuntimeError("out of memory\nand more")
        return super().gradient(x)


@contextmanager
def one_notice() -> Iterator[list[str]]:
    said: list[str] = []
    with pytest.warns(BackendWarning) as warned:
        yield said
    said += [str(item.message) for item in warned]


@pytest.mark.torch
def test_that_numpy_takes_over_where_a_device_fails_on_the_way() -> None:
    with one_notice() as said:
        trajectory = gdviz.minimize(Failing(), "adam", steps=30, backend="torch")
    assert said == ["torch failed (RuntimeError: out of memory); NumPy computes instead."]
    np.testing.assert_array_equal(trajectory.points, gdviz.minimize(Rosenbrock(), "adam", steps=30).points)


def test_that_numpy_takes_over_where_a_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with one_notice() as said:
        trajectory = gdviz.minimize("rosenbrock", "adam", steps=30, backend="torch:cuda")
    assert len(said) == 1
    assert "torch is not installed" in said[0]
    np.testing.assert_array_equal(trajectory.points, gdviz.minimize("rosenbrock", "adam", steps=30).points)


def test_that_a_backend_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown backend 'abacus'"):
        gdviz.minimize("rosenbrock", "adam", backend="abacus")
