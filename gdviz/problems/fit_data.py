"""From a table and the roles of its columns to the rows that a fit sees: features, targets, and what was left out.

Every way in which a table can be unfit for the fit asked for is refused here or in `fit_columns`, in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdviz.data.roles import guess_target
from gdviz.data.scaling import Standardizer, refuse_constant
from gdviz.data.table import Column, Table
from gdviz.errors import InputError
from gdviz.models import Model
from gdviz.models.base import TargetKind, Targets
from gdviz.problems.fit_columns import (
    chosen_model,
    class_codes,
    feature_columns,
    listing,
    refuse_constant_target,
    refuse_few_rows,
    target_columns,
    weight_column,
)
from gdviz.problems.fit_moments import Moments
from gdviz.problems.fit_pauses import Pausing, outcome
from gdviz.problems.fit_polynomial import Polynomial
from gdviz.problems.fit_split import split_rows

__all__ = ["DataSet", "HeldOut", "Roles", "make_data_set"]

_BLOCK_ROWS = 8192


@dataclass(frozen=True)
class Roles:
    """What is asked of a table.

    None leaves it to the columns: the target by its name, every other numeric column as feature, the model by the
    target's kind. `classes` are those that rows are taken of, as named in the table. `loss` only helps to tell what
    kind of fit is meant. `validation` is the share of rows held out, drawn by `split_seed`.
    """

    targets: tuple[str, ...] | None = None
    features: tuple[str, ...] | None = None
    model: str | None = None
    classes: tuple[str, ...] | None = None
    standardize: bool = True
    degree: int = 1
    weights: str | None = None
    validation: float = 0.0
    split_seed: int = 0
    loss: str | None = None


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows that a fit is tried on and not made from, as those of `DataSet`."""

    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None
    row_index: np.ndarray

    @property
    def rows(self) -> int:
        return len(self.y)


