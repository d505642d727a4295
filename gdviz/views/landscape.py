"""The landscape: the problem as bands and lines, or as a curve, and the runs on it.

`LandscapeView` is told what to show and emits what the mouse did. It computes nothing: surfaces come from the analysis,
trails from the trajectories. `LandscapeCanvas` paints; this module knows which parameters are on the axes, which part
of the plane has to be sampled, and what there is to say about a point.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from gdviz.analysis.plane import Curve, Surface
from gdviz.problems.base import Problem
from gdviz.views.busy_bar import BusyBar
from gdviz.views.chart import tabular
from gdviz.views.landscape_axes import AxisChooser
from gdviz.views.landscape_canvas import LandscapeCanvas
from gdviz.views.landscape_range import Limits, Range, needs_sampling, padded
from gdviz.views.landscape_values import Evaluator, PlaneValues
from gdviz.views.landscape_words import point_text, standing_text, summary_text, value_text
from gdviz.views.shown import ShownRun
from gdviz.views.theme import Theme, icon

__all__ = ["Evaluator", "LandscapeView"]

_SETTLE = 150
_SUMMARY_PAUSE = 400
_PADDING = 0.1
_NEAR = 12.0
_GAP = 10


class LandscapeView(QWidget):
    """Shows a problem of one or two parameters, or a plane through more of them, with the runs on it."""

    start_moved = Signal(float, float)
    """The start is being dragged: its coordinates on both axes; in one dimension the first is the point."""
    start_dropped = Signal(float, float)
    """The start was let go, or set by a click."""
    hovered = Signal(object)
    """What the pointer is on, as (x, y, value), or None; the value is None where it takes too long to compute."""
    range_changed = Signal(object)
    """The part to be sampled, ((low, high), (low, high)): more is shown than has been, or much less of it."""
    plane_chosen = Signal(int, int)
    """The parameters wanted across and up."""
    picture_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._problem: Problem | None = None
        self._values = PlaneValues(None)
        self._axes = (0, 1)
        self._requested: Range | None = None
        self._awaited = True
        self._canvas = LandscapeCanvas(theme, self)
        self._canvas.describe = self._tooltip
        self._canvas.start_moved.connect(self.start_moved)
        self._canvas.start_dropped.connect(self.start_dropped)
        self._canvas.pointed.connect(self._on_pointed)
        self._canvas.looked.connect(self._on_looked)
        self._canvas.menu_requested.connect(self._on_menu_requested)
        self._chooser = AxisChooser(self)
        self._chooser.chosen.connect(self.plane_chosen)
        self._busy = BusyBar(theme, self._canvas)
        self._readout = QLabel(self._canvas)
        self._readout.setObjectName("readout")
        self._readout.setFont(tabular(self.font()))
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.hide()
        self._reset = QToolButton(self._canvas)
        self._reset.setObjectName("overPlot")
        self._reset.setIconSize(QSize(18, 18))
        self._reset.setCursor(Qt.CursorShape.ArrowCursor)
        self._reset.setToolTip(self.tr("Show the whole landscape"))
        self._reset.setAccessibleName(self.tr("Reset view"))
        self._reset.clicked.connect(self.reset_view)
        self._reset.hide()
        self._settle = self._timer(_SETTLE, self._on_settled)
        self._telling = self._timer(_SUMMARY_PAUSE, self._on_telling)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._chooser)
        layout.addWidget(self._canvas, 1)
        self.setAccessibleName(self.tr("Landscape"))
        self.set_theme(theme)
        self._show_hint()

    # What is shown

    @property
    def canvas(self) -> LandscapeCanvas:
        """The part that is painted, for those who want to know where a point lies."""
        return self._canvas

    @property
    def summary(self) -> str:
        """Where every run stands, in words."""
        return summary_text(self._canvas.runs.standings(), self._is_curve, self._pixels())

    @property
    def settled(self) -> bool:
        """Whether the trails are drawn as far as they are shown."""
        return self._canvas.runs.complete

    @property
    def _is_curve(self) -> bool:
        return self._canvas.curve.curve is not None or (self._problem is not None and self._problem.dimension == 1)

    def set_problem(self, problem: Problem | None) -> None:
        """Show this problem. What was sampled of another kind of problem is dropped; where only an option has changed,
        it stays until it is sampled again, and so does the part that is looked at."""
        before, self._problem = self._problem, problem
        self._values = PlaneValues(problem)
        self._requested = None
        if problem is None or before is None or not _alike(before, problem):
            self._canvas.surface.set_surface(None)
            self._canvas.curve.set_curve(None)
            self._axes = (0, 1)
            self._awaited = True
            self._chooser.set_names(problem.names if problem is not None else (), self._axes)
        self._values.axes = self._axes
        self._canvas.minima = self._values.minima()
        self._canvas.lift = self._values.along if problem is not None and problem.dimension == 1 else None
        if problem is not None and problem.dimension > 1:
            self._canvas.set_whole(self._domain(problem), self._names(), keep=not self._awaited)
        self._place_runs()
        self._show_hint()

    def set_plane(self, first: int, second: int, point: np.ndarray) -> None:
        """Show these two parameters, the others held at `point (d,)`."""
        self.move_plane(point)
        problem = self._problem
        if problem is None or problem.dimension < 2 or (first, second) == self._axes:
            return
        self._axes = self._values.axes = (first, second)
        self._requested = None
        self._awaited = True
        self._canvas.surface.set_surface(None)
        self._canvas.minima = self._values.minima()
        self._canvas.set_whole(self._domain(problem), self._names(), keep=False)
        self._chooser.set_names(problem.names, self._axes)
        self._place_runs()
        self._show_hint()

    def move_plane(self, point: np.ndarray) -> None:
        """Hold the parameters that are not on the axes at `point (d,)`."""
        if self._problem is not None and len(point) == self._problem.dimension:
            self._values.through = np.array(point, dtype=np.float64)

    def set_surface(self, surface: Surface | Curve) -> None:
        """Show what has been sampled: a preview, then all of it, then other parts as they are looked at."""
        canvas = self._canvas
        if not self._fits(surface):
            return
        if isinstance(surface, Curve):
            canvas.surface.set_surface(None)
            canvas.curve.set_curve(surface)
            if self._awaited or canvas.at_home:
                canvas.set_whole(self._curve_range(surface), (surface.name, "f"), keep=not self._awaited)
        else:
            canvas.curve.set_curve(None)
            canvas.surface.set_surface(surface, self._values.lowest)
            if self._problem is None:
                whole = Range(_ends(surface.x), _ends(surface.y))
                canvas.set_whole(whole, surface.names, keep=not self._awaited)
        self._awaited = False
        self._place_runs()
        self._show_hint()
        if not canvas.at_home and not self._settle.isActive():
            self._settle.start()

    def set_runs(self, runs: tuple[ShownRun, ...]) -> None:
        """Draw these runs."""
        self._canvas.forget_drop()
        self._canvas.runs.set_runs(runs)
        self._changed()

    def show_step(self, step: int) -> None:
        """Draw every run up to this step; those that are shorter stand at their last one."""
        self._canvas.runs.show_step(step)
        self._changed()

    def set_preview_whole_trails(self, whole: bool) -> None:
        """Draw every step that is computed, as thin lines: while the start is dragged."""
        self._canvas.runs.set_whole(whole)
        self._changed()

    def refresh(self) -> None:
        """Draw what the runs have grown by; called once a frame."""
        if not self.settled:
            self._canvas.update()
        self._tell()

    def set_evaluator(self, evaluate: Evaluator | None) -> None:
        """Have values under the pointer computed by this until another problem is shown; None: by the problem itself,
        where that is quick."""
        self._values.evaluate = evaluate

    def set_busy(self, share: float | None) -> None:
        """Say how much of the sampling is done, 0 to 1; None when there is nothing to wait for."""
        self._busy.set_share(share)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._reset.setIcon(icon("reset-view", theme))
        self._busy.set_theme(theme)
        self._canvas.set_theme(theme)

    @Slot()
    def reset_view(self) -> None:
        """Look at the whole landscape."""
        self._canvas.reset()

    def menu_at(self, x: float, y: float) -> QMenu:
        """What can be done at a point of the landscape, as a menu that ends with its closing."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Start here"), lambda: self.start_dropped.emit(x, y))
        menu.addAction(self.tr("Copy coordinates"), lambda: self._copy(x, y))
        menu.addSeparator()
        reset = menu.addAction(icon("reset-view", self._theme), self.tr("Reset view"), self.reset_view)
        reset.setEnabled(not self._canvas.at_home)
        menu.addAction(self.tr("Save picture…"), self.picture_requested.emit)
        return menu

    def paint_picture(self, painter: QPainter) -> None:
        """Paint the landscape at its present size, all trails drawn, without what only a pointer needs."""
        self._canvas.paint_all(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_overlays()

    # Inside

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _changed(self) -> None:
        self._canvas.hurry()
        self._tell()

    def _tell(self) -> None:
        if not self._telling.isActive() and self.isVisible():
            self._telling.start()

    def _place_runs(self) -> None:
        if self._is_curve:
            problem = self._problem
            # In mini-batches each value is that of other rows, beside the curve of all of them.
            lift = problem.value if problem is not None and problem.rows is not None else None
            self._canvas.runs.set_axes(1, 0, None, lift)
        else:
            dimension = self._problem.dimension if self._problem is not None else 2
            self._canvas.runs.set_axes(dimension, *self._axes)
        self._changed()

    def _show_hint(self) -> None:
        canvas = self._canvas
        text = ""
        if canvas.surface.surface is None and canvas.curve.curve is None:
            text = self.tr("Pick a function or open a table to see its landscape.")
            if self._problem is not None:
                text = self.tr("Sampling the landscape…")
        canvas.set_empty_text(text)
        self._on_looked()

    def _names(self) -> tuple[str, str]:
        assert self._problem is not None
        return self._problem.names[self._axes[0]], self._problem.names[self._axes[1]]

    def _domain(self, problem: Problem) -> Range:
        first, second = (_limits(problem.domain[axis]) for axis in self._axes)
        return Range(first, second)

    def _fits(self, surface: Surface | Curve) -> bool:
        """Whether this is a picture of the present plane, and not of one that was asked for before it."""
        problem = self._problem
        if problem is None:
            return True
        if isinstance(surface, Curve):
            return problem.dimension == 1
        plane = surface.plane
        return plane.dimension == problem.dimension and (plane.first, plane.second) == self._axes

    def _curve_range(self, curve: Curve) -> Range:
        along = _limits(self._problem.domain[0]) if self._problem is not None else _ends(curve.x)
        return Range(along, curve.value_limits)

    def _pixels(self) -> tuple[float, float]:
        frame = self._canvas.frame_at(1.0)
        return frame.x_pixel, frame.y_pixel

    def _words_at(self, x: float, y: float) -> tuple[str, float | None]:
        value = self._values.at(x, y)
        coordinates = (x,) if self._is_curve else (x, y)
        text = point_text(coordinates, self._pixels()[: len(coordinates)])
        return (f"{text}   {value_text(value)}" if value is not None else text), value

    def _tooltip(self, place: QPointF) -> str:
        """What to say of the run or the minimum at a place of the canvas."""
        canvas = self._canvas
        for standing in reversed(canvas.runs.standings()):
            if standing.step > 0 and _near(place, canvas.place_of(standing.x, standing.y)):
                return standing_text(standing, self._is_curve, self._pixels())
        if canvas.start_near(place):
            return self.tr("Drag to move the start")
        for minimum in canvas.minima:
            if _near(place, canvas.place_of(minimum.x, minimum.y)):
                coordinates = (minimum.x,) if self._is_curve else (minimum.x, minimum.y)
                point = point_text(coordinates, self._pixels()[: len(coordinates)])
                return self.tr("Minimum at {point}, {value}").format(point=point, value=value_text(minimum.value))
        return ""

    def _copy(self, x: float, y: float) -> None:
        numbers = (x,) if self._is_curve else (x, y)
        QGuiApplication.clipboard().setText(", ".join(f"{number:.10g}" for number in numbers))

    def _place_overlays(self) -> None:
        plot = self._canvas.plot
        self._busy.setGeometry(0, 0, self._canvas.width(), self._busy.height())
        self._reset.adjustSize()
        self._reset.move(round(plot.right()) - self._reset.width() - _GAP, round(plot.top()) + _GAP)
        self._readout.adjustSize()
        self._readout.move(round(plot.left()) + _GAP, round(plot.bottom()) - self._readout.height() - _GAP)

    @Slot(object)
    def _on_pointed(self, point: tuple[float, float] | None) -> None:
        if point is None:
            self._readout.hide()
            self.hovered.emit(None)
            return
        words, value = self._words_at(*point)
        self._readout.setText(words)
        self._place_overlays()
        self._readout.show()
        self.hovered.emit((*point, value))

    @Slot()
    def _on_looked(self) -> None:
        self._place_overlays()
        self._reset.setVisible(not self._canvas.at_home and not self._canvas.is_empty)
        self._settle.start()

    @Slot()
    def _on_settled(self) -> None:
        """Ask for what is shown, if it has not been sampled or only coarsely; once for every part."""
        canvas, shown = self._canvas, self._canvas.shown
        surface, curve = canvas.surface.surface, canvas.curve.curve
        if surface is not None:
            wanted = needs_sampling(shown.x, _ends(surface.x)) or needs_sampling(shown.y, _ends(surface.y))
        else:
            wanted = curve is not None and needs_sampling(shown.x, _ends(curve.x))
        if wanted and shown != self._requested:
            self._requested = shown
            self.range_changed.emit(tuple(padded(shown, _PADDING)))

    @Slot(QPoint, float, float)
    def _on_menu_requested(self, place: QPoint, x: float, y: float) -> None:
        self.menu_at(x, y).popup(place)

    @Slot()
    def _on_telling(self) -> None:
        self.setAccessibleDescription(self.summary)


def _alike(before: Problem, after: Problem) -> bool:
    """Whether these are the same problem but for an option."""
    return type(before) is type(after) and before.names == after.names and before.rows == after.rows


def _limits(domain: np.ndarray) -> Limits:
    low, high = float(domain[0]), float(domain[1])
    return (low, high) if np.isfinite([low, high]).all() and low < high else (-1.0, 1.0)


def _ends(places: np.ndarray) -> Limits:
    return float(places[0]), float(places[-1])


def _near(one: QPointF, other: QPointF) -> bool:
    return bool(np.hypot(one.x() - other.x(), one.y() - other.y()) <= _NEAR)
