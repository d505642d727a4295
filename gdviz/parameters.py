"""Declared parameters: limits, scale, symbol and help, written once beside a dataclass field.

`parameter(...)` makes the field, `Parameterized` refuses values outside the limits when an instance is made, and
`declared(cls)` hands the declarations to whoever shows them: the form in the window, the command line, the
documentation.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from gdviz.echo import echoed
from gdviz.errors import ParameterError

__all__ = ["Kind", "Parameter", "Parameterized", "declared", "parameter"]

Kind = Literal[
    "float",
    "integer",
    "boolean",
    "choice",
    "text",
    "column",
    "columns",
    "classes",
    "path",
    "numbers",
    "constants",
    "targets",
]

_METADATA_KEY = "gdviz.parameter"

_UNSAID: Any = object()
"""Stands in a field whose default follows another option until that option is known."""

_NOUNS = {
    "integer": "a whole number",
    "float": "a finite number",
    "numbers": "a list of finite numbers, each",
    "constants": "finite numbers by name, as in a=1,b=2",
}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    `low` and `high` are the limits of what is accepted, each excluded where `low_open` or `high_open` says so.
    `slider` is the smaller range that a control offers, `log` whether that control is logarithmic; typing a number
    reaches the whole accepted range. `optional` accepts None, `choices` lists the words of a "choice". Of "numbers" and
    "constants" the limits are those of each; constants are given as a table and kept as pairs of name and number. An
    instance of the class `alternative` is accepted as it is: a rate may be a schedule.

    Where `follows` names another option, a choice, the default is the one that `follow_defaults` pairs with what is
    chosen there, and `default` for all that is not named.
    """

    name: str
    kind: Kind
    default: Any
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    slider: tuple[float, float] | None = None
    log: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    symbol: str = ""
    unit: str = ""
    label: str = ""
    help: str = ""
    alternative: type | None = None
    follows: str = ""
    follow_defaults: tuple[tuple[str, Any], ...] = ()

    def default_with(self, choice: Any) -> Any:
        """The default where the option that this one `follows` is `choice`."""
        return next((default for name, default in self.follow_defaults if name == choice), self.default)

    def limits(self) -> str:
        """The accepted range in words, as used in messages: "above 0 and at most 1"."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "boolean":
            return "true or false"
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'above' if self.low_open else 'at least'} {self.low:g}")
        if self.high < math.inf:
            parts.append(f"{'below' if self.high_open else 'at most'} {self.high:g}")
        noun = _NOUNS.get(self.kind, "text")
        return " ".join([noun, " and ".join(parts)]).strip()

    def check(self, value: Any) -> Any:
        """The value in its own type; raises `ParameterError` naming the limits where it can't be used."""
        if value is None and self.optional:
            return None
        if self.alternative is not None and isinstance(value, self.alternative):
            return value
        accepted = self._converted(value)
        if accepted is None:
            for name, number in (_pairs(value) or ()) if self.kind == "constants" else ():
                if self._number(number) is None:
                    raise ParameterError(
                        f"{self.name} must be {self.limits()}, and {echoed(name)} is {echoed(number)}; give it "
                        "such a number."
                    )
            raise ParameterError(f"{self.name} must be {self.limits()}, not {echoed(value)}; choose such a value.")
        return accepted

    def _converted(self, value: Any) -> Any:
        """`value` in the parameter's type, or None where it is not acceptable."""
        match self.kind:
            case "boolean":
                return value if isinstance(value, bool) else None
            case "choice":
                return value if value in self.choices else None
            case "columns" | "classes":
                if isinstance(value, str):
                    return (value,)
                is_list = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
                return tuple(value) if is_list else None
            case "targets":
                # One target may be said without a list around it, and is the same as a list of it alone.
                names = (value,) if isinstance(value, str) else value
                is_list = isinstance(names, list | tuple) and all(isinstance(item, str) for item in names)
                return (names[0] if len(names) == 1 else tuple(names)) if is_list else None
            case "text" | "column" | "path":
                return str(value) if isinstance(value, str) or hasattr(value, "__fspath__") else None
            case "constants":
                pairs = _pairs(value)
                found = [(name, self._number(number)) for name, number in pairs or ()]
                return None if pairs is None or any(number is None for _, number in found) else tuple(found)
            case "numbers":
                is_list = isinstance(value, list | tuple) or (hasattr(value, "__len__") and hasattr(value, "__array__"))
                entries = [self._number(item) for item in value] if is_list else []
                return tuple(entries) if entries and None not in entries else None
        return self._number(value)

    def _number(self, value: Any) -> float | int | None:
        """`value` as a number within the limits, or None."""
        # NumPy's scalars register as numbers, so float() and is_integer() serve them too; a bool is no number here.
        if isinstance(value, bool | str) or not hasattr(value, "__float__"):
            return None
        try:
            number = float(value)
        except (OverflowError, TypeError, ValueError):
            return None  # an integer beyond float64's range, or an array of several numbers
        if not math.isfinite(number):
            return None
        # Integers above 2⁵³ are compared as they are: as a float 2⁶³ − 1 would be above itself.
        exact = value if isinstance(value, int) else number
        below = exact <= self.low if self.low_open else exact < self.low
        above = exact >= self.high if self.high_open else exact > self.high
        if below or above:
            return None
        if self.kind == "integer":
            return int(value) if number.is_integer() else None
        return number

    def parse(self, text: str) -> Any:
        """The value written as `text` on a command line or in an edit box; raises `ParameterError`."""
        words = text.strip()
        match self.kind:
            case "boolean":
                answer = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
                    words.lower()
                )
                return self.check(words if answer is None else answer)
            case "choice" | "text" | "column" | "path":
                return self.check(words)
            case "columns" | "classes" | "targets":
                return self.check([word.strip() for word in words.split(",") if word.strip()])
            case "constants":
                typed = [word.partition("=") for word in words.split(",") if word.strip()]
                for name, equals, number in typed:
                    if not equals or not name.strip() or not number.strip():
                        raise ParameterError(
                            f"{self.name} must be {self.limits()}, not {echoed(text)}; type each as name=number."
                        )
                return self.check([(name.strip(), self._typed(number, text)) for name, _, number in typed])
            case "numbers":
                return self.check([self._typed(word, text) for word in words.strip("[]()").split(",")])
        if self.optional and words.lower() in {"", "none"}:
            return None
        return self.check(self._typed(words, text))

    def _typed(self, words: str, text: str) -> float:
        """The number that `words`, a part of `text`, spell; raises `ParameterError`."""
        try:
            return int(words) if self.kind == "integer" else float(words)
        except ValueError:
            raise ParameterError(
                f"{self.name} must be {self.limits()}, not {echoed(text)}; type a plain number."
            ) from None


