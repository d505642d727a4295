"""The experiment that the words of `gdviz run` ask for: one from a file, or one put together from options."""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path
from typing import Any

from gdviz.cli.words import WordParser, name_and_options, numbers, parsed_options
from gdviz.data.builtin import is_table_name
from gdviz.errors import InputError
from gdviz.experiment.experiment import MOST_RUNS, Experiment, ProblemChoice, RunEntry
from gdviz.experiment.file import load
from gdviz.optimizers import OPTIMIZERS
from gdviz.parameters import Parameter, declared
from gdviz.problems import PROBLEMS
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RandomStart, RunConfig, StartChoice, StopRules
from gdviz.runs.noise import NOISES

__all__ = ["add_options", "experiment_asked_for", "experiment_in"]

_DATA = "data"
_FORMULA_OPTIONS = ("variables", "constants")


def add_options(parser: WordParser) -> None:
    """Declare the options that say what to run."""
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT.toml", help="an experiment file")
    what = parser.add_argument_group("what to minimize, instead of an experiment file")
    what.add_argument("--problem", metavar="NAME[:key=value,...]", help="a function by name; gdviz list problems")
    what.add_argument("--formula", metavar="TEXT", help='a typed formula, such as "x^2 + 3y^2"')
    what.add_argument("--data", metavar="FILE", help="fit a table; a path, builtin:NAME or generated:NAME")
    typed = parser.add_argument_group("what the names in the text of --formula are")
    typed.add_argument(
        "--variables", metavar="NAMES", help="in order, such as x,y; all in alphabetical order if left out"
    )
    typed.add_argument("--constants", metavar="NAME=NUMBER,...", help="such as a=1,b=100")
    table = parser.add_argument_group("how to fit the table of --data")
    for item in _data_options():
        option = f"--{item.name.replace('_', '-')}"
        text = item.help.replace("%", "%%")
        if item.kind == "boolean":
            table.add_argument(option, nargs="?", const="true", metavar="true|false", help=text)
            table.add_argument(f"--no-{item.name}", dest=item.name, action="store_const", const="false")
        else:
            table.add_argument(option, metavar="|".join(item.choices) or item.kind.upper(), help=text)
    how = parser.add_argument_group("how to minimize; with an experiment file these replace what it says for every run")
    how.add_argument(
        "--optimizer",
        action="append",
        metavar="NAME[:key=value,...]",
        help="gradient_descent if left out; may repeat; a learning rate may be a schedule, such as "
        '"adam:learning_rate=cosine(initial=0.1,steps=500)"; gdviz list optimizers, gdviz list schedules',
    )
    how.add_argument("--start", metavar="NUMBERS|random", help="such as --start=-1.2,1; left out: the problem's own")
    how.add_argument("--range", metavar="LOW,HIGH", help="where a random start is drawn from; -1,1 if left out")
    defaults = {"steps": "500 if left out", "seed": "0 if left out", "batch_size": "all rows if left out"}
    for name, text in defaults.items():
        how.add_argument(f"--{name.replace('_', '-')}", metavar="N", help=text)
    how.add_argument(
        "--stop", metavar="RULE=VALUE,...", help=f"rules: {', '.join(item.name for item in declared(StopRules))}"
    )
    how.add_argument("--clipping", metavar="norm=VALUE|value=VALUE", help="no longer or no larger gradient than this")
    how.add_argument(
        "--gradient-noise", metavar="KIND[:key=value,...]", help=f"on every gradient; kinds: {', '.join(NOISES.names)}"
    )


def experiment_asked_for(arguments: argparse.Namespace) -> Experiment:
    """The experiment that these options describe; raises `InputError`."""
    sources = [name for name in ("experiment", "problem", "formula", "data") if getattr(arguments, name) is not None]
    if len(sources) != 1:
        names = " and ".join("EXPERIMENT" if name == "experiment" else f"--{name}" for name in sources)
        found = f"{names} exclude each other" if sources else "there is nothing to minimize"
        raise InputError(f"{found}; give one of an experiment file, --problem, --formula, --data.")
    if arguments.formula is None:
        for name in _FORMULA_OPTIONS:
            if getattr(arguments, name) is not None:
                raise InputError(f"--{name} belongs to --formula; add --formula TEXT or leave it out.")
    if arguments.data is None:
        given = [item.name for item in _data_options() if getattr(arguments, item.name) is not None]
        if given:
            raise InputError(f"--{given[0].replace('_', '-')} belongs to --data; add --data FILE or leave it out.")
    if arguments.experiment is not None:
        return _experiment_from_file(arguments)
    if arguments.data is not None:
        choice = _table(arguments)
    elif arguments.formula is not None:
        choice = _formula(arguments)
    else:
        choice = _function(arguments.problem)
    settings = _run_settings(arguments)
    optimizers = arguments.optimizer or ["gradient_descent"]
    if len(optimizers) > MOST_RUNS:
        raise InputError(f"at most {MOST_RUNS} optimizers race at once, not {len(optimizers)}; run them in parts.")
    entries = []
    for number, text in enumerate(optimizers):
        name, texts = name_and_options(text)
        cls = OPTIMIZERS.get(name)
        optimizer = cls.from_options(parsed_options(name, cls.declarations_for(texts), texts))
        entries.append(RunEntry(number + 1, RunConfig(optimizer, **settings), style=number))
    return Experiment(problem=choice, runs=tuple(entries))


