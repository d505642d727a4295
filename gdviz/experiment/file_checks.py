"""Getting values out of an experiment file that nobody vouches for: every error is a sentence with its line."""

from __future__ import annotations

import contextlib
import difflib
import math
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gdviz.echo import echoed
from gdviz.errors import InputError
from gdviz.experiment.toml_lines import KeyPath, key_lines

__all__ = ["ExperimentFileError", "Section", "parse", "read_text"]

_MOST_BYTES = 2**20
_MOST_DEPTH = 32
# tomllib takes time and memory that grow with the square of a key's parts: 400 KB of "a.a.a..." fill any machine.
_LONG_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*+\.[ \t]*+){{{_MOST_DEPTH}}}""")
_DEEPEST = "it is nested too deeply to be an experiment; take out brackets"


class ExperimentFileError(InputError):
    """A file that is no experiment, or not one this version reads; `line` counts from 1, None where there is none.

    `name` is empty where the message names the file.
    """

    def __init__(self, name: str, message: str, line: int | None = None) -> None:
        ending = "" if message.endswith("?") else "."
        place = f"{name}, line {line}: " if line else f"{name}: " if name else ""
        super().__init__(f"{place}{message}{ending}")
        self.line = line


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of an ordinary file of moderate size; raises `ExperimentFileError`."""
    name = Path(path).name or os.fspath(path)
    try:
        # Asked before it is opened: opening a pipe waits for its other end, and a device may never end.
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
            raise ExperimentFileError(name, f"this is {kind}; choose an experiment file, which ends in .toml")
        if status.st_size > _MOST_BYTES:
            raise _too_large(name)
        with open(path, "rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise ExperimentFileError("", f"there is no file {os.fspath(path)!r}; check the path") from None
    except PermissionError:
        raise ExperimentFileError(name, "you may not read this file; ask its owner for permission") from None
    except OSError as error:
        raise ExperimentFileError(name, f"the file can't be read ({error.strerror}); check the path") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise ExperimentFileError(repr(os.fspath(path)), "this is no path; check it") from None
    if len(content) > _MOST_BYTES:
        raise _too_large(name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ExperimentFileError(name, "this is no text in UTF-8; choose an experiment file, which ends in .toml")
    return text


def _too_large(name: str) -> ExperimentFileError:
    return ExperimentFileError(name, f"the file is larger than {_MOST_BYTES // 2**20} MB; choose an experiment file")


def parse(text: str, name: str) -> Section:
    """The top of a TOML text; raises `ExperimentFileError` with the line where it is broken."""
    if _LONG_KEY.search(text):
        raise ExperimentFileError(name, _DEEPEST)
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise ExperimentFileError(name, _DEEPEST) from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(text, name, str(error)) from None
    except ValueError:
        raise ExperimentFileError(name, "a number or date in it is no possible one; write it shorter") from None
    if _depth(values) > _MOST_DEPTH:
        raise ExperimentFileError(name, _DEEPEST)
    return Section(values, (), _Source(name, text))


def _broken(text: str, name: str, message: str) -> ExperimentFileError:
    """What tomllib says, as a sentence with the line in front."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line: int | None = None
    if place is not None:
        message = message[: place.start()]
        line = int(place.group(1)) if place.group(1) else text.count("\n", 0, len(text.rstrip())) + 1
    message = " ".join(message.split())
    message = message[:1].lower() + message[1:120]
    return ExperimentFileError(name, f"this is not valid TOML: {message}; mend the line" if line else message, line)


def _depth(value: Any) -> int:
    """How deep tables and arrays are nested, found without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting and deepest <= _MOST_DEPTH:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting.extend((part, depth + 1) for part in inner if isinstance(part, dict | list))
    return deepest


class _Source:
    """The text that sections are of; finds lines only once there is something to complain about."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def error(self, message: str, path: KeyPath) -> ExperimentFileError:
        try:
            lines = key_lines(self.text)
        except (RecursionError, ValueError):
            lines = {}
        while path and path not in lines:
            path = path[:-1]
        return ExperimentFileError(self.name, message.removesuffix("."), lines.get(path))


class Section:
    """One table of the file. Its methods give values of the right type, or raise with the line of the key."""

    def __init__(self, values: dict[str, Any], path: KeyPath, source: _Source) -> None:
        self.values = values
        self.path = path
        self._source = source

    def error(self, message: str, key: str | None = None) -> ExperimentFileError:
        """The error to raise about a key, or about the section as a whole."""
        return self._source.error(message, self.path if key is None else (*self.path, key))

    @contextlib.contextmanager
    def errors_at(self, key: str | None) -> Iterator[None]:
        """Whatever input is refused within is said with the line of this key."""
        try:
            yield
        except ExperimentFileError:
            raise
        except InputError as error:
            raise self.error(str(error), key) from None

    def allow(self, *known: str) -> None:
        """Refuse every key that is not among these."""
        for key in self.values:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
                advice = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
                raise self.error(f"unknown key {echoed(key)}{self._place()}; {advice}", key)

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.error(f"{key} must be text, not {echoed(value)}; put it in quotes", key)
        return value

    def required_text(self, key: str, example: str) -> str:
        if key not in self.values:
            for close in difflib.get_close_matches(key, self.values, n=1, cutoff=0.6):
                raise self.error(f"unknown key {echoed(close)}{self._place()}; did you mean {key}?", close)
            raise self.error(f'{key} is missing{self._place()}; add a line such as {key} = "{example}"')
        return self.text(key)

    def whole_number(self, key: str, default: int) -> int:
        """A whole number from 0 on."""
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
            raise self.error(f"{key} must be a whole number from 0 on, not {echoed(value)}; give one", key)
        return value

    def truth(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{key} must be true or false, not {echoed(value)}; give one of them", key)
        return value

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of finite numbers, at least one."""
        value = self.values[key]
        items = value if isinstance(value, list) else []
        if not items or not all(_is_number(item) for item in items):
            raise self.error(f"{key} must be a list of finite numbers, not {echoed(value)}; type plain numbers", key)
        return tuple(float(item) for item in items)

    def table(self, key: str) -> Section | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(f"{key} must be a table, not {echoed(value)}; write it in braces or under [{key}]", key)
        return Section(value, (*self.path, key), self._source)

    def tables(self, key: str) -> list[Section]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(f"{key} must be a list of tables, not {echoed(value)}; give each in braces", key)
        return [Section(item, (*self.path, key, index), self._source) for index, item in enumerate(value)]

    def _place(self) -> str:
        names = [str(part) for part in self.path if isinstance(part, str)]
        return f" in {'.'.join(names)}" if names else ""


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
