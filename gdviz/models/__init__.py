"""How rows become predictions: models with explicit forward and backward passes over one flat parameter vector."""

from __future__ import annotations

from typing import Any

from gdviz.models.affine import LinearRegression, LogisticRegression, SoftmaxRegression
from gdviz.models.base import Forward, Model, Targets
from gdviz.models.multilayer import MultiLayerPerceptron
from gdviz.registry import Registry

__all__ = ["BUILTIN", "MODELS", "Forward", "Model", "Targets", "model"]

BUILTIN: tuple[type[Model], ...] = (LinearRegression, LogisticRegression, SoftmaxRegression, MultiLayerPerceptron)

MODELS: Registry[Model] = Registry("model", BUILTIN)


def model(name: str, *, targets: Targets | None = None, **options: Any) -> Model:
    """The model of that name with these options, for these targets or the usual ones; raises `InputError`."""
    return MODELS.get(name).from_options(options, targets=targets)
