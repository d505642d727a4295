"""The main window: the landscape in the middle, panels in docks around it, the timeline along the bottom."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from gdviz.app.actions import ACTIONS, MENUS, ActionSet, menu_title
from gdviz.app.workspace import Workspace
from gdviz.qt.playback import Playback
from gdviz.views.curves import CurveView
from gdviz.views.data_view import DataView
from gdviz.views.drop_overlay import DropOverlay
from gdviz.views.landscape import LandscapeView
from gdviz.views.notice_strip import NoticeStrip
from gdviz.views.problem_panel import ProblemPanel
from gdviz.views.runs_panel import RunsPanel
from gdviz.views.theme import Theme
from gdviz.views.timeline import TimelineBar
from gdviz.views.welcome import WelcomeView

__all__ = ["MainWindow"]

LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """Holds the views and says what happens to the window as a whole: drops and closing."""

    files_dropped = Signal(list)
    """Paths of the files that were dropped anywhere on the window."""
    close_requested = Signal(QCloseEvent)
    """The window is about to close; a receiver that objects ignores the event."""

    def __init__(self, playback: Playback, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._settings = settings
        self.theme = theme
        self.actions_by_name = ActionSet(theme, self)
        self.welcome = WelcomeView(theme, self)
        self.notice = NoticeStrip(theme, self)
        self.workspace = Workspace(
            problem=ProblemPanel(theme, self),
            runs=RunsPanel(theme, self),
            landscape=LandscapeView(theme, self),
            loss=CurveView("values", self.tr("Loss"), theme, self),
            gradient_norm=CurveView("gradient_norms", self.tr("Gradient norm"), theme, self),
            data=DataView(theme, self),
            timeline=TimelineBar(playback, theme, self),
        )
        self._overlay = DropOverlay(theme, self)
        self._make_centre()
        self._docks = self._make_docks()
        self.recent_menu = QMenu(self.tr("Open &recent"), self)
        self._make_menus()
        self._make_tool_bar()
        self._make_timeline()
        self.setMinimumSize(900, 600)
        self._factory_layout = QByteArray()

    # Layout

    def _make_centre(self) -> None:
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.workspace.landscape)
        centre = QWidget(self)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(centre)

    def _make_docks(self) -> dict[str, QDockWidget]:
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        workspace = self.workspace
        docks = {
            "problem": self._make_dock("problem", self.tr("Problem"), workspace.problem, left),
            "runs": self._make_dock("runs", self.tr("Runs"), workspace.runs, left),
            "loss": self._make_dock("loss", self.tr("Loss"), workspace.loss, right),
            "gradient_norm": self._make_dock("gradient_norm", self.tr("Gradient norm"), workspace.gradient_norm, right),
            "data": self._make_dock("data", self.tr("Data and fit"), workspace.data, right),
        }
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.TopLeftCorner):
            self.setCorner(corner, left)
        for corner in (Qt.Corner.BottomRightCorner, Qt.Corner.TopRightCorner):
            self.setCorner(corner, right)
        return docks

    def _make_dock(self, name: str, title: str, view: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"{name}Dock")
        frame = QWidget(dock)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.addWidget(view)
        dock.setWidget(frame)
        self.addDockWidget(area, dock)
        return dock

    def _make_timeline(self) -> None:
        bar = QToolBar(self.tr("Timeline"), self)
        bar.setObjectName("timelineBar")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        self.workspace.timeline.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(self.workspace.timeline)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, bar)

    def _make_tool_bar(self) -> None:
        bar = QToolBar(self.tr("Tools"), self)
        bar.setObjectName("toolBar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.toggleViewAction().setVisible(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.title = QLabel(self)
        self.title.setObjectName("experimentTitle")
        gap = QWidget(self)
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for spec in ACTIONS:
            if spec.toolbar and spec.name != "theme":
                bar.addAction(self.actions_by_name[spec.name])
        bar.addWidget(self.title)
        bar.addWidget(gap)
        bar.addAction(self.actions_by_name["theme"])
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

    def _make_menus(self) -> None:
        for menu_name in MENUS:
            menu = self.menuBar().addMenu(menu_title(menu_name))
            for spec in ACTIONS:
                if spec.menu != menu_name:
                    continue
                if spec.starts_group:
                    menu.addSeparator()
                menu.addAction(self.actions_by_name[spec.name])
                if spec.name == "open":
                    menu.addMenu(self.recent_menu)
            if menu_name == "view":
                menu.addSeparator()
                for dock in self._docks.values():
                    menu.addAction(dock.toggleViewAction())

    def show_problem(self, shown: bool, has_data: bool) -> None:
        """The landscape instead of the welcome, with the data beside it where there are any."""
        self._pages.setCurrentWidget(self.workspace.landscape if shown else self.welcome)
        was_shown = not self._docks["data"].isHidden()
        self._docks["data"].setVisible(shown and has_data)
        self._docks["data"].toggleViewAction().setEnabled(has_data)
        if has_data and shown and not was_shown:
            self._docks["data"].raise_()

    def reset_layout(self) -> None:
        """Every dock back in its place, at sizes that suit the window."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        docks = self._docks
        data_hidden = docks["data"].isHidden()
        for name, dock in docks.items():
            dock.setFloating(False)
            self.addDockWidget(left if name in ("problem", "runs") else right, dock)
            dock.show()
        self.splitDockWidget(docks["problem"], docks["runs"], Qt.Orientation.Vertical)
        self.splitDockWidget(docks["loss"], docks["gradient_norm"], Qt.Orientation.Vertical)
        self.splitDockWidget(docks["data"], docks["loss"], Qt.Orientation.Vertical)
        docks["data"].setHidden(data_hidden)
        width, height = max(self.width(), 900), max(self.height(), 600)
        side = min(420, max(296, width // 5))
        right_side = min(640, max(320, width // 4))
        self.resizeDocks([docks["problem"], docks["loss"]], [side, right_side], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["problem"], docks["runs"]], [height * 2 // 5, height * 3 // 5], Qt.Orientation.Vertical)
        thirds = [docks["data"], docks["loss"], docks["gradient_norm"]]
        self.resizeDocks(thirds, [height // 2, height // 4, height // 4], Qt.Orientation.Vertical)

    def restore(self) -> None:
        """The size and layout of the last time, or a good first one."""
        geometry = self._settings.value("window/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            available = self.screen().availableSize()
            self.resize(min(1600, available.width() - 40), min(1000, available.height() - 60))
        state = self._settings.value("window/state")
        if not (isinstance(state, QByteArray) and self.restoreState(state, LAYOUT_VERSION)):
            self.reset_layout()

    def remember(self) -> None:
        """Keep the size and layout for the next time."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.setValue("window/state", self.saveState(LAYOUT_VERSION))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.actions_by_name.set_theme(theme)
        for view in (self.welcome, self.notice, self._overlay, *vars(self.workspace).values()):
            view.set_theme(theme)

    # What happens to the window as a whole

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.close_requested.emit(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = _paths(event)
        if paths:
            self._overlay.show_for(paths)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._overlay.accepts:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        accepts = self._overlay.accepts
        self._overlay.hide()
        if accepts:
            event.acceptProposedAction()
            self.files_dropped.emit(_paths(event))


def _paths(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
