"""Small pictures of the functions, drawn with the landscape's own bands and lines, a little at a time while idle."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF, QTransform

from gdviz.analysis.contours import ContourLevel, contour_lines
from gdviz.analysis.levels import Levels, bands, contour_levels
from gdviz.analysis.plane import Curve, Plane, Sampled, Surface, sample_curve, sample_surface
from gdviz.problems import PROBLEMS, Problem
from gdviz.views.painter_arrays import path
from gdviz.views.theme import Theme

__all__ = ["PICTURE_SIZE", "Thumbnails", "function_classes"]

PICTURE_SIZE = QSize(256, 160)
"""Pixels of a picture; it is shown smaller."""

_SECONDS_A_TURN = 0.006
_LINES = 9
_BANDS = 255
_CURVE_MARGIN = 0.1


def function_classes() -> tuple[type[Problem], ...]:
    """The problems that need nothing but their defaults: those that can be shown in a picture and chosen by a click."""
    return tuple(entry for entry in PROBLEMS if not any(_is_required(item) for item in dataclasses.fields(entry)))


def _is_required(item: dataclasses.Field[object]) -> bool:
    return item.init and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


class Thumbnails(QObject):
    """Draws pictures of problems by name when they are first asked for, and keeps them for both themes."""

    drawn = Signal(str)
    """The picture of this problem is there now."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._samples: dict[str, _Sample] = {}
        self._pixmaps: dict[tuple[str, str], QPixmap] = {}
        self._asked: dict[str, None] = {}
        self._failed: set[str] = set()
        self._sampling: tuple[str, Iterator[Sampled]] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timeout)

    def pixmap(self, name: str) -> QPixmap | None:
        """The picture of this problem; where it is not there yet it is drawn soon, and `drawn` tells."""
        known = self._pixmaps.get((self._theme.name, name))
        if known is None and name not in self._failed:
            self._asked[name] = None
            self._timer.start()
        return known

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    @Slot()
    def _on_timeout(self) -> None:
        deadline = perf_counter() + _SECONDS_A_TURN
        while self._asked and perf_counter() < deadline:
            name = next(iter(self._asked))
            try:
                self._advance(name)
            except Exception:
                # Once is enough: the next turn goes on with the others.
                self._asked.pop(name, None)
                self._failed.add(name)
                self._sampling = None
                raise
        if not self._asked:
            self._timer.stop()

    def _advance(self, name: str) -> None:
        """One slice of work for the picture of this problem."""
        sample = self._samples.get(name)
        if sample is not None:
            del self._asked[name]
            self._pixmaps[self._theme.name, name] = _painted(sample, self._theme)
            self.drawn.emit(name)
            return
        if self._sampling is None or self._sampling[0] != name:
            self._sampling = (name, _sampled(PROBLEMS.get(name)()))
        picture = next(self._sampling[1]).picture
        if picture is not None:
            self._samples[name] = _Sample.of(picture)
            self._sampling = None


@dataclasses.dataclass(frozen=True, eq=False)
class _Sample:
    """A sampled function with what both themes draw of it."""

    picture: Surface | Curve
    levels: Levels | None = None
    lines: tuple[ContourLevel, ...] = ()

    @classmethod
    def of(cls, picture: Surface | Curve) -> _Sample:
        if isinstance(picture, Curve):
            return cls(picture)
        levels = contour_levels(picture.values, most=_LINES)
        return cls(picture, levels, contour_lines(picture, levels))


def _sampled(problem: Problem) -> Iterator[Sampled]:
    domain = [(float(low), float(high)) for low, high in problem.domain]
    if problem.dimension == 1:
        return sample_curve(problem, domain[0], PICTURE_SIZE.width())
    # Half the pixels each way are enough for bands, which are smooth, unless there are ripples to see.
    share = 1 if problem.family == "ripples" else 2
    grid = (PICTURE_SIZE.width() // share, PICTURE_SIZE.height() // share)
    return sample_surface(problem, Plane.of(problem), domain[0], domain[1], grid, preview=None)


def _painted(sample: _Sample, theme: Theme) -> QPixmap:
    pixmap = QPixmap(PICTURE_SIZE)
    pixmap.fill(QColor(theme.band_stops[0][1]))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if isinstance(sample.picture, Curve):
        _paint_curve(painter, sample.picture, theme)
    else:
        _paint_surface(painter, sample.picture, sample, theme)
    painter.end()
    return pixmap


def _paint_surface(painter: QPainter, surface: Surface, sample: _Sample, theme: Theme) -> None:
    assert sample.levels is not None
    # The last colour stands for points without a value.
    empty = QColor(theme.panel)
    colors = np.vstack([theme.band_colors(_BANDS), [empty.red(), empty.green(), empty.blue()]]).astype(np.uint8)
    # Pictures have their first row on top, surfaces at the bottom.
    pixels = np.ascontiguousarray(colors[bands(surface.values, sample.levels)[::-1]])
    height, width = surface.values.shape
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    painter.drawImage(QRectF(QPointF(0, 0), QSizeF(PICTURE_SIZE)), image)
    pen = _pen(theme, 90, 1.4)
    left, top = float(surface.x[0]), float(surface.y[-1])
    scale = QTransform.fromScale(
        PICTURE_SIZE.width() / float(surface.x[-1] - left), -PICTURE_SIZE.height() / (top - float(surface.y[0]))
    )
    for line in sample.lines:
        points = line.points - (left, top)
        painter.strokePath(scale.map(path(points[:, 0], points[:, 1], line.connect)), pen)


def _paint_curve(painter: QPainter, curve: Curve, theme: Theme) -> None:
    low, high = curve.value_limits
    width, height = PICTURE_SIZE.width(), PICTURE_SIZE.height()
    across = np.linspace(0.0, width, len(curve.x))
    shares = (curve.values - low) / (high - low)
    heights = height * (1.0 - _CURVE_MARGIN - (1.0 - 2.0 * _CURVE_MARGIN) * shares)
    points = [QPointF(x, y) for x, y in zip(across.tolist(), heights.tolist(), strict=True)]
    ground = QPolygonF([QPointF(0, height), *points, QPointF(width, height)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.band_stops[1][1]))
    painter.drawPolygon(ground)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme, 220, 3.0))
    painter.drawPolyline(QPolygonF(points))


def _pen(theme: Theme, alpha: int, width: float) -> QPen:
    color = QColor(theme.contour)
    color.setAlpha(alpha)
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
