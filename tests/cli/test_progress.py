from __future__ import annotations

import io

import pytest

from gdviz.cli import progress
from gdviz.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    told = Clock()
    monkeypatch.setattr(progress, "monotonic", told)
    monkeypatch.setenv("COLUMNS", "40")
    return told


def test_that_what_is_over_quickly_is_not_mentioned(clock: Clock) -> None:
    for stream in (Terminal(), io.StringIO()):
        with Progress(stream) as line:
            clock.now += 0.29
            line.tell("reading")
        assert stream.getvalue() == ""


def test_that_a_terminal_shows_one_line_that_changes_and_goes(clock: Clock) -> None:
    stream = Terminal()
    with Progress(stream) as line:
        clock.now += 0.31
        line.tell("step 1000 of 2000")
        line.tell("too soon")
        clock.now += 0.11
        line.tell("step 2000")
    assert stream.getvalue() == "\rstep 1000 of 2000" + "\rstep 2000        " + "\r         \r"


def test_that_a_long_line_is_cut_to_the_terminal(clock: Clock) -> None:
    stream = Terminal()
    line = Progress(stream)
    clock.now += 1
    line.tell("x" * 200)
    assert stream.getvalue() == "\r" + "x" * 39


def test_that_a_file_gets_a_line_a_second_at_most(clock: Clock) -> None:
    stream = io.StringIO()
    with Progress(stream) as line:
        for number in range(100):
            clock.now += 0.05
            line.tell(f"step {number}")
    assert 4 <= stream.getvalue().count("\n") <= 5
    assert "\r" not in stream.getvalue()


def test_that_the_line_is_gone_before_an_error_is_said(clock: Clock) -> None:
    stream = Terminal()

    def fail() -> None:
        with Progress(stream) as line:
            clock.now += 1
            line.tell("reading")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert stream.getvalue().endswith("\r       \r")
