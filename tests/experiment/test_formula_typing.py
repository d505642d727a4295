"""What of a formula's options survives when its text changes or a name becomes a constant."""

from __future__ import annotations

from typing import Any

import pytest

from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.formula_typing import constants_of, moved_name, retyped
from gdviz.formulas.errors import FormulaError


def formula(expression: str, **options: Any) -> ProblemChoice:
    return ProblemChoice("formula", {"expression": expression, **options})


def test_that_a_text_alone_is_a_formula_of_all_its_names() -> None:
    assert retyped("x + a*y", None, {}) == formula("x + a*y")
    assert retyped("x + a*y", ProblemChoice("rosenbrock"), {}) == formula("x + a*y")


def test_that_known_constants_are_used_where_the_text_has_them() -> None:
    choice = retyped("a x^2 + y", formula("x"), {"a": 3.0, "b": 4.0})
    assert choice == formula("a x^2 + y", constants=(("a", 3.0),))
    assert constants_of(choice) == {"a": 3.0}
    assert constants_of(formula("x")) == {}


def test_that_every_text_on_the_way_is_a_formula_while_constants_are_kept() -> None:
    known, choice = {"a": 3.0, "b": 4.0}, None
    for text in ("x", "a x", "a x + b", "a x + by", "a x", "ab x", "x^2"):
        choice = retyped(text, choice, known)
        assert choice.build().names


def test_that_something_is_left_to_minimize_over() -> None:
    assert retyped("a + b", formula("x"), {"a": 3.0, "b": 4.0}) == formula("a + b")
    with pytest.raises(FormulaError, match="there is no variable"):
        retyped("3 + pi", formula("x"), {"a": 3.0})
    with pytest.raises(FormulaError, match="there is no variable"):
        moved_name(formula("x^2"), "x", 1.0)


def test_that_an_order_of_variables_goes_on_with_those_that_are_left_and_new_ones_last() -> None:
    before = formula("x + y + z", variables=("z", "y", "x"))
    assert retyped("x*z + b", before, {}).options["variables"] == ("z", "x", "b")
    assert "variables" not in retyped("x*z", formula("z + x"), {}).options


def test_that_limits_and_start_stay_while_the_variables_do() -> None:
    before = formula("x + y", view=(0.0, 1.0, 2.0, 3.0), usual_start=(0.5, 2.5))
    assert retyped("x*y", before, {}) == formula("x*y", view=(0.0, 1.0, 2.0, 3.0), usual_start=(0.5, 2.5))
    assert retyped("x*z", before, {}) == formula("x*z")


def test_that_a_name_becomes_a_constant_and_a_variable_again() -> None:
    before = formula("a x + b y", constants=(("b", 2.0),), variables=("y", "x", "a"))
    fixed = moved_name(before, "a", 7.0)
    assert fixed == formula("a x + b y", constants=(("b", 2.0), ("a", 7.0)), variables=("y", "x"))
    assert moved_name(fixed, "a", None) == before
    assert fixed.build().names == ("y", "x")
    with pytest.raises(InputError, match="no finite number"):
        moved_name(before, "y", float("nan"))


def test_that_what_is_no_formula_says_where() -> None:
    with pytest.raises(FormulaError) as caught:
        retyped("x + ", formula("x"), {})
    assert caught.value.position == 4
