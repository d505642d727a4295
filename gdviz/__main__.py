"""The program: decides between the terminal and the window, and hands to the command line what only Qt can do.

Nothing of Qt is imported unless a window or a picture is wanted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what these words of the command line ask; returns the exit code."""
    from gdviz.cli.program import run_program

    return run_program(sys.argv[1:] if arguments is None else list(arguments), _run_window, _draw_window)


def _run_window(path: str | None) -> int:
    from gdviz.app.main import run_window

    return run_window(path)


def _draw_window() -> str:
    from gdviz.app.self_test import draw_window

    return draw_window()


if __name__ == "__main__":
    sys.exit(main())
