"""How a problem is minimized: optimizers by name, one family a module."""

from __future__ import annotations

from typing import Any

from gdviz.optimizers.adam import Adam, Adamax, AdamW, AMSGrad
from gdviz.optimizers.adam_momenta import NAdam, QHAdam, RAdam
from gdviz.optimizers.adam_sizes import AdaBelief, AdaBound, Adopt, Yogi
from gdviz.optimizers.adan import Adan
from gdviz.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from gdviz.optimizers.averaged_momentum import QHM, AggMo
from gdviz.optimizers.averaging import Averaging
from gdviz.optimizers.conjugate_gradient import ConjugateGradient
from gdviz.optimizers.iterate_averaging import ASGD, ScheduleFreeSGD
from gdviz.optimizers.least_squares import LevenbergMarquardt
from gdviz.optimizers.line_methods import LineSearch
from gdviz.optimizers.lookahead import Lookahead
from gdviz.optimizers.momentum import GradientDescent, Momentum, Nesterov
from gdviz.optimizers.muon import Muon
from gdviz.optimizers.newton import Newton
from gdviz.optimizers.quasi_newton import BFGS, LBFGS
from gdviz.optimizers.rprop import Rprop
from gdviz.optimizers.rule import GradientRule, Optimizer, Step
from gdviz.optimizers.sam import SAM
from gdviz.optimizers.signs import Lion, SignSGD, Signum
from gdviz.optimizers.simplex import NelderMead
from gdviz.optimizers.step_lengths import BarzilaiBorwein, PolyakStep
from gdviz.optimizers.trial import try_optimizer
from gdviz.registry import Registry

__all__ = ["BUILTIN", "OPTIMIZERS", "GradientRule", "Optimizer", "Step", "optimizer"]

BUILTIN: tuple[type[Optimizer], ...] = (
    GradientDescent,
    Momentum,
    Nesterov,
    QHM,
    AggMo,
    ASGD,
    ScheduleFreeSGD,
    SignSGD,
    Signum,
    Rprop,
    Lion,
    Adagrad,
    RMSprop,
    Adadelta,
    Adam,
    AdamW,
    AMSGrad,
    Adamax,
    NAdam,
    RAdam,
    QHAdam,
    AdaBelief,
    Yogi,
    Adopt,
    AdaBound,
    Adan,
    Muon,
    LineSearch,
    BarzilaiBorwein,
    PolyakStep,
    ConjugateGradient,
    Newton,
    LevenbergMarquardt,
    BFGS,
    LBFGS,
    NelderMead,
    SAM,
    Lookahead,
    Averaging,
)

OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", BUILTIN, base=Optimizer, trial=try_optimizer)


def optimizer(name: str, **hyper_parameters: Any) -> Optimizer:
    """The optimizer of that name, with the defaults of its convention, torch's unless said; raises `InputError`."""
    return OPTIMIZERS.make(name, hyper_parameters)
