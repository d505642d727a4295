"""Curves of any length, reduced to what a screen can show.

A `MinMaxPyramid` keeps, for blocks of 16, 256, 4,096, ... rows, the lowest value, the highest, and the lowest above a
floor; it is appended to and never rebuilt, and the rows themselves stay where they are, in a trajectory. `outline` then
reduces any stretch of them to at most two points per pixel column, at a cost that doesn't depend on how many rows there
are. A logarithm need not be kept for any row: it is monotonic, so that of an extreme is the extreme of the logarithms.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Extremes", "MinMaxPyramid", "Outline", "outline"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_BLOCK = 16
_CHUNK = 1 << 16
# Blocks of at most half a column: whichever block a column's edge falls into, it moves by less than half a pixel.
_BLOCKS_IN_COLUMN = 2
_LOWEST, _HIGHEST, _ABOVE = 0, 1, 2


class Extremes(NamedTuple):
    """The finite extremes of some rows, `above` the lowest above the floor; (inf, -inf, inf) where there are none."""

    lowest: float
    highest: float
    above: float

    def joined(self, other: Extremes) -> Extremes:
        """The extremes of both."""
        return Extremes(min(self.lowest, other.lowest), max(self.highest, other.highest), min(self.above, other.above))


NOTHING = Extremes(np.inf, -np.inf, np.inf)


class Outline(NamedTuple):
    """What is left to draw: `steps (m,)`, rising row numbers as floats, and `values (m,)`, finite."""

    steps: Floats
    values: Floats


class _Level:
    """Extremes of consecutive blocks of one size, `(3, blocks)`, in an array that grows by doubling."""

    def __init__(self) -> None:
        self._array = np.empty((3, 64))
        self.length = 0

    @property
    def blocks(self) -> Floats:
        return self._array[:, : self.length]

    def append(self, blocks: Floats) -> None:
        needed = self.length + blocks.shape[1]
        if needed > self._array.shape[1]:
            larger = np.empty((3, max(needed, 2 * self._array.shape[1])))
            larger[:, : self.length] = self.blocks
            self._array = larger
        self._array[:, self.length : needed] = blocks
        self.length = needed


class MinMaxPyramid:
    """Extremes of the rows of one column, appended in the order of the rows.

    `floor` is what a logarithm is measured from; non-finite rows count as missing.
    """

    def __init__(self, floor: float = 0.0) -> None:
        self.floor = floor
        self._levels: list[_Level] = []
        self._rest: Floats = np.empty(0)
        self._length = 0
        self._total = NOTHING

    def __len__(self) -> int:
        """How many rows have been appended."""
        return self._length

    @property
    def total(self) -> Extremes:
        """The extremes of all rows so far."""
        return self._total

    def append(self, rows: npt.ArrayLike) -> None:
        """Take in the rows `(n,)` that follow those appended so far."""
        new = np.asarray(rows, dtype=np.float64)
        for first in range(0, len(new), _CHUNK):
            self._append_chunk(new[first : first + _CHUNK])

    def _append_chunk(self, new: Floats) -> None:
        self._length += len(new)
        self._total = self._total.joined(_extremes(new, self.floor))
        rows = np.concatenate([self._rest, new])
        whole = len(rows) - len(rows) % _BLOCK
        self._rest = rows[whole:].copy()
        self._append_blocks(0, _blocks_of_rows(rows[:whole], self.floor))

    def _append_blocks(self, index: int, blocks: Floats) -> None:
        if blocks.shape[1] == 0:
            return
        if index == len(self._levels):
            self._levels.append(_Level())
        level = self._levels[index]
        level.append(blocks)
        done = self._levels[index + 1].length if index + 1 < len(self._levels) else 0
        ready = level.length // _BLOCK
        self._append_blocks(index + 1, _folded(level.blocks[:, done * _BLOCK : ready * _BLOCK]))

    def extremes(self, rows: Floats, first: int, stop: int) -> Extremes:
        """The exact extremes of rows `first` up to `stop`, clipped to those appended; `rows` are at least those."""
        first, stop = max(first, 0), min(stop, self._length)
        if first >= stop:
            return NOTHING
        found = NOTHING
        # Finest first: what lies between the edges and the next coarser block's edges, then on with that level.
        left, right, size = first, stop, 1
        for index in range(-1, len(self._levels)):
            coarser = size * _BLOCK
            inner_left, inner_right = -(-left // coarser) * coarser, right // coarser * coarser
            if index + 1 == len(self._levels) or inner_left >= inner_right:
                return found.joined(self._stretch(rows, index, left, right, size))
            found = found.joined(self._stretch(rows, index, left, inner_left, size))
            found = found.joined(self._stretch(rows, index, inner_right, right, size))
            left, right, size = inner_left, inner_right, coarser
        return found

    def _stretch(self, rows: Floats, index: int, first: int, stop: int, size: int) -> Extremes:
        """Extremes of rows `first` up to `stop`, multiples of `size`, from level `index` (-1: the rows themselves)."""
        if first >= stop:
            return NOTHING
        if index < 0:
            return _extremes(rows[first:stop], self.floor)
        blocks = self._levels[index].blocks[:, first // size : stop // size]
        return Extremes(float(blocks[_LOWEST].min()), float(blocks[_HIGHEST].max()), float(blocks[_ABOVE].min()))

    def columns(self, rows: Floats, edges: Indices) -> tuple[Floats, Floats]:
        """The lowest and highest value, `(m,)` each, of the m consecutive stretches between rising `edges` `(m + 1,)`.

        Every row between the first and the last edge is in some stretch and none outside them is in any; an inner edge
        may give way by less than half its stretch. `rows` are at least those appended. The lowest is inf where a
        stretch has no finite row.
        """
        counts = np.diff(edges)
        lowest, highest = np.empty(len(counts)), np.empty(len(counts))
        if len(counts) == 0:
            return lowest, highest
        # The last stretch may be cut short anywhere, so it is taken exactly, and no level is chosen by its length.
        fits = _BLOCKS_IN_COLUMN * _BLOCK ** np.arange(1, len(self._levels) + 1)
        levels = np.searchsorted(fits, counts[:-1], side="right")
        # Never coarser than a later one: then neighbours overlap where the level changes, and no row is left out.
        levels = np.minimum.accumulate(levels[::-1])[::-1]
        reached = int(edges[0])
        for level, first, stop in _groups(levels):
            size = _BLOCK**level
            starts = edges[first:stop] // size
            end = int(edges[stop]) // size
            source = self._source(rows, level, int(starts[0]), end)
            offsets = starts - starts[0]
            lowest[first:stop] = np.minimum.reduceat(source[_LOWEST], offsets)
            highest[first:stop] = np.maximum.reduceat(source[_HIGHEST], offsets)
            if first == 0 and starts[0] * size < edges[0]:
                # Rows before the first edge are not to be seen.
                exact = self.extremes(rows, int(edges[0]), int(edges[1]))
                lowest[0], highest[0] = exact.lowest, exact.highest
            reached = end * size
        last = self.extremes(rows, min(reached, int(edges[-2])), int(edges[-1]))
        lowest[-1], highest[-1] = last.lowest, last.highest
        return lowest, highest

    def _source(self, rows: Floats, level: int, first: int, stop: int) -> Floats:
        """Lowest and highest, `(2, n)`, of blocks `first` up to `stop` of a level; level 0 are the rows."""
        if level:
            return self._levels[level - 1].blocks[:2, first:stop]
        part = rows[first:stop]
        finite = np.isfinite(part)
        return np.stack([np.where(finite, part, np.inf), np.where(finite, part, -np.inf)])


def outline(pyramid: MinMaxPyramid, rows: Floats, edges: Indices) -> Outline:
    """The points that stand for the rows in pixel columns: rows `edges[i]` up to `edges[i + 1]` are in column i.

    `edges` rise, are at most the rows appended, and may repeat, where a column has no row. Columns of one or two rows
    give these rows; a column of more gives its lowest and its highest in the order that follows the curve, both at its
    middle row. Non-finite rows are left out.
    """
    edges = edges[np.diff(edges, prepend=edges[:1] - 1) > 0]
    if len(edges) < 2:
        return Outline(np.empty(0), np.empty(0))
    lowest, highest = pyramid.columns(rows, edges)
    first, last = edges[:-1], edges[1:] - 1
    counts = np.diff(edges)
    sparse = counts <= 2
    entry, leave = rows[first], rows[last]
    rising = leave >= entry
    middle = (first + last) / 2.0
    steps = np.empty((len(first), 2))
    values = np.empty((len(first), 2))
    steps[:, 0] = np.where(sparse, first, middle)
    steps[:, 1] = np.where(sparse, last, middle)
    values[:, 0] = np.where(sparse, entry, np.where(rising, lowest, highest))
    values[:, 1] = np.where(sparse, leave, np.where(rising, highest, lowest))
    kept = np.isfinite(values)
    kept[:, 1] &= (counts > 1) & (sparse | (lowest < highest))
    return Outline(steps[kept], values[kept])


def _extremes(rows: Floats, floor: float) -> Extremes:
    finite = rows[np.isfinite(rows)]
    if len(finite) == 0:
        return NOTHING
    lowest = float(finite.min())
    above = lowest if lowest > floor else float(np.min(finite, where=finite > floor, initial=np.inf))
    return Extremes(lowest, float(finite.max()), above)


def _blocks_of_rows(rows: Floats, floor: float) -> Floats:
    """Extremes `(3, n / 16)` of whole blocks of rows."""
    finite = np.isfinite(rows)
    whole = bool(finite.all())
    lowest = rows if whole else np.where(finite, rows, np.inf)
    highest = rows if whole else np.where(finite, rows, -np.inf)
    blocks = np.empty((3, len(rows) // _BLOCK))
    blocks[_LOWEST] = _halved(lowest, np.minimum)
    blocks[_HIGHEST] = _halved(highest, np.maximum)
    above = lowest > floor
    blocks[_ABOVE] = blocks[_LOWEST] if above.all() else _halved(np.where(above, lowest, np.inf), np.minimum)
    return blocks


def _folded(blocks: Floats) -> Floats:
    """Blocks `(3, 16 n)` as `(3, n)` of the next coarser level."""
    return np.stack(
        [
            _halved(blocks[_LOWEST], np.minimum),
            _halved(blocks[_HIGHEST], np.maximum),
            _halved(blocks[_ABOVE], np.minimum),
        ]
    )


def _halved(values: Floats, choose: np.ufunc) -> Floats:
    """`values (16 n,)` reduced to (n,): neighbours against each other four times, twice as fast as `reduceat`."""
    size = _BLOCK
    while size > 1:
        values = choose(values[0::2], values[1::2])
        size //= 2
    return values


def _groups(levels: Indices) -> list[tuple[int, int, int]]:
    """(level, first, stop) of each stretch of equal levels."""
    if len(levels) == 0:
        return []
    changes = np.flatnonzero(np.diff(levels)) + 1
    bounds = [0, *changes.tolist(), len(levels)]
    return [(int(levels[a]), a, b) for a, b in itertools.pairwise(bounds)]
