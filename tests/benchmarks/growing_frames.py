"""P6: a frame of six trajectories and six loss curves that grow while one looks at them.

They grow by 1,000 steps each in every frame, but by no more than a hundredth of their length: short ones would change
more to the eye.

gdviz shows them in its own landscape and curve view; pyqtgraph in two plots as its defaults are, matplotlib in two axes
drawn by blitting. The others have no landscape below, fixed axes, and logarithms computed beforehand. A frame begins
when the new steps are there and ends when the window has handed its picture to the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import numpy as np
from growing_paths import RUNS, GrowingPath
from harness import Goal, Measure, Peer, Ratio, Sample, timed

GROWTH = 1_000
FRAMES = 20
ROUNDS_WITH_ROOM = 60
SIDE = 600
COMPARED = 1_000_000

LENGTHS = {"gdviz, 1e4 points": 10_000, "gdviz, 1e6 points": COMPARED, "gdviz, 1e7 points": 10_000_000}


def with_gdviz(length: int, stack: ExitStack) -> Measure:
    """The landscape and the curve view side by side in a window of their own."""
    from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

    import gdviz
    from gdviz.analysis.plane import Plane, surface_of
    from gdviz.views.curves import CurveView
    from gdviz.views.landscape import LandscapeView
    from gdviz.views.shown import ShownRun
    from gdviz.views.theme import LIGHT

    window = QWidget()
    stack.callback(window.deleteLater)
    landscape, curves = LandscapeView(LIGHT, window), CurveView("values", "Loss", LIGHT, window)
    layout = QHBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(landscape)
    layout.addWidget(curves)
    window.setFixedSize(2 * SIDE, SIDE)
    window.show()
    problem = gdviz.problem("himmelblau")
    landscape.set_problem(problem)
    x_limits, y_limits = map(tuple, problem.domain.tolist())
    landscape.set_surface(surface_of(problem, Plane.of(problem), x_limits, y_limits))
    program = QApplication.instance()
    paths: list[GrowingPath] = []
    growth = min(GROWTH, length // 100)

    def begin() -> None:
        """Show paths of just this length, and wait until all of them is drawn."""
        room = growth * FRAMES * (1 if length < COMPARED else ROUNDS_WITH_ROOM)
        paths[:] = [GrowingPath(number, length, room) for number in range(RUNS)]
        runs = tuple(ShownRun(number, f"run {number}", number, path.trajectory) for number, path in enumerate(paths))
        landscape.set_runs(runs)
        curves.set_runs(runs)
        frame()

    def complete() -> bool:
        return landscape.settled and all(entry.curve.behind == 0 for entry in curves.canvas.entries)

    def frame() -> None:
        """What a tick of the window's clock does, and the painting that comes of it."""
        for view in (landscape, curves):
            view.refresh()
            view.show_step(paths[0].length - 1)
        program.processEvents()
        while not complete():
            program.processEvents()

    def measure() -> Sample:
        # A short path would grow to several times its length: each round begins with a new one.
        if length < COMPARED:
            begin()
        return _frames(FRAMES, lambda: [path.grow(growth) for path in paths], frame)

    begin()
    return measure


def with_pyqtgraph(stack: ExitStack) -> Measure:
    """Two plots with six curves each, given all points anew at every frame, as is pyqtgraph's way."""
    import pyqtgraph
    from PySide6.QtWidgets import QApplication

    arrays = _arrays()
    steps = np.arange(len(arrays[0][0]), dtype=np.float64)
    plots = [pyqtgraph.PlotWidget(), pyqtgraph.PlotWidget()]
    for plot, ranges in zip(plots, (((-6, 6), (-6, 6)), ((0, 1.1 * COMPARED), (-3, 1))), strict=True):
        stack.callback(plot.close)
        plot.resize(SIDE, SIDE)
        plot.setRange(xRange=ranges[0], yRange=ranges[1], padding=0, disableAutoRange=True)
        plot.show()
    trails, curves = ([plot.plot(pen=color) for color in "rgbcmy"] for plot in plots)
    program = QApplication.instance()
    length = COMPARED

    def grow() -> None:
        nonlocal length
        length += GROWTH

    def frame() -> None:
        for (x, y, loss), trail, curve in zip(arrays, trails, curves, strict=True):
            trail.setData(x[:length], y[:length])
            curve.setData(steps[:length], loss[:length])
        for plot in plots:
            plot.viewport().repaint()
        program.processEvents()

    return lambda: _frames(1, grow, frame)


