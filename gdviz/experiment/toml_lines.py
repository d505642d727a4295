"""On which line each key of a TOML text stands, which `tomllib` does not tell.

The text is known to be valid when this is asked, so the scanner only has to find its way past strings, comments,
arrays and inline tables; it checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import TypeAlias

__all__ = ["KeyPath", "key_lines"]

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value from the top: names of keys, and indices into arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BASIC_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL_STRING = re.compile(r"'[^'\n]*'")
_LONG_BASIC_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL)
_LONG_LITERAL_STRING = re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL)
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, of every key, table header and array element in a valid TOML text."""
    return _Scanner(text).lines()


class _Scanner:
    def __init__(self, text: str) -> None:
        # tomllib does the same first, so that both see the same lines.
        self.text = text.replace("\r\n", "\n")
        self.position = 0
        self.found: dict[KeyPath, int] = {}
        self.newlines = [match.start() for match in re.finditer("\n", self.text)]
        self.latest: dict[KeyPath, int] = {}
        """The index of the latest element of every array of tables."""

    def lines(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self.next_character():
            line = self.line()
            if self.text.startswith("[[", self.position):
                self.position += 2
                path = self.resolved(self.key())
                self.latest[path] = self.latest.get(path, -1) + 1
                table = (*path, self.latest[path])
                self.position += 2
            elif self.text.startswith("[", self.position):
                self.position += 1
                table = self.resolved(self.key(), entering=True)
                self.position += 1
            else:
                self.pair(table)
                continue
            for end in range(1, len(table) + 1):
                self.found.setdefault(table[:end], line)
        return self.found

    def next_character(self) -> str:
        """The next character that means something, empty at the end."""
        blank = _BLANK.match(self.text, self.position)
        self.position = blank.end() if blank else self.position
        return self.text[self.position : self.position + 1]

    def line(self) -> int:
        return bisect_left(self.newlines, self.position) + 1

    def resolved(self, keys: KeyPath, entering: bool = False) -> KeyPath:
        """The keys of a header with the index of the latest element after each array of tables on the way."""
        path: KeyPath = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if path in self.latest and (entering or place < len(keys) - 1):
                path = (*path, self.latest[path])
        return path

    def key(self) -> KeyPath:
        """A key of one or several parts; stands on what follows it."""
        parts: list[str] = []
        while True:
            character = self.next_character()
            if character in {'"', "'"}:
                parts.append(tomllib.loads(f"key = {self.take(_string_pattern(character))}")["key"])
            else:
                parts.append(self.take(_BARE_KEY))
            if self.next_character() != ".":
                return tuple(parts)
            self.position += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None or match.end() == self.position:
            raise ValueError(f"not TOML at line {self.line()}")
        self.position = match.end()
        return match.group()

    def pair(self, table: KeyPath) -> None:
        self.next_character()
        line = self.line()
        path = table
        for key in self.key():
            path = (*path, key)
            self.found.setdefault(path, line)
        self.position += 1  # the equals sign
        self.value(path)

    def value(self, path: KeyPath) -> None:
        character = self.next_character()
        self.found.setdefault(path, self.line())
        if self.text.startswith('"""', self.position):
            self.take(_LONG_BASIC_STRING)
        elif self.text.startswith("'''", self.position):
            self.take(_LONG_LITERAL_STRING)
        elif character in {'"', "'"}:
            self.take(_string_pattern(character))
        elif character == "[":
            self.position += 1
            index = 0
            while (character := self.next_character()) != "]":
                if character == ",":
                    self.position += 1
                    index += 1
                else:
                    self.value((*path, index))
            self.position += 1
        elif character == "{":
            self.position += 1
            while (character := self.next_character()) != "}":
                if character == ",":
                    self.position += 1
                else:
                    self.pair(path)
            self.position += 1
        else:
            self.take(_PLAIN_VALUE)


def _string_pattern(quote: str) -> re.Pattern[str]:
    return _BASIC_STRING if quote == '"' else _LITERAL_STRING
