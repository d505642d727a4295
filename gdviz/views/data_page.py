"""The problem panel's page of data: the table, what was left out of it, what is fitted to it, and how."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from gdviz.data.builtin import BUILTIN, BUILTIN_PREFIX, is_table_name
from gdviz.data.generated import GENERATED, GENERATED_PREFIX, generation
from gdviz.data.table import Table
from gdviz.experiment.data_choice import (
    PROBLEM,
    FitRoles,
    bundled_choice,
    classes_for,
    constant_columns,
    data_choice,
    losses_of,
    resolved_roles,
)
from gdviz.experiment.experiment import ProblemChoice
from gdviz.losses import LOSSES
from gdviz.models import MODELS
from gdviz.parameters import declared
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_source import Reading
from gdviz.views.data_roles import DataRoles
from gdviz.views.kept_keys import keep_keys
from gdviz.views.link_row import LinkRow
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.plain_text import as_tip, shortened_name
from gdviz.views.role_controls import narrow_combo
from gdviz.views.theme import Theme, icon

__all__ = ["DataPage"]

_OF_GENERATED = ("samples", "noise", "table_seed")
_OF_NETWORKS = ("hidden", "activation", "initialization", "initial_seed")
_FORM = (
    *("delta", "p", "degree", *_OF_NETWORKS, "l2", "l1", "alpha", "standardize", "validation", "split_seed"),
    *_OF_GENERATED,
)
_FEW_SENTENCES = 2


class DataPage(QWidget):
    """Shows one table, or asks for one."""

    problem_chosen = Signal(object)
    option_edited = Signal(str, object)
    edit_finished = Signal()
    open_requested = Signal()
    reading_requested = Signal()
    """Somebody wants to change how the file is read."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice: ProblemChoice | None = None
        self._table: Table | None = None
        self._classes: dict[object, tuple[str, ...]] = {}
        self._constant: tuple[str, ...] = ()
        self._sentences: tuple[str, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._make_invitation(theme))
        layout.addWidget(self._make_header())
        self._roles = DataRoles(self)
        self._roles.edited.connect(self._on_roles_edited)
        layout.addWidget(self._roles)
        layout.addWidget(self._make_loss())
        layout.addWidget(self._make_buttons(theme))
        self.show_choice(None, None)

    def show_choice(self, choice: ProblemChoice | None, problem: Problem | None) -> None:
        """Show this fit; `problem` may still be another while its table is being read."""
        table = _table_of(choice, problem)
        if table is not self._table:
            self._table = table
            self._classes = {}
            self._constant = constant_columns(table) if table is not None else ()
        self._choice = choice
        has_table = choice is not None
        self._invitation.setVisible(not has_table)
        self._header.setVisible(has_table)
        self._buttons.setVisible(has_table)
        for part in (self._roles, self._fitting):
            part.setVisible(table is not None)
        if choice is None:
            return
        source = str(choice.options.get("table", ""))
        self._title.setText(shortened_name(_title(source)))
        self._title.setToolTip(as_tip(source))
        self._reading.setVisible(not _is_bundled(choice))
        self._show_table(table, problem)
        if table is not None:
            roles = resolved_roles(table, choice.options)
            self._roles.show_roles(table, roles, self._classes_of, self._constant)
            self._show_loss(losses_of(table, roles, self._classes_of(roles)), roles, choice.options)

    def set_theme(self, theme: Theme) -> None:
        self._open.setIcon(icon("folder", theme))
        self._open_first.setIcon(icon("folder", theme))
        for row in self._bundled_rows:
            row.set_theme(theme)

    def _make_invitation(self, theme: Theme) -> QWidget:
        self._invitation = QWidget(self)
        layout = QVBoxLayout(self._invitation)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        words = QLabel(self.tr("Drop a table anywhere in the window, or open one."), self._invitation)
        words.setObjectName("muted")
        words.setWordWrap(True)
        self._open_first = QPushButton(icon("folder", theme), self.tr("Open table…"), self._invitation)
        self._open_first.clicked.connect(self.open_requested)
        keep_keys(self._open_first)
        heading = QLabel(self.tr("Bundled tables"), self._invitation)
        heading.setObjectName("heading")
        layout.addWidget(words)
        layout.addSpacing(4)
        layout.addWidget(self._open_first)
        layout.addSpacing(8)
        layout.addWidget(heading)
        self._bundled_rows: list[LinkRow] = []
        for table in BUILTIN:
            self._add_row(layout, theme, bundled_choice(table.name), table.title, table.description)
        heading = QLabel(self.tr("Generated tables"), self._invitation)
        heading.setObjectName("heading")
        layout.addSpacing(8)
        layout.addWidget(heading)
        for made in GENERATED:
            self._add_row(layout, theme, _generated_choice(made.name), made.title, made.description)
        return self._invitation

    def _add_row(self, layout: QVBoxLayout, theme: Theme, choice: ProblemChoice, title: str, description: str) -> None:
        row = LinkRow("table", title, description, theme, self._invitation)
        row.setProperty("table", str(choice.options["table"]).partition(":")[2])
        row.clicked.connect(lambda: self.problem_chosen.emit(choice))
        layout.addWidget(row)
        self._bundled_rows.append(row)

    def _make_header(self) -> QWidget:
        self._header = QWidget(self)
        layout = QVBoxLayout(self._header)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._title = QLabel(self._header)
        self._title.setObjectName("tableTitle")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._size = QLabel(self._header)
        self._size.setObjectName("muted")
        self._notes = QLabel(self._header)
        self._notes.setObjectName("muted")
        self._notes.setWordWrap(True)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QPushButton(self._header)
        self._more.setProperty("link", True)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_sentences)
        keep_keys(self._more)
        self._reading = QPushButton(self.tr("Read options…"), self._header)
        self._reading.setToolTip(self.tr("Change how the file is read: encoding, delimiter, decimal mark, header"))
        self._reading.setProperty("link", True)
        self._reading.clicked.connect(self.reading_requested)
        keep_keys(self._reading)
        facts = QHBoxLayout()
        facts.setSpacing(8)
        facts.addWidget(self._size)
        facts.addStretch(1)
        facts.addWidget(self._reading)
        layout.addWidget(self._title)
        layout.addLayout(facts)
        layout.addWidget(self._notes)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        return self._header

    def _make_loss(self) -> QWidget:
        self._fitting = QWidget(self)
        layout = QVBoxLayout(self._fitting)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        row = QGridLayout()
        row.setHorizontalSpacing(8)
        row.setColumnStretch(1, 1)
        label = QLabel(self.tr("Loss"), self._fitting)
        self._loss = narrow_combo(self.tr("Loss"), self._fitting)
        self._loss.activated.connect(self._on_loss_activated)
        label.setBuddy(self._loss)
        row.addWidget(label, 0, 0)
        row.addWidget(self._loss, 0, 1)
        parameters = {item.name: item for item in declared(DataFit)}
        self._form = ParameterForm([parameters[name] for name in _FORM], self._fitting)
        self._form.edited.connect(self.option_edited)
        self._form.edit_finished.connect(self.edit_finished)
        layout.addLayout(row)
        layout.addWidget(self._form)
        # One column of labels for all that is fitted.
        width = self.fontMetrics().horizontalAdvance(parameters["standardize"].label)
        row.setColumnMinimumWidth(0, width)
        self._roles.set_label_width(width)
        form = self._form.layout()
        assert isinstance(form, QGridLayout)
        form.setColumnMinimumWidth(0, width)
        return self._fitting

    def _make_buttons(self, theme: Theme) -> QWidget:
        self._buttons = QWidget(self)
        layout = QHBoxLayout(self._buttons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._open = QToolButton(self._buttons)
        self._open.setObjectName("openTable")
        self._open.setText(self.tr("Open table…"))
        self._open.setIcon(icon("folder", theme))
        self._open.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._open.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._open.clicked.connect(self.open_requested)
        menu = QMenu(self._open)
        menu.setToolTipsVisible(True)
        for table in BUILTIN:
            action = menu.addAction(table.title)
            action.setToolTip(table.description)
            action.setData(bundled_choice(table.name))
        menu.addSection(self.tr("Generated"))
        for made in GENERATED:
            action = menu.addAction(made.title)
            action.setToolTip(made.description)
            action.setData(_generated_choice(made.name))
        menu.triggered.connect(self._on_bundled_triggered)
        self._open.setMenu(menu)
        keep_keys(self._open)
        layout.addWidget(self._open)
        layout.addStretch(1)
        return self._buttons

    def _show_table(self, table: Table | None, problem: Problem | None) -> None:
        if table is None or not isinstance(problem, DataFit):
            self._size.setText("")
            self._sentences = ()
        else:
            self._size.setText(
                self.tr("{rows} rows, {columns} columns").format(
                    rows=f"{table.rows:,}", columns=f"{len(table.columns):,}"
                )
            )
            # The first sentence of the report is the number of rows; some are among the notices.
            told = problem.notices
            self._sentences = (*told, *(item for item in table.report.sentences()[1:] if item not in told))
        self._size.setVisible(bool(self._size.text()))
        self._show_sentences()

    @Slot()
    def _show_sentences(self) -> None:
        hidden = len(self._sentences) - _FEW_SENTENCES
        shown = self._sentences if self._more.isChecked() else self._sentences[:_FEW_SENTENCES]
        self._notes.setText("\n".join(shown))
        self._notes.setVisible(bool(shown))
        self._more.setVisible(hidden > 0)
        self._more.setText(
            self.tr("Show less") if self._more.isChecked() else self.tr("Show {count} more").format(count=hidden)
        )

    def _show_loss(self, losses: tuple[str, ...], roles: FitRoles, options: Mapping[str, Any]) -> None:
        if [self._loss.itemData(index) for index in range(self._loss.count())] != list(losses):
            self._loss.clear()
            for name in losses:
                loss = LOSSES.get(name)
                self._loss.addItem(loss.label, name)
                self._loss.setItemData(
                    self._loss.count() - 1, f"{loss.formula}\n{loss.summary}", Qt.ItemDataRole.ToolTipRole
                )
        chosen = options.get("loss") or losses[0]
        self._loss.setCurrentIndex(self._loss.findData(chosen))
        self._loss.setEnabled(len(losses) > 1)
        is_network = not MODELS.get(roles.model).affine
        source = str(options.get("table", ""))
        is_generated = source.startswith(GENERATED_PREFIX)
        visible = {
            "delta": chosen == "huber",
            "p": chosen == "lp",
            "alpha": chosen == "squared_error" or is_network,
            "split_seed": bool(options.get("validation")),
            **dict.fromkeys(_OF_NETWORKS, is_network),
            **dict.fromkeys(_OF_GENERATED, is_generated),
        }
        for name, shown in visible.items():
            self._form.set_row_visible(name, shown)
        values = {item.name: item.default for item in declared(DataFit) if item.name in _FORM}
        if is_generated:
            made = generation(source.removeprefix(GENERATED_PREFIX))
            values |= {"samples": made.samples, "noise": made.noise}
        self._form.set_values({**values, **{name: value for name, value in options.items() if value is not None}})

    def _classes_of(self, roles: FitRoles) -> tuple[str, ...]:
        assert self._table is not None
        key = (roles.targets, roles.features)
        if key not in self._classes:
            # Only the last are kept: there are as many as there are ways to choose features.
            self._classes = {key: classes_for(self._table, roles)}
        return self._classes[key]

    def _choose(self, options: Mapping[str, Any]) -> None:
        assert self._table is not None
        roles = self._roles.roles
        self.problem_chosen.emit(data_choice(self._table, roles, self._classes_of(roles), options))

    @Slot()
    def _on_roles_edited(self) -> None:
        # Roles that make no fit say so beside them; what is on the screen stays until they do.
        if self._choice is not None and not self._roles.reason:
            self._choose(self._choice.options)

    @Slot(int)
    def _on_loss_activated(self, index: int) -> None:
        if self._choice is not None:
            self._choose({**self._choice.options, "loss": self._loss.itemData(index)})

    @Slot(object)
    def _on_bundled_triggered(self, action: object) -> None:
        self.problem_chosen.emit(action.data())  # type: ignore[attr-defined]


def _is_bundled(choice: ProblemChoice) -> bool:
    return is_table_name(str(choice.options.get("table", "")))


def _generated_choice(name: str) -> ProblemChoice:
    return ProblemChoice(PROBLEM, {"table": GENERATED_PREFIX + name})


def _title(source: str) -> str:
    """What to call a table: the title of a bundled one, the file's name of another."""
    titles = {BUILTIN_PREFIX + table.name: table.title for table in BUILTIN}
    titles |= {GENERATED_PREFIX + table.name: table.title for table in GENERATED}
    return titles.get(source) or os.path.basename(source)


def _table_of(choice: ProblemChoice | None, problem: Problem | None) -> Table | None:
    """The table of this choice, where `problem` was made of it."""
    if choice is None or choice.name != PROBLEM or not isinstance(problem, DataFit) or problem.loaded is None:
        return None
    reading = Reading(**{name: choice.options[name] for name in Reading._fields if name in choice.options})
    return problem.loaded.table if problem.loaded.reading == reading else None
