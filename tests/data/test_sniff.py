"""The preview shows how a table would be read before it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gdviz.data.dialect import Dialect
from gdviz.data.read import read_table
from gdviz.data.sniff import PREVIEW_ROWS, preview, sniff
from gdviz.data.source import TableFile
from gdviz.errors import InputError
from gdviz.files import resource

WriteFile = Callable[..., Path]


def test_that_iris_is_understood() -> None:
    path = resource("tables", "iris.csv")
    found = sniff(path)
    assert found.dialect == Dialect()
    assert found.certain
    assert found.names == ("sepal_length", "sepal_width", "petal_length", "petal_width", "species")
    assert found.kinds == ("numeric",) * 4 + ("text",)
    assert found.roles == ("feature",) * 4 + ("target",)
    assert len(found.rows) == PREVIEW_ROWS
    assert found.rows[0] == ("5.1", "3.5", "1.4", "0.2", "setosa")
    assert (found.size, found.text_size) == (path.stat().st_size,) * 2
    assert (found.name, found.complete, found.is_large) == ("iris.csv", False, False)


def test_that_delimiter_decimal_mark_and_encoding_are_shown_together(table_file: WriteFile) -> None:
    found = sniff(table_file("身高;体重\n1,72;65,5\n1,80;81,5\n", encoding="gbk"))
    assert found.dialect == Dialect(encoding="gb18030", delimiter=";", decimal=",")
    assert found.dialect.delimiter_name == "semicolon"
    assert not found.certain
    assert found.notes == ("Read as GB18030, which includes GBK: common Chinese characters, and not UTF-8.",)
    assert found.rows == (("1,72", "65,5"), ("1,80", "81,5"))
    assert found.complete


def test_that_rows_are_shown_with_as_many_cells_as_columns(table_file: WriteFile) -> None:
    found = sniff(table_file("x,y,z\n1,2,3\n4\n5,6,7,8\n9,8," + "7" * 100 + "\n"))
    assert found.rows == (("1", "2", "3"), ("4", "", ""), ("5", "6", "7"), ("9", "8", "7" * 29 + "…"))


def test_that_renamed_columns_are_told(table_file: WriteFile) -> None:
    assert sniff(table_file("x,x\n1,2\n")).notes[1:] == ("The column 'x' is called 'x_2' here.",)


def test_that_a_column_without_values_so_far_is_shown_as_numeric(table_file: WriteFile) -> None:
    assert sniff(table_file("x,y\n1,\n2,NA\n")).kinds == ("numeric", "numeric")


def test_that_a_changed_dialect_changes_the_preview(table_file: WriteFile) -> None:
    path = table_file("x;y\n1,5;2\n3,5;4\n")
    found = sniff(path)
    without_header = preview(path, replace(found.dialect, header=False))
    assert without_header.names == ("column_1", "column_2")
    assert without_header.rows[0] == ("x", "y")
    as_one_column = preview(path, replace(found.dialect, delimiter="\t", decimal="."))
    assert as_one_column.names == ("x;y",)
    assert as_one_column.notes == ("UTF-8, as chosen.",)
    with_point = preview(path, replace(found.dialect, decimal="."))
    assert with_point.kinds == ("text", "numeric")


def test_that_a_wrong_encoding_is_shown_and_not_refused(table_file: WriteFile) -> None:
    path = table_file("x,标签\n1,甲\n", encoding="gbk")
    found = preview(path, Dialect(encoding="utf-8"))
    assert "�" in found.names[1]
    assert found.notes == ("UTF-8, as chosen.", "Some bytes don't fit UTF-8; choose another encoding.")
    assert not found.certain
    assert preview(path, Dialect(encoding="gb18030")).names == ("x", "标签")


def test_that_two_encodings_in_one_file_can_be_previewed_but_not_read(table_file: WriteFile) -> None:
    path = table_file("x,y\n1,甲\n".encode() + "2,乙\n".encode("gbk"))
    found = sniff(path)
    assert (found.dialect.encoding, found.certain) == ("utf-8", False)
    assert found.notes[-1] == "Some bytes don't fit UTF-8; choose another encoding."
    with pytest.raises(
        InputError, match=r"^table\.csv: line 3 holds bytes that are not UTF-8; choose another encoding"
    ):
        read_table(path)


def test_that_what_was_previewed_is_what_is_read(table_file: WriteFile) -> None:
    path = table_file("x;y\n1,5;a\n2,5;b\n", encoding="utf-16")
    found = sniff(path)
    table = read_table(path, found.dialect)
    assert (table.names, table.kinds) == (found.names, found.kinds)


def test_that_another_delimiter_that_would_do_as_well_is_told(table_file: WriteFile) -> None:
    found = sniff(table_file("1,5 2,5\n3,5 4,5\n"))
    assert not found.certain
    assert found.notes[-1] == "The delimiter could also be the comma."
    assert all("could also" not in note for note in sniff(table_file("x\ty\n1\t2\n")).notes)


def test_that_the_first_64_kb_are_enough(table_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table_file("x,y\n" + "1,2\n" * 1_000_000)
    true_read = TableFile.read
    counts: list[int] = []

    def counted(self: TableFile, size: int) -> bytes:
        data = true_read(self, size)
        counts.append(len(data))
        return data

    monkeypatch.setattr(TableFile, "read", counted)
    found = sniff(path)
    assert sum(counts) <= 2**16
    assert not found.complete
    assert found.size == 4_000_004


def test_that_a_first_row_longer_than_64_kb_is_still_seen(table_file: WriteFile) -> None:
    names = [f"a column with quite a long name {i}" for i in range(3_000)]
    found = sniff(table_file(",".join(names) + "\n" + ",".join("1" * 3_000) + "\n"))
    assert found.names == tuple(names)


def test_that_the_size_after_unpacking_is_told(table_file: WriteFile) -> None:
    text = "".join(f"{i},{i * i % 977}\n" for i in range(20_000)).encode()
    found = sniff(table_file(gzip.compress(text), "table.csv.gz"))
    assert found.text_size == len(text)
    assert found.size < found.text_size


def test_that_a_large_table_is_known_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"x,y\n" + b"1,2\n" * 20_000)
        file.truncate(300 * 2**20)
    assert sniff(path).is_large


@pytest.mark.parametrize("text", ["", "   \n\n  \n", "\n", "x,y\n", "# only\n# comments\n", "\ufeff"])
def test_that_nothing_is_refused_with_a_sentence(table_file: WriteFile, text: str) -> None:
    path = table_file(text)
    with pytest.raises(
        InputError, match=r"^table\.csv: (the file is empty|the table has a header but no rows).*; choose "
    ):
        sniff(path)
    with pytest.raises(
        InputError, match=r"^table\.csv: (the file is empty|the table has a header but no rows).*; choose "
    ):
        read_table(path)


def test_that_no_row_under_the_header_fitting_it_is_refused(table_file: WriteFile) -> None:
    path = table_file("x,y,z,w\n1,2\n3,4\n")
    with pytest.raises(InputError) as caught:
        sniff(path)
    assert str(caught.value) == (
        "table.csv: no row has as many cells as the header, which has 4, while line 2 has 2; check the delimiter "
        "(comma)."
    )


def test_that_too_many_columns_are_refused(table_file: WriteFile) -> None:
    path = table_file(",".join(f"c{i}" for i in range(20_000)) + "\n" + ",".join("1" * 20_000) + "\n")
    with pytest.raises(
        InputError, match="the table has 20,000 columns, more than the 5,000 that can be read; keep those"
    ):
        sniff(path)


@pytest.mark.parametrize(
    ("content", "line"),
    [("x,y\n1," + "9" * 5_000_000 + "\n", 2), ("x,y\n1,2\n" + "9" * 5_000_000, 3), ("9" * 5_000_000, 1)],
)
def test_that_endless_rows_are_refused_by_their_line(table_file: WriteFile, content: str, line: int) -> None:
    message = rf"^table\.csv: the row in line {line} is longer than 1 MB, as no table's row is; check the quotes"
    with pytest.raises(InputError, match=message):
        read_table(table_file(content))


def test_that_an_endless_row_in_the_middle_is_refused_by_its_line(table_file: WriteFile) -> None:
    rows = "1,2\n" * 100_000
    with pytest.raises(InputError, match="the row in line 100002 is longer than 1 MB"):
        read_table(table_file("x,y\n" + rows + "1," + "9" * 1_100_000 + "\n" + rows))
    with pytest.raises(InputError, match="the row in line 100002 is longer than 1 MB"):
        read_table(table_file("x,y\n" + rows + '1,"' + "9,\n" * 1_100_000))


@pytest.mark.parametrize("rows", [0, 100_000])
def test_that_an_open_quote_is_refused_by_its_line(table_file: WriteFile, rows: int) -> None:
    text = "x,y\n" + "1,2\n" * rows + '1,"2\n3,4\n'
    with pytest.raises(InputError, match=rf"^table\.csv: line {rows + 2} opens a quote that is never closed; close it"):
        read_table(table_file(text))
