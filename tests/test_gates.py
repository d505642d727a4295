"""The gates of conftest.py let nothing through: each is shown to fail a test that deserves it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

PROBES = '''
import builtins, os, threading, warnings
from pathlib import Path

import pytest

kept = builtins.kept = []


def test_thread():
    threading.Thread(target=threading.Event().wait, args=(30,), daemon=True).start()


def test_widget(qtbot):
    from PySide6.QtWidgets import QWidget
    kept.append(QWidget())


def test_timer(qtbot):
    from PySide6.QtCore import QTimer
    kept.append(QTimer())
    kept[-1].start(10_000)


def test_qthread():
    from PySide6.QtCore import QThread
    kept.append(QThread())
    kept[-1].start()


def test_python_warning():
    warnings.warn("something is old", DeprecationWarning)


def test_qt_warning(qtbot):
    from PySide6.QtCore import qWarning
    qWarning("something is wrong")


def test_exception_in_a_slot(qtbot):
    from PySide6.QtCore import QTimer
    def fail():
        raise ValueError("in a slot")
    QTimer.singleShot(0, fail)
    qtbot.wait(20)


@pytest.mark.xfail(reason="it was mended")
def test_strict_xfail():
    pass


def test_clean_widget(qtbot):
    import pyqtgraph
    widget = pyqtgraph.PlotWidget()
    qtbot.addWidget(widget)
    widget.plot([1, 2, 3])
    widget.show()


def test_clean_thread():
    thread = threading.Thread(target=threading.Event().wait, args=(0.05,))
    thread.start()


def test_clean_settings(qtbot, home):
    from PySide6.QtCore import QSettings
    for name in ("one", "two"):
        settings = QSettings("gdviz", name)
        settings.setValue("key", 1)
        settings.sync()
        assert str(home) in settings.fileName()
    assert str(Path.home()) == str(home)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_clean_after_settings(qtbot):
    from PySide6.QtCore import QSettings
    assert QSettings("gdviz", "one").allKeys() == []
'''


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What pytest said of each probe, in a process of its own behind the same gates."""
    folder = tmp_path_factory.mktemp("probes")
    (folder / "test_probes.py").write_text(PROBES, encoding="utf-8")
    variables = {**os.environ, "PYTHONPATH": str(TESTS)}
    variables.pop("QT_QPA_PLATFORM", None)
    configuration = str(TESTS.parent / "pyproject.toml")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", configuration, "-p", "conftest", "-p", "no:cacheprovider", "--no-xvfb",
         "-rA", "--rootdir", str(folder), "test_probes.py"],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for verdict, name in re.findall(r"^(PASSED|FAILED|ERROR) \S*::(\w+)", result.stdout, re.MULTILINE):
        found.setdefault(name, set()).add(verdict)
    assert found, result.stdout + result.stderr
    return found


@pytest.mark.parametrize("probe", ["thread", "widget", "timer", "qthread"])
def test_that_what_a_test_leaves_behind_fails_it(probe: str, outcomes: dict[str, set[str]]) -> None:
    assert outcomes[f"test_{probe}"] == {"PASSED", "ERROR"}


@pytest.mark.parametrize("probe", ["python_warning", "qt_warning", "exception_in_a_slot", "strict_xfail"])
def test_that_a_warning_or_a_swallowed_exception_fails_the_test(probe: str, outcomes: dict[str, set[str]]) -> None:
    assert outcomes[f"test_{probe}"] == {"FAILED"}


def test_that_tests_that_clean_up_pass_the_gates(outcomes: dict[str, set[str]]) -> None:
    clean = {name: verdicts for name, verdicts in outcomes.items() if name.startswith("test_clean")}
    assert clean == {name: {"PASSED"} for name in clean}
    assert len(clean) == 4
