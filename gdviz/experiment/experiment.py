"""What a user has set up: the problem, the runs, and how they are looked at. Frozen: what a file saves and undo restores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gdviz.problems import PROBLEMS, Problem
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory

__all__ = ["Experiment", "ProblemChoice", "RunEntry", "Scale", "ViewChoice"]

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class ProblemChoice:
    """A problem by name with the options that differ from its defaults; paths among them are absolute or `builtin:NAME`."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> Problem:
        """The problem itself, reading its table if it has one; raises `InputError`."""
        return PROBLEMS.make(self.name, self.options)


@dataclass(frozen=True)
class RunEntry:
    """A run of the experiment. `key` names it for as long as the experiment is open, whatever is edited;
    `style` counts through the colours, symbols and dashes."""

    key: int
    config: RunConfig
    style: int = 0
    enabled: bool = True


@dataclass(frozen=True)
class ViewChoice:
    """How the experiment is looked at: the two parameters that span the landscape (by name; None: the first two), the scales
    of the curves, and the steps played a second."""

    plane: tuple[str, str] | None = None
    value_scale: Scale = "log"
    step_scale: Scale = "linear"
    speed: float = 12.0


@dataclass(frozen=True)
class Experiment:
    """A problem and the runs on it. An experiment without a problem is the empty start."""

    title: str = ""
    problem: ProblemChoice | None = None
    runs: tuple[RunEntry, ...] = ()
    view: ViewChoice = field(default_factory=ViewChoice)

    def entry(self, key: int) -> RunEntry:
        """The run of that key; raises `KeyError`."""
        for item in self.runs:
            if item.key == key:
                return item
        raise KeyError(key)

    def labels(self) -> dict[int, str]:
        """A label for every run by key, each different: those that agree are numbered."""
        titles = [item.config.title for item in self.runs]
        labels: dict[int, str] = {}
        for index, item in enumerate(self.runs):
            title = titles[index]
            repeated = titles.count(title) > 1
            labels[item.key] = f"{title} {titles[: index + 1].count(title)}" if repeated else title
        return labels

    def run(
        self,
        progress: Callable[[Run], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        problem: Problem | None = None,
    ) -> dict[str, Trajectory]:
        """Every enabled run to its end, one trajectory each, keyed by label; raises `InputError`."""
        if problem is None:
            if self.problem is None:
                return {}
            problem = self.problem.build()
        labels = self.labels()
        runs = [(labels[item.key], Run(problem, item.config)) for item in self.runs if item.enabled]
        return {label: run_to_end(run, progress, cancelled) for label, run in runs}
