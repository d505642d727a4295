"""Thumbnails are drawn while idle, show the function they are named for, and follow the theme."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPixmap
from pytestqt.qtbot import QtBot

from gdviz.problems import PROBLEMS
from gdviz.views.theme import DARK, LIGHT, Theme
from gdviz.views.thumbnail import PICTURE_SIZE, Thumbnails, function_classes


def drawn(qtbot: QtBot, thumbnails: Thumbnails, name: str) -> QPixmap:
    qtbot.waitUntil(lambda: thumbnails.pixmap(name) is not None, timeout=10_000)
    pixmap = thumbnails.pixmap(name)
    assert pixmap is not None
    return pixmap


def lightness(pixmap: QPixmap) -> np.ndarray:
    """The lightness of every pixel, (height, width), from 0 to 255."""
    image = pixmap.toImage()
    return np.array(
        [[QColor(image.pixel(x, y)).lightness() for x in range(image.width())] for y in range(image.height())]
    )


def test_that_functions_are_the_problems_that_need_no_options() -> None:
    functions = function_classes()
    assert {function.name for function in functions} >= {"parabola", "rosenbrock", "himmelblau", "ackley", "sphere"}
    assert "data" not in {function.name for function in functions}
    for function in functions:
        assert function().dimension >= 1
    assert len(functions) == sum(
        all(item.default is not dataclasses.MISSING for item in dataclasses.fields(entry) if item.init)
        for entry in PROBLEMS
    )


def test_that_nothing_is_drawn_before_the_event_loop_has_turned(qtbot: QtBot) -> None:
    thumbnails = Thumbnails(LIGHT)
    assert thumbnails.pixmap("rosenbrock") is None
    with qtbot.waitSignal(thumbnails.drawn, timeout=10_000) as drawing:
        pass
    assert drawing.args == ["rosenbrock"]
    assert thumbnails.pixmap("rosenbrock") is not None


@pytest.mark.parametrize("name", [function.name for function in function_classes()])
def test_that_every_function_has_a_picture_with_something_in_it(qtbot: QtBot, name: str) -> None:
    picture = drawn(qtbot, Thumbnails(LIGHT), name)
    assert picture.size() == PICTURE_SIZE
    assert np.ptp(lightness(picture)) > 40


@pytest.mark.parametrize(("theme", "valley_is_light"), [(LIGHT, True), (DARK, False)])
def test_that_a_valley_is_near_the_background_and_a_hill_is_not(
    qtbot: QtBot, theme: Theme, valley_is_light: bool
) -> None:
    picture = lightness(drawn(qtbot, Thumbnails(theme), "sphere"))
    height, width = picture.shape
    middle = np.median(picture[height // 2 - 6 : height // 2 + 6, width // 2 - 6 : width // 2 + 6])
    corner = np.median(picture[:12, :12])
    assert (middle > corner) == valley_is_light


def test_that_a_function_that_fails_is_left_out_and_the_others_are_drawn(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object) -> None:
        raise RuntimeError("no domain")

    monkeypatch.setattr(PROBLEMS.get("booth"), "domain", property(fail))
    thumbnails = Thumbnails(LIGHT)
    with qtbot.captureExceptions() as raised:
        thumbnails.pixmap("booth")
        drawn(qtbot, thumbnails, "matyas")
    assert [str(error) for _, error, _ in raised] == ["no domain"]
    assert thumbnails.pixmap("booth") is None
    thumbnails.deleteLater()


def test_that_up_is_up(qtbot: QtBot) -> None:
    # Booth's minimum (1, 3) lies above the middle of its domain, so the calm part of the picture does too.
    picture = lightness(drawn(qtbot, Thumbnails(LIGHT), "booth"))
    row, column = np.unravel_index(np.argmax(picture), picture.shape)
    height, width = picture.shape
    assert row / height == pytest.approx((10 - 3) / 20, abs=0.1)
    assert column / width == pytest.approx((1 + 10) / 20, abs=0.1)


def test_that_pictures_of_both_themes_are_kept(qtbot: QtBot) -> None:
    thumbnails = Thumbnails(LIGHT)
    light = drawn(qtbot, thumbnails, "himmelblau")
    thumbnails.set_theme(DARK)
    dark = drawn(qtbot, thumbnails, "himmelblau")
    assert lightness(light).mean() > lightness(dark).mean() + 50
    thumbnails.set_theme(LIGHT)
    assert thumbnails.pixmap("himmelblau") is light
