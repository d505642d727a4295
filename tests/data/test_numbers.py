"""What counts as a number in a cell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.data.dialect import Dialect
from gdviz.data.numbers import Numerals, column_kind

POINT = Numerals(Dialect())
COMMA = Numerals(Dialect(delimiter=";", decimal=","))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1", 1.0), (" 1.5 ", 1.5), ("+1", 1.0), ("-.5", -0.5), ("1.", 1.0), ("1e5", 1e5), ("1E-3", 1e-3),
        ("007", 7.0), ("1e400", math.inf), ("-1e400", -math.inf), ("inf", math.inf), ("-Infinity", -math.inf),
        ("∞", math.inf), ("-∞", -math.inf), ("１２．５", 12.5), ("－３", -3.0), ("＋３", 3.0), ("−3", -3.0),
        ("\u30001\u3000", 1.0),
        ("1,234", 1234.0), ("-1,234,567.5", -1234567.5), ("1'234", 1234.0), ("1’234", 1234.0), ("1\u202f234", 1234.0),
    ],
)  # fmt: skip
def test_that_numbers_are_read(cell: str, value: float) -> None:
    assert POINT.number(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,5", 1.5),
        ("-,5", -0.5),
        ("1,", 1.0),
        ("1,5e3", 1500.0),
        ("1.234", 1234.0),
        ("1.234,5", 1234.5),
        ("１，５", 1.5),
    ],
)
def test_that_numbers_with_decimal_comma_are_read(cell: str, value: float) -> None:
    assert COMMA.number(cell) == value


@pytest.mark.parametrize(
    "cell",
    ["", "abc", "1_000", "0x10", "1e", "e5", ".", "-", "+", "1.2.3", "--1", "1 2", "12,34", "1,23", "1,2345",
     "1,234'567", "nan", "10%", "$5", "1d5", "true", "²", "½", "\0", "1\n2"],
)  # fmt: skip
def test_that_other_cells_are_no_numbers(cell: str) -> None:
    assert POINT.number(cell) is None


@pytest.mark.parametrize("cell", ["1.5", "1.5,2", "1 234", "12.34", "1e1,5"])
def test_that_other_cells_are_no_numbers_with_decimal_comma(cell: str) -> None:
    assert COMMA.number(cell) is None


@given(st.floats(allow_nan=False))
def test_that_every_float_comes_back(value: float) -> None:
    assert POINT.number(repr(value)) == value
    assert COMMA.number(repr(value).replace(".", ",")) == value


def test_that_cells_are_counted_by_what_is_wrong_with_them() -> None:
    parsed = POINT.parse(["1", None, "", " NA ", "inf", "-1e999", "abc ", "1,000", "２"])
    np.testing.assert_array_equal(parsed.values, [1, *[math.nan] * 6, 1000, 2])
    assert (parsed.missing, parsed.non_finite, parsed.bad) == (3, 2, ((6, "abc"),))
    assert parsed.grouped
    assert parsed.unusual


def test_that_plain_numbers_and_marks_are_nothing_unusual() -> None:
    parsed = COMMA.parse(["1,5", "2", "NA", None])
    assert not parsed.unusual
    assert not parsed.grouped


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2"], "numeric"),
        (["1", "NA", ""], "numeric"),
        (["", "NA"], None),
        ([], None),
        (["a", "b"], "text"),
        (["1", "2", "oops"], "numeric"),
        (["1", "a"], "text"),
        (["inf", "1e999"], "numeric"),
    ],
)
def test_that_a_column_is_numeric_when_most_of_its_cells_are_numbers(cells: list[str], kind: str | None) -> None:
    assert column_kind(cells, POINT) == kind
