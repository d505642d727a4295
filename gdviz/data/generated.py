"""Tables that are made, not read: points on a line or a curve, and classes in shapes that a straight line can't part.

Each is a function of its number of rows, its noise and a seed: the same three always give the same table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gdviz.data.report import ReadReport
from gdviz.data.table import Column, Table
from gdviz.errors import UnknownNameError

__all__ = ["GENERATED", "GENERATED_PREFIX", "MOST_SAMPLES", "GeneratedTable", "generated_table", "generation"]

GENERATED_PREFIX = "generated:"
"""What a table's name begins with that is made by `generated_table`."""

MOST_SAMPLES = 1_000_000

Floats: TypeAlias = npt.NDArray[np.float64]
Made: TypeAlias = tuple[Column, ...]


@dataclass(frozen=True)
class GeneratedTable:
    """A way to make a table: its name, what to call it, what it holds, and the number of rows and the noise it has
    unless others are asked for.

    Noise is the standard deviation of what is added to the target, or to both coordinates of points in classes.
    """

    name: str
    title: str
    description: str
    samples: int
    noise: float
    make: Callable[[int, float, np.random.Generator], Made]


def generated_table(name: str, samples: int | None = None, noise: float | None = None, seed: int = 0) -> Table:
    """The table of that name with so many rows and so much noise, drawn by this seed; raises `UnknownNameError`.

    `samples` and `noise` are the table's own where they are None.
    """
    kind = generation(name)
    rows = kind.samples if samples is None else samples
    columns = kind.make(rows, kind.noise if noise is None else noise, np.random.default_rng(seed))
    for column in columns:
        column.values.flags.writeable = False
    return Table(kind.title, columns, ReadReport(rows=rows), GENERATED_PREFIX + name)


def generation(name: str) -> GeneratedTable:
    """The way to make a table that has this name; raises `UnknownNameError` with the closest names."""
    for kind in GENERATED:
        if kind.name == name:
            return kind
    raise UnknownNameError("generated table", name, [kind.name for kind in GENERATED])


def _line(rows: int, noise: float, random: np.random.Generator) -> Made:
    x = np.sort(random.uniform(-5.0, 5.0, rows))
    return _numbers("x", x), _numbers("y", 2.0 * x + 1.0 + noise * random.normal(size=rows))


def _exponential(rows: int, noise: float, random: np.random.Generator) -> Made:
    x = np.linspace(-3.0, 3.0, rows)
    return _numbers("x", x), _numbers("y", np.exp(x) + noise * random.normal(size=rows))


def _blobs(rows: int, noise: float, random: np.random.Generator) -> Made:
    centres = np.array([[-2.0, -1.0], [2.0, -1.0], [0.0, 2.0]])
    classes = _shared(rows, 3)
    return _points(centres[classes], classes, ("left", "right", "top"), noise, random)


def _moons(rows: int, noise: float, random: np.random.Generator) -> Made:
    classes = _shared(rows, 2)
    angle = _along(classes, 2) * math.pi
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=-1)
    return _points(np.where(classes[:, None] == 0, upper, lower), classes, ("upper", "lower"), noise, random)


def _circles(rows: int, noise: float, random: np.random.Generator) -> Made:
    classes = _shared(rows, 2)
    angle = _along(classes, 2, closed=True) * 2.0 * math.pi
    radius = np.where(classes == 0, 0.5, 1.0)
    places = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return _points(places, classes, ("inner", "outer"), noise, random)


def _spirals(rows: int, noise: float, random: np.random.Generator) -> Made:
    classes = _shared(rows, 2)
    along = 0.1 + 0.9 * _along(classes, 2)
    angle = 1.75 * 2.0 * math.pi * along + math.pi * classes
    places = np.stack([along * np.cos(angle), along * np.sin(angle)], axis=-1)
    return _points(places, classes, ("first", "second"), noise, random)


def _xor(rows: int, noise: float, random: np.random.Generator) -> Made:
    quarter = _shared(rows, 4)
    signs = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])[quarter]
    # Away from the axes, so that only noise mixes the classes.
    places = signs * random.uniform(0.15, 1.0, size=(rows, 2))
    return _points(places, quarter % 2, ("same", "different"), noise, random)


GENERATED: tuple[GeneratedTable, ...] = (
    GeneratedTable("line", "Line with noise", "y = 2x + 1 and normal noise, x between −5 and 5.", 60, 1.5, _line),
    GeneratedTable(
        "exponential", "Exponential curve", "y = eˣ for x from −3 to 3 in steps of 0.1.", 61, 0.0, _exponential
    ),
    GeneratedTable("blobs", "Three blobs", "Three classes around three centres.", 150, 0.6, _blobs),
    GeneratedTable("moons", "Two moons", "Two half circles that reach into each other.", 200, 0.1, _moons),
    GeneratedTable("circles", "Two circles", "A circle within another.", 200, 0.06, _circles),
    GeneratedTable("spirals", "Two spirals", "Two arms wound around each other.", 300, 0.02, _spirals),
    GeneratedTable(
        "xor", "Exclusive or", "One class where both signs agree, the other where they differ.", 200, 0.05, _xor
    ),
)


def _shared(rows: int, classes: int) -> npt.NDArray[np.intp]:
    """The class of every row: as many of each as there can be, one class behind the other."""
    return np.sort(np.arange(rows) % classes)


def _along(classes: npt.NDArray[np.intp], count: int, closed: bool = False) -> Floats:
    """Where each row stands between the first, 0, and the last, 1, of its class; before 1 on a `closed` curve."""
    shares = [np.linspace(0.0, 1.0, int((classes == index).sum()), endpoint=not closed) for index in range(count)]
    return np.concatenate(shares)


def _points(
    places: Floats, classes: npt.NDArray[np.intp], names: tuple[str, ...], noise: float, random: np.random.Generator
) -> Made:
    """Two coordinates with noise and the class of every point; `names` are those of classes 0, 1, …"""
    moved = places + noise * random.normal(size=places.shape)
    # A table's categories are in sorted order.
    categories = tuple(sorted(names))
    codes = np.array([categories.index(name) for name in names], dtype=np.int32)[classes]
    return (
        _numbers("x1", np.ascontiguousarray(moved[:, 0])),
        _numbers("x2", np.ascontiguousarray(moved[:, 1])),
        Column("class", "text", codes, categories),
    )


def _numbers(name: str, values: Floats) -> Column:
    return Column(name, "numeric", values)
