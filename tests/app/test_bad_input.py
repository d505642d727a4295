"""What can't be used says why in words, and leaves problem, picture and files as they were."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from gdviz.experiment import edits
from gdviz.runs.stopping import StopReason
from gdviz.schedules import schedule
from gdviz.views.table_preview import TablePreviewDialog

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application


def picture(path: Path) -> None:
    """A PNG of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("table.csv", "a,b\n1,2\n")


def bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(400):
            file.write(b"0" * 2**20)


BAD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a picture named as a table": ("iris.csv", picture, "PNG"),
    "an archive named as a table": ("data.txt", archive, "ZIP"),
    "an empty table": ("empty.csv", lambda path: path.write_bytes(b""), "empty"),
    "numbers that are no text": ("noise.csv", lambda path: path.write_bytes(bytes(range(256)) * 40), "noise.csv"),
    "a folder": ("folder.csv", Path.mkdir, "folder"),
    "a pipe": ("pipe.csv", os.mkfifo, "ordinary file"),
    "a missing table": ("gone.csv", lambda path: None, "there is no"),
    "a truncated archive": (
        "cut.csv.gz",
        lambda path: path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 500)[:40]),
        "cut.csv.gz",
    ),
    "a table that never ends": ("bomb.csv.gz", bomb, "longer than 1 MB"),
    "an open quote": ("quote.csv", lambda path: path.write_text('a,b\n1,2\n"3,4\n5,6\n'), "quote"),
    "another kind of file": ("notes.pdf", lambda path: path.write_bytes(b"%PDF-1.7\n"), "PDF"),
    "an experiment that is no TOML": ("broken.toml", lambda path: path.write_text("gdviz = = 1"), "line 1"),
    "an experiment of a newer version": ("newer.toml", lambda path: path.write_text("gdviz = 99"), "newer"),
    "an experiment with a key that is unknown": (
        "key.toml",
        lambda path: path.write_text("gdviz = 1\ntitel = 'x'"),
        "titel",
    ),
    "an experiment with a problem that is unknown": (
        "problem.toml",
        lambda path: path.write_text('gdviz = 1\n[problem]\nname = "rosenbrok"'),
        "rosenbrok",
    ),
    "an experiment with a rate that is impossible": (
        "rate.toml",
        lambda path: path.write_text(
            'gdviz = 1\n[problem]\nname = "booth"\n[[run]]\noptimizer = "adam"\nlearning_rate = -1.0'
        ),
        "learning_rate",
    ),
    "an experiment whose table is missing": (
        "table.toml",
        lambda path: path.write_text('gdviz = 1\n[problem]\nname = "data"\ntable = "nowhere.csv"'),
        "nowhere.csv",
    ),
    "an experiment that holds nothing": ("nothing.toml", lambda path: path.write_text(""), "gdviz = 1"),
}


def drag(application: Application, path: Path, place: QPoint | None = None) -> str:
    """Drags a file over the window and drops it; what the window says of it meanwhile."""
    window, overlay = application.window, application.layout.overlay
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place = place or window.rect().center()
    button, plain, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, mime, button, plain))
    move = QDragMoveEvent(place, copy, mime, button, plain)
    QApplication.sendEvent(window, move)
    assert overlay.isVisible()
    said = overlay.said
    if move.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, mime, button, plain))
    else:
        QApplication.sendEvent(window, QDragLeaveEvent())
    assert not overlay.isVisible()
    return said


def what_is_said(application: Application) -> str:
    """Everything that stands in a strip of the window, or below the preview of a table."""
    said = [application.layout.notice.text, application.layout.workspace.problem.notice]
    said += [dialog.reason for dialog in application.window.findChildren(TablePreviewDialog) if dialog.isVisible()]
    return " ".join(text for text in said if text)


