"""The learning rate of a run: one number, or a schedule with its curve and its options."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdviz.errors import InputError
from gdviz.parameters import Parameter, declared
from gdviz.schedules import SCHEDULES, Curve, Schedule, StepSchedule, curve_of
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.passing_wheel import pass_wheel
from gdviz.views.rate_curve import RateCurve
from gdviz.views.theme import Theme

__all__ = ["RateEditor"]

_DRAWN_POINTS = 9
"""A schedule that becomes a drawn curve gets so many points to move."""


class RateEditor(QWidget):
    """Collapsed it shows the number, or the curve of the schedule; expanded also which schedule, and its options."""

    edited = Signal(str, object)
    """The name of the parameter, and a number or a `Schedule`."""
    edit_finished = Signal()

    def __init__(self, parameter: Parameter, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._value: Any = parameter.default
        self._steps = 1
        self._expanded = False
        self._problem = QLabel(self)
        self._problem.setObjectName("fieldProblem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._number = ParameterForm([parameter], self)
        self._number.edited.connect(self.edited)
        self._number.edit_finished.connect(self.edit_finished)
        self._curve = RateCurve(theme, self)
        self._curve.edited.connect(self._emit)
        self._curve.edit_finished.connect(self.edit_finished)
        self._options: ParameterForm | None = None
        self._shown: type[Schedule] | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._number)
        self._layout.addWidget(self._make_choice())
        self._layout.addWidget(self._curve)
        self._layout.addWidget(self._problem)
        self._show()

    def set_value(self, value: Any, steps: int) -> None:
        """Show this number or schedule of a run of so many steps."""
        self._value, self._steps = value, steps
        self._show()

    def set_expanded(self, expanded: bool) -> None:
        self._expanded = expanded
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self._curve.set_theme(theme)

    def _make_choice(self) -> QWidget:
        self._choice_row = QWidget(self)
        row = QHBoxLayout(self._choice_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = QLabel(self.tr("Schedule"), self._choice_row)
        self._choice = QComboBox(self._choice_row)
        self._choice.setAccessibleName(self.tr("Schedule of the learning rate"))
        self._choice.addItem(self.tr("None: one rate"), "")
        for cls in SCHEDULES:
            self._choice.addItem(cls.label, cls.name)
            self._choice.setItemData(self._choice.count() - 1, cls.summary, Qt.ItemDataRole.ToolTipRole)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._choice.setMinimumContentsLength(12)
        self._choice.activated.connect(self._on_chosen)
        pass_wheel(self._choice)
        label.setBuddy(self._choice)
        row.addWidget(label)
        row.addWidget(self._choice, 1)
        return self._choice_row

    def _show(self) -> None:
        schedule = self._value if isinstance(self._value, Schedule) else None
        self._problem.hide()
        self._number.setVisible(schedule is None)
        if schedule is None:
            self._number.set_values({self._parameter.name: self._value})
        self._choice_row.setVisible(self._expanded or schedule is not None)
        self._choice.setCurrentIndex(self._choice.findData("" if schedule is None else schedule.name))
        self._curve.setVisible(schedule is not None)
        self._curve.set_schedule(schedule, self._steps)
        if self._shown is not (None if schedule is None else type(schedule)):
            self._make_options(schedule)
        if self._options is not None and schedule is not None:
            self._options.set_values(schedule.options())
            self._options.setVisible(self._expanded)

    def _make_options(self, schedule: Schedule | None) -> None:
        if self._options is not None:
            # A number half typed was meant for the schedule before.
            self._options.blockSignals(True)
            self._layout.removeWidget(self._options)
            self._options.hide()
            self._options.deleteLater()
        self._options = None
        self._shown = None if schedule is None else type(schedule)
        if schedule is not None:
            self._options = ParameterForm(declared(type(schedule)), self)
            self._options.edited.connect(self._on_option_edited)
            self._options.edit_finished.connect(self.edit_finished)
            self._layout.addWidget(self._options)

    def _on_chosen(self, index: int) -> None:
        name = self._choice.itemData(index)
        present = self._value
        if name == (present.name if isinstance(present, Schedule) else ""):
            return
        rate = _rate_of(present) or self._parameter.default
        if not name:
            self._emit(rate)
        elif name == Curve.name and isinstance(present, StepSchedule):
            self._try(lambda: curve_of(present, self._steps, _DRAWN_POINTS))
        elif name == Curve.name:
            at = tuple(float(round(self._steps * place / 4)) for place in range(5))
            self._try(lambda: Curve(steps=tuple(sorted(set(at))), rates=(rate,) * len(set(at))))
        else:
            self._emit(SCHEDULES.get(name).from_rate(rate))
        self.edit_finished.emit()

    def _on_option_edited(self, name: str, value: object) -> None:
        schedule = self._value
        if isinstance(schedule, Schedule):
            self._try(lambda: dataclasses.replace(schedule, **{name: value}))

    def _try(self, make: Any) -> None:
        """Take what this makes, or say why there is none."""
        try:
            made = make()
        except InputError as error:
            self._show()
            self._problem.setText(str(error))
            self._problem.show()
            return
        self._emit(made)

    def _emit(self, value: object) -> None:
        self.edited.emit(self._parameter.name, value)


def _rate_of(value: Any) -> float | None:
    """The one number in a rate that is a number or a schedule; None where there is none."""
    if isinstance(value, Schedule):
        return getattr(value, value.base) if value.base else max(getattr(value, "rates", (0.0,)))
    return float(value)
