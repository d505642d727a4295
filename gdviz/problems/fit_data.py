"""From a table and the roles of its columns to the rows that a fit sees: features, targets, and what was left out.

Every way in which a table can be unfit for the fit asked for is refused here, in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdviz.data.roles import default_features, guess_target
from gdviz.data.scaling import Standardizer, refuse_constant
from gdviz.data.table import Column, Table
from gdviz.errors import InputError
from gdviz.models import MODELS, Model
from gdviz.problems.fit_moments import Moments
from gdviz.problems.fit_pauses import Pausing, outcome

__all__ = ["DataSet", "Roles", "class_name", "make_data_set"]

_MOST_LISTED = 8
_BLOCK_ROWS = 8192


@dataclass(frozen=True)
class Roles:
    """What is asked of a table.

    None leaves it to the columns: the target by its name, every other numeric column as feature, the model by the
    target's kind. `classes` are the two classes that rows are taken of, as named in the table.
    """

    target: str | None = None
    features: tuple[str, ...] | None = None
    model: str | None = None
    classes: tuple[str, ...] | None = None
    standardize: bool = True


@dataclass(frozen=True, eq=False)
class DataSet:
    """The rows of a fit: features `X (n, f)` and targets `y (n,)`, float64, contiguous and read-only.

    `features` names X's columns. Targets of classes are 0 and 1, the indices into `class_names`. `standardizer` tells
    how X came from the table's numbers, None where they are the same. `row_index (n,)` are the table's rows that were
    used; `missing_rows` were left out for a missing value, `other_rows` for belonging to another class.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target: str
    model: type[Model]
    class_names: tuple[str, ...]
    standardizer: Standardizer | None
    row_index: np.ndarray
    missing_rows: int
    other_rows: int

    @property
    def rows(self) -> int:
        return len(self.y)

    @cached_property
    def moments(self) -> Moments:
        """The second moments of the rows, found once."""
        return Moments.of(self.X, self.y)

    @cached_property
    def means(self) -> np.ndarray:
        """The mean of every feature over these rows in the table's units, (f,)."""
        return outcome(self.averaging())

    def averaging(self) -> Pausing[np.ndarray]:
        """Finds `means` and returns them, pausing between blocks of rows."""
        total = np.zeros(len(self.features))
        for start in range(0, self.rows, _BLOCK_ROWS):
            total += self.X[start : start + _BLOCK_ROWS].sum(axis=0)
            yield
        return self.in_own_units(total / self.rows)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was left out, in sentences."""
        notices = []
        if self.missing_rows:
            columns = _listing((*self.features, self.target))
            notices.append(f"Left out {_count(self.missing_rows)} with a missing value in {columns}.")
        if self.other_rows:
            kept = " and ".join(self.class_names)
            notices.append(f"Left out {_count(self.other_rows)} of other classes than {kept}.")
        return tuple(notices)

    def in_own_units(self, X: np.ndarray) -> np.ndarray:
        """Features `(..., f)` of the fit in the table's units."""
        return X if self.standardizer is None else X * self.standardizer.scale + self.standardizer.mean

    def from_own_units(self, values: np.ndarray) -> np.ndarray:
        """Features `(..., f)` in the table's units as the fit sees them."""
        return values if self.standardizer is None else self.standardizer.transform(values)

    def own_column(self, feature: str) -> np.ndarray:
        """One feature of the rows in the table's units, (n,); raises `InputError` for a name that is no feature."""
        index = self.index_of(feature)
        column = self.X[:, index]
        scaling = self.standardizer
        return column.copy() if scaling is None else column * scaling.scale[index] + scaling.mean[index]

    def index_of(self, feature: str) -> int:
        """The place of a feature; raises `InputError` for a name that is none."""
        if feature not in self.features:
            raise InputError(f"{feature!r} is no feature of this fit; it has {_listing(self.features)}.")
        return self.features.index(feature)

    def sample(self, rows: int, seed: int) -> DataSet:
        """At most so many rows, drawn without replacement by this seed, scaled as the whole."""
        if rows >= self.rows:
            return self
        kept = np.sort(np.random.default_rng(seed).choice(self.rows, size=rows, replace=False))
        return replace(self, X=_frozen(self.X[kept]), y=_frozen(self.y[kept]), row_index=_frozen(self.row_index[kept]))


