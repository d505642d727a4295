"""The runs panel: one card a run, and what all runs share."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdviz.experiment.experiment import RunEntry
from gdviz.optimizers import OPTIMIZERS
from gdviz.parameters import declared
from gdviz.runs.config import RunConfig
from gdviz.views.gradient_shaping import GradientShaping
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.run_card import RunCard
from gdviz.views.theme import Theme, icon

__all__ = ["RunsPanel"]

_PATIENCE_MS = 300
_SHARED = ("steps", "batch_size", "seed")


class RunsPanel(QWidget):
    """Shows the runs of an experiment and says what the user wants of them."""

    add_requested = Signal(str)
    optimizer_chosen = Signal(int, str)
    hyper_parameter_edited = Signal(int, str, object)
    edit_finished = Signal()
    enabled_changed = Signal(int, bool)
    renamed = Signal(int, str)
    duplicate_requested = Signal(int)
    remove_requested = Signal(int)
    shared_edited = Signal(str, object)
    """Name and value of something that holds for every run: steps, seed, batch size, clipping or noise."""
    pause_requested = Signal(bool)
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: dict[int, RunCard] = {}
        self._selected: int | None = None
        self._shown_step = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.tools = self._make_tools()
        """What stands in the title bar: the button that adds a run."""
        layout.addWidget(self._make_mode_row())
        layout.addWidget(self._make_list(), 1)
        # Below the list: it comes and goes while a slider is dragged, which must stay under the pointer.
        layout.addWidget(self._make_busy_row())

    @property
    def applies_from_here(self) -> bool:
        """Whether a hyper-parameter is to change from the shown step on rather than from the start."""
        return self._from_here.isChecked()

    def set_runs(self, entries: tuple[RunEntry, ...], labels: Mapping[int, str], has_rows: bool) -> None:
        """Show these runs; a card is kept as long as its run has the same key."""
        for key in [key for key in self._cards if key not in {entry.key for entry in entries}]:
            card = self._cards.pop(key)
            # A number half typed is taken when its field goes, but there is no run left to take it.
            card.blockSignals(True)
            self._list.removeWidget(card)
            card.hide()
            card.setParent(None)
            card.deleteLater()
        for place, entry in enumerate(entries):
            existing = self._cards.get(entry.key)
            if existing is None:
                existing = self._make_card(entry)
                self._cards[entry.key] = existing
            if self._list.indexOf(existing) != place:
                self._list.insertWidget(place, existing)
            existing.set_entry(entry, labels[entry.key])
            existing.set_edited_step(self._edited_step)
            # A layout would show what is put into it a moment later.
            existing.show()
        if self._selected not in self._cards:
            self._select(entries[0].key if entries else None)
        self._empty.setVisible(not entries)
        self._shared.setVisible(bool(entries))
        self._shaping.setVisible(bool(entries))
        self._mode_row.setVisible(bool(entries))
        if entries:
            config = entries[0].config
            self._shared.set_values({name: getattr(config, name) for name in _SHARED})
            self._shaping.set_config(config)
        self._shared.set_row_visible("batch_size", has_rows)
        self._shared.set_row_visible("seed", has_rows or any(_draws(entry) for entry in entries))

    def set_status(self, key: int, text: str, alarming: bool) -> None:
        """What the run of this key is doing or why it stopped."""
        if key in self._cards:
            self._cards[key].set_status(text, alarming)

    def set_shown_step(self, step: int) -> None:
        """Say which step "from here" means: in the tooltip, because a number that grows would widen the panel."""
        tip = self.tr("A changed hyper-parameter takes effect at the shown step, {step}; what lies before it is kept")
        self._from_here.setToolTip(tip.format(step=step))
        self._shown_step = step
        self._show_edited_step()

    def set_busy(self, share: float | None, paused: bool) -> None:
        """Show how far the computing has come, 0 to 1, unless it is over before anybody would wonder; None: there is
        none."""
        if share is None:
            self._patience.stop()
            self._busy_row.hide()
            return
        self._bar.setValue(round(1000 * share))
        self._pause.setChecked(paused)
        self._pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        if self._busy_row.isHidden() and not self._patience.isActive():
            self._patience.start()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.tools.setIcon(icon("add", theme))
        for card in self._cards.values():
            card.set_theme(theme)

    def focus_add(self) -> None:
        """Open the list of optimizers to add."""
        self.tools.showMenu()

    def _make_tools(self) -> QToolButton:
        add = QToolButton(self)
        add.setIcon(icon("add", self._theme))
        add.setText(self.tr("Add"))
        add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        add.setToolTip(self.tr("Add a run with another optimizer"))
        add.setAccessibleName(self.tr("Add a run"))
        add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(add)
        menu.setToolTipsVisible(True)
        for entry in OPTIMIZERS:
            action = menu.addAction(entry.label)
            action.setToolTip(entry.summary)
            action.setData(entry.name)
        menu.triggered.connect(self._on_add_triggered)
        add.setMenu(menu)
        return add

    def _make_busy_row(self) -> QWidget:
        self._busy_row = QWidget(self)
        layout = QHBoxLayout(self._busy_row)
        layout.setContentsMargins(0, 0, 0, 0)
        self._bar = QProgressBar(self._busy_row)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Steps computed"))
        self._pause = QPushButton(self.tr("Pause"), self._busy_row)
        self._pause.setCheckable(True)
        self._pause.setFlat(True)
        self._pause.setToolTip(self.tr("Hold the computing; what is computed can still be played"))
        self._pause.clicked.connect(self.pause_requested)
        cancel = QPushButton(self.tr("Cancel"), self._busy_row)
        cancel.setFlat(True)
        cancel.setToolTip(self.tr("Stop computing; what is computed stays"))
        cancel.clicked.connect(self.cancel_requested)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._pause)
        layout.addWidget(cancel)
        self._busy_row.hide()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._busy_row.show)
        return self._busy_row

    def _make_list(self) -> QWidget:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget(area)
        content.setObjectName("runList")
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 4, 0)
        outer.setSpacing(8)
        self._empty = QLabel(self.tr("No runs yet. Add an optimizer to see it descend."), content)
        self._empty.setObjectName("muted")
        self._empty.setWordWrap(True)
        outer.addWidget(self._empty)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        outer.addLayout(self._list)
        outer.addWidget(self._make_shared(content))
        outer.addWidget(self._shaping)
        outer.addStretch(1)
        area.setWidget(content)
        return area

    def _make_mode_row(self) -> QWidget:
        self._mode_row = QWidget(self)
        row = QHBoxLayout(self._mode_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = QLabel(self.tr("Edits apply"), self._mode_row)
        label.setObjectName("muted")
        from_start = QRadioButton(self.tr("from the start"), self._mode_row)
        from_start.setChecked(True)
        from_start.setToolTip(self.tr("A changed hyper-parameter runs the descent again from its start"))
        self._from_here = QRadioButton(self.tr("from here"), self._mode_row)
        self._from_here.toggled.connect(self._show_edited_step)
        self.set_shown_step(0)
        group = QButtonGroup(self._mode_row)
        group.addButton(from_start)
        group.addButton(self._from_here)
        row.addWidget(label)
        row.addWidget(from_start)
        row.addWidget(self._from_here)
        row.addStretch(1)
        return self._mode_row

    def _make_shared(self, parent: QWidget) -> QWidget:
        self._shared = ParameterForm([item for item in declared(RunConfig) if item.name in _SHARED], parent)
        self._shared.edited.connect(self.shared_edited)
        self._shared.edit_finished.connect(self.edit_finished)
        self._shaping = GradientShaping(parent)
        self._shaping.edited.connect(self.shared_edited)
        self._shaping.edit_finished.connect(self.edit_finished)
        return self._shared

    def _make_card(self, entry: RunEntry) -> RunCard:
        card = RunCard(entry, self._theme, self)
        card.selected.connect(self._select)
        card.optimizer_chosen.connect(self.optimizer_chosen)
        card.hyper_parameter_edited.connect(self.hyper_parameter_edited)
        card.edit_finished.connect(self.edit_finished)
        card.enabled_changed.connect(self.enabled_changed)
        card.renamed.connect(self.renamed)
        card.duplicate_requested.connect(self.duplicate_requested)
        card.remove_requested.connect(self.remove_requested)
        return card

    @property
    def _edited_step(self) -> int | None:
        """The step whose hyper-parameters an edit changes; None: those of the start, which "from here" means there."""
        return self._shown_step if self.applies_from_here and self._shown_step > 0 else None

    def _show_edited_step(self) -> None:
        for card in self._cards.values():
            card.set_edited_step(self._edited_step)

    def _select(self, key: int | None) -> None:
        self._selected = key
        for other, card in self._cards.items():
            card.set_expanded(other == key)

    def _on_add_triggered(self, action: object) -> None:
        self.add_requested.emit(action.data())  # type: ignore[attr-defined]


def _draws(entry: RunEntry) -> bool:
    """Whether the seed of this run matters."""
    if entry.config.noise is not None:
        return True
    return entry.config.start is not None and not isinstance(entry.config.start, tuple)
