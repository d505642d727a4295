"""Nonlinear conjugate gradients: each direction keeps what the one before has gained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import search_parameters as along
from gdviz.optimizers.explanation import Quantity
from gdviz.optimizers.line_methods import LineMethod, Work, moved, seen
from gdviz.optimizers.pointwise import dot, number, numbers_like
from gdviz.optimizers.search import Conditions, Line
from gdviz.oracle import Oracle
from gdviz.parameters import parameter

__all__ = ["ConjugateGradient", "ConjugateGradientState"]

_LARGEST_GROWTH = 10.0
"""The first rate tried is at most so many times the latest one."""

_BETA = {
    "fletcher_reeves": r"\beta_t = \frac{\langle g_t, g_t \rangle}{\langle g_{t-1}, g_{t-1} \rangle}",
    "polak_ribiere": r"\beta_t = \max\left(0, "
    r"\frac{\langle g_t, g_t - g_{t-1} \rangle}{\langle g_{t-1}, g_{t-1} \rangle}\right)",
}


class ConjugateGradientState(NamedTuple):
    """The point reached `(..., d)` with f `(...)` and ∇f `(..., d)` there, nan where not asked for yet; of the latest
    step the gradient and direction `(..., d)`, the slope along it and the rate `(...)`; steps taken."""

    point: Array
    value: Array
    gradient: Array
    previous_gradient: Array
    direction: Array
    slope: Array
    rate: Array
    step: int


@dataclass(frozen=True)
class ConjugateGradient(LineMethod):
    """d ← −g + βd; θ ← θ + t d with t from a line search.

    β is ⟨g, g⟩/⟨g₋, g₋⟩ (Fletcher–Reeves) or max(0, ⟨g, g − g₋⟩/⟨g₋, g₋⟩) (Polak–Ribière+), with g₋ the gradient
    before; 0 every so many steps and where d would not go down. With exact line searches on a quadratic of n
    parameters the nth point is the minimum.

    Source: Hestenes & Stiefel 1952; Fletcher & Reeves 1964; Polak & Ribière 1969; Nocedal & Wright 2006, chapter 5.
    """

    name: ClassVar[str] = "conjugate_gradient"
    label: ClassVar[str] = "Conjugate gradient"
    summary: ClassVar[str] = "Searches along directions that do not undo each other: n steps for a quadratic of n."
    source: ClassVar[str] = "Fletcher & Reeves 1964; Polak & Ribière 1969"
    state_symbols: ClassVar[Mapping[str, str]] = {
        "point": "θ",
        "gradient": "g",
        "previous_gradient": "g₋",
        "direction": "d",
    }
    direction_formula: ClassVar[str] = r"d_t = -g_t + \beta_t d_{t-1}"

    beta: str = parameter(
        "polak_ribiere",
        choices=("polak_ribiere", "fletcher_reeves"),
        symbol="β",
        label="Formula",
        help="How much of the latest direction is kept. polak_ribiere starts over by itself when the gradient hardly "
        "changes; fletcher_reeves can get stuck in short steps.",
    )
    restart: int | None = parameter(
        None,
        low=1,
        high=10_000_000,
        optional=True,
        slider=(1, 100),
        label="Restart",
        help="Every so many steps it goes straight down again; left out: as many as there are parameters. "
        "Too big: directions stay that no longer fit. 1 is steepest descent.",
    )
    search: str = along.kind("strong_wolfe")
    first_rate: float = along.first_rate()
    decrease: float = along.decrease()
    curvature: float = along.curvature(0.1)
    shrink: float = along.shrink()

    def init(self, xp: Namespace, x: Array) -> ConjugateGradientState:
        unknown, zeros = xp.full_like(x, math.nan), numbers_like(xp, x, 0.0)
        return ConjugateGradientState(
            unknown, numbers_like(xp, x, math.nan), unknown, unknown, xp.zeros_like(x), zeros, zeros, 0
        )

    def work(
        self, xp: Namespace, oracle: Oracle, x: Array, state: ConjugateGradientState, learning_rate: float
    ) -> Work:
        value, gradient = seen(xp, oracle, x, state)
        square = dot(xp, gradient, gradient)
        beta = self._beta(xp, gradient, square, state)
        direction = -gradient + beta * state.direction
        slope = dot(xp, gradient, direction)
        if not slope < 0 and beta:
            beta, direction, slope = 0.0, -gradient, -square
        line = Line(xp, oracle, x, value, gradient, direction, slope)
        first = self._first(xp, gradient, slope, state)
        found = moved(xp, line, Conditions(self.search, self.decrease, self.curvature, self.shrink), first)
        taken = found.taken
        after = ConjugateGradientState(
            taken.point,
            number(xp, taken.value, x),
            xp.full_like(x, math.nan) if taken.gradient is None else taken.gradient,
            gradient,
            direction,
            number(xp, slope, x),
            number(xp, taken.rate, x),
            state.step + 1,
        )
        told = (Quantity("Share of the latest direction", "β", _BETA[self.beta] if beta else r"\beta_t = 0", beta),)
        return Work(line.value, gradient, direction, slope, first, found, after, told)

    def _beta(self, xp: Namespace, gradient: Array, square: float, state: ConjugateGradientState) -> float:
        if state.step % (self.restart or gradient.shape[0]) == 0 or float(state.rate) == 0.0:
            return 0.0
        before = dot(xp, state.previous_gradient, state.previous_gradient)
        gain = square
        if self.beta == "polak_ribiere":
            gain = max(0.0, square - dot(xp, gradient, state.previous_gradient))
        beta = gain / before if before else 0.0
        return beta if math.isfinite(beta) else 0.0

    def _first(self, xp: Namespace, gradient: Array, slope: float, state: ConjugateGradientState) -> float:
        """The first rate promises the decrease that the latest step was promised; at the start it moves no parameter
        by more than itself."""
        rate, promised = float(state.rate), float(state.slope)
        if rate > 0.0 and promised < 0.0 and slope < 0.0:
            return min(rate * (promised / slope), _LARGEST_GROWTH * rate)
        return self.first_rate * min(1.0, 1.0 / (float(xp.sum(xp.abs(gradient))) or 1.0))
