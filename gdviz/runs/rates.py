"""Which learning rate a step is taken with: a number, a schedule over the steps, or one that follows the values.

A schedule that follows the values begins anew at a change that sets another one, and goes on through all other changes.
The state in a checkpoint is therefore that before any change at its own step; `entered` is that after it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gdviz.optimizers.rule import Optimizer
from gdviz.runs.config import RunConfig
from gdviz.schedules.schedule import ObservedSchedule, Schedule, StepSchedule

__all__ = ["entered", "follows_values", "rate_at", "rates_array", "rates_from", "schedule_of"]


def schedule_of(optimizer: Optimizer) -> Schedule | None:
    """The schedule of its learning rate, None where that is a number or there is none."""
    rate = getattr(optimizer, "learning_rate", None)
    return rate if isinstance(rate, Schedule) else None


def follows_values(optimizer: Optimizer) -> bool:
    """Whether the rate depends on the values that the run meets."""
    return isinstance(schedule_of(optimizer), ObservedSchedule)


def rates_array(optimizer: Optimizer, first: int, count: int) -> np.ndarray:
    """The rates `(count,)` of the steps from `first` on, for an optimizer that does not follow values; nan for methods
    without a rate."""
    schedule = schedule_of(optimizer)
    if schedule is None:
        return np.full(count, float(getattr(optimizer, "learning_rate", math.nan)))
    assert isinstance(schedule, StepSchedule)
    rates: np.ndarray = schedule.rate(np.arange(first, first + count))
    return rates


def rates_from(optimizer: Optimizer, first: int, count: int) -> list[float]:
    """The same as plain floats, for steps that are taken one by one."""
    rates: list[float] = rates_array(optimizer, first, count).tolist()
    return rates


def entered(config: RunConfig, step: int, state: Any) -> Any:
    """The state of the schedule with which `step` is taken, from that in a checkpoint at `step`."""
    schedule = schedule_of(config.optimizer_at(step))
    if not isinstance(schedule, ObservedSchedule):
        return None
    if step == 0 or schedule_of(config.optimizer_at(step - 1)) != schedule:
        return schedule.init()
    return state


def rate_at(config: RunConfig, step: int, state: Any) -> float:
    """The rate of the step `step` -> `step` + 1, from the state of the schedule in a checkpoint at `step`."""
    optimizer = config.optimizer_at(step)
    schedule = schedule_of(optimizer)
    if isinstance(schedule, ObservedSchedule):
        return schedule.rate_in(entered(config, step, state))
    return rates_from(optimizer, step, 1)[0]
