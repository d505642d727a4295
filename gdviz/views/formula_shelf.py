"""The user's own formulas as a list: one click shows one, a menu renames and deletes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.formula_library import LONGEST_NAME, SavedFormula
from gdviz.views.kept_keys import keep_keys
from gdviz.views.link_row import LinkRow
from gdviz.views.plain_text import as_tip, shortened_name
from gdviz.views.theme import Theme, icon

__all__ = ["FormulaShelf"]


class FormulaShelf(QWidget):
    """Shows what is kept, and asks for the name of what shall be."""

    chosen = Signal(object)
    """A `ProblemChoice` from the list."""
    save_requested = Signal(str)
    """The present formula shall be kept under this name."""
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    looked_at = Signal()
    """It comes into sight: what is kept may be another than it was."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[_Row] = []
        self._renamed = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._heading = QLabel(self.tr("Your formulas"), self)
        self._heading.setObjectName("heading")
        self._save = QPushButton(self.tr("Save this one…"), self)
        self._save.setProperty("link", True)
        self._save.setToolTip(self.tr("Keep the formula under a name, for every experiment"))
        self._save.clicked.connect(self._on_save_clicked)
        keep_keys(self._save)
        head.addWidget(self._heading)
        head.addStretch(1)
        head.addWidget(self._save)
        layout.addLayout(head)
        self._name = _NameField(self)
        self._name.setAccessibleName(self.tr("Name of the formula"))
        self._name.setPlaceholderText(self.tr("Name of the formula"))
        self._name.setMaxLength(LONGEST_NAME)
        self._name.setAcceptDrops(False)
        self._name.returnPressed.connect(self._on_name_entered)
        self._name.given_up.connect(self._close_name)
        self._name.hide()
        layout.addWidget(self._name)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        layout.addLayout(self._list)
        self._complaint = QLabel(self)
        self._complaint.setObjectName("fieldProblem")
        self._complaint.setTextFormat(Qt.TextFormat.PlainText)
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        layout.addWidget(self._complaint)

    def show_formulas(self, formulas: Sequence[SavedFormula], complaint: str) -> None:
        """Show what is kept, and what of it can't be used."""
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for formula in formulas:
            row = _Row(formula, self._theme, self)
            row.chosen.connect(self.chosen)
            row.rename_requested.connect(self._on_rename_requested)
            row.delete_requested.connect(self.delete_requested)
            self._list.addWidget(row)
            self._rows.append(row)
            row.show()
        self.say(complaint)
        self._show_heading()

    def say(self, complaint: str) -> None:
        """Say what could not be done or read; empty: nothing is wrong."""
        self._complaint.setText(complaint)
        self._complaint.setVisible(bool(complaint))

    def set_can_save(self, can: bool) -> None:
        """Whether there is a formula to keep."""
        self._save.setVisible(can)
        if not can and not self._renamed:
            self._close_name()
        self._show_heading()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in self._rows:
            row.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.looked_at.emit()

    def _show_heading(self) -> None:
        self._heading.setVisible(bool(self._rows) or not self._save.isHidden())

    def _ask_name(self, text: str) -> None:
        self._name.setText(text)
        self._name.show()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._name.selectAll()

    @Slot()
    def _close_name(self) -> None:
        self._renamed = ""
        self._name.hide()

    @Slot()
    def _on_save_clicked(self) -> None:
        self._renamed = ""
        self._ask_name("")

    @Slot(str)
    def _on_rename_requested(self, name: str) -> None:
        self._renamed = name
        self._ask_name(name)

    @Slot()
    def _on_name_entered(self) -> None:
        name, renamed = self._name.text().strip(), self._renamed
        if not name:
            return
        self._close_name()
        if renamed:
            self.rename_requested.emit(renamed, name)
        else:
            self.save_requested.emit(name)


class _NameField(QLineEdit):
    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class _Row(QWidget):
    """One formula of the list, with its menu."""

    chosen = Signal(object)
    rename_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, formula: SavedFormula, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._formula = formula
        expression = str(formula.choice.options["expression"])
        self._link = LinkRow("function", shortened_name(formula.name), as_tip(expression), theme, self)
        self._link.clicked.connect(self._on_clicked)
        self._more = QToolButton(self)
        self._more.setIcon(icon("more", theme))
        self._more.setAutoRaise(True)
        self._more.setToolTip(self.tr("Rename or delete"))
        self._more.setAccessibleName(self.tr("Rename or delete {name}").format(name=formula.name))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        keep_keys(self._more)
        menu = QMenu(self._more)
        menu.addAction(self.tr("Rename…"), self._on_rename)
        menu.addAction(self.tr("Delete"), self._on_delete)
        self._more.setMenu(menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._link, 1)
        layout.addWidget(self._more)

    @property
    def choice(self) -> ProblemChoice:
        return self._formula.choice

    def set_theme(self, theme: Theme) -> None:
        self._link.set_theme(theme)
        self._more.setIcon(icon("more", theme))

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self._formula.choice)

    @Slot()
    def _on_rename(self) -> None:
        self.rename_requested.emit(self._formula.name)

    @Slot()
    def _on_delete(self) -> None:
        self.delete_requested.emit(self._formula.name)
