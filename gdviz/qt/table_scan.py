"""Reads the whole file behind a preview, a few milliseconds a turn: what will be left out of it, which classes it has.

A preview shows the first rows only. A class that begins further down, or a cell in line 30,000 that can't be read, is
found here before anybody has waited for the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gdviz.data.dialect import Dialect
from gdviz.data.read import TableReader
from gdviz.data.table import Table
from gdviz.errors import InputError

__all__ = ["TableScan"]

_SLICE_SECONDS = 0.004
_INTERVAL_MS = 12


class TableScan(QObject):
    """Lives in the window's thread and leaves it most of the time. A new scan ends the one before."""

    changed = Signal()
    """`share`, `table` or `error` is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.share = 0.0
        self.table: Table | None = None
        """What was read, once all of it was."""
        self.error = ""
        """Why it can't be read, in words."""
        self._reader: TableReader | None = None
        self._steps: Iterator[float] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def running(self) -> bool:
        return self._steps is not None

    def begin(self, path: str | Path, dialect: Dialect) -> None:
        """Read this file so; `changed` tells of progress and of the end."""
        self.stop()
        self._reader = TableReader(path, dialect)
        self._steps = iter(self._reader)
        self._timer.start()

    def stop(self) -> None:
        """Give it up, and let go of the file and of what was read."""
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()  # type: ignore[attr-defined]
        self._steps = None
        self._reader = None
        self.share, self.table, self.error = 0.0, None, ""

    @Slot()
    def _on_timeout(self) -> None:
        if self._steps is None or self._reader is None:
            return
        deadline = perf_counter() + _SLICE_SECONDS
        try:
            for share in self._steps:
                self.share = share
                if perf_counter() >= deadline:
                    break
            else:
                self._end(self._reader.table, "")
        except InputError as error:
            self._end(None, str(error))
        except Exception:
            # Once is enough; loading the table says it again, to whoever wants it still.
            self._end(None, "")
            self.changed.emit()
            raise
        self.changed.emit()

    def _end(self, table: Table | None, error: str) -> None:
        self._timer.stop()
        self._steps = None
        self._reader = None
        self.share, self.table, self.error = 1.0, table, error
