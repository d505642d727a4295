"""The problem panel's page of typed formulas: the field, what is wrong in it, its constants, those that are kept."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.formula_typing import DEFAULT_CONSTANT, constants_of, moved_name, retyped
from gdviz.formulas.errors import FormulaError
from gdviz.formulas.functions import FUNCTIONS
from gdviz.parameters import Parameter, declared
from gdviz.problems import PROBLEMS, Problem
from gdviz.views.formula_field import FormulaField
from gdviz.views.formula_names import FormulaNames
from gdviz.views.formula_shelf import FormulaShelf
from gdviz.views.link_row import LinkRow
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.theme import Theme

__all__ = ["FormulaPage"]

_FOLLOW_MS = 150
"""After the last key, before the landscape follows."""
_PATIENCE_MS = 500
"""After the last key, before somebody is told that what is half typed is no formula yet."""
_MOST_SLIDERS = 12
_EXAMPLES = ("x² + 3y²", "(a − x)² + b(y − x²)²", "sin(x)·cos(y) + (x² + y²)/10", "abs(x) + 2max(y, 0)")
_EXAMPLE_CONSTANTS = {"a": 1.0, "b": 20.0}


class FormulaPage(QWidget):
    """Shows a formula and says what is typed instead, as soon as that is one."""

    formula_edited = Signal(object)
    """A `ProblemChoice`: what was typed, while it is being typed."""
    constants_edited = Signal(object)
    """The constants as pairs of name and number, while a slider is dragged."""
    edit_finished = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice: ProblemChoice | None = None
        self._sent: ProblemChoice | None = None
        """What was said to be typed last."""
        self._values: dict[str, float] = {}
        """The constants that there are and were: typed again, a name has the number that it had."""
        self._setting = False
        self._form: ParameterForm | None = None
        self._sliders: dict[str, tuple[float, float]] = {}
        self._field = FormulaField(theme, self)
        self._field.setToolTip(_help())
        self._problem = QLabel(self)
        self._problem.setObjectName("fieldProblem")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._names = FormulaNames(self)
        self.shelf = FormulaShelf(theme, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._field)
        layout.addWidget(self._problem)
        layout.addWidget(self._names)
        self._forms = QVBoxLayout()
        layout.addLayout(self._forms)
        layout.addWidget(self._make_examples(theme))
        layout.addSpacing(4)
        layout.addWidget(self.shelf)
        self._follow = self._make_timer(_FOLLOW_MS, self._on_followed)
        self._patience = self._make_timer(_PATIENCE_MS, self._on_waited)
        self._connect()
        self._show_details(None)

    def show_choice(self, choice: ProblemChoice | None, problem: Problem | None) -> None:
        """Show this formula; None where the problem is none. What is being typed stays as it is."""
        if choice is not None and choice != self._choice:
            self._values |= constants_of(choice)
            if str(choice.options["expression"]) != self._field.text and not self._is_typing(choice):
                self._set_text(str(choice.options["expression"]))
        self._choice = choice
        self._show_details(problem if choice is not None else None)

    def set_theme(self, theme: Theme) -> None:
        self._field.set_theme(theme)
        self.shelf.set_theme(theme)
        for row in self._example_rows:
            row.set_theme(theme)

    def begin(self) -> None:
        """Wait for typing."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.selectAll()

    def _connect(self) -> None:
        self._field.textChanged.connect(self._on_text_changed)
        self._field.entered.connect(self._on_entered)
        self._field.left.connect(self._on_left)
        self._field.given_up.connect(self._on_given_up)
        self._names.moved.connect(self._on_name_moved)
        self.shelf.chosen.connect(self._on_chosen)

    def _make_timer(self, interval: int, receiver: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(receiver)
        return timer

    def _make_examples(self, theme: Theme) -> QWidget:
        self._examples = QWidget(self)
        layout = QVBoxLayout(self._examples)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        words = QLabel(
            self.tr("A function of any number of variables. The landscape follows while you type."), self._examples
        )
        words.setObjectName("muted")
        words.setWordWrap(True)
        heading = QLabel(self.tr("For example"), self._examples)
        heading.setObjectName("heading")
        layout.addWidget(words)
        layout.addSpacing(8)
        layout.addWidget(heading)
        layout.addSpacing(2)
        self._example_rows = []
        for text in _EXAMPLES:
            row = LinkRow("function", text, self.tr("Minimize this function"), theme, self._examples)
            row.clicked.connect(self._on_example_clicked)
            layout.addWidget(row)
            self._example_rows.append(row)
        return self._examples

    # What is shown

    def _set_text(self, text: str) -> None:
        self._setting = True
        self._field.set_text(text)
        self._setting = False
        self._stop_waiting()
        self._say_wrong(None)

    def _show_details(self, problem: Problem | None) -> None:
        choice = self._choice
        constants = constants_of(choice) if choice is not None else {}
        self._names.show_names(problem.names if problem is not None else (), tuple(constants))
        self._names.setVisible(problem is not None)
        self._show_sliders(constants)
        self._examples.setVisible(choice is None)
        self.shelf.set_can_save(choice is not None)

    def _show_sliders(self, constants: dict[str, float]) -> None:
        shown = dict(list(constants.items())[:_MOST_SLIDERS])
        fitting = self._sliders.keys() == shown.keys() and all(
            low <= shown[name] <= high for name, (low, high) in self._sliders.items()
        )
        if not fitting:
            self._sliders = {name: _slider_range(number) for name, number in shown.items()}
            self._make_form(shown)
        if self._form is not None:
            self._form.set_values(shown)

    def _make_form(self, constants: dict[str, float]) -> None:
        if self._form is not None:
            self._form.blockSignals(True)
            self._forms.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
            self._form = None
        if not constants:
            return
        parameters = [
            Parameter(
                name=name,
                kind="float",
                default=number,
                slider=self._sliders[name],
                label=name,
                help=self.tr("A constant of the formula."),
            )
            for name, number in constants.items()
        ]
        self._form = ParameterForm(parameters, self)
        self._form.edited.connect(self._on_constant_edited)
        self._form.edit_finished.connect(self.edit_finished)
        self._forms.addWidget(self._form)
        self._form.show()

    def _say_wrong(self, error: InputError | None) -> None:
        """Mark what is wrong and say it; None: nothing is."""
        if error is None:
            self._field.clear_mark()
        elif isinstance(error, FormulaError):
            self._field.mark(error.position, error.length)
        reason = error.reason if isinstance(error, FormulaError) else str(error or "")
        self._problem.setText(reason)
        self._problem.setVisible(bool(reason))

    # What is typed

    def _is_typing(self, choice: ProblemChoice) -> bool:
        """Whether this is what was typed a moment ago, and typing goes on."""
        waiting = self._follow.isActive() or self._patience.isActive()
        return waiting and choice == self._sent

    def _look(self, is_final: bool) -> bool:
        """Take what is typed if it is a formula; whether there is nothing to wait for."""
        text = self._field.text
        if not text.strip():
            self._say_wrong(None)
            return True
        try:
            choice = retyped(text, self._choice, self._values)
        except FormulaError as error:
            if is_final:
                self._say_wrong(error)
            return is_final
        if not is_final and self._may_become_a_function():
            return False
        self._say_wrong(None)
        if choice != self._choice:
            self._sent = choice
            self.formula_edited.emit(choice)
        return True

    def _may_become_a_function(self) -> bool:
        """Whether the name being typed is the beginning of a function's: `si` shall not be a variable on the way to
        `sin`."""
        letters = ""
        for character in reversed(self._field.typed_before):
            if not character.isalpha():
                break
            letters = character + letters
        return len(letters) > 1 and any(name.startswith(letters) and name != letters for name in FUNCTIONS)

    def _finish(self) -> None:
        if not (self._field.document().isModified() or self._follow.isActive() or self._patience.isActive()):
            return
        self._stop_waiting()
        self._look(is_final=True)
        self._field.end_session()
        self.edit_finished.emit()

    def _stop_waiting(self) -> None:
        self._follow.stop()
        self._patience.stop()

    @Slot()
    def _on_text_changed(self) -> None:
        if not self._setting:
            self._field.clear_mark()
            self._patience.stop()
            self._follow.start()

    @Slot()
    def _on_followed(self) -> None:
        if not self._look(is_final=False):
            self._patience.start()

    @Slot()
    def _on_waited(self) -> None:
        self._look(is_final=True)

    @Slot()
    def _on_entered(self) -> None:
        self._stop_waiting()
        self._look(is_final=True)
        self._field.end_session()
        self.edit_finished.emit()

    @Slot()
    def _on_left(self) -> None:
        self._finish()

    @Slot()
    def _on_given_up(self) -> None:
        self._set_text(str(self._choice.options["expression"]) if self._choice is not None else "")
        self.edit_finished.emit()

    # What is clicked and dragged

    @Slot(str, object)
    def _on_constant_edited(self, name: str, number: float) -> None:
        if self._choice is not None:
            self._values[name] = number
            constants = {**constants_of(self._choice), name: number}
            self.constants_edited.emit(tuple(constants.items()))

    @Slot(str, bool)
    def _on_name_moved(self, name: str, becomes_constant: bool) -> None:
        if self._choice is None:
            return
        self._finish()
        number = self._values.get(name, DEFAULT_CONSTANT) if becomes_constant else None
        try:
            choice = moved_name(self._choice, name, number)
        except InputError as error:
            self._say_wrong(error)
            return
        if number is None:
            self._values.pop(name, None)
        self._choose(choice)

    @Slot()
    def _on_example_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LinkRow):
            self._choose(retyped(row.text(), None, _EXAMPLE_CONSTANTS))

    @Slot(object)
    def _on_chosen(self, choice: ProblemChoice) -> None:
        self._choose(choice)

    def _choose(self, choice: ProblemChoice) -> None:
        """A whole formula at once: a step of its own for undo."""
        self._stop_waiting()
        self.edit_finished.emit()
        self.formula_edited.emit(choice)
        self.edit_finished.emit()


def _slider_range(number: float) -> tuple[float, float]:
    """Round limits with room on both sides, or from 0 on for a number that is large for a coordinate."""
    size = abs(number)
    if size <= 3.0:
        return -5.0, 5.0
    power = 10.0 ** math.floor(math.log10(size))
    reach = next(factor * power for factor in (2.0, 5.0, 10.0, 20.0) if factor * power >= 1.5 * size)
    return (0.0, reach) if number > 0 else (-reach, 0.0)


def _help() -> str:
    return next(item.help for item in declared(PROBLEMS.get("formula")) if item.name == "expression")
