"""Which columns of a table a fit takes: features, targets, weights, and the classes of a target.

Every column that can't play the part asked of it is refused here, in a sentence.
"""

from __future__ import annotations

import numpy as np

from gdviz.data.roles import default_features
from gdviz.data.table import Column, Table
from gdviz.errors import InputError
from gdviz.losses import LOSSES
from gdviz.models import MODELS, Model
from gdviz.models.base import TargetKind

__all__ = [
    "chosen_model",
    "class_codes",
    "class_name",
    "feature_columns",
    "listing",
    "refuse_constant_target",
    "refuse_few_rows",
    "target_columns",
    "weight_column",
]

_MOST_LISTED = 8
MOST_CLASSES = 200
"""A column of numbers with more different values than this is no column of classes."""


def target_columns(table: Table, names: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns to predict; several must hold numbers."""
    if not names:
        raise InputError("no target is chosen; choose the column to predict.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"the target {repeated[0]!r} is named twice; name it once.")
    columns = tuple(table.column(name) for name in names)
    if len(columns) > 1:
        for column in columns:
            if column.kind == "text":
                raise InputError(
                    f"{column.name!r} holds text, and several targets at once must be numbers; choose it alone, or "
                    f"others among {listing(table.numeric_names)}."
                )
    return columns


def feature_columns(
    table: Table, targets: tuple[str, ...], weights: str | None, chosen: tuple[str, ...] | None
) -> list[Column]:
    """The columns to predict from: those chosen, or every other numeric one."""
    taken = targets if weights is None else (*targets, weights)
    if chosen is None:
        names = default_features(table, taken)
        if not names:
            besides = f"the target {targets[0]!r}" if len(taken) == 1 else listing(taken)
            raise InputError(
                f"{table.name} has no numeric column besides {besides} to predict it from; "
                f"its columns are {listing(table.names)}; choose another target or table."
            )
    else:
        names = tuple(chosen)
    if not names:
        raise InputError("no feature is chosen; choose at least one numeric column.")
    for name in targets:
        if name in names:
            raise InputError(f"{name!r} is the target and can't be a feature too; take it out of the features.")
    if weights in names:
        raise InputError(f"{weights!r} holds the weights and can't be a feature too; take it out of the features.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"the feature {repeated[0]!r} is named twice; name it once.")
    columns = [table.column(name) for name in names]
    for column in columns:
        if column.kind != "numeric":
            usable = default_features(table, taken)
            raise InputError(
                f"{column.name!r} holds text, and features must be numbers; choose among {listing(usable) or 'none'}."
            )
    return columns


def weight_column(table: Table, name: str, targets: tuple[str, ...]) -> Column:
    """The column that says how much each row counts: numbers from 0, one of them above it."""
    if name in targets:
        raise InputError(f"{name!r} is the target and can't hold the weights too; choose another column for one.")
    column = table.column(name)
    if column.kind != "numeric":
        raise InputError(f"{name!r} holds text, and weights must be numbers; choose a numeric column for weights.")
    values = column.values[column.present]
    if (values < 0).any():
        raise InputError(
            f"{name!r} has the weight {values.min():g}, and a row can't count less than nothing; choose a column of "
            "numbers from 0."
        )
    return column


def chosen_model(
    targets: tuple[Column, ...], named: str | None, classes: tuple[str, ...] | None, loss: str | None, several: bool
) -> tuple[type[Model], TargetKind]:
    """The model named, or the one that suits target, classes and loss; and what it predicts of this target.

    `several` says whether the target is a text of more than two classes.
    """
    target = targets[0]
    is_about_classes = target.kind == "text" or bool(classes) or loss in _class_losses()
    if named is None:
        if not is_about_classes:
            return MODELS.get("linear"), "number"
        many = len(classes) > 2 if classes else several
        fitting = [name for name in ("logistic", "softmax") if loss is None or loss in MODELS.get(name).losses]
        usual = "softmax" if many else "logistic"
        named = usual if usual in fitting or not fitting else fitting[0]
    model = MODELS.get(named)
    kinds = model.target_kinds
    if len(kinds) > 1:
        return model, "class" if is_about_classes else "number"
    if kinds[0] == "number" and target.kind == "text":
        raise InputError(
            f"{target.name!r} holds text, and {model.label.lower()} predicts numbers; choose a numeric target, or the "
            "model logistic."
        )
    if kinds[0] == "number" and classes:
        raise InputError(
            f"{model.label.lower()} has no classes to choose; leave classes out, or choose the model logistic."
        )
    if kinds[0] == "class" and len(targets) > 1:
        raise InputError(
            f"{model.label.lower()} predicts the classes of one column, not of {len(targets)}; choose one target."
        )
    return model, kinds[0]


def class_codes(
    table: Table, target: Column, present: np.ndarray, chosen: tuple[str, ...] | None, model: type[Model]
) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the classes, and for every row of the table the place of its class among them or -1."""
    named = _classes_found(target, present)
    only_two = model.name == "logistic"
    who = model.label.lower()
    if chosen is None:
        if only_two and len(named) > 2:
            first, second = list(named)[:2]
            raise InputError(
                f"{target.name!r} has {len(named)} classes ({listing(tuple(named))}) and logistic regression tells "
                f"two apart; choose two, as in classes = [{first!r}, {second!r}], or the model softmax for all."
            )
        if len(named) > MOST_CLASSES:
            raise InputError(
                f"{target.name!r} has {len(named):,} different values, and {who} tells at most {MOST_CLASSES} classes "
                "apart; choose another target, or a model for numbers."
            )
        chosen = tuple(named)
    for name in chosen:
        if name not in named:
            raise InputError(
                f"{target.name!r} has no class {name!r} in the rows that can be used; it has {listing(tuple(named))}."
            )
    if len(set(chosen)) < 2 or len(set(chosen)) != len(chosen) or (only_two and len(chosen) != 2):
        if len(named) == 1:
            raise InputError(
                f"{target.name!r} has only the class {next(iter(named))!r} in the rows that can be used"
                f"{_skipped(table)}; {who} needs two, so choose another target or table."
            )
        if len(named) == 0:
            refuse_few_rows(table, 0, (target.name,))
        if only_two:
            raise InputError(
                f"logistic regression tells two classes apart, not {len(chosen)}; choose two different ones."
            )
        raise InputError(f"{who} tells two or more classes apart; choose different ones, each named once.")
    codes = np.full(table.rows, -1, dtype=np.int16)
    for place, name in enumerate(chosen):
        codes[present & (target.values == named[name])] = place
    return tuple(chosen), codes


def class_name(value: float) -> str:
    """What a class is called whose column holds numbers: 1 for 1.0."""
    return str(int(value)) if value.is_integer() else repr(value)


def refuse_few_rows(table: Table, rows: int, names: tuple[str, ...]) -> None:
    """Raises `InputError` for fewer than two rows."""
    if rows == 0:
        raise InputError(
            f"no row of {table.name} has a value in all of {listing(names)}{_skipped(table)}; leave out the columns "
            "that miss many."
        )
    if rows == 1:
        raise InputError(
            f"{table.name} has only one row with a value in all of {listing(names)}{_skipped(table)}; a fit needs at "
            "least two."
        )


def refuse_constant_target(name: str, values: np.ndarray, table: Table | None = None) -> None:
    """Raises `InputError` where the target's values `(n,)` are all the same; says which rows the `table` lacks."""
    if values.min() == values.max():
        raise InputError(
            f"the target {name!r} is {values[0]:g} in every row that can be used{_skipped(table)}, so there is nothing "
            "to predict; choose another target."
        )


def listing(names: tuple[str, ...]) -> str:
    """Names one behind the other, the first of very many."""
    shown = ", ".join(names[:_MOST_LISTED])
    return shown if len(names) <= _MOST_LISTED else f"{shown} and {len(names) - _MOST_LISTED} more"


def _skipped(table: Table | None) -> str:
    """In brackets, the rows that were left out when the table was read; empty where there are none."""
    skipped = "" if table is None else table.report.skipped_rows
    return f" (left out: {skipped})" if skipped else ""


def _classes_found(target: Column, present: np.ndarray) -> dict[str, float]:
    """The value that stands for every class, by its name."""
    values = target.values[present]
    if target.kind == "text":
        found = [code for code, count in enumerate(np.bincount(values, minlength=len(target.categories))) if count]
        return {target.categories[code]: code for code in found}
    return {class_name(value): value for value in np.unique(values).tolist()}


def _class_losses() -> frozenset[str]:
    return frozenset(loss.name for loss in LOSSES if loss.target_kind == "class")
