"""The tables that come with the program, by name; what they hold and where they are from is in `resources/tables`."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.data.generated import GENERATED_PREFIX
from gdviz.errors import UnknownNameError

__all__ = ["BUILTIN", "BUILTIN_PREFIX", "BuiltinTable", "builtin_table", "is_table_name"]

BUILTIN_PREFIX = "builtin:"
"""What a table's name begins with where a path could stand too."""


@dataclass(frozen=True)
class BuiltinTable:
    """A bundled table: its name, what to call it, what it holds, and its file among the bundled ones."""

    name: str
    title: str
    description: str
    file: str


BUILTIN: tuple[BuiltinTable, ...] = (
    BuiltinTable(
        "iris",
        "Iris flowers",
        "Four lengths in centimetres of 150 flowers, fifty of each of three species (Fisher, 1936).",
        "iris.csv",
    ),
    BuiltinTable(
        "line",
        "Line with noise",
        "Sixty made-up points: y = 2x + 1 and normal noise of standard deviation 1.5.",
        "line.csv",
    ),
    BuiltinTable(
        "exam",
        "Hours studied and exam passed",
        "Eighty made-up students: more hours make passing likelier.",
        "exam.csv",
    ),
    BuiltinTable(
        "diabetes",
        "Diabetes progression",
        "Ten measurements of 442 patients and how far the disease went a year later (Efron and others, 2004).",
        "diabetes.csv",
    ),
    BuiltinTable(
        "wine",
        "Wines of three cultivars",
        "Thirteen chemical measurements of 178 wines and which of three vines they came from (Forina, 1988).",
        "wine.csv",
    ),
    BuiltinTable(
        "linnerud",
        "Exercise and body",
        "Three exercises and three body measures of twenty men: several targets at once (Linnerud).",
        "linnerud.csv",
    ),
    BuiltinTable(
        "anscombe",
        "Anscombe's quartet",
        "Four times eleven points with the same line through them; y3 has one outlier (Anscombe, 1973).",
        "anscombe.csv",
    ),
)


def builtin_table(name: str) -> BuiltinTable:
    """The bundled table of that name; raises `UnknownNameError` with the closest names."""
    for table in BUILTIN:
        if table.name == name:
            return table
    raise UnknownNameError("bundled table", name, [table.name for table in BUILTIN])


def is_table_name(source: str) -> bool:
    """Whether this names a table that comes with the program or is made by it, and is no path."""
    return source.startswith((BUILTIN_PREFIX, GENERATED_PREFIX))
