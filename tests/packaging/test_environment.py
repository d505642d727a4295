"""The environment is made once, completed when something changes, and made anew when it is broken."""

from __future__ import annotations

import json
from types import ModuleType

import pytest


def pip_arguments(environment: ModuleType) -> list[str]:
    """What pip was asked to install, call by call."""
    return [command[-1] for command in environment.calls if "pip" in command]


def test_that_the_first_set_up_makes_an_environment_and_the_second_does_nothing(environment: ModuleType) -> None:
    environment.prepare(["test"])
    assert pip_arguments(environment) == [f"{environment.ROOT}[test]"]
    environment.calls.clear()
    environment.prepare(["test"])
    environment.prepare()
    assert environment.calls == []


def test_that_torch_is_installed_by_itself_before_anything_else(environment: ModuleType) -> None:
    environment.prepare(["test"], torch=True)
    assert pip_arguments(environment) == ["torch==2.13.0", f"{environment.ROOT}[test]"]


def test_that_a_further_extra_keeps_those_before_it(environment: ModuleType) -> None:
    environment.prepare(["test"])
    environment.calls.clear()
    environment.prepare(["dev"])
    assert pip_arguments(environment) == [f"{environment.ROOT}[dev,test]"]
    assert not any("venv" in command for command in environment.calls)


def test_that_a_changed_pyproject_installs_again(environment: ModuleType) -> None:
    environment.prepare()
    environment.calls.clear()
    (environment.ROOT / "pyproject.toml").write_text("[project]\nname = 'changed'\n", encoding="utf-8")
    environment.prepare()
    assert pip_arguments(environment) == [str(environment.ROOT)]


def test_that_an_interrupted_set_up_is_thrown_away_and_made_anew(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare()
    left = environment.ENVIRONMENT / "half-written"
    left.touch()
    environment.calls.clear()
    environment.prepare()
    assert not left.exists()
    assert any("venv" in command for command in environment.calls)


def test_that_an_environment_of_a_removed_python_is_made_anew(environment: ModuleType) -> None:
    environment.prepare()
    environment.python().unlink()
    environment.python().symlink_to("/no/such/python")
    environment.calls.clear()
    environment.prepare()
    assert any("venv" in command for command in environment.calls)


def test_that_the_environment_is_of_this_folder_and_python(environment: ModuleType) -> None:
    environment.prepare()
    note = json.loads(environment.NOTE.read_text(encoding="utf-8"))
    environment.NOTE.write_text(json.dumps({**note, "fingerprint": "", "root": "/elsewhere"}), encoding="utf-8")
    environment.calls.clear()
    environment.prepare()
    assert any("venv" in command for command in environment.calls)
