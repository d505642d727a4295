"""Starting is quick and safe: nothing heavy is imported, and the Qt that is installed survives signals."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sympy", "scipy", "pandas", "pyarrow", "torch", "matplotlib", "sklearn", "OpenGL", "ziamath")


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after this statement."""
    program = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


@pytest.mark.parametrize("module", ["gdviz", "gdviz.__main__", "gdviz.app.main"])
def test_that_nothing_heavy_is_imported_at_start(module: str) -> None:
    modules = imported_by(f"import {module}")
    assert "gdviz" in modules
    assert sorted(modules.intersection(HEAVY)) == []


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["list", "problems"], ["list", "optimizers"]])
def test_that_commands_of_the_terminal_import_neither_qt_nor_anything_heavy(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gdviz", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("import time:")]
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "gdviz" in modules
    assert sorted(modules.intersection({*HEAVY, "PySide6", "shiboken6", "pyqtgraph"})) == []


def test_that_a_thousand_signals_with_a_bool_do_not_abort_python() -> None:
    # PySide6 6.12.0 loses a reference to True at each emit and aborts Python 3.11 after some 560 of them.
    program = """
from PySide6.QtCore import QObject, Signal, Slot

class Sender(QObject):
    changed = Signal(bool)

class Receiver(QObject):
    count = 0

    @Slot(bool)
    def on_changed(self, state):
        self.count += state

sender, receiver = Sender(), Receiver()
sender.changed.connect(receiver.on_changed)
for _ in range(1000):
    sender.changed.emit(True)
print(receiver.count)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "1000"), result.stderr
