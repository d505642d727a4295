"""What is in the main window and where: the landscape in the middle, panels in docks around it, the timeline below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdviz.app.actions import ACTIONS, MENUS, ActionSet, menu_title, plain_text
from gdviz.app.backend_menu import BackendMenu
from gdviz.app.workspace import Workspace
from gdviz.qt.playback import Playback
from gdviz.views.curves import CurveView
from gdviz.views.data_view import DataView
from gdviz.views.dock_title import DockTitle
from gdviz.views.drop_overlay import DropOverlay
from gdviz.views.landscape import LandscapeView
from gdviz.views.notice_strip import NoticeStrip
from gdviz.views.problem_panel import ProblemPanel
from gdviz.views.runs_panel import RunsPanel
from gdviz.views.theme import Theme
from gdviz.views.timeline import TimelineBar
from gdviz.views.welcome import WelcomeView

__all__ = ["Layout"]

_VERSION = 1
_SIZES = ((Qt.Orientation.Horizontal, "window/widths"), (Qt.Orientation.Vertical, "window/heights"))


class Layout(QObject):
    """Makes the views and puts them into the window; knows where everything belongs."""

    def __init__(self, window: QMainWindow, playback: Playback, theme: Theme, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self.theme = theme
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.actions = ActionSet(theme, self)
        self.welcome = WelcomeView(theme, window)
        self.notice = NoticeStrip(theme, window)
        self.workspace = Workspace(
            problem=ProblemPanel(theme, window),
            runs=RunsPanel(theme, window),
            landscape=LandscapeView(theme, window),
            loss=CurveView("values", self.tr("Loss"), theme, window),
            gradient_norm=CurveView("gradient_norms", self.tr("Gradient norm"), theme, window),
            data=DataView(theme, window),
            timeline=TimelineBar(playback, theme, window),
        )
        self.overlay = DropOverlay(theme, window)
        self._titles: list[DockTitle] = []
        self._has_data = False
        self._make_centre()
        self._docks = self._make_docks()
        self.recent_menu = QMenu(self.tr("Open &recent"), window)
        self.backend_menu = BackendMenu(settings, window)
        self._make_menus()
        self._make_tools()
        self._make_timeline()

    def _make_centre(self) -> None:
        self._pages = QStackedWidget(self._window)
        # Shown until it is known which of the others is wanted.
        self._pages.addWidget(QWidget(self._pages))
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.workspace.landscape)
        centre = QWidget(self._window)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self._pages, 1)
        self._window.setCentralWidget(centre)

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
            self._window.setCorner(corner, left)
        for corner in (Qt.Corner.BottomRightCorner, Qt.Corner.TopRightCorner):
            self._window.setCorner(corner, right)
        return docks

    def _make_dock(self, name: str, title: str, view: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"{name}Dock")
        frame = QWidget(dock)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 2, 12, 8)
        layout.addWidget(view)
        view.hide()
        dock.setWidget(frame)
        bar = DockTitle(dock, self.theme, getattr(view, "tools", None))
        dock.setTitleBarWidget(bar)
        self._titles.append(bar)
        self._window.addDockWidget(area, dock)
        return dock

    def _make_timeline(self) -> None:
        bar = QToolBar(self.tr("Timeline"), self._window)
        bar.setObjectName("timelineBar")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        self.workspace.timeline.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(self.workspace.timeline)
        self._window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, bar)

    def _make_tools(self) -> None:
        """The buttons beside the menus, where there is room: the height is the landscape's."""
        tools = QWidget(self._window)
        tools.setObjectName("tools")
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 1, 8, 1)
        row.setSpacing(4)
        for spec in ACTIONS:
            if spec.toolbar:
                button = QToolButton(tools)
                button.setDefaultAction(self.actions[spec.name])
                button.setIconSize(QSize(18, 18))
                button.setAutoRaise(True)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                button.setAccessibleName(plain_text(spec))
                row.addWidget(button)
        if self._window.menuBar().isNativeMenuBar():
            bar = QToolBar(self.tr("Tools"), self._window)
            bar.setObjectName("toolBar")
            bar.addWidget(tools)
            self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        else:
            self._window.menuBar().setCornerWidget(tools, Qt.Corner.TopRightCorner)

    def _make_menus(self) -> None:
        for menu_name in MENUS:
            menu = self._window.menuBar().addMenu(menu_title(menu_name))
            for spec in ACTIONS:
                if spec.menu != menu_name:
                    continue
                if spec.starts_group:
                    menu.addSeparator()
                menu.addAction(self.actions[spec.name])
                if spec.name == "open":
                    menu.addMenu(self.recent_menu)
            if menu_name == "play":
                menu.addSeparator()
                menu.addMenu(self.backend_menu)
            if menu_name == "view":
                menu.addSeparator()
                for dock in self._docks.values():
                    menu.addAction(dock.toggleViewAction())

    def show_panels(self) -> None:
        """Show what is in the docks, which are empty until then: the centre comes first."""
        workspace = self.workspace
        for view in (workspace.problem, workspace.runs, workspace.loss, workspace.gradient_norm, workspace.data):
            view.show()

    def show_problem(self, shown: bool, has_data: bool) -> None:
        """The landscape instead of the welcome, with the data beside it where there are any."""
        page = self.workspace.landscape if shown else self.welcome
        if page is not self._pages.currentWidget():
            self._pages.setCurrentWidget(page)
            # What had the keyboard is gone; the next control in order is not what the user went to.
            self._window.setFocus(Qt.FocusReason.OtherFocusReason)
        data = self._docks["data"]
        data.toggleViewAction().setEnabled(has_data)
        if has_data != self._has_data:
            # Only then: whoever closed the dock meant it.
            self._has_data = has_data
            data.setVisible(has_data)
            if has_data:
                data.raise_()

    def reset(self) -> None:
        """Every dock back in its place, at sizes that suit the window."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        docks = self._docks
        for name, dock in docks.items():
            dock.setFloating(False)
            self._window.addDockWidget(left if name in ("problem", "runs") else right, dock)
            dock.show()
        for above, below in (("problem", "runs"), ("loss", "gradient_norm")):
            self._window.splitDockWidget(docks[above], docks[below], Qt.Orientation.Vertical)
        self._window.tabifyDockWidget(docks["gradient_norm"], docks["data"])
        docks["data"].setVisible(self._has_data)
        (docks["data"] if self._has_data else docks["gradient_norm"]).raise_()
        # Docks that were just put somewhere have no size to change before they have been laid out.
        QTimer.singleShot(0, self._size_docks)

    @Slot()
    def _size_docks(self) -> None:
        """Side panels as narrow as they may be, the rest for the landscape."""
        docks = self._docks
        width, height = max(self._window.width(), 900), max(self._window.height(), 600)
        side = min(420, max(296, width // 5))
        right_side = min(640, max(320, width // 4))
        self._window.resizeDocks([docks["problem"], docks["loss"]], [side, right_side], Qt.Orientation.Horizontal)
        self._window.resizeDocks(
            [docks["problem"], docks["runs"]], [height * 2 // 5, height * 3 // 5], Qt.Orientation.Vertical
        )
        self._window.resizeDocks(
            [docks["loss"], docks["gradient_norm"]], [height * 2 // 5, height * 3 // 5], Qt.Orientation.Vertical
        )

    def restore(self) -> None:
        """The docks as they were the last time, or in their places."""
        state = self._settings.value("window/state")
        if isinstance(state, QByteArray) and self._window.restoreState(state, _VERSION):
            QTimer.singleShot(0, self._restore_sizes)
        else:
            self.reset()
        # Whatever was shown the last time: there is nothing to show in it yet, or there is.
        self._docks["data"].setVisible(self._has_data)

    @Slot()
    def _restore_sizes(self) -> None:
        # Those in the state are shares of the sizes that docks have, and when it is restored they have none.
        for direction, name in _SIZES:
            sizes = self._settings.value(name)
            if isinstance(sizes, dict):
                known = {dock: size for dock, size in sizes.items() if dock in self._docks and isinstance(size, int)}
                self._window.resizeDocks([self._docks[dock] for dock in known], list(known.values()), direction)

    def remember(self) -> None:
        """Keep the places and sizes of the docks for the next time."""
        self._settings.setValue("window/state", self._window.saveState(_VERSION))
        # Not those behind tabs: the tabs are not counted in their height, and they get what the others leave.
        docked = {
            name: dock.size()
            for name, dock in self._docks.items()
            if dock.isVisible() and not dock.isFloating() and not self._window.tabifiedDockWidgets(dock)
        }
        for direction, name in _SIZES:
            across = direction == Qt.Orientation.Horizontal
            self._settings.setValue(
                name, {dock: size.width() if across else size.height() for dock, size in docked.items()}
            )

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.actions.set_theme(theme)
        for view in (*self._titles, self.welcome, self.notice, self.overlay, *vars(self.workspace).values()):
            view.set_theme(theme)
