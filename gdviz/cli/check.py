"""`gdviz check`: the gradient of a problem at a point three ways side by side, and how far they are apart."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gdviz.cli.asked import experiment_in
from gdviz.cli.summary import columns
from gdviz.cli.words import WordParser, name_and_options, numbers, parsed_options
from gdviz.echo import plain_line
from gdviz.errors import InputError
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.problems.gradients import GradientComparison, compare_gradients

__all__ = ["check"]

_TITLES = {"analytic": "analytic", "finite_differences": "finite differences", "automatic": "automatic"}
_TOLERANCES = {"finite_differences": 1e-5, "automatic": 1e-9}
"""How far from the analytic gradient, relative to its length, each way may be."""
_MOST_ROWS = 40


def check(words: Sequence[str]) -> int:
    """Compare the gradients that the words ask for and print them; returns 0 where they agree and 1 where not."""
    arguments = _parser().read(words)
    tested = _problem(arguments)
    found = compare_gradients(tested, None if arguments.at is None else numbers(arguments.at, "--at"))
    print(_said(tested, found), end="")
    return 0 if _agree(found) else 1


def _parser() -> WordParser:
    parser = WordParser(
        "gdviz check",
        "Show the gradient of a problem by its formulas, by differences of its values, and by PyTorch where installed.",
        numeric=("--at",),
        signed=("--formula",),
        epilog="Exit codes: 0 they agree; 1 they do not, as on a kink; 2 input that can't be used.",
    )
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT.toml", help="the problem of an experiment file")
    parser.add_argument(
        "--problem",
        metavar="NAME[:key=value,...]",
        help="a problem by name, also data:table=iris.csv,target=species; gdviz list problems",
    )
    parser.add_argument("--formula", metavar="TEXT", help='a typed formula, such as "x^2 + 3y^2"')
    parser.add_argument("--at", metavar="NUMBERS", help="where, such as --at=-1.2,1; left out: the problem's own start")
    return parser


def _problem(arguments: argparse.Namespace) -> Problem:
    """The problem that is asked for; raises `InputError`."""
    given = [item for item in (arguments.experiment, arguments.problem, arguments.formula) if item is not None]
    if len(given) != 1:
        found = "one problem is checked at a time" if given else "there is nothing to check"
        raise InputError(f"{found}; give one of an experiment file, --problem, --formula.")
    if arguments.experiment is not None:
        choice = experiment_in(arguments.experiment).problem
        assert choice is not None
        return choice.build()
    if arguments.formula is not None:
        return problem("formula", expression=arguments.formula)
    name, texts = name_and_options(arguments.problem)
    return problem(name, **parsed_options(name, declared(PROBLEMS.get(name)), texts))


def _said(tested: Problem, found: GradientComparison) -> str:
    """The gradients as a table, a row a parameter, and the differences below."""
    ways = found.ways
    head = ["", "at", *(_TITLES[way] for way in ways)]
    rows = [
        [name, f"{found.point[place]:.10g}", *(f"{gradient[place]:.12g}" for gradient in ways.values())]
        for place, name in enumerate(found.names)
    ]
    left_out = len(rows) - _MOST_ROWS
    lines = [plain_line(f"gradient of {tested.label}") + "\n"]
    lines.append(columns([head, *rows[:_MOST_ROWS]], "l" + "r" * (len(ways) + 1)))
    if left_out > 0:
        lines.append(f"and {left_out} parameters more\n")
    lines.append("\n")
    for item in found.differences:
        lines.append(
            f"{_TITLES[item.first]} and {_TITLES[item.second]}: at most {item.largest:.2g} apart, "
            f"relative {item.relative:.2g}\n"
        )
    if found.automatic is None:
        lines.append(plain_line(found.reason) + "\n")
    lines.append("they agree\n" if _agree(found) else "they do not agree\n")
    return "".join(lines)


def _agree(found: GradientComparison) -> bool:
    """Whether every other way agrees with the analytic one; an entry that is no number agrees with nothing."""
    return all(
        item.relative <= _TOLERANCES[item.second] or item.largest <= _TOLERANCES[item.second]
        for item in found.differences
        if item.first == "analytic"
    )
