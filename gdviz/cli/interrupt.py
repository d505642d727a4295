"""Ctrl+C, taken as a wish to end the runs with what they have; a second one ends the program at once."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["Interrupt"]

_EXIT_CODE = 130


class Interrupt:
    """Listens between `listen` and the end of the block; before that Ctrl+C raises `KeyboardInterrupt` as usual."""

    def __init__(self) -> None:
        self.happened = False
        self._before: Any = None

    @property
    def exit_code(self) -> int:
        """0, or what a shell gives a program that Ctrl+C has ended."""
        return _EXIT_CODE if self.happened else 0

    def listen(self) -> None:
        try:
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        except ValueError:
            self._before = None  # only the main thread may; elsewhere nobody can press Ctrl+C

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.happened:
            raise KeyboardInterrupt
        self.happened = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
