"""The empty start leads on by one click, whatever one came with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from gdviz.data.builtin import BUILTIN
from gdviz.experiment.experiment import ProblemChoice
from gdviz.files import resource
from gdviz.problems import PROBLEMS
from gdviz.problems.fit import DataFit
from gdviz.views.function_tile import FunctionTile
from gdviz.views.link_row import LinkRow
from gdviz.views.theme import DARK, LIGHT, apply_theme
from gdviz.views.thumbnail import function_classes
from gdviz.views.welcome import WelcomeView


@pytest.fixture
def welcome(qtbot: QtBot) -> Iterator[WelcomeView]:
    made = WelcomeView(LIGHT)
    qtbot.addWidget(made)
    made.resize(660, 660)
    made.show()
    yield made
    made.close()


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    """The program with its own look."""
    apply_theme(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


def tiles_of(welcome: WelcomeView) -> list[FunctionTile]:
    return [tile for tile in welcome.findChildren(FunctionTile) if tile.isVisibleTo(welcome)]


def row_named(welcome: WelcomeView, text: str) -> LinkRow:
    return next(row for row in welcome.findChildren(LinkRow) if row.text() == text)


def button_named(welcome: WelcomeView, start: str) -> QPushButton:
    return next(button for button in welcome.findChildren(QPushButton) if button.text().startswith(start))


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_one_click_on_a_picture_chooses_the_function(qtbot: QtBot, welcome: WelcomeView) -> None:
    tile = next(tile for tile in tiles_of(welcome) if tile.name == "rosenbrock")
    with qtbot.waitSignal(welcome.problem_chosen) as chosen:
        click(qtbot, tile)
    assert chosen.args == [ProblemChoice("rosenbrock")]


def test_that_all_functions_are_one_click_away(qtbot: QtBot, welcome: WelcomeView) -> None:
    assert 0 < len(tiles_of(welcome)) < len(function_classes())
    click(qtbot, button_named(welcome, "Show all"))
    assert {tile.name for tile in tiles_of(welcome)} == {function.name for function in function_classes()}
    for tile in tiles_of(welcome):
        PROBLEMS.get(tile.name)()
    click(qtbot, button_named(welcome, "Show fewer"))
    assert len(tiles_of(welcome)) < len(function_classes())


@pytest.mark.parametrize(("name", "title"), [(table.name, table.title) for table in BUILTIN])
def test_that_one_click_takes_a_bundled_table(qtbot: QtBot, welcome: WelcomeView, name: str, title: str) -> None:
    with qtbot.waitSignal(welcome.problem_chosen) as chosen:
        click(qtbot, row_named(welcome, title))
    choice = chosen.args[0]
    assert choice.options["table"] == f"builtin:{name}"
    DataFit(**choice.options)


def test_that_every_bundled_example_is_offered_by_its_title(qtbot: QtBot, welcome: WelcomeView) -> None:
    files = sorted(resource("examples").glob("*.toml"))
    assert files
    for path in files:
        title = tomllib.loads(path.read_text(encoding="utf-8"))["title"]
        with qtbot.waitSignal(welcome.example_chosen) as chosen:
            click(qtbot, row_named(welcome, title))
        assert chosen.args == [path.stem]


def test_that_a_file_can_be_asked_for(qtbot: QtBot, welcome: WelcomeView) -> None:
    with qtbot.waitSignal(welcome.open_requested):
        click(qtbot, button_named(welcome, "Open"))


def test_that_what_was_left_behind_is_offered_only_if_there_is_any(qtbot: QtBot, welcome: WelcomeView) -> None:
    row = row_named(welcome, "Continue where you left off")
    assert not row.isVisible()
    welcome.set_left_behind(True)
    with qtbot.waitSignal(welcome.left_behind_requested):
        click(qtbot, row)
    welcome.set_left_behind(False)
    assert not row.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_that_the_keyboard_alone_is_enough(qtbot: QtBot, welcome: WelcomeView, key: Qt.Key) -> None:
    row = row_named(welcome, BUILTIN[0].title)
    row.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(welcome.problem_chosen):
        qtbot.keyClick(row, key)


@pytest.mark.parametrize(("width", "height"), [(300, 700), (400, 640), (620, 640), (660, 660), (1280, 1200)])
@pytest.mark.usefixtures("dressed")
def test_that_nothing_is_cut_off(qtbot: QtBot, welcome: WelcomeView, width: int, height: int) -> None:
    welcome.resize(width, height)
    area = welcome.findChild(QScrollArea)
    assert area is not None
    page = area.widget()
    qtbot.waitUntil(lambda: page.width() == area.viewport().width() and page.width() >= width - 20)
    seen = [tile for tile in welcome.findChildren(QAbstractButton) if tile.isVisibleTo(page)]
    for button in seen:
        place = QRect(button.mapTo(page, QPoint(0, 0)), button.size())
        assert page.rect().contains(place), button.text()
        assert button.height() >= button.minimumSizeHint().height() - 1, button.text()
    for tile in tiles_of(welcome):
        assert tile.height() >= tile.heightForWidth(tile.width()) - 1


def test_that_the_pictures_appear_and_follow_the_theme(qtbot: QtBot, welcome: WelcomeView) -> None:
    tile = next(tile for tile in tiles_of(welcome) if tile.name == "himmelblau")

    def brightness() -> float:
        image = tile.grab().toImage()
        return sum(image.pixelColor(x, 20).lightness() for x in range(5, 100)) / 95

    blank = brightness()
    qtbot.waitUntil(lambda: abs(brightness() - blank) > 20, timeout=10_000)
    light = brightness()
    welcome.set_theme(DARK)
    qtbot.waitUntil(lambda: 40 < brightness() < light - 60, timeout=10_000)
