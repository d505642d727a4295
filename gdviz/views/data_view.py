"""The rows of a table beside the landscape, and what every run makes of them at the shown step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdviz.analysis.axis import Axis, fitted, readable
from gdviz.analysis.fit_picture import FitPicture
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.runs.trajectory import Trajectory
from gdviz.views.data_canvas import DataCanvas, FitLine, RowPoints
from gdviz.views.elided_label import ElidedLabel
from gdviz.views.plain_text import as_tip
from gdviz.views.run_readouts import Readout, RunReadouts
from gdviz.views.shown import ShownRun
from gdviz.views.theme import Theme

__all__ = ["DataView", "equation_text"]

_BACKGROUND_CELLS = 64
_MARGIN = 0.04


class DataView(QWidget):
    """Points and fits of one problem.

    A fit of numbers shows a target over a chosen feature with the fitted line or curve; one of classes two features
    with the probabilities behind them and the lines between classes, or one feature with the probability of a class
    along it. Features that are on no axis are at their means.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: FitPicture | None = None
        self._problem: Problem | None = None
        self._runs: tuple[ShownRun, ...] = ()
        self._step = 0
        self._drawn: tuple[tuple[int, Trajectory, int], ...] | None = None
        self.setAccessibleName(self.tr("Data and fit"))
        self.x_choice = _choice(self.tr("Across"), self.tr("The feature across"))
        self.y_choice = _choice(self.tr("Up"), self.tr("The feature up, or the probability"))
        self.run_choice = _choice(self.tr("Probability by"), self.tr("The run whose probability is drawn behind"))
        self.run_choice.setMaximumWidth(116)
        self.canvas = DataCanvas(theme, self.x_choice, self.y_choice)
        self._measure = QLabel()
        self._measure.setObjectName("muted")
        self.scores = RunReadouts(theme)
        self.equation = ElidedLabel()
        self.equation.setAccessibleName(self.tr("Coefficients in the table's own units"))
        self._caption = QLabel()
        self._caption.setObjectName("muted")
        self._caption.setWordWrap(True)
        scores = QHBoxLayout()
        scores.setContentsMargins(8, 0, 0, 0)
        scores.setSpacing(8)
        scores.addWidget(self._measure)
        scores.addWidget(self.scores, 1)
        notes = QHBoxLayout()
        notes.setContentsMargins(8, 0, 0, 0)
        notes.addWidget(self._caption, 1)
        notes.addWidget(self.run_choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.canvas, 1)
        equation = QHBoxLayout()
        equation.setContentsMargins(8, 0, 0, 0)
        equation.addWidget(self.equation)
        layout.addLayout(equation)
        layout.addLayout(scores)
        layout.addLayout(notes)
        self.x_choice.activated.connect(self._on_x_chosen)
        self.y_choice.activated.connect(self._on_y_chosen)
        self.run_choice.activated.connect(self._on_run_chosen)
        self.set_problem(None)

    @property
    def caption(self) -> str:
        """What the view says of what it leaves out."""
        return self._caption.text()

    def set_problem(self, problem: Problem | None) -> None:
        """Show the rows of a fit to data; anything else has none to show."""
        if problem is self._problem and problem is not None:
            return
        chosen = (self.x_choice.currentText(), self.y_choice.currentText())
        self._problem = problem
        self._picture = FitPicture.of(problem) if isinstance(problem, DataFit) else None
        self._fill_choices(chosen)
        self.canvas.set_empty_text(
            "" if self._picture is not None else self.tr("The rows of a table appear here once one is fitted.")
        )
        self._show_rows()

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show what these runs have fitted."""
        chosen = self.run_choice.currentData()
        self._runs = tuple(runs)
        self.run_choice.clear()
        for run in runs:
            self.run_choice.addItem(self.tr("tint: {run}").format(run=run.title), run.key)
        self.run_choice.setCurrentIndex(max(0, self.run_choice.findData(chosen)))
        self._show_choices()
        self._drawn = None
        self.refresh()

    @property
    def shown_step(self) -> int:
        """The step whose fits are drawn, or will be once the view is to be seen."""
        return self._step

    def show_step(self, step: int) -> None:
        """Show the fits of this step."""
        self._step = step
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Draw the fits anew if the runs have got to the shown step since; a hidden view does it when it is shown."""
        if not self.isVisible():
            return
        wanted = tuple((run.key, run.trajectory, self._row(run)) for run in self._runs)
        if wanted != self._drawn:
            self._drawn = wanted
            self._show_fits()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_theme(theme)
        self.scores.set_theme(theme)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.panel))

    # The axes

    @property
    def x_feature(self) -> str:
        """The feature across."""
        return str(self.x_choice.currentText())

    @property
    def y_feature(self) -> str | None:
        """The feature up; None where that is a target or a probability."""
        data = self.y_choice.currentData()
        return data if isinstance(data, str) else None

    @property
    def output(self) -> int:
        """Which of the targets is up, or which class's probability."""
        data = self.y_choice.currentData()
        return data if isinstance(data, int) else 0

    def _fill_choices(self, chosen: tuple[str, str]) -> None:
        self.x_choice.clear()
        self.y_choice.clear()
        picture = self._picture
        if picture is not None:
            features = picture.features
            for feature in features:
                self.x_choice.addItem(feature, feature)
            if picture.predicts_classes and len(features) > 1:
                for feature in features:
                    self.y_choice.addItem(feature, feature)
            for place, name in enumerate(picture.outputs):
                self.y_choice.addItem(f"p({picture.target} = {name})" if picture.predicts_classes else name, place)
            self.x_choice.setCurrentIndex(max(0, self.x_choice.findText(chosen[0])))
            known = self.y_choice.findText(chosen[1])
            self.y_choice.setCurrentIndex(max(0, known))
            if self.y_feature == self.x_feature:
                self.y_choice.setCurrentIndex(self._next_feature())
            for box in (self.x_choice, self.y_choice):
                # A box is as wide as what is chosen; its list has room for all there is.
                widest = max(box.fontMetrics().horizontalAdvance(box.itemText(index)) for index in range(box.count()))
                box.view().setMinimumWidth(widest + 40)
        self._show_choices()

    def _show_choices(self) -> None:
        self.x_choice.setVisible(self.x_choice.count() > 1)
        self.y_choice.setVisible(self.y_choice.count() > 1)
        self.run_choice.setVisible(self.y_feature is not None and len(self._runs) > 1)

    def _show_rows(self) -> None:
        picture = self._picture
        if picture is None:
            self.canvas.set_points(RowPoints())
        else:
            x = picture.column(self.x_feature)
            classes = picture.targets.astype(np.intp) if picture.predicts_classes else None
            y = self._heights(picture, classes)
            self.canvas.set_points(RowPoints(x, y, classes, picture.class_names, picture.rows.row_index))
            probability = picture.predicts_classes and self.y_feature is None
            y_axis = Axis(-0.06, 1.06) if probability else _around(y)
            self.canvas.set_axes(_around(x), y_axis, self.x_feature, self.y_choice.currentText())
        self._caption.setText(self._notes())
        self._drawn = None
        self._show_choices()
        self._measure.setText("" if picture is None else self.tr("accuracy") if picture.predicts_classes else "R²")
        if picture is None:
            self.canvas.set_fit((), None)
            self.scores.set_readouts(())
            self.equation.clear()
        self.refresh()

    def _heights(self, picture: FitPicture, classes: np.ndarray | None) -> np.ndarray:
        """How high every row is drawn: its value, or 1 for a row of the class whose probability is up, else 0."""
        if self.y_feature is not None:
            return picture.column(self.y_feature)
        if classes is None:
            return picture.target_column(self.output)
        up = self.output if len(picture.outputs) > 1 else 1
        return np.asarray(classes == up, dtype=np.float64)

    def _notes(self) -> str:
        picture = self._picture
        if picture is None:
            return ""
        notes = []
        others = len(picture.features) > (1 if self.y_feature is None else 2)
        if self.y_feature is not None and len(picture.class_names) > 2:
            words = self.tr("Lines between the likeliest classes, other features at their means.")
            notes.append(words if others else self.tr("Lines between the likeliest classes."))
        elif self.y_feature is not None and others:
            notes.append(self.tr("Lines at p = ½, other features at their means."))
        elif self.y_feature is not None:
            notes.append(self.tr("Lines at p = ½."))
        elif others:
            notes.append(self.tr("Other features at their means."))
        if not picture.complete:
            text = self.tr("{drawn:,} of {all:,} rows, drawn by lot, are shown and scored.")
            notes.append(text.format(drawn=picture.rows.rows, all=picture.problem.data.rows))
        return " ".join(notes)

    # The fits

    def _show_fits(self) -> None:
        picture = self._picture
        if picture is None:
            return
        points = [(run, self._point(run)) for run in self._runs if _belongs(run, picture)]
        lines = [FitLine(run.style, line) for run, point in points for line in self._lines(picture, point)]
        self.canvas.set_fit(lines, self._background(picture))
        self.scores.set_readouts([Readout(run.style, run.title, _score_text(picture, point)) for run, point in points])
        self._show_equations(picture, points)

    def _show_equations(self, picture: FitPicture, points: Sequence[tuple[ShownRun, np.ndarray]]) -> None:
        """The coefficients of the first run in the table's own units; those of all runs, and the best, on its tip."""
        output = self.output
        equations = [(run.title, equation_text(picture, point, output)) for run, point in points]
        equations += [
            (self.tr("At the minimum"), equation_text(picture, point, output)) for point in picture.problem.minima
        ]
        self.equation.setText(equations[0][1] if equations else "")
        lines = [f"{title}: {text}" for title, text in equations]
        self.equation.setToolTip(as_tip("\n".join([self.tr("In the table's own units"), *lines])) if lines else "")

    def _row(self, run: ShownRun) -> int:
        """The row of a run's trajectory that is shown: the last where it ended before."""
        return min(self._step, run.trajectory.steps)

    def _point(self, run: ShownRun) -> np.ndarray:
        row = self._row(run)
        return np.asarray(run.trajectory.rows(row, row + 1).points[0])

    def _lines(self, picture: FitPicture, point: np.ndarray) -> list[np.ndarray]:
        x, y = _limits(self.canvas.x_axis), _limits(self.canvas.y_axis)
        if self.y_feature is not None:
            return picture.boundaries((self.x_feature, self.y_feature), point, x, y)
        if picture.predicts_classes or not picture.straight:
            return [picture.curve(self.x_feature, point, x, output=self.output)]
        line = picture.line(self.x_feature, point, x, y, self.output)
        return [] if line is None else [line]

    def _background(self, picture: FitPicture) -> np.ndarray | None:
        """The probability by the chosen run, where two features span the chart."""
        chosen = [run for run in self._runs if run.key == self.run_choice.currentData()]
        if self.y_feature is None or not chosen or not _belongs(chosen[0], picture):
            return None
        x, y = _limits(self.canvas.x_axis), _limits(self.canvas.y_axis)
        features = (self.x_feature, self.y_feature)
        return picture.probabilities(features, self._point(chosen[0]), x, y, _BACKGROUND_CELLS)

    @Slot()
    def _on_x_chosen(self) -> None:
        if self.y_feature == self.x_feature:
            self.y_choice.setCurrentIndex(self._next_feature())
        self._show_rows()

    @Slot()
    def _on_y_chosen(self) -> None:
        if self.y_feature == self.x_feature:
            self.x_choice.setCurrentIndex(self._next_feature())
        self._show_rows()

    def _next_feature(self) -> int:
        """The feature after the one across: a feature over itself would show nothing."""
        return (self.x_choice.currentIndex() + 1) % self.x_choice.count()

    @Slot()
    def _on_run_chosen(self) -> None:
        self._drawn = None
        self.refresh()


