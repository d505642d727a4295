"""Rprop: a step length for every parameter, that grows while its gradient keeps its sign and shrinks when it turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, new
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["Rprop", "RpropState"]


class RpropState(NamedTuple):
    """The length of each parameter's steps, the gradient before (0 where it has just turned), and the move that it
    asked for, downhill counted positive; `(..., d)` each; steps taken."""

    length: Array
    gradient: Array
    move: Array
    step: int


def _length(default: float, label: str, symbol: str, help: str) -> Any:
    return parameter(default, low=0, log=True, slider=(1e-9, 1000.0), symbol=symbol, label=label, help=help)


@dataclass(frozen=True)
class Rprop(GradientRule):
    """δ ← clip(δ·{η₊ if the sign of g stayed, η₋ if it turned, else 1}); θ ← θ − δ sign g, no step where it turned.

    The learning rate is the length δ of the first steps and counts for nothing afterwards. optax takes every step one
    step late, so its first does not move. The paper takes the step before back where the sign has turned.

    Source: Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning"; torch.optim.Rprop
    (iRprop−); optax.rprop.
    """

    name: ClassVar[str] = "rprop"
    label: ClassVar[str] = "Rprop"
    summary: ClassVar[str] = (
        "Speeds up while a slope keeps its sign, slows down when it turns; how steep does not count."
    )
    source: ClassVar[str] = "Riedmiller & Braun 1993; torch.optim.Rprop"
    state_symbols: ClassVar[Mapping[str, str]] = {"length": "δ", "gradient": "g", "move": "u"}

    learning_rate: float = hyper.learning_rate(1e-2, paper=0.1)
    shrink: float = parameter(
        0.5,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.05, 0.95),
        symbol="η₋",
        label="Shrink",
        help="What a step's length is multiplied by where the slope has turned. "
        "Too big: it hops to and fro across the valley for long.",
    )
    grow: float = parameter(
        1.2,
        low=1,
        low_open=True,
        slider=(1.01, 3.0),
        symbol="η₊",
        label="Grow",
        help="What a step's length is multiplied by where the slope has kept its sign. "
        "Too big: steps outrun the valley before they are held back.",
    )
    shortest: float = _length(
        1e-6, "Shortest step", "δmin", "No step is shorter than this. Too big: it can't come to rest at the minimum."
    )
    longest: float = _length(
        50.0, "Longest step", "δmax", "No step is longer than this. Too big: on a long slope it runs far away."
    )
    convention: str = hyper.convention("torch", "optax", "paper")

    def init(self, xp: Namespace, x: Array) -> RpropState:
        return RpropState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: RpropState, x: Array, learning_rate: float
    ) -> tuple[Array, RpropState]:
        length, turned = self._length_and_turned(xp, gradient, state, learning_rate)
        nothing = xp.zeros_like(gradient)
        move = xp.where(turned, nothing, length * xp.sign(gradient))
        kept = xp.where(turned, nothing, gradient)
        if self.convention == "optax":
            update = -xp.where(turned, nothing, state.move)
        elif self.convention == "paper":
            update = xp.where(turned, state.move, -move)
        else:
            update = -move
        return update, new(RpropState, (length, kept, move, state.step + 1))

    def _length_and_turned(
        self, xp: Namespace, gradient: Array, state: RpropState, learning_rate: float
    ) -> tuple[Array, Array]:
        """The lengths of the steps now `(..., d)`, and where the slope has turned."""
        agreement = gradient * state.gradient
        # Before the first step the lengths are still 0; `step` is a plain number and may be traced.
        before = state.length + learning_rate * (state.step == 0)
        grown = xp.where(agreement > 0.0, before * self.grow, xp.where(agreement < 0.0, before * self.shrink, before))
        length = xp.minimum(xp.maximum(grown, xp.full_like(grown, self.shortest)), xp.full_like(grown, self.longest))
        if self.convention == "optax":
            length = xp.where(agreement == 0.0, before, length)
        return length, agreement < 0.0

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        xp, state = facts.xp, facts.state
        agreement = xp.sign(facts.gradient * state.gradient)
        length, _, move, _ = facts.next_state
        turned = agreement < 0.0
        nothing = xp.zeros_like(move)
        if self.convention == "optax":
            update, formula = -xp.where(turned, nothing, state.move), r"-u_{t-1}\ \mathrm{unless}\ s_t < 0"
        elif self.convention == "paper":
            update, formula = xp.where(turned, state.move, -move), r"-u_t,\ \mathrm{or}\ u_{t-1}\ \mathrm{if}\ s_t < 0"
        else:
            update, formula = -move, "-u_t"
        return (
            Quantity("Agreement with the slope before", "s", r"s_t = \mathrm{sign}(g_t g_{t-1})", agreement),
            Quantity(
                "Step length",
                "δ",
                r"\delta_t = \mathrm{clip}(\eta_\pm \delta_{t-1}, \delta_{\min}, \delta_{\max})",
                length,
            ),
            Quantity("Move", "u", r"u_t = \delta_t\, \mathrm{sign}(g_t)\ \mathrm{unless}\ s_t < 0", move),
            Quantity("Update", "Δ", r"\Delta_t = " + formula, update),
        )
