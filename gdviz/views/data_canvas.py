"""Paints the rows of a table as points, with the lines, boundaries and probabilities of fits over and behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QToolTip, QWidget

from gdviz.views.chart import Chart, Polyline
from gdviz.views.plain_text import as_tip
from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import Theme, run_color, run_dash

__all__ = ["DataCanvas", "FitLine", "RowPoints", "class_color"]

Floats = npt.NDArray[np.float64]

_CLASS_SYMBOLS = ("circle", "triangle_up", "square", "diamond", "triangle_down", "pentagon", "hexagon", "star")
# Of the third class and those after it, for a light and a dark window; none is the colour of a run.
_MORE_CLASSES = {
    False: ("#a0660a", "#7b4fa3", "#2f7d5b", "#a83a5b", "#4c6b8a", "#6d6a1f"),
    True: ("#e0a94a", "#b78be0", "#63bf94", "#e07f9d", "#8fb0d0", "#b9b45a"),
}
_MANY_ROWS = 600
_VERY_MANY_ROWS = 2_000
_NEAR = 8.0
_CHOICE_SHARE = 0.5
_AROUND_CHOICE = 56
_CLASS_GAP = 24.0


class FitLine(NamedTuple):
    """A line `(m, 2)` in values of the axes, in the style of a run."""

    style: int
    points: Floats


@dataclass(frozen=True, eq=False)
class RowPoints:
    """The rows drawn: where `(n,)` each, of which of the classes `(n,)`, and what is said of each in a tooltip."""

    x: Floats = field(default_factory=lambda: np.empty(0))
    y: Floats = field(default_factory=lambda: np.empty(0))
    classes: npt.NDArray[np.intp] | None = None
    class_names: tuple[str, ...] = ()
    table_rows: npt.NDArray[np.intp] | None = None


class DataCanvas(Chart):
    """The chart of a `DataView`, which gives it points, lines and probabilities.

    `x_choice` and `y_choice` take the place of the names of the axes where they are not hidden.
    """

    name_height = 26.0
    keeps_axes = False

    def __init__(self, theme: Theme, x_choice: QComboBox, y_choice: QComboBox, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._x_choice, self._y_choice = x_choice, y_choice
        for choice in (x_choice, y_choice):
            choice.setParent(self)
        self._points = RowPoints()
        self._lines: tuple[FitLine, ...] = ()
        self._drawn_lines: list[tuple[int, Polyline]] | None = None
        self._probabilities: Floats | None = None
        self._background: QImage | None = None
        self._layer: QPixmap | None = None

    @property
    def points(self) -> RowPoints:
        return self._points

    @property
    def lines(self) -> tuple[FitLine, ...]:
        return self._lines

    @property
    def probabilities(self) -> Floats | None:
        """What lies behind the points, `(n, n)`, lowest y first; of k classes `(n, n, k)`."""
        return self._probabilities

    def set_points(self, points: RowPoints) -> None:
        self._points = points
        self._layer = None
        self.update()

    def set_fit(self, lines: Sequence[FitLine], probabilities: Floats | None) -> None:
        """Draw these lines, and these probabilities all over the chart behind the points."""
        self._lines = tuple(lines)
        self._drawn_lines = None
        self._probabilities = probabilities
        self._background = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._layer = self._background = None

    def placed(self) -> None:
        self._layer = self._drawn_lines = None
        for choice, place, left in (
            (self._x_choice, self.x_name_place(), None),
            (self._y_choice, self.y_name_place(), 0.0),
        ):
            text = choice.fontMetrics().horizontalAdvance(choice.currentText())
            width = min(text + _AROUND_CHOICE, int(self.width() * _CHOICE_SHARE))
            x = place.center().x() - width / 2 if left is None else left
            height = round(place.height())
            choice.setGeometry(round(x), round(place.center().y() - height / 2), width, height)

    def paint_names(self, painter: QPainter, x_taken: float = 0.0, y_taken: float = 0.0) -> None:
        # What can be chosen is its own name.
        choices = (self._x_choice, self._y_choice)
        across, up = (0.0 if choice.isHidden() else float(choice.width()) for choice in choices)
        super().paint_names(painter, across, up)

    # Painting

    def paint_content(self, painter: QPainter) -> None:
        if self._probabilities is not None:
            if self._background is None:
                self._background = _tinted(self._probabilities, self.theme)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.plot, self._background)
        painter.drawPixmap(QPointF(0, 0), self._points_layer())
        for style, line in self._pixel_lines():
            line.paint(painter, QColor(self.theme.panel), extra=3.0)
            line.paint(painter, run_color(self.theme, style), extra=0.5)

    def paint_overlay(self, painter: QPainter) -> None:
        """The names of the classes with their symbols, above the chart on the right, as long as there is room for."""
        names = self._points.class_names
        if not names:
            return
        metrics = QFontMetricsF(self.font())
        left = 0.0 if self._y_choice.isHidden() else float(self._y_choice.geometry().right())
        room = (self.width() - 8 - left) / len(names) - _CLASS_GAP
        middle = self.y_name_place().center().y()
        right = self.width() - 8.0
        for index, name in reversed(list(enumerate(names))):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 0.0))
            width = metrics.horizontalAdvance(text)
            place = QRectF(right - width, middle - metrics.height() / 2, width + 1, metrics.height())
            painter.setPen(QColor(self.theme.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, text)
            symbol = QPointF(place.left() - 9, middle)
            draw_symbol(painter, _symbol(index), symbol, 9.0, class_color(self.theme, index))
            right = place.left() - _CLASS_GAP

    def _pixel_lines(self) -> list[tuple[int, Polyline]]:
        if self._drawn_lines is None:
            height = self.plot.height()
            self._drawn_lines = [
                (
                    line.style,
                    Polyline(self.across(line.points[:, 0]), self.up(line.points[:, 1]), run_dash(line.style), height),
                )
                for line in self._lines
            ]
        return self._drawn_lines

    def _points_layer(self) -> QPixmap:
        """The points, painted once for a size and a theme."""
        scale = self.devicePixelRatioF()
        size = self.size() * scale
        if self._layer is None or self._layer.size() != size:
            self._layer = QPixmap(size)
            self._layer.setDevicePixelRatio(scale)
            self._layer.fill(Qt.GlobalColor.transparent)
            with QPainter(self._layer) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_points(painter, scale)
        return self._layer

    def _paint_points(self, painter: QPainter, scale: float) -> None:
        points = self._points
        count = len(points.x)
        size = 8.0 if count <= _MANY_ROWS else 6.0 if count <= _VERY_MANY_ROWS else 4.0
        classes = np.zeros(len(points.x), dtype=np.intp) if points.classes is None else points.classes
        kinds = max(2, int(classes.max(initial=0)) + 1)
        stamps = [self._stamp(index, size, scale, count) for index in range(kinds)]
        half = stamps[0].width() / scale / 2
        places = zip(self.across(points.x).tolist(), self.up(points.y).tolist(), classes.tolist(), strict=True)
        for x, y, index in places:
            painter.drawPixmap(QPointF(x - half, y - half), stamps[index])

    def _stamp(self, index: int, size: float, scale: float, count: int) -> QPixmap:
        """A symbol with a rim in the background's colour, so that neighbours stay apart."""
        side = round((size + 4) * scale)
        stamp = QPixmap(side, side)
        stamp.setDevicePixelRatio(scale)
        stamp.fill(Qt.GlobalColor.transparent)
        with QPainter(stamp) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(0.85 if count <= _MANY_ROWS else 0.5)
            middle = QPointF(side / scale / 2, side / scale / 2)
            if count <= _MANY_ROWS:
                draw_symbol(painter, _symbol(index), middle, size + 2.5, QColor(self.theme.panel))
            draw_symbol(painter, _symbol(index), middle, size, class_color(self.theme, index))
        return stamp

    # The pointer

    def row_at(self, place: QPointF) -> int | None:
        """Which of the points is under the pointer."""
        if len(self._points.x) == 0:
            return None
        distances = np.hypot(self.across(self._points.x) - place.x(), self.up(self._points.y) - place.y())
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _NEAR else None

    def tip(self, index: int) -> str:
        """What is said of a point."""
        points = self._points
        row = index if points.table_rows is None else int(points.table_rows[index])
        text = self.tr("row {row}: {x:.6g}, {y:.6g}").format(row=row + 1, x=points.x[index], y=points.y[index])
        if points.classes is not None:
            text += f", {points.class_names[points.classes[index]]}"
        return text

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.row_at(QPointF(event.pos()))
            if index is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), as_tip(self.tip(index)), self)
            return True
        return bool(super().event(event))


