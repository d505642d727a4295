"""The test functions against the expressions and numbers of the literature, written out here once more."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, e, exp, log, pi, sin, sqrt
from typing import Any

import numpy as np
import pytest

from gdviz.errors import InputError
from gdviz.problems import PROBLEMS, problem
from gdviz.problems.coordinates import CoordinateFunction

TEXTBOOK: dict[str, Callable[..., float]] = {
    "parabola": lambda x: 2 * x**2,
    "quartic": lambda x: x**4,
    "absolute_value": lambda x: max(x, -x),
    "double_well": lambda x: x**4 - 2 * x**2,
    "gaussian_well": lambda x: 1 - exp(-(x**2) / 2),
    "more_thuente": lambda x: -x / (x**2 + 2),
    "two_sines": lambda x: sin(x) + sin(10 * x / 3),
    "forrester": lambda x: (6 * x - 2) ** 2 * sin(12 * x - 4),
    "gramacy_lee": lambda x: sin(10 * pi * x) / (2 * x) + (x - 1) ** 4,
    "sphere": lambda x, y: x**2 + y**2,
    "elongated_quadratic": lambda x, y: (x**2 + 20 * y**2) / 2,
    "rotated_quadratic": lambda x, y: ((x * sqrt(3) / 2 - y / 2) ** 2 + 25 * (x / 2 + y * sqrt(3) / 2) ** 2) / 2,
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "matyas": lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "leon": lambda x, y: 100 * (y - x**3) ** 2 + (1 - x) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "freudenstein_roth": lambda x, y: (-13 + x + ((5 - y) * y - 2) * y) ** 2 + (-29 + x + ((y + 1) * y - 14) * y) ** 2,
    "bounded_saddle": lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    "scalar_factorization": lambda x, y: (x * y - 1) ** 2 / 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "three_hump_camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "six_hump_camel": lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2,
    "styblinski_tang": lambda x, y: (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2,
    "mccormick": lambda x, y: sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "branin": lambda x, y: (y - 5.1 * x**2 / (4 * pi**2) + 5 * x / pi - 6) ** 2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10,
    "goldstein_price": lambda x, y: (
        (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2))
        * (30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2))
    ),
    "zakharov": lambda x, y: x**2 + y**2 + (0.5 * x + y) ** 2 + (0.5 * x + y) ** 4,
    "rastrigin": lambda x, y: 20 + x**2 - 10 * cos(2 * pi * x) + y**2 - 10 * cos(2 * pi * y),
    "ackley": lambda x, y: (
        -20 * exp(-0.2 * sqrt((x**2 + y**2) / 2)) - exp((cos(2 * pi * x) + cos(2 * pi * y)) / 2) + e + 20
    ),
    "griewank": lambda x, y: (x**2 + y**2) / 4000 - cos(x) * cos(y / sqrt(2)) + 1,
    "easom": lambda x, y: -cos(x) * cos(y) * exp(-((x - pi) ** 2) - (y - pi) ** 2),
}

LOWEST = {
    "two_sines": -1.899599,
    "forrester": -6.020740055766,
    "gramacy_lee": -0.869011135,
    "more_thuente": -(2**0.5) / 4,
    "double_well": -1.0,
    "six_hump_camel": -1.0316284535,
    "goldstein_price": 3.0,
    "mccormick": -1.9132229550,
    "styblinski_tang": -78.3323314,
    "branin": 0.3978873577,
    "easom": -1.0,
    "bounded_saddle": -0.25,
}
"""The lowest value where it is not 0, to the digits that the literature gives."""

EIGENVALUES = {
    "sphere": (2, 2),
    "elongated_quadratic": (1, 20),
    "rotated_quadratic": (1, 25),
    "booth": (2, 18),
    "matyas": (0.04, 1),
    "rosenbrock": (0.3994, 1001.6),
    "leon": (0.2, 2002),
    "beale": (0.30, 48.98),
    "rastrigin": (397, 397),
    "scalar_factorization": (0, 2),
}
"""Of the Hessian at the first minimum, to the digits that are known."""

STARTS = {"rosenbrock": 24.2, "beale": 14.203125, "freudenstein_roth": 400.5, "rastrigin": 36.25}
"""The value at the usual start."""

LOCAL_MINIMA = {
    "three_hump_camel": [(1.747552, -0.873776, 0.298638), (-1.747552, 0.873776, 0.298638)],
    "six_hump_camel": [(1.703607, -0.796084, -0.215464), (-1.703607, 0.796084, -0.215464)],
    "goldstein_price": [(-0.6, -0.4, 30), (1.8, 0.2, 84), (1.2, 0.8, 840)],
    "mccormick": [(2.594395, 1.594395, 1.228370)],
    "freudenstein_roth": [(11.412779, -0.896805, 48.9842537)],
    "forrester": [(0.142589, -0.986325)],
    "two_sines": [(3.387252, -1.199921)],
}
"""Coordinates and value of minima that are not the lowest."""

FUNCTIONS = [function() for function in PROBLEMS if issubclass(function, CoordinateFunction)]
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


@every_function
def test_that_values_equal_the_textbook_expression(function: CoordinateFunction) -> None:
    expression = TEXTBOOK[function.name]
    domain = function.domain
    for point in np.random.default_rng(3).uniform(domain[:, 0], domain[:, 1], size=(100, function.dimension)):
        expected = expression(*point.tolist())
        assert function.value(point) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@every_function
def test_that_the_lowest_value_is_the_literature_s(function: CoordinateFunction) -> None:
    assert function.minimum_value == pytest.approx(LOWEST.get(function.name, 0.0), rel=5e-7, abs=1e-12)


@pytest.mark.parametrize(("name", "eigenvalues"), EIGENVALUES.items())
def test_that_the_curvature_at_the_minimum_is_the_literature_s(name: str, eigenvalues: tuple[float, float]) -> None:
    function = problem(name)
    measured = np.linalg.eigvalsh(function.hessian(function.minima[0]))
    np.testing.assert_allclose(measured, eigenvalues, rtol=6e-3, atol=1e-12)


@pytest.mark.parametrize(("name", "value"), STARTS.items())
def test_that_the_usual_start_has_the_literature_s_value(name: str, value: float) -> None:
    function = problem(name)
    assert function.value(function.start) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("name", "expected"), LOCAL_MINIMA.items())
def test_that_local_minima_follow_the_global_ones(name: str, expected: list[tuple[float, ...]]) -> None:
    function = problem(name)
    found = np.column_stack([function.minima, function.value(function.minima)])
    for minimum in expected:
        distances = np.abs(found - np.array(minimum)).max(axis=-1)
        assert distances.min() < 2e-6 * max(1.0, abs(minimum[-1]))
        assert distances.argmin() > 0


def test_that_himmelblau_has_four_minima_and_a_hill_between_them() -> None:
    himmelblau = problem("himmelblau")
    expected = [(3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]
    np.testing.assert_allclose(himmelblau.minima, expected, atol=1e-6)
    hill = np.array([-0.270845, -0.923038])
    assert himmelblau.value(hill) == pytest.approx(181.6165, abs=1e-4)
    assert (np.linalg.eigvalsh(himmelblau.hessian(hill)) < 0).all()


def test_that_beale_has_a_saddle_at_0_1() -> None:
    beale = problem("beale")
    saddle = np.array([0.0, 1.0])
    np.testing.assert_array_equal(beale.gradient(saddle), [0.0, 0.0])
    np.testing.assert_allclose(np.linalg.eigvalsh(beale.hessian(saddle)), [-27.75, 27.75])


def test_that_tilting_the_double_well_lowers_one_side_and_at_last_leaves_one_well() -> None:
    tilted = problem("double_well", tilt=0.5)
    np.testing.assert_allclose(tilted.minima[:, 0], [-1.057454, 0.930403], atol=1e-6)
    np.testing.assert_allclose(tilted.value(tilted.minima), [-1.5147536, -0.5167485], atol=1e-7)
    assert tilted.start == [1.8]
    np.testing.assert_allclose(problem("double_well", tilt=-0.5).minima, -tilted.minima)
    vanishing = 8 / 27**0.5
    assert len(problem("double_well", tilt=0.999 * vanishing).minima) == 2
    for tilt in (vanishing, 1.001 * vanishing, 10.0):
        (only,) = problem("double_well", tilt=tilt).minima
        assert only < -1


def test_that_a_start_on_the_saddle_s_own_line_never_leaves_it() -> None:
    saddle = problem("bounded_saddle")
    point = np.array([1.5, 0.0])
    for _ in range(200):
        point = point - 0.1 * saddle.gradient(point)
    np.testing.assert_allclose(point, [0.0, 0.0], atol=1e-8)
    assert np.linalg.eigvalsh(saddle.hessian(point))[0] == pytest.approx(-1.0)


def test_that_every_point_of_the_hyperbola_is_a_minimum_as_sharp_as_it_is_far() -> None:
    factorization = problem("scalar_factorization")
    x = np.array([0.25, 0.5, 1.0, 2.0, -3.0])
    points = np.column_stack([x, 1 / x])
    np.testing.assert_allclose(factorization.value(points), 0, atol=1e-30)
    np.testing.assert_allclose(factorization.gradient(points), 0, atol=1e-15)
    sharpness = np.linalg.eigvalsh(factorization.hessian(points))
    np.testing.assert_allclose(sharpness[:, 0], 0, atol=1e-12)
    np.testing.assert_allclose(sharpness[:, 1], (points**2).sum(axis=-1))


def test_that_the_sphere_of_three_is_x2_y2_z2() -> None:
    sphere = problem("sphere", dimension=3)
    assert sphere.names == ("x", "y", "z")
    assert sphere.value(np.array([1.0, -2.0, 3.0])) == 14.0
    np.testing.assert_array_equal(sphere.gradient(np.array([1.0, -2.0, 3.0])), [2.0, -4.0, 6.0])
    np.testing.assert_array_equal(sphere.hessian(np.zeros(3)), 2 * np.eye(3))
    assert problem("sphere", dimension=5).names == ("x1", "x2", "x3", "x4", "x5")


@pytest.mark.parametrize("angle", [0.0, 30.0, 45.0, 90.0, -200.0])
def test_that_the_rotated_quadratic_keeps_its_eigenvalues_and_turns_its_valley(angle: float) -> None:
    rotated = problem("rotated_quadratic", angle=angle, condition=25.0)
    eigenvalues, vectors = np.linalg.eigh(rotated.hessian(np.array([0.3, -2.0])))
    np.testing.assert_allclose(eigenvalues, [1.0, 25.0])
    turned = np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))])
    assert abs(vectors[:, 0] @ turned) == pytest.approx(1.0)


def test_that_the_logarithm_of_goldstein_price_has_the_same_minima() -> None:
    plain, logarithmic = problem("goldstein_price"), problem("goldstein_price", logarithm=True)
    np.testing.assert_array_equal(plain.minima, logarithmic.minima)
    assert logarithmic.minimum_value == pytest.approx(log(3.0))
    assert logarithmic.value(np.array([2.0, -2.0])) == pytest.approx(log(plain.value(np.array([2.0, -2.0]))))


def test_that_ackley_s_cusp_has_a_gradient_of_zero_and_a_finite_hessian() -> None:
    for dimension in (1, 2, 5):
        ackley = problem("ackley", dimension=dimension)
        origin = np.zeros(dimension)
        assert ackley.value(origin) == pytest.approx(0.0, abs=1e-15)
        for point in (origin, np.zeros((3, dimension))):
            np.testing.assert_array_equal(ackley.gradient(point), np.zeros(point.shape))
        np.testing.assert_allclose(ackley.hessian(origin), 4 * pi**2 * e / dimension * np.eye(dimension))
        beside = ackley.gradient(origin + 1e-9)
        assert np.linalg.norm(beside) == pytest.approx(4 / sqrt(dimension), rel=1e-6)


def test_that_gramacy_and_lee_takes_its_limits_at_zero() -> None:
    function = problem("gramacy_lee")
    points = np.array([[0.0], [1e-6]])
    for method in (function.value, function.gradient, function.hessian):
        at_zero, beside = method(points)
        np.testing.assert_allclose(at_zero, beside, rtol=1e-2)
        np.testing.assert_array_equal(method(points[0]), at_zero)


@pytest.mark.parametrize("name", ["rastrigin", "ackley", "griewank", "zakharov", "styblinski_tang", "sphere"])
def test_that_a_hundred_parameters_are_the_limit(name: str) -> None:
    function = problem(name, dimension=100)
    assert function.value(function.minima[0]) == pytest.approx(
        -39.1661657037714155 * 100 if name == "styblinski_tang" else 0.0, rel=1e-12, abs=1e-12
    )
    assert function.hessian(function.start).shape == (100, 100)
    with pytest.raises(InputError, match="dimension must be a whole number at least 1 and at most 100"):
        problem(name, dimension=101)


def test_that_an_unknown_function_is_refused_with_the_closest_names() -> None:
    with pytest.raises(InputError, match="unknown problem 'rosenbrok'; did you mean rosenbrock"):
        problem("rosenbrok")


def test_that_every_function_of_the_table_is_registered() -> None:
    names: set[Any] = set(PROBLEMS.names)
    assert set(TEXTBOOK) == {function.name for function in FUNCTIONS} <= names
