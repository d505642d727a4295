"""The quick way through pyarrow and the exact way see the same table in the same text."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdviz.data.blocks
from gdviz.data.dialect import Dialect
from gdviz.data.numbers import Numerals
from gdviz.data.quick import read_quickly
from gdviz.data.read import read_table
from gdviz.data.table import Table
from gdviz.errors import InputError

COMMA = Dialect()


@settings(max_examples=400)
@given(st.lists(st.text(st.sampled_from("0123456789+-.eEinfaNx_ '"), max_size=8), min_size=1, max_size=4))
def test_that_pyarrow_reads_a_number_only_where_numerals_do(cells: list[str]) -> None:
    found = read_quickly("".join(f"{cell},1\n" for cell in cells).encode(), COMMA, 2, {0: "numbers"}, quoted=False)
    if found is None:
        return
    parsed = Numerals(COMMA).parse(cells)
    values, missing = found.numbers[0]
    assert parsed.bad == ()
    assert missing == parsed.missing
    assert found.rows == len(cells)
    np.testing.assert_array_equal(np.where(np.isinf(values), math.nan, values), parsed.values)
    assert np.count_nonzero(np.isinf(values)) == parsed.non_finite


@given(st.floats(allow_nan=False), st.sampled_from([".", ","]))
def test_that_pyarrow_reads_every_float_as_python_does(value: float, decimal: str) -> None:
    dialect = Dialect(delimiter=";", decimal=decimal)  # type: ignore[arg-type]
    text = f"{repr(value).replace('.', decimal)};1\n"
    found = read_quickly(text.encode(), dialect, 2, {0: "numbers"}, quoted=False)
    assert found is not None
    assert found.numbers[0][0].tolist() == [value]


def test_that_a_word_for_nan_that_is_no_missing_mark_is_left_to_the_exact_way() -> None:
    assert read_quickly(b"-nan,1\n", COMMA, 2, {0: "numbers"}, quoted=False) is None
    assert read_quickly(b"NaN,1\n", COMMA, 2, {0: "numbers"}, quoted=False) is not None


def test_that_classes_and_cells_are_given_with_what_is_missing() -> None:
    found = read_quickly(b"b,x\nNA,\n a,NA\nb,z\n1,2,3\n", COMMA, 2, {0: "classes", 1: "cells"}, quoted=False)
    assert found is not None
    assert (found.rows, found.skipped) == (4, 1)
    assert found.classes[0].codes.tolist() == [0, -1, 1, 0]
    assert found.classes[0].texts == ["b", " a"]
    assert found.cells[1] == ["x", None, None, "z"]


CELL = st.one_of(
    st.sampled_from(["1", "2.5", "-3e2", " 4", "NA", "", "inf", "1e999", "５", "oops", "1,000", "nan", " ? "]),
    st.sampled_from(["a", "b c", '"', '""', "a\nb", "#", " x "]),
    st.floats(-1e6, 1e6).map(repr),
)
SEEN_ALIKE = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", " "]),
        "quotes": st.sampled_from(["where needed", "everywhere", "never"]),
        "comment": st.sampled_from(["", "#"]),
        "rows": st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
        "raggedness": st.lists(
            st.tuples(st.integers(0, 11), st.sampled_from(["1", "1,2,3,4", "", "  ", "# note"])), max_size=3
        ),
    }
)


def written(cell: str, delimiter: str, quotes: str) -> str:
    needs = any(mark in cell for mark in (delimiter, '"', "\n", " "))
    if quotes == "everywhere" or (quotes == "where needed" and needs):
        return '"' + cell.replace('"', '""') + '"'
    return cell if quotes == "where needed" else cell.replace("\n", " ")


def table_or_error(path: Path, dialect: Dialect) -> Table | str:
    try:
        return read_table(path, dialect)
    except InputError as error:
        return str(error)


@settings(max_examples=300)
@given(st.data())
def test_that_the_quick_way_and_the_exact_way_agree(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    drawn = data.draw(SEEN_ALIKE)
    delimiter = drawn["delimiter"]
    lines = [delimiter.join(written(cell, delimiter, drawn["quotes"]) for cell in row) for row in drawn["rows"]]
    for place, line in drawn["raggedness"]:
        lines.insert(place, line.replace(",", delimiter))
    text = f"x{delimiter}y{delimiter}z\n" + "\n".join(lines) + "\n"
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
    dialect = Dialect(delimiter=delimiter, comment=drawn["comment"])
    quick = table_or_error(path, dialect)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gdviz.data.blocks, "read_quickly", lambda *_: None)
        exact = table_or_error(path, dialect)
    if isinstance(quick, str) or isinstance(exact, str):
        assert quick == exact
        return
    assert quick.names == exact.names
    for one, other in zip(quick.columns, exact.columns, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert (one.kind, one.categories, one.missing) == (other.kind, other.categories, other.missing)
        assert one.non_finite == other.non_finite
    assert quick.report == exact.report


def test_that_rows_longer_than_a_piece_are_read_among_odd_cells(table_file: Callable[..., Path]) -> None:
    long = "word " * 30_000
    rows = f"２,a\n3,{long}\n4,b\n" * 5
    table = read_table(table_file("x,c\n" + "1,a\n" * 20_000 + rows))
    np.testing.assert_array_equal(table.column("x").values, [1] * 20_000 + [2, 3, 4] * 5)
    assert table.column("c").categories == ("a", "b", long.strip())


@pytest.mark.parametrize("repeats", [1, 3_000])
def test_that_odd_cells_do_not_change_those_around_them(
    table_file: Callable[..., Path], repeats: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = '1,a\n２,b\n3,"c"\noops,a\n5,NA\n6,b\n7\n' + "8,c\n" * 50
    path = table_file("x,c\n" + block * repeats)
    quick = read_table(path)
    monkeypatch.setattr(gdviz.data.blocks, "read_quickly", lambda *_: None)
    exact = read_table(path)
    expected = [1, 2, 3, math.nan, 5, 6, *[8] * 50] * repeats
    np.testing.assert_array_equal(quick.column("x").values, expected)
    np.testing.assert_array_equal(exact.column("x").values, expected)
    np.testing.assert_array_equal(quick.column("c").values, exact.column("c").values)
    assert quick.report == exact.report
    assert quick.report.bad_cell_count == quick.report.skipped_count == repeats
