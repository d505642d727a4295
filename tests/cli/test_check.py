"""`gdviz check`: gradients side by side, and an exit code that says whether they agree."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from gdviz.problems.functions_two import Rosenbrock


@pytest.fixture(autouse=True)
def torch_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else real(name, *rest))


def test_that_the_gradients_stand_side_by_side(gdviz_command: Any) -> None:
    answer = gdviz_command("check", "--problem", "rosenbrock", "--at", "-1.2,1")
    assert answer.code == 0
    assert "gradient of Rosenbrock\n" in answer.output
    assert "   at  analytic  finite differences\n" in answer.output
    assert "x  -1.2    -215.6      -215.6" in answer.output
    assert "analytic and finite differences: at most 2.5e-08 apart, relative 1.1e-10\n" in answer.output
    assert "automatic gradients need PyTorch, which is not installed" in answer.output
    assert answer.output.endswith("they agree\n")
    assert answer.errors == ""


def test_that_gradients_that_differ_end_with_1(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rosenbrock, "gradient_at", lambda self, xp, x, y: (-215.6, -88.01))
    answer = gdviz_command("check", "--problem", "rosenbrock")
    assert answer.code == 1
    assert answer.output.endswith("they do not agree\n")


def test_that_options_formulas_tables_and_experiments_are_checked(gdviz_command: Any, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment.toml"
    experiment.write_text(
        'gdviz = 1\n[problem]\nname = "neuron"\ny = 0.2\n[[run]]\noptimizer = "adam"\n', encoding="utf-8"
    )
    for words, said in (
        (["--problem", "sphere:dimension=60"], "and 20 parameters more"),
        (["--formula", "-x^2 + y"], "gradient of Formula"),
        (["--problem", "data:table=builtin:iris,target=petal_width"], "petal_length"),
        ([str(experiment)], "gradient of One neuron"),
    ):
        answer = gdviz_command("check", *words)
        assert (answer.code, answer.errors) == (0, "")
        assert said in answer.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "there is nothing to check"),
        (["--problem", "sphere", "--formula", "x"], "one problem is checked at a time"),
        (["--problem", "spere"], "did you mean sphere"),
        (["--problem", "sphere", "--at", "1"], "a point of sphere is 2 finite numbers (x, y)"),
        (["--problem", "sphere", "--at", "a,b"], "--at must be numbers with commas between"),
        (["--problem", "sphere:dimenson=3"], "has no option 'dimenson'"),
    ],
)
def test_that_what_can_t_be_checked_is_said_in_one_line(gdviz_command: Any, words: list[str], sentence: str) -> None:
    answer = gdviz_command("check", *words)
    assert answer.code == 2
    assert sentence in answer.errors
    assert answer.errors.count("\n") == 1
