"""The scan behind a preview reads all of a file in small turns, and says what reading it would say."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from gdviz.data.read import read_table
from gdviz.data.sniff import sniff
from gdviz.qt.table_scan import TableScan


def scanned(qtbot: QtBot, path: Path) -> TableScan:
    scan = TableScan()
    scan.begin(path, sniff(path).dialect)
    qtbot.waitUntil(lambda: not scan.running, timeout=20_000)
    return scan


@pytest.fixture(scope="module")
def sorted_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table whose second class begins far beyond what a preview looks at."""
    path = tmp_path_factory.mktemp("scan") / "sorted.csv"
    rows = [f"{row},{'first' if row < 150_000 else 'second'}" for row in range(200_000)]
    path.write_text("number,label\n" + "\n".join(rows))
    return path


def test_that_a_scan_finds_what_reading_finds(qtbot: QtBot, sorted_classes: Path) -> None:
    table = scanned(qtbot, sorted_classes).table
    assert table is not None
    reference = read_table(sorted_classes)
    assert table.report == reference.report
    assert table.column("label").categories == ("first", "second")
    assert (table.column("number").values == reference.column("number").values).all()


def test_that_a_scan_leaves_the_event_loop_its_turns(qtbot: QtBot, sorted_classes: Path) -> None:
    # Once, so that the libraries that reading needs are imported already.
    read_table(sorted_classes)
    scan = TableScan()
    gaps: list[float] = []
    last = perf_counter()

    def tick() -> None:
        nonlocal last
        gaps.append(perf_counter() - last)
        last = perf_counter()

    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(tick)
    shares: list[float] = []
    scan.changed.connect(lambda: shares.append(scan.share))
    timer.start()
    scan.begin(sorted_classes, sniff(sorted_classes).dialect)
    qtbot.waitUntil(lambda: not scan.running, timeout=20_000)
    timer.stop()
    assert len(shares) >= 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    # A quarter of the slowest turns may be slow for other reasons on a machine that others use too.
    assert sorted(gaps)[len(gaps) * 3 // 4] < 0.05


def test_that_a_row_that_cannot_be_read_is_told_by_its_line(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"x,y\n" + b"1,2\n" * 30_000 + b"\xff\xfe,2\n" + b"1,2\n" * 10)
    scan = scanned(qtbot, path)
    assert scan.table is None
    assert "line 30002" in scan.error


def test_that_a_fault_ends_the_scan_once(qtbot: QtBot, sorted_classes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("gdviz.data.read.BlockReader", fail)
    scan = TableScan()
    with qtbot.captureExceptions() as raised:
        scan.begin(sorted_classes, sniff(sorted_classes).dialect)
        qtbot.waitUntil(lambda: not scan.running)
    assert [str(error) for _, error, _ in raised] == ["broken"]
    assert (scan.table, scan.error) == (None, "")


def test_that_a_new_scan_ends_the_one_before(qtbot: QtBot, sorted_classes: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.csv"
    small.write_text("a,b\n1,2\n3,4\n")
    scan = TableScan()
    scan.begin(sorted_classes, sniff(sorted_classes).dialect)
    with qtbot.waitSignal(scan.changed):
        pass
    scan.begin(small, sniff(small).dialect)
    assert scan.share == 0.0
    qtbot.waitUntil(lambda: not scan.running)
    assert scan.table is not None
    assert scan.table.names == ("a", "b")


def test_that_a_stopped_scan_has_let_go_of_everything(qtbot: QtBot, sorted_classes: Path) -> None:
    scan = TableScan()
    scan.begin(sorted_classes, sniff(sorted_classes).dialect)
    with qtbot.waitSignal(scan.changed):
        pass
    scan.stop()
    assert (scan.running, scan.table, scan.error, scan.share) == (False, None, "", 0.0)
    with qtbot.assertNotEmitted(scan.changed, wait=50):
        pass
