"""The mean loss of a fit over a grid in a plane of its parameters, by ways much shorter than point by point.

A quadratic loss is a quadratic function of the two coordinates, six numbers in all. For logistic regression the score
of a row is z + a·u + b·v, so that 1 + exp of it is 1 + E(u) F(v): exponentials along two axes in place of all over the
grid. Three rows at a time, the products of three such factors are a product of matrices with eight columns; hundreds of
rows are multiplied before one logarithm is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdviz.losses import Penalty
from gdviz.problems.fit_moments import QuadraticLoss, SeveralQuadraticLoss
from gdviz.problems.fit_rows import RowMean

__all__ = ["has_logistic_plane", "logistic_plane", "penalty_plane", "quadratic_plane"]

_TRIPLES_AT_ONCE = 256
# Products of the factors of rows stay below exp of this.
_LARGEST_LOGARITHM = 690.0
# Exponents beyond it are left to a safer way, row by row: three of them are multiplied at once.
_LARGEST_EXPONENT = 200.0
# Where rows lose less than this, 1 + exp has lost the digits of the loss; it is computed anew.
_FEW_DIGITS = 1e-4


def quadratic_plane(
    loss: QuadraticLoss | SeveralQuadraticLoss,
    base: np.ndarray,
    directions: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
) -> np.ndarray:
    """The loss at base + u·directions[0] + v·directions[1], `(nv, nu)`, exactly."""
    _, slopes, curvatures = loss.along(base, directions)
    # Told from the lowest point of the plane nothing cancels, and the smallest values keep their digits.
    lowest = np.linalg.lstsq(curvatures, -slopes, rcond=None)[0]
    value, slopes, _ = loss.along(base + lowest @ directions, directions)
    x, y = u - lowest[0], v[:, None] - lowest[1]
    across = x * (slopes[0] + 0.5 * curvatures[0, 0] * x)
    up = y * (slopes[1] + 0.5 * curvatures[1, 1] * y)
    return np.asarray(value + across + up + curvatures[0, 1] * (x * y))


def penalty_plane(
    penalty: Penalty, base: np.ndarray, directions: np.ndarray, u: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """The penalty at the same points, `(nv, nu)`."""
    moved = np.flatnonzero(np.any(directions != 0, axis=0))
    held = np.ones(len(base), dtype=bool)
    held[moved] = False
    total = np.full((len(v), len(u)), float(penalty.value(np.where(held, base, 0.0))))
    for place in moved[penalty.penalized[moved] > 0]:
        weight = base[place] + directions[0, place] * u + directions[1, place] * v[:, None]
        total += 0.5 * penalty.l2 * weight * weight + penalty.l1 * np.abs(weight)
    return total


def has_logistic_plane(mean: RowMean) -> bool:
    """Whether `logistic_plane` knows this loss: the cross-entropy of one affine score, all rows alike."""
    names = ("binary_cross_entropy", "cross_entropy", "kl_divergence")
    return mean.model.affine and mean.model.outputs == 1 and mean.loss.name in names and mean.weights is None


def logistic_plane(
    mean: RowMean,
    base: np.ndarray,
    directions: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    values: np.ndarray,
    rows: np.ndarray | None = None,
) -> Iterator[float]:
    """Fill `values (nv, nu)` with the mean loss at base + u·directions[0] + v·directions[1], of these rows or all;
    yields the share done every millisecond or so."""
    features = mean.features if rows is None else mean.features[rows]
    targets = mean.targets if rows is None else mean.targets[rows]
    count = len(targets)
    sign = 1.0 - 2.0 * targets
    middle = 0.5 * (v[0] + v[-1])
    fixed, across, up = (sign * mean.model.scores(np, way, features) for way in (base, *directions))
    fixed = fixed + middle * up
    from_middle = v - middle
    ends = np.abs(from_middle).max()
    along = np.maximum(fixed + across * u.min(), fixed + across * u.max())
    steep = np.abs(up) * ends
    safe = (np.abs(along) < _LARGEST_EXPONENT) & (steep < _LARGEST_EXPONENT)
    values[...] = 0.0
    order = np.flatnonzero(safe)
    bounds = np.logaddexp(0.0, along[order] + steep[order])
    order = order[np.argsort(bounds)]
    bounds = np.sort(bounds)
    pieces = [_by_products(fixed[order], across[order], up[order], bounds, u, from_middle, values)]
    others = np.flatnonzero(~safe)
    if len(others):
        pieces.append(_row_by_row(fixed[others], across[others], up[others], u, from_middle, values))
    done = 0
    for piece in pieces:
        for finished in piece:
            yield min(1.0, (done + finished) / count)
        done += len(order)
    values /= count
    low = np.argwhere(values < _FEW_DIGITS)
    for first in range(0, len(low), 64):
        part = low[first : first + 64]
        points = base + u[part[:, 1], None] * directions[0] + v[part[:, 0], None] * directions[1]
        values[part[:, 0], part[:, 1]] = mean.value(points, rows)
        yield 1.0


def _by_products(
    fixed: np.ndarray,
    across: np.ndarray,
    up: np.ndarray,
    bounds: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    values: np.ndarray,
) -> Iterator[int]:
    """Add up log(1 + exp(fixed + across·u + up·v)) of rows whose losses are at most `bounds`, which rise; yields how
    many are done."""
    room = np.empty_like(values)
    product = np.ones_like(values)
    filled = 0.0
    for first in range(0, len(fixed), 3 * _TRIPLES_AT_ONCE):
        part = slice(first, first + 3 * _TRIPLES_AT_ONCE)
        left = _products_of_three(np.exp(fixed[part, None] + across[part, None] * u))
        right = _products_of_three(np.exp(up[part, None] * v))
        heights = np.add.reduceat(bounds[part], np.arange(0, len(bounds[part]), 3))
        for place, height in enumerate(heights.tolist()):
            if filled + height > _LARGEST_LOGARITHM:
                values += np.log(product, out=product)
                product.fill(1.0)
                filled = 0.0
                yield first + 3 * place
            np.matmul(right[place].T, left[place], out=room)
            np.multiply(product, room, out=product)
            filled += height
        yield min(first + 3 * _TRIPLES_AT_ONCE, len(fixed))
    values += np.log(product, out=product)


def _products_of_three(factors: np.ndarray) -> np.ndarray:
    """Of every three rows of factors `(r, n)` the products of all their subsets, `(⌈r / 3⌉, 8, n)`."""
    missing = -len(factors) % 3
    if missing:
        factors = np.concatenate([factors, np.zeros((missing, factors.shape[1]))])
    threes = factors.reshape(-1, 3, factors.shape[1])
    made = np.ones((len(threes), 8, factors.shape[1]))
    for place in range(3):
        made[:, 2**place : 2 ** (place + 1)] = made[:, : 2**place] * threes[:, place : place + 1]
    return made


def _row_by_row(
    fixed: np.ndarray, across: np.ndarray, up: np.ndarray, u: np.ndarray, v: np.ndarray, values: np.ndarray
) -> Iterator[int]:
    """Add up the same for rows with any scores."""
    for row in range(len(fixed)):
        with np.errstate(over="ignore", invalid="ignore"):
            values += np.logaddexp(0.0, fixed[row] + across[row] * u + up[row] * v[:, None])
        yield row + 1
