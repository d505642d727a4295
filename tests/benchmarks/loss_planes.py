"""P4: the exact loss over a plane of 100 x 100 points, through the landscape of a fit.

The naive way is a pass over the rows for every point, the other peer one product of matrices for all of them. A ridge
plane is measured once its moments are known, which they are before the first step of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from harness import Goal, Measure, Peer, Ratio, Sample, timed

ROWS, FEATURES = 20_000, 20
SIZE = 100
RIDGE_ROWS = 100_000
LIMITS = (-2.0, 2.0)
MANY = 200


@cache
def problem(kind: str) -> Any:
    """A fit to rows made up: "logistic" or "ridge"."""
    from training import table_of

    from gdviz.problems.fit import DataFit

    generator = np.random.default_rng(2)
    rows = ROWS if kind == "logistic" else RIDGE_ROWS
    X = generator.normal(size=(rows, FEATURES))
    y = X @ generator.normal(size=FEATURES) + generator.normal(size=rows)
    if kind == "logistic":
        return DataFit.from_table(table_of(X, (y > 0).astype(float)), target="y", model="logistic")
    return DataFit.from_table(table_of(X, y), target="y", alpha=3.0)


def axes() -> tuple[np.ndarray, np.ndarray]:
    return np.linspace(*LIMITS, SIZE), np.linspace(*LIMITS, SIZE)


def with_gdviz(kind: str) -> np.ndarray:
    """As the window samples it."""
    from gdviz.analysis.plane import Plane, surface_of

    fit = problem(kind)
    found: np.ndarray = surface_of(fit, Plane.of(fit), LIMITS, LIMITS, SIZE).values
    return found


def naive(kind: str, points: int = SIZE * SIZE) -> np.ndarray:
    """A pass over the rows for every point."""
    fit = problem(kind)
    X, y = fit.data.X, fit.data.y
    u, v = axes()
    values = np.empty(points)
    for place in range(points):
        weights = fit.start[:-1].copy()
        weights[0], weights[1] = u[place % SIZE], v[place // SIZE]
        scores = X @ weights
        if kind == "logistic":
            values[place] = np.mean(np.logaddexp(0.0, scores) - y * scores)
        else:
            values[place] = np.mean((y - scores) ** 2) + fit.alpha / len(y) * weights @ weights
    return values


def one_product() -> np.ndarray:
    """The scores of all points by products of matrices, a block of rows after the other, so that they fit in memory."""
    fit = problem("logistic")
    X, y = fit.data.X, fit.data.y
    u, v = axes()
    weights = np.zeros((FEATURES, SIZE * SIZE))
    weights[0], weights[1] = np.tile(u, SIZE), np.repeat(v, SIZE)
    total = np.zeros(SIZE * SIZE)
    for first in range(0, len(y), 256):
        scores = X[first : first + 256] @ weights
        total -= y[first : first + 256] @ scores
        total += np.log1p(np.exp(scores, out=scores), out=scores).sum(axis=0)
    return (total / len(y)).reshape(SIZE, SIZE)


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that all have the same values before any is timed."""
    for kind in ("logistic", "ridge"):
        row = naive(kind, SIZE)
        np.testing.assert_allclose(with_gdviz(kind)[0], row, rtol=1e-9)
    np.testing.assert_allclose(one_product(), with_gdviz("logistic"), rtol=1e-9)
    yield {name: _measure(name) for name in names}


def _many_times(work: Callable[[], object], times: int) -> Sample:
    """What one of many takes: too short to be timed by itself."""

    def repeated() -> None:
        for _ in range(times):
            work()

    sample = timed(repeated)
    return Sample(sample.seconds / times, sample.cpu_seconds / times)


def _part_of(kind: str, share: int) -> Sample:
    """What the naive way takes for all points, from a part of them: each takes the same."""
    sample = timed(lambda: naive(kind, SIZE * SIZE // share))
    return Sample(sample.seconds * share, sample.cpu_seconds * share)


def _measure(name: str) -> Measure:
    return {
        "logistic plane": lambda: timed(lambda: with_gdviz("logistic")),
        "logistic plane, naive": lambda: _part_of("logistic", 20),
        "logistic plane, one product": lambda: timed(one_product),
        "ridge plane": lambda: _many_times(lambda: with_gdviz("ridge"), MANY),
        "ridge plane, naive": lambda: _part_of("ridge", 50),
    }[name]


GOAL = Goal(
    name="P4",
    what="the exact loss over a plane of 100 x 100 points: logistic regression, and ridge once its moments are known",
    peers=(
        Peer("logistic plane"),
        Peer("logistic plane, naive"),
        Peer("logistic plane, one product"),
        Peer("ridge plane"),
        Peer("ridge plane, naive"),
    ),
    bounds=(
        Ratio(numerator="logistic plane, naive", denominator="logistic plane", least=20),
        Ratio(numerator="logistic plane, one product", denominator="logistic plane", least=4),
        Ratio(numerator="ridge plane, naive", denominator="ridge plane", least=10_000),
    ),
    prepare=prepare,
)
