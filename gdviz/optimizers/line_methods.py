"""Methods that choose a direction and then search along it: what they share, and plain descent with a line search."""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import search_parameters as along
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.pointwise import PointMethod, dot, number, numbers_like, require_smooth
from gdviz.optimizers.rule import Step
from gdviz.optimizers.search import Conditions, Found, Line, Trial, search, trial_quantities
from gdviz.oracle import Oracle
from gdviz.problems.base import Problem

__all__ = ["LineMethod", "LineSearch", "LineSearchState", "Work", "gradient_after", "moved", "seen"]


class Work(NamedTuple):
    """All that a step along a line was made of. `first` is the rate that was tried first; `told` is what the method
    adds to its explanation between gradient and direction."""

    value: float
    gradient: Array
    direction: Array
    slope: float
    first: float
    found: Found
    state: Any
    told: tuple[Quantity, ...] = ()


class LineSearchState(NamedTuple):
    """The point reached `(..., d)` with f `(...)` and ∇f `(..., d)` there, nan where they were not asked for yet; the
    rate of the latest step `(...)`."""

    point: Array
    value: Array
    gradient: Array
    rate: Array


@dataclass(frozen=True)
class LineMethod(PointMethod, abc.ABC):
    """A method whose step is a direction and a rate found along it. Subclasses write `work`.

    Their states have the fields of `LineSearchState`: what was seen at the point reached is not asked again.
    """

    direction_formula: ClassVar[str] = r"d_t = -g_t"

    @abc.abstractmethod
    def work(self, xp: Namespace, oracle: Oracle, x: Array, state: Any, learning_rate: float) -> Work:
        """The whole step from `x (d,)`, for taking it and for explaining it alike."""

    def check(self, problem: Problem, batch_size: int | None) -> None:
        require_smooth(self, problem)

    def step_point(self, xp: Namespace, oracle: Oracle, x: Array, state: Any, learning_rate: float) -> Step:
        work = self.work(xp, oracle, x, state, learning_rate)
        return Step(work.found.taken.point, work.state)

    def explain_point(self, facts: StepFacts) -> tuple[Quantity, ...]:
        work = self.work(facts.xp, facts.oracle, facts.x, facts.state, facts.learning_rate)
        told = [Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", work.gradient)]
        told += work.told
        told.append(Quantity("Direction", "d", self.direction_formula, work.direction))
        told += trial_quantities(work.found, work.value, work.slope, work.first)
        return tuple(told)


def seen(xp: Namespace, oracle: Oracle, x: Array, state: Any) -> tuple[float, Array]:
    """f at `x (d,)`, nan where it was not asked for yet, and ∇f: from the state as far as it knows them."""
    if not (oracle.steady and bool(xp.all(state.point == x))):
        return math.nan, oracle.gradient(x)
    known = bool(xp.all(xp.isfinite(state.gradient)))
    return float(state.value), state.gradient if known else oracle.gradient(x)


def gradient_after(oracle: Oracle, found: Found) -> Array:
    """∇f at the point that a search ended at."""
    gradient = found.taken.gradient
    return oracle.gradient(found.taken.point) if gradient is None else gradient


def moved(xp: Namespace, line: Line, conditions: Conditions, first: float) -> Found:
    """The search along the line, or the step of rate `first` where the kind is "none".

    Where the line does not go down the search stays; the point becomes nan with the gradient, so that the run ends
    instead of standing still.
    """
    if conditions.kind == "none":
        trial = Trial(first, line.x + first * line.direction, math.nan, math.nan, None)
        return Found(trial, (trial,))
    if not line.slope < 0:
        stay = line.x + 0.0 * line.gradient
        return Found(Trial(0.0, stay, line.value, line.slope, line.gradient), ())
    return search(line, conditions, first)


@dataclass(frozen=True)
class LineSearch(LineMethod):
    """θ ← θ − t g with t found along the line: Armijo's backtracking, the strong Wolfe conditions, or the lowest point.

    Source: Cauchy 1847 (exact); Armijo 1966 (backtracking); Wolfe 1969, Nocedal & Wright 2006, chapter 3.
    """

    name: ClassVar[str] = "line_search"
    label: ClassVar[str] = "Line search"
    summary: ClassVar[str] = "Gradient descent that finds a good rate at every step, by trying along the line."
    source: ClassVar[str] = "Cauchy 1847; Armijo 1966; Wolfe 1969"
    state_symbols: ClassVar[Mapping[str, str]] = {"point": "θ", "gradient": "g"}

    search: str = along.kind("backtracking")
    first_rate: float = along.first_rate()
    decrease: float = along.decrease()
    curvature: float = along.curvature(0.9)
    shrink: float = along.shrink()

    def init(self, xp: Namespace, x: Array) -> LineSearchState:
        unknown = xp.full_like(x, math.nan)
        return LineSearchState(unknown, numbers_like(xp, x, math.nan), unknown, numbers_like(xp, x, 0.0))

    def work(self, xp: Namespace, oracle: Oracle, x: Array, state: LineSearchState, learning_rate: float) -> Work:
        value, gradient = seen(xp, oracle, x, state)
        direction, slope = -gradient, -dot(xp, gradient, gradient)
        line = Line(xp, oracle, x, value, gradient, direction, slope)
        conditions = Conditions(self.search, self.decrease, self.curvature, self.shrink)
        found = moved(xp, line, conditions, self.first_rate)
        taken = found.taken
        after = LineSearchState(
            taken.point,
            number(xp, taken.value, x),
            xp.full_like(x, math.nan) if taken.gradient is None else taken.gradient,
            number(xp, taken.rate, x),
        )
        return Work(line.value, gradient, direction, slope, self.first_rate, found, after)
