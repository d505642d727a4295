"""The panel shows the problem that is chosen, and asks for another by what was clicked and typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from gdviz.experiment.data_choice import bundled_choice
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import PROBLEMS
from gdviz.problems.fit import DataFit
from gdviz.views.data_page import DataPage
from gdviz.views.function_page import FunctionPage
from gdviz.views.function_tile import FunctionTile
from gdviz.views.problem_panel import ProblemPanel
from gdviz.views.table_preview import TablePreviewDialog
from gdviz.views.theme import DARK, LIGHT


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ProblemPanel]:
    made = ProblemPanel(LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 900)
    made.show()
    yield made
    for dialog in made.findChildren(TablePreviewDialog):
        dialog.reject()
    made.close()


def show(panel: ProblemPanel, choice: ProblemChoice) -> DataFit | Any:
    """Have the panel show a choice whose problem is there."""
    problem = DataFit(**choice.options) if choice.name == "data" else choice.build()
    panel.set_choice(choice, problem)
    return problem


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def named(widget: QWidget, kind: type[Any], name: str) -> Any:
    """The visible control of this kind with this accessible name or text."""
    for found in widget.findChildren(kind):
        text = found.text() if isinstance(found, QAbstractButton) else ""
        if found.isVisibleTo(widget) and name in (found.accessibleName(), text):
            return found
    raise AssertionError(f"no {kind.__name__} called {name!r} is in sight")


def function_page(panel: ProblemPanel) -> FunctionPage:
    page = panel.findChild(FunctionPage)
    assert page is not None
    return page


def data_page(panel: ProblemPanel) -> DataPage:
    page = panel.findChild(DataPage)
    assert page is not None
    return page


def pick(qtbot: QtBot, combo: QComboBox, text: str) -> None:
    step = Qt.Key.Key_Down if combo.findText(text) > combo.currentIndex() else Qt.Key.Key_Up
    for _ in range(combo.count()):
        if combo.currentText() == text:
            return
        qtbot.keyClick(combo, step)
    assert combo.currentText() == text


def dialog_of(panel: ProblemPanel) -> TablePreviewDialog:
    [dialog] = [found for found in panel.findChildren(TablePreviewDialog) if found.isVisible()]
    return dialog


def table_file(folder: Path, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text("height,weight,fit\n1.6,60,yes\n1.7,82,no\n1.8,71,yes\n1.9,95,no\n")
    return path


# Functions


def test_that_a_function_is_chosen_from_the_gallery(qtbot: QtBot, panel: ProblemPanel) -> None:
    qtbot.mouseClick(named(panel, QPushButton, "Pick a function"), Qt.MouseButton.LeftButton)
    tile = next(tile for tile in panel.findChildren(FunctionTile) if tile.name == "booth")
    assert tile.isVisible()
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert chosen.args == [ProblemChoice("booth")]
    assert not tile.isVisible()


@pytest.mark.parametrize("name", [entry.name for entry in PROBLEMS if entry.name not in ("data", "formula")])
def test_that_every_function_is_shown_with_what_it_is_for(panel: ProblemPanel, name: str) -> None:
    problem = show(panel, ProblemChoice(name))
    said = words(function_page(panel))
    assert problem.summary in said
    assert problem.formula in said
    assert named(panel, QPushButton, f"Function: {problem.label}").text() == problem.label


def test_that_options_are_a_form_with_the_chosen_values(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("rosenbrock", {"b": 20.0}))
    assert named(panel, QLineEdit, "a").text() == "1"
    field = named(panel, QLineEdit, "b")
    assert field.text() == "20"
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "5.5")
    with qtbot.waitSignal(panel.option_edited) as edited, qtbot.waitSignal(panel.edit_finished):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited.args == ["b", 5.5]


def test_that_a_slider_edits_while_it_moves(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("rosenbrock"))
    slider = named(panel, QSlider, "b")
    with qtbot.waitSignal(panel.option_edited) as edited:
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    name, value = edited.args
    assert name == "b"
    assert value > 100


def test_that_the_form_follows_undo(panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("rosenbrock", {"a": 2.0}))
    show(panel, ProblemChoice("rosenbrock"))
    assert named(panel, QLineEdit, "a").text() == "1"


def test_that_text_where_a_number_belongs_is_refused_in_words(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("rosenbrock"))
    field = named(panel, QLineEdit, "b")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "x**2")
    with qtbot.assertNotEmitted(panel.option_edited):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "plain number" in words(panel)


# Data


def test_that_a_bundled_table_is_one_click_on_the_data_side(qtbot: QtBot, panel: ProblemPanel) -> None:
    qtbot.mouseClick(named(panel, QToolButton, "Data"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        qtbot.mouseClick(named(panel, QAbstractButton, "Line with noise"), Qt.MouseButton.LeftButton)
    assert chosen.args == [bundled_choice("line")]
    with qtbot.waitSignal(panel.open_requested):
        qtbot.mouseClick(named(panel, QPushButton, "Open table…"), Qt.MouseButton.LeftButton)


def test_that_a_table_is_shown_with_its_size_and_what_was_left_out(panel: ProblemPanel) -> None:
    show(panel, bundled_choice("iris"))
    said = words(data_page(panel))
    assert "150 rows, 5 columns" in said
    assert "Left out 50 rows of other classes than versicolor and virginica." in said
    assert named(panel, QComboBox, "Target").currentText() == "species"
    assert named(panel, QComboBox, "Class 1").currentText() == "virginica"


def test_that_long_reports_are_folded(qtbot: QtBot, panel: ProblemPanel, tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("a,a,k,e,y\n1,2,3,,4\nNA,2,3,,5\n1,3,3,,x\n4,4,3,,9\n1,2\n6,7,3,,8\n")
    show(panel, ProblemChoice("data", {"table": str(path), "features": ("a", "a_2")}))
    more = next(button for button in panel.findChildren(QPushButton) if button.text().startswith("Show "))
    before = words(data_page(panel)).count("\n")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert "Left out the column 'e'" in words(data_page(panel))
    assert words(data_page(panel)).count("\n") > before
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert words(data_page(panel)).count("\n") == before


def test_that_roles_ask_for_the_same_table_fitted_otherwise(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("data", {**bundled_choice("iris").options, "l2": 0.5}))
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        pick(qtbot, named(panel, QComboBox, "Target"), "petal_width")
    assert chosen.args[0].options == {
        "table": "builtin:iris",
        "target": "petal_width",
        "features": ("petal_length",),
        "l2": 0.5,
    }
    show(panel, chosen.args[0])
    features = named(panel, QListWidget, "Features")
    [item] = features.findItems("sepal_width", Qt.MatchFlag.MatchExactly)
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        place = features.visualItemRect(item).center()
        qtbot.mouseClick(features.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args[0].options["features"] == ("sepal_width", "petal_length")


def test_that_what_was_asked_for_in_vain_is_shown_no_longer(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, bundled_choice("iris"))
    pick(qtbot, named(panel, QComboBox, "Target"), "petal_width")
    panel.say("petal_width is of no use.")
    assert named(panel, QComboBox, "Target").currentText() == "species"
    pick(qtbot, named(panel, QComboBox, "Target"), "sepal_width")
    panel.set_loading(0.5, "iris.csv")
    panel.set_loading(None, "")
    assert named(panel, QComboBox, "Target").currentText() == "species"


def test_that_classes_are_chosen_by_name(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, bundled_choice("iris"))
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        pick(qtbot, named(panel, QComboBox, "Class 0"), "setosa")
    assert chosen.args[0].options["classes"] == ("setosa", "virginica")


def test_that_roles_that_make_no_fit_ask_for_nothing_and_say_why(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, bundled_choice("line"))
    every = named(panel, QCheckBox, "Features")
    with qtbot.assertNotEmitted(panel.problem_chosen):
        qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert "Choose at least one feature." in words(panel)


def test_that_the_loss_decides_which_options_there_are(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("data", {"table": "builtin:line", "alpha": 2.0}))
    assert named(panel, QLineEdit, "Alpha").text() == "2"
    chosen: list[ProblemChoice] = []
    panel.problem_chosen.connect(chosen.append)
    pick(qtbot, named(panel, QComboBox, "Loss"), "Huber")
    choice = chosen[-1]
    assert choice.options == {"table": "builtin:line", "loss": "huber"}
    show(panel, choice)
    assert named(panel, QLineEdit, "Delta").text() == "1"
    with pytest.raises(AssertionError):
        named(panel, QLineEdit, "Alpha")
    show(panel, bundled_choice("exam"))
    losses = named(panel, QComboBox, "Loss")
    assert losses.currentText() == "Binary cross-entropy"
    pick(qtbot, losses, "Hinge")
    assert chosen[-1].options == {"table": "builtin:exam", "loss": "hinge"}


def test_that_a_network_brings_its_options_and_another_model_takes_them_away(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("data", {"table": "builtin:iris"}))
    with pytest.raises(AssertionError):
        named(panel, QLineEdit, "Hidden layers")
    chosen: list[ProblemChoice] = []
    panel.problem_chosen.connect(chosen.append)
    pick(qtbot, named(panel, QComboBox, "Model"), "Multi-layer perceptron")
    assert chosen[-1].options == {"table": "builtin:iris", "model": "mlp"}
    choice = ProblemChoice("data", {**chosen[-1].options, "hidden": (8, 4), "validation": 0.2})
    fit = show(panel, choice)
    assert fit.model_used.outputs == 3
    assert named(panel, QLineEdit, "Hidden layers").text() == "8, 4"
    assert named(panel, QLineEdit, "Alpha").isVisible()
    assert named(panel, QLineEdit, "Seed of the split").text() == "0"
    assert "Held out 30 rows to try the fit on." in words(panel)
    pick(qtbot, named(panel, QComboBox, "Model"), "Softmax regression")
    assert chosen[-1].options == {"table": "builtin:iris", "validation": 0.2}


def test_that_a_generated_table_has_its_own_options(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("data", {"table": "generated:moons", "noise": 0.3}))
    assert "Two moons" in words(panel)
    assert named(panel, QLineEdit, "Samples").text() == "200"
    assert named(panel, QLineEdit, "Noise").text() == "0.3"
    show(panel, bundled_choice("line"))
    with pytest.raises(AssertionError):
        named(panel, QLineEdit, "Noise")


def test_that_penalties_and_scaling_are_options(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, bundled_choice("diabetes"))
    with qtbot.waitSignal(panel.option_edited) as edited:
        box = named(panel, QCheckBox, "Standardize")
        qtbot.keyClick(box, Qt.Key.Key_Space)
    assert edited.args == ["standardize", False]
    field = named(panel, QLineEdit, "L2")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.25")
    with qtbot.waitSignal(panel.option_edited) as edited:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert edited.args == ["l2", 0.25]
    assert "standard deviation" in box.toolTip()


def test_that_roles_wait_for_the_table(panel: ProblemPanel, tmp_path: Path) -> None:
    before = show(panel, bundled_choice("line"))
    panel.set_choice(ProblemChoice("data", {"table": str(table_file(tmp_path))}), before)
    assert "own.csv" in words(panel)
    with pytest.raises(AssertionError):
        named(panel, QComboBox, "Target")
    show(panel, ProblemChoice("data", {"table": str(tmp_path / "own.csv")}))
    assert named(panel, QComboBox, "Target").currentText() == "fit"


# Opening a table


def test_that_a_table_is_previewed_and_opened(qtbot: QtBot, panel: ProblemPanel, tmp_path: Path) -> None:
    path = table_file(tmp_path)
    panel.open_table(str(path))
    dialog = dialog_of(panel)
    qtbot.waitUntil(named(dialog, QPushButton, "Open").isEnabled)
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert chosen.args == [ProblemChoice("data", {"table": str(path)})]


def test_that_a_preview_given_up_changes_nothing(qtbot: QtBot, panel: ProblemPanel, tmp_path: Path) -> None:
    show(panel, bundled_choice("line"))
    panel.open_table(str(table_file(tmp_path)))
    with qtbot.assertNotEmitted(panel.problem_chosen):
        qtbot.keyClick(dialog_of(panel), Qt.Key.Key_Escape)
    assert panel.notice == ""
    qtbot.waitUntil(lambda: not panel.findChildren(TablePreviewDialog))


def test_that_a_second_drop_takes_the_place_of_the_first(panel: ProblemPanel, tmp_path: Path) -> None:
    panel.open_table(str(table_file(tmp_path)))
    panel.open_table(str(table_file(tmp_path, "second.csv")))
    assert "second.csv" in dialog_of(panel).windowTitle()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG picture"),
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b\n", "no rows"),
        ("open.csv", b'a,b\n"1,2\n3,4\n', "quote"),
    ],
)
def test_that_a_file_that_is_no_table_says_why_and_changes_nothing(
    qtbot: QtBot, panel: ProblemPanel, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    show(panel, bundled_choice("line"))
    path = tmp_path / name
    path.write_bytes(content)
    with qtbot.assertNotEmitted(panel.problem_chosen):
        panel.open_table(str(path))
    assert said in panel.notice
    assert panel.notice.startswith(name)
    assert not panel.findChildren(TablePreviewDialog)
    assert "60 rows" in words(panel)
    panel.open_table(str(table_file(tmp_path)))
    assert panel.notice == ""


def test_that_reading_can_be_changed_later(qtbot: QtBot, panel: ProblemPanel, tmp_path: Path) -> None:
    path = table_file(tmp_path)
    show(panel, ProblemChoice("data", {"table": str(path), "target": "weight", "l2": 0.5}))
    qtbot.mouseClick(named(panel, QPushButton, "Read options…"), Qt.MouseButton.LeftButton)
    dialog = dialog_of(panel)
    assert named(dialog, QComboBox, "Target").currentText() == "weight"
    qtbot.waitUntil(named(dialog, QPushButton, "Open").isEnabled)
    with qtbot.waitSignal(panel.problem_chosen) as chosen:
        qtbot.mouseClick(named(dialog, QPushButton, "Open"), Qt.MouseButton.LeftButton)
    assert chosen.args[0].options == {"table": str(path), "target": "weight", "l2": 0.5}
    show(panel, bundled_choice("line"))
    with pytest.raises(AssertionError):
        named(panel, QPushButton, "Read options…")


# The panel as a whole


def test_that_the_side_follows_the_choice_but_not_every_edit(qtbot: QtBot, panel: ProblemPanel) -> None:
    problem = show(panel, ProblemChoice("booth"))
    assert function_page(panel).isVisible()
    qtbot.mouseClick(named(panel, QToolButton, "Data"), Qt.MouseButton.LeftButton)
    assert data_page(panel).isVisible()
    panel.set_choice(ProblemChoice("booth"), problem)
    assert data_page(panel).isVisible()
    show(panel, bundled_choice("iris"))
    assert data_page(panel).isVisible()
    qtbot.mouseClick(named(panel, QToolButton, "Function"), Qt.MouseButton.LeftButton)
    show(panel, ProblemChoice("data", {**bundled_choice("iris").options, "l2": 1.0}))
    assert function_page(panel).isVisible()
    show(panel, ProblemChoice("matyas"))
    assert "Matyas" in named(panel, QPushButton, "Function: Matyas").text()
    panel.set_choice(None, None)
    named(panel, QPushButton, "Pick a function")


def test_that_loading_is_shown_only_when_it_takes_a_while(qtbot: QtBot, panel: ProblemPanel) -> None:
    bar = panel.findChild(QProgressBar)
    assert bar is not None
    panel.set_loading(0.1, "big.csv")
    with pytest.raises(TimeoutError):
        qtbot.waitUntil(bar.isVisible, timeout=150)
    panel.set_loading(None, "")
    with pytest.raises(TimeoutError):
        qtbot.waitUntil(bar.isVisible, timeout=500)
    panel.set_loading(0.1, "big.csv")
    qtbot.waitUntil(bar.isVisible, timeout=2000)
    panel.set_loading(0.5, "big.csv")
    assert bar.value() == bar.maximum() // 2
    assert "Reading big.csv" in words(panel)
    with qtbot.waitSignal(panel.loading_cancelled):
        qtbot.mouseClick(named(panel, QPushButton, "Cancel"), Qt.MouseButton.LeftButton)
    panel.set_loading(None, "")
    assert not bar.isVisible()


def test_that_notices_stay_until_cleared(panel: ProblemPanel) -> None:
    panel.say("own.csv: the file changed while loading; load it again once nothing writes to it.")
    assert panel.notice.startswith("own.csv: the file changed")
    panel.clear_notice()
    assert panel.notice == ""


def test_that_the_panel_follows_the_theme(qtbot: QtBot, panel: ProblemPanel) -> None:
    show(panel, ProblemChoice("himmelblau"))
    button = named(panel, QPushButton, "Function: Himmelblau")

    def shown() -> float:
        icon = button.icon().pixmap(51, 32).toImage()
        return sum(icon.pixelColor(x, 16).lightness() for x in range(4, 48)) / 44

    panel.set_theme(DARK)
    qtbot.waitUntil(lambda: 40 < shown() < 120, timeout=10_000)
    panel.set_theme(LIGHT)
    qtbot.waitUntil(lambda: shown() > 140, timeout=10_000)


def test_that_every_control_has_a_name(panel: ProblemPanel) -> None:
    for choice in (ProblemChoice("rosenbrock"), bundled_choice("iris")):
        show(panel, choice)
        for kind in (QAbstractButton, QComboBox, QLineEdit, QSlider, QListWidget):
            for control in panel.findChildren(kind):
                if control.isVisibleTo(panel):
                    text = control.text() if isinstance(control, QAbstractButton) else ""
                    assert control.accessibleName() or text, control


def test_that_a_key_pressed_in_a_control_does_not_reach_the_windows_shortcuts(
    qtbot: QtBot, panel: ProblemPanel
) -> None:
    show(panel, bundled_choice("iris"))
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_Space), panel)
    features = named(panel, QListWidget, "Features")
    features.setCurrentRow(0)
    features.setFocus(Qt.FocusReason.TabFocusReason)
    panel.activateWindow()
    with qtbot.assertNotEmitted(shortcut.activated), qtbot.waitSignal(panel.problem_chosen):
        qtbot.keyClick(features, Qt.Key.Key_Space)
