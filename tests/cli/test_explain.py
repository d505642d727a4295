from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gdviz
from gdviz.schedules import schedule

EXPERIMENT = """\
gdviz = 1

[problem]
name = "rosenbrock"

[[run]]
label = "Falling"
optimizer = "adam"
learning_rate = { schedule = "cosine", initial = 0.1, steps = 50 }
steps = 50

[[run]]
label = "Clipped"
optimizer = "momentum"
clipping = { norm = 1.0 }
noise = { kind = "gaussian" }
steps = 80
stop = { evaluations = 70 }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "experiment.toml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    return file


def test_that_a_step_is_printed_from_the_gradient_to_the_new_point(gdviz_command: Any, path: Path) -> None:
    answer = gdviz_command("explain", path, "--step", 20, "--run", "Falling")
    assert answer.code == 0
    lines = answer.output.splitlines()
    assert lines[0] == "Falling, step 20 -> 21"
    assert lines[1].split() == ["quantity", "symbol", "value", "formula"]
    names = [line.split("  ")[0] for line in lines[2:]]
    assert names[0] == "Point"
    assert names[-1] == "New point"
    places = {line.index("θ") for line in (lines[2], lines[-1])}
    assert len(places) == 1


def test_that_every_run_is_explained_in_json_with_the_numbers_of_the_run(gdviz_command: Any, path: Path) -> None:
    first, second = json.loads(gdviz_command("explain", path, "--step", "20", "--json").output)
    assert (first["run"], second["run"]) == ("Falling", "Clipped")
    trajectories = gdviz.load(path).run()
    for told in (first, second):
        trajectory = trajectories[told["run"]]
        assert told["step"] == 20
        assert told["learning_rate"] == trajectory.learning_rates[20]
        assert told["quantities"][0]["value"] == trajectory.points[20].tolist()
        assert told["quantities"][-1]["value"] == trajectory.points[21].tolist()
    assert "Noise" in [item["name"] for item in second["quantities"]]


def test_that_a_step_can_be_explained_without_a_file(gdviz_command: Any) -> None:
    words = ("explain", "--problem", "rosenbrock", "--optimizer", "adam:learning_rate=step(initial=0.1,every=5)")
    (told,) = json.loads(gdviz_command(*words, "--step", 7, "--json").output)
    adam = gdviz.optimizer("adam", learning_rate=schedule("step", initial=0.1, every=5))
    trajectory = gdviz.minimize("rosenbrock", adam, steps=8)
    assert told["quantities"][-1]["value"] == trajectory.points[8].tolist()
    assert told["learning_rate"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--step", "50"], "Falling takes 50 steps, 0 to 49"),
        (["--step", "70", "--run", "Clipped"], "the evaluations are used up, before step 70"),
        (["--step", "-1"], "--step must be a whole number"),
        (["--step", "x"], "--step must be a whole number"),
        ([], "--step"),
        (["--step", "3", "--run", "Nobody"], "there is no run 'Nobody'; choose one of Falling, Clipped."),
    ],
)  # fmt: skip
def test_that_a_step_that_is_none_is_refused_in_one_line(
    gdviz_command: Any, path: Path, words: list[str], said: str
) -> None:
    answer = gdviz_command("explain", path, *words)
    assert answer.code == 2
    assert answer.output == ""
    assert said in answer.errors
    assert answer.errors.count("\n") == 1
