"""The mathematics and the terminal's commands run where Qt is not installed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

WITHOUT_QT = '''
import sys


class Absent:
    """Finds no Qt, as on a machine where it is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


sys.meta_path.insert(0, Absent())
'''


@pytest.fixture(scope="module")
def no_qt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a process in which every interpreter is without Qt."""
    folder = tmp_path_factory.mktemp("no_qt")
    (folder / "sitecustomize.py").write_text(WITHOUT_QT, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    return {**variables, "PYTHONPATH": str(folder)}


def run(variables: dict[str, str], *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=variables, capture_output=True, text=True, timeout=seconds, check=False
    )


def test_that_qt_is_truly_absent_there(no_qt: dict[str, str]) -> None:
    result = run(no_qt, "-c", "import PySide6.QtCore")
    assert "No module named 'PySide6'" in result.stderr


def test_that_minimize_descends_without_qt(no_qt: dict[str, str]) -> None:
    program = """
import gdviz
problem = gdviz.problem("sphere")
optimizer = gdviz.optimizer("gradient_descent", learning_rate=0.25)
trajectory = gdviz.minimize(problem, optimizer, start=[1.0, -2.0], steps=3)
print(*trajectory.points[-1])
"""
    result = run(no_qt, "-c", program)
    assert result.returncode == 0, result.stderr
    # The gradient of x^2 + y^2 is twice the point, so each step of rate 1/4 halves it.
    assert [float(word) for word in result.stdout.split()] == [0.125, -0.25]


def test_that_the_run_command_writes_the_path_without_qt(no_qt: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "path.csv"
    result = run(
        no_qt, "-m", "gdviz", "run", "--problem", "rosenbrock", "--optimizer", "adam:learning_rate=0.05",
        "--start=-1.2,1", "--steps", "20", "--seed", "0", "--out", str(out),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 21
    assert [float(rows[0][name]) for name in ("x", "y", "value")] == pytest.approx([-1.2, 1.0, 24.2])
    assert float(rows[-1]["value"]) < 24.2


def test_that_the_list_command_names_problems_and_optimizers_without_qt(no_qt: dict[str, str]) -> None:
    for kind, name in (("problems", "rosenbrock"), ("optimizers", "adam"), ("examples", "rosenbrock_race")):
        result = run(no_qt, "-m", "gdviz", "list", kind, "--json")
        assert result.returncode == 0, result.stderr
        assert name in json.dumps(json.loads(result.stdout))


def test_that_the_window_says_in_a_sentence_that_qt_is_missing(no_qt: dict[str, str]) -> None:
    result = run(no_qt, "-m", "gdviz")
    assert result.returncode == 2
    assert "PySide6" in result.stderr
    assert "Traceback" not in result.stderr


MATHEMATICS = ("formulas", "optimizers", "problems", "losses", "models", "runs", "experiment", "analysis", "data")


SAMPLE = """
def pytest_collection_modifyitems(items):
    items[:] = items[::10]
"""


def test_that_every_module_below_the_window_imports_without_qt(no_qt: dict[str, str]) -> None:
    program = """
import importlib, pkgutil, gdviz
above = ("gdviz.app", "gdviz.views", "gdviz.qt")
names = [name for _, name, _ in pkgutil.walk_packages(gdviz.__path__, "gdviz.") if not name.startswith(above)]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    result = run(no_qt, "-c", program)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 80


@pytest.mark.slow
def test_that_every_tenth_test_of_the_mathematics_passes_without_qt(no_qt: dict[str, str], tmp_path: Path) -> None:
    folders = [str(TESTS / name) for name in MATHEMATICS if (TESTS / name).is_dir()]
    assert len(folders) >= 4
    # pytest-qt needs Qt, and its settings are unknown where it is not loaded; so this run brings its own few settings.
    settings = tmp_path / "pytest.ini"
    settings.write_text(
        "[pytest]\naddopts = --import-mode=importlib -p no:pytest-qt -p no:xvfb -p no:cacheprovider\n"
        "filterwarnings = error\nmarkers =\n    torch\n    jax\n    window\n    slow\n",
        encoding="utf-8",
    )
    # All of them have run with Qt; what they import of it would show in each.
    (tmp_path / "sample.py").write_text(SAMPLE, encoding="utf-8")
    variables = {**no_qt, "PYTHONPATH": os.pathsep.join([no_qt["PYTHONPATH"], str(tmp_path)])}
    result = run(
        variables, "-m", "pytest", "-p", "sample", "-c", str(settings), "--rootdir", str(TESTS.parent), "-q", "-x",
        "-m", "not slow and not torch and not jax", *folders, seconds=280,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
