"""The worker advances jobs in its own thread and answers commands between two slices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import perf_counter, sleep

import pytest
from pytestqt.qtbot import QtBot

from gdviz.errors import InputError
from gdviz.qt.jobs import Job
from gdviz.qt.worker_thread import WorkerThread


class Counting(Job):
    """Counts its slices up to a limit and notes the thread that it ran in."""

    pausable = True

    def __init__(self, limit: int | None = None) -> None:
        self.slices = 0
        self.limit = limit
        self.thread: threading.Thread | None = None
        self.failed = False

    def advance(self, seconds: float) -> bool:
        self.thread = threading.current_thread()
        self.slices += 1
        sleep(min(seconds, 0.001))  # stands for work that lets go of the interpreter, as NumPy's does
        return self.limit is None or self.slices < self.limit

    def fail(self) -> None:
        self.failed = True


class Gated(Job):
    """Spends every slice waiting to be let through."""

    pausable = True

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.slices = 0

    def advance(self, seconds: float) -> bool:
        self.slices += 1
        assert self.gate.acquire(timeout=10)
        return True


class Broken(Counting):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def advance(self, seconds: float) -> bool:
        raise self.error


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[WorkerThread]:
    worker = WorkerThread()
    yield worker
    assert worker.close()


def test_that_a_job_runs_in_another_thread_and_its_end_is_told_here(qtbot: QtBot, worker: WorkerThread) -> None:
    job = Counting(limit=5)
    heard_in = []
    worker.job_ended.connect(lambda _number: heard_in.append(threading.current_thread()))

    with qtbot.waitSignal(worker.job_ended) as ended:
        number = worker.start(job)

    assert ended.args == [number]
    assert job.slices == 5
    assert job.thread is not threading.current_thread()
    assert heard_in == [threading.current_thread()]


def test_that_jobs_share_the_worker_in_turn(qtbot: QtBot, worker: WorkerThread) -> None:
    jobs = [Counting(), Counting(), Counting()]
    for job in jobs:
        worker.start(job)

    qtbot.waitUntil(lambda: min(job.slices for job in jobs) > 20)

    counts = [job.slices for job in jobs]
    assert max(counts) - min(counts) <= 3


def test_that_a_pause_holds_pausable_jobs_only_and_going_on_takes_them_up(qtbot: QtBot, worker: WorkerThread) -> None:
    run, other = Counting(), Counting()
    other.pausable = False
    worker.start(run)
    worker.start(other)
    qtbot.waitUntil(lambda: run.slices > 0)

    with qtbot.waitSignal(worker.paused_changed) as answer:
        worker.pause(True)
    assert answer.args == [True]
    assert worker.paused
    held, seen = run.slices, other.slices
    qtbot.waitUntil(lambda: other.slices > seen + 20)
    assert run.slices == held

    with qtbot.waitSignal(worker.paused_changed):
        worker.pause(False)
    qtbot.waitUntil(lambda: run.slices > held)


def test_that_a_command_waits_for_one_turn_however_many_jobs_there_are(qtbot: QtBot, worker: WorkerThread) -> None:
    first, second, third = jobs = [Gated(), Gated(), Gated()]
    worker.start(first)
    qtbot.waitUntil(lambda: first.slices == 1)
    worker.start(second)
    worker.start(third)
    first.gate.release()
    qtbot.waitUntil(lambda: sum(job.slices for job in jobs) == 2)  # one of them is in its turn, the others wait
    before = [job.slices for job in jobs]

    with qtbot.waitSignal(worker.paused_changed):
        worker.pause(True)
        for job in jobs:
            job.gate.release(100)

    assert [job.slices for job in jobs] == before


def test_that_a_cancelled_job_is_advanced_no_more(qtbot: QtBot, worker: WorkerThread) -> None:
    cancelled, other = Counting(), Counting()
    number = worker.start(cancelled)
    worker.start(other)
    qtbot.waitUntil(lambda: cancelled.slices > 0)

    worker.cancel(number)
    last = Counting(limit=1)
    with qtbot.waitSignal(worker.job_ended):
        worker.start(last)  # commands are obeyed in order, so the cancel has been when this one ends
    held, seen = cancelled.slices, other.slices
    qtbot.waitUntil(lambda: other.slices > seen + 10)

    assert cancelled.slices == held


def test_that_bad_input_reaches_the_window_in_its_own_words(qtbot: QtBot, worker: WorkerThread) -> None:
    with qtbot.waitSignal(worker.job_failed) as failed:
        number = worker.start(Broken(InputError("the table is empty; choose another.")))

    assert failed.args == [number, "the table is empty; choose another."]


@pytest.mark.parametrize(
    ("error", "words"),
    [(ValueError("shapes differ"), "ValueError: shapes differ"), (MemoryError(), "not enough memory")],
)
def test_that_a_fault_ends_its_own_job_and_no_other(
    qtbot: QtBot, worker: WorkerThread, error: Exception, words: str
) -> None:
    broken, healthy = Broken(error), Counting()
    worker.start(healthy)

    with qtbot.waitSignal(worker.job_failed) as failed:
        worker.start(broken)

    assert words in failed.args[1]
    assert broken.failed
    seen = healthy.slices
    qtbot.waitUntil(lambda: healthy.slices > seen + 5)


def test_that_closing_ends_the_thread_in_the_middle_of_the_work(qtbot: QtBot) -> None:
    worker = WorkerThread()
    job = Counting()
    worker.start(job)
    qtbot.waitUntil(lambda: job.slices > 0)

    started = perf_counter()
    assert worker.close()

    assert perf_counter() - started < 1.0
    held = job.slices
    qtbot.wait(30)
    assert job.slices == held
