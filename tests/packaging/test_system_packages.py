"""Missing packages of the system are found by what they bring, and named with the line to type."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest


def test_that_missing_packages_are_named_with_the_line_to_type(
    scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = importlib.import_module("system_packages")
    # A path with nothing but an apt-get that must not be called, and a user who may not.
    apt_get = tmp_path / "apt-get"
    apt_get.write_text("#!/bin/sh\nexit 99\n", encoding="utf-8")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    absent = packages.SystemPackage("libnone1", libraries=("libnone.so.1",))
    other = packages.SystemPackage("nonesuch", programs=("nonesuch",))
    with pytest.raises(packages.SetupError) as raised:
        packages.provide([absent, other], lambda text: None)
    line = str(raised.value).splitlines()[-1]
    assert line == "su -c 'apt-get update && apt-get install -y --no-install-recommends libnone1 nonesuch'"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux needs packages of the system")
def test_that_what_is_there_needs_no_package(scripts: None) -> None:
    packages = importlib.import_module("system_packages")
    present = packages.SystemPackage("libc6", libraries=("libc.so.6",), programs=("sh",), modules=("json",))
    absent = packages.SystemPackage("nothing", fonts=("no-such-font.ttf",))
    assert present.is_present()
    assert not absent.is_present()
