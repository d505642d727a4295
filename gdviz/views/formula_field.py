"""A field to type a formula in, which marks the characters that are wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from gdviz.views.theme import Theme

__all__ = ["FormulaField"]

_MOST_LINES = 6
_BELOW = 5
"""Pixels under the last line, for the mark."""
_MARGIN = 4


class FormulaField(QPlainTextEdit):
    """As high as its text; a long formula goes on in the next line, and Enter takes it instead of breaking it.

    While something was typed, undo and redo are the field's; otherwise they belong to the experiment.
    """

    entered = Signal()
    left = Signal()
    """The keyboard went elsewhere."""
    given_up = Signal()
    """Escape: what was typed shall be forgotten."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wrong: tuple[int, int] | None = None
        self.setObjectName("formulaField")
        self.setAccessibleName(self.tr("Formula"))
        self.setPlaceholderText(self.tr("Type a formula, such as x² + 3y²"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        # A file that is dropped here is meant for the window.
        self.setAcceptDrops(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(_MARGIN)
        # Not when the text changes: only then it is known how many lines it takes.
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    @property
    def text(self) -> str:
        return self.toPlainText()

    @property
    def typed_before(self) -> str:
        """The text up to the place where typing goes on."""
        return self.text[: self._characters(self.textCursor().position())]

    @property
    def marked(self) -> str:
        """The characters that are marked as wrong; empty where none are, and where something is missing at the end."""
        if self._wrong is None:
            return ""
        position, length = self._wrong
        return self.text[position : position + length]

    @property
    def is_marked(self) -> bool:
        return self._wrong is not None

    def set_text(self, text: str) -> None:
        """Show this formula; nothing counts as typed."""
        if text != self.text:
            self.setPlainText(text)
        self.document().clearUndoRedoStacks()
        self.document().setModified(False)

    def mark(self, position: int, length: int) -> None:
        """Mark characters as wrong, counted as Python counts them; `position` may be the end of the text."""
        self._set_wrong((position, length))

    def clear_mark(self) -> None:
        self._set_wrong(None)

    def end_session(self) -> None:
        """What was typed is taken: from now on undo belongs to the experiment."""
        self.document().clearUndoRedoStacks()
        self.document().setModified(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and (self.document().isModified() or self._wrong is not None):
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            document = self.document()
            undoes = event.matches(QKeySequence.StandardKey.Undo) and not document.isUndoAvailable()
            redoes = event.matches(QKeySequence.StandardKey.Redo) and not document.isRedoAvailable()
            if undoes or redoes:
                event.ignore()
                return False
        return bool(super().event(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # A menu over the field is no leaving.
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        # A formula is one line, wherever it was copied from.
        self.insertPlainText(" ".join(source.text().split()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._wrong is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(self._theme.error)
        position, length = self._wrong
        for place in range(position, max(position + 1, min(position + length, len(self.text)))):
            left, right, bottom = self._edges(place)
            painter.setPen(QPen(color, 2.0))
            painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))
        left, right, bottom = self._edges(position)
        middle = (left + right) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(
            QPolygonF([QPointF(middle, bottom - 1), QPointF(middle - 4, bottom + 5), QPointF(middle + 4, bottom + 5)])
        )
        painter.end()

    def _edges(self, place: int) -> tuple[float, float, float]:
        """Left, right and below of the character at this place; of one as wide as a letter at the end."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._units(place))
        here = self.cursorRect(cursor)
        left, bottom = float(here.left()), float(here.bottom())
        width = 0.0
        if place < len(self.text):
            cursor.setPosition(self._units(place + 1))
            after = self.cursorRect(cursor)
            width = float(after.left() - here.left()) if after.top() == here.top() else 0.0
        return left, left + (width if width > 0 else float(self.fontMetrics().averageCharWidth())), bottom

    def _units(self, place: int) -> int:
        """Where Qt, which counts in UTF-16, has the character that Python counts as this one."""
        return len(self.text[:place].encode("utf-16-le", "surrogatepass")) // 2

    def _characters(self, units: int) -> int:
        return len(self.text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))

    def _set_wrong(self, wrong: tuple[int, int] | None) -> None:
        self._wrong = wrong
        if bool(self.property("invalid")) != (wrong is not None):
            self.setProperty("invalid", wrong is not None)
            self.style().unpolish(self)
            self.style().polish(self)
        self.viewport().update()

    def _height(self) -> int:
        lines = min(max(1, round(self.document().size().height())), _MOST_LINES)
        around = self.height() - self.viewport().height() if self.isVisible() else 4
        return lines * self.fontMetrics().lineSpacing() + 2 * _MARGIN + _BELOW + around

    @Slot()
    def _fit(self) -> None:
        self.setFixedHeight(self._height())
