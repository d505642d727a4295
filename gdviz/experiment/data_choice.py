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
from gdviz.losses import LOSSES
from gdviz.models import MODELS, Targets
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
    "losses_of",
    "resolved_roles",
    "retargeted",
    "tells_classes",
    "usual_model",
    "with_model",
    "with_targets",
    "with_weights",
    "without_features",
]

PROBLEM = "data"
MOST_CLASSES = 200
"""So many classes of a column are told apart; a column of numbers that has more of them is no column of classes."""

_ROWS_LOOKED_AT = 100_000
_PAIRS_ONLY = "logistic"
_ROLES = ("target", "features", "model", "classes", "weights")
_OF_NETWORKS = ("hidden", "activation", "initialization", "initial_seed")
# Two species that a straight line almost tells apart, seen by two lengths: few enough parameters to look at.
_BUNDLED_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "iris": {"features": ("petal_length", "petal_width"), "classes": ("versicolor", "virginica")},
    "wine": {"features": ("alcohol", "flavanoids")},
    "linnerud": {"features": ("chin_ups", "sit_ups", "jumps"), "target": ("weight", "waist")},
    "anscombe": {"features": ("x",), "target": "y3"},
}


@dataclass(frozen=True)
class FitRoles:
    """The column predicted, the columns it is predicted from, the model's name, and which classes are told apart: None
    for all there are. `more_targets` are predicted together with the first; `weights` says how much each row counts."""

    target: str
    features: tuple[str, ...]
    model: str
    classes: tuple[str, ...] | None = None
    more_targets: tuple[str, ...] = ()
    weights: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """All columns predicted."""
        return (self.target, *self.more_targets)

    @property
    def no_features(self) -> tuple[str, ...]:
        """The columns that play another part than that of a feature."""
        return self.targets if self.weights is None else (*self.targets, self.weights)


def resolved_roles(columns: Columns, options: Mapping[str, Any]) -> FitRoles:
    """The roles that these options of a data problem mean for these columns.

    Where a text is predicted and no model is said, the classes of a table decide; of other columns they aren't known.
    """
    said = options.get("target") or guess_target(columns)
    targets = (said,) if isinstance(said, str) else tuple(said)
    weights = options.get("weights")
    others = targets if weights is None else (*targets, weights)
    chosen = options.get("features")
    features = default_features(columns, others) if chosen is None else tuple(chosen)
    classes = tuple(options.get("classes") or ()) or None
    roles = FitRoles(targets[0], features, "", classes, targets[1:], weights)
    model = options.get("model") or usual_model(columns, roles, options.get("loss"))
    return dataclasses.replace(roles, model=model)


def retargeted(columns: Columns, roles: FitRoles, target: str) -> FitRoles:
    """Another column predicted, alone. Where all others were features they are again; chosen ones stay, but for the
    target. A model that was the usual one gives way to that of the new target; a chosen one stays where it suits."""
    weights = None if roles.weights == target else roles.weights
    others = (target,) if weights is None else (target, weights)
    if roles.features == default_features(columns, roles.no_features):
        features = default_features(columns, others)
    else:
        features = tuple(name for name in roles.features if name != target)
    changed = FitRoles(target, features, roles.model, weights=weights)
    was_usual = roles.model == usual_model(columns, dataclasses.replace(roles, classes=None))
    suits = _kind(columns, target) == _kind(columns, roles.target) or _predicts_anything(roles.model)
    return changed if suits and not was_usual else dataclasses.replace(changed, model=usual_model(columns, changed))


def with_targets(columns: Columns, roles: FitRoles, more: tuple[str, ...]) -> FitRoles:
    """These columns predicted together with the first. Where all others were features they are again."""
    changed = dataclasses.replace(roles, more_targets=more)
    if roles.features == default_features(columns, roles.no_features):
        features = default_features(columns, changed.no_features)
    else:
        features = tuple(name for name in roles.features if name not in changed.no_features)
    return dataclasses.replace(changed, features=features)


def with_weights(columns: Columns, roles: FitRoles, weights: str | None) -> FitRoles:
    """Rows counted by this column, which is no feature any more."""
    changed = dataclasses.replace(roles, weights=weights)
    if roles.features == default_features(columns, roles.no_features):
        features = default_features(columns, changed.no_features)
    else:
        features = tuple(name for name in roles.features if name != weights)
    return dataclasses.replace(changed, features=features)


def carried_over(roles: FitRoles, before: Columns, after: Columns) -> FitRoles:
    """The roles of columns `before` for those `after`, as far as these have them: the same file, read otherwise."""
    kinds = dict(zip(after.names, after.kinds, strict=True))
    if roles.target not in kinds:
        return resolved_roles(after, {})
    numeric = {name for name, kind in kinds.items() if kind == "numeric"}
    more = tuple(name for name in roles.more_targets if name in numeric) if roles.target in numeric else ()
    weights = roles.weights if roles.weights in numeric else None
    features = tuple(name for name in roles.features if name in numeric)
    carried = dataclasses.replace(roles, more_targets=more, weights=weights)
    if not features or roles.features == default_features(before, roles.no_features):
        features = default_features(after, carried.no_features)
    if kinds[roles.target] != _kind(before, roles.target) and not _predicts_anything(roles.model):
        changed = dataclasses.replace(carried, features=features, classes=None)
        return dataclasses.replace(changed, model=usual_model(after, changed))
    return dataclasses.replace(carried, features=features)


