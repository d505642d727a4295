"""Least squares from second moments: all that a quadratic loss of an affine model needs of its rows.

With x̄, ȳ the means, C the covariance of the features, ŵ a least-squares solution, ρ its mean squared residual and
e = Xcᵀ(yc − Xcŵ)/n what rounding left of the normal equations, the mean of (y − Xw − b)² is exactly

    ρ − 2 eᵀδ + δᵀCδ + β²,    δ = w − ŵ,  β = b + x̄ᵀw − ȳ.

Its terms don't cancel, so that values and gradients have all their digits at the minimum too, where differences of XᵀX
and Xᵀy would have lost them, and for features far from 0. With weights on the rows every mean is a weighted one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace, Place, namespace, place_of, placed

__all__ = ["Moments", "QuadraticLoss", "SeveralQuadraticLoss"]

_BLOCK_ROWS = 8192
# Beyond this ratio of eigenvalues the normal equations, which square the condition, leave fewer than ten digits.
_WORST_CONDITION = 1e8


@dataclass(frozen=True, eq=False)
class Moments:
    """What least squares keeps of features `(n, f)` and targets `(n,)`; see the module for the letters."""

    rows: int
    feature_means: np.ndarray
    target_mean: float
    covariance: np.ndarray
    solution: np.ndarray
    residual: float
    rest: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None) -> Moments:
        """The moments of these rows, in blocks that stay in the cache; not `finite` where squares overflow.

        `weights (n,)` have the mean 1.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return cls._of(_Rows(features, targets, None if weights is None else np.sqrt(weights)))

    @classmethod
    def _of(cls, given: _Rows) -> Moments:
        rows = len(given.targets)
        means, target_mean = given.means()
        size = given.features.shape[1]
        covariance, right = np.zeros((size, size)), np.zeros(size)
        means_rest, target_rest = np.zeros(size), 0.0
        for block, target, roots in given.centred(means, target_mean):
            covariance += block.T @ block
            right += target @ block
            means_rest += roots @ block
            target_rest += float(roots @ target)
        # The sum of many large numbers has lost digits, which the sum of what is left without their mean still has.
        means_rest, target_rest = means_rest / rows, target_rest / rows
        means, target_mean = means + means_rest, target_mean + target_rest
        covariance = covariance / rows - np.outer(means_rest, means_rest)
        right = right / rows - means_rest * target_rest
        if not (np.isfinite(covariance).all() and np.isfinite(right).all()):
            return cls(rows, means, target_mean, covariance, np.zeros(size), np.inf, np.zeros(size))
        eigenvalues = np.linalg.eigvalsh(covariance)
        if eigenvalues[0] * _WORST_CONDITION > eigenvalues[-1] > 0:
            solution = np.linalg.solve(covariance, right)
            # One step of refinement with the true residual makes up for the squared condition.
            _, rest = _left_over(given, means, target_mean, solution)
            solution = solution + np.linalg.solve(covariance, rest)
        else:
            solution = _least_squares(given, means, target_mean)
        residual, rest = _left_over(given, means, target_mean, solution)
        return cls(rows, means, target_mean, covariance, solution, residual, rest)

    @property
    def finite(self) -> bool:
        """False where squares of the numbers are too large for floating point."""
        return bool(np.isfinite(self.covariance).all() and np.isfinite(self.residual))

    def ridge_solution(self, penalty: float) -> np.ndarray:
        """The weights and the bias, `(f + 1,)`, that minimize mean (y − ŷ)² + penalty · ‖w‖²; where several do, the
        ones with the smallest ‖w‖."""
        weights = self.solution
        if penalty > 0:
            # Solved for the difference to ŵ, whose right side is small where the penalty is. In directions that the
            # rows don't determine, what rounding left is noise, and a small penalty would blow it up.
            eigenvalues, directions = np.linalg.eigh(self.covariance)
            undetermined = eigenvalues <= len(eigenvalues) * np.finfo(float).eps * eigenvalues[-1]
            rest = np.where(undetermined, 0.0, self.rest @ directions) - penalty * (self.solution @ directions)
            weights = weights + directions @ (rest / (np.maximum(eigenvalues, 0.0) + penalty))
        return np.append(weights, self.target_mean - self.feature_means @ weights)


