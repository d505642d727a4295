"""Makes the environment that start.py, test.py, lint.py and benchmark.py run in, with the standard library alone.

`prepare` checks the packages of the system (system_packages.py), makes `.venv` in the repository's root and installs
gdviz into it. Nothing is installed when the note inside `.venv` says that it holds what is asked for; one that was
interrupted half-way is thrown away and made anew. All that is said goes to standard error: standard output belongs to
the program.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import system_packages
from system_packages import SetupError, SystemPackage

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
NOTE = ENVIRONMENT / "gdviz-environment.json"
UNFINISHED = ENVIRONMENT / "gdviz-unfinished"
LOCK = ROOT / ".venv-lock"

TORCH = "torch==2.13.0"
"""Installed by itself before anything that could ask for torch, so that nothing else chooses its version."""


def main(program: Callable[[Sequence[str]], int]) -> NoReturn:
    """Runs a script's program on the arguments; what can't be set up ends it in words, with exit code 2."""
    try:
        sys.exit(program(sys.argv[1:]))
    except SetupError as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"gdviz: {text}", file=sys.stderr, flush=True)


def python() -> Path:
    """The interpreter inside `.venv`."""
    return ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def clean_variables(**changes: str) -> dict[str, str]:
    """The variables for programs run in `.venv`, without those that would let other packages in."""
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return {**variables, "PYTHONNOUSERSITE": "1", **changes}


def prepare(extras: Iterable[str] = (), *, torch: bool = False, system: Sequence[SystemPackage] = ()) -> None:
    """Makes or completes `.venv` with gdviz, these extras and, when asked, torch.

    Extras installed before are kept, so that all scripts share one environment. Raises SetupError.
    """
    wanted = {*extras, *(["torch"] if torch else [])}
    if _holds(wanted):
        system_packages.provide(system, say)
        return
    try:
        with _one_set_up_at_a_time():
            usable = _environment_is_usable()
            # All at once: a person who has to type the line types it once.
            system_packages.provide(system if usable else [*system, system_packages.VENV], say)
            if not _holds(wanted):  # the set-up that this one waited for may have done the work
                _install(wanted, usable=usable)
    except OSError as error:
        raise SetupError(f"{ENVIRONMENT} can't be made: {error}.") from error


def run(arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> int:
    """Runs the interpreter of `.venv` with these arguments and gives its exit code."""
    return subprocess.call([str(python()), *arguments], env=dict(variables or clean_variables()))


def become(arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> NoReturn:
    """Ends this program as the interpreter of `.venv` with these arguments: signals and exit code are its own."""
    if sys.platform == "win32":  # exec there starts a second program and ends this one at once
        sys.exit(run(arguments, variables))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(python(), [str(python()), *arguments], dict(variables or clean_variables()))


def _fingerprint() -> str:
    """Changes with everything that calls for a new installation."""
    parts = [
        (ROOT / "pyproject.toml").read_bytes(),
        str(ROOT).encode(),
        platform.python_implementation().encode(),
        _python_version().encode(),
        platform.system().encode(),
        platform.machine().encode(),
        TORCH.encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _note() -> dict[str, object]:
    """What the last finished installation wrote down; empty where there is none."""
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _noted_extras() -> set[str]:
    extras = _note().get("extras")
    return {str(extra) for extra in extras} if isinstance(extras, list) else set()


def _holds(extras: set[str]) -> bool:
    """Whether `.venv` is finished, of today's pyproject.toml, and has these extras."""
    finished = python().exists() and not UNFINISHED.exists() and _note().get("fingerprint") == _fingerprint()
    return finished and extras <= _noted_extras()


def _install(extras: set[str], *, usable: bool) -> None:
    say(f"setting up {ENVIRONMENT} for Python {platform.python_version()}; this takes a minute or two, once")
    if usable:
        extras = extras | _noted_extras()
    else:
        _remove_environment()
        ENVIRONMENT.mkdir()
        UNFINISHED.touch()
        _call([sys.executable, "-m", "venv", str(ENVIRONMENT)], "Python could not make a virtual environment")
    UNFINISHED.touch()
    NOTE.unlink(missing_ok=True)
    if "torch" in extras:
        _pip(TORCH)
    names = ",".join(sorted(extras - {"torch"}))
    _pip("--editable", f"{ROOT}[{names}]" if names else str(ROOT))
    note = {"fingerprint": _fingerprint(), "extras": sorted(extras), "root": str(ROOT)}
    NOTE.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    UNFINISHED.unlink()


def _environment_is_usable() -> bool:
    """Whether `.venv` can be completed by pip: whole, in the place where it was made, running, of this very Python."""
    if UNFINISHED.exists() or not python().exists() or _note().get("root", str(ROOT)) != str(ROOT):
        return False
    question = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python(), "-c", question], env=clean_variables(), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == _python_version()


def _remove_environment() -> None:
    if ENVIRONMENT.is_symlink():
        ENVIRONMENT.unlink()
    elif ENVIRONMENT.is_dir():
        say(f"{ENVIRONMENT} is unfinished, broken, moved or of another Python: making it anew")
        shutil.rmtree(ENVIRONMENT)
    elif ENVIRONMENT.exists():
        raise SetupError(f"{ENVIRONMENT} is a file where the environment belongs; move it away and try again.")


def _pip(*arguments: str) -> None:
    say(f"installing {arguments[-1]}")
    quiet = [] if sys.stderr.isatty() else ["--progress-bar", "off", "--quiet"]
    _call(
        [str(python()), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *quiet, *arguments],
        f"pip could not install {arguments[-1]}",
    )


def _call(command: Sequence[str], complaint: str) -> None:
    """Runs a step of the set-up; what it prints goes to standard error."""
    # PIP_USER=0: a setting that installs into the home folder would go past .venv.
    variables = clean_variables(PIP_USER="0")
    code = subprocess.call(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    if code != 0:
        raise SetupError(f"{complaint} (exit code {code}); the lines above say why. Mend that and run this again.")


@contextlib.contextmanager
def _one_set_up_at_a_time() -> Iterator[None]:
    """Keeps two set-ups out of one `.venv`; the system lets go of the lock when this process ends, however it ends."""
    with LOCK.open("a+b") as lock:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # tries for ten seconds
                    break
                except OSError:
                    say("waiting for another set-up to end")
        else:
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say("waiting for another set-up to end")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
