"""What a fit says at some parameters: coefficients in the table's units, predictions, scores, lines to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.problems.fit_data import DataSet
from gdviz.problems.fit_rows import RowMean

__all__ = ["Boundary", "Coefficients", "FittedModel"]


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Weights `(..., f)` and bias `(...)` on features as they stand in the table; `features` names the weights."""

    features: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Boundary:
    """Where both classes are equally likely: weights · u + offset = 0 for features u in the table's units.

    `features` are one or two of the fit's, `weights (1 or 2,)`; the others are held at their means.
    """

    features: tuple[str, ...]
    weights: np.ndarray
    offset: float


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A fit's model with the parameters `x (..., d)`, NumPy float64; leading axes are a batch of parameter vectors."""

    data: DataSet
    row_mean: RowMean
    x: np.ndarray

    @property
    def coefficients(self) -> Coefficients:
        """The parameters as they apply to the table's own numbers."""
        weights, bias = self.x[..., :-1], self.x[..., -1]
        if self.data.standardizer is not None:
            weights, bias = self.data.standardizer.to_original_units(weights, bias)
        return Coefficients(self.data.features, weights, bias)

    @property
    def predictions(self) -> np.ndarray:
        """ŷ, or the probability of the second class, for every row used, `(..., n)`."""
        return np.asarray(self.row_mean.outputs(self.x))

    @property
    def predicted_classes(self) -> np.ndarray:
        """0 or 1, the place of the likelier class, for every row, `(..., n)`; at p = ½ the second."""
        self._needs("class")
        return (self.predictions >= 0.5).astype(np.intp)

    @property
    def accuracy(self) -> np.ndarray:
        """The share of rows whose likelier class is the true one, `(...)`."""
        self._needs("class")
        return np.asarray(self.row_mean.mean(self.x, _hit))

    @property
    def mse(self) -> np.ndarray:
        """The mean of (y − ŷ)², `(...)`."""
        self._needs("number")
        return np.asarray(self.row_mean.mean(self.x, _square))

    @property
    def mae(self) -> np.ndarray:
        """The mean of |y − ŷ|, `(...)`."""
        self._needs("number")
        return np.asarray(self.row_mean.mean(self.x, _distance))

    @property
    def r2(self) -> np.ndarray:
        """The share of the targets' variance that is explained, `(...)`; below 0 where their mean predicts better."""
        return np.asarray(1.0 - self.mse / self.data.y.var())

    def predict(self, values: Any) -> np.ndarray:
        """The prediction for features `(k, f)` in the table's units, `(..., k)`."""
        rows = self.data.from_own_units(np.asarray(values, dtype=np.float64))
        return np.asarray(self.row_mean.model.forward(np, self.x, rows).outputs)

    def along(self, features: tuple[str, ...], values: Any) -> np.ndarray:
        """The prediction where these k features have the values `(..., k)` in the table's units and all others their
        means: `(...)`, for one parameter vector. Raises `InputError` for a name that is no feature."""
        places = [self.data.index_of(feature) for feature in features]
        chosen = np.asarray(values, dtype=np.float64)
        rows = np.broadcast_to(self.data.means, (*chosen.shape[:-1], len(self.data.features))).copy()
        rows[..., places] = chosen
        return self.predict(rows.reshape(-1, rows.shape[-1])).reshape(chosen.shape[:-1])

    def line(self, feature: str, low: float | None = None, high: float | None = None, count: int = 2) -> np.ndarray:
        """Points (feature, prediction), `(count, 2)`, from `low` to `high`: by default over the range of the rows.

        Two points make the whole line of a linear fit; a probability needs about 200 for its curve.
        """
        if low is None or high is None:
            own = self.data.own_column(feature)
            low, high = own.min() if low is None else low, own.max() if high is None else high
        places = np.linspace(low, high, count)
        return np.stack([places, self.along((feature,), places[:, None])], axis=-1)

    def boundary(self, features: tuple[str, ...]) -> Boundary:
        """Where p = ½ in the plane of two features, or on the axis of one."""
        self._needs("class")
        places = [self.data.index_of(feature) for feature in features]
        coefficients = self.coefficients
        others = np.delete(coefficients.weights, places) @ np.delete(self.data.means, places)
        return Boundary(features, coefficients.weights[places], float(coefficients.bias + others))

    def _needs(self, kind: str) -> None:
        if self.data.model.target_kind != kind:
            wanted = "classes" if kind == "class" else "numbers"
            raise InputError(f"this measure is for predicted {wanted}, which {self.data.model.label.lower()} has not.")


def _square(xp: Namespace, outputs: Array, targets: Array) -> Array:
    error = outputs - targets
    return error * error


def _distance(xp: Namespace, outputs: Array, targets: Array) -> Array:
    return xp.abs(outputs - targets)


def _hit(xp: Namespace, outputs: Array, targets: Array) -> Array:
    return xp.asarray((outputs >= 0.5) == (targets == 1.0), dtype=outputs.dtype)
