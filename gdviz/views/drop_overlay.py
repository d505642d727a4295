"""Covers the window while something is dragged over it, and says what a drop would do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdviz.views.drop_verdict import DropVerdict, judge_drop
from gdviz.views.theme import Theme, icon

__all__ = ["DropOverlay"]

_MARGIN = 16
_RADIUS = 12.0
_ICONS = {"table": "table", "experiment": "open", "refused": "error"}


class DropOverlay(QWidget):
    """Lies over the whole window, lets every event through, and is hidden unless something is dragged."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._verdict: DropVerdict | None = None
        self.setObjectName("dropOverlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._card = QFrame(self)
        self._card.setObjectName("dropCard")
        self._icon = QLabel(self._card)
        self._title = QLabel(self._card)
        self._title.setObjectName("title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._text = QLabel(self._card)
        self._text.setObjectName("muted")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self._card)
        row.setContentsMargins(24, 20, 28, 20)
        row.setSpacing(18)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        self._card.setFixedWidth(480)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        window.installEventFilter(self)
        self.hide()

    @property
    def accepts(self) -> bool:
        """Whether what is dragged can be dropped."""
        return self._verdict is not None and self._verdict.accepted

    @property
    def said(self) -> str:
        """What is said of it."""
        return f"{self._title.text()}. {self._text.text()}" if self._verdict is not None else ""

    def show_for(self, paths: list[str]) -> None:
        """Cover the window and say what dropping these files would do."""
        self._verdict = judge_drop(paths)
        self._title.setText(self._verdict.title)
        self._text.setText(self._verdict.text)
        self.setAccessibleName(self.said)
        self._show_icon()
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_icon()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return bool(super().eventFilter(watched, event))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self._theme.window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(self._theme.accent if self.accepts else self._theme.error), 2.0)
        pen.setDashPattern([5.0, 4.0])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN), _RADIUS, _RADIUS)
        painter.end()

    def _show_icon(self) -> None:
        if self._verdict is None:
            return
        color = self._theme.accent if self.accepts else self._theme.error
        self._icon.setPixmap(icon(_ICONS[self._verdict.kind], self._theme, color).pixmap(QSize(40, 40)))
