"""Runs on a backend: where the numbers lie that a run computes with, and what happens where that can't be.

Whatever computes, the same trajectory comes out to rounding, recorded on the host. A backend that is missing, or fails
on the way, is said in a sentence, and NumPy takes the whole run over: it is never made of two backends' steps.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gdviz.backends import Backend, BackendWarning, choose, computing, failure
from gdviz.errors import InputError
from gdviz.plugins import reason_of
from gdviz.problems.base import Problem
from gdviz.runs.compiled import NotCompilableError, compilable
from gdviz.runs.config import RunConfig, start_point
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory

__all__ = ["not_compiled", "placed_run", "run_with", "warn_of_backend"]


def warn_of_backend(notice: str) -> None:
    """Say in a script that another backend computes than was asked for; on standard error, once for every line."""
    warnings.warn(notice, BackendWarning, stacklevel=4)


def not_compiled(name: str, config: RunConfig) -> str:
    """Why NumPy computes a run that the backend of this name can't compile."""
    return (
        f"{name}: {config.title} can't be compiled: only gradient rules can be, without noise and clipping, at rates "
        "that don't follow the values; NumPy computes instead."
    )


def placed_run(
    backend: Backend, problem: Problem, config: RunConfig, start: np.ndarray | None = None, dtype: Any = None
) -> Run:
    """A run that computes on this backend, before its first step.

    `start (..., d)` stands in for the config's. `dtype` is the floating type of the points and their record; without
    it they are computed in the backend's precision and recorded in float64.
    """
    numbers = start_point(problem, config) if start is None else start
    if backend.is_numpy:
        return Run(problem, config, start=numbers if dtype is None else numbers.astype(dtype))
    point = backend.array(numbers, dtype)
    with computing(backend.namespace()):
        return Run(problem, config, start=point, recorded=np.dtype(np.float64 if dtype is None else dtype))


def run_with(
    name: str,
    problem: Problem,
    config: RunConfig,
    tell: Callable[[str], None],
    start: np.ndarray | None = None,
    dtype: Any = None,
    progress: Callable[[Run], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    others_wait: bool = False,
) -> Trajectory:
    """The run on the backend of that name, to its end; `tell` is given a sentence where NumPy takes over.

    Where `others_wait`, a run in which a plug-in fails is told too and ends as failed: the others must go on. Raises
    `InputError`, `UnknownNameError` for a backend that there is not.
    """
    backend, notice = choose(name)
    if notice:
        tell(notice)
    if backend.compiles and not compilable(config):
        tell(not_compiled(name, config))
        backend = choose("numpy").backend
    if not backend.is_numpy:
        try:
            return run_to_end(placed_run(backend, problem, config, start, dtype), progress, cancelled)
        except (InputError, MemoryError):
            raise
        except NotCompilableError as error:
            tell(f"{name}: {error}; NumPy computes instead.")
            backend = choose("numpy").backend
        except Exception as error:
            # A device runs out of memory or drops out, a library lacks a function: NumPy has none of these.
            tell(f"{name} failed ({failure(error)}); NumPy computes instead.")
            backend = choose("numpy").backend
    run = placed_run(backend, problem, config, start, dtype)
    try:
        return run_to_end(run, progress, cancelled)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        if not others_wait or not _has_plugin(problem, config) or len(run.trajectory) == 0:
            raise
        tell(f"{config.title} failed at step {run.trajectory.steps}: {reason_of(error)}")
        run.stop(StopReason.FAILED, run.trajectory.steps)
        return run.trajectory


def _has_plugin(problem: Problem, config: RunConfig) -> bool:
    """Whether code that is not gdviz's takes part in the run."""
    return any(not type(part).__module__.startswith("gdviz.") for part in (problem, *config.optimizers))
