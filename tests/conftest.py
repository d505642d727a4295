"""The gates that every test passes through.

A test may not reach the real home folder, open a window on a real screen, or leave behind a widget, a thread or a
running timer. Tests marked `torch` or `window` are left out where what they need is missing, and the last lines say so.
Qt is imported here only for tests that have imported it themselves: those of the mathematics run where there is none.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SESSION_HOME = Path(tempfile.mkdtemp(prefix="gdviz-tests-"))
(SESSION_HOME / "runtime").mkdir(mode=0o700)


def _home_variables(home: Path) -> dict[str, str]:
    """The variables that send everything which is meant for the home folder to this one."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }


# Before anything imports Qt, which looks at some of these once.
os.environ.update(_home_variables(SESSION_HOME))
os.environ["XDG_CACHE_HOME"] = str(SESSION_HOME / ".cache")
os.environ["XDG_RUNTIME_DIR"] = str(SESSION_HOME / "runtime")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHONNOUSERSITE", "1")


# Tests that need more than the test extras ----------------------------------------------------------------------------

LEFT_OUT = {
    "torch": "needs PyTorch; run packaging/test.py --torch",
    "jax": "needs JAX; run packaging/test.py --jax",
    "window": "needs Xvfb, xdotool and openbox; packaging/test.py installs them on Debian and Ubuntu",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torch", action="store_true", help="fail when PyTorch is missing, instead of leaving tests out")
    parser.addoption("--jax", action="store_true", help="fail when JAX is missing, instead of leaving tests out")
    parser.addoption("--update-screenshots", action="store_true", help="take the pictures as the new references")


def pytest_configure(config: pytest.Config) -> None:
    from hypothesis import settings

    # No deadline: neighbours on the machine make single examples slow. On CI the same examples every time.
    settings.register_profile("gdviz", deadline=None, derandomize=bool(os.environ.get("CI")))
    settings.load_profile("gdviz")
    for library in ("torch", "jax"):
        if config.getoption(f"--{library}") and importlib.util.find_spec(library) is None:
            raise pytest.UsageError(
                f"--{library} was given, but {library} is not installed; run packaging/test.py --{library}"
            )


def pytest_unconfigure() -> None:
    shutil.rmtree(SESSION_HOME, ignore_errors=True)


def _missing() -> set[str]:
    """The markers whose tests can't run here."""
    missing = {library for library in ("torch", "jax") if importlib.util.find_spec(library) is None}
    programs = all(shutil.which(program) for program in ("Xvfb", "xdotool", "openbox"))
    if not programs and not os.environ.get("CI"):  # on CI they fail instead: a green run must not hide them
        missing.add("window")
    return missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = _missing()
    for item in items:
        for marker in missing:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"left out: {LEFT_OUT[marker]}"))


def pytest_collection_finish() -> None:
    # Every test of the window has the garbage collected and looks for what is left; what belongs to the tests that are
    # to come, some twenty thousand, would be gone through each time.
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for marker, reason in LEFT_OUT.items():
        count = sum(f"left out: {reason}" in str(report.longrepr) for report in skipped)
        if count:
            tests = "test" if count == 1 else "tests"
            terminalreporter.write_line(f"{count} {marker} {tests} left out: {reason}", yellow=True)


# Home -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def home() -> Iterator[Path]:
    """An empty home folder for this test alone: settings and recent files start from nothing."""
    # Not of tmp_path_factory: for every new folder it reads the names of all before it.
    folder = Path(tempfile.mkdtemp(prefix="home-", dir=SESSION_HOME))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _home_variables(folder).items():
            patch.setenv(name, value)
        _send_settings_to(folder / ".config")
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _send_settings_to(folder: Path) -> None:
    if "PySide6" not in sys.modules:
        return
    from PySide6.QtCore import QSettings, QStandardPaths

    # QSettings keeps the folder that it saw first, whatever the variables say later.
    for file_format in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(file_format, QSettings.Scope.UserScope, str(folder))
    if sys.platform != "linux":
        QStandardPaths.setTestModeEnabled(True)


# Leaks ----------------------------------------------------------------------------------------------------------------

GRACE = 2.0
"""Seconds that a thread which is ending already may take."""


