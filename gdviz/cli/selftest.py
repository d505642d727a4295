"""`gdviz selftest`: whether this installation computes and draws as it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gdviz.cli.screen import check_pictures_possible
from gdviz.cli.words import WordParser
from gdviz.optimizers import optimizer
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.runs.minimize import minimize

__all__ = ["selftest"]

_FITS: dict[str, dict[str, Any]] = {
    "linear regression": {"table": "builtin:line"},
    "logistic regression": {"table": "builtin:iris", "target": "species", "classes": ("versicolor", "virginica")},
}

_FORMULA = "sin(x)*exp(-y^2) + log(1 + x^2)*atan2(x, 3 + y^2) + (1 + x^2)^sin(y) + erf(x*y)"


def selftest(words: Sequence[str], draw_window: Callable[[], str]) -> int:
    """Check gradients, one descent and one window; 0 where all is well, 1 where something is wrong."""
    WordParser("gdviz selftest", "Draw one window off screen, run one descent, check the gradients.").read(words)
    check_pictures_possible()
    healthy = True
    for title, check in (("gradients", _gradients), ("descent", _descent), ("window", draw_window)):
        fault = check()
        healthy = healthy and not fault
        print(f"{title}: {fault or 'as it should be'}", flush=True)
    return 0 if healthy else 1


def _gradients() -> str:
    """Every problem's gradient against central differences of its value."""
    wrong = []
    for name, tested in _problems():
        generator = np.random.default_rng(0)
        low, high = tested.domain.T
        points = np.concatenate([tested.start[None], generator.uniform(low, high, size=(5, tested.dimension))])
        if not tested.smooth:
            points = points[1:]  # a start may lie on the kink, where differences say nothing
        exact, measured = tested.gradient(points), _differences(tested, points)
        scale = np.maximum(1.0, np.abs(measured).max(axis=-1, keepdims=True))
        if not (np.abs(exact - measured) <= 1e-5 * scale).all():
            wrong.append(name)
    return f"{', '.join(wrong)} disagree with differences of their values" if wrong else ""


def _problems() -> Iterator[tuple[str, Problem]]:
    for cls in PROBLEMS:
        if cls.name not in ("data", "formula"):
            yield cls.name, cls()
    yield "formula", problem("formula", expression=_FORMULA)
    for title, options in _FITS.items():
        yield title, problem("data", **options)


def _differences(tested: Problem, points: np.ndarray) -> np.ndarray:
    """The gradient at points `(n, d)` by central differences, whose error is least near h = ε^⅓."""
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(points))
    columns = []
    for place in range(tested.dimension):
        shift = np.zeros_like(points)
        shift[:, place] = steps[:, place]
        columns.append((tested.value(points + shift) - tested.value(points - shift)) / (2 * steps[:, place]))
    return np.stack(columns, axis=-1)


def _descent() -> str:
    """Adam on Rosenbrock's valley, whose minimum is (1, 1)."""
    trajectory = minimize("rosenbrock", optimizer("adam", learning_rate=0.05), start=[-1.2, 1.0], steps=3000)
    distance = float(np.abs(trajectory.points[-1] - 1.0).max())
    return "" if distance < 1e-3 else f"a descent ended {distance:g} from the minimum, {trajectory.sentence}"
