"""The tables that come with the program, by name; what they hold and where they are from is in `resources/tables`."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.errors import UnknownNameError

__all__ = ["BUILTIN", "BUILTIN_PREFIX", "BuiltinTable", "builtin_table"]

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
)


def builtin_table(name: str) -> BuiltinTable:
    """The bundled table of that name; raises `UnknownNameError` with the closest names."""
    for table in BUILTIN:
        if table.name == name:
            return table
    raise UnknownNameError("bundled table", name, [table.name for table in BUILTIN])
