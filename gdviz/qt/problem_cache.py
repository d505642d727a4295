"""Problems and tables used lately, so that undo is quick and an option changed reads no file again."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from dataclasses import dataclass

from gdviz.data.table import Table
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_source import Reading

__all__ = ["ProblemCache"]

_MOST_PROBLEMS = 8
_MOST_TABLES = 3
_MOST_BYTES = 1_000_000_000
"""What the rows of all fits that are kept may take; the latest is kept however large it is."""

Facts = tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class _Read:
    """A table, and what its file was like when it was read: time of change and size."""

    table: Table
    facts: Facts


class ProblemCache:
    """Keeps what was used last; owned by the problem source."""

    def __init__(self) -> None:
        self._problems: OrderedDict[str, Problem] = OrderedDict()
        self._tables: OrderedDict[str, _Read] = OrderedDict()

    def problem(self, choice: ProblemChoice) -> Problem | None:
        """The problem of this choice, if there is one."""
        key = _key(choice)
        if key in self._problems:
            self._problems.move_to_end(key)
        return self._problems.get(key)

    def table(self, choice: ProblemChoice) -> Table | None:
        """The table of this choice as it was read, if it was."""
        read = self._tables.get(_reading(choice))
        return read.table if read is not None else None

    def similar(self, choice: ProblemChoice) -> DataFit | None:
        """A fit to the same table with other options."""
        table = self.table(choice)
        fits = [problem for problem in reversed(self._problems.values()) if isinstance(problem, DataFit)]
        return next((fit for fit in fits if fit.loaded is not None and fit.loaded.table is table), None)

    def remember(self, choice: ProblemChoice, problem: Problem) -> None:
        """Keep a problem, in place of those that were not used for longest."""
        self._problems[_key(choice)] = problem
        self._problems.move_to_end(_key(choice))
        while len(self._problems) > 1 and (len(self._problems) > _MOST_PROBLEMS or self._bytes() > _MOST_BYTES):
            self._problems.popitem(last=False)

    def remember_table(self, choice: ProblemChoice, table: Table) -> None:
        """Keep a table that has just been read, or was kept already."""
        key = _reading(choice)
        if key not in self._tables or self._tables[key].table is not table:
            self._tables[key] = _Read(table, _facts(choice))
        self._tables.move_to_end(key)
        while len(self._tables) > _MOST_TABLES:
            self._tables.popitem(last=False)

    def forget_outdated(self, choice: ProblemChoice) -> None:
        """Forget the table of this choice, and the fits to it, where its file is another than the one that was read."""
        key = _reading(choice)
        read = self._tables.get(key)
        if read is None or read.facts == _facts(choice):
            return
        del self._tables[key]
        for name, problem in list(self._problems.items()):
            if isinstance(problem, DataFit) and problem.loaded is not None and problem.loaded.table is read.table:
                del self._problems[name]

    def _bytes(self) -> int:
        """What the rows of all fits take; rows that several share count once."""
        data = {id(fit.data): fit.data.X.nbytes for fit in self._problems.values() if isinstance(fit, DataFit)}
        return sum(data.values())


def _facts(choice: ProblemChoice) -> Facts:
    try:
        facts = os.stat(str(choice.options.get("table", "")))
    except (OSError, ValueError):
        return None
    return facts.st_mtime_ns, facts.st_size


def _reading(choice: ProblemChoice) -> str:
    """Which file, and how it is read."""
    return json.dumps([choice.options.get(name) for name in Reading._fields], default=str)


def _key(choice: ProblemChoice) -> str:
    return json.dumps([choice.name, dict(choice.options)], sort_keys=True, default=str)