class Before:
    """A descent on the screen, to be found again as it was."""

    def __init__(self, person: Person, folder: Path) -> None:
        application = person.application
        self._application = application
        self._folder = folder
        self._experiment = application.services.model.experiment
        self._undo = application.services.model.undo_text
        self._problem = application.services.source.problem
        self._runs = application.showing.runs
        self._points = [np.array(run.trajectory.points) for run in self._runs]
        self._surface = application.services.landscape.surface
        self._files = self._contents()

    def _contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self._folder.iterdir()) if path.is_file()}

    def check(self) -> None:
        application = self._application
        assert application.services.model.experiment is self._experiment
        assert application.services.model.undo_text == self._undo
        assert application.services.source.problem is self._problem
        assert application.services.landscape.surface is self._surface
        assert application.showing.runs == self._runs
        for run, points in zip(self._runs, self._points, strict=True):
            np.testing.assert_array_equal(run.trajectory.points, points)
        assert self._contents() == self._files
        assert application.layout.workspace.landscape.isVisible()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def race(person: Person) -> Person:
    person.choose("rosenbrock")
    person.wait(lambda: person.application.services.landscape.progress is None)
    return person


@pytest.mark.parametrize("way", ["drop", "menu"])
@pytest.mark.parametrize("kind", BAD)
def test_that_a_file_that_can_not_be_used_says_why_and_changes_nothing(
    race: Person, folder: Path, kind: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, make, words = BAD[kind]
    path = folder / name
    make(path)
    before = Before(race, folder)
    services = race.application.services

    if way == "drop":
        drag(race.application, path)
    else:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(path), ""))
        race.application.layout.actions["open"].trigger()
    race.wait(lambda: not services.source.loading)
    race.wait(lambda: what_is_said(race.application) != "")

    said = what_is_said(race.application)
    assert words.casefold() in said.casefold(), said
    assert "Traceback" not in said
    before.check()
    for dialog in race.application.window.findChildren(TablePreviewDialog):
        dialog.accept()
        assert dialog.isVisible(), "what can't be used can be accepted"
        dialog.reject()
    before.check()


@pytest.mark.parametrize("kind", BAD)
def test_that_a_bad_file_on_the_command_line_leaves_the_empty_start_and_says_why(
    start: Callable[..., Application], as_person: Callable[[Application], Person], folder: Path, kind: str
) -> None:
    name, make, words = BAD[kind]
    make(folder / name)

    person = as_person(start(folder / name))
    person.wait(lambda: what_is_said(person.application) != "")

    assert words.casefold() in what_is_said(person.application).casefold()
    assert person.application.services.model.experiment.problem is None
    assert person.application.layout.welcome.isVisible()
    for dialog in person.application.window.findChildren(TablePreviewDialog):
        dialog.reject()


POOR: dict[str, tuple[str, str]] = {
    "no numeric column": ("a,b\nx,y\nz,w\n", "numeric"),
    "one row": ("x,y\n1,2\n", "row"),
    "a header only": ("x,y\n", "row"),
    "a single class": ("x,kind\n1,red\n2,red\n3,red\n", "class"),
    "a single column": ("x\n1\n2\n3\n", "column"),
}


@pytest.mark.parametrize("kind", POOR)
def test_that_a_table_that_makes_no_fit_says_why_before_or_after_it_is_accepted(
    race: Person, folder: Path, kind: str
) -> None:
    text, words = POOR[kind]
    path = folder / "poor.csv"
    path.write_text(text, encoding="utf-8")
    before = Before(race, folder)

    drag(race.application, path)
    for dialog in race.application.window.findChildren(TablePreviewDialog):
        race.wait(lambda dialog=dialog: not dialog.waiting)
        dialog.accept()
    race.wait(lambda: not race.application.services.source.loading)
    race.wait(lambda: what_is_said(race.application) != "")

    assert words in what_is_said(race.application).casefold()
    before.check()
    for dialog in race.application.window.findChildren(TablePreviewDialog):
        dialog.reject()


