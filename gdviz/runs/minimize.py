"""One call from a problem and an optimizer to a trajectory: the Python interface to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdviz.errors import InputError
from gdviz.optimizers import OPTIMIZERS, Optimizer
from gdviz.problems import PROBLEMS, Problem
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RandomStart, RunConfig, StopRules, checked_start, start_point
from gdviz.runs.noise import GradientNoise, noise_in
from gdviz.runs.placed import run_with, warn_of_backend
from gdviz.runs.trajectory import Trajectory

__all__ = ["minimize"]


def minimize(
    problem: Problem | str,
    optimizer: Optimizer | str,
    start: Any = None,
    steps: int = 500,
    seed: int = 0,
    batch_size: int | None = None,
    stop: StopRules | Mapping[str, Any] | None = None,
    dtype: Any = None,
    backend: str = "numpy",
    clipping: Clipping | Mapping[str, Any] | None = None,
    noise: GradientNoise | Mapping[str, Any] | None = None,
) -> Trajectory:
    """Run to the end and return the trajectory; raises `InputError`.

    `problem` and `optimizer` may be names, then with their default options. `start` is one point `(d,)`, a batch of
    them `(..., d)`, "random" or a `RandomStart`, or None for the problem's own; `stop` gives stopping rules by
    name, for instance `{"gradient_norm": 1e-8}`: without any, all steps are taken unless the run diverges. `dtype`
    is the floating type of the points, float64 by default; values and norms are recorded in float64 whatever it is.
    `backend` computes the run: numpy, torch, torch:cuda, torch:mps, cupy or jax. Where it can't, NumPy does, and a
    `BackendWarning` says why. `clipping` bounds the gradients, for instance `{"norm": 1.0}`, and `noise` disturbs them,
    for instance `{"kind": "gaussian", "sigma": 0.1}`.

    A batch of starts takes its steps together: points are `(steps + 1, ..., d)`, values and norms `(steps + 1, ...)`.
    A rule stops it once all descents that are still finite meet it, and it has diverged once none is. Evaluations are
    those of each descent, which are asked at the same time.
    """
    problem = PROBLEMS.make(problem, {}) if isinstance(problem, str) else problem
    optimizer = OPTIMIZERS.make(optimizer, {}) if isinstance(optimizer, str) else optimizer
    if not isinstance(problem, Problem):
        raise InputError(f"{problem!r} is no problem; give a name or what gdviz.problem(...) returns.")
    if not isinstance(optimizer, Optimizer):
        raise InputError(f"{optimizer!r} is no optimizer; give a name or what gdviz.optimizer(...) returns.")
    if not isinstance(stop, StopRules | Mapping | None):
        raise InputError(f'stop must be rules by name, not {stop!r}; for instance {{"gradient_norm": 1e-8}}.')
    rules = stop if isinstance(stop, StopRules) else StopRules.from_options(stop or {})
    drawn = RandomStart() if isinstance(start, str) and start == "random" else start
    config = RunConfig(
        optimizer,
        start=drawn if isinstance(drawn, RandomStart) else None,
        steps=steps,
        seed=seed,
        batch_size=batch_size,
        stop=rules,
        clipping=clipping if isinstance(clipping, Clipping) else Clipping.from_options(clipping or {}),
        noise=noise if isinstance(noise, GradientNoise | None) else noise_in(noise),
    )
    asked = None if dtype is None else _floating(dtype)
    return run_with(backend, problem, config, warn_of_backend, _start(problem, config, start, asked), asked)


def _floating(dtype: Any) -> np.dtype[Any]:
    floating: np.dtype[Any] = np.dtype(dtype)
    if not np.issubdtype(floating, np.floating):
        raise InputError(f"dtype must be a floating type, not {floating}; choose float64 or float32.")
    return floating


def _start(problem: Problem, config: RunConfig, start: Any, dtype: np.dtype[Any] | None) -> np.ndarray:
    """The start as an array of its own `(..., d)`, whatever becomes of the caller's."""
    floating = np.dtype(np.float64) if dtype is None else dtype
    if start is None or isinstance(start, str | RandomStart):
        if isinstance(start, str) and start != "random":
            raise InputError(f"the start must be numbers or 'random', not {start!r}; type plain numbers.")
        return start_point(problem, config).astype(floating)
    try:
        # Without a type of its own the array would take text for numbers.
        numbers = np.asarray(start)
        if numbers.dtype.kind not in "fiu":
            raise ValueError
        with np.errstate(over="ignore"):
            array = numbers.astype(floating)
    except (TypeError, ValueError):
        raise InputError(
            f"the start must be numbers, {problem.dimension} for one point; type plain numbers in a list."
        ) from None
    checked: np.ndarray = checked_start(problem, array)
    return checked
