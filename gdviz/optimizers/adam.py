"""Adam, with decay beside it, with a memory for the largest gradients, and with the maximum in place of the average.

All take a smoothed gradient over a smoothed measure of its size, corrected for their start at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.moments import corrected_first, corrected_second, first_moment_line, second_moment_line
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.quantities import Quantity

__all__ = ["AMSGrad", "AMSGradState", "Adam", "AdamState", "AdamW", "Adamax", "AdamaxState"]

_EPSILON_IN_MAXIMUM = frozenset({"torch", "optax"})
"""The conventions of Adamax that compare |g| + ε; the others add ε to the maximum."""


class AdamState(NamedTuple):
    """First moment m and second moment v `(..., d)`, not corrected for their start at zero; steps taken."""

    first_moment: Array
    second_moment: Array
    step: int


class AMSGradState(NamedTuple):
    """Adam's moments m and v, and the largest second moment so far, as it is compared; `(..., d)`; steps taken."""

    first_moment: Array
    second_moment: Array
    largest: Array
    step: int


class AdamaxState(NamedTuple):
    """First moment m, not corrected for its start at zero, and decaying maximum norm u `(..., d)`; steps taken."""

    first_moment: Array
    infinity_norm: Array
    step: int


@dataclass(frozen=True)
class Adam(WeightDecay, GradientRule):
    """m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; m̂ = m/(1 − β₁ᵗ); v̂ = v/(1 − β₂ᵗ); θ ← θ − η m̂/(√v̂ + ε).

    Weight decay is coupled: g stands for g + λθ. optax may add a second ε inside the root. keras has ε beside the root
    of v before its correction, "epsilon hat" at the end of the paper's section 2, and decays weights apart from g.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; torch.optim.Adam; optax.adam; keras.optimizers.Adam.
    """

    name: ClassVar[str] = "adam"
    label: ClassVar[str] = "Adam"
    summary: ClassVar[str] = (
        "Momentum with a rate for every parameter: each moves about the learning rate, steep or flat."
    )
    source: ClassVar[str] = "Kingma & Ba 2015; torch.optim.Adam"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7)
    epsilon_root: float = hyper.epsilon_root(0.0)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras")

    def init(self, xp: Namespace, x: Array) -> AdamState:
        return AdamState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamState]:
        beta1, beta2, weight_decay = self.beta1, self.beta2, self.weight_decay
        if weight_decay:
            gradient = self.penalized(gradient, x)
        first_moment, second_moment, step = state
        if beta1 > 0.5 and beta2 > 0.5:
            # `averaged`, written out: Adam is what most people run, and two calls are a tenth of its step.
            first_moment = first_moment + (1.0 - beta1) * (gradient - first_moment)
            second_moment = second_moment + (1.0 - beta2) * (gradient * gradient - second_moment)
        else:
            first_moment = averaged(first_moment, gradient, beta1)
            second_moment = averaged(second_moment, gradient * gradient, beta2)
        step = step + 1
        # Both corrections are plain numbers. Multiplying numerator and denominator by √(1 − β₂ᵗ) takes them out of the
        # arrays, which saves two array operations a step; ** 0.5 rather than math.sqrt lets `step` be traced.
        correction = (1.0 - beta2**step) ** 0.5
        rate = learning_rate * correction / (1.0 - beta1**step)
        epsilon = self.epsilon if self.convention == "keras" else self.epsilon * correction
        if self.epsilon_root:
            root = xp.sqrt(second_moment + self.epsilon_root * correction * correction)
        else:
            root = xp.sqrt(second_moment)
        update = -rate * (first_moment / (root + epsilon))
        if weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AdamState, (first_moment, second_moment, step))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        first_moment, second_moment, step = facts.next_state
        moments = (*shown, first_moment_line(first_moment), second_moment_line(second_moment))
        if self.convention == "keras":
            correction = (1.0 - self.beta2**step) ** 0.5
            rate = facts.learning_rate * correction / (1.0 - self.beta1**step)
            root = second_moment + self.epsilon_root * correction * correction
            update = -rate * (first_moment / (facts.xp.sqrt(root) + self.epsilon))
            inside = r"v_t + \varepsilon_r (1 - \beta_2^t)" if self.epsilon_root else "v_t"
            return (
                *moments,
                Quantity("Corrected rate", "α", r"\alpha_t = \eta_t \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}", rate),
                self.explained_update(facts, update, rf"-\alpha_t \frac{{m_t}}{{\sqrt{{{inside}}} + \varepsilon}}"),
            )
        first, second = (
            corrected_first(first_moment, self.beta1, step),
            corrected_second(second_moment, self.beta2, step),
        )
        size = facts.xp.sqrt(second.value + self.epsilon_root) + self.epsilon
        inside = r"\hat{v}_t + \varepsilon_r" if self.epsilon_root else r"\hat{v}_t"
        formula = rf"-\eta_t \frac{{\hat{{m}}_t}}{{\sqrt{{{inside}}} + \varepsilon}}"
        update = -facts.learning_rate * (first.value / size)
        return *moments, first, second, self.explained_update(facts, update, formula)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam's step with the decay beside it: θ ← θ − ηλθ − η m̂/(√v̂ + ε), where m̂ and v̂ know nothing of λ.

    The decay is multiplied by the rate, as in all three libraries, not by the schedule's factor alone as in the paper.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2; torch.optim.AdamW; optax.adamw;
    keras.optimizers.AdamW.
    """

    name: ClassVar[str] = "adamw"
    label: ClassVar[str] = "AdamW"
    summary: ClassVar[str] = "Adam that shrinks the parameters beside its step, whatever the size of their gradients."
    source: ClassVar[str] = "Loshchilov & Hutter 2019; torch.optim.AdamW"

    weight_decay: float = hyper.weight_decay(1e-2, optax=1e-4, keras=4e-3)

    @property
    def decoupled(self) -> bool:
        return True


@dataclass(frozen=True)
class AMSGrad(WeightDecay, GradientRule):
    """Adam's step over the largest second moment so far: a large gradient shortens every step after it.

    torch and keras take the maximum of v and correct it afterwards; optax takes that of the corrected v̂, which keeps
    the much larger ones of the first steps out less. The paper corrects nothing: θ ← θ − η m/(√max v + ε).

    Source: Reddi, Kale & Kumar 2018, algorithm 2; torch.optim.Adam and keras.optimizers.Adam with amsgrad=True;
    optax.amsgrad.
    """

    name: ClassVar[str] = "amsgrad"
    label: ClassVar[str] = "AMSGrad"
    summary: ClassVar[str] = "Adam whose steps only ever get shorter: it never forgets a large gradient."
    source: ClassVar[str] = "Reddi, Kale & Kumar 2018; torch.optim.Adam with amsgrad"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v", "largest": "w"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras", "paper")

    def init(self, xp: Namespace, x: Array) -> AMSGradState:
        return AMSGradState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AMSGradState, x: Array, learning_rate: float
    ) -> tuple[Array, AMSGradState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        step = state.step + 1
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        second_moment = averaged(state.second_moment, gradient * gradient, self.beta2)
        correction = 1.0 - self.beta2**step
        compared = second_moment / correction if self.convention == "optax" else second_moment
        largest = xp.maximum(state.largest, compared)
        rate, epsilon = self._rate_and_epsilon(step, learning_rate)
        update = -rate * (first_moment / (xp.sqrt(largest) + epsilon))
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AMSGradState, (first_moment, second_moment, largest, step))

    def _rate_and_epsilon(self, step: int, learning_rate: float) -> tuple[float, float]:
        """What m over √w + ε is multiplied by, and that ε, so that it comes to the convention's step."""
        if self.convention == "paper":
            return learning_rate, self.epsilon
        rate = learning_rate / (1.0 - self.beta1**step)
        if self.convention == "optax":
            return rate, self.epsilon
        correction = (1.0 - self.beta2**step) ** 0.5
        return rate * correction, self.epsilon if self.convention == "keras" else self.epsilon * correction

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        first_moment, second_moment, largest, step = facts.next_state
        lines = [*shown, first_moment_line(first_moment), second_moment_line(second_moment)]
        eta, root = facts.learning_rate, facts.xp.sqrt
        raw = Quantity("Largest second moment", "w", r"w_t = \max(w_{t-1}, v_t)", largest)
        first = corrected_first(first_moment, self.beta1, step)
        if self.convention == "paper":
            update, formula = (
                -eta * (first_moment / (root(largest) + self.epsilon)),
                r"\frac{m_t}{\sqrt{w_t} + \varepsilon}",
            )
            return *lines, raw, self.explained_update(facts, update, rf"-\eta_t {formula}")
        if self.convention == "keras":
            rate, epsilon = self._rate_and_epsilon(step, eta)
            formula = r"-\alpha_t \frac{m_t}{\sqrt{w_t} + \varepsilon}"
            return (
                *lines,
                raw,
                Quantity("Corrected rate", "α", r"\alpha_t = \eta_t \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}", rate),
                self.explained_update(facts, -rate * (first_moment / (root(largest) + epsilon)), formula),
            )
        if self.convention == "optax":
            lines += [first, corrected_second(second_moment, self.beta2, step)]
            lines += [Quantity("Largest second moment", "w", r"w_t = \max(w_{t-1}, \hat{v}_t)", largest)]
            over, formula = largest, r"\frac{\hat{m}_t}{\sqrt{w_t} + \varepsilon}"
        else:
            over, formula = largest / (1.0 - self.beta2**step), r"\frac{\hat{m}_t}{\sqrt{\hat{w}_t} + \varepsilon}"
            lines += [raw, first, Quantity("Corrected largest", "ŵ", r"\hat{w}_t = \frac{w_t}{1 - \beta_2^t}", over)]
        update = -eta * (first.value / (root(over) + self.epsilon))
        return *lines, self.explained_update(facts, update, rf"-\eta_t {formula}")


