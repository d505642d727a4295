"""Only ordinary files are read, only as far as agreed, and only as long as they stay as they are."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gdviz.data.errors import FileChangedError, TableTooLargeError
from gdviz.data.read import TableReader, read_table
from gdviz.data.sniff import sniff
from gdviz.data.source import TableFile
from gdviz.errors import InputError

WriteFile = Callable[..., Path]

has_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
has_dev_zero = pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="this system has no /dev/zero")


@pytest.mark.parametrize("look", [sniff, read_table])
def test_that_a_missing_file_is_refused_by_name(tmp_path: Path, look: Callable[[Path], object]) -> None:
    with pytest.raises(InputError, match=r"^there is no file '.*none\.csv'; check the path\.$"):
        look(tmp_path / "none.csv")


@pytest.mark.parametrize("look", [sniff, read_table])
def test_that_a_folder_is_refused(tmp_path: Path, look: Callable[[Path], object]) -> None:
    with pytest.raises(InputError, match=r"is a folder, not an ordinary file; choose a table file\.$"):
        look(tmp_path)


@has_pipes
@pytest.mark.timeout(20)
@pytest.mark.parametrize("look", [sniff, read_table])
def test_that_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, look: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="is a pipe, not an ordinary file"):
        look(tmp_path / "pipe.csv")


@has_dev_zero
@pytest.mark.timeout(20)
@pytest.mark.parametrize("look", [sniff, read_table])
def test_that_an_endless_device_is_refused(look: Callable[[str], object]) -> None:
    with pytest.raises(InputError, match="/dev/zero is a device, not an ordinary file"):
        look("/dev/zero")


@has_dev_zero
def test_that_a_link_to_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="is a device"):
        sniff(tmp_path / "zero.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_that_links_are_followed_and_loops_are_refused(table_file: WriteFile, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(table_file("x,y\n1,2\n"))
    assert read_table(tmp_path / "link.csv").names == ("x", "y")
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(InputError, match="a link that leads back to itself"):
        read_table(tmp_path / "a.csv")


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="this system has no user numbers")
def test_that_a_file_without_permission_is_refused(table_file: WriteFile) -> None:
    path = table_file("x,y\n1,2\n")
    path.chmod(0)
    program = (
        "import os, sys\n"
        "from gdviz.data.read import read_table\n"
        "from gdviz.errors import InputError\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: read_table(sys.argv[1])\n"
        "except InputError as error: print(error)\n"
    )
    path.parent.chmod(0o755)
    for parent in path.parents[1:-1]:
        if os.access(parent, os.W_OK):
            parent.chmod(parent.stat().st_mode | 0o055)
    result = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert result.stdout == f"{path} may not be read by you; ask its owner for permission, or copy it.\n", result.stderr


def test_that_a_file_without_permission_is_refused_where_the_system_says_so_on_opening(
    table_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = table_file("x,y\n1,2\n")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError, match="may not be read by you; ask its owner for permission, or copy it"):
        sniff(path)


@pytest.mark.parametrize("path", ["a\0b.csv", "x" * 5000 + ".csv"])
def test_that_impossible_paths_are_refused(path: str) -> None:
    with pytest.raises(InputError, match=r"is no path; check it|can't be opened"):
        read_table(path)


@has_pipes
@pytest.mark.timeout(20)
def test_that_a_pipe_put_in_place_of_a_file_is_refused_without_waiting_for_it(
    table_file: WriteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = os.stat(table_file("x,y\n1,2\n"))
    os.mkfifo(tmp_path / "pipe.csv")
    monkeypatch.setattr(os, "stat", lambda _: ordinary)  # as it was a moment ago
    with pytest.raises(InputError, match="is a pipe, not an ordinary file"):
        TableFile(tmp_path / "pipe.csv")


def test_that_a_file_swapped_for_a_folder_at_the_last_moment_is_refused(
    table_file: WriteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table_file("x,y\n1,2\n")
    true_open = os.open

    def open_folder(_: object, flags: int) -> int:
        return true_open(tmp_path, flags)

    monkeypatch.setattr(os, "open", open_folder)
    with pytest.raises(InputError, match="is a folder"):
        read_table(path)


def test_that_a_disk_that_fails_is_told(table_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    with TableFile(table_file("x,y\n1,2\n")) as file:

        class Failing:
            def read(self, size: int) -> bytes:
                raise OSError(5, "Input/output error")

        monkeypatch.setattr(file, "_stream", Failing())
        with pytest.raises(
            InputError, match=r"table\.csv can't be read \(Input/output error\); check the disk it is on\."
        ):
            file.read(10)


# Size -----------------------------------------------------------------------------------------------------------------


def test_that_more_than_the_agreed_bytes_are_not_read_without_asking(table_file: WriteFile) -> None:
    path = table_file("x,y\n" + "1,2\n" * 1000)
    with pytest.raises(TableTooLargeError) as caught:
        read_table(path, cap=4000)
    assert (caught.value.size, caught.value.cap) == (4004, 4000)
    assert read_table(path, cap=4004).rows == 1000
    assert read_table(path, cap=None).rows == 1000


def test_that_the_sentence_on_size_is_in_megabytes() -> None:
    assert str(TableTooLargeError("big.csv", 300 * 2**20, 256 * 2**20)) == (
        "big.csv holds at least 300 MB of text, more than the 256 MB that are read without asking; confirm that it "
        "shall be loaded, or take fewer rows."
    )


def test_that_the_agreed_bytes_count_after_unpacking(table_file: WriteFile) -> None:
    path = table_file(gzip.compress(b"x,y\n" + b"1,2\n" * 1000), "table.csv.gz")
    with pytest.raises(TableTooLargeError) as caught:
        read_table(path, cap=4000)
    assert caught.value.size == 4004
    assert read_table(path, cap=4004).rows == 1000


def test_that_gzip_which_claims_to_be_small_is_measured_while_it_is_read(table_file: WriteFile) -> None:
    rows = "".join(f"{i},{i * i}\n" for i in range(100_000)).encode()
    path = table_file(gzip.compress(b"x,y\n" + rows) + gzip.compress(b"1,2\n"), "table.csv.gz")
    with pytest.raises(TableTooLargeError):
        read_table(path, cap=len(rows) // 2)
    assert read_table(path, cap=2 * len(rows)).rows == 100_001


@pytest.mark.parametrize("end", [b"", gzip.compress(b"1,2\n")], ids=["honest", "claiming to be small"])
@pytest.mark.parametrize("cap", [2**28, None])
def test_that_gzip_which_expands_like_a_bomb_is_refused(table_file: WriteFile, end: bytes, cap: int | None) -> None:
    path = table_file(gzip.compress(b"x,y\n" + b"0,0\n" * 2**23) + end, "bomb.csv.gz")
    with pytest.raises(InputError, match="unpacks to more than 200 times its size") as caught:
        read_table(path, cap=cap)
    assert not isinstance(caught.value, TableTooLargeError)


def test_that_small_files_may_shrink_as_they_like(table_file: WriteFile) -> None:
    path = table_file(gzip.compress(b"x,y\n" + b"0,0\n" * 2**20), "zeros.csv.gz")
    assert path.stat().st_size * 400 < 2**22
    assert read_table(path).rows == 2**20


@pytest.mark.parametrize("keep", [0.999, 0.5, 15])
def test_that_gzip_cut_off_is_refused(table_file: WriteFile, keep: float) -> None:
    packed = gzip.compress("".join(f"{i},{i * i % 977}\n" for i in range(50_000)).encode())
    length = int(keep * len(packed)) if keep < 1 else int(keep)
    with pytest.raises(
        InputError, match=r"^table\.csv\.gz: this \.gz file is damaged or cut off; pack or download it again\.$"
    ):
        read_table(table_file(packed[:length], "table.csv.gz"))


def test_that_damaged_gzip_is_refused(table_file: WriteFile) -> None:
    packed = bytearray(gzip.compress("".join(f"{i},{i * i % 977}\n" for i in range(50_000)).encode()))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(InputError, match="damaged or cut off"):
        read_table(table_file(bytes(packed), "table.csv.gz"))


# Change while loading -------------------------------------------------------------------------------------------------

ROWS = "".join(f"{i},{i * i}\n" for i in range(300_000))


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("1,2\n")


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.replace(other, path)


def overwrite_in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"oops")


def remove(path: Path) -> None:
    path.unlink()


def overwrite_with_open_quotes(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-20, os.SEEK_END)
        file.write(b'\n1,"')


@pytest.mark.parametrize(
    "change", [append, truncate, empty, replace, overwrite_in_place, remove, overwrite_with_open_quotes]
)
@pytest.mark.parametrize("packed", [False, True])
def test_that_a_file_that_changes_while_loading_gives_no_table(
    table_file: WriteFile, change: Callable[[Path], None], packed: bool
) -> None:
    text = ("x,y\n" + ROWS).encode()
    path = table_file(gzip.compress(text, 1) if packed else text, "table.csv.gz" if packed else "table.csv")
    reader = TableReader(path)
    steps: Iterator[float] = iter(reader)
    next(steps)
    next(steps)
    status = path.stat()
    change(path)
    if path.exists():  # whatever the clock of the file system, the time differs
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    # A .gz that is cut off can't be unpacked any more; that it was changed is the better answer.
    with pytest.raises(FileChangedError, match="the file changed while loading; load it again"):
        list(steps)
    assert reader.table is None


@pytest.mark.parametrize("change", [append, empty])
def test_that_a_file_of_another_length_is_noticed_at_its_end(
    table_file: WriteFile, change: Callable[[Path], None]
) -> None:
    path = table_file("x,y\n1,2\n")
    with TableFile(path) as file:
        change(path)
        with pytest.raises(FileChangedError):
            file.read(100)


def test_that_reading_again_after_a_change_works(table_file: WriteFile) -> None:
    path = table_file("x,y\n" + ROWS)
    reader = TableReader(path)
    steps = iter(reader)
    next(steps)
    append(path)
    with pytest.raises(FileChangedError):
        list(steps)
    list(reader)
    assert reader.table is not None
    assert reader.table.rows == 300_001
