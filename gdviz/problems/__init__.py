"""What is minimized: problems by name."""

from __future__ import annotations

from typing import Any

from gdviz.problems.base import Block, Problem
from gdviz.problems.fit import DataFit
from gdviz.problems.formula import Formula
from gdviz.problems.functions_many import Ackley, Griewank, Rastrigin, Sphere, StyblinskiTang, Zakharov
from gdviz.problems.functions_one import (
    AbsoluteValue,
    DoubleWell,
    Forrester,
    GaussianWell,
    GramacyLee,
    MoreThuente,
    Parabola,
    Quartic,
    TwoSines,
)
from gdviz.problems.functions_rugged import Branin, Easom, GoldsteinPrice, McCormick, SixHumpCamel
from gdviz.problems.functions_two import (
    Beale,
    BoundedSaddle,
    FreudensteinRoth,
    Himmelblau,
    Leon,
    Rosenbrock,
    ScalarFactorization,
    ThreeHumpCamel,
)
from gdviz.problems.quadratics import Booth, ElongatedQuadratic, Matyas, RotatedQuadratic
from gdviz.registry import Registry

__all__ = ["BUILTIN", "PROBLEMS", "Block", "Problem", "problem"]

BUILTIN: tuple[type[Problem], ...] = (
    Parabola,
    Quartic,
    AbsoluteValue,
    DoubleWell,
    GaussianWell,
    MoreThuente,
    TwoSines,
    Forrester,
    GramacyLee,
    Sphere,
    ElongatedQuadratic,
    RotatedQuadratic,
    Booth,
    Matyas,
    Rosenbrock,
    Leon,
    Beale,
    FreudensteinRoth,
    BoundedSaddle,
    ScalarFactorization,
    Himmelblau,
    ThreeHumpCamel,
    SixHumpCamel,
    StyblinskiTang,
    McCormick,
    Branin,
    GoldsteinPrice,
    Zakharov,
    Rastrigin,
    Ackley,
    Griewank,
    Easom,
    Formula,
    DataFit,
)

PROBLEMS: Registry[Problem] = Registry("problem", BUILTIN)


def problem(name: str, **options: Any) -> Problem:
    """The problem of that name with these options; raises `InputError`."""
    return PROBLEMS.make(name, options)
