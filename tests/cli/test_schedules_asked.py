"""Schedules, clipping and noise in the words of `gdviz run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.schedules import schedule

RUN = ("run", "--problem", "rosenbrock", "--steps", "120", "--seed", "3")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("cosine(initial=0.02,steps=500)", schedule("cosine", initial=0.02, steps=500)),
        ("cosine", schedule("cosine")),
        ("cosine()", schedule("cosine")),
        ("multistep(milestones=30,80,factor=0.5)", schedule("multistep", milestones=[30, 80], factor=0.5)),
        ("curve(steps=[0,100],rates=[0.1,0.01])", schedule("curve", steps=[0, 100], rates=[0.1, 0.01])),
    ],
)  # fmt: skip
def test_that_a_learning_rate_may_be_a_schedule(gdviz_command: Any, tmp_path: Path, text: str, rate: Any) -> None:
    out = tmp_path / "path.json"
    answer = gdviz_command(*RUN, "--optimizer", f"adam:learning_rate={text},beta1=0.8", "--out", out)
    assert answer.code == 0, answer.errors
    rows = json.loads(out.read_text(encoding="utf-8"))
    trajectory = gdviz.minimize("rosenbrock", gdviz.optimizer("adam", learning_rate=rate, beta1=0.8), steps=120)
    assert [row["learning_rate"] for row in rows] == trajectory.learning_rates.tolist()
    np.testing.assert_array_equal([[row["x"], row["y"]] for row in rows], trajectory.points)


def test_that_noise_and_clipping_are_asked_for(gdviz_command: Any, tmp_path: Path) -> None:
    out = tmp_path / "path.json"
    noise = ("--gradient-noise", "student_t:scale=0.5", "--clipping", "norm=2,convention=optax")
    assert gdviz_command(*RUN, "--optimizer", "momentum", *noise, "--out", out).code == 0
    rows = json.loads(out.read_text(encoding="utf-8"))
    trajectory = gdviz.minimize(
        "rosenbrock", "momentum", steps=120, seed=3,
        noise={"kind": "student_t", "scale": 0.5}, clipping={"norm": 2.0, "convention": "optax"},
    )  # fmt: skip
    np.testing.assert_array_equal([[row["x"], row["y"]] for row in rows], trajectory.points)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--optimizer", "adam:learning_rate=cosin(initial=0.1)"], "did you mean cosine"),
        (["--optimizer", "adam:learning_rate=cosine(initial=0.1"], "close the bracket"),
        (["--optimizer", "adam:learning_rate=cosine(initial=x)"], "initial must be a finite number"),
        (["--optimizer", "adam:learning_rate=cosine(speed=1)"], "cosine has no option 'speed'"),
        (["--optimizer", "adam:learning_rate=nan"], "learning_rate must be a finite number"),
        (["--optimizer", "adam:beta1=cosine"], "beta1 must be a finite number"),
        (["--clipping", "norm=0"], "norm must be a finite number above 0"),
        (["--clipping", "norm=1,value=1"], "exclude each other"),
        (["--gradient-noise", "pink"], "unknown noise"),
        (["--gradient-noise", "gaussian:width=1"], "gaussian has no option"),
    ],
)
def test_that_what_is_none_is_refused_in_one_line(gdviz_command: Any, words: list[str], said: str) -> None:
    answer = gdviz_command(*RUN, *words)
    assert answer.code == 2
    assert said in answer.errors
    assert answer.errors.count("\n") == 1
