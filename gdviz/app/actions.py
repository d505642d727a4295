"""Every action of the program in one table: it feeds the menus, the tool bar and the shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from PySide6 import QtCore
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence

from gdviz.views.theme import Theme, icon

__all__ = ["ACTIONS", "MENUS", "ActionSet", "ActionSpec", "menu_title", "plain_text"]

# By this name lupdate finds the words; PySide6 types what it returns, the text itself, as an object.
QT_TRANSLATE_NOOP = cast(Callable[[str, str], str], QtCore.QT_TRANSLATE_NOOP)


@dataclass(frozen=True)
class ActionSpec:
    """An action as data. `text` and `tip` are translated when it is made; `menu` is where it stands, in this order;
    `repeats` where a key held down does it again and again."""

    name: str
    menu: str
    text: str
    tip: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    toolbar: bool = False
    starts_group: bool = False
    repeats: bool = False


MENUS = {
    "file": QT_TRANSLATE_NOOP("Actions", "&File"),
    "edit": QT_TRANSLATE_NOOP("Actions", "&Edit"),
    "play": QT_TRANSLATE_NOOP("Actions", "&Play"),
    "view": QT_TRANSLATE_NOOP("Actions", "&View"),
    "help": QT_TRANSLATE_NOOP("Actions", "&Help"),
}

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new",
        "file",
        QT_TRANSLATE_NOOP("Actions", "&New"),
        QT_TRANSLATE_NOOP("Actions", "Start with an empty experiment"),
        ("Ctrl+N",),
        "new",
    ),
    ActionSpec(
        "open",
        "file",
        QT_TRANSLATE_NOOP("Actions", "&Open…"),
        QT_TRANSLATE_NOOP("Actions", "Open an experiment or a table"),
        ("Ctrl+O",),
        "open",
        toolbar=True,
    ),
    ActionSpec(
        "save",
        "file",
        QT_TRANSLATE_NOOP("Actions", "&Save"),
        QT_TRANSLATE_NOOP("Actions", "Save the experiment"),
        ("Ctrl+S",),
        "save",
        toolbar=True,
    ),
    ActionSpec("save_as", "file", QT_TRANSLATE_NOOP("Actions", "Save &as…"), "", ("Ctrl+Shift+S",)),
    ActionSpec(
        "save_picture",
        "file",
        QT_TRANSLATE_NOOP("Actions", "Save &picture…"),
        QT_TRANSLATE_NOOP("Actions", "Save the window's picture as PNG, or the landscape as SVG"),
        ("Ctrl+E",),
        starts_group=True,
    ),
    ActionSpec(
        "save_steps",
        "file",
        QT_TRANSLATE_NOOP("Actions", "Save s&teps…"),
        QT_TRANSLATE_NOOP("Actions", "Save every run's steps as CSV, Parquet or JSON"),
    ),
    ActionSpec("quit", "file", QT_TRANSLATE_NOOP("Actions", "&Quit"), "", ("Ctrl+Q",), starts_group=True),
    ActionSpec(
        "undo", "edit", QT_TRANSLATE_NOOP("Actions", "&Undo"), "", ("Ctrl+Z",), "undo", toolbar=True, repeats=True
    ),
    ActionSpec(
        "redo",
        "edit",
        QT_TRANSLATE_NOOP("Actions", "&Redo"),
        "",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        toolbar=True,
        repeats=True,
    ),
    ActionSpec(
        "add_run",
        "edit",
        QT_TRANSLATE_NOOP("Actions", "&Add run…"),
        QT_TRANSLATE_NOOP("Actions", "Add a run with another optimizer"),
        ("Ctrl+R",),
        "add",
        starts_group=True,
    ),
    ActionSpec(
        "reset_start",
        "edit",
        QT_TRANSLATE_NOOP("Actions", "Reset &start"),
        QT_TRANSLATE_NOOP("Actions", "Start where the problem suggests"),
        ("Ctrl+Shift+R",),
    ),
    ActionSpec("toggle_play", "play", QT_TRANSLATE_NOOP("Actions", "&Play or pause"), "", ("Space",), "play"),
    ActionSpec(
        "step_forward",
        "play",
        QT_TRANSLATE_NOOP("Actions", "Step &forward"),
        "",
        ("Right",),
        "step-forward",
        repeats=True,
    ),
    ActionSpec(
        "step_back", "play", QT_TRANSLATE_NOOP("Actions", "Step &back"), "", ("Left",), "step-back", repeats=True
    ),
    ActionSpec("home", "play", QT_TRANSLATE_NOOP("Actions", "To the &start"), "", ("Home",), "first"),
    ActionSpec("end", "play", QT_TRANSLATE_NOOP("Actions", "To the &newest step"), "", ("End",), "last"),
    ActionSpec(
        "follow",
        "play",
        QT_TRANSLATE_NOOP("Actions", "F&ollow the newest step"),
        "",
        ("F",),
        "follow",
        checkable=True,
        starts_group=True,
    ),
    ActionSpec("faster", "play", QT_TRANSLATE_NOOP("Actions", "F&aster"), "", ("+", "="), repeats=True),
    ActionSpec("slower", "play", QT_TRANSLATE_NOOP("Actions", "S&lower"), "", ("-",), repeats=True),
    ActionSpec(
        "reset_view",
        "view",
        QT_TRANSLATE_NOOP("Actions", "&Reset landscape"),
        QT_TRANSLATE_NOOP("Actions", "Show the whole landscape"),
        ("Ctrl+0",),
        "reset-view",
    ),
    ActionSpec(
        "reset_layout",
        "view",
        QT_TRANSLATE_NOOP("Actions", "Reset &layout"),
        QT_TRANSLATE_NOOP("Actions", "Put every panel back in its place"),
    ),
    ActionSpec(
        "theme",
        "view",
        QT_TRANSLATE_NOOP("Actions", "Light or &dark"),
        QT_TRANSLATE_NOOP("Actions", "Change between the light and the dark theme"),
        ("Ctrl+D",),
        "theme",
        toolbar=True,
        starts_group=True,
    ),
    ActionSpec("shortcuts", "help", QT_TRANSLATE_NOOP("Actions", "&Keyboard shortcuts"), "", ("F1",)),
    ActionSpec("about", "help", QT_TRANSLATE_NOOP("Actions", "&About gdviz")),
)


class ActionSet(QObject):
    """The actions, made once, by name."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(_translated(spec.text), self)
            action.setObjectName(spec.name)
            action.setCheckable(spec.checkable)
            action.setAutoRepeat(spec.repeats)
            action.setShortcuts([QKeySequence(text) for text in spec.shortcuts])
            keys = f" ({QKeySequence(spec.shortcuts[0]).toString()})" if spec.shortcuts else ""
            words = _translated(spec.tip) if spec.tip else plain_text(spec)
            action.setToolTip(words + keys)
            action.setStatusTip(words)
            self._actions[spec.name] = action
        self.set_theme(theme)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def set_playing(self, playing: bool, theme: Theme) -> None:
        """Show on the play action what it would do."""
        self._actions["toggle_play"].setIcon(icon("pause" if playing else "play", theme))

    def set_theme(self, theme: Theme) -> None:
        for spec in ACTIONS:
            if spec.icon == "theme":
                self._actions[spec.name].setIcon(icon("sun" if theme.is_dark else "moon", theme))
            elif spec.icon:
                self._actions[spec.name].setIcon(icon(spec.icon, theme))


def menu_title(name: str) -> str:
    """The title of a menu of `MENUS`, in the user's language."""
    return _translated(MENUS[name])


def plain_text(spec: ActionSpec) -> str:
    """What an action is called, without the mark of its mnemonic."""
    return _translated(spec.text).replace("&", "").rstrip("…")


def _translated(text: str) -> str:
    return QCoreApplication.translate("Actions", text)
