"""What a table would look like before it is loaded: the guessed dialect, the first rows, the columns and their roles.

`sniff` guesses; `preview` shows the same file under a dialect that the user has changed. Both read the first 64 KB
only, more where a single row is longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gdviz.data.dialect import Dialect
from gdviz.data.encodings import ENCODINGS
from gdviz.data.errors import TableFormatError
from gdviz.data.opening import Beginning, begin
from gdviz.data.report import shortened
from gdviz.data.roles import ColumnRole, guess_roles
from gdviz.data.source import DEFAULT_CAP, TableFile
from gdviz.data.table import ColumnKind
from gdviz.errors import InputError

__all__ = ["PREVIEW_ROWS", "Preview", "preview", "sniff"]

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Preview:
    """The first rows of a table under a dialect.

    `certain` is false where the dialect is a guess that others rival; `notes` say why it was chosen and what was
    renamed. `rows` hold one text a column, as written. `size` counts bytes on the disk, `text_size` those after
    unpacking; `complete` where no row follows those shown.
    """

    path: Path
    dialect: Dialect
    certain: bool
    notes: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[ColumnKind, ...]
    rows: tuple[tuple[str, ...], ...]
    size: int
    text_size: int
    complete: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def roles(self) -> tuple[ColumnRole, ...]:
        """The guessed role of every column."""
        return guess_roles(self)

    @property
    def is_large(self) -> bool:
        """Whether loading it should be asked for first."""
        return self.text_size > DEFAULT_CAP


def sniff(path: str | Path) -> Preview:
    """Guess how a table is written; raises `InputError` for what is none."""
    return _look(path, None)


def preview(path: str | Path, dialect: Dialect) -> Preview:
    """The same under a given dialect; bytes that don't fit its encoding are shown as replacement characters."""
    return _look(path, dialect)


def _look(path: str | Path, dialect: Dialect | None) -> Preview:
    with TableFile(path, cap=None) as file:
        try:
            beginning = begin(file, dialect, lenient=True)
        except TableFormatError as error:
            raise InputError(f"{file.name}: {error}") from None
        return _preview(Path(path), file, beginning)


def _preview(path: Path, file: TableFile, beginning: Beginning) -> Preview:
    layout = beginning.layout
    notes = [beginning.decoder.note or beginning.encoding.note]
    if beginning.doubt:
        notes.append(beginning.doubt)
    if beginning.decoder.broken:
        notes.append(f"Some bytes don't fit {ENCODINGS[beginning.dialect.encoding]}; choose another encoding.")
    notes += [f"The column {before!r} is called {after!r} here." for before, after in layout.renamed]
    shown = beginning.records[:PREVIEW_ROWS]
    return Preview(
        path=path,
        dialect=beginning.dialect,
        certain=beginning.encoding.certain and not beginning.doubt and not beginning.decoder.broken,
        notes=tuple(notes),
        names=layout.names,
        # A column without a value so far is shown as numeric, as most columns are.
        kinds=tuple(kind or "numeric" for kind in layout.kinds),
        rows=tuple(_shown(record.cells, layout.count) for record in shown),
        size=file.size,
        text_size=max(file.text_size, len(beginning.text)),
        complete=beginning.complete and len(shown) == len(beginning.records),
    )


def _shown(cells: list[str], count: int) -> tuple[str, ...]:
    return tuple([*(shortened(cell) for cell in cells[:count]), *[""] * (count - len(cells))])
