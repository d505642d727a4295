"""P3: what it takes to train on data, against torch: small mini-batches, a network, and all of a large table.

The mini-batches are taken through `gdviz.minimize`, which records every step; torch keeps the loss of each. A full
batch is one value with its gradient.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from harness import Goal, Measure, Peer, Ratio, timed

UPDATES = 1500
ROWS, FEATURES = 100_000, 20
MANY_ROWS, MANY_FEATURES = 1_000_000, 50
UNITS = 64
RATE = 0.05


def table_of(X: np.ndarray, y: np.ndarray) -> Any:
    """A table in memory with the columns x0, x1, … and y."""
    from gdviz.data.report import ReadReport
    from gdviz.data.table import Column, Table

    columns = [Column(f"x{place}", "numeric", np.ascontiguousarray(values)) for place, values in enumerate(X.T)]
    return Table("made up", (*columns, Column("y", "numeric", y)), ReadReport(rows=len(y)), "made_up.csv")


@cache
def classified(rows: int, features: int) -> Any:
    """A logistic fit to rows made up."""
    from gdviz.problems.fit import DataFit

    generator = np.random.default_rng(0)
    X = generator.normal(size=(rows, features))
    y = (X @ generator.normal(size=features) + generator.normal(size=rows) > 0).astype(np.float64)
    return DataFit.from_table(table_of(X, y), target="y", model="logistic", standardize=False)


@cache
def curved() -> Any:
    """A network's fit to rows made up."""
    from gdviz.problems.fit import DataFit

    generator = np.random.default_rng(1)
    X = generator.normal(size=(20_000, FEATURES))
    y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * generator.normal(size=len(X))
    return DataFit.from_table(table_of(X, y), target="y", model="mlp", hidden=(UNITS,), standardize=False)


def with_gdviz(problem: Any, batch: int, updates: int) -> np.ndarray:
    """As in the README; the losses of the mini-batches."""
    import gdviz

    descent = gdviz.optimizer("gradient_descent", learning_rate=RATE)
    found: np.ndarray = gdviz.minimize(problem, descent, steps=updates, batch_size=batch).values
    return found


def with_torch(problem: Any, batch: int, updates: int) -> np.ndarray:
    """torch.optim as its documentation uses it, in float64, on the same rows in the same order."""
    import torch

    from gdviz.oracle import MiniBatches

    X, y = torch.tensor(problem.data.X), torch.tensor(problem.data.y)
    network = network_of(problem)
    loss_of = torch.nn.MSELoss() if problem.data.kind == "number" else torch.nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    batches = MiniBatches(problem.rows, batch, seed=0)
    losses = np.empty(updates + 1)
    for step in range(updates + 1):
        rows = torch.from_numpy(batches.rows_of(step))
        optimizer.zero_grad()
        loss = loss_of(network(X[rows])[:, 0], y[rows])
        loss.backward()
        losses[step] = loss.item()
        optimizer.step()
    return losses


def network_of(problem: Any) -> Any:
    """The same model in torch, with the parameters that the problem starts from."""
    import torch

    columns = problem.data.X.shape[1]
    units = [columns, *(problem.hidden if problem.model_used.name == "mlp" else ()), 1]
    layers: list[Any] = []
    begin = 0
    for inputs, outputs in itertools.pairwise(units):
        layer = torch.nn.Linear(inputs, outputs, dtype=torch.float64)
        weights = problem.start[begin : begin + inputs * outputs].reshape(inputs, outputs)
        biases = problem.start[begin + inputs * outputs : begin + (inputs + 1) * outputs]
        begin += (inputs + 1) * outputs
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weights.T.copy()))
            layer.bias.copy_(torch.tensor(biases.copy()))
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def full_with_gdviz() -> tuple[float, np.ndarray]:
    """One pass over a large table."""
    problem = classified(MANY_ROWS, MANY_FEATURES)
    value, gradient = problem.value_and_gradient(np.full(MANY_FEATURES + 1, 0.1))
    return float(value), gradient


@cache
def tensors() -> tuple[Any, Any]:
    """The large table as tensors, made once."""
    import torch

    data = classified(MANY_ROWS, MANY_FEATURES).data
    return torch.tensor(data.X), torch.tensor(data.y)


def full_with_torch() -> tuple[float, np.ndarray]:
    """The same with torch."""
    import torch

    X, y = tensors()
    theta = torch.full((MANY_FEATURES + 1,), 0.1, dtype=torch.float64, requires_grad=True)
    scores = X @ theta[:-1] + theta[-1]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, y)
    loss.backward()
    return loss.item(), theta.grad.numpy()


def small(peer: Callable[[Any, int, int], np.ndarray], updates: int) -> np.ndarray:
    """Logistic regression on mini-batches of 32."""
    return peer(classified(ROWS, FEATURES), 32, updates)


def network(peer: Callable[[Any, int, int], np.ndarray], updates: int) -> np.ndarray:
    """A network on mini-batches of 256."""
    return peer(curved(), 256, updates)


WORK: Mapping[str, Callable[[], object]] = {
    "mini-batches, gdviz": lambda: small(with_gdviz, UPDATES),
    "mini-batches, torch": lambda: small(with_torch, UPDATES),
    "network, gdviz": lambda: network(with_gdviz, UPDATES),
    "network, torch": lambda: network(with_torch, UPDATES),
    "full batch, gdviz": full_with_gdviz,
    "full batch, torch": full_with_torch,
}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that both see the same losses before any is timed."""
    if "network, torch" in names:
        for work in (small, network):
            np.testing.assert_allclose(work(with_gdviz, 40), work(with_torch, 40), rtol=1e-9)
        for found, wanted in zip(full_with_gdviz(), full_with_torch(), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
    yield {name: _measure(name) for name in names}


def _measure(name: str) -> Measure:
    return lambda: timed(WORK[name])


GOAL = Goal(
    name="P3",
    what="mini-batches of 32 by logistic regression, a network with batches of 256, and a full batch of a million rows",
    peers=tuple(Peer(name, needs=("torch",) if "torch" in name else ()) for name in WORK),
    bounds=(
        Ratio(numerator="mini-batches, torch", denominator="mini-batches, gdviz", least=8),
        Ratio(numerator="network, torch", denominator="network, gdviz", least=2.5),
        Ratio(numerator="full batch, torch", denominator="full batch, gdviz", least=1.5),
    ),
    prepare=prepare,
)