@dataclass(frozen=True, eq=False)
class DataSet:
    """The rows of a fit: `X (n, c)` and targets `y`, float64, contiguous and read-only.

    `features` are the f columns of the table that X is made of, `columns` name X's own: the same, or their products up
    to a degree. `y` is `(n,)`, or `(n, t)` for t targets; classes are indices into `class_names`. `weights (n,)` have
    the mean 1; None where all are equal. `standardizer` tells how X came from the columns' numbers, None where they are
    the same. `row_index (n,)` are the table's rows that were used; `missing_rows` were left out for a missing value,
    `other_rows` for belonging to another class, `weightless_rows` for a weight of 0. `total_weight` is the sum of the
    weights as they stand in the table, the number of rows where there are none.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target_names: tuple[str, ...]
    model: type[Model]
    kind: TargetKind
    class_names: tuple[str, ...]
    standardizer: Standardizer | None
    row_index: np.ndarray
    missing_rows: int
    other_rows: int
    polynomial: Polynomial | None = None
    weights: np.ndarray | None = None
    weight_name: str | None = None
    weightless_rows: int = 0
    total_weight: float = 0.0
    held_out: HeldOut | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.y)

    @property
    def target(self) -> str:
        """The target's name; several with a comma between them."""
        return ", ".join(self.target_names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of X's columns."""
        return self.features if self.polynomial is None else self.polynomial.names

    @property
    def targets(self) -> Targets:
        """What there is to predict."""
        return Targets(self.kind, len(self.class_names) if self.kind == "class" else len(self.target_names))

    def expected(self, y: np.ndarray, outputs: int) -> np.ndarray:
        """Targets as losses take them, for a model of so many outputs: classes of more than one as one-hot rows."""
        if self.kind == "number":
            return y[:, 0] if outputs == 1 and y.ndim == 2 else y
        return y if outputs == 1 else np.eye(outputs)[y.astype(np.intp)]

    @property
    def held_out_rows(self) -> DataSet | None:
        """The rows held out as data of their own; None where there are none."""
        held = self.held_out
        if held is None:
            return None
        return replace(self, X=held.X, y=held.y, weights=held.weights, row_index=held.row_index, held_out=None)

    @cached_property
    def moments(self) -> tuple[Moments, ...]:
        """The second moments of the rows with every target, found once."""
        targets = self.y if self.y.ndim == 2 else self.y[:, None]
        return tuple(Moments.of(self.X, np.ascontiguousarray(column), self.weights) for column in targets.T)

    @cached_property
    def means(self) -> np.ndarray:
        """The mean of every feature over these rows in the table's units, (f,)."""
        return outcome(self.averaging())

    def averaging(self) -> Pausing[np.ndarray]:
        """Finds `means` and returns them, pausing between blocks of rows."""
        count = len(self.features)
        total = np.zeros(count)
        for start in range(0, self.rows, _BLOCK_ROWS):
            total += self.X[start : start + _BLOCK_ROWS, :count].sum(axis=0)
            yield
        return self._own(total / self.rows)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was left out, in sentences."""
        notices = []
        if self.missing_rows:
            weight = () if self.weight_name is None else (self.weight_name,)
            columns = listing((*self.features, *self.target_names, *weight))
            notices.append(f"Left out {_count(self.missing_rows)} with a missing value in {columns}.")
        if self.weightless_rows:
            notices.append(f"Left out {_count(self.weightless_rows)} with the weight 0 in {self.weight_name}.")
        if self.other_rows:
            kept = " and ".join(self.class_names) if len(self.class_names) == 2 else listing(self.class_names)
            notices.append(f"Left out {_count(self.other_rows)} of other classes than {kept}.")
        if self.held_out is not None:
            notices.append(f"Held out {_count(self.held_out.rows)} to try the fit on.")
        return (*notices, *self.notes)

    def from_own_units(self, values: np.ndarray) -> np.ndarray:
        """Features `(..., f)` in the table's units as the fit sees them, `(..., c)`."""
        columns = values if self.polynomial is None else self.polynomial.expand(values)
        return columns if self.standardizer is None else self.standardizer.transform(columns)

    def own_column(self, feature: str) -> np.ndarray:
        """One feature of the rows in the table's units, (n,); raises `InputError` for a name that is no feature."""
        index = self.index_of(feature)
        column = self.X[:, index]
        scaling = self.standardizer
        return column.copy() if scaling is None else column * scaling.scale[index] + scaling.mean[index]

    def index_of(self, feature: str) -> int:
        """The place of a feature; raises `InputError` for a name that is none."""
        if feature not in self.features:
            raise InputError(f"{feature!r} is no feature of this fit; it has {listing(self.features)}.")
        return self.features.index(feature)

    def sample(self, rows: int, seed: int) -> DataSet:
        """At most so many rows, drawn without replacement by this seed, scaled as the whole; none is held out."""
        if rows >= self.rows:
            return self
        kept = np.sort(np.random.default_rng(seed).choice(self.rows, size=rows, replace=False))
        weights = self.weights
        return replace(
            self,
            X=_frozen(self.X[kept]),
            y=_frozen(self.y[kept]),
            weights=None if weights is None else _frozen(weights[kept] / weights[kept].mean()),
            row_index=_frozen(self.row_index[kept]),
            held_out=None,
        )

    def _own(self, standard: np.ndarray) -> np.ndarray:
        """Features `(..., f)` of the fit in the table's units."""
        if self.standardizer is None:
            return standard
        count = len(self.features)
        return standard * self.standardizer.scale[:count] + self.standardizer.mean[:count]


def make_data_set(table: Table, roles: Roles) -> DataSet:
    """The rows that these roles select; raises `InputError` where they make no fit."""
    target_names = (guess_target(table),) if roles.targets is None else roles.targets
    targets = target_columns(table, target_names)
    weighing = None if roles.weights is None else weight_column(table, roles.weights, target_names)
    features = feature_columns(table, target_names, roles.weights, roles.features)
    names = tuple(column.name for column in features)
    asked = (*names, *target_names, *(() if weighing is None else (weighing.name,)))
    present = table.present_rows(asked)
    missing_rows = int(table.rows - present.sum())
    weightless_rows = 0
    if weighing is not None:
        weighed = present & (weighing.values > 0)
        if present.any() and not weighed.any():
            raise InputError(f"every weight in {weighing.name!r} is 0; choose a column with weights above 0.")
        weightless_rows, present = int(present.sum() - weighed.sum()), weighed
    model, kind = chosen_model(
        targets, roles.model, roles.classes, roles.loss, _has_several_classes(targets[0], present)
    )
    if kind == "class":
        class_names, codes = class_codes(table, targets[0], present, roles.classes, model)
        index = np.flatnonzero(codes >= 0)
        values = codes[index].astype(np.float64)
    else:
        class_names = ()
        index = np.flatnonzero(present)
        values = _gathered(list(targets), index)
        values = values[:, 0].copy() if len(targets) == 1 else values
    refuse_few_rows(table, len(index), asked)
    if kind == "number":
        for name, column in zip(target_names, values.reshape(len(index), -1).T, strict=True):
            refuse_constant_target(name, column, table)
    data = DataSet(
        X=np.empty((0, 0)),
        y=values,
        features=names,
        target_names=target_names,
        model=model,
        kind=kind,
        class_names=class_names,
        standardizer=None,
        row_index=index,
        missing_rows=missing_rows,
        other_rows=int(present.sum()) - len(index),
        weight_name=roles.weights,
        weightless_rows=weightless_rows,
        total_weight=float(len(index)),
    )
    matrix = _gathered(features, index)
    weights = None if weighing is None else weighing.values[index].astype(np.float64)
    return _finished(data, matrix, weights, roles)


def _finished(data: DataSet, matrix: np.ndarray, weights: np.ndarray | None, roles: Roles) -> DataSet:
    """The data with columns made of its features `(n, f)`, rows held out, weights and scaling."""
    notes: list[str] = []
    polynomial = Polynomial.of(data.features, roles.degree) if roles.degree > 1 else None
    if polynomial is not None:
        matrix = polynomial.expand(matrix)
        _refuse_infinite(matrix, polynomial)
    held: HeldOut | None = None
    y, index = data.y, data.row_index
    if roles.validation > 0:
        codes = y.astype(np.intp) if data.kind == "class" else None
        fitted, tried = split_rows(len(y), roles.validation, roles.split_seed, codes)
        held = HeldOut(matrix[tried], y[tried], _normalized(weights, tried), index[tried])
        matrix, y, index = matrix[fitted], y[fitted], index[fitted]
        weights = None if weights is None else weights[fitted]
        notes += _unseen(data, held)
        if data.kind == "number":
            for name, column in zip(data.target_names, y.reshape(len(y), -1).T, strict=True):
                refuse_constant_target(name, column)
    if polynomial is not None:
        matrix, held, polynomial, dropped = _without_constant(matrix, held, polynomial)
        if dropped:
            notes.append(f"Left out {listing(dropped)}: the same value in every row.")
    columns = data.features if polynomial is None else polynomial.names
    standardizer = _standardize(matrix, columns) if roles.standardize else None
    if standardizer is None:
        refuse_constant(matrix, columns)
    elif held is not None:
        held = replace(held, X=standardizer.transform(held.X))
    if held is not None:
        held = replace(held, X=_frozen(held.X), y=_frozen(held.y), row_index=_frozen(held.row_index))
    total = float(len(y)) if weights is None else float(weights.sum())
    if not np.isfinite(total):
        raise InputError(f"the weights in {data.weight_name!r} are too large to be added; rescale them in the table.")
    return replace(
        data,
        X=_frozen(matrix),
        y=_frozen(y),
        row_index=_frozen(index),
        polynomial=polynomial,
        standardizer=standardizer,
        weights=_normalized(weights, None),
        total_weight=total,
        held_out=held,
        notes=tuple(notes),
    )


def _has_several_classes(target: Column, present: np.ndarray) -> bool:
    return len(np.unique(target.values[present])) > 2 if target.kind == "text" else False


def _refuse_infinite(matrix: np.ndarray, polynomial: Polynomial) -> None:
    finite = np.isfinite(matrix).all(axis=0)
    if not finite.all():
        name = polynomial.names[int(np.flatnonzero(~finite)[0])]
        raise InputError(
            f"the numbers of {name} are too large for floating point; choose a lower degree, or rescale the columns in "
            "the table."
        )


def _without_constant(
    matrix: np.ndarray, held: HeldOut | None, polynomial: Polynomial
) -> tuple[np.ndarray, HeldOut | None, Polynomial, tuple[str, ...]]:
    """Everything without the products that are the same in all rows, such as the square of −1 and 1; their names."""
    own = len(polynomial.features)
    constant = own + np.flatnonzero(matrix[:, own:].min(axis=0) == matrix[:, own:].max(axis=0))
    if len(constant) == 0:
        return matrix, held, polynomial, ()
    names = tuple(polynomial.names[place] for place in constant)
    if held is not None:
        held = replace(held, X=np.delete(held.X, constant, axis=1))
    return np.delete(matrix, constant, axis=1), held, polynomial.without(constant.tolist()), names


def _unseen(data: DataSet, held: HeldOut) -> list[str]:
    """What there is to say of classes that none of the rows held out is of."""
    missing = tuple(name for code, name in enumerate(data.class_names) if not (held.y == code).any())
    if not missing:
        return []
    return [f"No row of {listing(missing)} is held out: there are too few of them for this share."]


def _normalized(weights: np.ndarray | None, rows: np.ndarray | None) -> np.ndarray | None:
    """The weights of these rows, or all, with the mean 1."""
    if weights is None:
        return None
    kept = weights if rows is None else weights[rows]
    return _frozen(kept / kept.mean())


def _gathered(columns: list[Column], index: np.ndarray) -> np.ndarray:
    """These rows of the columns as one matrix, made in blocks of rows: a column at once would miss the cache."""
    matrix = np.empty((len(index), len(columns)))
    for start in range(0, len(index), _BLOCK_ROWS):
        part = slice(start, start + _BLOCK_ROWS)
        for place, column in enumerate(columns):
            matrix[part, place] = column.values[index[part]]
    return matrix


def _standardize(matrix: np.ndarray, names: tuple[str, ...]) -> Standardizer:
    """Standardizes `matrix` in place."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        standardizer = Standardizer.fit(matrix, names)
    for name, mean, scale in zip(names, standardizer.mean, standardizer.scale, strict=True):
        if not (np.isfinite(mean) and np.isfinite(scale) and scale > 0):
            raise InputError(
                f"the numbers of {name!r} are too large or too small to be standardized; rescale them "
                "in the table, or choose other features."
            )
    matrix -= standardizer.mean
    matrix /= standardizer.scale
    return standardizer


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"
