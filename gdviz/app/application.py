"""The program put together: services, window, and who listens to whom."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication

from gdviz.app.documents import Documents
from gdviz.app.editing import Editing
from gdviz.app.exports import Exports
from gdviz.app.faults import FaultReporter
from gdviz.app.formulas import Formulas
from gdviz.app.help import Help
from gdviz.app.layout import Layout
from gdviz.app.main_window import MainWindow
from gdviz.app.showing import Showing
from gdviz.files import resource
from gdviz.optimizers import OPTIMIZERS
from gdviz.problems import PROBLEMS
from gdviz.problems.fit import DataFit
from gdviz.qt.services import Services
from gdviz.views.theme import DARK, LIGHT, apply_theme, remembered_theme

__all__ = ["Application"]

_FRAME_MS = 16
"""From when the centre has something to show until it is on the screen."""
_LONGEST_WAIT_MS = 250


class Application(QObject):
    """Owns the services and the window. `close` ends the services; the window's own closing asks for nothing."""

    def __init__(self, window: MainWindow, settings: QSettings, keeps_work: bool = True) -> None:
        super().__init__()
        self._keeps_work = keeps_work
        self._settings = settings
        self._closed = False
        self._ended = True
        self._faults: FaultReporter | None = None
        self.panels_shown = False
        """Whether the panels beside the centre are filled: they are once the centre has something to show."""
        self._panels_wait = QTimer(self)
        self._panels_wait.setSingleShot(True)
        self._panels_wait.timeout.connect(self._show_panels)
        self.theme = remembered_theme(settings)
        self._apply_theme_to_program()
        self.services = Services(self)
        self.window = window
        self.layout = Layout(window, self.services.playback, self.theme, settings)
        # Before anybody else hears of a change, who may have something to say about it.
        self.services.model.changed.connect(self._on_experiment_changed)
        self.showing = Showing(self.services, self.layout.workspace, self)
        self.editing = Editing(self.services, self.layout.workspace, self)
        self.documents = Documents(self.services.model, self.services.source, settings, self.layout.recent_menu, window)
        self.formulas = Formulas(self.services.model, self.layout.workspace.problem.shelf, self)
        self.exports = Exports(self.services, self.showing, self.layout, window)
        self.help = Help(window)
        self.services.runs.set_backend(self.layout.backend_menu.backend)
        self._connect_window()
        self._connect_actions()
        self._on_history_changed()
        # Not at once: a file that is opened meanwhile is shown without the welcome being made first.
        QTimer.singleShot(0, self._on_problem_shown)
        self.layout.restore()

    def start(self, path: str | None) -> None:
        """Begin to work: open a file if one is given, and catch the faults that nobody else catches."""
        self._faults = FaultReporter()
        self._faults.reported.connect(self.on_fault_reported)
        self.tell_of_plugins()
        if path is not None:
            self.documents.open(path)
        # What start-up made stays; the collector need not look at it again. It doesn't look first either: that would
        # hold up the first picture by a tenth of a second, for next to nothing.
        gc.freeze()

    def tell_of_plugins(self) -> None:
        """Say which plug-ins can't be used; the panels have listed the others by now."""
        faults = dict.fromkeys((*OPTIMIZERS.faults, *PROBLEMS.faults))
        if faults:
            self.layout.notice.say("; ".join(faults))

    def close(self) -> bool:
        """End the services; whether the worker ended in time. Calling it again only answers again."""
        if not self._closed:
            self._closed = True
            if self._keeps_work:
                self.documents.keep_aside()
            self.layout.remember()
            self.window.remember_size()
            self._settings.sync()
            if self._faults is not None:
                self._faults.close()
            self._ended = self.services.close()
        return self._ended

    def _apply_theme_to_program(self) -> None:
        program = QApplication.instance()
        assert isinstance(program, QApplication)
        apply_theme(program, self.theme)

    # Connections, made once

    def _connect_window(self) -> None:
        window, layout = self.window, self.layout
        window.set_drop_sign(layout.overlay)
        window.files_dropped.connect(self._on_files_dropped)
        window.drop_refused.connect(layout.notice.say)
        window.close_requested.connect(self._on_close_requested)
        layout.welcome.problem_chosen.connect(self.editing.choose_problem)
        layout.welcome.example_chosen.connect(self._on_example_chosen)
        layout.welcome.open_requested.connect(self.documents.ask_open)
        layout.welcome.left_behind_requested.connect(self._on_left_behind_requested)
        layout.workspace.problem.open_requested.connect(self.documents.ask_open)
        layout.backend_menu.chosen.connect(self._on_backend_chosen)
        self.services.runs.noticed.connect(layout.notice.say)
        self.showing.noticed.connect(layout.notice.say)
        self.showing.problem_shown.connect(self._on_problem_shown)
        self.editing.noticed.connect(layout.notice.say)
        self.documents.noticed.connect(layout.notice.say)
        self.documents.table_opened.connect(layout.workspace.problem.open_table)
        self.exports.noticed.connect(layout.notice.say)
        layout.workspace.landscape.picture_requested.connect(self.exports.ask_save_picture)
        self.services.model.history_changed.connect(self._on_history_changed)
        self.services.landscape.surface_changed.connect(self._on_surface_changed)
        self.services.playback.playing_changed.connect(self._on_playing_changed)
        self.services.playback.following_changed.connect(self._on_following_changed)

    def _connect_actions(self) -> None:
        playback, actions = self.services.playback, self.layout.actions
        for name, receiver in (
            ("new", self.documents.new),
            ("open", self.documents.ask_open),
            ("save", self.documents.save),
            ("save_as", self.documents.ask_save),
            ("save_picture", self.exports.ask_save_picture),
            ("save_steps", self.exports.ask_save_steps),
            ("quit", self.window.close),
            ("undo", self.services.model.undo),
            ("redo", self.services.model.redo),
            ("add_run", self.layout.workspace.runs.focus_add),
            ("reset_start", self.editing.reset_start),
            ("toggle_play", playback.toggle),
            ("step_forward", playback.step_forward),
            ("step_back", playback.step_back),
            ("home", playback.home),
            ("end", playback.end),
            ("faster", playback.faster),
            ("slower", playback.slower),
            ("reset_view", self.layout.workspace.landscape.reset_view),
            ("reset_layout", self.layout.reset),
            ("theme", self.toggle_theme),
            ("shortcuts", self.help.show_shortcuts),
            ("about", self.help.show_about),
        ):
            # `triggered` says whether the action is checked, and these receivers take no argument.
            actions[name].triggered.connect(_without_arguments(receiver))
        actions["follow"].toggled.connect(playback.set_follow)

    @Slot()
    def toggle_theme(self) -> None:
        """The dark theme for the light one, or back."""
        self.theme = LIGHT if self.theme.is_dark else DARK
        self._settings.setValue("theme", "dark" if self.theme.is_dark else "light")
        self._apply_theme_to_program()
        self.layout.set_theme(self.theme)

    @Slot(str, str)
    def on_fault_reported(self, sentence: str, _details: str) -> None:
        """A fault of the program itself: said in the window, which goes on."""
        self.layout.notice.say(sentence)

    @Slot(list)
    def _on_files_dropped(self, paths: list[str]) -> None:
        self.window.raise_()
        self.window.activateWindow()
        self.documents.open(paths[0])

    @Slot(QCloseEvent)
    def _on_close_requested(self, _event: QCloseEvent) -> None:
        self.close()

    @Slot(str)
    def _on_example_chosen(self, name: str) -> None:
        self.documents.open_experiment(resource("examples", f"{name}.toml"), remember=False)

    @Slot()
    def _on_left_behind_requested(self) -> None:
        self.documents.open_experiment(self.documents.left_behind, remember=False)

    @Slot(str)
    def _on_backend_chosen(self, name: str) -> None:
        services = self.services
        self.layout.notice.clear()
        services.runs.set_backend(name)
        if services.source.settled:
            services.runs.update(services.source.problem, services.model.experiment)
        services.clock.start()

    @Slot()
    def _on_problem_shown(self) -> None:
        problem = self.services.source.problem
        if problem is None:
            self.layout.welcome.set_left_behind(self.documents.left_behind.is_file())
        self.layout.show_problem(problem is not None, isinstance(problem, DataFit))
        if not self.panels_shown:
            # The landscape first, as long as it takes no longer than anybody would notice.
            self._panels_wait.start(_FRAME_MS if problem is None else _LONGEST_WAIT_MS)

    @Slot()
    def _on_surface_changed(self) -> None:
        if not self.panels_shown:
            self._panels_wait.start(_FRAME_MS)

    @Slot()
    def _show_panels(self) -> None:
        self.panels_shown = True
        self.layout.show_panels()
        self.showing.fill_panels()

    @Slot(object, object)
    def _on_experiment_changed(self, _old: object, _new: object) -> None:
        self.layout.notice.clear()

    @Slot()
    def _on_history_changed(self) -> None:
        model, actions = self.services.model, self.layout.actions
        for name, verb, text in (
            ("undo", self.tr("Undo"), model.undo_text),
            ("redo", self.tr("Redo"), model.redo_text),
        ):
            actions[name].setEnabled(text is not None)
            actions[name].setText(f"{verb} {text}" if text else verb)
        actions["save"].setEnabled(model.modified or model.path is None)
        path = model.path
        title = model.experiment.title or (path.stem if path is not None else self.tr("Untitled experiment"))
        self.window.setWindowFilePath(str(path) if path is not None else "")
        self.window.setWindowTitle(f"{title}[*]")
        self.window.setWindowModified(model.modified)

    @Slot(bool)
    def _on_playing_changed(self, playing: bool) -> None:
        self.layout.actions.set_playing(playing, self.theme)

    @Slot(bool)
    def _on_following_changed(self, following: bool) -> None:
        self.layout.actions["follow"].setChecked(following)


def _without_arguments(receiver: object) -> object:
    def call(_checked: bool = False) -> None:
        receiver()  # type: ignore[operator]

    return call
