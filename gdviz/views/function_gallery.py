"""The functions as a grid of small pictures, to be looked through, filtered by typing, and chosen by one click."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gdviz.parameters import declared
from gdviz.problems import Problem
from gdviz.views.function_tile import FunctionTile
from gdviz.views.theme import Theme, icon
from gdviz.views.thumbnail import Thumbnails, function_classes
from gdviz.views.tile_layout import TileLayout

__all__ = ["FunctionGallery", "GalleryPopup", "TileGrid"]

_MOVES = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class TileGrid(QWidget):
    """Some functions as tiles; arrow keys go from one to the next, Enter and Space choose."""

    chosen = Signal(str)
    left = Signal()
    """The keyboard went up from the first row."""

    def __init__(
        self,
        functions: Iterable[type[Problem]],
        thumbnails: Thumbnails,
        theme: Theme,
        most_columns: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = TileLayout(self, most_columns=most_columns)
        self.tiles = tuple(FunctionTile(function, thumbnails, theme, self) for function in functions)
        for tile in self.tiles:
            tile.clicked.connect(self._on_tile_clicked)
            tile.installEventFilter(self)
            layout.addWidget(tile)

    @property
    def shown(self) -> tuple[FunctionTile, ...]:
        """The tiles that the filter leaves."""
        return tuple(tile for tile in self.tiles if not tile.isHidden())

    def filter(self, text: str) -> int:
        """Show only what `text` is about; how many that are."""
        for tile in self.tiles:
            tile.setVisible(tile.is_about(text))
        return len(self.shown)

    def set_current(self, name: str | None) -> None:
        """Mark the function that is chosen."""
        for tile in self.tiles:
            tile.setChecked(tile.name == name)

    def set_theme(self, theme: Theme) -> None:
        for tile in self.tiles:
            tile.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, FunctionTile) and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            move = _MOVES.get(Qt.Key(event.key()))
            if move is not None:
                self._move(watched, *move)
                return True
        return bool(super().eventFilter(watched, event))

    def _move(self, tile: FunctionTile, across: int, down: int) -> None:
        tiles = self.shown
        layout = self.layout()
        assert isinstance(layout, TileLayout)
        place = tiles.index(tile) + across + down * layout.columns_in(self.width())
        if 0 <= place < len(tiles):
            tiles[place].setFocus(Qt.FocusReason.TabFocusReason)
        elif down < 0:
            self.left.emit()
        elif down > 0 or across:
            self.focusNextPrevChild(down > 0 or across > 0)

    @Slot()
    def _on_tile_clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, FunctionTile):
            self.chosen.emit(tile.name)


class FunctionGallery(QWidget):
    """All functions, by how many parameters they have and what is in their way, under a field that filters them."""

    chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[tuple[QLabel, TileGrid]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._field = QLineEdit(self)
        self._field.setObjectName("galleryFilter")
        self._field.setPlaceholderText(self.tr("Filter the functions"))
        self._field.setAccessibleName(self.tr("Filter the functions"))
        self._field.setClearButtonEnabled(True)
        # A file that is dropped here is meant for the window.
        self._field.setAcceptDrops(False)
        self._magnifier = self._field.addAction(icon("search", theme), QLineEdit.ActionPosition.LeadingPosition)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.returnPressed.connect(self._on_return_pressed)
        self._field.installEventFilter(self)
        layout.addWidget(self._field)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget(self._area)
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(2, 0, 8, 2)
        self._content.setSpacing(8)
        self._empty = QLabel(self.tr("No function fits. Try a word such as valley, minimum or quadratic."), content)
        self._empty.setObjectName("muted")
        self._empty.setWordWrap(True)
        self._empty.hide()
        self._content.addWidget(self._empty)
        for title, functions in self._grouped():
            self._add_group(title, functions, thumbnails, theme, content)
        self._content.addStretch(1)
        self._area.setWidget(content)
        layout.addWidget(self._area, 1)

    def set_current(self, name: str | None) -> None:
        """Mark the function that is chosen, and bring it into view."""
        for _, grid in self._groups:
            grid.set_current(name)
            for tile in grid.tiles:
                if tile.isChecked():
                    self._area.ensureWidgetVisible(tile)

    def begin(self) -> None:
        """Show all functions and wait for typing."""
        self._field.clear()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_theme(self, theme: Theme) -> None:
        self._magnifier.setIcon(icon("search", theme))
        for _, grid in self._groups:
            grid.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self._focus_first()
                return True
            if event.key() == Qt.Key.Key_Escape and self._field.text():
                self._field.clear()
                return True
        return bool(super().eventFilter(watched, event))

    def _grouped(self) -> list[tuple[str, list[type[Problem]]]]:
        titles = {
            "one": self.tr("One parameter"),
            "two": self.tr("Two parameters: bowls, valleys and saddles"),
            "hollows": self.tr("Two parameters: several hollows"),
            "ripples": self.tr("Two parameters: ripples and kinks"),
            "more": self.tr("Three parameters and more"),
            "many": self.tr("Any number of parameters"),
            "learning": self.tr("Neurons and distributions"),
        }
        groups: dict[str, list[type[Problem]]] = {key: [] for key in titles}
        for function in function_classes():
            groups[_group_of(function)].append(function)
        return [(titles[key], functions) for key, functions in groups.items() if functions]

    def _add_group(
        self, title: str, functions: list[type[Problem]], thumbnails: Thumbnails, theme: Theme, content: QWidget
    ) -> None:
        heading = QLabel(title, content)
        heading.setObjectName("heading")
        grid = TileGrid(functions, thumbnails, theme, parent=content)
        grid.chosen.connect(self.chosen)
        grid.left.connect(self._on_grid_left)
        for tile in grid.tiles:
            tile.focused.connect(self._on_tile_focused)
        if self._groups:
            self._content.addSpacing(8)
        self._content.addWidget(heading)
        self._content.addWidget(grid)
        self._groups.append((heading, grid))

    def _shown_tiles(self) -> list[FunctionTile]:
        return [tile for _, grid in self._groups for tile in grid.shown]

    def _focus_first(self) -> None:
        tiles = self._shown_tiles()
        if tiles:
            tiles[0].setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        found = 0
        for heading, grid in self._groups:
            count = grid.filter(text)
            heading.setVisible(count > 0)
            grid.setVisible(count > 0)
            found += count
        self._empty.setVisible(found == 0)
        self._area.verticalScrollBar().setValue(0)

    @Slot()
    def _on_return_pressed(self) -> None:
        tiles = self._shown_tiles()
        if tiles and self._field.text().strip():
            tiles[0].click()

    @Slot()
    def _on_tile_focused(self) -> None:
        tile = self.sender()
        if isinstance(tile, QWidget):
            self._area.ensureWidgetVisible(tile, 0, 40)

    @Slot()
    def _on_grid_left(self) -> None:
        grids = [grid for _, grid in self._groups if grid.shown]
        grid = self.sender()
        place = grids.index(grid) if isinstance(grid, TileGrid) and grid in grids else 0
        if place > 0:
            grids[place - 1].shown[-1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)


def _group_of(function: type[Problem]) -> str:
    """The key of the group that a function is shown in: its family's, or that of its number of parameters."""
    if function.family in ("hollows", "ripples", "learning"):
        return function.family
    if "dimension" in {item.name for item in declared(function)}:
        return "many"
    return {1: "one", 2: "two"}.get(function().dimension, "more")


class GalleryPopup(QFrame):
    """The gallery in a window of its own that closes with the choice, with Escape or with a click elsewhere."""

    chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("galleryPopup")
        self.gallery = FunctionGallery(thumbnails, theme, self)
        self.gallery.chosen.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 4, 12)
        layout.addWidget(self.gallery)

    def open_below(self, widget: QWidget, current: str | None) -> None:
        """Show it under a widget, or wherever the screen has room for it."""
        screen = widget.screen().availableGeometry()
        width = min(620, screen.width() - 16)
        corner = widget.mapToGlobal(QPoint(0, widget.height() + 4))
        height = min(640, max(320, screen.bottom() - corner.y() - 8), screen.height() - 16)
        place = QRect(corner.x(), corner.y(), width, height)
        place.moveRight(min(place.right(), screen.right() - 8))
        place.moveBottom(min(place.bottom(), screen.bottom() - 8))
        self.setGeometry(place)
        self.show()
        self.gallery.begin()
        self.gallery.set_current(current)

    def set_theme(self, theme: Theme) -> None:
        self.gallery.set_theme(theme)

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self.close()
        self.chosen.emit(name)
