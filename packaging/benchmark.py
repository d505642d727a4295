"""Runs gdviz's benchmarks from a clone, setting up what they need the first time.

    python3 packaging/benchmark.py [--torch] [--jax] [ARGUMENTS]

Every measurement is a ratio against peers in the same process. `--torch` installs PyTorch as one of them, `--jax` JAX
for compiled runs; a peer that is absent is left out by name. ARGUMENTS are those of tests/benchmarks.
"""

import require_python  # noqa: F401  (first, before anything that an old Python can't read)

# isort: split
import os
from collections.abc import Sequence

import environment
import system_packages


def benchmark(arguments: Sequence[str]) -> int:
    """Sets the environment up and becomes the benchmarks."""
    others = [argument for argument in arguments if argument not in ("--torch", "--jax")]
    extras = ["test", "bench", *(["jax"] if "--jax" in arguments else [])]
    environment.prepare(extras, torch="--torch" in arguments, system=system_packages.TESTS)
    os.chdir(environment.ROOT)
    environment.become(["tests/benchmarks", *others])


if __name__ == "__main__":
    environment.main(benchmark)
