"""Gradients and Hessians of formulas against sympy, against differences in forty digits, and against torch."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gdviz.formulas.compiled import CompiledFormula, compiled_formula

SMOOTH = [
    "(1 - x)**2 + 100*(y - x**2)**2",
    "x**2 + 3*y**2",
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
    "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)",
    "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1",
    "-cos(x)*cos(y)*exp(-((x - pi)**2 + (y - pi)**2))",
    "sin(x)*exp(-y**2) + log(1 + x**2)",
    "tan(x/3) + cos(y)*sinh(x) - cosh(y)/7 + tanh(x*y)",
    "asin(x/3) + acos(y/3) + atan(x*y) + atan2(y, x)",
    "atan2(x**2 - 2, y + 3*x)",
    "sqrt(x**2 + y**2 + 1) + log2(x + 1) + log10(y + 2)",
    "erf(x*y - 1) + erf(x)**2",
    "x**y + y**x + 2**x + x**-3 + x**2.5 + y**0.5 + x**-0.5",
    "(x + y)/(x*y + 2) - 1/x + y/(1 + x**2)",
    "x**17*y**-4 - x**6 + x**3 - x**5*y**2",
    "exp(x*y)*exp(-x) - 3*exp(y)/exp(x)",
    "1/(1 + exp(-(2*x - y)))",
    "log(exp(x) + exp(y))",
    "x*y*z + x**2*z - y*z**3 + sin(x*y*z)",
    "sqrt((x - 1)**2 + (y - 2)**2 + (z - 3)**2)",
    "a*b*c*d + a**2/b - exp(-c**2)*d",
    "((x + 1)*(x + 1)) - (x + 1)*(1 + x) + x - -x",
    "-(x - y) + -x*-y - (-x)**3 + (-y)**4",
    "x",
    "3*x + 7 - y",
    "0*x + y*y*y",
]
"""In Python's notation too, so that others can read them."""

SPECIAL = {
    "sigmoid(2*x - y)": "1/(1 + exp(-(2*x - y)))",
    "softplus(x*y - 1)*y": "log(1 + exp(x*y - 1))*y",
    "max(x, y)**2 + min(x, 2*y)": "y**2 + x",
    "abs(x - y)*x": "(y - x)*x",
    "relu(y - x)**2 + relu(x - y)": "(y - x)**2",
    "sign(x)*x**2 + floor(x)*y": "x**2 + 0*y",
    "max(x, y, x*y) + min(x, y, 3)": "y + x",
}
"""Formulas, and what they are on the part of the plane where they are tried: 0 < x < y < 1."""


