"""What can be chosen of a fit to data: the table, the parts its columns play, the model, the loss and the penalties."""

from __future__ import annotations

import abc
from dataclasses import dataclass

from gdviz.data.generated import MOST_SAMPLES
from gdviz.losses import LOSSES
from gdviz.models import MODELS
from gdviz.models.activations import HIDDEN_ACTIVATIONS
from gdviz.models.multilayer import INITIALIZATIONS
from gdviz.parameters import parameter
from gdviz.problems.base import Problem

__all__ = ["FitOptions"]


@dataclass(frozen=True)
class FitOptions(Problem, abc.ABC):
    """The options of `DataFit`, in the order in which people decide on them."""

    table: str = parameter(
        kind="path",
        help="A file with one row a line, builtin:NAME for a bundled table, generated:NAME for one that is made.",
    )
    samples: int | None = parameter(
        None,
        low=4,
        high=MOST_SAMPLES,
        optional=True,
        slider=(10, 2000),
        log=True,
        help="How many rows a generated table has; left out: as many as it usually has.",
    )
    noise: float | None = parameter(
        None,
        low=0,
        high=1e6,
        optional=True,
        slider=(0.0, 2.0),
        help="The standard deviation of what is added to a generated table by chance; left out: its usual one.",
    )
    table_seed: int = parameter(
        0, low=0, high=2**31 - 1, label="Seed of the table", help="Another seed makes another generated table."
    )
    target: str | tuple[str, ...] | None = parameter(
        None, kind="targets", optional=True, help="The column to predict, or several numeric ones at once."
    )
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
        help="linear for numbers, logistic for two classes, softmax for more, mlp for all; left out: by the target.",
    )
    classes: tuple[str, ...] | None = parameter(
        None,
        kind="classes",
        optional=True,
        help="The classes of the target to tell apart, by default all; rows of others are left out. Of two, logistic "
        "regression gives the probability of the second.",
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
    p: float = parameter(
        3.0,
        low=1,
        high=20,
        slider=(1.0, 6.0),
        help="The power of the error in the loss lp: 1 is the absolute, 2 the squared error.",
    )
    degree: int = parameter(
        1,
        low=1,
        high=20,
        slider=(1, 10),
        help="Products of up to so many features are features too; 1: the features alone. Too big: the curve follows "
        "the noise.",
    )
    hidden: tuple[int, ...] = parameter(
        (100,),
        kind="numbers",
        low=1,
        high=100_000,
        label="Hidden layers",
        help="For mlp: the neurons of every hidden layer, first to last, as in 64, 32.",
    )
    activation: str = parameter(
        "relu",
        choices=HIDDEN_ACTIVATIONS,
        help="For mlp: what bends the sums of its hidden layers. logistic and tanh are flat for large sums, where "
        "gradients vanish.",
    )
    initialization: str = parameter(
        "glorot",
        choices=INITIALIZATIONS,
        help="For mlp: the weights to start from. glorot as scikit-learn, he for relu, zeros where all neurons stay "
        "the same, large where logistic and tanh are flat from the start.",
    )
    initial_seed: int = parameter(
        0,
        low=0,
        high=2**32 - 1,
        label="Seed of the start",
        help="For mlp: draws the weights to start from, the same as scikit-learn's random_state.",
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
        help="Ridge as scikit-learn counts it: adds alpha · ‖weights‖² / rows to squared_error; half of that to other "
        "losses of mlp, as its MLPClassifier and MLPRegressor.",
    )
    weights: str | None = parameter(
        None,
        kind="column",
        optional=True,
        label="Weights of the rows",
        help="A column that says how much each row counts, from 0.",
    )
    validation: float = parameter(
        0.0,
        low=0,
        high=0.9,
        slider=(0.0, 0.5),
        help="The share of the rows that is held out, of every class alike, to try the fit on.",
    )
    split_seed: int = parameter(
        0, low=0, high=2**31 - 1, label="Seed of the split", help="Another seed holds other rows out."
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
