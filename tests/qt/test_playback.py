"""Playback is a clockwork without a clock: these tests turn it by hand."""

import itertools
import math

import numpy as np
import pytest

from gdviz.errors import InputError
from gdviz.qt.playback import MAX_SPEED, SPEEDS, Playback


@pytest.fixture
def playback():
    made = Playback()
    made.set_extent(500, 500)
    return made


def heard(signal):
    """What a signal has emitted, in order."""
    calls = []
    signal.connect(lambda *values: calls.append(values[0] if len(values) == 1 else values))
    return calls


def test_that_a_minute_at_twelve_steps_a_second_is_720_steps_however_it_is_cut(playback):
    playback.set_extent(10_000, 10_000)
    cuts = np.sort(np.random.default_rng(0).integers(0, 60 * 10**9, size=4000))
    frames = np.diff(np.concatenate([[0], cuts, [60 * 10**9]])) / 1e9
    playback.play()
    for seconds in frames:
        playback.tick(seconds)
    assert playback.step == 720


@pytest.mark.parametrize(("seconds", "speed"), [(0.03, 1.0), (0.1, 1.0), (0.016, 12.0), (0.007, 30.0), (0.3, 2.5)])
def test_that_fractions_of_a_step_add_up_exactly(playback, seconds, speed):
    playback.set_extent(10_000, 10_000)
    playback.set_speed(speed)
    playback.play()
    for _ in range(1000):
        playback.tick(seconds)
    assert playback.step == round(1000 * seconds * speed)


def test_that_changing_the_speed_keeps_the_fraction_of_a_step(playback):
    playback.set_speed(1)
    playback.play()
    playback.tick(0.75)
    playback.set_speed(2)
    playback.tick(0.125)
    assert playback.step == 1


def test_that_playing_waits_at_the_newest_step_and_goes_on_without_a_leap(playback):
    playback.set_extent(10, 500)
    playback.play()
    for _ in range(100):
        playback.tick(0.1)
    assert playback.step == 10
    assert playback.playing
    playback.set_extent(400, 500)
    assert playback.step == 10
    playback.tick(0.5)
    assert playback.step == 16


def test_that_playing_pauses_at_the_last_step(playback):
    playing = heard(playback.playing_changed)
    playback.seek(495)
    playback.play()
    playback.tick(10)
    assert playback.step == 500
    assert not playback.playing
    assert playing == [True, False]


def test_that_playing_pauses_when_the_runs_end_earlier_than_planned(playback):
    playback.set_extent(41, 500)
    playback.play()
    playback.tick(10)
    assert playback.playing
    playback.set_extent(41, 41)
    playback.tick(0.016)
    assert playback.step == 41
    assert not playback.playing


def test_that_play_at_the_end_starts_over(playback):
    playback.end()
    shown = heard(playback.step_changed)
    playback.play()
    assert shown == [0]
    assert playback.playing


def test_that_there_is_nothing_to_play_without_steps():
    playback = Playback()
    playback.play()
    playback.toggle()
    assert not playback.playing


def test_that_steps_pause_and_go_one_by_one(playback):
    playback.seek(128)
    playback.play()
    playback.step_back()
    assert (playback.step, playback.playing) == (127, False)
    playback.step_forward()
    playback.step_forward()
    assert playback.step == 129
    playback.home()
    playback.step_back()
    assert playback.step == 0
    playback.end()
    playback.step_forward()
    assert playback.step == 500


@pytest.mark.parametrize("move", ["step_forward", "step_back", "home", "end", "seek"])
def test_that_seeking_and_stepping_end_following(playback, move):
    playback.set_follow(True)
    following = heard(playback.following_changed)
    getattr(playback, move)(*([7] if move == "seek" else []))
    assert following == [False]
    before = playback.step
    playback.set_extent(700, 700)
    assert playback.step == before


