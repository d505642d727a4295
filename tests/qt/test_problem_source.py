"""The problem of an experiment, made at once or in the worker, and nothing lost when it can't be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gdviz.data.report import ReadReport
from gdviz.data.table import Column, Table
from gdviz.experiment.experiment import ProblemChoice
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_rows import RowMean
from gdviz.qt.jobs import ProblemJob
from gdviz.qt.problem_source import ProblemSource
from gdviz.qt.worker_thread import WorkerThread

ROSENBROCK = ProblemChoice("rosenbrock", {"b": 10.0})


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[WorkerThread]:
    worker = WorkerThread()
    yield worker
    assert worker.close()


@pytest.fixture
def source(worker: WorkerThread) -> ProblemSource:
    return ProblemSource(worker)


@pytest.fixture
def line(tmp_path: Path) -> Path:
    path = tmp_path / "line.csv"
    rows = "".join(f"{x},{3 * x + 1}\n" for x in range(20))
    path.write_text("x,y\n" + rows, encoding="utf-8")
    return path


def table_choice(path: Path, **options: object) -> ProblemChoice:
    return ProblemChoice("data", {"table": str(path), "target": "y", **options})


def test_that_a_function_is_there_at_once(source: ProblemSource) -> None:
    source.resolve(ROSENBROCK)

    assert source.problem is not None
    assert source.problem.options()["b"] == 10.0
    assert source.settled


def test_that_a_table_is_read_in_the_worker_and_then_shown(qtbot: QtBot, source: ProblemSource, line: Path) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))
        assert source.loading
        assert source.loading_name == "line.csv"
        assert not source.settled

    assert isinstance(source.problem, DataFit)
    assert source.settled
    assert not source.loading
    np.testing.assert_allclose(source.problem.minima[0], [3 * np.arange(20).std(), 3 * 9.5 + 1], rtol=1e-12)


def test_that_preparing_leaves_the_present_problem_until_it_is_chosen(
    qtbot: QtBot, source: ProblemSource, line: Path
) -> None:
    source.resolve(ROSENBROCK)
    present = source.problem
    choice = table_choice(line)

    with qtbot.waitSignal(source.prepared) as prepared:
        source.prepare(choice)

    assert prepared.args == [choice]
    assert source.problem is present
    source.resolve(choice)
    assert isinstance(source.problem, DataFit)


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("", {}, "empty"),
        ("x,y\n1,a\n2,b\n3,c\n", {"model": "logistic"}, "classes"),
        ("x,y\n1,2\n3,4\n", {"target": "z"}, "z"),
    ],
)
def test_that_a_table_that_cannot_be_used_changes_nothing_but_says_why(
    qtbot: QtBot, source: ProblemSource, tmp_path: Path, content: str, options: dict[str, object], words: str
) -> None:
    source.resolve(ROSENBROCK)
    present = source.problem
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")

    with qtbot.waitSignal(source.failed) as failed:
        source.prepare(table_choice(path, **options))

    assert words in failed.args[0]
    assert source.problem is present
    assert source.settled
    assert not source.loading


def test_that_a_missing_file_is_said_in_words(qtbot: QtBot, source: ProblemSource, tmp_path: Path) -> None:
    with qtbot.waitSignal(source.failed) as failed:
        source.prepare(table_choice(tmp_path / "gone.csv"))

    assert "gone.csv" in failed.args[0]


def test_that_going_back_to_a_problem_makes_no_second_one(qtbot: QtBot, source: ProblemSource, line: Path) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))
    fit = source.problem
    source.resolve(ROSENBROCK)

    source.resolve(table_choice(line))

    assert source.problem is fit


def test_that_another_option_reads_the_file_no_second_time(qtbot: QtBot, source: ProblemSource, line: Path) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))
    table = source.table(table_choice(line))

    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line, l2=0.5))

    assert source.table(table_choice(line, l2=0.5)) is table
    assert isinstance(source.problem, DataFit)
    assert source.problem.l2 == 0.5


def write_other_rows(path: Path) -> None:
    path.write_text("x,y\n" + "".join(f"{x},{5 * x}\n" for x in range(30)), encoding="utf-8")


def test_that_a_file_that_has_changed_is_read_again_when_it_is_asked_for(
    qtbot: QtBot, source: ProblemSource, line: Path
) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))
    fit = source.problem
    write_other_rows(line)
    source.resolve(ROSENBROCK)

    with qtbot.waitSignal(source.prepared):
        source.prepare(table_choice(line))
    source.resolve(table_choice(line))

    assert source.problem is not fit
    assert source.problem is not None
    assert source.problem.rows == 30


def test_that_the_same_table_with_new_rows_takes_the_place_of_the_old(
    qtbot: QtBot, source: ProblemSource, line: Path
) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))
    write_other_rows(line)

    with qtbot.waitSignal(source.changed):
        source.prepare(table_choice(line))

    assert source.settled
    assert source.problem is not None
    assert source.problem.rows == 30


@pytest.mark.parametrize("happens", [lambda path: path.touch(), Path.unlink, write_other_rows])
def test_that_what_becomes_of_the_file_leaves_what_was_read_alone(
    qtbot: QtBot, source: ProblemSource, line: Path, happens: Callable[[Path], None]
) -> None:
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line))

    happens(line)

    assert source.settled
    with qtbot.waitSignal(source.changed):
        source.resolve(table_choice(line, l2=0.5))
    assert source.settled
    assert source.problem is not None
    assert source.problem.rows == 20


def test_that_an_option_changed_during_a_load_leaves_the_load_alone(
    qtbot: QtBot, source: ProblemSource, line: Path
) -> None:
    source.resolve(ROSENBROCK)
    choice = table_choice(line)

    with qtbot.waitSignal(source.prepared) as prepared:
        source.prepare(choice)
        source.resolve(ProblemChoice("rosenbrock", {"b": 20.0}))

    assert prepared.args[0] is choice
    assert source.problem is not None
    assert source.problem.options()["b"] == 20.0


def test_that_who_waits_for_a_problem_is_told_when_it_is_given_up(
    qtbot: QtBot, source: ProblemSource, line: Path, tmp_path: Path
) -> None:
    first, missing = table_choice(line), table_choice(tmp_path / "gone.csv")
    heard = []
    source.abandoned.connect(heard.append)

    source.prepare(first)
    with qtbot.waitSignal(source.failed):
        source.prepare(missing)
    source.prepare(first)
    source.cancel()

    assert [choice is expected for choice, expected in zip(heard, (first, missing, first), strict=True)] == [True] * 3


def test_that_loading_can_be_given_up(qtbot: QtBot, source: ProblemSource, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    values = np.random.default_rng(0).normal(size=(60_000, 20))
    header = ",".join([*(f"x{column}" for column in range(19)), "y"])
    np.savetxt(path, values, delimiter=",", header=header, comments="", fmt="%.5f")
    source.resolve(ROSENBROCK)
    source.prepare(table_choice(path))
    assert source.loading

    source.cancel()

    assert not source.loading
    with qtbot.assertNotEmitted(source.prepared, wait=200):
        pass
    assert source.settled


def test_that_a_fit_to_many_rows_is_prepared_in_short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    rows = 60_000
    numbers = generator.normal(size=(10, rows))
    classes = (generator.logistic(size=rows) < numbers[0]).astype(np.int32)
    columns = [Column(f"x{index}", "numeric", values) for index, values in enumerate(numbers)]
    columns.append(Column("class", "text", classes, categories=("no", "yes")))
    table = Table("made up", tuple(columns), ReadReport(rows=rows), "made_up.csv")
    whole = RowMean._blocks
    seen = [0]

    def blocks(mean: RowMean, *rest: object) -> Iterator[tuple[np.ndarray, ...]]:
        for block in whole(mean, *rest):
            seen[-1] += len(block.targets)
            yield block

    monkeypatch.setattr(RowMean, "_blocks", blocks)
    job = ProblemJob(ProblemChoice("data", {"table": "made_up.csv", "target": "class"}), table)
    progress = []
    while job.advance(0.0):
        progress.append(job.progress)
        seen.append(0)

    assert sum(seen) > 3 * rows
    assert max(seen) <= 30_000
    assert progress == sorted(progress)
    assert progress[-1] < 1
    assert isinstance(job.problem, DataFit)
    monkeypatch.undo()
    assert np.abs(job.problem.gradient(job.problem.minima[0])).max() < 1e-12
