"""A learning rate for every parameter from the squares of its gradients: Adagrad, RMSprop, Adadelta."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, averaged, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["Adadelta", "AdadeltaState", "Adagrad", "AdagradState", "RMSprop", "RMSpropState"]


class AdagradState(NamedTuple):
    """The sum of the squared gradients `(..., d)`, without what it starts from, and the number of steps taken."""

    square_sum: Array
    step: int


class RMSpropState(NamedTuple):
    """Averages v of the squared gradients and, centered, ḡ of the gradients; the velocity b; `(..., d)` each."""

    square_average: Array
    gradient_average: Array
    velocity: Array


class AdadeltaState(NamedTuple):
    """Averages v of the squared gradients and u of the squared updates, `(..., d)` each."""

    square_average: Array
    update_average: Array


@dataclass(frozen=True)
class Adagrad(WeightDecay, GradientRule):
    """G ← G + g²; θ ← θ − η/(1 + (t − 1)·decay) · g/(√G + ε), with G = G₀ before the first step t = 1.

    torch begins with G₀ = 0; optax and keras begin with G₀ = 0.1 and divide by √(G + ε).

    Source: Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", with a diagonal matrix; torch.optim.Adagrad;
    optax.adagrad; keras.optimizers.Adagrad.
    """

    name: ClassVar[str] = "adagrad"
    label: ClassVar[str] = "Adagrad"
    summary: ClassVar[str] = (
        "Divides by the root of all squared gradients so far: short steps where it is steep, ever shorter."
    )
    source: ClassVar[str] = "Duchi, Hazan & Singer 2011; torch.optim.Adagrad"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_sum": "G"}

    learning_rate: float = hyper.learning_rate(1e-2, keras=1e-3)
    learning_rate_decay: float = parameter(
        0.0,
        low=0,
        slider=(0.0, 1.0),
        symbol="ηd",
        label="Rate decay",
        help="Divides the learning rate by 1 + this times the steps taken, on top of Adagrad's own shrinking. "
        "Too big: it stops long before the minimum.",
    )
    initial_accumulator: float = hyper.initial_accumulator(0.0, optax=0.1, keras=0.1)
    epsilon: float = hyper.epsilon(1e-10, optax=1e-7, keras=1e-7)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras")

    def init(self, xp: Namespace, x: Array) -> AdagradState:
        return AdagradState(xp.zeros_like(x), 0)

    def update(
        self, xp: Namespace, gradient: Array, state: AdagradState, x: Array, learning_rate: float
    ) -> tuple[Array, AdagradState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        square_sum = state.square_sum + gradient * gradient
        rate = learning_rate / (1.0 + state.step * self.learning_rate_decay)
        update = -rate * (gradient / self._size(xp, square_sum))
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AdagradState, (square_sum, state.step + 1))

    def _size(self, xp: Namespace, square_sum: Array) -> Array:
        total = square_sum + self.initial_accumulator if self.initial_accumulator else square_sum
        return xp.sqrt(total) + self.epsilon if self.convention == "torch" else xp.sqrt(total + self.epsilon)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        rate = facts.learning_rate / (1.0 + facts.state.step * self.learning_rate_decay)
        total = facts.next_state.square_sum + self.initial_accumulator
        decayed = (
            (Quantity("Decayed rate", "α", r"\alpha_t = \frac{\eta_t}{1 + (t - 1) \eta_d}", rate),)
            if self.learning_rate_decay
            else ()
        )
        size, size_formula = self._size(facts.xp, facts.next_state.square_sum), _root("G_t", self.convention)
        factor = r"\alpha_t" if self.learning_rate_decay else r"\eta_t"
        return (
            *shown,
            Quantity("Sum of squared gradients", "G", r"G_t = G_{t-1} + g_t^2", total),
            Quantity("Size of the gradients", "s", f"s_t = {size_formula}", size),
            *decayed,
            self.explained_update(facts, -rate * (gradient / size), rf"-{factor} \frac{{g_t}}{{s_t}}"),
        )


@dataclass(frozen=True)
class RMSprop(WeightDecay, GradientRule):
    """v ← αv + (1 − α)g²; θ ← θ − η g/(√v + ε).

    Centered, ḡ ← αḡ + (1 − α)g and √(v − ḡ²) replaces √v; with momentum, b ← μb + g/(√v + ε) and θ ← θ − ηb.
    optax, keras and Graves have ε inside the root and the rate inside the velocity: b ← μb + η g/√(v + ε); θ ← θ − b.

    Source: Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6e; the paper's convention and the
    centered form: Graves 2013, arXiv:1308.0850, eq. 38–45; torch.optim.RMSprop; optax.rmsprop;
    keras.optimizers.RMSprop.
    """

    name: ClassVar[str] = "rmsprop"
    label: ClassVar[str] = "RMSprop"
    summary: ClassVar[str] = "Divides by the size of recent gradients: steps of about the same length, steep or flat."
    source: ClassVar[str] = "Tieleman & Hinton 2012; Graves 2013; torch.optim.RMSprop"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_average": "v", "gradient_average": "ḡ", "velocity": "b"}

    learning_rate: float = hyper.learning_rate(1e-2, keras=1e-3, paper=1e-4)
    decay: float = hyper.decay(0.99, symbol="α", optax=0.9, keras=0.9, paper=0.95)
    momentum: float = hyper.momentum(0.0, paper=0.9)
    centered: bool = parameter(
        False,
        label="Centered",
        help="Divides by the spread of the gradients instead of their size. Where the gradient hardly changes, "
        "the spread is tiny and steps become very long.",
        follows="convention",
        follow_defaults={"paper": True},
    )
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7, paper=1e-4)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras", "paper")

    def init(self, xp: Namespace, x: Array) -> RMSpropState:
        return RMSpropState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: RMSpropState, x: Array, learning_rate: float
    ) -> tuple[Array, RMSpropState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        square_average, gradient_average, velocity = state
        square_average = averaged(square_average, gradient * gradient, self.decay)
        if self.centered:
            gradient_average = averaged(gradient_average, gradient, self.decay)
        direction = gradient / self._size(xp, square_average, gradient_average)
        if not self.momentum:
            update = -learning_rate * direction
        elif self.convention == "torch":
            velocity = self.momentum * velocity + direction
            update = -learning_rate * velocity
        else:
            velocity = self.momentum * velocity + learning_rate * direction
            update = -velocity
        state = new(RMSpropState, (square_average, gradient_average, velocity))
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, state

    def _size(self, xp: Namespace, square_average: Array, gradient_average: Array) -> Array:
        size = square_average
        if self.centered:
            # A variance, but rounding takes it a little below 0 where the gradient stays the same, and its root would
            # be nan, as it is in torch.
            size = square_average - gradient_average * gradient_average
            size = xp.maximum(size, xp.zeros_like(size))
        return xp.sqrt(size) + self.epsilon if self.convention == "torch" else xp.sqrt(size + self.epsilon)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        square_average, gradient_average, velocity = facts.next_state
        centre = (
            (
                Quantity(
                    "Average gradient", "ḡ", r"\bar{g}_t = \alpha \bar{g}_{t-1} + (1 - \alpha) g_t", gradient_average
                ),
            )
            if self.centered
            else ()
        )
        size = self._size(facts.xp, square_average, gradient_average)
        size_formula = _root(r"v_t - \bar{g}_t^2" if self.centered else "v_t", self.convention)
        before = (
            *shown,
            Quantity("Average squared gradient", "v", r"v_t = \alpha v_{t-1} + (1 - \alpha) g_t^2", square_average),
            *centre,
            Quantity("Size of the gradients", "s", f"s_t = {size_formula}", size),
        )
        if not self.momentum:
            update = -facts.learning_rate * (gradient / size)
            return *before, self.explained_update(facts, update, r"-\eta_t \frac{g_t}{s_t}")
        if self.convention == "torch":
            formula, ending = r"b_t = \mu b_{t-1} + \frac{g_t}{s_t}", r"-\eta_t b_t"
            update = -facts.learning_rate * velocity
        else:
            formula, ending = r"b_t = \mu b_{t-1} + \eta_t \frac{g_t}{s_t}", "-b_t"
            update = -velocity
        return *before, Quantity("Velocity", "b", formula, velocity), self.explained_update(facts, update, ending)


@dataclass(frozen=True)
class Adadelta(WeightDecay, GradientRule):
    """v ← ρv + (1 − ρ)g²; Δ = √(u + ε)/√(v + ε) · g; u ← ρu + (1 − ρ)Δ²; θ ← θ − ηΔ.

    The conventions agree but for their defaults: with keras', η = 0.001 where the paper has 1, it practically stands
    still.

    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1; torch.optim.Adadelta; optax.adadelta; keras.optimizers.Adadelta.
    """

    name: ClassVar[str] = "adadelta"
    label: ClassVar[str] = "Adadelta"
    summary: ClassVar[str] = (
        "Takes the length of its steps from the steps before: no rate to choose, but a slow beginning."
    )
    source: ClassVar[str] = "Zeiler 2012; torch.optim.Adadelta"
    state_symbols: ClassVar[Mapping[str, str]] = {"square_average": "v", "update_average": "u"}

    learning_rate: float = hyper.learning_rate(1.0, slider=(1e-3, 1000.0), keras=1e-3)
    decay: float = hyper.decay(0.9, symbol="ρ", keras=0.95)
    epsilon: float = parameter(
        1e-6,
        low=0,
        log=True,
        slider=(1e-12, 1.0),
        symbol="ε",
        label="Epsilon",
        help="Sets the length of the first steps, about √ε; at 0 it never moves. Too big: the first steps overshoot, "
        "and steps are no longer adapted to the slope.",
        follows="convention",
        follow_defaults={"keras": 1e-7},
    )
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch", "optax", "keras")

    def init(self, xp: Namespace, x: Array) -> AdadeltaState:
        return AdadeltaState(xp.zeros_like(x), xp.zeros_like(x))

    def update(
        self, xp: Namespace, gradient: Array, state: AdadeltaState, x: Array, learning_rate: float
    ) -> tuple[Array, AdadeltaState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        square_average = averaged(state.square_average, gradient * gradient, self.decay)
        ratio = (state.update_average + self.epsilon) / (square_average + self.epsilon)
        change = xp.sqrt(ratio) * gradient
        update_average = averaged(state.update_average, change * change, self.decay)
        update = -learning_rate * change
        if self.weight_decay:
            update = self.decayed(update, x, learning_rate)
        return update, new(AdadeltaState, (square_average, update_average))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        square_average, update_average = facts.next_state
        ratio = (facts.state.update_average + self.epsilon) / (square_average + self.epsilon)
        change = facts.xp.sqrt(ratio) * gradient
        change_formula = r"c_t = \frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}} g_t"
        return (
            *shown,
            Quantity("Average squared gradient", "v", r"v_t = \rho v_{t-1} + (1 - \rho) g_t^2", square_average),
            Quantity("Rescaled gradient", "c", change_formula, change),
            Quantity("Average squared change", "u", r"u_t = \rho u_{t-1} + (1 - \rho) c_t^2", update_average),
            self.explained_update(facts, -facts.learning_rate * change, r"-\eta_t c_t"),
        )


def _root(of: str, convention: str) -> str:
    """The root of something in TeX, with ε where the convention has it: torch outside, all others inside."""

    return rf"\sqrt{{{of}}} + \varepsilon" if convention == "torch" else rf"\sqrt{{{of} + \varepsilon}}"
