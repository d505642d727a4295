"""Functions are found by looking, by typing and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdviz.views.function_gallery import FunctionGallery, GalleryPopup
from gdviz.views.function_tile import FunctionTile
from gdviz.views.theme import LIGHT
from gdviz.views.thumbnail import Thumbnails, function_classes


@pytest.fixture
def gallery(qtbot: QtBot) -> Iterator[FunctionGallery]:
    window = QWidget()
    qtbot.addWidget(window)
    made = FunctionGallery(Thumbnails(LIGHT, window), LIGHT, window)
    QVBoxLayout(window).addWidget(made)
    window.resize(640, 620)
    window.show()
    window.activateWindow()
    yield made
    window.close()


def tiles_of(widget: QWidget) -> list[FunctionTile]:
    return [tile for tile in widget.findChildren(FunctionTile) if tile.isVisibleTo(widget)]


def tile_named(widget: QWidget, name: str) -> FunctionTile:
    return next(tile for tile in widget.findChildren(FunctionTile) if tile.name == name)


def field_of(widget: QWidget) -> QLineEdit:
    field = widget.findChild(QLineEdit)
    assert field is not None
    return field


def test_that_every_function_can_be_chosen(gallery: FunctionGallery) -> None:
    assert {tile.name for tile in tiles_of(gallery)} == {function.name for function in function_classes()}
    assert all(tile.accessibleName() and tile.accessibleDescription() for tile in tiles_of(gallery))


def test_that_functions_stand_in_groups_by_their_parameters(gallery: FunctionGallery) -> None:
    def top(name: str) -> int:
        return tile_named(gallery, name).mapTo(gallery, QPoint(0, 0)).y()

    for one, two, many in (("parabola", "booth", "ackley"), ("forrester", "himmelblau", "sphere")):
        assert top(one) < top(two) < top(many)
    in_order = ("parabola", "rosenbrock", "himmelblau", "eggholder", "wood", "ackley", "neuron")
    places = [top(name) for name in in_order]
    assert places == sorted(places)
    headings = [label.text() for label in gallery.findChildren(QLabel) if label.objectName() == "heading"]
    assert len(headings) == len(set(headings)) == len(in_order)


def test_that_a_click_chooses(qtbot: QtBot, gallery: FunctionGallery) -> None:
    tile = tile_named(gallery, "double_well")
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert chosen.args == ["double_well"]
    assert not tile.isChecked()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # The others say that they resemble it, or begin where it does.
        ("rosen", {"rosenbrock", "leon", "extended_rosenbrock", "wood"}),
        ("CAMEL hump", {"three_hump_camel", "six_hump_camel"}),
        ("a kink", {"absolute_value"}),
        ("Forrester 2008", {"forrester"}),
        ("zzz", set()),
    ],
)
def test_that_typing_leaves_what_fits(qtbot: QtBot, gallery: FunctionGallery, typed: str, found: set[str]) -> None:
    gallery.begin()
    qtbot.keyClicks(field_of(gallery), typed)
    assert {tile.name for tile in tiles_of(gallery)} == found
    field_of(gallery).clear()
    assert len(tiles_of(gallery)) == len(function_classes())


def test_that_enter_takes_the_first_that_fits(qtbot: QtBot, gallery: FunctionGallery) -> None:
    gallery.begin()
    with qtbot.assertNotEmitted(gallery.chosen):
        qtbot.keyClick(field_of(gallery), Qt.Key.Key_Return)
    qtbot.keyClicks(field_of(gallery), "rast")
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.keyClick(field_of(gallery), Qt.Key.Key_Return)
    assert chosen.args == ["rastrigin_1d"]


def test_that_arrows_go_from_tile_to_tile_and_back_to_the_field(qtbot: QtBot, gallery: FunctionGallery) -> None:
    def focused() -> str:
        tile = gallery.window().focusWidget()
        assert isinstance(tile, FunctionTile)
        return tile.name

    def press(key: Qt.Key) -> None:
        widget = gallery.window().focusWidget()
        assert widget is not None
        qtbot.keyClick(widget, key)

    names = [tile.name for tile in tiles_of(gallery)]
    columns = sum(tile.y() == 0 for tile in tile_named(gallery, names[0]).parentWidget().findChildren(FunctionTile))
    assert columns > 2
    gallery.begin()
    press(Qt.Key.Key_Down)
    assert focused() == names[0]
    press(Qt.Key.Key_Right)
    assert focused() == names[1]
    press(Qt.Key.Key_Down)
    assert focused() == names[1 + columns]
    press(Qt.Key.Key_Left)
    assert focused() == names[columns]
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Up)
    assert gallery.window().focusWidget() is field_of(gallery)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_that_a_focused_tile_is_chosen_by_a_key(qtbot: QtBot, gallery: FunctionGallery, key: Qt.Key) -> None:
    tile = tile_named(gallery, "quartic")
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.keyClick(tile, key)
    assert chosen.args == ["quartic"]


def test_that_the_chosen_function_is_marked_and_in_view(gallery: FunctionGallery) -> None:
    gallery.set_current("griewank")
    assert [tile.name for tile in tiles_of(gallery) if tile.isChecked()] == ["griewank"]
    place = tile_named(gallery, "griewank").mapTo(gallery, QPoint(0, 0)).y()
    assert 0 < place < gallery.height()
    gallery.set_current(None)
    assert not any(tile.isChecked() for tile in tiles_of(gallery))


def test_that_the_popup_closes_with_the_choice_and_with_escape(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.show()
    popup = GalleryPopup(Thumbnails(LIGHT, button), LIGHT, button)
    popup.open_below(button, "booth")
    assert popup.isVisible()
    assert popup.gallery.window().focusWidget() is field_of(popup)
    with qtbot.waitSignal(popup.chosen) as chosen:
        qtbot.mouseClick(tile_named(popup, "matyas"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["matyas"]
    assert not popup.isVisible()
    popup.open_below(button, "matyas")
    qtbot.keyClicks(field_of(popup), "ack")
    qtbot.keyClick(field_of(popup), Qt.Key.Key_Escape)
    assert popup.isVisible()
    assert field_of(popup).text() == ""
    qtbot.keyClick(field_of(popup), Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_that_the_popup_stays_on_the_screen(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    screen = button.screen().availableGeometry()
    button.move(screen.right() - 50, screen.bottom() - 60)
    button.show()
    popup = GalleryPopup(Thumbnails(LIGHT, button), LIGHT, button)
    popup.open_below(button, None)
    assert screen.contains(popup.geometry())
    popup.close()
