"""`gdviz run --formula`: formulas from a command line, run and written like any other problem."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest


def test_that_a_formula_runs_and_its_path_is_written(gdviz_command: Any, tmp_path: Path) -> None:
    out = tmp_path / "path.csv"
    words = ("--formula", "x**2 + 3*y**2", "--optimizer", "gradient_descent:learning_rate=0.1", "--start", "1,1")
    answer = gdviz_command("run", *words, "--steps", 5, "--out", out)
    assert (answer.code, answer.errors.strip().splitlines()[-1:]) == (0, answer.errors.strip().splitlines()[-1:])
    assert "x**2 + 3*y**2" in answer.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert float(rows[-1]["x"]) == pytest.approx(0.8**5, rel=1e-12)
    assert float(rows[-1]["y"]) == pytest.approx(0.4**5, rel=1e-12)


@pytest.mark.parametrize("formula", ["-x^2 + y^4", "-(x - 1)²·-1", "−x²"])
def test_that_a_formula_may_begin_with_a_minus(gdviz_command: Any, formula: str) -> None:
    answer = gdviz_command("run", "--formula", formula, "--steps", 1)
    assert answer.code == 0
    assert formula in answer.output


def test_that_variables_and_constants_are_what_is_said(gdviz_command: Any, tmp_path: Path) -> None:
    out = tmp_path / "path.csv"
    words = ("--formula", "a(y - x)^2 + b", "--variables", "y,x", "--constants", "a=2,b=-1e2", "--start", "3,1")
    answer = gdviz_command("run", *words, "--steps", 1, "--out", out)
    assert answer.code == 0
    with out.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert list(row)[-2:] == ["y", "x"]
    assert float(row["value"]) == 2 * 4 - 100


def test_that_a_wrong_formula_is_one_line_with_the_character(gdviz_command: Any) -> None:
    answer = gdviz_command("run", "--formula", "x^2 + siin(y)")
    assert answer.code == 2
    assert answer.output == ""
    assert answer.errors == ("gdviz: formula, character 7: there is no function 'siin'; did you mean sin(x)?\n")


def test_that_a_formula_is_a_problem_by_name_too(gdviz_command: Any) -> None:
    answer = gdviz_command("run", "--problem", "formula:expression=atan2(x, y) + x^2,variables=y,x", "--steps", 1)
    assert answer.code == 0
    assert "atan2(x, y) + x^2" in answer.output
