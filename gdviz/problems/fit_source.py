"""Where a fit's rows come from: a table read as its options say, kept for fits that differ in other options only."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

from gdviz.data.builtin import BUILTIN_PREFIX
from gdviz.data.dialect import DELIMITERS, Dialect
from gdviz.data.read import read_table
from gdviz.data.sniff import sniff
from gdviz.data.table import Table
from gdviz.problems.fit_data import DataSet, Roles, make_data_set

__all__ = ["LoadedTable", "Reading"]


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
        chosen: dict[str, Any] = {name: value for name, value in self._asdict().items() if value is not None}
        del chosen["table"]
        if not chosen or self.bundled:
            return None
        if self.delimiter is not None:
            by_name = {name: delimiter for delimiter, name in DELIMITERS.items()}
            chosen["delimiter"] = by_name.get(self.delimiter.lower(), self.delimiter)
        return dataclasses.replace(sniff(self.table).dialect, **chosen)

    def read(self) -> Table:
        """The table; raises `InputError` where there is none."""
        return read_table(self.table, self.dialect())


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
        data = make_data_set(self.table, roles)
        return LoadedTable(self.reading, self.table, roles, sample, data if sample is None else data.sample(*sample))
