"""Adan: Nesterov's look-ahead from the differences of gradients, over a smoothed measure of their size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["Adan", "AdanState"]


class AdanState(NamedTuple):
    """Averages m of the gradients, v of their differences, n of the squared look-ahead gradients, and the gradient
    before; `(..., d)` each; steps taken."""

    first_moment: Array
    difference_average: Array
    square_average: Array
    gradient: Array
    step: int


def _smoothing(default: float, symbol: str, of: str) -> Any:
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.999),
        symbol=symbol,
        label="Beta " + str("₁₂₃".index(symbol[-1]) + 1),
        help=f"How slowly the average of {of} forgets: about 1/(1 − {symbol}) steps count. "
        "Too big: it follows the slope late, overshoots and swings.",
    )


@dataclass(frozen=True)
class Adan(WeightDecay, GradientRule):
    """m ← avg(g); v ← avg(d); n ← avg((g + β̄d)²), d = gₜ − gₜ₋₁, β̄ = 1 − β₂; θ ← θ − η[(m̂ + β̄v̂)/(√(n̂ + εᵣ) + ε) + λθ].

    The averages are exponential with β₁, β₂ and β₃, as Optax counts them, and corrected for their start at zero. The
    paper counts 1 − β and takes the decay as a division by 1 + λη, which is the same to first order.

    Source: Xie et al. 2022, arXiv:2208.06677, algorithm 1; optax.adan.
    """

    name: ClassVar[str] = "adan"
    label: ClassVar[str] = "Adan"
    summary: ClassVar[str] = "Adam that looks ahead by the change of the gradient from step to step."
    source: ClassVar[str] = "Xie et al. 2022; optax.adan"
    state_symbols: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "difference_average": "v",
        "square_average": "n",
        "gradient": "g",
    }

    beta1: float = _smoothing(0.98, "β₁", "the gradients")
    beta2: float = _smoothing(0.92, "β₂", "their changes")
    beta3: float = _smoothing(0.99, "β₃", "their squared size")
    epsilon: float = hyper.epsilon(1e-8)
    epsilon_root: float = hyper.epsilon_root(1e-8)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("optax")

    @property
    def decoupled(self) -> bool:
        return True

    def init(self, xp: Namespace, x: Array) -> AdanState:
        return AdanState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdanState, x: Array, learning_rate: float
    ) -> tuple[Array, AdanState]:
        # There is no difference at the first step; a plain number keeps `step` traceable.
        difference = (gradient - state.gradient) * (1.0 * (state.step > 0))
        ahead = gradient + (1.0 - self.beta2) * difference
        state = new(
            AdanState,
            (
                averaged(state.first_moment, gradient, self.beta1),
                averaged(state.difference_average, difference, self.beta2),
                averaged(state.square_average, ahead * ahead, self.beta3),
                gradient,
                state.step + 1,
            ),
        )
        direction, size = self._direction_and_size(xp, state)
        return self.decayed(-learning_rate * (direction / size), x, learning_rate), state

    def _direction_and_size(self, xp: Namespace, state: AdanState) -> tuple[Array, Array]:
        step = state.step
        first = state.first_moment / (1.0 - self.beta1**step)
        difference = state.difference_average / (1.0 - self.beta2**step)
        square = state.square_average / (1.0 - self.beta3**step)
        return first + (1.0 - self.beta2) * difference, xp.sqrt(square + self.epsilon_root) + self.epsilon

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        after = facts.next_state
        difference = (facts.gradient - facts.state.gradient) * (1.0 * (facts.state.step > 0))
        direction, size = self._direction_and_size(facts.xp, after)
        squares = r"n_t = \beta_3 n_{t-1} + (1 - \beta_3) (g_t + (1 - \beta_2) d_t)^2"
        update = -facts.learning_rate * (direction / size)
        return (
            Quantity("Change of the gradient", "d", "d_t = g_t - g_{t-1}", difference),
            Quantity("First moment", "m", r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t", after.first_moment),
            Quantity("Average change", "v", r"v_t = \beta_2 v_{t-1} + (1 - \beta_2) d_t", after.difference_average),
            Quantity("Average squared look-ahead", "n", squares, after.square_average),
            Quantity("Direction", "p", r"p_t = \hat{m}_t + (1 - \beta_2) \hat{v}_t", direction),
            Quantity("Size of the gradients", "s", r"s_t = \sqrt{\hat{n}_t + \varepsilon_r} + \varepsilon", size),
            self.explained_update(facts, update, r"-\eta_t \frac{p_t}{s_t}"),
        )
