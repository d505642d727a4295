"""The test functions against the expressions and numbers of the literature, written out here once more."""

from __future__ import annotations

from collections.abc import Callable
from math import atan, cos, e, exp, log, pi, sin, sqrt
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
    "tilted_double_well": lambda x: x**4 - 2 * x**2 + x / 2,
    "rastrigin_1d": lambda x: 10 + x**2 - 10 * cos(2 * pi * x),
    "jennrich_sampson": lambda x, y: sum((2 + 2 * i - exp(i * x) - exp(i * y)) ** 2 for i in range(1, 11)),
    "powell_badly_scaled": lambda x, y: (1e4 * x * y - 1) ** 2 + (exp(-x) + exp(-y) - 1.0001) ** 2,
    "brown_badly_scaled": lambda x, y: (x - 1e6) ** 2 + (y - 2e-6) ** 2 + (x * y - 2) ** 2,
    "monkey_saddle": lambda x, y: x**3 - 3 * x * y**2 + (x**2 + y**2) ** 2 / 4,
    "hills": lambda x, y: (
        0.05 * (x**2 + y**2)
        + 3.0 * exp(-((x + 2.2) ** 2 + (y - 1.6) ** 2) / 2)
        + 2.0 * exp(-((x - 2.0) ** 2 + (y + 1.8) ** 2) / (2 * 0.9**2))
        + 1.5 * exp(-((x - 0.2) ** 2 + (y - 0.4) ** 2) / (2 * 0.6**2))
        - 2.5 * exp(-((x - 1.8) ** 2 + (y - 1.9) ** 2) / (2 * 0.8**2))
        - 1.6 * exp(-((x + 1.4) ** 2 + (y + 1.5) ** 2) / (2 * 0.7**2))
        - 1.0 * exp(-((x - 0.1) ** 2 + (y + 0.9) ** 2) / (2 * 0.5**2))
    ),
    "peaks": lambda x, y: (
        3 * (1 - x) ** 2 * exp(-(x**2) - (y + 1) ** 2)
        - 10 * (x / 5 - x**3 - y**5) * exp(-(x**2) - y**2)
        - exp(-((x + 1) ** 2) - y**2) / 3
    ),
    "levy_13": lambda x, y: (
        sin(3 * pi * x) ** 2 + (x - 1) ** 2 * (1 + sin(3 * pi * y) ** 2) + (y - 1) ** 2 * (1 + sin(2 * pi * y) ** 2)
    ),
    "drop_wave": lambda x, y: -(1 + cos(12 * sqrt(x**2 + y**2))) / ((x**2 + y**2) / 2 + 2),
    "shubert": lambda x, y: (
        sum(i * cos((i + 1) * x + i) for i in range(1, 6)) * sum(i * cos((i + 1) * y + i) for i in range(1, 6))
    ),
    "schaffer_2": lambda x, y: 0.5 + (sin(x**2 - y**2) ** 2 - 0.5) / (1 + 0.001 * (x**2 + y**2)) ** 2,
    "schaffer_4": lambda x, y: 0.5 + (cos(sin(abs(x**2 - y**2))) ** 2 - 0.5) / (1 + 0.001 * (x**2 + y**2)) ** 2,
    "bukin_6": lambda x, y: 100 * sqrt(abs(y - 0.01 * x**2)) + 0.01 * abs(x + 10),
    "cross_in_tray": lambda x, y: -0.0001 * (abs(sin(x) * sin(y) * exp(abs(100 - sqrt(x**2 + y**2) / pi))) + 1) ** 0.1,
    "holder_table": lambda x, y: -abs(sin(x) * cos(y) * exp(abs(1 - sqrt(x**2 + y**2) / pi))),
    "eggholder": lambda x, y: -(y + 47) * sin(sqrt(abs(x / 2 + y + 47))) - x * sin(sqrt(abs(x - (y + 47)))),
    "helical_valley": lambda x, y, z: (
        (10 * (z - 10 * (atan(y / x) / (2 * pi) + (0.5 if x < 0 else 0)))) ** 2
        + (10 * (sqrt(x**2 + y**2) - 1)) ** 2
        + z**2
    ),
    "powell_singular": lambda a, b, c, d: (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4,
    "wood": lambda a, b, c, d: (
        100 * (b - a**2) ** 2
        + (1 - a) ** 2
        + 90 * (d - c**2) ** 2
        + (1 - c) ** 2
        + 10 * (b + d - 2) ** 2
        + (b - d) ** 2 / 10
    ),
    "ellipsoid": lambda x, y: x**2 + 1e6 * y**2,
    "trid": lambda x, y: (x - 1) ** 2 + (y - 1) ** 2 - x * y,
    "nesterov_quadratic": lambda *x: (
        (x[0] ** 2 + sum((x[i] - x[i + 1]) ** 2 for i in range(9)) + x[9] ** 2) / 8 - x[0] / 4
    ),
    "extended_rosenbrock": lambda *x: sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3)),
    "dixon_price": lambda x, y: (x - 1) ** 2 + 2 * (2 * y**2 - x) ** 2,
    "levy": lambda x, y: (
        sin(pi * (x + 3) / 4) ** 2
        + ((x - 1) / 4) ** 2 * (1 + 10 * sin(pi * (x + 3) / 4 + 1) ** 2)
        + ((y - 1) / 4) ** 2 * (1 + sin(2 * pi * (y + 3) / 4) ** 2)
    ),
    "schwefel": lambda x, y: 2 * 418.982887272434 - x * sin(sqrt(abs(x))) - y * sin(sqrt(abs(y))),
    "michalewicz": lambda x, y: -sin(x) * sin(x**2 / pi) ** 20 - sin(y) * sin(2 * y**2 / pi) ** 20,
    "saturated_neuron": lambda z: (1 / (1 + exp(-z))) ** 2 / 2,
    "neuron": lambda w, b: (1 / (1 + exp(-(0.5 * w + b))) - 0.7) ** 2 / 2,
    "reddi_online": lambda x: min(max(x, -1), 1) / 3 + 3 * max(abs(x) - 1, 0),
    "categorical": lambda *x: sum(
        p * log(p * sum(map(exp, x)) / exp(theta)) for p, theta in zip((0.6, 0.3, 0.1), x, strict=True)
    ),
    "hartmann_3": lambda *x: hartmann(x, HARTMANN_3),
    "hartmann_6": lambda *x: hartmann(x, HARTMANN_6),
}

