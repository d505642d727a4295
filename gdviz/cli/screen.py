"""Whether Qt can start here. Qt itself aborts the process where a library or the display is missing, and names no
remedy.

So the libraries are opened and the display is greeted first; what is missing is said with the line to type.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gdviz.errors import InputError

__all__ = ["check_pictures_possible", "check_window_possible"]

# Debian's packages by the library that shows they are there; found by trial on a bare Debian 12.
_EVERYWHERE = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_ON_X11 = {
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
_APT_GET = Path("/usr/bin/apt-get")
_WITHOUT_WINDOW = "gdviz run and gdviz render work without one"


def check_window_possible() -> None:
    """Raises `InputError` where no window can be opened here."""
    _check_qt_installed()
    if not sys.platform.startswith("linux"):
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    on_wayland = platform in ("", "wayland", "wayland-egl") and _wayland_answers()
    on_x11 = platform == "xcb" or (platform == "" and not on_wayland)
    if (on_x11 and not os.environ.get("DISPLAY")) or (platform.startswith("wayland") and not on_wayland):
        raise InputError(
            f"there is no display to open a window on; set DISPLAY or log in at a screen. {_WITHOUT_WINDOW}."
        )
    _check_libraries({**_EVERYWHERE, **(_ON_X11 if on_x11 else {})})
    if on_x11 and not _x11_answers():
        raise InputError(f"the display {os.environ['DISPLAY']!r} does not answer; check DISPLAY. {_WITHOUT_WINDOW}.")


def check_pictures_possible() -> None:
    """Raises `InputError` where Qt can't even draw off screen; otherwise has it draw there unless told otherwise."""
    _check_qt_installed()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform.startswith("linux"):
        _check_libraries(_EVERYWHERE)


def _check_qt_installed() -> None:
    try:
        installed = importlib.util.find_spec("PySide6.QtWidgets") is not None
    except ModuleNotFoundError:
        installed = False
    if not installed:
        raise InputError(
            "PySide6 is not installed, so there are no windows and pictures; type: pip install --upgrade gdviz"
        )


def _check_libraries(packages: dict[str, str]) -> None:
    missing = [package for library, package in packages.items() if not _opens(library)]
    if missing:
        raise InputError(_advice(missing))


def _advice(missing: Sequence[str]) -> str:
    names = " ".join(missing)
    if _APT_GET.exists():
        return f"Qt needs libraries of the system that are not installed; type: sudo apt-get install {names}"
    return f"Qt needs libraries of the system that are not installed, by Debian's names {names}; install them."


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), name).is_socket()


def _x11_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
