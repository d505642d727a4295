"""Newton's method on convex losses, with and without a minimum."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from gdviz.losses import loss
from gdviz.models import model
from gdviz.problems.fit_optimum import newton_minimum, view_around
from gdviz.problems.fit_pauses import Pausing, outcome
from gdviz.problems.fit_rows import RowMean


def logistic(X: np.ndarray, y: np.ndarray) -> RowMean:
    return RowMean(model("logistic"), loss("binary_cross_entropy"), X, y)


def minimum_of(mean: RowMean, start: np.ndarray | None = None) -> np.ndarray | None:
    point = np.zeros(mean.features.shape[1] + 1) if start is None else start
    return outcome(newton_minimum(pausing(mean.value_and_gradient), pausing(mean.hessian), point))


def pausing(function: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Pausing[Any]]:
    def paused(x: np.ndarray) -> Pausing[Any]:
        yield
        return function(x)

    return paused


def noisy(rows: int = 400, features: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(4)
    X = generator.normal(size=(rows, features))
    y = (generator.random(rows) < 1 / (1 + np.exp(-(2 * X[:, 0] - X[:, 1] + 0.5)))).astype(float)
    return X, y


@pytest.mark.parametrize("start", [0.0, 3.0, -30.0])
def test_that_the_logistic_minimum_is_found_from_near_and_far(start: float) -> None:
    mean = logistic(*noisy())
    found = minimum_of(mean, np.full(4, start))
    assert found is not None
    assert np.abs(mean.value_and_gradient(found)[1]).max() < 1e-14
    peer = minimize(lambda x: mean.value_and_gradient(x), np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-9})
    np.testing.assert_allclose(found, peer.x, atol=1e-6)


def test_that_a_feature_given_twice_leaves_a_minimum_all_the_same() -> None:
    X, y = noisy()
    mean = logistic(np.column_stack([X, X[:, 0]]), y)
    found = minimum_of(mean)
    once = minimum_of(logistic(X, y))
    assert found is not None
    assert once is not None
    assert mean.value(found) == pytest.approx(logistic(X, y).value(once), rel=1e-12)
    assert found[0] == pytest.approx(found[3])


def test_that_separable_classes_have_no_minimum() -> None:
    X, _ = noisy()
    assert minimum_of(logistic(X, (X[:, 0] > 0).astype(float))) is None


def test_that_classes_that_touch_on_the_boundary_have_no_minimum() -> None:
    # The third and fourth row are alike but of different classes; all others can be separated ever more surely.
    X = np.array([[-2.0], [-1.0], [0.0], [0.0], [1.0], [2.0]])
    assert minimum_of(logistic(X, np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]))) is None


def test_that_a_hopeless_value_ends_the_search_sooner() -> None:
    X, _ = noisy()
    mean = logistic(X, (X[:, 0] > 0).astype(float))

    def steps(least: float) -> int:
        points = []

        def hessian(x: np.ndarray) -> np.ndarray:
            points.append(x)
            return mean.hessian(x)

        search = newton_minimum(
            pausing(mean.value_and_gradient), pausing(hessian), np.zeros(4), lambda value: value < least
        )
        assert outcome(search) is None
        return len(points)

    # Below log 2 / rows no row can be on its wrong side.
    assert steps(math.log(2) / mean.rows) < steps(-math.inf)


def test_that_numpys_warnings_are_as_they_were_while_the_search_pauses() -> None:
    mean = logistic(*noisy())
    settings = np.geterr()
    pauses = 0
    for _ in newton_minimum(pausing(mean.value_and_gradient), pausing(mean.hessian), np.zeros(4)):
        pauses += 1
        assert np.geterr() == settings
    assert pauses > 4


def test_that_a_value_that_is_no_number_ends_the_search() -> None:
    mean = logistic(*noisy())
    with np.errstate(all="ignore"):
        assert minimum_of(mean, np.full(4, np.inf)) is None


def test_that_the_view_holds_start_and_anchor_with_room_for_the_rise() -> None:
    start, anchor = np.zeros(3), np.array([4.0, -1.0, 0.0])
    view = view_around(start, anchor, fall=8.0, curvature=np.array([1.0, 4.0, 0.0]))
    assert view.shape == (3, 2)
    # √(2·8/1) = 4 and √(2·8/4) = 2; without curvature or distance there is still something to see.
    np.testing.assert_allclose(view, [[-2.4, 6.4], [-2.2, 1.2], [-1.0, 1.0]])
