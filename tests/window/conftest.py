"""A real window on a real screen, driven from outside: mouse and keys come from xdotool, pictures from the X server.

`program` starts gdviz in a process of its own and finds out what is to be seen by asking the reporter in it; a test
waits for what it expects to see, and never for time to pass.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from gdviz.files import resource

FOLDER = Path(__file__).resolve().parent
PATIENCE = 20.0
"""Seconds after which what was waited for counts as not happening."""
PLACE = (400, 40)
SIZE = (1600, 1000)

Widget = dict[str, Any]
Seen = TypeVar("Seen")


class Screen:
    """The screen of the tests: pointer, keyboard and camera."""

    def __init__(self, variables: dict[str, str], folder: Path) -> None:
        self._variables = variables
        self._folder = folder
        self._camera = Helper("camera.py", self.environment())
        self._pictures = 0
        self._pause = threading.Event()

    def close(self) -> None:
        self._camera.close()

    def environment(self) -> dict[str, str]:
        """For a process that shows its windows here, and has the home folder of the present test."""
        return {**os.environ, **self._variables}

    def do(self, *words: object) -> str:
        """What xdotool is told, several of its commands in a row if need be."""
        command = ["xdotool", *(str(word) for word in words)]
        result = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert result.returncode == 0, f"{' '.join(command)}: {result.stderr}"
        return result.stdout

    def window_of(self, process: subprocess.Popen[bytes], name: str = "gdviz") -> str:
        """The window of this name that a process shows, as soon as it does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            for window in self._told("search", "--onlyvisible", "--pid", process.pid).split():
                if name in self._told("getwindowname", window):
                    return window
            self._pause.wait(0.05)
        pytest.fail(f"{name} did not appear", pytrace=False)

    def _told(self, *words: object) -> str:
        """What xdotool answers, nothing where there is nothing to be found."""
        command = ["xdotool", *map(str, words)]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False).stdout

    def picture(self, rect: list[int]) -> np.ndarray:
        """The pixels of a part of the screen, `(height, width, 3)`, as they are now."""
        from PySide6.QtGui import QImage

        self._pictures += 1
        path = self._folder / f"{self._pictures}.bmp"
        assert self._camera.ask(" ".join(map(str, [*rect, path]))) == "taken"
        image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
        path.unlink()
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        return pixels[:, : image.width(), :3].copy()

    def same(self, one: np.ndarray, other: np.ndarray, tolerance: int = 0) -> None:
        """Fails unless two pictures agree in every pixel, to so many levels of 255; a file then shows both."""
        assert one.shape == other.shape, "what is pictured has changed its size"
        different = int((np.abs(one.astype(int) - other.astype(int)) > tolerance).any(axis=-1).sum())
        if different:
            from PySide6.QtGui import QImage

            path = self._folder / "different.png"
            both = np.ascontiguousarray(np.hstack([one, other])[..., ::-1])
            QImage(both.data, both.shape[1], both.shape[0], both.strides[0], QImage.Format.Format_RGB888).save(
                str(path)
            )
            pytest.fail(f"{different} pixels differ, see {path}", pytrace=False)


class Helper:
    """A process of Python that answers lines with lines."""

    def __init__(self, script: str, variables: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(FOLDER / script), *arguments],
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._came = b""

    def ask(self, line: str) -> str:
        self.tell(line)
        return self.answer()

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def answer(self, patience: float = PATIENCE) -> str:
        """The next line; fails when there is none within some seconds."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + patience
        while b"\n" not in self._came:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            came = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not came:
                pytest.fail(f"no answer: {self.errors() if self.process.poll() is not None else 'too slow'}")
            self._came += came
        line, self._came = self._came.split(b"\n", 1)
        return line.decode()

    def errors(self) -> str:
        """What was written to standard error, once the process has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode() if not self.process.stderr.closed else ""

    def close(self) -> None:
        """Ends the process, by the end of its input if it minds that, and gives its pipes back."""
        pipes = (self.process.stdin, self.process.stdout, self.process.stderr)
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        for pipe in pipes:
            if pipe is not None:
                pipe.close()


