"""Losses that come one after the other: the counter-example to Adam, whose steps forget the loss that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace, namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction

__all__ = ["ReddiOnline"]


@dataclass(frozen=True)
class ReddiOnline(KnownFunction):
    """One loss Cx and then several of −Fx, over and over, on [−1, 1]; their mean has its minimum at −1.

    Each loss of a cycle is a row, and mini-batches take the rows in their order: with batches of one row step k sees
    the loss of row k mod cycle. Adam with β₁ = 0, β₂ = 1/(1 + C²) and a rate of 0.3/√t then ends at +1, the worst
    point; AMSGrad and plain descent end at −1. With all rows at once there is nothing to forget.

    The paper projects every point to [−1, 1]. Here each loss rises outside with the slope max(C, F) instead, so that
    a step beyond an end is undone by the next, no method has to know of it, and the losses stay convex where C ≥ F. At
    the minimum itself the mean's gradient is given as 0.

    Source: Reddi, Kale & Kumar 2018, On the Convergence of Adam and Beyond, theorem 1; the cycle of 101 with C = 1010
    and F = 10 is its figure 1.
    """

    name = "reddi_online"
    label = "Reddi against Adam"
    summary = "One large slope up, then small ones down: in batches of 1 row Adam forgets the large one, and climbs."
    source = "Reddi, Kale & Kumar 2018"
    formula = "Cx for one row, −Fx for the others,  −1 ≤ x ≤ 1"
    family = "learning"
    smooth = False
    rows_in_order = True
    view = ((-1.5, 1.5),)
    usual_start = (0.0,)

    cycle: int = parameter(3, low=2, high=10_000, slider=(2, 101), help="How many losses there are before they repeat.")
    rise: float = parameter(
        3.0, low=0, low_open=True, high=1e9, slider=(1.0, 1010.0), log=True, symbol="C", help="The slope of the first."
    )
    fall: float = parameter(
        1.0, low=0, low_open=True, high=1e9, slider=(1.0, 10.0), symbol="F", help="How steeply all others fall."
    )

    @property
    def rows(self) -> int | None:
        return self.cycle

    @property
    def minima(self) -> np.ndarray:
        slope = self._slope(range(self.cycle))
        return np.array([[-1.0], [1.0]]) if slope == 0 else np.array([[-1.0 if slope > 0 else 1.0]])

    def _slope(self, rows: Sequence[int] | Any) -> float:
        """The slope within [−1, 1] of the mean of these rows' losses."""
        count = len(rows)
        first = sum(1 for row in rows if row == 0)
        return (first * self.rise - (count - first) * self.fall) / count

    def _value(self, xp: Namespace, x: Any, slope: float) -> Any:
        inside = xp.maximum(xp.minimum(x, 0.0 * x + 1.0), 0.0 * x - 1.0)
        return slope * inside + max(self.rise, self.fall) * xp.abs(x - inside)

    def _gradient(self, xp: Namespace, x: Any, slope: float) -> Any:
        return xp.where(xp.abs(x) > 1.0, max(self.rise, self.fall) * xp.sign(x), 0.0 * x + slope)

    def value_at(self, xp: Namespace, x: Any) -> Any:
        return self._value(xp, x, self._slope(range(self.cycle)))

    def gradient_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        slope = self._slope(range(self.cycle))
        lowest = -1.0 if slope > 0 else 1.0
        return (xp.where(x == lowest, 0.0 * x, self._gradient(xp, x, slope)),)

    def hessian_at(self, xp: Namespace, x: Any) -> tuple[Any, ...]:
        return (0.0,)

    def batch_value_and_gradient(self, x: Array, rows: Sequence[int] | Any) -> tuple[Array, Array]:
        """Value and gradient of the mean of these rows' losses; at the ends of [−1, 1] the slope within."""
        xp = namespace(x)
        slope = self._slope(rows)
        return self._value(xp, x[..., 0], slope), self._gradient(xp, x, slope)
