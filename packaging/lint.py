"""Checks the code without running it: ruff, mypy and the layers.

    python3 packaging/lint.py [ruff] [mypy] [imports]

All three without arguments. Exit code 1 when one of them finds something.
"""

import require_python  # noqa: F401  (first, before anything that an old Python can't read)

# isort: split
import argparse
import os
from collections.abc import Sequence

import environment

CHECKS = {
    "ruff": ["-m", "ruff", "check"],
    "mypy": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}


def lint(arguments: Sequence[str]) -> int:
    """Sets the environment up and runs the checks that were asked for."""
    parser = argparse.ArgumentParser(prog="packaging/lint.py", description="Check the code without running it.")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"any of {', '.join(CHECKS)}; all when left out")
    checks = parser.parse_args(arguments).checks or list(CHECKS)
    unknown = [check for check in checks if check not in CHECKS]
    if unknown:
        parser.error(f"unknown check {', '.join(unknown)}; choose from {', '.join(CHECKS)}")
    environment.prepare(["dev"])
    os.chdir(environment.ROOT)
    failed = [check for check in checks if environment.run(CHECKS[check]) != 0]
    if failed:
        environment.say(f"found something: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    environment.main(lint)
