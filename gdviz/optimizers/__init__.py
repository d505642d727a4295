"""How a problem is minimized: optimizers by name, one family a module."""

from __future__ import annotations

from typing import Any

from gdviz.optimizers.adam import Adam, Adamax
from gdviz.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from gdviz.optimizers.momentum import GradientDescent, Momentum, Nesterov
from gdviz.optimizers.rule import GradientRule, Optimizer, Step
from gdviz.registry import Registry

__all__ = ["BUILTIN", "OPTIMIZERS", "GradientRule", "Optimizer", "Step", "optimizer"]

BUILTIN: tuple[type[Optimizer], ...] = (
    GradientDescent,
    Momentum,
    Nesterov,
    Adagrad,
    RMSprop,
    Adadelta,
    Adam,
    Adamax,
)

OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", BUILTIN)


def optimizer(name: str, **hyper_parameters: Any) -> Optimizer:
    """The optimizer of that name, torch's defaults unless said otherwise; raises `InputError`."""
    return OPTIMIZERS.make(name, hyper_parameters)
