"""A row to click on: an icon and a line of text, quiet until the pointer is over it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOption, QWidget

from gdviz.views.kept_keys import keep_keys
from gdviz.views.theme import Theme, icon

__all__ = ["LinkRow"]

_ICON = 16
_MARGIN = 8
_GAP = 10
_PADDING = 7


class LinkRow(QAbstractButton):
    """Looks like a line of a list, behaves like a button; a text too long for one line takes two."""

    def __init__(self, icon_name: str, text: str, tip: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("linkRow")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        keep_keys(self)
        self.setText(text)
        self.setToolTip(tip or text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._icon_name = icon_name
        self._theme = theme
        self._icon: QIcon | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._icon = None
        self.update()

    def sizeHint(self) -> QSize:
        width = 2 * _MARGIN + _ICON + _GAP + self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width, max(_ICON, self.fontMetrics().height()) + 2 * _PADDING)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _MARGIN + _ICON + _GAP + 60, self.sizeHint().height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of one line, or of two where one is too short."""
        room = width - 2 * _MARGIN - _ICON - _GAP
        lines = 1 if self.fontMetrics().horizontalAdvance(self.text()) <= room else 2
        return max(_ICON, lines * self.fontMetrics().lineSpacing()) + 2 * _PADDING

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        if self._icon is None:  # drawn when first seen: of a long list most rows are not
            self._icon = icon(self._icon_name, self._theme, self._theme.muted)
        first_line = self.fontMetrics().height() + 2 * _PADDING
        self._icon.paint(painter, QRect(_MARGIN, (first_line - _ICON) // 2, _ICON, _ICON))
        left = _MARGIN + _ICON + _GAP
        words = QRect(left, _PADDING, self.width() - left - _MARGIN, self.height() - 2 * _PADDING)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self.text())
        painter.end()
