"""Before a drop the overlay says what will happen, and refuses with a reason what can't be opened."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdviz.files import resource
from gdviz.views.drop_overlay import DropOverlay
from gdviz.views.drop_verdict import TABLE_ENDINGS, judge_drop
from gdviz.views.theme import DARK, LIGHT

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    QVBoxLayout(made).addWidget(QPushButton("below"))
    made.show()
    yield made
    made.close()


@pytest.mark.parametrize("name", ["t.csv", "t.TSV", "t.txt", "t.csv.gz", "Daten.Csv.GZ"])
def test_that_tables_are_accepted_and_announced(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = b"a,b\n1,2\n"
    path.write_bytes(gzip.compress(text) if name.lower().endswith(".gz") else text)
    verdict = judge_drop([str(path)])
    assert verdict.accepted
    assert verdict.kind == "table"
    assert verdict.title == f"Open {name} as a table"
    assert "preview" in verdict.text


def test_that_an_experiment_is_announced_to_replace_the_present_one() -> None:
    verdict = judge_drop([str(resource("examples", "rosenbrock_race.toml"))])
    assert (verdict.kind, verdict.title) == ("experiment", "Open rosenbrock_race.toml")
    assert "replaces" in verdict.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.png", PNG, "a PNG picture, not a table"),
        ("renamed.csv", PNG, "a PNG picture, not a table"),
        ("packed.csv.gz", gzip.compress(PNG), "a PNG picture, not a table"),
        ("sheet.xlsx", b"PK\x03\x04" + b"xl/workbook.xml", "an Excel workbook"),
        ("letter.odt.bak", b"hello", "neither an experiment (.toml) nor a table"),
    ],
)
def test_that_what_is_no_table_is_refused_by_what_it_is(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    verdict = judge_drop([str(path)])
    assert not verdict.accepted
    assert verdict.title == f"{name} can't be opened"
    assert said in verdict.text


def test_that_a_table_in_any_encoding_is_accepted(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("长度,种类\n1,2\n3,4\n".encode(encoding))
        assert judge_drop([str(path)]).accepted, encoding


def test_that_one_file_is_dropped_at_a_time(tmp_path: Path) -> None:
    verdict = judge_drop([str(resource("tables", "iris.csv"))] * 2)
    assert not verdict.accepted
    assert verdict.title == "One file at a time"
    assert not judge_drop([]).accepted


def test_that_folders_pipes_and_absent_files_are_refused_without_being_opened(tmp_path: Path) -> None:
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert "folder" in judge_drop([str(folder)]).text
    assert "no such file" in judge_drop([str(tmp_path / "gone.csv")]).text
    assert not judge_drop(["a\0b.csv"]).accepted
    if hasattr(os, "mkfifo"):
        pipe = tmp_path / "pipe.csv"
        os.mkfifo(pipe)
        started = perf_counter()
        assert "no ordinary file" in judge_drop([str(pipe)]).text
        assert perf_counter() - started < 1


def test_that_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")
    # Asked of the system, since an administrator, who may run the tests, may read everything.
    monkeypatch.setattr(os, "access", lambda asked, mode: (str(asked), mode) != (str(path), os.R_OK))
    assert "may not be read" in judge_drop([str(path)]).text


def test_that_a_hostile_archive_costs_next_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0," * 20_000_000))
    started = perf_counter()
    judge_drop([str(path)])
    assert perf_counter() - started < 0.5


def test_that_every_ending_of_a_table_is_lower_case() -> None:
    assert all(ending == ending.lower() for ending in TABLE_ENDINGS)


def test_that_it_covers_the_whole_window_until_hidden(window: QWidget) -> None:
    overlay = DropOverlay(LIGHT, window)
    assert not overlay.isVisible()
    assert not overlay.accepts
    overlay.show_for([str(resource("tables", "iris.csv"))])
    assert overlay.isVisible()
    assert overlay.accepts
    assert overlay.geometry() == window.rect()
    assert "iris.csv" in overlay.said
    assert overlay.accessibleName() == overlay.said
    window.resize(1000, 700)
    assert overlay.geometry() == window.rect()
    overlay.show_for(["gone.csv"])
    assert not overlay.accepts
    overlay.hide()
    assert not overlay.isVisible()


def test_that_it_lets_the_pointer_through(qtbot: QtBot, window: QWidget) -> None:
    overlay = DropOverlay(LIGHT, window)
    overlay.show_for([str(resource("tables", "iris.csv"))])
    button = window.findChild(QPushButton)
    assert button is not None
    middle = button.mapTo(window, QPoint(button.width() // 2, button.height() // 2))
    assert window.childAt(middle) is button
    assert overlay.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert not overlay.acceptDrops()


def test_that_refusal_and_welcome_look_different_in_both_themes(window: QWidget) -> None:
    overlay = DropOverlay(LIGHT, window)
    pictures = []
    for theme in (LIGHT, DARK):
        overlay.set_theme(theme)
        for path in (str(resource("tables", "iris.csv")), "gone.csv"):
            overlay.show_for([path])
            pictures.append(border_color(overlay).name())
    assert pictures == [color.lower() for color in (LIGHT.accent, LIGHT.error, DARK.accent, DARK.error)]


def border_color(overlay: DropOverlay) -> QColor:
    """The colour on the upper border that is most unlike the veil."""
    image = overlay.grab().toImage()
    veil = image.pixelColor(40, 40)

    def distance(color: QColor) -> int:
        return abs(color.red() - veil.red()) + abs(color.green() - veil.green()) + abs(color.blue() - veil.blue())

    return max((image.pixelColor(x, 16) for x in range(40, 200)), key=distance)
