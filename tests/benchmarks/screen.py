"""An X server for windows that nobody shall see, and a home folder that nobody misses."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["NoScreenError", "home", "screen"]

_LONGEST_START_SECONDS = 20


class NoScreenError(Exception):
    """There is nothing to open a window on; says what is missing."""


@contextlib.contextmanager
def home() -> Iterator[dict[str, str]]:
    """The variables that send settings and recent files of the programs measured into an empty folder."""
    with tempfile.TemporaryDirectory(prefix="gdviz-benchmarks-") as name:
        folder = Path(name)
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        yield {
            "HOME": name,
            "USERPROFILE": name,
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "XDG_DATA_HOME": str(folder / ".local" / "share"),
            "XDG_STATE_HOME": str(folder / ".local" / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            # matplotlib keeps its list of fonts where it finds it again: reading it is no part of a first plot.
            "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(Path.home() / ".config" / "matplotlib")),
        }


@contextlib.contextmanager
def screen(size: str = "1920x1200") -> Iterator[dict[str, str]]:
    """The variables for programs that are to open windows; raises `NoScreenError` where that can't be.

    On Linux an X server of its own, which chooses its number; elsewhere the screen that there is.
    """
    if sys.platform != "linux":
        yield {}
        return
    if shutil.which("Xvfb") is None:
        raise NoScreenError("Xvfb not installed")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        yield {"DISPLAY": f":{_line_from(reading)}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        os.close(reading)
        server.terminate()
        server.wait()


def _line_from(descriptor: int) -> str:
    ready, _, _ = select.select([descriptor], [], [], _LONGEST_START_SECONDS)
    line = os.read(descriptor, 100).decode().strip() if ready else ""
    if not line:
        raise NoScreenError("Xvfb did not start")
    return line
