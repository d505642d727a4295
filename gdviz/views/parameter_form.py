"""A form made from declared parameters: label, control and number in aligned rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSlider, QWidget

from gdviz.errors import ParameterError
from gdviz.parameters import Parameter
from gdviz.views.number_field import NumberField, number_text
from gdviz.views.passing_wheel import pass_wheel

__all__ = ["ParameterForm"]

_SLIDER_STEPS = 1000
_NUMBER_WIDTH = 76


class ParameterForm(QWidget):
    """Edits the values of some `Parameter`s. Emits `edited` for every value taken, also while a slider moves."""

    edited = Signal(str, object)
    edit_finished = Signal()
    """A slider was let go: the edits since it was grabbed belong together."""

    def __init__(self, parameters: Iterable[Parameter], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for place, parameter in enumerate(parameters):
            row = _Row(parameter, grid, 2 * place, self)
            row.edited.connect(self.edited)
            row.edit_finished.connect(self.edit_finished)
            self._rows[parameter.name] = row

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values; names without a row are passed over."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].set_value(value)

    def set_row_visible(self, name: str, visible: bool) -> None:
        """Show or hide the row of this name."""
        self._rows[name].set_visible(visible)

    def focus_on(self, name: str) -> None:
        """Put the keyboard into the row of this name."""
        self._rows[name].focus()


class _Row(QObject):
    """The widgets of one parameter in the form's grid, and the line below that says what is wrong."""

    edited = Signal(str, object)
    edit_finished = Signal()

    def __init__(self, parameter: Parameter, grid: QGridLayout, line: int, form: QWidget) -> None:
        super().__init__(form)
        self._parameter = parameter
        self._setting = False
        self._slider: QSlider | None = None
        self._number: NumberField | None = None
        self._label = QLabel(parameter.label, form)
        self._label.setToolTip(_tooltip(self, parameter))
        self._label.installEventFilter(self)
        self._problem = QLabel(form)
        self._problem.setObjectName("fieldProblem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        grid.addWidget(self._label, line, 0)
        grid.addWidget(self._problem, line + 1, 0, 1, 3)
        control = self._make_control(form)
        control.setToolTip(self._label.toolTip())
        control.setAccessibleName(parameter.label)
        self._label.setBuddy(control)
        if self._slider is not None:
            assert self._number is not None
            grid.addWidget(self._slider, line, 1)
            grid.addWidget(self._number, line, 2)
        elif self._number is not None:
            grid.addWidget(self._number, line, 2)
        else:
            grid.addWidget(control, line, 1, 1, 2)
        self._control = control
        self.set_value(parameter.default)

    def set_visible(self, visible: bool) -> None:
        for widget in (self._label, self._control, self._slider):
            if widget is not None:
                widget.setVisible(visible)
        self._problem.setVisible(visible and bool(self._problem.text()))

    def focus(self) -> None:
        self._control.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_value(self, value: Any) -> None:
        self._setting = True
        control = self._control
        if isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QComboBox):
            control.setCurrentText(str(value))
        elif isinstance(control, NumberField):
            control.set_value(value)
        elif isinstance(control, QLineEdit) and not control.isModified():
            control.setText(_text_of(value))
        if self._slider is not None and value is not None and not self._slider.isSliderDown():
            self._slider.setValue(self._place(value))
        self._setting = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._label and event.type() == QEvent.Type.MouseButtonDblClick:
            self._emit(self._parameter.default)
            self.set_value(self._parameter.default)
            return True
        if watched is self._slider and event.type() == QEvent.Type.ShortcutOverride:
            # Reached with the Tab key, a slider keeps the arrow keys that otherwise step the timeline.
            event.accept()
            return True
        return bool(super().eventFilter(watched, event))

    def _make_control(self, form: QWidget) -> QWidget:
        parameter = self._parameter
        match parameter.kind:
            case "boolean":
                box = QCheckBox(form)
                box.toggled.connect(self._on_toggled)
                return box
            case "choice":
                combo = QComboBox(form)
                combo.addItems(list(parameter.choices))
                combo.textActivated.connect(self._emit)
                pass_wheel(combo)
                return combo
            case "float" | "integer":
                number = NumberField(parameter, form)
                number.setFixedWidth(_NUMBER_WIDTH)
                number.accepted.connect(self._on_number_accepted)
                number.rejected.connect(self._show_problem)
                self._number = number
                if parameter.slider is not None:
                    self._slider = self._make_slider(form)
                return number
        edit = QLineEdit(form)
        edit.setAcceptDrops(False)
        edit.editingFinished.connect(self._on_text_finished)
        return edit

    def _make_slider(self, form: QWidget) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, form)
        slider.setRange(0, _SLIDER_STEPS)
        slider.setPageStep(_SLIDER_STEPS // 20)
        slider.setAccessibleName(self._parameter.label)
        slider.setToolTip(self._label.toolTip())
        slider.setMinimumWidth(56)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.installEventFilter(self)
        pass_wheel(slider)
        slider.valueChanged.connect(self._on_slid)
        slider.sliderReleased.connect(self.edit_finished)
        return slider

    def _place(self, value: float) -> int:
        """Where the slider stands for a value; outside its range it stands at the end."""
        assert self._parameter.slider is not None
        low, high = self._parameter.slider
        clipped = min(max(float(value), low), high)
        if self._parameter.log:
            share = math.log(clipped / low) / math.log(high / low)
        else:
            share = (clipped - low) / (high - low)
        return round(_SLIDER_STEPS * share)

    def _value_at(self, place: int) -> float | int:
        """The value for a place of the slider, rounded to three digits so that what is shown is what is used."""
        assert self._parameter.slider is not None
        low, high = self._parameter.slider
        share = place / _SLIDER_STEPS
        if place in (0, _SLIDER_STEPS):
            exact = high if place else low
        elif self._parameter.log:
            exact = low * (high / low) ** share
        else:
            exact = low + share * (high - low)
        digits = 3 if self._parameter.log else max(0, 3 - math.floor(math.log10(high - low)))
        rounded = float(f"{exact:.{digits}g}") if self._parameter.log else round(exact, digits)
        return round(rounded) if self._parameter.kind == "integer" else rounded

    def _on_slid(self, place: int) -> None:
        if self._setting:
            return
        try:
            value = self._parameter.check(self._value_at(place))
        except ParameterError as error:
            self._show_problem(str(error))
            return
        if self._number is not None:
            self._number.setModified(False)
            self._number.set_value(value)
        self._show_problem("")
        self._emit(value)

    def _on_number_accepted(self, value: Any) -> None:
        self.set_value(value)
        self._emit(value)
        self.edit_finished.emit()

    def _on_toggled(self, checked: bool) -> None:
        self._emit(checked)

    def _on_text_finished(self) -> None:
        edit = self._control
        assert isinstance(edit, QLineEdit)
        if edit.isModified():
            edit.setModified(False)
            try:
                self._emit(self._parameter.parse(edit.text()))
            except ParameterError as error:
                self._show_problem(str(error))

    def _emit(self, value: Any) -> None:
        if not self._setting:
            self.edited.emit(self._parameter.name, value)

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))


def _text_of(value: Any) -> str:
    """What stands in the field of a text, of names, or of numbers."""
    if isinstance(value, tuple):
        return ", ".join(number_text(item) if isinstance(item, int | float) else str(item) for item in value)
    return "" if value is None else str(value)


def _tooltip(context: QObject, parameter: Parameter) -> str:
    symbol = f" ({parameter.symbol})" if parameter.symbol else ""
    default = number_text(parameter.default) if isinstance(parameter.default, float | int) else str(parameter.default)
    lines = [f"<b>{parameter.label}</b>{symbol}", parameter.help, parameter.limits()]
    lines.append(context.tr("default {value}; double-click the label to restore it").format(value=default or "off"))
    return "<br>".join(line for line in lines if line)
