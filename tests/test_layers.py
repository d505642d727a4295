"""The layers hold, and the check that says so can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the package in this folder, in a process that finds no other gdviz."""
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be broken."""
    shutil.copytree(ROOT / "gdviz", tmp_path / "gdviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_that_imports_go_only_downward() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_that_every_module_below_qt_is_forbidden_to_reach_qt() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers, without_qt = settings["tool"]["importlinter"]["contracts"]
    below = layers["layers"][layers["layers"].index("qt") + 1 :]
    modules = {module.strip(" ()") for layer in below for module in layer.replace("|", ":").split(":")}
    assert {f"gdviz.{module}" for module in modules} == set(without_qt["source_modules"])


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("data/__init__.py", "def later():\n    import pyqtgraph\n", "gdviz.data is not allowed to import pyqtgraph"),
        ("errors.py", "import gdviz.problems\n", "gdviz.errors is not allowed to import gdviz.problems"),
        ("strangers.py", "x = 1\n", "gdviz.strangers"),
    ],
    ids=["a lazy import of pyqtgraph", "an import upward", "a module in no layer"],
)
def test_that_breaking_the_layers_is_found(copy: Path, module: str, line: str, complaint: str) -> None:
    with (copy / "gdviz" / module).open("a", encoding="utf-8") as file:
        file.write("\n\n" + line)
    result = lint(copy)
    assert result.returncode == 1
    assert complaint in result.stdout
