"""The preview of a table before it is loaded: how it is read, its first rows, and what will be fitted to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gdviz.data.dialect import DELIMITERS
from gdviz.data.encodings import ENCODINGS
from gdviz.data.roles import Columns
from gdviz.data.sniff import Preview, preview
from gdviz.data.source import DEFAULT_CAP
from gdviz.errors import InputError
from gdviz.experiment.data_choice import (
    FitRoles,
    carried_over,
    classes_for,
    constant_columns,
    data_choice,
    dialect_options,
    resolved_roles,
    tells_classes,
    usual_model,
)
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems.fit_source import READING_OPTIONS
from gdviz.qt.table_scan import TableScan
from gdviz.views.data_roles import DataRoles
from gdviz.views.notice_strip import NoticeStrip, as_sentence
from gdviz.views.plain_text import as_tip, shortened_name
from gdviz.views.preview_rows import PreviewRows
from gdviz.views.role_controls import narrow_combo
from gdviz.views.theme import Theme

__all__ = ["TablePreviewDialog"]

_MOST_NOTES = 4
_MB = 2**20


class TablePreviewDialog(QDialog):
    """Shows a file as it would be read. Every change shows at once; once accepted, `choice` is what to open."""

    def __init__(
        self,
        guessed: Preview,
        shown: Preview,
        options: Mapping[str, Any],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """`guessed` is the file as it reads by itself, `shown` as it is read at first; `options` are those of the fit
        that is open already, to be kept where they still apply."""
        super().__init__(parent)
        self._guess = guessed.dialect
        self._dialect = shown.dialect
        self._preview: Preview | None = shown
        self._options = {name: value for name, value in options.items() if name not in READING_OPTIONS}
        self._columns: Columns = shown
        self._error = ""
        self._classes: dict[object, tuple[str, ...]] = {}
        self._scan = TableScan(self)
        self._scan.changed.connect(self._on_scan_changed)
        self.setWindowTitle(self.tr("Open {name}").format(name=shown.name))
        self.setObjectName("tablePreview")
        self._make(shown, theme)
        self.setMinimumSize(640, 420)
        available = self.screen().availableSize()
        self.resize(min(920, available.width() - 60), min(640, available.height() - 80))
        self._show_reading()
        self._show_rows(shown)
        # A model that nobody chose gives way to the one that suits all of the file, once that was looked through.
        self._model_chosen = bool(self._options.get("model"))
        self._roles.show_roles(shown, resolved_roles(shown, self._options), self._classes_of)
        self._shown_roles = self._roles.roles
        self._begin_scan()
        self._show_state()
        self._open.setFocus()

    @property
    def choice(self) -> ProblemChoice:
        """The fit to open, with the options that differ from the defaults."""
        roles = self._roles.roles
        options = {**self._options, "table": str(self._path), **dialect_options(self._guess, self._dialect)}
        return data_choice(self._columns, roles, self._classes_of(roles) or (), options)

    @property
    def reason(self) -> str:
        """Why the table can't be opened so; empty where it can."""
        if self._error:
            return self._error
        if self._preview is not None and self._preview.is_large:
            return self.tr(
                "It holds {size:,.0f} MB of text, and no more than {cap:,.0f} MB are read; take fewer rows."
            ).format(size=self._preview.text_size / _MB, cap=DEFAULT_CAP / _MB)
        return self._scan.error or self._roles.reason

    @property
    def waiting(self) -> bool:
        """Whether the classes of the target are still being looked for; a fit can't be named without them."""
        roles = self._roles.roles
        return self._scan.running and tells_classes(self._columns, roles) and roles.classes is None

    def set_theme(self, theme: Theme) -> None:
        self._notice.set_theme(theme)
        self._rows.set_theme(theme)

    def accept(self) -> None:
        if not self.reason and not self.waiting:
            self._scan_ended()
            super().accept()

    def reject(self) -> None:
        self._scan_ended()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._scan_ended()
        super().closeEvent(event)

    def _make(self, shown: Preview, theme: Theme) -> None:
        self._path = shown.path
        title = QLabel(shortened_name(shown.name), self)
        title.setToolTip(as_tip(str(shown.path)))
        title.setObjectName("title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        self._facts = QLabel(self)
        self._facts.setObjectName("muted")
        heading = QHBoxLayout()
        heading.setSpacing(12)
        heading.addWidget(title)
        heading.addWidget(self._facts, 1, Qt.AlignmentFlag.AlignVCenter)
        self._notice = NoticeStrip(theme, self)
        self._rows = PreviewRows(theme, self)
        self._rows.column_clicked.connect(self._on_column_clicked)
        self._notes = QLabel(self)
        self._notes.setObjectName("muted")
        self._notes.setWordWrap(True)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._rows, 1)
        left.addWidget(self._notes)
        side = QWidget(self)
        side.setFixedWidth(264)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        fit = QLabel(self.tr("What to fit"), side)
        fit.setObjectName("heading")
        self._roles = DataRoles(side, tall=True)
        self._roles.edited.connect(self._on_roles_edited)
        right.addWidget(fit)
        right.addWidget(self._roles, 1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addLayout(left, 1)
        middle.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(heading)
        layout.addWidget(self._notice)
        layout.addLayout(self._make_reading())
        layout.addLayout(middle, 1)
        layout.addLayout(self._make_buttons())

    def _make_reading(self) -> QGridLayout:
        self._encoding = narrow_combo(self.tr("Encoding"), self)
        for codec, shown_name in ENCODINGS.items():
            self._encoding.addItem(shown_name, codec)
        self._delimiter = narrow_combo(self.tr("Delimiter"), self)
        delimiters = dict(DELIMITERS)
        for dialect in (self._guess, self._dialect):
            delimiters.setdefault(dialect.delimiter, dialect.delimiter)
        for mark, name in delimiters.items():
            self._delimiter.addItem(name, mark)
        self._decimal = narrow_combo(self.tr("Decimal mark"), self)
        for mark, name in ((".", self.tr("point, 1.5")), (",", self.tr("comma, 1,5"))):
            self._decimal.addItem(name, mark)
        for combo in (self._encoding, self._delimiter, self._decimal):
            combo.activated.connect(self._on_reading_edited)
        self._header = QCheckBox(self.tr("The first row is a header"), self)
        self._header.clicked.connect(self._on_reading_edited)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        fields = (
            (self.tr("Encoding"), self._encoding),
            (self.tr("Delimiter"), self._delimiter),
            (self.tr("Decimal mark"), self._decimal),
        )
        self._labels: list[tuple[QLabel, str]] = []
        for column, (name, combo) in enumerate(fields):
            label = QLabel(name, self)
            label.setObjectName("muted")
            label.setBuddy(combo)
            combo.setMinimumWidth(128)
            grid.addWidget(label, 0, column)
            grid.addWidget(combo, 1, column)
            grid.setColumnStretch(column, 1)
            self._labels.append((label, name))
        grid.addWidget(self._header, 1, 3)
        grid.setColumnStretch(4, 1)
        return grid

    def _make_buttons(self) -> QHBoxLayout:
        self._reason = QLabel(self)
        self._reason.setWordWrap(True)
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        buttons = QDialogButtonBox(self)
        self._open = QPushButton(self.tr("Open"), self)
        self._open.setDefault(True)
        buttons.addButton(self._open, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._reason, 1)
        row.addWidget(buttons)
        return row

    def _show_reading(self) -> None:
        self._encoding.setCurrentIndex(self._encoding.findData(self._dialect.encoding))
        self._delimiter.setCurrentIndex(self._delimiter.findData(self._dialect.delimiter))
        self._decimal.setCurrentIndex(self._decimal.findData(self._dialect.decimal))
        self._header.setChecked(self._dialect.header)
        guess, dialect = self._guess, self._dialect
        as_guessed = (
            dialect.encoding == guess.encoding,
            dialect.delimiter == guess.delimiter,
            dialect.decimal == guess.decimal,
        )
        for (label, text), guessed in zip(self._labels, as_guessed, strict=True):
            label.setText(self.tr("{name}, guessed").format(name=text) if guessed else text)

    def _show_rows(self, shown: Preview | None) -> None:
        self._preview = shown
        self._rows.show_preview(shown)

    def _begin_scan(self) -> None:
        self._classes = {}
        if self._preview is not None and not self._preview.is_large:
            self._scan.begin(self._path, self._dialect)
        else:
            self._scan.stop()

    def _scan_ended(self) -> None:
        # What the scan knows of the classes is asked for until the end; the table itself is let go of.
        self._classes_of(self._roles.roles)
        self._scan.stop()

    def _classes_of(self, roles: FitRoles) -> tuple[str, ...] | None:
        key = (roles.target, roles.features)
        if key not in self._classes and self._scan.table is not None:
            # Only the last are kept: there are as many as there are ways to choose features.
            self._classes = {key: classes_for(self._scan.table, roles)}
        return self._classes.get(key)

    def _show_state(self) -> None:
        reason = self.reason
        text = reason or (self.tr("Looking through the file for its classes…") if self.waiting else "")
        self._reason.setText(as_sentence(text.removeprefix(f"{self._path.name}: ")))
        self._reason.setProperty("alarming", bool(reason))
        self._reason.style().unpolish(self._reason)
        self._reason.style().polish(self._reason)
        self._open.setEnabled(not text)
        self._open.setToolTip(text)
        if self._preview is not None and not self._preview.certain:
            self._notice.say(self.tr("How it is written is a guess that may be wrong: look at the first rows."), "info")
        else:
            self._notice.clear()
        self._roles.setEnabled(self._preview is not None)
        self._rows.show_roles(self._roles.roles if self._preview is not None else None)
        self._show_notes()

    def _show_notes(self) -> None:
        shown = self._preview
        table = self._scan.table
        facts = [_size_text(shown.size)] if shown is not None else []
        if table is not None:
            facts.insert(0, self.tr("{rows} rows").format(rows=f"{table.rows:,}"))
        elif self._scan.running:
            facts.append(self.tr("looking through it: {share:.0%}").format(share=self._scan.share))
        self._facts.setText(", ".join(facts))
        notes = list(shown.notes) if shown is not None else []
        if table is not None:
            notes += [sentence for sentence in table.report.sentences()[1:] if sentence not in notes]
        more = len(notes) - _MOST_NOTES
        self._notes.setToolTip(as_tip("\n".join(notes)).replace("\n", "<br>") if more > 0 else "")
        rest = [self.tr("and {count} more").format(count=more)] if more > 0 else []
        self._notes.setText("\n".join([*notes[:_MOST_NOTES], *rest]))

    @Slot()
    def _on_reading_edited(self) -> None:
        changed = {
            "encoding": self._encoding.currentData(),
            "delimiter": self._delimiter.currentData(),
            "decimal": self._decimal.currentData(),
            "header": self._header.isChecked(),
        }
        self._dialect = dataclasses.replace(self._dialect, **changed)
        self._show_reading()
        try:
            shown = preview(self._path, self._dialect)
        except InputError as error:
            self._error = str(error)
            self._show_rows(None)
            self._begin_scan()
        else:
            self._error = ""
            roles = carried_over(self._roles.roles, self._columns, shown)
            self._columns = shown
            self._show_rows(shown)
            self._begin_scan()
            self._roles.show_roles(shown, roles, self._classes_of)
            self._shown_roles = self._roles.roles
        self._show_state()

    @Slot()
    def _on_scan_changed(self) -> None:
        table = self._scan.table
        if table is not None:
            roles = carried_over(self._roles.roles, self._columns, table)
            if not self._model_chosen:
                roles = dataclasses.replace(roles, model=usual_model(table, roles, self._options.get("loss")))
            self._columns = table
            self._roles.show_roles(table, roles, self._classes_of, constant_columns(table))
            self._shown_roles = self._roles.roles
        if self._scan.running:
            self._show_notes()
        else:
            self._show_state()

    @Slot()
    def _on_roles_edited(self) -> None:
        before, self._shown_roles = self._shown_roles, self._roles.roles
        if self._shown_roles.model != before.model:
            # Another target brings its own model; otherwise somebody picked this one.
            self._model_chosen = self._shown_roles.target == before.target
        self._show_state()

    @Slot(str)
    def _on_column_clicked(self, name: str) -> None:
        self._roles.toggle_feature(name)


def _size_text(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.3g} kB" if size < 1_000_000 else f"{size / 1_000_000:.3g} MB"
