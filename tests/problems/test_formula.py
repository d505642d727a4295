"""A typed formula owes what every other function owes, and finds where it is worth looking at by itself."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import array_api_strict
import numpy as np
import pytest

import gdviz
from gdviz.arrays import to_numpy
from gdviz.errors import InputError
from gdviz.formulas.errors import FormulaError
from gdviz.problems.coordinates import SCALARS
from gdviz.problems.formula import Formula

FORMULAS = [
    Formula(expression="(1 - x)^2 + 100(y - x^2)^2"),
    Formula(expression="x^2"),
    Formula(expression="3", variables=("x", "y")),
    Formula(expression="y^2", variables=("x", "y", "z")),
    Formula(expression="sin(x)cos(y) + tan(z)/9 + asin(x/7)acos(y/7) + atan(z)"),
    Formula(expression="atan2(x, y) + atan2(1, x^2 + 1) + sinh(x/2)cosh(y/2)tanh(x)"),
    Formula(expression="exp(-x^2)log(1 + y^2) + log2(2 + x^2) + log10(1 + y^2) + sqrt(1 + x^2)"),
    Formula(expression="abs(x) + sign(y) + floor(x) + min(x, y, 1) + max(x, y)"),
    Formula(expression="erf(x) + sigmoid(y) + relu(x - y) + softplus(x + y)"),
    Formula(expression="2^x + (1 + x^2)^y + x^17 + x^-3 + (1 + y^2)^2.5 + (2 + x^2)^0.3"),
    Formula(expression="(a - x)^2 + b(y - x^2)^2", constants={"a": 1.0, "b": 20.0}),
    Formula(expression="+".join(f"x{place}^2 x{place + 1}" for place in range(32))),
]

every_formula = pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.expression[:30])


def points_of(formula: Formula, count: int = 60) -> np.ndarray:
    return np.random.default_rng(6).uniform(-3.0, 3.0, size=(count, formula.dimension))


@every_formula
def test_that_a_batch_equals_its_rows_to_the_last_bit(formula: Formula) -> None:
    points = points_of(formula).reshape(4, 15, formula.dimension)
    for method, shape in (
        ("value", ()),
        ("gradient", (formula.dimension,)),
        ("hessian", (formula.dimension,) * 2),
    ):
        batch = getattr(formula, method)(points)
        assert batch.shape == (4, 15, *shape)
        rows = [getattr(formula, method)(row) for row in points.reshape(60, -1)]
        assert all(np.shape(row) == shape and row.dtype == np.float64 for row in rows)
        np.testing.assert_array_equal(np.array(rows).reshape(batch.shape), batch)


@every_formula
def test_that_floats_give_the_bits_of_arrays(formula: Formula) -> None:
    for point in points_of(formula, 20):
        arrays = formula.gradient(point[None])[0]
        np.testing.assert_array_equal(np.array(formula.gradient_at(SCALARS, *point.tolist()), dtype=float), arrays)


@every_formula
def test_that_the_hessian_is_symmetric(formula: Formula) -> None:
    hessian = formula.hessian(points_of(formula))
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, -1, -2))


@every_formula
def test_that_single_precision_stays_single_precision(formula: Formula) -> None:
    points = np.abs(points_of(formula, 20)) / 3 + 0.1
    for method in ("value", "gradient", "hessian"):
        single = getattr(formula, method)(points.astype(np.float32))
        assert single.dtype == np.float32
        exact = getattr(formula, method)(points)
        np.testing.assert_allclose(single, exact, rtol=2e-3, atol=2e-4 * max(1.0, np.abs(exact).max()))
        assert getattr(formula, method)(points[0].astype(np.float32)).dtype == np.float32


@every_formula
def test_that_the_strict_array_library_agrees(formula: Formula) -> None:
    points = points_of(formula, 20)
    strict = array_api_strict.asarray(points)
    for method in ("value", "gradient", "hessian"):
        answer = getattr(formula, method)(strict)
        assert array_api_strict.isdtype(answer.dtype, "real floating")
        np.testing.assert_array_equal(to_numpy(answer), getattr(formula, method)(points))
        single = getattr(formula, method)(strict[0, ...])
        np.testing.assert_array_equal(to_numpy(single), getattr(formula, method)(points[0]))


@pytest.mark.torch
@every_formula
def test_that_torch_agrees(formula: Formula) -> None:
    import torch

    points = points_of(formula, 20)
    for method in ("value", "gradient", "hessian"):
        answer = getattr(formula, method)(torch.tensor(points))
        expected = getattr(formula, method)(points)
        np.testing.assert_allclose(answer.numpy(), expected, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(expected).max()))


@every_formula
@pytest.mark.parametrize("far", [1e100, 1e200, -1e200, 1e308, np.inf, np.nan])
def test_that_points_far_outside_neither_raise_nor_warn(formula: Formula, far: float) -> None:
    point = np.full(formula.dimension, far)
    with np.errstate(all="ignore"):
        for method in ("value", "gradient", "hessian"):
            single, batch = getattr(formula, method)(point), getattr(formula, method)(point[None])
            assert single.shape == batch.shape[1:]
            np.testing.assert_array_equal(single, batch[0])


def test_that_points_where_a_formula_has_no_value_give_nan_as_arrays_do() -> None:
    formula = gdviz.problem("formula", expression="log(x) + sqrt(y) + x^0.3 + 1/(x - y)")
    with np.errstate(all="ignore"):
        assert np.isnan(formula.value(np.array([-1.0, 2.0])))
        assert np.isnan(formula.gradient(np.array([-1.0, -2.0]))).all()
        assert formula.value(np.array([2.0, 2.0])) == np.inf
        trajectory = gdviz.minimize(
            gdviz.problem("formula", expression="log(x)"),
            gdviz.optimizer("gradient_descent", learning_rate=1.0),
            start=[0.5],
            steps=20,
        )
    assert "diverged" in trajectory.sentence
    assert np.isfinite(trajectory.points).all()


def test_that_a_formula_takes_the_steps_of_the_function_it_spells() -> None:
    optimizer = gdviz.optimizer("adam", learning_rate=0.02)
    known = gdviz.minimize(gdviz.problem("rosenbrock"), optimizer, start=[-1.2, 1.0], steps=300)
    typed = gdviz.minimize(
        gdviz.problem("formula", expression="(1 - x)**2 + 100*(y - x**2)**2"), optimizer, start=[-1.2, 1.0], steps=300
    )
    np.testing.assert_allclose(typed.points, known.points, rtol=1e-9)
    np.testing.assert_allclose(typed.values, known.values, rtol=1e-8, atol=1e-12)


def test_that_formulas_are_values() -> None:
    formula = Formula(expression="a x^2 + y", variables=("y", "x"), constants={"a": 2.0}, usual_start=(1.0, 2.0))
    twin = Formula(**formula.options())
    assert twin == formula
    assert hash(twin) == hash(formula)
    assert Formula.from_options(formula.changed_options()) == formula
    for other in (pickle.loads(pickle.dumps(formula)), copy.deepcopy(formula)):
        assert other == formula
        assert other.value(np.array([1.0, 3.0])) == 19.0
    assert formula != Formula(expression="a x^2 + y", variables=("y", "x"), constants={"a": 3.0})
    assert formula.formula == "a x^2 + y"
    assert formula.names == ("y", "x")
    assert formula.smooth
    assert not Formula(expression="abs(x)").smooth
    assert formula.minima.shape == (0, 2)
    assert formula.minimum_value is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "formula needs expression; add expression="),
        ({"expression": 3}, "expression must be text"),
        ({"expression": "x", "variables": []}, "at least one variable"),
        ({"expression": "x", "variables": ["x", "x"]}, "'x' twice"),
        ({"expression": "x", "variables": ["x", "2"]}, "names of Latin or Greek letters, digits and underscores"),
        ({"expression": "x", "variables": ["x", "__import__('os')"]}, "names of Latin or Greek letters"),
        ({"expression": "x", "variables": ["x", "学"]}, "names of Latin or Greek letters"),
        ({"expression": "x", "variables": ["sin"]}, "'sin' has a meaning already"),
        ({"expression": "x", "variables": ["x", "pi"]}, "'pi' has a meaning already"),
        ({"expression": "x + a", "constants": {"e": 1.0}}, "'e' has a meaning already; choose another name in const"),
        ({"expression": "x + a", "variables": ["x", "a"], "constants": {"a": 1.0}}, "among variables and constants"),
        ({"expression": "x + a", "constants": {"a": "1"}}, "constants must be finite numbers by name"),
        ({"expression": "x + a", "constants": {"a": float("nan")}}, "constants must be finite numbers by name"),
        ({"expression": "a*x^2 + pi", "constants": {"q": 1.0}}, "there is no 'q' in it to be a constant; it has a, x."),
        ({"expression": "x", "variables": ["x", "y"], "constants": {"y2": 1.0}}, "no 'y2' in it to be a constant"),
        ({"expression": "x + a", "constants": 3}, "constants must be finite numbers by name"),
        ({"expression": "x + a", "constants": [("a", 1), ("a", 2)]}, "constants must be finite numbers by name"),
        ({"expression": "x + y", "view": [0, 1]}, "view must be 4 numbers"),
        ({"expression": "x", "view": [1, 1]}, "a lower and a higher limit"),
        ({"expression": "x", "view": "all"}, "view must be a list of finite numbers"),
        ({"expression": "x + y", "usual_start": [1.0]}, "usual_start must have 2 numbers, one for each of x, y"),
        ({"expression": "x", "colour": "red"}, "no option 'colour'"),
    ],
)
def test_that_options_that_make_no_function_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(").replace(")", r"\)")):
        gdviz.problem("formula", **options)


def test_that_a_mistake_in_the_text_is_told_with_its_place() -> None:
    with pytest.raises(FormulaError, match="formula, character 5: there is no function 'siin'; did you mean sin") as e:
        gdviz.problem("formula", expression="x + siin(y)")
    assert (e.value.position, e.value.length) == (4, 4)


def test_that_names_are_read_as_in_the_formula() -> None:
    formula = Formula(expression="x₁ + ｙ", variables=("ｙ", "x₁"))
    assert formula.names == ("y", "x1")
    assert Formula(expression="a + x", constants={"ａ": 2}).names == ("x",)


# Where it is looked at


def test_that_what_is_given_is_what_is_shown() -> None:
    formula = Formula(expression="x^2 + y^2", view=(-1, 2, 0, 5), usual_start=(1.5, 4))
    np.testing.assert_array_equal(formula.domain, [[-1, 2], [0, 5]])
    np.testing.assert_array_equal(formula.start, [1.5, 4])
    formula.domain[0, 0] = 99.0
    assert formula.domain[0, 0] == -1
    wide = Formula(expression="x^2 + y^2", usual_start=(7, -1))
    assert (wide.domain[:, 0] < wide.start).all()
    assert (wide.domain[:, 1] > wide.start).all()


MINIMA = {
    "(1 - x)^2 + 100(y - x^2)^2": [(1, 1)],
    "x^2 + 3y^2": [(0, 0)],
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2": [(3, 2), (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)],
    "(x - 3000)^2 + (y + 7)^2": [(3000, -7)],
    "x log(x)": [(0.3679,)],
    "-exp(-(x - 3)^2)": [(3,)],
    "abs(x - 1.5) + abs(y)": [(1.5, 0)],
    "1e-6(x - 0.5)^2": [(0.5,)],
    "sin(x)": [(-1.5708,), (4.7124,)],
    "+".join(f"(x{place} - {place})^2" for place in range(9)): [tuple(range(9))],
}


@pytest.mark.parametrize("text", MINIMA)
def test_that_the_part_shown_holds_the_minima(text: str) -> None:
    formula = Formula(expression=text)
    low, high = formula.domain.T
    for minimum in MINIMA[text]:
        assert (low < minimum).all()
        assert (minimum < high).all()
    largest = np.abs(MINIMA[text]).max()
    assert (high - low).max() <= 20 + 3 * largest


@pytest.mark.parametrize(
    "text",
    [
        *MINIMA,
        "x",
        "x y",
        "x^3 - y^2",
        "1/x",
        "log(x)",
        "sqrt(1 - x^2 - y^2)",
        "tan(x)",
        "floor(x) + x^2",
        "x^1000",
        "3+0x",
    ],
)
def test_that_the_start_lies_inside_has_a_value_and_somewhere_to_go(text: str) -> None:
    formula = Formula(expression=text)
    low, high = formula.domain.T
    assert (low < high).all()
    assert ((low <= formula.start) & (formula.start <= high)).all()
    with np.errstate(all="ignore"):
        assert np.isfinite(formula.value(formula.start))
        slope = np.linalg.norm(formula.gradient(formula.start))
    assert np.isfinite(slope)
    assert slope > 0 or text == "3+0x"
    for minimum in MINIMA.get(text, ()):
        assert formula.value(formula.start) > formula.value(np.array(minimum, dtype=float))


def test_that_sides_without_values_are_left_out() -> None:
    np.testing.assert_array_equal(Formula(expression="log(x) + 1/x").domain, [[0, 2]])
    np.testing.assert_array_equal(Formula(expression="sqrt(1 - x^2)").domain, [[-1, 1]])


def test_that_a_function_without_any_value_is_shown_around_the_origin() -> None:
    formula = Formula(expression="log(-1 - x^2)")
    np.testing.assert_array_equal(formula.domain, [[-5, 5]])
    assert np.isfinite(formula.start).all()


def test_that_the_part_shown_stays_while_a_constant_changes_a_little() -> None:
    domains = [
        Formula(expression="(a - x)^2 + b(y - x^2)^2", constants={"a": a, "b": 50.0}).domain.tolist()
        for a in np.linspace(0.8, 1.15, 8)
    ]
    assert all(domain == domains[0] for domain in domains)
