"""An experiment as a picture shows what was asked for, and only that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.errors import InputError
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.runs.config import RunConfig
from gdviz.views.picture import render_experiment
from gdviz.views.theme import DARK, LIGHT, run_color

SIZE = (640, 400)


def race(problem: str = "rosenbrock", **options: object) -> Experiment:
    configs = tuple(
        RunConfig(gdviz.optimizer(name, learning_rate=rate), steps=120)
        for name, rate in (("gradient_descent", 1e-3), ("adam", 0.05))
    )
    return edits.choose_problem(Experiment(title="A race"), ProblemChoice(problem, options), configs)


def render(experiment: Experiment, path: Path, **options: object) -> None:
    assert experiment.problem is not None
    problem = experiment.problem.build()
    trajectories = experiment.run(problem=problem)
    settings = {"size": SIZE, **options}
    render_experiment(experiment, trajectories, problem, path=path, **settings)  # type: ignore[arg-type]


def count(image: QImage, color: QColor) -> int:
    """Pixels of exactly this colour."""
    wanted = color.rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_that_a_png_has_the_size_the_theme_and_every_run(
    qtbot: QtBot, tmp_path: Path, theme: str, colors: object
) -> None:
    path = tmp_path / "race.png"

    render(race(), path, theme=theme)

    image = QImage(str(path))
    assert (image.width(), image.height()) == SIZE
    assert isinstance(colors, type(LIGHT))
    assert QColor(image.pixel(1, 1)) == QColor(colors.panel)
    for style in (0, 1):
        assert count(image, run_color(colors, style)) > 100


def test_that_a_later_step_draws_a_longer_trail(qtbot: QtBot, tmp_path: Path) -> None:
    counts = []
    for step in (0, 20, 120):
        path = tmp_path / f"{step}.png"
        render(race(), path, step=step)
        counts.append(count(QImage(str(path)), run_color(LIGHT, 1)))

    assert counts[0] < counts[1] < counts[2]


def test_that_an_svg_draws_what_the_png_draws(qtbot: QtBot, tmp_path: Path) -> None:
    render(race(), tmp_path / "race.svg")
    render(race(), tmp_path / "race.png")

    renderer = QSvgRenderer(str(tmp_path / "race.svg"))
    assert renderer.isValid()
    drawn = QImage(*SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, *SIZE))
    painter.end()
    expected = QImage(str(tmp_path / "race.png"))
    far = sum(
        abs(drawn.pixelColor(x, y).lightness() - expected.pixelColor(x, y).lightness()) > 64
        for x in range(0, SIZE[0], 2)
        for y in range(0, SIZE[1], 2)
    )
    # Letters and dashes fall between pixels a little differently; everything else is where it was.
    assert far < 0.03 * SIZE[0] * SIZE[1] / 4


def test_that_an_svg_names_the_runs_as_text(qtbot: QtBot, tmp_path: Path) -> None:
    render(race(), tmp_path / "race.svg")

    words = re.findall(r">([^<>]+)</text>", (tmp_path / "race.svg").read_text(encoding="utf-8"))
    assert "A race" in words
    assert any(word.startswith("Adam") for word in words)
    assert any(word.startswith("Gradient descent") for word in words)


def test_that_only_a_picture_of_a_fit_has_a_place_for_data(qtbot: QtBot, tmp_path: Path) -> None:
    for experiment, last in ((race("reddi_online"), "Gradient norm"), (race("data", table="builtin:line"), "Data")):
        render(experiment, tmp_path / "rows.svg")
        words = re.findall(r">([^<>]+)</text>", (tmp_path / "rows.svg").read_text(encoding="utf-8"))
        assert any(word.startswith(last) for word in words)


@pytest.mark.parametrize(
    "experiment",
    [
        race("double_well"),
        race("sphere", dimension=3),
        race("reddi_online"),
        race("data", table="builtin:line"),
        race("data", table="builtin:iris", target="species", classes=("versicolor", "virginica")),
    ],
    ids=["one parameter", "three parameters", "rows without a table", "a line", "two classes"],
)
def test_that_every_kind_of_problem_can_be_drawn(qtbot: QtBot, tmp_path: Path, experiment: Experiment) -> None:
    path = tmp_path / "picture.png"

    render(experiment, path)

    assert count(QImage(str(path)), run_color(LIGHT, 1)) > 20


def test_that_a_run_that_diverges_is_drawn_as_far_as_it_went(qtbot: QtBot, tmp_path: Path) -> None:
    config = RunConfig(gdviz.optimizer("gradient_descent", learning_rate=1.0), steps=50)
    experiment = edits.choose_problem(Experiment(), ProblemChoice("rosenbrock"), (config,))

    render(experiment, tmp_path / "lost.png")

    assert count(QImage(str(tmp_path / "lost.png")), run_color(LIGHT, 0)) > 0


def test_that_a_place_that_cannot_be_written_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        render(race(), tmp_path / "missing" / "race.png")
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        render(race(), tmp_path / "race.bmp")
