"""Every way of writing a table that people meet gives exactly the table they meant, and says what was left out."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.data.dialect import Dialect
from gdviz.data.read import read_table
from gdviz.data.report import BadCell, SkippedRow
from gdviz.data.table import Table
from gdviz.errors import InputError

NAN = float("nan")
LABELLED = "x,y,标签\n1,2.5,甲\n2,3.5,乙\n3,4.5,丙\n"
LABELLED_COLUMNS = {"x": [1, 2, 3], "y": [2.5, 3.5, 4.5], "标签": ["甲", "乙", "丙"]}

TableFile = Callable[..., Path]


def contents(table: Table) -> dict[str, list[Any]]:
    """The columns as lists: numbers with nan where missing, texts with None."""
    found: dict[str, list[Any]] = {}
    for column in table.columns:
        if column.kind == "numeric":
            found[column.name] = column.values.tolist()
        else:
            found[column.name] = [column.categories[code] if code >= 0 else None for code in column.values.tolist()]
    return found


def assert_contents(table: Table, expected: dict[str, list[Any]]) -> None:
    found = contents(table)
    assert list(found) == list(expected)
    for name, cells in expected.items():
        if any(isinstance(cell, str) for cell in cells):
            assert found[name] == cells
        else:
            np.testing.assert_array_equal(found[name], cells, err_msg=name)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\0\0"),
        ("gbk", b""),
        ("gb18030", b""),
    ],
)
def test_that_encodings_are_found_out(table_file: TableFile, encoding: str, mark: bytes) -> None:
    assert_contents(read_table(table_file(mark + LABELLED.encode(encoding))), LABELLED_COLUMNS)


def test_that_gb18030_characters_of_four_bytes_are_read(table_file: TableFile) -> None:
    table = read_table(table_file(LABELLED + "4,5,𠮷\n", encoding="gb18030"))
    assert table.column("标签").categories == ("丙", "乙", "甲", "𠮷")
    assert table.report.encoding == "GB18030"
    assert "Read as GB18030, which includes GBK: common Chinese characters, and not UTF-8." in table.report.sentences()


CONTENTS: dict[str, tuple[str, dict[str, list[Any]]]] = {
    "comma": ("x,y\n1,2\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "semicolon": ("x;y\n1.5;2.5\n", {"x": [1.5], "y": [2.5]}),
    "tab": ("x\ty\n1\t2\n3\t4\n", {"x": [1, 3], "y": [2, 4]}),
    "tab with empty cells": (
        "x\ty\tz\n1\t\t2\n\t\t\n3\t4\t5\n",
        {"x": [1, NAN, 3], "y": [NAN, NAN, 4], "z": [2, NAN, 5]},
    ),
    "bar": ("x|y\n1|2\n3|4\n", {"x": [1, 3], "y": [2, 4]}),
    "spaces": ("  x   y\n  1   2 \n 30  4\n", {"x": [1, 30], "y": [2, 4]}),
    "spaces and quotes": ('x name\n1 "a b"\n2   c\n', {"x": [1, 2], "name": ["a b", "c"]}),
    "spaces and quotes at the end": ('x name\n1 "a b" \n2 "c"\n', {"x": [1, 2], "name": ["a b", "c"]}),
    "decimal comma": ("x;y\n1,5;2,5\n3,5;4,5\n", {"x": [1.5, 3.5], "y": [2.5, 4.5]}),
    "decimal comma of three digits": ("x;y\n1,234;2,345\n", {"x": [1.234], "y": [2.345]}),
    "decimal comma and spaces": ("x y\n1,5 2,5\n3,5 4,5\n", {"x": [1.5, 3.5], "y": [2.5, 4.5]}),
    "decimal comma in quotes": ('x,y\n"1,5","2,5"\n"3,5","4,5"\n', {"x": [1.5, 3.5], "y": [2.5, 4.5]}),
    "decimal comma with groups": ("x;y\n1.234,5;2\n2.345,25;3\n", {"x": [1234.5, 2345.25], "y": [2, 3]}),
    "thousands": ('x,y\n"1,234",2\n"2,345.5",3\n', {"x": [1234, 2345.5], "y": [2, 3]}),
    "thousands with narrow blanks": ("x;y\n1\u202f234;2\n2\u00a0345\u00a0678;3\n", {"x": [1234, 2345678], "y": [2, 3]}),
    "no header": ("1,2\n3,4\n5,6\n", {"column_1": [1, 3, 5], "column_2": [2, 4, 6]}),
    "no header with words": (
        "5.1,setosa\n4.9,virginica\n",
        {"column_1": [5.1, 4.9], "column_2": ["setosa", "virginica"]},
    ),
    "years as header": ("x,2019\n1,5\n2,6\n", {"x": [1, 2], "2019": [5, 6]}),
    "words only": ("name,colour\nann,red\nbob,blue\n", {"name": ["ann", "bob"], "colour": ["red", "blue"]}),
    "words only, no header": ("a,b\na,c\nb,b\n", {"column_1": ["a", "a", "b"], "column_2": ["b", "c", "b"]}),
    "one column": ("x\n1\n2\n", {"x": [1, 2]}),
    "returns only": ("x,y\r1,2\r3,4\r", {"x": [1, 3], "y": [2, 4]}),
    "returns and line feeds": ("x,y\r\n1,2\r\n3,4\r\n", {"x": [1, 3], "y": [2, 4]}),
    "no line end": ("x,y\n1,2\n3,4", {"x": [1, 3], "y": [2, 4]}),
    "blank lines": ("\n\nx,y\n\n1,2\n   \n3,4\n\n", {"x": [1, 3], "y": [2, 4]}),
    "blanks around cells": (" x , y \n 1 ,  2\n3 , NA \n", {"x": [1, 3], "y": [2, NAN]}),
    "comments on top": ("# made by lab\n# 2024\nx,y\n1,2\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "comments among rows": ("# lab\nx,y\n1,2\n# pause\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "comments and quotes": ('# lab\nx,y\n1,"a"\n# "pause\n3,b\n', {"x": [1, 3], "y": ["a", "b"]}),
    "header in a comment": ("# x y\n1 2\n3 4\n", {"x": [1, 3], "y": [2, 4]}),
    "header in the last comment": ("% lab\n%x,y\n1,2\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "comments and no header": ("# lab\n1,2\n3,4\n", {"column_1": [1, 3], "column_2": [2, 4]}),
    "marked with a hash": ("id,colour\n1,#ff0000\n2,#00ff00\n", {"id": [1, 2], "colour": ["#ff0000", "#00ff00"]}),
    "title lines": ("Report of the lab\n\nx,y\n1,2\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "duplicate names": ("x,x,y\n1,2,3\n4,5,6\n", {"x": [1, 4], "x_2": [2, 5], "y": [3, 6]}),
    "duplicates of renamed": ("x,x,x_2\n1,2,3\n4,5,6\n", {"x": [1, 4], "x_3": [2, 5], "x_2": [3, 6]}),
    "empty names": (",y\n1,2\n", {"column_1": [1], "y": [2]}),
    "rows with names": ("x,y\na,1,2\nb,3,4\n", {"column_1": ["a", "b"], "x": [1, 3], "y": [2, 4]}),
    "delimiters at the end": ("x,y,\n1,2,\n3,4,\n", {"x": [1, 3], "y": [2, 4]}),
    "delimiters at the end of rows": ("x,y\n1,2,\n3,4,\n", {"x": [1, 3], "y": [2, 4]}),
    "delimiters at the end of the header": ("x,y,\n1,2\n3,4\n", {"x": [1, 3], "y": [2, 4]}),
    "full-width digits": ("x,y\n１,２\n３．５,－４\n", {"x": [1, 3.5], "y": [2, -4]}),
    "minus of typesetters": ("x,y\n−1,2\n3,+4\n", {"x": [-1, 3], "y": [2, 4]}),
    "large and small": (
        "x,y\n123456789012345678901234567890,1e-310\n2,3\n",
        {"x": [1.2345678901234568e29, 2], "y": [1e-310, 3]},
    ),
    "missing marks": (
        "x,y\n1,2\n,3\nNA,4\nNaN,5\n?,6\n-,7\nnan,8\nnull,9\nn/a,10\n11,12\n",
        {"x": [1, *[NAN] * 8, 11], "y": [2, 3, 4, 5, 6, 7, 8, 9, 10, 12]},
    ),
    "missing classes": ("x,c\n1,a\n2,NA\n3,\n4,b\n", {"x": [1, 2, 3, 4], "c": ["a", None, None, "b"]}),
    "not finite": (
        "x,y\n1,inf\n2,-inf\n3,nan\n4,1e400\n5,-1e-400\n6,∞\n",
        {"x": [1, 2, 3, 4, 5, 6], "y": [NAN] * 4 + [-0.0, NAN]},
    ),
    "text and classes": ("x,cls\n1,dog\n2,cat\n3,dog\n", {"x": [1, 2, 3], "cls": ["dog", "cat", "dog"]}),
    "booleans": ("x,y\nTrue,1\nFalse,0\n", {"x": ["True", "False"], "y": [1, 0]}),
    "dates": ("t,y\n2024-01-01,1\n2024-01-02,2\n", {"t": ["2024-01-01", "2024-01-02"], "y": [1, 2]}),
    "percentages": ("x,y\n10%,1\n20%,2\n", {"x": ["10%", "20%"], "y": [1, 2]}),
    "formulas of spreadsheets": ("x,y\n=cmd|' /C calc'!A0,1\n", {"x": ["=cmd|' /C calc'!A0"], "y": [1]}),
    "nearly numbers": ("x,y\n1_0,1\n0x10,2\n1,2e\n", {"x": ["1_0", "0x10", "1"], "y": [1, 2, NAN]}),
    "quoted cells": (
        'x,name\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n',
        {"x": [1, 2, 3], "name": ["a, b", 'say "hi"', "two\nlines"]},
    ),
    "quotes after blanks": ('x,name\n1, "a, b"\n2, c\n', {"x": [1, 2], "name": ["a, b", "c"]}),
    "quotes within words": ('x,name\n1,5" disk\n2,"5" disk"\n', {"x": [1, 2], "name": ['5" disk', '"5" disk"']}),
    "a header of two lines": ('"x\n1",y\n1,2\n', {"x 1": [1], "y": [2]}),
    "zero byte": ("x,y\n1,2\n3,\0\n5,6\n", {"x": [1, 3, 5], "y": [2, NAN, 6]}),
}  # fmt: skip


LINES_ABOVE = {
    "no header": 0, "no header with words": 0, "words only, no header": 0, "blank lines": 4, "comments on top": 3,
    "comments among rows": 2, "comments and quotes": 2, "header in the last comment": 2, "comments and no header": 1,
    "title lines": 3, "a header of two lines": 2,
}  # fmt: skip
"""How many lines stand above the first row, where it is not one."""


@pytest.mark.parametrize("name", CONTENTS)
def test_that_contents_are_read_as_they_were_meant(table_file: TableFile, name: str) -> None:
    text, expected = CONTENTS[name]
    assert_contents(read_table(table_file(text)), expected)


@pytest.mark.parametrize("name", CONTENTS)
def test_that_contents_are_the_same_in_a_long_file(table_file: TableFile, name: str) -> None:
    """What holds for a few rows holds for many, which take the quick way where that sees the same."""
    text, expected = CONTENTS[name]
    ends = {"returns only": "\r", "returns and line feeds": "\r\n"}
    end = ends.get(name, "\n")
    short = read_table(table_file(text))
    # Everything above the first row stays, the rows come again and again.
    above = LINES_ABOVE.get(name, 1)
    lines = text.removesuffix(end).split(end)
    repeats = 20_000 // len(lines[above:])
    long = read_table(table_file(end.join([*lines[:above], *lines[above:] * repeats]) + end, "long.csv"))
    assert long.rows == short.rows * repeats
    assert_contents(long, {column: cells * repeats for column, cells in expected.items()})


def test_that_a_column_without_any_value_is_left_out_and_told(table_file: TableFile) -> None:
    table = read_table(table_file("x,y,\n1,,\n3,NA,\n"))
    assert table.names == ("x",)
    assert table.report.left_out == (("y", "it is empty"), ("column_3", "it is empty"))
    assert "Left out the column 'y': it is empty." in table.report.sentences()


def test_that_a_column_may_begin_with_many_missing_cells(table_file: TableFile) -> None:
    rows = 30_000
    text = "x,late,word\n" + "1,,\n" * rows + "2,7.5,b\n3,8.5,a\n"
    table = read_table(table_file(text))
    late, word = table.column("late"), table.column("word")
    assert (late.kind, late.missing, late.values[-2:].tolist()) == ("numeric", rows, [7.5, 8.5])
    assert (word.kind, word.missing, word.categories, word.values[-2:].tolist()) == ("text", rows, ("a", "b"), [1, 0])
    assert np.isnan(late.values[:rows]).all()
    assert (word.values[:rows] == -1).all()


def test_that_missing_and_infinite_cells_are_counted_apart(table_file: TableFile) -> None:
    table = read_table(table_file("x,y\n1,inf\n2,-inf\n3,nan\n4,1e400\n5,1\n6,2\n"))
    column = table.column("y")
    assert (column.missing, column.non_finite) == (1, 3)
    assert table.report.missing == (("y", 1),)
    assert table.report.non_finite == (("y", 3),)
    assert "Infinite or too large, counted as missing: 3 in 'y'." in table.report.sentences()


@pytest.mark.parametrize("rows", [2, 20_000, 100_000])
def test_that_late_text_leaves_its_column_numeric_and_is_listed(table_file: TableFile, rows: int) -> None:
    numbers = "".join(f"{i},{i}\n" for i in range(rows))
    table = read_table(table_file(f"x,y\n{numbers}abc,5\n7,8\n"))
    assert table.numeric_names == ("x", "y")
    assert table.rows == rows + 2
    assert table.report.bad_cell_count == 1
    assert table.report.bad_cells == (BadCell(rows + 2, "x", "abc"),)
    np.testing.assert_array_equal(table.column("x").values, [*range(rows), NAN, 7])
    np.testing.assert_array_equal(table.column("y").values, [*range(rows), 5, 8])
    assert (
        f"1 cell in numeric columns is not a number and counts as missing: 'abc' in line {rows + 2}, column 'x'."
        in (table.report.sentences())
    )


def test_that_only_the_first_bad_cells_are_listed_but_all_are_counted(table_file: TableFile) -> None:
    text = "x,y\n" + "".join(f"{i},{'oops' if i % 10 == 9 else i}\n" for i in range(50_000))
    report = read_table(table_file(text)).report
    assert report.bad_cell_count == 5_000
    assert [cell.line for cell in report.bad_cells] == [11 + 10 * i for i in range(20)]
    assert report.sentences()[1].endswith("'oops' in line 31, column 'y'; and 4,997 more.")


@pytest.mark.parametrize("repeats", [1, 20_000])
def test_that_ragged_rows_are_skipped_and_listed_by_line(table_file: TableFile, repeats: int) -> None:
    block = "1,2\n3,4,5\n\n6\n7,8\n"
    table = read_table(table_file("x,y\n" + block * repeats))
    assert_contents(table, {"x": [1, 7] * repeats, "y": [2, 8] * repeats})
    report = table.report
    assert report.skipped_count == 2 * repeats
    lines = [SkippedRow(5 * i + 2 + extra, cells) for i in range(10) for extra, cells in ((1, 3), (3, 1))]
    assert list(report.skipped) == lines[: 2 * repeats]
    assert report.sentences()[1].startswith(
        f"Left out {2 * repeats:,} rows without exactly 2 cells: line 3 has 3; line 5 has 1"
    )


def test_that_lines_are_counted_through_blank_and_skipped_ones(table_file: TableFile) -> None:
    report = read_table(
        table_file("x,y\n" + "1,2\n\n3\n" * 50_000 + "oops,5\n" + "1,2\n\n" * 50_000 + "6,oops\n")
    ).report
    assert report.bad_cells == (BadCell(150_002, "x", "oops"), BadCell(250_003, "y", "oops"))
    assert report.skipped_count == 50_000


@pytest.mark.parametrize("repeats", [1, 10_000])
def test_that_comments_with_as_many_cells_as_a_row_are_no_rows(table_file: TableFile, repeats: int) -> None:
    table = read_table(table_file("# lab\nname,kind\n" + "a,b\n# c,d\n" * repeats + "e,f\n"))
    assert table.rows == repeats + 1
    assert table.column("name").categories == ("a", "e")


def test_that_lines_are_counted_through_quoted_line_ends_and_comments(table_file: TableFile) -> None:
    rows = '1,"a\nb"\n# x\n2,c\n' * 9_000
    report = read_table(table_file(f"# lab\nx,name\n{rows}oops,d\n1,2,3\n")).report
    assert report.bad_cells == (BadCell(2 + 4 * 9_000 + 1, "x", "oops"),)
    assert report.skipped == (SkippedRow(2 + 4 * 9_000 + 2, 3),)


def test_that_renamed_columns_are_told(table_file: TableFile) -> None:
    report = read_table(table_file("x,x,\n1,2,3\n")).report
    assert report.renamed == (("x", "x_2"), ("", "column_3"))
    assert "Renamed columns: 'x' to 'x_2', '' to 'column_3'." in report.sentences()


def test_that_constant_columns_are_told(table_file: TableFile) -> None:
    table = read_table(table_file("x,c,word\n1,5,a\n2,5,a\n3,,a\n"))
    assert table.report.constant == ("c", "word")
    assert table.column("c").constant
    assert not table.column("x").constant
    assert "Always the same value: 'c', 'word'." in table.report.sentences()


def test_that_texts_become_sorted_classes_whatever_the_order_of_rows(table_file: TableFile) -> None:
    forward = read_table(table_file("x,c\n1,b\n2,a\n3,c\n")).column("c")
    backward = read_table(table_file("x,c\n3,c\n2,a\n1,b\n")).column("c")
    assert forward.categories == backward.categories == ("a", "b", "c")
    assert forward.values.tolist() == [1, 0, 2]
    assert forward.values.dtype == np.int32


def test_that_thousands_separators_are_told(table_file: TableFile) -> None:
    report = read_table(table_file('x,y\n"1,234",2\n"2,345",3\n')).report
    assert report.grouped == ("x",)
    assert "Thousands separators were read as such in 'x'." in report.sentences()


def test_that_a_column_of_too_many_different_texts_is_left_out(table_file: TableFile) -> None:
    text = "x,name\n" + "".join(f"{i},name {i}\n" for i in range(150_000))
    table = read_table(table_file(text))
    assert table.names == ("x",)
    assert table.rows == 150_000
    assert table.report.left_out == (("name", "it holds more than 100,000 different texts, too many to be classes"),)


def test_that_a_table_of_nothing_but_different_texts_is_refused(table_file: TableFile) -> None:
    path = table_file("name\n" + "".join(f"name-{i}\n" for i in range(150_000)))
    with pytest.raises(InputError, match=r"^table\.csv: no column holds a value"):
        read_table(path)


def test_that_the_first_64_kb_need_not_show_the_encoding(table_file: TableFile) -> None:
    rows = "1,2,abc\n" * 300_000
    table = read_table(table_file(f"x,y,c\n{rows}3,4,甲乙\n5,6,丙\n", encoding="gbk"))
    assert table.column("c").categories == ("abc", "丙", "甲乙")
    assert table.report.encoding == "GB18030"
    assert table.report.encoding_note.startswith("Read as GB18030")


def test_that_a_given_dialect_is_obeyed(table_file: TableFile) -> None:
    path = table_file("1,5;2\n3,5;N\n")
    assert_contents(read_table(path), {"column_1": [1.5, 3.5], "column_2": ["2", "N"]})
    dialect = Dialect(delimiter=";", decimal=",", header=False, missing=("N",))
    assert_contents(read_table(path, dialect), {"column_1": [1.5, 3.5], "column_2": [2, NAN]})
    dialect = Dialect(delimiter=";", decimal=",", header=True)
    assert read_table(path, dialect).names == ("1,5", "2")
    table = read_table(path, Dialect(delimiter="|", header=False))
    assert table.names == ("column_1",)


def test_that_lines_to_skip_are_obeyed_without_a_header(table_file: TableFile) -> None:
    path = table_file("# lab\ntitle\n1,2\n# pause\n3,4\n")
    table = read_table(path, Dialect(header=False, skip=2, comment="#"))
    assert_contents(table, {"column_1": [1, 3], "column_2": [2, 4]})


def test_that_single_quotes_and_no_quotes_can_be_chosen(table_file: TableFile) -> None:
    path = table_file("x,name\n1,'a, b'\n2,\"c\"\n")
    assert_contents(read_table(path, Dialect(quote="'")), {"x": [1, 2], "name": ["a, b", '"c"']})
    path = table_file('x,name\n1,"a\n2,b\n')
    assert_contents(read_table(path, Dialect(quote="")), {"x": [1, 2], "name": ['"a', "b"]})


@pytest.mark.parametrize("name", ["table.csv.gz", "table.csv"])
def test_that_gzip_is_unpacked_whatever_the_name(table_file: TableFile, name: str) -> None:
    table = read_table(table_file(gzip.compress(LABELLED.encode("gbk")), name))
    assert_contents(table, LABELLED_COLUMNS)
    assert table.name == "table"


def test_that_gzip_in_several_members_is_one_table(table_file: TableFile) -> None:
    packed = gzip.compress(b"x,y\n1,2\n") + gzip.compress(b"3,4\n")
    assert_contents(read_table(table_file(packed, "t.tsv.gz")), {"x": [1, 3], "y": [2, 4]})


def test_that_a_table_knows_its_name_and_source(table_file: TableFile) -> None:
    path = table_file("x,y\n1,2\n", "heights of trees.txt")
    table = read_table(path)
    assert (table.name, table.source) == ("heights of trees", str(path))
    assert read_table(str(path)).source == str(path)


def test_that_values_can_not_be_written_to(table_file: TableFile) -> None:
    table = read_table(table_file("x,c\n1,a\n2,b\n"))
    for column in table.columns:
        with pytest.raises(ValueError, match="read-only"):
            column.values[0] = 0


def test_that_wide_tables_are_read_up_to_the_limit(table_file: TableFile) -> None:
    names = ",".join(f"column of number {i}" for i in range(5_000))
    table = read_table(table_file(f"{names}\n" + ",".join(map(str, range(5_000))) + "\n"))
    assert len(table.columns) == 5_000
    assert table.column("column of number 4999").values.tolist() == [4999]
