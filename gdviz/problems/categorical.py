"""A softmax fitted to given probabilities: the loss of every classifier, without the classifier."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace, namespace
from gdviz.echo import echoed
from gdviz.errors import InputError
from gdviz.parameters import parameter
from gdviz.problems.coordinates import CoordinateFunction, coordinates_of, stacked, summed, upper_triangle
from gdviz.problems.divergences import Compared, DistributionFit, Divergences, objective_option
from gdviz.quantities import Quantity

__all__ = ["CategoricalFit"]

_MOST_OUTCOMES = 50


@dataclass(frozen=True)
class CategoricalFit(CoordinateFunction, DistributionFit):
    """Q = softmax(θ) over K outcomes, fitted to P by D(P‖Q), D(Q‖P) or H(P, Q) = H(P) + D(P‖Q).

    Adding a number to every θ changes nothing, so minima form a line; `minima` holds the point of it that sums to 0,
    θ = log P − mean log P. Where an outcome of P has probability 0 there is none, and D(Q‖P) is refused.

    Source: Cover & Thomas 2006, Elements of Information Theory, chapter 2.
    """

    name = "categorical"
    label = "Categorical"
    summary = "Softmax probabilities that descend towards given ones: cross-entropy and both divergences side by side."
    source = "Cover & Thomas 2006, chapter 2"
    formula = "D(P‖Q), D(Q‖P) or H(P,Q) of Q = softmax(θ)"
    family = "learning"

    target: str = parameter(
        "0.6 0.3 0.1",
        symbol="P",
        label="Target",
        help="The probabilities that Q is fitted to, such as 0.6 0.3 0.1; numbers that do not add up to 1 are scaled.",
    )
    objective: str = objective_option()

    _probabilities: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_probabilities", _probabilities(self.target))
        if self.objective == "reverse_kl" and min(self._probabilities) == 0.0:
            raise InputError(
                "reverse_kl needs every probability of the target above 0; raise the 0, or take forward_kl."
            )

    @property
    def dimension(self) -> int:
        return len(self._probabilities)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"logit{index + 1}" for index in range(self.dimension))

    @property
    def domain(self) -> np.ndarray:
        reach = max([4.0, *(1.25 * np.abs(self.minima)).ravel().tolist()])
        return np.array([(-reach, reach)] * self.dimension)

    @property
    def minima(self) -> np.ndarray:
        if min(self._probabilities) == 0.0:
            return np.empty((0, self.dimension))
        logarithms = np.log(np.array(self._probabilities))
        centered: np.ndarray = logarithms - logarithms.mean()
        return centered[None]

    @property
    def start(self) -> np.ndarray:
        """The outcomes in the wrong order, so that every probability has a way to go."""
        return np.linspace(-1.5, 1.5, self.dimension)

    def _logarithms(self, xp: Namespace, coordinates: tuple[Any, ...]) -> list[Any]:
        """log Q of every outcome."""
        top = coordinates[0]
        for theta in coordinates[1:]:
            top = xp.maximum(top, theta)
        offsets = [theta - top for theta in coordinates]
        total = xp.log(summed(xp.exp(offset) for offset in offsets))
        return [offset - total for offset in offsets]

    def _ratios(self, logarithms: list[Any]) -> list[Any]:
        """log(Q/P) of every outcome, where P is above 0."""
        return [
            logarithm - math.log(p) if p > 0.0 else 0.0 * logarithm
            for logarithm, p in zip(logarithms, self._probabilities, strict=True)
        ]

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        logarithms = self._logarithms(xp, coordinates)
        if self.objective == "cross_entropy":
            return -summed(p * logarithm for p, logarithm in zip(self._probabilities, logarithms, strict=True))
        ratios = self._ratios(logarithms)
        if self.objective == "forward_kl":
            return -summed(p * ratio for p, ratio in zip(self._probabilities, ratios, strict=True))
        return summed(xp.exp(logarithm) * ratio for logarithm, ratio in zip(logarithms, ratios, strict=True))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        logarithms = self._logarithms(xp, coordinates)
        fitted = [xp.exp(logarithm) for logarithm in logarithms]
        if self.objective != "reverse_kl":
            return tuple(q - p for q, p in zip(fitted, self._probabilities, strict=True))
        ratios = self._ratios(logarithms)
        divergence = summed(q * ratio for q, ratio in zip(fitted, ratios, strict=True))
        return tuple(q * (ratio - divergence) for q, ratio in zip(fitted, ratios, strict=True))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        logarithms = self._logarithms(xp, coordinates)
        fitted = [xp.exp(logarithm) for logarithm in logarithms]
        excesses: list[Any] = [0.0] * self.dimension
        if self.objective == "reverse_kl":
            ratios = self._ratios(logarithms)
            divergence = summed(q * ratio for q, ratio in zip(fitted, ratios, strict=True))
            excesses = [ratio - divergence for ratio in ratios]
        entries = []
        for row, column in upper_triangle(self.dimension):
            entry = -fitted[row] * fitted[column] * (1.0 + excesses[row] + excesses[column])
            entries.append(entry + fitted[row] * (1.0 + excesses[row]) if row == column else entry)
        return tuple(entries)

    def divergences(self, x: Array) -> Divergences:
        xp = namespace(x)
        logarithms = self._logarithms(xp, coordinates_of(x))
        pairs = list(zip(self._probabilities, logarithms, strict=True))
        reverse = summed(
            xp.exp(logarithm) * (logarithm - (math.log(p) if p > 0.0 else -math.inf)) for p, logarithm in pairs
        )
        return Divergences(
            -sum(p * math.log(p) for p in self._probabilities if p > 0.0),
            -summed(p * logarithm for p, logarithm in pairs),
            summed(p * (math.log(p) - logarithm) if p > 0.0 else 0.0 * logarithm for p, logarithm in pairs),
            reverse,
        )

    def compared(self, x: Array) -> Compared:
        """The outcomes 1 … K, P and softmax(θ)."""
        xp = namespace(x)
        coordinates = coordinates_of(x)
        fitted = tuple(xp.exp(logarithm) for logarithm in self._logarithms(xp, coordinates))
        places = np.arange(1, self.dimension + 1)
        return Compared(places, np.array(self._probabilities), stacked(xp, fitted, coordinates[0]))

    def explain(self, x: Array) -> tuple[Quantity, ...]:
        """P and Q = softmax(θ), entropies and divergences, then value and gradient."""
        found = self.compared(x)
        return (
            Quantity("Target", "P", "P", found.target),
            Quantity("Softmax", "Q", r"Q_k = \frac{e^{\theta_k}}{\sum_j e^{\theta_j}}", found.fitted),
            *super().explain(x),
        )


def _probabilities(text: str) -> tuple[float, ...]:
    """The numbers in `text`, scaled to add up to 1; raises `InputError`."""
    words = re.split(r"[\s,;]+", text.strip().strip("[]()").strip())
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= _MOST_OUTCOMES or not all(0.0 <= number < 1e300 for number in numbers):
        raise InputError(
            f"categorical: target must be 2 to {_MOST_OUTCOMES} numbers of at least 0, not {echoed(text)}; "
            "type something like 0.6 0.3 0.1."
        )
    total = math.fsum(numbers)
    if not 0.0 < total < math.inf:
        raise InputError("categorical: the target's numbers are all 0; raise one of them.")
    return tuple(number / total for number in numbers)
