"""What happened while a table was read, for the user to see: counts of everything left out, the first few by line.

`ReadReport.sentences()` says it in words; a table read without any incident has one sentence, the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MOST_LISTED", "BadCell", "ReadReport", "SkippedRow"]

MOST_LISTED = 20
"""So many skipped rows and bad cells are kept with their lines; the rest is only counted."""

_MOST_IN_A_SENTENCE = 3
_LONGEST_TEXT = 30


@dataclass(frozen=True)
class SkippedRow:
    """A row that was left out, by its line in the file (from 1), with the number of cells it has."""

    line: int
    cells: int


@dataclass(frozen=True)
class BadCell:
    """A cell of a numeric column that is no number, by its line in the file (from 1)."""

    line: int
    column: str
    text: str


@dataclass(frozen=True)
class ReadReport:
    """Everything worth telling about a table that was read.

    `skipped` and `bad_cells` list the first `MOST_LISTED`, `skipped_count` and `bad_cell_count` count all of them.
    Pairs are (column, count), in `renamed` (name in the file, name here), in `left_out` (column, reason).
    """

    rows: int
    expected_cells: int = 0
    encoding: str = "UTF-8"
    encoding_note: str = ""
    skipped_count: int = 0
    skipped: tuple[SkippedRow, ...] = ()
    bad_cell_count: int = 0
    bad_cells: tuple[BadCell, ...] = ()
    missing: tuple[tuple[str, int], ...] = ()
    non_finite: tuple[tuple[str, int], ...] = ()
    constant: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    grouped: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """The report in words, the most important first."""
        return tuple(self._sentences())

    def losses(self) -> tuple[str, ...]:
        """What of the file is not in the table, or only as missing: those of the sentences that say so."""
        return tuple(self._losses())

    @property
    def skipped_rows(self) -> str:
        """The rows left out, with their lines, as part of a sentence; empty where there are none."""
        if not self.skipped_count:
            return ""
        rows, cells = _count(self.skipped_count, "row"), _count(self.expected_cells, "cell")
        return f"{rows} without exactly {cells}: {self._skipped_lines()}"

    def _sentences(self) -> Iterator[str]:
        yield f"Read {_count(self.rows, 'row')}."
        if self.encoding_note:
            yield self.encoding_note
        yield from self._losses()
        if self.missing:
            yield f"Missing values: {_pairs(self.missing)}."
        if self.non_finite:
            yield f"Infinite or too large, counted as missing: {_pairs(self.non_finite)}."
        if self.constant:
            yield f"Always the same value: {_some([repr(name) for name in self.constant])}."
        if self.renamed:
            yield f"Renamed columns: {_some([f'{before!r} to {after!r}' for before, after in self.renamed])}."
        if self.categories:
            counted = [f"{name!r} ({_count(classes, 'class', 'es')})" for name, classes in self.categories]
            yield f"Text read as classes: {_some(counted)}."
        if self.grouped:
            yield f"Thousands separators were read as such in {_some([repr(name) for name in self.grouped])}."

    def _losses(self) -> Iterator[str]:
        if self.skipped_rows:
            yield f"Left out {self.skipped_rows}."
        if self.bad_cell_count:
            yield (
                f"{_count(self.bad_cell_count, 'cell')} in numeric columns {_is(self.bad_cell_count)} not a number and "
                f"{_counts_as(self.bad_cell_count)} as missing: {self._bad_cells()}."
            )
        for name, reason in self.left_out:
            yield f"Left out the column {name!r}: {reason}."

    def _skipped_lines(self) -> str:
        shown = [f"line {row.line} has {row.cells}" for row in self.skipped[:_MOST_IN_A_SENTENCE]]
        return _with_rest(shown, self.skipped_count)

    def _bad_cells(self) -> str:
        shown = [
            f"{shortened(cell.text)!r} in line {cell.line}, column {cell.column!r}"
            for cell in self.bad_cells[:_MOST_IN_A_SENTENCE]
        ]
        return _with_rest(shown, self.bad_cell_count)


def shortened(text: str) -> str:
    """`text` cut to what fits into a sentence."""
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}{plural}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _counts_as(number: int) -> str:
    return "counts" if number == 1 else "count"


def _with_rest(shown: list[str], total: int) -> str:
    rest = total - len(shown)
    return "; ".join(shown) + (f"; and {rest:,} more" if rest else "")


def _some(items: list[str], most: int = 8) -> str:
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


def _pairs(pairs: tuple[tuple[str, int], ...]) -> str:
    return _some([f"{count:,} in {name!r}" for name, count in pairs])