def _belongs(run: ShownRun, picture: FitPicture) -> bool:
    """Whether a run has been of this problem: for a moment after a change of problems its runs may be the old ones."""
    return len(run.trajectory) > 0 and run.trajectory.dimension == picture.problem.dimension


def _choice(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setProperty("quiet", True)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    # Following its contents it would resize itself some time after it was placed.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    return box


def _around(values: np.ndarray) -> Axis:
    """An axis around values with room for the symbols at its ends."""
    lowest, highest = float(values.min()), float(values.max())
    margin = _MARGIN * (highest / 2 - lowest / 2)
    return fitted(lowest - margin, highest + margin)


def _limits(axis: Axis) -> tuple[float, float]:
    return axis.low, axis.high


def equation_text(picture: FitPicture, point: np.ndarray, output: int = 0) -> str:
    """What a fit at these parameters `(d,)` says, with coefficients on the table's own numbers; of several outputs the
    one of this place. Of a network its layers."""
    problem = picture.problem
    model = problem.model_used
    if not model.affine:
        units = [str(layer.units) for layer in model.layers(len(problem.data.columns))]
        layers = " → ".join([str(len(problem.data.columns)), *units])
        words = QCoreApplication.translate("DataView", "network {layers}, {activation}, {count} parameters")
        return words.format(layers=layers, activation=problem.activation, count=f"{problem.dimension:,}")
    with np.errstate(all="ignore"):  # a run on its way to infinity is shown as far as it goes
        coefficients = problem.coefficients(point)
    several = model.outputs > 1
    bias = coefficients.bias[output] if several else coefficients.bias
    weights = coefficients.weights[:, output] if several else coefficients.weights
    terms = [f"{readable(float(bias))}"]
    for name, weight in zip(coefficients.features, weights.tolist(), strict=True):
        sign = "−" if weight < 0 else "+"
        terms.append(f"{sign} {readable(abs(weight))} {name}")
    left = coefficients.outputs[output if several else 0]
    if picture.predicts_classes:
        words = (
            QCoreApplication.translate("DataView", "score of {name}")
            if several
            else QCoreApplication.translate("DataView", "log-odds of {name}")
        )
        left = words.format(name=left)
    return f"{left} = {' '.join(terms)}"


def _score_text(picture: FitPicture, point: np.ndarray) -> str:
    text = _one_score(picture, picture.score(point))
    held_out = picture.held_out_score(point)
    if held_out is None:
        return text
    words = QCoreApplication.translate("DataView", "{fitted}, held out {held}")
    return words.format(fitted=text, held=_one_score(picture, held_out))


def _one_score(picture: FitPicture, score: float) -> str:
    if picture.predicts_classes:
        return f"{100 * score:.1f} %"
    # Far from any fit R² is hugely negative; three decimals are what is read of it near 1.
    return f"{score:.3f}".replace("-", "−") if -10 < score <= 1 else readable(score)
