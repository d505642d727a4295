"""The errors that a user can cause and mend.

Everything raised on purpose for bad input is an `InputError`: its text is one sentence that says what is wrong and
what to do, fit to be printed on standard error or shown in a panel as it stands. Any other exception is a fault of the
program.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gdviz.echo import echoed

__all__ = ["InputError", "ParameterError", "UnknownNameError"]


_COMPARED = 200
"""So many characters of a wrong name are compared with those that are known."""


class InputError(ValueError):
    """Input that can't be used; the text says what is wrong and what to do."""


class ParameterError(InputError):
    """A value outside the limits that its `Parameter` declares, or of the wrong kind."""


class UnknownNameError(InputError):
    """A name that is not registered; the text offers the names closest to it."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        names = sorted(known)
        shown = name if isinstance(name, str) else echoed(name)
        close = difflib.get_close_matches(shown[:_COMPARED], names, n=3, cutoff=0.5)
        offer = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(names)}."
        super().__init__(f"unknown {kind} {echoed(shown)}; {offer}")
        self.kind = kind
        self.name = name