class FileManager(Helper):
    """A window from which files are dragged."""

    def __init__(self, screen: Screen) -> None:
        super().__init__("file_manager.py", screen.environment())
        self._screen = screen

    def hold(self, path: Path, over: tuple[int, int]) -> None:
        """Drags a file to a place of the screen and keeps the button down."""
        x, y = json.loads(self.ask(str(path)))
        do = self._screen.do
        do("mousemove", x, y, "mousedown", 1)
        # Slowly, as hands do: a drag begins once the pointer has gone a few pixels.
        do(*(word for step in range(1, 5) for word in ("mousemove", x + 6 * step, y)))
        steps = 6
        for step in range(1, steps + 1):
            do("mousemove", x + (over[0] - x) * step // steps, y + (over[1] - y) * step // steps)
        do("mousemove", over[0] + 1, over[1])

    def let_go(self) -> str:
        """Drops what is held; says what the drag came to, "CopyAction" where it was taken."""
        self._screen.do("mouseup", 1)
        return str(json.loads(self.answer()))


class Program(Helper):
    """A running gdviz."""

    def __init__(self, screen: Screen, *arguments: str) -> None:
        super().__init__("program.py", screen.environment(), *arguments)
        self.screen = screen
        self._pause = threading.Event()

    def begin(self) -> None:
        """Waits for the window, and puts it where the tests expect it."""
        window = self.wait_for("MainWindow", "the window")
        self.wait(lambda: self.see("WelcomeView"), "the views")
        self.screen.do("windowsize", window["id"], *SIZE, "windowmove", window["id"], *PLACE)
        self.wait(lambda: self.see("MainWindow")["rect"][2:] == list(SIZE), "its size")
        self.wait(lambda: any(widget["active"] for widget in self.widgets()), "the keyboard")

    # What is to be seen

    def widgets(self) -> list[Widget]:
        return list(json.loads(self.ask("report"))["widgets"])

    def see(self, kind: str, **properties: object) -> Widget:
        """The first widget of this class, among those to be seen, with these properties; empty where there is none."""
        for widget in self.widgets():
            if kind in widget["kinds"] and all(widget.get(name) == value for name, value in properties.items()):
                return widget
        return {}

    def wait(self, condition: Callable[[], Seen], what: str) -> Seen:
        """Until the condition holds; what it then found."""
        deadline = time.monotonic() + PATIENCE
        while not (found := condition()):
            assert time.monotonic() < deadline, f"{what} did not come: {self.said()}"
            self._pause.wait(0.02)
        return found

    def wait_for(self, kind: str, what: str = "", **properties: object) -> Widget:
        """The widget, as soon as it is to be seen."""
        return self.wait(lambda: self.see(kind, **properties), what or f"{kind} {properties}")

    def said(self) -> str:
        """All words on the screen, for messages."""
        if self.process.poll() is not None:
            return f"it has ended with {self.process.returncode}: {self.errors()}"
        seen = json.loads(self.ask("report"))
        words = " | ".join(str(widget.get("text")) for widget in seen["widgets"] if widget.get("text"))
        return f"{words}; the keyboard is in {seen['focus']}"

    def notices(self) -> str:
        """What the strips say."""
        return " ".join(widget["says"] for widget in self.widgets() if "NoticeStrip" in widget["kinds"])

    @property
    def step(self) -> int:
        """The step that is shown."""
        return int(self.wait_for("StepSlider")["value"])

    @property
    def computed(self) -> int:
        return int(self.wait_for("StepSlider")["computed"])

    @property
    def total(self) -> int:
        return int(self.wait_for("StepSlider")["maximum"])

    @property
    def playing(self) -> bool:
        return bool(self.see("QToolButton", says="Pause (Space)"))

    def start(self) -> list[int]:
        """The middle of the start marker."""
        return list(json.loads(self.ask("start")))

    def landscape(self) -> np.ndarray:
        """The landscape as it is on the screen, without the pointer over it."""
        return self.screen.picture(self.wait_for("LandscapeCanvas")["rect"])

    # What is done

    def click(self, widget: Widget, at: tuple[float, float] = (0.5, 0.5)) -> None:
        assert widget, "there is nothing to click on"
        x, y, width, height = widget["rect"]
        self.screen.do("mousemove", x + int(at[0] * width), y + int(at[1] * height), "click", 1)

    def choose(self, combo: str, item: str) -> None:
        """Opens a list by a click and goes to one of its items with the arrow keys."""
        box = self.see("QComboBox", says=combo)
        self.click(box)
        self.wait_for("QListView", f"the list of {combo}", popup=True)
        steps = box["items"].index(item) - box["index"]
        self.key(*["Down" if steps > 0 else "Up"] * abs(steps), "Return")
        self.wait(lambda: self.see("QComboBox", says=combo).get("text") == item, f"{item} as {combo}")

    def rest(self) -> None:
        """Takes the pointer to where nothing reacts to it."""
        self.screen.do("mousemove", 5, 5)

    def key(self, *keys: str) -> None:
        self.screen.do("key", *keys)

    def type(self, text: str) -> None:
        self.screen.do("type", "--delay", 5, text)

    def drag(self, *places: tuple[int, int]) -> None:
        """Presses the button at the first place and moves to the others, still pressing."""
        self.screen.do("mousemove", *places[0], "mousedown", 1)
        for place in places[1:]:
            self.screen.do("mousemove", *place)

    def let_go(self) -> None:
        self.screen.do("mouseup", 1)

    def wait_for_picture(self, is_it: Callable[[np.ndarray], bool], what: str) -> np.ndarray:
        """The landscape, as soon as it looks so."""
        taken = [self.landscape()]

        def looks_so() -> bool:
            taken.append(self.landscape())
            return is_it(taken[-1])

        self.wait(looks_so, what)
        return taken[-1]

    def settled(self) -> np.ndarray:
        """The landscape, once it has stopped changing."""
        self.wait(lambda: json.loads(self.ask("settled")), "a landscape that is finished")
        seen = self.landscape()
        while (seen != (again := self.landscape())).any():
            seen = again
        return seen

    def leave(self, *, how: tuple[str, ...] = ("key", "ctrl+q"), within: float = 2.0) -> None:
        """Closes the window as a person does; it ends by itself, soon, without a word."""
        self.screen.do(*how)
        self.has_left(within)

    def has_left(self, within: float = 2.0) -> None:
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still there {within:g} seconds after the window was closed")
        assert (code, self.errors()) == (0, "")


@pytest.fixture(scope="session")
def screen(real_screen: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    opened = Screen(real_screen, tmp_path_factory.mktemp("pictures"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def file_manager(screen: Screen) -> Iterator[FileManager]:
    opened = FileManager(screen)
    yield opened
    opened.close()


@pytest.fixture
def start(screen: Screen) -> Iterator[Callable[..., Program]]:
    """Starts gdviz with these arguments; what still runs at the end of the test is ended."""
    running: list[Program] = []

    def begin(*arguments: str) -> Program:
        program = Program(screen, *arguments)
        running.append(program)
        program.begin()
        return program

    yield begin
    for program in running:
        program.close()
    screen.do("mouseup", 1, "mousemove", 5, 5)


@pytest.fixture
def program(start: Callable[..., Program]) -> Program:
    """gdviz as it begins: the empty start."""
    return start()


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    """The bundled table as a file of the user's."""
    path = tmp_path / "iris.csv"
    path.write_bytes(resource("tables", "iris.csv").read_bytes())
    return path
