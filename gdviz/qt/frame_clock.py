"""The beat by which the window follows what is computed: sixty ticks a second, and none while nothing needs them."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

__all__ = ["FrameClock"]

_INTERVAL_MS = 16
# What is shown must not leap after the window stood still for long, as when a laptop slept.
_LONGEST_SECONDS = 0.25


class FrameClock(QObject):
    """Ticks from `start` to `stop`; owned by the window, whose thread it lives in."""

    ticked = Signal(float)
    """Seconds since the tick before, or since the clock was started; at most a quarter of a second."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._elapsed = QElapsedTimer()
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
            self._timer.start()

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        # restart() counts whole milliseconds, which adds up to a wrong speed.
        seconds = self._elapsed.nsecsElapsed() / 1e9
        self._elapsed.start()
        self.ticked.emit(min(seconds, _LONGEST_SECONDS))
