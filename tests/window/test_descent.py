"""A descent in a real window: begun by two clicks, played by keys, changed by the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import gdviz
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.experiment.file import save
from gdviz.runs.config import RunConfig

if TYPE_CHECKING:
    from conftest import Program

pytestmark = pytest.mark.window

DEFAULT = (RunConfig(gdviz.optimizer("adam", learning_rate=0.1), steps=40),)
ROUNDING = 2
"""Levels of 255 by which pixels may differ where a trail was drawn anew: its edges are mixed in another order."""


@pytest.fixture
def race(program: Program) -> Program:
    """Rosenbrock's valley with its runs done, at the start."""
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.wait(lambda: program.computed == program.total > 0, "the end of the runs")
    program.rest()
    return program


def go(program: Program, key: str, step: int) -> np.ndarray:
    """A key, and the landscape at the step that it leads to."""
    program.key(key)
    program.wait(lambda: program.step == step, f"step {step}")
    return program.settled()


def test_that_two_clicks_from_the_empty_start_lead_to_a_moving_descent(program: Program) -> None:
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.click(program.wait_for("QToolButton", says="Play (Space)", enabled=True))
    program.rest()

    before = program.landscape()
    program.wait(lambda: program.step > 3, "a few steps")
    program.wait_for_picture(lambda picture: bool((picture != before).any()), "another picture")
    assert program.playing
    program.leave()


def test_that_keys_step_forward_and_back_to_the_very_same_pictures(race: Program) -> None:
    last = race.total
    pictures = {0: race.settled()}
    for step in (1, 2, 3):
        pictures[step] = go(race, "Right", step)
    pictures[last] = go(race, "End", last)

    race.screen.same(go(race, "Home", 0), pictures[0])
    for step in (1, 2, 3):
        race.screen.same(go(race, "Right", step), pictures[step])
    for step in (2, 1, 0):
        race.screen.same(go(race, "Left", step), pictures[step])
    race.screen.same(go(race, "End", last), pictures[last])
    seen = list(pictures.values())
    assert all((one != other).any() for number, one in enumerate(seen) for other in seen[:number])
    race.leave()


def test_that_the_start_is_dragged_with_every_trail_as_it_moves_and_put_back_at_once(race: Program) -> None:
    go(race, "End", race.total)
    before = race.settled()
    x, y = race.start()

    race.drag((x, y), (x + 20, y + 10))
    half = race.wait_for_picture(lambda picture: changed(picture, before) > 500, "trails that follow the start")
    race.drag((x + 60, y + 120))
    race.screen.do("mousemove", x + 60, y + 120)
    race.wait(lambda: near(race.start(), (x + 60, y + 120)), "the start under the pointer")
    race.wait_for_picture(lambda picture: changed(picture, half) > 500, "trails that follow the start further")
    race.let_go()
    race.rest()
    race.wait(lambda: race.computed == race.total, "the end of the runs")
    after = race.settled()
    assert near(race.start(), (x + 60, y + 120))
    assert changed(after, before) > 500

    race.key("ctrl+z")
    race.wait(lambda: near(race.start(), (x, y)), "the start where it was")
    race.wait(lambda: race.computed == race.total, "the end of the runs")
    race.screen.same(race.settled(), before, ROUNDING)
    race.key("ctrl+shift+z")
    race.wait(lambda: near(race.start(), (x + 60, y + 120)), "the start where it was put")
    race.wait(lambda: race.computed == race.total, "the end of the runs")
    race.screen.same(race.settled(), after, ROUNDING)
    race.leave()


def changed(one: np.ndarray, other: np.ndarray) -> int:
    """How many pixels differ to the eye."""
    return int((np.abs(one.astype(int) - other.astype(int)) > 24).any(axis=-1).sum())


def near(one: list[int], other: tuple[int, int]) -> bool:
    return bool(np.abs(np.subtract(one, other)).max() <= 1)


