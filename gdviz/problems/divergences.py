"""How far a distribution Q is from the P it is fitted to: what every problem that fits one has in common."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, NamedTuple

from gdviz.arrays import Array
from gdviz.parameters import parameter
from gdviz.problems.base import Problem
from gdviz.quantities import Quantity

__all__ = ["Compared", "DistributionFit", "Divergences", "objective_option"]

FORWARD, REVERSE, CROSS_ENTROPY = "forward_kl", "reverse_kl", "cross_entropy"


class Divergences(NamedTuple):
    """In nats, at points `(..., d)`: H(P) is a number, the others are `(...)`; H(P, Q) = H(P) + D(P‖Q)."""

    entropy: float
    """H(P) = −Σ P log P."""
    cross_entropy: Array
    """H(P, Q) = −Σ P log Q."""
    forward: Array
    """D(P‖Q) = Σ P log(P/Q): large where Q misses something of P, so Q covers P."""
    reverse: Array
    """D(Q‖P) = Σ Q log(Q/P): large where Q lies where P is not, so Q seeks a mode; inf where P is 0 and Q is not."""


class Compared(NamedTuple):
    """P and Q to be drawn: at `places (k,)` their probabilities or densities, `target (k,)` and `fitted (..., k)`."""

    places: Array
    target: Array
    fitted: Array


def objective_option() -> Any:
    """The dataclass field that says what is minimized."""
    return parameter(
        FORWARD,
        choices=(FORWARD, REVERSE, CROSS_ENTROPY),
        help="D(P‖Q), after which Q covers P; D(Q‖P), after which Q seeks a mode of P; H(P, Q), which is H(P) more "
        "than the first and has the same minimum.",
    )


@dataclass(frozen=True)
class DistributionFit(Problem, abc.ABC):
    """Parameters of a distribution Q that is fitted to a fixed P by one of three objectives."""

    @abc.abstractmethod
    def divergences(self, x: Array) -> Divergences:
        """H(P), H(P, Q), D(P‖Q) and D(Q‖P) at points `(..., d)`, whichever of them is minimized."""

    @abc.abstractmethod
    def compared(self, x: Array) -> Compared:
        """P and Q at points `(..., d)`, for a picture of both."""

    def explain(self, x: Array) -> tuple[Quantity, ...]:
        """Entropy, cross-entropy and both divergences, then value and gradient."""
        found = self.divergences(x)
        return (
            Quantity("Entropy", "H(P)", r"H(P) = -\sum P \log P", found.entropy),
            Quantity("Cross-entropy", "H(P,Q)", r"H(P, Q) = -\sum P \log Q", found.cross_entropy),
            Quantity("Forward divergence", "D(P‖Q)", r"D(P \| Q) = \sum P \log \frac{P}{Q}", found.forward),
            Quantity("Reverse divergence", "D(Q‖P)", r"D(Q \| P) = \sum Q \log \frac{Q}{P}", found.reverse),
            *super().explain(x),
        )