def parameter(
    default: Any = dataclasses.MISSING,
    *,
    kind: Kind | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    low_open: bool = False,
    high_open: bool = False,
    slider: tuple[float, float] | None = None,
    log: bool = False,
    optional: bool = False,
    choices: tuple[str, ...] = (),
    symbol: str = "",
    unit: str = "",
    label: str = "",
    help: str = "",
    alternative: type | None = None,
    follows: str = "",
    follow_defaults: Mapping[str, Any] | None = None,
) -> Any:
    """A dataclass field that carries a `Parameter`; the kind is read from the annotation unless given."""
    following = tuple((follow_defaults or {}).items())
    declaration = {
        "kind": kind,
        "low": low,
        "high": high,
        "low_open": low_open,
        "high_open": high_open,
        "slider": slider,
        "log": log,
        "optional": optional,
        "choices": choices,
        "symbol": symbol,
        "unit": unit,
        "label": label,
        "help": help,
        "alternative": alternative,
        "follows": follows if following else "",
        "follow_defaults": following,
        "default": None if default is dataclasses.MISSING else default,
    }
    metadata = {_METADATA_KEY: declaration}
    if following:
        return field(default=_UNSAID, metadata=metadata, kw_only=True)
    if default is dataclasses.MISSING:
        return field(metadata=metadata, kw_only=True)
    return field(default=default, metadata=metadata, kw_only=True)


