"""Edits: pure functions from one experiment to the next. The window applies them; undo goes back to the one
before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gdviz.errors import InputError
from gdviz.experiment.experiment import MOST_RUNS, Experiment, ProblemChoice, RunEntry
from gdviz.optimizers import Optimizer
from gdviz.problems import PROBLEMS, Problem
from gdviz.runs.config import RunConfig

__all__ = [
    "Edit",
    "add_run",
    "change_from_step",
    "choose_problem",
    "duplicate_run",
    "move_start",
    "remove_run",
    "replace_config",
    "reset_start",
    "set_enabled",
    "set_for_all_runs",
    "set_hyper_parameters",
    "set_optimizer",
    "set_problem_options",
    "set_view",
]

Edit: TypeAlias = Callable[[Experiment], Experiment]


def choose_problem(
    experiment: Experiment, choice: ProblemChoice, default_runs: tuple[RunConfig, ...] = (), keep_runs: bool = True
) -> Experiment:
    """Another problem. Runs are kept, from the new problem's own start, unless `keep_runs` is false; with none,
    `default_runs` are made."""
    # Mini-batches are drawn from rows, and a function has none.
    kept: dict[str, Any] = {} if PROBLEMS.get(choice.name).rows is not Problem.rows else {"batch_size": None}
    entries = tuple(
        dataclasses.replace(entry, config=dataclasses.replace(entry.config, start=None, changes=(), **kept))
        for entry in (experiment.runs if keep_runs else ())
    )
    view = dataclasses.replace(experiment.view, plane=None)
    changed = dataclasses.replace(experiment, problem=choice, runs=entries, view=view)
    for config in () if entries else default_runs:
        changed = add_run(changed, config)
    return changed


def set_problem_options(experiment: Experiment, options: Mapping[str, Any]) -> Experiment:
    """Some options of the problem changed, the others as they are.

    With another number of parameters every run starts where the problem suggests: the start it had is no point of it.
    Raises `InputError` for options that make no function.
    """
    old = experiment.problem
    if old is None:
        return experiment
    new = dataclasses.replace(old, options={**old.options, **options})
    changed = dataclasses.replace(experiment, problem=new)
    if _dimension(old) == _dimension(new):
        return changed
    return set_view(reset_start(changed), plane=None)


def add_run(experiment: Experiment, config: RunConfig) -> Experiment:
    """One more run, in the first style that no other has; raises `InputError` where there are too many."""
    if len(experiment.runs) >= MOST_RUNS:
        raise InputError(f"there are {MOST_RUNS} runs already; remove one first.")
    key = 1 + max((entry.key for entry in experiment.runs), default=0)
    used = {entry.style for entry in experiment.runs}
    style = next(number for number in range(len(used) + 1) if number not in used)
    return dataclasses.replace(experiment, runs=(*experiment.runs, RunEntry(key, config, style)))


def duplicate_run(experiment: Experiment, key: int) -> Experiment:
    """A copy of a run as a run of its own, last in the list."""
    return add_run(experiment, experiment.entry(key).config)


def remove_run(experiment: Experiment, key: int) -> Experiment:
    return dataclasses.replace(experiment, runs=tuple(entry for entry in experiment.runs if entry.key != key))


def set_enabled(experiment: Experiment, key: int, enabled: bool) -> Experiment:
    return _with_entry(experiment, dataclasses.replace(experiment.entry(key), enabled=enabled))


def replace_config(experiment: Experiment, key: int, config: RunConfig) -> Experiment:
    return _with_entry(experiment, dataclasses.replace(experiment.entry(key), config=config))


def set_optimizer(experiment: Experiment, key: int, optimizer: Optimizer) -> Experiment:
    """Another method for a run; the changes made while the old one ran are dropped."""
    config = experiment.entry(key).config
    return replace_config(experiment, key, dataclasses.replace(config, optimizer=optimizer, changes=()))


def set_hyper_parameters(experiment: Experiment, key: int, options: Mapping[str, Any]) -> Experiment:
    """Hyper-parameters changed from the start; later changes of the same ones are dropped: the new value counts. So are
    those of hyper-parameters that are gone with another method inside a wrapper."""
    config = experiment.entry(key).config
    optimizer = config.optimizer.changed(options)
    there = optimizer.options()
    remaining = []
    for change in config.changes:
        kept = {name: value for name, value in change.options.items() if name not in options and name in there}
        if kept:
            remaining.append(dataclasses.replace(change, options=kept))
    return replace_config(experiment, key, dataclasses.replace(config, optimizer=optimizer, changes=tuple(remaining)))


def change_from_step(experiment: Experiment, key: int, step: int, options: Mapping[str, Any]) -> Experiment:
    """Hyper-parameters changed from `step` on; what lies before is kept, and the experiment records the change."""
    return replace_config(experiment, key, experiment.entry(key).config.changed_at(step, options))


def move_start(experiment: Experiment, start: tuple[float, ...]) -> Experiment:
    """All runs start from this point: a race is fair only from one start."""
    entries = tuple(
        dataclasses.replace(entry, config=dataclasses.replace(entry.config, start=start)) for entry in experiment.runs
    )
    return dataclasses.replace(experiment, runs=entries)


def reset_start(experiment: Experiment) -> Experiment:
    """All runs start where the problem suggests."""
    return set_for_all_runs(experiment, {"start": None})


def set_for_all_runs(experiment: Experiment, options: Mapping[str, Any]) -> Experiment:
    """Steps, seed, batch size or stopping rules of every run: what makes their race a fair one."""
    entries = tuple(
        dataclasses.replace(entry, config=dataclasses.replace(entry.config, **options)) for entry in experiment.runs
    )
    return dataclasses.replace(experiment, runs=entries)


def set_view(experiment: Experiment, **choices: Any) -> Experiment:
    return dataclasses.replace(experiment, view=dataclasses.replace(experiment.view, **choices))


def _dimension(choice: ProblemChoice) -> int | None:
    """How many parameters a function has. That of a fit depends on its columns, which are chosen, not edited."""
    function = PROBLEMS.get(choice.name)
    return None if function.rows is not Problem.rows else choice.build().dimension


def _with_entry(experiment: Experiment, changed: RunEntry) -> Experiment:
    entries = tuple(changed if entry.key == changed.key else entry for entry in experiment.runs)
    return dataclasses.replace(experiment, runs=entries)
