"""The empty start: one sentence, and three things to click. A function, a table, an example."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gdviz.data.builtin import BUILTIN
from gdviz.experiment.data_choice import bundled_choice
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import PROBLEMS
from gdviz.views.example_shelf import ExampleShelf
from gdviz.views.function_gallery import TileGrid
from gdviz.views.kept_keys import keep_keys
from gdviz.views.link_row import LinkRow
from gdviz.views.theme import Theme, icon
from gdviz.views.thumbnail import Thumbnails, function_classes
from gdviz.views.tile_layout import TileLayout

__all__ = ["WelcomeView"]

_FEATURED = (
    *("parabola", "double_well", "elongated_quadratic", "rosenbrock"),
    *("beale", "himmelblau", "rastrigin", "ackley"),
)
_COLUMNS = 4
_LEAST_ROW = 230
"""Rows of tables stand side by side as long as each is this wide."""

_WIDEST = 880


class WelcomeView(QWidget):
    """Shown while there is no problem. Every click leads on.

    Made when it is about to be shown: whoever opens a file need not wait for what they don't see.
    """

    problem_chosen = Signal(object)
    """A `ProblemChoice`."""
    example_chosen = Signal(str)
    """The stem of an example's file."""
    open_requested = Signal()
    left_behind_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self._theme = theme
        self._there_is_left_behind = False
        self._made = False
        self._rows: list[LinkRow] = []

    def _make(self) -> None:
        self._made = True
        self._thumbnails = Thumbnails(self._theme, self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(area)
        content = QWidget(page)
        content.setMaximumWidth(_WIDEST)
        margins = QHBoxLayout(page)
        margins.setContentsMargins(24, 24, 24, 24)
        margins.addStretch(1)
        margins.addWidget(content, 1000)
        margins.addStretch(1)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStretch(2)
        layout.addLayout(self._make_greeting())
        layout.addSpacing(24)
        layout.addLayout(self._make_functions(content))
        layout.addSpacing(28)
        layout.addLayout(self._make_tables(content))
        layout.addSpacing(28)
        layout.addLayout(self._make_examples(content))
        layout.addStretch(3)
        area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def set_left_behind(self, there_is: bool) -> None:
        """Whether an experiment that was not saved can be gone on with."""
        self._there_is_left_behind = there_is
        if self._made:
            self._left_behind.setVisible(there_is)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if not self._made:
            return
        self._thumbnails.set_theme(theme)
        self._featured.set_theme(theme)
        self._others.set_theme(theme)
        self._open.setIcon(icon("folder", theme))
        self._examples.set_theme(theme)
        for row in self._rows:
            row.set_theme(theme)

    def setVisible(self, visible: bool) -> None:
        # What is made later than this would be seen a moment after the page.
        if visible and not self._made:
            self._make()
        super().setVisible(visible)

    def _make_greeting(self) -> QVBoxLayout:
        title = QLabel(self.tr("See gradient descent happen"), self)
        title.setObjectName("welcomeTitle")
        title.setWordWrap(True)
        sentence = QLabel(self.tr("Pick a function, drop a table or open an example, then press Space to play."), self)
        sentence.setObjectName("welcomeSentence")
        sentence.setWordWrap(True)
        self._left_behind = LinkRow(
            "undo",
            self.tr("Continue where you left off"),
            self.tr("Open the experiment that was not saved last time"),
            self._theme,
            self,
        )
        self._left_behind.setProperty("framed", True)
        self._left_behind.clicked.connect(self.left_behind_requested)
        self._left_behind.setVisible(self._there_is_left_behind)
        self._rows.append(self._left_behind)
        layout = QVBoxLayout()
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addWidget(sentence)
        layout.addSpacing(8)
        layout.addWidget(self._left_behind)
        return layout

    def _make_functions(self, content: QWidget) -> QVBoxLayout:
        others = [entry for entry in function_classes() if entry.name not in _FEATURED]
        featured = [PROBLEMS.get(name) for name in _FEATURED]
        self._featured = TileGrid(featured, self._thumbnails, self._theme, _COLUMNS, content)
        self._others = TileGrid(others, self._thumbnails, self._theme, _COLUMNS, content)
        self._others.hide()
        for grid in (self._featured, self._others):
            grid.chosen.connect(self._on_function_chosen)
        self._all = QPushButton(content)
        self._all.setProperty("link", True)
        self._all.setCheckable(True)
        self._all.toggled.connect(self._on_all_toggled)
        keep_keys(self._all)
        self._on_all_toggled(False)
        header = QHBoxLayout()
        header.addWidget(_heading(self.tr("Pick a function"), content))
        header.addStretch(1)
        header.addWidget(self._all)
        layout = QVBoxLayout()
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._featured)
        layout.addWidget(self._others)
        return layout

    def _make_tables(self, content: QWidget) -> QVBoxLayout:
        self._open = QPushButton(icon("folder", self._theme), self.tr("Open…"), content)
        self._open.setToolTip(self.tr("Open a table or an experiment"))
        self._open.clicked.connect(self.open_requested)
        keep_keys(self._open)
        words = QLabel(self.tr("Drop a .csv, .tsv or .txt file anywhere, or"), content)
        words.setObjectName("muted")
        words.setWordWrap(True)
        drop = QFrame(content)
        drop.setObjectName("dropHint")
        row = QHBoxLayout(drop)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(words, 1)
        row.addWidget(self._open)
        layout = QVBoxLayout()
        layout.setSpacing(2)
        layout.addWidget(_heading(self.tr("Drop a table"), content))
        layout.addSpacing(4)
        layout.addWidget(drop)
        layout.addSpacing(4)
        group = QWidget(content)
        rows = TileLayout(group, least_width=_LEAST_ROW, most_columns=3, gap=2)
        for table in BUILTIN:
            rows.addWidget(self._make_row(table.title, table.description, table.name, group))
        layout.addWidget(group)
        return layout

    def _make_examples(self, content: QWidget) -> QVBoxLayout:
        self._examples = ExampleShelf(self._theme, content)
        self._examples.chosen.connect(self.example_chosen)
        layout = QVBoxLayout()
        layout.setSpacing(2)
        layout.addWidget(_heading(self.tr("Open an example"), content))
        layout.addSpacing(6)
        layout.addWidget(self._examples)
        return layout

    def _make_row(self, title: str, tip: str, name: str, parent: QWidget) -> LinkRow:
        row = LinkRow("table", title, tip, self._theme, parent)
        row.setProperty("table", name)
        row.clicked.connect(self._on_row_clicked)
        self._rows.append(row)
        return row

    @Slot(str)
    def _on_function_chosen(self, name: str) -> None:
        self.problem_chosen.emit(ProblemChoice(name))

    @Slot(bool)
    def _on_all_toggled(self, all_shown: bool) -> None:
        self._others.setVisible(all_shown)
        total = len(self._featured.tiles) + len(self._others.tiles)
        self._all.setText(self.tr("Show fewer") if all_shown else self.tr("Show all {count}").format(count=total))

    @Slot()
    def _on_row_clicked(self) -> None:
        row = self.sender()
        if not isinstance(row, LinkRow):
            return
        self.problem_chosen.emit(bundled_choice(row.property("table")))


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("heading")
    return label
