"""A row to click on: an icon and a line of text, quiet until the pointer is over it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOption, QWidget

from gdviz.views.kept_keys import KeptKeys
from gdviz.views.theme import Theme, icon

__all__ = ["LinkRow"]

_ICON = 16
_MARGIN = 8
_GAP = 10
_PADDING = 7


class LinkRow(QAbstractButton):
    """Looks like a line of a list, behaves like a button; a text that is too long is cut, and whole in the tooltip."""

    def __init__(self, icon_name: str, text: str, tip: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("linkRow")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(KeptKeys(self))
        self.setText(text)
        self.setToolTip(tip or text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon_name = icon_name
        self._theme = theme
        self._icon = QIcon()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._icon = icon(self._icon_name, theme, theme.muted)
        self.update()

    def sizeHint(self) -> QSize:
        width = 2 * _MARGIN + _ICON + _GAP + self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width, max(_ICON, self.fontMetrics().height()) + 2 * _PADDING)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _MARGIN + _ICON + _GAP + 60, self.sizeHint().height())

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
        self._icon.paint(painter, QRect(_MARGIN, (self.height() - _ICON) // 2, _ICON, _ICON))
        left = _MARGIN + _ICON + _GAP
        line = QRect(left, 0, self.width() - left - _MARGIN, self.height())
        painter.setPen(QColor(self._theme.text))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