class _Matrices(NamedTuple):
    feature_means: Array
    target_mean: float
    covariance: Array
    solution: Array
    rest: Array
    hessian: Array


class QuadraticLoss:
    """θ ↦ (curvature / 2) · mean (y − ŷ)² of an affine model with θ = (weights, bias), from moments alone.

    Points may be of any array library and floating type.
    """

    def __init__(self, moments: Moments, curvature: float) -> None:
        self.moments = moments
        self.curvature = curvature
        with_bias = np.append(moments.feature_means, 1.0)
        hessian = np.outer(with_bias, with_bias)
        hessian[:-1, :-1] += moments.covariance
        self._own = _Matrices(
            moments.feature_means,
            moments.target_mean,
            moments.covariance,
            moments.solution,
            moments.rest,
            curvature * hessian,
        )
        self._converted: dict[Place, _Matrices] = {}

    @property
    def multiplications(self) -> int:
        """What the value at one point costs."""
        return (len(self.moments.solution) + 1) ** 2

    def value(self, x: Array) -> Array:
        """The mean loss at points `(..., d)`, as `(...)`."""
        return self.value_and_gradient(x)[0]

    def gradient(self, x: Array) -> Array:
        """Its gradient, `(..., d)`."""
        return self.value_and_gradient(x)[1]

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """Both, `(...)` and `(..., d)`."""
        xp = namespace(x)
        own = self._matrices(xp, x)
        weights = x[..., :-1]
        difference = weights - own.solution
        offset = x[..., -1:] + (xp.matmul(weights, own.feature_means[:, None]) - own.target_mean)
        pull = xp.matmul(difference, own.covariance) - own.rest
        along = xp.sum((pull - own.rest) * difference, axis=-1)
        value = 0.5 * self.curvature * (self.moments.residual + along + (offset * offset)[..., 0])
        gradient = xp.concat([pull + offset * own.feature_means, offset], axis=-1)
        return value, self.curvature * gradient

    def ridge_solution(self, penalty: float) -> np.ndarray:
        """The θ `(d,)` with the smallest loss plus curvature / 2 · penalty · ‖weights‖²."""
        return self.moments.ridge_solution(penalty)

    def hessian(self, x: Array) -> Array:
        """Its Hessian at points `(..., d)`, the same at all of them, as `(..., d, d)`."""
        xp = namespace(x)
        return xp.broadcast_to(self._matrices(xp, x).hessian, (*x.shape, x.shape[-1]))

    def along(self, x: np.ndarray, directions: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Value `()`, slopes `(k,)` and curvatures `(k, k)` of the loss at `x (d,)` along k directions `(k, d)`: with
        them the loss at x + a·directions is value + slopes·a + ½ aᵀ curvatures a, exactly."""
        value, gradient = self.value_and_gradient(x)
        return float(value), directions @ gradient, directions @ self._own.hessian @ directions.T

    def _matrices(self, xp: Namespace, x: Array) -> _Matrices:
        """The moments in the library, device and type of `x`."""
        if xp is np and x.dtype == np.float64:
            return self._own
        place = place_of(xp, x)
        if place not in self._converted:
            self._converted[place] = _Matrices(
                *(item if isinstance(item, float) else placed(item, xp, x) for item in self._own)
            )
        return self._converted[place]


class SeveralQuadraticLoss:
    """The sum of the quadratic losses of several outputs, each with its own weights and bias.

    θ are the weights `(features, outputs)`, then the biases `(outputs,)`: as `(features + 1, outputs)` one column for
    each output.
    """

    def __init__(self, losses: Sequence[QuadraticLoss]) -> None:
        self.losses = tuple(losses)
        self.curvature = self.losses[0].curvature

    @property
    def multiplications(self) -> int:
        """What the value at one point costs."""
        return sum(loss.multiplications for loss in self.losses)

    def value(self, x: Array) -> Array:
        """The loss at points `(..., d)`, as `(...)`."""
        return self.value_and_gradient(x)[0]

    def gradient(self, x: Array) -> Array:
        """Its gradient, `(..., d)`."""
        return self.value_and_gradient(x)[1]

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """Both, `(...)` and `(..., d)`."""
        xp = namespace(x)
        columns = self._columns(xp, x)
        parts = [loss.value_and_gradient(columns[..., index]) for index, loss in enumerate(self.losses)]
        value: Any = 0.0
        for part in parts:
            value = value + part[0]
        return value, xp.reshape(xp.stack([part[1] for part in parts], axis=-1), x.shape)

    def hessian(self, x: Array) -> Array:
        """Its Hessian at points `(..., d)`, the same at all of them, as `(..., d, d)`."""
        xp = namespace(x)
        one = self.losses[0].hessian(self._columns(xp, x)[..., 0])
        outputs = len(self.losses)
        eye = xp.eye(outputs, dtype=x.dtype, device=getattr(x, "device", None)) if xp is not np else np.eye(outputs)
        # Outputs share the features, so each has the same block, at every one of its parameters.
        blocks = one[..., :, None, :, None] * eye[:, None, :]
        return xp.reshape(blocks, (*x.shape, x.shape[-1]))

    def along(self, x: np.ndarray, directions: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """As for one output."""
        count = len(directions)
        value, slopes, curvatures = 0.0, np.zeros(count), np.zeros((count, count))
        columns, ways = self._columns(np, x), self._columns(np, directions)
        for index, loss in enumerate(self.losses):
            part = loss.along(columns[:, index], ways[..., index])
            value, slopes, curvatures = value + part[0], slopes + part[1], curvatures + part[2]
        return value, slopes, curvatures

    def ridge_solution(self, penalty: float) -> np.ndarray:
        """The θ `(d,)` with the smallest loss plus curvature / 2 · penalty · ‖weights‖²."""
        return np.stack([loss.moments.ridge_solution(penalty) for loss in self.losses], axis=-1).ravel()

    def _columns(self, xp: Namespace, x: Array) -> Array:
        outputs = len(self.losses)
        return xp.reshape(x, (*x.shape[:-1], x.shape[-1] // outputs, outputs))


class _Rows(NamedTuple):
    """Features `(n, f)`, targets `(n,)` and the roots of the rows' weights, None where all are 1."""

    features: np.ndarray
    targets: np.ndarray
    roots: np.ndarray | None

    def means(self) -> tuple[np.ndarray, float]:
        if self.roots is None:
            return self.features.mean(axis=0), float(self.targets.mean())
        weights = self.roots * self.roots / len(self.targets)
        return weights @ self.features, float(weights @ self.targets)

    def centred(self, means: np.ndarray, target_mean: float) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Blocks of rows without their means, times the roots of their weights; and these roots."""
        for start in range(0, len(self.targets), _BLOCK_ROWS):
            part = slice(start, start + _BLOCK_ROWS)
            block, target = self.features[part] - means, self.targets[part] - target_mean
            if self.roots is None:
                yield block, target, np.ones(len(target))
            else:
                roots = self.roots[part]
                yield block * roots[:, None], target * roots, roots


def _left_over(given: _Rows, means: np.ndarray, target_mean: float, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """ρ and e of these weights."""
    squares, rest = 0.0, np.zeros(len(weights))
    for block, target, _ in given.centred(means, target_mean):
        error = target - block @ weights
        squares += float(error @ error)
        rest += error @ block
    rows = len(given.targets)
    return squares / rows, rest / rows


def _least_squares(given: _Rows, means: np.ndarray, target_mean: float) -> np.ndarray:
    """The shortest of the least-squares solutions, by a QR decomposition of one block after another.

    Source: Golub & Van Loan 2013, sections 5.5 and 6.5.
    """
    size = given.features.shape[1]
    triangle = np.zeros((0, size + 1))
    for block, target, _ in given.centred(means, target_mean):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, np.column_stack([block, target])]), mode="r"))
    cutoff = np.finfo(float).eps * max(len(given.targets), size)
    return np.asarray(np.linalg.lstsq(triangle[:, :size], triangle[:, size], rcond=cutoff)[0])
