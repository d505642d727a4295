"""Tables made of columns, as if read from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdviz.data.report import ReadReport
from gdviz.data.table import Column, Table

MakeTable = Callable[..., Table]


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """A table of named columns: texts make classes, None and nan are missing."""

    def make(**columns: Any) -> Table:
        made = [_column(name, values) for name, values in columns.items()]
        return Table("made up", tuple(made), ReadReport(rows=len(made[0].values)), "made_up.csv")

    return make


def _column(name: str, values: Any) -> Column:
    listed = list(values)
    if not any(isinstance(value, str) for value in listed):
        numbers = np.array([np.nan if value is None else value for value in listed], dtype=np.float64)
        return Column(name, "numeric", numbers)
    categories = tuple(sorted({value for value in listed if value is not None}))
    codes = np.array([-1 if value is None else categories.index(value) for value in listed], dtype=np.int32)
    return Column(name, "text", codes, categories)
