"""Runs gdviz's tests from a clone, setting up what they need the first time.

    python3 packaging/test.py [--torch] [--jax] [--fast] [PYTEST ARGUMENTS]

Every test runs, those with a real window under Xvfb too, on all processors up to four. `--torch` installs PyTorch for
the tests against it, `--jax` JAX; without them they are left out, and the last lines say so. `--fast` leaves out the
slow tests and those with a real window. All other arguments are pytest's; paths are relative to the repository's root.
"""

import require_python  # noqa: F401  (first, before anything that an old Python can't read)

# isort: split
import argparse
import os
from collections.abc import Sequence

import environment
import system_packages

_MOST_PROCESSES = 4


def test(arguments: Sequence[str]) -> int:
    """Sets the environment up and becomes pytest."""
    parser = argparse.ArgumentParser(
        prog="packaging/test.py",
        description="Run gdviz's tests; arguments not listed here are pytest's.",
        allow_abbrev=False,
    )
    parser.add_argument("--torch", action="store_true", help="install PyTorch and run the tests against it too")
    parser.add_argument("--jax", action="store_true", help="install JAX and run the tests of compiled runs too")
    parser.add_argument("--fast", action="store_true", help="leave out slow tests and those with a real window")
    chosen, for_pytest = parser.parse_known_args(arguments)
    environment.prepare(
        ["test", *(["jax"] if chosen.jax else [])],
        torch=chosen.torch,
        system=system_packages.OFFSCREEN if chosen.fast else system_packages.TESTS,
    )
    fast = ["-m", "not slow and not window"] if chosen.fast else []
    # Of a few files that somebody asks for, starting more processes would take longer than it saves.
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    shared = [] if for_pytest or processes == 1 else ["-n", str(processes), "--dist", "loadfile"]
    libraries = [f"--{name}" for name in ("torch", "jax") if getattr(chosen, name)]
    os.chdir(environment.ROOT)
    environment.become(["-m", "pytest", *libraries, *fast, *shared, *for_pytest])


if __name__ == "__main__":
    environment.main(test)