def test_that_following_shows_each_newest_step(playback):
    playback.set_extent(10, 500)
    playback.set_follow(True)
    shown = heard(playback.step_changed)
    for computed in (20, 300, 499):
        playback.set_extent(computed, 500)
    assert shown == [20, 300, 499]
    assert playback.moving


def test_that_toggling_holds_a_followed_run_where_it_is_shown(playback):
    playback.set_extent(10, 500)
    playback.set_follow(True)
    playback.toggle()
    playback.set_extent(20, 500)
    assert playback.step == 10
    assert not playback.moving


def test_that_playing_and_following_exclude_each_other(playback):
    playback.set_extent(10, 500)
    playback.set_follow(True)
    playback.play()
    assert (playback.playing, playback.following) == (True, False)
    playback.set_follow(True)
    assert (playback.playing, playback.following) == (False, True)
    playback.set_follow(False)
    playback.set_extent(20, 500)
    assert playback.step == 10


def test_that_a_step_not_computed_yet_is_shown_once_it_is(playback):
    playback.set_extent(100, 500)
    playback.seek(400)
    assert playback.step == 100
    playback.set_extent(300, 500)
    assert playback.step == 300
    playback.set_extent(450, 500)
    assert playback.step == 400


def test_that_the_shown_step_comes_back_after_the_runs_were_started_anew(playback):
    playback.seek(128)
    playback.set_extent(0, 500)
    assert playback.step == 0
    playback.set_extent(500, 500)
    assert playback.step == 128


def test_that_pausing_forgets_a_step_that_was_asked_for(playback):
    playback.set_extent(100, 500)
    playback.seek(400)
    playback.pause()
    playback.set_extent(500, 500)
    assert playback.step == 100


def test_that_seeking_stays_within_what_is_planned(playback):
    playback.seek(-5)
    assert playback.step == 0
    playback.seek(10**9)
    assert playback.step == playback.target == 500


def test_that_scrubbing_does_not_end_playing(playback):
    playback.play()
    playback.seek(300)
    assert playback.playing
    playback.tick(1)
    assert playback.step == 312


def test_that_the_greatest_speed_shows_all_that_is_computed(playback):
    playback.set_extent(300, 500)
    playback.set_speed(MAX_SPEED)
    playback.play()
    playback.tick(0.016)
    assert playback.step == 300
    assert playback.playing


def test_that_speeds_rise_from_one_step_a_second_to_the_greatest():
    assert SPEEDS[0] == 1
    assert SPEEDS[-1] == MAX_SPEED
    assert all(a < b for a, b in itertools.pairwise(SPEEDS))


@pytest.mark.parametrize("speed", [0, -1, 0.5, math.nan, -math.inf])
def test_that_a_speed_below_one_is_refused_and_the_old_one_kept(playback, speed):
    with pytest.raises(InputError, match="at least 1 step a second"):
        playback.set_speed(speed)
    assert playback.speed == 12


@pytest.mark.parametrize("speed", [2 * MAX_SPEED, math.inf])
def test_that_no_speed_is_above_the_greatest(playback, speed):
    with pytest.raises(InputError, match="at most 1e\\+09 steps a second"):
        playback.set_speed(speed)
    assert playback.speed == 12


def test_that_signals_tell_changes_only(playback):
    signals = [
        heard(signal)
        for signal in (
            playback.step_changed,
            playback.playing_changed,
            playback.following_changed,
            playback.extent_changed,
            playback.speed_changed,
        )
    ]
    playback.seek(0)
    playback.pause()
    playback.set_follow(False)
    playback.set_extent(500, 500)
    playback.set_speed(12)
    playback.tick(10)
    assert signals == [[], [], [], [], []]
    playback.seek(3)
    playback.play()
    playback.set_extent(600, 700)
    playback.set_speed(30)
    assert signals == [[3], [True], [], [(600, 700)], [30.0]]


def test_that_the_planned_end_is_never_before_the_newest_step(playback):
    playback.set_extent(600, 100)
    assert (playback.computed, playback.total) == (600, 600)
