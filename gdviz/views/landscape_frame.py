"""Where the values of a landscape lie on the screen: the one place in which parameters become pixels and back."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPaintEngine, QPainter, QTransform

__all__ = ["FAR", "Frame", "on_device", "ratio_of"]

Floats = npt.NDArray[np.float64]

FAR = 1e7
"""Pixels beyond which nothing is drawn any farther: that is off every screen, and Qt can still count with it."""


_DRAWING_RATIO = 2.0


class Frame(NamedTuple):
    """The limits of both axes, and the rectangle between them in pixels of the device, counted from its corner.

    `left` and `top` say where that corner lies: whole pixels, so that an image of the frame is copied as it is.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    left: int
    top: int
    width: int
    height: int
    ratio: float
    """Pixels of the device to one of the window."""

    @classmethod
    def of(cls, x: tuple[float, float], y: tuple[float, float], plot: QRectF, ratio: float) -> Frame:
        """The frame of these limits in a rectangle of the window."""
        left, top = math.floor(plot.left() * ratio), math.floor(plot.top() * ratio)
        width, height = max(1, round(plot.width() * ratio)), max(1, round(plot.height() * ratio))
        return cls(*x, *y, left, top, width, height, ratio)

    def x(self, values: npt.ArrayLike) -> Floats:
        """Columns of values `(...)`, at most `FAR` away; nan stays."""
        return _scaled(values, self.x_low, self.x_high, self.width)

    def y(self, values: npt.ArrayLike) -> Floats:
        """Rows of values `(...)`, counted from above, at most `FAR` away; nan stays."""
        return _scaled(values, self.y_high, self.y_low, self.height)

    def point(self, x: float, y: float) -> QPointF:
        """The pixel of one point."""
        # In Python's own numbers, because this is asked for dozens of times in a frame.
        return QPointF(
            _scaled_one(x, self.x_low, self.x_high, self.width), _scaled_one(y, self.y_high, self.y_low, self.height)
        )

    @property
    def x_pixel(self) -> float:
        """How much of x one pixel of the window covers."""
        return (self.x_high / self.width - self.x_low / self.width) * self.ratio

    @property
    def y_pixel(self) -> float:
        """How much of y one pixel of the window covers."""
        return (self.y_high / self.height - self.y_low / self.height) * self.ratio


def _scaled(values: npt.ArrayLike, low: float, high: float, length: int) -> Floats:
    # Halved, because the distance of two numbers near the largest has no float64.
    with np.errstate(over="ignore", invalid="ignore"):
        share = (np.asarray(values, dtype=np.float64) / 2 - low / 2) / (high / 2 - low / 2)
        return np.clip(share * length, -FAR, FAR)


def _scaled_one(value: float, low: float, high: float, length: int) -> float:
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return math.nan if math.isnan(share) else min(max(share * length, -FAR), FAR)


def ratio_of(painter: QPainter) -> float:
    """Pixels to paint for one of the window: those of the device; more of them for a drawing, which may be enlarged."""
    drawing = painter.paintEngine().type() == QPaintEngine.Type.SVG
    return _device_ratio(painter) * (_DRAWING_RATIO if drawing else 1.0)


def on_device(painter: QPainter, frame: Frame) -> None:
    """Has the painter take coordinates in pixels of the frame from here on; to be saved before and restored after."""
    scale = _device_ratio(painter) / frame.ratio
    offset = painter.deviceTransform()
    # A widget may be painted at some distance from the device's corner; that distance is kept, in whole pixels.
    corner = QPointF(round(offset.dx()) + frame.left * scale, round(offset.dy()) + frame.top * scale)
    painter.resetTransform()
    back, possible = painter.deviceTransform().inverted()
    assert possible
    painter.setTransform(QTransform(scale, 0, 0, scale, corner.x(), corner.y()) * back)


def _device_ratio(painter: QPainter) -> float:
    return float(painter.deviceTransform().m11())
