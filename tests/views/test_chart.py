from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from gdviz.analysis.axis import Axis, fitted
from gdviz.views.chart import Chart, Polyline, tabular
from gdviz.views.theme import DARK, LIGHT


@pytest.fixture
def chart(qtbot):
    made = Chart(LIGHT)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def painted(line, width=200, height=100):
    """Where ink is, `(height, width)`, from 0 to 255."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line.paint(painter, QColor("black"))
    painter.end()
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(height, image.bytesPerLine() // 4, 4)
    return 255 - flat[:, :width, 0].astype(int)


def runs_of(inked):
    """The lengths of stretches with and without ink, beginning with one of ink."""
    changes = np.flatnonzero(np.diff(inked.astype(int))) + 1
    return np.diff(np.concatenate([[0], changes, [len(inked)]]))


def test_that_a_solid_line_has_no_gap_however_finely_it_is_cut():
    for count in (2, 20, 400):
        x = np.linspace(0, 200, count)
        ink = painted(Polyline(x, np.full(count, 50.0), (), 100))
        assert (ink.max(axis=0) > 120).all()


def test_that_dashes_are_as_long_as_they_should_be_however_finely_the_line_is_cut():
    for count in (2, 3, 40, 400):
        x = np.linspace(0, 200, count)
        ink = painted(Polyline(x, np.full(count, 50.0), (6.0, 4.0), 100)).max(axis=0) > 90
        lengths = runs_of(ink)
        np.testing.assert_allclose(lengths[:-1:2], 6, atol=1)
        np.testing.assert_allclose(lengths[1:-1:2], 4, atol=1)


def test_that_dashes_are_counted_along_a_steep_line():
    ink = painted(Polyline(np.array([50.0, 50.0]), np.array([0.0, 100.0]), (6.0, 4.0), 100)).max(axis=1) > 90
    np.testing.assert_allclose(runs_of(ink)[:-1:2], 6, atol=1)


def test_that_a_band_of_noise_is_dashed_across():
    x = np.repeat(np.arange(200.0), 2)
    y = np.tile([10.0, 90.0], 200)
    ink = (painted(Polyline(x, y, (12.0, 8.0), 100)) > 120).sum(axis=0)
    lengths = runs_of(ink > 40)
    assert len(lengths) >= 18
    np.testing.assert_allclose(lengths[:-1:2], 12, atol=2)


def test_that_painting_a_band_of_noise_is_not_a_hundred_times_dearer_than_a_smooth_line():
    # Qt's outline of such a path takes 100 ms; a generous ratio tells it from single segments on any machine.
    x = np.repeat(np.arange(600.0), 2)
    lines = [
        Polyline(x, 150 + 100 * np.exp(-x / 100), (), 300),
        Polyline(x, np.random.default_rng(0).uniform(5, 295, len(x)), (), 300),
    ]
    seconds = [[], []]
    for _ in range(5):
        for line, taken in zip(lines, seconds, strict=True):
            begun = perf_counter()
            painted(line, 600, 300)
            taken.append(perf_counter() - begun)
    assert min(seconds[1]) < 30 * min(seconds[0])


def test_that_lines_of_fewer_than_two_points_paint_nothing():
    for count in (0, 1):
        for dash in ((), (6.0, 4.0)):
            assert painted(Polyline(np.full(count, 5.0), np.full(count, 5.0), dash, 100)).max() == 0


def test_that_values_and_pixels_agree(chart):
    chart.set_axes(Axis(0, 10), fitted(1e-3, 1e3, "log"))
    plot = chart.plot
    np.testing.assert_allclose(chart.across([0, 5, 10]), [plot.left(), plot.center().x(), plot.right()])
    np.testing.assert_allclose(chart.up([1e-3, 1, 1e3]), [plot.bottom(), plot.center().y(), plot.top()])


def test_that_what_lies_far_outside_has_a_place_not_far_outside(chart):
    chart.set_axes(Axis(0, 1), fitted(1e-3, 1e3, "log"))
    assert chart.plot.bottom() < chart.up(0.0) < chart.height() + chart.plot.height()
    assert np.isfinite(chart.up([1e300, 0.0])).all()
    chart.set_axes(Axis(0, 1), Axis(0, 1))
    assert (np.abs(chart.up([-1e300, 1e300])) < 3 * chart.height()).all()
    assert (np.abs(chart.across([-1e300, 1e300])) < 3 * chart.width()).all()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (Axis(0, 1_000_000), fitted(-1.7e308, 1.7e308)),
        (fitted(0, 1e8, "steps"), fitted(5e-324, 1.7e308, "log")),
        (Axis(-0.001, 0.001), fitted(123456, 123499)),
        (Axis(0.0, 1e-4), Axis(0.0, 10.0)),
    ],
)
def test_that_all_texts_are_on_the_widget_and_apart(qtbot, x, y):
    class Noting(Chart):
        def write(self, painter, place, alignment, text):
            super().write(painter, place, alignment, text)
            if text:
                width = QFontMetricsF(painter.font()).horizontalAdvance(text)
                texts.append((painter.boundingRect(place, int(alignment), text), text, width))

    texts = []
    chart = Noting(LIGHT)
    qtbot.addWidget(chart)
    chart.set_axes(x, y, "step", whole_x=x.high > 1)
    chart.set_note("a note")
    for size in ((400, 300), (200, 130), (1200, 900)):
        chart.resize(*size)
        texts.clear()
        chart.grab()
        assert len(texts) >= 5
        for place, text, width in texts:
            assert place.left() >= 0, text
            assert place.right() <= chart.width(), text
            assert place.bottom() <= chart.height() + 1, text
            assert place.width() >= width - 1, text
        for index, (place, text, _) in enumerate(texts):
            for other, other_text, _ in texts[index + 1 :]:
                # Boxes have some air around the letters.
                assert not place.adjusted(2, 4, -2, -4).intersects(other.adjusted(2, 4, -2, -4)), (text, other_text)


@pytest.mark.parametrize("name", ["x", "a name that needs a line of its own"])
def test_that_the_factor_of_small_numbers_across_is_said(qtbot, name):
    class Noting(Chart):
        def write(self, painter, place, alignment, text):
            super().write(painter, place, alignment, text)
            texts.append(text)

    texts = []
    chart = Noting(LIGHT)
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.set_axes(Axis(0.0, 1e-4), Axis(0.0, 10.0), name)
    chart.grab()
    assert sum("×10⁻⁴" in text for text in texts) == 1
    assert "0.2" in texts
    assert "1.0" not in texts or name != "x"
    texts.clear()
    chart.set_axes(Axis(0.0, 1.0), Axis(0.0, 10.0), name)
    chart.grab()
    assert not any("×" in text for text in texts)


def test_that_an_empty_text_takes_the_place_of_axes(chart):
    with_axes = chart.grab().toImage()
    chart.set_empty_text("Nothing yet.")
    without = chart.grab().toImage()
    assert without != with_axes
    chart.set_empty_text("")
    assert chart.grab().toImage() == with_axes


def test_that_figures_of_the_tabular_font_are_equally_wide(qapp):
    metrics = QFontMetricsF(tabular(QFont()))
    assert len({round(metrics.horizontalAdvance(digit), 3) for digit in "0123456789"}) == 1


def test_that_the_plot_stays_where_it_is_while_numbers_change(chart):
    places = set()
    for high in (9.0, 10.0, 50.0, 99.0):
        chart.set_axes(Axis(0, 500), Axis(0, high), "step", whole_x=True)
        places.add((chart.plot.left(), chart.plot.bottom()))
    assert len(places) == 1


def test_that_axes_are_painted_once_until_they_or_their_looks_change(qtbot):
    class Counting(Chart):
        written = 0

        def write(self, painter, place, alignment, text):
            self.written += 1
            super().write(painter, place, alignment, text)

    chart = Counting(LIGHT)
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.set_axes(Axis(0, 10), Axis(0, 1))
    larger = QFont(chart.font())
    larger.setPointSize(larger.pointSize() + 3)
    for change in (
        lambda: None,
        lambda: chart.set_axes(Axis(0, 20), Axis(0, 1)),
        lambda: chart.set_axes(Axis(0, 20), Axis(0, 1), "step"),
        lambda: chart.set_note("above the minimum"),
        lambda: chart.set_theme(DARK),
        lambda: chart.resize(340, 210),
        lambda: chart.setFont(larger),
    ):
        change()
        chart.written = 0
        first = chart.grab().toImage()
        assert chart.written > 0
        chart.written = 0
        assert chart.grab().toImage() == first
        assert chart.written == 0


def test_that_axes_in_a_picture_of_another_size_are_painted_for_it(qtbot):
    chart = Chart(LIGHT)
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.set_axes(Axis(0, 10), Axis(0, 1))
    small = chart.grab().toImage()
    picture = QImage(900, 600, QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        painter.scale(3, 3)
        chart.render(painter, QPoint())
    magnified = small.scaled(900, 600).convertToFormat(QImage.Format.Format_RGB32)
    differing = sum(
        picture.pixelColor(x, y).lightness() != magnified.pixelColor(x, y).lightness()
        for x in range(0, 900, 3)
        for y in range(540, 600)
    )
    assert differing > 300
