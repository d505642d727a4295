"""A strip at the top of a panel that says in words what went wrong or needs to be known, until dismissed or mended."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gdviz.views.theme import Theme, icon

__all__ = ["NoticeStrip", "as_sentence"]

Severity = Literal["info", "warning"]


class NoticeStrip(QFrame):
    """Hidden while there is nothing to say. Never modal: the user may ignore it."""

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self._severity: Severity = "info"
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(8)
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton(self)
        self._close.setAutoRaise(True)
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.clicked.connect(self._on_close_clicked)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while hidden."""
        return self._text.text() if not self.isHidden() else ""

    def say(self, text: str, severity: Severity = "warning") -> None:
        """Show this sentence in place of the one before."""
        self._severity = severity
        self._text.setText(as_sentence(text))
        self.setAccessibleName(self._text.text())
        self.setProperty("severity", severity)
        self.set_theme(self._theme)
        self.setVisible(bool(text))

    def clear(self) -> None:
        """What was said holds no longer."""
        self._text.clear()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._icon.setPixmap(icon(self._severity, theme).pixmap(QSize(16, 16)))
        self._close.setIcon(icon("close", theme))
        self.style().unpolish(self)
        self.style().polish(self)

    def _on_close_clicked(self) -> None:
        self.clear()
        self.dismissed.emit()


def as_sentence(text: str) -> str:
    """A message with a capital at its start, unless that is a name such as photo.png."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text
