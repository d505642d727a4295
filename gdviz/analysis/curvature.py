"""How curved a problem is, and what learning rate that allows."""

from __future__ import annotations

import numpy as np

from gdviz.problems import Problem

__all__ = ["largest_curvature", "stable_rate"]

_LARGEST_DIMENSION = 200


def largest_curvature(problem: Problem) -> float | None:
    """The largest eigenvalue of the Hessian at the start and the known minima; None where there is no Hessian to
    ask, or it is not positive there."""
    if not problem.has_hessian or problem.dimension > _LARGEST_DIMENSION:
        return None
    points = np.concatenate([problem.start[None, :], problem.minima])
    with np.errstate(all="ignore"):
        hessians = np.asarray(problem.hessian(points))
    hessians = hessians[np.isfinite(hessians).all(axis=(-2, -1))]
    if len(hessians) == 0:
        return None
    largest = float(np.linalg.eigvalsh(hessians).max())
    return largest if largest > 0 else None


def stable_rate(problem: Problem) -> float | None:
    """2/L with L the `largest_curvature`: gradient descent on a quadratic of that curvature diverges above it.

    Source: Nesterov, Introductory Lectures on Convex Optimization, 2004, section 2.1.5.
    """
    largest = largest_curvature(problem)
    return None if largest is None else 2.0 / largest
