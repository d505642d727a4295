"""Rates that follow from what was seen, without a search: Barzilai–Borwein and Polyak's step.

Both are written for batches: every point `(..., d)` has a rate of its own, `(...)`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.pointwise import in_words, numbers_like, require_smooth
from gdviz.optimizers.rule import Optimizer, Step
from gdviz.oracle import Evaluations, Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["BarzilaiBorwein", "BarzilaiBorweinState", "PolyakStep", "PolyakStepState"]


class BarzilaiBorweinState(NamedTuple):
    """The point before and the gradient there `(..., d)`, nan before the first step; the latest rate `(...)`; steps
    taken."""

    point: Array
    gradient: Array
    rate: Array
    step: int


class PolyakStepState(NamedTuple):
    """The latest rate `(...)`."""

    rate: Array


def _largest_rate(default: float) -> Any:
    return parameter(
        default,
        low=0,
        high=1e12,
        low_open=True,
        log=True,
        slider=(1e-3, 1e4),
        symbol="η₊",
        label="Largest rate",
        help="No rate is longer than this. Too big: a flat place can throw the point far away.",
    )


@dataclass(frozen=True)
class BarzilaiBorwein(Optimizer):
    """θ ← θ − t g with t = ⟨s, s⟩/⟨s, y⟩ (long) or ⟨s, y⟩/⟨y, y⟩ (short), s the latest step and y what it changed the
    gradient by: the inverse of the curvature that was met.

    Where the gradient did not grow along the step, ⟨s, y⟩ ≤ 0, it is √(⟨s, s⟩/⟨y, y⟩). The value may rise for a few
    steps; the method is not meant to go down at each.

    Source: Barzilai & Borwein 1988; Dai, Al-Baali & Yang 2015 (the rate at negative curvature).
    """

    name: ClassVar[str] = "barzilai_borwein"
    label: ClassVar[str] = "Barzilai–Borwein"
    summary: ClassVar[str] = "Gradient descent whose rate is the inverse of the curvature that the latest step met."
    source: ClassVar[str] = "Barzilai & Borwein 1988"
    state_symbols: ClassVar[Mapping[str, str]] = {"point": "θ₋", "gradient": "g₋"}
    evaluations_per_step: ClassVar[Evaluations | None] = Evaluations(value=0, gradient=1, hessian=0)

    rate: str = parameter(
        "long",
        choices=("long", "short"),
        label="Rate",
        help="long is ⟨s, s⟩/⟨s, y⟩, the smallest curvature met; short is ⟨s, y⟩/⟨y, y⟩, the largest. "
        "long is quicker and rises more often.",
    )
    first_rate: float = parameter(
        1e-3,
        low=0,
        high=1e9,
        low_open=True,
        log=True,
        slider=(1e-6, 10.0),
        symbol="t₁",
        label="First rate",
        help="The rate of the first step, before any curvature is known. Too big: it begins with a leap.",
    )
    max_rate: float = _largest_rate(1e3)

    def check(self, problem: Problem, batch_size: int | None) -> None:
        require_smooth(self, problem)

    def init(self, xp: Namespace, x: Array) -> BarzilaiBorweinState:
        unknown = xp.full_like(x, math.nan)
        return BarzilaiBorweinState(unknown, unknown, numbers_like(xp, x, 0.0), 0)

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: BarzilaiBorweinState, learning_rate: float) -> Step:
        gradient = oracle.gradient(x)
        rate = self._rate(xp, x, gradient, state)
        after = BarzilaiBorweinState(x, gradient, rate, state.step + 1)
        return Step(x - rate[..., None] * gradient, after)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        state, gradient, rate = facts.state, facts.next_state.gradient, facts.next_state.rate
        told = [] if facts.gradient is not None else [_gradient(gradient)]
        if state.step:
            xp = facts.xp
            step, change = facts.x - state.point, gradient - state.gradient
            long = r"\frac{\langle s_t, s_t \rangle}{\langle s_t, y_t \rangle}"
            short = r"\frac{\langle s_t, y_t \rangle}{\langle y_t, y_t \rangle}"
            root = r"\sqrt{\langle s_t, s_t \rangle / \langle y_t, y_t \rangle}"
            usual = long if self.rate == "long" else short
            told += [
                Quantity("Latest step", "s", r"s_t = \theta_{t-1} - \theta_{t-2}", step),
                Quantity("Change of the gradient", "y", r"y_t = g_t - g_{t-1}", change),
                Quantity("Curvature met", "⟨s, y⟩", r"\langle s_t, y_t \rangle", xp.sum(step * change, axis=-1)),
            ]
            formula = rf"t = {usual}\ \text{{if}}\ \langle s_t, y_t \rangle > 0,\ \text{{else}}\ {root}"
        else:
            formula = "t = t_1"
        told.append(Quantity("Rate", "t", rf"{formula},\ \text{{at most}}\ \eta_+", rate))
        return (*told, *super().explain_update(facts))

    def _rate(self, xp: Namespace, x: Array, gradient: Array, state: BarzilaiBorweinState) -> Array:
        if state.step == 0:
            return numbers_like(xp, x, min(self.first_rate, self.max_rate))
        step, change = x - state.point, gradient - state.gradient
        square, bend = xp.sum(step * step, axis=-1), xp.sum(change * change, axis=-1)
        product = xp.sum(step * change, axis=-1)
        grew, changed = product > 0, bend > 0
        over, under = (square, product) if self.rate == "long" else (product, bend)
        one = xp.ones_like(square)
        usual = over / xp.where(grew, under, one)
        rate = xp.where(grew, usual, xp.sqrt(square / xp.where(changed, bend, one)))
        most = xp.full_like(rate, self.max_rate)
        # A gradient that did not change says that there is no curvature; a point that did not move, nothing.
        rate = xp.where(square > 0, xp.where(changed, rate, most), state.rate)
        return xp.where(rate > most, most, rate)


@dataclass(frozen=True)
class PolyakStep(Optimizer):
    """θ ← θ − t g with t = (f − f*)/‖g‖², at most the largest rate; f* is the lowest value there is.

    On convex functions every step brings the point nearer to every minimum, also where there are kinks.

    Source: Polyak 1969, "Minimization of unsmooth functionals"; optax.polyak_sgd.
    """

    name: ClassVar[str] = "polyak_step"
    label: ClassVar[str] = "Polyak step"
    summary: ClassVar[str] = "Gradient descent for a known lowest value: far above it steps are long, near it short."
    source: ClassVar[str] = "Polyak 1969; optax.polyak_sgd"
    evaluations_per_step: ClassVar[Evaluations | None] = Evaluations(value=1, gradient=1, hessian=0)

    minimum_value: float | None = parameter(
        None,
        optional=True,
        slider=(-10.0, 10.0),
        symbol="f*",
        label="Lowest value",
        help="The value that the function can reach; left out: that of its known minimum. "
        "Too big: the point stops early. Too small: steps stay too long, and it never comes to rest.",
    )
    max_rate: float = _largest_rate(1.0)

    def check(self, problem: Problem, batch_size: int | None) -> None:
        if self.minimum_value is None and problem.minimum_value is None:
            raise InputError(
                f"{self.label} needs the lowest value, and that of {in_words(problem)} is not known with these "
                "options; give minimum_value, for instance 0 for a loss that can vanish."
            )

    def init(self, xp: Namespace, x: Array) -> PolyakStepState:
        return PolyakStepState(numbers_like(xp, x, 0.0))

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: PolyakStepState, learning_rate: float) -> Step:
        gradient = oracle.gradient(x)
        rate = self._rate(xp, self._gap(xp, oracle, x), gradient)
        return Step(x - rate[..., None] * gradient, PolyakStepState(rate))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        xp, oracle = facts.xp, facts.oracle
        gradient = oracle.gradient(facts.x)
        told = [] if facts.gradient is not None else [_gradient(gradient)]
        told += [
            Quantity("Value", "f", r"f_t = f(\theta_{t-1})", oracle.value(facts.x)),
            Quantity("Lowest value", "f*", r"f^*", self._lowest(oracle)),
            Quantity("Gap", "f − f*", r"f_t - f^*", self._gap(xp, oracle, facts.x)),
            Quantity("Squared gradient", "‖g‖²", r"\|g_t\|^2", xp.sum(gradient * gradient, axis=-1)),
            Quantity("Rate", "t", r"t = \min\left(\eta_+, \frac{f_t - f^*}{\|g_t\|^2}\right)", facts.next_state.rate),
        ]
        return (*told, *super().explain_update(facts))

    def _lowest(self, oracle: Oracle) -> float:
        lowest = oracle.problem.minimum_value if self.minimum_value is None else self.minimum_value
        assert lowest is not None, "check refuses problems without"
        return lowest

    def _gap(self, xp: Namespace, oracle: Oracle, x: Array) -> Array:
        """f − f*, at least 0: with mini-batches, or an f* too big, the value can lie below."""
        gap = xp.asarray(oracle.value(x)) - self._lowest(oracle)
        return xp.where(gap < 0, 0.0 * gap, gap)

    def _rate(self, xp: Namespace, gap: Array, gradient: Array) -> Array:
        square = xp.sum(gradient * gradient, axis=-1)
        flat = square == 0
        rate = xp.where(flat, xp.zeros_like(square), gap / xp.where(flat, xp.ones_like(square), square))
        most = xp.full_like(rate, self.max_rate)
        return xp.where(rate > most, most, rate)


def _gradient(gradient: Array) -> Quantity:
    return Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", gradient)
