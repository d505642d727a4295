"""What is minimized: problems by name."""

from __future__ import annotations

from typing import Any

from gdviz.problems.functions_two import Rosenbrock
from gdviz.problems.base import Block, Problem
from gdviz.registry import Registry

__all__ = ["BUILTIN", "PROBLEMS", "Block", "Problem", "problem"]

BUILTIN: tuple[type[Problem], ...] = (Rosenbrock,)

PROBLEMS: Registry[Problem] = Registry("problem", BUILTIN)


def problem(name: str, **options: Any) -> Problem:
    """The problem of that name with these options; raises `InputError`."""
    return PROBLEMS.make(name, options)