def test_that_a_slider_is_dragged_and_the_descent_changes_with_it(race: Program) -> None:
    before = go(race, "End", race.total)
    slider = race.see("QSlider", says="Learning rate")
    x, y, width, height = slider["rect"]
    knob = (x + round(8 + (width - 16) * slider["value"] / slider["maximum"]), y + height // 2)

    race.drag(knob, (knob[0] - 10, knob[1]), (knob[0] - 30, knob[1]))
    race.wait(lambda: race.see("QSlider", says="Learning rate")["value"] < slider["value"] - 50, "another rate")
    race.wait_for_picture(lambda picture: changed(picture, before) > 50, "other trails while it is held")
    race.let_go()
    race.rest()

    race.key("ctrl+z")
    race.wait(lambda: race.see("QSlider", says="Learning rate")["value"] == slider["value"], "the rate from before")
    race.wait(lambda: race.computed == race.total, "the end of the runs")
    race.screen.same(race.settled(), before, ROUNDING)
    race.leave()


def test_that_the_theme_turns_dark_and_light_again(race: Program) -> None:
    window = race.see("MainWindow")["rect"]
    light = race.settled()
    assert race.screen.picture(window).mean() > 160

    race.key("ctrl+d")
    race.wait(lambda: race.screen.picture(window).mean() < 100, "a dark window")
    assert race.settled().mean() < 120

    race.key("ctrl+d")
    race.wait(lambda: race.screen.picture(window).mean() > 160, "a light window")
    race.screen.same(race.settled(), light)
    race.leave()


def test_that_ctrl_s_asks_where_to_and_saves_what_is_shown(race: Program, tmp_path: Path) -> None:
    path = tmp_path / "Rosenbrock's race.toml"

    race.key("ctrl+s")
    race.wait_for("QFileDialog")
    race.wait_for("QLineEdit", name="fileNameEdit")
    race.key("ctrl+a")
    race.type(str(path))
    race.key("Return")
    race.wait(lambda: not race.see("QFileDialog"), "the end of the dialog")

    race.wait(path.is_file, "the file")
    experiment = gdviz.load(path)
    assert experiment.problem.name == "rosenbrock"
    assert [entry.config.optimizer.name for entry in experiment.runs] == ["gradient_descent", "momentum", "adam"]
    assert race.see("MainWindow")["title"] == "Rosenbrock's race[*]"
    race.leave()


def test_that_ctrl_o_opens_what_was_saved(race: Program, tmp_path: Path) -> None:
    path = tmp_path / "booth.toml"
    save(edits.choose_problem(Experiment(title="Booth's valley"), ProblemChoice("booth"), DEFAULT), path)

    race.key("ctrl+o")
    race.wait_for("QFileDialog")
    race.type(str(path))
    race.key("Return")
    race.wait(lambda: race.see("MainWindow")["title"] == "Booth's valley[*]", "the experiment")

    assert race.wait_for("_FunctionButton", text="Booth")
    race.wait(lambda: race.computed == race.total == 40, "its runs")
    race.leave()


def test_that_the_wheel_zooms_into_the_landscape_and_a_click_shows_all_of_it_again(race: Program) -> None:
    before = race.settled()
    x, y, width, height = race.see("LandscapeCanvas")["rect"]

    race.screen.do("mousemove", x + width // 3, y + height // 3, *["click", 4] * 6)
    race.wait_for_picture(lambda picture: changed(picture, before) > 10_000, "a part of the landscape")
    race.click(race.wait_for("QToolButton", says="Reset view"))
    race.rest()

    # It was sampled once more, a little beyond its edges: its lines may be a pixel off.
    race.wait_for_picture(lambda picture: changed(picture, before) < 2_000, "all of the landscape")
    race.leave()


def test_that_a_click_sets_the_start_and_the_timeline_is_scrubbed(race: Program) -> None:
    x, y, width, height = race.see("LandscapeCanvas")["rect"]
    race.screen.do("mousemove", x + width // 2, y + height // 4, "click", 1)
    race.wait(lambda: near(race.start(), (x + width // 2, y + height // 4)), "the start at the pointer")
    race.wait(lambda: race.computed == race.total, "the end of the runs")

    left, top, long, high = race.see("StepSlider")["rect"]
    race.drag((left + 9, top + high // 2), (left + long // 3, top + high // 2), (left + long // 2, top + high // 2))
    race.wait(lambda: abs(race.step - race.total // 2) < 10, "the step under the pointer")
    race.let_go()
    assert not race.playing
    race.leave()
