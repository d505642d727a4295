"""A table in memory: columns of numbers or of classes, and the report of how they were read.

Numeric columns hold float64 with nan wherever there is no finite number; text columns hold integer codes into their
sorted categories, -1 wherever a cell is missing. Both are read-only.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gdviz.data.report import ReadReport
from gdviz.errors import InputError

__all__ = ["Column", "ColumnKind", "Table"]

ColumnKind: TypeAlias = Literal["numeric", "text"]


@dataclass(frozen=True, eq=False)
class Column:
    """One named column of n rows.

    `values` is float64 (n,) with nan where a cell is missing, not finite or not a number; for text it is int32 (n,) of
    indices into `categories`, -1 where missing. `categories` are the different texts in sorted order, so that the same
    classes get the same codes whatever the order of the rows. `missing` counts cells with a missing mark, `non_finite`
    those that are infinite or too large for a float64.
    """

    name: str
    kind: ColumnKind
    values: npt.NDArray[Any]
    categories: tuple[str, ...] = ()
    missing: int = 0
    non_finite: int = 0

    @cached_property
    def present(self) -> npt.NDArray[np.bool_]:
        """Where the column has a value, (n,)."""
        return ~np.isnan(self.values) if self.kind == "numeric" else self.values >= 0

    @cached_property
    def constant(self) -> bool:
        """Whether no two values differ; true as well where there is none or one."""
        values = self.values[self.present]
        return bool(values.size == 0 or (values == values[0]).all())


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of equal length; `source` is the path read, or `builtin:NAME`."""

    name: str
    columns: tuple[Column, ...]
    report: ReadReport
    source: str

    @property
    def rows(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def numeric_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.kind == "numeric")

    @property
    def kinds(self) -> tuple[ColumnKind, ...]:
        return tuple(column.kind for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; raises `InputError` naming the columns there are."""
        for column in self.columns:
            if column.name == name:
                return column
        close = difflib.get_close_matches(str(name), self.names, n=1, cutoff=0.5)
        offer = f"did you mean {close[0]!r}?" if close else f"it has {_listing(self.names)}."
        raise InputError(f"{self.name} has no column {name!r}; {offer}")

    def present_rows(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        """The rows, (n,), in which every one of these columns has a value; raises `InputError` for an unknown name."""
        present = np.ones(self.rows, dtype=bool)
        for name in names:
            present &= self.column(name).present
        return present


def _listing(names: tuple[str, ...], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
