"""The program in this process: what it prints, and its exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from gdviz.cli.program import run_program


class Answer(NamedTuple):
    code: int
    output: str
    errors: str


def no_window(path: str | None) -> int:
    raise AssertionError(f"a window was opened on {path}")


def sound_window() -> str:
    return ""


@pytest.fixture
def gdviz_command(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """`gdviz_command("run", ...)`: what the program answers to these words."""

    def command(*words: object) -> Answer:
        code = run_program([str(word) for word in words], no_window, sound_window)
        output, errors = capfd.readouterr()
        return Answer(code, output, errors)

    return command
