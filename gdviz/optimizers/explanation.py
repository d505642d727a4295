"""What one step consisted of: the named quantities from the gradient to the new point, in the order they are computed.

An optimizer's `explain` builds them from the facts of a step that was really taken, so they are the run's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Array, Namespace
from gdviz.oracle import Oracle
from gdviz.quantities import Quantity

__all__ = ["Quantity", "StepFacts"]


@dataclass(frozen=True)
class StepFacts:
    """A step as it was taken: from `x (..., d)` and `state` to `next_point` and `next_state`.

    `gradient` is what the rule was given; None where the method asks the oracle itself. `oracle` answers as it did in
    that step; what it is asked for an explanation counts for no run.
    """

    xp: Namespace
    oracle: Oracle
    x: Array
    state: Any
    step: int
    learning_rate: float
    gradient: Array
    next_point: Array
    next_state: Any
