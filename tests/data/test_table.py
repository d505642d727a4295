"""Columns by name, their gaps, and what can be asked of them."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.data.report import ReadReport
from gdviz.data.table import Column, Table
from gdviz.errors import InputError

NAN = float("nan")


def numeric(name: str, *values: float) -> Column:
    return Column(name, "numeric", np.array(values))


def text(name: str, *codes: int) -> Column:
    return Column(name, "text", np.array(codes, dtype=np.int32), ("a", "b"))


TABLE = Table(
    "flowers", (numeric("length", 1, NAN, 3), text("kind", 0, 1, -1), numeric("width", 4, 5, 6)), ReadReport(3), "f"
)


def test_that_a_table_knows_its_columns() -> None:
    assert TABLE.rows == 3
    assert TABLE.names == ("length", "kind", "width")
    assert TABLE.kinds == ("numeric", "text", "numeric")
    assert TABLE.numeric_names == ("length", "width")
    assert TABLE.column("kind") is TABLE.columns[1]
    assert Table("none", (), ReadReport(0), "f").rows == 0


def test_that_an_unknown_column_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"^flowers has no column 'lenght'; did you mean 'length'\?$"):
        TABLE.column("lenght")
    with pytest.raises(InputError, match=r"^flowers has no column 'z'; it has length, kind, width\.$"):
        TABLE.column("z")
    many = Table("wide", tuple(numeric(f"c{i}", 1) for i in range(20)), ReadReport(1), "f")
    with pytest.raises(InputError, match=r"it has c0, c1, .*, c11 and 8 more\.$"):
        many.column("zzz")


def test_that_rows_with_gaps_can_be_told() -> None:
    assert TABLE.column("length").present.tolist() == [True, False, True]
    assert TABLE.column("kind").present.tolist() == [True, True, False]
    assert TABLE.present_rows(["length", "width"]).tolist() == [True, False, True]
    assert TABLE.present_rows(["length", "kind"]).tolist() == [True, False, False]
    assert TABLE.present_rows([]).all()


@pytest.mark.parametrize(
    ("column", "constant"),
    [
        (numeric("x", 1, 1, NAN), True),
        (numeric("x", 1, 2), False),
        (numeric("x", NAN, NAN), True),
        (numeric("x", 5), True),
        (numeric("x", 0.1, 0.1, 0.1), True),
        (text("c", 1, 1, -1), True),
        (text("c", 0, 1), False),
    ],
)
def test_that_constant_columns_are_known(column: Column, constant: bool) -> None:
    assert column.constant is constant
