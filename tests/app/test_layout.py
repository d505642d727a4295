"""Panels move and come back, the theme turns, and what is remembered is there the next time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget, QLabel, QWidget

from gdviz.app.actions import ACTIONS
from gdviz.files import resource
from gdviz.views.run_card import RunCard
from gdviz.views.table_preview import TablePreviewDialog
from gdviz.views.theme import DARK, LIGHT

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application

    Start = Callable[..., Application]
    AsPerson = Callable[[Application], Person]

IRIS = {"table": "builtin:iris", "features": ("petal_length", "petal_width"), "classes": ("versicolor", "virginica")}
SHOWN: dict[str, tuple[str, dict[str, object]]] = {
    "the empty start": ("", {}),
    "a valley": ("rosenbrock", {}),
    "a curve": ("double_well", {}),
    "a table": ("data", IRIS),
}


def docks(application: Application) -> dict[str, QDockWidget]:
    return {dock.objectName(): dock for dock in application.window.findChildren(QDockWidget)}


def places(found: dict[str, QDockWidget]) -> dict[str, QRect]:
    """Where the panels are that are to be seen."""
    return {name: dock.geometry() for name, dock in found.items() if dock.isVisible()}


def picture(widget: QWidget) -> np.ndarray:
    """The pixels of a widget, `(height, width, 3)`."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, : image.width(), :3].copy()


def showing(person: Person, what: str) -> None:
    """Puts this on the screen, done and at rest."""
    name, options = SHOWN[what]
    if name:
        person.choose(name, **options)
        person.press("Right")
        person.press("Right")
        person.wait(lambda: not person.application.services.landscape.busy)
    person.rest()


@pytest.mark.parametrize("what", SHOWN)
@pytest.mark.parametrize(("first", "second"), [("light", "dark"), ("dark", "light")])
def test_that_a_window_whose_theme_was_changed_looks_like_one_that_began_with_it(
    start: Start, as_person: AsPerson, tmp_path: Path, what: str, first: str, second: str
) -> None:
    for name in (first, second):
        QSettings(str(tmp_path / f"{name}.ini"), QSettings.Format.IniFormat).setValue("theme", name)
    begun = as_person(start(settings=second))
    showing(begun, what)
    wanted = picture(begun.application.window)
    begun.application.window.close()

    changed = as_person(start(settings=first))
    showing(changed, what)
    before = picture(changed.application.window)
    changed.press("Ctrl+D")
    changed.rest()

    assert changed.application.theme is (DARK if second == "dark" else LIGHT)
    seen = picture(changed.application.window)
    assert (before != seen).any(axis=-1).mean() > 0.5
    different = np.argwhere((seen != wanted).any(axis=-1))
    assert len(different) == 0, (
        f"{len(different)} pixels differ, between {different.min(axis=0)} and {different.max(axis=0)}"
    )


def test_that_the_theme_is_remembered(start: Start) -> None:
    first = start()
    before = first.theme
    first.toggle_theme()
    first.window.close()

    assert start().theme is not before


def test_that_the_theme_turns_with_a_preview_open(person: Person, iris: Path) -> None:
    person.application.documents.open(str(iris))
    dialog = person.application.window.findChild(TablePreviewDialog)
    before = picture(dialog)

    person.application.toggle_theme()

    assert (picture(dialog) != before).any(axis=-1).mean() > 0.5
    dialog.reject()


def test_that_panels_hidden_moved_and_set_free_are_so_the_next_time(start: Start, as_person: AsPerson) -> None:
    first = as_person(start())
    first.choose("rosenbrock")
    window = first.application.window
    docks(first.application)["gradient_normDock"].hide()
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks(first.application)["lossDock"])
    docks(first.application)["runsDock"].setFloating(True)
    window.close()

    second = as_person(start())
    second.choose("rosenbrock")

    found = docks(second.application)
    assert not found["gradient_normDock"].isVisible()
    assert second.application.window.dockWidgetArea(found["lossDock"]) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert found["runsDock"].isFloating()


@pytest.mark.parametrize("what", SHOWN)
def test_that_panels_that_were_not_touched_are_as_large_the_next_time(
    start: Start, as_person: AsPerson, what: str
) -> None:
    sizes = []
    for _ in range(3):
        person = as_person(start())
        showing(person, "the empty start")
        begun = places(docks(person.application))
        showing(person, what)
        sizes.append((begun, places(docks(person.application))))
        person.application.window.close()

    assert sizes[1] == sizes[0]
    assert sizes[2] == sizes[0]


def test_that_panels_made_larger_are_so_the_next_time(start: Start, as_person: AsPerson) -> None:
    first = as_person(start())
    first.choose("rosenbrock")
    first.rest()
    found = docks(first.application)
    window = first.application.window
    window.resizeDocks([found["problemDock"], found["lossDock"]], [380, 440], Qt.Orientation.Horizontal)
    window.resizeDocks([found["problemDock"], found["runsDock"]], [400, 250], Qt.Orientation.Vertical)
    first.rest()
    wanted = places(found)
    window.close()

    second = as_person(start())
    second.choose("rosenbrock")
    second.rest()

    assert places(docks(second.application)) == wanted


