"""How curved a problem is, and what learning rate that allows."""

from __future__ import annotations

import numpy as np

from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_optimum import LARGEST_DIMENSION, largest_eigenvalue

__all__ = ["largest_curvature", "stable_rate"]


def largest_curvature(problem: Problem) -> float | None:
    """The largest eigenvalue of the Hessian at the start and the known minima; None where there is no Hessian to
    ask, or it is not positive there."""
    if isinstance(problem, DataFit):
        return problem.largest_curvature
    if not problem.has_hessian or problem.dimension > LARGEST_DIMENSION:
        return None
    points = np.concatenate([problem.start[None, :], problem.minima])
    with np.errstate(all="ignore"):
        hessians = np.asarray(problem.hessian(points))
    return largest_eigenvalue(hessians)


def stable_rate(problem: Problem) -> float | None:
    """2/L with L the `largest_curvature`: gradient descent on a quadratic of that curvature diverges above it.

    Source: Nesterov, Introductory Lectures on Convex Optimization, 2004, section 2.1.5.
    """
    largest = largest_curvature(problem)
    return None if largest is None else 2.0 / largest
