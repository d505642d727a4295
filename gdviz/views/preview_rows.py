"""The first rows of a table under a dialect: cells as they are written, columns with their kinds and parts."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gdviz.data.sniff import Preview
from gdviz.experiment.data_choice import FitRoles
from gdviz.views.theme import Theme

__all__ = ["PreviewRows"]

_Index = QModelIndex | QPersistentModelIndex
_MOST_MEASURED = 60
_WIDEST = 200
_NARROWEST = 64


class _Model(QAbstractTableModel):
    """Cells of a preview; the header says name, kind and part of every column."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preview: Preview | None = None
        self._roles: FitRoles | None = None

    def show(self, preview: Preview | None) -> None:
        self.beginResetModel()
        self._preview = preview
        self._roles = None
        self.endResetModel()

    def show_roles(self, roles: FitRoles | None, theme: Theme) -> None:
        self._roles = roles
        self._theme = theme
        if self.columnCount():
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return len(self._preview.rows) if self._preview is not None else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return len(self._preview.names) if self._preview is not None else 0

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._preview is None:
            return None
        cell = self._preview.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell
            case Qt.ItemDataRole.TextAlignmentRole:
                is_number = self._preview.kinds[index.column()] == "numeric"
                side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if self._is_missing(cell):
                return QColor(self._theme.muted)
            case Qt.ItemDataRole.ToolTipRole if self._is_missing(cell):
                return self.tr("missing")
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if self._preview is None or orientation == Qt.Orientation.Vertical:
            return None
        name, kind = self._preview.names[section], self._preview.kinds[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{name}\n{self._described(name, kind)}"
            case Qt.ItemDataRole.ForegroundRole if self._roles is not None:
                if name == self._roles.target:
                    return QColor(self._theme.accent_words)
                return QColor(self._theme.text if name in self._roles.features else self._theme.muted)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if kind == "numeric" else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return self.tr("{name}: click to use it as a feature, or not").format(name=name) if kind == "numeric" else name
        return None

    def _is_missing(self, cell: str) -> bool:
        return self._preview is not None and cell.strip() in self._preview.dialect.missing

    def _described(self, name: str, kind: str) -> str:
        word = self.tr("numbers") if kind == "numeric" else self.tr("text")
        if self._roles is None:
            return word
        if name == self._roles.target:
            return self.tr("{kind}, target").format(kind=word)
        return self.tr("{kind}, feature").format(kind=word) if name in self._roles.features else word


class PreviewRows(QTableView):
    """Shows a preview; a click on a header asks for that column to be a feature, or not."""

    column_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._rows = _Model(theme, self)
        self.setModel(self._rows)
        self.setAccessibleName(self.tr("First rows of the table"))
        self.setObjectName("previewRows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(-1)
        header.sectionClicked.connect(self._on_section_clicked)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(520, 360)

    def show_preview(self, preview: Preview | None) -> None:
        """Show these rows; None shows none."""
        self._rows.show(preview)
        self._names = preview.names if preview is not None else ()

    def show_roles(self, roles: FitRoles | None) -> None:
        """Say in the headers which part every column plays."""
        self._rows.show_roles(roles, self._theme)
        for column in range(min(_MOST_MEASURED, len(self._names))):
            wanted = max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))
            self.setColumnWidth(column, min(_WIDEST, max(_NARROWEST, wanted)))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    def _on_section_clicked(self, section: int) -> None:
        self.column_clicked.emit(self._names[section])
