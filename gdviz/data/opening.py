"""The common start of preview and reading: what a file is, its encoding and dialect, its header and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gdviz.data.dialect import Dialect
from gdviz.data.encodings import ENCODINGS, EncodingGuess, TextDecoder, guess_encoding
from gdviz.data.errors import TableFormatError
from gdviz.data.guess import guess_format
from gdviz.data.layout import Layout, lay_out
from gdviz.data.records import LONGEST_RECORD, Record, tokenize, too_long
from gdviz.data.signatures import binary_share, recognized
from gdviz.data.source import TableFile

__all__ = ["SAMPLE", "Beginning", "begin"]

SAMPLE = 2**16
"""Bytes that are looked at to guess how a table is written."""

_RECORDS = 1000
_MOST_CONTROLS = 0.1
_MOST_CONTROLS_IF_GUESSED = 0.01


@dataclass(frozen=True)
class Beginning:
    """A table file whose first bytes have been read.

    `records` are the first rows below the header, `text` is everything decoded below it, which begins with `line`;
    `complete` where nothing follows in the file. `doubt` says what else the format could be.
    """

    dialect: Dialect
    encoding: EncodingGuess
    doubt: str
    layout: Layout
    records: Sequence[Record]
    text: bytes
    line: int
    complete: bool
    decoder: TextDecoder


def begin(file: TableFile, dialect: Dialect | None, lenient: bool = False) -> Beginning:
    """Look at the first bytes of a file, under a dialect if one is given; `lenient` shows bytes that don't fit it.

    Raises `TableFormatError` for what is no table, or one without rows.
    """
    raw, complete = _read(file, SAMPLE)
    if not raw:
        raise TableFormatError("the file is empty; choose a table with rows.")
    what = recognized(raw)
    if what is not None:
        is_sheet = ".xls" in what or ".ods" in what
        advice = "save the sheet as CSV and open that" if is_sheet else "choose a text table such as .csv, .tsv or .txt"
        raise TableFormatError(f"this is {what}, not a table; {advice}.")
    guess = _encoding(raw, complete, dialect)
    decoder = TextDecoder(guess.encoding, lenient)
    text = decoder.feed(raw, complete)
    usual = guess.certain or guess.encoding in ("utf-8", "gb18030")
    if binary_share(text) > (_MOST_CONTROLS if usual else _MOST_CONTROLS_IF_GUESSED):
        raise TableFormatError("this is a binary file, not a table; choose a text table such as .csv, .tsv or .txt.")
    while True:
        content = text.decode()
        used, doubt = (dialect, "") if dialect else guess_format(content, decoder.encoding, complete)
        tokens = tokenize(content, used, final=complete, most=_RECORDS)
        if complete or len(tokens.records) > 1:
            break
        if len(content) > LONGEST_RECORD:
            raise too_long(tokens.line)
        raw, complete = _read(file, SAMPLE)
        text += decoder.feed(raw, complete)
    layout, records = lay_out(tokens.records, used)
    # Quotes may stretch the header over several lines, so its end is asked for and not counted.
    start, line = tokenize(content, used, final=complete, most=1)[1:] if used.header else (0, 1)
    for _ in range(records[0].line - line if not used.header else 0):
        start, line = content.index("\n", start) + 1, line + 1
    used = replace(used, encoding=decoder.encoding)
    return Beginning(used, guess, doubt, layout, records, content[start:].encode(), line, complete, decoder)


def _encoding(raw: bytes, complete: bool, dialect: Dialect | None) -> EncodingGuess:
    if dialect is None:
        return guess_encoding(raw, complete)
    return EncodingGuess(dialect.encoding, True, f"{ENCODINGS[dialect.encoding]}, as chosen.")


def _read(file: TableFile, size: int) -> tuple[bytes, bool]:
    """The next bytes, and whether the file ends with them."""
    parts: list[bytes] = []
    missing = size
    while missing:
        part = file.read(missing)
        if not part:
            return b"".join(parts), True
        parts.append(part)
        missing -= len(part)
    return b"".join(parts), False
