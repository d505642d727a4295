"""Names from files are shortened in their middle, and are never markup."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from gdviz.views.plain_text import as_tip, shortened_name


@pytest.mark.parametrize("length", [1, 20, 48])
def test_that_a_short_name_stays(length: int) -> None:
    assert shortened_name("n" * length) == "n" * length


@pytest.mark.parametrize("most", [9, 24, 48])
def test_that_a_long_name_keeps_its_beginning_and_its_ending(most: int) -> None:
    short = shortened_name("measurements_" * 20 + ".csv", most)
    assert len(short) == most
    assert short.startswith("measu")
    assert short.endswith("csv")
    assert "…" in short


@pytest.mark.parametrize("text", ["<b>bold</b>", "<img src='x.png'>", "a < b & c", "plain", 'quote "'])
def test_that_a_tip_shows_the_text_as_it_is(text: str) -> None:
    document = QTextDocument()
    document.setHtml(as_tip(text))
    assert document.toPlainText() == text


def test_that_lines_and_spaces_of_a_tip_stay() -> None:
    document = QTextDocument()
    document.setHtml(as_tip("Adam  0.031\n<i>  2\n\nend"))
    assert document.toPlainText() == "Adam  0.031\n<i>  2\n\nend"
