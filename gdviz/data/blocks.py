"""Blocks of text into growing columns: quickly where a block is regular, cell by cell where it is not.

Where the quick reader stumbles over a block, the block is taken in smaller pieces, and only the piece with the odd
cell is read by `tokenize` and `Numerals`, which know its line. Both ways see the same table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gdviz.data.dialect import WHITESPACE, Dialect
from gdviz.data.growth import GrowingColumn, Growth
from gdviz.data.numbers import Numerals
from gdviz.data.quick import CellKind, QuickBlock, read_quickly
from gdviz.data.records import LONGEST_RECORD, Record, cut, tokenize, too_long

__all__ = ["BlockReader"]

_PIECE = 2**16
"""Bytes that are read cell by cell at a time: some 10 to 20 ms of work."""


class BlockReader:
    """Adds the text of a table, block by block, to a `Growth`; holds back what is not a whole record yet."""

    def __init__(self, dialect: Dialect, growth: Growth, line: int) -> None:
        self._dialect = dialect
        self._growth = growth
        self._numerals = Numerals(dialect)
        self._rest = b""
        self._line = line

    def add(self, text: bytes, final: bool = False) -> Iterator[None]:
        """Add more text; yields after every piece of work, so that whoever iterates may look up in between.

        Raises `TableFormatError` for a quote that is never closed and for a line that is too long.
        """
        block = self._rest + text
        if final and block and not block.endswith(b"\n"):
            block += b"\n"
        self._refuse_long_line(block)
        while block:
            whole = cut(block, self._dialect, final)
            if whole.regular:
                if not whole.length:
                    break
                yield from self._add_regular(block[: whole.length], whole.quoted)
                block = block[whole.length :]
            else:
                length = self._add_exactly(block[:_PIECE], final and len(block) <= _PIECE)
                length = length or self._add_exactly(block, final)
                if not length:
                    break
                block = block[length:]
                yield
        if len(block) > LONGEST_RECORD:
            raise too_long(self._line)
        self._rest = block

    def _refuse_long_line(self, block: bytes) -> None:
        start = 0
        while len(block) - start > LONGEST_RECORD:
            end = block.rfind(b"\n", start, start + LONGEST_RECORD)
            if end < 0:
                raise too_long(self._line + block.count(b"\n", 0, start))
            start = end + 1

    def _add_regular(self, block: bytes, quoted: bool) -> Iterator[None]:
        """Add whole records with regular quotes or none."""
        is_simple = not quoted or (self._dialect.delimiter != WHITESPACE and not self._dialect.comment)
        doubtful = any(column.doubtful for column in self._growth.columns)
        if is_simple and not doubtful and self._add_quickly(block, quoted):
            yield
            return
        for piece in self._pieces(block):
            if not (is_simple and self._add_quickly(piece, quoted)):
                self._add_exactly(piece, True)
            yield

    def _pieces(self, block: bytes) -> Iterator[bytes]:
        """Whole records in pieces that are small unless a single record is not."""
        start, size = 0, _PIECE
        while start < len(block):
            is_last = start + size >= len(block)
            length = cut(block[start : start + size], self._dialect, is_last).length
            if length:
                yield block[start : start + length]
                start, size = start + length, _PIECE
            else:
                size *= 2

    def _add_quickly(self, block: bytes, quoted: bool) -> bool:
        """Add whole records at once; False, with nothing added, where a cell needs care or many lines must be found."""
        columns = self._growth.columns
        wanted: dict[int, CellKind] = {
            place: _wanted(column) for place, column in enumerate(columns) if not column.given_up
        } or {0: "cells"}
        found = read_quickly(block, self._dialect, len(columns), wanted, quoted)
        if found is None or (found.skipped and len(block) > _PIECE):
            return False
        lines = self._lines(block, found) if found.skipped or found.cells else ()
        for place, column in enumerate(columns):
            if place in found.numbers:
                column.add_numbers(*found.numbers[place])
            elif place in found.classes:
                column.add_texts(*found.classes[place], self._numerals)
            else:
                cells = found.cells.get(place) or [None] * found.rows
                self._growth.add_column_cells(column, cells, lines, self._numerals)
        self._growth.rows += found.rows
        self._line += block.count(b"\n")
        return True

    def _lines(self, block: bytes, found: QuickBlock) -> Sequence[int]:
        """The line of every row of a block; rows of another length than the others are noted as skipped."""
        if not found.skipped and found.rows == block.count(b"\n"):
            return range(self._line, self._line + found.rows)
        records = tokenize(block.decode(), self._dialect, self._line).records
        return [record.line for record in self._fitting(records)]

    def _add_exactly(self, piece: bytes, final: bool) -> int:
        """Add the whole records of a piece cell by cell; returns how many bytes they take."""
        # A piece may end within a character, which then belongs to the next one.
        text = piece.decode("utf-8", "strict" if final else "ignore")
        tokens = tokenize(text, self._dialect, self._line, final)
        rows = self._fitting(tokens.records)
        if rows:
            cells = list(zip(*(row.cells for row in rows), strict=True))
            self._growth.add_cells(cells, [row.line for row in rows], self._numerals)
        self._line = tokens.line
        return len(text[: tokens.consumed].encode())

    def _fitting(self, records: Sequence[Record]) -> list[Record]:
        """The records with as many cells as there are columns; the others are noted as skipped."""
        count = len(self._growth.columns)
        for record in records:
            if len(record.cells) != count:
                self._growth.skip(record.line, len(record.cells))
        return [record for record in records if len(record.cells) == count]


def _wanted(column: GrowingColumn) -> CellKind:
    if column.kind is None or column.doubtful:
        return "cells"
    return "numbers" if column.kind == "numeric" else "classes"
