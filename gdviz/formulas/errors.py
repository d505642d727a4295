"""What is wrong with a typed formula, and at which character."""

from __future__ import annotations

from gdviz.errors import InputError

__all__ = ["FormulaError"]


class FormulaError(InputError):
    """A formula that can't be used.

    `reason` is one sentence that says what is wrong and what to do; `position` counts the characters of the text as it
    was typed, from 0, and `length` says how many of them are meant. What is missing at the end is at `len(text)`.
    """

    def __init__(self, reason: str, position: int, length: int = 1) -> None:
        super().__init__(f"formula, character {position + 1}: {reason}")
        self.reason = reason
        self.position = position
        self.length = length
