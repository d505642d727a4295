"""Dialects, headers, kinds and roles of columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from gdviz.data.dialect import Dialect
from gdviz.data.guess import guess_format
from gdviz.data.layout import is_header, usual_count
from gdviz.data.records import Record
from gdviz.data.roles import default_features, guess_roles, guess_target
from gdviz.data.table import ColumnKind
from gdviz.errors import InputError


class SomeColumns(NamedTuple):
    names: tuple[str, ...]
    kinds: tuple[ColumnKind, ...]


@pytest.mark.parametrize(
    ("first", "body", "header"),
    [
        (["x", "y"], [["1", "2"]], True),
        (["1", "2"], [["1", "2"]], False),
        (["x", "2019"], [["1", "2"], ["3", "4"]], True),
        (["oops", "1", "2"], [["3", "4", "5"]], False),
        (["NA", "1"], [["2", "3"]], False),
        (["", "y"], [["1", "2"]], True),
        (["name", "colour"], [["ann", "red"]], True),
        (["ann", "red"], [["ann", "blue"]], False),
        (["a", "a"], [["b", "c"]], False),
        (["a", ""], [["b", "c"]], False),
        (["x", "y"], [], True),
        (["1", "y"], [], False),
        (["x"], [["1", "2"]], True),
        (["1"], [["1", "2"]], False),
        (["x", "y"], [["", ""]], True),
    ],
)
def test_that_headers_are_told_from_rows(first: list[str], body: list[list[str]], header: bool) -> None:
    assert is_header(first, body, Dialect()) is header


def test_that_the_usual_count_is_the_most_frequent_and_then_the_larger() -> None:
    def records(*counts: int) -> list[Record]:
        return [Record(1, [""] * count) for count in counts]

    assert usual_count(records(2, 3, 2)) == 2
    assert usual_count(records(2, 3)) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,y\n1,2\n", {}),
        ("hello, world\nand more\nthan that\n", {"delimiter": ";"}),  # one column
        ("hello world of words\nand more\n", {}),
        ("1 2\n3 4\n", {"delimiter": " ", "header": False}),
        ("a b\n1 x\n2 y\n", {"delimiter": " "}),
        ("1,5;2,5\n", {"delimiter": ";", "decimal": ",", "header": False}),
        ("x;note\n1;one, two\n2;three\n", {"delimiter": ";"}),
        ("x;y\n1.234;2\n5,6;3\n", {"delimiter": ";", "decimal": ","}),
        ("x;y\n1,234.5;2\n1,234;2\n", {"delimiter": ";", "decimal": "."}),
        ("t,y\n2024-01-01 10:00,5\n2024-01-02 11:30,6\n", {}),
        ("// note\nx,y\n1,2\n", {"comment": "//", "skip": 1}),
        ("# note\n\n# x;y\n1;2\n", {"comment": "#", "skip": 2, "delimiter": ";"}),
        ("# Smith, 2024\nx,y\n1,2\n", {"comment": "#", "skip": 1}),
        ("# 1,2\n3,4\n", {"comment": "#", "skip": 1, "header": False}),
        ("Title\nx,y\n1,2\n", {"skip": 1}),
        ("Title\nSubtitle\n1,2\n3,4\n", {"skip": 2, "header": False}),
        ("# note\nTitle\nx,y\n1,2\n3,4\n", {"comment": "#", "skip": 2}),
        ("", {"header": False}),
        ('x,y\n1,"2\n3,4\n', {}),
    ],
)
def test_that_formats_are_guessed(text: str, expected: dict[str, Any]) -> None:
    assert guess_format(text, "utf-8", True).dialect == Dialect(**expected)


def test_that_a_text_cut_within_a_row_is_guessed_by_its_whole_rows() -> None:
    assert guess_format("x,y\n1,2\n3,", "utf-8", False).dialect == Dialect()


@pytest.mark.parametrize(
    ("names", "kinds", "target"),
    [
        (("x", "y"), ("numeric", "numeric"), "y"),
        (("y", "x"), ("numeric", "numeric"), "y"),
        (("species", "length"), ("text", "numeric"), "species"),
        (("Class", "y"), ("text", "numeric"), "Class"),
        (("长度", "标签", "宽度"), ("numeric", "text", "numeric"), "标签"),
        (("a", "b", "c"), ("text", "numeric", "numeric"), "c"),
        (("a",), ("numeric",), "a"),
    ],
)
def test_that_targets_are_guessed(names: tuple[str, ...], kinds: tuple[ColumnKind, ...], target: str) -> None:
    assert guess_target(SomeColumns(names, kinds)) == target


def test_that_features_are_the_numeric_columns_but_the_target() -> None:
    columns = SomeColumns(("name", "a", "b", "y"), ("text", "numeric", "numeric", "numeric"))
    assert default_features(columns, "y") == ("a", "b")
    assert default_features(columns, ("a", "y")) == ("b",)
    assert default_features(columns, "name") == ("a", "b", "y")
    assert guess_roles(columns) == ("ignored", "feature", "feature", "target")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ""}, "the delimiter can't be ''"),
        ({"delimiter": ",,"}, "the delimiter can't be ',,'"),
        ({"delimiter": "a"}, "the delimiter can't be 'a'"),
        ({"delimiter": "\n"}, "the delimiter can't be"),
        ({"delimiter": "，"}, "the delimiter can't be '，'"),
        ({"decimal": ";"}, "the decimal mark can't be ';'"),
        ({"quote": "x"}, "the quote can't be 'x'"),
        ({"skip": -1}, "-1 lines can't be skipped"),
        ({"comment": "#\n"}, "the comment mark can't hold a line end"),
        ({"encoding": "klingon"}, "the encoding 'klingon' is not known"),
    ],
)
def test_that_impossible_dialects_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Dialect(**options)


def test_that_dialects_know_the_word_for_their_delimiter_and_one_name_for_their_encoding() -> None:
    assert Dialect(delimiter="\t").delimiter_name == "tab"
    assert Dialect(delimiter=":").delimiter_name == ":"
    assert Dialect(encoding="gbk") == Dialect(encoding="GB18030")
