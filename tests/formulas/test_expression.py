"""Equal parts are the same node, and what can be said more shortly is."""

from __future__ import annotations

import math

import pytest

from gdviz.formulas.derivatives import along, gradient
from gdviz.formulas.expression import Expressions, Node, nodes_of


@pytest.fixture
def e() -> Expressions:
    return Expressions()


@pytest.fixture
def x(e: Expressions) -> Node:
    return e.variable(0)


@pytest.fixture
def y(e: Expressions) -> Node:
    return e.variable(1)


def test_that_equal_parts_are_one_node(e: Expressions, x: Node, y: Node) -> None:
    assert e.add(x, y) is e.add(y, x)
    assert e.multiply(x, y) is e.multiply(y, x)
    assert e.subtract(x, y) is not e.subtract(y, x)
    assert e.call("sin", e.add(x, y)) is e.call("sin", e.add(y, x))
    count = len(e)
    e.call("sin", e.add(x, y))
    assert len(e) == count


def test_that_nothing_is_added_or_multiplied_in_vain(e: Expressions, x: Node, y: Node) -> None:
    zero, one, two = e.number(0.0), e.number(1.0), e.number(2.0)
    minus = e.negate(x)
    for made, expected in (
        (e.add(x, zero), x),
        (e.add(zero, x), x),
        (e.subtract(x, zero), x),
        (e.subtract(zero, x), minus),
        (e.subtract(x, x), zero),
        (e.add(x, x), e.multiply(two, x)),
        (e.add(y, minus), e.subtract(y, x)),
        (e.add(minus, y), e.subtract(y, x)),
        (e.subtract(y, minus), e.add(y, x)),
        (e.negate(minus), x),
        (e.negate(e.subtract(x, y)), e.subtract(y, x)),
        (e.negate(e.multiply(two, x)), e.multiply(e.number(-2.0), x)),
        (e.multiply(zero, x), zero),
        (e.multiply(x, one), x),
        (e.multiply(e.number(-1.0), x), minus),
        (e.multiply(minus, y), e.negate(e.multiply(x, y))),
        (e.multiply(y, minus), e.negate(e.multiply(x, y))),
        (e.multiply(two, e.multiply(two, x)), e.multiply(e.number(4.0), x)),
        (e.multiply(e.multiply(two, x), y), e.multiply(two, e.multiply(x, y))),
        (e.multiply(y, e.multiply(two, x)), e.multiply(two, e.multiply(x, y))),
        (e.multiply(x, x), e.integer_power(x, 2)),
        (e.divide(x, one), x),
        (e.divide(x, e.number(-1.0)), minus),
        (e.divide(zero, x), zero),
        (e.divide(minus, y), e.negate(e.divide(x, y))),
        (e.divide(y, minus), e.negate(e.divide(y, x))),
        (e.integer_power(x, 0), one),
        (e.integer_power(x, 1), x),
        (e.integer_power(two, 3), e.number(8.0)),
        (e.integer_power(minus, 2), e.integer_power(x, 2)),
        (e.integer_power(minus, 3), e.negate(e.integer_power(x, 3))),
        (e.integer_power(e.integer_power(x, 2), 3), e.integer_power(x, 6)),
        (e.power(x, e.number(0.5)), e.call("sqrt", x)),
        (e.power(x, e.number(-0.5)), e.divide(one, e.call("sqrt", x))),
        (e.call("max", x, x), x),
        (e.call("max", x, y, one), e.call("max", e.call("max", x, y), one)),
    ):
        assert made is expected


def test_that_numbers_too_large_together_stay_apart(e: Expressions, x: Node) -> None:
    huge = e.number(1e200)
    product = e.multiply(huge, e.multiply(huge, x))
    assert [node.value for node in nodes_of(product) if node.is_number] == [1e200]


def test_that_the_sign_of_zero_is_kept(e: Expressions) -> None:
    assert e.number(0.0) is not e.number(-0.0)
    assert e.divide(e.number(1.0), e.number(-0.0)).value == -math.inf


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("step", 2.0, 1.0),
        ("step", 0.0, 0.0),
        ("exp", 1e4, math.inf),
        ("log", -1.0, math.nan),
        ("cosh", 1e4, math.inf),
    ],
)
def test_that_numbers_are_computed_as_arrays_would_be(e: Expressions, name: str, value: float, expected: float) -> None:
    found = e.call(name, e.number(value)).value
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_that_powers_of_numbers_are_computed_as_arrays_would_be(e: Expressions) -> None:
    for base, exponent, expected in ((10.0, 400.0, math.inf), (-8.0, 0.5, math.nan), (2.0, 10.0, 1024.0)):
        found = e.power(e.number(base), e.number(exponent)).value
        assert found == expected or (math.isnan(found) and math.isnan(expected))
    for above, expected in ((0.0, math.nan), (1.0, math.inf), (-1.0, -math.inf)):
        found = e.divide(e.number(above), e.number(0.0)).value
        assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_that_parts_come_before_what_they_are_part_of(e: Expressions, x: Node, y: Node) -> None:
    root = e.add(e.call("sin", e.multiply(x, y)), e.integer_power(y, 3))
    seen: set[int] = set()
    for node in nodes_of(root, x):
        assert all(argument.index in seen for argument in node.arguments)
        seen.add(node.index)


def test_that_an_operation_without_a_derivative_is_a_fault_and_no_zero(e: Expressions, x: Node, y: Node) -> None:
    for node in (e._operation("mystery", x), e._operation("mystery", x, y)):
        with pytest.raises(AssertionError, match="mystery has no derivative"):
            gradient(e, node, 2)


def test_that_what_does_not_move_has_no_slope(e: Expressions, x: Node, y: Node) -> None:
    assert along(e, [y, e.number(3.0), e.call("floor", x)], {0: e.number(1.0)}) == [e.number(0.0)] * 3
