"""Writing TOML the way a person would: one key a line, short tables and lists in one line, long lists wrapped.

`tomli_w` writes the values; it would break every list into lines of one number each.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import tomli_w

__all__ = ["key_line"]

_WIDTH = 100


def key_line(key: str, value: Any) -> str:
    """`key = value`, ending with a newline; a list that is too long for one line takes several."""
    text = f"{_key(key)} = {_value(value)}"
    if len(text) > _WIDTH and isinstance(value, list | tuple):
        items = [_value(item) for item in value]
        # Only numbers may be broken at any space; within text and tables a line break has a meaning.
        if all(isinstance(item, int | float) for item in value):
            lines = textwrap.wrap(", ".join(items) + ",", _WIDTH - 4)
        else:
            lines = [f"{item}," for item in items]
        text = f"{_key(key)} = [\n" + "".join(f"    {line}\n" for line in lines) + "]"
    return text + "\n"


def _key(key: str) -> str:
    return tomli_w.dumps({key: 0}).rpartition(" = ")[0]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")
