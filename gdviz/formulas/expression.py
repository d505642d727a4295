"""Expressions as trees whose equal parts are one and the same node, simplified as they are made.

An `Expressions` makes all nodes of one formula and of its derivatives. Since a node is made only after what it is made
of, ascending `index` is an order in which everything can be computed, and no walk needs recursion.
"""

from __future__ import annotations

import math
from typing import Any

from gdviz.formulas.functions import FUNCTIONS

__all__ = ["Expressions", "Node", "nodes_of"]

_MOST_FOLDED_POWER = 1000


class Node:
    """A number, a variable, or an operation on other nodes.

    `operation` is "number", "variable", one of + - * / "negate" "power" "integer_power", or a function's name.
    `value` is the number, the variable's place, or the exponent of an "integer_power". `variables` has bit `i` set
    where the value depends on variable `i`.
    """

    __slots__ = ("arguments", "index", "operation", "value", "variables")

    def __init__(self, index: int, operation: str, arguments: tuple[Node, ...], value: Any, variables: int) -> None:
        self.index = index
        self.operation = operation
        self.arguments = arguments
        self.value = value
        self.variables = variables

    @property
    def is_number(self) -> bool:
        return self.operation == "number"

    def is_value(self, number: float) -> bool:
        """Whether this is that number."""
        return self.operation == "number" and bool(self.value == number)


