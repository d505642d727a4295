"""An experiment as one picture: its landscape with every descent up to a step, the curves beside it, the runs by name.

Made of the window's own views, off screen and without the controls, so that a picture shows what the window shows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QWidget

from gdviz.analysis.plane import Curve, Plane, Surface, sample_curve, surface_of
from gdviz.errors import InputError
from gdviz.experiment.atomic import replacing
from gdviz.experiment.experiment import Experiment, ViewChoice
from gdviz.problems import Problem
from gdviz.problems.fit import DataFit
from gdviz.runs.trajectory import Trajectory
from gdviz.views.curves import CurveView
from gdviz.views.data_view import DataView
from gdviz.views.landscape import LandscapeView
from gdviz.views.run_mark import draw_mark
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT, Theme, apply_theme

__all__ = ["PictureSpec", "render_experiment", "save_picture"]

_MARGIN = 20
_GAP = 12


@dataclass(frozen=True, eq=False)
class PictureSpec:
    """What a picture shows: `axes` are the parameters across and up, `step` the last step drawn of every run."""

    title: str
    problem: Problem
    surface: Surface | Curve
    axes: tuple[int, int]
    runs: tuple[ShownRun, ...]
    step: int
    view: ViewChoice


def render_experiment(
    experiment: Experiment,
    trajectories: Mapping[str, Trajectory],
    problem: Problem,
    path: Path,
    size: tuple[int, int],
    theme: str = "light",
    step: int | None = None,
) -> None:
    """Draw an experiment that has been run into `path`, a .png or .svg of this size in pixels, at `step` or the last.

    `trajectories` are by label, as `Experiment.run` gives them. Makes a QApplication off screen where there is none.
    Raises `InputError` where the file can't be written.
    """
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    program = QApplication.instance() or QApplication([])
    colors = DARK if theme == "dark" else LIGHT
    assert isinstance(program, QApplication)
    apply_theme(program, colors)
    labels = experiment.labels()
    runs = tuple(
        ShownRun(entry.key, labels[entry.key], entry.style, trajectories[labels[entry.key]])
        for entry in experiment.runs
        if labels[entry.key] in trajectories
    )
    last = max((run.trajectory.steps for run in runs), default=0)
    shown = last if step is None else min(step, last)
    axes = _axes(experiment.view, problem)
    spec = PictureSpec(
        title=experiment.title,
        problem=problem,
        surface=_surface(problem, axes, runs, shown),
        axes=axes,
        runs=runs,
        step=shown,
        view=experiment.view,
    )
    save_picture(spec, path, QSize(*size), colors)


def save_picture(spec: PictureSpec, path: Path, size: QSize, theme: Theme) -> None:
    """Draw what `spec` says into a .png or .svg; raises `InputError` where it can't be written."""
    ending = path.suffix.lower()
    if ending not in (".png", ".svg"):
        raise InputError(f"pictures are written as .png or .svg, not as {ending or 'a file without ending'}.")
    sheet = _Sheet(spec, size, theme)
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    try:
        (_paint_png if ending == ".png" else _paint_svg)(sheet, content)
    finally:
        sheet.close()
        sheet.deleteLater()
    with replacing(path) as file:
        file.write(content.data().data())


