"""An optimizer's only view of a problem.

The oracle counts what is asked of it and, where a batch size is set, answers for the mini-batch of the current
step: the rows of step k depend on (seed, k) alone, so any step can be replayed. Every epoch passes over all rows
once, in an order drawn from (seed, epoch), or in their own where the problem says so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdviz.arrays import Array
from gdviz.problems.base import Problem

__all__ = ["Evaluations", "MiniBatches", "Oracle"]


class Evaluations(NamedTuple):
    """How often value, gradient and Hessian were asked for."""

    value: int
    gradient: int
    hessian: int


class MiniBatches:
    """The rows of every step: one pass over all rows an epoch, shuffled anew each time unless `shuffled` is False."""

    def __init__(self, rows: int, batch_size: int, seed: int, shuffled: bool = True) -> None:
        self.rows = rows
        self.batch_size = min(batch_size, rows)
        self.seed = seed
        self.per_epoch = -(-rows // self.batch_size)
        self._epoch = -1
        self._shuffled = shuffled
        self._order = np.arange(0 if shuffled else rows)

    def epochs_before(self, step: int) -> float:
        """How often all rows have been seen when this step is taken: a whole number where a pass begins."""
        epoch, place = divmod(step, self.per_epoch)
        return epoch + place * self.batch_size / self.rows

    def rows_of(self, step: int) -> np.ndarray:
        """The rows of the mini-batch of this step, (at most batch_size,)."""
        epoch, place = divmod(step, self.per_epoch)
        if self._shuffled and epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng((self.seed, epoch)).permutation(self.rows)
        return self._order[place * self.batch_size : (place + 1) * self.batch_size]


class Oracle:
    """Answers for one run, counting the questions. `step` is set by the engine before each step.

    A fit to data computes value and gradient in one pass, so the answer at the latest point is kept: a recorder that
    `observe`s the point before the optimizer asks for its gradient costs no second pass. Points are never changed
    in place, which is why being the same object is enough to recognise one.
    """

    def __init__(self, problem: Problem, seed: int = 0, batch_size: int | None = None) -> None:
        self.problem = problem
        self.step = 0
        rows = problem.rows
        full = rows is None or batch_size is None or batch_size >= rows
        self.batches = (
            None
            if full or rows is None or batch_size is None
            else MiniBatches(rows, batch_size, seed, shuffled=not problem.rows_in_order)
        )
        self.value_count = 0
        self.gradient_count = 0
        self.hessian_count = 0
        self._shares_work = not problem.cheap or self.batches is not None
        self._seen_point: Array = None
        self._seen_step = -1
        self._seen: tuple[Array, Array] = (None, None)

    @property
    def steady(self) -> bool:
        """Whether it answers at every step alike, so that what was seen in one may be used in the next."""
        return self.batches is None

    @property
    def evaluations(self) -> Evaluations:
        return Evaluations(self.value_count, self.gradient_count, self.hessian_count)

    @evaluations.setter
    def evaluations(self, counts: Evaluations) -> None:
        self.value_count, self.gradient_count, self.hessian_count = counts

    def observe(self, x: Array) -> tuple[Array, Array]:
        """Value and gradient at `x` for the record, not counted."""
        if self._seen_point is x and (self.batches is None or self._seen_step == self.step):
            return self._seen
        if self.batches is None:
            self._seen = self.problem.value_and_gradient(x)
        else:
            self._seen = self.problem.batch_value_and_gradient(x, self.batches.rows_of(self.step))
        self._seen_point, self._seen_step = x, self.step
        return self._seen

    def value(self, x: Array) -> Array:
        """f at `x`, `(...)`."""
        self.value_count += 1
        return self.observe(x)[0] if self._shares_work else self.problem.value(x)

    def gradient(self, x: Array) -> Array:
        """∇f at `x`, `(..., d)`."""
        self.gradient_count += 1
        return self.observe(x)[1] if self._shares_work else self.problem.gradient(x)

    def hessian(self, x: Array) -> Array:
        """∇²f at `x`, `(..., d, d)`, of all rows."""
        self.hessian_count += 1
        return self.problem.hessian(x)

    def residuals(self, x: Array) -> Array:
        """The residuals at `x`, `(..., m)`, of all rows; counted as a value, which is what they are squared and summed
        to."""
        self.value_count += 1
        return self.problem.residuals(x)

    def jacobian(self, x: Array) -> Array:
        """The derivatives of the residuals at `x`, `(..., m, d)`, of all rows; counted as a gradient."""
        self.gradient_count += 1
        return self.problem.jacobian(x)
