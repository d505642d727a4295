"""A worker begins nothing while a frame is drawn, and no frame can hold it up for good."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from gdviz.qt.jobs import Job
from gdviz.qt.right_of_way import RightOfWay
from gdviz.qt.worker_thread import WorkerThread


class Counting(Job):
    slices = 0

    def advance(self, seconds: float) -> bool:
        self.slices += 1
        return True


def test_that_the_worker_begins_no_slice_while_a_frame_is_drawn(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdviz.qt.right_of_way._LONGEST_SECONDS", 10.0)
    worker = WorkerThread()
    job = Counting()
    worker.start(job)
    qtbot.waitUntil(lambda: job.slices > 3)

    worker.right_of_way.claim()
    qtbot.waitUntil(lambda: worker.right_of_way.wanted)
    held = job.slices
    qtbot.wait(50)
    assert job.slices == held

    worker.right_of_way.release()
    qtbot.waitUntil(lambda: job.slices > held + 3)
    assert worker.close()


def test_that_a_frame_that_never_ends_holds_nobody_up_for_good(qtbot: QtBot) -> None:
    worker = WorkerThread()
    job = Counting()
    worker.right_of_way.claim()
    worker.start(job)

    qtbot.waitUntil(lambda: job.slices > 1)

    assert worker.close()


def test_that_it_is_wanted_only_by_who_had_to_wait_since_the_latest_claim() -> None:
    way = RightOfWay()
    way.wait()
    assert not way.wanted

    way.claim()
    waiting = threading.Thread(target=way.wait)
    waiting.start()
    waiting.join()  # its patience ends
    assert way.wanted

    way.claim()
    assert not way.wanted
    way.release()
    way.wait()
    assert not way.wanted
