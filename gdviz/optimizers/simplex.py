"""Descent without derivatives: a simplex of d + 1 points that reflects, stretches and shrinks its way down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.pointwise import PointMethod, number, numbers_like, require_few_parameters
from gdviz.optimizers.rule import Step
from gdviz.oracle import Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["NelderMead", "NelderMeadState"]

_MOST_PARAMETERS = 500
_MOVES = ("began", "reflected", "expanded", "contracted outside", "contracted inside", "shrank")


class NelderMeadState(NamedTuple):
    """The simplex `(..., d + 1, d)`, its best corner first, and f at every corner `(..., d + 1)`; which of `_MOVES` the
    latest step was, `(...)`; steps taken. Before the first step the corners lie on each other and f is nan."""

    simplex: Array
    values: Array
    move: Array
    step: int


class _Work(NamedTuple):
    """A step: corners and values before the move, in order, and after; the centre of all corners but the worst; what
    was tried, in words, with its formula, place and value; and the move made."""

    corners: list[Array]
    values: list[float]
    centre: Array
    tries: list[tuple[str, str, Array, float]]
    move: int
    after: list[tuple[Array, float]]


@dataclass(frozen=True)
class NelderMead(PointMethod):
    """The worst corner is reflected through the centre of the others, by `reflection`; if that is the best, stretched
    by `expansion`; if it is still bad, pulled in by `contraction`; if nothing helps, all corners move towards the best.

    The first simplex is the start with each parameter in turn larger by the share `size` (0.005 `size` where it is 0),
    and moves, ties and order are those of scipy.optimize.minimize(method="Nelder-Mead"). The point is the best corner.
    With mini-batches every corner is asked for again at every step.

    Source: Nelder & Mead 1965; Lagarias, Reeds, Wright & Wright 1998 (ties); scipy.optimize.
    """

    name: ClassVar[str] = "nelder_mead"
    label: ClassVar[str] = "Nelder–Mead"
    summary: ClassVar[str] = "No derivatives at all: a triangle feels its way down. As contrast; slow beyond ten."
    source: ClassVar[str] = "Nelder & Mead 1965; scipy.optimize"
    state_symbols: ClassVar[Mapping[str, str]] = {}

    size: float = parameter(
        0.05,
        low=0,
        high=1e6,
        low_open=True,
        log=True,
        slider=(0.001, 10.0),
        symbol="h",
        label="First size",
        help="By what share each parameter is changed for the first simplex. Too big: it begins far from the start. "
        "Too small: it has to grow first.",
    )
    reflection: float = parameter(
        1.0,
        low=0,
        high=100,
        low_open=True,
        slider=(0.1, 2.0),
        symbol="ρ",
        help="How far beyond the centre the worst corner is mirrored. Too big: it jumps over minima.",
    )
    expansion: float = parameter(
        2.0,
        low=1,
        high=100,
        low_open=True,
        slider=(1.1, 5.0),
        symbol="χ",
        help="How many times farther a good reflection is stretched. Too big: stretched points are seldom better.",
    )
    contraction: float = parameter(
        0.5,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.05, 0.95),
        symbol="ψ",
        help="How far from the centre a bad corner is pulled in. Too big: it hardly shrinks.",
    )
    shrink: float = parameter(
        0.5,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.05, 0.95),
        symbol="σ",
        help="To which share the simplex shrinks when nothing else helps. Too big: many shrinks, each asking at every "
        "corner.",
    )

    def check(self, problem: Problem, batch_size: int | None) -> None:
        require_few_parameters(self, problem, _MOST_PARAMETERS, "Gradient descent")

    def init(self, xp: Namespace, x: Array) -> NelderMeadState:
        simplex = xp.stack([x] * (x.shape[-1] + 1), axis=-2)
        zeros = numbers_like(xp, x, 0.0)
        return NelderMeadState(simplex, math.nan * simplex[..., 0], zeros, 0)

    def step_point(self, xp: Namespace, oracle: Oracle, x: Array, state: NelderMeadState, learning_rate: float) -> Step:
        work = self._work(xp, oracle, x, state)
        points, values = zip(*work.after, strict=True)
        after = NelderMeadState(
            xp.stack(list(points), axis=0),
            xp.stack([number(xp, value, x) for value in values], axis=0),
            number(xp, float(work.move), x),
            state.step + 1,
        )
        return Step(points[0], after)

    def explain_point(self, facts: StepFacts) -> tuple[Quantity, ...]:
        xp = facts.xp
        work = self._work(xp, facts.oracle, facts.x, facts.state)
        told = [
            Quantity("Simplex before", "x", r"x_1, \ldots, x_{d+1},\ f(x_1) \le \ldots \le f(x_{d+1})",
                     xp.stack(work.corners, axis=0)),
            Quantity("Values at its corners", "f", r"f(x_1), \ldots, f(x_{d+1})",
                     xp.stack([number(xp, value, facts.x) for value in work.values], axis=0)),
            Quantity("Centre of all but the worst", "c", r"c = \frac{1}{d} \sum_{i=1}^{d} x_i", work.centre),
        ]  # fmt: skip
        for name, formula, point, value in work.tries:
            told.append(Quantity(f"{name} corner", "x", formula, point))
            told.append(Quantity(f"{name} corner: value", "f", "f(x)", value))
        told.append(Quantity("Simplex after", "x", rf"\text{{{_MOVES[work.move]}}}", facts.next_state.simplex))
        return tuple(told)

    def _work(self, xp: Namespace, oracle: Oracle, x: Array, state: NelderMeadState) -> _Work:
        def value_at(point: Array) -> float:
            value = float(oracle.value(point))
            return math.inf if math.isnan(value) else value

        if state.step == 0:
            corners = self._first_simplex(xp, x)
            values = [value_at(corner) for corner in corners]
        else:
            corners = [state.simplex[place, :] for place in range(state.simplex.shape[0])]
            values = [float(state.values[place]) if oracle.steady else value_at(c) for place, c in enumerate(corners)]
        # Python's sort leaves ties as they are.
        ordered = sorted(zip(corners, values, strict=True), key=lambda corner: corner[1])
        corners, values = [corner for corner, _ in ordered], [value for _, value in ordered]
        centre = sum(corners[1:-1], corners[0]) / (len(corners) - 1)
        worst = corners[-1]
        tries: list[tuple[str, str, Array, float]] = []

        def tried(name: str, formula: str, point: Array) -> tuple[Array, float]:
            value = value_at(point)
            tries.append((name, formula, point, value))
            return point, value

        def beyond(share: float) -> Array:
            return (1.0 + share) * centre - share * worst

        rho, chi, psi = self.reflection, self.expansion, self.contraction
        reflected = tried("Reflected", r"c + \rho\,(c - x_{d+1})", beyond(rho))
        move, replaced = 1, reflected
        if reflected[1] < values[0]:
            expanded = tried("Expanded", r"c + \rho\chi\,(c - x_{d+1})", beyond(rho * chi))
            if expanded[1] < reflected[1]:
                move, replaced = 2, expanded
        elif reflected[1] >= values[-2]:
            outside = reflected[1] < values[-1]
            if outside:
                pulled = tried("Contracted outside", r"c + \psi\rho\,(c - x_{d+1})", beyond(psi * rho))
                better = pulled[1] <= reflected[1]
            else:
                pulled = tried("Contracted inside", r"c - \psi\,(c - x_{d+1})", (1.0 - psi) * centre + psi * worst)
                better = pulled[1] < values[-1]
            move, replaced = (3 if outside else 4, pulled) if better else (5, pulled)
        if move == 5:
            best = corners[0]
            moved = [best + self.shrink * (corner - best) for corner in corners[1:]]
            after = [(best, values[0]), *((corner, value_at(corner)) for corner in moved)]
        else:
            after = [*ordered[:-1], replaced]
        after.sort(key=lambda corner: corner[1])
        return _Work(corners, values, centre, tries, move, after)

    def _first_simplex(self, xp: Namespace, x: Array) -> list[Array]:
        """The start, and the start with each parameter in turn changed."""
        corners = [x]
        moved = xp.where(x == 0, xp.full_like(x, 0.005 * self.size), (1.0 + self.size) * x)
        for place in range(x.shape[0]):
            corners.append(xp.concat([x[:place], moved[place : place + 1], x[place + 1 :]]))
        return corners
