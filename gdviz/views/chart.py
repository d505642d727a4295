"""A quiet chart: two axes with round marks, painted straight onto the widget; what lies between them is a subclass's.

Painted instead of assembled from pyqtgraph's plot items, because here data come reduced to pixel columns, axes stay
where they are while numbers change, and values up to the largest float have a place.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintEngine, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdviz.analysis.axis import Axis, Ticks
from gdviz.views.painter_arrays import polyline
from gdviz.views.theme import Theme

__all__ = ["Chart", "Polyline", "Stroke", "tabular"]

Floats = npt.NDArray[np.float64]

_GAP = 8.0
_TICK_TEXT_GAP = 6.0
_NAME_GAP = 14.0
_LINE_WIDTH = 1.75
_LONG_SEGMENT = 4.0
# A line longer than this, in heights of the chart, is a band of noise: dashes are counted along x instead of along it.
_LONGEST_LINE = 6.0


def tabular(font: QFont) -> QFont:
    """The font with digits of one width, where it has them, so that numbers don't jump as they change."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


class Stroke(NamedTuple):
    """How a line goes on where another one ends: how far along the dashes, and how the first was drawn."""

    along: float
    noisy: bool
    square: bool


class Polyline:
    """A line through points in pixels, made once and painted often. `dash` is in pixels, on and off in turn.

    It is drawn as single segments: Qt makes one outline of a thick path, which takes ten times as long for a smooth
    curve and a hundred times where noise fills the chart. One that is to be the continuation of another is given the
    other's `stroke` and begins with the other's last point.
    """

    def __init__(
        self, x: Floats, y: Floats, dash: tuple[float, ...], height: float, stroke: Stroke | None = None
    ) -> None:
        self.x, self.y = x, y
        lengths = np.hypot(np.diff(x), np.diff(y))
        length = float(lengths.sum())
        # Square ends close the corners between long segments; of short ones they would double the line's edges, and of
        # dashes they would close the gaps.
        begun = stroke or Stroke(0.0, length > _LONGEST_LINE * height, not dash and length > _LONG_SEGMENT * len(x))
        self._square = begun.square
        drawn: npt.NDArray[np.bool_] | None = None
        along = begun.along
        if dash and len(x) > 1:
            if begun.noisy:
                drawn = _in_dash(along + x - x[0], dash)
                along += float(x[-1] - x[0])
            else:
                along += length
                x, y, drawn = _cut_at_dashes(x, y, lengths, dash, begun.along)
        self.stroke = begun._replace(along=along % sum(dash) if dash else 0.0)
        self._segments = polyline(x, y, drawn)

    def paint(self, painter: QPainter, color: QColor, extra: float = 0.0) -> None:
        """Draw it, wider by `extra` where it is the rim of another line."""
        if len(self.x) < 2:
            return
        pen = QPen(color, _LINE_WIDTH + extra)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap if self._square else Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        self._segments.draw(painter)


