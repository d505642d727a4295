"""The menu that chooses what computes the runs: NumPy, or another array library on the processor or on a device."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gdviz.backends import BACKENDS

__all__ = ["BackendMenu"]

_KEY = "runs/backend"


class BackendMenu(QMenu):
    """One entry a backend, the chosen one marked and remembered. Whether a backend can be used is seen when it is
    chosen: to know it, its library has to be loaded, which takes seconds."""

    chosen = Signal(str)

    def __init__(self, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Compute with"))
        self.setToolTipsVisible(True)
        self._settings = settings
        self._group = QActionGroup(self)
        remembered = settings.value(_KEY, "numpy")
        for item in BACKENDS:
            action = QAction(item.name, self._group)
            action.setData(item.name)
            action.setToolTip(item.summary)
            action.setStatusTip(item.summary)
            action.setCheckable(True)
            action.setChecked(item.name == remembered)
            self.addAction(action)
        if self._group.checkedAction() is None:
            self._group.actions()[0].setChecked(True)
        self._group.triggered.connect(self._on_triggered)

    @property
    def backend(self) -> str:
        """The name of the chosen one."""
        return str(self._group.checkedAction().data())

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self._settings.setValue(_KEY, action.data())
        self.chosen.emit(str(action.data()))
