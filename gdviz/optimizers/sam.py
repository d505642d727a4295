"""Sharpness-aware minimization: the gradient is taken a little way uphill, where a narrow minimum is steep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.rule import Step
from gdviz.optimizers.wrapper import Wrapper, base_option
from gdviz.oracle import Oracle
from gdviz.parameters import parameter

__all__ = ["SAM", "SAMState"]


class SAMState(NamedTuple):
    """The probe of the latest step, where its gradient was taken, `(..., d)`; the state of the method inside."""

    probe: Array
    inside: Any


class _Uphill:
    """The oracle as the method inside sees it: asked for a gradient, it takes that of the probe."""

    def __init__(self, xp: Namespace, oracle: Oracle, radius: float) -> None:
        self._xp = xp
        self._oracle = oracle
        self._radius = radius
        self.probe: Array = None
        self.first: Array = None
        self.second: Array = None

    def gradient(self, x: Array) -> Array:
        self.first = self._oracle.gradient(x)
        self.probe = x + _uphill(self._xp, self.first, self._radius)
        self.second = self._oracle.gradient(self.probe)
        return self.second

    def __getattr__(self, name: str) -> Any:
        return getattr(self._oracle, name)


def _uphill(xp: Namespace, gradient: Array, radius: float) -> Array:
    """ρ g/‖g‖, 0 where g is 0; `(..., d)`. Divided by the largest entry first, no square overflows or vanishes."""
    largest = xp.max(xp.abs(gradient), axis=-1, keepdims=True)
    flat = largest == 0
    share = gradient / xp.where(flat, xp.ones_like(largest), largest)
    length = xp.sqrt(xp.sum(share * share, axis=-1, keepdims=True))
    return radius * (share / xp.where(flat, xp.ones_like(length), length))


@dataclass(frozen=True)
class SAM(Wrapper):
    """ê = ρ g/‖g‖; the method inside steps from θ with ∇f(θ + ê) for its gradient. Two gradients a step.

    Source: Foret, Kleiner, Mobahi & Neyshabur 2021, arXiv:2010.01412, algorithm 1 with p = 2.
    """

    name: ClassVar[str] = "sam"
    label: ClassVar[str] = "Sharpness-aware (SAM)"
    summary: ClassVar[str] = "Looks a little way uphill and takes the gradient there: leaves narrow minima for wide."
    source: ClassVar[str] = "Foret et al. 2021"
    state_symbols: ClassVar[Mapping[str, str]] = {"probe": "θ + ê"}
    companion_points: ClassVar[tuple[str, ...]] = ("probe",)
    gradients_per_step: ClassVar[int] = 2

    base: str = base_option("gradient_descent")
    rho: float = parameter(
        0.05,
        low=0,
        high=1e12,
        slider=(0.0, 2.0),
        symbol="ρ",
        label="Radius",
        help="How far uphill the gradient is taken; 0 is the method inside alone. Too big: the gradient is that of "
        "another place, and the point circles around minima.",
    )

    def init(self, xp: Namespace, x: Array) -> SAMState:
        return SAMState(x, self.rule.init(xp, x))

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: SAMState, learning_rate: float) -> Step:
        uphill: Any = _Uphill(xp, oracle, self.rho)
        taken = self.rule.step(xp, uphill, x, state.inside, learning_rate)
        return Step(taken.point, SAMState(uphill.probe, taken.state))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        uphill: Any = _Uphill(facts.xp, facts.oracle, self.rho)
        taken = self.rule.step(facts.xp, uphill, facts.x, facts.state.inside, facts.learning_rate)
        return (
            Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", uphill.first),
            Quantity("Way uphill", "ê", r"\hat e_t = \rho\, g_t / \|g_t\|", _uphill(facts.xp, uphill.first, self.rho)),
            Quantity("Probe", "θ + ê", r"\theta_{t-1} + \hat e_t", uphill.probe),
            Quantity("Gradient at the probe", "ĝ", r"\hat g_t = \nabla f(\theta_{t-1} + \hat e_t)", uphill.second),
            *self.explain_inside(facts, facts.x, facts.state.inside, uphill.second, taken),
            *super().explain_update(facts),
        )
