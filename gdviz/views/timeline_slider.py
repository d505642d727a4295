"""The slider of the timeline: what is planned, what is computed, what is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from gdviz.views.theme import Theme

__all__ = ["StepSlider"]

_KNOB = 14.0
_GROOVE = 6.0
_NOTCH = 120
_STEPS_WITH_SHIFT = 10
_NEAR_A_MARK = 4


class StepSlider(QAbstractSlider):
    """Shows a step between 0 and the last planned; the part computed is shaded, marks say where something was changed.

    Its value follows what it is told with `show_extent` and `show_step`; clicks, drags, wheel and keys only ask.
    """

    step_requested = Signal(int)
    """Show this step: a click, a drag, Page up or down, or an assistive program."""
    moved_by = Signal(int)
    """Show the step so many after the shown one: arrow keys or the wheel."""
    scrub_began = Signal()
    scrub_ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._computed = 0
        self._marks: tuple[int, ...] = ()
        self._telling = False
        self._notches = 0.0
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(self.tr("Shown step"))
        self.valueChanged.connect(self._on_value_changed)

    def sizeHint(self) -> QSize:
        return QSize(320, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 28)

    @property
    def computed(self) -> int:
        return self._computed

    @property
    def marks(self) -> tuple[int, ...]:
        return self._marks

    def show_extent(self, computed: int, total: int) -> None:
        """Say how many steps are computed and planned."""
        self._computed = computed
        self._telling = True
        self.setRange(0, total)
        self._telling = False
        self.setPageStep(max(1, total // 10))
        self.update()

    def show_step(self, step: int) -> None:
        """Put the knob at the shown step."""
        self._telling = True
        self.setValue(step)
        self._telling = False

    def set_marks(self, steps: tuple[int, ...]) -> None:
        """Mark these steps as those at which a hyper-parameter was changed."""
        self._marks = tuple(steps)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    # Where steps lie

    def x_of(self, step: int) -> float:
        """The pixel of a step."""
        share = step / self.maximum() if self.maximum() else 0.0
        return _KNOB / 2 + 1 + share * (self.width() - _KNOB - 2)

    def step_at(self, x: float) -> int:
        """The step at a pixel, the nearest one beyond either end."""
        share = (x - _KNOB / 2 - 1) / max(self.width() - _KNOB - 2, 1)
        return round(min(max(share, 0.0), 1.0) * self.maximum())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = round(self.height() / 2)
            left, right = self.x_of(0), self.x_of(self.maximum()) if self.maximum() else self.width() - _KNOB / 2 - 1
            computed, shown = self.x_of(self._computed), self.x_of(self.value())
            painter.setPen(Qt.PenStyle.NoPen)
            for end, color in ((right, theme.track), (computed, theme.border_strong), (shown, theme.accent)):
                painter.setBrush(QColor(color))
                groove = QRectF(left - _GROOVE / 2, middle - _GROOVE / 2, end - left + _GROOVE, _GROOVE)
                if end > left or color == theme.track:
                    painter.drawRoundedRect(groove, _GROOVE / 2, _GROOVE / 2)
            painter.setBrush(QColor(theme.warning))
            for step in self._marks:
                if step <= self.maximum():
                    painter.drawRoundedRect(QRectF(self.x_of(step) - 1, middle - 11, 2, 6), 1, 1)
            self._paint_knob(painter, QPointF(shown, middle))

    def _paint_knob(self, painter: QPainter, place: QPointF) -> None:
        theme = self._theme
        active = self.maximum() > 0
        if self.hasFocus() and active:
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawEllipse(place, _KNOB / 2 + 3, _KNOB / 2 + 3)
        pressed = self.isSliderDown()
        painter.setPen(QPen(QColor(theme.accent if active else theme.border_strong), 2))
        painter.setBrush(QColor(theme.accent if pressed else theme.accent_soft if self.underMouse() else theme.panel))
        painter.drawEllipse(place, _KNOB / 2 - 1, _KNOB / 2 - 1)

    # What the user does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.maximum():
            self.setSliderDown(True)
            self.scrub_began.emit()
            self.step_requested.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.step_requested.emit(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.update()
            self.scrub_ended.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        # Touchpads send parts of a notch.
        self._notches += (delta.y() or delta.x()) / _NOTCH
        whole = int(self._notches)
        self._notches -= whole
        if whole:
            faster = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.moved_by.emit(whole * (_STEPS_WITH_SHIFT if faster else 1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        faster = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        one = _STEPS_WITH_SHIFT if faster else 1
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self.moved_by.emit(one)
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self.moved_by.emit(-one)
            case Qt.Key.Key_PageUp:
                self.step_requested.emit(min(self.value() + self.pageStep(), self.maximum()))
            case Qt.Key.Key_PageDown:
                self.step_requested.emit(max(self.value() - self.pageStep(), 0))
            case Qt.Key.Key_Home:
                self.step_requested.emit(0)
            case Qt.Key.Key_End:
                self.step_requested.emit(self._computed)
            case _:
                event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.maximum():
            QToolTip.showText(event.globalPos(), self.tip(event.pos().x()), self)
            return True
        return bool(super().event(event))

    def tip(self, x: float) -> str:
        """What is at a pixel, in words."""
        near = [step for step in self._marks if abs(self.x_of(step) - x) <= _NEAR_A_MARK]
        if near:
            return self.tr("a hyper-parameter changes at step {step}").format(step=near[0])
        step = self.step_at(x)
        if step > self._computed:
            return self.tr("step {step}, not computed yet").format(step=step)
        return self.tr("step {step}").format(step=step)

    def _on_value_changed(self, value: int) -> None:
        self.update()
        if not self._telling:
            # Somebody else than `show_step` moved it, as assistive programs do.
            self.step_requested.emit(value)
