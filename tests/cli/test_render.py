from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from gdviz.cli import screen
from gdviz.errors import InputError
from gdviz.files import resource

EXPERIMENT = 'gdviz = 1\n[problem]\nname = "sphere"\n[[run]]\noptimizer = "adam"\nsteps = 9\n'


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """What would be drawn, by a stand-in that draws nothing."""
    calls: list[dict[str, Any]] = []

    def render_experiment(experiment: Any, trajectories: Any, problem: Any, **settings: Any) -> None:
        calls.append({"experiment": experiment, "trajectories": trajectories, "problem": problem, **settings})

    monkeypatch.setitem(sys.modules, "gdviz.views.picture", SimpleNamespace(render_experiment=render_experiment))
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(EXPERIMENT)
    return calls


def test_that_an_experiment_is_run_and_drawn(gdviz_command: Any, drawn: list[dict[str, Any]]) -> None:
    answer = gdviz_command("render", "x.toml", "--out", "picture.png")
    assert answer == (0, "wrote picture.png\n", "")
    (call,) = drawn
    assert call["problem"].name == "sphere"
    assert {label: item.steps for label, item in call["trajectories"].items()} == {"Adam": 9}
    assert (call["path"], call["size"], call["theme"], call["step"]) == (
        Path("picture.png"),
        (1280, 800),
        "light",
        None,
    )


def test_that_size_theme_and_step_are_handed_on(gdviz_command: Any, drawn: list[dict[str, Any]]) -> None:
    code = gdviz_command(
        "render", "x.toml", "--out", "p.svg", "--size", "2560x1440", "--theme", "dark", "--step", "4"
    ).code
    assert code == 0
    assert (drawn[0]["size"], drawn[0]["theme"], drawn[0]["step"]) == ((2560, 1440), "dark", 4)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("x.toml",), "required: --out"),
        (("--out", "p.png"), "required: EXPERIMENT.toml"),
        (("missing.toml", "--out", "p.png"), "there is no file"),
        (("x.toml", "--out", "p.gif"), "moving pictures such as .gif are not in this version yet"),
        (("x.toml", "--out", "p.mp4"), "moving pictures such as .mp4 are not in this version yet"),
        (("x.toml", "--out", "p.jpg"), "written as .png or .svg, not as .jpg"),
        (("x.toml", "--out", "p"), "a file without ending"),
        (("x.toml", "--out", "missing/p.png"), "its folder does not exist"),
        (("x.toml", "--out", "p.png", "--size", "1280"), "--size must be WIDTHxHEIGHT"),
        (("x.toml", "--out", "p.png", "--size", "10x10"), "from 200 to 8192"),
        (("x.toml", "--out", "p.png", "--size", "99999x99999"), "from 200 to 8192"),
        (("x.toml", "--out", "p.png", "--theme", "blue"), "invalid choice: 'blue'"),
        (("x.toml", "--out", "p.png", "--step", "-1"), "--step"),
        (("x.toml", "--out", "p.png", "--step", "last"), "--step must be a whole number"),
    ],
)
def test_that_what_cannot_be_drawn_is_said_in_one_line(
    gdviz_command: Any, drawn: list[dict[str, Any]], words: tuple[str, ...], sentence: str
) -> None:
    answer = gdviz_command("render", *words)
    assert answer.code == 2
    assert sentence in answer.errors
    assert (answer.output, answer.errors.count("\n")) == ("", 1)
    assert not drawn
    assert os.listdir() == ["x.toml"]


def test_that_without_qt_no_run_is_begun(
    gdviz_command: Any, drawn: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import gdviz.cli.render as command

    def refuse() -> None:
        raise InputError("PySide6 is not installed")

    monkeypatch.setattr(command, "check_pictures_possible", refuse)
    assert gdviz_command("render", "x.toml", "--out", "p.png").code == 2
    assert not drawn


def test_that_pictures_are_drawn_off_screen_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    screen.check_pictures_possible()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    monkeypatch.setenv("QT_QPA_PLATFORM", "minimal")
    screen.check_pictures_possible()
    assert os.environ["QT_QPA_PLATFORM"] == "minimal"


def fresh(*words: str) -> subprocess.CompletedProcess[str]:
    """`gdviz render` of the bundled race in a process without a display."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    race = str(resource("examples", "rosenbrock_race.toml"))
    command = [sys.executable, "-m", "gdviz", "render", race, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def test_that_a_png_of_the_size_asked_for_is_drawn_without_a_display(tmp_path: Path) -> None:
    answer = fresh("--out", str(tmp_path / "race.png"), "--size", "640x400")
    assert (answer.returncode, answer.stderr) == (0, "")
    content = (tmp_path / "race.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (640, 400)
    assert [entry.name for entry in tmp_path.iterdir()] == ["race.png"]


def test_that_an_svg_says_the_size_and_the_title(tmp_path: Path) -> None:
    answer = fresh("--out", str(tmp_path / "race.svg"), "--theme", "dark", "--step", "20")
    assert (answer.returncode, answer.stderr) == (0, "")
    root = ElementTree.parse(tmp_path / "race.svg").getroot()
    assert root.get("viewBox") == "0 0 1280 800"
    assert "Six methods in Rosenbrock's valley" in "".join(root.itertext())
