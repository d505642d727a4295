"""What is fitted to a table: from the options of a data problem to the parts its columns play, and back.

`FitRoles` says all of it, where options say only what differs from the defaults. The panel and the preview of a table
change roles and turn them into a `ProblemChoice` again, so that what they show and what is fitted agree.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.data.builtin import BUILTIN_PREFIX, builtin_table
from gdviz.data.dialect import Dialect
from gdviz.data.roles import Columns, default_features, guess_target
from gdviz.data.table import ColumnKind, Table
from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.models import MODELS
from gdviz.problems.fit_columns import class_name
from gdviz.problems.fit_source import READING_OPTIONS

__all__ = [
    "MOST_CLASSES",
    "PROBLEM",
    "FitRoles",
    "bundled_choice",
    "carried_over",
    "class_names",
    "classes_for",
    "completed",
    "constant_columns",
    "data_choice",
    "dialect_options",
    "resolved_roles",
    "retargeted",
    "usual_model",
    "with_model",
    "without_features",
]

PROBLEM = "data"
MOST_CLASSES = 200
"""So many classes of a column are told apart; a column of numbers that has more of them is no column of classes."""

_ROWS_LOOKED_AT = 100_000
_ROLES = ("target", "features", "model", "classes")
# Two species that a straight line almost tells apart, seen by two lengths: few enough parameters to look at.
_BUNDLED_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "iris": {"features": ("petal_length", "petal_width"), "classes": ("versicolor", "virginica")}
}


@dataclass(frozen=True)
class FitRoles:
    """The column predicted, the columns it is predicted from, the model's name, and which two classes are told apart:
    None for all there are."""

    target: str
    features: tuple[str, ...]
    model: str
    classes: tuple[str, ...] | None = None


def resolved_roles(columns: Columns, options: Mapping[str, Any]) -> FitRoles:
    """The roles that these options of a data problem mean for these columns."""
    target = options.get("target") or guess_target(columns)
    chosen = options.get("features")
    features = default_features(columns, target) if chosen is None else tuple(chosen)
    classes = options.get("classes")
    model = options.get("model") or _model_of_loss(options.get("loss"))
    if model is None:
        model = "logistic" if classes else usual_model(_kind(columns, target))
    return FitRoles(target, features, model, tuple(classes) if classes else None)


def retargeted(columns: Columns, roles: FitRoles, target: str) -> FitRoles:
    """Another column predicted. Where all others were features they are again; chosen ones stay, but for the
    target."""
    if roles.features == default_features(columns, roles.target):
        features = default_features(columns, target)
    else:
        features = tuple(name for name in roles.features if name != target)
    model = (
        roles.model if _kind(columns, target) == _kind(columns, roles.target) else usual_model(_kind(columns, target))
    )
    return FitRoles(target, features, model)


def carried_over(roles: FitRoles, before: Columns, after: Columns) -> FitRoles:
    """The roles of columns `before` for those `after`, as far as these have them: the same file, read otherwise."""
    kinds = dict(zip(after.names, after.kinds, strict=True))
    if roles.target not in kinds:
        return resolved_roles(after, {})
    features = tuple(name for name in roles.features if kinds.get(name) == "numeric")
    if not features or roles.features == default_features(before, roles.target):
        features = default_features(after, roles.target)
    if kinds[roles.target] != _kind(before, roles.target):
        return FitRoles(roles.target, features, usual_model(kinds[roles.target]))
    return dataclasses.replace(roles, features=features)


def without_features(roles: FitRoles, names: Collection[str]) -> FitRoles:
    """The roles without these columns as features."""
    return dataclasses.replace(roles, features=tuple(name for name in roles.features if name not in names))


def with_model(roles: FitRoles, model: str) -> FitRoles:
    """Another model for the same columns."""
    classes = roles.classes if MODELS.get(model).target_kind == "class" else None
    return dataclasses.replace(roles, model=model, classes=classes)


def completed(roles: FitRoles, classes: tuple[str, ...]) -> FitRoles:
    """The roles with two classes to tell apart, the first two of `classes` unless two of them are chosen already."""
    if MODELS.get(roles.model).target_kind != "class":
        return dataclasses.replace(roles, classes=None)
    if not classes or (roles.classes is not None and set(roles.classes) <= set(classes)):
        return roles
    return dataclasses.replace(roles, classes=classes[:2] if len(classes) > 2 else None)


def usual_model(kind: ColumnKind) -> str:
    """The model that suits a target of this kind."""
    return "logistic" if kind == "text" else "linear"


def constant_columns(table: Table) -> tuple[str, ...]:
    """The numeric columns that have one value only, from which nothing can be predicted."""
    return tuple(column.name for column in table.columns if column.kind == "numeric" and column.constant)


def class_names(table: Table, target: str, features: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The classes that a column offers in the rows where no feature is missing, as a fit names them: those of a column
    of text, the different numbers of another.

    Of a very long column of numbers the first rows are looked at; empty where there are more than `MOST_CLASSES`.
    """
    column = table.column(target)
    present = table.present_rows((target, *features))
    if column.kind == "text":
        occurring = np.bincount(column.values[present], minlength=len(column.categories)) > 0
        return tuple(itertools.compress(column.categories, occurring))[:MOST_CLASSES]
    different = np.unique(column.values[:_ROWS_LOOKED_AT][present[:_ROWS_LOOKED_AT]])
    if len(different) > MOST_CLASSES:
        return ()
    return tuple(class_name(value) for value in different.tolist())