def _paint_png(sheet: _Sheet, content: QBuffer) -> None:
    image = QImage(sheet.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sheet.paint(painter)
    painter.end()
    QImageWriter(content, QByteArray(b"png")).write(image)


def _paint_svg(sheet: _Sheet, content: QBuffer) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(content)
    generator.setSize(sheet.size())
    # Letters are as large as on the screen, whose points the page was laid out in.
    generator.setResolution(sheet.logicalDpiX())
    generator.setViewBox(QRect(QPoint(0, 0), sheet.size()))
    generator.setTitle(sheet.title)
    painter = QPainter(generator)
    sheet.paint(painter)
    painter.end()


def _axes(view: ViewChoice, problem: Problem) -> tuple[int, int]:
    names = problem.names
    chosen = [names.index(name) for name in view.plane or () if name in names]
    return (chosen[0], chosen[1]) if len(chosen) == 2 else (0, min(1, problem.dimension - 1))


def _surface(problem: Problem, axes: tuple[int, int], runs: tuple[ShownRun, ...], step: int) -> Surface | Curve:
    domain = [(float(low), float(high)) for low, high in problem.domain]
    if problem.dimension == 1:
        *_, last = sample_curve(problem, domain[0])
        assert isinstance(last.picture, Curve)
        return last.picture
    # Parameters that are not on the axes are held where the first run stands, as in the window.
    through = np.array(problem.start)
    if runs:
        first = runs[0].trajectory
        through = np.array(first.points[min(step, first.steps)])
    return surface_of(problem, Plane.of(problem, through, *axes), domain[axes[0]], domain[axes[1]])


class _Sheet(QWidget):
    """The page: title, landscape, and two views at its right. Never shown; painted part by part."""

    def __init__(self, spec: PictureSpec, size: QSize, theme: Theme) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.resize(size)
        self._spec = spec
        self._theme = theme
        self.title = spec.title or spec.problem.label
        self._landscape = LandscapeView(theme, self)
        self._side: list[CurveView | DataView] = [CurveView("values", self.tr("Loss"), theme, self)]
        if isinstance(spec.problem, DataFit):
            self._side.append(DataView(theme, self))
        else:
            self._side.append(CurveView("gradient_norms", self.tr("Gradient norm"), theme, self))
        self._place()
        self._fill()

    def paint(self, painter: QPainter) -> None:
        """Paint the page from its corner."""
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self._paint_title(painter)
        self._paint_legend(painter)
        painter.save()
        painter.translate(self._landscape.pos())
        self._landscape.paint_picture(painter)
        painter.restore()
        for view in self._side:
            painter.setFont(self._bold(1.0))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(view.pos() - QPoint(0, 4), view.accessibleName())
            painter.save()
            painter.translate(view.pos())
            view.canvas.render(painter, QPoint(0, 0), renderFlags=QWidget.RenderFlag(0))
            painter.restore()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        line = self.fontMetrics().height()
        self._legend_top = _MARGIN + 2 * line + _GAP
        top = self._legend_top + line + _GAP
        side = max(160, (width - 2 * _MARGIN - _GAP) * 3 // 10)
        main = width - 2 * _MARGIN - _GAP - side
        self._landscape.setGeometry(_MARGIN, top, main, height - top - _MARGIN)
        half = (height - top - _MARGIN + _GAP) // 2
        for place, view in enumerate(self._side):
            place_top = top + place * half + line
            view.setGeometry(_MARGIN + main + _GAP, place_top, side, half - line - _GAP)
            # Without the controls around it a view's chart has all of its room.
            view.canvas.setFixedSize(side, half - line - _GAP)

    def _fill(self) -> None:
        spec = self._spec
        self._landscape.set_problem(spec.problem)
        self._landscape.set_plane(*spec.axes, spec.problem.start)
        self._landscape.set_surface(spec.surface)
        for view in self._side:
            if isinstance(view, DataView):
                view.set_problem(spec.problem)
            else:
                view.set_scales(spec.view.value_scale, spec.view.step_scale)
                view.set_floor(spec.problem.minimum_value)
        self.show()
        views: list[LandscapeView | CurveView | DataView] = [self._landscape, *self._side]
        for shown in views:
            shown.set_runs(spec.runs)
            shown.show_step(spec.step)
            shown.refresh()

    def _paint_title(self, painter: QPainter) -> None:
        line = self.fontMetrics().height()
        painter.setFont(self._bold(1.35))
        painter.setPen(QColor(self._theme.text))
        painter.drawText(QRectF(_MARGIN, _MARGIN - 6, self.width() - 2 * _MARGIN, line * 1.5), 0, self.title)
        painter.setFont(self.font())
        painter.setPen(QColor(self._theme.muted))
        words = [self._spec.problem.label, self._spec.problem.formula]
        words.append(self.tr("step {step}").format(step=self._spec.step))
        text = "   ".join(word for word in words if word)
        painter.drawText(QRectF(_MARGIN, _MARGIN + line * 1.2, self.width() - 2 * _MARGIN, line * 1.4), 0, text)

    def _paint_legend(self, painter: QPainter) -> None:
        """Mark, name and value of every run, as far as there is room."""
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        left = float(_MARGIN)
        for run in self._spec.runs:
            value = run.trajectory.values[min(self._spec.step, run.trajectory.steps)]
            text = f"{run.title}  {value:.3g}"
            wide = metrics.horizontalAdvance(text)
            if left + 40 + wide > self.width() - _MARGIN:
                break
            draw_mark(painter, QRectF(left, self._legend_top, 34, metrics.height()), run.style, self._theme)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QPointF(left + 40, self._legend_top + metrics.ascent()), text)
            left += 40 + wide + 20

    def _bold(self, scale: float) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * scale)
        return font
