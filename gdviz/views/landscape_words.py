"""Points and values of a landscape in words: for the readout, tooltips, the clipboard and screen readers."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from gdviz.analysis.axis import readable
from gdviz.views.landscape_runs import Standing

__all__ = ["point_text", "standing_text", "summary_text", "value_text"]

_MOST_DECIMALS = 12


def point_text(coordinates: tuple[float, ...], pixels: tuple[float, ...]) -> str:
    """A point with as many decimals as a pixel's worth of each axis, `pixels`, makes sense of: (0.42, −0.10)."""
    texts = [_placed(value, pixel) for value, pixel in zip(coordinates, pixels, strict=True)]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def value_text(value: float, exact: bool = True) -> str:
    """A value of the function: f = 8.10, or f ≈ 8.10 where it is not exact."""
    return f"f {'=' if exact else '≈'} {readable(value)}"


def standing_text(standing: Standing, one: bool, pixels: tuple[float, ...]) -> str:
    """Where a run stands: Adam at (0.42, −0.10), f = 8.10; `one` in one dimension."""
    coordinates = (standing.x,) if one else (standing.x, standing.y)
    text = QCoreApplication.translate("Landscape", "{run} at {point}, {value}").format(
        run=standing.run.title,
        point=point_text(coordinates, pixels[: len(coordinates)]),
        value=value_text(standing.value),
    )
    if standing.lost:
        text += QCoreApplication.translate("Landscape", ", diverged at step {step}").format(
            step=standing.run.trajectory.stop_step
        )
    return text


def summary_text(standings: list[Standing], one: bool, pixels: tuple[float, ...]) -> str:
    """Where all runs stand, in one sentence."""
    return "; ".join(standing_text(standing, one, pixels) for standing in standings)


def _placed(value: float, pixel: float) -> str:
    """A coordinate with the decimals that tell one pixel from the next."""
    if not math.isfinite(value) or not pixel > 0 or abs(value) >= 1e6:
        return readable(value, 4)
    decimals = max(0, -math.floor(math.log10(pixel)))
    if decimals > _MOST_DECIMALS or (decimals > 4 and abs(value) < 1e-3):
        return readable(value, 4)
    text = f"{value:.{decimals}f}"
    # No point lies at minus zero.
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")
