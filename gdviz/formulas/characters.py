"""Characters as people type them: full-width signs, × and ÷, mathematical letters, superscripts.

Every character is looked at by itself and stands for exactly one, so that a place in what this makes is the same place
in what the user typed.
"""

from __future__ import annotations

import unicodedata

__all__ = ["SUBSCRIPTS", "SUPERSCRIPTS", "is_letter", "plain_characters"]

SUPERSCRIPTS = {character: sign for character, sign in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True)}
"""Kept as they are, for `x²` must not become `x2`, as Unicode's compatibility forms would have it."""

SUBSCRIPTS = {character: sign for character, sign in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
"""Kept as they are: they belong to a name, and `2₁` is no 21."""

_SIGNS = {
    **dict.fromkeys("×·⋅∙•∗✕✖∘", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("−–—‒‐‑﹣", "-"),
    **dict.fromkeys("ˆ↑", "^"),
    "、": ",",
    "،": ",",
    "∖": "\\",
}
_SPACES = frozenset("\t\n\r\v\f\u200b\ufeff")
_GREEK = ("\u0391", "\u03c9")


def plain_characters(text: str) -> str:
    """The text with the same number of characters, each in its plainest form: ASCII where there is one."""
    return "".join(_plain(character) for character in text)


def is_letter(character: str) -> bool:
    """Whether names may have this (plain) character: Latin letters without accents, and Greek ones."""
    return (character.isascii() and character.isalpha()) or (
        _GREEK[0] <= character <= _GREEK[1] and character.isalpha()
    )


def _plain(character: str) -> str:
    if character in SUPERSCRIPTS or character in SUBSCRIPTS:
        return character
    if character in _SPACES:
        return " "
    known = _SIGNS.get(character)
    if known is not None:
        return known
    if character.isascii():
        return character
    form = unicodedata.normalize("NFKC", character)
    # A form of several characters, such as that of ½ or ㎏, would shift everything after it; it stays, to be refused.
    return form if len(form) == 1 else character
