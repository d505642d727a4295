"""The words of a command: argparse, except that what is wrong is an `InputError` in one sentence, without the usage
text."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from gdviz.echo import echoed
from gdviz.errors import InputError, ParameterError
from gdviz.parameters import Parameter, declared
from gdviz.schedules import SCHEDULES, Schedule

__all__ = ["WordParser", "name_and_options", "numbers", "parsed_options"]

_NEGATIVE = re.compile(r"-[\d.]")


class WordParser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are raised. Its options named in `numeric` may be given as `--start -1,2`, those
    named in `signed` as `--formula -x^2`."""

    def __init__(
        self, prog: str, description: str, numeric: Sequence[str] = (), signed: Sequence[str] = (), **settings: Any
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,
        )
        self._numeric = frozenset(numeric)
        self._signed = frozenset(signed)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {self.prog} --help lists the options.")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in these words; raises `InputError`, and `SystemExit` once help was printed."""
        joined: list[str] = []
        for word in words:
            # argparse takes "-1.2,1" for an option of its own.
            number = bool(joined) and joined[-1] in self._numeric and _NEGATIVE.match(word)
            text = bool(joined) and joined[-1] in self._signed and word.startswith("-") and not word.startswith("--")
            if number or text:
                joined[-1] += f"={word}"
            else:
                joined.append(word)
        return self.parse_args(joined)


def name_and_options(text: str) -> tuple[str, dict[str, str]]:
    """NAME:key=value,key=value taken apart; a comma without an equals sign after it belongs to the value before, and so
    does all that stands in brackets."""
    name, _, rest = text.partition(":")
    options: dict[str, str] = {}
    latest = ""
    for piece in _at_commas(rest) if rest else ():
        key, equals, value = piece.partition("=")
        if equals:
            latest = key.strip()
            if latest in options:
                raise InputError(f"{text!r} gives {latest} twice; give it once.")
            options[latest] = value
        elif latest:
            options[latest] += f",{piece}"
        else:
            raise InputError(f"{text!r} should read NAME:key=value,key=value; write an equals sign after {piece!r}.")
    if not name.strip():
        raise InputError(f"{text!r} should read NAME:key=value,key=value; begin with a name.")
    return name.strip(), options


def parsed_options(owner: str, declarations: Sequence[Parameter], texts: Mapping[str, str]) -> dict[str, Any]:
    """The options written as texts, each in its own type; raises `InputError` for one that is not declared or not
    usable."""
    known = {item.name: item for item in declarations}
    options = {}
    for name, text in texts.items():
        if name not in known:
            raise ParameterError(f"{owner} has no option {name!r}; it has {', '.join(known) or 'none'}.")
        try:
            options[name] = _schedule(text, name) if _is_schedule(known[name], text) else known[name].parse(text)
        except ParameterError as error:
            raise ParameterError(f"{owner}: {error}") from None
    return options


def _at_commas(text: str) -> list[str]:
    """The text in pieces between commas that stand in no brackets."""
    pieces, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth <= 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def _is_schedule(item: Parameter, text: str) -> bool:
    """Whether a learning rate is written as a schedule: cosine, or cosine(steps=500)."""
    return item.alternative is Schedule and text.strip()[:1].isalpha() and text.strip().lower() not in ("nan", "inf")


def _schedule(text: str, option: str) -> Schedule:
    """The schedule written as NAME(option=value,...); raises `InputError`."""
    name, bracket, rest = text.strip().partition("(")
    if bracket and not rest.endswith(")"):
        raise ParameterError(f"{text!r} should read NAME(option=value,...); close the bracket.")
    name, texts = name_and_options(f"{name}:{rest.removesuffix(')')}")
    if name not in SCHEDULES and not bracket and not difflib.get_close_matches(name, tuple(SCHEDULES.names), n=1):
        raise ParameterError(
            f"{option}: {echoed(text)} is neither a number nor a schedule; write a number such as 0.1, or a "
            "schedule such as cosine(initial=0.1,steps=200)."
        )
    cls = SCHEDULES.get(name)
    return cls.from_options(parsed_options(name, declared(cls), texts))


def numbers(text: str, what: str) -> tuple[float, ...]:
    """Numbers with commas between them; raises `InputError`."""
    try:
        return tuple(float(word) for word in text.strip("[]() ").split(","))
    except ValueError:
        raise InputError(
            f"{what} must be numbers with commas between, such as -1.2,1, not {text!r}; type numbers."
        ) from None
