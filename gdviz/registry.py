"""Names that files, commands and menus use, and the classes behind them.

A layer makes one `Registry` of its own `BUILTIN` tuple; registering is adding to that tuple. Importing has no side
effect. A registry that is open to plug-ins looks for them when it is first listed, or asked for a name that is not
built in: a run of a built-in method never waits for them.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from gdviz.errors import InputError, UnknownNameError
from gdviz.parameters import Parameterized, declared
from gdviz.plugins import Fault, Offer, classes_in, installed, own_files, reason_of

__all__ = ["Registry", "add_file", "required_options"]

Entry = TypeVar("Entry", bound=Parameterized)

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Registry(Generic[Entry]):
    """Classes by their `name`; iterates in the order given, plug-ins last.

    With `base` it is open to plug-ins: classes derived from `base` that installed packages offer in the group of entry
    points `gdviz.<kind>s`, or that are in the user's files. `trial` tries a class out and raises where it fails.
    """

    def __init__(
        self,
        kind: str,
        builtin: Iterable[type[Entry]],
        base: type[Entry] | None = None,
        trial: Callable[[type[Entry]], None] | None = None,
    ) -> None:
        self.kind = kind
        self._base = base
        self._trial = trial
        self._complete = base is None
        self._faults: list[Fault] = []
        self._classes: dict[str, type[Entry]] = {}
        for entry in builtin:
            if entry.name in self._classes or not entry.name:
                raise ValueError(f"{entry!r} needs a name of its own among the {kind}s")
            self._classes[entry.name] = entry

    def __iter__(self) -> Iterator[type[Entry]]:
        self._look_for_plugins()
        return iter(tuple(self._classes.values()))

    def __len__(self) -> int:
        self._look_for_plugins()
        return len(self._classes)

    def __contains__(self, name: object) -> bool:
        if name not in self._classes:
            self._look_for_plugins()
        return name in self._classes

    @property
    def names(self) -> tuple[str, ...]:
        self._look_for_plugins()
        return tuple(self._classes)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with plug-ins that were looked at so far, in sentences."""
        return tuple(fault.sentence for fault in self._faults)

    def get(self, name: str) -> type[Entry]:
        """The class of that name; raises `UnknownNameError` with the closest names, and plug-ins' faults as notes."""
        if name not in self:
            error = UnknownNameError(self.kind, name, self._classes)
            for sentence in self.faults:
                error.add_note(sentence)
            raise error
        return self._classes[name]

    def make(self, name: str, options: Mapping[str, Any]) -> Entry:
        """An instance of the class of that name with these options; raises `InputError`."""
        return self.get(name).from_options(options)

    def add(self, found: Offer | Fault) -> None:
        """Take a plug-in's class in, or keep what is wrong with it."""
        reason = found.reason if isinstance(found, Fault) else self._objection(found.offered)
        if reason:
            fault = Fault(found.origin, reason)
            if fault not in self._faults:
                self._faults.append(fault)
        elif isinstance(found, Offer):
            self._classes[found.offered.name] = found.offered

    def add_file(self, path: Path) -> int:
        """Take in what a file has of this kind; returns how many classes and faults that were."""
        assert self._base is not None, f"{self.kind}s are not open to plug-ins"
        found = list(classes_in(path, self._base))
        for item in found:
            self.add(item)
        return len(found)

    def _look_for_plugins(self) -> None:
        if self._complete:
            return
        # First: a plug-in may itself look at what there is.
        self._complete = True
        for found in installed(f"gdviz.{self.kind}s"):
            self.add(found)
        for path in own_files():
            self.add_file(path)

    def _objection(self, cls: Any) -> str:
        """Why a class can't be used, in a clause; empty where it can."""
        assert self._base is not None
        base = self._base.__name__
        if not isinstance(cls, type) or not issubclass(cls, self._base):
            return f"{getattr(cls, '__name__', repr(cls))} is no class derived from {base}; derive it from that"
        name: Any = vars(cls).get("name", "")
        who = cls.__name__
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return f'{who} needs a name of small letters and underscores; write name = "..." in the class'
        if name in self._classes:
            if self._classes[name] is cls:
                return ""
            return f"there is another {self.kind} named {name}; choose another name for {who}"
        missing = sorted(getattr(cls, "__abstractmethods__", ()))
        if missing:
            return f"{who} lacks {', '.join(missing)}; write {'it' if len(missing) == 1 else 'them'}"
        if any(isinstance(value, dataclasses.Field) for value in vars(cls).values()):
            return f"{who} declares parameters, but is no dataclass; write @dataclass(frozen=True) above the class"
        if not getattr(cls, "label", ""):
            return f'{who} needs a label for menus; write label = "..." in the class'
        try:
            return _objection_to_parameters(cls) or self._failure_on_trial(cls)
        except InputError as error:
            return str(error)
        except Exception as error:
            return f"{who} fails: {reason_of(error)}"

    def _failure_on_trial(self, cls: type[Entry]) -> str:
        if self._trial is not None:
            self._trial(cls)
        return ""


def _objection_to_parameters(cls: type[Parameterized]) -> str:
    """What forms could not show of the declared parameters; checks the defaults by making an instance."""
    for item in declared(cls):
        if item.slider is not None:
            low, high = item.slider
            usable = math.isfinite(low) and math.isfinite(high) and item.low <= low < high <= item.high
            if not usable or (item.log and low <= 0):
                return f"the slider of {cls.name}.{item.name} must rise within the limits of the parameter; change it"
    if not required_options(cls):
        cls.from_options({})
    return ""


def required_options(cls: type[Parameterized]) -> tuple[str, ...]:
    """The fields without which there is no instance."""
    return tuple(
        item.name
        for item in dataclasses.fields(cls)
        if item.init and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    )


def add_file(path: str | Path, registries: Iterable[Registry[Any]]) -> None:
    """Load a file that the user named, for each of these; what is wrong with it is then among the `faults` of the
    first."""
    asked = Path(path)
    kinds = tuple(registries)
    if not asked.is_file():
        kinds[0].add(Fault(asked.name, "there is no such file; check the path"))
    elif not sum([registry.add_file(asked) for registry in kinds]):
        named = " and no ".join(registry.kind for registry in kinds)
        kinds[0].add(Fault(asked.name, f"it defines no {named}; derive a class from gdviz's"))
