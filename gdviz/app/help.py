"""What the Help menu shows: every shortcut, and the versions of everything."""

from __future__ import annotations

import platform

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gdviz import __version__
from gdviz.app.actions import ACTIONS, MENUS, menu_title, plain_text

__all__ = ["Help", "versions"]

_PACKAGES = ("PySide6-Essentials", "numpy", "contourpy", "pyarrow", "array-api-compat", "torch")


def versions() -> str:
    """gdviz, Python, the system and the libraries that matter, a line each."""
    # Imported here: it brings the parsers of mail along, and few ask.
    from importlib import metadata

    lines = [f"gdviz {__version__}", f"Python {platform.python_version()}", platform.platform()]
    for package in _PACKAGES:
        try:
            lines.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{package} is not installed")
    return "\n".join(lines)


class Help(QObject):
    """Makes the help dialogs when they are asked for."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    @Slot()
    def show_shortcuts(self) -> None:
        """Every action with a shortcut, by menu."""
        dialog = self._dialog(self.tr("Keyboard shortcuts"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(4)
        row = 0
        for menu in MENUS:
            specs = [spec for spec in ACTIONS if spec.menu == menu and spec.shortcuts]
            if not specs:
                continue
            heading = QLabel(menu_title(menu).replace("&", ""), dialog)
            heading.setObjectName("heading")
            grid.addWidget(heading, row, 0, 1, 2)
            row += 1
            for spec in specs:
                keys = [QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText) for text in spec.shortcuts]
                grid.addWidget(QLabel(plain_text(spec), dialog), row, 0)
                grid.addWidget(QLabel(", ".join(keys), dialog), row, 1)
                row += 1
        self._finish(dialog, grid)

    @Slot()
    def show_about(self) -> None:
        """What gdviz is, and the versions to copy into a report."""
        dialog = self._dialog(self.tr("About gdviz"))
        grid = QGridLayout()
        grid.setVerticalSpacing(12)
        text = QLabel(self.tr("gdviz shows gradient descent as it happens.\nMIT licence."), dialog)
        details = QLabel(versions(), dialog)
        details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        details.setObjectName("muted")
        grid.addWidget(text, 0, 0)
        grid.addWidget(details, 1, 0)
        buttons = self._finish(dialog, grid)
        copy = buttons.addButton(self.tr("Copy versions"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._on_copy_clicked)

    def _dialog(self, title: str) -> QDialog:
        dialog = QDialog(self._window)
        dialog.setWindowTitle(title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _finish(self, dialog: QDialog, grid: QGridLayout) -> QDialogButtonBox:
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(20)
        layout.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
        buttons.rejected.connect(dialog.reject)
        layout.addWidget(buttons)
        dialog.open()
        return buttons

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(versions())