def classes_for(table: Table, roles: FitRoles) -> tuple[str, ...]:
    """The classes that these roles leave of a table; empty where a column of them is not in it or is no feature."""
    columns = (roles.target, *roles.features)
    return class_names(table, roles.target, roles.features) if set(columns) <= set(table.names) else ()


def data_choice(
    columns: Columns, roles: FitRoles, classes: tuple[str, ...], options: Mapping[str, Any]
) -> ProblemChoice:
    """The problem with these roles: as options what differs from the defaults, and the others of `options` as they
    are.

    `classes` are those that the target is known to have, empty where that is not known. A loss or penalty that the
    model has no use for is dropped.
    """
    kept = {name: value for name, value in options.items() if name not in _ROLES and value is not None}
    changed: dict[str, Any] = {}
    if roles.target != guess_target(columns):
        changed["target"] = roles.target
    if roles.features != default_features(columns, roles.target):
        changed["features"] = roles.features
    losses = MODELS.get(roles.model).losses
    if kept.get("loss") not in losses[1:]:
        kept.pop("loss", None)
    if kept.get("loss", losses[0]) != "squared_error":
        kept.pop("alpha", None)
    if kept.get("loss") != "huber":
        kept.pop("delta", None)
    is_all = len(classes) == 2 and roles.classes in (None, classes)
    if roles.classes is not None and not is_all:
        changed["classes"] = roles.classes
    implied = "logistic" if "classes" in changed else usual_model(_kind(columns, roles.target))
    if roles.model != (_model_of_loss(kept.get("loss")) or implied):
        changed["model"] = roles.model
    return ProblemChoice(PROBLEM, {**kept, **changed})


def bundled_choice(name: str) -> ProblemChoice:
    """A bundled table with a fit worth looking at; raises `UnknownNameError`."""
    table = builtin_table(name)
    return ProblemChoice(PROBLEM, {"table": BUILTIN_PREFIX + table.name, **_BUNDLED_OPTIONS.get(name, {})})


def dialect_options(guess: Dialect, dialect: Dialect) -> dict[str, Any]:
    """What options have to say for this dialect to be read where `guess` would be."""
    different = {
        name: getattr(dialect, name) for name in READING_OPTIONS if getattr(dialect, name) != getattr(guess, name)
    }
    if "delimiter" in different:
        different["delimiter"] = dialect.delimiter_name
    return different


def _kind(columns: Columns, name: str) -> ColumnKind:
    """The kind of a column; raises `InputError` for a name that is none."""
    for other, kind in zip(columns.names, columns.kinds, strict=True):
        if other == name:
            return kind
    raise InputError(f"there is no column {name!r}; choose one of {', '.join(columns.names[:12])}.")


def _model_of_loss(loss: str | None) -> str | None:
    """The model that a loss decides on, where no model is named: only one for classes does."""
    return next((model.name for model in MODELS if model.target_kind == "class" and loss in model.losses), None)
