"""A small key to the colours of a surface: its scale as a bar, with the values of a few contour lines beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gdviz.analysis.axis import readable
from gdviz.analysis.levels import Levels
from gdviz.analysis.plane import Surface
from gdviz.views.theme import Theme

__all__ = ["draw_legend", "short_number"]

_BAR = 8.0
_HEIGHT = 88.0
_SHADES = 32
_LABELS = 4
_PAD = 8.0
_MARGIN = 10.0
_MOST_OF_WIDTH = 0.22
_MOST_OF_HEIGHT = 0.3


def short_number(value: float) -> str:
    """A number with three digits, or four where it is large: 0.25, 1300, 2.5×10⁻⁷."""
    if value == 0 or 1e-4 <= abs(value) < 1e3:
        return f"{value:.3g}".replace("-", "−")
    if 1e3 <= abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    digits, times, power = readable(value, 3).partition("×")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    # The powers of ten themselves need no factor.
    return digits.replace("1", "") + power if times and digits in ("1", "−1") else digits + times + power


def draw_legend(
    painter: QPainter, plot: QRectF, levels: Levels, surface: Surface, theme: Theme, seen: list[QPointF]
) -> None:
    """Paint the key into a corner of the plot where it hides nothing of `seen`, if there is room; in window pixels."""
    metrics = QFontMetricsF(painter.font())
    line = metrics.height()
    marks = _marks(levels, line)
    words = _words(levels, surface)
    texts = [short_number(value) for value, _ in marks]
    width = max(
        [_BAR + 6 + metrics.horizontalAdvance(text) for text in texts]
        + [metrics.horizontalAdvance(word) for word in words]
    )
    size = QRectF(0, 0, width + 2 * _PAD, _HEIGHT + len(words) * (line + 4) + 2 * _PAD + line / 2)
    if size.width() > _MOST_OF_WIDTH * plot.width() or size.height() > _MOST_OF_HEIGHT * plot.height():
        return
    place = _place(size, plot, seen)
    paper = QColor(theme.panel)
    paper.setAlphaF(0.86)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paper)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(QColor(theme.muted))
    for index, word in enumerate(words):
        row = QRectF(place.left() + _PAD, place.top() + _PAD + index * line, width, line)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)
    top = place.top() + _PAD + len(words) * (line + 4) + line / 4
    bar = QRectF(place.left() + _PAD, top, _BAR, _HEIGHT)
    _draw_bar(painter, bar, theme)
    for (_, position), text in zip(marks, texts, strict=True):
        y = bar.bottom() - position * bar.height()
        painter.setPen(QPen(QColor(theme.muted), 1))
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
        row = QRectF(bar.right() + 6, y - line / 2, width, line)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _place(size: QRectF, plot: QRectF, seen: list[QPointF]) -> QRectF:
    """The lower right corner, or the upper left where that would cover what is to be seen."""
    first = size.translated(plot.right() - size.width() - _MARGIN, plot.bottom() - size.height() - _MARGIN)
    second = size.translated(plot.left() + _MARGIN, plot.top() + _MARGIN)

    def covered(place: QRectF) -> int:
        return sum(place.adjusted(-_PAD, -_PAD, _PAD, _PAD).contains(point) for point in seen)

    return second if covered(second) < covered(first) else first


def _draw_bar(painter: QPainter, bar: QRectF, theme: Theme) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    step = bar.height() / _SHADES
    for index, color in enumerate(theme.band_colors(_SHADES).tolist()):
        painter.fillRect(QRectF(bar.left(), bar.bottom() - (index + 1) * step, bar.width(), step + 0.5), QColor(*color))
    painter.setPen(QPen(QColor(theme.border_strong), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    painter.restore()


def _marks(levels: Levels, line: float) -> list[tuple[float, float]]:
    """Some of the levels and where they lie on the bar, from 0 to 1, far enough apart to be read."""
    values = levels.values
    positions = levels.position(values)
    found: list[tuple[float, float]] = []
    for wanted in np.linspace(0.0, 1.0, _LABELS).tolist() if len(values) else []:
        index = int(np.argmin(np.abs(positions - wanted)))
        position = float(positions[index])
        if all(abs(position - other) * _HEIGHT >= line for _, other in found):
            found.append((float(values[index]), position))
    return found


def _words(levels: Levels, surface: Surface) -> list[str]:
    translate = QCoreApplication.translate
    words = []
    if levels.scale == "logarithmic":
        words.append(translate("Legend", "log scale"))
    elif levels.scale == "constant":
        words.append(translate("Legend", "constant"))
    if surface.rows_used is not None:
        words.append(translate("Legend", "from {count} rows").format(count=surface.rows_used))
    return words
