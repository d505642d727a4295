from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gdviz.cli.asked import add_options, experiment_asked_for
from gdviz.cli.words import WordParser
from gdviz.data.errors import TableTooLargeError
from gdviz.experiment.experiment import Experiment, ProblemChoice, RunEntry
from gdviz.optimizers import optimizer
from gdviz.runs.config import RandomStart, RunConfig, StopRules


def asked(*words: str) -> Experiment:
    parser = WordParser("test", "A test.", numeric=("--start", "--range"))
    add_options(parser)
    return experiment_asked_for(parser.read(words))


def test_that_options_become_the_experiment_they_describe() -> None:
    words = (
        "--problem rosenbrock:b=5 --optimizer adam:beta1=0.5 --optimizer momentum --start random --range=-3,4 "
        "--steps 9 --seed 2 --stop value=1e-3,seconds=5"
    )
    settings: dict[str, Any] = {
        "start": RandomStart(-3, 4), "steps": 9, "seed": 2, "stop": StopRules(value=1e-3, seconds=5)
    }  # fmt: skip
    assert asked(*words.split()) == Experiment(
        problem=ProblemChoice("rosenbrock", {"b": 5.0}),
        runs=(
            RunEntry(1, RunConfig(optimizer("adam", beta1=0.5), **settings)),
            RunEntry(2, RunConfig(optimizer("momentum"), **settings), style=1),
        ),
    )


@pytest.mark.parametrize("words", [("--data", "deep/x.csv"), ("--problem", "data:table=deep/x.csv")])
def test_that_a_table_is_known_by_its_full_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert asked(*words).problem == ProblemChoice("data", {"table": str(tmp_path / "deep" / "x.csv")})


def test_that_how_to_fit_is_read_as_declared() -> None:
    choice = asked(
        "--data", "builtin:iris", "--target", "species", "--classes", "setosa, virginica", "--features", "a,b", "--l2",
        "0.5", "--standardize", "false", "--header", "--delimiter", "tab",
    ).problem  # fmt: skip
    assert choice is not None
    assert choice.options == {
        "table": "builtin:iris",
        "target": "species",
        "classes": ("setosa", "virginica"),
        "features": ("a", "b"),
        "l2": 0.5,
        "standardize": False,
        "header": True,
        "delimiter": "tab",
    }
    other = asked("--data", "builtin:iris", "--no-header").problem
    assert other is not None
    assert other.options["header"] is False


def test_that_a_table_too_large_is_refused_with_what_to_do(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: ProblemChoice) -> None:
        raise TableTooLargeError("big.csv", 2**30, 2**28)

    monkeypatch.setattr(ProblemChoice, "build", refuse)
    answer = gdviz_command("run", "--data", "big.csv")
    assert answer.code == 2
    assert "holds 1,024 MB of text, more than the 256 MB" in answer.errors
    assert "take fewer rows." in answer.errors
    assert "window" not in answer.errors, "it has the same limit"
