"""Columns that grow block by block while a table is read, without ever holding the numbers twice.

A `Growth` owns one growing column per place in a row: numeric, text, not decided yet because nothing but missing
cells has come, or given up. `finish` turns them into a `Table`, one column at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gdviz.data.layout import Layout
from gdviz.data.numbers import Numerals, ParsedCells, column_kind
from gdviz.data.report import MOST_LISTED, BadCell, ReadReport, SkippedRow
from gdviz.data.table import Column, ColumnKind

__all__ = ["MOST_CATEGORIES", "GrowingColumn", "Growth"]

MOST_CATEGORIES = 100_000
"""A text column with more different texts than this holds names or remarks, not classes."""


class _GrowingArray:
    """An array whose length is set by `extend`; grows in place, so that old and new never stand side by side."""

    def __init__(self, capacity: int, dtype: type[np.generic]) -> None:
        self._store: npt.NDArray[Any] = np.empty(capacity, dtype=dtype)
        self._length = 0

    def extend(self, values: npt.ArrayLike, count: int) -> None:
        """Append `count` values, or one value so many times."""
        needed = self._length + count
        if needed > len(self._store):
            self._store.resize(needed + needed // 8 + 1024, refcheck=False)
        self._store[self._length : needed] = values
        self._length = needed

    def finish(self) -> npt.NDArray[Any]:
        self._store.resize(self._length, refcheck=False)
        self._store.flags.writeable = False
        return self._store


class GrowingColumn:
    """One column in the making; `kind` is None as long as every cell was missing, `given_up` says why it was
    dropped.
    """

    def __init__(self, name: str, kind: ColumnKind | None, capacity: int) -> None:
        self.name = name
        self.kind = kind
        self.given_up = ""
        self.missing = 0
        self.non_finite = 0
        self.grouped = False
        self.doubtful = False
        self._rows = 0
        self._capacity = capacity
        self._codes_of: dict[str, int] = {}
        self._array: _GrowingArray | None = None
        if kind is not None:
            self.decide(kind)

    def decide(self, kind: ColumnKind) -> None:
        """Settle the kind; the rows so far were missing."""
        self.kind = kind
        is_numeric = kind == "numeric"
        self._array = _GrowingArray(max(self._capacity, self._rows), np.float64 if is_numeric else np.int32)
        self._array.extend(np.nan if is_numeric else -1, self._rows)

    def add_missing(self, count: int) -> None:
        """Add rows without a value to a column that is not decided yet, or given up."""
        self.missing += count
        self._rows += count

    def add_numbers(self, values: npt.NDArray[np.float64], missing: int) -> None:
        """Add numbers (n,) with nan for the `missing` ones; infinite ones become nan and are counted."""
        infinite = np.isinf(values)
        non_finite = int(np.count_nonzero(infinite))
        if non_finite:
            values = np.where(infinite, np.nan, values)
        self._extend(values, missing, non_finite)

    def add_parsed(self, parsed: ParsedCells) -> None:
        """Add cells that were read one by one."""
        self.grouped |= parsed.grouped
        self.doubtful |= parsed.unusual
        self._extend(parsed.values, parsed.missing, parsed.non_finite)

    def add_texts(self, codes: npt.NDArray[np.integer[Any]], texts: Sequence[str | None], numerals: Numerals) -> None:
        """Add cells as indices (n,) into the block's own `texts`; -1 and None are missing."""
        translated = [self._code(text, numerals) for text in texts]
        # The last entry serves the index -1.
        own = np.array([*translated, -1], dtype=np.int32)[codes]
        self._extend(own, int(np.count_nonzero(own < 0)), 0)
        if len(self._codes_of) > MOST_CATEGORIES:
            self.given_up = f"it holds more than {MOST_CATEGORIES:,} different texts, too many to be classes"
            self._array = None
            self._codes_of = {}

    def _code(self, text: str | None, numerals: Numerals) -> int:
        if text is None or numerals.is_missing(text):
            return -1
        return self._codes_of.setdefault(text.strip(), len(self._codes_of))

    def _extend(self, values: npt.NDArray[Any], missing: int, non_finite: int) -> None:
        assert self._array is not None, "a column is decided before it takes values"
        self._array.extend(values, len(values))
        self._rows += len(values)
        self.missing += missing
        self.non_finite += non_finite

    def finish(self) -> Column | None:
        """The column, or None where it has no value at all or was given up."""
        if self._array is None:
            self.given_up = self.given_up or "it is empty"
            return None
        values = self._array.finish()
        if self.kind == "numeric":
            return Column(self.name, "numeric", values, (), self.missing, self.non_finite)
        categories = sorted(self._codes_of)
        ranks = {text: rank for rank, text in enumerate(categories)}
        order = np.array([*(ranks[text] for text in self._codes_of), -1], dtype=np.int32)
        codes = order[values]
        codes.flags.writeable = False
        return Column(self.name, "text", codes, tuple(categories), self.missing)


