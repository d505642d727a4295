"""Values and texts from outside are said again in short, and steer nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gdviz.echo import echoed, plain_line, plain_lines
from gdviz.errors import InputError, UnknownNameError
from gdviz.experiment.experiment import ViewChoice
from gdviz.experiment.file import ExperimentFileError, from_text
from gdviz.optimizers import OPTIMIZERS, optimizer
from gdviz.runs.config import Change, RunConfig

HUGE = 16**8_000


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


LONG: dict[str, object] = {
    "a number": HUGE,
    "below zero": -HUGE,
    "in a list": [HUGE],
    "in a table": {"a": HUGE},
    "text": "x" * 500_000,
    "lines": "\n" * 500,
    "bytes": b"x" * 500_000,
    "a long list": [[1.5] * 900],
    "what can't be said": Broken(),
}


@pytest.mark.parametrize("value", LONG.values(), ids=LONG)
def test_that_any_value_is_said_in_a_few_characters_of_one_line(value: object) -> None:
    assert 0 < len(echoed(value)) <= 60
    assert "\n" not in echoed(value)


@pytest.mark.parametrize("value", [-3, 2.5, "2*x", "", None, True, [1, 2], {"a": 1}, "it's"])
def test_that_a_short_value_is_said_as_it_is(value: object) -> None:
    assert echoed(value) == repr(value)


@pytest.mark.parametrize(
    "lines",
    [
        "gdviz = 0x{}",
        "gdviz = 1\n[problem]\nname = 'rosenbrock'\nb = 0x{}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nsteps = 0x{}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nseed = 0x{}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nlearning_rate = 0x{}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nstart = [1, 0x{}]",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nstart = 'random'\nrange = [1, 0x{}]",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nstyle = 0x{}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nstop = {{ value = 0x{} }}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nstop = {{ evaluations = 0x{} }}",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nchanges = [{{ step = 0x{}, learning_rate = 0.1 }}]",
        "gdviz = 1\n[[run]]\noptimizer = 'adam'\nchanges = [{{ step = 4, learning_rate = 0x{} }}]",
        "gdviz = 1\n[view]\nspeed = 0x{}",
        "gdviz = 1\n[view]\nplane = 0x{}",
        "gdviz = 1\n[view]\nplane = [0x{}, 1]",
    ],
)
def test_that_a_number_of_thousands_of_digits_is_refused_in_one_short_sentence(lines: str) -> None:
    with pytest.raises(ExperimentFileError) as refused:
        from_text(lines.format("F" * 8_000), "race.toml", Path("/race"))
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "make",
    [
        lambda: OPTIMIZERS.get("a" * 500_000),
        lambda: RunConfig(optimizer("adam"), start=(HUGE, HUGE)),
        lambda: RunConfig(optimizer("adam"), changes=(Change(HUGE, {"momentum": 1}),)),
        lambda: ViewChoice(plane=("x" * 500_000, "x" * 500_000)),
        lambda: from_text(f"gdviz = 1\n[problem]\nname = '{'x' * 500_000}'", "race.toml", Path("/race")),
        lambda: from_text(f"gdviz = 1\n{'x' * 500_000} = 1", "race.toml", Path("/race")),
    ],
)
def test_that_what_was_given_is_not_said_back_at_length(make: Any) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert len(str(refused.value)) < 1_000


def test_that_an_unknown_name_may_be_any_value() -> None:
    assert "a number too long to show" in str(UnknownNameError("thing", HUGE, ["adam"]))
    assert str(UnknownNameError("thing", "adm", ["adam"])) == "unknown thing 'adm'; did you mean adam?"


STEERING = ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\u061c"]


@pytest.mark.parametrize("character", STEERING)
def test_that_nothing_in_a_line_steers(character: str) -> None:
    assert plain_line(f"a{character}[31mb") == "a[31mb"
    assert plain_lines(f"a{character}\nb") == "a\nb"


def test_that_breaks_become_spaces_in_a_line_and_stay_in_lines() -> None:
    assert plain_line("a\r\nb\tc\u2028d") == "a b c d"
    assert plain_lines("a\r\nb\rc\n\nd") == "a\nb\nc\n\nd"


@pytest.mark.parametrize("text", ["Ådam ß β₁ → 0,02", "می‌خواهم", "👩‍🔬", "עברית", "a < b & c"])
def test_that_letters_of_every_script_stay(text: str) -> None:
    assert plain_line(text) == text
    assert plain_lines(text) == text
