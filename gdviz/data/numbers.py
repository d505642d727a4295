"""Cells as numbers, the way people write them: decimal comma, thousands separators, full-width digits, missing marks.

`Numerals` is the reference for what counts as a number; quicker parsers are used only on cells that they read alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdviz.data.dialect import Dialect
from gdviz.data.table import ColumnKind

__all__ = ["Numerals", "ParsedCells", "column_kind"]

# Full-width ASCII, the mathematical minus and the ideographic space, one character for one.
_TO_ASCII = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x2212: ord("-"), 0x3000: ord(" ")}
# Apostrophe, and the blanks that don't break a line; a plain blank stands between words as often as between thousands.
_GROUP_MARKS = "'\u2019\u00a0\u2009\u202f"
_INFINITE = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)
_NUMERIC_SHARE = 0.6
"""A column is numeric where at least this share of its cells are numbers; the rest are bad cells."""


@dataclass(frozen=True)
class ParsedCells:
    """Cells (n,) as numbers: nan where there is none, with counts, the (index, text) of bad cells and what was unusual.

    `grouped` where thousands separators were read; `unusual` where a plain parser of numbers would have stumbled.
    """

    values: npt.NDArray[np.float64]
    missing: int
    non_finite: int
    bad: tuple[tuple[int, str], ...]
    grouped: bool
    unusual: bool


class Numerals:
    """Reads numbers under a dialect's decimal mark and missing marks."""

    def __init__(self, dialect: Dialect) -> None:
        mark = re.escape(dialect.decimal)
        marks = re.escape(("," if dialect.decimal == "." else ".") + _GROUP_MARKS)
        self._decimal = dialect.decimal
        self._missing = frozenset(dialect.missing)
        self._plain = re.compile(rf"[+-]?(?:[0-9]+(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?")
        self._grouped = re.compile(rf"([+-]?[0-9]{{1,3}}(?:([{marks}])[0-9]{{3}})(?:\2[0-9]{{3}})*)({mark}[0-9]*)?")

    def is_missing(self, cell: str) -> bool:
        return cell in self._missing or cell.strip() in self._missing

    def number(self, cell: str) -> float | None:
        """The number that a cell holds, perhaps infinite; None where it holds none."""
        value, _ = self._read(cell)
        return value

    def _read(self, cell: str) -> tuple[float | None, bool]:
        """The number, and whether thousands were set apart in it."""
        text = cell.strip()
        if not text.isascii():
            text = text.translate(_TO_ASCII).strip()
        if self._plain.fullmatch(text):
            return float(text.replace(",", ".")), False
        if _INFINITE.fullmatch(text):
            return -math.inf if text.startswith("-") else math.inf, False
        grouped = self._grouped.fullmatch(text)
        if grouped:
            digits = grouped[1].replace(grouped[2], "")
            return float(digits + (grouped[3] or "").replace(",", ".")), True
        return None, False

    def parse(self, cells: Sequence[str | None]) -> ParsedCells:
        """All cells of a column, None for one known to be missing."""
        values = np.full(len(cells), math.nan)
        missing = non_finite = 0
        bad: list[tuple[int, str]] = []
        any_grouped = unusual = False
        for index, cell in enumerate(cells):
            if cell is None or cell in self._missing:
                missing += 1
                continue
            if self._plain.fullmatch(cell):
                value: float | None = float(cell.replace(",", ".") if self._decimal == "," else cell)
            elif cell.strip() in self._missing:
                missing += 1
                unusual = True
                continue
            else:
                value, grouped = self._read(cell)
                any_grouped |= grouped
                unusual = True
            if value is None:
                bad.append((index, cell.strip()))
            elif math.isinf(value):
                non_finite += 1
            else:
                values[index] = value
        return ParsedCells(values, missing, non_finite, tuple(bad), any_grouped, unusual)

    def shares(self, cells: Sequence[str]) -> tuple[int, int]:
        """How many of the cells are numbers, and how many something else that is not missing."""
        present = [cell for cell in cells if not self.is_missing(cell)]
        numbers = sum(self.number(cell) is not None for cell in present)
        return numbers, len(present) - numbers


def column_kind(cells: Sequence[str], numerals: Numerals) -> ColumnKind | None:
    """The kind of column that these cells make; None where all of them are missing."""
    numbers, others = numerals.shares(cells)
    if numbers + others == 0:
        return None
    return "numeric" if numbers >= _NUMERIC_SHARE * (numbers + others) else "text"
