"""Text that came from outside as it may be said again: in a message, on a terminal, in a table.

A file that nobody vouches for may hold a number of thousands of digits, a name as long as the file, or characters that
steer a terminal or turn the order of what follows them.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["echoed", "plain_line", "plain_lines"]

_MOST = 60

# The C0 and C1 controls with ESC and DEL, line and paragraph separators, and the marks, embeddings, overrides and
# isolates of the bidirectional algorithm (Unicode Standard Annex 9). Joiners stay: scripts and emoji need them.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BREAKS = re.compile("(?:\r\n|[\t\n\v\f\r\x85\u2028\u2029])")


def echoed(value: Any) -> str:
    """How a message says a value: as Python writes it, on one line, in at most 60 characters; never raises."""
    if isinstance(value, str | bytes):
        value = value[: _MOST + 1]
    try:
        text = repr(value)
    except Exception:  # an integer of thousands of digits, lists without end, or a class whose repr is broken
        return "a number too long to show" if isinstance(value, int) else "a value that can't be shown"
    text = plain_line(text)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def plain_line(text: str) -> str:
    """The text on one line, without characters that steer a terminal or the direction of text."""
    return _STEERING.sub("", _BREAKS.sub(" ", text))


def plain_lines(text: str) -> str:
    """The same for a text of several lines, which end with a newline each."""
    return "\n".join(plain_line(line) for line in re.split("\r\n|[\n\r\x85\u2028\u2029]", text))
