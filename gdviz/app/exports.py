"""Saving what is on the screen: the picture of the experiment, and every run's steps."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gdviz.app.layout import Layout
from gdviz.app.showing import Showing
from gdviz.errors import InputError
from gdviz.qt.services import Services

__all__ = ["Exports"]


class Exports(QObject):
    """Asks where to, and says in words what could not be saved."""

    noticed = Signal(str)

    def __init__(self, services: Services, showing: Showing, layout: Layout, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._showing = showing
        self._layout = layout
        self._window = window

    @Slot()
    def ask_save_picture(self) -> None:
        """The landscape and the curves at the shown step, as a PNG or an SVG."""
        if self._services.source.problem is None:
            self._say_nothing_to_draw()
            return
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save picture"), self._proposal("png"), self.tr("Pictures (*.png *.svg)")
        )
        if path:
            self.save_picture(Path(path))

    def save_picture(self, path: Path) -> None:
        """Draw the shown step into this file."""
        problem, surface = self._services.source.problem, self._services.landscape.surface
        if problem is None:
            self._say_nothing_to_draw()
            return
        if surface is None:
            if self._services.landscape.busy:
                text = self.tr("the picture was not saved: its landscape is still being drawn; save it again soon.")
            else:
                text = self.tr("the picture was not saved: its landscape can't be drawn; choose another problem.")
            self.noticed.emit(text)
            return
        from gdviz.views.picture import PictureSpec, save_picture

        spec = PictureSpec(
            title=self._services.model.experiment.title,
            problem=problem,
            surface=surface,
            axes=self._services.landscape.axes,
            runs=self._showing.runs,
            step=self._services.playback.step,
            view=self._services.model.experiment.view,
        )
        try:
            save_picture(spec, path, QSize(1280, 800), self._layout.theme)
        except (InputError, OSError) as error:
            self.noticed.emit(str(error))

    @Slot()
    def ask_save_steps(self) -> None:
        """Every run's steps as a table."""
        if not self._showing.runs:
            self.noticed.emit(self.tr("there are no steps yet; pick a problem and add a run first."))
            return
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save steps"), self._proposal("csv"), self.tr("Tables (*.csv *.parquet *.json)")
        )
        if path:
            self.save_steps(Path(path))

    def save_steps(self, path: Path) -> None:
        """Write what every shown run has recorded into this file."""
        problem = self._services.source.problem
        if problem is None:
            return
        from gdviz.experiment.results import save_results

        trajectories = {run.title: run.trajectory for run in self._showing.runs}
        try:
            save_results(path, trajectories, problem.names)
        except (InputError, OSError) as error:
            self.noticed.emit(str(error))

    def _say_nothing_to_draw(self) -> None:
        self.noticed.emit(self.tr("there is no picture yet; pick a function or open a table first."))

    def _proposal(self, ending: str) -> str:
        path = self._services.model.path
        folder = path.parent if path is not None else Path.home()
        name = path.stem if path is not None else "descent"
        return str(folder / f"{name}.{ending}")