class Growth:
    """All columns of a table in the making, with the rows that were skipped and the cells that were no numbers."""

    def __init__(self, layout: Layout, capacity: int) -> None:
        pairs = zip(layout.names, layout.kinds, strict=True)
        self.columns = tuple(GrowingColumn(name, kind, capacity) for name, kind in pairs)
        self.rows = 0
        self._renamed = layout.renamed
        self._skipped: list[SkippedRow] = []
        self._skipped_count = 0
        self._bad_cells: list[BadCell] = []
        self._bad_cell_count = 0

    def skip(self, line: int, cells: int) -> None:
        """Note a row that is left out for having `cells` cells."""
        self._skipped_count += 1
        if len(self._skipped) < MOST_LISTED:
            self._skipped.append(SkippedRow(line, cells))

    def add_cells(self, cells: Sequence[Sequence[str | None]], lines: Sequence[int], numerals: Numerals) -> None:
        """Add rows given as one sequence of cells a column; `lines` are those of the rows."""
        for column, own in zip(self.columns, cells, strict=True):
            self.add_column_cells(column, own, lines, numerals)
        self.rows += len(lines)

    def add_column_cells(
        self, column: GrowingColumn, cells: Sequence[str | None], lines: Sequence[int], numerals: Numerals
    ) -> None:
        """Add cells of one column read as text; the caller counts the rows."""
        if column.kind is None:
            kind = column_kind([cell for cell in cells if cell is not None], numerals)
            if kind is not None:
                column.decide(kind)
        if column.kind is None or column.given_up:
            column.add_missing(len(cells))
        elif column.kind == "text":
            column.add_texts(np.arange(len(cells)), cells, numerals)
        else:
            parsed = numerals.parse(cells)
            column.add_parsed(parsed)
            self._bad_cell_count += len(parsed.bad)
            self._note_bad_cells([BadCell(lines[index], column.name, text) for index, text in parsed.bad[:MOST_LISTED]])

    def _note_bad_cells(self, cells: Sequence[BadCell]) -> None:
        if cells:
            # Columns of one block come one after the other; the first lines among them are kept.
            self._bad_cells = sorted([*self._bad_cells, *cells], key=lambda cell: cell.line)[:MOST_LISTED]

    def finish(self) -> Iterator[Column | None]:
        """The finished columns one by one, None for one that is left out."""
        for column in self.columns:
            yield column.finish()

    def report(self, columns: Sequence[Column], encoding: str, encoding_note: str) -> ReadReport:
        """The report on the finished `columns`."""
        return ReadReport(
            rows=self.rows,
            expected_cells=len(self.columns),
            encoding=encoding,
            encoding_note=encoding_note,
            skipped_count=self._skipped_count,
            skipped=tuple(self._skipped),
            bad_cell_count=self._bad_cell_count,
            bad_cells=tuple(self._bad_cells),
            missing=tuple((column.name, column.missing) for column in columns if column.missing),
            non_finite=tuple((column.name, column.non_finite) for column in columns if column.non_finite),
            constant=tuple(column.name for column in columns if column.constant and self.rows > 1),
            renamed=self._renamed,
            categories=tuple((column.name, len(column.categories)) for column in columns if column.kind == "text"),
            grouped=tuple(column.name for column in self.columns if column.grouped),
            left_out=tuple((column.name, column.given_up) for column in self.columns if column.given_up),
        )
