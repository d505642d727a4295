"""Measures gdviz against its peers, and fails when a goal is missed.

Every goal is measured in a process of its own, so that what one imports or leaves behind changes nothing for the next.
The numbers go to standard output, how far it is to standard error, and all of it to a JSON file.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import goals
import harness
import msgspec
import report
from screen import NoScreenError, home, screen

FOLDER = Path(__file__).resolve().parent
ROUNDS = 5
LONGEST_GOAL_SECONDS = 1800
PACKAGES = ("gdviz", "numpy", "PySide6_Essentials", "pyqtgraph", "contourpy", "matplotlib", "torch")


class BrokenGoalError(Exception):
    """A goal could not be measured though it should have been."""


def main(arguments: Sequence[str]) -> int:
    """0 where every goal was met or left out, 1 where one was missed or could not be measured."""
    names = ", ".join(goals.MODULES)
    parser = argparse.ArgumentParser(
        prog="packaging/benchmark.py",
        description="Measure gdviz against its peers. Exit code 1 when a goal is missed, and missed again.",
    )
    parser.add_argument("--only", nargs="+", action="extend", metavar="GOAL", help=f"any of {names}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"besides the one dropped; {ROUNDS} by default")
    parser.add_argument("--list", action="store_true", help="say what the goals are, and measure nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all numbers")
    parser.add_argument("--measure", metavar="GOAL", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = [name for name in [*(options.only or []), options.measure] if name and name not in goals.MODULES]
    if unknown:
        parser.error(f"unknown goal {', '.join(unknown)}; choose from {names}")
    if options.rounds < 1:
        parser.error(f"there must be at least one round, not {options.rounds}")
    if options.measure:
        return measure_here(options.measure, options.rounds, options.json)
    chosen = options.only or list(goals.MODULES)
    if options.list:
        print(*(line for name in chosen for line in report.declaration(goals.goal(name))), sep="\n")
        return 0
    if options.rounds < ROUNDS:
        say(f"fewer than {ROUNDS} rounds are for a quick look only")
    file = options.json or FOLDER / "results" / f"{time.strftime('%Y-%m-%d-%H%M%S')}.json"
    return measure_all(chosen, options.rounds, file)


def measure_all(chosen: Sequence[str], rounds: int, file: Path) -> int:
    """Every goal in turn; the exit code."""
    failed: list[str] = []
    outcomes: list[object] = []
    for name in chosen:
        try:
            outcome = measure_apart(name, rounds)
        except NoScreenError as error:
            text = f"left out: {error}"
            outcomes.append({"name": name, "not_measured": text})
        except BrokenGoalError as error:
            text = f"FAILED: {error}"
            failed.append(name)
            outcomes.append({"name": name, "not_measured": text})
        else:
            text = ""
            print(*report.lines(outcome), "", sep="\n", flush=True)
            failed += [name] if outcome.missed else []
            outcomes.append({**msgspec.to_builtins(outcome), "verdicts": msgspec.to_builtins(outcome.verdicts)})
        if text:
            print(f"{name}  {text}\n", flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**machine(), "rounds": rounds, "goals": outcomes}, indent=1) + "\n", encoding="utf-8")
    print(f"missed: {', '.join(failed)}" if failed else "no goal was missed")
    print(f"all numbers are in {file}")
    return 1 if failed else 0


def measure_apart(name: str, rounds: int) -> harness.Outcome:
    """Measure a goal in a new process; raises `NoScreenError` or `BrokenGoalError`."""
    with contextlib.ExitStack() as stack:
        variables = {**os.environ, **stack.enter_context(home())}
        if goals.goal(name).screen:
            variables |= stack.enter_context(screen())
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "outcome.json"
        command = [sys.executable, str(FOLDER), "--measure", name, "--rounds", str(rounds), "--json", str(file)]
        try:
            code = subprocess.run(command, env=variables, timeout=LONGEST_GOAL_SECONDS, check=False).returncode
        except subprocess.TimeoutExpired as error:
            raise BrokenGoalError(f"not measured within {LONGEST_GOAL_SECONDS // 60} minutes") from error
        if code != 0:
            raise BrokenGoalError(f"its process ended with code {code}; the lines above say why")
        return msgspec.json.decode(file.read_bytes(), type=harness.Outcome)


def measure_here(name: str, rounds: int, file: Path) -> int:
    """Measure a goal in this process and write the outcome into a file; the exit code."""
    outcome = harness.achieve(goals.goal(name), rounds, lambda text: say(f"{name}: {text}"))
    file.write_bytes(msgspec.json.encode(outcome))
    return 0


def machine() -> dict[str, object]:
    """What the numbers depend on besides gdviz."""
    versions = {}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "versions": versions,
    }


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
