"""Two boxes that say which parameters are on the axes, shown where there are more than two to choose from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

__all__ = ["AxisChooser"]


class AxisChooser(QWidget):
    """A row above a landscape. Choosing for one axis what is on the other swaps the two."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes = (0, 1)
        self.setObjectName("axisChooser")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 2)
        layout.setSpacing(8)
        self._boxes = tuple(self._add_box(layout, text) for text in (self.tr("Across"), self.tr("Up")))
        layout.addStretch(1)
        self._boxes[0].activated.connect(self._on_across_activated)
        self._boxes[1].activated.connect(self._on_up_activated)
        self.hide()

    @property
    def boxes(self) -> tuple[QComboBox, ...]:
        """The box for the axis across and that for the axis up."""
        return self._boxes

    def set_names(self, names: tuple[str, ...], axes: tuple[int, int]) -> None:
        """Offer these parameters, with two of them chosen."""
        self._axes = axes
        self.setVisible(len(names) > 2)
        for box, axis in zip(self._boxes, axes, strict=True):
            box.clear()
            box.addItems(list(names))
            box.setCurrentIndex(min(axis, len(names) - 1))

    def _add_box(self, layout: QHBoxLayout, text: str) -> QComboBox:
        label = QLabel(text, self)
        label.setObjectName("muted")
        box = QComboBox(self)
        box.setAccessibleName(text)
        box.setProperty("quiet", True)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(220)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        label.setBuddy(box)
        layout.addWidget(label)
        layout.addWidget(box)
        return box

    @Slot(int)
    def _on_across_activated(self, index: int) -> None:
        self._choose(index, self._axes[1] if index != self._axes[1] else self._axes[0])

    @Slot(int)
    def _on_up_activated(self, index: int) -> None:
        self._choose(self._axes[0] if index != self._axes[0] else self._axes[1], index)

    def _choose(self, across: int, up: int) -> None:
        if (across, up) == self._axes:
            return
        self._axes = (across, up)
        self._boxes[0].setCurrentIndex(across)
        self._boxes[1].setCurrentIndex(up)
        self.chosen.emit(across, up)
