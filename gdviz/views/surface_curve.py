"""The landscape of a single parameter: its curve, with the space beneath it tinted as the bands of a surface are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen

from gdviz.analysis.plane import Curve
from gdviz.views.landscape_frame import Frame
from gdviz.views.painter_arrays import path
from gdviz.views.theme import Theme

__all__ = ["CurveLayer"]

_WIDTH = 2.0
_SHADES = 9


class CurveLayer:
    """Paints one curve. What it has painted is kept until the frame, the curve or the theme is another."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._curve: Curve | None = None
        self._painted: QImage | None = None
        self._frame: Frame | None = None

    @property
    def curve(self) -> Curve | None:
        return self._curve

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._painted = None

    def set_curve(self, curve: Curve | None) -> None:
        self._curve = curve
        self._painted = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint the curve; the painter counts in pixels of the frame."""
        if self._curve is None:
            return
        if self._painted is None or frame != self._frame:
            self._frame = frame
            self._painted = self._drawn(frame, self._curve)
        painter.drawImage(0, 0, self._painted)

    def _drawn(self, frame: Frame, curve: Curve) -> QImage:
        image = QImage(frame.width, frame.height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = frame.x(curve.x), frame.y(curve.values)
        finite = np.isfinite(curve.values)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._shade(frame))
        for part in _unbroken(finite):
            beneath = path(x[part], y[part])
            beneath.lineTo(QPointF(float(x[part][-1]), frame.height + 2.0))
            beneath.lineTo(QPointF(float(x[part][0]), frame.height + 2.0))
            painter.drawPath(beneath)
        pen = QPen(QColor(self._theme.contour), _WIDTH * frame.ratio)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in _unbroken(finite):
            painter.drawPath(path(x[part], y[part]))
        painter.end()
        return image

    def _shade(self, frame: Frame) -> QLinearGradient:
        """From the lowest band at the foot to the highest at the top, thinner towards the foot."""
        gradient = QLinearGradient(0, frame.height, 0, 0)
        for place, color in zip(
            np.linspace(0, 1, _SHADES).tolist(), self._theme.band_colors(_SHADES).tolist(), strict=True
        ):
            gradient.setColorAt(place, QColor(*color))
        return gradient


def _unbroken(finite: np.ndarray) -> list[slice]:
    """The stretches of at least two finite values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], finite, [False]]).astype(np.int8)))
    return [slice(first, stop) for first, stop in zip(edges[::2], edges[1::2], strict=True) if stop - first > 1]
