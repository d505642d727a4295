"""The landscape as it is painted and grabbed: axes, surface or curve, trails, marks; zoom, pan and the start by mouse.

The layers paint themselves; this widget says in which frame, and gives the trails a few milliseconds of every painting
until they are drawn. What the mouse does is emitted in the coordinates of the landscape.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from gdviz.analysis.axis import Axis
from gdviz.views.chart import Chart
from gdviz.views.landscape_frame import Frame, on_device, ratio_of
from gdviz.views.landscape_range import Range, moved, zoomed
from gdviz.views.landscape_runs import RunLayer
from gdviz.views.landscape_values import Minimum
from gdviz.views.surface_curve import CurveLayer
from gdviz.views.surface_layer import SurfaceLayer, draw_minimum
from gdviz.views.theme import Theme

__all__ = ["LandscapeCanvas"]

_SLICE = 0.006
"""Seconds of a painting that trails may take."""
_FIRST_SLICE = 0.012
"""As much for the first painting after something else than time has changed, so that most changes are drawn at once."""
_PAUSE = 8
_GRAB_DISTANCE = 13.0
_WHEEL_FACTOR = 0.9985
_WHOLE = Range((0.0, 1.0), (0.0, 1.0))


class LandscapeCanvas(Chart):
    """Owned by `LandscapeView`, which fills its layers."""

    start_moved = Signal(float, float)
    start_dropped = Signal(float, float)
    pointed = Signal(object)
    """The point under the pointer as a pair, or None when it has left."""
    looked = Signal()
    """Another part of the landscape is shown than before."""
    menu_requested = Signal(QPoint, float, float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.surface = SurfaceLayer(theme)
        self.curve = CurveLayer(theme)
        self.runs = RunLayer(theme)
        self.minima: tuple[Minimum, ...] = ()
        self.describe: Callable[[QPointF], str] = _nothing
        """What to say of the thing under the pointer."""
        self.lift: Callable[[float], float] | None = None
        """In one dimension, the value at a point: there the start is dragged along the curve."""
        self._whole = self._shown = _WHOLE
        self._names = ("", "")
        self._kept_left = 0.0
        self._slice = _FIRST_SLICE
        self._pressed: QPointF | None = None
        self._panning = self._grabbed = False
        self._hovering_start = False
        self._dragged: tuple[float, float] | None = None
        self._dropped: tuple[float, float] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)

    # What is shown

    @property
    def shown(self) -> Range:
        return self._shown

    @property
    def at_home(self) -> bool:
        """Whether the whole landscape is shown, as at the beginning."""
        return self._shown == self._whole

    @property
    def is_empty(self) -> bool:
        """Whether there is only a hint to see."""
        return bool(self._empty_text)

    def set_whole(self, whole: Range, names: tuple[str, str], keep: bool) -> None:
        """Say how far the landscape goes and how its axes are called; look at all of it, or `keep` the present part."""
        self._names = names
        stays = keep and not self.at_home
        self._whole = whole
        self._look(self._shown if stays else whole)

    def reset(self) -> None:
        """Look at the whole landscape."""
        self._look(self._whole)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for layer in (self.surface, self.curve, self.runs):
            layer.set_theme(theme)
        self.hurry()

    def hurry(self) -> None:
        """Something has changed: paint it, with more time for trails than a frame usually has."""
        self._slice = _FIRST_SLICE
        self.update()

    def forget_drop(self) -> None:
        """The runs have been told of the start where it was dropped: from now on they say where it is."""
        self._dropped = None

    def frame_at(self, ratio: float) -> Frame:
        """The present frame on a device with so many pixels to one of the window."""
        return Frame.of(self._shown.x, self._shown.y, self.plot, ratio)

    def value_at(self, place: QPointF) -> tuple[float, float]:
        """The point of the landscape at a place in the widget."""
        across = (place.x() - self.plot.left()) / self.plot.width()
        up = (self.plot.bottom() - place.y()) / self.plot.height()
        (x_low, x_high), (y_low, y_high) = self._shown
        return x_low * (1 - across) + x_high * across, y_low * (1 - up) + y_high * up

    def place_of(self, x: float, y: float) -> QPointF:
        """Where in the widget a point of the landscape is."""
        return self.frame_at(1.0).point(x, y) + self.plot.topLeft()

    def start_near(self, place: QPointF) -> bool:
        """Whether a start can be grabbed at this place."""
        return any(_distance(place, self.place_of(*start)) <= _GRAB_DISTANCE for start in self.runs.starts())

    # Painting

    def paint_content(self, painter: QPainter) -> None:
        frame = self.frame_at(ratio_of(painter))
        drawn = self.runs.advance(frame, self._slice)
        self._slice = _SLICE
        painter.save()
        painter.setClipRect(self.plot)
        on_device(painter, frame)
        self.curve.paint(painter, frame)
        self.surface.paint(painter, frame, self.minima)
        for minimum in self.minima if self.curve.curve is not None else ():
            draw_minimum(painter, frame, minimum, self.theme)
        self.runs.paint_trails(painter, frame)
        painter.restore()
        if not drawn:
            self._rest.start()

    def paint_overlay(self, painter: QPainter) -> None:
        frame = self.frame_at(ratio_of(painter))
        painter.save()
        on_device(painter, frame)
        held = self._dragged if self._dragged is not None else self._dropped
        self.runs.paint_marks(painter, frame, held, self._hovering_start or self._grabbed)
        painter.restore()

    def paint_all(self, painter: QPainter) -> None:
        """Paint the whole canvas with all trails, however long that takes: for pictures."""
        self._slice = math.inf
        self.render(painter, QPoint(), renderFlags=QWidget.RenderFlag(0))
        self._slice = _FIRST_SLICE

    def placed(self) -> None:
        # Texts beside the axis grow and shrink while zooming; the plot would jump with them.
        self._kept_left = max(self._kept_left, self._plot.left())
        self._plot.setLeft(self._kept_left)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) and self._inside(place):
            self._pressed = place
            self._grabbed = event.button() == Qt.MouseButton.LeftButton and self.start_near(place)
            if self._grabbed:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is None:
            self._hover(place)
        elif self._grabbed:
            if self._dragged is not None or place != self._pressed:
                self._dragged = self._held_at(place)
                self.start_moved.emit(*self._dragged)
                self.update()
        elif self._panning or _distance(place, self._pressed) >= QApplication.startDragDistance():
            self._panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            here, there = self.value_at(place), self.value_at(self._pressed)
            self._pressed = place
            self._look(moved(self._shown, self._whole, there[0] - here[0], there[1] - here[1]))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged = self._pressed, self._dragged
        clicked = not self._panning and not self._grabbed and event.button() == Qt.MouseButton.LeftButton
        self._pressed, self._dragged, self._panning, self._grabbed = None, None, False, False
        if dragged is not None:
            self._drop(dragged)
        elif pressed is not None and clicked:
            self._drop(self._held_at(event.position()))
        self._hover(event.position())
        self.update()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned and self._inside(event.position()):
            factor = _WHEEL_FACTOR**turned
            self._look(zoomed(self._shown, self._whole, self.value_at(event.position()), factor))
            self._hover(event.position())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._inside(QPointF(event.pos())):
            self.menu_requested.emit(event.globalPos(), *self._held_at(QPointF(event.pos())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hovering_start(False)
        self.pointed.emit(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.describe(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().event(event))

    def _hover(self, place: QPointF) -> None:
        inside = self._inside(place)
        self._set_hovering_start(inside and self.start_near(place))
        if not inside:
            self.unsetCursor()
        elif self._hovering_start:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)
        self.pointed.emit(self.value_at(place) if inside else None)

    def _set_hovering_start(self, hovering: bool) -> None:
        if hovering != self._hovering_start:
            self._hovering_start = hovering
            self.update()

    def _held_at(self, place: QPointF) -> tuple[float, float]:
        """Where a start held at this place lies: never out of sight, and on the curve in one dimension."""
        x = min(max(place.x(), self.plot.left()), self.plot.right())
        y = min(max(place.y(), self.plot.top()), self.plot.bottom())
        across, up = self.value_at(QPointF(x, y))
        lifted = self.lift(across) if self.lift is not None else up
        return across, lifted if math.isfinite(lifted) else up

    def _drop(self, at: tuple[float, float]) -> None:
        self._dropped = at if self.runs.starts() else None
        self.start_dropped.emit(*at)

    def _look(self, shown: Range) -> None:
        changed = shown != self._shown
        self._shown = shown
        if self.at_home:
            self._kept_left = 0.0
        self.set_axes(Axis(*shown.x), Axis(*shown.y), *self._names)
        if changed:
            self.looked.emit()
        self.hurry()

    def _inside(self, place: QPointF) -> bool:
        return self.plot.contains(place) and not self.is_empty


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())


def _nothing(_place: QPointF) -> str:
    return ""