HARTMANN_3 = """
3    10 30  0.3689 0.1170 0.2673
0.1  10 35  0.4699 0.4387 0.7470
3    10 30  0.1091 0.8732 0.5547
0.1  10 35  0.0381 0.5743 0.8828"""
HARTMANN_6 = """
10   3   17   3.5 1.7 8   0.1312 0.1696 0.5569 0.0124 0.8283 0.5886
0.05 10  17   0.1 8   14  0.2329 0.4135 0.8307 0.3736 0.1004 0.9991
3    3.5 1.7  10  17  8   0.2348 0.1451 0.3522 0.2883 0.3047 0.6650
17   8   0.05 10  0.1 14  0.4047 0.8828 0.8732 0.5743 0.1091 0.0381"""
"""The tables A and P beside each other, as the literature prints them."""


def hartmann(x: tuple[float, ...], table: str) -> float:
    total = 0.0
    for depth, line in zip((1.0, 1.2, 3.0, 3.2), table.strip().splitlines(), strict=True):
        numbers = [float(word) for word in line.split()]
        widths, centers = numbers[: len(x)], numbers[len(x) :]
        total -= depth * exp(-sum(a * (c - p) ** 2 for a, c, p in zip(widths, x, centers, strict=True)))
    return total


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
    "reddi_online": -1 / 3,
    "tilted_double_well": -1.5147536,
    "jennrich_sampson": 124.3621824,
    "monkey_saddle": -6.75,
    "hills": -2.1616546336,
    "peaks": -6.5511333,
    "drop_wave": -1.0,
    "shubert": -186.7309088,
    "schaffer_4": 0.292578632,
    "cross_in_tray": -2.062611871,
    "holder_table": -19.2085026,
    "eggholder": -959.6406627,
    "hartmann_3": -3.8627798,
    "hartmann_6": -3.32236801141551,
    "trid": -2.0,
    "nesterov_quadratic": -0.1136364,
    "michalewicz": -1.8013034101,
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
    "brown_badly_scaled": (2, 2e12),
    "drop_wave": (72.5, 72.5),
    "ellipsoid": (2, 2e6),
    "trid": (1, 3),
}
"""Of the Hessian at the first minimum, to the digits that are known."""

STARTS = {
    "rosenbrock": 24.2,
    "beale": 14.203125,
    "freudenstein_roth": 400.5,
    "rastrigin": 36.25,
    "powell_badly_scaled": 1.13526171734838,
    "brown_badly_scaled": 999998000003.0,
    "jennrich_sampson": sum((2 + 2 * i - exp(0.3 * i) - exp(0.4 * i)) ** 2 for i in range(1, 11)),
    "helical_valley": 2500.0,
    "powell_singular": 215.0,
    "wood": 19192.0,
}
"""The value at the usual start."""

LOCAL_MINIMA = {
    "three_hump_camel": [(1.747552, -0.873776, 0.298638), (-1.747552, 0.873776, 0.298638)],
    "six_hump_camel": [(1.703607, -0.796084, -0.215464), (-1.703607, 0.796084, -0.215464)],
    "goldstein_price": [(-0.6, -0.4, 30), (1.8, 0.2, 84), (1.2, 0.8, 840)],
    "mccormick": [(2.594395, 1.594395, 1.228370)],
    "freudenstein_roth": [(11.412779, -0.896805, 48.9842537)],
    "forrester": [(0.142589, -0.986325)],
    "two_sines": [(3.387252, -1.199921)],
    "tilted_double_well": [(0.930403, -0.5167485)],
    "peaks": [(-1.347396, 0.204519, -3.04985), (0.296446, 0.320196, -0.0649359)],
    "extended_rosenbrock": [(-0.775659, 0.613093, 0.382063, 0.145972, 3.7014286)],
    "hartmann_3": [(0.109338, 0.860524, 0.564123, -3.0897641)],
    "hartmann_6": [(0.404653, 0.882445, 0.846102, 0.573990, 0.138927, 0.038496, -3.203162)],
}
"""Coordinates and value of minima that are not the lowest."""

FUNCTIONS = [
    function() for function in PROBLEMS if issubclass(function, CoordinateFunction) and function.name != "formula"
]
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


@every_function
def test_that_values_equal_the_textbook_expression(function: CoordinateFunction) -> None:
    expression = TEXTBOOK[function.name]
    domain = function.domain
    for point in np.random.default_rng(3).uniform(domain[:, 0], domain[:, 1], size=(100, function.dimension)):
        expected = expression(*point.tolist())
        assert function.value(point) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("function", [item for item in FUNCTIONS if len(item.minima)], ids=lambda item: item.name)
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