class Expressions:
    """Makes nodes; the only place that does."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Node] = {}

    def __len__(self) -> int:
        """How many different nodes there are."""
        return len(self._known)

    def number(self, value: float) -> Node:
        # The sign of zero is part of the key: 1/-0 is not 1/0.
        return self._node("number", (), float(value), 0, key=math.copysign(1.0, value))

    def variable(self, place: int) -> Node:
        return self._node("variable", (), place, 1 << place)

    def add(self, left: Node, right: Node) -> Node:
        if left.is_number and right.is_number:
            return self.number(left.value + right.value)
        if left.is_value(0.0):
            return right
        if right.is_value(0.0):
            return left
        if left is right:
            return self.multiply(self.number(2.0), left)
        if right.operation == "negate":
            return self.subtract(left, right.arguments[0])
        if left.operation == "negate":
            return self.subtract(right, left.arguments[0])
        return self._operation("+", *_sorted(left, right))

    def subtract(self, left: Node, right: Node) -> Node:
        if left.is_number and right.is_number:
            return self.number(left.value - right.value)
        if right.is_value(0.0):
            return left
        if left.is_value(0.0):
            return self.negate(right)
        if left is right:
            return self.number(0.0)
        if right.operation == "negate":
            return self.add(left, right.arguments[0])
        return self._operation("-", left, right)

    def negate(self, node: Node) -> Node:
        if node.is_number:
            return self.number(-node.value)
        if node.operation == "negate":
            return node.arguments[0]
        if node.operation == "-":
            return self._operation("-", node.arguments[1], node.arguments[0])
        if node.operation == "*" and node.arguments[0].is_number:
            return self.multiply(self.number(-node.arguments[0].value), node.arguments[1])
        return self._operation("negate", node)

    def multiply(self, left: Node, right: Node) -> Node:
        if left.is_number and right.is_number:
            return self.number(left.value * right.value)
        if right.is_number:
            left, right = right, left
        if left.is_value(0.0):
            return self.number(0.0)
        if left.is_value(1.0):
            return right
        if left.is_value(-1.0):
            return self.negate(right)
        if left.operation == "negate":
            return self.negate(self.multiply(left.arguments[0], right))
        if right.operation == "negate":
            return self.negate(self.multiply(left, right.arguments[0]))
        # Numbers come together in front, where they are multiplied once and for all.
        if right.operation == "*" and right.arguments[0].is_number:
            inner = self.multiply(left, right.arguments[1]) if not left.is_number else right.arguments[1]
            number = right.arguments[0].value * (left.value if left.is_number else 1.0)
            if math.isfinite(number):
                return self.multiply(self.number(number), inner)
        elif left.operation == "*" and left.arguments[0].is_number:
            return self.multiply(left.arguments[0], self.multiply(left.arguments[1], right))
        if left is right:
            return self.integer_power(left, 2)
        return self._operation("*", *_sorted(left, right)) if not left.is_number else self._operation("*", left, right)

    def divide(self, left: Node, right: Node) -> Node:
        if left.is_number and right.is_number:
            return self.number(_quotient(left.value, right.value))
        if right.is_value(1.0):
            return left
        if right.is_value(-1.0):
            return self.negate(left)
        if left.is_value(0.0):
            return self.number(0.0)
        if left.operation == "negate":
            return self.negate(self.divide(left.arguments[0], right))
        if right.operation == "negate":
            return self.negate(self.divide(left, right.arguments[0]))
        return self._operation("/", left, right)

    def power(self, base: Node, exponent: Node) -> Node:
        """base ** exponent; whole exponents up to 1000 become products."""
        if exponent.is_number:
            number = exponent.value
            if base.is_number:
                return self.number(_folded_power(base.value, number))
            if number.is_integer() and abs(number) <= _MOST_FOLDED_POWER:
                return self.integer_power(base, int(number))
            if number == 0.5:
                return self.call("sqrt", base)
            if number == -0.5:
                return self.divide(self.number(1.0), self.call("sqrt", base))
        return self._operation("power", base, exponent)

    def integer_power(self, base: Node, exponent: int) -> Node:
        if exponent == 0:
            return self.number(1.0)
        if exponent == 1:
            return base
        if exponent < 0:
            return self.divide(self.number(1.0), self.integer_power(base, -exponent))
        if base.is_number:
            return self.number(_folded_power(base.value, float(exponent)))
        if base.operation == "negate":
            inner = self.integer_power(base.arguments[0], exponent)
            return inner if exponent % 2 == 0 else self.negate(inner)
        if base.operation == "integer_power":
            return self.integer_power(base.arguments[0], base.value * exponent)
        return self._node("integer_power", (base,), exponent, base.variables)

    def call(self, name: str, *arguments: Node) -> Node:
        """A function of these arguments; min and max of several become those of two."""
        if all(argument.is_number for argument in arguments):
            return self.number(_folded_call(name, [argument.value for argument in arguments]))
        if name in ("min", "max") and len(arguments) > 2:
            return self.call(name, self.call(name, *arguments[:-1]), arguments[-1])
        if name in ("min", "max") and arguments[0] is arguments[1]:
            return arguments[0]
        return self._operation(name, *arguments)

    def _operation(self, operation: str, *arguments: Node) -> Node:
        variables = 0
        for argument in arguments:
            variables |= argument.variables
        return self._node(operation, arguments, None, variables)

    def _node(
        self, operation: str, arguments: tuple[Node, ...], value: Any, variables: int, key: object = None
    ) -> Node:
        name = (operation, value, key, *(argument.index for argument in arguments))
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = Node(len(self._known), operation, arguments, value, variables)
        return known


def nodes_of(*roots: Node) -> list[Node]:
    """Every node that these are made of, each once, in an order in which they can be computed."""
    found: dict[int, Node] = {}
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node.index not in found:
            found[node.index] = node
            waiting.extend(node.arguments)
    return [found[index] for index in sorted(found)]


def _sorted(left: Node, right: Node) -> tuple[Node, Node]:
    """In one order, so that x*y and y*x are the same node; sums and products of two don't depend on it."""
    return (left, right) if left.index <= right.index else (right, left)


def _quotient(left: float, right: float) -> float:
    try:
        return left / right
    except ZeroDivisionError:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def _folded_power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:  # a fraction as power of a negative number, or a negative power of zero
        return math.nan


def _folded_call(name: str, values: list[float]) -> float:
    if name == "step":
        return 1.0 if values[0] > 0 else 0.0
    try:
        return float(FUNCTIONS[name].value(*values))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan
