"""The user's library of formulas: what the shelf asks for is done in the file, and what the file holds is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Slot

from gdviz.errors import InputError
from gdviz.experiment.formula_library import FormulaLibrary
from gdviz.qt.experiment_model import ExperimentModel
from gdviz.views.formula_shelf import FormulaShelf

__all__ = ["Formulas"]


class Formulas(QObject):
    """Reads the file when the shelf is first looked at, and again after each change."""

    def __init__(self, model: ExperimentModel, shelf: FormulaShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shelf = shelf
        shelf.looked_at.connect(self._show)
        shelf.save_requested.connect(self._on_save_requested)
        shelf.rename_requested.connect(self._on_rename_requested)
        shelf.delete_requested.connect(self._on_delete_requested)

    @property
    def library(self) -> FormulaLibrary:
        """Where this user's formulas are kept."""
        return FormulaLibrary(Path(platformdirs.user_data_path("gdviz", appauthor=False)) / "formulas.toml")

    @Slot()
    def _show(self) -> None:
        kept = self.library.read()
        self._shelf.show_formulas(kept.formulas, kept.complaint)

    @Slot(str)
    def _on_save_requested(self, name: str) -> None:
        choice = self._model.experiment.problem
        if choice is not None:
            self._change(lambda: self.library.save(name, choice))

    @Slot(str, str)
    def _on_rename_requested(self, old: str, new: str) -> None:
        self._change(lambda: self.library.rename(old, new))

    @Slot(str)
    def _on_delete_requested(self, name: str) -> None:
        self._change(lambda: self.library.delete(name))

    def _change(self, change: Callable[[], None]) -> None:
        try:
            change()
        except InputError as error:
            self._shelf.say(str(error))
            return
        self._show()
