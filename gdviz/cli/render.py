"""`gdviz render`: an experiment as a picture, drawn off screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gdviz.cli.asked import experiment_in
from gdviz.cli.interrupt import Interrupt
from gdviz.cli.progress import Progress
from gdviz.cli.running import run_experiment
from gdviz.cli.screen import check_pictures_possible
from gdviz.cli.words import WordParser
from gdviz.errors import InputError
from gdviz.experiment.atomic import check_writable

__all__ = ["render"]

_PICTURES = (".png", ".svg")
_ANIMATIONS = (".gif", ".mp4", ".webp", ".apng")
_SMALLEST, _LARGEST = 200, 8192


def render(words: Sequence[str]) -> int:
    """Run the experiment, draw it and write the picture; returns the exit code."""
    parser = WordParser(
        "gdviz render", "Draw an experiment: the landscape with every descent, and the curves beside it."
    )
    parser.add_argument("experiment", metavar="EXPERIMENT.toml", help="an experiment file")
    parser.add_argument("--out", metavar="FILE", required=True, help="the picture, .png or .svg")
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", default="1280x800", help="in pixels; 1280x800 if left out")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--step", metavar="K", help="the step to show; the last if left out")
    arguments = parser.read(words)
    size = _size(arguments.size)
    step = _step(arguments.step)
    _check_ending(arguments.out)
    check_writable(arguments.out)
    experiment = experiment_in(arguments.experiment)
    check_pictures_possible()
    with Progress() as progress, Interrupt() as interrupt:
        problem, trajectories = run_experiment(experiment, progress, interrupt)
        progress.tell(f"drawing {arguments.out}")
        # Qt is loaded here and not before: bad input is refused without it.
        from gdviz.views.picture import render_experiment

        render_experiment(
            experiment, trajectories, problem, path=Path(arguments.out), size=size, theme=arguments.theme, step=step
        )
        progress.clear()
    print(f"wrote {arguments.out}")
    return interrupt.exit_code


def _check_ending(path: str) -> None:
    ending = Path(path).suffix.lower()
    if ending in _ANIMATIONS:
        raise InputError(f"moving pictures such as {ending} are not in this version yet; choose .png or .svg.")
    if ending not in _PICTURES:
        raise InputError(
            f"pictures are written as .png or .svg, not as {ending or 'a file without ending'}; rename {path!r}."
        )


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (_SMALLEST <= width <= _LARGEST and _SMALLEST <= height <= _LARGEST):
        raise InputError(
            f"--size must be WIDTHxHEIGHT in pixels, each from {_SMALLEST} to {_LARGEST}, not {text!r}; "
            "for instance --size 1280x800."
        )
    return width, height


def _step(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,10}", text):
        raise InputError(f"--step must be a whole number from 0 on, not {text!r}; type one.")
    return int(text)
