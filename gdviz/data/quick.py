"""Regular blocks of a table through pyarrow: a hundred times as quick as cell by cell, or not at all.

`read_quickly` gives the columns of a block, or None where it holds anything that pyarrow and `Numerals` might see
differently; then the block must be read cell by cell. pyarrow is imported at the first block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gdviz.data.dialect import WHITESPACE, Dialect

__all__ = ["CellKind", "QuickBlock", "Strings", "read_quickly"]

CellKind: TypeAlias = Literal["numbers", "classes", "cells"]
"""What is wanted of a column: numbers, classes, or each cell as it is written."""


class Strings(NamedTuple):
    """Texts by index: `codes` (n,) into `texts`, -1 where missing."""

    codes: npt.NDArray[np.int32]
    texts: list[str]


@dataclass(frozen=True)
class QuickBlock:
    """The columns asked for, by place in a row, of `rows` rows; `skipped` rows had another number of cells.

    `numbers` are float64 (n,), nan where missing, with how many are; `cells` have None where missing.
    """

    rows: int
    skipped: int
    numbers: dict[int, tuple[npt.NDArray[np.float64], int]]
    classes: dict[int, Strings]
    cells: dict[int, list[str | None]]


def read_quickly(
    block: bytes, dialect: Dialect, count: int, wanted: Mapping[int, CellKind], quoted: bool
) -> QuickBlock | None:
    """The `wanted` columns, by place, of whole records with `count` cells each, quoted regularly if at all."""
    import pyarrow
    import pyarrow.csv

    skipped = 0

    def on_invalid_row(_: Any) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    text = block if quoted else _without_odd_lines(block, dialect)
    types = {
        "numbers": pyarrow.float64(),
        "classes": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
        "cells": pyarrow.string(),
    }
    missing = dialect.missing
    try:
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(text),
            # One block and one thread: the parts of a table come in order, and the window keeps its core.
            read_options=pyarrow.csv.ReadOptions(
                column_names=[str(place) for place in range(count)], block_size=len(text) + 1, use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                newlines_in_values=quoted,
                invalid_row_handler=on_invalid_row,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={str(place): types[kind] for place, kind in wanted.items()},
                include_columns=[str(place) for place in wanted],
                decimal_point=dialect.decimal,
                # It compares before it strips blanks.
                null_values=[*missing, *(f" {mark}" for mark in missing), *(f"{mark} " for mark in missing)],
                strings_can_be_null=True,
            ),
        )
    except pyarrow.ArrowInvalid:
        return None
    found = QuickBlock(table.num_rows, skipped, {}, {}, {})
    for place, kind in wanted.items():
        cells = table.column(str(place)).combine_chunks()
        if kind == "numbers":
            values = _numbers(cells)
            if values is None:
                return None
            found.numbers[place] = (values, cells.null_count)
        elif kind == "classes":
            codes = np.where(_present(cells), _buffer(cells.indices, np.int32), np.int32(-1))
            found.classes[place] = Strings(codes, cells.dictionary.to_pylist())
        else:
            found.cells[place] = cells.to_pylist()
    return found


def _buffer(cells: Any, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """The values of a pyarrow array of plain numbers, without its null mask; its own conversion would import pandas."""
    size = np.dtype(dtype).itemsize
    return np.frombuffer(cells.buffers()[1], dtype=dtype, count=len(cells), offset=cells.offset * size)


def _present(cells: Any) -> npt.NDArray[np.bool_]:
    """Where a pyarrow array has a value, (n,)."""
    mask = cells.buffers()[0]
    if cells.null_count == 0 or mask is None:
        return np.ones(len(cells), dtype=bool)
    bits = np.unpackbits(np.frombuffer(mask, dtype=np.uint8), bitorder="little")
    return bits[cells.offset : cells.offset + len(cells)].astype(bool)


def _numbers(cells: Any) -> npt.NDArray[np.float64] | None:
    """The numbers with nan where missing; None where a cell says nan in a way that is no missing mark."""
    values = _buffer(cells, np.float64)
    if cells.null_count:
        values = np.where(_present(cells), values, np.nan)
    if np.isfinite(values).all() or np.count_nonzero(np.isnan(values)) == cells.null_count:
        return values
    return None


def _without_odd_lines(block: bytes, dialect: Dialect) -> bytes:
    """A block without quotes in which comments and lines of blanks are empty lines and runs of blanks single ones."""
    if dialect.comment and dialect.comment.encode() in block:
        block = re.sub(rb"^%s[^\n]*" % re.escape(dialect.comment.encode()), b"", block, flags=re.MULTILINE)
    if dialect.delimiter == WHITESPACE:
        return _with_single_blanks(block)
    blanks = b" " if dialect.delimiter == "\t" else b" \t"
    # Looking for single bytes first, which is quicker by far than for pairs.
    if any(bytes([blank]) in block and (block[0] == blank or b"\n%c" % blank in block) for blank in blanks):
        block = re.sub(rb"^[%s]+$" % blanks, b"", block, flags=re.MULTILINE)
    return block


def _with_single_blanks(block: bytes) -> bytes:
    codes = np.frombuffer(block, dtype=np.uint8)
    is_end = codes == ord("\n")
    is_blank = (codes == ord(" ")) | (codes == ord("\t"))
    follows = np.concatenate(([True], (is_blank | is_end)[:-1]))
    codes = np.where(is_blank, np.uint8(ord(" ")), codes)[~(is_blank & follows)]
    # What is left of blanks at the end of a line would open another cell.
    precedes_end = np.concatenate((codes[1:] == ord("\n"), [True]))
    return bytes(codes[~((codes == ord(" ")) & precedes_end)])
