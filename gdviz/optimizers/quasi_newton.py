"""Curvature learned from gradients: BFGS, which keeps a matrix, and L-BFGS, which keeps the latest steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers import search_parameters as along
from gdviz.optimizers.explanation import Quantity
from gdviz.optimizers.line_methods import LineMethod, Work, gradient_after, moved, seen
from gdviz.optimizers.pointwise import dot, length, number, numbers_like, require_few_parameters
from gdviz.optimizers.search import Conditions, Line
from gdviz.oracle import Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["BFGS", "LBFGS", "BFGSState", "LBFGSState"]

_MOST_PARAMETERS = 1000
_LEAST_CURVATURE = 1e-10
"""A step s along which the gradient changes by y teaches the curvature where ⟨s, y⟩ is more than this of ‖s‖‖y‖."""


class BFGSState(NamedTuple):
    """The point reached `(..., d)` with f `(...)` and ∇f `(..., d)` there, nan where not asked for yet; the rate of the
    latest step `(...)`; the inverse Hessian as it is known `(..., d, d)`, 0 before the first step; steps taken."""

    point: Array
    value: Array
    gradient: Array
    rate: Array
    inverse_hessian: Array
    step: int


class LBFGSState(NamedTuple):
    """The point reached `(..., d)` with f `(...)` and ∇f `(..., d)` there, nan where not asked for yet; the rate of the
    latest step `(...)`; the latest steps s and changes of the gradient y `(..., h, d)`, the newest last and 0 in front
    where there are fewer; steps taken."""

    point: Array
    value: Array
    gradient: Array
    rate: Array
    steps: Array
    changes: Array
    step: int


@dataclass(frozen=True)
class BFGS(LineMethod):
    """d = −H g; θ ← θ + t d; with s the step, y the change of the gradient, ρ = 1/⟨s, y⟩:
    H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ.

    H begins as the identity and is scaled by ⟨s, y⟩/⟨y, y⟩ before its first update. Steps along which the gradient does
    not grow teach nothing and are left out.

    Source: Broyden 1970, Fletcher 1970, Goldfarb 1970, Shanno 1970; Nocedal & Wright 2006, algorithm 6.1.
    """

    name: ClassVar[str] = "bfgs"
    label: ClassVar[str] = "BFGS"
    summary: ClassVar[str] = "Newton's direction without a Hessian: it learns the curvature from how gradients change."
    source: ClassVar[str] = "Broyden, Fletcher, Goldfarb & Shanno 1970"
    state_symbols: ClassVar[Mapping[str, str]] = {"point": "θ", "gradient": "g"}
    direction_formula: ClassVar[str] = r"d_t = -H_{t-1} g_t"

    learning_rate: float = hyper.learning_rate(1.0)
    search: str = along.kind("strong_wolfe")
    decrease: float = along.decrease()
    curvature: float = along.curvature(0.9)
    shrink: float = along.shrink()

    def check(self, problem: Problem, batch_size: int | None) -> None:
        super().check(problem, batch_size)
        require_few_parameters(self, problem, _MOST_PARAMETERS, "L-BFGS")

    def init(self, xp: Namespace, x: Array) -> BFGSState:
        unknown, zeros = xp.full_like(x, math.nan), numbers_like(xp, x, 0.0)
        nothing = xp.zeros_like(x)
        matrix = nothing[..., :, None] * nothing[..., None, :]
        return BFGSState(unknown, numbers_like(xp, x, math.nan), unknown, zeros, matrix, 0)

    def work(self, xp: Namespace, oracle: Oracle, x: Array, state: BFGSState, learning_rate: float) -> Work:
        value, gradient = seen(xp, oracle, x, state)
        identity = _identity(xp, x)
        known = state.inverse_hessian if state.step else identity
        direction = -xp.sum(known * gradient, axis=-1)
        slope = dot(xp, gradient, direction)
        if not slope < 0:
            # What was learned leads nowhere: start over, straight down.
            known, direction, slope = identity, -gradient, -dot(xp, gradient, gradient)
        line = Line(xp, oracle, x, value, gradient, direction, slope)
        first = _first(xp, gradient, learning_rate, state.step)
        found = moved(xp, line, Conditions(self.search, self.decrease, self.curvature, self.shrink), first)
        taken = found.taken
        gradient_there = gradient_after(oracle, found)
        step, change = taken.point - x, gradient_there - gradient
        after = BFGSState(
            taken.point,
            number(xp, taken.value, x),
            gradient_there,
            number(xp, taken.rate, x),
            # A line on which nothing is lower shows that what was learned is wrong.
            _updated(xp, known, step, change, scaled=state.step == 0) if taken.rate else identity,
            state.step + 1,
        )
        told = (Quantity("Inverse Hessian as known", "H", r"H_{t-1} \approx \left(\nabla^2 f\right)^{-1}", known),)
        return Work(line.value, gradient, direction, slope, first, found, after, told)


@dataclass(frozen=True)
class LBFGS(LineMethod):
    """d = −H g with H made anew at every step from the latest `history` pairs s, y, beginning with ⟨s, y⟩/⟨y, y⟩ of the
    newest; θ ← θ + η d, or a rate found along d.

    The first step is η min(1, 1/‖g‖₁) along −g, as torch takes it. One step is one iteration (torch's max_iter=1).

    Source: Nocedal 1980; Liu & Nocedal 1989; Nocedal & Wright 2006, algorithm 7.4; torch.optim.LBFGS.
    """

    name: ClassVar[str] = "lbfgs"
    label: ClassVar[str] = "L-BFGS"
    summary: ClassVar[str] = "BFGS from the latest steps alone: for many parameters, where no matrix would fit."
    source: ClassVar[str] = "Nocedal 1980; Liu & Nocedal 1989; torch.optim.LBFGS"
    state_symbols: ClassVar[Mapping[str, str]] = {"point": "θ", "gradient": "g"}
    direction_formula: ClassVar[str] = r"d_t = -H_{t-1} g_t"

    learning_rate: float = hyper.learning_rate(1.0)
    history: int = parameter(
        100,
        low=1,
        high=1000,
        log=True,
        slider=(1, 1000),
        symbol="m",
        label="History",
        help="How many of the latest steps it remembers. Too small: it forgets the curvature before it has seen it "
        "from all sides. Too big: it remembers places that were curved otherwise.",
    )
    search: str = along.kind("none", ("none", *along.KINDS))
    decrease: float = along.decrease()
    curvature: float = along.curvature(0.9)
    shrink: float = along.shrink()

    def init(self, xp: Namespace, x: Array) -> LBFGSState:
        unknown, zeros = xp.full_like(x, math.nan), numbers_like(xp, x, 0.0)
        none = xp.stack([x], axis=-2)[..., :0, :]
        return LBFGSState(unknown, numbers_like(xp, x, math.nan), unknown, zeros, none, none, 0)

    def work(self, xp: Namespace, oracle: Oracle, x: Array, state: LBFGSState, learning_rate: float) -> Work:
        value, gradient = seen(xp, oracle, x, state)
        steps, changes = _latest(state.steps, self.history), _latest(state.changes, self.history)
        pairs = [
            (step, change, product)
            for step, change in ((steps[place, :], changes[place, :]) for place in range(steps.shape[0]))
            if (product := dot(xp, step, change)) > 0
        ]
        direction, scale = _two_loops(xp, gradient, pairs)
        slope = dot(xp, gradient, direction)
        if not slope < 0:
            pairs, scale, direction, slope = [], 1.0, -gradient, -dot(xp, gradient, gradient)
        line = Line(xp, oracle, x, value, gradient, direction, slope)
        first = _first(xp, gradient, learning_rate, state.step)
        found = moved(xp, line, Conditions(self.search, self.decrease, self.curvature, self.shrink), first)
        taken = found.taken
        gradient_there = gradient_after(oracle, found)
        step, change = taken.point - x, gradient_there - gradient
        if not pairs:
            steps, changes = xp.zeros_like(steps), xp.zeros_like(changes)
        after = LBFGSState(
            taken.point,
            number(xp, taken.value, x),
            gradient_there,
            number(xp, taken.rate, x),
            *_remembered(xp, steps, changes, step, change, self.history),
            state.step + 1,
        )
        formula = r"\gamma_t = \frac{\langle s_{t-1}, y_{t-1} \rangle}{\langle y_{t-1}, y_{t-1} \rangle}"
        told = (
            Quantity("Pairs remembered", "m", r"(s_i, y_i),\ \langle s_i, y_i \rangle > 0", float(len(pairs))),
            Quantity("Scale of the inverse Hessian", "γ", formula if pairs else r"\gamma_t = 1", scale),
        )
        return Work(line.value, gradient, direction, slope, first, found, after, told)


def _first(xp: Namespace, gradient: Array, learning_rate: float, step: int) -> float:
    """The first rate: at the first step, which knows no curvature, the parameters move by η together at most."""
    if step:
        return learning_rate
    return learning_rate * min(1.0, 1.0 / (float(xp.sum(xp.abs(gradient))) or 1.0))


def _identity(xp: Namespace, x: Array) -> Array:
    return xp.eye(x.shape[0], dtype=x.dtype, device=getattr(x, "device", None))


def _teaches(xp: Namespace, step: Array, change: Array) -> float:
    """⟨s, y⟩ where the step says something of the curvature, otherwise 0."""
    product = dot(xp, step, change)
    enough = product > _LEAST_CURVATURE * length(xp, step) * length(xp, change)
    return product if enough and math.isfinite(product) else 0.0


def _updated(xp: Namespace, known: Array, step: Array, change: Array, scaled: bool) -> Array:
    """The inverse Hessian `(d, d)` that takes the change of the gradient to the step."""
    product = _teaches(xp, step, change)
    if not product:
        return known
    if scaled:
        known = (product / dot(xp, change, change)) * known
    image = xp.sum(known * change, axis=-1)
    crossed = image[:, None] * step[None, :]
    more = (1.0 + dot(xp, change, image) / product) / product
    updated = known - (crossed + crossed.T) / product + more * (step[:, None] * step[None, :])
    return updated if bool(xp.all(xp.isfinite(updated))) else _identity(xp, step)


def _two_loops(xp: Namespace, gradient: Array, pairs: list[Any]) -> tuple[Array, float]:
    """−H g `(d,)` by the two-loop recursion over pairs s, y, ⟨s, y⟩, the newest last; and the scale H begins with.

    Source: Nocedal & Wright 2006, algorithm 7.4.
    """
    direction = -gradient
    shares: list[float] = []
    for step, change, product in reversed(pairs):
        share = dot(xp, step, direction) / product
        direction = direction - share * change
        shares.append(share)
    scale = 1.0
    if pairs:
        _, change, product = pairs[-1]
        scale = product / dot(xp, change, change)
    direction = scale * direction
    for (step, change, product), share in zip(pairs, reversed(shares), strict=True):
        direction = direction + (share - dot(xp, change, direction) / product) * step
    return direction, scale


def _latest(pairs: Array, history: int) -> Array:
    return pairs[max(0, pairs.shape[0] - history) :, :]


def _remembered(
    xp: Namespace, steps: Array, changes: Array, step: Array, change: Array, history: int
) -> tuple[Array, Array]:
    """The history with a step more. One that teaches nothing leaves room at its front instead, so that how long a
    history is depends on the steps taken alone."""
    taught = _teaches(xp, step, change) > 0
    longer = []
    for latest, new in ((steps, step), (changes, change)):
        if taught:
            longer.append(_latest(xp.concat([latest, new[None, :]], axis=0), history))
        else:
            room = xp.zeros_like(new)[None, :]
            longer.append(xp.concat([room, latest], axis=0) if latest.shape[0] < history else latest)
    return longer[0], longer[1]
