"""Pictures of the window compared with references that a person has looked at.

A picture differs when more than 0.2 % of its pixels are off by more than 16 in some channel. `packaging/test.py
--update-screenshots tests/screenshots` takes new references; look at them before they are committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent
TOLERANCE = 16
FRACTION = 0.002
FONT = ("DejaVu Sans", 10)
"""Of fonts-dejavu-core, which every Debian with fontconfig has: the same letters on every machine."""


class Screenshots:
    """Compares pictures with the references in a folder, or replaces those when told to."""

    def __init__(self, references: Path, differences: Path, *, update: bool) -> None:
        self.references = references
        self.differences = differences
        self.update = update

    def check(self, picture: Any, name: str) -> None:
        """Fails unless this QWidget, QPixmap or QImage looks like the reference of this name."""
        image = _as_image(picture)
        reference = self.references / f"{name}.png"
        if self.update:
            reference.parent.mkdir(parents=True, exist_ok=True)
            assert image.save(str(reference)), f"{reference} can't be written"
            return
        assert reference.exists(), f"there is no reference {reference}; look at the picture and --update-screenshots"
        complaint = _difference(image, reference)
        if complaint:
            self.differences.mkdir(parents=True, exist_ok=True)
            shown = self.differences / f"{name}.png"
            image.save(str(shown))
            pytest.fail(f"{complaint}: compare {shown} with {reference}", pytrace=False)


def _as_image(picture: Any) -> Any:
    from PySide6.QtGui import QImage, QPixmap
    from PySide6.QtWidgets import QWidget

    if isinstance(picture, QWidget):
        picture = picture.grab()
    if isinstance(picture, QPixmap):
        picture = picture.toImage()
    return picture.convertToFormat(QImage.Format.Format_RGB888)


def _pixels(image: Any) -> np.ndarray:
    """The channels of an image as integers, `(height, width, 3)`."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int16)


def _difference(image: Any, reference: Path) -> str:
    """What is wrong with an image, in words; empty when it looks like the reference."""
    from PySide6.QtGui import QImage

    wanted = QImage(str(reference)).convertToFormat(QImage.Format.Format_RGB888)
    if image.size() != wanted.size():
        sizes = [f"{one.width()}×{one.height()}" for one in (image, wanted)]
        return f"the picture is {sizes[0]} and its reference {sizes[1]}"
    off = (np.abs(_pixels(image) - _pixels(wanted)) > TOLERANCE).any(axis=-1).mean()
    return f"{off:.2%} of the pixels differ, {FRACTION:.1%} may" if off > FRACTION else ""


@pytest.fixture
def screenshots(qapp: Any, pytestconfig: pytest.Config) -> Any:
    """The comparison with the committed references; the font is the same one everywhere."""
    from PySide6.QtGui import QFont

    before = qapp.font()
    qapp.setFont(QFont(*FONT))
    update = pytestconfig.getoption("--update-screenshots")
    yield Screenshots(FOLDER / "references", FOLDER / "differences", update=update)
    qapp.setFont(before)
