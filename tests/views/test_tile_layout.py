"""Tiles fill the width evenly, in as many columns as fit, and hidden ones leave no gap."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gdviz.views.tile_layout import TileLayout


class Tile(QWidget):
    def sizeHint(self) -> QSize:
        return QSize(50, 30)


def make_grid(qtbot: QtBot, count: int, width: int, **options: int) -> tuple[QWidget, list[Tile]]:
    grid = QWidget()
    qtbot.addWidget(grid)
    layout = TileLayout(grid, gap=10, **options)
    tiles = [Tile() for _ in range(count)]
    for tile in tiles:
        layout.addWidget(tile)
    grid.resize(width, 400)
    grid.show()
    layout.activate()
    return grid, tiles


def test_that_tiles_share_the_width_evenly_and_end_at_its_edge(qtbot: QtBot) -> None:
    _, tiles = make_grid(qtbot, 5, width=331, least_width=100)
    assert [tile.y() for tile in tiles] == [0, 0, 0, 40, 40]
    assert tiles[0].x() == 0
    assert tiles[2].geometry().right() == 330
    assert max(tile.width() for tile in tiles) - min(tile.width() for tile in tiles) <= 1
    assert [tile.x() for tile in tiles[3:]] == [tile.x() for tile in tiles[:2]]


@pytest.mark.parametrize(("width", "columns"), [(99, 1), (209, 1), (210, 2), (319, 2), (320, 3)])
def test_that_as_many_columns_stand_side_by_side_as_fit(qtbot: QtBot, width: int, columns: int) -> None:
    grid, _ = make_grid(qtbot, 4, width=width, least_width=100)
    layout = grid.layout()
    assert isinstance(layout, TileLayout)
    assert layout.columns_in(width) == columns


def test_that_the_height_follows_from_the_width(qtbot: QtBot) -> None:
    grid, _ = make_grid(qtbot, 5, width=210, least_width=100)
    layout = grid.layout()
    assert isinstance(layout, TileLayout)
    assert layout.hasHeightForWidth()
    assert layout.heightForWidth(210) == 3 * 30 + 2 * 10
    assert layout.heightForWidth(320) == 2 * 30 + 10
    assert layout.heightForWidth(90) == 5 * 30 + 4 * 10


def test_that_hidden_tiles_take_no_place(qtbot: QtBot) -> None:
    grid, tiles = make_grid(qtbot, 3, width=210, least_width=100)
    tiles[0].hide()
    layout = grid.layout()
    assert isinstance(layout, TileLayout)
    layout.activate()
    assert tiles[1].pos().toTuple() == (0, 0)
    assert tiles[2].y() == 0
    assert layout.heightForWidth(210) == 30


def test_that_the_columns_can_be_limited(qtbot: QtBot) -> None:
    _, tiles = make_grid(qtbot, 5, width=900, least_width=100, most_columns=2)
    assert [tile.y() for tile in tiles] == [0, 0, 40, 40, 80]
    _, tiles = make_grid(qtbot, 2, width=120, least_width=100, most_columns=2)
    assert [tile.y() for tile in tiles] == [0, 40]
