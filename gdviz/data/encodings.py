"""Which encoding a file is in, and turning its bytes, piece by piece, into UTF-8 with one kind of line end.

Order of guesses: byte-order mark, UTF-16 without one (zero bytes on one side only), UTF-8, GB18030 where the
characters are common ones (it accepts most other encodings' bytes too), then charset-normalizer. A guess is always
shown, never final.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from gdviz.data.errors import TableFormatError
from gdviz.errors import InputError

__all__ = ["ENCODINGS", "EncodingGuess", "TextDecoder", "guess_encoding", "known_encoding"]

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "iso8859-1": "ISO 8859-1",
}
"""The encodings that can be chosen, by Python's name, with the name to show."""

_ALIASES = {"utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "big5hkscs": "big5", "cp932": "shift_jis"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
_LAST_COMMON_ROW = 0xD7  # GB 2312 ends its common characters, sorted by sound, in row 0xD7


@dataclass(frozen=True)
class EncodingGuess:
    """A guessed encoding; `certain` is false where others are likely too, `note` says why this one."""

    encoding: str
    certain: bool
    note: str


def known_encoding(name: str) -> str:
    """The name that `ENCODINGS` has for an encoding; raises `InputError` listing those that can be chosen."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, TypeError, ValueError):
        codec = str(name)
    codec = _ALIASES.get(codec, codec)
    if codec not in ENCODINGS:
        raise InputError(f"the encoding {name!r} is not known; choose one of {', '.join(ENCODINGS)}.")
    return codec


def guess_encoding(raw: bytes, complete: bool) -> EncodingGuess:
    """The likely encoding of a file that begins with `raw`; `complete` where that is all of it. Never fails."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return EncodingGuess(encoding, True, f"{ENCODINGS[encoding]}, by its byte-order mark.")
    wide = _guess_wide(raw, complete)
    if wide is not None:
        return wide
    if raw.isascii():
        return EncodingGuess("utf-8", True, "Plain ASCII as far as was looked, read as UTF-8.")
    if _decoded(raw, "utf-8", complete) is not None:
        return EncodingGuess("utf-8", True, "UTF-8: every byte fits it.")
    text = _decoded(raw, "gb18030", complete)
    if text is not None and _commonly_chinese(text) >= 0.5:
        return EncodingGuess(
            "gb18030", False, "Read as GB18030, which includes GBK: common Chinese characters, and not UTF-8."
        )
    if _mostly_utf8(raw):
        return EncodingGuess("utf-8", False, "UTF-8, though some bytes don't fit it.")
    return _guess_by_statistics(raw, complete)


def _guess_wide(raw: bytes, complete: bool) -> EncodingGuess | None:
    """UTF-16 without a mark: digits, delimiters and line ends put zeros on one side of each pair of bytes."""
    pairs = len(raw) // 2
    if pairs < 2 or (complete and len(raw) % 2):
        return None
    first, second = raw[0 : 2 * pairs : 2].count(0) / pairs, raw[1 : 2 * pairs : 2].count(0) / pairs
    for encoding, many, few in (("utf-16-be", first, second), ("utf-16-le", second, first)):
        if many >= 0.2 and few <= 0.1 * many:
            text = _decoded(raw[: 2 * pairs], encoding, complete)
            if text is not None and "\0" not in text:
                note = f"{ENCODINGS[encoding]}, by its zero bytes; it has no byte-order mark."
                return EncodingGuess(encoding, many >= 0.5, note)
    return None


def _decoded(raw: bytes, encoding: str, complete: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(raw, complete)
    except UnicodeDecodeError:
        return None


def _mostly_utf8(raw: bytes) -> bool:
    """Whether more bytes beyond ASCII belong to UTF-8 characters than not: two encodings in one file, or damage."""
    fitting = raw.decode("utf-8", "ignore")
    beyond = sum(code >= 0x80 for code in raw)
    return 2 * sum(len(character.encode()) for character in fitting if not character.isascii()) > beyond


def _commonly_chinese(text: str) -> float:
    """The share of non-ASCII characters that are everyday Chinese ones: GB 2312's punctuation and its first level."""
    foreign = [character for character in text if not character.isascii()]
    common = {character for character in set(foreign) if _is_common(character)}
    return sum(character in common for character in foreign) / len(foreign) if foreign else 0.0


def _is_common(character: str) -> bool:
    try:
        return character.encode("gb2312")[0] <= _LAST_COMMON_ROW
    except UnicodeEncodeError:
        return False


def _guess_by_statistics(raw: bytes, complete: bool) -> EncodingGuess:
    import charset_normalizer

    candidates = [encoding for encoding in ENCODINGS if encoding not in _WIDE]
    best = charset_normalizer.from_bytes(raw, cp_isolation=candidates).best()
    encoding = known_encoding(best.encoding) if best is not None else "cp1252"
    if _decoded(raw, encoding, complete) is None:
        encoding = "iso8859-1"  # which every sequence of bytes fits
    return EncodingGuess(encoding, False, f"Perhaps {ENCODINGS[encoding]}, by its letters; it is not UTF-8.")


class TextDecoder:
    r"""Turns pieces of a file into UTF-8 with "\n" line ends and no byte-order mark; keeps count of the lines.

    Where a file was taken for UTF-8 because its first piece was ASCII, and then a byte beyond ASCII does not fit, the
    encoding is guessed once more: nothing before that byte depended on it, and `note` tells.
    """

    def __init__(self, encoding: str, lenient: bool = False) -> None:
        """`lenient`: put replacement characters where bytes don't fit, and set `broken`, instead of raising."""
        self.encoding = encoding
        self.note = ""
        self.broken = False
        self._lenient = lenient
        self._lines = 0
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._only_ascii = True
        self._at_start = True
        self._return_held = False

    def feed(self, raw: bytes, final: bool = False) -> bytes:
        """The text of the next piece; raises `TableFormatError` with the line of bytes that don't fit."""
        if self.encoding not in _WIDE and raw.isascii() and not self._decoder.getstate()[0]:
            text = raw
        else:
            text = self._decode(raw, final).encode()
            self._only_ascii = False
        self._at_start = self._at_start and not text
        text = self._with_one_line_end(text, final)
        self._lines += text.count(b"\n")
        return text

    def _decode(self, raw: bytes, final: bool) -> str:
        try:
            try:
                text = self._decoder.decode(raw, final)
            except UnicodeDecodeError as error:
                text = self._decode_otherwise(error, final)
        except UnicodeError:  # Python's way to say that the mark is missing which tells the order of bytes
            raise TableFormatError(
                f"it begins without the byte-order mark of {ENCODINGS[self.encoding]}; choose another encoding, "
                "such as UTF-16 LE or UTF-16 BE."
            ) from None
        return text.removeprefix("\ufeff") if self._at_start else text

    def _decode_otherwise(self, error: UnicodeDecodeError, final: bool) -> str:
        pending = bytes(error.object)
        if self.encoding == "utf-8" and self._only_ascii and not self._at_start:
            guess = guess_encoding(pending, final)
            if guess.encoding == "gb18030":
                self.encoding, self.note = guess.encoding, guess.note
                self._decoder = codecs.getincrementaldecoder(guess.encoding)("strict")
                return self._decoder.decode(pending, final)
        if self._lenient:
            self.broken = True
            self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
            return self._decoder.decode(pending, final)
        before = "\r" * self._return_held + pending[: error.start].decode(self.encoding, "replace")
        line = self._lines + before.count("\r") + before.count("\n") - before.count("\r\n") + 1
        raise TableFormatError(
            f"line {line} holds bytes that are not {ENCODINGS[self.encoding]}; choose another encoding, or save the "
            "file in a single one."
        ) from None

    def _with_one_line_end(self, text: bytes, final: bool) -> bytes:
        if self._return_held:
            text = b"\r" + text
        # A return at the end may be the first half of a pair; it waits for the next piece.
        self._return_held = text.endswith(b"\r") and not final
        if self._return_held:
            text = text[:-1]
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
