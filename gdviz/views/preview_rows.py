"""The first rows of a table under a dialect: cells as they are written, columns with their kinds and parts."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gdviz.data.sniff import Preview
from gdviz.experiment.data_choice import FitRoles
from gdviz.views.plain_text import as_tip
from gdviz.views.theme import Theme

__all__ = ["PreviewRows"]

_Index = QModelIndex | QPersistentModelIndex
_MOST_MEASURED = 60
_WIDEST = 200
_NARROWEST = 64
_CELL_MARGIN = 10


class _Heading(NamedTuple):
    name: str
    note: str
    color: QColor
    mark: QColor
    is_number: bool


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

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def show_roles(self, roles: FitRoles | None) -> None:
        self._roles = roles
        if self.columnCount():
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._preview.rows) if self._preview is not None else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
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

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._preview is None or orientation == Qt.Orientation.Vertical:
            return None
        name, kind = self._preview.names[section], self._preview.kinds[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.ToolTipRole if kind == "numeric":
                return as_tip(self.tr("{name}: click to use it as a feature, or not").format(name=name))
            case Qt.ItemDataRole.ToolTipRole:
                return as_tip(name)
        return None

    def _is_missing(self, cell: str) -> bool:
        return self._preview is not None and cell.strip() in self._preview.dialect.missing

    def heading(self, section: int) -> _Heading:
        """What the header says of a column."""
        assert self._preview is not None
        name, kind = self._preview.names[section], self._preview.kinds[section]
        word = self.tr("numbers") if kind == "numeric" else self.tr("text")
        is_target = self._roles is not None and name == self._roles.target
        is_feature = self._roles is not None and name in self._roles.features
        if is_target:
            note, color = self.tr("{kind}, target").format(kind=word), self._theme.accent_words
        elif is_feature:
            note, color = self.tr("feature"), self._theme.text
        else:
            note, color = word, self._theme.muted
        mark = self._theme.accent if is_target else self._theme.border_strong if is_feature else self._theme.line
        return _Heading(name, note, QColor(color), QColor(mark), kind == "numeric")


class _Header(QHeaderView):
    """Names in bold over what the columns are; the target is underlined in the accent's colour, features in grey."""

    def __init__(self, rows: _Model, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows = rows
        self.theme = theme

    def sectionSizeFromContents(self, section: int) -> QSize:
        heading = self._rows.heading(section)
        width = max(self._bold().horizontalAdvance(heading.name), self.fontMetrics().horizontalAdvance(heading.note))
        return QSize(width + 2 * _CELL_MARGIN + 4, 2 * self.fontMetrics().height() + 16)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        heading = self._rows.heading(section)
        painter.save()
        painter.fillRect(rect, QColor(self.theme.panel))
        painter.fillRect(QRect(rect.left(), rect.bottom() - 1, rect.width() - 1, 2), heading.mark)
        inner = rect.adjusted(_CELL_MARGIN, 6, -_CELL_MARGIN, -8)
        side = Qt.AlignmentFlag.AlignRight if heading.is_number else Qt.AlignmentFlag.AlignLeft
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(heading.color)
        name = QFontMetrics(font).elidedText(heading.name, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignTop, name)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        note = QFontMetrics(font).elidedText(heading.note, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignBottom, note)
        painter.restore()

    def _bold(self) -> QFontMetrics:
        font = QFont(self.font())
        font.setBold(True)
        return QFontMetrics(font)


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
        header = self._header = _Header(self._rows, theme, self)
        self.setHorizontalHeader(header)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(-1)
        header.sectionClicked.connect(self._on_section_clicked)

    def sizeHint(self) -> QSize:
        return QSize(520, 360)

    def show_preview(self, preview: Preview | None) -> None:
        """Show these rows; None shows none."""
        self._rows.show(preview)
        self._names = preview.names if preview is not None else ()

    def show_roles(self, roles: FitRoles | None) -> None:
        """Say in the headers which part every column plays."""
        self._rows.show_roles(roles)
        for column in range(min(_MOST_MEASURED, len(self._names))):
            wanted = max(self.sizeHintForColumn(column), self._header.sectionSizeHint(column))
            self.setColumnWidth(column, min(_WIDEST, max(_NARROWEST, wanted)))

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._header.theme = theme
        self._rows.set_theme(theme)
        self._header.viewport().update()

    def _on_section_clicked(self, section: int) -> None:
        self.column_clicked.emit(self._names[section])
