"""The names in a formula, as buttons that make a variable a constant or the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from gdviz.views.flow_layout import FlowLayout
from gdviz.views.kept_keys import keep_keys

__all__ = ["FormulaNames"]

_MOST_SHOWN = 24


class FormulaNames(QWidget):
    """Two lines: what is minimized over, and what stays as it is set."""

    moved = Signal(str, bool)
    """A name shall be a constant from now on, or a variable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._lines: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)

    def show_names(self, variables: Sequence[str], constants: Sequence[str]) -> None:
        """Show these; the last variable can't be made a constant, for something has to be left to minimize over."""
        shown = (tuple(variables), tuple(constants))
        if shown == self._shown:
            return
        self._shown = shown
        for line in self._lines:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        if variables:
            self._add_line(self.tr("Variables"), variables, is_constant=False)
        if constants:
            self._add_line(self.tr("Constants"), constants, is_constant=True)

    def _add_line(self, title: str, names: Sequence[str], is_constant: bool) -> None:
        line = QWidget(self)
        layout = FlowLayout(line)
        layout.setSpacing(4)
        label = QLabel(title, line)
        label.setObjectName("muted")
        layout.addWidget(label)
        for name in names[:_MOST_SHOWN]:
            button = QToolButton(line)
            button.setObjectName("nameChip")
            button.setText(name)
            button.setProperty("constant", is_constant)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            tip = (
                self.tr("Make {name} a variable again: descents move it")
                if is_constant
                else self.tr("Make {name} a constant, with a slider")
            )
            button.setToolTip(tip.format(name=name))
            button.setAccessibleName(tip.format(name=name))
            button.setEnabled(is_constant or len(names) > 1)
            button.clicked.connect(self._on_clicked)
            keep_keys(button)
            layout.addWidget(button)
        if len(names) > _MOST_SHOWN:
            more = QLabel(self.tr("and {count} more").format(count=len(names) - _MOST_SHOWN), line)
            more.setObjectName("muted")
            layout.addWidget(more)
        self._layout.addWidget(line)
        self._lines.append(line)
        line.show()

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.moved.emit(button.text(), not button.property("constant"))
