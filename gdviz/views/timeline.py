"""The bar below everything: play, step, scrub, the speed, and where every run is at the shown step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gdviz.analysis.axis import readable
from gdviz.qt.playback import Playback
from gdviz.views.run_readouts import Readout, RunReadouts
from gdviz.views.shown import ShownRun
from gdviz.views.theme import Theme, icon
from gdviz.views.timeline_fields import SpeedBox, StepField
from gdviz.views.timeline_slider import StepSlider

__all__ = ["TimelineBar"]

_READOUTS_SHARE = 0.34


class TimelineBar(QWidget):
    """Shows a `Playback` and passes on to it what the user does."""

    def __init__(self, playback: Playback, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._theme = theme
        self._runs: tuple[ShownRun, ...] = ()
        self._resume = False
        self._pause_offered: bool | None = None
        self.first_button = self._button(self.tr("First step (Home)"))
        self.back_button = self._button(self.tr("One step back (←)"), repeats=True)
        self.play_button = self._button(self.tr("Play (Space)"))
        self.forward_button = self._button(self.tr("One step forward (→)"), repeats=True)
        self.last_button = self._button(self.tr("Newest step (End)"))
        self.follow_button = self._button(self.tr("Follow the newest step"))
        self.follow_button.setCheckable(True)
        self._buttons = (
            self.first_button,
            self.back_button,
            self.play_button,
            self.forward_button,
            self.last_button,
            self.follow_button,
        )
        self.slider = StepSlider(theme)
        self.step_field = StepField()
        self.speed_box = SpeedBox()
        self.readouts = RunReadouts(theme)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._on_extent_changed()
        self.speed_box.show_speed(playback.speed)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show the values of these runs at the right."""
        self._runs = tuple(runs)
        self.refresh()

    def refresh(self) -> None:
        """Read the values of the runs at the shown step anew."""
        step = self._playback.step
        self.readouts.set_readouts([Readout(run.style, run.title, _value_text(run, step)) for run in self._runs])

    def set_change_marks(self, steps: Sequence[int]) -> None:
        """Mark the steps at which hyper-parameters were changed."""
        self.slider.set_marks(tuple(steps))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button, name in (
            (self.first_button, "first"),
            (self.back_button, "step-back"),
            (self.forward_button, "step-forward"),
            (self.last_button, "last"),
            (self.follow_button, "follow"),
        ):
            button.setIcon(icon(name, theme))
        self.slider.set_theme(theme)
        self.readouts.set_theme(theme)
        self._pause_offered = None
        self._show_play_button()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.panel))
            painter.setPen(QPen(QColor(self._theme.line), 1))
            painter.drawLine(0, 0, self.width(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.readouts.setMaximumWidth(int(_READOUTS_SHARE * self.width()))

    def _button(self, tip: str, repeats: bool = False) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoRepeat(repeats)
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(2)
        for button in self._buttons:
            layout.addWidget(button)
        layout.insertSpacing(layout.count() - 1, 6)
        layout.addSpacing(12)
        layout.addWidget(self.slider, 1)
        layout.addSpacing(8)
        layout.addWidget(self.step_field)
        layout.addSpacing(8)
        layout.addWidget(self.speed_box)
        layout.addSpacing(12)
        layout.addWidget(self.readouts)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        playback = self._playback
        self.first_button.clicked.connect(self._on_first_clicked)
        self.back_button.clicked.connect(self._on_back_clicked)
        self.play_button.clicked.connect(self._on_play_clicked)
        self.forward_button.clicked.connect(self._on_forward_clicked)
        self.last_button.clicked.connect(self._on_last_clicked)
        self.follow_button.clicked.connect(self._on_follow_clicked)
        self.slider.step_requested.connect(self._on_step_requested)
        self.slider.moved_by.connect(self._on_moved_by)
        self.slider.scrub_began.connect(self._on_scrub_began)
        self.slider.scrub_ended.connect(self._on_scrub_ended)
        self.step_field.step_entered.connect(self._on_step_requested)
        self.speed_box.speed_entered.connect(self._on_speed_entered)
        playback.step_changed.connect(self._on_step_changed)
        playback.extent_changed.connect(self._on_extent_changed)
        playback.playing_changed.connect(self._on_playing_changed)
        playback.following_changed.connect(self._on_following_changed)
        playback.speed_changed.connect(self.speed_box.show_speed)

    def _show_play_button(self) -> None:
        moving = self._playback.moving
        if moving == self._pause_offered:
            return
        self._pause_offered = moving
        tip = self.tr("Pause (Space)") if moving else self.tr("Play (Space)")
        self.play_button.setIcon(icon("pause" if moving else "play", self._theme))
        self.play_button.setToolTip(tip)
        self.play_button.setAccessibleName(tip)

    def _show_step(self) -> None:
        playback = self._playback
        self.slider.show_step(playback.step)
        self.step_field.show_step(playback.step, playback.total)

    # What the user does

    @Slot()
    def _on_first_clicked(self) -> None:
        self._playback.home()

    @Slot()
    def _on_back_clicked(self) -> None:
        self._playback.step_back()

    @Slot()
    def _on_play_clicked(self) -> None:
        self._playback.toggle()

    @Slot()
    def _on_forward_clicked(self) -> None:
        self._playback.step_forward()

    @Slot()
    def _on_last_clicked(self) -> None:
        self._playback.end()

    @Slot(bool)
    def _on_follow_clicked(self, checked: bool) -> None:
        self._playback.set_follow(checked)

    @Slot(int)
    def _on_step_requested(self, step: int) -> None:
        self._playback.seek(step)

    @Slot(int)
    def _on_moved_by(self, distance: int) -> None:
        if distance == 1:
            self._playback.step_forward()
        elif distance == -1:
            self._playback.step_back()
        else:
            self._playback.pause()
            self._playback.seek(self._playback.step + distance)

    @Slot()
    def _on_scrub_began(self) -> None:
        # Playing must not run away from under the pointer.
        self._resume = self._playback.playing
        self._playback.pause()

    @Slot()
    def _on_scrub_ended(self) -> None:
        if self._resume and self._playback.step < self._playback.total:
            self._playback.play()
        self._resume = False

    @Slot(float)
    def _on_speed_entered(self, speed: float) -> None:
        self._playback.set_speed(speed)
        self.speed_box.show_speed(self._playback.speed)

    # What the playback does

    @Slot()
    def _on_step_changed(self) -> None:
        self._show_step()
        self.refresh()

    @Slot()
    def _on_extent_changed(self) -> None:
        playback = self._playback
        self.slider.show_extent(playback.computed, playback.total)
        for widget in (*self._buttons, self.slider, self.step_field):
            widget.setEnabled(playback.total > 0)
        self._show_step()
        self._show_play_button()

    @Slot()
    def _on_playing_changed(self) -> None:
        self._show_play_button()

    @Slot(bool)
    def _on_following_changed(self, following: bool) -> None:
        self.follow_button.setChecked(following)
        self._show_play_button()


def _value_text(run: ShownRun, step: int) -> str:
    """The value of a run at a step, or at its last one where it ended before."""
    trajectory = run.trajectory
    row = min(step, trajectory.steps)
    return readable(float(trajectory.rows(row, row + 1).values[0])) if row >= 0 else ""
