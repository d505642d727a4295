"""Fitting a model to a table, as a problem: the mean loss over the rows as a function of the model's parameters.

`DataFit` holds the options; `fit_source` and `fit_data` make rows of them, `fit_rows` evaluates the loss in blocks of
rows, `fit_moments` replaces the rows by their second moments where the loss is quadratic, `fit_outlook` finds the
minimum and the part worth looking at, `fit_results` says what the parameters mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from gdviz.arrays import Array, float_array
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.losses import LOSSES, Loss, Penalty
from gdviz.losses.regression import Huber
from gdviz.models import MODELS
from gdviz.parameters import parameter
from gdviz.problems import fit_outlook
from gdviz.problems.base import Block, Problem
from gdviz.problems.fit_data import DataSet, Roles
from gdviz.problems.fit_moments import QuadraticLoss
from gdviz.problems.fit_pauses import outcome
from gdviz.problems.fit_results import Coefficients, FittedModel
from gdviz.problems.fit_rows import RowMean
from gdviz.problems.fit_source import LoadedTable, Reading

__all__ = ["DataFit"]


@dataclass(frozen=True)
class DataFit(Problem):
    """The mean loss of a linear or logistic regression over the rows of a table, plus penalties on the weights.

    Parameters are the weights, one a feature, then the bias. The table is read when an instance is made; use
    `from_table` for one that is in memory, `reconfigured` or `dataclasses.replace` for other options on the same table:
    it is not read again. Equality and files concern the options alone.
    """

    name: ClassVar[str] = "data"
    label: ClassVar[str] = "Fit to data"
    summary: ClassVar[str] = "Linear or logistic regression on the rows of a table."
    source: ClassVar[str] = "Legendre 1805; Hoerl & Kennard 1970; Cox 1958"
    formula: ClassVar[str] = "(1/n) Σ L(yᵢ, ŷᵢ) + l2/2 · ‖w‖² + l1 · ‖w‖₁"
    cheap: ClassVar[bool] = False

    table: str = parameter(kind="path", help="A file with one row a line, or builtin:NAME for a bundled table.")
    target: str | None = parameter(None, kind="column", optional=True, help="The column to predict.")
    features: tuple[str, ...] | None = parameter(
        None,
        kind="columns",
        optional=True,
        help="The columns to predict it from; left out: every other numeric column.",
    )
    model: str | None = parameter(
        None,
        choices=MODELS.names,
        optional=True,
        help="linear for numbers, logistic for two classes; left out: by the target.",
    )
    classes: tuple[str, ...] | None = parameter(
        None,
        kind="classes",
        optional=True,
        help="The two classes of the target to tell apart; rows of others are left out. p is that of the second.",
    )
    loss: str | None = parameter(
        None,
        choices=LOSSES.names,
        optional=True,
        help="What a wrong prediction costs; left out: the usual loss of the model.",
    )
    delta: float = parameter(
        1.0,
        low=0,
        low_open=True,
        log=True,
        slider=(0.01, 100.0),
        symbol="δ",
        help="The loss huber grows linearly from this error on, in units of the target.",
    )
    l2: float = parameter(
        0.0,
        low=0,
        log=True,
        slider=(1e-6, 100.0),
        symbol="λ₂",
        label="L2",
        help="Adds l2/2 · ‖weights‖². Too big: all weights are close to 0.",
    )
    l1: float = parameter(
        0.0,
        low=0,
        log=True,
        slider=(1e-6, 100.0),
        symbol="λ₁",
        label="L1",
        help="Adds l1 · ‖weights‖₁, which sets weights to 0. Too big: all of them are.",
    )
    alpha: float = parameter(
        0.0,
        low=0,
        log=True,
        slider=(1e-3, 1e5),
        symbol="α",
        help="Ridge as scikit-learn counts it: adds alpha · ‖weights‖² / rows to squared_error.",
    )
    standardize: bool = parameter(
        True, help="Features minus their mean, over their standard deviation. Off: a narrow valley unless scales agree."
    )
    encoding: str | None = parameter(None, optional=True, help="How the file's text is encoded; left out: guessed.")
    delimiter: str | None = parameter(
        None, optional=True, help="What stands between cells, one character or its name such as tab; left out: guessed."
    )
    decimal: str | None = parameter(
        None, choices=(".", ","), optional=True, label="Decimal mark", help="The decimal mark; left out: guessed."
    )
    header: bool | None = parameter(
        None, optional=True, help="Whether the first row names the columns; left out: guessed."
    )

    sample: tuple[int, int] | None = field(default=None, kw_only=True)
    """(rows, seed) of a fit to some of the rows only; see `subsample`."""
    loaded: LoadedTable | None = field(default=None, kw_only=True, compare=False, repr=False)
    data: DataSet = field(init=False, compare=False, repr=False)
    """The rows of the fit, with names, scaling and what was left out."""
    row_mean: RowMean = field(init=False, compare=False, repr=False)
    """The mean loss without penalties, from the rows themselves."""
    penalty: Penalty = field(init=False, compare=False, repr=False)
    quadratic: QuadraticLoss | None = field(init=False, compare=False, repr=False)
    """The mean loss without penalties, from second moments, where it is quadratic."""

    def __post_init__(self) -> None:
        if isinstance(self.target, list | tuple):
            object.__setattr__(self, "target", _single_target(self.target))
        super().__post_init__()
        loaded = self._loaded_rows()
        data = loaded.data
        assert data is not None, "with_data made it"
        loss = self._loss(data)
        features = len(data.features)
        l2 = self.l2 + 2.0 * self.alpha / data.rows
        derived: dict[str, Any] = {
            "loaded": loaded,
            "data": data,
            "row_mean": RowMean(data.model(), loss, data.X, data.y),
            "penalty": Penalty(l2, self.l1, np.append(np.ones(features), 0.0)),
            "quadratic": None,
            # Which loss and penalty were chosen decides what the class can't say for all of its instances.
            "smooth": loss.smooth and self.l1 == 0,
            "has_hessian": loss.smooth,
        }
        if loss.constant_curvature is not None:
            if not data.moments.finite:
                raise InputError(
                    f"{self.name}: the numbers of {data.target!r} or of the features are too large to be squared; "
                    "rescale them in the table, or standardize the features."
                )
            derived["quadratic"] = QuadraticLoss(data.moments, loss.constant_curvature)
            derived["cheap"] = True
        for attribute, value in derived.items():
            object.__setattr__(self, attribute, value)

    @classmethod
    def from_table(cls, table: Table, /, **options: Any) -> Self:
        """A fit to a table in memory; `options` as by name, `table` among them only where it shall be called otherwise
        than where it came from. Raises `InputError`."""
        settings = {"table": table.source, **options}
        chosen = {name: settings[name] for name in Reading._fields if name in settings}
        return cls.from_options(settings, loaded=LoadedTable(Reading(**chosen), table))

    def reconfigured(self, options: Mapping[str, Any]) -> Self:
        """The fit with exactly these options, by name; the table is read again only where they say another file, or
        read this one otherwise. Raises `InputError`."""
        return type(self).from_options(options, loaded=self.loaded)

    def subsample(self, rows: int, seed: int = 0) -> Self:
        """The fit to at most so many of the rows, scaled as this one: for a quick look, not for its minimum."""
        return dataclasses.replace(self, sample=(rows, seed))

    @property
    def dimension(self) -> int:
        return len(self.data.features) + 1

    @property
    def names(self) -> tuple[str, ...]:
        bias = next(name for name in ("bias", "intercept", "bias of the fit") if name not in self.data.features)
        return (*self.data.features, bias)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(Block(*block) for block in self.row_mean.model.blocks(len(self.data.features)))

    @property
    def rows(self) -> int:
        return self.data.rows

    @property
    def notices(self) -> tuple[str, ...]:
        """What was left out of the table, in sentences."""
        return self.data.notices

    @property
    def cost_per_point(self) -> int:
        """How many multiplications the value at one point takes, about a nanosecond each for many points at once."""
        return (self.quadratic or self.row_mean).multiplications

    @property
    def start(self) -> np.ndarray:
        return np.zeros(self.dimension)

    @property
    def minima(self) -> np.ndarray:
        """The minimum `(1, d)`: in closed form where the loss is quadratic, by Newton's method for a logistic one; none
        for classes that can be separated, and none is known for other losses or with l1."""
        found = outcome(fit_outlook.minimum(self))
        return np.empty((0, self.dimension)) if found is None else found[None, :].copy()

    @property
    def domain(self) -> np.ndarray:
        return outcome(fit_outlook.view(self)).copy()

    @property
    def minimum_value(self) -> float | None:
        return outcome(fit_outlook.minimum_value(self))

    @property
    def largest_curvature(self) -> float | None:
        """The largest eigenvalue of the Hessian at the start and the minimum, where there is one and it is positive;
        None for more than 200 parameters."""
        return outcome(fit_outlook.curvature(self))

    def prepare(self) -> None:
        """Find what takes a while where rows are many: minimum and its value, domain, curvature, means. They are at
        hand from then on."""
        for _ in self.preparing():
            pass

    def preparing(self) -> Iterator[float]:
        """Prepare in pieces of milliseconds, yielding a share done between them."""
        return fit_outlook.preparing(self)

    def value(self, x: Array) -> Array:
        x = float_array(x)
        value = (self.quadratic or self.row_mean).value(x)
        return value if self.penalty.none else value + self.penalty.value(x)

    def gradient(self, x: Array) -> Array:
        return self.value_and_gradient(x)[1]

    def hessian(self, x: Array) -> Array:
        if not self.has_hessian:
            return super().hessian(x)
        x = float_array(x)
        hessian = (self.quadratic or self.row_mean).hessian(x)
        return hessian + self.penalty.hessian(x)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x = float_array(x)
        return self._with_penalty(x, (self.quadratic or self.row_mean).value_and_gradient(x))

    def batch_value_and_gradient(self, x: Array, rows: Sequence[int] | Any) -> tuple[Array, Array]:
        return self._with_penalty(x, self.row_mean.value_and_gradient(x, rows))

    def batch_value(self, x: Array, rows: Sequence[int] | Any) -> Array:
        value = self.row_mean.value(x, rows)
        return value if self.penalty.none else value + self.penalty.value(x)

    def at(self, x: Any) -> FittedModel:
        """The model with the parameters `x (..., d)`: its predictions, scores and lines in the table's units."""
        return FittedModel(self.data, self.row_mean, np.asarray(x, dtype=np.float64))

    def coefficients(self, x: Any) -> Coefficients:
        """The parameters `x (..., d)` as they apply to the table's own numbers."""
        return self.at(x).coefficients

    def predictions(self, x: Any) -> np.ndarray:
        """ŷ, or the probability of the second class, for every row used, `(..., n)`."""
        return self.at(x).predictions

    def _with_penalty(self, x: Array, loss: tuple[Array, Array]) -> tuple[Array, Array]:
        if self.penalty.none:
            return loss
        return loss[0] + self.penalty.value(x), loss[1] + self.penalty.gradient(x)

    def _loaded_rows(self) -> LoadedTable:
        """Table and rows that the options ask for, as far as possible those of the fit that this one replaces."""
        reading = Reading(self.table, self.encoding, self.delimiter, self.decimal, self.header)
        loaded = self.loaded
        if loaded is None or loaded.reading != reading:
            loaded = LoadedTable(reading, reading.read())
        roles = Roles(self.target, self.features, self._model_asked_for(), self.classes, self.standardize)
        return loaded.with_data(roles, self.sample)

    def _model_asked_for(self) -> str | None:
        """The model named, or the one that the loss named belongs to."""
        if self.model is not None or self.loss is None or LOSSES.get(self.loss).target_kind == "number":
            return self.model
        return next(model.name for model in MODELS if self.loss in model.losses)

    def _loss(self, data: DataSet) -> Loss:
        name = data.model.losses[0] if self.loss is None else self.loss
        if name not in data.model.losses:
            fitting = " or ".join(data.model.losses)
            raise InputError(f"{self.name}: the loss {name} doesn't fit {data.model.label.lower()}; choose {fitting}.")
        if self.alpha and name != "squared_error":
            raise InputError(f"{self.name}: alpha belongs to squared_error, not to {name}; use l2 instead.")
        return Huber(delta=self.delta) if name == Huber.name else LOSSES.make(name, {})


def _single_target(target: Sequence[str]) -> str:
    if len(target) != 1:
        raise InputError(f"data: {len(target)} targets are named; one is fitted at a time, so choose one.")
    return target[0]
