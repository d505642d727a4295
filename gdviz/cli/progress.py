"""What a command is doing, on standard error: one line that changes on a terminal, a line a second elsewhere."""

from __future__ import annotations

import shutil
import sys
from time import monotonic
from types import TracebackType
from typing import Self, TextIO

__all__ = ["Progress"]

_QUIET_SECONDS = 0.3
_TERMINAL_SECONDS = 0.1
_FILE_SECONDS = 1.0


class Progress:
    """Says nothing about what is over quickly; `clear` takes the line away before the result is printed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._terminal = self._stream.isatty()
        self._next = monotonic() + (_QUIET_SECONDS if self._terminal else _FILE_SECONDS)
        self._width = 0

    def tell(self, text: str) -> None:
        """`text` if it is time for it."""
        if monotonic() < self._next:
            return
        if self._terminal:
            line = text[: shutil.get_terminal_size().columns - 1]
            self._stream.write(f"\r{line}{' ' * max(0, self._width - len(line))}")
            self._width = len(line)
            self._next = monotonic() + _TERMINAL_SECONDS
        else:
            self._stream.write(f"{text}\n")
            self._next = monotonic() + _FILE_SECONDS
        self._stream.flush()

    def clear(self) -> None:
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
