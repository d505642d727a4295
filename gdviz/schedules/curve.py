"""A learning rate drawn by hand: points over the steps, and what lies between them. Every other schedule can be made
one, to be bent from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from gdviz.errors import InputError, ParameterError
from gdviz.parameters import parameter
from gdviz.schedules.schedule import Schedule, StepSchedule

__all__ = ["Curve", "curve_of"]

_MOST_POINTS = 10_000


@dataclass(frozen=True)
class Curve(StepSchedule):
    """Rates at given steps. Before the first and after the last of them the rate stays."""

    name: ClassVar[str] = "curve"
    label: ClassVar[str] = "Drawn curve"
    summary: ClassVar[str] = "Any curve through points that you set."
    formula: ClassVar[str] = r"\eta_t = \mathrm{curve}(t)"
    base: ClassVar[str] = ""

    steps: tuple[float, ...] = parameter(
        (0.0, 500.0), kind="numbers", low=0, help="The steps of the points, in rising order."
    )
    rates: tuple[float, ...] = parameter((0.01, 0.0), kind="numbers", low=0, help="Their rates.")
    between: Literal["linear", "logarithmic", "hold"] = parameter(
        "linear",
        choices=("linear", "logarithmic", "hold"),
        help="Lines, lines on a logarithmic scale, or each rate until the next point.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.steps) != len(self.rates):
            raise ParameterError(
                f"curve: there are {len(self.steps)} steps and {len(self.rates)} rates; give one rate a step."
            )
        if any(later <= earlier for earlier, later in zip(self.steps, self.steps[1:], strict=False)):
            raise ParameterError("curve: the steps of the points must rise; sort them.")
        if len(self.steps) > _MOST_POINTS:
            raise ParameterError(f"curve: at most {_MOST_POINTS:,} points can be drawn; give fewer.")
        if self.between == "logarithmic" and min(self.rates) <= 0:
            raise ParameterError("curve: between logarithmic points every rate must be above 0; raise it.")

    @classmethod
    def from_rate(cls, rate: float) -> Schedule:
        return cls(steps=(0.0, 500.0), rates=(rate, rate))

    def table(self) -> dict[str, Any]:
        return {"schedule": self.name, "steps": self.steps, "rates": self.rates} | self.changed_options()

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        at, rates = np.array(self.steps), np.array(self.rates)
        if self.between == "hold":
            found: np.ndarray = rates[np.maximum(np.searchsorted(at, steps, side="right") - 1, 0)]
            return found
        if self.between == "logarithmic":
            return np.asarray(np.exp(np.interp(steps, at, np.log(rates))))
        return np.asarray(np.interp(steps, at, rates))


def curve_of(schedule: Schedule, steps: int, points: int = 65) -> Curve:
    """A schedule over this many steps as a curve through at most so many points, evenly spread; with `steps` + 1 of
    them it gives the same rates. Raises `InputError` for a schedule that depends on the values of a run."""
    if not isinstance(schedule, StepSchedule):
        raise InputError(f"{schedule.name} follows the values of a run, so there is no curve before; choose another.")
    count = max(2, min(points, steps + 1, _MOST_POINTS))
    at = np.unique(np.round(np.linspace(0.0, max(1, steps), count)))
    rates = schedule.rate(at)
    if not np.isfinite(rates).all():
        raise InputError(f"{schedule.name} grows beyond all numbers within {steps} steps; choose gentler options.")
    return Curve(steps=tuple(at.tolist()), rates=tuple(rates.tolist()))