class Chart(QWidget):
    """The axes of a chart and where values lie between them. Subclasses write `paint_content` and `paint_overlay`."""

    name_height = 0.0
    """The least height of the lines for names of axes."""
    keeps_axes = True
    """Whether axes that look the same may be copied; not so where a subclass paints more than names beside them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._x_axis, self._y_axis = Axis(0.0, 1.0), Axis(0.0, 1.0)
        self._x_name = self._y_name = self._note = ""
        self._whole_x = False
        self._empty_text = ""
        self._x_ticks, self._y_ticks = Ticks((), ""), Ticks((), "")
        self._plot = QRectF()
        self._ground = QPixmap()
        self._ground_key: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 110)
        # All of it is painted, so what lies behind need not be.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        return QSize(360, 240)

    @property
    def theme(self) -> Theme:
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def x_axis(self) -> Axis:
        return self._x_axis

    @property
    def y_axis(self) -> Axis:
        return self._y_axis

    @property
    def plot(self) -> QRectF:
        """Where the content lies, in pixels of the widget."""
        return self._plot

    def set_axes(self, x: Axis, y: Axis, x_name: str = "", y_name: str = "", *, whole_x: bool = False) -> None:
        """Set both axes and what they are named; `whole_x` where x is a count."""
        given = (x, y, x_name, y_name, whole_x)
        if given != (self._x_axis, self._y_axis, self._x_name, self._y_name, self._whole_x):
            self._x_axis, self._y_axis, self._x_name, self._y_name, self._whole_x = given
            self._place()
            self.update()

    def set_empty_text(self, text: str) -> None:
        """Say this in the middle, and show no axes; an empty text brings the axes back."""
        if text != self._empty_text:
            self._empty_text = text
            self.update()

    def set_note(self, text: str) -> None:
        """Say this above the chart, on the right."""
        if text != self._note:
            self._note = text
            self._place()
            self.update()

    def across(self, values: npt.ArrayLike) -> Floats:
        """The pixels of x values `(...)`, at most a chart's width beyond it."""
        width = self._plot.width()
        return self._plot.left() + np.clip(self._x_axis.fractions(values), -1, 2) * width

    def up(self, values: npt.ArrayLike) -> Floats:
        """The pixels of y values `(...)`, at most a chart's height beyond it; -inf is just below the chart."""
        height = self._plot.height()
        return self._plot.bottom() - np.clip(self._y_axis.fractions(values), -0.1, 2) * height

    # What subclasses write

    def paint_content(self, painter: QPainter) -> None:
        """Paint what lies between the axes, clipped to there."""

    def paint_overlay(self, painter: QPainter) -> None:
        """Paint what lies above it, not clipped."""

    def placed(self) -> None:
        """Called after the place of the axes has changed."""

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(self.font())
            if self._empty_text:
                painter.fillRect(self.rect(), QColor(self._theme.panel))
                self._paint_empty(painter)
            else:
                self._paint_ground(painter)
                painter.save()
                painter.setClipRect(self._plot.adjusted(-1, -3, 2, 2))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.paint_content(painter)
                painter.restore()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.paint_overlay(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font())

    def _place(self) -> None:
        """Where the axes lie: room for their texts on the left and below, a line for names above."""
        metrics = self._metrics()
        line = metrics.height()
        factor = self._y_axis.ticks(5).factor
        top = _GAP + (max(line + 4, self.name_height) if self._y_name or self._note or factor else 0)
        below = max(line + 2, self.name_height) if self._name_below() else 0
        bottom = self.height() - (line + _TICK_TEXT_GAP + 4) - below
        self._y_ticks = self._y_axis.ticks(max(2, int((bottom - top) / (3.2 * line))))
        widest = max((metrics.horizontalAdvance(tick.text) for tick in self._y_ticks.marks), default=0.0)
        # Multiples of 8 pixels, so that the chart doesn't move with every other number.
        name = 0.0 if self._name_below() else metrics.horizontalAdvance(self._x_name) + _NAME_GAP - 4
        left = math.ceil((max(widest, name, 24.0) + _TICK_TEXT_GAP + 2) / 8) * 8
        self._plot = QRectF(left, round(top), max(self.width() - left - 2 * _GAP, 1), max(round(bottom - top), 1))
        most = max(2, int(self._plot.width() / max(64.0, 5 * metrics.averageCharWidth() + 24)))
        self._x_ticks = self._x_axis.ticks(most, self._whole_x)
        self.placed()

    def _name_below(self) -> bool:
        """Whether the name of x needs a line of its own; a short one stands before the first mark."""
        return self.name_height > 0 or self._metrics().horizontalAdvance(self._x_name) > 30

    def on_screen(self, painter: QPainter) -> bool:
        """Whether what is painted is seen pixel by pixel as it is, and not magnified or kept as lines."""
        raster = painter.paintEngine().type() == QPaintEngine.Type.Raster
        return raster and painter.deviceTransform().m11() == self.devicePixelRatioF()

    def _paint_ground(self, painter: QPainter) -> None:
        """What lies below the content and seldom changes: painted once, then copied."""
        if not (self.keeps_axes and self.on_screen(painter)):
            painter.fillRect(self.rect(), QColor(self._theme.panel))
            self._paint_axes(painter)
            return
        names = (self._x_name, self._y_name, self._note, self.font().toString())
        ratio = self.devicePixelRatioF()
        key = (self.size(), ratio, self._plot, self._x_ticks, self._y_ticks, names, self._theme)
        if key != self._ground_key:
            self._ground_key = key
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(QColor(self._theme.panel))
            with QPainter(self._ground) as once:
                once.setFont(self.font())
                self._paint_axes(once)
        painter.drawPixmap(0, 0, self._ground)

    def _paint_axes(self, painter: QPainter) -> None:
        plot, metrics = self._plot, self._metrics()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._theme.line), 1))
        for tick in self._y_ticks.marks:
            if tick.text and -1e-6 <= tick.fraction <= 1 + 1e-6:
                y = round(plot.bottom() - tick.fraction * plot.height())
                painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QPen(QColor(self._theme.border_strong), 1))
        painter.drawLine(QPointF(plot.left(), plot.bottom()), QPointF(plot.right(), plot.bottom()))
        for tick in self._x_ticks.marks:
            if -1e-6 <= tick.fraction <= 1 + 1e-6:
                x = round(plot.left() + tick.fraction * plot.width())
                painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + (5 if tick.text else 3)))
        painter.setFont(tabular(self.font()))
        painter.setPen(QColor(self._theme.muted))
        self._paint_y_texts(painter, metrics)
        self._paint_x_texts(painter, metrics)
        painter.setFont(self.font())
        self.paint_names(painter)

    def _paint_y_texts(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        plot, line = self._plot, metrics.height()
        taken: list[QRectF] = []
        for tick in self._y_ticks.marks:
            y = plot.bottom() - tick.fraction * plot.height()
            place = QRectF(0, y - line / 2, plot.left() - _TICK_TEXT_GAP, line)
            if tick.text and not any(place.intersects(other) for other in taken):
                taken.append(place)
                self.write(painter, place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text)

    def _paint_x_texts(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        plot, line = self._plot, metrics.height()
        taken: list[QRectF] = []
        if self._x_name and not self._name_below():
            width = metrics.horizontalAdvance(self._x_name)
            place = QRectF(plot.left() - width - _NAME_GAP, plot.bottom() + _TICK_TEXT_GAP, width + 2, line)
            taken.append(place)
            self.write(painter, place, Qt.AlignmentFlag.AlignLeft, self._x_name)
            if self._x_ticks.factor:
                # At the far end, instead of the last number: there is no line below for it.
                width = metrics.horizontalAdvance(self._x_ticks.factor) + 2
                place = QRectF(self.width() - width, plot.bottom() + _TICK_TEXT_GAP, width, line)
                taken.append(place)
                self.write(painter, place, Qt.AlignmentFlag.AlignRight, self._x_ticks.factor)
        for tick in self._x_ticks.marks:
            width = metrics.horizontalAdvance(tick.text) + 4
            x = plot.left() + tick.fraction * plot.width() - width / 2
            place = QRectF(min(x, self.width() - width), plot.bottom() + _TICK_TEXT_GAP, width, line)
            if tick.text and not any(place.adjusted(-3, 0, 3, 0).intersects(other) for other in taken):
                taken.append(place)
                self.write(painter, place, Qt.AlignmentFlag.AlignHCenter, tick.text)

    def paint_names(self, painter: QPainter, x_taken: float = 0.0, y_taken: float = 0.0) -> None:
        """Paint the name of x in a line below where it needs one, that of y above on the left, the note on the right.

        Where a width is `taken`, something else of this width stands for the name, and only the factor is painted.
        """
        metrics = self._metrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._name_below():
            place = self.x_name_place()
            name = "" if x_taken else self._x_name
            if x_taken:
                place.setLeft(place.center().x() + x_taken / 2)
            name = _elided(metrics, name + self._factor(self._x_ticks), place.width())
            across = Qt.AlignmentFlag.AlignLeft if x_taken else Qt.AlignmentFlag.AlignHCenter
            self.write(painter, place, across | middle, name)
        place = self.y_name_place()
        place.setLeft(place.left() + y_taken)
        name = (("" if y_taken else self._y_name) + self._factor(self._y_ticks)).strip()
        self.write(painter, place, Qt.AlignmentFlag.AlignLeft | middle, _elided(metrics, name, place.width()))
        place.setLeft(place.left() + min(metrics.horizontalAdvance(name) + _GAP, place.width()))
        self.write(painter, place, Qt.AlignmentFlag.AlignRight | middle, _elided(metrics, self._note, place.width()))

    def write(self, painter: QPainter, place: QRectF, alignment: Qt.AlignmentFlag, text: str) -> None:
        """Every text of the chart goes through here."""
        painter.drawText(place, alignment, text)

    def x_name_place(self) -> QRectF:
        """The line below the chart for the name of x."""
        line = self._metrics().height()
        height = max(line, self.name_height)
        return QRectF(self._plot.left(), self.height() - height - 1, self._plot.width(), height)

    def y_name_place(self) -> QRectF:
        """The line above the chart for the name of y."""
        height = max(self._metrics().height(), self.name_height)
        return QRectF(_GAP, self._plot.top() - height - 5, self.width() - 2 * _GAP, height)

    @staticmethod
    def _factor(ticks: Ticks) -> str:
        return f"  {ticks.factor}" if ticks.factor else ""

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.muted))
        place = QRectF(self.rect()).adjusted(16, 16, -16, -16)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)


def _elided(metrics: QFontMetricsF, text: str, width: float) -> str:
    return str(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))


def _in_dash(along: Floats, dash: tuple[float, ...]) -> npt.NDArray[np.bool_]:
    """Whether places `(n,)` so far along a line are within a dash."""
    ends = np.cumsum(dash)
    within: npt.NDArray[np.bool_] = np.searchsorted(ends, np.mod(along, ends[-1]), side="right") % 2 == 0
    return within


def _cut_at_dashes(
    x: Floats, y: Floats, lengths: Floats, dash: tuple[float, ...], begin: float
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """The same line with a point wherever a dash begins or ends, and which of its segments are drawn.

    `begin` is how far along the dashes it begins.
    """
    along = begin + np.concatenate([[0.0], np.cumsum(lengths)])
    ends = np.cumsum(dash)
    periods = np.arange(int(along[-1] / ends[-1]) + 1) * ends[-1]
    cuts = (periods[:, None] + ends).ravel()
    places = np.union1d(along, cuts[(cuts > begin) & (cuts < along[-1])])
    drawn = _in_dash((places[:-1] + places[1:]) / 2, dash)
    return np.interp(places, along, x), np.interp(places, along, y), np.append(drawn, False)
