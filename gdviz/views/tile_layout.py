"""A layout of equal tiles: as many columns as fit, each as wide as the others, rows as high as the tiles ask for."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

__all__ = ["TileLayout"]


class TileLayout(QLayout):
    """Hidden tiles take no place. The height follows from the width.

    As many stand side by side as are at least `least_width` wide, but no more than `most_columns`.
    """

    def __init__(
        self, parent: QWidget | None = None, least_width: int = 136, most_columns: int | None = None, gap: int = 8
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._least_width = least_width
        self._most_columns = most_columns
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._placed(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._placed(rect, apply=True)

    def sizeHint(self) -> QSize:
        columns = self._most_columns or 4
        width = columns * self._least_width + (columns - 1) * self._gap
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        return QSize(self._least_width, 0)

    def columns_in(self, width: int) -> int:
        """How many tiles stand side by side in this width."""
        fitting = max(1, (width + self._gap) // (self._least_width + self._gap))
        return fitting if self._most_columns is None else min(fitting, self._most_columns)

    def _placed(self, rect: QRect, apply: bool) -> int:
        """The height that the tiles take in the width of `rect`; puts them there if told to."""
        shown = [item for item in self._items if not item.isEmpty()]
        columns = self.columns_in(rect.width())
        top = rect.top()
        for first in range(0, len(shown), columns):
            row = shown[first : first + columns]
            # Edges are rounded, not widths, so that the last column ends where the rectangle does.
            edges = [round((rect.width() + self._gap) * index / columns) for index in range(columns + 1)]
            widths = [edges[index + 1] - edges[index] - self._gap for index in range(len(row))]
            height = max(
                item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
                for item, width in zip(row, widths, strict=True)
            )
            if apply:
                for index, item in enumerate(row):
                    item.setGeometry(QRect(rect.left() + edges[index], top, widths[index], height))
            top += height + self._gap
        return max(0, top - rect.top() - self._gap)
