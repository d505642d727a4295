"""The key to a surface's colours: what it says, and that it keeps out of the way."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gdviz.analysis.levels import contour_levels
from gdviz.analysis.plane import Plane, Surface
from gdviz.views.surface_legend import draw_legend
from gdviz.views.theme import LIGHT

GROUND = QColor("#FF00FF")


def surface(rows_used: int | None = None) -> Surface:
    x = np.linspace(-1, 1, 40)
    return Surface(Plane(0, 1, (0.0, 0.0)), ("x", "y"), x, x, x[:, None] ** 2 + 3 * x**2 + x, rows_used)


def covered(size: tuple[int, int], seen: list[QPointF], shown: Surface | None = None) -> QRectF:
    """The rectangle that the key takes of a plot of this size; empty without one."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(GROUND)
    painter = QPainter(image)
    drawn = shown or surface()
    draw_legend(painter, QRectF(0, 0, *size), contour_levels(drawn.values), drawn, LIGHT, seen)
    painter.end()
    pixels = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(size[1], size[0])
    rows, columns = np.nonzero(pixels != GROUND.rgb())
    if len(rows) == 0:
        return QRectF()
    return QRectF(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)


@pytest.fixture(autouse=True)
def program(qapp: QApplication) -> None:
    """Text needs one."""


def test_that_the_key_lies_in_the_lower_right_corner() -> None:
    place = covered((600, 500), [QPointF(300, 200)])
    assert place.right() == pytest.approx(590, abs=1)
    assert place.bottom() == pytest.approx(490, abs=1)
    assert place.width() * place.height() < 0.06 * 600 * 500


def test_that_the_key_makes_way_for_what_is_to_be_seen() -> None:
    place = covered((600, 500), [QPointF(560, 440)])
    assert place.left() == pytest.approx(10, abs=1)
    assert place.top() == pytest.approx(10, abs=1)
    both = covered((600, 500), [QPointF(560, 440), QPointF(30, 40)])
    assert both.right() == pytest.approx(590, abs=1)


@pytest.mark.parametrize("size", [(200, 500), (600, 260)])
def test_that_a_small_plot_has_no_key(size: tuple[int, int]) -> None:
    assert covered(size, []).isEmpty()


def test_that_the_key_says_when_only_a_part_of_the_rows_was_used() -> None:
    assert covered((600, 500), [], surface(2048)).height() > covered((600, 500), []).height() + 8