@dataclass(frozen=True)
class Adamax(WeightDecay, GradientRule):
    """m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g| + ε); θ ← θ − η/(1 − β₁ᵗ) · m/u.

    torch and optax have ε inside the maximum; keras divides by u + ε instead, and the paper has none.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 2; torch.optim.Adamax; optax.adamax; keras.optimizers.Adamax.
    """

    name: ClassVar[str] = "adamax"
    label: ClassVar[str] = "Adamax"
    summary: ClassVar[str] = "Adam that divides by the largest recent gradient: one steep place shortens many steps."
    source: ClassVar[str] = "Kingma & Ba 2015; torch.optim.Adamax"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "infinity_norm": "u"}

    learning_rate: float = hyper.learning_rate(2e-3, keras=1e-3)
    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7, paper=0.0)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras", "paper")

    def init(self, xp: Namespace, x: Array) -> AdamaxState:
        return AdamaxState(xp.zeros_like(x), xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdamaxState, x: Array, learning_rate: float
    ) -> tuple[Array, AdamaxState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        size = xp.abs(gradient) + self.epsilon if self.convention in _EPSILON_IN_MAXIMUM else xp.abs(gradient)
        infinity_norm = xp.maximum(self.beta2 * state.infinity_norm, size)
        step = state.step + 1
        rate = learning_rate / (1.0 - self.beta1**step)
        update = -rate * self._direction(xp, first_moment, infinity_norm)
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AdamaxState, (first_moment, infinity_norm, step))

    def _direction(self, xp: Namespace, first_moment: Array, infinity_norm: Array) -> Array:
        if self.convention in _EPSILON_IN_MAXIMUM:
            return first_moment / infinity_norm
        divisor = infinity_norm + self.epsilon
        # Without ε, a parameter whose gradient has always been exactly 0 has 0/0 here, and should stay where it is.
        return first_moment / xp.where(divisor > 0.0, divisor, xp.ones_like(divisor))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        first_moment, infinity_norm, step = facts.next_state
        size = r"|g_t| + \varepsilon" if self.convention in _EPSILON_IN_MAXIMUM else "|g_t|"
        first = corrected_first(first_moment, self.beta1, step)
        divisor = r"u_t + \varepsilon" if self.convention == "keras" else "u_t"
        update = -facts.learning_rate * self._direction(facts.xp, first.value, infinity_norm)
        return (
            *shown,
            first_moment_line(first_moment),
            Quantity("Largest recent gradient", "u", rf"u_t = \max(\beta_2 u_{{t-1}}, {size})", infinity_norm),
            first,
            self.explained_update(facts, update, rf"-\eta_t \frac{{\hat{{m}}_t}}{{{divisor}}}"),
        )
