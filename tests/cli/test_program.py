from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gdviz
from gdviz import __main__ as entry
from gdviz.cli import program, screen
from gdviz.cli.program import run_program
from gdviz.errors import InputError


def opened(monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str | None]:
    """What the window is opened on, where one can be opened."""
    seen: list[str | None] = []
    monkeypatch.setattr(screen, "check_window_possible", lambda: None)
    code = run_program(words, lambda path: seen.append(path) or 7, lambda: "")
    assert code == 7
    return seen


def test_that_no_words_open_the_empty_window(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch) == [None]


@pytest.mark.parametrize("name", ["a.toml", "A.TOML", "b.csv", "c.tsv", "d.txt", "e.csv.gz", "f.TSV.GZ", "run.toml"])
def test_that_experiments_and_tables_open_in_the_window(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch()
    assert opened(monkeypatch, str(tmp_path / name)) == [str(tmp_path / name)]
    monkeypatch.chdir(tmp_path)
    assert opened(monkeypatch, "--", name) == [name]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("missing.csv",), "there is no file 'missing.csv'"),
        (("rnu",), "did you mean gdviz run?"),
        (("selftset",), "did you mean gdviz selftest?"),
        (("picture.png",), "the ending of 'picture.png' is not one that gdviz opens"),
        (("noending",), "the ending of 'noending' is not one"),
        (("packed.toml.gz",), "the ending of 'packed.toml.gz' is not one"),
        (("folder",), "'folder' is a folder"),
        (("a.csv", "b.csv"), "opens one file, not 2"),
        (("--frobnicate",), "there is no option --frobnicate"),
        (("list", "problms"), "did you mean problems?"),
        (("list", "xyz"), "choose one of problems"),
        (("selftest", "now"), "unrecognized arguments: now"),
    ],
)
def test_that_other_words_are_refused_in_one_line(
    gdviz_command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("picture.png", "noending", "packed.toml.gz"):
        Path(name).touch()
    Path("folder").mkdir()
    answer = gdviz_command(*words)
    assert answer.code == 2
    assert sentence in answer.errors
    assert (answer.output, answer.errors.count("\n")) == ("", 1)


def test_that_version_and_help_are_printed(gdviz_command: Any) -> None:
    assert gdviz_command("--version") == (0, f"gdviz {gdviz.__version__}\n", "")
    for word in ("-h", "--help"):
        answer = gdviz_command(word)
        assert (answer.code, answer.errors) == (0, "")
        assert all(f"gdviz {command}" in answer.output for command in program.COMMANDS)


def test_that_a_sentence_of_several_lines_becomes_one(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import gdviz.cli.listing as listing

    def fail(_: object) -> int:
        raise InputError("one\nand  another")

    monkeypatch.setattr(listing, "list_names", fail)
    assert gdviz_command("list") == (2, "", "gdviz: one and another\n")


def test_that_ctrl_c_ends_any_command_without_a_traceback(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import gdviz.cli.listing as listing

    def fail(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "list_names", fail)
    assert gdviz_command("list") == (130, "", "gdviz: interrupted\n")


def run_python(*words: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """`python -m gdviz` with these words in a fresh process; a variable that is None is taken away."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-m", "gdviz", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={name: value for name, value in environment.items() if value is not None},
    )


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_that_a_reader_who_leaves_early_causes_no_traceback() -> None:
    program_text = f"{sys.executable} -m gdviz list --json"
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{program_text} | head -c 10"], capture_output=True, text=True, check=False
    )
    assert answer.stderr == ""
    assert answer.returncode == 0


def test_that_a_terminal_without_greek_gets_the_list_all_the_same() -> None:
    answer = run_python("list", "losses", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "squared_error" in answer.stdout


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of Linux")


@linux
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DISPLAY": None}, "there is no display to open a window on"),
        ({"DISPLAY": ":4711"}, "the display ':4711' does not answer"),
        ({"DISPLAY": None, "QT_QPA_PLATFORM": "xcb"}, "there is no display to open a window on"),
        ({"DISPLAY": None, "QT_QPA_PLATFORM": "wayland"}, "there is no display to open a window on"),
        ({"DISPLAY": None, "WAYLAND_DISPLAY": "wayland-gone"}, "there is no display to open a window on"),
    ],
)
def test_that_without_a_display_the_window_says_so(variables: dict[str, str | None], sentence: str) -> None:
    answer = run_python(**{"QT_QPA_PLATFORM": None, "WAYLAND_DISPLAY": None, **variables})
    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert "gdviz run" in answer.stderr
    assert answer.stderr.count("\n") == 1


@linux
def test_that_a_missing_library_is_named_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", ":0")
    opens = screen._opens
    monkeypatch.setattr(
        screen, "_opens", lambda name: name not in {"libEGL.so.1", "libxcb-cursor.so.0"} and opens(name)
    )
    monkeypatch.setattr(screen, "_APT_GET", Path(__file__))
    with pytest.raises(InputError, match=r"sudo apt-get install libegl1 libxcb-cursor0$"):
        screen.check_window_possible()
    monkeypatch.setattr(screen, "_APT_GET", Path("/nowhere/apt-get"))
    with pytest.raises(InputError, match=r"by Debian's names libegl1 libxcb-cursor0; install them"):
        screen.check_window_possible()
    with pytest.raises(InputError, match=r"by Debian's names libegl1; install them"):
        screen.check_pictures_possible()


@linux
def test_that_a_library_that_is_not_there_does_not_open() -> None:
    assert not screen._opens("libnothing-at-all.so.99")
    assert screen._opens("libc.so.6")


def test_that_missing_qt_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (lambda _: None, lambda _: (_ for _ in ()).throw(ModuleNotFoundError())):
        monkeypatch.setattr("importlib.util.find_spec", answer)
        for check in (screen.check_window_possible, screen.check_pictures_possible):
            with pytest.raises(InputError, match="PySide6 is not installed"):
                check()


@linux
@pytest.mark.window
def test_that_a_display_that_answers_is_good_enough(
    real_screen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in real_screen.items():
        monkeypatch.setenv(name, value)
    screen.check_window_possible()
    monkeypatch.delenv("QT_QPA_PLATFORM")
    screen.check_window_possible()


def test_that_off_screen_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)
    screen.check_window_possible()


def test_that_the_entry_point_hands_over_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gdviz", "--version"])
    assert entry.main() == 0
    assert re.fullmatch(r"gdviz \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)
    assert entry.main(["--frob"]) == 2
