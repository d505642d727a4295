"""P5: the contour lines of a landscape, 20 levels on 512 × 512 values.

gdviz computes them and builds its paths as its landscape does, one a level, ready to be painted; pyqtgraph has one
`IsocurveItem` a level. matplotlib's `contour` is drawn on axes of its own, which is how one gets to see it. For
comparison only, gdviz is measured with its paths painted too, and matplotlib without being drawn.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from harness import Goal, Measure, Peer, Ratio, timed

SIZE = 512
LEVELS = 20
PIXELS = 600


@dataclass(frozen=True)
class Landscape:
    """Values `(size, size)` over whole numbers from 0, the same for all, and rising levels."""

    along: np.ndarray
    values: np.ndarray
    levels: np.ndarray


@dataclass(frozen=True)
class Lines:
    """How to make the lines of a landscape, and how long those of every level are that were made last."""

    make: Callable[[], None]
    lengths: Callable[[], list[float]]


def himmelblau() -> Landscape:
    """Himmelblau's function over its whole domain, with levels closer to each other at the bottom."""
    import gdviz

    problem = gdviz.problem("himmelblau")
    x, y = (np.linspace(low, high, SIZE) for low, high in problem.domain)
    values = problem.value(np.stack(np.meshgrid(x, y), axis=-1))
    levels = np.expm1(np.linspace(*np.log1p([1.0, 0.8 * values.max()]), LEVELS))
    return Landscape(np.arange(SIZE, dtype=np.float64), values, levels)


def with_gdviz(landscape: Landscape, painted: bool = False) -> Lines:
    from pyqtgraph import arrayToQPath

    from gdviz.analysis.contours import contour_lines
    from gdviz.analysis.levels import Levels
    from gdviz.analysis.plane import Plane, Surface

    surface = Surface(Plane(0, 1, (0.0, 0.0)), ("x", "y"), landscape.along, landscape.along, landscape.values)
    levels = Levels(landscape.levels, "linear", 0.0, float(landscape.values.max()))
    paths: list[Any] = []

    def make() -> None:
        paths[:] = [
            arrayToQPath(line.points[:, 0], line.points[:, 1], connect=line.connect)
            for line in contour_lines(surface, levels)
        ]
        if painted:
            paint(paths)

    return Lines(make, lambda: [path.length() for path in paths])


def with_pyqtgraph(landscape: Landscape) -> Lines:
    from pyqtgraph import IsocurveItem

    items: list[Any] = []

    def make() -> None:
        # The axes the other way round: pyqtgraph's first one is x.
        items[:] = [IsocurveItem(landscape.values.T, level) for level in landscape.levels]
        for item in items:
            item.generatePath()

    return Lines(make, lambda: [item.path.length() for item in items])


def with_matplotlib(landscape: Landscape, drawn: bool = True) -> Lines:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    canvas = FigureCanvasAgg(Figure(figsize=(PIXELS / 100, PIXELS / 100), dpi=100))
    axes = canvas.figure.add_subplot()
    made: list[Any] = []

    def make() -> None:
        for contours in made:
            contours.remove()
        made[:] = [axes.contour(landscape.along, landscape.along, landscape.values, landscape.levels)]
        if drawn:
            canvas.draw()

    def lengths() -> list[float]:
        levels = [path.to_polygons(closed_only=False) for path in made[0].get_paths()]
        return [sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines) for lines in levels]

    return Lines(make, lengths)


def paint(paths: list[Any]) -> None:
    """Draws the paths as a landscape does, with a thin cosmetic pen, into an image."""
    from PySide6.QtGui import QColor, QImage, QPainter, QPen

    image = QImage(PIXELS, PIXELS, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    pen = QPen(QColor("gray"), 1)
    pen.setCosmetic(True)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.scale(PIXELS / SIZE, PIXELS / SIZE)
    for path in paths:
        painter.drawPath(path)
    painter.end()


PEERS: Mapping[str, Callable[[Landscape], Lines]] = {
    "gdviz": with_gdviz,
    "gdviz, painted": lambda landscape: with_gdviz(landscape, painted=True),
    "pyqtgraph IsocurveItem": with_pyqtgraph,
    "matplotlib": with_matplotlib,
    "matplotlib, not drawn": lambda landscape: with_matplotlib(landscape, drawn=False),
}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that all find the same lines before any is timed."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    program = QApplication.instance() or QApplication([])
    landscape = himmelblau()
    found = {name: PEERS[name](landscape) for name in names}
    for lines in found.values():
        lines.make()
    expected = found["gdviz"].lengths()
    for name, lines in found.items():
        # In cells, of which every level has hundreds: pyqtgraph's lines go on for one more on the border.
        np.testing.assert_allclose(lines.lengths(), expected, rtol=1e-6, atol=8, err_msg=name)
    yield {name: _measure(lines) for name, lines in found.items()}
    del program


def _measure(lines: Lines) -> Measure:
    return lambda: timed(lines.make)


GOAL = Goal(
    name="P5",
    what=f"contour lines, {LEVELS} levels on {SIZE} × {SIZE} values",
    peers=(
        Peer("gdviz"),
        Peer("gdviz, painted"),
        Peer("pyqtgraph IsocurveItem"),
        Peer("matplotlib", needs=("matplotlib",)),
        Peer("matplotlib, not drawn", needs=("matplotlib",)),
    ),
    bounds=(
        Ratio(numerator="pyqtgraph IsocurveItem", denominator="gdviz", least=40),
        Ratio(numerator="matplotlib", denominator="gdviz", least=2.5),
    ),
    prepare=prepare,
)
