from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from gdviz.experiment.toml_lines import key_lines
from gdviz.experiment.toml_text import key_line

TRICKY = '''\
# comment = 1 [not] {a = "key"}
first = 1 # [inside]
"quoted key" = "a = 3 # no comment \\" ] }"
'literal # key' = 'C:\\path\\'
dotted . inner."last part" = 2024-01-01 10:00:00

long = """
fake = 1
[fake]
\\""" still = 2 ""\"""
raw = \'\'\'
# fake
[[fake]]
\'\'\'\'
list = [ # comment ]
  1, [2,
  3], { a = 1, b = [
    4 ] },
  "]",
]
inline = { a = 1, "b c".d = { e = 2 } }

[table]
key = 1
[table.sub]
key = 2
[[array]]
key = 3

[[array]]
[array.sub]
key = 4
[[array.nested]]
key = 5
[[array.nested]]
  key = 6
[["odd.name"]]
key = 7
last = true'''


def test_that_every_key_is_found_on_its_line() -> None:
    tomllib.loads(TRICKY)
    assert key_lines(TRICKY) == {
        ("first",): 2,
        ("quoted key",): 3,
        ("literal # key",): 4,
        ("dotted",): 5,
        ("dotted", "inner"): 5,
        ("dotted", "inner", "last part"): 5,
        ("long",): 7,
        ("raw",): 11,
        ("list",): 15,
        ("list", 0): 16,
        ("list", 1): 16,
        ("list", 1, 0): 16,
        ("list", 1, 1): 17,
        ("list", 2): 17,
        ("list", 2, "a"): 17,
        ("list", 2, "b"): 17,
        ("list", 2, "b", 0): 18,
        ("list", 3): 19,
        ("inline",): 21,
        ("inline", "a"): 21,
        ("inline", "b c"): 21,
        ("inline", "b c", "d"): 21,
        ("inline", "b c", "d", "e"): 21,
        ("table",): 23,
        ("table", "key"): 24,
        ("table", "sub"): 25,
        ("table", "sub", "key"): 26,
        ("array",): 27,
        ("array", 0): 27,
        ("array", 0, "key"): 28,
        ("array", 1): 30,
        ("array", 1, "sub"): 31,
        ("array", 1, "sub", "key"): 32,
        ("array", 1, "nested"): 33,
        ("array", 1, "nested", 0): 33,
        ("array", 1, "nested", 0, "key"): 34,
        ("array", 1, "nested", 1): 35,
        ("array", 1, "nested", 1, "key"): 36,
        ("odd.name",): 37,
        ("odd.name", 0): 37,
        ("odd.name", 0, "key"): 38,
        ("odd.name", 0, "last"): 39,
    }


def test_that_line_ends_of_windows_count_as_one_line() -> None:
    assert key_lines("a = 1\r\nb = '''\r\n\r\n'''\r\nc = 3") == {("a",): 1, ("b",): 2, ("c",): 5}


def test_that_what_is_not_toml_ends_instead_of_running_on() -> None:
    for text in ("= 3", "a = ", "[", "!", 'a = "', "a = [1", "a = {b = 1"):
        with pytest.raises(ValueError, match="not TOML"):
            key_lines(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The ways to everything within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path} - {()} | {way for key, item in items for way in paths(item, (*path, key))}


@given(values=st.dictionaries(TEXT, VALUES, max_size=5), multiline=st.booleans())
def test_that_the_scanner_finds_all_that_tomllib_finds(values: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(values, multiline_strings=multiline)
    lines = key_lines(text)
    assert set(lines) == paths(tomllib.loads(text))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


@given(key=TEXT, value=VALUES)
def test_that_a_written_line_says_the_value(key: str, value: Any) -> None:
    assert tomllib.loads(key_line(key, value)) == {key: value}


def test_that_values_are_written_the_way_people_do() -> None:
    assert key_line("start", [-1.2, 1.0]) == "start = [-1.2, 1.0]\n"
    assert key_line("stop", {"value": 1e-8, "seconds": 3}) == "stop = { value = 1e-08, seconds = 3 }\n"
    assert key_line("names", ("a", 'b"c')) == 'names = ["a", "b\\"c"]\n'
    assert key_line("on", True) == "on = true\n"
    assert key_line("columns", ["a long name of a column"] * 5) == (
        "columns = [\n" + '    "a long name of a column",\n' * 5 + "]\n"
    )
