"""The problem panel: a function, a formula or a table, with its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdviz.data.sniff import preview, sniff
from gdviz.errors import InputError
from gdviz.experiment.data_choice import PROBLEM
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import Problem
from gdviz.problems.fit_source import chosen_dialect
from gdviz.views.formula_page import FormulaPage
from gdviz.views.formula_shelf import FormulaShelf
from gdviz.views.function_page import FunctionPage
from gdviz.views.kept_keys import keep_keys
from gdviz.views.notice_strip import NoticeStrip
from gdviz.views.plain_text import shortened_name
from gdviz.views.theme import Theme, icon

if TYPE_CHECKING:
    from gdviz.views.data_page import DataPage
    from gdviz.views.table_preview import TablePreviewDialog

__all__ = ["ProblemPanel"]

_PATIENCE_MS = 300
_ICONS = {"function": "curve", "formula": "function", "data": "table"}


class ProblemPanel(QWidget):
    """Shows the problem chosen and says what the user wants instead."""

    problem_chosen = Signal(object)
    """A `ProblemChoice`: another function, table or role of a column."""
    formula_edited = Signal(object)
    """A `ProblemChoice`: a formula, while it is being typed."""
    option_edited = Signal(str, object)
    edit_finished = Signal()
    loading_cancelled = Signal()
    open_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choice: ProblemChoice | None = None
        self._problem: Problem | None = None
        self._dialog: TablePreviewDialog | None = None
        self._notice = NoticeStrip(theme, self)
        self._function_page = FunctionPage(theme, self)
        self._formula_page = FormulaPage(theme, self)
        self._made_data_page: DataPage | None = None
        self._connect()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._make_switch())
        layout.addWidget(self._notice)
        layout.addWidget(self._make_loading())
        layout.addWidget(self._make_area(), 1)
        self._show_page("function")

    def set_choice(self, choice: ProblemChoice | None, problem: Problem | None) -> None:
        """Show this choice; `problem` may still be the one before while the new one is being made."""
        if choice == self._choice and problem is self._problem:
            return
        is_another = _subject(choice) != _subject(self._choice)
        self._choice, self._problem = choice, problem
        self._show_choice()
        if is_another and choice is not None:
            self._show_page(_page_of(choice))

    @property
    def shelf(self) -> FormulaShelf:
        """The user's own formulas."""
        return self._formula_page.shelf

    def say(self, text: str) -> None:
        """Say in the strip at the top what could not be done; what was asked for in vain is shown no longer."""
        self._notice.say(text)
        self._show_choice()

    @property
    def notice(self) -> str:
        """What the strip says; empty where there is nothing."""
        return self._notice.text

    def clear_notice(self) -> None:
        self._notice.clear()

    def set_loading(self, share: float | None, name: str) -> None:
        """Show how much of a table is read, 0 to 1, unless it is over before anybody would wonder; None: nothing is."""
        if share is None:
            self._patience.stop()
            self._loading.hide()
            # If it was given up, the choice is as before; if not, another one is about to be shown.
            self._show_choice()
            return
        self._loading_text.setText(
            self.tr("Reading {name}").format(name=shortened_name(name)) if name else self.tr("Preparing")
        )
        self._bar.setValue(round(1000 * share))
        if self._loading.isHidden() and not self._patience.isActive():
            self._patience.start()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._notice.set_theme(theme)
        self._function_page.set_theme(theme)
        self._formula_page.set_theme(theme)
        if self._made_data_page is not None:
            self._made_data_page.set_theme(theme)
        for name, button in self._segments.items():
            button.setIcon(icon(_ICONS[name], theme))
        if self._dialog is not None:
            self._dialog.set_theme(theme)

    @Slot(str)
    def open_table(self, path: str) -> None:
        """Show how a file would be read, to be opened or not; a file that is no table says why and changes nothing."""
        self._preview(os.path.abspath(path), None)

    def _connect(self) -> None:
        self._function_page.chosen.connect(self._on_function_chosen)
        self._function_page.option_edited.connect(self.option_edited)
        self._function_page.edit_finished.connect(self.edit_finished)
        self._formula_page.formula_edited.connect(self.formula_edited)
        self._formula_page.constants_edited.connect(self._on_constants_edited)
        self._formula_page.edit_finished.connect(self.edit_finished)

    @property
    def _data_page(self) -> DataPage:
        """Made when it is first needed: it has many controls, and who looks at a function sees none of them."""
        page = self._made_data_page
        if page is None:
            from gdviz.views.data_page import DataPage

            page = self._made_data_page = DataPage(self._theme, self)
            page.hide()
            self._pages.insertWidget(self._pages.indexOf(self._formula_page) + 1, page)
            page.problem_chosen.connect(self.problem_chosen)
            page.option_edited.connect(self.option_edited)
            page.edit_finished.connect(self.edit_finished)
            page.open_requested.connect(self.open_requested)
            page.reading_requested.connect(self._on_reading_requested)
        return page

    def _make_switch(self) -> QWidget:
        switch = QWidget(self)
        switch.setObjectName("segments")
        layout = QHBoxLayout(switch)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._segments = {
            "function": self._make_segment(self.tr("Function"), "function", "first", switch),
            "formula": self._make_segment(self.tr("Formula"), "formula", "middle", switch),
            "data": self._make_segment(self.tr("Data"), "data", "last", switch),
        }
        group = QButtonGroup(switch)
        for button in self._segments.values():
            group.addButton(button)
            layout.addWidget(button, 1)
        group.buttonClicked.connect(self._on_segment_clicked)
        return switch

    def _make_segment(self, text: str, page: str, place: str, parent: QWidget) -> QToolButton:
        button = QToolButton(parent)
        button.setObjectName("segment")
        button.setProperty("place", place)
        button.setText(text)
        button.setIcon(icon(_ICONS[page], self._theme))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)
        keep_keys(button)
        return button

    def _make_loading(self) -> QWidget:
        self._loading = QWidget(self)
        layout = QHBoxLayout(self._loading)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(4)
        self._loading_text = QLabel(self._loading)
        self._loading_text.setObjectName("muted")
        self._loading_text.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar(self._loading)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Share of the table that is read"))
        words.addWidget(self._loading_text)
        words.addWidget(self._bar)
        cancel = QPushButton(self.tr("Cancel"), self._loading)
        cancel.setProperty("flat", True)
        cancel.setToolTip(self.tr("Give up reading; what is open stays"))
        cancel.clicked.connect(self.loading_cancelled)
        keep_keys(cancel)
        layout.addLayout(words, 1)
        layout.addWidget(cancel)
        self._loading.hide()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._loading.show)
        return self._loading

    def _make_area(self) -> QWidget:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget(area)
        self._pages = QVBoxLayout(content)
        self._pages.setContentsMargins(0, 0, 0, 4)
        self._pages.setSpacing(0)
        self._pages.addWidget(self._function_page)
        self._pages.addWidget(self._formula_page)
        self._pages.addStretch(1)
        area.setWidget(content)
        area.verticalScrollBar().rangeChanged.connect(self._on_scroll_range_changed)
        return area

    def _show_choice(self) -> None:
        choice, problem = self._choice, self._problem
        page = None if choice is None else _page_of(choice)
        self._function_page.show_choice(choice if page == "function" else None, problem)
        self._formula_page.show_choice(choice if page == "formula" else None, problem)
        if page == "data" or self._made_data_page is not None:
            self._data_page.show_choice(choice if page == "data" else None, problem)

    def _show_page(self, name: str) -> None:
        self._segments[name].setChecked(True)
        self._function_page.setVisible(name == "function")
        self._formula_page.setVisible(name == "formula")
        if name == "data" or self._made_data_page is not None:
            self._data_page.setVisible(name == "data")

    def _preview(self, path: str, options: dict[str, object] | None) -> None:
        try:
            guessed = sniff(path)
            shown = guessed if options is None else preview(path, chosen_dialect(guessed.dialect, options))
        except InputError as error:
            self.say(str(error))
            return
        from gdviz.views.table_preview import TablePreviewDialog

        if self._dialog is not None:
            self._dialog.reject()
        self.clear_notice()
        self._dialog = TablePreviewDialog(guessed, shown, options or {}, self._theme, self.window())
        self._dialog.accepted.connect(self._on_preview_accepted)
        self._dialog.finished.connect(self._on_preview_finished)
        self._dialog.open()

    @Slot(int, int)
    def _on_scroll_range_changed(self, _low: int, high: int) -> None:
        # The scroll bar stands beside the page, which otherwise ends where the switch above it does.
        self._pages.setContentsMargins(0, 0, 6 if high > 0 else 0, 4)

    @Slot(str)
    def _on_function_chosen(self, name: str) -> None:
        self.problem_chosen.emit(ProblemChoice(name))

    @Slot(object)
    def _on_segment_clicked(self, button: object) -> None:
        for name, segment in self._segments.items():
            if segment is button:
                self._show_page(name)
        if button is self._segments["formula"]:
            self._formula_page.begin()

    @Slot(object)
    def _on_constants_edited(self, constants: object) -> None:
        self.option_edited.emit("constants", constants)

    @Slot()
    def _on_reading_requested(self) -> None:
        if self._choice is not None and self._choice.name == PROBLEM:
            options = dict(self._choice.options)
            self._preview(str(options["table"]), options)

    @Slot()
    def _on_preview_accepted(self) -> None:
        if self._dialog is not None:
            self.problem_chosen.emit(self._dialog.choice)

    @Slot()
    def _on_preview_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def _page_of(choice: ProblemChoice) -> str:
    return choice.name if choice.name in (PROBLEM, "formula") else "function"


def _subject(choice: ProblemChoice | None) -> tuple[str, object] | None:
    """What a choice is about, whatever its options: by this is known when another page has to be shown."""
    return None if choice is None else (choice.name, choice.options.get("table"))
