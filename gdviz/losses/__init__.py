"""How far predictions are from targets: losses of one row with their derivatives, and penalties on the parameters.

Losses know neither models nor tables: they are pure functions of arrays. The loss of a data set is their mean.
"""

from __future__ import annotations

from typing import Any

from gdviz.losses.base import Loss
from gdviz.losses.classification import BinaryCrossEntropy, CrossEntropy, Hinge, KullbackLeibler
from gdviz.losses.penalty import Penalty
from gdviz.losses.regression import AbsoluteError, HalfSquaredError, Huber, PowerError, SquaredError
from gdviz.registry import Registry

__all__ = ["BUILTIN", "LOSSES", "Loss", "Penalty", "loss"]

BUILTIN: tuple[type[Loss], ...] = (
    SquaredError,
    HalfSquaredError,
    AbsoluteError,
    PowerError,
    Huber,
    BinaryCrossEntropy,
    CrossEntropy,
    KullbackLeibler,
    Hinge,
)

LOSSES: Registry[Loss] = Registry("loss", BUILTIN)


def loss(name: str, **options: Any) -> Loss:
    """The loss of that name with these options; raises `InputError`."""
    return LOSSES.make(name, options)
