"""Methods that keep an average of their own points: averaged gradient descent, and Schedule-Free gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, new
from gdviz.optimizers.weight_decay import WeightDecay
from gdviz.parameters import parameter
from gdviz.quantities import Quantity

__all__ = ["ASGD", "ASGDState", "ScheduleFreeSGD", "ScheduleFreeState"]


class ASGDState(NamedTuple):
    """The average of the points, which is the point itself until averaging starts, `(..., d)`; steps taken."""

    average: Array
    step: int


class ScheduleFreeState(NamedTuple):
    """The point z that gradient steps move and the average x of all z, `(..., d)`; the sum of the weights in that
    average and the largest rate so far."""

    base: Array
    average: Array
    weight_sum: float
    largest_rate: float


@dataclass(frozen=True)
class ASGD(WeightDecay, GradientRule):
    """θ ← θ(1 − λ₀ηₜ) − ηₜg with ηₜ = η/(1 + λ₀η(t − 1))^α; a ← a + μₜ(θ − a) with μₜ = 1/max(1, t − 1 − t₀).

    With torch's t₀ of a million steps, averaging practically never starts, and a is θ. torch takes a rate that is
    changed in the middle of a run one step late; here it counts at once.

    Source: Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"; Bottou's rates;
    torch.optim.ASGD.
    """

    name: ClassVar[str] = "asgd"
    label: ClassVar[str] = "Averaged gradient descent"
    summary: ClassVar[str] = "Gradient descent with a falling rate, and beside it the average of its points."
    source: ClassVar[str] = "Polyak & Juditsky 1992; torch.optim.ASGD"
    state_symbols: ClassVar[Mapping[str, str]] = {"average": "a"}
    companion_points: ClassVar[tuple[str, ...]] = ("average",)

    learning_rate: float = hyper.learning_rate(1e-2)
    decay_term: float = parameter(
        1e-4,
        low=0,
        slider=(0.0, 0.1),
        symbol="λ₀",
        label="Decay term",
        help="How fast the rate falls, and with it how much every step shrinks the point. "
        "Too big: it stops before the minimum, and is drawn to the origin.",
    )
    rate_power: float = parameter(
        0.75,
        low=0,
        slider=(0.0, 1.0),
        symbol="α",
        label="Power of the rate",
        help="How steeply the rate falls: as 1 over the number of steps to this power. "
        "Too big: it stops before the minimum.",
    )
    averaging_start: float = parameter(
        1e6,
        low=0,
        log=True,
        slider=(1.0, 1e6),
        symbol="t₀",
        label="Averaging starts",
        help="The step from which points are averaged; until then the average is the point. "
        "Too big: no average is ever taken.",
    )
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("torch")

    def init(self, xp: Namespace, x: Array) -> ASGDState:
        return ASGDState(x, 0)

    def update(
        self, xp: Namespace, gradient: Array, state: ASGDState, x: Array, learning_rate: float
    ) -> tuple[Array, ASGDState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        rate, share = self._rate_and_share(state.step, learning_rate)
        update = -rate * gradient - (self.decay_term * rate) * x
        point = x + update
        # From the point backwards, so that a share of 1 gives the point itself, to the last bit.
        average = point + (1.0 - share) * (state.average - point)
        return update, new(ASGDState, (average, state.step + 1))

    def _rate_and_share(self, taken: int, learning_rate: float) -> tuple[float, float]:
        """ηₜ and μₜ after `taken` steps; a negative power never overflows to an error, and no branch stops a trace."""
        rate = learning_rate * (1.0 + self.decay_term * learning_rate * taken) ** -self.rate_power
        late = taken - self.averaging_start
        return rate, 1.0 / (1.0 + (late - 1.0) * (late > 1.0))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient, shown = self.explained_gradient(facts)
        rate, share = self._rate_and_share(facts.state.step, facts.learning_rate)
        update = -rate * gradient - (self.decay_term * rate) * facts.x
        falling = r"r_t = \frac{\eta_t}{(1 + \lambda_0 \eta_t (t - 1))^\alpha}"
        averaging = r"a_t = a_{t-1} + \mu_t (\theta_t - a_{t-1})"
        return (
            *shown,
            Quantity("Falling rate", "r", falling, rate),
            Quantity("Share in the average", "μ", r"\mu_t = \frac{1}{\max(1, t - 1 - t_0)}", share),
            Quantity("Average point", "a", averaging, facts.next_state.average),
            Quantity("Update", "Δ", r"\Delta_t = -r_t g_t - \lambda_0 r_t \theta_{t-1}", update),
        )


@dataclass(frozen=True)
class ScheduleFreeSGD(WeightDecay, GradientRule):
    """z ← z − ηg(y); x ← (1 − c)x + cz; y = (1 − μ)z + μx, with c = η²max/Σ η²max, which is 1/t at a constant rate.

    The point that is stepped and drawn is y, where the gradient is taken; x, the average of all z, is the result.

    Source: Defazio et al. 2024, arXiv:2405.15682, eq. 1–3; schedulefree.SGDScheduleFree;
    optax.contrib.schedule_free_sgd.
    """

    name: ClassVar[str] = "schedule_free_sgd"
    label: ClassVar[str] = "Schedule-Free gradient descent"
    summary: ClassVar[str] = "Averages its points as it goes, so that no rate has to fall for it to settle."
    source: ClassVar[str] = "Defazio et al. 2024"
    state_symbols: ClassVar[Mapping[str, str]] = {"base": "z", "average": "x"}
    companion_points: ClassVar[tuple[str, ...]] = ("base", "average")

    momentum: float = hyper.momentum(0.9)
    weight_decay: float = hyper.weight_decay()
    convention: str = hyper.convention("paper")

    def init(self, xp: Namespace, x: Array) -> ScheduleFreeState:
        return ScheduleFreeState(x, x, 0.0, 0.0)

    def update(
        self, xp: Namespace, gradient: Array, state: ScheduleFreeState, x: Array, learning_rate: float
    ) -> tuple[Array, ScheduleFreeState]:
        if self.weight_decay:
            gradient = self.penalized(gradient, x)
        largest = state.largest_rate
        largest = largest + (learning_rate - largest) * (learning_rate > largest)
        weight = largest * largest
        weight_sum = state.weight_sum + weight
        # The square of a tiny rate is 0, and so may the sum be.
        share = weight / (weight_sum + (weight_sum == 0.0))
        base = state.base - learning_rate * gradient
        average = state.average + share * (base - state.average)
        point = base + self.momentum * (average - base)
        return point - x, new(ScheduleFreeState, (base, average, weight_sum, largest))

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        _, shown = self.explained_gradient(facts)
        base, average, weight_sum, largest = facts.next_state
        share = largest * largest / (weight_sum + (weight_sum == 0.0))
        point = base + self.momentum * (average - base)
        return (
            *shown,
            Quantity("Base point", "z", r"z_t = z_{t-1} - \eta_t g_t", base),
            Quantity(
                "Share in the average",
                "c",
                r"c_t = \frac{\max_{i \le t} \eta_i^2}{\sum_{j \le t} \max_{i \le j} \eta_i^2}",
                share,
            ),
            Quantity("Average point", "x", r"x_t = (1 - c_t) x_{t-1} + c_t z_t", average),
            Quantity("Mixed point", "y", r"y_t = (1 - \mu) z_t + \mu x_t", point),
            Quantity("Update", "Δ", r"\Delta_t = y_t - y_{t-1}", point - facts.x),
        )
