"""A formula's text taken apart into numbers, names, signs and superscripts, each with its place in what was typed."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from gdviz.echo import plain_line
from gdviz.formulas.characters import SUBSCRIPTS, SUPERSCRIPTS, is_letter, plain_characters
from gdviz.formulas.errors import FormulaError

__all__ = ["LONGEST_TEXT", "Token", "tokens_of"]

LONGEST_TEXT = 2000
"""Characters of a formula; what is longer is no formula that anybody typed."""

Kind = Literal["number", "name", "sign", "superscript"]


class Token(NamedTuple):
    """`text` is what is meant, in plain characters; `position` and `length` are those of what was typed."""

    kind: Kind
    text: str
    position: int
    length: int


_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGNS = "+-*/^(),"

_ADVICE = {
    "=": "a formula has no equals sign; type only what stands on its right",
    "|": "bars can't be told apart; write abs(x) for |x|",
    "!": "there is no factorial; write the number",
    "%": "there is no percent sign; divide by 100",
    "[": "use round brackets ( )",
    "]": "use round brackets ( )",
    "{": "use round brackets ( )",
    "}": "use round brackets ( )",
    "【": "use round brackets ( )",
    "】": "use round brackets ( )",
    "。": "this is a Chinese full stop; type . for decimals",
    "．": "type . for decimals",
    ".": "a point stands only in numbers such as 0.5",
    "_": "a name begins with a letter; take the underscore away",
    "√": "write sqrt(x) for a square root",
    "∞": "infinity is no number to compute with; take it out",
    "∑": "write the terms of the sum one by one",
    "∏": "write the factors one by one",
    "∂": "derivatives are found by the program; type the function itself",
    "∇": "derivatives are found by the program; type the function itself",
    "<": "formulas don't compare; use min, max or sign",
    ">": "formulas don't compare; use min, max or sign",
    "'": "there is no text in a formula; take the quote away",
    '"': "there is no text in a formula; take the quote away",
    "°": "angles are in radians; write x*pi/180",
    "′": "derivatives are found by the program; type the function itself",
}


def tokens_of(text: str) -> list[Token]:
    """The tokens in order; raises `FormulaError` for a character that has no place in a formula."""
    if len(text) > LONGEST_TEXT:
        raise FormulaError(
            f"a formula has at most {LONGEST_TEXT} characters, and this has {len(text)}; shorten it.", LONGEST_TEXT
        )
    plain = plain_characters(text)
    tokens: list[Token] = []
    place = 0
    while place < len(plain):
        character = plain[place]
        if character.isspace():
            place += 1
            continue
        token = _token_at(plain, place)
        if token is None:
            raise FormulaError(_advice(character, text[place]), place)
        tokens.append(token)
        place += token.length
    return tokens


def _token_at(plain: str, place: int) -> Token | None:
    character = plain[place]
    if plain.startswith("**", place):
        return Token("sign", "^", place, 2)
    if character in _SIGNS:
        return Token("sign", character, place, 1)
    if character in SUPERSCRIPTS:
        return _superscript(plain, place)
    number = _NUMBER.match(plain, place)
    if number is not None:
        return _number(plain, number)
    if character == "√" and plain[place + 1 : place + 2] == "(":
        return Token("name", "sqrt", place, 1)
    if is_letter(character):
        return _name(plain, place)
    return None


def _number(plain: str, match: re.Match[str]) -> Token:
    place, text = match.start(), match.group()
    if plain[match.end() : match.end() + 1] == "." or (text.endswith(".") and plain[match.end() :][:1] == "."):
        raise FormulaError("a number has one decimal point; take the other away.", match.end())
    if float(text) == float("inf"):
        raise FormulaError("this number is too large; the largest is about 1.8e308.", place, len(text))
    return Token("number", text, place, len(text))


def _name(plain: str, place: int) -> Token:
    if plain[place] == "π":  # 2πx is a product: π is always a name of its own
        return Token("name", "pi", place, 1)
    end = place
    while end < len(plain) and plain[end] != "π":
        character = plain[end]
        if not (is_letter(character) or character in SUBSCRIPTS or character == "_" or "0" <= character <= "9"):
            break
        end += 1
    name = "".join(SUBSCRIPTS.get(character, character) for character in plain[place:end])
    return Token("name", name, place, end - place)


def _superscript(plain: str, place: int) -> Token:
    end = place
    while end < len(plain) and plain[end] in SUPERSCRIPTS:
        end += 1
    text = "".join(SUPERSCRIPTS[character] for character in plain[place:end])
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise FormulaError("a raised sign needs its number, as in x⁻²; or write x^(-2).", place, end - place)
    return Token("superscript", text.lstrip("+"), place, end - place)


def _advice(character: str, typed: str) -> str:
    shown = plain_line(typed)
    if character in _ADVICE:
        return f"{_ADVICE[character]}."
    if character in SUBSCRIPTS:
        return f"the small {shown} belongs behind a name, as in x₁; put a name in front of it."
    if not shown or not typed.isprintable():
        return f"there is an invisible character here (U+{ord(typed):04X}); delete it."
    if character.isalpha():
        return f"“{shown}” can't be part of a formula; names have Latin or Greek letters."
    if character.isnumeric():
        return f"“{shown}” can't be part of a formula; write it with the digits 0 to 9."
    return f"“{shown}” can't be part of a formula; take it out."