def _pairs(value: Any) -> list[Any] | None:
    """The names and numbers of a table, or of a list of such pairs; None for anything else."""
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, list | tuple):
        return None
    fit = all(isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
    return list(pairs) if fit and len({name for name, _ in pairs}) == len(pairs) else None


def _kind_of(annotation: Any, choices: tuple[str, ...]) -> Kind:
    if choices:
        return "choice"
    members = [member for member in typing.get_args(annotation) if member is not type(None)] or [annotation]
    kinds: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "float", str: "text"}
    return kinds.get(members[0], "text")


def _label_of(name: str) -> str:
    """A name as people read it; the letter of a formula stays as it is."""
    return name if len(name) == 1 else name.replace("_", " ").capitalize()


_declared_of: dict[type, tuple[Parameter, ...]] = {}


def declared(cls: type) -> tuple[Parameter, ...]:
    """The parameters that a `Parameterized` dataclass declares, in the order of its fields."""
    known = _declared_of.get(cls)
    if known is not None:
        return known
    hints = typing.get_type_hints(cls)
    found = []
    for item in dataclasses.fields(cls):
        declaration = item.metadata.get(_METADATA_KEY)
        if declaration is None:
            continue
        settings = dict(declaration)
        settings["kind"] = settings["kind"] or _kind_of(hints[item.name], settings["choices"])
        settings["label"] = settings["label"] or _label_of(item.name)
        found.append(Parameter(name=item.name, **settings))
    _declared_of[cls] = tuple(found)
    return _declared_of[cls]


@dataclass(frozen=True)
class Parameterized:
    """Base of frozen dataclasses whose fields are made by `parameter(...)`; checks every value on the way in."""

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for declaration in declared(type(self)):
            value = getattr(self, declaration.name)
            if value is _UNSAID:
                value = self.default_of(declaration)
            try:
                accepted = declaration.check(value)
            except ParameterError as error:
                raise ParameterError(f"{self.name or type(self).__name__}: {error}") from None
            object.__setattr__(self, declaration.name, accepted)

    @classmethod
    def declarations_for(cls, options: Mapping[str, Any]) -> tuple[Parameter, ...]:
        """The parameters there are beside these options, some of which may bring others with them; raises `InputError`
        for an option that names what is not there."""
        return declared(cls)

    @property
    def declarations(self) -> tuple[Parameter, ...]:
        """Its parameters, as its options stand."""
        return self.declarations_for(self.options())

    @classmethod
    def from_options(cls, options: Mapping[str, Any], **undeclared: Any) -> Self:
        """An instance from options by name; raises `ParameterError` for a name that is not declared or is missing.

        `undeclared` are fields that are no options, such as a table in memory: no file and no user can name them.
        """
        names = [item.name for item in declared(cls)]
        for option in options:
            if option not in names:
                close = difflib.get_close_matches(option, names, n=1, cutoff=0.5)
                offer = f"did you mean {close[0]}?" if close else f"it has {', '.join(names) or 'none'}."
                raise ParameterError(f"{cls.name or cls.__name__} has no option {echoed(option)}; {offer}")
        for item in dataclasses.fields(cls):
            if item.default is dataclasses.MISSING and item.name in names and item.name not in options:
                raise ParameterError(f"{cls.name or cls.__name__} needs {item.name}; add {item.name}=...")
        return cls(**options, **undeclared)

    def options(self) -> dict[str, Any]:
        """Every declared parameter with its value."""
        return {item.name: getattr(self, item.name) for item in declared(type(self))}

    def default_of(self, declaration: Parameter) -> Any:
        """The default of one of its parameters, as the options stand that it may follow."""
        if not declaration.follows:
            return declaration.default
        return declaration.default_with(getattr(self, declaration.follows))

    def changed_options(self) -> dict[str, Any]:
        """The declared parameters whose value differs from the default: what a file needs to say."""
        return {
            item.name: getattr(self, item.name)
            for item in declared(type(self))
            if getattr(self, item.name) != self.default_of(item)
        }

    def changed(self, options: Mapping[str, Any]) -> Self:
        """The same with these options. What stands at a default that follows one of them follows it.

        `dataclasses.replace` would keep the number: of two conventions, the one's form with the other's default.
        """
        unsaid = {
            item.name: _UNSAID
            for item in declared(type(self))
            if item.follows in options and getattr(self, item.name) == self.default_of(item)
        }
        return dataclasses.replace(self, **{**unsaid, **options})
