"""How a table is written down: encoding, delimiter, decimal mark, header, and what stands for a missing value.

`sniff` guesses a `Dialect`, the preview lets it be changed, `read` obeys it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gdviz.data.encodings import known_encoding
from gdviz.errors import InputError

__all__ = ["DELIMITERS", "MISSING", "WHITESPACE", "Dialect"]

WHITESPACE = " "
"""The delimiter that stands for any run of spaces and tabs."""

DELIMITERS: dict[str, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", WHITESPACE: "spaces"}
"""Delimiters that are guessed, most usual first, with their names."""

MISSING: tuple[str, ...] = (
    *("", "NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "null", "NULL", "Null"),
    *("?", "-", "--", "<NA>", "#N/A", "#NA"),
)
"""Cells that count as missing; blanks around them don't matter."""


@dataclass(frozen=True)
class Dialect:
    """How to read a file; raises `InputError` for values that can't be.

    `delimiter` is one ASCII character, `WHITESPACE` for any run of blanks. `skip` lines at the top belong to no row.
    Lines that begin with `comment` are passed over wherever they stand, except a header in the first line after
    `skip`: that is how one behind a comment mark is read. `quote` is empty where quotes are ordinary characters.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    header: bool = True
    skip: int = 0
    comment: str = ""
    quote: str = '"'
    missing: tuple[str, ...] = MISSING

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", known_encoding(self.encoding))
        delimiter, quote = self.delimiter, self.quote
        is_one = len(delimiter) == 1 and delimiter.isascii()
        if not is_one or delimiter.isalnum() or delimiter in "\r\n\0.'\"":
            raise InputError(f"the delimiter can't be {delimiter!r}; choose one character such as , ; or a tab.")
        if self.decimal not in (".", ","):
            raise InputError(f"the decimal mark can't be {self.decimal!r}; choose . or ,")
        if quote not in ('"', "'", ""):
            raise InputError(f"the quote can't be {quote!r}; choose \" or ' or none.")
        if self.skip < 0:
            raise InputError(f"{self.skip} lines can't be skipped; choose 0 or more.")
        if "\n" in self.comment or "\r" in self.comment:
            raise InputError("the comment mark can't hold a line end; choose a mark such as #.")

    @property
    def delimiter_name(self) -> str:
        """The delimiter in a word."""
        return DELIMITERS.get(self.delimiter, self.delimiter)
