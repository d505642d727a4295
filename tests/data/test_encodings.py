"""Encodings are guessed from bytes, and bytes arrive in pieces that end anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.data.encodings import ENCODINGS, TextDecoder, guess_encoding, known_encoding
from gdviz.data.errors import TableFormatError
from gdviz.errors import InputError

CHINESE = "姓名,身高,性别\n张三,172,男\n李四,165,女\n"


@pytest.mark.parametrize(
    ("raw", "encoding", "certain"),
    [
        (b"x,y\n1,2\n", "utf-8", True),
        (b"", "utf-8", True),
        (b"1", "utf-8", True),
        (
            "12345678901234567890\0".encode("utf-16-le"),
            "utf-8",
            True,
        ),  # zeros on one side of pairs, but zeros in the text too
        (b"x\0", "utf-8", True),  # an odd zero byte alone makes no UTF-16
        (CHINESE.encode(), "utf-8", True),
        (CHINESE.encode("utf-8-sig"), "utf-8", True),
        (CHINESE.encode("utf-16"), "utf-16", True),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16", True),
        (CHINESE.encode("utf-32"), "utf-32", True),
        (CHINESE.encode("utf-16-le"), "utf-16-le", True),
        (CHINESE.encode("utf-16-be"), "utf-16-be", True),
        ("身高,性别,城市\n".encode("utf-16-be"), "utf-16-be", False),
        ("x,y\n1,2\n".encode("utf-16-le"), "utf-16-le", True),
        (CHINESE.encode("gbk"), "gb18030", False),
        ("x,y\n1,甲\n".encode("gbk"), "gb18030", False),  # so short that statistics took it for Korean
        ("x,y\n1,甲\n".encode() + "2,乙\n".encode("gbk"), "utf-8", False),
    ],
)
def test_that_encodings_are_guessed(raw: bytes, encoding: str, certain: bool) -> None:
    guess = guess_encoding(raw, complete=True)
    assert (guess.encoding, guess.certain) == (encoding, certain)
    assert guess.note.endswith(".")


def test_that_other_encodings_are_left_to_statistics_and_never_certain() -> None:
    text = "имя,рост,город\n" + "Пётр Ильич Чайковский,172,Санкт-Петербург\nАнна Ахматова,165,Одесса\n" * 20
    guess = guess_encoding(text.encode("cp1251"), complete=True)
    assert (guess.encoding, guess.certain) == ("cp1251", False)
    assert guess.note == "Perhaps Windows-1251, by its letters; it is not UTF-8."


def test_that_accents_of_windows_are_not_taken_for_chinese() -> None:
    text = "prénom,âge,ville\nNaïve Hélène,32,Besançon\nÉloïse Décarré,41,Nîmes\nFrançois Lefèvre,29,Orléans\n" * 10
    raw = text.encode("cp1252")
    guess = guess_encoding(raw, complete=True)
    assert guess.encoding in ("cp1252", "iso8859-1", "cp1250")
    assert raw.decode(guess.encoding).splitlines()[1].startswith("Na")


@given(st.binary(max_size=300), st.booleans())
def test_that_guessing_never_fails_and_names_a_known_encoding(raw: bytes, complete: bool) -> None:
    assert guess_encoding(raw, complete).encoding in ENCODINGS


def test_that_a_character_cut_in_half_is_no_reason_against_an_encoding() -> None:
    assert guess_encoding(CHINESE.encode()[:-9], complete=False).encoding == "utf-8"
    half = "x,y\n1,甲".encode()[:-1]
    assert guess_encoding(half, complete=False) == guess_encoding("x,y\n1,甲".encode(), complete=False)
    assert guess_encoding("甲,乙\n".encode("gbk")[:4], complete=False).encoding == "gb18030"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("UTF8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("GBK", "gb18030"),
        ("latin-1", "iso8859-1"),
        ("UTF-16LE", "utf-16-le"),
    ],
)
def test_that_encodings_have_many_names(name: str, known: str) -> None:
    assert known_encoding(name) == known


@pytest.mark.parametrize("name", ["klingon", "rot13", "unicode_escape", "zlib", "", "a\0b"])
def test_that_encodings_that_can_not_be_chosen_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="is not known; choose one of utf-8, gb18030"):
        known_encoding(name)


@given(
    st.text(st.sampled_from("aé甲𠮷,\r\n1"), max_size=60),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-16", "utf-32"]),
    st.lists(st.integers(1, 5), max_size=40),
)
def test_that_pieces_give_the_same_text_as_the_whole(text: str, encoding: str, sizes: list[int]) -> None:
    raw = text.encode(encoding)
    decoder = TextDecoder(encoding)
    found = b""
    for size in sizes:
        found += decoder.feed(raw[:size])
        raw = raw[size:]
    found += decoder.feed(raw, final=True)
    assert found.decode() == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_that_a_byte_order_mark_is_no_text(size: int) -> None:
    raw = b"\xef\xbb\xbfx,y\n\xef\xbb\xbf"
    decoder = TextDecoder("utf-8")
    pieces = [decoder.feed(raw[start : start + size]) for start in range(0, len(raw), size)]
    assert b"".join([*pieces, decoder.feed(b"", final=True)]).decode() == "x,y\n\ufeff"  # only the first is a mark


@pytest.mark.parametrize(("end", "line"), [("\n", 4), ("\r\n", 4), ("\r", 4)])
def test_that_bytes_that_do_not_fit_are_told_by_line(end: str, line: int) -> None:
    decoder = TextDecoder("utf-8")
    decoder.feed(f"甲,y{end}1,2{end}".encode())
    with pytest.raises(TableFormatError, match=f"^line {line} holds bytes that are not UTF-8; choose another encoding"):
        decoder.feed(f"3,4{end}".encode() + b"5,\xff" + end.encode())


def test_that_text_cut_within_a_character_is_told() -> None:
    decoder = TextDecoder("utf-16-le")
    with pytest.raises(TableFormatError, match=r"^line 2 holds bytes that are not UTF-16 LE"):
        decoder.feed("x\n1".encode("utf-16-le") + b"\0", final=True)


def test_that_the_first_foreign_byte_may_change_the_guess_but_not_a_later_one() -> None:
    decoder = TextDecoder("utf-8")
    decoder.feed(b"x,y\n")
    assert decoder.feed("1,甲\n".encode("gbk")).decode() == "1,甲\n"
    assert (decoder.encoding, decoder.note) == ("gb18030", guess_encoding("甲".encode("gbk"), True).note)
    decoder = TextDecoder("utf-8")
    decoder.feed(b"x,y\n")
    with pytest.raises(TableFormatError, match="line 2"):
        decoder.feed("caf\xe9,1\n".encode("cp1252"))
    decoder = TextDecoder("utf-8")
    decoder.feed("x,甲\n".encode())
    with pytest.raises(TableFormatError, match="line 2"):
        decoder.feed("1,甲\n".encode("gbk"))


def test_that_a_lenient_decoder_shows_what_does_not_fit() -> None:
    decoder = TextDecoder("utf-8", lenient=True)
    assert decoder.feed("x,é甲\n".encode()).decode() == "x,é甲\n"
    assert not decoder.broken
    assert decoder.feed(b"1,\xff\n2,\xfe\n", final=True).decode() == "1,�\n2,�\n"
    assert decoder.broken


@pytest.mark.parametrize(("encoding", "lenient"), [("utf-16", False), ("utf-16", True), ("utf-32", True)])
def test_that_a_wide_encoding_without_its_mark_is_refused_in_words(encoding: str, lenient: bool) -> None:
    with pytest.raises(TableFormatError, match="byte-order mark"):
        TextDecoder(encoding, lenient).feed(b"a,b\n1,2\n", final=True)


def test_that_bytes_that_are_no_utf32_are_refused_in_words() -> None:
    with pytest.raises(TableFormatError, match="not UTF-32"):
        TextDecoder("utf-32").feed(b"a,b\n1,2\n", final=True)