def experiment_in(path: str) -> Experiment:
    """The experiment in a file, with something in it to run; raises `InputError`."""
    name = Path(path).name
    ending = Path(path).suffix.lower()
    if ending != ".toml" and os.path.exists(path):
        offer = (
            f"for a table type --data {path}" if ending in (".csv", ".tsv", ".txt", ".gz") else "choose another file"
        )
        raise InputError(f"{name} is no experiment file, which ends in .toml; {offer}.")
    experiment = load(path)
    if experiment.problem is None:
        raise InputError(f"{name} names no problem, so there is nothing to run; add [problem] with a name.")
    if not any(entry.enabled for entry in experiment.runs):
        raise InputError(f"{name} has no enabled run, so there is nothing to run; add [[run]] with an optimizer.")
    return experiment


def _experiment_from_file(arguments: argparse.Namespace) -> Experiment:
    if arguments.optimizer:
        raise InputError("the optimizers are in the experiment file; leave out --optimizer, or the file.")
    experiment = experiment_in(arguments.experiment)
    settings = _run_settings(arguments)
    entries = tuple(
        dataclasses.replace(entry, config=dataclasses.replace(entry.config, **settings)) for entry in experiment.runs
    )
    return dataclasses.replace(experiment, runs=entries)


def _data_options() -> list[Parameter]:
    return [item for item in declared(PROBLEMS.get(_DATA)) if item.name != "table"]


def _function(text: str) -> ProblemChoice:
    name, texts = name_and_options(text)
    declarations = declared(PROBLEMS.get(name))
    options = parsed_options(name, declarations, texts)
    for item in declarations:
        if item.kind == "path" and item.name in options:
            options[item.name] = _absolute(options[item.name])
    return ProblemChoice(name, options)


def _formula(arguments: argparse.Namespace) -> ProblemChoice:
    given = {name: getattr(arguments, name) for name in _FORMULA_OPTIONS}
    texts = {name: text for name, text in given.items() if text is not None}
    options = parsed_options("--formula", declared(PROBLEMS.get("formula")), texts)
    return ProblemChoice("formula", {"expression": arguments.formula, **options})


def _table(arguments: argparse.Namespace) -> ProblemChoice:
    given = {item.name: getattr(arguments, item.name) for item in _data_options()}
    texts = {name: text for name, text in given.items() if text is not None}
    options = parsed_options("--data", _data_options(), texts)
    return ProblemChoice(_DATA, {"table": _absolute(arguments.data), **options})


def _absolute(path: str) -> str:
    return path if is_table_name(path) else os.path.abspath(path)


def _run_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was said about every run."""
    settings: dict[str, Any] = {}
    for item in declared(RunConfig):
        text = getattr(arguments, item.name)
        if text is not None:
            settings[item.name] = item.parse(text)
    if arguments.start is not None or arguments.range is not None:
        settings["start"] = _start(arguments)
    if arguments.stop is not None:
        _, texts = name_and_options(f"stop:{arguments.stop}")
        settings["stop"] = StopRules(**parsed_options("--stop", declared(StopRules), texts))
    if arguments.clipping is not None:
        _, texts = name_and_options(f"clipping:{arguments.clipping}")
        settings["clipping"] = Clipping(**parsed_options("--clipping", declared(Clipping), texts))
    if arguments.gradient_noise is not None:
        kind, texts = name_and_options(arguments.gradient_noise)
        cls = NOISES.get(kind)
        settings["noise"] = cls.from_options(parsed_options(kind, declared(cls), texts))
    return settings


def _start(arguments: argparse.Namespace) -> StartChoice:
    if arguments.start == "random":
        if arguments.range is None:
            return RandomStart()
        ends = numbers(arguments.range, "--range")
        if len(ends) != 2:
            raise InputError(
                f"--range must be two numbers, the lowest and the highest, not {arguments.range!r}; give two."
            )
        return RandomStart(*ends)
    if arguments.range is not None:
        raise InputError("--range belongs to --start random; add that or leave --range out.")
    return numbers(arguments.start, "--start")
