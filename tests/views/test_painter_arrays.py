"""What is handed to the painter as arrays is painted as what it says, point by point."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from gdviz.views.painter_arrays import Lines, path, polyline

DRAWN = np.random.default_rng(5)
X, Y = DRAWN.uniform(0, 60, (2, 200))
CONNECTED = DRAWN.random(200) < 0.8


def pictured(draw: object) -> np.ndarray:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("black"), 1.5))
    draw(painter)  # type: ignore[operator]
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).copy()


def test_that_a_path_goes_through_its_points(qapp: QApplication) -> None:
    made = path(X, Y)
    assert made.elementCount() == 200
    places = [(made.elementAt(index).x, made.elementAt(index).y) for index in range(200)]
    np.testing.assert_array_equal(places, np.stack([X, Y], axis=1))
    assert [made.elementAt(index).isMoveTo() for index in range(200)] == [True] + [False] * 199


def test_that_a_path_begins_anew_where_it_is_not_connected(qapp: QApplication) -> None:
    made = path(X, Y, CONNECTED)
    begins = [made.elementAt(index).isMoveTo() for index in range(200)]
    assert begins == [True, *(~CONNECTED[:-1]).tolist()]


def test_that_a_path_can_be_gone_on_with_and_is_painted_as_one_made_point_by_point(qapp: QApplication) -> None:
    made = path(X, Y)
    made.lineTo(QPointF(30, 30))
    expected = QPainterPath(QPointF(X[0], Y[0]))
    for x, y in zip(X[1:].tolist(), Y[1:].tolist(), strict=True):
        expected.lineTo(x, y)
    expected.lineTo(QPointF(30, 30))
    np.testing.assert_array_equal(
        pictured(lambda painter: painter.drawPath(made)), pictured(lambda painter: painter.drawPath(expected))
    )


def test_that_no_points_are_an_empty_path(qapp: QApplication) -> None:
    assert path(np.empty(0), np.empty(0)).isEmpty()


@pytest.mark.parametrize("drawn", [None, CONNECTED], ids=["all", "some"])
def test_that_lines_are_painted_as_line_objects_are(qapp: QApplication, drawn: np.ndarray | None) -> None:
    points = [QPointF(x, y) for x, y in zip(X.tolist(), Y.tolist(), strict=True)]
    expected = [
        QLineF(first, second)
        for index, (first, second) in enumerate(pairwise(points))
        if drawn is None or drawn[index]
    ]
    lines = polyline(X, Y, drawn)
    assert len(lines) == len(expected)
    np.testing.assert_array_equal(pictured(lines.draw), pictured(lambda painter: painter.drawLines(expected)))


def test_that_lines_outlive_the_array_they_were_made_of(qapp: QApplication) -> None:
    ends = np.array([[5.0, 5.0, 50.0, 40.0]])
    lines = Lines(ends[:, ::1])
    expected = pictured(lines.draw)
    del ends
    _others = [np.full((1, 4), 7.0) for _ in range(1000)]
    np.testing.assert_array_equal(pictured(lines.draw), expected)


def test_that_no_lines_paint_nothing(qapp: QApplication) -> None:
    np.testing.assert_array_equal(pictured(Lines(np.empty((0, 4))).draw), pictured(lambda painter: None))