def class_color(theme: Theme, index: int) -> QColor:
    """The colour of a class: grey, the accent, and others, so that the runs keep theirs for themselves."""
    colors = (theme.muted, theme.accent, *_MORE_CLASSES[theme.is_dark])
    return QColor(colors[index % len(colors)])


def _symbol(index: int) -> str:
    return _CLASS_SYMBOLS[index % len(_CLASS_SYMBOLS)]


def _tinted(probabilities: Floats, theme: Theme) -> QImage:
    """Probabilities `(n, n)` of the second class or `(n, n, k)` of all, lowest y first, as an image: a soft tint of the
    likeliest class, none where all are alike."""
    if probabilities.ndim == 2:
        probabilities = np.stack([1.0 - probabilities, probabilities], axis=-1)
    count = probabilities.shape[-1]
    panel = _rgb(QColor(theme.panel))
    colors = np.stack([_rgb(class_color(theme, index)) for index in range(count)])
    even = 1.0 / count
    share = ((probabilities.max(axis=-1) - even) / (1.0 - even))[..., None] * 0.24
    target = colors[probabilities.argmax(axis=-1)]
    pixels = np.ascontiguousarray(np.flipud(panel + (target - panel) * share + 0.5).astype(np.uint8))
    height, width, _ = pixels.shape
    # copy(): the image must not look into an array that is about to go.
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _rgb(color: QColor) -> Floats:
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)
