"""The beat by which the window follows what is computed: sixty ticks a second, and none while nothing needs them.

A frame is a tick and the painting that it asks for. While it lasts the window has the right of way before the worker; a
worker that had to wait gets twice as much time before the next frame, so that frames which take long become fewer
instead of taking the worker's time.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot

from gdviz.qt.right_of_way import RightOfWay

__all__ = ["FrameClock"]

_INTERVAL_MS = 16
# What is shown must not leap after the window stood still for long, as when a laptop slept.
_LONGEST_SECONDS = 0.25
_WORKER_SHARE = 2.2
"""How long a worker that was kept waiting may work before the next frame, in times that the frame took."""
_AFTER_PAINTING = Qt.EventPriority.LowEventPriority.value - 1
"""Painting is asked for by events of low priority; what is posted below that comes after it."""


class FrameClock(QObject):
    """Ticks from `start` to `stop`; owned by the window, whose thread it lives in."""

    ticked = Signal(float)
    """Seconds since the tick before, or since the clock was started; at most a quarter of a second."""
    painted = Signal(float)
    """Seconds that the latest tick and the painting it asked for took."""

    def __init__(self, parent: QObject | None = None, right_of_way: RightOfWay | None = None) -> None:
        super().__init__(parent)
        self._right_of_way = right_of_way or RightOfWay()
        self._elapsed = QElapsedTimer()
        self._frame = QElapsedTimer()
        self._painted_type = QEvent.Type(QEvent.registerEventType())
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        """Tick from now on; a clock that runs already keeps its beat."""
        if not self._timer.isActive():
            self._elapsed.start()
            self._timer.start(_INTERVAL_MS)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        # restart() counts whole milliseconds, which adds up to a wrong speed.
        seconds = self._elapsed.nsecsElapsed() / 1e9
        self._elapsed.start()
        self._frame.start()
        self._right_of_way.claim()
        self.ticked.emit(min(seconds, _LONGEST_SECONDS))
        QCoreApplication.postEvent(self, QEvent(self._painted_type), _AFTER_PAINTING)

    def customEvent(self, event: QEvent) -> None:
        if event.type() != self._painted_type:
            super().customEvent(event)
            return
        seconds = self._frame.nsecsElapsed() / 1e9
        self._right_of_way.release()
        if self._timer.isActive():
            left = 1e3 * _WORKER_SHARE * seconds if self._right_of_way.wanted else 0.0
            if left > _INTERVAL_MS - 1e3 * seconds:
                self._timer.start(math.ceil(left))
            elif self._timer.interval() != _INTERVAL_MS:
                self._timer.start(_INTERVAL_MS)
        self.painted.emit(seconds)
