"""What the parameters of a fit are called."""

from __future__ import annotations

import itertools

from gdviz.models import Model
from gdviz.problems.fit_data import DataSet

__all__ = ["bias_name", "output_names", "parameter_names"]


def parameter_names(data: DataSet, model: Model) -> tuple[str, ...]:
    """A name for every parameter, different from all others: the columns and the bias of an affine model, for several
    outputs behind the output's name; block and place, counted from 0, for a network."""
    if not model.affine:
        return tuple(
            f"{name}[{','.join(map(str, place))}]"
            for name, shape in model.blocks(len(data.columns))
            for place in itertools.product(*(range(size) for size in shape))
        )
    inputs = (*data.columns, bias_name(data.columns))
    if model.outputs == 1:
        return inputs
    return tuple(f"{output}: {name}" for name in inputs for output in output_names(data, model))


def output_names(data: DataSet, model: Model) -> tuple[str, ...]:
    """A name for every output: the targets, or the classes; of two classes with one output the second."""
    if data.kind == "number":
        return data.target_names
    return data.class_names if model.outputs > 1 else data.class_names[1:]


def bias_name(columns: tuple[str, ...]) -> str:
    """What the bias is called beside these columns."""
    return next(name for name in ("bias", "intercept", "bias of the fit") if name not in columns)
