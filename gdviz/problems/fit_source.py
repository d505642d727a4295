"""Where a fit's rows come from: a table read as its options say, kept for fits that differ in other options only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gdviz.data.builtin import is_table_name
from gdviz.data.dialect import DELIMITERS, Dialect
from gdviz.data.generated import GENERATED_PREFIX, generated_table
from gdviz.data.read import read_table
from gdviz.data.sniff import sniff
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.problems.fit_data import DataSet, Roles, make_data_set

__all__ = ["GENERATING_OPTIONS", "READING_OPTIONS", "LoadedTable", "Reading", "chosen_dialect"]


class Reading(NamedTuple):
    """What decides how a table is read, or made; None is guessed from the file, or the generated table's own."""

    table: str
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header: bool | None = None
    samples: int | None = None
    noise: float | None = None
    table_seed: int = 0

    @property
    def generated(self) -> bool:
        """Whether the table is made and not read."""
        return self.table.startswith(GENERATED_PREFIX)

    @property
    def bundled(self) -> bool:
        """Whether the table comes with gdviz, or is made by it; there is nothing to choose in how it is read."""
        return is_table_name(self.table)

    def dialect(self) -> Dialect | None:
        """How to read the file where anything of that was chosen, the rest guessed; raises `InputError`."""
        if self.bundled or all(getattr(self, name) is None for name in READING_OPTIONS):
            return None
        return chosen_dialect(sniff(self.table).dialect, self._asdict())

    def read(self) -> Table:
        """The table; raises `InputError` where there is none."""
        self.check()
        if self.generated:
            return generated_table(self.table.removeprefix(GENERATED_PREFIX), self.samples, self.noise, self.table_seed)
        return read_table(self.table, self.dialect())

    def check(self) -> None:
        """Raises `InputError` where options are given that only a generated table has."""
        given = [name for name in GENERATING_OPTIONS if getattr(self, name) != self._field_defaults[name]]
        if given and not self.generated:
            raise InputError(
                f"data: {given[0]} belongs to generated tables, and {self.table} is not one; leave it out, or choose a "
                "table such as generated:moons."
            )


READING_OPTIONS: tuple[str, ...] = ("encoding", "delimiter", "decimal", "header")
"""The options of a fit that say how its file is read."""

GENERATING_OPTIONS: tuple[str, ...] = ("samples", "noise", "table_seed")
"""The options of a fit that say how a generated table is made."""


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
