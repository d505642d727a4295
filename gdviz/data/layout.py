"""The columns of a table, from its first records: names, kinds, and how many cells a row has.

Preview and reading share it, so that what was shown is what is loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gdviz.data.dialect import Dialect
from gdviz.data.errors import TableFormatError
from gdviz.data.numbers import Numerals, column_kind
from gdviz.data.records import Record
from gdviz.data.table import ColumnKind

__all__ = ["MOST_COLUMNS", "Layout", "is_header", "lay_out", "usual_count"]

MOST_COLUMNS = 5000
"""More columns than any model here can use, and than any list of them can show."""

# Enough cells to tell numbers from text, few enough to be looked at in a blink.
_MOST_CELLS = 8000
_FEWEST_ROWS = 100


@dataclass(frozen=True)
class Layout:
    """`kinds` has None where the first rows hold no value; `renamed` pairs names in the file with names here."""

    names: tuple[str, ...]
    kinds: tuple[ColumnKind | None, ...]
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        return len(self.names)


def lay_out(records: Sequence[Record], dialect: Dialect) -> tuple[Layout, Sequence[Record]]:
    """The columns and the records below the header; raises `InputError` where there are none or too many."""
    if not records:
        raise TableFormatError("the file is empty, there is nothing but blank lines; choose a table with rows.")
    body = records[1:] if dialect.header else records
    header = [cell.strip() for cell in records[0].cells] if dialect.header else []
    if not body:
        raise TableFormatError("the table has a header but no rows; choose one with data below its header.")
    count = usual_count(body)
    if dialect.header:
        header = _fitted(header, body, count)
        count = len(header)
    if count > MOST_COLUMNS:
        raise TableFormatError(
            f"the table has {count:,} columns, more than the {MOST_COLUMNS:,} that can be read; keep those you need."
        )
    fitting = [record.cells for record in body if len(record.cells) == count]
    if not fitting:
        raise TableFormatError(
            f"no row has as many cells as the header, which has {count}, while line {body[0].line} has "
            f"{len(body[0].cells)}; check the delimiter ({dialect.delimiter_name})."
        )
    numerals = Numerals(dialect)
    looked_at = fitting[: max(_FEWEST_ROWS, _MOST_CELLS // count)]
    kinds = tuple(column_kind(cells, numerals) for cells in zip(*looked_at, strict=True))
    names, renamed = _unique_names(header or [""] * count)
    return Layout(names, kinds, renamed if dialect.header else ()), body


def usual_count(records: Sequence[Record]) -> int:
    """How many cells most records have; the larger number where two are as frequent."""
    counts = Counter(len(record.cells) for record in records)
    return max(counts, key=lambda count: (counts[count], count))


def _fitted(header: list[str], body: Sequence[Record], count: int) -> list[str]:
    """The header with one name for each cell of the rows below, where it has one too few or an empty one too many."""
    usual = [record.cells for record in body if len(record.cells) == count]
    if 2 * len(usual) <= len(body):
        return header
    if count == len(header) + 1:
        # Rows that end with a delimiter, or begin with a name of their own, which some programs give no heading.
        ends_empty = all(not cells[-1].strip() for cells in usual)
        return [*header, ""] if ends_empty else ["", *header]
    if count == len(header) - 1 and not header[-1]:
        return header[:-1]
    return header


def _unique_names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    cleaned = [" ".join(name.replace("\0", "").split()) for name in header]
    taken = set(cleaned)
    seen: set[str] = set()
    names: list[str] = []
    for position, wanted in enumerate(cleaned, start=1):
        name = wanted
        if not wanted or wanted in seen:
            stem, number = (wanted, 2) if wanted else ("column", position)
            while f"{stem}_{number}" in taken:
                number += 1
            name = f"{stem}_{number}"
            taken.add(name)
        seen.add(name)
        names.append(name)
    pairs = zip(cleaned, names, strict=True)
    return tuple(names), tuple((before, after) for before, after in pairs if before != after)


def is_header(first: Sequence[str], body: Sequence[Sequence[str]], dialect: Dialect) -> bool:
    """Whether the first record names the columns of those below it, which are all of the same length."""
    numerals = Numerals(dialect)
    numbers, words = numerals.shares(first)
    if not body or len(first) != len(body[0]):
        return numbers == 0
    columns = list(zip(*body, strict=True))
    over_numbers = [
        numerals.number(cell) is None
        for cell, cells in zip(first, columns, strict=True)
        if column_kind(cells, numerals) == "numeric" and not (cell.strip() and numerals.is_missing(cell))
    ]
    if over_numbers:
        return 2 * sum(over_numbers) >= len(over_numbers)
    # Nothing but text: a header's words differ from each other and don't come again below.
    are_distinct = words == len(first) == len({cell.strip() for cell in first})
    return are_distinct and all(cell not in column for cell, column in zip(first, columns, strict=True))
