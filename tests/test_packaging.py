"""The wheel carries what an installed gdviz needs, and the scripts set up what they promise."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

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


# The scripts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The modules of the scripts, importable for one test."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def environment(scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The set-up with its environment in a temporary folder and every step that would install something only noted."""
    module = importlib.import_module("environment")
    root = tmp_path / "clone"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    folder = root / ".venv"
    for name, path in {
        "ROOT": root,
        "ENVIRONMENT": folder,
        "NOTE": folder / module.NOTE.name,
        "UNFINISHED": folder / module.UNFINISHED.name,
        "LOCK": root / ".venv-lock",
    }.items():
        monkeypatch.setattr(module, name, path)
    module.calls = []

    def call(command: list[str], complaint: str) -> None:
        module.calls.append(command)
        if "venv" in command:
            module.python().parent.mkdir(parents=True)
            module.python().symlink_to(sys.executable)

    monkeypatch.setattr(module, "_call", call)
    return module


def pip_arguments(environment: ModuleType) -> list[str]:
    """What pip was asked to install, call by call."""
    return [command[-1] for command in environment.calls if "pip" in command]


def test_that_the_first_set_up_makes_an_environment_and_the_second_does_nothing(environment: ModuleType) -> None:
    environment.prepare(["test"])
    assert pip_arguments(environment) == [f"{environment.ROOT}[test]"]
    environment.calls.clear()
    environment.prepare(["test"])
    environment.prepare()
    assert environment.calls == []


def test_that_torch_is_installed_by_itself_before_anything_else(environment: ModuleType) -> None:
    environment.prepare(["test"], torch=True)
    assert pip_arguments(environment) == ["torch==2.13.0", f"{environment.ROOT}[test]"]


def test_that_a_further_extra_keeps_those_before_it(environment: ModuleType) -> None:
    environment.prepare(["test"])
    environment.calls.clear()
    environment.prepare(["dev"])
    assert pip_arguments(environment) == [f"{environment.ROOT}[dev,test]"]
    assert not any("venv" in command for command in environment.calls)


def test_that_a_changed_pyproject_installs_again(environment: ModuleType) -> None:
    environment.prepare()
    environment.calls.clear()
    (environment.ROOT / "pyproject.toml").write_text("[project]\nname = 'changed'\n", encoding="utf-8")
    environment.prepare()
    assert pip_arguments(environment) == [str(environment.ROOT)]


def test_that_an_interrupted_set_up_is_thrown_away_and_made_anew(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare()
    left = environment.ENVIRONMENT / "half-written"
    left.touch()
    environment.calls.clear()
    environment.prepare()
    assert not left.exists()
    assert any("venv" in command for command in environment.calls)


def test_that_an_environment_of_a_removed_python_is_made_anew(environment: ModuleType) -> None:
    environment.prepare()
    environment.python().unlink()
    environment.python().symlink_to("/no/such/python")
    environment.calls.clear()
    environment.prepare()
    assert any("venv" in command for command in environment.calls)


def test_that_the_environment_is_of_this_folder_and_python(environment: ModuleType) -> None:
    environment.prepare()
    note = json.loads(environment.NOTE.read_text(encoding="utf-8"))
    environment.NOTE.write_text(json.dumps({**note, "fingerprint": "", "root": "/elsewhere"}), encoding="utf-8")
    environment.calls.clear()
    environment.prepare()
    assert any("venv" in command for command in environment.calls)


def test_that_missing_packages_are_named_with_the_line_to_type(
    scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = importlib.import_module("system_packages")
    # A path with nothing but an apt-get that must not be called, and a user who may not.
    apt_get = tmp_path / "apt-get"
    apt_get.write_text("#!/bin/sh\nexit 99\n", encoding="utf-8")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    absent = packages.SystemPackage("libnone1", libraries=("libnone.so.1",))
    other = packages.SystemPackage("nonesuch", programs=("nonesuch",))
    with pytest.raises(packages.SetupError) as raised:
        packages.provide([absent, other], lambda text: None)
    line = str(raised.value).splitlines()[-1]
    assert line == "su -c 'apt-get update && apt-get install -y --no-install-recommends libnone1 nonesuch'"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux needs packages of the system")
def test_that_what_is_there_needs_no_package(scripts: None) -> None:
    packages = importlib.import_module("system_packages")
    present = packages.SystemPackage("libc6", libraries=("libc.so.6",), programs=("sh",), modules=("json",))
    absent = packages.SystemPackage("nothing", fonts=("no-such-font.ttf",))
    assert present.is_present()
    assert not absent.is_present()


def run_script(name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A script of packaging/ in this checkout, as a person runs it."""
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, str(PACKAGING / name), *arguments],
        env={**kept, **variables}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="a window needs a display only on Linux")
def test_that_start_says_in_words_that_a_window_needs_a_display() -> None:
    result = run_script("start.py", "table.csv")
    assert result.returncode == 2
    assert "no display" in result.stderr
    assert "Traceback" not in result.stderr


def test_that_the_scripts_end_an_old_python_in_words() -> None:
    program = (
        "import runpy, sys\nsys.version_info = (3, 9, 1)\n"
        f"sys.path.insert(0, {str(PACKAGING)!r})\nrunpy.run_path({str(PACKAGING / 'start.py')!r}, run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert result.stderr == "gdviz: this is Python 3.9, and gdviz needs 3.11 or newer; run this with a newer python3.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_that_start_runs_the_demo_where_there_is_no_display(
    scripts: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    start = importlib.import_module("start")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    # This interpreter stands in for the one in .venv, which holds the same packages.
    monkeypatch.setattr(start.environment, "prepare", lambda *arguments, **options: None)
    monkeypatch.setattr(start.environment, "python", lambda: Path(sys.executable))
    monkeypatch.setattr(start, "DEMO_FOLDER", tmp_path / "gdviz-demo")
    assert start.start([]) == 0
    said = dict(line.split(": ", 1) for line in capfd.readouterr().out.splitlines() if ": " in line)
    picture, path = Path(said["picture"]), Path(said["path"])
    assert picture.parent == path.parent == tmp_path / "gdviz-demo"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert path.read_text(encoding="utf-8").startswith("run,step,value,gradient_norm,learning_rate,evaluations,")
