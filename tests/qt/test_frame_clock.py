from time import perf_counter

import pytest

from gdviz.qt.frame_clock import FrameClock


@pytest.fixture
def clock(qapp):
    made = FrameClock()
    yield made
    made.stop()


def test_that_it_ticks_only_between_start_and_stop(clock, qtbot):
    ticks, others = [], []
    clock.ticked.connect(ticks.append)
    assert not clock.running
    clock.start()
    assert clock.running
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    clock.stop()
    assert not clock.running
    count = len(ticks)
    other = FrameClock(clock)
    other.ticked.connect(others.append)
    other.start()
    qtbot.waitUntil(lambda: len(others) >= 4)
    other.stop()
    assert len(ticks) == count


def test_that_ticks_add_up_to_the_time_that_passed(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    begun = perf_counter()
    clock.start()
    clock.start()
    qtbot.waitUntil(lambda: len(ticks) >= 10)
    passed = perf_counter() - begun
    assert 0.75 * passed - 0.05 <= sum(ticks) <= passed
    assert len(ticks) <= passed / 0.015 + 1


def test_that_starting_a_running_clock_keeps_its_beat(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    clock.start()
    other = FrameClock(clock)
    # Started more often than it would tick, it must tick all the same.
    other.ticked.connect(lambda _seconds: clock.start())
    other.start()
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    other.stop()


def test_that_a_window_that_stood_still_is_not_caught_up(clock, qtbot):
    ticks = []
    clock.ticked.connect(ticks.append)
    clock.start()
    begun = perf_counter()
    while perf_counter() - begun < 0.4:
        pass
    qtbot.waitUntil(lambda: len(ticks) >= 1)
    assert ticks[0] == 0.25
