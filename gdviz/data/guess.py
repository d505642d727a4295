"""Guessing delimiter, decimal mark, header, comments and title lines from the first lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from gdviz.data.dialect import DELIMITERS, WHITESPACE, Dialect
from gdviz.data.errors import TableFormatError
from gdviz.data.layout import is_header, usual_count
from gdviz.data.numbers import Numerals
from gdviz.data.records import Record, tokenize

__all__ = ["FormatGuess", "guess_format"]

_COMMENT_MARKS = ("#", "%", "//")
_RECORDS = 100
_MOST_CELLS = 2000
# Words in sentences stand between blanks too: a table set apart by blanks holds numbers.
_LEAST_NUMBERS_BETWEEN_BLANKS = 0.3
_NEARLY_AS_GOOD = 0.9


class FormatGuess(NamedTuple):
    """A dialect, and the sentence to show where another one would do nearly as well."""

    dialect: Dialect
    doubt: str


class _Candidate(NamedTuple):
    dialect: Dialect
    records: list[Record]
    cells_per_row: int
    score: float


def guess_format(text: str, encoding: str, final: bool) -> FormatGuess:
    """The likely dialect of a table that begins with `text`; `final` where that is all of it. Never fails."""
    lines = text.split("\n", 1000)
    comment = _comment_mark(lines)
    skip = _comment_lines(lines, comment)
    base = Dialect(encoding=encoding, comment=comment, skip=skip, header=False)
    scored = [_scored(text, replace(base, delimiter=delimiter), final) for delimiter in DELIMITERS]
    candidates = [candidate for candidate in scored if candidate is not None]
    if not candidates:
        return FormatGuess(base, "")
    best = max(candidates, key=lambda candidate: candidate.score)
    rivals = [
        other.dialect.delimiter_name
        for other in candidates
        if other.cells_per_row > 1 and other.score >= _NEARLY_AS_GOOD * best.score and other.records != best.records
    ]
    doubt = f"The delimiter could also be the {' or the '.join(rivals)}." if rivals else ""
    return FormatGuess(_with_header(best, lines), doubt)


def _comment_mark(lines: Sequence[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return next((mark for mark in _COMMENT_MARKS if first.startswith(mark)), "")


def _comment_lines(lines: Sequence[str], comment: str) -> int:
    """How many lines at the top are comments, or blank lines among them."""
    if not comment:
        return 0
    return next((index for index, line in enumerate(lines) if line.strip() and not line.startswith(comment)), 0)


def _scored(text: str, dialect: Dialect, final: bool) -> _Candidate | None:
    """The candidate with a mark for how even its rows are, how tidy its cells and how many of them are numbers."""
    try:
        records = tokenize(text, dialect, final=final, most=_RECORDS).records
    except TableFormatError:
        # Whoever reads the table will raise this again, with quotes as they are in the best dialect.
        records = tokenize(text, replace(dialect, quote=""), final=final, most=_RECORDS).records
    if not records:
        return None
    count = usual_count(records)
    fitting = [record.cells for record in records if len(record.cells) == count]
    body = fitting[1:] or fitting
    cells = [cell for row in body for cell in row][:_MOST_CELLS]
    decimal, numbers = _decimal_mark(cells, dialect)
    dialect = replace(dialect, decimal=decimal)
    if dialect.delimiter == WHITESPACE and numbers < _LEAST_NUMBERS_BETWEEN_BLANKS:
        return None
    evenness = len(fitting) / len(records)
    if count == 1:
        return _Candidate(dialect, records, count, 0.5 * evenness + 0.2 * numbers)
    tidiness = 1 - _untidy_share(cells, dialect)
    return _Candidate(dialect, records, count, evenness * (0.4 + 0.6 * tidiness) + 0.2 * numbers)


def _decimal_mark(cells: Sequence[str], dialect: Dialect) -> tuple[Literal[".", ","], float]:
    """The mark under which more cells are numbers, and their share of all that are not missing."""
    by_comma = Numerals(replace(dialect, decimal=","))
    with_point, others = Numerals(replace(dialect, decimal=".")).shares(cells)
    with_comma, _ = by_comma.shares(cells)
    present = max(1, with_point + others)
    if with_comma == with_point and dialect.delimiter != ",":
        # "1,234" is a number either way; where none has a point, the comma is likelier to be the mark.
        numbers = [cell for cell in cells if by_comma.number(cell) is not None]
        has_comma, has_point = (any(mark in cell for cell in numbers) for mark in (",", "."))
        if has_comma and not has_point:
            return ",", with_comma / present
    return (",", with_comma / present) if with_comma > with_point else (".", with_point / present)


def _untidy_share(cells: Sequence[str], dialect: Dialect) -> float:
    """The share of cells that hold another delimiter and are no number."""
    numerals = Numerals(dialect)
    others = [mark for mark in DELIMITERS if mark not in (dialect.delimiter, WHITESPACE)]
    untidy = [cell for cell in cells if any(mark in cell for mark in others) and numerals.number(cell) is None]
    return len(untidy) / len(cells)


def _with_header(best: _Candidate, lines: Sequence[str]) -> Dialect:
    """The dialect of the best candidate with what stands above its rows: title lines, a header, one in a comment."""
    dialect, records, count = best.dialect, best.records, best.cells_per_row
    start = next(index for index, record in enumerate(records) if count == 1 or len(record.cells) > 1)
    if start:
        dialect = replace(dialect, skip=records[start].line - 1)
    first, below = records[start].cells, records[start + 1 :]
    body = [record.cells for record in below if len(record.cells) == count]
    if is_header(first, body, dialect):
        return replace(dialect, header=True)
    marked = next((index for index in reversed(range(best.dialect.skip)) if lines[index].strip()), None)
    if marked is not None and not start:
        names = tokenize(lines[marked], replace(dialect, header=True, skip=0)).records[0].cells
        if len(names) == count > 1 and Numerals(dialect).shares(names)[0] == 0:
            return replace(dialect, header=True, skip=marked)
    return dialect
