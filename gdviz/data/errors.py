"""What can be wrong with a table file, beyond what `InputError` says in general."""

from __future__ import annotations

from gdviz.errors import InputError

__all__ = ["FileChangedError", "TableFormatError", "TableTooLargeError"]

_MB = 2**20


class TableFormatError(InputError):
    """Text that makes no table; the sentence names the line where there is one, and not the file."""


class FileChangedError(InputError):
    """The file did not stay as it was while it was read."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: the file changed while loading; load it again once nothing writes to it.")


class TableTooLargeError(InputError):
    """More text than the agreed `cap` bytes; `size` is how much there is at least. Ask, and read with a larger cap."""

    def __init__(self, name: str, size: int, cap: int) -> None:
        super().__init__(
            f"{name} holds at least {size / _MB:,.0f} MB of text, more than the {cap / _MB:,.0f} MB that are read "
            "without asking; confirm that it shall be loaded, or take fewer rows."
        )
        self.size = size
        self.cap = cap
