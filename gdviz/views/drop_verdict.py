"""What a drop on the window would do, said before it happens: by the file's name and, cheaply, by its first bytes."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication

from gdviz.data.signatures import recognized
from gdviz.data.source import TableFile
from gdviz.errors import InputError

__all__ = ["TABLE_ENDINGS", "DropVerdict", "judge_drop"]

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")

_HEAD = 512


@dataclass(frozen=True)
class DropVerdict:
    """What would be done with what is dragged over the window, in words: a title and a sentence."""

    kind: Literal["table", "experiment", "refused"]
    title: str
    text: str

    @property
    def accepted(self) -> bool:
        return self.kind != "refused"


def judge_drop(paths: list[str]) -> DropVerdict:
    """The verdict on files of these paths. Reads a few hundred bytes at most, of ordinary files only."""
    if len(paths) != 1:
        return _refused(_tr("One file at a time"), _tr("Drop a single table or experiment."))
    path = Path(paths[0])
    ending = path.name.lower()
    if not ending.endswith((".toml", *TABLE_ENDINGS)):
        return _refused(_tr("{name} can't be opened").format(name=path.name), _what_it_is(path))
    reason = _unreadable(path)
    if reason:
        return _refused(_tr("{name} can't be opened").format(name=path.name), reason)
    if ending.endswith(".toml"):
        return DropVerdict(
            "experiment",
            _tr("Open {name}").format(name=path.name),
            _tr("It replaces the present experiment."),
        )
    found = _recognized(path)
    if found:
        return _refused(
            _tr("{name} can't be opened").format(name=path.name), _tr("It is {what}, not a table.").format(what=found)
        )
    return DropVerdict(
        "table",
        _tr("Open {name} as a table").format(name=path.name),
        _tr("A preview comes first; nothing is replaced before you agree."),
    )


def _what_it_is(path: Path) -> str:
    """Why a file with another ending is refused."""
    reason = _unreadable(path)
    if reason:
        return reason
    found = _recognized(path)
    if found:
        return _tr("It is {what}, not a table.").format(what=found)
    return _tr("It is neither an experiment (.toml) nor a table (.csv, .tsv, .txt, plain or .gz).")


def _unreadable(path: Path) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return _tr("There is no such file, or it may not be looked at.")
    if stat.S_ISDIR(mode):
        return _tr("It is a folder; drop a file.")
    if not stat.S_ISREG(mode):
        return _tr("It is no ordinary file.")
    return "" if os.access(path, os.R_OK) else _tr("It may not be read by you.")


def _recognized(path: Path) -> str:
    """What the first bytes show it to be, where that is no text."""
    try:
        with TableFile(path, cap=None) as file:
            return recognized(file.read(_HEAD)) or ""
    except InputError:
        return ""  # opening it will say what is wrong


def _refused(title: str, text: str) -> DropVerdict:
    return DropVerdict("refused", title, text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DropVerdict", text)
