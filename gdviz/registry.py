"""Names that files, commands and menus use, and the classes behind them.

A layer makes one `Registry` of its own `BUILTIN` tuple; registering is adding to that tuple. Importing has no side
effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from gdviz.errors import UnknownNameError
from gdviz.parameters import Parameterized

__all__ = ["Registry"]

Entry = TypeVar("Entry", bound=Parameterized)


class Registry(Generic[Entry]):
    """Classes by their `name`; iterates in the order given."""

    def __init__(self, kind: str, builtin: Iterable[type[Entry]]) -> None:
        self.kind = kind
        self._classes: dict[str, type[Entry]] = {}
        for entry in builtin:
            if entry.name in self._classes or not entry.name:
                raise ValueError(f"{entry!r} needs a name of its own among the {kind}s")
            self._classes[entry.name] = entry

    def __iter__(self) -> Iterator[type[Entry]]:
        return iter(self._classes.values())

    def __len__(self) -> int:
        return len(self._classes)

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._classes)

    def get(self, name: str) -> type[Entry]:
        """The class of that name; raises `UnknownNameError` with the closest names."""
        try:
            return self._classes[name]
        except (KeyError, TypeError):
            raise UnknownNameError(self.kind, name, self._classes) from None

    def make(self, name: str, options: Mapping[str, Any]) -> Entry:
        """An instance of the class of that name with these options; raises `InputError`."""
        return self.get(name).from_options(options)
