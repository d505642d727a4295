"""Closing: whatever goes on, the program ends soon, with code 0, and what was not saved can be gone on with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication

from gdviz.experiment import edits
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.file import load
from gdviz.views.link_row import LinkRow
from gdviz.views.table_preview import TablePreviewDialog

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application

LONGEST = 2.0
"""Seconds that closing may take."""


def closes_soon(application: Application) -> None:
    began = time.monotonic()
    application.window.close()
    assert application.close()
    assert time.monotonic() - began < LONGEST
    assert not application.window.isVisible()


def test_that_it_closes_in_the_middle_of_runs(person: Person) -> None:
    person.choose("rosenbrock")
    model = person.application.services.model
    model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 10_000_000}), "more steps")
    person.press("Space")
    person.wait(lambda: person.application.services.playback.step > 0)

    closes_soon(person.application)


def test_that_it_closes_while_computing_is_held(person: Person) -> None:
    person.choose("rosenbrock")
    services = person.application.services
    services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 10_000_000}), "more steps")
    services.runs.pause(True)
    person.wait(lambda: services.worker.paused)

    closes_soon(person.application)


def test_that_it_closes_in_the_middle_of_reading_a_table(person: Person, large_table: Path) -> None:
    source = person.application.services.source
    person.application.editing.choose_problem(ProblemChoice("data", {"table": str(large_table)}))
    person.wait(lambda: source.progress > 0)
    assert source.loading

    closes_soon(person.application)


def test_that_it_closes_with_the_preview_of_a_table_open(person: Person, large_table: Path) -> None:
    person.application.documents.open(str(large_table))
    dialog = person.application.window.findChild(TablePreviewDialog)
    assert dialog.isVisible()

    closes_soon(person.application)


def test_that_it_closes_with_the_start_in_the_hand(person: Person) -> None:
    person.choose("rosenbrock")
    person.application.layout.workspace.landscape.start_moved.emit(0.5, 0.5)

    closes_soon(person.application)


def test_that_it_closes_at_once_after_opening(application: Application) -> None:
    closes_soon(application)


def test_that_nothing_is_heard_of_the_worker_after_closing(person: Person) -> None:
    person.choose("rosenbrock")
    services = person.application.services
    heard: list[str] = []
    for signal in (services.worker.job_ended, services.worker.job_failed, services.worker.progressed):
        signal.connect(lambda *_arguments: heard.append("worker"))
    services.model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 10_000_000}), "more steps")

    closes_soon(person.application)
    QCoreApplication.processEvents()

    assert heard == []
    assert not services.clock.running


STUCK = """
import sys, threading, time
from PySide6.QtCore import QTimer
from gdviz.app import main
from gdviz.problems import PROBLEMS

rosenbrock = PROBLEMS.get("rosenbrock")
computing = []

gradient = rosenbrock.gradient

def endless(self, x):
    # In the worker as one long computation, which nothing can interrupt.
    if threading.current_thread() is not threading.main_thread():
        computing.append(True)
        time.sleep(60)
    return gradient(self, x)

rosenbrock.gradient = endless

def act():
    from PySide6.QtWidgets import QApplication
    from gdviz.app.main_window import MainWindow
    window = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))
    program = window.findChild(main.Starter).application
    if program is None:
        return
    if program.services.model.experiment.problem is None:
        from gdviz.experiment.experiment import ProblemChoice
        program.editing.choose_problem(ProblemChoice("rosenbrock"))
    elif computing:
        timer.stop()
        print(time.monotonic(), flush=True)
        window.close()

qt = main.make_qt_application()
timer = QTimer()
timer.timeout.connect(act)
timer.start(20)
sys.exit(main.run_window())
"""


def test_that_it_ends_although_the_worker_sits_in_one_long_computation() -> None:
    result = subprocess.run(
        [sys.executable, "-c", STUCK],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    ended = time.monotonic()

    assert (result.returncode, result.stderr) == (0, "")
    assert ended - float(result.stdout) < LONGEST


def test_that_unsaved_work_can_be_gone_on_with(
    start: Callable[..., Application], as_person: Callable[[Application], Person]
) -> None:
    first = as_person(start())
    first.choose("rosenbrock", b=5.0)
    first.application.layout.workspace.landscape.start_dropped.emit(0.5, 0.75)
    first.wait_for_runs()
    left = first.application.services.model.experiment
    closes_soon(first.application)

    second = as_person(start())
    row = next(row for row in second.all(LinkRow) if row.isVisible() and "left off" in row.text())
    second.click(row)
    second.wait_for_runs()

    model = second.application.services.model
    assert model.experiment.problem == left.problem
    assert [entry.config for entry in model.experiment.runs] == [entry.config for entry in left.runs]
    assert model.path is None
    assert not second.application.layout.welcome.isVisible()


def test_that_nothing_is_left_behind_where_nothing_was_done_or_all_was_saved(
    start: Callable[..., Application], as_person: Callable[[Application], Person], tmp_path: Path
) -> None:
    untouched = start()
    left_behind = untouched.documents.left_behind
    closes_soon(untouched)
    assert not left_behind.exists()

    person = as_person(start())
    person.choose("rosenbrock")
    person.application.documents.save_to(tmp_path / "race.toml")
    closes_soon(person.application)
    assert not left_behind.exists()
    assert load(tmp_path / "race.toml").problem == ProblemChoice("rosenbrock")


def test_that_work_gone_on_with_and_saved_is_not_offered_again(
    start: Callable[..., Application], as_person: Callable[[Application], Person], tmp_path: Path
) -> None:
    first = as_person(start())
    first.choose("rosenbrock")
    closes_soon(first.application)

    second = as_person(start())
    second.application.documents.open_experiment(second.application.documents.left_behind, remember=False)
    second.wait_for_runs()
    closes_soon(second.application)
    assert second.application.documents.left_behind.exists(), "it was not saved anywhere else yet"

    third = as_person(start())
    third.application.documents.open_experiment(third.application.documents.left_behind, remember=False)
    third.wait_for_runs()
    third.application.documents.save_to(tmp_path / "race.toml")
    closes_soon(third.application)
    assert not third.application.documents.left_behind.exists()


def test_that_what_cannot_be_kept_aside_does_not_keep_the_window_open(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.choose("rosenbrock")
    path = person.application.documents.left_behind
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.write_text("a file where a folder should be", encoding="utf-8")

    closes_soon(person.application)
