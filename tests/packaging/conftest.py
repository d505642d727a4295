"""The scripts of packaging/ as modules, with every step that would install something only noted."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGING = ROOT / "packaging"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The modules of the scripts, importable for one test."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def environment(scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The set-up with its environment in a temporary folder and every step that would install something only noted."""
    if os.name == "nt":
        pytest.skip("the interpreter's stand-in is a shell script")
    module = importlib.import_module("environment")
    root = tmp_path / "clone"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    folder = root / ".venv"
    for name, path in {
        "ROOT": root,
        "ENVIRONMENT": folder,
        "NOTE": folder / module.NOTE.name,
        "UNFINISHED": folder / module.UNFINISHED.name,
        "LOCK": root / ".venv-lock",
    }.items():
        monkeypatch.setattr(module, name, path)
    module.calls = []

    def call(command: list[str], complaint: str) -> None:
        module.calls.append(command)
        if "venv" in command:
            module.python().parent.mkdir(parents=True)
            # Not a link: that would lead on to a Python of the system, which may have no pip.
            module.python().write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
            module.python().chmod(0o755)

    monkeypatch.setattr(module, "_call", call)
    return module


class BecameError(Exception):
    """Raised in place of turning into the interpreter of `.venv`."""


@pytest.fixture
def became() -> type[Exception]:
    """What ends a script in the place where it would have become the interpreter of `.venv`."""
    return BecameError


@pytest.fixture
def asked(scripts: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a script asked of the set-up, and what it then became; nothing is installed or run."""
    environment = importlib.import_module("environment")
    asked: dict[str, Any] = {}

    def prepare(extras: Sequence[str] = (), *, torch: bool = False, system: Sequence[Any] = ()) -> None:
        asked.update(extras=list(extras), torch=torch, packages=[package.name for package in system])

    def become(arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
        asked.update(arguments=list(arguments), variables=variables or environment.clean_variables())
        raise BecameError

    monkeypatch.setattr(environment, "prepare", prepare)
    monkeypatch.setattr(environment, "become", become)
    monkeypatch.chdir(ROOT)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return asked
