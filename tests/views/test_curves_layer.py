"""Curves are drawn by adding to a picture, and the picture is the one that drawing all at once gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory
from gdviz.views.chart import Polyline
from gdviz.views.curves import CurveView
from gdviz.views.curves_layer import CurveLayer
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT, run_color

STEPS = 40_000


def losses(number: int) -> np.ndarray:
    """Falling, with noise that takes over: smooth and dashed at first, then a band."""
    generator = np.random.default_rng(number)
    steps = np.arange(STEPS + 1)
    return np.asarray((number + 1) * np.exp(-steps / 4000) + 1e-3 * generator.random(len(steps)))


class Growing:
    """A run whose rows are published as asked for."""

    def __init__(self, number: int) -> None:
        self.trajectory = Trajectory(np.zeros(2), STEPS)
        self._values = losses(number)

    def grow_to(self, length: int) -> None:
        first = len(self.trajectory)
        rows = self.trajectory.reserve(length - first)
        rows.values[:] = self._values[first:length]
        self.trajectory.publish(length - first)


@pytest.fixture
def made(qtbot: QtBot) -> Any:
    def make(runs: list[Growing]) -> CurveView:
        view = CurveView("values", "Loss", LIGHT)
        qtbot.addWidget(view)
        view.resize(520, 360)
        view.show()
        qtbot.waitExposed(view)
        view.set_runs([ShownRun(number, "Run", number, run.trajectory) for number, run in enumerate(runs)])
        return view

    return make


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return np.array(flat[:, : image.width(), :3], dtype=int)


def on_screen(view: CurveView) -> np.ndarray:
    return pixels(view.canvas.grab().toImage())


def full_runs(lengths: tuple[int, ...]) -> list[Growing]:
    runs = [Growing(number) for number in range(len(lengths))]
    for run, length in zip(runs, lengths, strict=True):
        run.grow_to(length)
    return runs


def grown(made: Any, lengths: tuple[int, ...], frames: int) -> CurveView:
    """A view whose runs have grown to these lengths in so many frames, each shown."""
    runs = [Growing(number) for number in range(len(lengths))]
    for run in runs:
        run.grow_to(1)
    view: CurveView = made(runs)
    for frame in range(1, frames + 1):
        for run, length in zip(runs, lengths, strict=True):
            run.grow_to(max(1, length * frame // frames))
        view.refresh()
        view.show_step(max(lengths) * frame // frames - 1)
        view.canvas.grab()
    return view


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_that_curves_that_grew_look_like_those_that_were_there_at_once(made: Any, scale: str) -> None:
    lengths = (30_000, 30_000, 21_000)
    view = grown(made, lengths, frames=97)
    new = made(full_runs(lengths))
    for each in (view, new):
        each.set_scales("log", scale)
        each.show_step(29_999)
    np.testing.assert_array_equal(on_screen(view), on_screen(new))


@pytest.mark.parametrize("step", [0, 5, 3_000, 29_999])
def test_that_scrubbing_leaves_nothing_behind(made: Any, step: int) -> None:
    view, new = made(full_runs((30_000, 30_000))), made(full_runs((30_000, 30_000)))
    for passed in (29_000, 100, 17_000, 29_999, 12_345):
        view.show_step(passed)
        view.canvas.grab()
    for each in (view, new):
        each.show_step(step)
    np.testing.assert_array_equal(on_screen(view), on_screen(new))


def test_that_a_run_behind_the_others_is_drawn_as_it_comes(made: Any) -> None:
    runs = full_runs((30_000, 2_000))
    view = made(runs)
    view.show_step(29_999)
    view.canvas.grab()
    runs[1].grow_to(28_000)
    view.refresh()

    new = made(full_runs((30_000, 28_000)))
    new.show_step(29_999)
    np.testing.assert_array_equal(on_screen(view), on_screen(new))


def test_that_a_run_that_ended_early_does_not_hold_the_others_up(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = full_runs((30_000, 500))
    runs[1].trajectory.stop_step, runs[1].trajectory.stop_reason = 499, StopReason.CONVERGED
    view = made(runs)
    view.show_step(29_900)
    view.canvas.grab()
    drawn: list[int] = []
    paint = Polyline.paint
    monkeypatch.setattr(Polyline, "paint", lambda line, *rest: (drawn.append(len(line.x)), paint(line, *rest))[1])

    view.show_step(29_990)
    view.canvas.grab()

    assert len(drawn) == 2
    assert max(drawn) < 80


def test_that_a_frame_draws_only_the_last_columns_however_many_there_are(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = full_runs((30_000, 30_000))
    view = made(runs)
    view.show_step(29_999)
    view.canvas.grab()
    assert min(view.canvas.drawn_points) > 400
    drawn: list[int] = []
    paint = Polyline.paint
    monkeypatch.setattr(Polyline, "paint", lambda line, *rest: (drawn.append(len(line.x)), paint(line, *rest))[1])

    for length in range(30_010, 30_100, 10):
        for run in runs:
            run.grow_to(length)
        view.refresh()
        view.show_step(length - 1)
        drawn.clear()
        view.canvas.grab()
        assert len(drawn) == 2
        assert max(drawn) < 80


def test_that_the_picture_kept_and_the_rest_join_into_whole_lines(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.losses", lambda number: (number + 1) * np.exp(-np.arange(STEPS + 1) / 9000))
    view = made(full_runs((30_000, 30_000, 30_000)))  # the first line is solid, the others are dashed
    entries, layer = view.canvas.entries, CurveLayer(view.canvas)
    for step in (14_321, 20_000, 29_999):
        images = [QImage(view.canvas.size(), QImage.Format.Format_RGB32) for _ in range(2)]
        for image, whole in zip(images, (True, False), strict=True):
            image.fill(0xFFFFFFFF)
            with QPainter(image) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setClipRect(view.canvas.plot)
                if not whole:
                    layer.paint(painter, entries, step, 1.0)
                    continue
                for line, entry in zip(layer.lines(entries, step, 1.0), entries, strict=True):
                    line.paint(painter, run_color(LIGHT, entry.run.style))
        first, second = map(pixels, images)
        assert np.count_nonzero(first.min(axis=2) < 200) > 500
        assert np.abs(first - second).max() <= 40


def test_that_another_theme_size_and_axis_are_drawn_anew(made: Any) -> None:
    view, new = made(full_runs((30_000, 30_000))), made(full_runs((30_000, 30_000)))
    view.show_step(29_999)
    view.canvas.grab()
    for each in (view, new):
        each.set_theme(DARK)
        each.resize(430, 300)
        each.set_scales("linear", "linear")
        each.show_step(29_999)
    np.testing.assert_array_equal(on_screen(view), on_screen(new))


@pytest.mark.parametrize("noisy", [False, True])
def test_that_a_line_goes_on_where_another_ends_in_the_middle_of_a_dash(qapp: Any, noisy: bool) -> None:
    x = np.linspace(0, 200, 401)
    y = 100 + (40 * (-1.0) ** np.arange(401) if noisy else 30 * np.sin(x / 30))
    dash = (12.0, 7.0)
    whole = Polyline(x, y, dash, 300)
    assert whole.stroke.noisy is noisy
    for cut in (1, 37, 190, 399):
        first = Polyline(x[: cut + 1], y[: cut + 1], dash, 300, whole.stroke._replace(along=0.0))
        second = Polyline(x[cut:], y[cut:], dash, 300, first.stroke)
        images = []
        for lines in ([whole], [first, second]):
            image = QImage(200, 200, QImage.Format.Format_RGB32)
            image.fill(0xFFFFFFFF)
            with QPainter(image) as painter:
                for line in lines:
                    line.paint(painter, QColor("black"))
            images.append(pixels(image))
        assert np.abs(images[0] - images[1]).mean() < 0.5
