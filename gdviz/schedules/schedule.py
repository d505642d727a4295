"""What a schedule is: a learning rate that changes from step to step, as frozen options and a pure rule.

Most depend on the step alone (`StepSchedule`). Some look at the values that the run meets (`ObservedSchedule`); what
those remember is a NamedTuple apart from the options, so that a run can be taken up at any checkpoint and gives the
same rates again, bit for bit.

Steps count from 0: `rate(k)` is the rate of the step k -> k+1.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar, overload

import numpy as np

from gdviz.parameters import Parameterized, parameter

__all__ = ["ObservedSchedule", "Schedule", "StepSchedule", "rate_option", "steps_option"]


def rate_option(default: float, label: str, help: str, zero: bool = False) -> Any:
    """A learning rate among the options of a schedule; 0 is one of them only where `zero` says so."""
    return parameter(
        default, low=0, low_open=not zero, slider=(1e-6 if zero else 1e-5, 10.0), log=True, label=label, help=help
    )


def steps_option(default: int, label: str, help: str, low: int = 1, optional: bool = False) -> Any:
    """A number of steps among the options of a schedule."""
    return parameter(
        default, low=low, high=10_000_000, slider=(low, 10_000), log=low > 0, optional=optional, label=label, help=help
    )


@dataclass(frozen=True)
class Schedule(Parameterized, abc.ABC):
    """Options of a learning rate that changes. Subclasses say `name`, `label`, `summary`, `source` and `formula`."""

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    """The rate of a step in TeX."""
    base: ClassVar[str] = "initial"
    """The option that takes the place of the one learning rate without a schedule."""

    @classmethod
    def from_rate(cls, rate: float) -> Schedule:
        """This schedule around a learning rate that was constant before."""
        return cls(**{cls.base: rate})

    def table(self) -> dict[str, Any]:
        """What an experiment file says in place of the number: the name, the base rate, and what is not default."""
        base = {self.base: getattr(self, self.base)}
        return {"schedule": self.name, **base, **self.changed_options()}

    def words(self) -> str:
        """The same for people and the command line: cosine(initial=0.02, steps=500)."""
        options = ", ".join(f"{name}={_word(value)}" for name, value in self.table().items() if name != "schedule")
        return f"{self.name}({options})"


@dataclass(frozen=True)
class StepSchedule(Schedule, abc.ABC):
    """A schedule whose rate depends on the step alone."""

    @abc.abstractmethod
    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        """The rates of these steps, floats from 0 on, as an array of the same shape `(n,)`."""

    @overload
    def rate(self, step: int) -> float: ...

    @overload
    def rate(self, step: np.ndarray) -> np.ndarray: ...

    def rate(self, step: int | np.ndarray) -> float | np.ndarray:
        """The rate of a step, or of an array of steps, from 0 on; the same bits either way.

        Options that grow without bounds may lead to inf, which ends a run as "diverged".
        """
        steps = np.ascontiguousarray(step, dtype=np.float64)
        with np.errstate(all="ignore"):
            rates = np.asarray(self.rates_of(steps.reshape(-1)), dtype=np.float64).reshape(np.shape(step))
        return rates if isinstance(step, np.ndarray) else float(rates)


@dataclass(frozen=True)
class ObservedSchedule(Schedule, abc.ABC):
    """A schedule that looks at the value recorded at every point.

    The state that `init` gives is that of step 0. `observed(state, value)` takes in the value at the point that a step
    leaves and gives the state of the next step, so a rate depends on values at earlier points only.
    """

    @abc.abstractmethod
    def init(self) -> Any:
        """The state before anything was observed."""

    @abc.abstractmethod
    def rate_in(self, state: Any) -> float:
        """The rate of the step that is taken in this state."""

    @abc.abstractmethod
    def observed(self, state: Any, value: float) -> Any:
        """The state after the value at one more point."""

    def rates_over(self, values: np.ndarray) -> np.ndarray:
        """The rates `(n,)` of the steps that leave points with these values `(n,)`, from the first step on."""
        state = self.init()
        rates = np.empty(len(values))
        for index, value in enumerate(np.asarray(values, dtype=np.float64).tolist()):
            rates[index] = self.rate_in(state)
            state = self.observed(state, value)
        return rates


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(_word(item) for item in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
