"""Typed formulas in the whole program: the picture follows, mistakes leave it alone, undo takes back what was typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.experiment.experiment import ProblemChoice

FORMULA = "(1 - x)^2 + 20(y - x^2)^2"


@pytest.fixture
def page(person: Any) -> Any:
    """The page of formulas, opened by its button."""
    from PySide6.QtWidgets import QToolButton

    from gdviz.views.formula_page import FormulaPage

    [segment] = [button for button in person.all(QToolButton) if button.text() == "Formula" and button.isVisible()]
    segment.click()
    [found] = [found for found in person.all(FormulaPage) if found.isVisible()]
    return found


def field_of(page: Any) -> Any:
    from gdviz.views.formula_field import FormulaField

    return page.findChild(FormulaField)


def type_text(qtbot: Any, page: Any, text: str) -> None:
    from PySide6.QtCore import Qt

    field = field_of(page)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def wait_for_formula(person: Any, text: str) -> None:
    source = person.application.services.source
    person.wait(lambda: source.problem is not None and source.problem.formula == text)
    person.wait_for_runs()


def shown_words(person: Any) -> str:
    return "\n".join(label.text() for label in person.labels("fieldProblem"))


def test_that_a_formula_typed_at_the_start_is_minimized(qtbot: Any, person: Any, page: Any) -> None:
    assert field_of(page).hasFocus()
    type_text(qtbot, page, FORMULA)
    wait_for_formula(person, FORMULA)
    services = person.application.services
    runs = person.application.showing.runs
    assert len(runs) == 3
    assert all(np.isfinite(run.trajectory.points).all() for run in runs)
    assert min(run.trajectory.values[-1] for run in runs) < 0.05
    person.wait(lambda: services.landscape.surface is not None)
    assert person.application.layout.workspace.landscape.isVisible()


def test_that_what_was_typed_is_one_step_of_undo(qtbot: Any, person: Any, page: Any) -> None:
    person.choose("himmelblau")
    before = person.application.services.model.experiment
    type_text(qtbot, page, "x^2")
    wait_for_formula(person, "x^2")
    qtbot.keyClicks(field_of(page), " + 3y^2")
    wait_for_formula(person, "x^2 + 3y^2")
    person.press("Return")
    person.press("Ctrl+Z")
    person.wait_for_runs()
    assert person.application.services.model.experiment == before
    person.press("Ctrl+Shift+Z")
    wait_for_formula(person, "x^2 + 3y^2")
    assert field_of(page).text == "x^2 + 3y^2"
    type_text(qtbot, page, "x^4")
    wait_for_formula(person, "x^4")
    person.press("Return")
    person.press("Ctrl+Z")
    wait_for_formula(person, "x^2 + 3y^2")
    assert field_of(page).text == "x^2 + 3y^2"


@pytest.mark.parametrize("text", ["x^2 + siin(y)", "9**9**9", "x^9999", "((((", "import os", "x + \u7684", "[" * 3000])
def test_that_a_mistake_leaves_picture_and_history_alone(qtbot: Any, person: Any, page: Any, text: str) -> None:
    type_text(qtbot, page, "x^2 + y^2")
    wait_for_formula(person, "x^2 + y^2")
    services = person.application.services
    person.wait(lambda: services.landscape.surface is not None and services.landscape.progress is None)
    experiment, problem, surface = services.model.experiment, services.source.problem, services.landscape.surface
    field = field_of(page)
    field.selectAll()
    field.insertPlainText(text)
    person.wait(lambda: field.is_marked)
    assert shown_words(person)
    assert services.model.experiment is experiment
    assert services.source.problem is problem
    assert services.landscape.surface is surface
    assert not person.application.layout.notice.text
    field.selectAll()
    field.insertPlainText("x^2 + 2y^2")
    wait_for_formula(person, "x^2 + 2y^2")
    assert not shown_words(person)


def test_that_rates_follow_a_formula_that_nobody_has_set_them_for(qtbot: Any, person: Any, page: Any) -> None:
    type_text(qtbot, page, "x^2")
    wait_for_formula(person, "x^2")
    model = person.application.services.model
    gentle = model.experiment.runs[0].config.optimizer.learning_rate
    type_text(qtbot, page, "1000x^2")
    wait_for_formula(person, "1000x^2")
    steep = model.experiment.runs[0].config.optimizer.learning_rate
    assert steep == pytest.approx(gentle / 1000, rel=0.6)
    person.type_number(person.field("Learning rate"), "0.0001")
    person.wait_for_runs()
    type_text(qtbot, page, "x^2")
    wait_for_formula(person, "x^2")
    assert model.experiment.runs[0].config.optimizer.learning_rate == 0.0001


def test_that_another_number_of_variables_starts_anew(qtbot: Any, person: Any, page: Any) -> None:
    type_text(qtbot, page, "x^2 + y^2")
    wait_for_formula(person, "x^2 + y^2")
    person.application.editing._move_start(1.0, 1.5)
    person.wait_for_runs()
    for text, size in (("x^2 + y^2 + z^2", 3), ("x^2", 1), ("a + b + c + d", 4)):
        type_text(qtbot, page, text)
        wait_for_formula(person, text)
        assert all(run.trajectory.points.shape[1] == size for run in person.application.showing.runs)


def test_that_a_constant_is_a_slider_that_runs_the_descent_again(qtbot: Any, person: Any, page: Any) -> None:
    from PySide6.QtWidgets import QSlider, QToolButton

    type_text(qtbot, page, "a x^2 + y^2")
    wait_for_formula(person, "a x^2 + y^2")
    [chip] = [
        found for found in page.findChildren(QToolButton) if found.objectName() == "nameChip" and found.text() == "a"
    ]
    person.click(chip)
    person.wait_for_runs()
    services = person.application.services
    assert services.source.problem.names == ("x", "y")
    before = services.model.experiment
    [slider] = [found for found in page.findChildren(QSlider) if found.isVisible()]
    slider.setSliderDown(True)
    for place in (700, 800, 900):
        slider.setValue(place)
    slider.setSliderDown(False)
    person.wait_for_runs()
    assert services.source.problem.constants == (("a", 4.0),)
    values = person.application.showing.runs[0].trajectory.values
    assert values[0] == services.source.problem.value(services.source.problem.start)
    person.press("Ctrl+Z")
    person.wait_for_runs()
    assert services.model.experiment == before


def test_that_formulas_are_kept_for_the_next_time(
    qtbot: Any, person: Any, page: Any, start: Callable[..., Any], as_person: Callable[[Any], Any]
) -> None:
    from PySide6.QtWidgets import QToolButton

    from gdviz.views.formula_page import FormulaPage
    from gdviz.views.link_row import LinkRow

    type_text(qtbot, page, "x^2 - y^2")
    wait_for_formula(person, "x^2 - y^2")
    page.shelf.save_requested.emit("My saddle")
    assert "My saddle" in [row.text() for row in page.shelf.findChildren(LinkRow)]
    other = as_person(start(settings="other"))
    [segment] = [button for button in other.application.window.findChildren(QToolButton) if button.text() == "Formula"]
    segment.click()
    found = other.application.window.findChild(FormulaPage)
    [row] = [row for row in found.shelf.findChildren(LinkRow) if row.text() == "My saddle"]
    other.click(row)
    wait_for_formula(other, "x^2 - y^2")
    assert field_of(found).text == "x^2 - y^2"
    found.shelf.rename_requested.emit("My saddle", "Saddle")
    found.shelf.rename_requested.emit("My saddle", "Saddle")
    assert "no formula 'My saddle' any more" in shown_words(other)
    found.shelf.delete_requested.emit("Saddle")
    assert other.application.formulas.library.read().formulas == ()


def test_that_a_broken_library_is_said_and_left_as_it_is(qtbot: Any, person: Any, page: Any) -> None:
    path = person.application.formulas.library.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not a library [")
    page.hide()
    page.show()
    assert "formulas.toml" in shown_words(person)
    type_text(qtbot, page, "x^2")
    wait_for_formula(person, "x^2")
    page.shelf.save_requested.emit("Parabola")
    assert "formulas.toml" in shown_words(person)
    assert path.read_text() == "not a library ["


def test_that_a_formula_in_a_file_is_opened_with_everything(
    start: Callable[..., Any], as_person: Callable[[Any], Any], tmp_path: Path
) -> None:
    path = tmp_path / "typed.toml"
    path.write_text(
        'gdviz = 1\n\n[problem]\nname = "formula"\nexpression = "a x² + y²"\nvariables = ["y", "x"]\n'
        'constants = { a = 2.0 }\n\n[[run]]\noptimizer = "adam"\n',
        encoding="utf-8",
    )
    person = as_person(start(path))
    person.wait_for_runs()
    assert person.application.services.source.problem.names == ("y", "x")
    again = tmp_path / "again.toml"
    person.application.documents.save_to(again)
    assert again.read_text(encoding="utf-8").split() == path.read_text(encoding="utf-8").split()


def test_that_a_file_with_a_wrong_formula_changes_nothing(person: Any, tmp_path: Path) -> None:
    person.choose("booth")
    path = tmp_path / "typed.toml"
    path.write_text('gdviz = 1\n\n[problem]\nname = "formula"\nexpression = "x +"\n', encoding="utf-8")
    before = person.application.services.model.experiment
    person.application.documents.open(str(path))
    assert "line 5: formula, character 4" in person.application.layout.notice.text
    assert person.application.services.model.experiment is before


def test_that_closing_in_the_middle_of_typing_is_no_trouble(qtbot: Any, person: Any, page: Any) -> None:
    type_text(qtbot, page, "x^2 + sin(")
    person.application.window.close()


def test_that_choosing_a_function_and_coming_back_shows_the_formula(qtbot: Any, person: Any, page: Any) -> None:
    type_text(qtbot, page, "x^2*y^2")
    wait_for_formula(person, "x^2*y^2")
    person.press("Return")
    person.choose("booth")
    person.press("Ctrl+Z")
    wait_for_formula(person, "x^2*y^2")
    assert page.isVisible()
    assert person.application.services.model.experiment.problem == ProblemChoice("formula", {"expression": "x^2*y^2"})
