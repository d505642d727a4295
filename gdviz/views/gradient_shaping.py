"""What happens to gradients before an optimizer is told of them: clipping and noise, folded away until asked for."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gdviz.parameters import declared
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.noise import NOISES, GradientNoise
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.passing_wheel import pass_wheel

__all__ = ["GradientShaping"]


class GradientShaping(QWidget):
    """A fold with the clipping and the noise of all runs. Open where either is on, or once opened."""

    edited = Signal(str, object)
    """"clipping" and a `Clipping`, or "noise" and a `GradientNoise` or None."""
    edit_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clipping = Clipping()
        self._noise: GradientNoise | None = None
        self._shown: type[GradientNoise] | None = None
        self._fold = QToolButton(self)
        self._fold.setText(self.tr("Clipping and noise"))
        self._fold.setToolTip(self.tr("What happens to the gradients before the optimizers see them"))
        self._fold.setCheckable(True)
        self._fold.setAutoRaise(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._on_toggled)
        self._content = QWidget(self)
        self._inner = QVBoxLayout(self._content)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.setSpacing(4)
        self._clip_form = ParameterForm(
            [dataclasses.replace(item, label=self._clip_label(item.name, item.label)) for item in declared(Clipping)],
            self._content,
        )
        self._clip_form.edited.connect(self._on_clipping_edited)
        self._clip_form.edit_finished.connect(self.edit_finished)
        self._inner.addWidget(self._clip_form)
        self._inner.addWidget(self._make_noise_row())
        self._noise_form: ParameterForm | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._content)
        self._on_toggled(False)

    def set_config(self, config: RunConfig) -> None:
        """Show what this run says."""
        self._clipping, self._noise = config.clipping, config.noise
        self._clip_form.set_values(config.clipping.options())
        self._clip_form.set_row_visible("convention", config.clipping.norm is not None)
        self._kind.setCurrentIndex(self._kind.findData("" if config.noise is None else config.noise.name))
        if self._shown is not (None if config.noise is None else type(config.noise)):
            self._make_noise_form()
        if self._noise_form is not None and config.noise is not None:
            self._noise_form.set_values(config.noise.options())
        if config.noise is not None or not config.clipping.none:
            self._fold.setChecked(True)

    def _clip_label(self, name: str, label: str) -> str:
        return {"value": self.tr("Largest entry"), "norm": self.tr("Largest norm")}.get(name, label)

    def _make_noise_row(self) -> QWidget:
        row = QWidget(self._content)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        label = QLabel(self.tr("Noise"), row)
        self._kind = QComboBox(row)
        self._kind.setAccessibleName(self.tr("Noise on the gradients"))
        self._kind.addItem(self.tr("None"), "")
        for cls in NOISES:
            self._kind.addItem(cls.label, cls.name)
            self._kind.setItemData(self._kind.count() - 1, cls.summary, Qt.ItemDataRole.ToolTipRole)
        self._kind.activated.connect(self._on_kind_chosen)
        pass_wheel(self._kind)
        label.setBuddy(self._kind)
        layout.addWidget(label)
        layout.addWidget(self._kind, 1)
        return row

    def _make_noise_form(self) -> None:
        if self._noise_form is not None:
            # A number half typed was meant for the noise before.
            self._noise_form.blockSignals(True)
            self._inner.removeWidget(self._noise_form)
            self._noise_form.hide()
            self._noise_form.deleteLater()
        self._noise_form = None
        self._shown = None if self._noise is None else type(self._noise)
        if self._noise is not None:
            self._noise_form = ParameterForm(declared(type(self._noise)), self._content)
            self._noise_form.edited.connect(self._on_noise_edited)
            self._noise_form.edit_finished.connect(self.edit_finished)
            self._inner.addWidget(self._noise_form)

    def _on_toggled(self, opened: bool) -> None:
        self._fold.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self._content.setVisible(opened)

    def _on_clipping_edited(self, name: str, value: Any) -> None:
        # One excludes the other: the one that is set now is meant.
        changed: dict[str, Any] = {name: value}
        if value is not None and name in ("value", "norm"):
            changed = {"value": None, "norm": None, name: value}
        self.edited.emit("clipping", dataclasses.replace(self._clipping, **changed))

    def _on_kind_chosen(self, index: int) -> None:
        name = self._kind.itemData(index)
        if name == ("" if self._noise is None else self._noise.name):
            return
        self.edited.emit("noise", NOISES.get(name)() if name else None)
        self.edit_finished.emit()

    def _on_noise_edited(self, name: str, value: Any) -> None:
        if self._noise is not None:
            self.edited.emit("noise", dataclasses.replace(self._noise, **{name: value}))
