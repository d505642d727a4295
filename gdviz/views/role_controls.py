"""The controls that roles are chosen with: lists in which a click anywhere ticks, combo boxes of any width."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QComboBox, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from gdviz.views.kept_keys import keep_keys

__all__ = ["CheckList", "narrow_combo"]

_WIDEST_LIST = 480


class CheckList(QListWidget):
    """A list of ticks in which a click anywhere on a line ticks it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pressed: QListWidgetItem | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self.itemAt(event.position().toPoint()) if event.button() == Qt.MouseButton.LeftButton else None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        item, self._pressed = self._pressed, None
        if item is None or item is not self.itemAt(event.position().toPoint()):
            return
        if item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            checked = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)


class _NarrowCombo(QComboBox):
    """Cuts its text to the width it is given; its list is as wide as the texts need."""

    def showPopup(self) -> None:
        view = self.view()
        wanted = view.sizeHintForColumn(0) + 2 * view.frameWidth() + view.verticalScrollBar().sizeHint().width()
        view.setMinimumWidth(min(wanted, _WIDEST_LIST))
        super().showPopup()


def narrow_combo(name: str, parent: QWidget) -> QComboBox:
    """A combo box that takes the width it is given, whatever the length of its texts."""
    combo = _NarrowCombo(parent)
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(1)
    combo.setMinimumWidth(72)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    keep_keys(combo)
    return combo
