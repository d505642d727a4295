from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gdviz.errors import InputError
from gdviz.experiment.atomic import check_writable, replacing

ROOT = os.name == "posix" and os.geteuid() == 0


def write(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_that_a_new_file_appears_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"first")
    assert path.read_bytes() == b"first"
    write(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == ["x"]


def test_that_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"first")
    with replacing(path) as file:
        file.write(b"second")
        file.flush()
        assert path.read_bytes() == b"first"
    assert path.read_bytes() == b"second"


@pytest.mark.parametrize(
    "fault", [OSError(28, "no space"), ValueError("in between"), KeyboardInterrupt(), MemoryError()]
)
def test_that_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path, fault: BaseException) -> None:
    path = tmp_path / "x"
    write(path, b"first")

    def fail() -> None:
        with replacing(path) as file:
            file.write(b"second")
            raise fault

    with pytest.raises(InputError if isinstance(fault, OSError) else type(fault)):
        fail()
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_that_a_failure_at_the_end_keeps_the_old_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "x"
    write(path, b"first")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(InputError, match="Input/output error; choose another place"):
        write(path, b"second")
    monkeypatch.undo()
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["x"]


def test_that_content_is_on_the_disk_before_the_name_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    forced, replaced = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (calls.append("fsync"), forced(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (calls.append("replace"), replaced(*names)))
    write(tmp_path / "x", b"first")
    assert calls == (["fsync", "replace", "fsync"] if os.name == "posix" else ["fsync", "replace"])


FULL = """
import resource, sys
from gdviz.experiment.atomic import replacing
from gdviz.errors import InputError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with replacing(sys.argv[1]) as file:
        for _ in range(100):
            file.write(b"x" * 10_000)
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX's")
def test_that_a_disk_without_room_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"first")
    answer = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert "larger than allowed" in answer.stdout
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["x"]


KILLED = """
import sys
from gdviz.experiment.atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_that_a_killed_write_keeps_the_old_file_and_the_next_one_sweeps_up(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"first")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
    assert path.read_bytes() == b"first"
    left = [tmp_path / name for name in names(tmp_path) if name != "x"]
    assert len(left) == 1
    # Another write that may still be going on is left alone; one that has not moved for hours is not.
    write(path, b"second")
    assert left[0].exists()
    os.utime(left[0], (time.time() - 7200,) * 2)
    (tmp_path / ".other.part").write_bytes(b"")
    os.utime(tmp_path / ".other.part", (time.time() - 7200,) * 2)
    write(path, b"third")
    assert names(tmp_path) == [".other.part", "x"]
    assert path.read_bytes() == b"third"


def test_that_permissions_stay_and_new_files_get_the_usual_ones(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("permissions are POSIX's")
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    path = tmp_path / "x"
    write(path, b"first")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    path.chmod(0o640)
    write(path, b"second")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_that_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real").write_bytes(b"first")
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "real")
    write(tmp_path / "link", b"second")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "real").read_bytes() == b"second"


def test_that_impossible_places_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    cases = {
        tmp_path: "it is a folder",
        tmp_path / "missing" / "x": "its folder does not exist",
        tmp_path / "file" / "x": "part of the path is a file",
        tmp_path / ("ä" * 200): "the name is too long",
        tmp_path / "loop": "leads back to itself",
        tmp_path / "a\0b": "could not write",
    }
    if os.name == "posix":
        # A pipe of this test's own and no device of the system, which a fault here would replace.
        os.mkfifo(tmp_path / "pipe")
        cases[tmp_path / "pipe"] = "not an ordinary file"
    for path, words in cases.items():
        for attempt in (lambda path=path: write(path, b""), lambda path=path: check_writable(path)):
            with pytest.raises(InputError, match=words) as caught:
                attempt()
            assert "\n" not in str(caught.value)
    assert [name for name in names(tmp_path) if name != "pipe"] == ["file", "loop"]
    assert os.name != "posix" or (tmp_path / "pipe").is_fifo()


def test_that_long_names_of_other_scripts_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("梯度下降" * 20 + ".toml")
    write(path, b"first")
    assert names(tmp_path) == [path.name]


@pytest.mark.skipif(ROOT or os.name != "posix", reason="permissions don't bind the superuser")
def test_that_read_only_files_and_folders_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"first")
    path.chmod(0o444)
    with pytest.raises(InputError, match="read-only"):
        write(path, b"second")
    path.chmod(0o644)
    tmp_path.chmod(0o555)
    try:
        for attempt in (lambda: write(path, b"second"), lambda: check_writable(path)):
            with pytest.raises(InputError, match="may not write"):
                attempt()
    finally:
        tmp_path.chmod(0o755)
    assert path.read_bytes() == b"first"


AS_NOBODY = """
import os, sys
from gdviz.experiment.atomic import check_writable, replacing
from gdviz.errors import InputError
os.setgid(65534)
os.setuid(65534)
for path in sys.argv[1:]:
    for attempt in (replacing, check_writable):
        try:
            answer = attempt(path)
            if answer is not None:
                with answer as file:
                    file.write(b"second")
            print("written")
        except InputError as error:
            print(error)
"""


@pytest.mark.skipif(not ROOT, reason="only the superuser can become somebody else")
def test_that_somebody_without_permission_is_refused() -> None:
    # Not below tmp_path, which is closed to others.
    with tempfile.TemporaryDirectory() as folder:
        closed, opened = Path(folder) / "closed", Path(folder) / "open"
        Path(folder).chmod(0o755)
        for place, mode in ((closed, 0o755), (opened, 0o777)):
            place.mkdir()
            place.chmod(mode)
            write(place / "x", b"first")
        paths = [str(closed / "new"), str(closed / "x"), str(opened / "x")]
        answer = subprocess.run([sys.executable, "-c", AS_NOBODY, *paths], capture_output=True, text=True, check=True)
        lines = answer.stdout.splitlines()
        assert len(lines) == 6
        assert all("may not write" in line for line in lines[:2])
        assert all("read-only" in line for line in lines[2:])
        assert (closed / "x").read_bytes() == (opened / "x").read_bytes() == b"first"
        assert names(closed) == names(opened) == ["x"]
