"""A table dragged from a file manager onto the window, and what becomes of it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from conftest import FileManager, Program

pytestmark = pytest.mark.window


def middle(widget: dict) -> tuple[int, int]:
    x, y, width, height = widget["rect"]
    return x + width // 2, y + height // 2


def drop(program: Program, file_manager: FileManager, path: Path, over: tuple[int, int]) -> str:
    """Drags a file over the window and drops it; what was said of it before."""
    file_manager.hold(path, over)
    said = program.wait_for("DropOverlay")["says"]
    file_manager.let_go()
    program.wait(lambda: not program.see("DropOverlay"), "the end of the overlay")
    return str(said)


def test_that_iris_dropped_is_asked_about_played_and_stepped_back(
    program: Program, file_manager: FileManager, iris: Path
) -> None:
    file_manager.hold(iris, over=middle(program.see("WelcomeView")))
    assert program.wait_for("DropOverlay")["says"].startswith("Open iris.csv as a table.")
    assert file_manager.let_go() == "CopyAction"

    program.wait_for("TablePreviewDialog", title="Open iris.csv")
    assert not program.see("DropOverlay")
    program.wait_for("QComboBox", says="Target", text="species")
    program.wait_for("QComboBox", says="Model", text="Softmax regression")
    program.choose("Model", "Logistic regression")
    program.wait_for("QComboBox", says="Class 0", text="setosa")
    program.choose("Class 0", "versicolor")
    program.choose("Class 1", "virginica")
    program.wait(lambda: program.see("QPushButton", text="Open", enabled=True), "a table that can be opened")
    program.click(program.see("QPushButton", text="Open", enabled=True))

    program.wait_for("DataView")
    program.wait(lambda: program.computed == program.total > 0, "the end of the runs")
    program.rest()
    start, rows = program.settled(), program.screen.picture(program.see("DataCanvas")["rect"])
    program.key("space")
    program.wait(lambda: program.step > 5, "a few steps")
    program.key("space")
    program.wait(lambda: not program.playing, "a pause")
    played, fitted = program.settled(), program.screen.picture(program.see("DataCanvas")["rect"])
    assert (played != start).any(), "the landscape looks as at the start"
    assert (fitted != rows).any(), "the data look as at the start"

    shown = program.step
    program.key("Left")
    program.wait(lambda: program.step == shown - 1, "the step before")
    before = program.settled()
    assert (before != played).any(), "the step before looks like the one after"
    program.key("Left")
    program.wait(lambda: program.step == shown - 2, "the step before that")
    assert (program.settled() != before).any()
    program.key("Right")
    program.wait(lambda: program.step == shown - 1, "the step after")
    program.screen.same(program.settled(), before)
    program.leave()


def test_that_a_numeric_target_can_be_picked_instead(program: Program, file_manager: FileManager, iris: Path) -> None:
    drop(program, file_manager, iris, middle(program.see("WelcomeView")))
    program.wait_for("TablePreviewDialog")
    program.choose("Target", "petal_width")
    assert program.see("QComboBox", says="Model")["text"] == "Linear regression"
    assert not program.see("QComboBox", says="Class 0")
    program.wait(lambda: program.see("QPushButton", text="Open", enabled=True), "a table that can be opened")
    program.key("Return")

    program.wait_for("DataView")
    program.wait(lambda: program.computed == program.total > 0, "the end of the runs")
    program.rest()
    before = program.settled()
    program.key("End")
    program.wait(lambda: program.step == program.total, "the last step")
    assert (program.settled() != before).any()
    assert program.see("QComboBox", says="Target")["text"] == "petal_width"
    program.leave()


def test_that_a_picture_named_as_a_table_is_refused_and_the_descent_stays(
    program: Program, file_manager: FileManager, tmp_path: Path
) -> None:
    path = tmp_path / "iris.csv"
    header = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)))
    program.click(program.wait_for("FunctionTile", text="Himmelblau"))
    program.wait(lambda: program.computed == program.total > 0, "the end of the runs")
    program.rest()
    program.key("Right", "Right")
    program.wait(lambda: program.step == 2, "the second step")
    before = program.settled()

    said = drop(program, file_manager, path, middle(program.see("LandscapeCanvas")))
    program.rest()
    program.wait(lambda: program.notices(), "a notice")

    assert "PNG" in said
    assert "PNG" in program.notices()
    assert not program.see("TablePreviewDialog")
    program.click(program.see("QToolButton", says="Dismiss"))
    program.rest()
    assert program.step == 2
    program.wait(lambda: not program.notices(), "the end of the notice")
    program.wait_for_picture(lambda picture: np.array_equal(picture, before), "the picture from before")
    program.leave()


def test_that_a_table_can_be_dropped_on_every_part_of_the_window(
    program: Program, file_manager: FileManager, iris: Path
) -> None:
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.wait_for("StepSlider", enabled=True)
    for kind in ("NumberField", "CurveCanvas", "LandscapeCanvas", "StepSlider", "SpeedBox", "QMenuBar", "RunCard"):
        text = program.see(kind).get("text")
        said = drop(program, file_manager, iris, middle(program.wait_for(kind)))

        assert said.startswith("Open iris.csv as a table."), kind
        program.wait_for("TablePreviewDialog", f"the preview after a drop on {kind}")
        program.key("Escape")
        program.wait(lambda: not program.see("TablePreviewDialog"), "the end of the preview")
        assert program.see(kind).get("text") == text
    program.leave()
