"""What a run leaves behind: one row per step, appended by one writer while others read.

The writer fills rows beyond the published length and then publishes them. A reader takes the length first and the
columns after it; because a column that has to grow is copied into a larger one before the length moves on, whatever
array a reader gets holds at least the rows it was told of. So reading needs no lock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gdviz.arrays import Array
from gdviz.errors import InputError
from gdviz.oracle import Evaluations
from gdviz.problems.base import Problem
from gdviz.runs.config import RunConfig
from gdviz.runs.stopping import StopReason

if TYPE_CHECKING:
    from gdviz.runs.explaining import StepExplanation

__all__ = ["Checkpoint", "EvaluationCounts", "Origin", "Rows", "Trajectory"]

_FIRST_BYTES = 1 << 23
"""Room for the first rows. What nobody has written takes no memory yet; what has to be copied as it grows, twice."""


class EvaluationCounts(NamedTuple):
    """How often value, gradient and Hessian had been asked for when each point was reached, `(steps + 1,)` each."""

    value: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """All three together, `(steps + 1,)`."""
        total: np.ndarray = self.value + self.gradient + self.hessian
        return total


@dataclass(frozen=True)
class Origin:
    """What a trajectory came from, which is enough to take any of its steps again: the problem, the config, and the
    start `(..., d)` in the array library it was run on."""

    problem: Problem
    config: RunConfig
    start: Array


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on from `step` exactly as the run did.

    `schedule_state` is what a schedule that follows the values remembers, before any change at `step` itself.
    """

    step: int
    point: Array
    state: Any
    evaluations: Evaluations
    schedule_state: Any = None


class Rows(NamedTuple):
    """Consecutive rows of every column; `evaluations` is `(n, 3)`, points `(n, ..., d)`, the others `(n, ...)`."""

    points: np.ndarray
    values: np.ndarray
    gradient_norms: np.ndarray
    learning_rates: np.ndarray
    evaluations: np.ndarray


