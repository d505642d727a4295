"""Work that pauses: generators that yield between pieces of it and return what they found.

Whoever has other things to do meanwhile advances them a piece at a time; whoever hasn't takes the `outcome`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar

__all__ = ["Pausing", "kept", "outcome"]

Found = TypeVar("Found")

Pausing: TypeAlias = Generator[None, None, Found]
"""Work that returns what it found and may be left lying at every pause."""


def outcome(work: Pausing[Found]) -> Found:
    """What the work finds, done in one go."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Found = end.value
            return found


def kept(owner: object, name: str, work: Callable[[], Pausing[Found]]) -> Pausing[Found]:
    """What the work finds, done only where the cached property of this name isn't known yet, which it then is."""
    known = vars(owner)
    if name not in known:
        known[name] = yield from work()
    found: Found = known[name]
    return found
