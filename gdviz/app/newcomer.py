"""What a newcomer sees on a problem just chosen: runs with rates that suit it."""

from __future__ import annotations

import math

import numpy as np

from gdviz.analysis.curvature import stable_rate
from gdviz.optimizers import optimizer
from gdviz.problems import Problem
from gdviz.runs.config import RunConfig

__all__ = ["default_runs"]

_STEPS = 500


def default_runs(problem: Problem) -> tuple[RunConfig, ...]:
    """Gradient descent, momentum and Adam: three ways that differ to the eye, at rates at which they get somewhere.

    Gradient descent gets a third of the largest stable rate, momentum, whose steps add up, a fifth of that, and Adam,
    whose steps are about as long as its rate, a hundredth of the landscape's width.
    """
    limit = stable_rate(problem)
    widths = problem.domain[:, 1] - problem.domain[:, 0]
    adam_rate = _rounded(float(np.min(widths)) / 100)
    rate = _rounded(limit / 3) if limit is not None else adam_rate
    return (
        RunConfig(optimizer("gradient_descent", learning_rate=rate), steps=_STEPS),
        RunConfig(optimizer("momentum", learning_rate=_rounded(rate / 5), momentum=0.9), steps=_STEPS),
        RunConfig(optimizer("adam", learning_rate=adam_rate), steps=_STEPS),
    )


def _rounded(rate: float) -> float:
    """A rate with one significant digit, rounded down, as a person would choose it."""
    power = 10.0 ** math.floor(math.log10(rate))
    return float(f"{math.floor(rate / power + 1e-9) * power:.1g}")
