"""A layout in which widgets follow each other like words: on a new line where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

__all__ = ["FlowLayout"]


class FlowLayout(QLayout):
    """Lines of widgets in the middle of their height. `trailing` stands at the right end of the last line."""

    def __init__(self, parent: QWidget, trailing: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._trailing: QLayoutItem | None = None
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(2)
        if trailing is not None:
            self.addWidget(trailing)
            self._trailing = self._items.pop()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._all())

    def itemAt(self, index: int) -> QLayoutItem | None:
        items = self._all()
        return items[index] if 0 <= index < len(items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        item = self.itemAt(index)
        if item is not None and item is self._trailing:
            self._trailing = None
        elif item is not None:
            self._items.remove(item)
        return item

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._all():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def _all(self) -> list[QLayoutItem]:
        return self._items if self._trailing is None else [*self._items, self._trailing]

    def _arrange(self, rect: QRect, place: bool) -> int:
        """The height that the items take in the width of `rect`; puts them there if told to."""
        x, y = 0, 0
        line: list[tuple[QLayoutItem, int, QSize]] = []
        for item in self._all():
            hint = item.sizeHint()
            size = QSize(min(hint.width(), max(rect.width(), 1)), hint.height())
            if line and x + size.width() > rect.width():
                y += self._end_line(line, rect, y, place) + self.spacing()
                line, x = [], 0
            at = rect.width() - size.width() if item is self._trailing else x
            line.append((item, at, size))
            x += size.width() + self.spacing()
        return y + self._end_line(line, rect, y, place)

    @staticmethod
    def _end_line(line: list[tuple[QLayoutItem, int, QSize]], rect: QRect, y: int, place: bool) -> int:
        height = max((size.height() for _, _, size in line), default=0)
        if place:
            for item, x, size in line:
                top = rect.y() + y + (height - size.height()) // 2
                item.setGeometry(QRect(rect.x() + x, top, size.width(), size.height()))
        return height
