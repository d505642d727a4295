"""From tables to rows: roles, classes, what is left out, and tables that make no fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.data.read import read_table
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.problems import DataFit, problem
from gdviz.problems.fit_columns import class_name
from gdviz.problems.fit_data import Roles, make_data_set

MakeTable = Callable[..., Table]


def test_that_iris_without_options_names_its_classes_and_says_to_choose_two() -> None:
    with pytest.raises(InputError) as caught:
        problem("data", table="builtin:iris")
    assert str(caught.value) == (
        "'species' has 3 classes (setosa, versicolor, virginica) and logistic regression tells two apart; "
        "choose two, as in classes = ['setosa', 'versicolor']."
    )


def test_that_two_species_leave_the_third_out_and_say_so() -> None:
    fit = problem("data", table="builtin:iris", target="species", model="logistic", classes=["virginica", "setosa"])
    assert fit.rows == 100
    assert fit.data.class_names == ("virginica", "setosa")
    table = read_table("builtin:iris")
    species = table.column("species")
    named = [species.categories[code] for code in species.values[fit.data.row_index]]
    assert [("virginica", "setosa")[int(y)] for y in fit.data.y] == named
    assert fit.notices == ("Left out 50 rows of other classes than virginica and setosa.",)


def test_that_classes_of_text_are_counted_in_sorted_order(make_table: MakeTable) -> None:
    data = make_data_set(make_table(x=[1.0, 2.0, 3.0], answer=["yes", "no", "yes"]), Roles())
    assert data.class_names == ("no", "yes")
    assert data.y.tolist() == [1.0, 0.0, 1.0]


def test_that_a_numeric_target_is_fitted_by_a_line_unless_classes_are_asked_for(make_table: MakeTable) -> None:
    table = make_table(x=[1.0, 2.0, 3.0, 5.0], y=[0.0, 1.0, 1.0, 2.5])
    assert make_data_set(table, Roles()).model.name == "linear"
    data = make_data_set(table, Roles(classes=("1", "2.5")))
    assert data.model.name == "logistic"
    assert data.y.tolist() == [0.0, 0.0, 1.0]
    assert data.other_rows == 1


def test_that_numbers_as_classes_have_their_own_names() -> None:
    names = [class_name(value) for value in (0.0, -3.0, 0.5, 1e6, 1e6 + 1, 0.1 + 0.2)]
    assert names == ["0", "-3", "0.5", "1000000", "1000001", "0.30000000000000004"]


def test_that_a_loss_for_classes_asks_for_the_model_that_has_it(make_table: MakeTable) -> None:
    table = make_table(x=[1.0, 2.0, 3.0], y=[0.0, 1.0, 1.0])
    assert DataFit.from_table(table).data.model.name == "linear"
    assert DataFit.from_table(table, loss="binary_cross_entropy").data.model.name == "logistic"


def test_that_rows_with_a_missing_value_in_a_used_column_are_left_out_and_counted(make_table: MakeTable) -> None:
    nan = math.nan
    table = make_table(
        a=[1.0, nan, 3.0, 4.0, 5.0], b=[nan] * 4 + [1.0], y=[1.0, 2.0, 3.0, nan, 6.0], note=["a", "b", "c", "d", "e"]
    )
    data = make_data_set(table, Roles(target="y", features=("a",)))
    assert data.row_index.tolist() == [0, 2, 4]
    assert data.missing_rows == 2
    assert data.notices == ("Left out 2 rows with a missing value in a, y.",)
    with pytest.raises(InputError, match="only one row"):
        make_data_set(table, Roles(target="y"))


def test_that_a_class_has_only_the_rows_with_all_features(make_table: MakeTable) -> None:
    table = make_table(x=[1.0, math.nan, 3.0, 4.0, 5.0], y=["a", "b", "b", None, "c"])
    data = make_data_set(table, Roles(classes=("a", "b")))
    assert data.row_index.tolist() == [0, 2]
    assert (data.missing_rows, data.other_rows) == (2, 1)


def test_that_features_are_standardized_by_population_deviation_and_targets_are_not(make_table: MakeTable) -> None:
    data = make_data_set(make_table(x=[2.0, 4.0, 6.0, 8.0], y=[10.0, 20.0, 30.0, 50.0]), Roles())
    np.testing.assert_allclose(data.X[:, 0], np.array([-3, -1, 1, 3]) / math.sqrt(5), rtol=1e-15)
    assert data.y.tolist() == [10, 20, 30, 50]
    np.testing.assert_allclose(data.own_column("x"), [2, 4, 6, 8], rtol=1e-15)
    np.testing.assert_allclose(data.means, [5.0])
    plain = make_data_set(make_table(x=[2.0, 4.0], y=[1.0, 2.0]), Roles(standardize=False))
    assert plain.X.tolist() == [[2.0], [4.0]]
    assert plain.own_column("x").tolist() == [2.0, 4.0]


def test_that_rows_are_contiguous_and_can_not_be_changed() -> None:
    data = problem("data", table="builtin:diabetes").data
    assert data.X.flags.c_contiguous
    assert data.X.dtype == data.y.dtype == np.float64
    for array in (data.X, data.y, data.row_index):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_that_the_table_itself_is_left_as_it_was() -> None:
    table = read_table("builtin:iris")
    before = [column.values.copy() for column in table.columns]
    DataFit.from_table(table, target="petal_width")
    for column, values in zip(table.columns, before, strict=True):
        assert np.array_equal(column.values, values)


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"a": ["u", "v"], "b": ["s", "t"]}, {}, "no numeric column besides the target 'b'"),
    ({"y": [1.0, 2.0]}, {}, "no numeric column besides the target 'y'"),
    ({"x": [1.0], "y": [2.0]}, {}, "only one row"),
    ({"x": [1.0, math.nan], "y": [2.0, 3.0]}, {}, "only one row"),
    ({"x": [1.0, math.nan], "y": [math.nan, 3.0]}, {}, "no row of made up has a value in all of x, y"),
    ({"x": [3.0, 3.0, 3.0], "y": [1.0, 2.0, 3.0]}, {}, "'x' has the same value in every row"),
    ({"x": [3.0, 3.0, 3.0], "y": [1.0, 2.0, 3.0]}, {"standardize": False}, "'x' has the same value in every row"),
    ({"x": [1.0, 2.0, 3.0], "y": [4.0, 4.0, 4.0]}, {}, "the target 'y' is 4 in every row"),
    ({"x": [1.0, 2.0, 3.0], "y": [4.0, 4.0, 4.0]}, {"model": "logistic"}, "'y' has only the class '4'"),
    ({"x": [1.0, 2.0], "y": ["one", "one"]}, {}, "'y' has only the class 'one'"),
    ({"x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 6.0]}, {"model": "logistic"}, "'y' has 3 classes"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"model": "linear"}, "'y' holds text"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"loss": "huber"}, "huber doesn't fit logistic regression"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"model": "linear", "loss": "binary_cross_entropy"}, "doesn't fit linear"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"model": "linear", "classes": ["1", "2"]}, "no classes to choose"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"classes": ["a", "c"]}, "no class 'c' in the rows that can be used"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"classes": ["a", "a"]}, "choose two different ones"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"classes": ["a"]}, "two classes apart, not 1"),
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"classes": "a"}, "two classes apart, not 1"),
    ({"x": [1.0, math.nan, 2.0], "y": ["a", "b", "a"]}, {"classes": ["a", "b"]}, "no class 'b' in the rows"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": "z"}, "no column 'z'"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"features": ["q"]}, "no column 'q'"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"features": []}, "no feature is chosen"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"features": ["y"]}, "'y' is the target"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"features": ["x", "x"]}, "'x' is named twice"),
    ({"x": [1.0, 2.0], "t": ["a", "b"], "y": [1.0, 2.0]}, {"features": ["t"]}, "'t' holds text"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": ["x", "y"]}, "2 targets are named"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"model": "forest"}, "model must be one of linear, logistic"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"l2": -1.0}, "l2 must be a finite number at least 0"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"l1": math.nan}, "l1 must be a finite number at least 0"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"loss": "huber", "alpha": 1.0}, "alpha belongs to squared_error"),
    ({"x": [1e308, -1e308, 0.0], "y": [1.0, 2.0, 3.0]}, {}, "too large or too small to be standardized"),
    ({"x": [1e-300, 2e-300, 0.0], "y": [1.0, 2.0, 3.0]}, {}, "too large or too small to be standardized"),
    ({"x": [1e200, -1e200, 0.0], "y": [1.0, 2.0, 3.0]}, {"standardize": False}, "too large to be squared"),
    ({"x": [1.0, -1.0, 0.0], "y": [1e200, -2e200, 3.0]}, {}, "too large to be squared"),
]


@pytest.mark.parametrize(("columns", "options", "reason"), REFUSED, ids=[reason for *_, reason in REFUSED])
def test_that_what_makes_no_fit_is_refused_in_a_sentence(
    make_table: MakeTable, columns: dict[str, Any], options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        DataFit.from_table(make_table(**columns), **options)
    sentence = str(caught.value)
    assert reason in sentence
    # What to do follows what is wrong.
    assert sentence.endswith(".")
    assert any(mark in sentence for mark in ("; ", "did you mean"))
    assert "\n" not in sentence


@pytest.mark.parametrize("contents", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"x,y\n"])
def test_that_a_file_without_rows_is_refused_in_a_sentence(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "nothing.csv"
    path.write_bytes(contents)
    with pytest.raises(InputError, match=r"nothing\.csv"):
        problem("data", table=str(path))


def test_that_a_table_that_is_not_there_and_one_that_is_not_named_are_refused() -> None:
    with pytest.raises(InputError, match="nowhere"):
        problem("data", table="nowhere.csv")
    with pytest.raises(InputError, match="did you mean iris"):
        problem("data", table="builtin:irs")
    with pytest.raises(InputError, match="data needs table"):
        problem("data")


@pytest.mark.parametrize("scale", [1e-100, 1e-9, 1e9, 1e100])
def test_that_units_make_no_difference_once_standardized(make_table: MakeTable, scale: float) -> None:
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 50))
    plain = DataFit.from_table(make_table(x=x, y=y))
    scaled = DataFit.from_table(make_table(x=x * scale, y=y))
    np.testing.assert_allclose(scaled.minima, plain.minima, rtol=1e-10)
    np.testing.assert_allclose(
        scaled.coefficients(scaled.minima[0]).weights * scale, plain.coefficients(plain.minima[0]).weights, rtol=1e-10
    )
