from __future__ import annotations

from typing import Any

import pytest

from gdviz.cli.program import run_program
from gdviz.problems.functions_two import Rosenbrock


def test_that_a_sound_installation_passes(gdviz_command: Any) -> None:
    assert gdviz_command("selftest") == (
        0, "gradients: as it should be\ndescent: as it should be\nwindow: as it should be\n", ""
    )  # fmt: skip


def test_that_a_window_that_is_drawn_wrongly_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(["selftest"], lambda _: 0, lambda: "the window is drawn empty") == 1
    assert "window: the window is drawn empty\n" in capsys.readouterr().out


def test_that_a_wrong_gradient_fails(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Rosenbrock.gradient_at

    def wrong(self: Rosenbrock, xp: Any, x: Any, y: Any) -> tuple[Any, ...]:
        first, second = right(self, xp, x, y)
        return first, second * 1.001

    monkeypatch.setattr(Rosenbrock, "gradient_at", wrong)
    answer = gdviz_command("selftest")
    assert answer.code == 1
    assert "gradients: rosenbrock disagree with differences of their values\n" in answer.output


def test_that_a_descent_that_goes_astray_fails(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Rosenbrock.gradient_at
    monkeypatch.setattr(
        Rosenbrock, "gradient_at", lambda self, xp, x, y: tuple(-part for part in right(self, xp, x, y))
    )
    answer = gdviz_command("selftest")
    assert answer.code == 1
    assert "descent: a descent ended" in answer.output
