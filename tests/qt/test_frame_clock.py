from time import perf_counter

import pytest

from gdviz.qt.frame_clock import FrameClock


@pytest.fixture
def clock(qapp):
    made = FrameClock()
    yield made
    made.stop()


def test_that_it_ticks_only_while_something_needs_frames(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    assert not clock.running
    clock.set_needed("playing", True)
    clock.set_needed("runs", True)
    clock.set_needed("runs", True)
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    clock.set_needed("playing", False)
    assert clock.running
    clock.set_needed("runs", False)
    assert not clock.running
    count = len(ticks)
    others = []
    other = FrameClock(clock)
    other.ticked.connect(others.append)
    other.set_needed("comparison", True)
    qtbot.waitUntil(lambda: len(others) >= 4)
    assert len(ticks) == count


def test_that_ticks_add_up_to_the_time_that_passed(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    begun = perf_counter()
    clock.set_needed("playing", True)
    qtbot.waitUntil(lambda: len(ticks) >= 10)
    passed = perf_counter() - begun
    assert 0.75 * passed - 0.05 <= sum(ticks) <= passed
    assert len(ticks) <= passed / 0.015 + 1


def test_that_a_window_that_stood_still_is_not_caught_up(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    clock.set_needed("playing", True)
    begun = perf_counter()
    while perf_counter() - begun < 0.4:
        pass
    qtbot.waitUntil(lambda: len(ticks) >= 1)
    assert ticks[0] == 0.25


def test_that_stopping_forgets_every_reason(clock):
    clock.set_needed("playing", True)
    clock.stop()
    assert not clock.running
    clock.set_needed("runs", False)
    assert not clock.running
