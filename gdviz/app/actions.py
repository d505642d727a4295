"""Every action of the program in one table: it feeds the menus, the tool bar and the shortcuts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence

from gdviz.views.theme import Theme, icon

__all__ = ["ACTIONS", "MENUS", "ActionSet", "ActionSpec", "menu_title", "plain_text"]


@dataclass(frozen=True)
class ActionSpec:
    """An action as data. `text` and `tip` are translated when it is made; `menu` is where it stands, in this order."""

    name: str
    menu: str
    text: str
    tip: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    toolbar: bool = False
    starts_group: bool = False


MENUS = {
    "file": QT_TRANSLATE_NOOP("Actions", "&File"),
    "edit": QT_TRANSLATE_NOOP("Actions", "&Edit"),
    "play": QT_TRANSLATE_NOOP("Actions", "&Play"),
    "view": QT_TRANSLATE_NOOP("Actions", "&View"),
    "help": QT_TRANSLATE_NOOP("Actions", "&Help"),
}

_T = QT_TRANSLATE_NOOP

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new", "file", _T("Actions", "&New"), _T("Actions", "Start with an empty experiment"), ("Ctrl+N",), "new"
    ),
    ActionSpec(
        "open",
        "file",
        _T("Actions", "&Open…"),
        _T("Actions", "Open an experiment or a table"),
        ("Ctrl+O",),
        "open",
        toolbar=True,
    ),
    ActionSpec(
        "save", "file", _T("Actions", "&Save"), _T("Actions", "Save the experiment"), ("Ctrl+S",), "save", toolbar=True
    ),
    ActionSpec("save_as", "file", _T("Actions", "Save &as…"), "", ("Ctrl+Shift+S",)),
    ActionSpec(
        "save_picture",
        "file",
        _T("Actions", "Save &picture…"),
        _T("Actions", "Save the window's picture as PNG, or the landscape as SVG"),
        ("Ctrl+E",),
        starts_group=True,
    ),
    ActionSpec(
        "save_steps",
        "file",
        _T("Actions", "Save s&teps…"),
        _T("Actions", "Save every run's steps as CSV, Parquet or JSON"),
    ),
    ActionSpec("quit", "file", _T("Actions", "&Quit"), "", ("Ctrl+Q",), starts_group=True),
    ActionSpec("undo", "edit", _T("Actions", "&Undo"), "", ("Ctrl+Z",), "undo", toolbar=True),
    ActionSpec("redo", "edit", _T("Actions", "&Redo"), "", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", toolbar=True),
    ActionSpec(
        "add_run",
        "edit",
        _T("Actions", "&Add run…"),
        _T("Actions", "Add a run with another optimizer"),
        ("Ctrl+R",),
        "add",
        starts_group=True,
    ),
    ActionSpec(
        "reset_start",
        "edit",
        _T("Actions", "Reset &start"),
        _T("Actions", "Start where the problem suggests"),
        ("Ctrl+Shift+R",),
    ),
    ActionSpec("toggle_play", "play", _T("Actions", "&Play or pause"), "", ("Space",), "play"),
    ActionSpec("step_forward", "play", _T("Actions", "Step &forward"), "", ("Right",), "step-forward"),
    ActionSpec("step_back", "play", _T("Actions", "Step &back"), "", ("Left",), "step-back"),
    ActionSpec("home", "play", _T("Actions", "To the &start"), "", ("Home",), "first"),
    ActionSpec("end", "play", _T("Actions", "To the &newest step"), "", ("End",), "last"),
    ActionSpec(
        "follow",
        "play",
        _T("Actions", "F&ollow the newest step"),
        "",
        ("F",),
        "follow",
        checkable=True,
        starts_group=True,
    ),
    ActionSpec("faster", "play", _T("Actions", "F&aster"), "", ("+", "=")),
    ActionSpec("slower", "play", _T("Actions", "S&lower"), "", ("-",)),
    ActionSpec(
        "reset_view",
        "view",
        _T("Actions", "&Reset landscape"),
        _T("Actions", "Show the whole landscape"),
        ("Ctrl+0",),
        "reset-view",
    ),
    ActionSpec(
        "reset_layout", "view", _T("Actions", "Reset &layout"), _T("Actions", "Put every panel back in its place")
    ),
    ActionSpec(
        "theme",
        "view",
        _T("Actions", "Light or &dark"),
        _T("Actions", "Change between the light and the dark theme"),
        ("Ctrl+D",),
        "theme",
        toolbar=True,
        starts_group=True,
    ),
    ActionSpec("shortcuts", "help", _T("Actions", "&Keyboard shortcuts"), "", ("F1",)),
    ActionSpec("about", "help", _T("Actions", "&About gdviz")),
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