def make_data_set(table: Table, roles: Roles) -> DataSet:
    """The rows that these roles select; raises `InputError` where they make no fit."""
    target_name = guess_target(table) if roles.target is None else roles.target
    target = table.column(target_name)
    features = _feature_columns(table, target_name, roles.features)
    model = _model(target, roles)
    names = tuple(column.name for column in features)
    present = table.present_rows((*names, target_name))
    missing_rows = int(table.rows - present.sum())
    if model.target_kind == "class":
        class_names, codes = _classes(table, target, present, roles.classes)
        index = np.flatnonzero(codes >= 0)
        targets = codes[index].astype(np.float64)
    else:
        class_names = ()
        index = np.flatnonzero(present)
        targets = target.values[index].astype(np.float64)
    _check_rows(table, len(index), (*names, target_name))
    _check_targets(target, targets, class_names)
    matrix = _gathered(features, index)
    standardizer = _standardize(matrix, names) if roles.standardize else None
    if standardizer is None:
        refuse_constant(matrix, names)
    return DataSet(
        X=_frozen(matrix),
        y=_frozen(targets),
        features=names,
        target=target_name,
        model=model,
        class_names=class_names,
        standardizer=standardizer,
        row_index=_frozen(index),
        missing_rows=missing_rows,
        other_rows=int(present.sum()) - len(index),
    )


def _feature_columns(table: Table, target: str, chosen: tuple[str, ...] | None) -> list[Column]:
    if chosen is None:
        names = default_features(table, target)
        if not names:
            raise InputError(
                f"{table.name} has no numeric column besides the target {target!r} to predict it from; "
                f"its columns are {_listing(table.names)}; choose another target or table."
            )
    else:
        names = tuple(chosen)
    if not names:
        raise InputError("no feature is chosen; choose at least one numeric column.")
    if target in names:
        raise InputError(f"{target!r} is the target and can't be a feature too; take it out of the features.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"the feature {repeated[0]!r} is named twice; name it once.")
    columns = [table.column(name) for name in names]
    for column in columns:
        if column.kind != "numeric":
            usable = default_features(table, target)
            raise InputError(
                f"{column.name!r} holds text, and features must be numbers; choose among {_listing(usable) or 'none'}."
            )
    return columns


def _model(target: Column, roles: Roles) -> type[Model]:
    if roles.model is not None:
        model = MODELS.get(roles.model)
    else:
        model = MODELS.get("logistic" if target.kind == "text" or roles.classes else "linear")
    if model.target_kind == "number" and target.kind == "text":
        raise InputError(
            f"{target.name!r} holds text, and {model.label.lower()} predicts numbers; choose a numeric target, or the "
            "model logistic."
        )
    if model.target_kind == "number" and roles.classes:
        raise InputError(
            f"{model.label.lower()} has no classes to choose; leave classes out, or choose the model logistic."
        )
    return model


def _classes(
    table: Table, target: Column, present: np.ndarray, chosen: tuple[str, ...] | None
) -> tuple[tuple[str, ...], np.ndarray]:
    """The two class names, and for every row of the table the place of its class among them or -1."""
    values = target.values[present]
    if target.kind == "text":
        found = [code for code, count in enumerate(np.bincount(values, minlength=len(target.categories))) if count]
        named = {target.categories[code]: code for code in found}
    else:
        named = {class_name(value): value for value in np.unique(values).tolist()}
    if chosen is None:
        if len(named) > 2:
            first, second = list(named)[:2]
            raise InputError(
                f"{target.name!r} has {len(named)} classes ({_listing(tuple(named))}) and logistic regression tells "
                f"two apart; choose two, as in classes = [{first!r}, {second!r}]."
            )
        chosen = tuple(named)
    for name in chosen:
        if name not in named:
            raise InputError(
                f"{target.name!r} has no class {name!r} in the rows that can be used; it has {_listing(tuple(named))}."
            )
    if len(chosen) != 2 or len(set(chosen)) != 2:
        if len(named) == 1:
            raise InputError(
                f"{target.name!r} has only the class {next(iter(named))!r} in the rows that can be used; logistic "
                "regression needs two, so choose another target or table."
            )
        if len(named) == 0:
            _check_rows(table, 0, (target.name,))
        raise InputError(f"logistic regression tells two classes apart, not {len(chosen)}; choose two different ones.")
    codes = np.full(table.rows, -1, dtype=np.int8)
    for place, name in enumerate(chosen):
        codes[present & (target.values == named[name])] = place
    return tuple(chosen), codes


def class_name(value: float) -> str:
    """What a class is called whose column holds numbers: 1 for 1.0."""
    return str(int(value)) if value.is_integer() else repr(value)


def _check_rows(table: Table, rows: int, names: tuple[str, ...]) -> None:
    if rows == 0:
        raise InputError(
            f"no row of {table.name} has a value in all of {_listing(names)}; leave out the columns that miss many."
        )
    if rows == 1:
        raise InputError(
            f"{table.name} has only one row with a value in all of {_listing(names)}; a fit needs at least two."
        )


def _check_targets(target: Column, targets: np.ndarray, class_names: tuple[str, ...]) -> None:
    if not class_names and targets.min() == targets.max():
        raise InputError(
            f"the target {target.name!r} is {targets[0]:g} in every row that can be used, so there is nothing to "
            "predict; choose another target."
        )


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


def _listing(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_LISTED])
    return shown if len(names) <= _MOST_LISTED else f"{shown} and {len(names) - _MOST_LISTED} more"


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"
