"""Reading a table from a file: streamed in blocks, so that a worker can show progress and stop in between.

File, decoder, blocks, columns: `TableReader` moves text from one to the next and hands over a table only when all of
it was read and the file is still the one that was opened. `read_table` does so at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gdviz.data.blocks import BlockReader
from gdviz.data.builtin import BUILTIN_PREFIX, builtin_table
from gdviz.data.dialect import Dialect
from gdviz.data.encodings import ENCODINGS
from gdviz.data.errors import TableFormatError
from gdviz.data.generated import GENERATED_PREFIX, generated_table
from gdviz.data.growth import Growth
from gdviz.data.opening import Beginning, begin
from gdviz.data.source import DEFAULT_CAP, TableFile
from gdviz.data.table import Column, Table
from gdviz.errors import InputError
from gdviz.files import resource

__all__ = ["TableReader", "read_table"]

_BLOCK = 2**20


class TableReader:
    """Reads a table file; iterate to advance, and find it in `table` at the end.

    Every step takes some milliseconds and yields how much of the file is read, from 0 to 1. To cancel, stop iterating
    and close the iterator. Without a dialect one is guessed. `cap` limits the bytes of text (None: no limit).
    Iterating raises `TableTooLargeError` above it, `FileChangedError` where the file was written to meanwhile,
    `InputError` where it is no table; `table` stays None then.
    """

    def __init__(self, path: str | Path, dialect: Dialect | None = None, cap: int | None = DEFAULT_CAP) -> None:
        self.table: Table | None = None
        self._path = Path(path)
        self._dialect = dialect
        self._cap = cap

    def __iter__(self) -> Iterator[float]:
        self.table = None
        with TableFile(self._path, self._cap) as file:
            try:
                yield from self._steps(file)
            except TableFormatError as error:
                file.check_unchanged()
                raise InputError(f"{file.name}: {error}") from None
            except MemoryError:
                raise InputError(f"{file.name} needs more memory than there is; take fewer rows or columns.") from None

    def _steps(self, file: TableFile) -> Iterator[float]:
        beginning = begin(file, self._dialect)
        yield file.fraction
        growth = Growth(beginning.layout, _expected_rows(file, beginning))
        blocks = BlockReader(beginning.dialect, growth, beginning.line)
        for _ in blocks.add(beginning.text, beginning.complete):
            yield file.fraction
        complete = beginning.complete
        while not complete:
            raw = file.read(_BLOCK)
            complete = not raw
            for _ in blocks.add(beginning.decoder.feed(raw, complete), complete):
                yield file.fraction
        columns: list[Column] = []
        for column in growth.finish():
            if column is not None:
                columns.append(column)
                _ = column.constant  # which the report asks for; found here, a column at a time, and kept
            yield file.fraction
        if not columns:
            raise TableFormatError("no column holds a value; choose a table with data below its header.")
        decoder = beginning.decoder
        report = growth.report(columns, ENCODINGS[decoder.encoding], decoder.note or _worth_telling(beginning))
        file.check_unchanged()
        self.table = Table(_table_name(self._path), tuple(columns), report, str(self._path))
        yield 1.0


def read_table(source: str | Path, dialect: Dialect | None = None, cap: int | None = DEFAULT_CAP) -> Table:
    """The table in a file, a bundled one by `builtin:NAME` or a made one by `generated:NAME`; raises as `TableReader`,
    `builtin_table` and `generated_table` do."""
    if isinstance(source, str) and source.startswith(GENERATED_PREFIX):
        return generated_table(source.removeprefix(GENERATED_PREFIX))
    if isinstance(source, str) and source.startswith(BUILTIN_PREFIX):
        bundled = builtin_table(source.removeprefix(BUILTIN_PREFIX))
        table = read_table(resource("tables", bundled.file), Dialect(), cap=None)
        return replace(table, name=bundled.name, source=source)
    reader = TableReader(source, dialect, cap)
    for _ in reader:
        pass
    assert reader.table is not None, "a reader that ends without raising has a table"
    return reader.table


def _expected_rows(file: TableFile, beginning: Beginning) -> int:
    """Somewhat more rows than the file is likely to have; what is never written to takes no memory."""
    records = beginning.records
    average = sum(len(record.cells) + sum(map(len, record.cells)) for record in records) / len(records)
    # A row has at least one byte for each cell, its delimiter or the line's end.
    return min(int(1.05 * file.text_size / average), file.text_size // beginning.layout.count) + 1


def _worth_telling(beginning: Beginning) -> str:
    """The reason for the encoding, where it was a guess that may be wrong."""
    return "" if beginning.encoding.certain else beginning.encoding.note


def _table_name(path: Path) -> str:
    without_gz = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return without_gz.stem
