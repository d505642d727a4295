"""The experiment that the window shows: the one place where it changes, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gdviz.experiment.experiment import Experiment
from gdviz.experiment.history import History

__all__ = ["ExperimentModel"]


class ExperimentModel(QObject):
    """Owns the present experiment, its history and the file that it came from."""

    changed = Signal(object, object)
    """(old, new) experiments, after an edit, undo, redo or a new one."""
    history_changed = Signal()
    """What undo and redo would do, or whether there is something to save, is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = History(Experiment())
        self._saved = self._history.present
        self._path: Path | None = None

    @property
    def experiment(self) -> Experiment:
        return self._history.present

    @property
    def path(self) -> Path | None:
        """The file that the experiment was opened from or saved to."""
        return self._path

    @property
    def modified(self) -> bool:
        """Whether there is something that saving would keep."""
        return self._history.present != self._saved

    @property
    def undo_text(self) -> str | None:
        return self._history.undo_text

    @property
    def redo_text(self) -> str | None:
        return self._history.redo_text

    def apply(self, edit: Callable[[Experiment], Experiment], text: str, merge: str | None = None) -> None:
        """Replace the experiment by what `edit` makes of it; raises what `edit` raises, and then nothing has changed.

        `text` names the edit for the undo action; edits with the same `merge` key in a row are undone together.
        """
        old = self.experiment
        self._history.push(edit(old), text, merge)
        self._emit(old)

    def seal(self) -> None:
        """The next edit is undone by itself, whatever its merge key: a drag has ended."""
        self._history.seal()

    def undo(self) -> None:
        old = self.experiment
        self._history.undo()
        self._emit(old)

    def redo(self) -> None:
        old = self.experiment
        self._history.redo()
        self._emit(old)

    def reset(self, experiment: Experiment, path: Path | None = None) -> None:
        """Start over with this experiment, new or from a file; the history begins anew."""
        old = self.experiment
        self._history = History(experiment)
        self._saved = experiment
        self._path = path
        self._emit(old)

    def mark_saved(self, path: Path) -> None:
        """The present experiment is what `path` holds now."""
        self._saved = self.experiment
        self._path = path
        self.history_changed.emit()

    def _emit(self, old: Experiment) -> None:
        if old != self.experiment:
            self.changed.emit(old, self.experiment)
        self.history_changed.emit()
