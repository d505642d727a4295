"""The comparison of pictures sees what a person would see, and overlooks what nobody would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage


@pytest.fixture
def own(screenshots: Any, tmp_path: Path) -> Any:
    """The comparison with references of this test's own."""
    return type(screenshots)(tmp_path / "references", tmp_path / "differences", update=False)


def grey(width: int = 100, height: int = 50, *, changed: int = 0, by: int = 0) -> QImage:
    """A grey picture in which some pixels are brighter by so much."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(100, 100, 100))
    for index in range(changed):
        image.setPixelColor(index % width, index // width, QColor(100 + by, 100, 100))
    return image


def take_reference(own: Any) -> None:
    own.update = True
    own.check(grey(), "grey")
    own.update = False


def test_that_a_few_bright_or_many_faint_differences_pass(own: Any) -> None:
    take_reference(own)
    own.check(grey(), "grey")
    own.check(grey(changed=10, by=100), "grey")  # 0.2 % of 5000 pixels
    own.check(grey(changed=5000, by=16), "grey")


def test_that_more_differences_fail_and_leave_the_picture(own: Any) -> None:
    take_reference(own)
    with pytest.raises(pytest.fail.Exception, match=r"0\.22% of the pixels differ"):
        own.check(grey(changed=11, by=17), "grey")
    assert (own.differences / "grey.png").exists()


def test_that_another_size_fails(own: Any) -> None:
    take_reference(own)
    with pytest.raises(pytest.fail.Exception, match="101×50 and its reference 100×50"):
        own.check(grey(101), "grey")


def test_that_a_missing_reference_fails_and_says_how_to_take_one(own: Any) -> None:
    with pytest.raises(AssertionError, match="--update-screenshots"):
        own.check(grey(), "never-taken")
