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
from gdviz.views.plain_text import shortened_name

__all__ = ["TABLE_ENDINGS", "DropVerdict", "judge_drop"]

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")

_HEAD = 512

translate = QCoreApplication.translate


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
        title = translate("DropVerdict", "One file at a time")
        return DropVerdict("refused", title, translate("DropVerdict", "Drop a single table or experiment."))
    path = Path(paths[0])
    name = shortened_name(path.name)
    reason = _reason_against(path)
    if reason:
        return DropVerdict("refused", translate("DropVerdict", "{name} can't be opened").format(name=name), reason)
    if path.suffix.lower() == ".toml":
        title = translate("DropVerdict", "Open {name}").format(name=name)
        return DropVerdict("experiment", title, translate("DropVerdict", "It replaces the present experiment."))
    title = translate("DropVerdict", "Open {name} as a table").format(name=name)
    text = translate("DropVerdict", "A preview comes first; nothing is replaced before you agree.")
    return DropVerdict("table", title, text)


def _reason_against(path: Path) -> str:
    """Why this file can't be opened; empty where it seems that it can."""
    reason = _unreadable(path)
    if reason or path.suffix.lower() == ".toml":
        return reason
    found = _recognized(path)
    if found:
        return translate("DropVerdict", "It is {what}, not a table.").format(what=found)
    if path.name.lower().endswith(TABLE_ENDINGS):
        return ""
    return translate("DropVerdict", "It is neither an experiment (.toml) nor a table (.csv, .tsv, .txt, plain or .gz).")


def _unreadable(path: Path) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return translate("DropVerdict", "There is no such file, or it may not be looked at.")
    if stat.S_ISDIR(mode):
        return translate("DropVerdict", "It is a folder; drop a file.")
    if not stat.S_ISREG(mode):
        return translate("DropVerdict", "It is no ordinary file.")
    return "" if os.access(path, os.R_OK) else translate("DropVerdict", "It may not be read by you.")


def _recognized(path: Path) -> str:
    """What the first bytes show it to be, where that is no text."""
    try:
        with TableFile(path, cap=None) as file:
            return recognized(file.read(_HEAD)) or ""
    except InputError:
        return ""  # opening it will say what is wrong
