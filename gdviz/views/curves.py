"""Loss or gradient norm per step: a legend that names the runs, the scales, and the chart.

The view keeps a `ColumnCurve` for every run and pulls only new rows into it; what is drawn has at most two points a
pixel column, however long the runs are. Later steps than the shown one are not drawn, though the axes leave room.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gdviz.analysis.axis import readable
from gdviz.analysis.column_curve import ColumnCurve, CurveColumn, has_logarithm, step_axis, value_axis
from gdviz.runs.stopping import StopReason
from gdviz.views.curves_canvas import CurveCanvas, CurveEntry
from gdviz.views.curves_legend import CurveLegend
from gdviz.views.shown import ShownRun
from gdviz.views.theme import Theme, icon

__all__ = ["CurveView"]

# Rows taken in before the next frame; about 2 ms of work. A long run that is new here comes in over several frames.
_MOST_ROWS = 400_000


class CurveView(QWidget):
    """The curves of one column of every run's trajectory, up to the shown step; `title` is what they are called."""

    step_requested = Signal(int)
    """A click, a drag or the wheel over the chart asks for this step."""
    value_scale_changed = Signal(str)
    """The user chose "linear" or "log" for the values."""
    step_scale_changed = Signal(str)
    """The user chose "linear" or "log" for the steps."""

    def __init__(self, column: CurveColumn, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = column
        self._theme = theme
        self._floor: float | None = None
        self._runs: tuple[ShownRun, ...] = ()
        self._curves: dict[int, ColumnCurve] = {}
        self._ended: tuple[StopReason | None, ...] = ()
        self._hidden: frozenset[int] = frozenset()
        self.setAccessibleName(title)
        self._log_values = self._toggle(self.tr("log ↕"), self.tr("Values on a logarithmic axis"), checked=True)
        self._log_steps = self._toggle(self.tr("log ↔"), self.tr("Steps on a logarithmic axis"), checked=False)
        self._all_steps = QToolButton()
        self._all_steps.setToolTip(self.tr("Show all steps; Ctrl and the wheel show fewer"))
        self._all_steps.setIconSize(QSize(16, 16))
        self._legend = CurveLegend(theme, self._controls())
        self._canvas = CurveCanvas(theme)
        self._canvas.setAccessibleName(title)
        self._canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._set_curves(())

    def _toggle(self, text: str, tip: str, checked: bool) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(True)
        button.setChecked(checked)
        return button

    def _controls(self) -> QWidget:
        controls = QWidget()
        layout = QHBoxLayout(controls)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for button in (self._log_values, self._log_steps, self._all_steps):
            layout.addWidget(button)
        return controls

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._legend)
        layout.addWidget(self._canvas, 1)

    def _connect(self) -> None:
        self._log_values.clicked.connect(self._on_log_values_clicked)
        self._log_steps.clicked.connect(self._on_log_steps_clicked)
        self._all_steps.clicked.connect(self._canvas.show_all)
        self._canvas.step_requested.connect(self.step_requested)
        self._canvas.part_changed.connect(self._update_axes)
        self._canvas.customContextMenuRequested.connect(self._on_context_menu_requested)
        self._legend.visibility_changed.connect(self._on_visibility_changed)
        self._later.timeout.connect(self.refresh)

    @property
    def canvas(self) -> CurveCanvas:
        return self._canvas

    @property
    def legend(self) -> CurveLegend:
        return self._legend

    @property
    def value_scale(self) -> str:
        return "log" if self._log_values.isChecked() else "linear"

    @property
    def step_scale(self) -> str:
        return "log" if self._log_steps.isChecked() else "linear"

    @property
    def note(self) -> str:
        """What stands above the values where their scale isn't plainly what was asked for."""
        if self.value_scale == "linear":
            return ""
        if not self._logarithmic:
            return self.tr("linear: not all values are above 0") if self._curves else ""
        return self.tr("above the minimum, {value}").format(value=readable(self._base, 4)) if self._base else ""

    def set_scales(self, value_scale: str, step_scale: str) -> None:
        """Choose "linear" or "log" for values and steps, without a signal."""
        self._log_values.setChecked(value_scale == "log")
        if step_scale != self.step_scale:
            self._log_steps.setChecked(step_scale == "log")
            self._canvas.show_all()
        self._update_axes()

    def set_floor(self, floor: float | None) -> None:
        """Say the lowest value there can be, where it is known: below 0, logarithms are measured from there."""
        if floor != self._floor:
            self._floor = floor
            self._set_curves(self._runs)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs; curves of trajectories that are shown already are kept."""
        self._runs = tuple(runs)
        self._hidden &= {run.key for run in runs}
        self._legend.set_runs(self._runs, self._hidden)
        self._set_curves(self._runs)

    @property
    def shown_step(self) -> int:
        """The step up to which the curves are drawn."""
        return self._canvas.shown_step

    def show_step(self, step: int) -> None:
        """Draw the curves up to this step."""
        self._canvas.set_shown(step)

    @Slot()
    def refresh(self) -> None:
        """Take in what the runs have recorded since, and draw it before the next frame."""
        left = _MOST_ROWS
        for curve in self._curves.values():
            left -= curve.catch_up(left)
        # A run may be told to have ended only after its last row was taken in, and the axes depend on that too.
        ended = tuple(run.trajectory.stop_reason for run in self._runs)
        if left < _MOST_ROWS or ended != self._ended:
            self._ended = ended
            self._update_axes()
            self._canvas.redraw()
        if left == 0 and self.isVisible():
            self._later.start()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._all_steps.setIcon(icon("reset-view", theme))
        self._legend.set_theme(theme)
        self._canvas.set_theme(theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.panel))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # While hidden nobody asked for what is new.
        self.refresh()

    @property
    def _base(self) -> float:
        """What logarithms are measured from: 0, or the lowest value where that is below."""
        known = 0.0 if self._floor is None or self._column != "values" else self._floor
        return min(known, 0.0)

    @property
    def _logarithmic(self) -> bool:
        known = self._column != "values" or self._floor is not None
        return self._log_values.isChecked() and has_logarithm(self._curves.values(), known)

    def _set_curves(self, runs: Sequence[ShownRun]) -> None:
        old, self._curves = self._curves, {}
        for run in runs:
            curve = old.get(run.key)
            if curve is None or curve.trajectory is not run.trajectory or curve.floor != self._base:
                curve = ColumnCurve(run.trajectory, self._column, self._base)
            self._curves[run.key] = curve
        self._canvas.set_empty_text("" if runs else self.tr("Curves appear here as soon as there is a run."))
        self._show_entries()
        self.refresh()
        self._update_axes()

    def _show_entries(self) -> None:
        self._canvas.set_entries(
            [CurveEntry(run, self._curves[run.key]) for run in self._runs if run.key not in self._hidden]
        )

    def _update_axes(self) -> None:
        whole = step_axis([run.trajectory for run in self._runs], self._log_steps.isChecked())
        steps = self._canvas.in_view(whole)
        curves = [entry.curve for entry in self._canvas.entries]
        values = value_axis(curves, steps, self._logarithmic)
        self._canvas.set_axes(steps, values, self.tr("step"), whole_x=True)
        self._canvas.set_note(self.note)
        self._all_steps.setEnabled(self._canvas.part is not None)

    @Slot()
    def _on_log_values_clicked(self) -> None:
        self._update_axes()
        self.value_scale_changed.emit(self.value_scale)

    @Slot()
    def _on_log_steps_clicked(self) -> None:
        self._canvas.show_all()
        self._update_axes()
        self.step_scale_changed.emit(self.step_scale)

    @Slot(int, bool)
    def _on_visibility_changed(self, key: int, visible: bool) -> None:
        self._hidden = self._hidden - {key} if visible else self._hidden | {key}
        self._legend.set_runs(self._runs, self._hidden)
        self._show_entries()
        self._update_axes()

    @Slot(QPoint)
    def _on_context_menu_requested(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        step = self._canvas.hovered_step
        if step is not None and self._runs:
            show = menu.addAction(self.tr("Show step {step}").format(step=step))
            show.triggered.connect(lambda: self.step_requested.emit(step))
            menu.addSeparator()
        for button in (self._log_values, self._log_steps):
            action = menu.addAction(button.toolTip())
            action.setCheckable(True)
            action.setChecked(button.isChecked())
            action.triggered.connect(button.click)
        menu.addSeparator()
        everything = menu.addAction(self.tr("Show all steps"))
        everything.setEnabled(self._canvas.part is not None)
        everything.triggered.connect(self._canvas.show_all)
        menu.popup(self._canvas.mapToGlobal(place))
