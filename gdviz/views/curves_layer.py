"""The curves of runs as a picture to which only the newest pixel columns are added while the runs grow.

All columns in which nothing can change any more, but for the last few of them, are kept as an image; a frame copies it
and draws the rest. The image is made anew when the axes, the size or the runs are others, when an earlier step is
shown, and whenever some columns more are done, so that what is seen doesn't depend on how it came about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from gdviz.analysis.column_curve import ColumnCurve
from gdviz.views.chart import Chart, Polyline, Stroke
from gdviz.views.shown import ShownRun
from gdviz.views.theme import run_color, run_dash

__all__ = ["CurveEntry", "CurveLayer"]

_STRIDE = 16
"""So many columns more are done before they are taken into the image: they are drawn anew at every frame until then."""


class CurveEntry(NamedTuple):
    """A run and its curve."""

    run: ShownRun
    curve: ColumnCurve


class _Kept(NamedTuple):
    """The last point of a curve in the image, and how its line goes on."""

    x: float
    y: float
    stroke: Stroke


class CurveLayer:
    """Owned by the chart that it paints on."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._image = QImage()
        self._place = QPointF()
        self._key: tuple[object, ...] = ()
        self._kept: list[_Kept | None] = []

    def lines(self, entries: Sequence[CurveEntry], shown: int, ratio: float) -> list[Polyline]:
        """The whole line of every curve up to the shown step, for a device of so many pixels to one of the chart."""
        columns = self._columns(ratio)
        return [self._line(entry, shown, columns, 0, columns, None) for entry in entries]

    def paint(self, painter: QPainter, entries: Sequence[CurveEntry], shown: int, ratio: float) -> None:
        """Paint the curves up to the shown step on a screen of so many pixels to one of the chart."""
        columns = self._columns(ratio)
        done = self._done(entries, shown, columns)
        if done:
            self._keep(entries, shown, ratio, columns, done)
            painter.drawImage(self._place, self._image)
        kept = self._kept if done else [None] * len(entries)
        # Beyond the shown step there is nothing to be looked for.
        end = min(self._column(shown, columns) + 2, columns)
        for entry, before in zip(entries, kept, strict=True):
            line = self._line(entry, shown, columns, done, end, before)
            line.paint(painter, run_color(self._chart.theme, entry.run.style))

    def _columns(self, ratio: float) -> int:
        return max(1, round(self._chart.plot.width() * ratio))

    def _done(self, entries: Sequence[CurveEntry], shown: int, columns: int) -> int:
        """How many columns are complete in all curves, in whole strides."""
        newest = [shown]
        for _, curve in entries:
            if curve.behind or not curve.trajectory.finished:
                newest.append(curve.length - 1)
        return self._column(max(min(newest), 0), columns) // _STRIDE * _STRIDE

    def _column(self, step: int, columns: int) -> int:
        """The column that a step lies in, or the nearest one."""
        share = float(self._chart.x_axis.fractions(step))
        return min(max(math.floor(share * columns), 0), columns - 1)

    def _keep(self, entries: Sequence[CurveEntry], shown: int, ratio: float, columns: int, done: int) -> None:
        """Have the image hold these columns."""
        chart = self._chart
        curves = tuple((entry.run.style, entry.curve) for entry in entries)
        key = (chart.x_axis, chart.y_axis, chart.plot.getRect(), ratio, chart.theme, curves, done)
        if key == self._key:
            return
        self._key = key
        # In whole pixels of the device, so that it is copied as it is; with a rim for what is drawn over the edges.
        left, top = (math.floor(edge * ratio) for edge in (chart.plot.left() - 2, chart.plot.top() - 4))
        right, bottom = (math.ceil(edge * ratio) for edge in (chart.plot.right() + 3, chart.plot.bottom() + 3))
        self._place = QPointF(left / ratio, top / ratio)
        self._image = QImage(right - left, bottom - top, QImage.Format.Format_ARGB32_Premultiplied)
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        self._kept = []
        with QPainter(self._image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-self._place)
            painter.setClipRect(QRectF(chart.plot).adjusted(-1, -3, 2, 2))
            for entry in entries:
                line = self._line(entry, shown, columns, 0, done, None)
                line.paint(painter, run_color(chart.theme, entry.run.style))
                some = len(line.x) > 0
                self._kept.append(_Kept(float(line.x[-1]), float(line.y[-1]), line.stroke) if some else None)

    def _line(
        self, entry: CurveEntry, shown: int, columns: int, begin: int, end: int, before: _Kept | None
    ) -> Polyline:
        """The line of a curve in the columns from `begin` up to `end`, going on from what is kept."""
        chart = self._chart
        steps, values = entry.curve.outline(chart.x_axis, columns, shown, begin, end)
        x, y = chart.across(steps), chart.up(values)
        if before is not None:
            x, y = np.concatenate([[before.x], x]), np.concatenate([[before.y], y])
        stroke = before.stroke if before is not None else None
        return Polyline(x, y, run_dash(entry.run.style), chart.plot.height(), stroke)
