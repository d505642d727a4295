"""Newton's method: the Hessian says how far to go along each of its own directions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers import search_parameters as along
from gdviz.optimizers.explanation import Quantity
from gdviz.optimizers.line_methods import LineMethod, Work, moved, seen
from gdviz.optimizers.pointwise import dot, in_words, number, numbers_like, require_few_parameters
from gdviz.optimizers.rule import Step
from gdviz.optimizers.search import Conditions, Line
from gdviz.oracle import Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["Newton", "NewtonState"]

_MOST_PARAMETERS = 2000
_LEAST_CURVATURE = 1e-8
"""Modified eigenvalues are at least this share of the largest, and at least this."""


class NewtonState(NamedTuple):
    """The point reached `(..., d)` with f `(...)` and ∇f `(..., d)` there, nan where not asked for yet; the rate of the
    latest step `(...)`."""

    point: Array
    value: Array
    gradient: Array
    rate: Array


class _Direction(NamedTuple):
    """Newton's direction `(..., d)` and where it came from: the Hessian `(..., d, d)`, its eigenvalues `(..., d)`, and
    the curvatures `(..., d)` used in their place."""

    hessian: Array
    eigenvalues: Array
    curvatures: Array
    direction: Array


@dataclass(frozen=True)
class Newton(LineMethod):
    """d = −V diag(1/c) Vᵀ g with ∇²f = V diag(w) Vᵀ; θ ← θ + η d, or a rate found along d.

    c is |w| + λ, at least a hundred-millionth of the largest, so that d goes down and away from saddles. Unmodified, c
    is w + λ: the pure method, which is drawn to saddles and maxima as much as to minima. The Hessian is that of all
    rows also with mini-batches.

    Source: Newton 1685, Raphson 1690; Levenberg 1944 (damping); Greenstadt 1967, Dauphin et al. 2014 (|w| at saddles);
    Nocedal & Wright 2006, section 3.4.
    """

    name: ClassVar[str] = "newton"
    label: ClassVar[str] = "Newton"
    summary: ClassVar[str] = "Jumps to where the parabola that fits the slope and curvature here has its minimum."
    source: ClassVar[str] = "Newton 1685; Levenberg 1944; Dauphin et al. 2014"
    state_symbols: ClassVar[Mapping[str, str]] = {"point": "θ", "gradient": "g"}
    direction_formula: ClassVar[str] = r"d_t = -\sum_i \frac{\langle v_i, g_t \rangle}{c_i} v_i"

    learning_rate: float = hyper.learning_rate(1.0)
    damping: float = parameter(
        0.0,
        low=0,
        high=1e12,
        slider=(0.0, 100.0),
        symbol="λ",
        label="Damping",
        help="Added to every curvature, which shortens the step most where the function is flat. "
        "Too big: short steps straight down the gradient.",
    )
    modify_eigenvalues: bool = parameter(
        True,
        symbol="|w|",
        label="Away from saddles",
        help="Curvatures below 0 count by their size, so that steps go down. Off: the pure method, which jumps to "
        "saddles and maxima as well.",
    )
    search: str = along.kind("none", ("none", *along.KINDS))
    decrease: float = along.decrease()
    curvature: float = along.curvature(0.9)
    shrink: float = along.shrink()

    def check(self, problem: Problem, batch_size: int | None) -> None:
        super().check(problem, batch_size)
        if not problem.has_hessian:
            raise InputError(
                f"{self.label} needs second derivatives, and {in_words(problem)} has none with these options; choose "
                "BFGS, which learns them from gradients."
            )
        require_few_parameters(self, problem, _MOST_PARAMETERS, "L-BFGS")

    def init(self, xp: Namespace, x: Array) -> NewtonState:
        unknown, zeros = xp.full_like(x, math.nan), numbers_like(xp, x, 0.0)
        return NewtonState(unknown, numbers_like(xp, x, math.nan), unknown, zeros)

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: NewtonState, learning_rate: float) -> Step:
        if self.search != "none":
            return super().step(xp, oracle, x, state, learning_rate)
        # Nothing is decided at every point by itself, so a batch is one piece of work.
        gradient = oracle.gradient(x)
        point = x + learning_rate * self._direction(xp, oracle, x, gradient).direction
        unknown = numbers_like(xp, x, math.nan), xp.full_like(x, math.nan)
        return Step(point, NewtonState(point, *unknown, numbers_like(xp, x, learning_rate)))

    def work(self, xp: Namespace, oracle: Oracle, x: Array, state: NewtonState, learning_rate: float) -> Work:
        value, gradient = seen(xp, oracle, x, state) if self.search != "none" else (math.nan, oracle.gradient(x))
        found_direction = self._direction(xp, oracle, x, gradient)
        direction = found_direction.direction
        slope = dot(xp, gradient, direction)
        if self.search != "none" and slope >= 0:
            direction, slope = -gradient, -dot(xp, gradient, gradient)
        line = Line(xp, oracle, x, value, gradient, direction, slope)
        found = moved(xp, line, Conditions(self.search, self.decrease, self.curvature, self.shrink), learning_rate)
        taken = found.taken
        after = NewtonState(
            taken.point,
            number(xp, taken.value, x),
            xp.full_like(x, math.nan) if taken.gradient is None else taken.gradient,
            number(xp, taken.rate, x),
        )
        told = self._told(found_direction)
        return Work(line.value, gradient, direction, slope, learning_rate, found, after, told)

    def _direction(self, xp: Namespace, oracle: Oracle, x: Array, gradient: Array) -> _Direction:
        hessian = oracle.hessian(x)
        # Decomposing raises for nan and inf; a point that has them is lost, the others of the batch are not.
        lost = xp.any(xp.any(~xp.isfinite(hessian), axis=-1), axis=-1)[..., None]
        eigenvalues, vectors = xp.linalg.eigh(xp.where(lost[..., None], xp.zeros_like(hessian), hessian))
        curvatures = eigenvalues + self.damping
        if self.modify_eigenvalues:
            sizes = xp.abs(eigenvalues)
            largest = xp.max(sizes, axis=-1, keepdims=True)
            floor = xp.where(largest > 1.0, _LEAST_CURVATURE * largest, _LEAST_CURVATURE + 0.0 * largest)
            curvatures = xp.where(sizes > floor, sizes, floor) + self.damping
        components = xp.sum(vectors * gradient[..., :, None], axis=-2)
        # A direction without curvature and without slope is at rest: 0/0 is 0 here.
        still = components == 0
        scaled = xp.where(still, components, components / xp.where(still, xp.ones_like(curvatures), curvatures))
        direction = -xp.sum(vectors * scaled[..., None, :], axis=-1)
        nan = xp.full_like(direction, math.nan)
        return _Direction(hessian, eigenvalues, curvatures, xp.where(lost, nan, direction))

    def _told(self, found: _Direction) -> tuple[Quantity, ...]:
        used = r"c_i = \max(|w_i|, \delta) + \lambda" if self.modify_eigenvalues else r"c_i = w_i + \lambda"
        return (
            Quantity("Hessian", "∇²f", r"\nabla^2 f(\theta_{t-1}) = V \operatorname{diag}(w) V^\top", found.hessian),
            Quantity("Eigenvalues", "w", r"\nabla^2 f(\theta_{t-1})\, v_i = w_i v_i", found.eigenvalues),
            Quantity("Damping", "λ", r"\lambda", self.damping),
            Quantity("Curvatures used", "c", used, found.curvatures),
        )
