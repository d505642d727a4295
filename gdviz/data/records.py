"""Splitting text into records and records into cells, with quotes, comment lines and line numbers, exactly.

`tokenize` is the reference: it decides what a file says. `cut` finds in a block of bytes how far whole records reach
and whether the block is regular enough for a quick parser to see the same in it.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

import numpy as np

from gdviz.data.dialect import WHITESPACE, Dialect
from gdviz.data.errors import TableFormatError

__all__ = ["LONGEST_RECORD", "Cut", "Record", "Tokens", "cut", "tokenize", "too_long"]

LONGEST_RECORD = 2**20
"""Bytes or characters in one record; nothing that belongs into a table is longer."""


_BLANKS = re.compile(r"[ \t]+")


class Record(NamedTuple):
    """The cells of one row and the line, from 1, on which it begins."""

    line: int
    cells: list[str]


class Tokens(NamedTuple):
    """The whole records of a text, how many of its characters they take, and the line after them."""

    records: list[Record]
    consumed: int
    line: int


class Cut(NamedTuple):
    """How many bytes of a block are whole records, whether they hold quotes, and whether those stand as they should."""

    length: int
    quoted: bool
    regular: bool


class _Patterns(NamedTuple):
    quoted: re.Pattern[str]
    bare: re.Pattern[str]
    gap: re.Pattern[str]


def too_long(line: int) -> TableFormatError:
    """What to raise for a record, beginning in this line, that is longer than `LONGEST_RECORD`."""
    return TableFormatError(
        f"the row in line {line} is longer than {LONGEST_RECORD // 2**20} MB, as no table's row is; check the quotes "
        "and line ends there."
    )


@functools.lru_cache(maxsize=16)
def _patterns(delimiter: str, quote: str) -> _Patterns:
    edge = r"[ \t]" if delimiter == WHITESPACE else re.escape(delimiter)
    blanks = "".join(blank for blank in " \t" if blank != delimiter and delimiter != WHITESPACE)
    around = f"[{blanks}]*+" if blanks else ""
    inside = f"(?:[^{quote}]++|{quote}{quote})*+"
    # Possessive, so that no text makes the matching slow.
    return _Patterns(
        quoted=re.compile(rf"{around}{quote}({inside}){quote}{around}(?={edge}|\n|\Z)"),
        bare=re.compile(rf"(?:(?!{edge})[^\n])*+"),
        gap=re.compile(r"[ \t]*+" if delimiter == WHITESPACE else ""),
    )


def tokenize(text: str, dialect: Dialect, line: int = 1, final: bool = True, most: int | None = None) -> Tokens:
    r"""Split text with "\n" line ends that begins with `line`; `final` where nothing follows it.

    Blank lines and comment lines yield no record. At most `most` records are taken. What belongs to a record that
    goes on beyond the text stays unconsumed. Raises `TableFormatError` for a quote that is never closed.
    """
    records: list[Record] = []
    position = 0
    while position < len(text) and (most is None or len(records) < most):
        end = text.find("\n", position)
        if end < 0:
            if not final:
                break
            end = len(text)
        content = text[position:end]
        if _is_passed_over(content, line, dialect):
            position, line = min(end + 1, len(text)), line + 1
            continue
        if dialect.comment and content.startswith(dialect.comment):  # a header behind a comment mark
            lead = len(content) - len(content.removeprefix(dialect.comment).lstrip(" "))
            position, content = position + lead, content[lead:]
        if not dialect.quote or dialect.quote not in content:
            records.append(Record(line, _split(content, dialect)))
            position, line = min(end + 1, len(text)), line + 1
            continue
        found = _quoted_record(text, position, line, dialect, final)
        if found is None:
            break
        cells, after = found
        records.append(Record(line, cells))
        line += text.count("\n", position, after)
        position = after
    return Tokens(records, position, line)


def _is_passed_over(content: str, line: int, dialect: Dialect) -> bool:
    if line <= dialect.skip:
        return True
    is_header = dialect.header and line == dialect.skip + 1
    if dialect.comment and not is_header and content.startswith(dialect.comment):
        return True
    # Tabs alone make a row of empty cells where tabs delimit.
    return not content.strip(" " if dialect.delimiter == "\t" else " \t")


def _split(content: str, dialect: Dialect) -> list[str]:
    return _BLANKS.split(content.strip(" \t")) if dialect.delimiter == WHITESPACE else content.split(dialect.delimiter)


def _quoted_record(text: str, start: int, line: int, dialect: Dialect, final: bool) -> tuple[list[str], int] | None:
    """The cells of the record at `start` and where the next one begins; None where its end is not in the text yet."""
    patterns = _patterns(dialect.delimiter, dialect.quote)
    cells: list[str] = []
    position = start
    while True:
        position = _matched(patterns.gap, text, position).end()
        if dialect.delimiter == WHITESPACE and cells and text[position : position + 1] in ("", "\n"):
            break  # blanks at the end of a line open no further cell
        quoted = patterns.quoted.match(text, position)
        if quoted is not None:
            if quoted.end() == len(text) and not final:
                return None  # the quote at the very end may be the first of a pair
            cells.append(quoted[1].replace(dialect.quote * 2, dialect.quote))
            position = quoted.end()
        else:
            if _opens(text, position, dialect):
                if not final and text.find(dialect.quote, text.index(dialect.quote, position) + 1) < 0:
                    return None
                opened = line + text.count("\n", start, position)
                raise TableFormatError(f"line {opened} opens a quote that is never closed; close it or remove it.")
            bare = _matched(patterns.bare, text, position)
            cells.append(bare[0])
            position = bare.end()
        if position == len(text):
            if not final:
                return None
            break
        if text[position] == "\n":
            break
        if dialect.delimiter != WHITESPACE:
            position += 1
    return cells, min(position + 1, len(text))


def _opens(text: str, position: int, dialect: Dialect) -> bool:
    """Whether a cell begins with a quote that has no other one on its line: then it is open, not an odd character."""
    while text[position : position + 1] in (" ", "\t") and text[position] != dialect.delimiter:
        position += 1
    if text[position : position + 1] != dialect.quote:
        return False
    end = text.find("\n", position)
    return text.find(dialect.quote, position + 1, end if end >= 0 else len(text)) < 0


def _matched(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str]:
    match = pattern.match(text, position)
    assert match is not None, "a pattern that may be empty matches everywhere"
    return match


def cut(block: bytes, dialect: Dialect, final: bool) -> Cut:
    """How far whole records reach in a block of UTF-8 that begins with a record; `final` where nothing follows it.

    Quotes are regular where every opening one stands at the start of a cell and every closing one at its end.
    """
    quote = dialect.quote.encode()
    if not quote or quote not in block:
        return Cut(len(block) if final else block.rfind(b"\n") + 1, False, True)
    codes = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(codes == quote[0])
    ends = np.flatnonzero(codes == ord("\n"))
    # A line end outside quotes has an even number of them before it.
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    length = int(outside[-1]) + 1 if len(outside) else 0
    if final:
        length = len(block) if len(quotes) % 2 == 0 else 0
    quotes = quotes[quotes < length]
    edges = (ord(dialect.delimiter), ord("\n"), quote[0])
    border = np.array([ord("\n")], dtype=np.uint8)
    padded = np.concatenate((border, codes[:length], border))
    before_opening, after_closing = padded[quotes[0::2]], padded[quotes[1::2] + 2]
    regular = length > 0 and bool(np.isin(before_opening, edges).all() and np.isin(after_closing, edges).all())
    return Cut(length, True, regular)
