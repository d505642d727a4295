"""The programs whose start is timed: `python started.py NAME`, ended by itself once it has shown what it is for.

It prints the moment by the machine's clock and the processors' time spent until then. The moment is that of the first
turn of the event loop after a paint event, when all that was painted has been handed to the screen. What is waited for
is told by the class of the widget that is painted, so nothing of the programs has to be changed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

SIZE = (1600, 1000)
"""What gdviz's window has the first time, on a screen that is large enough."""


class Watch(QObject):
    """Waits for a widget of this class to be painted, once it has something to show."""

    def __init__(self, class_name: str, ready: Callable[[QObject], bool] = lambda widget: True) -> None:
        super().__init__()
        self._class_name = class_name
        self._ready = ready

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_paint = event.type() == QEvent.Type.Paint
        if is_paint and type(watched).__name__ == self._class_name and self._ready(watched):
            QTimer.singleShot(0, report)
        return False


def report() -> None:
    print(time.perf_counter(), time.process_time(), flush=True)
    os._exit(0)


class WatchedProgram(QApplication):
    """The one application, watched."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(sys.argv[:1])
        self._watch = watch
        self.installEventFilter(watch)


def empty_window() -> None:
    """The least that PySide6 can show."""
    program = WatchedProgram(Watch("QMainWindow"))
    window = QMainWindow()
    window.resize(*SIZE)
    window.show()
    program.exec()


def gdviz_window() -> None:
    """`gdviz`, up to the first paint of its window."""
    start_gdviz(Watch("MainWindow"))


def gdviz_complete() -> None:
    """`gdviz`, up to its complete window, which welcomes the user."""
    start_gdviz(Watch("WelcomeView"))


def gdviz_plot() -> None:
    """`gdviz FILE` on an example, up to its landscape."""
    example = Path(__file__).resolve().parents[2] / "resources" / "examples" / "rosenbrock_race.toml"
    start_gdviz(Watch("LandscapeCanvas", shows_a_landscape), str(example))


def shows_a_landscape(canvas: Any) -> bool:
    return canvas.surface.surface is not None


def start_gdviz(watch: Watch, *arguments: str) -> None:
    program = WatchedProgram(watch)
    from gdviz.__main__ import main

    main(arguments)
    del program


def matplotlib_plot() -> None:
    """The same landscape in a window of matplotlib, with bands and lines, and a path of as many steps."""
    program = WatchedProgram(Watch("FigureCanvasQTAgg"))
    import matplotlib as mpl

    mpl.use("QtAgg")
    import numpy as np
    from matplotlib import pyplot

    x, y = np.meshgrid(np.linspace(-2, 2, 256), np.linspace(-1, 3, 256))
    values = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    levels = np.geomspace(0.1, 2500, 18)
    figure, axes = pyplot.subplots()
    figure.set_size_inches(SIZE[0] / figure.dpi, SIZE[1] / figure.dpi)
    axes.contourf(x, y, values, levels)
    axes.contour(x, y, values, levels)
    steps = np.linspace(-1.2, 1, 500)
    axes.plot(steps, steps**2)
    pyplot.show()
    del program


if __name__ == "__main__":
    globals()[sys.argv[1]]()
