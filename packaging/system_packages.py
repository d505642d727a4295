"""What gdviz and its tests need of the system: looked up, installed by apt-get where that is allowed, or named.

Qt aborts and names no package when a library is missing, so the libraries are opened here first. What is looked up is
the library, program or font itself; the package's name, which differs between releases, serves only to install it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]

_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


class SetupError(Exception):
    """gdviz can't be set up here; the text says why and what to do, with the line to type where there is one."""


@dataclass(frozen=True)
class SystemPackage:
    """A Debian package and what shows that it is there: modules of this Python, libraries, programs, font files."""

    name: str
    modules: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()

    def is_present(self) -> bool:
        """Whether everything that the package is wanted for can be had, whichever package brought it."""
        return (
            (not self.modules or _imports(self.modules))
            and all(_opens(library) for library in self.libraries)
            and all(shutil.which(program) is not None for program in self.programs)
            and all(_font_exists(font) for font in self.fonts)
        )


VENV = SystemPackage(
    f"python{sys.version_info.major}.{sys.version_info.minor}-venv", modules=("venv", "ensurepip")
)
"""For making an environment: Debian keeps this part of Python apart."""

OFFSCREEN = (
    SystemPackage("libgl1", libraries=("libGL.so.1",)),
    SystemPackage("libegl1", libraries=("libEGL.so.1",)),
    SystemPackage("libglib2.0-0", libraries=("libglib-2.0.so.0", "libgthread-2.0.so.0")),
    SystemPackage("libdbus-1-3", libraries=("libdbus-1.so.3",)),
    SystemPackage("libfontconfig1", libraries=("libfontconfig.so.1",)),
    SystemPackage("libxkbcommon0", libraries=("libxkbcommon.so.0",)),
    SystemPackage("fonts-dejavu-core", fonts=("DejaVuSans.ttf",)),
)
"""For pictures without a window."""

WINDOW = (
    *OFFSCREEN,
    SystemPackage("libxcb-cursor0", libraries=("libxcb-cursor.so.0",)),
    SystemPackage("libxkbcommon-x11-0", libraries=("libxkbcommon-x11.so.0",)),
    SystemPackage("libxcb-icccm4", libraries=("libxcb-icccm.so.4",)),
    SystemPackage("libxcb-keysyms1", libraries=("libxcb-keysyms.so.1",)),
    SystemPackage("libxcb-shape0", libraries=("libxcb-shape.so.0",)),
)
"""For a window on X11."""

TESTS = (
    *WINDOW,
    SystemPackage("xvfb", programs=("Xvfb",)),
    SystemPackage("xauth", programs=("xauth",)),
    SystemPackage("xdotool", programs=("xdotool",)),
    SystemPackage("openbox", programs=("openbox",)),
    SystemPackage("fonts-wqy-microhei", fonts=("wqy-microhei.ttc",)),
)
"""For tests with real windows, real input and Chinese text."""


def provide(packages: Sequence[SystemPackage], say: Say) -> None:
    """Has these packages installed where they are missing. Raises SetupError; only Linux needs any."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for package in packages if not package.is_present()]
    if not missing:
        return
    if VENV in missing and not Path(sys.executable).resolve().is_relative_to("/usr/bin"):
        raise SetupError(
            f"{sys.executable} lacks the module venv or ensurepip, so it can't make an environment; "
            "run this with a complete Python 3.11 or newer, for instance /usr/bin/python3."
        )
    _install([package.name for package in missing], say)
    still = [package.name for package in missing if not package.is_present()]
    if still:
        raise SetupError(
            f"{', '.join(still)} is installed, yet {sys.executable} can't open what gdviz needs of it; "
            "run this with the system's own Python, for instance /usr/bin/python3."
        )


def _imports(modules: Sequence[str]) -> bool:
    # Asked in a fresh process: this one may remember that the modules were missing.
    question = [sys.executable, "-I", "-c", f"import {', '.join(modules)}"]
    return subprocess.run(question, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _font_exists(file_name: str) -> bool:
    return any(next(folder.rglob(file_name), None) is not None for folder in _FONT_FOLDERS)


def _install(names: Sequence[str], say: Say) -> None:
    """Installs packages by apt-get as root or by sudo that asks for no password; otherwise names the line to type."""
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"these are missing, by Debian's names: {' '.join(names)}; "
            "install them with your system's package manager."
        )
    before = _permission()
    if before is None:
        commands = ["apt-get update", f"apt-get install -y --no-install-recommends {' '.join(names)}"]
        if shutil.which("sudo") is None:
            line = f"su -c '{' && '.join(commands)}'"
        else:
            line = " && ".join(f"sudo {command}" for command in commands)
        raise SetupError(f"some packages of the system are missing; type this line, then try again:\n{line}")
    say(f"installing packages of the system: {' '.join(names)}")
    # A list that can't be fetched now may still be good enough, so only the installation decides.
    _apt_get(before, "update")
    if _apt_get(before, "install", "-y", "--no-install-recommends", *names) != 0:
        raise SetupError(f"apt-get could not install {' '.join(names)}; the lines above say why.")


def _permission() -> list[str] | None:
    """What to put before apt-get; None where it may not be run."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", *quiet] if asked.returncode == 0 else None


def _apt_get(before: Sequence[str], *arguments: str) -> int:
    # Another apt-get may hold the lock for a moment on a machine that has just started.
    command = [*before, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0", *arguments]
    return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
