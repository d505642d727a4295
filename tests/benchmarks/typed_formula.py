"""A typed formula, from its text to the first value, gradient and Hessian, and to where it is looked at.

Beside it the way that most programs take: sympy's parser, derivatives and lambdify, on the same text. All have been
imported, and have made another formula before.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from harness import Goal, Limit, Measure, Peer, Ratio, Sample, timed

POINT = (-1.2, 1.0)


class Answer(NamedTuple):
    value: float
    gradient: np.ndarray
    hessian: np.ndarray


def rosenbrock(factor: int) -> str:
    """The text, with another factor each time: nothing is ready that was made for the one before."""
    return f"(1 - x)**2 + {factor}*(y - x**2)**2"


def with_gdviz(text: str) -> Answer:
    import gdviz

    problem = gdviz.problem("formula", expression=text)
    assert problem.domain.shape == (2, 2)
    point = np.array(POINT)
    return Answer(float(problem.value(point)), problem.gradient(point), problem.hessian(point))


def with_sympy(text: str) -> Answer:
    import sympy

    x, y = sympy.symbols("x y")
    expression = sympy.sympify(text)
    gradient = [expression.diff(one) for one in (x, y)]
    hessian = [[slope.diff(one) for one in (x, y)] for slope in gradient]
    made = [sympy.lambdify((x, y), part, "numpy") for part in (expression, gradient, hessian)]
    value, slopes, curvatures = (function(*POINT) for function in made)
    return Answer(float(value), np.array(slopes), np.array(curvatures))


PEERS: Mapping[str, Callable[[str], Answer]] = {"gdviz": with_gdviz, "sympy": with_sympy}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that all make the same function before any is timed."""
    expected = Answer(24.2, np.array([-215.6, -88.0]), np.array([[1330.0, 480.0], [480.0, 200.0]]))
    for name in names:
        for found, wanted in zip(PEERS[name](rosenbrock(100)), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-12, err_msg=name)
    factors = itertools.count(101)
    yield {name: _measure(name, factors) for name in names}


def _measure(name: str, factors: Iterator[int]) -> Measure:
    def measure() -> Sample:
        text = rosenbrock(next(factors))
        return timed(lambda: PEERS[name](text))

    return measure


GOAL = Goal(
    name="formula",
    what="Rosenbrock's function typed as a formula, ready to be minimized and looked at",
    peers=(Peer("gdviz"), Peer("sympy", needs=("sympy",))),
    bounds=(Limit(peer="gdviz", most=0.1), Ratio(numerator="sympy", denominator="gdviz", least=1)),
    prepare=prepare,
)
