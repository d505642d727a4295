"""The colours keep their promises: words can be read, runs can be told apart, valleys are calm."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from gdviz.files import MissingResourceError, resource
from gdviz.views import theme as theme_module
from gdviz.views.theme import DARK, LIGHT, Theme, apply_theme, icon, run_color, run_dash, run_symbol

THEMES = (LIGHT, DARK)
ICONS = sorted(path.stem for path in resource("icons").glob("*.svg"))


def luminance(color: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_words_stand_out_from_whatever_they_are_written_on(theme: Theme) -> None:
    papers = (theme.window, theme.panel, theme.raised)
    pairs = [(words, paper) for words in (theme.text, theme.muted) for paper in papers]
    pairs += [(theme.text, paper) for paper in (theme.hover, theme.pressed, theme.accent_soft, theme.entry)]
    pairs += [(words, theme.panel) for words in (theme.error, theme.warning, theme.accent_words)]
    pairs += [(theme.on_accent, theme.accent), (theme.accent_words, theme.accent_soft)]
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_runs_differ_in_colour_symbol_and_dash_together(theme: Theme) -> None:
    marks = [(run_color(theme, style).name(), run_symbol(style), run_dash(style)) for style in range(35)]
    assert len(set(marks)) == 35
    first = marks[: len(theme.run_colors)]
    assert len({color for color, _, _ in first}) == len({symbol for _, symbol, _ in first}) == len(first)
    assert len({(color, symbol) for color, symbol, _ in marks}) == 35


def test_that_yellow_is_a_colour_of_runs_on_the_dark_theme_only() -> None:
    colors = {theme.name: {run_color(theme, style).name().upper() for style in range(20)} for theme in THEMES}
    assert "#F0E442" in colors["dark"]
    assert "#F0E442" not in colors["light"]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_bands_begin_near_the_background_and_leave_it_steadily(theme: Theme) -> None:
    colors = theme.band_colors(255).astype(int)
    paper = np.array(QColor(theme.panel).getRgb()[:3])
    assert np.abs(colors[0] - paper).max() <= 10
    heights = np.array([luminance(QColor(*color).name()) for color in colors.tolist()])
    falling = np.diff(heights) if theme.is_dark else -np.diff(heights)
    assert (falling >= -1e-3).all()
    assert abs(heights[-1] - heights[0]) > 0.1


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_bands_are_calmer_than_any_run(theme: Theme) -> None:
    def saturation(color: QColor) -> float:
        return max(color.getRgbF()[:3]) - min(color.getRgbF()[:3])

    loudest_band = max(saturation(QColor(*color)) for color in theme.band_colors(64).tolist())
    assert loudest_band < 0.7 * min(saturation(QColor(color)) for color in theme.run_colors)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_band_colours_pass_through_their_stops(theme: Theme) -> None:
    colors = theme.band_colors(101)
    for place, color in theme.band_stops:
        assert colors[round(100 * place)].tolist() == pytest.approx(QColor(color).getRgb()[:3], abs=1)


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Unknown])
def test_that_the_platform_chooses_the_theme(scheme: Qt.ColorScheme, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = SimpleNamespace(
        instance=lambda: object(), styleHints=lambda: SimpleNamespace(colorScheme=lambda: scheme)
    )
    monkeypatch.setattr(theme_module, "QGuiApplication", platform)
    assert Theme.system() is (DARK if scheme is Qt.ColorScheme.Dark else LIGHT)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_that_a_theme_dresses_widgets_without_a_word_from_qt(qapp: QApplication, qtbot, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.window)
    assert "@" not in qapp.styleSheet()
    for address in re.findall(r'url\("([^"]+)"\)', qapp.styleSheet()):
        assert resource("icons", "controls", address.rpartition("/")[2]).as_posix() == address
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for widget in (QComboBox(), QSpinBox(), QLineEdit("0.05")):
        layout.addWidget(widget)
    window.show()
    picture = window.grab().toImage()
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    assert any(picture.pixelColor(x, y) == QColor(theme.text) for x, y in places)


def test_that_both_themes_have_the_same_marks_for_controls() -> None:
    names = {path.stem for path in resource("icons", "controls").glob("*.svg")}
    kinds = {name.rpartition("-")[0] for name in names}
    assert names == {f"{kind}-{theme.name}" for kind in kinds for theme in THEMES}


@pytest.mark.parametrize("name", ICONS)
def test_that_an_icon_is_drawn_in_the_given_ink_at_any_scale(qapp: QApplication, name: str) -> None:
    assert "currentColor" in resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    for ratio in (1.0, 2.0):
        pixmap = icon(name, LIGHT, "#FF0000").pixmap(QSize(16, 16), ratio)
        assert pixmap.width() == 16 * ratio
        image = pixmap.toImage()
        alphas = [image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())]
        inks = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 200
        }
        assert inks == {"#ff0000"}
        assert 0.02 < sum(alphas) / (255 * len(alphas)) < 0.7


def test_that_icons_take_their_ink_from_the_theme(qapp: QApplication) -> None:
    def ink(name: str, theme: Theme, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
        image = icon(name, theme).pixmap(QSize(40, 40), mode).toImage()
        found = (image.pixelColor(x, y) for x in range(40) for y in range(40))
        return QColor(next(color for color in found if color.alpha() == 255).name())

    assert ink("play", DARK) == QColor(DARK.text)
    assert ink("play", LIGHT, QIcon.Mode.Disabled) == QColor(LIGHT.disabled)
    assert ink("warning", LIGHT) == QColor(LIGHT.warning)


def test_that_an_icon_that_is_not_there_is_named(qapp: QApplication) -> None:
    with pytest.raises(MissingResourceError, match="unicorn"):
        icon("unicorn", LIGHT)