@pytest.fixture(autouse=True)
def nothing_left_behind(home: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a top-level widget or a running timer."""
    threads = set(threading.enumerate())
    native = _native_threads()
    widgets = _top_level_widgets()
    yield
    leaks = [f"thread {thread.name}" for thread in _threads_since(threads)]
    if "PySide6.QtCore" in sys.modules:
        leaks += [_described(widget) for widget in _widgets_since(widgets)]
        # Looking at every object takes some 20 ms, so only where Qt's event loop or a new thread makes it worth while.
        if "qapp" in request.fixturenames or _native_threads() - native:
            leaks += [_described(thing) for thing in _left_running()]
    if leaks:
        pytest.fail(f"left behind: {'; '.join(leaks)}", pytrace=False)


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    """Python's threads that are still alive; Qt's, which Python calls `_DummyThread`, are looked for apart."""
    new = [thread for thread in set(threading.enumerate()) - before if type(thread).__name__ != "_DummyThread"]
    for thread in new:
        thread.join(GRACE)
    return [thread for thread in new if thread.is_alive()]


def _native_threads() -> set[str]:
    """The system's numbers of this process's threads; always new ones where the system doesn't tell."""
    try:
        return set(os.listdir("/proc/self/task"))
    except OSError:
        return {str(object())}


def _top_level_widgets() -> list[Any]:
    """The widgets without a parent, kept alive by the list so that none of their identities is used again."""
    module = sys.modules.get("PySide6.QtWidgets")
    if module is None or module.QApplication.instance() is None:
        return []
    # Qt's one tooltip label is its own affair.
    return [
        widget
        for widget in module.QApplication.topLevelWidgets()
        if widget.parent() is None and not widget.inherits("QTipLabel")
    ]


def _widgets_since(before: list[Any]) -> list[Any]:
    known = {id(widget) for widget in before}
    new = [widget for widget in _top_level_widgets() if id(widget) not in known]
    if not new:
        return []
    del new
    _finish_deletions()
    leaked = [widget for widget in _top_level_widgets() if id(widget) not in known]
    for widget in leaked:  # so that the next test begins clean
        widget.close()
        widget.deleteLater()
    return leaked


def _finish_deletions() -> None:
    """Has Python and Qt delete what is only waiting for it."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(2):
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def _left_running() -> list[Any]:
    """QThreads that run and QTimers that tick, of those made in Python."""
    from PySide6.QtCore import QThread, QTimer
    from shiboken6 import isValid

    def running() -> list[Any]:
        return [
            thing
            for thing in gc.get_objects()
            if issubclass(type(thing), QThread | QTimer)  # isinstance would ask the object, and some do things then
            and isValid(thing)
            and (thing.isRunning() if isinstance(thing, QThread) else thing.isActive())
            and thing not in _KNOWN_TO_RUN
        ]

    if not running():
        return []
    _finish_deletions()
    leaked = running()
    for thing in list(leaked):
        if isinstance(thing, QThread):
            if thing is QThread.currentThread():
                leaked.remove(thing)
                continue
            thing.quit()
            if thing.wait(int(GRACE * 1000)):
                continue
        else:
            thing.stop()
    _KNOWN_TO_RUN.extend(leaked)
    return leaked


_KNOWN_TO_RUN: list[Any] = []
"""Threads that would not end, each told once: the tests after it are not to blame."""


def _described(thing: Any) -> str:
    name = thing.objectName()
    parent = thing.parent()
    return " ".join(
        [type(thing).__name__, *([repr(name)] if name else []), *([f"of {type(parent).__name__}"] if parent else [])]
    )


# A real screen --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_screen() -> Iterator[dict[str, str]]:
    """The variables for a program that is to show its windows on an X server of these tests, with a window manager.

    The server numbers itself (`-displayfd`), so that runs side by side don't meet.
    """
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2560x1440x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        number = _line_from(reading, seconds=20)
        variables = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        manager = subprocess.Popen(["openbox"], env={**os.environ, **variables}, stderr=subprocess.DEVNULL)
        try:
            _wait_for_window_manager(variables)
            yield variables
        finally:
            _end(manager)
    finally:
        os.close(reading)
        _end(server)


def _line_from(descriptor: int, seconds: float) -> str:
    ready, _, _ = select.select([descriptor], [], [], seconds)
    line = os.read(descriptor, 100).decode().strip() if ready else ""
    if not line:
        pytest.fail("Xvfb did not start", pytrace=False)
    return line


def _wait_for_window_manager(variables: dict[str, str]) -> None:
    pause = threading.Event()
    for _ in range(200):
        question = subprocess.run(
            ["xdotool", "get_num_desktops"], env={**os.environ, **variables}, capture_output=True, check=False
        )
        if question.returncode == 0:
            return
        pause.wait(0.05)
    pytest.fail("openbox did not start", pytrace=False)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