def with_matplotlib(stack: ExitStack) -> Measure:
    """Two axes whose background is kept and whose lines alone are drawn at every frame."""
    from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
    from matplotlib.figure import Figure
    from PySide6.QtWidgets import QApplication

    arrays = _arrays()
    steps = np.arange(len(arrays[0][0]), dtype=np.float64)
    canvas = FigureCanvasQTAgg(Figure(figsize=(2 * SIDE / 100, SIDE / 100), dpi=100))
    stack.callback(canvas.close)
    both = canvas.figure.subplots(1, 2)
    both[0].set(xlim=(-6, 6), ylim=(-6, 6))
    both[1].set(xlim=(0, 1.1 * COMPARED), ylim=(-3, 1))
    trails, curves = ([axes.plot([], [], color, animated=True)[0] for color in "rgbcmy"] for axes in both)
    canvas.resize(2 * SIDE, SIDE)
    canvas.show()
    program = QApplication.instance()
    program.processEvents()
    canvas.draw()
    background = canvas.copy_from_bbox(canvas.figure.bbox)
    length = COMPARED

    def grow() -> None:
        nonlocal length
        length += GROWTH

    def frame() -> None:
        canvas.restore_region(background)
        for (x, y, loss), trail, curve in zip(arrays, trails, curves, strict=True):
            trail.set_data(x[:length], y[:length])
            curve.set_data(steps[:length], loss[:length])
            both[0].draw_artist(trail)
            both[1].draw_artist(curve)
        canvas.blit(canvas.figure.bbox)
        program.processEvents()

    return lambda: _frames(1, grow, frame)


def _arrays() -> list[tuple[Any, Any, Any]]:
    return [GrowingPath(number, COMPARED, GROWTH * ROUNDS_WITH_ROOM).arrays() for number in range(RUNS)]


def _frames(count: int, grow: Callable[[], object], frame: Callable[[], object]) -> Sample:
    """The median of so many frames, each after some growth."""
    samples = []
    for _ in range(count):
        grow()
        samples.append(timed(frame))
    return Sample(median(sample.seconds for sample in samples), median(sample.cpu_seconds for sample in samples))


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    from PySide6.QtWidgets import QApplication

    from gdviz.views.theme import LIGHT, apply_theme

    program = QApplication.instance() or QApplication([])
    assert isinstance(program, QApplication)
    apply_theme(program, LIGHT)
    with ExitStack() as stack:
        measures = {name: with_gdviz(length, stack) for name, length in LENGTHS.items() if name in names}
        for name, make in (("pyqtgraph, 1e6 points", with_pyqtgraph), ("matplotlib, 1e6 points", with_matplotlib)):
            if name in names:
                measures[name] = make(stack)
        yield measures
        del measures
    program.processEvents()


GOAL = Goal(
    name="P6",
    what="a frame of six trajectories and six loss curves that grow",
    peers=(
        *(Peer(name) for name in LENGTHS),
        Peer("pyqtgraph, 1e6 points"),
        Peer("matplotlib, 1e6 points", needs=("matplotlib",)),
    ),
    bounds=(
        Ratio(numerator="gdviz, 1e7 points", denominator="gdviz, 1e4 points", most=2.5),
        Ratio(numerator="pyqtgraph, 1e6 points", denominator="gdviz, 1e6 points", least=300),
        Ratio(numerator="matplotlib, 1e6 points", denominator="gdviz, 1e6 points", least=800),
    ),
    prepare=prepare,
    screen=True,
)
