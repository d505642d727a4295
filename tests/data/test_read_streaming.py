"""A table is read in short steps, with progress, and can be given up between any two of them."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.data.read import TableReader, read_table
from gdviz.errors import InputError

WriteFile = Callable[..., Path]


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 rows of five numbers and a class, 8 MB."""
    numbers = np.random.default_rng(0).normal(size=(200_000, 5)).round(4)
    path = tmp_path_factory.mktemp("tables") / "long.csv"
    rows = [",".join(map(str, row)) + f",{'abc'[i % 3]}" for i, row in enumerate(numbers.tolist())]
    path.write_text("\n".join(["a,b,c,d,e,kind", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_that_progress_grows_from_0_to_1(long_file: Path, packed: bool, tmp_path: Path) -> None:
    path = long_file
    if packed:
        path = tmp_path / "long.csv.gz"
        path.write_bytes(gzip.compress(long_file.read_bytes(), 1))
    fractions = list(TableReader(path))
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.2
    assert fractions[-1] == 1
    assert len(fractions) > 8


def test_that_the_table_is_there_only_at_the_end(long_file: Path) -> None:
    reader = TableReader(long_file)
    for fraction in reader:
        assert (reader.table is None) == (fraction < 1) or fraction == 1
    assert reader.table is not None
    assert reader.table.rows == 200_000


def test_that_reading_can_be_given_up_and_closes_the_file(long_file: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not list open files")

    def open_files() -> list[str]:
        return [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]

    reader = TableReader(long_file)
    steps: Any = iter(reader)
    next(steps)
    next(steps)
    assert str(long_file.resolve()) in open_files()
    steps.close()
    assert str(long_file.resolve()) not in open_files()
    assert reader.table is None


def test_that_steps_are_short(long_file: Path) -> None:
    def longest_step() -> float:
        durations: list[float] = []
        last = time.process_time()
        for _ in TableReader(long_file):
            now = time.process_time()
            durations.append(now - last)
            last = now
        return max(durations)

    # Some 10 ms each on an idle machine, and everything at once would take 150. The first round imports pyarrow, and
    # neighbours disturb single rounds.
    assert min(longest_step() for _ in range(4)) < 0.05


def test_that_numbers_are_those_that_python_reads(long_file: Path) -> None:
    table = read_table(long_file)
    lines = long_file.read_text(encoding="utf-8").split("\n")[1:-1]
    expected = [[float(cell) for cell in line.split(",")[:5]] for line in lines]
    np.testing.assert_array_equal(np.column_stack([table.column(name).values for name in "abcde"]), expected)
    assert table.column("kind").values[:4].tolist() == [0, 1, 2, 0]


def test_that_too_little_memory_is_told(table_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("gdviz.data.growth.np.empty", fail)
    with pytest.raises(InputError, match=r"^table\.csv needs more memory than there is; take fewer rows or columns\.$"):
        read_table(table_file("x,y\n1,2\n"))


# Memory and time, each in a process of its own ------------------------------------------------------------------------

PROGRAM = """
import json, resource, sys, time
import numpy, pyarrow.csv
from gdviz.data.read import read_table
from gdviz.errors import InputError

before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    answer = f"rows {read_table(sys.argv[1]).rows}"
except InputError as error:
    answer = str(error)
seconds = time.process_time() - start
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps([answer, seconds, grown, sorted(name for name in ("pandas", "torch") if name in sys.modules)]))
"""

needs_resource = pytest.mark.skipif(sys.platform == "win32", reason="the resource module is for Unix")


def read_apart(path: Path) -> tuple[str, float, float, list[str]]:
    """What reading a file in a process of its own says, its seconds of work, the MB it took, and what it imported."""
    command = [sys.executable, "-c", PROGRAM, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    answer, seconds, grown, imported = json.loads(result.stdout)
    return answer, seconds, grown, imported


def bomb(path: Path) -> None:
    """306 KB of gzip that unpack to 300 MB of zeros."""
    with gzip.open(path, "wb", 9) as file:
        file.write(b"x,y\n")
        for _ in range(300):
            file.write(b"0,0\n" * 2**18)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2 * 2**30)


def sparse_after_rows(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"x,y\n" + b"1,2\n" * 50_000)
        file.truncate(200 * 2**20)


def one_endless_quote(path: Path) -> None:
    path.write_bytes(b'x,y\n1,"' + b"2,3\n" * 10_000_000)


def one_endless_cell(path: Path) -> None:
    path.write_bytes(b"x,y\n1," + b"9" * 100_000_000)


def many_columns(path: Path) -> None:
    path.write_bytes(b"," * 100_000_000)


def nothing_but_quotes(path: Path) -> None:
    path.write_bytes(b"x,y\n1,2\n" + b'"' * 50_000_000)


@needs_resource
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (bomb, "unpacks to more than 200 times its size"),
        (sparse, "holds at least 2,048 MB of text, more than the 256 MB that are read without asking"),
        (sparse_after_rows, "the row in line 50002 is longer than 1 MB"),
        (one_endless_quote, "the row in line 2 is longer than 1 MB"),
        (one_endless_cell, "the row in line 2 is longer than 1 MB"),
        (many_columns, "the row in line 1 is longer than 1 MB"),
        (nothing_but_quotes, "line 3 opens a quote that is never closed|the row in line 3 is longer than 1 MB"),
    ],
)
def test_that_hostile_files_are_refused_quickly_and_in_little_memory(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:

    path = tmp_path / "hostile.csv"
    make(path)
    answer, seconds, grown, _ = read_apart(path)
    assert re.search(message, answer), answer
    assert seconds < 1
    assert grown < 300


@needs_resource
def test_that_a_table_takes_little_more_memory_than_its_numbers(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(100_000, 10)).round(5)
    path = tmp_path / "table.csv"
    text = "\n".join(",".join(map(str, row)) for row in numbers.tolist()) + "\n"
    path.write_text(",".join("abcdefghij") + "\n" + text * 3, encoding="utf-8")
    answer, _, grown, imported = read_apart(path)
    assert answer == "rows 300000"
    assert grown < 24 + 40  # 24 MB of float64, and the blocks in work
    assert imported == []
