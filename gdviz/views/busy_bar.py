"""A thin bar along the top of a view that is waiting for something, shown once the waiting becomes noticeable."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gdviz.views.theme import Theme

__all__ = ["BusyBar"]

_HEIGHT = 3
_DELAY = 300


class BusyBar(QWidget):
    """Lies over its parent's upper edge; the owner keeps it as wide as the parent."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share: float | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_DELAY)
        self._delay.timeout.connect(self.show)
        self.setFixedHeight(_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1, or None while nothing is waited for."""
        return self._share

    def set_share(self, share: float | None) -> None:
        """Say how much is done, 0 to 1; None when there is nothing to wait for."""
        self._share = share
        if share is None:
            self._delay.stop()
            self.hide()
        else:
            if self.isHidden() and not self._delay.isActive():
                self._delay.start()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.track))
        share = min(max(self._share or 0.0, 0.02), 1.0)
        painter.fillRect(QRectF(0, 0, share * self.width(), _HEIGHT), QColor(self._theme.accent))
        painter.end()