def test_that_resetting_puts_every_panel_back(start: Start, as_person: AsPerson) -> None:
    person = as_person(start())
    person.choose("rosenbrock")
    person.rest()
    window, found = person.application.window, docks(person.application)
    before = places(found)
    found["gradient_normDock"].hide()
    found["problemDock"].setFloating(True)
    window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, found["lossDock"])
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, found["runsDock"])
    person.rest()

    person.application.layout.actions["reset_layout"].trigger()
    person.rest()

    assert places(found) == before


def test_that_a_panel_is_hidden_and_shown_by_its_entry_in_the_menu(person: Person) -> None:
    for dock in docks(person.application).values():
        if dock.objectName() == "dataDock":
            continue
        dock.toggleViewAction().trigger()
        assert not dock.isVisible()
        dock.toggleViewAction().trigger()
        assert dock.isVisible()


def test_that_the_data_panel_is_there_for_tables_only(start: Start, as_person: AsPerson) -> None:
    first = as_person(start())
    data = docks(first.application)["dataDock"]
    assert not data.isVisible()
    first.choose("data", **IRIS)
    assert data.isVisible()
    first.choose("booth")
    assert not data.isVisible()
    first.choose("reddi_online")  # losses that come as rows, of no table
    assert not data.isVisible()
    first.press("Ctrl+Z")
    first.press("Ctrl+Z")
    first.wait_for_runs()
    assert data.isVisible()
    first.application.window.close()

    second = start()
    assert not docks(second)["dataDock"].isVisible()


def test_that_the_data_panel_once_hidden_stays_hidden_while_the_fit_changes(person: Person) -> None:
    person.choose("data", **IRIS)
    data = docks(person.application)["dataDock"]
    data.hide()

    person.application.layout.workspace.problem.option_edited.emit("l2", 0.5)
    person.wait_for_runs()

    assert person.application.services.source.problem.options()["l2"] == 0.5
    assert not data.isVisible()


def test_that_settings_that_are_damaged_do_not_keep_the_window_from_opening(
    start: Start, as_person: AsPerson, tmp_path: Path
) -> None:
    (tmp_path / "damaged.ini").write_text(
        "[General]\ntheme=purple\n[window]\nstate=@ByteArray(\\0\\1garbage)\ngeometry=12\n[files]\nrecent=7\nfolder=3\n",
        encoding="utf-8",
    )

    person = as_person(start(settings="damaged"))
    person.choose("rosenbrock")

    assert all(dock.isVisible() for name, dock in docks(person.application).items() if name != "dataDock")


@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440), (900, 600)])
@pytest.mark.parametrize("what", SHOWN)
def test_that_nothing_lies_beyond_the_window_or_without_a_place(
    start: Start, as_person: AsPerson, what: str, size: tuple[int, int]
) -> None:
    person = as_person(start(size=size))
    showing(person, what)
    window = person.application.window

    assert (window.width(), window.height()) == size
    workspace = person.application.layout.workspace
    for part in (*docks(person.application).values(), window.centralWidget(), workspace.timeline):
        if not part.visibleRegion().isEmpty():
            corner = part.mapTo(window, QPoint(0, 0))
            assert window.rect().contains(part.rect().translated(corner)), part.objectName()
            assert part.width() >= part.minimumSizeHint().width(), part.objectName()
            assert part.height() >= part.minimumSizeHint().height(), part.objectName()


def test_that_no_two_actions_share_a_key() -> None:
    keys = [key for spec in ACTIONS for key in spec.shortcuts]
    assert len(set(keys)) == len(keys)


def test_that_every_key_is_told_in_the_help(person: Person) -> None:
    person.press("F1")
    dialog = person.application.window.findChild(QDialog)
    said = [label.text() for label in dialog.findChildren(QLabel)]

    assert dialog.isVisible()
    for key in ("Space", "Left", "Right", "Home", "End", "Ctrl+O", "Ctrl+S", "Ctrl+Z"):
        assert any(key in text.split(", ") for text in said), key
    dialog.close()


def test_that_the_versions_can_be_copied(person: Person) -> None:
    person.application.layout.actions["about"].trigger()
    dialog = person.application.window.findChild(QDialog)
    copy = next(button for button in dialog.findChildren(QWidget) if getattr(button, "text", str)() == "Copy versions")
    person.click(copy)

    assert "PySide6" in QApplication.clipboard().text()
    dialog.close()


def test_that_a_file_is_shown_without_the_welcome_being_made(start: Start, as_person: AsPerson) -> None:
    application = start(resource("examples", "rosenbrock_race.toml"))
    assert application.layout.welcome.findChildren(QLabel) == []

    application.documents.new()
    as_person(application).rest()
    assert application.layout.welcome.isVisible()
    assert application.layout.welcome.findChildren(QLabel) != []


def test_that_panels_are_filled_when_a_file_is_shown(start: Start) -> None:
    application = start(resource("examples", "rosenbrock_race.toml"))
    runs = application.layout.workspace.runs
    assert runs.isVisible()
    assert len(runs.findChildren(RunCard)) == len(application.services.model.experiment.runs)
