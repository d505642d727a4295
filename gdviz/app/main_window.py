"""The main window by itself: it can be shown before anything is in it, and says what happens to it as a whole.

It imports Qt and nothing else, so that a window stands on the screen while the rest of the program is being loaded;
`layout` puts the views into it.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QMainWindow

__all__ = ["DropSign", "MainWindow"]


class DropSign(Protocol):
    """What tells the user, while files are dragged over the window, what dropping them will do."""

    @property
    def accepts(self) -> bool:
        """Whether dropping will open anything."""

    @property
    def said(self) -> str:
        """What it tells, in words."""

    def show_for(self, paths: list[str]) -> None:
        """Say what dropping these files will do."""

    def hide(self) -> None:
        """The drag has gone or ended."""


class MainWindow(QMainWindow):
    """Remembers its size, takes drops and announces its closing."""

    files_dropped = Signal(list)
    """Paths of the files that were dropped anywhere on the window."""
    drop_refused = Signal(str)
    """Something was dropped that can't be opened: why, in words."""
    close_requested = Signal(QCloseEvent)
    """The window is about to close; a receiver that objects ignores the event."""
    painted = Signal()
    """The window is on the screen; emitted once."""

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("gdviz")
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 600)
        # The keyboard plays the descent unless somebody goes to a control, and again after a click beside one. If
        # nothing had it, Qt would give it to the first control as soon as the window is activated.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._settings = settings
        self._sign: DropSign | None = None
        self._painted = False

    def set_drop_sign(self, sign: DropSign) -> None:
        """Let drops be announced by this; before, they are refused."""
        self._sign = sign

    def set_background(self, color: str) -> None:
        """Fill the empty window with this colour, `#RRGGBB`; what is put into it brings its own."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(color))
        self.setPalette(palette)

    def restore_size(self) -> None:
        """The size and place of the last time, or one that suits the screen."""
        geometry = self._settings.value("window/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            available = self.screen().availableSize()
            self.resize(min(1600, available.width() - 40), min(1000, available.height() - 60))

    def remember_size(self) -> None:
        """Keep size and place for the next time."""
        self._settings.setValue("window/geometry", self.saveGeometry())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.close_requested.emit(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = _paths(event)
        if paths and self._sign is not None:
            self._sign.show_for(paths)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        # Also what can't be opened: else there would be no drop, and nothing could say afterwards why nothing happened.
        if self._sign is not None:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self._sign is not None:
            self._sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._sign is None:
            return
        accepts, said = self._sign.accepts, self._sign.said
        self._sign.hide()
        if accepts:
            event.acceptProposedAction()
            self.files_dropped.emit(_paths(event))
        else:
            event.ignore()
            self.drop_refused.emit(said)


def _paths(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
