"""Which step is shown. The engine runs ahead of it, as a video buffers; every view shows the same one.

Whoever watches the runs tells how far they are with `set_extent`; the frame clock moves the step with `tick`; the
timeline and the keys ask for steps. Nothing here knows of runs or views.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gdviz.errors import InputError

__all__ = ["MAX_SPEED", "SPEEDS", "Playback"]

MAX_SPEED = 1e9
"""As fast as steps are computed: more than can be in one frame. A number, so that experiments can keep it."""
SPEEDS = (1.0, 2.0, 5.0, 12.0, 30.0, 60.0, 120.0, 500.0, 2_000.0, 10_000.0, 100_000.0, MAX_SPEED)
"""Steps a second that are offered; any from 1 upward can be set."""

# Time is counted in nanoseconds and speed in thousandths of a step, both whole numbers: fractions of steps add up
# exactly, so that a minute at 12 steps a second is 720 steps however it was cut into frames.
_NANOSECONDS = 10**9
_SPEED_PARTS = 1000


class Playback(QObject):
    """The shown step and how it moves.

    `computed` is the newest step that every run still going has reached, or the last of the longest once all have
    stopped; `total` is the last step there will be. A step that was asked for but is not computed yet is shown as soon
    as it is: `target` remembers it, and `step` is the nearest computed one. So the shown step comes back by itself
    after runs were started anew.
    """

    step_changed = Signal(int)
    playing_changed = Signal(bool)
    following_changed = Signal(bool)
    extent_changed = Signal(int, int)
    """(computed, total)"""
    speed_changed = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._step = 0
        self._target = 0
        self._computed = 0
        self._total = 0
        self._speed = 12.0
        self._playing = False
        self._following = False
        self._carry = 0

    @property
    def step(self) -> int:
        """The step that is shown, 0 to `computed`."""
        return self._step

    @property
    def target(self) -> int:
        """The step that was asked for."""
        return self._target

    @property
    def computed(self) -> int:
        return self._computed

    @property
    def total(self) -> int:
        return self._total

    @property
    def speed(self) -> float:
        """Steps a second, from 1 to `MAX_SPEED`."""
        return self._speed

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def following(self) -> bool:
        """Whether the newest step is shown, whichever that is."""
        return self._following

    @property
    def moving(self) -> bool:
        """Whether the shown step moves, or will as soon as there are more: by playing or by following."""
        return self._playing or (self._following and self._computed < self._total)

    def play(self) -> None:
        """Move on at the speed set; from the start if the end is shown. Without steps there is nothing to play."""
        if self._total == 0:
            return
        self._set_following(False)
        if self._step >= self._total:
            self._show(0)
        self._target = self._step
        self._carry = 0
        self._set_playing(True)

    def pause(self) -> None:
        """Stand still at the shown step."""
        if self._following and self._computed < self._total:
            self._set_following(False)
        self._target = self._step
        self._set_playing(False)

    def toggle(self) -> None:
        """Pause what moves, play what stands."""
        if self.moving:
            self.pause()
        else:
            self.play()

    def step_forward(self) -> None:
        """Stop playing and show the next step, when it is there."""
        self._step_by(1)

    def step_back(self) -> None:
        """Stop playing and show the step before."""
        self._step_by(-1)

    def home(self) -> None:
        """Show the start."""
        self.seek(0)

    def end(self) -> None:
        """Show the newest computed step."""
        self.seek(self._computed)

    def seek(self, step: int) -> None:
        """Show this step, or the nearest there is until it is computed. Playing goes on from there."""
        self._set_following(False)
        self._carry = 0
        self._aim(step)

    def set_speed(self, speed: float) -> None:
        """Play this many steps a second; raises `InputError` where it is no number from 1 to `MAX_SPEED`."""
        if not speed >= 1:
            raise InputError(f"the speed must be at least 1 step a second, not {speed:g}; choose a larger one.")
        if speed > MAX_SPEED:
            raise InputError(f"the speed must be at most {MAX_SPEED:g} steps a second, not {speed:g}; choose that.")
        if speed != self._speed:
            self._speed = float(speed)
            self.speed_changed.emit(self._speed)

    def faster(self) -> None:
        """Play at the next higher speed that is offered."""
        self.set_speed(next((speed for speed in SPEEDS if speed > self._speed), self._speed))

    def slower(self) -> None:
        """Play at the next lower speed that is offered."""
        self.set_speed(next((speed for speed in reversed(SPEEDS) if speed < self._speed), self._speed))

    def set_follow(self, following: bool) -> None:
        """Show the newest step from now on, or stay where it is shown now."""
        if following:
            self._set_playing(False)
            self._set_following(True)
            self._aim(self._computed)
        elif self._following:
            self._target = self._step
            self._set_following(False)

    def set_extent(self, computed: int, total: int) -> None:
        """Say how far the runs are: the newest step that can be shown of all of them, and the last there will be."""
        computed = max(computed, 0)
        total = max(total, computed)
        if (computed, total) == (self._computed, self._total):
            return
        self._computed, self._total = computed, total
        self.extent_changed.emit(computed, total)
        if self._following:
            self._target = computed
        self._show(self._target)

    @Slot(float)
    def tick(self, seconds: float) -> None:
        """Let time pass: while playing, move on; wait at the newest step for more; pause at the last there will be."""
        if not self._playing:
            return
        if self._step < self._computed:
            # What could not be shown is not caught up later: that would be a leap.
            self._target = min(self._step + self._steps_in(seconds), self._computed)
            self._show(self._target)
        if self._step >= self._total:
            self._set_playing(False)

    def _steps_in(self, seconds: float) -> int:
        if self._speed >= MAX_SPEED:
            return self._computed
        self._carry += round(seconds * _NANOSECONDS) * round(self._speed * _SPEED_PARTS)
        steps, self._carry = divmod(self._carry, _NANOSECONDS * _SPEED_PARTS)
        return steps

    def _step_by(self, distance: int) -> None:
        self._set_following(False)
        self._set_playing(False)
        self._aim(self._step + distance)

    def _aim(self, step: int) -> None:
        self._target = min(max(step, 0), self._total)
        self._show(self._target)

    def _show(self, step: int) -> None:
        shown = min(step, self._computed)
        if shown != self._step:
            self._step = shown
            self.step_changed.emit(shown)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.following_changed.emit(following)
