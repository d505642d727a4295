"""Whether the tokens of a formula make sense one after the other, and what is written in plain notation then.

Every mistake is found here, at the token that makes it, in words; Python's parser, which reads the result, would say
less and elsewhere. Left-out multiplication signs are put in, raised numbers become powers, and every name becomes
`n0`, `n1`, ...: nothing of the user's text but numbers reaches that parser.
"""

from __future__ import annotations

import difflib
import itertools
import keyword
import re
from collections.abc import Collection
from typing import NamedTuple

from gdviz.echo import echoed
from gdviz.formulas.errors import FormulaError
from gdviz.formulas.functions import CONSTANTS, FUNCTIONS, INSTEAD
from gdviz.formulas.tokens import Token

__all__ = ["DEEPEST", "Plain", "plain_notation"]

DEEPEST = 60
"""Brackets, powers and signs within each other."""

_USUAL_NAME = re.compile(r"[^\W\d_fghFGHφψ][0-9]*|theta[0-9]*")
"""Names that nobody takes for those of a function: `x(y + 1)` is a product, `f(x)` is none."""


class Plain(NamedTuple):
    """A formula in Python's notation.

    `names[i]` is what `n<i>` stands for; `typed[column]` is the place `(position, length)` of the token that begins in
    this column of `source`.
    """

    source: str
    names: tuple[str, ...]
    typed: dict[int, tuple[int, int]]


def plain_notation(
    tokens: list[Token], length: int, declared: Collection[str] | None, constants: Collection[str]
) -> Plain:
    """The formula of these tokens, typed in `length` characters; raises `FormulaError`.

    `declared` are the variables, None where any name may be one.
    """
    return _Writer(tokens, length, declared, constants).write()


class _Bracket(NamedTuple):
    token: Token
    function: str | None
    power: str
    """What the value of the function is raised to, as in sin²(x)."""
    signs: int
    """Signs and powers around the bracket that wait for it."""


