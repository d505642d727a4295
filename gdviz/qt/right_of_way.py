"""Lets the window go first: the worker begins nothing new while a frame is being drawn.

Two threads of Python take turns at the interpreter, and at each of a frame's hundreds of calls into NumPy and Qt the
worker would take it and give it back only when asked: a frame drawn beside a busy worker takes three times as long. One
that has the interpreter to itself is done sooner, and in the time between two frames the worker has it.
"""

from __future__ import annotations

import threading

__all__ = ["RightOfWay"]

_LONGEST_SECONDS = 0.1
"""A frame that takes longer does not hold the worker up for longer than this."""


class RightOfWay:
    """Claimed and released by the window's thread around a frame; the worker waits between two slices."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self._wanted = False

    @property
    def wanted(self) -> bool:
        """Whether the worker has been kept waiting since the latest claim."""
        return self._wanted

    def claim(self) -> None:
        """A frame begins."""
        self._wanted = False
        self._free.clear()

    def release(self) -> None:
        """The frame is on the screen."""
        self._free.set()

    def wait(self) -> None:
        """Called by the worker: returns when no frame is being drawn, or after a tenth of a second."""
        if not self._free.is_set():
            self._wanted = True
            self._free.wait(_LONGEST_SECONDS)
