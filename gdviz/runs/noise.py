"""Noise on the gradients that an optimizer is told, as mini-batches bring it, but of a size and shape that one chooses.

What is drawn depends on the run's seed and the step alone: every step can be taken again, a second question in the same
step meets the same noise, and all descents of a batch meet the noise that each would meet alone.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gdviz.errors import InputError
from gdviz.parameters import Parameterized, parameter
from gdviz.registry import Registry

__all__ = ["BUILTIN", "NOISES", "AnnealedNoise", "GaussianNoise", "GradientNoise", "StudentNoise", "noise_in"]

_STREAM = 0x6E6F6973
"""Keeps these draws apart from those of mini-batches, which have the same seed."""


@dataclass(frozen=True)
class GradientNoise(Parameterized, abc.ABC):
    """Independent noise of mean 0 (where there is a mean) on every entry of the gradient."""

    label: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    """Its distribution in TeX."""

    def drawn(self, seed: int, step: int, dimension: int) -> np.ndarray:
        """The noise `(dimension,)` of the step `step` -> `step` + 1, float64."""
        return self.sample(np.random.default_rng((seed, step, _STREAM)), step, dimension)

    @abc.abstractmethod
    def sample(self, generator: np.random.Generator, step: int, dimension: int) -> np.ndarray:
        """The noise `(dimension,)` of a step, from this generator."""

    def table(self) -> dict[str, Any]:
        """What an experiment file says: its kind, and what is not default."""
        return {"kind": self.name, **self.changed_options()}


@dataclass(frozen=True)
class GaussianNoise(GradientNoise):
    """N(0, σ²)."""

    name: ClassVar[str] = "gaussian"
    label: ClassVar[str] = "Gaussian"
    summary: ClassVar[str] = "The same bell curve at every step."
    formula: ClassVar[str] = r"\xi \sim N(0, \sigma^2)"

    sigma: float = parameter(
        0.1, low=0, slider=(1e-3, 1e3), log=True, symbol="σ", help="Its standard deviation in every entry."
    )

    def sample(self, generator: np.random.Generator, step: int, dimension: int) -> np.ndarray:
        return self.sigma * generator.standard_normal(dimension)


@dataclass(frozen=True)
class AnnealedNoise(GradientNoise):
    """N(0, η/(1 + t)^γ). Source: Neelakantan et al. 2015, arXiv:1511.06807; optax.noisy_sgd."""

    name: ClassVar[str] = "annealed"
    label: ClassVar[str] = "Annealed"
    summary: ClassVar[str] = "A bell curve that narrows from step to step, so that the path settles in the end."
    source: ClassVar[str] = "Neelakantan et al. 2015; optax.noisy_sgd"
    formula: ClassVar[str] = r"\xi \sim N(0, \eta/(1 + t)^\gamma)"

    eta: float = parameter(0.01, low=0, slider=(1e-4, 1e3), log=True, symbol="η", help="Its variance at the start.")
    gamma: float = parameter(0.55, low=0, slider=(0.0, 2.0), symbol="γ", help="How fast its variance falls.")

    def sample(self, generator: np.random.Generator, step: int, dimension: int) -> np.ndarray:
        deviation: float = (self.eta / (1.0 + step) ** self.gamma) ** 0.5
        return deviation * generator.standard_normal(dimension)


@dataclass(frozen=True)
class StudentNoise(GradientNoise):
    """s · Student's t of ν degrees of freedom: heavy tails, without a variance for ν ≤ 2 and without a mean for ν ≤ 1.

    Source: Simsekli, Sagun & Gurbuzbalaban 2019, arXiv:1901.06053, on heavy tails of gradient noise.
    """

    name: ClassVar[str] = "student_t"
    label: ClassVar[str] = "Student's t"
    summary: ClassVar[str] = "Mostly small, now and then huge: what clipping is for."
    source: ClassVar[str] = "Simsekli, Sagun & Gurbuzbalaban 2019"
    formula: ClassVar[str] = r"\xi \sim s \cdot t_\nu"

    scale: float = parameter(0.1, low=0, slider=(1e-3, 1e3), log=True, symbol="s", help="Its width in every entry.")
    degrees_of_freedom: float = parameter(
        2.0, low=0.1, slider=(1.0, 30.0), symbol="ν", help="Small: heavy tails. 1 is Cauchy's; large is Gaussian."
    )

    def sample(self, generator: np.random.Generator, step: int, dimension: int) -> np.ndarray:
        return self.scale * generator.standard_t(self.degrees_of_freedom, dimension)


BUILTIN: tuple[type[GradientNoise], ...] = (GaussianNoise, AnnealedNoise, StudentNoise)

NOISES: Registry[GradientNoise] = Registry("noise", BUILTIN)


def noise_in(table: Mapping[str, Any]) -> GradientNoise:
    """The noise that a table such as `{"kind": "gaussian", "sigma": 0.1}` says; raises `InputError`."""
    if "kind" not in table:
        raise InputError(f'noise must say its kind, one of {", ".join(NOISES.names)}, as {{"kind": "gaussian"}}.')
    return NOISES.make(table["kind"], {name: value for name, value in table.items() if name != "kind"})