class _Writer:
    def __init__(
        self, tokens: list[Token], length: int, declared: Collection[str] | None, constants: Collection[str]
    ) -> None:
        self.tokens = tokens
        self.length = length
        self.declared = declared
        self.constants = constants
        self.alone = {
            token.text
            for token, after in itertools.zip_longest(tokens, tokens[1:])
            if token.kind == "name" and not (after is not None and after.text == "(")
        }
        self.pieces: list[str] = []
        self.column = 0
        self.typed: dict[int, tuple[int, int]] = {}
        self.names: list[str] = []
        self.brackets: list[_Bracket] = []
        self.signs = 0
        """Signs and powers in a row that wait for their right side."""
        self.complete = False
        """Whether what stands there so far could end here."""
        self.raised = False
        """Whether a superscript stands directly before."""

    def write(self) -> Plain:
        place = 0
        while place < len(self.tokens):
            place += self.take(place)
        if not self.tokens:
            raise FormulaError("there is no formula yet; type one such as x^2 + 3y^2.", 0)
        if not self.complete:
            last = self.tokens[-1]
            raise FormulaError(f"something is missing after {_quoted(last)}; go on typing.", self.length)
        if self.brackets:
            opened = self.brackets[-1].token
            raise FormulaError("this bracket is never closed; type ) where it ends.", opened.position, opened.length)
        return Plain("".join(self.pieces), tuple(self.names), self.typed)

    def take(self, place: int) -> int:
        """Write the token of this place; how many tokens that took."""
        token = self.tokens[place]
        if token.kind == "superscript":
            return self.take_superscript(token)
        if token.kind == "sign" and token.text != "(":
            return self.take_sign(token)
        if self.complete:
            self.multiply_by(token)
        if token.kind == "number":
            self.emit(repr(float(token.text)), token)
            self.finish()
            return 1
        if token.kind == "name":
            return self.take_name(place)
        self.open(token, None, "")
        return 1

    def take_sign(self, token: Token) -> int:
        if token.text == ")":
            return self.close(token)
        if token.text == ",":
            return self.separate(token)
        if self.complete:
            if token.text == "^" and self.raised:
                raise FormulaError("it is not clear what this is the power of; write brackets.", token.position)
            self.emit(f" {'**' if token.text == '^' else token.text} ", token)
            self.complete = self.raised = False
            # The right side of a power lies one deeper, and after that of the next.
            self.signs = self.signs + 1 if token.text == "^" else self.signs_around
        elif token.text in "+-":
            self.emit(token.text, token)
            self.signs += 1
        else:
            raise FormulaError(
                f"a number or a name is missing before {_quoted(token)}; type it, or take the sign out.",
                token.position,
                token.length,
            )
        self.check_depth(token)
        return 1

    def take_superscript(self, token: Token) -> int:
        if not self.complete:
            raise FormulaError("a raised number stands behind what it is the power of.", token.position, token.length)
        if self.raised:
            raise FormulaError("write one raised number, such as x¹².", token.position, token.length)
        power = _power(token)
        self.emit(f" ** {power}", token)
        # Python's parser will speak of the number by itself, without the sign before it and a bracket around it.
        for column in (self.column - len(power), self.column - len(power) + 1):
            self.typed[column] = (token.position, token.length)
        self.raised = True
        return 1

    def take_name(self, place: int) -> int:
        token = self.tokens[place]
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        if token.text in FUNCTIONS:
            return self.call(token, place + 1)
        if token.text not in CONSTANTS and token.text not in self.constants:
            applied = after is not None and (after.kind != "sign" or after.text == "(")
            if applied and token.text in INSTEAD and token.text not in (self.declared or ()):
                raise self.unknown_function(token)
            self.check_variable(token, followed_by_bracket=after is not None and after.text == "(")
        if token.text not in self.names:
            self.names.append(token.text)
        self.emit(f"n{self.names.index(token.text)}", token)
        self.finish()
        return 1

    def call(self, token: Token, place: int) -> int:
        """Write a function, its raised number and its opening bracket."""
        following = self.tokens[place : place + 2]
        power = ""
        if following and following[0].kind == "superscript":
            raised = following.pop(0)
            if raised.text.startswith("-"):
                raise FormulaError(
                    f"this may mean 1/{token.text}(x) or the inverse function; write what is meant.",
                    raised.position,
                    raised.length,
                )
            power = f" ** {_power(raised)}"
        if not following or following[0].text != "(":
            raise FormulaError(
                f"{token.text} needs brackets; write {FUNCTIONS[token.text].example}.", token.position, token.length
            )
        self.emit(token.text, token)
        self.open(following[0], token.text, power)
        return 3 if power else 2

    def open(self, token: Token, function: str | None, power: str) -> None:
        self.emit("(", token)
        self.brackets.append(_Bracket(token, function, power, self.signs))
        self.complete = self.raised = False
        self.check_depth(token)

    def close(self, token: Token) -> int:
        if not self.brackets:
            raise FormulaError("no bracket is open here; take this one out, or open it before.", token.position)
        bracket = self.brackets[-1]
        if not self.complete:
            before = self.tokens[self.tokens.index(token) - 1]
            if before.text == "(":
                advice = f", as in {FUNCTIONS[bracket.function].example}" if bracket.function else ""
                raise FormulaError(f"there is nothing between these brackets; type something{advice}.", token.position)
            raise FormulaError(
                f"something is missing after {_quoted(before)}; type it before the bracket.", token.position
            )
        self.signs = bracket.signs
        self.brackets.pop()
        self.emit(f"){bracket.power}", token)
        self.finish()
        self.raised = bool(bracket.power)
        return 1

    def separate(self, token: Token) -> int:
        if not self.brackets or self.brackets[-1].function is None:
            raise FormulaError(
                "a comma stands only between what a function is given; write 1.5 with a point.", token.position
            )
        if not self.complete:
            raise FormulaError(
                "something is missing before this comma; type it, or take the comma out.", token.position
            )
        self.emit(", ", token)
        self.complete = self.raised = False
        self.signs = self.signs_around
        return 1

    def multiply_by(self, token: Token) -> None:
        """The multiplication sign that was left out before this token."""
        if token.kind == "number":
            raise FormulaError(
                f"a sign is missing before {_quoted(token)}; write * to multiply or ^ for a power.",
                token.position,
                token.length,
            )
        self.emit(" * ", token)
        self.raised = False

    def check_variable(self, token: Token, followed_by_bracket: bool) -> None:
        name = token.text
        if self.declared is not None and name in self.declared:
            return
        if self.declared is None and name not in self.alone and followed_by_bracket:
            if not _USUAL_NAME.fullmatch(name):
                raise self.unknown_function(token)
        elif self.declared is not None:
            if followed_by_bracket:
                raise self.unknown_function(token)
            known = ", ".join([*self.declared, *self.constants])
            raise FormulaError(
                f"{echoed(name)} is no variable; the variables are {known}.", token.position, token.length
            )
        if keyword.iskeyword(name):
            raise FormulaError(f"{echoed(name)} can't be a name here; choose another.", token.position, token.length)
        letters = set(name)
        if len(name) > 1 and name.isalpha() and letters <= (self.alone | set(self.constants)):
            product = "*".join(name)
            raise FormulaError(
                f"{echoed(name)} is a name of its own; write {product} to multiply.", token.position, token.length
            )

    def unknown_function(self, token: Token) -> FormulaError:
        name = token.text
        if name in INSTEAD:
            reason = f"there is no function {name}; write {INSTEAD[name]}."
        else:
            close = difflib.get_close_matches(name[:40], FUNCTIONS, n=1, cutoff=0.6)
            offer = f"did you mean {FUNCTIONS[close[0]].example}?" if close else "write * after a name to multiply it."
            reason = f"there is no function {echoed(name)}; {offer}"
        return FormulaError(reason, token.position, token.length)

    @property
    def signs_around(self) -> int:
        return self.brackets[-1].signs if self.brackets else 0

    def finish(self) -> None:
        self.complete = True
        self.raised = False

    def emit(self, piece: str, token: Token) -> None:
        begin = self.column + len(piece) - len(piece.lstrip())
        self.typed[begin] = (token.position, token.length)
        self.pieces.append(piece)
        self.column += len(piece)

    def check_depth(self, token: Token) -> None:
        if len(self.brackets) + self.signs > DEEPEST:
            raise FormulaError(
                f"brackets or signs are nested more than {DEEPEST} deep here; write it simpler.", token.position
            )


def _power(token: Token) -> str:
    # As a float, whatever its length: an integer of a thousand digits would be slow to read.
    number = float(token.text)
    if abs(number) > 1e300:
        raise FormulaError("this power is too large; the largest is 1000.", token.position, token.length)
    return f"({number!r})" if number < 0 else repr(number)


def _quoted(token: Token) -> str:
    return f"“{echoed(token.text)[1:-1]}”"
