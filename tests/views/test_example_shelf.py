"""Every bundled example stands on the shelf once, under a subject, in the user's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gdviz.experiment.file import load
from gdviz.files import resource
from gdviz.views.example_shelf import ExampleShelf, example_words
from gdviz.views.link_row import LinkRow
from gdviz.views.theme import DARK, LIGHT

FILES = sorted(resource("examples").glob("*.toml"))


@pytest.fixture
def locale() -> Iterator[None]:
    """Whatever locale a test sets is taken back."""
    before = QLocale()
    yield
    QLocale.setDefault(before)


def rows_of(shelf: ExampleShelf) -> dict[str, LinkRow]:
    rows = shelf.findChildren(LinkRow)
    found = {row.property("example"): row for row in rows}
    assert len(found) == len(rows)
    return found


def shelf_in(qtbot: QtBot, locale: str) -> ExampleShelf:
    QLocale.setDefault(QLocale(locale))
    shelf = ExampleShelf(LIGHT)
    qtbot.addWidget(shelf)
    shelf.resize(600, 900)
    shelf.show()
    return shelf


@pytest.mark.parametrize("language", ["en", "zh"])
def test_that_words_are_those_of_the_files(language: str) -> None:
    found = example_words(language)
    assert list(found) == [path.stem for path in FILES]
    for path in FILES:
        said = load(path).words(language)
        assert (found[path.stem].title, found[path.stem].description) == (said.title, said.description)


@pytest.mark.parametrize(
    ("locale_name", "language"), [("en_GB", "en"), ("de_DE", "en"), ("zh_CN", "zh"), ("zh_TW", "zh")]
)
@pytest.mark.usefixtures("locale")
def test_that_rows_speak_the_language_of_the_user(qtbot: QtBot, locale_name: str, language: str) -> None:
    shelf = shelf_in(qtbot, locale_name)
    rows = rows_of(shelf)
    assert set(rows) == {path.stem for path in FILES}
    for path in FILES:
        words = load(path).words(language)
        row = rows[path.stem]
        assert (row.text(), row.toolTip()) == (words.title, words.description)
        assert (row.accessibleName(), row.accessibleDescription()) == (words.title, words.description)


@pytest.mark.usefixtures("locale")
def test_that_every_bundled_example_has_a_subject(qtbot: QtBot) -> None:
    shelf = shelf_in(qtbot, "en_GB")
    headings = [label.text() for label in shelf.findChildren(QLabel)]
    assert headings == ["Walking down", "Lines and classes", "Networks", "Distributions", "Where descent fails"]


@pytest.mark.usefixtures("locale")
def test_that_a_click_on_a_row_chooses_its_file(qtbot: QtBot) -> None:
    shelf = shelf_in(qtbot, "zh_CN")
    shelf.set_theme(DARK)
    for stem in ("saddle", "one_neuron", "reddi_counterexample"):
        with qtbot.waitSignal(shelf.chosen) as chosen:
            qtbot.mouseClick(rows_of(shelf)[stem], Qt.MouseButton.LeftButton)
        assert chosen.args == [stem]