class Trajectory:
    """The recorded path of one run from a start `(..., d)`; row 0 is the start.

    Owned by the run that writes it; every property is a read-only view of the published rows.
    """

    def __init__(
        self,
        start: np.ndarray,
        expected_steps: int = 0,
        checkpoint_spacing: int = 1024,
        max_checkpoints: int = 512,
        origin: Origin | None = None,
    ) -> None:
        self.origin = origin
        batch = start.shape[:-1]
        self._capacity = max(1, min(expected_steps + 1, _FIRST_BYTES // self.row_bytes(start)))
        self._limit = expected_steps + 1
        self._columns = Rows(
            points=np.empty((self._capacity, *start.shape), dtype=start.dtype),
            values=np.empty((self._capacity, *batch)),
            gradient_norms=np.empty((self._capacity, *batch)),
            learning_rates=np.empty(self._capacity),
            evaluations=np.empty((self._capacity, 3), dtype=np.int64),
        )
        self._readable = _read_only(self._columns)
        self._length = 0
        self.stop_reason: StopReason | None = None
        self.stop_step = 0
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self.checkpoint_spacing = checkpoint_spacing
        self._max_checkpoints = max_checkpoints

    @staticmethod
    def row_bytes(start: np.ndarray) -> int:
        """The bytes of one row of every column, for a start `(..., d)`: 8 d + 48 for a single one in float64."""
        return start.nbytes + 16 * math.prod(start.shape[:-1]) + 32

    def __len__(self) -> int:
        return self._length

    @property
    def steps(self) -> int:
        """Steps taken: one less than the rows."""
        return self._length - 1

    @property
    def expected_steps(self) -> int:
        """The steps that the run was made for; it may stop before."""
        return self._limit - 1

    @property
    def dimension(self) -> int:
        return int(self._columns.points.shape[-1])

    def rows(self, first: int = 0, stop: int | None = None) -> Rows:
        """The published rows from `first` up to `stop`, as read-only views."""
        length = self._length if stop is None else min(stop, self._length)
        points, values, gradient_norms, learning_rates, evaluations = self._readable
        here = slice(first, length)
        return Rows(points[here], values[here], gradient_norms[here], learning_rates[here], evaluations[here])

    @property
    def points(self) -> np.ndarray:
        """`(steps + 1, ..., d)`"""
        return self.rows().points

    @property
    def values(self) -> np.ndarray:
        """f at every point, `(steps + 1, ...)`; with mini-batches f of the batch of that step."""
        return self.rows().values

    @property
    def gradient_norms(self) -> np.ndarray:
        """‖∇f‖₂ at every point, `(steps + 1, ...)`."""
        return self.rows().gradient_norms

    @property
    def learning_rates(self) -> np.ndarray:
        """The rate of the step that leaves each point, `(steps + 1,)`; nan where the method has none."""
        return self.rows().learning_rates

    @property
    def evaluations(self) -> EvaluationCounts:
        counts = self.rows().evaluations
        return EvaluationCounts(counts[:, 0], counts[:, 1], counts[:, 2])

    @property
    def finished(self) -> bool:
        return self.stop_reason is not None

    @property
    def sentence(self) -> str:
        """Why the run stopped, for the user; empty while it goes on."""
        return self.stop_reason.sentence(self.stop_step) if self.stop_reason else ""

    def explain(self, step: int) -> StepExplanation:
        """What the step `step` -> `step` + 1 consisted of, taken again from the checkpoint before it, bit for bit.

        Raises `InputError` for a step that was not taken.
        """
        from gdviz.runs.explaining import explained

        if self.origin is None:
            raise InputError("this trajectory does not know what it is of, so its steps can't be explained; run it.")
        return explained(self, self.origin, step)

    def reserve(self, count: int) -> Rows:
        """Writable rows behind the published ones, for the writer; nobody sees them until `publish`."""
        needed = self._length + count
        if needed > self._capacity:
            capacity = max(needed, min(4 * self._capacity, max(self._limit, needed)))
            self._columns = Rows(*(self._grown(column, capacity) for column in self._columns))
            self._readable = _read_only(self._columns)
            self._capacity = capacity
        return Rows(*(column[self._length : needed] for column in self._columns))

    def _grown(self, column: np.ndarray, capacity: int) -> np.ndarray:
        larger = np.empty((capacity, *column.shape[1:]), dtype=column.dtype)
        larger[: self._length] = column[: self._length]
        return larger

    def publish(self, count: int) -> None:
        """Make `count` rows more visible to readers."""
        self._length += count

    def copy_from(self, other: Trajectory, step: int, learning_rate: float) -> None:
        """Take over the rows and checkpoints of `other` up to and including `step`, which is left at `learning_rate`;
        for the writer of an empty one."""
        rows = self.reserve(step + 1)
        for mine, theirs in zip(rows, other.rows(0, step + 1), strict=True):
            mine[:] = theirs
        rows.learning_rates[step] = learning_rate
        self.checkpoints = tuple(item for item in other.checkpoints if item.step <= step)
        self.checkpoint_spacing = other.checkpoint_spacing
        self.publish(step + 1)

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Remember a checkpoint that lies at a multiple of the spacing, which doubles when there are too many."""
        if checkpoint.step % self.checkpoint_spacing:
            return
        kept = (*self.checkpoints, checkpoint)
        if len(kept) > self._max_checkpoints:
            self.checkpoint_spacing *= 2
            kept = tuple(item for item in kept if item.step % self.checkpoint_spacing == 0)
        self.checkpoints = kept

    def checkpoint_before(self, step: int) -> Checkpoint:
        """The latest checkpoint at or before `step`."""
        return next(item for item in reversed(self.checkpoints) if item.step <= step)


def _read_only(columns: Rows) -> Rows:
    """Views of all rows through which nothing can be written; parts of them are read-only as well."""
    views = Rows(*(column.view() for column in columns))
    for view in views:
        view.flags.writeable = False
    return views