def without_features(roles: FitRoles, names: Collection[str]) -> FitRoles:
    """The roles without these columns as features."""
    return dataclasses.replace(roles, features=tuple(name for name in roles.features if name not in names))


def with_model(roles: FitRoles, model: str) -> FitRoles:
    """Another model for the same columns. Two classes that stood there only because the model before tells no more
    apart are let go of: one that tells all of them apart is fitted to all."""
    is_of_numbers = "number" in MODELS.get(model).target_kinds
    keeps_classes = model == roles.model or (roles.model != _PAIRS_ONLY and "class" in MODELS.get(model).target_kinds)
    classes = roles.classes if keeps_classes else None
    return dataclasses.replace(
        roles, model=model, classes=classes, more_targets=roles.more_targets if is_of_numbers else ()
    )


def completed(roles: FitRoles, classes: tuple[str, ...]) -> FitRoles:
    """The roles with two classes to tell apart where the model takes no more: the first two of `classes`, unless two
    of them are chosen already."""
    if "class" not in MODELS.get(roles.model).target_kinds:
        return dataclasses.replace(roles, classes=None)
    if not classes or (roles.classes is not None and set(roles.classes) <= set(classes)):
        if roles.model == _PAIRS_ONLY and roles.classes is not None and len(roles.classes) > 2:
            return dataclasses.replace(roles, classes=roles.classes[:2])
        return roles
    pair = classes[:2] if len(classes) > 2 and roles.model == _PAIRS_ONLY else None
    return dataclasses.replace(roles, classes=pair)


def tells_classes(columns: Columns, roles: FitRoles) -> bool:
    """Whether the model of these roles predicts classes of their target, not numbers."""
    kinds = MODELS.get(roles.model).target_kinds
    if "number" not in kinds:
        return True
    return "class" in kinds and (bool(roles.classes) or _kind(columns, roles.target) == "text")


def losses_of(columns: Columns, roles: FitRoles, classes: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the losses that fit these roles, the usual one first; `classes` as far as they are known."""
    model = MODELS.get(roles.model)
    if not tells_classes(columns, roles):
        return model.losses_for(Targets("number", len(roles.targets)))
    count = len(roles.classes or classes) or (2 if model.name == _PAIRS_ONLY else 3)
    return model.losses_for(Targets("class", max(2, count)))


def usual_model(columns: Columns, roles: FitRoles, loss: str | None = None, classes: tuple[str, ...] = ()) -> str:
    """The model that a fit takes where none is named, whatever that of `roles`: as `fit_columns.chosen_model`.

    `classes` are those that the target is known to have. Where nothing is known of those of a text, as in a preview,
    it is the model for two.
    """
    kind = _kind(columns, roles.target)
    is_about_classes = kind == "text" or bool(roles.classes) or (loss and LOSSES.get(loss).target_kind == "class")
    if not is_about_classes:
        return "linear"
    known = roles.classes or classes
    if not known and isinstance(columns, Table) and kind == "text":
        known = class_names(columns, roles.target, roles.features)
    usual = "softmax" if len(known) > 2 else _PAIRS_ONLY
    fitting = [name for name in (_PAIRS_ONLY, "softmax") if loss is None or loss in MODELS.get(name).losses]
    return usual if usual in fitting or not fitting else fitting[0]


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
    if roles.targets != (guess_target(columns),):
        changed["target"] = roles.targets if roles.more_targets else roles.target
    if roles.features != default_features(columns, roles.no_features):
        changed["features"] = roles.features
    if roles.weights is not None:
        changed["weights"] = roles.weights
    losses = losses_of(columns, roles, classes)
    if kept.get("loss") not in losses[1:]:
        kept.pop("loss", None)
    if kept.get("loss", losses[0]) != "squared_error" and MODELS.get(roles.model).affine:
        kept.pop("alpha", None)
    if kept.get("loss") != "huber":
        kept.pop("delta", None)
    if kept.get("loss") != "lp":
        kept.pop("p", None)
    if MODELS.get(roles.model).affine:
        kept = {name: value for name, value in kept.items() if name not in _OF_NETWORKS}
    is_all = len(classes) >= 2 and roles.classes in (None, classes)
    if roles.classes is not None and not is_all:
        changed["classes"] = roles.classes
    said = dataclasses.replace(roles, classes=changed.get("classes"))
    implied = usual_model(columns, said, kept.get("loss"), classes)
    if roles.model != implied or ("classes" not in changed and not classes and roles.model != "linear"):
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


def _predicts_anything(model: str) -> bool:
    return len(MODELS.get(model).target_kinds) > 1
