"""The gradient of a problem three ways: by its own formulas, by differences of its values, and by PyTorch.

The first is what every run uses. The second knows nothing but values, and is right to about ten digits. The third is
the chain rule applied by a library to the very operations that compute the value, and is right to the last few digits;
where PyTorch is not installed it is left out, and so it is on a kink, where it may give nan.
"""

from __future__ import annotations

import importlib.util
from typing import Any, NamedTuple

import numpy as np

from gdviz.arrays import to_numpy
from gdviz.errors import InputError
from gdviz.problems import PROBLEMS
from gdviz.problems.base import Problem

__all__ = ["Difference", "GradientComparison", "analytic", "automatic", "compare_gradients", "finite_differences"]


class Difference(NamedTuple):
    """How two gradients `(d,)` differ."""

    first: str
    second: str
    largest: float
    """The largest difference of an entry."""
    relative: float
    """‖first − second‖ over the longer of the two; 0 where both are 0."""


class GradientComparison(NamedTuple):
    """The gradients at `point (d,)`, each `(d,)`; `automatic` is None where it can't be had, and `reason` says why."""

    names: tuple[str, ...]
    point: np.ndarray
    analytic: np.ndarray
    finite_differences: np.ndarray
    automatic: np.ndarray | None
    reason: str

    @property
    def ways(self) -> dict[str, np.ndarray]:
        """The gradients that there are, by name."""
        found = {"analytic": self.analytic, "finite_differences": self.finite_differences}
        return found if self.automatic is None else {**found, "automatic": self.automatic}

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Of every two of the ways."""
        ways = list(self.ways.items())
        return tuple(_difference(first, second) for place, first in enumerate(ways) for second in ways[place + 1 :])


def analytic(problem: Problem, x: Any) -> np.ndarray:
    """∇f at points `(..., d)` by the problem's own formulas."""
    gradient: np.ndarray = to_numpy(problem.gradient(_points(problem, x)))
    return gradient


def finite_differences(problem: Problem, x: Any) -> np.ndarray:
    """∇f at points `(..., d)` by central differences of the values.

    The step is h = ε^⅓ · max(1, |xᵢ|), ε being the last digit of a double: there the error of cutting the series off,
    which grows with h², and that of rounding, which grows with 1/h, are about equal.

    Source: Press et al. 2007, Numerical Recipes, section 5.7.
    """
    points = _points(problem, x)
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(points))
    gradient = np.empty_like(points)
    for place in range(problem.dimension):
        upper, lower = points.copy(), points.copy()
        upper[..., place] += steps[..., place]
        lower[..., place] -= steps[..., place]
        # The step that was really taken: what was added is rounded.
        width = upper[..., place] - lower[..., place]
        gradient[..., place] = (to_numpy(problem.value(upper)) - to_numpy(problem.value(lower))) / width
    return gradient


def automatic(problem: Problem, x: Any) -> np.ndarray:
    """∇f at points `(..., d)` by PyTorch, from the operations of the problem's `value`.

    Raises `InputError` where PyTorch is not installed or the value is not computed by operations that it can follow.
    """
    points = _points(problem, x)
    if importlib.util.find_spec("torch") is None:
        raise InputError("automatic gradients need PyTorch, which is not installed; type pip install 'gdviz[torch]'.")
    import torch

    leaf = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    try:
        total = torch.sum(problem.value(leaf))
        (gradient,) = torch.autograd.grad(total, leaf)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError) as error:
        raise InputError(
            f"PyTorch can't follow how {problem.name} computes its value ({type(error).__name__}); "
            "compare the analytic gradient with finite differences."
        ) from error
    found: np.ndarray = gradient.numpy()
    return found


def compare_gradients(problem: Problem | str, x: Any = None) -> GradientComparison:
    """The gradients of a problem, or of the one of that name, at a point `(d,)`, its start unless given.

    Raises `InputError` where the point doesn't fit.
    """
    made = PROBLEMS.make(problem, {}) if isinstance(problem, str) else problem
    point = _points(made, made.start if x is None else x)
    if point.ndim != 1:
        raise InputError(f"gradients are compared at one point of {made.dimension} numbers; give one point.")
    by_torch, reason = None, ""
    with np.errstate(all="ignore"):
        try:
            by_torch = automatic(made, point)
        except InputError as error:
            reason = str(error)
        return GradientComparison(
            made.names, point, analytic(made, point), finite_differences(made, point), by_torch, reason
        )


def _points(problem: Problem, x: Any) -> np.ndarray:
    """`x (..., d)` as doubles; raises `InputError` where it is no finite point of this problem."""
    try:
        points = np.array(to_numpy(x), dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if not points.ndim or points.shape[-1] != problem.dimension or not np.isfinite(points).all():
        raise InputError(
            f"a point of {problem.name} is {problem.dimension} finite numbers ({_listed(problem.names)}); give as many."
        )
    return points


def _difference(first: tuple[str, np.ndarray], second: tuple[str, np.ndarray]) -> Difference:
    (name, one), (other_name, other) = first, second
    apart = float(np.linalg.norm(one - other))
    length = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return Difference(name, other_name, float(np.abs(one - other).max()), apart / length if length else apart)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 6 else ", ".join((*names[:3], "…", names[-1]))
