"""The landscape of two parameters: filled bands, contour lines, minima and a key, kept as an image of the frame."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen, QTransform

from gdviz.analysis.contours import contour_lines
from gdviz.analysis.levels import NO_VALUE, Levels, bands, contour_levels
from gdviz.analysis.plane import Surface
from gdviz.views.landscape_frame import Frame
from gdviz.views.landscape_values import Minimum
from gdviz.views.painter_arrays import path
from gdviz.views.surface_legend import draw_legend
from gdviz.views.theme import Theme

__all__ = ["SurfaceLayer", "draw_minimum"]

_CONTOUR_OPACITY = 0.34
_MINIMUM_SIZE = 5.0


class SurfaceLayer:
    """Paints one surface. What it has painted is kept until the frame, the surface or the theme is another."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._surface: Surface | None = None
        self._levels: Levels | None = None
        self._image = QImage()
        self._paths: list[QPainterPath] = []
        self._painted: QImage | None = None
        self._frame: Frame | None = None
        self._minima: tuple[Minimum, ...] = ()

    @property
    def surface(self) -> Surface | None:
        return self._surface

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._color()

    def set_surface(self, surface: Surface | None, minimum: float | None = None) -> None:
        """Show this surface; `minimum` is the lowest value of the whole problem, where it is known."""
        self._surface = surface
        self._painted = None
        self._paths = []
        self._levels = None
        if surface is not None:
            self._levels = contour_levels(surface.values, minimum)
            self._paths = [
                path(line.points[:, 0], line.points[:, 1], line.connect)
                for line in contour_lines(surface, self._levels)
            ]
        self._color()

    def paint(self, painter: QPainter, frame: Frame, minima: tuple[Minimum, ...]) -> None:
        """Paint the surface with these minima; the painter counts in pixels of the frame."""
        if self._surface is None:
            return
        if self._painted is None or (frame, minima) != (self._frame, self._minima):
            self._frame, self._minima = frame, minima
            self._painted = self._drawn(frame, painter.font())
        painter.drawImage(0, 0, self._painted)

    def _color(self) -> None:
        """The bands as an image with one pixel a value, in the theme's colours."""
        self._painted = None
        if self._surface is None or self._levels is None:
            self._image = QImage()
            return
        indices = bands(self._surface.values, self._levels)[::-1]
        colors = np.full((NO_VALUE + 1, 4), 255, dtype=np.uint8)
        colors[:NO_VALUE, :3] = self._theme.band_colors(NO_VALUE)[_band_middles(self._levels)]
        nothing = QColor(self._theme.panel)
        colors[NO_VALUE, :3] = nothing.red(), nothing.green(), nothing.blue()
        pixels = np.ascontiguousarray(colors[indices])
        height, width = indices.shape
        # A copy, because a QImage made of an array doesn't keep the array.
        self._image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def _drawn(self, frame: Frame, font: QFont) -> QImage:
        assert self._surface is not None
        assert self._levels is not None
        image = QImage(frame.width, frame.height, QImage.Format.Format_RGB32)
        image.fill(QColor(self._theme.panel))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left, bottom, width, height = self._surface.pixels
        corner, opposite = frame.point(left, bottom + height), frame.point(left + width, bottom)
        painter.drawImage(QRectF(corner, opposite), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(_onto(frame))
        color = QColor(self._theme.contour)
        color.setAlphaF(_CONTOUR_OPACITY)
        pen = QPen(color, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for lines in self._paths:
            painter.drawPath(lines)
        painter.resetTransform()
        for minimum in self._minima:
            draw_minimum(painter, frame, minimum, self._theme)
        painter.scale(frame.ratio, frame.ratio)
        painter.setFont(font)
        plot = QRectF(0, 0, frame.width / frame.ratio, frame.height / frame.ratio)
        seen = [frame.point(minimum.x, minimum.y) / frame.ratio for minimum in self._minima]
        draw_legend(painter, plot, self._levels, self._surface, self._theme, seen)
        painter.end()
        return image


def draw_minimum(painter: QPainter, frame: Frame, minimum: Minimum, theme: Theme) -> None:
    """A small cross; the painter counts in pixels of the frame."""
    at = frame.point(minimum.x, minimum.y)
    if not QRectF(-9, -9, frame.width + 18, frame.height + 18).contains(at):
        return
    size = _MINIMUM_SIZE * frame.ratio
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, width in ((theme.panel, 4.5), (theme.text, 1.75)):
        painter.setPen(QPen(QColor(color), width * frame.ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for run in (QPointF(size, size), QPointF(size, -size)):
            painter.drawLine(at - run, at + run)


def _band_middles(levels: Levels) -> np.ndarray:
    """For every index of `bands`, `(NO_VALUE,)`, that in the middle between the two levels around it."""
    edges = np.concatenate([[0.0], levels.position(levels.values), [1.0]]) * (NO_VALUE - 1)
    middles = (edges[:-1] + edges[1:]) / 2
    band = np.searchsorted(edges[1:-1], np.arange(NO_VALUE), side="right")
    found: np.ndarray = np.rint(middles[band]).astype(np.intp)
    return found


def _onto(frame: Frame) -> QTransform:
    """From the values of both axes to pixels of the frame."""
    across = frame.width / (frame.x_high - frame.x_low)
    up = frame.height / (frame.y_high - frame.y_low)
    return QTransform(across, 0, 0, -up, -frame.x_low * across, frame.y_high * up)
