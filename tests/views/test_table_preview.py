"""The preview shows a file as it will be read, every change shows at once, and what is opened is what was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdviz.data.sniff import preview, sniff
from gdviz.files import resource
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_source import chosen_dialect
from gdviz.views.table_preview import TablePreviewDialog
from gdviz.views.theme import DARK, LIGHT

GBK = "长度;宽度;种类\n1,5;2,5;山鸢尾\n2,5;NA;变色鸢尾\n3,5;4;山鸢尾\n1,0;3;变色鸢尾\n"

Opening = Callable[..., TablePreviewDialog]


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Opening]:
    """Opens the preview of a file and waits until all of it was looked through."""
    dialogs = []

    def open_preview(path: Path, wait: bool = True, **options: Any) -> TablePreviewDialog:
        guessed = sniff(path)
        shown = preview(path, chosen_dialect(guessed.dialect, options)) if options else guessed
        dialog = TablePreviewDialog(guessed, shown, options, LIGHT)
        qtbot.addWidget(dialog)
        dialogs.append(dialog)
        dialog.open()
        if wait:
            qtbot.waitUntil(lambda: "looking through" not in words(dialog), timeout=20_000)
        return dialog

    yield open_preview
    for dialog in dialogs:
        dialog.reject()


def words(dialog: QWidget) -> str:
    """All that is written in it."""
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def combo_of(dialog: QWidget, name: str) -> QComboBox:
    return next(combo for combo in dialog.findChildren(QComboBox) if combo.accessibleName() == name)


def button(dialog: QWidget, text: str) -> QPushButton:
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == text)


def header_of(dialog: QWidget) -> QCheckBox:
    return next(box for box in dialog.findChildren(QCheckBox) if box.text() == "The first row is a header")


def pick(qtbot: QtBot, combo: QComboBox, text: str) -> None:
    """Go to an entry with the keys."""
    combo.setFocus(Qt.FocusReason.TabFocusReason)
    step = Qt.Key.Key_Down if combo.findText(text) > combo.currentIndex() else Qt.Key.Key_Up
    for _ in range(combo.count()):
        if combo.currentText() == text:
            return
        qtbot.keyClick(combo, step)
    assert combo.currentText() == text


def cells(dialog: QWidget) -> list[list[str]]:
    """The rows as they are shown, under their names."""
    table = dialog.findChild(QTableView)
    assert table is not None
    model = table.model()
    names = [str(model.headerData(column, Qt.Orientation.Horizontal)) for column in range(model.columnCount())]
    rows = [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    return [names, *rows] if names else []


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_that_the_first_rows_are_shown_as_they_are_written(opened: Opening, tmp_path: Path) -> None:
    dialog = opened(written(tmp_path, GBK, "gbk"))
    shown = cells(dialog)
    assert shown[0] == ["长度", "宽度", "种类"]
    assert shown[2] == ["2,5", "NA", "变色鸢尾"]
    assert combo_of(dialog, "Encoding").currentText() == "GB18030"
    assert combo_of(dialog, "Delimiter").currentText() == "semicolon"
    assert combo_of(dialog, "Decimal mark").currentData() == ","
    assert header_of(dialog).isChecked()
    assert "4 rows" in words(dialog)
    assert "Missing values: 1 in '宽度'." in words(dialog)


def test_that_what_is_opened_needs_no_more_than_what_differs(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, GBK, "gbk")
    dialog = opened(path)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.choice.name == "data"
    assert dialog.choice.options == {"table": str(path)}
    fit = DataFit(**dialog.choice.options)
    assert fit.data.class_names == ("变色鸢尾", "山鸢尾")


def test_that_escape_opens_nothing(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    dialog = opened(written(tmp_path, GBK))
    with qtbot.waitSignal(dialog.rejected), qtbot.assertNotEmitted(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_that_a_changed_delimiter_shows_at_once_and_is_opened(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "x|y\n1|5\n3|7\n5|6\n")
    dialog = opened(path, delimiter="tab")
    assert cells(dialog)[0] == ["x|y"]
    assert not button(dialog, "Open").isEnabled()
    pick(qtbot, combo_of(dialog, "Delimiter"), "bar")
    assert cells(dialog)[:2] == [["x", "y"], ["1", "5"]]
    qtbot.mouseClick(button(dialog, "Open"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert dialog.choice.options == {"table": str(path)}


def test_that_a_changed_decimal_mark_is_opened(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "x;y\n1.234;5\n2.345;7\n3.456;6\n")
    dialog = opened(path)
    assert combo_of(dialog, "Decimal mark").currentData() == "."
    pick(qtbot, combo_of(dialog, "Decimal mark"), "comma, 1,5")
    qtbot.mouseClick(button(dialog, "Open"), Qt.MouseButton.LeftButton)
    assert dialog.choice.options == {"table": str(path), "decimal": ","}
    assert DataFit(**dialog.choice.options).data.own_column("x").max() == pytest.approx(3456)


def test_that_the_header_can_be_taken_as_a_row(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "2020,2021\n1,5\n2,7\n3,8\n")
    dialog = opened(path, header=True)
    assert cells(dialog)[0] == ["2020", "2021"]
    qtbot.mouseClick(header_of(dialog), Qt.MouseButton.LeftButton, pos=QPoint(8, header_of(dialog).height() // 2))
    assert cells(dialog)[:2] == [["column_1", "column_2"], ["2020", "2021"]]
    assert combo_of(dialog, "Target").currentText() == "column_2"
    qtbot.waitUntil(lambda: "4 rows" in words(dialog))
    assert "header" not in dialog.choice.options
    assert DataFit(**dialog.choice.options).rows == 4


def test_that_another_encoding_shows_at_once(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "größe,stück\n1,2\n2,3\n4,2\n", "cp1252")
    dialog = opened(path)
    pick(qtbot, combo_of(dialog, "Encoding"), "Windows-1251")
    assert cells(dialog)[0] == ["größe,stück".encode("cp1252").decode("cp1251").split(",")[0], "stьck"]
    pick(qtbot, combo_of(dialog, "Encoding"), "Windows-1252")
    assert cells(dialog)[0] == ["größe", "stück"]


def test_that_an_encoding_that_cannot_be_keeps_the_table_closed_until_it_is_mended(
    qtbot: QtBot, opened: Opening, tmp_path: Path
) -> None:
    dialog = opened(written(tmp_path, GBK, "gbk"))
    pick(qtbot, combo_of(dialog, "Encoding"), "UTF-16")
    assert cells(dialog) == []
    assert not button(dialog, "Open").isEnabled()
    assert "byte-order mark" in words(dialog)
    with qtbot.assertNotEmitted(dialog.accepted, wait=20):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    pick(qtbot, combo_of(dialog, "Encoding"), "GB18030")
    assert cells(dialog)[0] == ["长度", "宽度", "种类"]
    qtbot.waitUntil(button(dialog, "Open").isEnabled)
    assert "byte-order mark" not in words(dialog)


def test_that_bytes_that_do_not_fit_far_down_are_told_before_opening(opened: Opening, tmp_path: Path) -> None:
    path = tmp_path / "far.csv"
    path.write_bytes(b"x,y\n" + b"1,2\n2,4\n" * 20_000 + "é,1\n".encode("latin-1"))
    dialog = opened(path)
    assert "Line 40002 holds bytes that are not UTF-8" in words(dialog)
    assert not button(dialog, "Open").isEnabled()


def test_that_two_of_more_classes_are_picked(qtbot: QtBot, opened: Opening) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    assert combo_of(dialog, "Target").currentText() == "species"
    pick(qtbot, combo_of(dialog, "Model"), "Logistic regression")
    pick(qtbot, combo_of(dialog, "Class 0"), "versicolor")
    pick(qtbot, combo_of(dialog, "Class 1"), "virginica")
    assert dialog.choice.options["classes"] == ("versicolor", "virginica")
    assert DataFit(**dialog.choice.options).rows == 100


def test_that_the_model_for_all_classes_is_shown_at_first(opened: Opening) -> None:
    path = resource("tables", "iris.csv")
    dialog = opened(path)
    assert combo_of(dialog, "Model").currentText() == "Softmax regression"
    assert dialog.choice.options == {"table": str(path)}
    assert DataFit(**dialog.choice.options).rows == 150


@pytest.mark.parametrize("model", ["Softmax regression", "Multi-layer perceptron"])
def test_that_a_model_for_all_classes_leaves_no_row_out(qtbot: QtBot, opened: Opening, model: str) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    pick(qtbot, combo_of(dialog, "Model"), "Logistic regression")
    assert dialog.choice.options["classes"] == ("setosa", "versicolor")
    pick(qtbot, combo_of(dialog, "Model"), model)
    assert "classes" not in dialog.choice.options
    fit = DataFit(**dialog.choice.options)
    assert (fit.rows, len(fit.data.class_names)) == (150, 3)
    assert not any("other classes" in notice for notice in fit.notices)


def test_that_a_model_somebody_chose_outlasts_another_way_to_read(qtbot: QtBot, opened: Opening) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    pick(qtbot, combo_of(dialog, "Model"), "Logistic regression")
    pick(qtbot, combo_of(dialog, "Encoding"), "GB18030")
    qtbot.waitUntil(button(dialog, "Open").isEnabled, timeout=20_000)
    assert combo_of(dialog, "Model").currentText() == "Logistic regression"


def test_that_a_model_that_nobody_chose_is_that_of_the_fit_while_its_reading_is_changed(opened: Opening) -> None:
    path = resource("tables", "iris.csv")
    pair = {"table": str(path), "classes": ("setosa", "virginica")}
    assert combo_of(opened(path, **pair), "Model").currentText() == "Logistic regression"
    assert combo_of(opened(path, table=str(path)), "Model").currentText() == "Softmax regression"
    assert combo_of(opened(path, table=str(path), model="mlp"), "Model").currentText() == "Multi-layer perceptron"


def test_that_classes_beyond_the_preview_are_found_first(opened: Opening, tmp_path: Path) -> None:
    rows = [f"{row % 97},{'abc'[row // 20_000]}" for row in range(60_000)]
    path = written(tmp_path, "x,label\n" + "\n".join(rows))
    dialog = opened(path, wait=False)
    assert not button(dialog, "Open").isEnabled()
    assert "Looking through the file for its classes" in words(dialog)
    dialog.accept()
    assert dialog.isVisible()


def test_that_classes_beyond_the_preview_can_be_picked(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    rows = [f"{row % 97},{'abc'[row // 20_000]}" for row in range(60_000)]
    dialog = opened(written(tmp_path, "x,label\n" + "\n".join(rows)), wait=False)
    qtbot.waitUntil(button(dialog, "Open").isEnabled, timeout=20_000)
    pick(qtbot, combo_of(dialog, "Model"), "Logistic regression")
    pick(qtbot, combo_of(dialog, "Class 1"), "c")
    assert dialog.choice.options["classes"] == ("a", "c")


def test_that_a_click_on_a_header_takes_the_column_out_of_the_features(qtbot: QtBot, opened: Opening) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    table = dialog.findChild(QTableView)
    assert table is not None
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(1) + 10, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.choice.options["features"] == ("sepal_length", "petal_length", "petal_width")
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "features" not in dialog.choice.options


def test_that_a_table_without_numbers_cannot_be_opened(opened: Opening, tmp_path: Path) -> None:
    dialog = opened(written(tmp_path, "name\nanna\nbob\ncarl\n"))
    assert not button(dialog, "Open").isEnabled()
    assert "no numeric column" in words(dialog)


def test_that_classes_lost_with_missing_features_are_not_offered(qtbot: QtBot, opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,2,x\n2,3,x\n3,,y\n4,1,z\n5,2,z\n")
    dialog = opened(path)
    assert [combo_of(dialog, name).currentText() for name in ("Class 0", "Class 1")] == ["x", "z"]
    assert DataFit(**dialog.choice.options).data.class_names == ("x", "z")
    path = written(tmp_path, "a,b,c\n1,2,x\n2,3,x\n3,,y\n", name="two.csv")
    dialog = opened(path)
    assert "only the class x" in words(dialog)
    assert not button(dialog, "Open").isEnabled()
    features = dialog.findChild(QListWidget)
    assert features is not None
    place = features.visualItemRect(features.item(1)).center()
    qtbot.mouseClick(features.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert button(dialog, "Open").isEnabled()
    assert DataFit(**dialog.choice.options).data.class_names == ("x", "y")


def test_that_an_empty_column_is_left_out(opened: Opening, tmp_path: Path) -> None:
    path = written(tmp_path, "a,nothing,same,y\n1,,7,2\n2,,7,3\n3,,7,5\n")
    dialog = opened(path)
    assert "Left out the column 'nothing'" in words(dialog)
    listed = dialog.findChild(QListWidget)
    assert listed is not None
    assert [listed.item(row).text() for row in range(listed.count())] == ["a", "same"]
    assert dialog.choice.options == {"table": str(path), "features": ("a",)}
    assert DataFit(**dialog.choice.options).data.features == ("a",)


def test_that_the_fit_that_is_open_is_kept_where_it_still_applies(qtbot: QtBot, opened: Opening) -> None:
    path = resource("tables", "iris.csv")
    options = {"target": "petal_width", "features": ("petal_length",), "loss": "huber", "delta": 0.5, "l2": 0.1}
    dialog = opened(path, table=str(path), **options)
    assert combo_of(dialog, "Target").currentText() == "petal_width"
    assert dialog.choice.options == {"table": str(path), **options}
    pick(qtbot, combo_of(dialog, "Target"), "species")
    assert dialog.choice.options["l2"] == 0.1
    assert "target" not in dialog.choice.options
    assert DataFit(**dialog.choice.options).data.kind == "class"


def test_that_an_uncertain_guess_says_so(opened: Opening, tmp_path: Path) -> None:
    assert "is a guess" in words(opened(written(tmp_path, GBK, "gbk")))
    assert "is a guess" not in words(opened(written(tmp_path, GBK)))


def test_that_every_control_has_a_name_and_takes_the_keyboard(opened: Opening) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    controls = [
        widget
        for kind in (QComboBox, QAbstractButton, QTableView, QListWidget)
        for widget in dialog.findChildren(kind)
        if widget.isVisibleTo(dialog) and widget.objectName() != "qt_toolbar_ext_button"
    ]
    assert len(controls) >= 11
    for control in controls:
        text = control.text() if isinstance(control, QAbstractButton) else ""
        assert control.accessibleName() or text, control
        if type(control).__name__ not in ("QTableCornerButton",):
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control


def test_that_it_follows_the_theme(opened: Opening) -> None:
    dialog = opened(resource("tables", "iris.csv"))
    light = dialog.grab().toImage()
    dialog.set_theme(DARK)
    assert dialog.grab().toImage() != light


def test_that_a_file_too_large_to_be_read_is_not_offered(
    opened: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdviz.data.sniff.DEFAULT_CAP", 20)
    dialog = opened(written(tmp_path, "a,b\n" + "1,2\n" * 20))
    assert not button(dialog, "Open").isEnabled()
    assert "MB are read" in words(dialog)
