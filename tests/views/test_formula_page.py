"""The page of typed formulas: what is typed is followed, what is wrong is marked, names become sliders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QPushButton, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.formula_library import SavedFormula
from gdviz.views.formula_field import FormulaField
from gdviz.views.formula_page import FormulaPage
from gdviz.views.link_row import LinkRow
from gdviz.views.theme import DARK, LIGHT


def formula(expression: str, **options: Any) -> ProblemChoice:
    return ProblemChoice("formula", {"expression": expression, **options})


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[FormulaPage]:
    made = FormulaPage(LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 500)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def edited(page: FormulaPage) -> list[ProblemChoice]:
    """What the page said was typed; as in the program, it is shown at once."""
    said: list[ProblemChoice] = []

    def take(choice: ProblemChoice) -> None:
        said.append(choice)
        page.show_choice(choice, choice.build())

    page.formula_edited.connect(take)
    return said


def field_of(page: FormulaPage) -> FormulaField:
    field = page.findChild(FormulaField)
    assert field is not None
    return field


def typed(qtbot: QtBot, page: FormulaPage, text: str) -> FormulaField:
    field = field_of(page)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    for character in text:
        if character.isascii():
            qtbot.keyClicks(field, character)
        else:
            field.insertPlainText(character)  # as an input method does
    return field


def problem_of(page: FormulaPage) -> str:
    return "\n".join(
        label.text()
        for label in page.findChildren(QLabel)
        if label.objectName() == "fieldProblem" and label.isVisible()
    )


def chips(page: FormulaPage) -> dict[str, QToolButton]:
    return {
        button.text(): button
        for button in page.findChildren(QToolButton)
        if button.objectName() == "nameChip" and button.isVisible()
    }


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


# Typing


def test_that_a_formula_is_followed_while_it_is_typed(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    field = typed(qtbot, page, "x^2 + 3y^2")
    assert not edited, "nothing is followed before the keys have paused"
    qtbot.waitUntil(lambda: edited == [formula("x^2 + 3y^2")])
    qtbot.keyClicks(field, " + x")
    qtbot.waitUntil(lambda: edited[1:] == [formula("x^2 + 3y^2 + x")])
    assert field.text == "x^2 + 3y^2 + x"
    assert problem_of(page) == ""


def test_that_what_is_half_typed_is_not_called_wrong_at_once(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    field = typed(qtbot, page, "x^2 + sin(")
    qtbot.waitUntil(page._patience.isActive)
    assert problem_of(page) == ""
    assert not field.is_marked
    qtbot.waitUntil(lambda: "go on typing" in problem_of(page))
    assert field.is_marked
    assert not edited


def test_that_the_beginning_of_a_function_is_no_variable_on_the_way(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    field = typed(qtbot, page, "x + si")
    qtbot.waitUntil(page._patience.isActive)
    assert not edited
    qtbot.keyClicks(field, "n(y)")
    qtbot.waitUntil(lambda: edited == [formula("x + sin(y)")])


def test_that_such_a_name_is_a_variable_for_who_waits(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    typed(qtbot, page, "x + si")
    qtbot.waitUntil(lambda: edited == [formula("x + si")])


@pytest.mark.parametrize(
    ("text", "marked", "reason"),
    [
        ("x^2 + siin(y)", "siin", "there is no function 'siin'; did you mean sin(x)?"),
        ("x^2。5", "。", "this is a Chinese full stop; type . for decimals."),
        ("（x＋1）×的", "的", "can't be part of a formula"),
        ("𝑥² + 😀y", "😀", "can't be part of a formula"),
        ("x^2 + (y", "(", "this bracket is never closed"),
        ("x + ", "", "go on typing"),
        ("9**9**9*x", "9**9**9", "no finite number"),
        ("x**99999", "99999", "at most 1000"),
        ("__import__('os')", "_", "take the underscore away"),
        ("(" * 100, "(", "nested more than 60 deep"),
    ],
)
def test_that_the_character_that_is_wrong_is_marked_and_explained(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice], text: str, marked: str, reason: str
) -> None:
    field = typed(qtbot, page, text)
    before = field.grab().toImage()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.marked == marked
    assert reason in problem_of(page)
    assert not edited
    assert field.property("invalid")
    assert field.grab().toImage() != before, "the mark is to be seen"
    field.setPlainText("x")
    assert not field.is_marked


def test_that_the_mark_is_under_the_character(qtbot: QtBot, page: FormulaPage) -> None:
    field = typed(qtbot, page, "𝑥² + y² + wrong(y)")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.marked == "wrong"
    left, right, bottom = field._edges(field.text.index("w"))
    metrics = field.fontMetrics()
    assert left == pytest.approx(4 + metrics.horizontalAdvance("𝑥² + y² + "), abs=3)
    assert right - left == pytest.approx(metrics.horizontalAdvance("w"), abs=2)
    assert 0 < bottom < field.height()


def test_that_enter_takes_a_formula_at_once_and_breaks_no_line(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    field = typed(qtbot, page, "x*y")
    with qtbot.waitSignal(page.edit_finished):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited == [formula("x*y")]
    assert field.text == "x*y"


def test_that_leaving_the_field_takes_a_formula(qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]) -> None:
    field = typed(qtbot, page, "x*y")
    with qtbot.waitSignal(page.edit_finished):
        field.clearFocus()
    assert edited == [formula("x*y")]


def test_that_escape_brings_back_what_is_chosen(qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]) -> None:
    page.show_choice(formula("x*y"), formula("x*y").build())
    field = typed(qtbot, page, "x +* y")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.is_marked
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text == "x*y"
    assert not field.is_marked
    assert problem_of(page) == ""
    assert not edited


def test_that_pasted_lines_become_one(page: FormulaPage) -> None:
    pasted = QMimeData()
    pasted.setText("x^2\n  + 3*y^2\r\n")
    field = field_of(page)
    field.insertFromMimeData(pasted)
    assert field.text == "x^2 + 3*y^2"


def test_that_a_long_formula_makes_the_field_higher_up_to_a_limit(qtbot: QtBot, page: FormulaPage) -> None:
    field = field_of(page)
    field.setPlainText("x")
    one = field.height()
    field.setPlainText(" + ".join(["x^2*y"] * 8))
    qtbot.waitUntil(lambda: field.height() > one + 10)
    three = field.height()
    field.setPlainText("x")
    qtbot.waitUntil(lambda: field.height() == one)
    field.insertPlainText("exp(" * 30)
    qtbot.waitUntil(lambda: field.height() >= three)
    field.setPlainText(" + ".join(["x^2*y"] * 200))
    assert field.height() < 8 * one


def test_that_undo_is_the_fields_while_typing_and_the_windows_afterwards(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    page = FormulaPage(LIGHT, window)
    window.setCentralWidget(page)
    undone: list[str] = []
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
    action.triggered.connect(lambda: undone.append("window"))
    window.addAction(action)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.show_choice(formula("x"), formula("x").build())
    field = field_of(page)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["window"]
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, "+y")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text == "x"
    assert undone == ["window"]
    qtbot.keyClicks(field, "+z")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["window", "window"]


# What is shown


def test_that_another_formula_is_shown_unless_typing_goes_on(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    page.show_choice(formula("x*y"), formula("x*y").build())
    field = field_of(page)
    assert field.text == "x*y"
    typed(qtbot, page, "x*y + z")
    qtbot.waitUntil(lambda: len(edited) == 1)
    qtbot.keyClicks(field, "^")
    page.show_choice(edited[0], edited[0].build())
    assert field.text == "x*y + z^"
    page.show_choice(formula("a"), formula("a").build())
    assert field.text == "a"
    page.show_choice(None, None)
    assert field.text == "a"
    assert not edited[1:]


def test_that_examples_are_offered_while_there_is_no_formula(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    rows = [row for row in page.findChildren(LinkRow) if row.isVisible()]
    assert len(rows) >= 3
    for row in rows:
        page.show_choice(None, None)
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
        assert edited[-1].options["expression"] == row.text()
        assert field_of(page).text == row.text()
    assert not any(row.isVisible() for row in rows)


def test_that_names_are_made_constants_with_a_slider_and_variables_again(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    choice = formula("(a - x)^2 + y^2")
    page.show_choice(choice, choice.build())
    assert set(chips(page)) == {"a", "x", "y"}
    qtbot.mouseClick(chips(page)["a"], Qt.MouseButton.LeftButton)
    assert edited == [formula("(a - x)^2 + y^2", constants=(("a", 1.0),))]
    assert "Constants" in words(page)
    [slider] = [slider for slider in page.findChildren(QSlider) if slider.isVisible()]
    said: list[Any] = []
    page.constants_edited.connect(said.append)
    slider.setValue(slider.maximum())
    assert said == [(("a", 5.0),)]
    qtbot.mouseClick(chips(page)["a"], Qt.MouseButton.LeftButton)
    assert edited[-1] == choice
    assert "Constants" not in words(page)


def test_that_a_constant_that_makes_no_formula_is_refused_in_words(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    negative, power = formula("b x", constants=(("b", -2.0),)), formula("b^x + y")
    page.show_choice(negative, negative.build())
    page.show_choice(power, power.build())
    qtbot.mouseClick(chips(page)["b"], Qt.MouseButton.LeftButton)
    assert "needs a number above 0" in problem_of(page)
    assert field_of(page).is_marked
    assert not edited


def test_that_an_emptied_field_changes_nothing(qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]) -> None:
    page.show_choice(formula("x*y"), formula("x*y").build())
    field = typed(qtbot, page, "")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not edited
    assert problem_of(page) == ""
    qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_that_the_whole_formula_is_ready_to_be_replaced_when_the_page_opens(page: FormulaPage) -> None:
    page.show_choice(formula("x*y"), formula("x*y").build())
    page.begin()
    assert field_of(page).textCursor().selectedText() == "x*y"


def test_that_the_last_variable_stays_one(page: FormulaPage) -> None:
    choice = formula("a x^2", constants=(("a", 2.0),))
    page.show_choice(choice, choice.build())
    assert not chips(page)["x"].isEnabled()
    assert chips(page)["a"].isEnabled()


def test_that_a_constant_keeps_its_number_while_its_name_is_typed_anew(
    qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]
) -> None:
    choice = formula("a x^2", constants=(("a", 7.0),))
    page.show_choice(choice, choice.build())
    field = typed(qtbot, page, "x^2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited[-1] == formula("x^2")
    typed(qtbot, page, "x^2*a + y")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited[-1] == formula("x^2*a + y", constants=(("a", 7.0),))


@pytest.mark.parametrize("number", [0.0, 1.0, -2.5, 4.0, 100.0, -37.0, 1e6, 0.001, 1e-300, 1e300])
def test_that_a_slider_has_room_around_its_number(page: FormulaPage, number: float) -> None:
    choice = formula("a + x", constants=(("a", number),))
    page.show_choice(choice, choice.build())
    [slider] = [slider for slider in page.findChildren(QSlider) if slider.isVisible()]
    assert slider.minimum() < slider.value() < slider.maximum()


def test_that_many_names_leave_room(page: FormulaPage) -> None:
    choice = formula("+".join(f"x{place}" for place in range(60)))
    page.show_choice(choice, choice.build())
    assert len(chips(page)) < 30
    assert "and 36 more" in words(page)


# The shelf


def test_that_kept_formulas_are_chosen_by_a_click(qtbot: QtBot, page: FormulaPage, edited: list[ProblemChoice]) -> None:
    page.shelf.show_formulas([SavedFormula("<b>Bowl</b>", formula("x^2 + y^2"))], "")
    [row] = [row for row in page.shelf.findChildren(LinkRow) if row.isVisible()]
    assert row.text() == "<b>Bowl</b>"
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert edited == [formula("x^2 + y^2")]


def test_that_a_name_is_asked_for_in_place(qtbot: QtBot, page: FormulaPage) -> None:
    choice = formula("x*y")
    page.show_choice(choice, choice.build())
    [save] = [button for button in page.shelf.findChildren(QPushButton) if button.isVisible()]
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    [name] = [found for found in page.shelf.findChildren(QLineEdit) if found.isVisible()]
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert name.isVisible(), "no name is none"
    qtbot.keyClicks(name, "My saddle")
    with qtbot.waitSignal(page.shelf.save_requested) as asked:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert asked.args == ["My saddle"]
    assert not name.isVisible()
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert not name.isVisible()


def test_that_kept_formulas_are_renamed_and_deleted_from_their_menu(qtbot: QtBot, page: FormulaPage) -> None:
    page.shelf.show_formulas([SavedFormula("Bowl", formula("x^2 + y^2"))], "")
    [more] = [button for button in page.shelf.findChildren(QToolButton) if button.isVisible()]
    rename, delete = more.menu().actions()
    rename.trigger()
    [name] = [found for found in page.shelf.findChildren(QLineEdit) if found.isVisible()]
    assert name.text() == "Bowl"
    qtbot.keyClicks(name, "Dish")
    with qtbot.waitSignal(page.shelf.rename_requested) as asked:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert asked.args == ["Bowl", "Dish"]
    with qtbot.waitSignal(page.shelf.delete_requested) as asked:
        delete.trigger()
    assert asked.args == ["Bowl"]


def test_that_what_is_wrong_with_the_library_is_said(page: FormulaPage) -> None:
    page.shelf.show_formulas([], "formulas.toml: this is no library.")
    assert "this is no library" in problem_of(page)


def test_that_a_theme_changes_every_part(page: FormulaPage) -> None:
    choice = formula("x*y")
    page.show_choice(choice, choice.build())
    page.shelf.show_formulas([SavedFormula("Bowl", formula("x^2 + y^2"))], "")
    before = page.grab().toImage()
    page.set_theme(DARK)
    assert page.grab().toImage() != before
