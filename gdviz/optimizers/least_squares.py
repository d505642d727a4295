"""Gauss–Newton and Levenberg–Marquardt: curvature of a sum of squares from first derivatives alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.pointwise import PointMethod, dot, in_words, number, numbers_like
from gdviz.optimizers.rule import Step
from gdviz.oracle import Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["LevenbergMarquardt", "LevenbergMarquardtState"]

_MOST_TRIES = 30
_FARTHEST = 1e15
"""λ grows and shrinks within this many times its first value, either way."""


class LevenbergMarquardtState(NamedTuple):
    """What λ is multiplied by in the next step, as the steps before went well or not: `(...)`, 1 at first."""

    scale: Array


class _Try(NamedTuple):
    """A damping that was tried: the point it leads to and the sum of squares ‖r‖² there."""

    damping: float
    point: Array
    squares: float


class _Work(NamedTuple):
    """All that a step was made of; `taken` is None where no try was lower."""

    residuals: Array
    jacobian: Array
    singular_values: Array
    squares: float
    tries: tuple[_Try, ...]
    taken: _Try | None
    scale: float


@dataclass(frozen=True)
class LevenbergMarquardt(PointMethod):
    """θ ← θ − (JᵀJ + λI)⁻¹ Jᵀ r for f = ½‖r‖² or a multiple; λ ← λ/ν when f falls, otherwise λ ← νλ and again.

    With `scaled`, λ diag(JᵀJ) stands for λI, so that units of parameters don't matter. With damping 0 it is
    Gauss–Newton: every step is taken, whether f falls or not, and where JᵀJ is singular it is the shortest such step.
    The equations are solved by the singular values of J, whose condition is the root of that of JᵀJ.

    Source: Gauss 1809; Levenberg 1944; Marquardt 1963; Nocedal & Wright 2006, chapter 10.
    """

    name: ClassVar[str] = "levenberg_marquardt"
    label: ClassVar[str] = "Levenberg–Marquardt"
    summary: ClassVar[str] = "For sums of squares: Newton-like steps from first derivatives, damped while they fail."
    source: ClassVar[str] = "Levenberg 1944; Marquardt 1963"
    state_symbols: ClassVar[Mapping[str, str]] = {}

    damping: float = parameter(
        1e-3,
        low=0,
        high=1e12,
        log=True,
        slider=(1e-9, 1e3),
        symbol="λ",
        label="Damping",
        help="The first damping; 0 is Gauss–Newton, which is not damped at all. Too big: short steps straight down the "
        "gradient, until it has fallen.",
    )
    factor: float = parameter(
        10.0,
        low=1,
        high=1e6,
        low_open=True,
        log=True,
        slider=(1.1, 100.0),
        symbol="ν",
        label="Factor",
        help="The damping is divided by it after a step that went down, and multiplied by it after a try that did not. "
        "Too big: it swings between too long and too short.",
    )
    scaled: bool = parameter(
        False,
        label="Scaled",
        help="Damps every parameter by its own curvature, as Marquardt did. Off: all alike, as Levenberg did.",
    )

    def check(self, problem: Problem, batch_size: int | None) -> None:
        if not problem.has_residuals:
            raise InputError(
                f"{self.label} needs a sum of squares, and {in_words(problem)} is none with these options; choose "
                "Newton or BFGS, or a least-squares problem."
            )
        if batch_size is not None:
            raise InputError(f"{self.label} uses the residuals of all rows at every step; leave batch_size out.")

    def init(self, xp: Namespace, x: Array) -> LevenbergMarquardtState:
        return LevenbergMarquardtState(numbers_like(xp, x, 1.0))

    def step_point(
        self, xp: Namespace, oracle: Oracle, x: Array, state: LevenbergMarquardtState, learning_rate: float
    ) -> Step:
        work = self._work(xp, oracle, x, state)
        # Without a lower one it stays, or becomes nan with the residuals, so that the run ends.
        point = x + 0.0 * xp.sum(work.residuals) if work.taken is None else work.taken.point
        return Step(point, LevenbergMarquardtState(number(xp, work.scale, x)))

    def explain_point(self, facts: StepFacts) -> tuple[Quantity, ...]:
        xp = facts.xp
        work = self._work(xp, facts.oracle, facts.x, facts.state)
        factor = facts.oracle.problem.residual_factor
        gradient = factor * xp.sum(work.jacobian * work.residuals[:, None], axis=0)
        product = xp.sum(work.jacobian[:, :, None] * work.jacobian[:, None, :], axis=0)
        matrix = (
            r"J_t^\top J_t + \lambda \operatorname{diag}(J_t^\top J_t)" if self.scaled else r"J_t^\top J_t + \lambda I"
        )
        scaling = r"J_t \operatorname{diag}(J_t^\top J_t)^{-1/2}" if self.scaled else "J_t"
        told = [
            Quantity("Residuals", "r", r"r_t = r(\theta_{t-1})", work.residuals),
            Quantity("Jacobian", "J", r"J_t = \partial r / \partial \theta", work.jacobian),
            Quantity("Gradient", "g", rf"g_t = {factor:g}\, J_t^\top r_t", gradient),
            Quantity("Approximate Hessian", "JᵀJ", r"J_t^\top J_t \approx \nabla^2 f / " + f"{factor:g}", product),
            Quantity("Singular values", "σ", rf"\sigma({scaling})", work.singular_values),
            Quantity("Sum of squares before", "‖r‖²", r"\|r_t\|^2", work.squares),
        ]
        for index, tried in enumerate(work.tries, 1):
            told.append(Quantity(f"Damping tried, {index}", "λ", rf"\lambda_{{{index}}}", tried.damping))
            step = rf"p_{{{index}}} = -\left({matrix}\right)^{{-1}} J_t^\top r_t".replace(
                r"\lambda", rf"\lambda_{{{index}}}"
            )
            told.append(Quantity(f"Step tried, {index}", "p", step, tried.point - facts.x))
            formula = rf"\|r(\theta_{{t-1}} + p_{{{index}}})\|^2"
            told.append(Quantity(f"Sum of squares there, {index}", "‖r‖²", formula, tried.squares))
        told.append(Quantity("Next damping", "λ", r"\lambda_0 \nu^k", self.damping * work.scale))
        return tuple(told)

    def _work(self, xp: Namespace, oracle: Oracle, x: Array, state: LevenbergMarquardtState) -> _Work:
        residuals, jacobian = oracle.residuals(x), oracle.jacobian(x)
        squares, scale = dot(xp, residuals, residuals), float(state.scale)
        if not (math.isfinite(squares) and bool(xp.all(xp.isfinite(jacobian)))):
            return _Work(residuals, jacobian, 0.0 * x, squares, (), None, scale)
        widths = xp.ones_like(x)
        if self.scaled:
            widths = xp.sqrt(xp.sum(jacobian * jacobian, axis=0))
            widths = xp.where(widths > 0, widths, xp.ones_like(widths))
        left, values, right = xp.linalg.svd(jacobian / widths, full_matrices=False)
        components = xp.sum(left * residuals[:, None], axis=0)
        least = max(jacobian.shape) * float(xp.finfo(x.dtype).eps) * float(xp.max(values))
        tries: list[_Try] = []
        taken: _Try | None = None
        while taken is None and len(tries) < _MOST_TRIES:
            damping = self.damping * scale
            # 1/σ of Gauss–Newton, with nothing along directions that J does not see, is the limit of σ/(σ² + λ).
            safe = xp.where(values > least, values, xp.ones_like(values))
            inverse = xp.where(values > least, safe / (safe * safe + damping), xp.zeros_like(values))
            point = x - xp.sum(right * (inverse * components)[:, None], axis=0) / widths
            if bool(xp.all(point == x)):
                break  # at a minimum, or so short a step that it vanishes beside x
            there = oracle.residuals(point)
            tries.append(_Try(damping, point, dot(xp, there, there)))
            if tries[-1].squares < squares or self.damping == 0.0:
                taken = tries[-1]
            scale = max(1.0 / _FARTHEST, scale / self.factor) if taken else min(_FARTHEST, scale * self.factor)
            if self.damping == 0.0:
                scale = 1.0
        return _Work(residuals, jacobian, values, squares, tuple(tries), taken, scale)
