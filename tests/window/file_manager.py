"""A file manager as far as dragging goes: one window per call, from which the files named can be dragged elsewhere.

Files are named on standard input, a line of paths separated by tabs; the next drag carries them. Says on standard
output where the window is, and after each drag what became of it.
"""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtCore import QMimeData, QPoint, QSocketNotifier, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Files(QLabel):
    """Begins a drag when the mouse is moved with its button down."""

    def __init__(self) -> None:
        super().__init__("files")
        self.setWindowTitle("File manager")
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setGeometry(0, 1200, 160, 120)
        self._paths: list[str] = []
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_named)

    def _on_named(self) -> None:
        line = os.read(0, 65536).decode()
        if not line:
            self._notifier.setEnabled(False)
            QApplication.quit()
            return
        self._paths = line.rstrip("\n").split("\t")
        corner = self.mapToGlobal(QPoint(0, 0))
        print(json.dumps([corner.x() + self.width() // 2, corner.y() + self.height() // 2]), flush=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._paths:
            return
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(path) for path in self._paths])
        self._paths = []
        drag = QDrag(self)
        drag.setMimeData(files)
        result = drag.exec(Qt.DropAction.CopyAction)
        print(json.dumps(result.name), flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = Files()
    window.show()
    sys.exit(application.exec())
