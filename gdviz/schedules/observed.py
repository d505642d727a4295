"""Schedules that look at how the value falls and lower the rate where it stalls.

An epoch is `every` steps: what is looked at is the mean of the values recorded at the points that these steps leave. A
value that is not a number counts as no progress.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from gdviz.parameters import parameter
from gdviz.schedules.decays import initial_rate
from gdviz.schedules.schedule import ObservedSchedule, rate_option, steps_option

__all__ = ["Adaptive", "AdaptiveState", "Plateau", "PlateauState"]


class PlateauState(NamedTuple):
    """The rate; the best mean yet; epochs without a better one; epochs of rest left; sum and number of the values of
    the epoch that goes on."""

    rate: float
    best: float
    stalled: int
    resting: int
    total: float
    seen: int


class AdaptiveState(NamedTuple):
    """The rate; the best mean yet; epochs in a row that were no better; sum and number of the values of the epoch that
    goes on."""

    rate: float
    best: float
    stalled: int
    total: float
    seen: int


@dataclass(frozen=True)
class Plateau(ObservedSchedule):
    """The rate falls by a factor after more than `patience` epochs without a better value.

    Source: torch.optim.lr_scheduler.ReduceLROnPlateau; changes of the rate below 1e-8 are not made there either.
    """

    name: ClassVar[str] = "plateau"
    label: ClassVar[str] = "On a plateau"
    summary: ClassVar[str] = "Falls by a factor whenever the value has not got better for a while."
    source: ClassVar[str] = "torch.optim.lr_scheduler.ReduceLROnPlateau"
    formula: ClassVar[str] = r"\eta \leftarrow \max(\gamma\,\eta, \eta_{min})"

    initial: float = initial_rate()
    factor: float = parameter(
        0.1,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.01, 0.99),
        symbol="γ",
        help="What it is multiplied with.",
    )
    patience: int = parameter(10, low=0, high=10**9, slider=(0, 100), help="So many epochs may pass without progress.")
    threshold: float = parameter(1e-4, low=0, slider=(1e-8, 1.0), log=True, help="Less than this is no progress.")
    threshold_mode: Literal["relative", "absolute"] = parameter(
        "relative", choices=("relative", "absolute"), help="Whether the threshold is a share of the best value."
    )
    cooldown: int = parameter(0, low=0, high=10**9, slider=(0, 100), help="Epochs of rest after every fall.")
    minimum: float = rate_option(0.0, "Lowest rate", "It falls no lower.", zero=True)
    every: int = steps_option(1, "Every", "The steps of an epoch.")

    def init(self) -> PlateauState:
        return PlateauState(self.initial, math.inf, 0, 0, 0.0, 0)

    def rate_in(self, state: PlateauState) -> float:
        return state.rate

    def observed(self, state: PlateauState, value: float) -> PlateauState:
        rate, best, stalled, resting, total, seen = state
        total, seen = total + value, seen + 1
        if seen < self.every:
            return PlateauState(rate, best, stalled, resting, total, seen)
        mean = total / seen
        relative = self.threshold_mode == "relative"
        if mean < (best * (1.0 - self.threshold) if relative else best - self.threshold):
            best, stalled = mean, 0
        else:
            stalled += 1
        if resting > 0:
            resting, stalled = resting - 1, 0
        if stalled > self.patience:
            lower = max(rate * self.factor, self.minimum)
            rate = lower if rate - lower > 1e-8 else rate
            resting, stalled = self.cooldown, 0
        return PlateauState(rate, best, stalled, resting, 0.0, 0)


@dataclass(frozen=True)
class Adaptive(ObservedSchedule):
    """The rate is divided by 5 each time two epochs in a row fail to lower the loss by the tolerance.

    scikit-learn's networks divide once more than n_iter_no_change epochs in a row failed: patience is that plus one.
    They stop where the rate is 1e-6 or less; here the rate then stays.

    Source: scikit-learn, MLPClassifier and SGDClassifier with learning_rate="adaptive".
    """

    name: ClassVar[str] = "adaptive"
    label: ClassVar[str] = "Adaptive"
    summary: ClassVar[str] = "Is divided by five whenever the value has stopped falling."
    source: ClassVar[str] = "scikit-learn adaptive"
    formula: ClassVar[str] = r"\eta \leftarrow \eta/5"

    initial: float = initial_rate()
    divisor: float = parameter(5.0, low=1, low_open=True, slider=(1.1, 10.0), help="What it is divided by.")
    patience: int = parameter(2, low=1, high=10**9, slider=(1, 100), help="After so many epochs in a row.")
    tolerance: float = parameter(1e-4, low=0, slider=(1e-8, 1.0), log=True, help="Falling by less is no progress.")
    minimum: float = rate_option(1e-6, "Lowest rate", "A rate that is this or lower stays.", zero=True)
    every: int = steps_option(1, "Every", "The steps of an epoch.")

    def init(self) -> AdaptiveState:
        return AdaptiveState(self.initial, math.inf, 0, 0.0, 0)

    def rate_in(self, state: AdaptiveState) -> float:
        return state.rate

    def observed(self, state: AdaptiveState, value: float) -> AdaptiveState:
        rate, best, stalled, total, seen = state
        total, seen = total + value, seen + 1
        if seen < self.every:
            return AdaptiveState(rate, best, stalled, total, seen)
        mean = total / seen
        stalled = 0 if mean <= best - self.tolerance else stalled + 1
        best = mean if mean < best else best
        if stalled >= self.patience:
            stalled = 0
            rate = rate / self.divisor if rate > self.minimum else rate
        return AdaptiveState(rate, best, stalled, 0.0, 0)
