"""Adam with another measure of the gradient's size: its surprise, a slower one, the one before, or a bounded one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.adam import AdamState
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.moments import corrected_first, corrected_second, first_moment_line, second_moment_line
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay, update_line
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["AdaBelief", "AdaBound", "Adopt", "Yogi"]


@dataclass(frozen=True)
class AdaBelief(GradientRule):
    """s ← β₂s + (1 − β₂)(g − m)² + εᵣ; θ ← θ − η m̂/(√ŝ + ε), with m and its correction as Adam's.

    m is the average that g is already part of, and εᵣ is added at every step. optax has ε = εᵣ = 1e-16, the paper
    ε = 1e-8 alone.

    Source: Zhuang et al. 2020, arXiv:2010.07468, algorithm 2; optax.adabelief.
    """

    name: ClassVar[str] = "adabelief"
    label: ClassVar[str] = "AdaBelief"
    summary: ClassVar[str] = (
        "Adam that divides by how far gradients stray from their average: where they agree, it runs."
    )
    source: ClassVar[str] = "Zhuang et al. 2020; optax.adabelief"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "s"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = parameter(
        1e-16,
        low=0,
        log=True,
        slider=(1e-16, 1.0),
        symbol="ε",
        label="Epsilon",
        help="Keeps the division by the surprise from blowing up where gradients hardly change. "
        "Too big: it takes over, and steps shrink and no longer adapt.",
        follows="convention",
        follow_defaults={"paper": 1e-8},
    )
    epsilon_root: float = hyper.epsilon_root(1e-16, paper=0.0)
    convention: str = hyper.convention("optax", "paper")

    def init(self, xp: Namespace, x: Array) -> AdamState:
        return AdamState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        step = state.step + 1
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        surprise = gradient - first_moment
        second_moment = averaged(state.second_moment, surprise * surprise, self.beta2) + self.epsilon_root
        correction = (1.0 - self.beta2**step) ** 0.5
        rate = learning_rate * correction / (1.0 - self.beta1**step)
        update = -rate * (first_moment / (xp.sqrt(second_moment) + self.epsilon * correction))
        return update, new(AdamState, (first_moment, second_moment, step))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        first_moment, second_moment, step = facts.next_state
        first = corrected_first(first_moment, self.beta1, step)
        second = second_moment / (1.0 - self.beta2**step)
        update = -facts.learning_rate * (first.value / (facts.xp.sqrt(second) + self.epsilon))
        spread = r"s_t = \beta_2 s_{t-1} + (1 - \beta_2) (g_t - m_t)^2"
        return (
            first_moment_line(first_moment),
            Quantity("Surprise", "g − m", "g_t - m_t", facts.gradient - first_moment),
            Quantity(
                "Average squared surprise",
                "s",
                spread + (r" + \varepsilon_r" if self.epsilon_root else ""),
                second_moment,
            ),
            first,
            Quantity("Corrected squared surprise", "ŝ", r"\hat{s}_t = \frac{s_t}{1 - \beta_2^t}", second),
            update_line(update, r"-\eta_t \frac{\hat{m}_t}{\sqrt{\hat{s}_t} + \varepsilon}"),
        )


@dataclass(frozen=True)
class Yogi(GradientRule):
    """v ← v − (1 − β₂) sign(v − g²) g²; θ ← θ − η m̂/(√v̂ + ε), with m and the corrections as Adam's.

    v follows g² by steps of a size that does not depend on v, so it falls slowly after a large gradient. optax lets
    both moments begin at G₀, which makes the first steps drift a little; the paper lets v alone begin there, and
    corrects nothing.

    Source: Zaheer, Reddi, Sachan, Kale & Kumar 2018, "Adaptive methods for nonconvex optimization"; optax.yogi.
    """

    name: ClassVar[str] = "yogi"
    label: ClassVar[str] = "Yogi"
    summary: ClassVar[str] = "Adam whose measure of the gradient's size falls slowly, so that its steps grow with care."
    source: ClassVar[str] = "Zaheer et al. 2018; optax.yogi"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    learning_rate: float = hyper.learning_rate(1e-2)
    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-3)
    initial_accumulator: float = hyper.initial_accumulator(1e-6)
    convention: str = hyper.convention("optax", "paper")

    def init(self, xp: Namespace, x: Array) -> AdamState:
        begun = xp.full_like(x, self.initial_accumulator)
        return AdamState(begun if self.convention == "optax" else xp.zeros_like(x), begun, 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        step = state.step + 1
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        square = gradient * gradient
        second_moment = state.second_moment - (1.0 - self.beta2) * (xp.sign(state.second_moment - square) * square)
        first, second = first_moment, second_moment
        if self.convention == "optax":
            first, second = first / (1.0 - self.beta1**step), second / (1.0 - self.beta2**step)
        update = -learning_rate * (first / (xp.sqrt(second) + self.epsilon))
        return update, new(AdamState, (first_moment, second_moment, step))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        first_moment, second_moment, step = facts.next_state
        followed = r"v_t = v_{t-1} - (1 - \beta_2)\, \mathrm{sign}(v_{t-1} - g_t^2)\, g_t^2"
        lines = (first_moment_line(first_moment), Quantity("Second moment", "v", followed, second_moment))
        root = facts.xp.sqrt
        if self.convention == "paper":
            update = -facts.learning_rate * (first_moment / (root(second_moment) + self.epsilon))
            return *lines, update_line(update, r"-\eta_t \frac{m_t}{\sqrt{v_t} + \varepsilon}")
        first, second = (
            corrected_first(first_moment, self.beta1, step),
            corrected_second(second_moment, self.beta2, step),
        )
        update = -facts.learning_rate * (first.value / (root(second.value) + self.epsilon))
        ending = update_line(update, r"-\eta_t \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}")
        return *lines, first, second, ending


@dataclass(frozen=True)
class Adopt(GradientRule):
    """n = clip(g/max(√v, ε), ±(t − 1)^¼); m ← β₁m + (1 − β₁)n; θ ← θ − ηm; v ← β₂v + (1 − β₂)g².

    The gradient is divided by the measure that it is not yet part of. The first step only takes that measure, v = g²,
    and does not move.

    Source: Taniguchi et al. 2024, arXiv:2411.02853, algorithm 2; optax.contrib.adopt.
    """

    name: ClassVar[str] = "adopt"
    label: ClassVar[str] = "ADOPT"
    summary: ClassVar[str] = "Adam that divides each gradient by the size of those before; its first step only looks."
    source: ClassVar[str] = "Taniguchi et al. 2024; optax.contrib.adopt"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.9999)
    epsilon: float = hyper.epsilon(1e-6)
    convention: str = hyper.convention("optax")

    def init(self, xp: Namespace, x: Array) -> AdamState:
        return AdamState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        step = state.step
        normalized = self._normalized(xp, gradient, state)
        # At step 0 the moment stays and the measure is g² itself; written in plain numbers, so that it can be traced.
        kept = 1.0 - (1.0 - self.beta1) * (step > 0)
        first_moment = kept * state.first_moment + (1.0 - kept) * normalized
        kept = self.beta2 * (step > 0)
        second_moment = kept * state.second_moment + (1.0 - kept) * (gradient * gradient)
        return -learning_rate * first_moment, new(AdamState, (first_moment, second_moment, step + 1))

    def _normalized(self, xp: Namespace, gradient: Array, state: AdamState) -> Array:
        size = xp.maximum(xp.sqrt(state.second_moment), xp.full_like(gradient, self.epsilon))
        limit = xp.full_like(gradient, state.step**0.25)
        return xp.minimum(xp.maximum(gradient / size, -limit), limit)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        first_moment, second_moment, step = facts.next_state
        divided = r"n_t = \mathrm{clip}(\frac{g_t}{\max(\sqrt{v_{t-1}}, \varepsilon)}, \pm (t-1)^{1/4})"
        averaging = r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) n_t" if step > 1 else "m_1 = 0"
        following = r"v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2" if step > 1 else "v_1 = g_1^2"
        return (
            Quantity("Normalized gradient", "n", divided, self._normalized(facts.xp, facts.gradient, facts.state)),
            Quantity("First moment", "m", averaging, first_moment),
            Quantity("Second moment", "v", following, second_moment),
            update_line(-facts.learning_rate * first_moment, r"-\eta_t m_t"),
        )


@dataclass(frozen=True)
class AdaBound(WeightDecay, GradientRule):
    """θ ← θ − clip(η√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√v + ε), η*(1 − 1/(γt + 1)), η*(1 + 1/(γt))) · m, m and v as Adam's.

    The bounds close in on the final rate η*, so that Adam turns into momentum.

    Source: Luo, Xiong, Liu & Sun 2019, arXiv:1902.09843, algorithm 2, and its authors' code for the corrections.
    """

    name: ClassVar[str] = "adabound"
    label: ClassVar[str] = "AdaBound"
    summary: ClassVar[str] = "Adam whose rates are held between bounds that close in: it ends as plain momentum."
    source: ClassVar[str] = "Luo, Xiong, Liu & Sun 2019"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    final_rate: float = parameter(
        0.1,
        low=0,
        log=True,
        slider=(1e-5, 10.0),
        symbol="η*",
        label="Final rate",
        help="The rate of the momentum that it turns into. Too big: it diverges once the bounds have closed.",
    )
    closing: float = parameter(
        1e-3,
        low=0,
        low_open=True,
        log=True,
        slider=(1e-6, 1.0),
        symbol="γ",
        label="Closing",
        help="How fast the bounds close in on the final rate, after about 1/γ steps. "
        "Too big: it is momentum from the start.",
    )
    epsilon: float = hyper.epsilon(1e-8)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("paper")

    def init(self, xp: Namespace, x: Array) -> AdamState:
        return AdamState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        step = state.step + 1
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        second_moment = averaged(state.second_moment, gradient * gradient, self.beta2)
        rates = self._rates(xp, second_moment, step, learning_rate)
        return -(rates * first_moment), new(AdamState, (first_moment, second_moment, step))

    def _bounds(self, step: int) -> tuple[float, float]:
        passed = self.closing * step
        return self.final_rate * (passed / (passed + 1.0)), self.final_rate * ((passed + 1.0) / passed)

    def _corrected_rate(self, step: int, learning_rate: float) -> float:
        correction: float = (1.0 - self.beta2**step) ** 0.5
        return learning_rate * correction / (1.0 - self.beta1**step)

    def _rates(self, xp: Namespace, second_moment: Array, step: int, learning_rate: float) -> Array:
        low, high = self._bounds(step)
        free = self._corrected_rate(step, learning_rate) / (xp.sqrt(second_moment) + self.epsilon)
        return xp.minimum(xp.maximum(free, xp.full_like(free, low)), xp.full_like(free, high))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        first_moment, second_moment, step = facts.next_state
        low, high = self._bounds(step)
        free = self._corrected_rate(step, facts.learning_rate)
        rates = self._rates(facts.xp, second_moment, step, facts.learning_rate)
        clipped = r"r_t = \mathrm{clip}(\frac{\alpha_t}{\sqrt{v_t} + \varepsilon}, l_t, h_t)"
        return (
            *shown,
            first_moment_line(first_moment),
            second_moment_line(second_moment),
            Quantity("Corrected rate", "α", r"\alpha_t = \eta_t \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}", free),
            Quantity("Lowest rate", "l", r"l_t = \eta^* (1 - \frac{1}{\gamma t + 1})", low),
            Quantity("Highest rate", "h", r"h_t = \eta^* (1 + \frac{1}{\gamma t})", high),
            Quantity("Rates", "r", clipped, rates),
            self.explained_update(facts, -(rates * first_moment), "-r_t m_t"),
        )
