"""Schedules that fall: constant, in steps, by powers, to a floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gdviz.parameters import parameter
from gdviz.schedules.schedule import StepSchedule, rate_option, steps_option

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "InverseScaling",
    "InverseTime",
    "Milestones",
    "Polynomial",
    "Steps",
    "along_cosine",
    "initial_rate",
]


def initial_rate(default: float = 0.01) -> float:
    """η₀, the rate of the first step."""
    option: float = rate_option(default, "Initial rate", "The learning rate of the first step.")
    return option


def _factor(default: float, help: str) -> float:
    option: float = parameter(default, low=0, low_open=True, slider=(0.01, 1.0), symbol="γ", label="Factor", help=help)
    return option


def _final_rate() -> float:
    option: float = rate_option(0.0, "Final rate", "The learning rate that it falls to.", zero=True)
    return option


def along_cosine(start: float, end: float, angle: np.ndarray) -> np.ndarray:
    """From start to end along half a cosine, whose angle goes from 0 to π."""
    rates: np.ndarray = end + (start - end) / 2.0 * (1.0 + np.cos(angle))
    return rates


@dataclass(frozen=True)
class Constant(StepSchedule):
    """η₀ at every step."""

    name: ClassVar[str] = "constant"
    label: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "The same rate at every step."
    formula: ClassVar[str] = r"\eta_t = \eta_0"

    initial: float = initial_rate()

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return np.full_like(steps, self.initial)


@dataclass(frozen=True)
class Steps(StepSchedule):
    """η₀ γ^⌊t/s⌋. Source: torch.optim.lr_scheduler.StepLR."""

    name: ClassVar[str] = "step"
    label: ClassVar[str] = "Steps down"
    summary: ClassVar[str] = "Falls by a factor after every so many steps."
    source: ClassVar[str] = "torch.optim.lr_scheduler.StepLR"
    formula: ClassVar[str] = r"\eta_t = \eta_0 \gamma^{\lfloor t/s \rfloor}"

    initial: float = initial_rate()
    every: int = steps_option(100, "Every", "So many steps have the same rate.")
    factor: float = _factor(0.1, "What the rate is multiplied with each time.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return self.initial * self.factor ** np.floor(steps / self.every)


@dataclass(frozen=True)
class Milestones(StepSchedule):
    """η₀ γ^(milestones passed). Source: torch.optim.lr_scheduler.MultiStepLR."""

    name: ClassVar[str] = "multistep"
    label: ClassVar[str] = "Milestones"
    summary: ClassVar[str] = "Falls by a factor at steps that you choose."
    source: ClassVar[str] = "torch.optim.lr_scheduler.MultiStepLR"
    formula: ClassVar[str] = r"\eta_t = \eta_0 \gamma^{\#\{m \le t\}}"

    initial: float = initial_rate()
    milestones: tuple[float, ...] = parameter(
        (150.0, 300.0), kind="numbers", low=0, help="The steps from which on the rate is lower."
    )
    factor: float = _factor(0.1, "What the rate is multiplied with at every milestone.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return self.initial * self.factor ** np.searchsorted(np.sort(self.milestones), steps, side="right")


@dataclass(frozen=True)
class Exponential(StepSchedule):
    """η₀ γ^(t/s). Source: torch.optim.lr_scheduler.ExponentialLR; Keras ExponentialDecay."""

    name: ClassVar[str] = "exponential"
    label: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Falls by the same share at every step."
    source: ClassVar[str] = "torch.optim.lr_scheduler.ExponentialLR; keras ExponentialDecay"
    formula: ClassVar[str] = r"\eta_t = \eta_0 \gamma^{t/s}"

    initial: float = initial_rate()
    factor: float = _factor(0.99, "What the rate is multiplied with over so many steps as Every says.")
    every: int = steps_option(1, "Every", "The steps over which the rate falls by the factor.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return self.initial * self.factor ** (steps / self.every)


@dataclass(frozen=True)
class InverseTime(StepSchedule):
    """η₀ / (1 + k t/s). Source: Robbins & Monro 1951; Keras InverseTimeDecay."""

    name: ClassVar[str] = "inverse_time"
    label: ClassVar[str] = "One over time"
    summary: ClassVar[str] = "Falls like one over the steps taken: slowly enough to get anywhere, and to nothing."
    source: ClassVar[str] = "Robbins & Monro 1951; keras InverseTimeDecay"
    formula: ClassVar[str] = r"\eta_t = \frac{\eta_0}{1 + k\,t/s}"

    initial: float = initial_rate()
    decay: float = parameter(0.01, low=0, slider=(1e-4, 10.0), log=True, symbol="k", help="How fast it falls.")
    every: int = steps_option(1, "Every", "The steps that count as one.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return self.initial / (1.0 + self.decay * (steps / self.every))


@dataclass(frozen=True)
class InverseScaling(StepSchedule):
    """η₀ / (1 + r⌊t/s⌋)^p: p = ½ is one over the square root.

    scikit-learn's networks change the rate after every epoch and count rows: s is the steps of an epoch and r the rows
    of the table; its SGDRegressor counts every row by itself, s = r = 1.

    Source: scikit-learn, learning_rate="invscaling".
    """

    name: ClassVar[str] = "inverse_scaling"
    label: ClassVar[str] = "Inverse scaling"
    summary: ClassVar[str] = "Falls like a power of the steps taken, one over their square root by default."
    source: ClassVar[str] = "scikit-learn invscaling"
    formula: ClassVar[str] = r"\eta_t = \frac{\eta_0}{(1 + r\lfloor t/s \rfloor)^p}"

    initial: float = initial_rate()
    power: float = parameter(0.5, low=0, slider=(0.0, 2.0), symbol="p", help="The power; at 0 the rate stays.")
    every: int = steps_option(1, "Every", "The steps between two changes, for instance those of an epoch.")
    rows: int = parameter(1, low=1, high=10**12, symbol="r", help="What the count grows by at every change.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        return self.initial / (1.0 + self.rows * np.floor(steps / self.every)) ** self.power


@dataclass(frozen=True)
class Polynomial(StepSchedule):
    """η₁ + (η₀ − η₁)(1 − t/T)^p, from T on η₁. Source: torch PolynomialLR; optax.polynomial_schedule."""

    name: ClassVar[str] = "polynomial"
    label: ClassVar[str] = "Polynomial"
    summary: ClassVar[str] = "Falls to its final rate along a power of the steps that are left, a line by default."
    source: ClassVar[str] = "torch.optim.lr_scheduler.PolynomialLR; optax.polynomial_schedule"
    formula: ClassVar[str] = r"\eta_t = \eta_T + (\eta_0 - \eta_T)(1 - t/T)^p"

    initial: float = initial_rate()
    steps: int = steps_option(500, "Steps", "The steps until the final rate is reached.")
    power: float = parameter(1.0, low=0, slider=(0.0, 5.0), symbol="p", help="The power; 1 is a straight line.")
    final: float = _final_rate()

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        left = 1.0 - np.minimum(steps, self.steps) / self.steps
        rates: np.ndarray = self.final + (self.initial - self.final) * left**self.power
        return rates


@dataclass(frozen=True)
class Cosine(StepSchedule):
    """η₁ + ½(η₀ − η₁)(1 + cos πt/T).

    After T steps torch's goes up again and on like this for ever; optax's and Keras's stays at the final rate.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983; torch CosineAnnealingLR; optax.cosine_decay_schedule; Keras
    CosineDecay.
    """

    name: ClassVar[str] = "cosine"
    label: ClassVar[str] = "Cosine"
    summary: ClassVar[str] = "Falls along half a cosine: slowly at first, quickly in the middle, slowly at the end."
    source: ClassVar[str] = "Loshchilov & Hutter 2017; torch.optim.lr_scheduler.CosineAnnealingLR"
    formula: ClassVar[str] = r"\eta_t = \eta_T + \tfrac12(\eta_0 - \eta_T)(1 + \cos(\pi t/T))"

    initial: float = initial_rate()
    steps: int = steps_option(500, "Steps", "The steps until the final rate is reached.")
    final: float = _final_rate()
    convention: Literal["torch", "optax", "keras"] = parameter(
        "torch",
        choices=("torch", "optax", "keras"),
        help="What comes after the last of these steps: with torch the rate rises again, else it stays.",
    )

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        passed = steps if self.convention == "torch" else np.minimum(steps, self.steps)
        return along_cosine(self.initial, self.final, np.pi * passed / self.steps)
