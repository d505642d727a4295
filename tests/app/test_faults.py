"""A fault in a problem, an optimizer or the program itself is told, and the rest goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from gdviz.analysis.plane import Sampled
from gdviz.experiment import edits
from gdviz.optimizers import OPTIMIZERS
from gdviz.problems import PROBLEMS
from gdviz.qt import landscape_service
from gdviz.runs.stopping import StopReason

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application

Break = Callable[..., None]


@pytest.fixture
def break_in_worker(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Break:
    """Makes a method raise where the worker calls it, from its so many-th call there on."""

    def breaks(owner: type, method: str, error: BaseException, after: int = 0) -> None:
        works = getattr(owner, method)
        calls = [0]

        def broken(self: Any, *arguments: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                calls[0] += 1
                if calls[0] > after:
                    raise error
            return works(self, *arguments)

        monkeypatch.setattr(owner, method, broken)

    caplog.set_level(logging.CRITICAL)
    return breaks


ERRORS = [
    ValueError("the valley is on fire"),
    ZeroDivisionError("division by zero"),
    FloatingPointError("overflow"),
    RuntimeError("lost"),
    MemoryError(),
    RecursionError("too deep"),
    KeyError("nothing"),
    np.linalg.LinAlgError("singular"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_that_a_problem_that_raises_while_it_runs_is_told_and_the_next_run_works(
    person: Person, break_in_worker: Break, error: BaseException
) -> None:
    application = person.application
    break_in_worker(PROBLEMS.get("rosenbrock"), "gradient", error, after=2)
    person.choose("rosenbrock")

    words = "not enough memory" if isinstance(error, MemoryError) else type(error).__name__
    person.wait(lambda: words in application.layout.notice.text)
    assert "Traceback" not in application.layout.notice.text
    assert any(words in label.text() for label in person.labels("muted"))
    for run in application.showing.runs:
        assert run.trajectory.stop_reason is StopReason.FAILED
        assert np.isfinite(run.trajectory.points).all()

    person.choose("booth")
    assert [run.trajectory.stop_reason for run in application.showing.runs] == [StopReason.FINISHED] * 3
    assert application.layout.notice.text == ""


def test_that_an_optimizer_that_raises_leaves_the_other_runs_alone(person: Person, break_in_worker: Break) -> None:
    application = person.application
    break_in_worker(OPTIMIZERS.get("momentum"), "update", ValueError("no way"), after=10)

    person.choose("rosenbrock")

    reasons = {run.title: run.trajectory.stop_reason for run in application.showing.runs}
    assert reasons == {
        "Gradient descent": StopReason.FINISHED,
        "Momentum": StopReason.FAILED,
        "Adam": StopReason.FINISHED,
    }
    person.wait(lambda: "no way" in application.layout.notice.text)
    person.press("End")
    assert application.services.playback.step == 500


def test_that_a_run_that_broke_can_be_run_again(
    person: Person, break_in_worker: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = person.application
    momentum = OPTIMIZERS.get("momentum")
    works = momentum.update
    break_in_worker(momentum, "update", ValueError("no way"), after=10)
    person.choose("rosenbrock")
    monkeypatch.setattr(momentum, "update", works)

    application.services.model.apply(lambda now: edits.set_hyper_parameters(now, 2, {"momentum": 0.5}), "mend")
    person.wait_for_runs()

    assert [run.trajectory.stop_reason for run in application.showing.runs] == [StopReason.FINISHED] * 3
    assert application.services.runs.failure(2) == ""
    assert application.layout.notice.text == ""


def test_that_a_landscape_that_cannot_be_sampled_is_told(
    person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_options: object) -> Iterator[Sampled]:
        raise ValueError("no view from here")
        yield

    caplog.set_level(logging.CRITICAL)
    with monkeypatch.context() as patch:
        patch.setattr(landscape_service, "sample_surface", broken)
        person.choose("rosenbrock")
        person.wait(lambda: "no view from here" in person.application.layout.notice.text)
    assert [run.trajectory.stop_reason for run in person.application.showing.runs] == [StopReason.FINISHED] * 3

    person.choose("booth")
    person.wait(lambda: person.application.services.landscape.surface is not None)
    assert person.application.layout.notice.text == ""


def test_that_a_table_whose_fit_raises_is_told_and_the_descent_stays(person: Person, break_in_worker: Break) -> None:
    application = person.application
    person.choose("rosenbrock")
    before, shown = application.services.model.experiment, application.showing.runs
    break_in_worker(PROBLEMS.get("data"), "preparing", RuntimeError("the matrix ran away"))

    person.choose("data", table="builtin:diabetes")

    assert "the matrix ran away" in application.layout.notice.text
    assert application.services.model.experiment is before
    assert application.showing.runs == shown


def test_that_a_fault_of_the_window_itself_is_told_and_the_window_goes_on(
    start: Callable[..., Application], as_person: Callable[[Application], Person], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    person = as_person(start(catching=True))
    application = person.application

    def fail() -> None:
        raise RuntimeError("a bolt came loose")

    QTimer.singleShot(0, fail)
    person.wait(lambda: "a bolt came loose" in application.layout.notice.text)
    application.layout.notice.clear()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    person.wait(lambda: "a bolt came loose" in application.layout.notice.text)

    person.choose("rosenbrock")
    assert application.layout.notice.text == ""
    assert len(application.showing.runs) == 3


def test_that_the_hooks_are_given_back_on_closing(start: Callable[..., Application]) -> None:
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    application = start(catching=True)
    assert sys.excepthook is not hooks[0]

    application.window.close()

    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks


def test_that_a_hundred_faults_at_once_are_survived(
    start: Callable[..., Application], as_person: Callable[[Application], Person], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    person = as_person(start(catching=True))
    told: list[int] = []

    def fail(number: int) -> None:
        told.append(number)
        raise RuntimeError(f"fault {number}")

    for number in range(100):
        QTimer.singleShot(0, lambda number=number: fail(number))
    person.wait(lambda: len(told) == 100)

    assert "fault" in person.application.layout.notice.text
    person.choose("rosenbrock")
