"""The window is closed at bad moments: the program ends with code 0 within two seconds, and without a word."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import FileManager, Program, Screen

pytestmark = pytest.mark.window

WITH_THE_WINDOW_MANAGER = ("key", "alt+F4")


@pytest.fixture(scope="module")
def large_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbers that take seconds to read."""
    path = tmp_path_factory.mktemp("tables") / "large.csv"
    numbers = random.Random(0)
    block = "".join(",".join(f"{numbers.gauss(0, 1):.6f}" for _ in range(12)) + "\n" for _ in range(2000))
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(",".join(f"x{index}" for index in range(12)) + "\n")
        for _ in range(250):
            file.write(block)
    return path


@pytest.mark.parametrize("how", [("key", "ctrl+q"), WITH_THE_WINDOW_MANAGER])
def test_that_it_closes_in_the_middle_of_a_run(program: Program, how: tuple[str, ...]) -> None:
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.wait_for("StepSlider", enabled=True)
    program.click(program.see("NumberField", says="Steps"))
    program.key("ctrl+a")
    program.type("10000000")
    program.key("Return")
    program.wait(lambda: program.total == 10_000_000 and program.computed > 0, "a long run")
    program.key("space")
    program.wait(lambda: program.step > 0, "a step")

    program.leave(how=how)


def test_that_it_closes_in_the_middle_of_reading_a_table(large_table: Path, start: Callable[..., Program]) -> None:
    program = start(str(large_table))
    program.wait_for("TablePreviewDialog")
    program.wait(lambda: program.see("QPushButton", text="Open", enabled=True), "a table that can be opened")
    program.key("Return")
    program.wait_for("QProgressBar", "the progress of reading", says="Share of the table that is read")

    program.leave(how=WITH_THE_WINDOW_MANAGER)


def test_that_it_closes_with_the_start_in_the_hand(program: Program) -> None:
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.wait(lambda: program.computed == program.total > 0, "the end of the runs")
    x, y = program.start()
    program.drag((x, y), (x + 30, y + 30), (x + 40, y + 50))
    program.wait(lambda: program.start() == [x + 40, y + 50], "the start in the hand")

    program.leave()


def test_that_it_closes_with_a_file_held_over_it(program: Program, file_manager: FileManager, iris: Path) -> None:
    file_manager.hold(iris, over=(900, 600))
    program.wait_for("DropOverlay")

    program.leave(how=("windowactivate", program.see("MainWindow")["id"], "key", "ctrl+q"))
    file_manager.let_go()


def test_that_it_closes_with_a_panel_set_free(program: Program) -> None:
    program.click(program.wait_for("FunctionTile", text="Rosenbrock"))
    program.click(program.wait_for("QToolButton", says="Float Loss"))
    program.wait(lambda: program.see("QDockWidget", name="lossDock", window=True), "a window of its own")

    program.leave(how=("windowactivate", program.see("MainWindow")["id"], "key", "ctrl+q"))


def test_that_the_window_is_as_large_the_next_time(screen: Screen, home: Path) -> None:
    sizes = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "gdviz"], env=screen.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            window = screen.window_of(process, "Untitled")
            if not sizes:
                screen.do("windowsize", "--sync", window, 1234, 777)
            sizes.append(screen.do("getwindowgeometry", window).partition("Geometry:")[2].strip())
            screen.do("windowactivate", "--sync", window, "key", "ctrl+q")
            assert process.wait(5) == 0
            assert process.communicate() == (b"", b"")
        finally:
            process.kill()
            process.communicate()
    assert sizes == ["1234x777", "1234x777"]


def test_that_it_closes_before_everything_is_loaded(screen: Screen, home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gdviz"], env=screen.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        window = screen.window_of(process)
        screen.do("windowactivate", "--sync", window, "key", "alt+F4")
        assert process.wait(5) == 0
        output, errors = process.communicate()
        assert (output, errors) == (b"", b"")
    finally:
        process.kill()
        process.communicate()


def test_that_python_m_gdviz_with_a_table_asks_how_it_is_meant(screen: Screen, iris: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gdviz", str(iris)],
        env=screen.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        preview = screen.window_of(process, name="Open iris.csv")
        screen.do("windowactivate", "--sync", preview, "key", "Escape")
        window = screen.window_of(process)
        screen.do("windowactivate", "--sync", window, "key", "ctrl+q")
        assert process.wait(5) == 0
        assert process.communicate() == (b"", b"")
    finally:
        process.kill()
        process.communicate()
