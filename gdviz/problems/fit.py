"""Fitting a model to a table, as a problem: the mean loss over the rows as a function of the model's parameters.

`DataFit` holds the options; `fit_source` and `fit_data` make rows of them, `fit_rows` evaluates the loss in blocks of
rows, `fit_moments` replaces the rows by their second moments where the loss is quadratic, `fit_outlook` finds the
minimum and the part worth looking at, `fit_results` says what the parameters mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from gdviz.arrays import Array, float_array, namespace
from gdviz.data.table import Table
from gdviz.errors import InputError
from gdviz.losses import LOSSES, Loss, Penalty
from gdviz.models import Model
from gdviz.models.layers import Passes, layer_norms
from gdviz.parameters import declared
from gdviz.problems import fit_explained, fit_outlook, fit_plane, fit_residuals
from gdviz.problems.base import Block
from gdviz.problems.fit_data import DataSet, Roles
from gdviz.problems.fit_moments import QuadraticLoss, SeveralQuadraticLoss
from gdviz.problems.fit_names import parameter_names
from gdviz.problems.fit_options import FitOptions
from gdviz.problems.fit_pauses import outcome
from gdviz.problems.fit_results import Coefficients, FitMetrics, FittedModel
from gdviz.problems.fit_rows import RowMean
from gdviz.problems.fit_source import LoadedTable, Reading
from gdviz.quantities import Quantity

__all__ = ["DataFit"]

_MOST_PARAMETERS = 1_000_000
# A Jacobian of more numbers than this is too large to be solved with at every step.
_MOST_RESIDUAL_ENTRIES = 20_000_000

# A network's Hessian that takes more numbers than this, of rows, parameters and units, takes longer than a step may.
_MOST_HESSIAN_ENTRIES = 50_000_000


@dataclass(frozen=True)
class DataFit(FitOptions):
    """The mean loss of a model over the rows of a table, plus penalties on its weights.

    Parameters are the weights, then the biases, layer by layer; see `blocks`. The table is read when an instance is
    made; use `from_table` for one that is in memory, `reconfigured` or `dataclasses.replace` for other options on the
    same table: it is not read again. Equality and files concern the options alone.
    """

    name: ClassVar[str] = "data"
    label: ClassVar[str] = "Fit to data"
    summary: ClassVar[str] = "Linear, logistic or softmax regression or a neural network on the rows of a table."
    source: ClassVar[str] = "Legendre 1805; Hoerl & Kennard 1970; Cox 1958; Rumelhart, Hinton & Williams 1986"
    formula: ClassVar[str] = "(1/n) Σ L(yᵢ, ŷᵢ) + l2/2 · ‖w‖² + l1 · ‖w‖₁"
    cheap: ClassVar[bool] = False

    sample: tuple[int, int] | None = field(default=None, kw_only=True)
    """(rows, seed) of a fit to some of the rows only; see `subsample`."""
    loaded: LoadedTable | None = field(default=None, kw_only=True, compare=False, repr=False)
    data: DataSet = field(init=False, compare=False, repr=False)
    """The rows of the fit, with names, scaling and what was left out."""
    row_mean: RowMean = field(init=False, compare=False, repr=False)
    """The mean loss without penalties, from the rows themselves."""
    penalty: Penalty = field(init=False, compare=False, repr=False)
    quadratic: QuadraticLoss | SeveralQuadraticLoss | None = field(init=False, compare=False, repr=False)
    """The mean loss without penalties, from second moments, where it is quadratic."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(units != int(units) for units in self.hidden):
            raise InputError(f"{self.name}: hidden must be whole numbers of neurons; write them as in 64, 32.")
        object.__setattr__(self, "hidden", tuple(int(units) for units in self.hidden))
        loaded = self._loaded_rows()
        data = loaded.data
        assert data is not None, "with_data made it"
        model = self._model(data)
        loss = self._loss(data)
        columns = len(data.columns)
        if model.dimension(columns) > _MOST_PARAMETERS:
            raise InputError(
                f"{self.name}: {model.label.lower()} has {model.dimension(columns):,} parameters of these data, and at "
                f"most {_MOST_PARAMETERS:,} are fitted; choose fewer hidden units, features, or classes."
            )
        # alpha counts against a sum of squares; half a one and the cross-entropies have half of it, as in scikit-learn.
        l2 = self.l2 + (2.0 if loss.name == "squared_error" else 1.0) * self.alpha / data.total_weight
        # The Hessian of a network takes two passes for every parameter.
        few = data.rows * model.dimension(columns) * model.entries(columns) <= _MOST_HESSIAN_ENTRIES
        bends = loss.smooth and (model.affine or self.activation != "relu")
        derived: dict[str, Any] = {
            "loaded": loaded,
            "data": data,
            "row_mean": RowMean(model, loss, data.X, data.expected(data.y, model.outputs), data.weights),
            "penalty": Penalty(l2, self.l1, model.penalized(columns)),
            "quadratic": None,
            # Which loss and penalty were chosen decides what the class can't say for all of its instances.
            "smooth": bends and self.l1 == 0,
            "has_hessian": bends and loss.has_curvature and (model.affine or few),
        }
        if loss.constant_curvature is not None and model.affine and model.output_activation == "identity":
            if not all(moments.finite for moments in data.moments):
                raise InputError(
                    f"{self.name}: the numbers of {data.target!r} or of the features are too large to be squared; "
                    "rescale them in the table, or standardize the features."
                )
            parts = [QuadraticLoss(moments, loss.constant_curvature) for moments in data.moments]
            derived["quadratic"] = parts[0] if len(parts) == 1 else SeveralQuadraticLoss(parts)
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
    def model_used(self) -> Model:
        """The model that is fitted, made for these data."""
        return self.row_mean.model

    @property
    def dimension(self) -> int:
        return len(self.penalty.penalized)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return parameter_names(self.data, self.row_mean.model)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(Block(*block) for block in self.row_mean.model.blocks(len(self.data.columns)))

    @property
    def rows(self) -> int:
        return self.data.rows

    @property
    def notices(self) -> tuple[str, ...]:
        """What was left out of the file as it was read, and of the table, in sentences."""
        assert self.loaded is not None, "made with the fit"
        return (*self.loaded.table.report.losses(), *self.data.notices)

    @property
    def cost_per_point(self) -> int:
        """How many multiplications the value at one point takes, about a nanosecond each for many points at once."""
        return (self.quadratic or self.row_mean).multiplications

    @property
    def suggested_batch_size(self) -> int | None:
        """How many rows a step should see: min(200, rows) for networks, as scikit-learn's; None for all of them."""
        return None if self.row_mean.model.affine else min(200, self.rows)

    @property
    def start(self) -> np.ndarray:
        return self.row_mean.model.initial(len(self.data.columns), self.initial_seed)

    @property
    def minima(self) -> np.ndarray:
        """The minimum `(1, d)`: in closed form where the loss is quadratic, by coordinate descent with l1, by Newton's
        method for the cross-entropies of affine models. None for classes that can be separated, and none is known for
        other losses and for networks."""
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

    def explain(self, x: Array) -> tuple[Quantity, ...]:
        x = float_array(x)
        return (*fit_explained.of_mean(self.row_mean, self.penalty, x), *super().explain(x))

    def explain_batch(self, x: Array, rows: Sequence[int] | Any) -> tuple[Quantity, ...]:
        x = float_array(x)
        return (*fit_explained.of_mean(self.row_mean, self.penalty, x, rows), *super().explain_batch(x, rows))

    def explain_row(self, x: Array, row: int) -> tuple[Quantity, ...]:
        """The chain rule of one row, 0 to `rows` - 1, at one point (d,): from its features through score, output and
        loss back to every parameter, without penalties. Raises `InputError` for a row that there is not."""
        return fit_explained.of_row(self.row_mean, float_array(x), row)

    def passes(self, x: Array, rows: Sequence[int] | int) -> Passes:
        """The forward and the backward pass over these rows at one point (d,): z, a, δ, ∂L/∂W and ∂L/∂b of every layer
        by name, without penalties. Raises `InputError` for rows that there are not."""
        return fit_explained.passes_of(self.row_mean, float_array(x), rows)

    def layer_norms(self, gradients: Array) -> Array:
        """‖∂L/∂(W, b)‖ of every layer, first to last, of gradients `(..., d)`, as `(..., layers)`."""
        gradients = float_array(gradients)
        return layer_norms(namespace(gradients), self.row_mean.model, gradients, len(self.data.columns))

    @property
    def has_residuals(self) -> bool:
        """Whether the loss is a sum of squares, l2 included, of not too many rows."""
        loss = self.row_mean.loss
        few = self.rows * self.row_mean.model.outputs * self.dimension <= _MOST_RESIDUAL_ENTRIES
        return loss.constant_curvature is not None and self.l1 == 0 and few

    @property
    def residual_factor(self) -> float:
        return self.row_mean.loss.constant_curvature or 2.0

    def residuals(self, x: Array) -> Array:
        if not self.has_residuals:
            return super().residuals(x)
        x = float_array(x)
        return fit_residuals.residuals(self.row_mean, self.penalty, self.residual_factor, x)

    def jacobian(self, x: Array) -> Array:
        if not self.has_residuals:
            return super().jacobian(x)
        x = float_array(x)
        return fit_residuals.jacobian(self.row_mean, self.penalty, self.residual_factor, x)

    def metrics(self, x: Any) -> FitMetrics:
        """Accuracy and confusion, or MSE, MAE and R², at points `(..., d)`, on the rows fitted and on those held
        out."""
        x = np.asarray(x, dtype=np.float64)
        tried = self._held_out
        return FitMetrics(self.at(x), None if tried is None else FittedModel(*tried, x))

    def plane_pieces(
        self, base: np.ndarray, directions: np.ndarray, u: np.ndarray, v: np.ndarray, values: np.ndarray, rows: Any
    ) -> Iterator[float] | None:
        if self.quadratic is not None:
            return self._quadratic_plane(self.quadratic, base, directions, u, v, values)
        if fit_plane.has_logistic_plane(self.row_mean):
            return self._logistic_plane(base, directions, u, v, values, rows)
        return None

    def at(self, x: Any) -> FittedModel:
        """The model with the parameters `x (..., d)`: its predictions, scores and lines in the table's units."""
        return FittedModel(self.data, self.row_mean, np.asarray(x, dtype=np.float64))

    def coefficients(self, x: Any) -> Coefficients:
        """The parameters `x (..., d)` as they apply to the table's own numbers."""
        return self.at(x).coefficients

    def predictions(self, x: Any) -> np.ndarray:
        """ŷ, or the probability of the second class, for every row used, `(..., n)`; `(..., n, k)` for k outputs."""
        return self.at(x).predictions

    @cached_property
    def _held_out(self) -> tuple[DataSet, RowMean] | None:
        """The rows held out, as data of their own."""
        data, mean = self.data.held_out_rows, self.row_mean
        if data is None:
            return None
        return data, RowMean(mean.model, mean.loss, data.X, data.expected(data.y, mean.model.outputs), data.weights)

    def _quadratic_plane(
        self,
        quadratic: QuadraticLoss | SeveralQuadraticLoss,
        base: np.ndarray,
        directions: np.ndarray,
        u: np.ndarray,
        v: np.ndarray,
        values: np.ndarray,
    ) -> Iterator[float]:
        values[...] = fit_plane.quadratic_plane(quadratic, base, directions, u, v)
        if not self.penalty.none:
            values += fit_plane.penalty_plane(self.penalty, base, directions, u, v)
        yield 1.0

    def _logistic_plane(
        self, base: np.ndarray, directions: np.ndarray, u: np.ndarray, v: np.ndarray, values: np.ndarray, rows: Any
    ) -> Iterator[float]:
        yield from fit_plane.logistic_plane(self.row_mean, base, directions, u, v, values, rows)
        if not self.penalty.none:
            values += fit_plane.penalty_plane(self.penalty, base, directions, u, v)

    def _with_penalty(self, x: Array, loss: tuple[Array, Array]) -> tuple[Array, Array]:
        if self.penalty.none:
            return loss
        return loss[0] + self.penalty.value(x), loss[1] + self.penalty.gradient(x)

    def _loaded_rows(self) -> LoadedTable:
        """Table and rows that the options ask for, as far as possible those of the fit that this one replaces."""
        reading = Reading(**{name: getattr(self, name) for name in Reading._fields})
        loaded = self.loaded
        if loaded is None or loaded.reading != reading:
            loaded = LoadedTable(reading, reading.read())
        reading.check()
        roles = Roles(
            targets=_targets(loaded.table, self.target),
            features=self.features,
            model=self.model,
            classes=self.classes,
            standardize=self.standardize,
            degree=self.degree,
            weights=self.weights,
            validation=self.validation,
            split_seed=self.split_seed,
            loss=self.loss,
        )
        return loaded.with_data(roles, self.sample)

    def _model(self, data: DataSet) -> Model:
        names = [item.name for item in declared(data.model)]
        return data.model.from_options({name: getattr(self, name) for name in names}, targets=data.targets)

    def _loss(self, data: DataSet) -> Loss:
        fitting = data.model.losses_for(data.targets)
        name = fitting[0] if self.loss is None else self.loss
        if name not in fitting:
            raise InputError(
                f"{self.name}: the loss {name} doesn't fit {data.model.label.lower()}; choose {' or '.join(fitting)}."
            )
        if self.alpha and name != "squared_error" and data.model.affine:
            raise InputError(f"{self.name}: alpha belongs to squared_error, not to {name}; use l2 instead.")
        options = {item.name: getattr(self, item.name) for item in declared(LOSSES.get(name))}
        return LOSSES.make(name, options)


def _targets(table: Table, target: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The names of the targets; one name with commas in it, that a command line took for several, is one again."""
    if target is None or isinstance(target, str):
        return None if target is None else (target,)
    if not set(target) <= set(table.names):
        for whole in (", ".join(target), ",".join(target)):
            if whole in table.names:
                return (whole,)
    return target
