"""Formulas in experiment files: read, run, written so that they are read again, and refused with their line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gdviz
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.experiment.file import ExperimentFileError, from_text, save, to_text

TEXT = """\
gdviz = 1

[problem]
name = "formula"
expression = "(a - x)² + b·(y - x²)²"
variables = ["x", "y"]
constants = { a = 1.0, b = 100.0 }
view = [-2.0, 2.0, -1.0, 3.0]
usual_start = [-1.2, 1.0]

[[run]]
optimizer = "momentum"
learning_rate = 0.0005
steps = 40
"""


def test_that_a_formula_is_read_and_run_as_the_function_it_spells(tmp_path: Path) -> None:
    path = tmp_path / "typed.toml"
    path.write_text(TEXT, encoding="utf-8")
    experiment = gdviz.load(path)
    [trajectory] = experiment.run().values()
    known = gdviz.minimize(
        gdviz.problem("rosenbrock"),
        gdviz.optimizer("momentum", learning_rate=0.0005),
        start=[-1.2, 1.0],
        steps=40,
    )
    np.testing.assert_allclose(trajectory.points, known.points, rtol=1e-10)


def test_that_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    experiment = from_text(TEXT, "typed.toml", tmp_path)
    assert to_text(experiment, tmp_path) == TEXT
    save(experiment, tmp_path / "again.toml")
    assert gdviz.load(tmp_path / "again.toml") == experiment


def test_that_a_table_of_constants_may_have_lines_of_its_own(tmp_path: Path) -> None:
    longer = TEXT.replace("constants = { a = 1.0, b = 100.0 }\n", "")
    longer = longer.replace("[[run]]", "[problem.constants]\na = 1\nb = 100\n\n[[run]]")
    assert from_text(longer, "typed.toml", tmp_path) == from_text(TEXT, "typed.toml", tmp_path)


def test_that_a_formula_of_any_text_survives_a_file(tmp_path: Path) -> None:
    for expression in ("x^2 + 3y", "√(x)·y − 2÷x", "（１－ｘ）²", "x\n+ y", "θ₁² + λ"):
        experiment = Experiment(problem=ProblemChoice("formula", {"expression": expression}))
        save(experiment, tmp_path / "typed.toml")
        assert gdviz.load(tmp_path / "typed.toml") == experiment


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("(a - x)²", "(a - x", 5, "formula, character 1: this bracket is never closed"),
        ("(a - x)²", "import os", 5, "'import' is no variable"),
        ("(a - x)²", "x**9**9**9", 5, "this part is no finite number"),
        ('expression = "(a - x)² + b·(y - x²)²"', "", 3, "formula needs expression"),
        ('expression = "(a - x)² + b·(y - x²)²"', "expression = 3", 5, "expression must be text"),
        ('["x", "y"]', '["x", "z"]', 5, "'y' is no variable; the variables are x, z"),
        ('["x", "y"]', "3", 6, "variables must be text"),
        ("{ a = 1.0, b = 100.0 }", "{ a = 1.0 }", 5, "'b' is no variable"),
        ("{ a = 1.0, b = 100.0 }", '{ a = "1" }', 7, "constants must be finite numbers by name"),
        ("{ a = 1.0, b = 100.0 }", "[1.0, 100.0]", 7, "constants must be finite numbers by name"),
        ("a = 1.0", "sin = 1.0", 5, "'sin' has a meaning already"),
        ("[-2.0, 2.0, -1.0, 3.0]", "[-2.0, 2.0]", 5, "view must be 4 numbers"),
        ("[-1.2, 1.0]", "[-1.2, nan]", 9, "usual_start must be a list of finite numbers"),
        ("usual_start", "start", 9, "unknown key 'start' in problem"),
    ],
)
def test_that_a_formula_that_is_none_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in TEXT
    with pytest.raises(ExperimentFileError) as caught:
        from_text(TEXT.replace(old, new), "typed.toml", tmp_path)
    assert words in str(caught.value)
    assert caught.value.line == line
