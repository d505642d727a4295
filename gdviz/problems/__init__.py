"""What is minimized: problems by name."""

from __future__ import annotations

from typing import Any

from gdviz.problems.base import Block, Problem
from gdviz.problems.categorical import CategoricalFit
from gdviz.problems.fit import DataFit
from gdviz.problems.formula import Formula
from gdviz.problems.functions_chained import DixonPrice, ExtendedRosenbrock, NesterovQuadratic, Trid
from gdviz.problems.functions_hills import Hills, MonkeySaddle, Peaks
from gdviz.problems.functions_kinked import BukinSix, CrossInTray, Eggholder, HolderTable
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
    RastriginOne,
    TiltedDoubleWell,
    TwoSines,
)
from gdviz.problems.functions_rugged import Branin, Easom, GoldsteinPrice, McCormick, SixHumpCamel
from gdviz.problems.functions_separable import Ellipsoid, Levy, Michalewicz, Schwefel
from gdviz.problems.functions_squares import (
    BrownBadlyScaled,
    HelicalValley,
    JennrichSampson,
    PowellBadlyScaled,
    PowellSingular,
    Wood,
)
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
from gdviz.problems.functions_waves import DropWave, LevyThirteen, SchafferFour, SchafferTwo, Shubert
from gdviz.problems.gaussian_mixture import GaussianMixtureFit
from gdviz.problems.hartmann import HartmannSix, HartmannThree
from gdviz.problems.neuron import Neuron, SaturatedNeuron
from gdviz.problems.online import ReddiOnline
from gdviz.problems.quadratics import Booth, ElongatedQuadratic, Matyas, RotatedQuadratic
from gdviz.problems.trial import try_problem
from gdviz.registry import Registry

__all__ = ["BUILTIN", "PROBLEMS", "Block", "Problem", "problem"]

BUILTIN: tuple[type[Problem], ...] = (
    Parabola,
    Quartic,
    AbsoluteValue,
    DoubleWell,
    TiltedDoubleWell,
    GaussianWell,
    MoreThuente,
    TwoSines,
    Forrester,
    GramacyLee,
    RastriginOne,
    SaturatedNeuron,
    ReddiOnline,
    ElongatedQuadratic,
    RotatedQuadratic,
    Booth,
    Matyas,
    Rosenbrock,
    Leon,
    Beale,
    FreudensteinRoth,
    JennrichSampson,
    PowellBadlyScaled,
    BrownBadlyScaled,
    ScalarFactorization,
    BoundedSaddle,
    MonkeySaddle,
    Himmelblau,
    ThreeHumpCamel,
    SixHumpCamel,
    McCormick,
    Branin,
    GoldsteinPrice,
    Hills,
    Peaks,
    Easom,
    LevyThirteen,
    DropWave,
    Shubert,
    SchafferTwo,
    SchafferFour,
    BukinSix,
    CrossInTray,
    HolderTable,
    Eggholder,
    Neuron,
    GaussianMixtureFit,
    CategoricalFit,
    HelicalValley,
    PowellSingular,
    Wood,
    HartmannThree,
    HartmannSix,
    Sphere,
    Ellipsoid,
    Trid,
    NesterovQuadratic,
    ExtendedRosenbrock,
    DixonPrice,
    Zakharov,
    StyblinskiTang,
    Levy,
    Rastrigin,
    Ackley,
    Griewank,
    Schwefel,
    Michalewicz,
    Formula,
    DataFit,
)

PROBLEMS: Registry[Problem] = Registry("problem", BUILTIN, base=Problem, trial=try_problem)


def problem(name: str, **options: Any) -> Problem:
    """The problem of that name with these options; raises `InputError`."""
    return PROBLEMS.make(name, options)
