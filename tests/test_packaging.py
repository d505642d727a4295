"""The wheel carries what an installed gdviz needs, and pyproject.toml asks for the right libraries."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import gdviz
from gdviz.files import MissingResourceError, resource

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def files_below(folder: Path) -> set[str]:
    """The files of a checkout, without what running it leaves behind."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


# The wheel ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout."""
    source, built = tmp_path_factory.mktemp("source") / "gdviz", tmp_path_factory.mktemp("wheel")
    source.mkdir()
    for folder in ("gdviz", "resources"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, source)
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(built)!r}))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=source, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    return built / result.stdout.split()[-1]


def test_that_the_wheel_carries_the_package_and_all_resources(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"gdviz/{name}" for name in files_below(ROOT / "gdviz")} <= names
    assert {f"gdviz/resources/{name}" for name in files_below(ROOT / "resources")} <= names
    outside = {name for name in names if not name.startswith(("gdviz/", f"gdviz-{gdviz.__version__}.dist-info/"))}
    assert outside == set()


def test_that_an_installed_wheel_finds_its_own_resources(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from gdviz.files import resource\nprint(resource('examples'), resource('examples', 'rosenbrock_race.toml'))"
    )
    result = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    folder = tmp_path / "gdviz" / "resources" / "examples"
    assert result.stdout.split() == [str(folder), str(folder / "rosenbrock_race.toml")], result.stderr


def test_that_a_checkout_finds_its_resources_beside_the_package() -> None:
    assert resource("examples") == ROOT / "resources" / "examples"


def test_that_a_missing_resource_is_named() -> None:
    with pytest.raises(MissingResourceError, match=r"tables/no-such-table\.csv"):
        resource("tables", "no-such-table.csv")


def test_that_the_version_is_the_same_everywhere(wheel: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "gdviz", "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert gdviz.__version__ in shown.stdout.split()
    assert wheel.name.split("-")[1] == gdviz.__version__


# What pyproject.toml asks for -----------------------------------------------------------------------------------------


def test_that_torch_is_an_extra_and_never_a_base_dependency() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert [line for line in PYPROJECT["project"]["dependencies"] if line.startswith("torch")] == []
    holders = {name for name, lines in extras.items() if any(line.startswith("torch") for line in lines)}
    assert holders == {"torch"}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_that_each_python_gets_exactly_one_qt_and_none_of_the_bad_ones(python: str) -> None:
    requirements = pytest.importorskip("packaging.requirements")
    lines = [line for line in PYPROJECT["project"]["dependencies"] if line.startswith("PySide6")]
    wanted = [requirements.Requirement(line) for line in lines]
    active = [one for one in wanted if one.marker.evaluate({"python_version": python})]
    assert len(active) == 1
    accepts = active[0].specifier.contains
    assert [version for version in ("6.9.1", "6.10.1", "6.11.0", "6.11.1") if accepts(version)] == []
    assert accepts("6.8.3")
    assert accepts("6.11.3")
    assert accepts("6.12.0") == (python != "3.11")


def test_that_packaging_is_no_package() -> None:
    assert not (PACKAGING / "__init__.py").exists()
    specification = importlib.util.find_spec("packaging")
    assert specification is not None
    assert specification.origin is not None
    assert not Path(specification.origin).is_relative_to(ROOT / "packaging")
