"""What every test function owes: derivatives, batches, array libraries, minima, a start, words."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import array_api_strict
import numpy as np
import pytest
from scipy.optimize import minimize

import gdviz.problems
from gdviz.arrays import to_numpy
from gdviz.errors import InputError
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS
from gdviz.problems.coordinates import CoordinateFunction

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "parabola": [{"factor": 0.5}, {"factor": 30.0}],
    "double_well": [{"tilt": 0.5}, {"tilt": -1.2}, {"tilt": 4.0}],
    "sphere": [{"dimension": 1}, {"dimension": 3}, {"dimension": 7}],
    "elongated_quadratic": [{"condition": 400.0}],
    "rotated_quadratic": [{"angle": 75.0, "condition": 3.0}, {"angle": -10.0, "condition": 0.5}],
    "rosenbrock": [{"a": -0.5, "b": 10.0}],
    "goldstein_price": [{"logarithm": True}],
    "styblinski_tang": [{"dimension": 1}, {"dimension": 3}, {"dimension": 5}],
    "rastrigin": [{"dimension": 1}, {"dimension": 4}],
    "ackley": [{"dimension": 1}, {"dimension": 4}],
    "griewank": [{"dimension": 1}, {"dimension": 4}],
    "zakharov": [{"dimension": 1}, {"dimension": 4}],
    "tilted_double_well": [{"tilt": -0.5}],
    "monkey_saddle": [{"walls": False}],
    "hills": [{"bowl": 0.0}, {"bowl": 0.2}],
    "ellipsoid": [{"dimension": 1}, {"dimension": 5, "condition": 100.0}],
    "trid": [{"dimension": 1}, {"dimension": 3}, {"dimension": 6}],
    "nesterov_quadratic": [{"dimension": 1}, {"dimension": 2}, {"dimension": 5, "smoothness": 4.0}],
    "extended_rosenbrock": [{"dimension": 2}, {"dimension": 3}, {"dimension": 5}, {"dimension": 6}, {"dimension": 7}],
    "dixon_price": [{"dimension": 1}, {"dimension": 3}, {"dimension": 5}],
    "levy": [{"dimension": 1}, {"dimension": 3}],
    "schwefel": [{"dimension": 1}, {"dimension": 3}],
    "saturated_neuron": [{"loss": "cross_entropy"}, {"y": 0.3}, {"y": 0.3, "loss": "cross_entropy"}],
    "reddi_online": [{"cycle": 101, "rise": 1010.0, "fall": 10.0}, {"rise": 1.5}, {"rise": 0.5}],
    "neuron": [
        {"loss": "cross_entropy"},
        {"activation": "tanh"},
        {"activation": "identity", "x": -2.0, "y": 3.0},
        {"y": 1.0},
    ],
    "categorical": [
        {"objective": "reverse_kl"},
        {"objective": "cross_entropy", "target": "1, 2, 3, 4"},
        {"target": "0.5 0.5 0"},
    ],
    "gaussian_mixture_fit": [
        {"objective": "reverse_kl"},
        {"objective": "cross_entropy"},
        {"objective": "reverse_kl", "share": 0.3, "first_width": 0.2, "second_mean": 1.0, "second_width": 2.0},
    ],
    "michalewicz": [{"dimension": 1}, {"dimension": 5}, {"dimension": 10}],
}
"""Options to try beside the defaults, which are always tried."""

FUNCTIONS = [
    function(**options)
    for function in PROBLEMS
    if function.name not in ("data", "formula")
    for options in [{}, *OPTIONS.get(function.name, [])]
]

COMPLETE = {
    "parabola",
    "double_well",
    "two_sines",
    "forrester",
    "gramacy_lee",
    "sphere",
    "booth",
    "rosenbrock",
    "bounded_saddle",
    "himmelblau",
    "three_hump_camel",
    "six_hump_camel",
    "styblinski_tang",
    "branin",
    "goldstein_price",
    "tilted_double_well",
    "rastrigin_1d",
    "monkey_saddle",
    "hills",
    "peaks",
    "jennrich_sampson",
    "ellipsoid",
    "trid",
    "nesterov_quadratic",
    "hartmann_3",
}
"""Functions whose every minimum inside the domain is listed."""


BOTTOMLESS = {"monkey_saddle", "saturated_neuron", "neuron", "categorical"}
"""Functions that have no minimum with some of the options tried."""


def has_minimum(function: CoordinateFunction) -> bool:
    return len(function.minima) > 0


def title(function: CoordinateFunction) -> str:
    changed = ",".join(f"{name}={value}" for name, value in function.changed_options().items())
    return f"{function.name}({changed})"


every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=title)


def points_of(function: CoordinateFunction, count: int = 200) -> np.ndarray:
    domain = function.domain
    return np.random.default_rng(20).uniform(domain[:, 0], domain[:, 1], size=(count, function.dimension))


def differences(values: Any, points: np.ndarray, factor: float) -> np.ndarray:
    """Central differences of `values (..., d) -> (..., k)` along every axis, `(..., k, d)`."""
    step = factor * np.finfo(float).eps ** (1 / 3) * np.maximum(1.0, np.abs(points))
    columns = []
    for axis in range(points.shape[-1]):
        offset = np.zeros_like(points)
        offset[..., axis] = step[..., axis]
        upper, lower = points + offset, points - offset
        width = (upper - lower)[..., axis]
        columns.append((values(upper) - values(lower)) / width[..., None])
    return np.stack(columns, axis=-1)


def assert_derivative(analytic: np.ndarray, values: Any, points: np.ndarray) -> None:
    """The derivative agrees with differences within the error that these have themselves.

    Steps h and 2h differ by three times the truncation error of h; rounding adds ε|f|/h.
    """
    once, twice = differences(values, points, 1.0), differences(values, points, 2.0)
    truncation = 2 * np.abs(once - twice)
    size = np.abs(values(points))[..., None] + np.abs(points[..., None, :] * once) + 1.0
    rounding = 8 * np.finfo(float).eps ** (2 / 3) * size
    error = np.abs(analytic - once)
    assert (error <= truncation + rounding).all(), f"off by up to {np.max(error - truncation - rounding):.3g}"


@every_function
def test_that_the_gradient_is_the_slope_of_the_value(function: CoordinateFunction) -> None:
    points = points_of(function)
    assert_derivative(function.gradient(points)[:, None, :], lambda x: function.value(x)[..., None], points)


@every_function
def test_that_the_hessian_is_the_slope_of_the_gradient(function: CoordinateFunction) -> None:
    points = points_of(function)
    hessian = function.hessian(points)
    assert hessian.shape == (200, function.dimension, function.dimension)
    assert_derivative(hessian, function.gradient, points)


@every_function
def test_that_the_hessian_is_symmetric(function: CoordinateFunction) -> None:
    hessian = function.hessian(points_of(function))
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, -1, -2))


@every_function
def test_that_a_batch_equals_its_rows_to_the_last_bit(function: CoordinateFunction) -> None:
    points = points_of(function).reshape(4, 50, function.dimension)
    for method, shape in (("value", ()), ("gradient", (function.dimension,)), ("hessian", (function.dimension,) * 2)):
        batch = getattr(function, method)(points)
        assert batch.shape == (4, 50, *shape)
        rows = [getattr(function, method)(row) for row in points.reshape(200, -1)]
        assert all(np.shape(row) == shape and row.dtype == np.float64 for row in rows)
        np.testing.assert_array_equal(np.array(rows).reshape(batch.shape), batch)


@every_function
def test_that_value_and_gradient_together_equal_each_alone(function: CoordinateFunction) -> None:
    points = points_of(function, 20)
    value, gradient = function.value_and_gradient(points)
    np.testing.assert_array_equal(value, function.value(points))
    np.testing.assert_array_equal(gradient, function.gradient(points))


@every_function
def test_that_every_explanation_ends_with_value_and_gradient(function: CoordinateFunction) -> None:
    points = points_of(function, 4)
    *_, value, gradient = function.explain(points)
    assert (value.symbol, gradient.symbol) == ("f", "∇f")
    np.testing.assert_array_equal(value.value, function.value(points))
    np.testing.assert_array_equal(gradient.value, function.gradient(points))


@every_function
def test_that_a_point_is_never_changed_in_place(function: CoordinateFunction) -> None:
    points = points_of(function, 20)
    before = points.copy()
    function.value(points), function.gradient(points), function.hessian(points)
    np.testing.assert_array_equal(points, before)


@every_function
def test_that_single_precision_stays_single_precision(function: CoordinateFunction) -> None:
    points = points_of(function, 50)
    scale = {"value": np.abs(function.value(points)).max(), "gradient": np.abs(function.gradient(points)).max()}
    for method, size in scale.items():
        single = getattr(function, method)(points.astype(np.float32))
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, getattr(function, method)(points), rtol=1e-3, atol=1e-4 * size)
        assert getattr(function, method)(points[0].astype(np.float32)).dtype == np.float32
    assert function.hessian(points.astype(np.float32)).dtype == np.float32


@every_function
def test_that_the_strict_array_library_agrees(function: CoordinateFunction) -> None:
    points = points_of(function, 50)
    strict = array_api_strict.asarray(points)
    for method in ("value", "gradient", "hessian"):
        answer = getattr(function, method)(strict)
        assert array_api_strict.isdtype(answer.dtype, "real floating")
        np.testing.assert_array_equal(to_numpy(answer), getattr(function, method)(points))
        single = getattr(function, method)(strict[0, ...])
        np.testing.assert_array_equal(to_numpy(single), getattr(function, method)(points[0]))


@pytest.mark.torch
@every_function
def test_that_torch_agrees_and_differentiates_it_alike(function: CoordinateFunction) -> None:
    import torch

    points = points_of(function, 50)
    tensor = torch.tensor(points, requires_grad=True)
    value = function.value(tensor)
    (gradient,) = torch.autograd.grad(value.sum(), tensor)
    size = np.abs(function.gradient(points)).max()
    np.testing.assert_allclose(value.detach().numpy(), function.value(points), rtol=1e-12, atol=1e-12 * size)
    np.testing.assert_allclose(gradient.numpy(), function.gradient(points), rtol=1e-11, atol=1e-12 * size)
    hessian = function.hessian(tensor.detach())
    np.testing.assert_allclose(
        hessian.numpy(), function.hessian(points), rtol=1e-11, atol=1e-12 * hessian.abs().max().item()
    )


@every_function
def test_that_minima_are_stationary_and_curved_upward(function: CoordinateFunction) -> None:
    minima = function.minima
    assert minima.ndim == 2
    assert minima.shape[1] == function.dimension
    assert len(minima) > 0 or function.name in BOTTOMLESS
    low, high = function.domain.T
    for minimum in minima:
        gradient, hessian = function.gradient(minimum), function.hessian(minimum)
        # On an edge of the view the function may fall on beyond it.
        free = (minimum > low) & (minimum < high)
        assert (gradient[~free] * np.where(minimum >= high, 1, -1)[~free] <= 0).all()
        curvature = np.linalg.eigvalsh(hessian[np.ix_(free, free)])
        sharpest = max(1.0, float(curvature.max(initial=0.0)))
        assert (curvature >= -1e-9 * sharpest).all()
        # A minimum known to the last digit leaves a gradient of curvature times half a digit.
        digit = 4 * np.finfo(float).eps * max(1.0, float(np.abs(minimum).max()))
        assert (np.abs(gradient[free]) <= digit * sharpest).all()


@every_function
def test_that_minima_come_with_the_lowest_first_and_none_twice(function: CoordinateFunction) -> None:
    values = function.value(function.minima)
    if not has_minimum(function):
        assert function.minimum_value is None
        return
    assert (np.diff(values) >= -1e-9 * (1.0 + np.abs(values[:-1]))).all()
    assert function.minimum_value == values[0]
    distances = np.linalg.norm(function.minima[:, None] - function.minima[None, :], axis=-1)
    assert (distances[~np.eye(len(values), dtype=bool)] > 1e-3).all()


def descents(function: CoordinateFunction, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where descents from the best of many random points end inside the domain, and the values there."""
    points = points_of(function, 5000)
    best = points[np.argsort(function.value(points))[: count // 2]]
    starts = np.concatenate([best, points[: count - len(best)]])
    results = [
        minimize(function.value, start, jac=function.gradient, bounds=function.domain, method="L-BFGS-B", tol=1e-13)
        for start in starts
    ]
    return np.array([result.x for result in results]), np.array([result.fun for result in results])


@pytest.mark.parametrize("function", [item for item in FUNCTIONS if has_minimum(item)], ids=title)
def test_that_many_descents_find_nothing_lower(function: CoordinateFunction) -> None:
    _, values = descents(function, 10)
    lowest = function.minimum_value
    assert lowest is not None
    assert values.min() >= lowest - 1e-9 * (1.0 + abs(lowest))


@pytest.mark.parametrize(
    "function",
    [item for item in FUNCTIONS if item.name in COMPLETE and item.dimension <= 3 and has_minimum(item)],
    ids=title,
)
def test_that_every_descent_into_the_open_ends_in_a_listed_minimum(function: CoordinateFunction) -> None:
    ends, _ = descents(function, 30)
    low, high = function.domain.T
    inside = ((ends > low + 1e-6) & (ends < high - 1e-6)).all(axis=-1)
    flat = np.abs(function.gradient(ends)).max(axis=-1) < 1e-4
    bottom = np.linalg.eigvalsh(function.hessian(ends)).min(axis=-1) > 0
    ends = ends[inside & flat & bottom]
    assert len(ends) > 10
    distance = np.linalg.norm(ends[:, None] - function.minima[None], axis=-1).min(axis=-1)
    assert distance.max() < 1e-3, f"no minimum is listed at {ends[distance.argmax()]}"


@every_function
def test_that_start_and_minima_lie_inside_the_view(function: CoordinateFunction) -> None:
    domain = function.domain
    assert domain.shape == (function.dimension, 2)
    assert (domain[:, 0] < domain[:, 1]).all()
    for point in (function.start, *function.minima):
        assert point.shape == (function.dimension,)
        assert ((point >= domain[:, 0]) & (point <= domain[:, 1])).all()


@every_function
def test_that_the_start_is_no_place_to_stay(function: CoordinateFunction) -> None:
    # The saturated neuron's start shows a plateau.
    assert np.linalg.norm(function.gradient(function.start)) > (1e-5 if function.name == "saturated_neuron" else 1e-3)
    if function.minimum_value is not None:
        assert function.value(function.start) > function.minimum_value


@every_function
def test_that_names_tell_parameters_apart(function: CoordinateFunction) -> None:
    assert len(function.names) == len(set(function.names)) == function.dimension
    assert [block.shape for block in function.blocks] == [(function.dimension,)]
    assert (function.rows is None) == (function.name != "reddi_online")


@every_function
@pytest.mark.parametrize("far", [1e100, 1e200, -1e200, 1e308, math.inf, math.nan])
def test_that_points_far_outside_neither_raise_nor_warn(function: CoordinateFunction, far: float) -> None:
    point = np.full(function.dimension, far)
    with np.errstate(all="ignore"):
        for method in ("value", "gradient", "hessian"):
            single, batch = getattr(function, method)(point), getattr(function, method)(point[None])
            assert single.shape == batch.shape[1:]
            np.testing.assert_array_equal(single, batch[0])


@every_function
def test_that_values_too_large_for_a_double_are_not_finite(function: CoordinateFunction) -> None:
    # McCormick's square vanishes on the diagonal, where it is linear; the others never grow faster than that.
    moderate = {"absolute_value", "gaussian_well", "more_thuente", "two_sines", "ackley", "easom", "mccormick"}
    moderate |= {"shubert", "eggholder", "schwefel", "hartmann_3", "hartmann_6"}
    moderate |= {"saturated_neuron", "reddi_online", "categorical"}
    moderate |= set() if function.options().get("activation") == "identity" else {"neuron"}
    with np.errstate(all="ignore"):
        value = function.value(np.full(function.dimension, 1e300))
    assert np.isfinite(value) == (function.name in moderate)


@every_function
def test_that_functions_are_values(function: CoordinateFunction) -> None:
    twin = type(function)(**function.options())
    assert twin == function
    assert twin is not function
    assert hash(twin) == hash(function)
    assert type(function).from_options(function.changed_options()) == function
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        function.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("function", [item for item in FUNCTIONS if not item.changed_options()], ids=title)
def test_that_options_outside_their_limits_are_refused(function: CoordinateFunction) -> None:
    for option in declared(type(function)):
        refused: list[Any] = ["a", None]
        if option.kind in ("float", "integer"):
            refused += [math.nan, math.inf, True]
            refused += [option.low - 1] if option.low > -math.inf else []
            refused += [option.low] if option.low_open else []
            refused += [option.high + 1] if option.high < math.inf else []
            refused += [2.5] if option.kind == "integer" else []
        for value in refused:
            with pytest.raises(InputError, match=option.name):
                gdviz.problems.problem(function.name, **{option.name: value})
        assert option.help.endswith(".")
        if option.slider is not None:
            assert option.low <= option.slider[0] < option.slider[1] <= option.high
            assert option.slider[0] <= option.default <= option.slider[1]
            assert not option.log or option.slider[0] > 0
    with pytest.raises(InputError, match="no option"):
        gdviz.problems.problem(function.name, colour="red")


@pytest.mark.parametrize("function", [item for item in FUNCTIONS if not item.changed_options()], ids=title)
def test_that_every_function_is_described(function: CoordinateFunction) -> None:
    assert function.name.isidentifier()
    assert function.name.islower()
    assert function.label
    assert function.formula
    assert function.source
    assert function.summary.endswith(".")
    assert len(function.summary) < 120
    assert type(function).__doc__
    assert not type(function).__doc__.startswith(type(function).__name__ + "(")
