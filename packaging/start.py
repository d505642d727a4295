"""Starts gdviz from a clone, setting up what it needs the first time.

    python3 packaging/start.py [ARGUMENTS]

ARGUMENTS are gdviz's own (`--help` lists them); without any the window opens. Where there is no display, the demo
experiment runs without a window instead, and its picture and path are left in the folder gdviz-demo.
"""

import require_python  # noqa: F401  (first, before anything that an old Python can't read)

# isort: split
import os
import sys
from collections.abc import Sequence

import environment
import system_packages
from environment import ROOT
from system_packages import SetupError, SystemPackage

DEMO = ROOT / "resources" / "examples" / "rosenbrock_race.toml"
DEMO_FOLDER = ROOT / "gdviz-demo"
WITHOUT_WINDOW = ("run", "render", "list", "selftest")
OFF_SCREEN = ("render", "selftest")


def start(arguments: Sequence[str]) -> int:
    """Sets gdviz up and becomes it, or runs the demo where nothing can be shown."""
    first = arguments[0] if arguments else ""
    asks = any(argument in ("-h", "--help", "--version") for argument in arguments)
    needs_window = not asks and first not in WITHOUT_WINDOW
    if needs_window and not _has_display():
        if arguments:
            raise SetupError(
                f"there is no display for a window on {first}; "
                "`gdviz run` and `gdviz render` work without one (--help says how)."
            )
        return _demo()
    system: Sequence[SystemPackage]
    if needs_window:
        system = system_packages.WINDOW
    else:
        system = system_packages.OFFSCREEN if first in OFF_SCREEN and not asks else ()
    environment.prepare(system=system)
    environment.become(["-m", "gdviz", *arguments], _variables(off_screen=not needs_window))


def _has_display() -> bool:
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _variables(*, off_screen: bool) -> dict[str, str]:
    return environment.clean_variables(**({"QT_QPA_PLATFORM": "offscreen"} if off_screen else {}))


def _demo() -> int:
    """Runs the demo experiment and draws it, off screen, and says where the results are."""
    environment.prepare(system=system_packages.OFFSCREEN)
    environment.say("there is no display, so the demo experiment runs without a window")
    picture, path = DEMO_FOLDER / "rosenbrock_race.png", DEMO_FOLDER / "rosenbrock_race.csv"
    try:
        DEMO_FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise SetupError(f"the demo's results can't be kept: {error}.") from error
    for command, result in (("run", path), ("render", picture)):
        code = environment.run(
            ["-m", "gdviz", command, str(DEMO), "--out", str(result)], _variables(off_screen=True)
        )
        if code != 0:
            return code
    print(f"picture: {picture}\npath: {path}")
    return 0


if __name__ == "__main__":
    environment.main(start)