def derivatives_by_sympy(text: str, names: tuple[str, ...], point: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and Hessian, evaluated in thirty digits."""
    symbols = sympy.symbols(names)
    known = {"log2": lambda z: sympy.log(z) / sympy.log(2), "log10": lambda z: sympy.log(z) / sympy.log(10)}
    # The texts are those of this file; nobody else's would be handed to sympy.
    expression = sympy.sympify(text, locals={**dict(zip(names, symbols, strict=True)), **known})
    values = dict(zip(symbols, [sympy.Float(number, 40) for number in point], strict=True))
    gradient = [float(expression.diff(one).subs(values).evalf(30)) for one in symbols]
    hessian = [[float(expression.diff(one, other).subs(values).evalf(30)) for other in symbols] for one in symbols]
    return np.array(gradient), np.array(hessian)


def derivatives(compiled: CompiledFormula, point: list[float]) -> tuple[np.ndarray, np.ndarray]:
    size = len(compiled.variables)
    hessian = np.zeros((size, size))
    hessian[np.triu_indices(size)] = compiled.hessian(None)(*point)
    return np.array(compiled.gradient(None)(*point)), hessian + np.triu(hessian, 1).T


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("text", SMOOTH)
def test_that_derivatives_are_those_of_sympy(text: str) -> None:
    compiled = compiled_formula(text)
    generator = np.random.default_rng(3)
    for _ in range(2):
        point = generator.uniform(0.3, 2.1, size=len(compiled.variables)).tolist()
        gradient, hessian = derivatives_by_sympy(text, compiled.variables, point)
        found = derivatives(compiled, point)
        assert_close(found[0], gradient)
        assert_close(found[1], hessian)


@pytest.mark.parametrize("text", SPECIAL)
def test_that_functions_unknown_to_sympy_are_differentiated_like_what_they_are_here(text: str) -> None:
    compiled = compiled_formula(text)
    for point in ([0.2, 0.9], [0.35, 0.41]):
        gradient, hessian = derivatives_by_sympy(SPECIAL[text], ("x", "y"), point)
        assert compiled.value(None)(*point) == pytest.approx(
            float(sympy.sympify(SPECIAL[text]).subs({"x": point[0], "y": point[1]})), rel=1e-13
        )
        found = derivatives(compiled, point)
        assert_close(found[0], gradient)
        assert_close(found[1], hessian)


def test_that_kinks_have_the_subgradients_of_torch() -> None:
    for text, expected in {
        "abs(x)": 0.0,
        "relu(x)": 0.0,
        "sign(x)": 0.0,
        "floor(x)": 0.0,
        "max(x, 0)": 0.5,
        "min(x, 0)": 0.5,
        "max(3*x, x)": 2.0,
    }.items():
        assert compiled_formula(text).gradient(None)(0.0) == (expected,), text


def test_that_rosenbrock_by_hand_is_exact() -> None:
    compiled = compiled_formula("(1 - x)^2 + 100(y - x^2)^2")
    assert compiled.value(None)(-1.0, 2.0) == 104.0
    assert compiled.gradient(None)(-1.0, 2.0) == (396.0, 200.0)
    assert compiled.hessian(None)(-1.0, 2.0) == (402.0, 400.0, 200.0)


@pytest.mark.parametrize("count", [5, 90])
def test_that_hessians_of_many_variables_are_exact_too(count: int) -> None:
    """Found entry by entry while there are few, a column at a time when there are many."""
    names = [f"x{place}" for place in range(count)]
    text = "+".join(f"x{place}*x{place + 1}" for place in range(count - 1)) + "+x0^4"
    compiled = compiled_formula(text, tuple(names))
    point = np.linspace(-1.0, 2.0, count).tolist()
    gradient, hessian = derivatives(compiled, point)
    expected = np.eye(count, k=1) + np.eye(count, k=-1)
    expected[0, 0] = 12 * point[0] ** 2
    np.testing.assert_allclose(hessian, expected, rtol=1e-14)
    slope = np.append(point[1:], 0.0) + np.append(0.0, point[:-1])
    slope[0] += 4 * point[0] ** 3
    np.testing.assert_allclose(gradient, slope, rtol=1e-14)


def test_that_both_ways_to_a_hessian_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "sin(x*y)/z + exp(x - z)^2*y + max(x, y*z)"
    direct = compiled_formula(text).hessian(None)(0.4, 1.3, 0.8)
    monkeypatch.setattr("gdviz.formulas.compiled._MOST_ENTRY_NODES", 0)
    compiled_formula.cache_clear()
    by_columns = compiled_formula(text)
    np.testing.assert_allclose(by_columns.hessian(None)(0.4, 1.3, 0.8), direct, rtol=1e-13)
    arrays = [np.array([0.4, 0.5]), np.array([1.3, 1.0]), np.array([0.8, 0.7])]
    found = [np.broadcast_to(entry, (2,))[0] for entry in by_columns.hessian(np)(*arrays)]
    np.testing.assert_allclose(found, direct, rtol=1e-13)
    compiled_formula.cache_clear()


# Formulas made by hypothesis, in Python's notation, which mpmath's functions can be put into.

UNARY = ["sin", "cos", "exp", "tanh", "atan", "erf", "sigmoid", "softplus", "sinh", "cosh"]
POSITIVE = ["log", "sqrt", "log2", "log10"]


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} / (2 + {parts[1]}**2))"),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(st.sampled_from(POSITIVE), inner).map(lambda parts: f"{parts[0]}(1 + {parts[1]}**2)"),
        st.tuples(inner, st.sampled_from(["2", "3", "7", "-2", "2.5", "0.5"])).map(
            lambda parts: f"(1 + {parts[0]}**2)**{parts[1]}"
        ),
        st.tuples(inner, inner).map(lambda parts: f"(1.5 + cos({parts[0]}))**sin({parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"atan2({parts[0]}, 1 + {parts[1]}**2)"),
        inner.map(lambda part: f"(-{part})"),
    )


FORMULAS = st.recursive(st.sampled_from(["x", "y", "0.5", "2", "1.25*x", "y"]), larger, max_leaves=8)
LANGUAGE: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("sin", "cos", "exp", "tanh", "atan", "atan2", "erf", "sinh", "cosh")},
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "log10": mpmath.log10,
    "log2": lambda z: mpmath.log(z, 2),
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "__builtins__": {},
}


@settings(deadline=None, max_examples=80)
@given(FORMULAS, st.floats(0.1, 1.4), st.floats(-1.2, 1.1))
def test_that_derivatives_of_any_formula_are_the_limits_of_differences(text: str, x: float, y: float) -> None:
    compiled = compiled_formula(text, ("x", "y"))
    code = compile(text, "made by hypothesis", "eval")

    def function(*point: Any) -> Any:
        return mpmath.mpf(eval(code, LANGUAGE, dict(zip("xy", point, strict=True))))

    with mpmath.workdps(40):
        value = function(mpmath.mpf(x), mpmath.mpf(y))
        orders = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
        exact = [mpmath.diff(function, (mpmath.mpf(x), mpmath.mpf(y)), order) for order in orders]
    if max(abs(number) for number in [value, *exact]) > 1e12:
        return
    found = [compiled.value(None)(x, y), *compiled.gradient(None)(x, y), *compiled.hessian(None)(x, y)]
    scale = max(1.0, *(abs(float(number)) for number in [value, *exact]))
    np.testing.assert_allclose(found, [float(number) for number in [value, *exact]], rtol=1e-9, atol=1e-11 * scale)


TORCH_ONLY = [
    "abs(x)*y - relu(x)*relu(-y) + max(x, y)*min(x*y, 1)",
    "sigmoid(x)*softplus(y) + log(1 + erf(x)^2)",
    "floor(3x)*y + sign(y)*x",
    "2^x*abs(y)^x",
    "atan2(x, 2) + atan2(1, y^2 + 1) + max(x, 0.25)",
]


@pytest.mark.torch
@pytest.mark.parametrize("text", [*SMOOTH, *SPECIAL, *TORCH_ONLY])
def test_that_torch_differentiates_the_value_alike(text: str) -> None:
    import torch
    from array_api_compat import array_namespace

    compiled = compiled_formula(text)
    generator = np.random.default_rng(4)
    points = generator.uniform(0.3, 1.4, size=(len(compiled.variables), 30))
    if text in TORCH_ONLY:
        points = generator.uniform(-2.0, 2.0, size=points.shape)
        points[:, 0] = 1.0  # a kink of some of them
    tensors = [torch.tensor(row, requires_grad=True) for row in points]
    xp = array_namespace(tensors[0])
    value = compiled.value(xp)(*tensors)
    slopes = torch.autograd.grad(value.sum(), tensors, allow_unused=True, materialize_grads=True)
    found = compiled.gradient(xp)(*tensors)
    for one, other in zip(found, slopes, strict=True):
        exact = np.broadcast_to(one.detach().numpy() if hasattr(one, "detach") else one, (30,))
        np.testing.assert_allclose(exact, other.numpy(), rtol=1e-10, atol=1e-11)
