"""Adam with another first moment: Nesterov's look-ahead, a rectified beginning, a mix with the latest gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.adam import AdamState
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.moments import corrected_first, corrected_second, first_moment_line, second_moment_line
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["NAdam", "NAdamState", "QHAdam", "RAdam"]


class NAdamState(NamedTuple):
    """Adam's moments m and v `(..., d)`, the product Π of all momenta so far, and the steps taken."""

    first_moment: Array
    second_moment: Array
    product: float
    step: int


@dataclass(frozen=True)
class NAdam(WeightDecay, GradientRule):
    """m̂ = μₜ₊₁m/(1 − Πμₜ₊₁) + (1 − μₜ)g/(1 − Π), Π ← Πμₜ; θ ← θ − η m̂/(√v̂ + ε), with m and v as Adam's.

    The momentum rises: μₜ = β₁(1 − ½·0.96^(tψ)), with ψ = 0.004 in torch, 1 in keras. optax keeps it at β₁.

    Source: Dozat 2016, "Incorporating Nesterov momentum into Adam"; torch.optim.NAdam; optax.nadam;
    keras.optimizers.Nadam.
    """

    name: ClassVar[str] = "nadam"
    label: ClassVar[str] = "NAdam"
    summary: ClassVar[str] = "Adam with Nesterov's look-ahead: it gives more weight to the latest gradient."
    source: ClassVar[str] = "Dozat 2016; torch.optim.NAdam"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    learning_rate: float = hyper.learning_rate(2e-3, keras=1e-3)
    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    momentum_decay: float = parameter(
        4e-3,
        low=0,
        slider=(0.0, 1.0),
        symbol="ψ",
        label="Momentum decay",
        help="How quickly the momentum rises from about β₁/2 to β₁; Optax's convention has β₁ from the start. "
        "Too big: there is no gentle beginning.",
        follows="convention",
        follow_defaults={"keras": 1.0},
    )
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras")

    def init(self, xp: Namespace, x: Array) -> NAdamState:
        return NAdamState(xp.zeros_like(x), xp.zeros_like(x), 1.0, 0)

    def update(
        self, xp: Namespace, gradient: Array, state: NAdamState, x: Array, learning_rate: float
    ) -> tuple[Array, NAdamState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        step = state.step + 1
        first_moment = averaged(state.first_moment, gradient, self.beta1)
        second_moment = averaged(state.second_moment, gradient * gradient, self.beta2)
        momentum, following = self._momentum(step), self._momentum(step + 1)
        product = state.product * momentum
        ahead = (following / (1.0 - product * following)) * first_moment + (
            (1.0 - momentum) / (1.0 - product)
        ) * gradient
        correction = (1.0 - self.beta2**step) ** 0.5
        update = -(learning_rate * correction) * (ahead / (xp.sqrt(second_moment) + self.epsilon * correction))
        state = new(NAdamState, (first_moment, second_moment, product, step))
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, state

    def _momentum(self, step: int) -> float:
        """μ of a step, counted from 1."""
        if self.convention == "optax":
            return self.beta1
        remaining: float = 0.96 ** (step * self.momentum_decay)
        return self.beta1 * (1.0 - 0.5 * remaining)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        first_moment, second_moment, product, step = facts.next_state
        momentum, following = self._momentum(step), self._momentum(step + 1)
        ahead = (following / (1.0 - product * following)) * first_moment + (
            (1.0 - momentum) / (1.0 - product)
        ) * gradient
        second = corrected_second(second_moment, self.beta2, step)
        rising = (
            r"\mu_t = \beta_1" if self.convention == "optax" else r"\mu_t = \beta_1 (1 - \frac{1}{2} 0.96^{t \psi})"
        )
        mixed = r"\hat{m}_t = \frac{\mu_{t+1} m_t}{1 - \Pi_t \mu_{t+1}} + \frac{(1 - \mu_t) g_t}{1 - \Pi_t}"
        update = -facts.learning_rate * (ahead / (facts.xp.sqrt(second.value) + self.epsilon))
        return (
            *shown,
            first_moment_line(first_moment),
            second_moment_line(second_moment),
            Quantity("Momentum", "μ", rising, momentum),
            Quantity("Product of the momenta", "Π", r"\Pi_t = \Pi_{t-1} \mu_t", product),
            Quantity("Look-ahead first moment", "m̂", mixed, ahead),
            second,
            self.explained_update(facts, update, r"-\eta_t \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}"),
        )


@dataclass(frozen=True)
class RAdam(WeightDecay, GradientRule):
    """θ ← θ − η r m̂/√v̂ once ρₜ > 5, before that θ ← θ − η m̂, with m̂ and v̂ as Adam's.

    ρ∞ = 2/(1 − β₂) − 1, ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ), r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ). The first steps
    have no measure of the gradient's size that could be trusted, and go by the gradient itself: steep places make them
    long. torch adds ε to √v before its correction; optax adds it after that, and begins at ρₜ ≥ 5; the paper at ρₜ > 4.

    Source: Liu et al. 2020, arXiv:1908.03265, algorithm 2; torch.optim.RAdam; optax.radam.
    """

    name: ClassVar[str] = "radam"
    label: ClassVar[str] = "RAdam"
    summary: ClassVar[str] = "Adam that starts as momentum and adapts its steps once it knows the gradient's size."
    source: ClassVar[str] = "Liu et al. 2020; torch.optim.RAdam"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "paper")

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
        _, adapted, rectification = self._rectification(step)
        correction = (1.0 - self.beta2**step) ** 0.5
        epsilon = self.epsilon * correction if self.convention == "optax" else self.epsilon
        # Which of the two it is depends on the step alone: one of these plain numbers is 0.
        scale = (adapted * rectification * correction) / (xp.sqrt(second_moment) + epsilon) + (1 - adapted)
        update = -(learning_rate / (1.0 - self.beta1**step)) * (first_moment * scale)
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AdamState, (first_moment, second_moment, step))

    def _rectification(self, step: int) -> tuple[float, float, float]:
        """ρₜ, whether the step is adapted (1 or 0), and r where it is; plain numbers, which may be traced."""
        limit = 2.0 / (1.0 - self.beta2) - 1.0
        power = self.beta2**step
        length = limit - 2.0 * step * power / (1.0 - power)
        if limit <= 4.0:
            return length, 0.0, 1.0
        if self.convention == "optax":
            adapted = 1.0 * (length >= 5.0)
        else:
            adapted = 1.0 * (length > (4.0 if self.convention == "paper" else 5.0))
        safe = length * adapted + limit * (1.0 - adapted)
        square = (safe - 4.0) * (safe - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * safe)
        return length, adapted, square**0.5

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        first_moment, second_moment, step = facts.next_state
        length, adapted, rectification = self._rectification(step)
        first, second = (
            corrected_first(first_moment, self.beta1, step),
            corrected_second(second_moment, self.beta2, step),
        )
        length_formula = (
            r"\rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t},\ \rho_\infty = \frac{2}{1 - \beta_2} - 1"
        )
        lines = (
            *shown,
            first_moment_line(first_moment),
            second_moment_line(second_moment),
            first,
            Quantity("Length of the average", "ρ", length_formula, length),
        )
        if not adapted:
            return *lines, self.explained_update(facts, -facts.learning_rate * first.value, r"-\eta_t \hat{m}_t")
        if self.convention == "optax":
            size, size_formula = facts.xp.sqrt(second.value) + self.epsilon, r"\sqrt{\hat{v}_t} + \varepsilon"
        else:
            correction = (1.0 - self.beta2**step) ** 0.5
            size = (facts.xp.sqrt(second_moment) + self.epsilon) / correction
            size_formula = r"\frac{\sqrt{v_t} + \varepsilon}{\sqrt{1 - \beta_2^t}}"
        r_formula = (
            r"r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}}"
        )
        update = -facts.learning_rate * rectification * (first.value / size)
        return (
            *lines,
            second,
            Quantity("Rectification", "r", r_formula, rectification),
            Quantity("Size of the gradients", "s", f"s_t = {size_formula}", size),
            self.explained_update(facts, update, r"-\eta_t r_t \frac{\hat{m}_t}{s_t}"),
        )