def test_that_a_table_that_vanishes_after_its_preview_says_so(race: Person, iris: Path) -> None:
    before = Before(race, iris.parent)
    drag(race.application, iris)
    dialog = race.application.window.findChild(TablePreviewDialog)
    race.wait(lambda: not dialog.waiting)
    content = iris.read_bytes()
    iris.unlink()

    dialog.accept()
    race.wait(lambda: what_is_said(race.application) != "")

    assert "iris.csv" in what_is_said(race.application)
    iris.write_bytes(content)
    before.check()


def test_that_what_was_said_goes_once_it_is_mended(race: Person, folder: Path, iris: Path) -> None:
    picture(folder / "picture.csv")
    drag(race.application, folder / "picture.csv")
    assert what_is_said(race.application)

    drag(race.application, iris)
    dialog = race.application.window.findChild(TablePreviewDialog)
    race.wait(lambda: not dialog.waiting)
    dialog.accept()
    race.wait_for_runs()

    assert race.application.services.model.experiment.problem.name == "data"
    assert what_is_said(race.application) == ""


def test_that_several_files_at_once_are_refused_in_words(race: Person, folder: Path, iris: Path) -> None:
    before = Before(race, folder)
    window = race.application.window
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(iris)), QUrl.fromLocalFile(str(iris))])
    button, plain, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), copy, mime, button, plain))
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, mime, button, plain))

    assert "single" in what_is_said(race.application)
    assert race.application.window.findChildren(TablePreviewDialog) == []
    before.check()


def test_that_a_start_of_the_wrong_length_is_said_and_stays_said(
    start: Callable[..., Application], as_person: Callable[[Application], Person], folder: Path
) -> None:
    path = folder / "start.toml"
    path.write_text(
        'gdviz = 1\n[problem]\nname = "booth"\n[[run]]\noptimizer = "adam"\nstart = [1.0, 2.0, 3.0]\n'
        '[[run]]\noptimizer = "gradient_descent"\n',
        encoding="utf-8",
    )
    person = as_person(start(path))
    person.wait_for_runs()

    assert "3 numbers" in what_is_said(person.application)
    assert [run.key for run in person.application.showing.runs] == [
        entry.key for entry in person.application.services.model.experiment.runs if entry.config.start is None
    ]


@pytest.mark.parametrize("rate", [1e6, schedule("cosine", initial=1e6)], ids=["a number", "a schedule"])
def test_that_a_run_that_overflows_says_where_and_leaves_finite_axes(race: Person, rate: Any) -> None:
    application = race.application
    model = application.services.model
    model.apply(lambda now: edits.set_hyper_parameters(now, 1, {"learning_rate": rate}), "too much")
    race.wait_for_runs()
    race.press("End")

    run = application.showing.runs[0].trajectory
    assert run.stop_reason is StopReason.DIVERGED
    assert np.isfinite(run.points).all()
    status = [label.text() for label in race.labels("muted") if "diverged at step" in label.text()]
    assert len(status) == 1
    assert f"diverged at step {run.stop_step}" in status[0]
    assert "try a rate below" in status[0]
    for view in (application.layout.workspace.loss, application.layout.workspace.gradient_norm):
        for axis in (view.canvas.x_axis, view.canvas.y_axis):
            assert np.isfinite([axis.low, axis.high]).all()
            assert axis.low < axis.high
    assert [item.trajectory.stop_reason for item in application.showing.runs[1:]] == [StopReason.FINISHED] * 2


def test_that_a_rate_of_the_largest_size_can_be_tried_on_every_function(person: Person) -> None:
    application = person.application
    for name in ("double_well", "himmelblau", "ackley", "sphere", "bounded_saddle"):
        person.choose(name)
        for key in (1, 2, 3):
            application.services.model.apply(
                lambda now, key=key: edits.set_hyper_parameters(now, key, {"learning_rate": 1e300}), "too much"
            )
        person.wait_for_runs()
        person.press("End")
        application.window.grab()
        for run in application.showing.runs:
            assert np.isfinite(run.trajectory.points).all()
