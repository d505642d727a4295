"""How the window is coloured: two themes, the marks of the runs, the look of the widgets, and the icons.

A `Theme` is a value that views are given and draw with. `run_color`, `run_symbol` and `run_dash` turn the style number
of a run into marks that differ in all three, for eyes that don't tell colours apart. `apply_theme` dresses the widgets.
"""

from __future__ import annotations

import dataclasses
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QByteArray, QRectF, QSettings, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from gdviz.files import resource

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PySide6.QtSvg import QSvgRenderer

__all__ = ["DARK", "LIGHT", "Theme", "apply_theme", "icon", "remembered_theme", "run_color", "run_dash", "run_symbol"]

Stop: TypeAlias = tuple[float, str]


@dataclass(frozen=True)
class Theme:
    """The colours of the window, as `#RRGGBB`."""

    name: str
    is_dark: bool
    window: str
    panel: str
    text: str
    muted: str
    line: str
    accent: str
    on_accent: str
    """Words and ticks on the accent."""
    accent_strong: str
    """The accent under the pointer."""
    accent_soft: str
    """What is selected or switched on: a tint of the accent that text stays readable on."""
    accent_words: str
    """Words in the accent's colour, on a panel or on the soft accent."""
    raised: str
    """A part of a panel that stands out a little."""
    entry: str
    """Where something can be typed."""
    hover: str
    pressed: str
    track: str
    border: str
    border_strong: str
    disabled: str
    warning: str
    error: str
    band_stops: tuple[Stop, ...]
    """The landscape from its lowest to its highest value: it begins near the background, so that valleys stay calm."""
    contour: str
    """Contour lines, drawn half transparent."""
    run_colors: tuple[str, ...]

    @staticmethod
    def system() -> Theme:
        """The theme that the platform asks for; light where it doesn't say."""
        if QGuiApplication.instance() is None:
            return LIGHT
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def band_colors(self, count: int) -> npt.NDArray[np.uint8]:
        """`(count, 3)` red, green and blue from the lowest band to the highest, in steps that look equal."""
        # Imported here: the first window is coloured before it is loaded.
        from gdviz.views.color_mixing import mixed_colors

        return mixed_colors(self.band_stops, count)


# Okabe & Ito 2008; yellow is lost on a light background, so it is a run's colour on the dark one only.
_RUN_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7")
_YELLOW = "#F0E442"

LIGHT = Theme(
    name="light",
    is_dark=False,
    window="#FAFAF8",
    panel="#FFFFFF",
    text="#1F2328",
    muted="#6A737D",
    line="#E3E5E8",
    accent="#0B6FCB",
    on_accent="#FFFFFF",
    accent_strong="#095CA8",
    accent_soft="#E3EFFA",
    accent_words="#095CA8",
    raised="#F7F8F9",
    entry="#FFFFFF",
    hover="#EFF1F3",
    pressed="#E3E6EA",
    track="#E3E5E8",
    border="#D3D7DC",
    border_strong="#AEB5BD",
    disabled="#A5ACB4",
    warning="#9A6700",
    error="#C4321C",
    band_stops=((0.0, "#F9FAF7"), (0.25, "#E8EFED"), (0.5, "#D2E0E3"), (0.75, "#BBCEDA"), (1.0, "#A3B9CE")),
    contour="#3F5B73",
    run_colors=_RUN_COLORS,
)

DARK = Theme(
    name="dark",
    is_dark=True,
    window="#16181C",
    panel="#1E2126",
    text="#E6E8EB",
    muted="#9AA3AD",
    line="#2C3138",
    accent="#58A6FF",
    on_accent="#10151C",
    accent_strong="#7CBBFF",
    accent_soft="#20344C",
    accent_words="#8CC3FF",
    raised="#23272D",
    entry="#191C20",
    hover="#292E35",
    pressed="#333941",
    track="#343A42",
    border="#3A4149",
    border_strong="#59626C",
    disabled="#626B75",
    warning="#E3B341",
    error="#FF7B6B",
    band_stops=((0.0, "#191C21"), (0.25, "#1F2D36"), (0.5, "#29424F"), (0.75, "#3B5A6B"), (1.0, "#567488")),
    contour="#A9C4D6",
    run_colors=(*_RUN_COLORS, _YELLOW),
)

_SYMBOLS = ("circle", "diamond", "square", "triangle_up", "triangle_down", "pentagon", "star")
_DASHES: tuple[tuple[float, ...], ...] = ((), (9.0, 4.0), (3.0, 3.0), (12.0, 3.0, 3.0, 3.0), (20.0, 5.0))


def remembered_theme(settings: QSettings) -> Theme:
    """The theme chosen the last time, or the one that the platform asks for."""
    return {"light": LIGHT, "dark": DARK}.get(str(settings.value("theme", "")), Theme.system())


def run_color(theme: Theme, style: int) -> QColor:
    """The colour of the run with this style number."""
    return QColor(theme.run_colors[style % len(theme.run_colors)])


def run_symbol(style: int) -> str:
    """The symbol of the run with this style number, one of `views.symbols`."""
    # Shifted each time round, so that a colour that comes back has another symbol; by four, because then that holds for
    # the six colours of the light theme and the seven of the dark one alike.
    return _SYMBOLS[(style + 4 * (style // len(_SYMBOLS))) % len(_SYMBOLS)]


def run_dash(style: int) -> tuple[float, ...]:
    """The dash pattern in pixels, on and off in turn; empty for a line without gaps."""
    return _DASHES[style % len(_DASHES)]


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress every widget, those made later too. Plots made before must be told by their own `set_theme`."""
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_stylesheet(theme))


def icon(name: str, theme: Theme, color: str | None = None) -> QIcon:
    """The bundled icon `resources/icons/NAME.svg` in the theme's colours, crisp at any scale of the screen.

    `color` is that of the text if left out, or of the severity for "warning" and "error". Raises MissingResourceError.
    """
    from PySide6.QtSvg import QSvgRenderer

    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    severities = {"info": theme.accent, "warning": theme.warning, "error": theme.error}
    result = QIcon()
    for mode, ink in (
        (QIcon.Mode.Normal, color or severities.get(name, theme.text)),
        (QIcon.Mode.Disabled, theme.disabled),
    ):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
        for size in _ICON_SIZES:
            result.addPixmap(_drawn(renderer, size), mode)
    return result


_ICON_SIZES = (16, 20, 32, 40)


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


class _Sheet(string.Template):
    delimiter = "@"


def _stylesheet(theme: Theme) -> str:
    words = {key: value for key, value in dataclasses.asdict(theme).items() if isinstance(value, str)}
    # Qt wants forward slashes on every system.
    words["controls"] = resource("icons", "controls").as_posix()
    return _Sheet(resource("theme.qss").read_text(encoding="utf-8")).substitute(words)


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, color in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.panel),
        (roles.AlternateBase, theme.raised),
        (roles.Text, theme.text),
        (roles.PlaceholderText, theme.muted),
        (roles.Button, theme.panel),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.error),
        (roles.ToolTipBase, theme.panel),
        (roles.ToolTipText, theme.text),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.on_accent),
        (roles.Accent, theme.accent),
        (roles.Link, theme.accent_words),
        (roles.LinkVisited, theme.accent_words),
        (roles.Light, theme.raised),
        (roles.Midlight, theme.hover),
        (roles.Mid, theme.border),
        (roles.Dark, theme.border_strong),
        (roles.Shadow, theme.line),
    ):
        palette.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.disabled))
    return palette
