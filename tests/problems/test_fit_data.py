"""From tables to rows: roles, classes, what is left out, and tables that make no fit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import preprocessing

from gdviz.data.read import read_table
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.problems import DataFit, problem
from gdviz.problems.fit_columns import class_name
from gdviz.problems.fit_data import Roles, make_data_set

MakeTable = Callable[..., Table]


def test_that_three_classes_are_told_apart_by_softmax_and_logistic_regression_says_to_choose_two() -> None:
    fit = problem("data", table="builtin:iris")
    assert fit.data.model.name == "softmax"
    assert fit.data.class_names == ("setosa", "versicolor", "virginica")
    with pytest.raises(InputError) as caught:
        problem("data", table="builtin:iris", model="logistic")
    assert str(caught.value) == (
        "'species' has 3 classes (setosa, versicolor, virginica) and logistic regression tells two apart; "
        "choose two, as in classes = ['setosa', 'versicolor'], or the model softmax for all."
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
    data = make_data_set(table, Roles(targets=("y",), features=("a",)))
    assert data.row_index.tolist() == [0, 2, 4]
    assert data.missing_rows == 2
    assert data.notices == ("Left out 2 rows with a missing value in a, y.",)
    with pytest.raises(InputError, match="only one row"):
        make_data_set(table, Roles(targets=("y",)))


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


def test_that_rows_count_by_their_weights_and_those_of_weight_0_not_at_all(make_table: MakeTable) -> None:
    table = make_table(x=[1.0, 2.0, 3.0, 4.0, 9.0], y=[1.0, 3.0, 4.0, 8.0, 0.0], w=[1.0, 2.0, 1.0, 4.0, 0.0])
    fit = DataFit.from_table(table, target="y", weights="w", standardize=False, l2=0.3)
    assert fit.data.features == ("x",)
    assert fit.notices == ("Left out 1 row with the weight 0 in w.",)
    repeated = [0, 1, 1, 2, 3, 3, 3, 3]
    x, y = np.array([1.0, 2.0, 3.0, 4.0])[repeated], np.array([1.0, 3.0, 4.0, 8.0])[repeated]
    peer = DataFit.from_table(make_table(x=x, y=y), target="y", standardize=False, l2=0.3)
    for point in np.random.default_rng(0).normal(size=(5, 2)):
        for loss in ("squared_error", "absolute_error", "huber"):
            weighed, plain = dataclasses.replace(fit, loss=loss), dataclasses.replace(peer, loss=loss)
            np.testing.assert_allclose(weighed.value(point), plain.value(point), rtol=1e-13)
            np.testing.assert_allclose(weighed.gradient(point), plain.gradient(point), rtol=1e-12)
    np.testing.assert_allclose(fit.minima, peer.minima, rtol=1e-12)
    found, expected = fit.metrics(fit.minima[0]).training, peer.metrics(fit.minima[0]).training
    assert float(found.r2) == pytest.approx(float(expected.r2), rel=1e-12)


def test_that_validation_holds_out_the_share_of_every_class_and_scales_by_the_rest() -> None:
    fit = DataFit(table="builtin:iris", validation=0.2)
    held = fit.data.held_out
    assert held is not None
    assert (fit.rows, held.rows) == (120, 30)
    assert np.bincount(held.y.astype(int)).tolist() == [10, 10, 10]
    assert sorted([*fit.data.row_index, *held.row_index]) == list(range(150))
    np.testing.assert_allclose(fit.data.X.mean(axis=0), 0, atol=1e-13)
    assert np.abs(held.X.mean(axis=0)).max() > 1e-3
    again, other = (
        DataFit(table="builtin:iris", validation=0.2),
        DataFit(table="builtin:iris", validation=0.2, split_seed=1),
    )
    assert np.array_equal(again.data.row_index, fit.data.row_index)
    assert not np.array_equal(other.data.row_index, fit.data.row_index)
    assert fit.notices == ("Held out 30 rows to try the fit on.",)


def test_that_a_rare_class_is_fitted_and_its_absence_among_those_held_out_is_said(make_table: MakeTable) -> None:
    classes = ["a"] * 20 + ["b"] * 20 + ["rare"]
    fit = DataFit.from_table(make_table(x=np.arange(41.0), y=classes), validation=0.3)
    held = fit.data.held_out
    assert held is not None
    assert 2.0 in fit.data.y
    assert 2.0 not in held.y
    assert fit.notices[-1] == "No row of rare is held out: there are too few of them for this share."
    confusion = fit.metrics(fit.start).validation
    assert confusion is not None
    assert confusion.confusion.sum() == held.rows


def test_that_polynomial_columns_are_those_of_scikit_learn(make_table: MakeTable) -> None:
    X = np.random.default_rng(0).normal(size=(12, 3))
    table = make_table(a=X[:, 0], b=X[:, 1], c=X[:, 2], y=np.arange(12.0))
    data = make_data_set(table, Roles(degree=3, standardize=False))
    peer = preprocessing.PolynomialFeatures(3, include_bias=False)
    np.testing.assert_allclose(data.X, peer.fit_transform(X), rtol=1e-14)
    assert data.columns == tuple(name.replace(" ", "*") for name in peer.get_feature_names_out(["a", "b", "c"]))
    assert data.features == ("a", "b", "c")
    np.testing.assert_allclose(data.from_own_units(X[:2]), data.X[:2], rtol=1e-14)


def test_that_products_which_never_change_are_left_out_and_said(make_table: MakeTable) -> None:
    x = [-1.0, 1.0, -1.0, 1.0]
    data = make_data_set(make_table(a=x, b=[0.0, 1.0, 2.0, 3.0], y=[1.0, 2.0, 3.0, 5.0]), Roles(degree=2))
    assert data.columns == ("a", "b", "a*b", "b^2")
    assert data.notices == ("Left out a^2: the same value in every row.",)
    assert data.from_own_units(np.array([[1.0, 2.0]])).shape == (1, 4)


def test_that_several_targets_with_a_comma_in_one_name_are_one_again(make_table: MakeTable) -> None:
    table = make_table(**{"x": [1.0, 2.0, 4.0], "y, in cm": [1.0, 2.0, 3.0]})
    assert DataFit.from_table(table, target=("y", "in cm")).data.target_names == ("y, in cm",)


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
    ({"x": [1.0, 2.0], "y": ["a", "b"]}, {"model": "logistic", "loss": "cross_entropy"}, "doesn't fit logistic"),
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
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": ["x", "y"]}, "no numeric column besides x, y"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"model": "forest"}, "model must be one of linear, logistic"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"l2": -1.0}, "l2 must be a finite number at least 0"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"l1": math.nan}, "l1 must be a finite number at least 0"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"loss": "huber", "alpha": 1.0}, "alpha belongs to squared_error"),
    ({"x": [1.0, 2.0, 3.0], "w": [1.0, -1.0, 1.0], "y": [1.0, 2.0, 4.0]}, {"weights": "w"}, "has the weight -1"),
    ({"x": [1.0, 2.0, 3.0], "w": [0.0, 0.0, 0.0], "y": [1.0, 2.0, 4.0]}, {"weights": "w"}, "every weight in 'w' is 0"),
    ({"x": [1.0, 2.0, 3.0], "w": ["a", "b", "a"], "y": [1.0, 2.0, 4.0]}, {"weights": "w"}, "'w' holds text"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"weights": "y"}, "can't hold the weights too"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"weights": "x", "features": ["x"]}, "'x' holds the weights"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"validation": 0.1}, "leaves 3 of 3 rows to fit and 0"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"validation": 0.9}, "leaves 1 of 3 rows to fit and 2"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"validation": 1.5}, "validation must be"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"degree": 50}, "degree must be a whole number"),
    ({**{c: [1.0, 2.0, 3.0] for c in "abcdefgh"}, "y": [1.0, 2.0, 4.0]}, {"degree": 9}, "makes 24,309 columns"),
    ({"x": [1e200, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"degree": 2}, "x^2 are too large for floating point"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"model": "mlp", "hidden": [0]}, "hidden must be"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"model": "mlp", "hidden": [2.5]}, "whole numbers of neurons"),
    ({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, {"model": "mlp", "hidden": [9999, 9999]}, "parameters"),
    ({"x": [1.0, 2.0, 3.0], "y": ["a", "a", "a"]}, {"model": "mlp"}, "'y' has only the class 'a'"),
    ({"x": [1.0, 2.0, 3.0], "y": ["a", "a", "a"]}, {"model": "softmax"}, "'y' has only the class 'a'"),
    ({"x": [1.0, 2.0, 3.0], "y": ["a", "b", "c"]}, {"classes": ["a", "b", "b"]}, "each named once"),
    ({"x": [1.0, 2.0, 3.0], "y": ["a", "b", "c"], "z": [1.0, 2.0, 3.0]}, {"target": ["y", "z"]}, "several targets"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": ["y", "y"]}, "the target 'y' is named twice"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0], "z": [2.0, 1.0]}, {"target": ["y", "z"], "model": "softmax"}, "of one column"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"samples": 9}, "samples belongs to generated tables"),
    ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"noise": 0.5}, "noise belongs to generated tables"),
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


RAGGED = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,{third},2\n2,{fourth},1\n9,9\n"
SKIPPED = "3 rows without exactly 3 cells: line 3 has 2; line 4 has 4; line 7 has 2"


def test_that_rows_with_another_number_of_cells_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED.format(third=3, fourth=8))
    fit = problem("data", table=str(path), target="b")
    assert fit.rows == 3
    assert fit.notices == (f"Left out {SKIPPED}.",)
    assert fit.reconfigured({**fit.options(), "l2": 0.1}).notices == fit.notices


@pytest.mark.parametrize(
    ("target", "third", "message"),
    [
        ("b", "2", f"the target 'b' is 2 in every row that can be used (left out: {SKIPPED}), so"),
        ("b", "", f"has only one row with a value in all of a, c, b (left out: {SKIPPED}); a fit"),
    ],
)
def test_that_a_refused_fit_names_the_rows_that_the_table_lacks(
    tmp_path: Path, target: str, third: str, message: str
) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED.format(third=third, fourth=third))
    with pytest.raises(InputError) as caught:
        problem("data", table=str(path), target=target)
    assert message in str(caught.value)
