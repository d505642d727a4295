from itertools import pairwise
from time import perf_counter

import pytest
from PySide6.QtWidgets import QWidget

from gdviz.qt.frame_clock import FrameClock
from gdviz.qt.right_of_way import RightOfWay


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


class Way(RightOfWay):
    """Says who has the right of way; the worker is always waiting where it is `wanted`."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted_by_worker = wanted
        self.said = []

    @property
    def wanted(self):
        return self.wanted_by_worker

    def claim(self):
        self.said.append("claim")

    def release(self):
        self.said.append("release")


def test_that_the_window_has_the_right_of_way_from_the_tick_until_all_is_painted(qtbot):
    class Painted(QWidget):
        def paintEvent(self, event):
            way.said.append("paint")

    way = Way(wanted=False)
    clock = FrameClock(right_of_way=way)
    widget = Painted()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    qtbot.waitUntil(lambda: "paint" in way.said)
    way.said.clear()
    clock.ticked.connect(lambda _seconds: widget.update())
    with qtbot.waitSignal(clock.painted) as painted:
        clock.start()
    clock.stop()
    assert way.said == ["claim", "paint", "release"]
    assert 0 < painted.args[0] < 5


@pytest.mark.parametrize("wanted", [True, False])
def test_that_a_worker_kept_waiting_gets_twice_the_time_that_the_frame_took(qtbot, wanted):
    clock = FrameClock(right_of_way=Way(wanted))
    ends, begins = [], []

    def spend(_seconds):
        begins.append(perf_counter())
        while perf_counter() - begins[-1] < 0.06:
            pass

    clock.ticked.connect(spend)
    clock.painted.connect(lambda _seconds: ends.append(perf_counter()))
    clock.start()
    qtbot.waitUntil(lambda: len(ends) >= 4)
    clock.stop()
    pauses = [begin - end for end, begin in zip(ends, begins[1:], strict=False)]
    assert (min(pauses) >= 0.12) is wanted


def test_that_frames_are_as_frequent_as_ever_once_nobody_waits(qtbot):
    way = Way(wanted=True)
    clock = FrameClock(right_of_way=way)
    slow = True

    def spend(_seconds):
        begun = perf_counter()
        while slow and perf_counter() - begun < 0.15:
            pass

    begins = []
    clock.ticked.connect(spend)
    clock.ticked.connect(lambda _seconds: begins.append(perf_counter()))
    clock.start()
    qtbot.waitUntil(lambda: len(begins) >= 2)
    slow = way.wanted_by_worker = False
    begins.clear()
    qtbot.waitUntil(lambda: len(begins) >= 8)
    clock.stop()
    assert min(later - earlier for earlier, later in pairwise(begins)) < 0.1


def test_that_a_clock_stopped_in_its_tick_stays_stopped_and_gives_the_way_free(qtbot):
    way = Way(wanted=True)
    clock = FrameClock(right_of_way=way)
    clock.ticked.connect(lambda _seconds: clock.stop())
    with qtbot.waitSignal(clock.painted):
        clock.start()
    assert not clock.running
    assert way.said == ["claim", "release"]
