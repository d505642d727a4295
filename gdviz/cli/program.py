"""From the words of a command line to a command, and from whatever goes wrong to an exit code.

0: done, which includes runs that diverge. 1: the self-test found a fault. 2: input that can't be used, with one
line on standard error that says what and what to do. 130: ended by Ctrl+C; runs keep what they had, and it is
written.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gdviz._version import __version__
from gdviz.cli.plugging import plugin_faults, with_plugins_loaded
from gdviz.errors import InputError

__all__ = ["COMMANDS", "INTERRUPTED", "run_program"]

COMMANDS = ("run", "explain", "check", "render", "list", "selftest")
TABLES = (".csv", ".tsv", ".txt")
INTERRUPTED = 130
UNUSABLE = 2

_HELP = """\
gdviz: see gradient descent happen

  gdviz [FILE]                  open the window; FILE is an experiment (.toml) or a table (.csv, .tsv, .txt, also .gz)
  gdviz run EXPERIMENT.toml     run the descents of an experiment without a window
  gdviz run --problem rosenbrock --optimizer adam:learning_rate=0.05 --start=-1.2,1 --steps 200 --out path.csv
  gdviz run --formula "x^2 + 3y^2" --optimizer momentum --start 1,1 --steps 50
  gdviz run --data iris.csv --target petal_width --optimizer momentum --steps 300
  gdviz explain EXPERIMENT.toml --step 40
                                every quantity of one step, from the gradient to the new point
  gdviz check --problem rosenbrock --at=-1.2,1
                                a gradient by formulas, by differences and by PyTorch, side by side
  gdviz render EXPERIMENT.toml --out picture.png
                                draw an experiment as a .png or .svg
  gdviz list [KIND] [--json]    what there is: problems, optimizers, schedules, models, losses, ...
  gdviz selftest                draw one window off screen, run one descent, check the gradients

  gdviz ... --plugin FILE.py    with your own optimizers and problems from a file; may repeat
  gdviz COMMAND --help          all options of a command
  gdviz --version               the version

Exit codes: 0 done; 2 input that can't be used, said in one line; 130 ended by Ctrl+C, with what there was written.
"""


def run_program(
    arguments: Sequence[str], run_window: Callable[[str | None], int], draw_window: Callable[[], str]
) -> int:
    """Do what the words ask and return the exit code.

    `run_window` shows the window, opened on a file or on nothing; `draw_window` draws one off screen and says in a
    sentence what is wrong with it.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Greek shall show something else, not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        words = with_plugins_loaded(list(arguments))
        try:
            code = _dispatch(words, run_window, draw_window)
        finally:
            for sentence in plugin_faults():
                _say(sentence)
        sys.stdout.flush()
        return code
    except InputError as error:
        return _refuse(str(error))
    except MemoryError:
        return _refuse("there is not enough memory for this; take fewer steps, fewer runs or a smaller table.")
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; the flush at exit must not fail on it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: list[str], run_window: Callable[[str | None], int], draw_window: Callable[[], str]) -> int:
    match arguments:
        case ["run", *rest]:
            from gdviz.cli.run import run

            return run(rest)
        case ["explain", *rest]:
            from gdviz.cli.explain import explain

            return explain(rest)
        case ["check", *rest]:
            from gdviz.cli.check import check

            return check(rest)
        case ["render", *rest]:
            from gdviz.cli.render import render

            return render(rest)
        case ["list", *rest]:
            from gdviz.cli.listing import list_names

            return list_names(rest)
        case ["selftest", *rest]:
            from gdviz.cli.selftest import selftest

            return selftest(rest, draw_window)
        case ["-h" | "--help", *_]:
            print(_HELP, end="")
            return 0
        case ["--version", *_]:
            print(f"gdviz {__version__}")
            return 0
    return _open_window(arguments, run_window)


def _open_window(arguments: list[str], run_window: Callable[[str | None], int]) -> int:
    from gdviz.cli.screen import check_window_possible

    path = _file_to_open(arguments)
    check_window_possible()
    return run_window(path)


def _file_to_open(arguments: list[str]) -> str | None:
    """The file that the window shall open, or None; raises `InputError` for what it can't be."""
    words = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not words:
        return None
    word = words[0]
    if word.startswith("-") and words is arguments:
        raise InputError(f"there is no option {word}; gdviz --help lists what there is.")
    if len(words) > 1:
        raise InputError(f"gdviz opens one file, not {len(words)}; for a command see gdviz --help.")
    path = Path(word)
    endings = [suffix.lower() for suffix in path.suffixes[-2:]]
    if endings[-1:] == [".gz"]:
        endings.pop()
    if not path.exists():
        close = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.6)
        if close and not endings:
            raise InputError(f"there is no command or file {word!r}; did you mean gdviz {close[0]}?")
        raise InputError(f"there is no file {word!r}; check the path, or see gdviz --help for the commands.")
    if path.is_dir():
        raise InputError(f"{word!r} is a folder; give an experiment or a table in it.")
    if endings[-1:] == [".toml"] and path.suffix.lower() != ".gz":
        return word
    if not endings or endings[-1] not in TABLES:
        known = f".toml for experiments, {', '.join(TABLES)} for tables, also packed as .gz"
        raise InputError(f"the ending of {path.name!r} is not one that gdviz opens ({known}); rename the file.")
    return word


def _refuse(message: str) -> int:
    _say(" ".join(message.split()))
    return UNUSABLE


def _say(line: str) -> None:
    print(f"gdviz: {line}", file=sys.stderr)
