"""A picture shows the problem on the screen with its own landscape, or it is said why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gdviz.experiment.experiment import ProblemChoice
from gdviz.qt import landscape_service
from gdviz.views import picture

if TYPE_CHECKING:
    from conftest import Person


def test_that_a_picture_saved_before_the_landscape_is_there_is_refused_in_words(person: Person, tmp_path: Path) -> None:
    person.choose("booth")
    application = person.application
    path = tmp_path / "picture.png"

    application.editing.choose_problem(ProblemChoice("rosenbrock"))
    person.wait(lambda: application.services.source.problem.name == "rosenbrock")
    landscape = application.services.landscape
    landscape.show(application.services.source.problem, (1, 0), application.services.source.problem.start)
    application.exports.save_picture(path)

    assert "landscape" in application.layout.notice.text
    assert "again" in application.layout.notice.text
    assert not path.exists()

    person.wait_for_runs()
    person.wait(lambda: landscape.surface is not None)
    application.exports.save_picture(path)
    assert path.stat().st_size > 10_000


def test_that_a_picture_without_a_landscape_that_could_be_sampled_is_refused_in_words(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")

    def broken(*_arguments: object, **_options: object) -> Iterator[object]:
        raise ArithmeticError("the valley is on fire")
        yield

    person.choose("rosenbrock")
    application = person.application
    monkeypatch.setattr(landscape_service, "sample_surface", broken)
    person.choose("booth")
    person.wait(lambda: "the valley is on fire" in application.layout.notice.text)
    application.layout.notice.clear()

    application.exports.save_picture(tmp_path / "picture.png")

    assert "can't be drawn" in application.layout.notice.text
    assert not (tmp_path / "picture.png").exists()


def test_that_a_picture_is_never_of_another_problem_s_landscape(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs: list[picture.PictureSpec] = []
    monkeypatch.setattr(picture, "save_picture", lambda spec, *_rest: specs.append(spec))
    person.choose("booth")
    application = person.application
    services = application.services
    services.source.changed.connect(lambda: application.exports.save_picture(tmp_path / "picture.png"))

    for name in ("rosenbrock", "booth", "himmelblau"):
        person.choose(name)
        person.wait(lambda: services.landscape.surface is not None)
        application.exports.save_picture(tmp_path / "picture.png")

    assert len(specs) >= 3
    for spec in specs:
        corner = [low for low, _ in spec.problem.domain]
        assert spec.surface.values[0, 0] == spec.problem.value(np.array(corner))
