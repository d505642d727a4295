"""Whatever table is written, in any encoding, delimiter and decimal mark, comes back: told the dialect, and guessed."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdviz.data.dialect import DELIMITERS, MISSING, Dialect
from gdviz.data.read import read_table
from gdviz.data.table import Table

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030")
WORDS = (
    st.text(st.sampled_from("abcXYZ甲乙丙é_ -;,|\"'#5."), min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda word: word not in MISSING and not word.startswith("#") and any(letter.isalpha() for letter in word))
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**9), 10**9).map(float), st.just(math.nan)
)


def quoted(cell: str, delimiter: str) -> str:
    special = (delimiter, '"', "\n", " ", "\t")
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in special) else cell


def number_text(value: float, decimal: str) -> str:
    return "NA" if math.isnan(value) else repr(value).replace(".", decimal)


def write(path: Path, table: dict[str, list[Any]], dialect: Dialect, encoding: str, end: str, packed: bool) -> None:
    rows = [[quoted(name, dialect.delimiter) for name in table]] if dialect.header else []
    for cells in zip(*table.values(), strict=True):
        texts = [cell if isinstance(cell, str) else number_text(cell, dialect.decimal) for cell in cells]
        rows.append([quoted(text, dialect.delimiter) for text in texts])
    raw = end.join([*(dialect.delimiter.join(row) for row in rows), ""]).encode(encoding)
    path.write_bytes(gzip.compress(raw) if packed else raw)


def assert_same(found: Table, written: dict[str, list[Any]]) -> None:
    assert found.rows == len(next(iter(written.values())))
    for column, cells in zip(found.columns, written.values(), strict=True):
        if column.kind == "numeric":
            np.testing.assert_array_equal(column.values, cells)
        else:
            assert [column.categories[code] for code in column.values] == cells
    assert found.report.skipped_count == found.report.bad_cell_count == 0


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    rows = draw(st.integers(1, 12))
    numbers = draw(st.lists(st.lists(NUMBERS, min_size=rows, max_size=rows), min_size=1, max_size=3))
    words = draw(st.lists(st.lists(WORDS, min_size=rows, max_size=rows), max_size=2))
    columns = [[0.5, *column[1:]] for column in numbers] + words  # a first number, so that it is known for a number
    return {f"列{i} of it": column for i, column in enumerate(columns)}


@settings(max_examples=300)
@given(
    table=tables(),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(list(DELIMITERS)),
    decimal=st.sampled_from([".", ","]),
    header=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    packed=st.booleans(),
)
def test_that_a_table_comes_back_when_its_dialect_is_told(
    tmp_path_factory: pytest.TempPathFactory,
    table: dict[str, list[Any]],
    encoding: str,
    delimiter: str,
    decimal: Literal[".", ","],
    header: bool,
    end: str,
    packed: bool,
) -> None:
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    dialect = Dialect(encoding=encoding, delimiter=delimiter, decimal=decimal, header=header)
    write(path, table, dialect, encoding, end, packed)
    found = read_table(path, dialect)
    assert_same(found, table)
    assert found.names == (tuple(table) if header else tuple(f"column_{i + 1}" for i in range(len(table))))


MEASURED = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))


@settings(max_examples=300)
@given(
    numbers=st.lists(
        st.tuples(MEASURED, MEASURED, st.sampled_from(["甲", "乙", "green", "dark red"])), min_size=2, max_size=12
    ),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(list(DELIMITERS)),
    decimal=st.sampled_from([".", ","]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_that_an_ordinary_table_comes_back_without_being_told_anything(
    tmp_path_factory: pytest.TempPathFactory,
    numbers: list[tuple[float, float, str]],
    encoding: str,
    delimiter: str,
    decimal: Literal[".", ","],
    end: str,
) -> None:
    table = {
        "身高": [row[0] for row in numbers],
        "weight": [row[1] for row in numbers],
        "kind": [row[2] for row in numbers],
    }
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    # A comma that parts cells stands in quotes where it is a decimal mark too.
    write(path, table, Dialect(delimiter=delimiter, decimal=decimal), encoding, end, packed=False)
    found = read_table(path)
    assert found.names == tuple(table)
    assert_same(found, table)
