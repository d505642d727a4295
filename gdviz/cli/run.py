"""`gdviz run`: the descents of an experiment without a window. Summary to standard output, progress to standard
error."""

from __future__ import annotations

from collections.abc import Sequence

from gdviz.backends import backend
from gdviz.cli.asked import add_options, experiment_asked_for
from gdviz.cli.interrupt import Interrupt
from gdviz.cli.progress import Progress
from gdviz.cli.running import run_experiment
from gdviz.cli.summary import summary
from gdviz.cli.words import WordParser
from gdviz.errors import InputError
from gdviz.experiment.results import Measures, check_results_path, save_results
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Run what the words ask for, print the summary, write the results; returns the exit code."""
    arguments = _parser().read(words)
    backend(arguments.backend)  # a wrong name is said before anything is read
    if arguments.out is not None:
        check_results_path(arguments.out)
    experiment = experiment_asked_for(arguments)
    if arguments.metrics and (arguments.out is None or experiment.problem is None or experiment.problem.name != "data"):
        raise InputError("--metrics makes columns of results of fits to tables; add --out FILE, or leave it out.")
    with Progress() as progress, Interrupt() as interrupt:
        problem, trajectories = run_experiment(experiment, progress, interrupt, arguments.backend)
        rows = 0
        if arguments.out is not None:
            progress.tell(f"writing {arguments.out}")
            rows = save_results(
                arguments.out,
                trajectories,
                problem.names,
                parameters=arguments.parameters == "all",
                measures=_measures(problem) if arguments.metrics else None,
            )
        progress.clear()
        print(summary(experiment, problem, trajectories), end="")
        if arguments.out is not None:
            print(f"\nwrote {rows} rows to {arguments.out}")
    return interrupt.exit_code


def _measures(problem: Problem) -> Measures:
    """The measures of a fit at every point."""
    assert isinstance(problem, DataFit), "said before the runs"
    return lambda points: problem.metrics(points).columns()


def _parser() -> WordParser:
    parser = WordParser(
        "gdviz run",
        "Run descents without a window, from an experiment file or from options.",
        numeric=("--start", "--range"),
        signed=("--formula",),
        epilog="Ctrl+C ends the runs where they are; what there is gets written, and the exit code is 130.",
    )
    add_options(parser)
    results = parser.add_argument_group("results")
    results.add_argument("--out", metavar="FILE", help="every step as .csv, .parquet or .json")
    results.add_argument(
        "--parameters", choices=("all", "none"), default="all", help="a column for each parameter, or none of them"
    )
    results.add_argument(
        "--metrics",
        action="store_true",
        help="of fits to tables: columns for accuracy, or MSE, MAE and R², at every step, on the rows fitted and those "
        "held out",
    )
    results.add_argument(
        "--backend",
        metavar="NAME",
        default="numpy",
        help="what computes: numpy, torch, torch:cuda, torch:mps, cupy or jax; gdviz list backends",
    )
    return parser