@dataclass(frozen=True)
class QHAdam(WeightDecay, GradientRule):
    """θ ← θ − η [(1 − ν₁)g + ν₁m̂] / (√((1 − ν₂)g² + ν₂v̂) + ε), with m̂ and v̂ as Adam's.

    ν₁ = ν₂ = 1 is Adam. The defaults are those that the authors' library recommends.

    Source: Ma & Yarats 2019, arXiv:1810.06801, algorithm 2.
    """

    name: ClassVar[str] = "qhadam"
    label: ClassVar[str] = "Quasi-hyperbolic Adam"
    summary: ClassVar[str] = "Adam whose averages are very long and mixed with the latest gradient."
    source: ClassVar[str] = "Ma & Yarats 2019"
    state_symbols: ClassVar[Mapping[str, str]] = {"first_moment": "m", "second_moment": "v"}

    beta1: float = hyper.beta1(0.995)
    beta2: float = hyper.beta2(0.999)
    nu1: float = hyper.immediate_discount("ν₁", 0.7)
    nu2: float = hyper.immediate_discount("ν₂", 1.0)
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
        direction, size = self._direction_and_size(xp, gradient, first_moment, second_moment, step)
        return -learning_rate * (direction / size), new(AdamState, (first_moment, second_moment, step))

    def _direction_and_size(
        self, xp: Namespace, gradient: Array, first_moment: Array, second_moment: Array, step: int
    ) -> tuple[Array, Array]:
        direction = (1.0 - self.nu1) * gradient + (self.nu1 / (1.0 - self.beta1**step)) * first_moment
        square = (self.nu2 / (1.0 - self.beta2**step)) * second_moment
        if self.nu2 < 1.0:
            square = (1.0 - self.nu2) * (gradient * gradient) + square
        return direction, xp.sqrt(square) + self.epsilon

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        first_moment, second_moment, step = facts.next_state
        direction, size = self._direction_and_size(facts.xp, gradient, first_moment, second_moment, step)
        mixed_size = r"s_t = \sqrt{(1 - \nu_2) g_t^2 + \nu_2 \hat{v}_t} + \varepsilon"
        return (
            *shown,
            first_moment_line(first_moment),
            second_moment_line(second_moment),
            corrected_first(first_moment, self.beta1, step),
            corrected_second(second_moment, self.beta2, step),
            Quantity("Direction", "d", r"d_t = (1 - \nu_1) g_t + \nu_1 \hat{m}_t", direction),
            Quantity("Size of the gradients", "s", mixed_size, size),
            self.explained_update(facts, -facts.learning_rate * (direction / size), r"-\eta_t \frac{d_t}{s_t}"),
        )
