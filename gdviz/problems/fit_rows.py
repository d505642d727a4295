"""The mean loss of a model over the rows of a data set, with its gradient and Hessian, in blocks of rows.

A block of 4k or 8k rows stays in the processor's cache from the forward to the backward pass, so the data are read once
for value and gradient. For a batch of points blocks are made smaller, so that memory stays bounded however many points
and rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from gdviz.arrays import Array, Namespace, Place, namespace, place_of, placed
from gdviz.losses import Loss
from gdviz.models import Model
from gdviz.models.chain import loss_and_gradient
from gdviz.models.curvature import hessian
from gdviz.problems.fit_pauses import Pausing

__all__ = ["Measure", "RowMean"]

Measure: TypeAlias = Callable[[Namespace, Array, Array], Array]
"""(namespace, predictions `(..., n)`, targets (n,)) to `(..., n)`, by rows; with k outputs `(..., n, k)`, `(n, k)`."""

_BLOCK_ROWS = 8192
# Wide rows are taken by half as many, or they leave the cache between the forward and the backward pass.
_WIDE = 12
_BLOCK_POINTS = 256
_BLOCK_ENTRIES = 65_536
# For one point at a time: so that models with many units take fewer rows at once than others.
_ONE_POINT_ENTRIES = 16 * _BLOCK_ROWS
# A part of the rows small enough that a pass over it takes milliseconds, its Hessian included.
_PART_ENTRIES = 2**18


class RowMean:
    """θ ↦ (1/n) Σ wᵢ L(model(θ, xᵢ), yᵢ) for features `(n, f)` and targets as the loss takes them, `(n,)` or `(n, k)`,
    float64 arrays that it never changes. Weights `(n,)` have the mean 1; left out, all are 1.

    Points may be of any array library and floating type: the data are converted once for each and kept.
    """

    def __init__(
        self,
        model: Model,
        loss: Loss,
        features: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray | None = None,
    ) -> None:
        self.model = model
        self.loss = loss
        self.features = features
        self.targets = targets
        self.weights = weights
        self._own = _Block(features, targets, weights)
        self._entries = model.entries(features.shape[1])
        self._converted: dict[Place, _Block] = {}
        self._shares: dict[tuple[int, str], np.ndarray] = {}

    @property
    def rows(self) -> int:
        return len(self.targets)

    @cached_property
    def parts(self) -> tuple[RowMean, ...]:
        """The mean over each of the parts, one behind the other, that the rows fall into for work that must be
        interruptible: a pass over one takes milliseconds. Nothing is copied."""
        size = max(1, _PART_ENTRIES // (self.features.shape[1] + self._entries))
        size -= size % _BLOCK_ROWS if size > _BLOCK_ROWS else 0
        return tuple(
            RowMean(
                self.model,
                self.loss,
                self.features[part],
                self.targets[part],
                None if self.weights is None else self.weights[part],
            )
            for part in _slices(self.rows, size)
        )

    @property
    def multiplications(self) -> int:
        """What the value at one point costs, an exponential and a logarithm counted as 30."""
        return self.rows * self.model.multiplications(int(self.features.shape[1]))

    def value(self, x: Array, rows: Any = None) -> Array:
        """The mean at points `(..., d)`, as `(...)`; over some rows only where their numbers are given."""

        def loss(xp: Namespace, scores: Array, targets: Array) -> Array:
            of_score = self.loss.argument == "score"
            return self.loss.value(xp, scores if of_score else self.model.activate(xp, scores), targets)

        return self._mean(x, loss, rows)

    def mean(self, x: Array, measure: Measure) -> Array:
        """The mean over the rows of a measure of outputs and targets, at points `(..., d)`, as `(...)`."""
        return self._mean(x, lambda xp, scores, targets: measure(xp, self.model.activate(xp, scores), targets))

    def value_and_gradient(self, x: Array, rows: Any = None) -> tuple[Array, Array]:
        """Both at points `(..., d)` in one pass over the rows, as `(...)` and `(..., d)`."""
        xp = namespace(x)
        if x.ndim == 1:
            if xp is np and isinstance(rows, np.ndarray) and len(rows) <= self._block_rows(x):
                return self._mini_batch(x, rows)
            return self._pass(xp, x, rows)
        parts = [self._pass(xp, points, rows) for points in self._chunks(xp, x)]
        values, gradients = (_joined(xp, [part[index] for part in parts]) for index in (0, 1))
        return xp.reshape(values, x.shape[:-1]), xp.reshape(gradients, x.shape)

    def hessian(self, x: Array) -> Array:
        """∇² of the mean at points `(..., d)`, as `(..., d, d)`, for losses with curvature."""
        xp = namespace(x)
        size = x.shape[-1]
        points = xp.reshape(x, (-1, size))
        matrices = [self._hessian(xp, points[index, :]) for index in range(points.shape[0])]
        stacked = xp.stack(matrices) if matrices else xp.zeros((0, size, size), dtype=x.dtype)
        return xp.reshape(stacked, (*x.shape, size))

    def by_parts(self, what: Callable[[RowMean], tuple[Any, ...]]) -> Pausing[tuple[Any, ...]]:
        """What is a mean over the rows, from that of their `parts`, with a pause after each; NumPy alone."""
        total: tuple[Any, ...] = ()
        for part in self.parts:
            with np.errstate(over="ignore", invalid="ignore"):
                weighed = tuple(item * (part.rows / self.rows) for item in what(part))
                total = tuple(map(np.add, total, weighed)) if total else weighed
            yield
        return total

    def outputs(self, x: Array) -> Array:
        """The model's prediction for every row at points `(..., d)`, as `(..., n)`, or `(..., n, k)` for k outputs."""
        xp = namespace(x)
        return self.model.forward(xp, x, self.data(xp, x).features).outputs

    def _mean(self, x: Array, measure: Measure, rows: Any = None) -> Array:
        xp = namespace(x)
        count = self.rows if rows is None else len(rows)

        def of(points: Array) -> Array:
            total: Any = 0.0
            for features, targets, weights in self._blocks(xp, points, rows):
                found = measure(xp, self.model.scores(xp, points, features), targets)
                total = total + xp.sum(found if weights is None else found * weights, axis=-1)
            return total / count

        if x.ndim == 1:
            return of(x)
        return xp.reshape(_joined(xp, [of(points) for points in self._chunks(xp, x)]), x.shape[:-1])

    def _pass(self, xp: Namespace, points: Array, rows: Any) -> tuple[Array, Array]:
        value: Any = 0.0
        gradient: Any = 0.0
        for features, targets, weights in self._blocks(xp, points, rows):
            part = loss_and_gradient(xp, self.model, self.loss, points, features, targets, weights)
            value = value + part[0]
            gradient = gradient + part[1]
        count = self.rows if rows is None else len(rows)
        return value / count, gradient / count

    def _mini_batch(self, point: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same for few rows at one point of NumPy, where time goes into being called: a column of ones carries the
        biases along, and shares that sum to 1 make the means."""
        features, targets, weights = self.data(np, point)
        count = len(rows)
        design = np.empty((count, features.shape[1] + 1), dtype=point.dtype)
        design[:, :-1] = features.take(rows, axis=0)
        design[:, -1] = 1.0
        shares = self._shares.get((count, point.dtype.char))
        if shares is None:
            shares = self._shares[count, point.dtype.char] = np.full(count, 1.0 / count, dtype=point.dtype)
        if weights is not None:
            shares = shares * weights.take(rows)
        return loss_and_gradient(np, self.model, self.loss, point, design, targets.take(rows, axis=0), shares)

    def _hessian(self, xp: Namespace, point: Array) -> Array:
        total: Any = 0.0
        for features, targets, weights in self._blocks(xp, point):
            total = total + hessian(xp, self.model, self.loss, point, features, targets, weights)
        return total / self.rows

    def _blocks(self, xp: Namespace, points: Array, rows: Any = None) -> Iterator[_Block]:
        """Features, targets and weights, of these rows or all, in blocks that suit this many points."""
        data = self.data(xp, points)
        size = self._block_rows(points)
        if rows is not None:
            # Numbers of rows that are an array of this library already stay as they are: JAX may not know them yet.
            ours = xp is np or not isinstance(rows, np.ndarray | Sequence)
            numbers = rows if ours else xp.asarray(np.asarray(rows), device=data.features.device)
            for part in _slices(len(rows), size):
                yield _Block(*(None if item is None else xp.take(item, numbers[part], axis=0) for item in data))
        elif self.rows <= size:
            yield data
        else:
            for part in _slices(self.rows, size):
                yield _Block(*(None if item is None else item[part, ...] for item in data))

    def data(self, xp: Namespace, x: Array) -> _Block:
        """Features, targets and weights in the library, device and type of `x`."""
        own = self._own
        if xp is np and x.dtype == np.float64:
            return own
        place = place_of(xp, x)
        if place not in self._converted:
            self._converted[place] = _Block(*(None if item is None else placed(item, xp, x) for item in own))
        return self._converted[place]

    def _block_rows(self, points: Array) -> int:
        """How many rows to take at once for one point `(d,)` or a chunk of points `(k, d)`."""
        count, entries = (1, _ONE_POINT_ENTRIES) if points.ndim == 1 else (points.shape[0], _BLOCK_ENTRIES)
        most = _BLOCK_ROWS if self.features.shape[1] <= _WIDE else _BLOCK_ROWS // 2
        return max(1, min(most, entries // max(1, count * self._entries)))

    def _chunks(self, xp: Namespace, x: Array) -> Iterator[Array]:
        """Points `(..., d)` as chunks `(k, d)`; one of none where there are none."""
        points = xp.reshape(x, (-1, x.shape[-1]))
        for part in _slices(points.shape[0], max(1, _BLOCK_POINTS // self._entries)):
            yield points[part, :]


class _Block(NamedTuple):
    """Some of the rows; the weights are None where all are 1."""

    features: Array
    targets: Array
    weights: Array


def _slices(length: int, size: int) -> Iterator[slice]:
    """The pieces of an axis, at least one; none reaches beyond its end, which the array standard doesn't allow."""
    for start in range(0, max(1, length), size):
        yield slice(start, min(start + size, length))


def _joined(xp: Namespace, parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=0)
