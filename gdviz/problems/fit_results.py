"""What a fit says at some parameters: coefficients in the table's units, predictions, scores, lines to draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.errors import InputError
from gdviz.problems.fit_data import DataSet
from gdviz.problems.fit_names import output_names
from gdviz.problems.fit_rows import RowMean

__all__ = ["Boundary", "Coefficients", "FitMetrics", "FittedModel"]


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Weights `(..., c)` and bias `(...)` on columns as they stand in the table; for k outputs `(..., c, k)` and
    `(..., k)`. `features` names the weights: columns, or their products; `outputs` the outputs."""

    features: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    outputs: tuple[str, ...] = ()


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
    """A fit's model with the parameters `x (..., d)`, NumPy float64; leading axes are a batch of parameter vectors.

    Scores are over the rows of `data`, each counted with its weight where rows have one.
    """

    data: DataSet
    row_mean: RowMean
    x: np.ndarray

    @property
    def coefficients(self) -> Coefficients:
        """The parameters as they apply to the table's own numbers; raises `InputError` for a network."""
        model = self.row_mean.model
        if not model.affine:
            raise InputError(f"{model.label.lower()} has layers of weights and no coefficients; look at its blocks.")
        outputs = output_names(self.data, model)
        if model.outputs == 1:
            weights, bias = self.x[..., :-1], self.x[..., -1]
        else:
            matrix = self.x.reshape(*self.x.shape[:-1], -1, model.outputs)
            weights, bias = matrix[..., :-1, :], matrix[..., -1, :]
        scaling = self.data.standardizer
        if scaling is None:
            return Coefficients(self.data.columns, weights, bias, outputs)
        if model.outputs == 1:
            weights, bias = scaling.to_original_units(weights, bias)
        else:
            own, bias = scaling.to_original_units(np.swapaxes(weights, -1, -2), bias)
            weights = np.swapaxes(own, -1, -2)
        return Coefficients(self.data.columns, weights, bias, outputs)

    @property
    def predictions(self) -> np.ndarray:
        """ŷ, or the probability of the second class, for every row used, `(..., n)`; for k outputs `(..., n, k)`."""
        return np.asarray(self.row_mean.outputs(self.x))

    @property
    def predicted_classes(self) -> np.ndarray:
        """The place of the likeliest class for every row, `(..., n)`; of two classes at p = ½ the second."""
        self._needs("class")
        return _likeliest(self.predictions, self.row_mean.model.outputs)

    @property
    def loss(self) -> np.ndarray:
        """The mean loss without penalties, `(...)`."""
        return np.asarray(self.row_mean.value(self.x))

    @property
    def accuracy(self) -> np.ndarray:
        """The share of rows whose likeliest class is the true one, `(...)`."""
        self._needs("class")
        several = self.row_mean.model.outputs > 1
        return np.asarray(self.row_mean.mean(self.x, _hit_of_several if several else _hit))

    @property
    def confusion(self) -> np.ndarray:
        """How many rows of each class, first axis, are taken for each, second, `(..., k, k)`; rows, whatever their
        weights."""
        self._needs("class")
        count = len(self.data.class_names)
        points = self.x.reshape(-1, self.x.shape[-1])
        found = np.zeros((len(points), count, count), dtype=np.int64)
        actual = self.data.y.astype(np.intp)
        for place, point in enumerate(points):
            taken = _likeliest(np.asarray(self.row_mean.outputs(point)), self.row_mean.model.outputs)
            found[place] = np.bincount(actual * count + taken, minlength=count * count).reshape(count, count)
        return found.reshape(*self.x.shape[:-1], count, count)

    @property
    def mse(self) -> np.ndarray:
        """The mean of (y − ŷ)², `(...)`; of several targets the mean over them."""
        self._needs("number")
        return np.asarray(np.mean(self._squares, axis=-1))

    @property
    def mae(self) -> np.ndarray:
        """The mean of |y − ŷ|, `(...)`; of several targets the mean over them."""
        self._needs("number")
        return np.asarray(np.mean([self.row_mean.mean(self.x, measure) for measure in self._each(_distance)], axis=0))

    @property
    def r2(self) -> np.ndarray:
        """1 − MSE / variance of the targets, `(...)`; of several targets the mean over them, as scikit-learn's
        r2_score. nan where the targets of these rows don't vary."""
        self._needs("number")
        targets = self.data.y.reshape(self.data.rows, -1)
        weights = self.data.weights
        variance = np.average((targets - np.average(targets, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
        return np.asarray(np.mean(1.0 - self._squares / np.where(variance > 0, variance, np.nan), axis=-1))

    def predict(self, values: Any) -> np.ndarray:
        """The prediction for features `(k, f)` in the table's units, `(..., k)`, or `(..., k, outputs)`."""
        rows = self.data.from_own_units(np.asarray(values, dtype=np.float64))
        return np.asarray(self.row_mean.model.forward(np, self.x, rows).outputs)

    def along(self, features: tuple[str, ...], values: Any) -> np.ndarray:
        """The prediction where these k features have the values `(..., k)` in the table's units and all others their
        means: `(...)`, or `(..., outputs)`, for one parameter vector. Raises `InputError` for a name that is no
        feature."""
        places = [self.data.index_of(feature) for feature in features]
        chosen = np.asarray(values, dtype=np.float64)
        rows = np.broadcast_to(self.data.means, (*chosen.shape[:-1], len(self.data.features))).copy()
        rows[..., places] = chosen
        found = self.predict(rows.reshape(-1, rows.shape[-1]))
        return found.reshape(*chosen.shape[:-1], *found.shape[1:])

    def line(
        self, feature: str, low: float | None = None, high: float | None = None, count: int = 2, output: int = 0
    ) -> np.ndarray:
        """Points (feature, prediction), `(count, 2)`, from `low` to `high`: by default over the range of the rows.

        Two points make the whole line of a linear fit; a curve needs about 200.
        """
        if low is None or high is None:
            own = self.data.own_column(feature)
            low, high = own.min() if low is None else low, own.max() if high is None else high
        places = np.linspace(low, high, count)
        found = self.along((feature,), places[:, None])
        return np.stack([places, found if found.ndim == 1 else found[:, output]], axis=-1)

    def boundary(self, features: tuple[str, ...]) -> Boundary:
        """Where p = ½ in the plane of two features, or on the axis of one, of a fit whose boundary is straight."""
        self._needs("class")
        if not self.straight:
            raise InputError(f"{self.row_mean.model.label.lower()} of these data has no straight boundary; draw p = ½.")
        places = [self.data.index_of(feature) for feature in features]
        coefficients = self.coefficients
        others = np.delete(coefficients.weights, places) @ np.delete(self.data.means, places)
        return Boundary(features, coefficients.weights[places], float(coefficients.bias + others))

    @property
    def straight(self) -> bool:
        """Whether predictions are those of a line or plane: an affine model of one output and of the columns
        themselves."""
        return self.row_mean.model.affine and self.row_mean.model.outputs == 1 and self.data.polynomial is None

    @property
    def _squares(self) -> np.ndarray:
        """The MSE of every target, `(..., t)`."""
        return np.stack([self.row_mean.mean(self.x, measure) for measure in self._each(_square)], axis=-1)

    def _each(self, measure: Any) -> Iterator[Any]:
        """The measure of every output."""
        if self.row_mean.model.outputs == 1:
            yield measure
            return
        for place in range(self.row_mean.model.outputs):
            yield lambda xp, outputs, targets, at=place: measure(xp, outputs[..., at], targets[..., at])

    def _needs(self, kind: str) -> None:
        if self.data.kind != kind:
            wanted = "classes" if kind == "class" else "numbers"
            raise InputError(f"this measure is for predicted {wanted}, which {self.data.model.label.lower()} has not.")


class FitMetrics(NamedTuple):
    """How well a fit does on the rows it is made from, and on those held out; None where none are."""

    training: FittedModel
    validation: FittedModel | None

    def columns(self) -> dict[str, np.ndarray]:
        """Every measure by name, `(...)` each; those on rows held out begin with validation_."""
        found = {f"training_{name}": values for name, values in _measures(self.training)}
        if self.validation is not None:
            found |= {f"validation_{name}": values for name, values in _measures(self.validation)}
        return found


def _measures(fitted: FittedModel) -> Iterator[tuple[str, np.ndarray]]:
    yield "loss", fitted.loss
    names = ("accuracy",) if fitted.data.kind == "class" else ("mse", "mae", "r2")
    for name in names:
        yield name, getattr(fitted, name)


def _likeliest(outputs: np.ndarray, count: int) -> np.ndarray:
    return (outputs >= 0.5).astype(np.intp) if count == 1 else np.argmax(outputs, axis=-1)


def _square(xp: Namespace, outputs: Array, targets: Array) -> Array:
    error = outputs - targets
    return error * error


def _distance(xp: Namespace, outputs: Array, targets: Array) -> Array:
    return xp.abs(outputs - targets)


def _hit(xp: Namespace, outputs: Array, targets: Array) -> Array:
    return xp.asarray((outputs >= 0.5) == (targets == 1.0), dtype=outputs.dtype)


def _hit_of_several(xp: Namespace, outputs: Array, targets: Array) -> Array:
    return xp.asarray(xp.argmax(outputs, axis=-1) == xp.argmax(targets, axis=-1), dtype=outputs.dtype)
