"""Names and cells from files as they are: shortened where they are long, and never taken for markup."""

from __future__ import annotations

import html

__all__ = ["as_tip", "shortened_name"]


def shortened_name(name: str, most: int = 48) -> str:
    """A name of at most so many characters: its beginning and its end, where the ending of a file stands."""
    if len(name) <= most:
        return name
    end = most // 3
    return f"{name[: most - end - 1]}…{name[-end:]}"


def as_tip(text: str) -> str:
    """Text for a tooltip, in which anything that begins like a tag would otherwise be one; lines stay lines."""
    return f"<qt><div style='white-space:pre-wrap'>{html.escape(text)}</div></qt>"
