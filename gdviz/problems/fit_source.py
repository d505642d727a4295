"""Where a fit's rows come from: a table read as its options say, kept for fits that differ in other options only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gdviz.data.builtin import BUILTIN_PREFIX
from gdviz.data.dialect import DELIMITERS, Dialect
from gdviz.data.read import read_table
from gdviz.data.sniff import sniff
from gdviz.data.table import Table
from gdviz.problems.fit_data import DataSet, Roles, make_data_set

__all__ = ["READING_OPTIONS", "LoadedTable", "Reading", "chosen_dialect"]


class Reading(NamedTuple):
    """What decides how a table is read; None is guessed from the file."""

    table: str
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header: bool | None = None

    @property
    def bundled(self) -> bool:
        """Whether the table is one that comes with gdviz; those have nothing to choose."""
        return self.table.startswith(BUILTIN_PREFIX)

    def dialect(self) -> Dialect | None:
        """How to read the file where anything of that was chosen, the rest guessed; raises `InputError`."""
        if self.bundled or self == Reading(self.table):
            return None
        return chosen_dialect(sniff(self.table).dialect, self._asdict())

    def read(self) -> Table:
        """The table; raises `InputError` where there is none."""
        return read_table(self.table, self.dialect())


READING_OPTIONS: tuple[str, ...] = Reading._fields[1:]
"""The options of a fit that say how its file is read."""


def chosen_dialect(guess: Dialect, options: Mapping[str, Any]) -> Dialect:
    """The guess with what options of a fit say instead; raises `InputError` for what can't be read.

    A delimiter may be named, as in "tab".
    """
    changed = {name: options[name] for name in READING_OPTIONS if options.get(name) is not None}
    by_name = {name: delimiter for delimiter, name in DELIMITERS.items()}
    if "delimiter" in changed:
        changed["delimiter"] = by_name.get(str(changed["delimiter"]).lower(), changed["delimiter"])
    return dataclasses.replace(guess, **changed)


@dataclass(frozen=True, eq=False)
class LoadedTable:
    """A table that has been read, and the rows last made of it."""

    reading: Reading
    table: Table
    roles: Roles | None = None
    sample: tuple[int, int] | None = None
    data: DataSet | None = None

    def with_data(self, roles: Roles, sample: tuple[int, int] | None) -> LoadedTable:
        """The same with the rows of these roles, or some of them: `sample` is (rows, seed)."""
        if self.data is not None and (self.roles, self.sample) == (roles, sample):
            return self
        whole = self.data if self.sample is None and self.roles == roles else None
        data = make_data_set(self.table, roles) if whole is None else whole
        return LoadedTable(self.reading, self.table, roles, sample, data if sample is None else data.sample(*sample))
