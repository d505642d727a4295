"""One run in the runs panel: its mark, its method, its hyper-parameters, and how it fares."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdviz.experiment.experiment import RunEntry
from gdviz.optimizers import OPTIMIZERS
from gdviz.optimizers.rule import Optimizer
from gdviz.parameters import Parameter
from gdviz.schedules.schedule import Schedule
from gdviz.views.elided_label import ElidedLabel
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.passing_wheel import pass_wheel
from gdviz.views.plain_text import as_tip
from gdviz.views.rate_editor import RateEditor
from gdviz.views.run_mark import RunMark
from gdviz.views.theme import Theme, icon

__all__ = ["RunCard"]


class RunCard(QFrame):
    """Collapsed it shows the first hyper-parameter, expanded the method and all of them."""

    selected = Signal(int)
    optimizer_chosen = Signal(int, str)
    hyper_parameter_edited = Signal(int, str, object)
    edit_finished = Signal()
    enabled_changed = Signal(int, bool)
    renamed = Signal(int, str)
    duplicate_requested = Signal(int)
    remove_requested = Signal(int)

    def __init__(self, entry: RunEntry, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runCard")
        self._entry = entry
        self._theme = theme
        self._expanded = False
        self._parameters: tuple[Parameter, ...] | None = None
        self._edited_step: int | None = None
        self._shown_optimizer: Optimizer | None = None
        self._rate: RateEditor | None = None
        self._first: ParameterForm | None = None
        self._rest: ParameterForm | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 6, 8, 8)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._make_header())
        self._method = QComboBox(self)
        self._method.setAccessibleName(self.tr("Optimizer"))
        for choice in OPTIMIZERS:
            self._method.addItem(choice.label, choice.name)
            self._method.setItemData(self._method.count() - 1, choice.summary, Qt.ItemDataRole.ToolTipRole)
        # As wide as the panel, however long the longest name.
        self._method.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._method.setMinimumContentsLength(12)
        self._method.activated.connect(self._on_method_activated)
        pass_wheel(self._method)
        self._layout.addWidget(self._method)
        self._forms = QVBoxLayout()
        self._forms.setSpacing(4)
        self._layout.addLayout(self._forms)
        self._changes = QLabel(self)
        self._changes.setObjectName("muted")
        self._changes.setWordWrap(True)
        self._layout.addWidget(self._changes)
        self._status = QLabel(self)
        self._status.setObjectName("muted")
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setWordWrap(True)
        self._status.hide()
        self._layout.addWidget(self._status)
        self.set_expanded(False)

    def set_entry(self, entry: RunEntry, label: str) -> None:
        """Show this run under this label."""
        self._entry = entry
        self._title.setText(label)
        self._title.setToolTip(as_tip(self.tr("{label}\nDouble-click to rename").format(label=label)))
        self._mark.set_style(entry.style)
        self._enabled.blockSignals(True)
        self._enabled.setChecked(entry.enabled)
        self._enabled.blockSignals(False)
        optimizer = entry.config.optimizer
        # Another method, or another one inside a wrapper.
        if optimizer.declarations != self._parameters:
            self._make_forms()
        self._method.setCurrentIndex(self._method.findData(optimizer.name))
        for form in (self._rate, self._first, self._rest):
            if form is not None:
                form.setEnabled(entry.enabled)
        self._show_values(self._edited_optimizer())
        texts = [
            self.tr("{name} {value} from step {step}").format(
                name=name.replace("_", " "), value=_said(value), step=change.step
            )
            for change in entry.config.changes
            for name, value in change.options.items()
        ]
        self._changes.setText("\n".join(texts))
        self._changes.setVisible(bool(texts))

    def set_edited_step(self, step: int | None) -> None:
        """Show the hyper-parameters that hold at this step, because an edit changes those; None: those of the start."""
        self._edited_step = step
        optimizer = self._edited_optimizer()
        # Called for every step that is played, and most change nothing.
        if optimizer is not self._shown_optimizer:
            self._show_values(optimizer)

    def set_status(self, text: str, alarming: bool) -> None:
        """How the run fares; an alarming status is said in the warning colour."""
        if self._status.text() != text or self._status.property("alarming") != alarming:
            self._status.setText(text)
            self._status.setProperty("alarming", alarming)
            self._status.style().unpolish(self._status)
            self._status.style().polish(self._status)
            self._status.setVisible(bool(text))

    def set_expanded(self, expanded: bool) -> None:
        self._expanded = expanded
        self._method.setVisible(expanded)
        if self._rest is not None:
            self._rest.setVisible(expanded)
        if self._rate is not None:
            self._rate.set_expanded(expanded)
        self.setProperty("expanded", expanded)
        self.style().unpolish(self)
        self.style().polish(self)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._mark.set_theme(theme)
        if self._rate is not None:
            self._rate.set_theme(theme)
        self._more.setIcon(icon("more", theme))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.selected.emit(self._entry.key)
        super().mousePressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._title and event.type() == QEvent.Type.MouseButtonDblClick:
            self._rename()
            return True
        return bool(super().eventFilter(watched, event))

    def _make_header(self) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._mark = RunMark(self._entry.style, self._theme, row)
        self._title = ElidedLabel(row)
        self._title.setObjectName("runTitle")
        self._title.installEventFilter(self)
        self._enabled = QCheckBox(row)
        self._enabled.setToolTip(self.tr("Take part in the race"))
        self._enabled.setAccessibleName(self.tr("Enabled"))
        self._enabled.toggled.connect(self._on_enabled_toggled)
        self._more = QToolButton(row)
        self._more.setIcon(icon("more", self._theme))
        self._more.setAutoRaise(True)
        self._more.setToolTip(self.tr("Rename, duplicate, remove"))
        self._more.setAccessibleName(self.tr("More"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        menu.addAction(self.tr("Rename…"), self._rename)
        menu.addAction(self.tr("Duplicate"), self._on_duplicate)
        menu.addAction(self.tr("Remove"), self._on_remove)
        self._more.setMenu(menu)
        layout.addWidget(self._mark)
        layout.addWidget(self._title, 1)
        layout.addWidget(self._enabled)
        layout.addWidget(self._more)
        return row

    def _make_forms(self) -> None:
        for form in (self._rate, self._first, self._rest):
            if form is not None:
                # A number half typed was meant for the method before.
                form.blockSignals(True)
                self._forms.removeWidget(form)
                form.hide()
                form.setParent(None)
                form.deleteLater()
        optimizer = self._entry.config.optimizer
        self._parameters = parameters = optimizer.declarations
        rate = next((item for item in parameters if item.alternative is Schedule), None)
        others = [item for item in parameters if item is not rate]
        shown = 1 if rate is None else 0
        self._rate = None if rate is None else RateEditor(rate, self._theme, self)
        self._first = ParameterForm(others[:shown], self) if shown else None
        self._rest = ParameterForm(others[shown:], self)
        for form in (self._rate, self._first, self._rest):
            if form is not None:
                form.edited.connect(self._on_edited)
                form.edit_finished.connect(self.edit_finished)
                self._forms.addWidget(form)
        self.set_expanded(self._expanded)

    def _edited_optimizer(self) -> Optimizer:
        config = self._entry.config
        return config.optimizer if self._edited_step is None else config.optimizer_at(self._edited_step)

    def _show_values(self, optimizer: Optimizer) -> None:
        self._shown_optimizer = optimizer
        options = optimizer.options()
        for form in (self._first, self._rest):
            if form is not None:
                form.set_values(options)
        if self._rate is not None:
            self._rate.set_value(options["learning_rate"], self._entry.config.steps)

    def _rename(self) -> None:
        text, accepted = QInputDialog.getText(
            self, self.tr("Rename run"), self.tr("Name"), text=self._entry.config.label or self._title.text()
        )
        if accepted:
            self.renamed.emit(self._entry.key, text.strip())

    def _on_method_activated(self, index: int) -> None:
        self.optimizer_chosen.emit(self._entry.key, self._method.itemData(index))

    def _on_enabled_toggled(self, enabled: bool) -> None:
        self.enabled_changed.emit(self._entry.key, enabled)

    def _on_edited(self, name: str, value: object) -> None:
        self.hyper_parameter_edited.emit(self._entry.key, name, value)

    def _on_duplicate(self) -> None:
        self.duplicate_requested.emit(self._entry.key)

    def _on_remove(self) -> None:
        self.remove_requested.emit(self._entry.key)


def _said(value: object) -> str:
    """The value of a hyper-parameter in the line about a change."""
    if isinstance(value, Schedule):
        return value.words()
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
