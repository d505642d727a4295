"""Where the bundled files lie: tables, example experiments, icons, translations.

A wheel carries them as `gdviz/resources`; in a checkout, which an editable install uses, they stand beside the package.
This module is the only one that knows.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["MissingResourceError", "resource"]

_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


class MissingResourceError(FileNotFoundError):
    """A bundled file is not where any install puts it."""


def resource(*parts: str) -> Path:
    """The path of a bundled file or folder, for instance `resource("tables", "iris.csv")`.

    Raises MissingResourceError, naming what is missing and where it was looked for.
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    places = " nor ".join(str(folder) for folder in _FOLDERS)
    raise MissingResourceError(
        f"the bundled file {'/'.join(parts)!r} is neither in {places}; install gdviz again to bring it back."
    )
