"""The whole program off screen, put together as `gdviz.app.main` does it, and taken apart again."""

from __future__ import annotations

import csv
import gc
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from gdviz.files import resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gdviz.app.application import Application

Start = Callable[..., "Application"]

_TIMEOUT = 20_000
"""Milliseconds after which something that was to happen counts as not happening; a busy machine needs some."""


@pytest.fixture
def dressing(qapp: QApplication) -> Iterator[None]:
    """Takes off what a window put on the whole program: style sheet, palette."""
    style, palette, sheet = qapp.style().objectName(), qapp.palette(), qapp.styleSheet()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)


@pytest.fixture
def start(qtbot: QtBot, dressing: None, tmp_path: Path) -> Iterator[Start]:
    """Opens the window as a start of the program does; `settings` names what it remembers from one to the next."""
    from PySide6.QtCore import QSettings

    from gdviz.app.application import Application
    from gdviz.app.main_window import MainWindow

    opened: list[Application] = []

    def begin(
        path: str | Path | None = None,
        *,
        settings: str = "settings",
        catching: bool = False,
        size: tuple[int, int] = (1280, 800),
    ) -> Application:
        kept = QSettings(str(tmp_path / f"{settings}.ini"), QSettings.Format.IniFormat)
        window = MainWindow(kept)
        window.resize(*size)
        # As in the program: the window stands on the screen before there is anything in it.
        window.show()
        qtbot.waitExposed(window)
        application = Application(window, kept)
        opened.append(application)
        if catching:
            with pytest.MonkeyPatch.context() as patch:
                # What it made would never be collected in the tests that follow.
                patch.setattr(gc, "freeze", lambda: None)
                application.start(str(path) if path is not None else None)
        elif path is not None:
            # Not `start`: that catches what is raised in slots, which here has to fail the test.
            application.documents.open(str(path))
        window.activateWindow()
        qtbot.waitUntil(lambda: window.isActiveWindow() and application.panels_shown)
        return application

    yield begin
    for application in opened:
        application.window.close()
        assert application.close(), "the worker did not end"
        application.window.deleteLater()
        application.deleteLater()


@pytest.fixture
def application(start: Start) -> Application:
    """A window just opened: the empty start."""
    return start()


class Person:
    """What a person does in the window, and waits to see."""

    def __init__(self, qtbot: QtBot, application: Application) -> None:
        self._qtbot = qtbot
        self.application = application

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=_TIMEOUT)

    def press(self, key: str) -> None:
        """A key with its modifiers, as "Ctrl+Z", wherever the keyboard is."""
        from PySide6.QtGui import QKeySequence
        from PySide6.QtWidgets import QApplication

        combination = QKeySequence(key)[0]
        receiver = QApplication.focusWidget() or self.application.window
        self._qtbot.keyClick(receiver, combination.key(), combination.keyboardModifiers())

    def focused(self) -> object:
        """What has the keyboard."""
        from PySide6.QtWidgets import QApplication

        return QApplication.focusWidget()

    def click(self, widget: object) -> None:
        from PySide6.QtCore import Qt

        self._qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def choose(self, name: str, **options: object) -> None:
        """A problem, shown with all its runs done."""
        from gdviz.experiment.experiment import ProblemChoice

        self.application.editing.choose_problem(ProblemChoice(name, options))
        self.wait_for_runs()

    def wait_for_runs(self) -> None:
        """Until every run has stopped and all of it can be played."""
        services = self.application.services

        def done() -> bool:
            entries = services.model.experiment.runs if services.source.problem is not None else ()
            wanted = {entry.key for entry in entries if entry.enabled}
            shown = self.application.showing.runs
            there = {run.key for run in shown}
            failed = {key for key in wanted if services.runs.failure(key)}
            return (
                not services.source.loading
                and services.source.settled
                and not services.runs.running
                and wanted - failed <= there
                and not services.clock.running
                and services.playback.computed == max((run.trajectory.steps for run in shown), default=0)
            )

        self.wait(done)

    def rest(self) -> None:
        """Until nothing is waiting to be laid out or painted, with the pointer over nothing."""
        from PySide6.QtCore import QCoreApplication, QTimer

        def waiting() -> bool:
            timers = self.application.window.findChildren(QTimer)
            return any(timer.isActive() and (timer.isSingleShot() or timer.interval() == 0) for timer in timers)

        self._qtbot.mouseMove(self.application.window.menuBar())
        self.application.window.grab()  # what is painted may ask for what is not there yet
        self.wait(lambda: not waiting() and not self.application.services.clock.running)
        QCoreApplication.processEvents()

    def tile(self, name: str) -> object:
        """The picture of a function, the one that is to be seen."""
        from gdviz.views.function_tile import FunctionTile

        tiles = [tile for tile in self.all(FunctionTile) if tile.name == name and tile.isVisible()]
        assert len(tiles) == 1, f"{len(tiles)} tiles of {name} are to be seen"
        return tiles[0]

    def field(self, label: str, *, of: object | None = None) -> object:
        """The number field of this label, the first that is to be seen."""
        from gdviz.views.number_field import NumberField

        fields = [
            field
            for field in (of or self.application.window).findChildren(NumberField)
            if field.accessibleName() == label and field.isVisible()
        ]
        assert fields, f"no field {label!r} is to be seen"
        return fields[0]

    def type_number(self, field: object, text: str) -> None:
        from PySide6.QtCore import Qt

        field.setFocus()
        field.selectAll()
        self._qtbot.keyClick(field, Qt.Key.Key_Delete)
        self._qtbot.keyClicks(field, text)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)

    def apply_from_here(self, here: bool) -> None:
        """Has edits of hyper-parameters take effect at the shown step, or from the start."""
        from PySide6.QtWidgets import QRadioButton

        wanted = "from here" if here else "from the start"
        button = next(button for button in self.all(QRadioButton) if button.text() == wanted)
        button.click()

    def labels(self, name: str) -> list:
        """The labels of this object name that are to be seen."""
        from PySide6.QtWidgets import QLabel

        return [label for label in self.all(QLabel) if label.objectName() == name and label.isVisible()]

    def all(self, kind: type) -> list:
        """Every widget of this class."""
        from PySide6.QtWidgets import QApplication

        found: dict[int, object] = {}
        for window in QApplication.topLevelWidgets():
            for widget in window.findChildren(kind):
                found[id(widget)] = widget
        return list(found.values())


@pytest.fixture
def person(qtbot: QtBot, application: Application) -> Person:
    return Person(qtbot, application)


@pytest.fixture
def as_person(qtbot: QtBot) -> Callable[[Application], Person]:
    """Somebody in front of a window opened by `start`."""
    return lambda application: Person(qtbot, application)


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    """The bundled table as a file of the user's."""
    path = tmp_path / "iris.csv"
    path.write_bytes(resource("tables", "iris.csv").read_bytes())
    return path


@pytest.fixture
def large_table(tmp_path: Path) -> Path:
    """60 MB of numbers: takes seconds to read."""
    path = tmp_path / "large.csv"
    numbers = random.Random(0)
    lines = [",".join(f"{numbers.gauss(0, 1):.6f}" for _ in range(12)) for _ in range(2000)]
    block = "\n".join(lines) + "\n"
    with path.open("w", encoding="ascii", newline="") as file:
        csv.writer(file).writerow([f"x{index}" for index in range(12)])
        for _ in range(280):
            file.write(block)
    return path
