"""The title bar of a dock: its name in the muted colour, what the view in it offers, and a button that sets it free."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from gdviz.views.theme import Theme, icon

__all__ = ["DockTitle"]


class DockTitle(QWidget):
    """Takes the place of Qt's own title bar; where there is no button it can be dragged as that can."""

    def __init__(self, dock: QDockWidget, theme: Theme, tools: QWidget | None = None) -> None:
        super().__init__(dock)
        self.setObjectName("dockTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dock = dock
        self._label = QLabel(dock.windowTitle(), self)
        self._label.setObjectName("heading")
        self._float = QToolButton(self)
        self._float.setAutoRaise(True)
        self._float.setIconSize(QSize(14, 14))
        self._float.setAccessibleName(self.tr("Float {name}").format(name=dock.windowTitle()))
        self._float.clicked.connect(self._on_float_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 2)
        layout.setSpacing(4)
        layout.addWidget(self._label, 1)
        if tools is not None:
            layout.addWidget(tools)
        layout.addWidget(self._float)
        dock.topLevelChanged.connect(self._on_top_level_changed)
        self._on_top_level_changed(dock.isFloating())
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._float.setIcon(icon("float", theme, theme.muted))

    @Slot()
    def _on_float_clicked(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    @Slot(bool)
    def _on_top_level_changed(self, floating: bool) -> None:
        self._float.setToolTip(self.tr("Put it back") if floating else self.tr("Set it free as a window of its own"))
