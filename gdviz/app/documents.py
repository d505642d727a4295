"""Opening and saving: experiments, tables, recent files, and the copy that a closed window leaves behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment
from gdviz.experiment.file import load, save
from gdviz.qt.experiment_model import ExperimentModel
from gdviz.qt.problem_source import ProblemSource
from gdviz.views.drop_verdict import TABLE_ENDINGS

__all__ = ["Documents"]

_MOST_RECENT = 10


class Documents(QObject):
    """Asks for files, and replaces the experiment only once the new one has proved good."""

    table_opened = Signal(str)
    """A table was chosen; somebody has to ask what it means."""
    noticed = Signal(str)
    """Something could not be done; in words. What was open is as it was."""
    saved = Signal(str)

    def __init__(
        self, model: ExperimentModel, source: ProblemSource, settings: QSettings, recent_menu: QMenu, window: QWidget
    ) -> None:
        super().__init__(window)
        self._model = model
        self._source = source
        self._settings = settings
        self._menu = recent_menu
        self._window = window
        self._opening: tuple[Experiment, Path | None, bool] | None = None
        self._goes_on = False
        """Whether the experiment is the one that a closed window left behind."""
        source.prepared.connect(self._on_prepared)
        source.abandoned.connect(self._on_abandoned)
        recent_menu.triggered.connect(self._on_recent_triggered)
        self._fill_menu()

    @property
    def left_behind(self) -> Path:
        """Where the unsaved experiment of a closed window is kept."""
        import platformdirs

        return Path(platformdirs.user_state_path("gdviz", appauthor=False)) / "last.toml"

    @Slot()
    def new(self) -> None:
        """An empty experiment; unsaved work is kept aside."""
        self.keep_aside()
        self._goes_on = False
        self._opening = None
        self._source.cancel()
        self._model.reset(Experiment())

    @Slot()
    def ask_open(self) -> None:
        """Ask for an experiment or a table and open it."""
        tables = " ".join(f"*{ending}" for ending in TABLE_ENDINGS)
        kinds = [
            self.tr("Experiments and tables ({patterns})").format(patterns=f"*.toml {tables}"),
            self.tr("Experiments ({patterns})").format(patterns="*.toml"),
            self.tr("Tables ({patterns})").format(patterns=tables),
            self.tr("All files (*)"),
        ]
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open"), self._folder(), ";;".join(kinds))
        if path:
            self.open(path)

    def open(self, name: str) -> None:
        """Open an experiment or a table by what its name ends in."""
        path = Path(name)
        if path.suffix.lower() == ".toml":
            self.open_experiment(path)
        elif path.name.lower().endswith(TABLE_ENDINGS):
            self.table_opened.emit(str(path))
        else:
            self.noticed.emit(
                self.tr("{name} is neither an experiment (.toml) nor a table (.csv, .tsv, .txt, plain or .gz).").format(
                    name=path.name
                )
            )

    def open_experiment(self, path: Path, remember: bool = True) -> None:
        """Open an experiment; the present one stays until the new one's problem is ready."""
        try:
            experiment = load(path)
        except InputError as error:
            self.noticed.emit(str(error))
            return
        self._opening = (experiment, path if remember else None, path == self.left_behind)
        if experiment.problem is None:
            self._finish_opening()
        else:
            self._source.prepare(experiment.problem)

    @Slot()
    def save(self) -> None:
        """Save where the experiment came from, or ask."""
        if self._model.path is None:
            self.ask_save()
        else:
            self.save_to(self._model.path)

    @Slot()
    def ask_save(self) -> None:
        """Ask where to save the experiment, and save it there."""
        proposal = self._model.path or Path(self._folder()) / f"{self._model.experiment.title or 'experiment'}.toml"
        path, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save experiment"),
            str(proposal),
            self.tr("Experiments ({patterns})").format(patterns="*.toml"),
        )
        if not path:
            return
        chosen = Path(path)
        named = chosen if chosen.suffix.lower() == ".toml" else chosen.with_name(f"{chosen.name}.toml")
        # The dialog has asked about the file that was typed, not about the one that it becomes.
        if named == chosen or not named.exists() or self._may_replace(named):
            self.save_to(named)

    def keep_aside(self) -> None:
        """Keep unsaved work where the next start finds it."""
        if self._model.modified and self._model.experiment.problem is not None:
            try:
                self.left_behind.parent.mkdir(parents=True, exist_ok=True)
                save(self._model.experiment, self.left_behind)
            except (InputError, OSError) as error:
                self.noticed.emit(str(error))

    def remember(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        text = str(path.resolve())
        recent = [text, *(item for item in self.recent() if item != text)][:_MOST_RECENT]
        self._settings.setValue("files/recent", recent)
        self._settings.setValue("files/folder", str(path.resolve().parent))
        self._fill_menu()

    def recent(self) -> list[str]:
        """Files opened or saved lately, newest first."""
        value = self._settings.value("files/recent", [])
        items = [value] if isinstance(value, str) else value
        return [str(item) for item in items] if isinstance(items, list) else []

    def save_to(self, path: Path) -> None:
        """Save the experiment as this file, which it then belongs to."""
        try:
            save(self._model.experiment, path)
        except (InputError, OSError) as error:
            self.noticed.emit(str(error))
            return
        self._model.mark_saved(path)
        self.remember(path)
        if self._goes_on:
            # What was left behind is kept by its owner now; it need not be offered again.
            self.left_behind.unlink(missing_ok=True)
            self._goes_on = False
        self.saved.emit(str(path))

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(
            self._window,
            self.tr("Save experiment"),
            self.tr("{name} already exists. Do you want to replace it?").format(name=path.name),
        )
        return answer == QMessageBox.StandardButton.Yes

    def _finish_opening(self) -> None:
        assert self._opening is not None
        experiment, path, going_on = self._opening
        self._opening = None
        self.keep_aside()
        self._goes_on = going_on
        self._model.reset(experiment, path)
        if path is not None:
            self.remember(path)

    def _folder(self) -> str:
        return str(self._settings.value("files/folder", str(Path.home())))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for item in self.recent():
            action = self._menu.addAction(Path(item).name)
            action.setToolTip(item)
            action.setData(item)
        self._menu.setToolTipsVisible(True)
        self._menu.setEnabled(not self._menu.isEmpty())

    @Slot(object)
    def _on_prepared(self, choice: object) -> None:
        if self._opening is not None and self._opening[0].problem is choice:
            self._finish_opening()

    @Slot(object)
    def _on_abandoned(self, choice: object) -> None:
        # Why, if it failed, is said by whoever shows the problem; only the opening is given up here.
        if self._opening is not None and self._opening[0].problem is choice:
            self._opening = None

    @Slot(object)
    def _on_recent_triggered(self, action: object) -> None:
        self.open(action.data())  # type: ignore[attr-defined]
