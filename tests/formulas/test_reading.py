"""What is accepted as a formula and what it means, and what is refused, at which character and in which words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import InputError
from gdviz.formulas.compiled import compiled_formula
from gdviz.formulas.errors import FormulaError
from gdviz.formulas.functions import FUNCTIONS
from gdviz.formulas.grammar import Plain
from gdviz.formulas.reading import MOST_NODES, _Reader, read_formula
from gdviz.formulas.tokens import LONGEST_TEXT

MEANINGS: dict[str, Any] = {
    **{name: getattr(math, name) for name in dir(math) if not name.startswith("_")},
    "sign": np.sign,
    "abs": abs,
    "min": min,
    "max": max,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "relu": lambda z: max(z, 0),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "__builtins__": {},
}

ACCEPTED = {
    # as Python writes it
    "(1 - x)**2 + 100*(y - x**2)**2": "(1 - x)**2 + 100*(y - x**2)**2",
    "x**2 + 3*y**2": "x**2 + 3*y**2",
    "-x**2": "-(x**2)",
    "2**-x": "2**-x",
    "x**-2": "1/x**2",
    "+x - -y": "x + y",
    "x**2**y": "x**(2**y)",
    "x*-y": "-x*y",
    "x/y/2": "(x/y)/2",
    "x - y - 1": "(x - y) - 1",
    "1e-3*x + .5y + 2.": "0.001*x + 0.5*y + 2",
    "1E3x": "1000*x",
    # as people write it
    "x^2 + 3y^2": "x**2 + 3*y**2",
    "2x": "2*x",
    "2 x y": "2*x*y",
    "2(x + 1)": "2*(x + 1)",
    "(x + 1)(y - 1)": "(x + 1)*(y - 1)",
    "(x + 1) y": "(x + 1)*y",
    "x(x - 1)": "x*(x - 1)",
    "x(y + 1)": "x*(y + 1)",
    "x1(y + 1) + x1": "x1*(y + 1) + x1",
    "k(x - 1) + k": "k*(x - 1) + k",
    "b(y - x^2)^2": "b*(y - x**2)**2",
    "2sin(x)cos(y)": "2*sin(x)*cos(y)",
    "x sin(y)": "x*sin(y)",
    "1/2x": "(1/2)*x",
    "e^2x": "(e**2)*x",
    "2^x y": "(2**x)*y",
    "2pi x": "2*pi*x",
    "x²": "x**2",
    "3x²y³": "3*x**2*y**3",
    "x⁻²": "x**-2",
    "x¹²": "x**12",
    "x⁺²": "x**2",
    "(x + y)²": "(x + y)**2",
    "-x²": "-(x**2)",
    "2^x²": "2**(x**2)",
    "sin²(x) + cos²(x)": "sin(x)**2 + cos(x)**2",
    "2sin³(x)y": "2*sin(x)**3*y",
    "x₁² + x₂²": "x1**2 + x2**2",
    "x × y ÷ 2": "x*y/2",
    "x·y − 3": "x*y - 3",
    "x⋅y – 3": "x*y - 3",
    "x∗y": "x*y",
    "2πx": "2*pi*x",
    "πx²": "pi*x**2",
    "√(x)": "sqrt(x)",
    "2√(x)": "2*sqrt(x)",
    "θ² + λ": "θ**2 + λ",
    "theta(x + 1)": "theta*(x + 1)",
    # Chinese and full-width keyboards
    "（１－ｘ）²＋１００×（ｙ－ｘ²）²": "(1 - x)**2 + 100*(y - x**2)**2",
    "ｓｉｎ（ｘ）＋２．５": "sin(x) + 2.5",
    "ｍａｘ（ｘ，ｙ）": "max(x, y)",
    "max(x、y)": "max(x, y)",
    "ｘ＾２＊ｙ／２": "x**2*y/2",
    "x\u3000+\u00a0y": "x + y",
    "𝑥² + 𝒚": "x**2 + y",
    "x\u200b+\ufeffy": "x + y",
    # every function and constant
    **{f"{name}(x/4)": f"{name}(x/4)" for name, function in FUNCTIONS.items() if function.most == 1},
    "atan2(y, x)": "atan2(y, x)",
    "min(x, y)": "min(x, y)",
    "max(x, y, 1.2)": "max(x, y, 1.2)",
    "min(x, 2, y, 3)": "min(x, 2, y, 3)",
    "e^x + pi": "e**x + pi",
    "max(x, min(y, 1))": "max(x, min(y, 1))",
    "abs(-x)": "abs(-x)",
    "log(x^2 + 1)": "log(x**2 + 1)",
    "x^0.5 + y^-0.5": "x**0.5 + y**-0.5",
    "x^2.5": "x**2.5",
    "x^y": "x**y",
    "0^2 x + 0.5^y": "0.5**y",
    "(-2)^3 x": "-8*x",
    "x^1000": "x**1000",
    "x^-17 y": "y/x**17",
    "exp(-(x^2 + y^2)/2)/(2π)": "exp(-(x**2 + y**2)/2)/(2*pi)",
    "20 + x² − 10cos(2πx) + y² − 10cos(2πy)": "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)",
    "(x² + y − 11)² + (x + y² − 7)²": "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "sin(x+y) + (x−y)² − 1.5x + 2.5y + 1": "sin(x+y) + (x-y)**2 - 1.5*x + 2.5*y + 1",
    "+".join(["x"] * 190): "190*x",
    "*".join(["1.001x"] * 90): "(1.001*x)**90",
    "(" * 59 + "x" + ")" * 59: "x",
    "-" * 58 + "x": "x",
    " \n x \t ": "x",
}


def named_values(names: tuple[str, ...]) -> dict[str, float]:
    return {name: 0.7 + 0.45 * place for place, name in enumerate(names)}


@pytest.mark.parametrize(("typed", "meant"), ACCEPTED.items(), ids=[text[:40] for text in ACCEPTED])
def test_that_what_is_accepted_has_the_value_it_says(typed: str, meant: str) -> None:
    compiled = compiled_formula(typed)
    point = named_values(compiled.variables)
    expected = float(eval(meant, MEANINGS, point))
    assert compiled.value(None)(*point.values()) == pytest.approx(expected, rel=1e-12)
    arrays = [np.full((2, 3), number) for number in point.values()]
    found = compiled.value(np)(*arrays)
    assert found.shape == (2, 3)
    assert (found == compiled.value(None)(*point.values())).all()


REFUSED: dict[str, tuple[int, str]] = {
    "": (0, "there is no formula yet; type one"),
    "   ": (0, "there is no formula yet"),
    "3": (0, "there is no variable"),
    "pi + e": (0, "there is no variable"),
    "x +": (3, "something is missing after “+”"),
    "x + * y": (4, "missing before “*”"),
    "* x": (0, "missing before “*”"),
    "x ^": (3, "something is missing after"),
    "(x": (0, "this bracket is never closed"),
    "x + (y*(x - 1)": (4, "this bracket is never closed"),
    "x)": (1, "no bracket is open here"),
    "x + ()": (5, "nothing between these brackets"),
    "sin()": (4, "as in sin(x)"),
    "(x + )": (5, "something is missing after “+”"),
    "x = 3": (2, "no equals sign"),
    "f(x, y) = x": (8, "no equals sign"),
    "|x|": (0, "write abs(x)"),
    "x!": (1, "no factorial"),
    "5%": (1, "divide by 100"),
    "[x]": (0, "round brackets"),
    "{x}": (0, "round brackets"),
    "【x】": (0, "round brackets"),
    "x。5": (1, "Chinese full stop"),
    "x．": (1, "only in numbers"),
    "x的平方": (1, "“的” can't be part of a formula; names have Latin or Greek letters"),
    "学习率*x": (0, "names have Latin or Greek letters"),
    "x＝3": (1, "no equals sign"),
    "x＋“y”": (2, "can't be part of a formula"),
    "½x": (0, "write it with the digits 0 to 9"),
    "x + ٣": (4, "write it with the digits 0 to 9"),
    "x é": (2, "names have Latin or Greek letters"),
    "x\u202ey": (1, "invisible character here (U+202E); delete it"),
    "x\x00y": (1, "invisible character here (U+0000)"),
    "x\ud800": (1, "(U+D800)"),
    "x 😀": (2, "can't be part of a formula"),
    "2 3": (2, "a sign is missing before “3”"),
    "x 2": (2, "a sign is missing before “2”"),
    "(x)2": (3, "a sign is missing before “2”"),
    "1.2.3x": (3, "one decimal point"),
    "1..2x": (2, "one decimal point"),
    "x.y": (1, "only in numbers"),
    "1,5x": (1, "write 1.5 with a point"),
    "(x, y)": (2, "a comma stands only between"),
    "max(x,,y)": (6, "missing before this comma"),
    "max(,x)": (4, "missing before this comma"),
    "max(x,)": (6, "something is missing after “,”"),
    "1e400x": (0, "too large"),
    "x + 9e999": (4, "too large"),
    "sin x": (0, "sin needs brackets; write sin(x)"),
    "x + sin": (4, "sin needs brackets"),
    "sinx(y)": (0, "no function 'sinx'; did you mean sin(x)?"),
    "foo(x)": (0, "no function 'foo'"),
    "x + ln(y)": (4, "write log(x), the natural logarithm"),
    "ln x": (0, "write log(x), the natural logarithm"),
    "arctan(x)": (0, "write atan(x)"),
    "pow(x, 2)": (0, "write x^y"),
    "f(x)": (0, "no function 'f'"),
    "max(x)": (0, "max takes 2 or more numbers, not 1"),
    "y + sin(x, y)": (4, "sin takes one number, not 2"),
    "atan2(x)": (0, "atan2 takes 2 numbers, not 1; write atan2(y, x)"),
    "sin⁻¹(x)": (3, "1/sin(x) or the inverse function"),
    "x²³⁻": (1, "a raised sign needs its number"),
    "²x": (0, "a raised number stands behind"),
    "x²^3": (2, "write brackets"),
    "x² ³": (3, "write one raised number"),
    "2₁": (1, "belongs behind a name"),
    "x^1001": (2, "at most 1000"),
    "x^-1e9": (2, "at most 1000"),
    "x^(10^10)": (3, "at most 1000"),
    "x²⁰⁰⁰": (1, "at most 1000"),
    "(-2)^x": (0, "needs a number above 0 below"),
    "0^x": (0, "needs a number above 0 below"),
    "x + 1/0": (4, "no finite number"),
    "x + log(0)": (4, "no finite number"),
    "x + sqrt(-1)": (4, "no finite number"),
    "x + exp(1000)": (4, "no finite number"),
    "x + 9^9^9": (4, "no finite number"),
    "x + 1e308*10": (4, "no finite number"),
    "xy + x + y": (0, "'xy' is a name of its own; write x*y to multiply"),
    "import x": (0, "'import' can't be a name here"),
    "lambda + x": (0, "'lambda' can't be a name"),
    "x if y else z": (2, "'if' can't be a name"),
    "x < y": (2, "formulas don't compare"),
    "x // y": (3, "missing before “/”"),
    "_x": (0, "take the underscore away"),
    "√x": (0, "write sqrt(x)"),
    "∞x": (0, "infinity is no number"),
    "x;y": (1, "can't be part of a formula; take it out"),
}


@pytest.mark.parametrize("typed", REFUSED, ids=lambda text: ascii(text))
def test_that_what_is_refused_says_where_and_what_to_do(typed: str) -> None:
    position, words = REFUSED[typed]
    with pytest.raises(FormulaError) as caught:
        read_formula(typed)
    error = caught.value
    assert words in error.reason
    assert error.position == position
    assert error.length >= 1
    assert str(error) == f"formula, character {position + 1}: {error.reason}"
    assert error.reason[-1] in ".?"
    assert "\n" not in error.reason
    assert isinstance(error, InputError)


def test_that_the_part_that_is_meant_is_marked_as_a_whole() -> None:
    for typed, part in {
        "x + sin(x, y) - 2": "sin(x, y)",
        "2 + arctan(x)": "arctan",
        "y*(x^2 + 9^9^9)": "9^9^9",
        "x + log(－１)": "log(－１)",
    }.items():
        with pytest.raises(FormulaError) as caught:
            read_formula(typed)
        assert typed[caught.value.position : caught.value.position + caught.value.length] == part


def test_that_variables_are_in_alphabetical_order_unless_they_are_given() -> None:
    assert read_formula("y + x + b*a").variables == ("a", "b", "x", "y")
    assert read_formula("y + x", ["y", "x"]).variables == ("y", "x")
    assert read_formula("x^2", ["x", "y"]).variables == ("x", "y")
    assert read_formula("theta_1 + x2 + x10").variables == ("theta_1", "x10", "x2")
    assert read_formula("3", ["x"]).variables == ("x",)


def test_that_a_name_that_was_not_declared_is_refused_with_those_that_were() -> None:
    with pytest.raises(FormulaError, match="character 5: 'z' is no variable; the variables are x, y, a"):
        read_formula("x + z", ["x", "y"], {"a": 1.0})
    with pytest.raises(FormulaError, match="no function 'z'"):
        read_formula("x + z(y)", ["x", "y"])
    assert read_formula("x(y) + xy", ["x", "y", "xy"]).variables == ("x", "y", "xy")


def test_that_constants_are_no_variables() -> None:
    read = read_formula("(a - x)^2 + b(y - x^2)^2", None, {"a": 1.0, "b": 100.0})
    assert read.variables == ("x", "y")
    compiled = compiled_formula("(a - x)^2 + b(y - x^2)^2", None, (("a", 1.0), ("b", 100.0)))
    assert compiled.value(None)(-1.2, 1.0) == pytest.approx(24.2, rel=1e-12)


def test_that_a_formula_is_as_long_as_the_limits_and_no_longer() -> None:
    read_formula("x" + " " * (LONGEST_TEXT - 1))
    with pytest.raises(FormulaError, match="at most 2000 characters"):
        read_formula("x" + " " * LONGEST_TEXT)
    terms = MOST_NODES // 2
    read_formula("+".join(["x"] * terms))
    with pytest.raises(FormulaError, match="at most 400 numbers, names and signs, and this has 401"):
        read_formula("+".join(["x"] * (terms + 1)))
    with pytest.raises(FormulaError, match="nested more than 60 deep"):
        read_formula("(" * 61 + "x" + ")" * 61)


@pytest.mark.parametrize(
    "source", ["n0.real", "n0[0]", "(lambda: n0)()", "n0 if n0 else n0", "[n0]", "'x'", "1", "sin(x=n0)"]
)
def test_that_the_tree_is_checked_whatever_the_grammar_let_pass(source: str) -> None:
    """The second of the two walls, with the first one taken away."""
    with pytest.raises(FormulaError, match="this can't be part of a formula"):
        _Reader(Plain(source, ("x",), {}), ("x",), {}).read()


@pytest.mark.parametrize("error", [SyntaxError, ValueError, MemoryError, RecursionError])
def test_that_what_pythons_parser_can_not_read_is_no_formula(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("gdviz.formulas.reading.ast.parse", fail)
    with pytest.raises(FormulaError, match="this is no formula"):
        read_formula("x")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sign(-3)x", -1.0),
        ("sign(0)x + x", 1.0),
        ("softplus(0)x", math.log(2)),
        ("sigmoid(-2)x", 1 / (1 + math.exp(2))),
        ("sigmoid(2)x", 1 / (1 + math.exp(-2))),
        ("relu(-1)x + relu(2)x", 2.0),
        ("floor(-1.5)x", -2.0),
        ("(0.5 + 0.5)^3*x", 1.0),
    ],
)
def test_that_parts_without_variables_are_computed_beforehand(text: str, value: float) -> None:
    assert compiled_formula(text).value(None)(1.0) == pytest.approx(value, rel=1e-15)


def test_that_only_kinks_make_a_formula_unsmooth() -> None:
    for text in ("abs(x)", "sign(x)", "floor(x)*y", "min(x, y)", "max(x, 0)", "relu(x)"):
        assert not read_formula(text).smooth
    for text in ("sin(x)*exp(y)", "abs(-3) + x", "sqrt(x)", "softplus(x)", "erf(x)", "max(2, 3)x"):
        assert read_formula(text).smooth


def outcome(text: str) -> FormulaError | tuple[str, ...]:
    """The variables, or what is wrong."""
    try:
        return read_formula(text).variables
    except FormulaError as error:
        return error


@given(st.text(max_size=40))
def test_that_any_text_is_a_formula_or_an_error_within_it(text: str) -> None:
    found = outcome(text)
    if isinstance(found, FormulaError):
        assert 0 <= found.position <= len(text)
        assert found.position + found.length <= len(text) + 1
    else:
        assert found


@given(st.lists(st.sampled_from([*"xyz0123456789+-*/^(),.²³ ", "sin(", "max(", "**", "pi", "√(", "e"]), max_size=25))
def test_that_pieces_of_formulas_in_any_order_are_one_or_an_error_within_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = outcome(text)
    if isinstance(found, FormulaError):
        assert 0 <= found.position <= len(text)
        # The grammar has words for every mistake; nothing is left to the parser behind it.
        assert "this is no formula" not in found.reason
    else:
        assert found
