"""What a run is asked to do: frozen, saved in files, and enough to repeat the run exactly."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np

from gdviz.arrays import Array, to_numpy
from gdviz.echo import echoed, plain_line
from gdviz.errors import InputError
from gdviz.optimizers.rule import Optimizer
from gdviz.parameters import Parameterized, parameter
from gdviz.problems.base import Problem
from gdviz.runs.clipping import Clipping
from gdviz.runs.noise import GradientNoise

__all__ = ["Change", "RandomStart", "RunConfig", "StartChoice", "StopRules", "checked_start", "start_point"]


@dataclass(frozen=True)
class RandomStart:
    """A start drawn uniformly from [low, high) in every parameter, by the run's seed."""

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        low, high = _numbers((self.low, self.high), "the range of a random start")
        # The width too: from -1e308 to 1e308 there is none in float64.
        if not low < high or not math.isfinite(high - low):
            raise InputError(
                f"the range of a random start must rise, not go from {low:g} to {high:g}; swap or widen it."
            )
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)


StartChoice: TypeAlias = tuple[float, ...] | RandomStart | None
"""Numbers, a random point, or the problem's own start."""


@dataclass(frozen=True)
class StopRules(Parameterized):
    """When to stop before all steps are done; a rule that is None is off."""

    name: ClassVar[str] = "stop"

    gradient_norm: float | None = parameter(None, low=0, optional=True, help="Stop once ‖∇f‖ is at most this.")
    value: float | None = parameter(None, optional=True, help="Stop once f is at most this.")
    change: float | None = parameter(None, low=0, optional=True, help="Stop once a step is at most this long.")
    evaluations: int | None = parameter(
        None, low=1, optional=True, help="Stop once value, gradient and Hessian were asked for this often, together."
    )
    seconds: float | None = parameter(None, low=0, low_open=True, optional=True, help="Stop after this long.")

    @property
    def none(self) -> bool:
        return all(value is None for value in self.options().values())


@dataclass(frozen=True)
class Change:
    """Hyper-parameters that differ from step `step` on: the step k -> k+1 of k = `step` is the first with them."""

    step: int
    options: Mapping[str, Any]


@dataclass(frozen=True)
class RunConfig(Parameterized):
    """One run: the same config on the same problem always gives the same trajectory."""

    name: ClassVar[str] = "run"

    optimizer: Optimizer
    start: StartChoice = None
    steps: int = parameter(500, low=1, high=10_000_000, slider=(10, 1_000_000), log=True, help="Steps to take.")
    seed: int = parameter(0, low=0, high=2**63 - 1, help="Draws random starts and mini-batches.")
    batch_size: int | None = parameter(
        None, low=1, optional=True, help="Rows per step of a fit to data; left out: all rows."
    )
    stop: StopRules = field(default_factory=StopRules)
    clipping: Clipping = field(default_factory=Clipping)
    noise: GradientNoise | None = None
    changes: tuple[Change, ...] = ()
    label: str = ""
    _stages: tuple[tuple[int, Optimizer], ...] = field(init=False, repr=False, compare=False)
    """Every optimizer of the run with the step that is its first."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # Labels are shown in terminals, tables and tips, and files of strangers give them.
        object.__setattr__(self, "label", plain_line(self.label))
        if self.start is not None and not isinstance(self.start, RandomStart):
            object.__setattr__(self, "start", _numbers(self.start, "the start"))
        steps = [change.step for change in self.changes]
        if steps != sorted(set(steps)) or any(step < 0 for step in steps):
            raise InputError("run: changes must be at different steps, in rising order; sort them.")
        stages = [(0, self.optimizer)]
        changes = []
        for change in self.changes:
            changed = self._changed(stages[-1][1], change)
            if change.options:
                stages.append((change.step, changed))
                options = {name: value for name, value in changed.options().items() if name in change.options}
                changes.append(Change(change.step, options))
        object.__setattr__(self, "changes", tuple(changes))
        object.__setattr__(self, "_stages", tuple(stages))

    @property
    def title(self) -> str:
        """The label, or the optimizer's own where there is none."""
        return self.label or self.optimizer.label

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizer of the first step, and what every change makes of it."""
        return tuple(optimizer for _, optimizer in self._stages)

    def optimizer_at(self, step: int) -> Optimizer:
        """The optimizer that takes step `step` -> `step` + 1, every change up to there applied."""
        return next(optimizer for first, optimizer in reversed(self._stages) if first <= step)

    def changed_at(self, step: int, options: Mapping[str, Any]) -> RunConfig:
        """The same run with these hyper-parameters from `step` on; later changes are dropped."""
        kept = {change.step: change for change in self.changes if change.step <= step}
        earlier = kept.get(step)
        kept[step] = Change(step, {**(earlier.options if earlier else {}), **options})
        return dataclasses.replace(self, changes=tuple(kept[key] for key in sorted(kept)))

    @staticmethod
    def _changed(optimizer: Optimizer, change: Change) -> Optimizer:
        names = optimizer.options()
        for name in change.options:
            if name not in names:
                raise InputError(
                    f"{optimizer.name} has no hyper-parameter {echoed(name)} to change at step {echoed(change.step)}."
                )
        changed = optimizer.changed(change.options)
        if changed.state_owner != optimizer.state_owner:
            raise InputError(
                f"{optimizer.name} can't go on from {optimizer.state_owner} to {changed.state_owner} in the middle of "
                "a run; choose it from the start."
            )
        return changed


def start_point(problem: Problem, config: RunConfig) -> np.ndarray:
    """The start `(..., d)` of a run on this problem, float64; raises `InputError` where it has the wrong length."""
    if config.start is None:
        return np.array(problem.start, dtype=np.float64)
    if isinstance(config.start, RandomStart):
        generator = np.random.default_rng(config.seed)
        return generator.uniform(config.start.low, config.start.high, size=problem.dimension)
    start: np.ndarray = checked_start(problem, np.array(config.start, dtype=np.float64))
    return start


def checked_start(problem: Problem, start: Array) -> Array:
    """`start (..., d)` if its last axis fits the problem and all of it is finite; raises `InputError`."""
    length = start.shape[-1] if start.ndim else 0
    if length != problem.dimension:
        raise InputError(
            f"the start has {_counted(length, 'number')} but {problem.name} has "
            f"{_counted(problem.dimension, 'parameter')} ({_listed(problem.names)}); give {problem.dimension}."
        )
    if start.ndim > 1 and 0 in start.shape:
        raise InputError("the batch of starts is empty; give at least one start.")
    if not np.isfinite(to_numpy(start)).all():
        raise InputError("the start must be finite numbers; replace nan and inf.")
    return start


def _numbers(values: Any, what: str) -> tuple[float, ...]:
    """`values` as finite floats; raises `InputError`."""
    try:
        # float() would take text and truth values too.
        numbers = tuple(math.nan if isinstance(value, str | bool) else float(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        numbers = ()
    if not numbers or not all(map(math.isfinite, numbers)):
        raise InputError(f"{what} must be a list of finite numbers, not {echoed(values)}; type plain numbers.")
    return numbers


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 6 else ", ".join((*names[:3], "…", names[-1]))
