"""Text is split into records and cells exactly, whatever stands in quotes, and wherever a piece of it ends."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.data.dialect import Dialect
from gdviz.data.errors import TableFormatError
from gdviz.data.records import Record, cut, tokenize

COMMA = Dialect()
BLANKS = Dialect(delimiter=" ")


def cells(text: str, dialect: Dialect = COMMA) -> list[list[str]]:
    return [record.cells for record in tokenize(text, dialect).records]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,\n,b\n", [["a", ""], ["", "b"]]),
        ("\n \n\t\na\n", [["a"]]),
        ('"a,b","c\nd"\n', [["a,b", "c\nd"]]),
        ('"a""b",""\n', [['a"b', ""]]),
        ('"a" , "b" \n', [["a", "b"]]),
        ('a"b,c"\n', [['a"b', 'c"']]),
        ('"a"b,c\n', [['"a"b', "c"]]),
        ('"5" disk",6\n', [['"5" disk"', "6"]]),
        ('""x,1\n', [['""x', "1"]]),
        ('"a",\n', [["a", ""]]),
        ('"a"', [["a"]]),
        ('"a\n\n","b"\n1,2\n', [["a\n\n", "b"], ["1", "2"]]),
    ],
)
def test_that_records_are_split_into_cells(text: str, expected: list[list[str]]) -> None:
    assert cells(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a  b\t c \n", [["a", "b", "c"]]),
        (' "a b"  c \n', [["a b", "c"]]),
        ('a "b\nc"', [["a", "b\nc"]]),
        ('a "b c" \nd e', [["a", "b c"], ["d", "e"]]),
        ('"a b"c d\n', [['"a', 'b"c', "d"]]),
    ],
)
def test_that_runs_of_blanks_part_cells(text: str, expected: list[list[str]]) -> None:
    assert cells(text, BLANKS) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('x,y\n1,"2\n3,4\n', 2),
        ('x,y\n1,"2\n3,4\n5,"b"\n', 2),
        ('x,y\n1,2\n"', 3),
        ('"a","b\nc","d\n', 2),
        ('x,y\n1, "2\n', 2),
    ],
)
def test_that_a_quote_left_open_is_told_by_its_line(text: str, line: int) -> None:
    with pytest.raises(
        TableFormatError, match=f"^line {line} opens a quote that is never closed; close it or remove it"
    ):
        tokenize(text, COMMA)


def test_that_lines_are_those_of_the_file() -> None:
    text = '# c\nx,y\n\n1,"a\nb"\n# c\n2,c\n'
    records = tokenize(text, replace(COMMA, comment="#", skip=1)).records
    assert records == [Record(2, ["x", "y"]), Record(4, ["1", "a\nb"]), Record(7, ["2", "c"])]
    assert tokenize("1,2\n3,4\n", COMMA, line=10).records[1].line == 11


def test_that_skipped_lines_and_comments_yield_nothing_but_a_header_may_be_one() -> None:
    dialect = Dialect(comment="#", skip=1)
    text = "# title\n# x,y\n1,2\n# 3,4\n"
    assert cells(text, dialect) == [["x", "y"], ["1", "2"]]
    assert cells(text, replace(dialect, header=False)) == [["1", "2"]]
    assert cells('# "x",y\n', Dialect(comment="#")) == [["x", "y"]]


@pytest.mark.parametrize("text", ['1,"a\nb"', '1,"a\nb",', '1,"a\nb",c', '1,"a\nb"""', '1,"a\nb'])
def test_that_a_record_over_lines_whose_end_is_not_there_yet_waits_for_it(text: str) -> None:
    tokens = tokenize("0,x\n" + text, COMMA, final=False)
    assert (tokens.records, tokens.consumed, tokens.line) == ([Record(1, ["0", "x"])], 4, 2)


def test_that_no_more_records_than_wanted_are_taken() -> None:
    tokens = tokenize("a\n\nb\nc\n", COMMA, most=2)
    assert (tokens.records, tokens.consumed, tokens.line) == ([Record(1, ["a"]), Record(3, ["b"])], 5, 4)


TEXTS = st.text(st.sampled_from('a1é,;"\n \t#'), max_size=60)


@given(TEXTS, st.sampled_from([",", ";", "\t", " "]), st.integers(0, 60))
def test_that_a_text_cut_anywhere_gives_the_same_records(text: str, delimiter: str, place: int) -> None:
    dialect = Dialect(delimiter=delimiter)
    try:
        whole = tokenize(text, dialect)
    except TableFormatError:
        return
    start = tokenize(text[:place], dialect, final=False)
    rest = tokenize(text[start.consumed :], dialect, start.line)
    assert [*start.records, *rest.records] == whole.records
    assert rest.line == whole.line
    assert start.consumed + rest.consumed == whole.consumed == len(text)


ROWS = st.lists(
    st.lists(st.text(st.sampled_from('a1é,;"\n \t'), min_size=1, max_size=5), min_size=2, max_size=4), max_size=6
)


@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_that_what_the_csv_module_writes_is_read(rows: list[list[str]], delimiter: str, quoting: Any) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    assert cells(buffer.getvalue(), Dialect(delimiter=delimiter)) == rows


@given(TEXTS, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_that_a_cut_ends_a_record(text: str, delimiter: str, final: bool) -> None:
    dialect = Dialect(delimiter=delimiter)
    found = cut(text.encode(), dialect, final)
    if not found.regular:
        return
    start = text.encode()[: found.length].decode()
    tokens = tokenize(start, dialect, final=final)
    assert tokens.consumed == len(start)
    assert found.quoted == ('"' in text)


@pytest.mark.parametrize(
    ("block", "final", "length", "regular"),
    [
        (b"1,2\n3,", False, 4, True),
        (b"1,2\n3,", True, 6, True),
        (b"1,2", False, 0, True),
        (b'1,"a\nb"\n2,"c\n', False, 8, True),
        (b'1,"a""b"\n', False, 9, True),
        (b'1,"a\n', True, 0, False),
        (b'1,a"b"\n', False, 7, False),
        (b'1,"a" \n', False, 7, False),
    ],
)
def test_that_a_cut_knows_whole_records_and_regular_quotes(
    block: bytes, final: bool, length: int, regular: bool
) -> None:
    found = cut(block, COMMA, final)
    assert (found.length, found.regular) == (length, regular)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ('"' * 200_001, '"' * 200_001, 1),
        ('"a' * 100_000, '"a' * 100_000, 1),
        ('"",' * 100_000, "", 100_001),
        ('"a"b' * 100_000, '"a"b' * 100_000, 1),
        (' "' * 100_000, ' "' * 100_000, 1),
        ('"' + "a,b\n" * 100_000, None, 0),
    ],
    ids=["quotes only", "quotes within", "empty cells", "text behind quotes", "blanks between", "never closed"],
)
def test_that_no_quotes_make_splitting_slow(text: str, first: str | None, count: int) -> None:
    if first is None:
        with pytest.raises(TableFormatError, match="line 1 opens a quote that is never closed"):
            tokenize(text, COMMA)
        return
    tokens = tokenize(text, COMMA)
    assert tokens.consumed == len(text)
    (record,) = tokens.records
    assert record.cells[0] == first
    assert len(record.cells) == count
