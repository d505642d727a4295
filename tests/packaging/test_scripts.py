"""start.py and test.py do what the README says of them."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGING = Path(__file__).resolve().parent.parent.parent / "packaging"


def test_that_the_tests_run_with_all_they_need_and_pytest_gets_the_other_arguments(
    asked: dict[str, Any], became: type[Exception]
) -> None:
    with pytest.raises(became):
        importlib.import_module("test").test(["-k", "adam", "--torch", "tests/optimizers"])
    assert (asked["extras"], asked["torch"]) == (["test"], True)
    assert {"xvfb", "xauth", "xdotool", "openbox", "fonts-wqy-microhei", "libxcb-cursor0"} <= set(asked["packages"])
    assert asked["arguments"] == ["-m", "pytest", "--torch", "-k", "adam", "tests/optimizers"]
    assert asked["variables"]["PYTHONNOUSERSITE"] == "1"


@pytest.mark.parametrize(("processors", "processes"), [(1, None), (2, "2"), (64, "4"), (None, None)])
def test_that_the_whole_suite_runs_on_all_processors_up_to_four(
    processors: int | None,
    processes: str | None,
    asked: dict[str, Any],
    became: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    with pytest.raises(became):
        importlib.import_module("test").test([])
    shared = [] if processes is None else ["-n", processes, "--dist", "loadfile"]
    assert asked["arguments"] == ["-m", "pytest", *shared]


def test_that_torch_is_not_asked_for_without_its_flag(asked: dict[str, Any], became: type[Exception]) -> None:
    with pytest.raises(became):
        importlib.import_module("test").test([])
    assert asked["torch"] is False
    assert "--torch" not in asked["arguments"]


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [(["run", "a.toml"], False), (["list"], False), (["--version"], False), (["render", "a.toml"], True)],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing of the system is needed")
def test_that_what_needs_no_window_starts_without_a_display(
    arguments: list[str], needs: bool, asked: dict[str, Any], became: type[Exception]
) -> None:
    with pytest.raises(became):
        importlib.import_module("start").start(arguments)
    assert asked["arguments"] == ["-m", "gdviz", *arguments]
    assert ("libegl1" in asked["packages"]) == needs
    assert "libxcb-cursor0" not in asked["packages"]
    assert asked["variables"]["QT_QPA_PLATFORM"] == "offscreen"


@pytest.mark.parametrize("arguments", [[], ["table.csv"]])
def test_that_a_window_gets_a_real_screen(
    arguments: list[str], asked: dict[str, Any], became: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    with pytest.raises(became):
        importlib.import_module("start").start(arguments)
    assert "libxcb-cursor0" in asked["packages"]
    assert "QT_QPA_PLATFORM" not in asked["variables"]


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
