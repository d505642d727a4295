"""Learning rates that change on the way: schedules by name, each also usable as a drawn curve."""

from __future__ import annotations

from typing import Any

from gdviz.registry import Registry
from gdviz.schedules.curve import Curve, curve_of
from gdviz.schedules.cycles import Cyclic, LinearWarmup, Noam, OneCycle, WarmRestarts, WarmupStableDecay
from gdviz.schedules.decays import (
    Constant,
    Cosine,
    Exponential,
    InverseScaling,
    InverseTime,
    Milestones,
    Polynomial,
    Steps,
)
from gdviz.schedules.observed import Adaptive, Plateau
from gdviz.schedules.schedule import ObservedSchedule, Schedule, StepSchedule

__all__ = ["BUILTIN", "SCHEDULES", "Curve", "ObservedSchedule", "Schedule", "StepSchedule", "curve_of", "schedule"]

BUILTIN: tuple[type[Schedule], ...] = (
    Constant,
    Steps,
    Milestones,
    Exponential,
    InverseTime,
    InverseScaling,
    Polynomial,
    LinearWarmup,
    Cosine,
    WarmRestarts,
    OneCycle,
    Cyclic,
    Plateau,
    Adaptive,
    WarmupStableDecay,
    Noam,
    Curve,
)

SCHEDULES: Registry[Schedule] = Registry("schedule", BUILTIN)


def schedule(name: str, **options: Any) -> Schedule:
    """The schedule of that name, to be given as a learning rate; raises `InputError`."""
    return SCHEDULES.make(name, options)
