"""Exact derivatives of expressions, as expressions of the same kind.

The gradient is found backwards from the value, so that it is never more than a few times as long as the formula,
however many variables there are. The slope along a direction is found forwards; of the gradient it gives the Hessian.
At a kink the derivatives are those of torch: 0 for abs, sign and relu, half of each side for min and max.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gdviz.formulas.expression import Expressions, Node, nodes_of

__all__ = ["along", "gradient"]


def gradient(expressions: Expressions, root: Node, count: int) -> list[Node]:
    """The derivatives of `root` by variables 0 to `count` − 1."""
    slopes: dict[int, Node] = {root.index: expressions.number(1.0)}
    for node in reversed(nodes_of(root)):
        slope = slopes.get(node.index)
        if slope is None or not node.arguments:
            continue
        for argument, partial in zip(node.arguments, _partials(expressions, node), strict=True):
            if argument.variables:
                part = expressions.multiply(slope, partial)
                known = slopes.get(argument.index)
                slopes[argument.index] = part if known is None else expressions.add(known, part)
    zero = expressions.number(0.0)
    return [slopes.get(expressions.variable(place).index, zero) for place in range(count)]


def along(expressions: Expressions, roots: Sequence[Node], direction: Mapping[int, Node]) -> list[Node]:
    """The derivatives of `roots` where variable `i` changes at the rate `direction[i]`, others not at all."""
    moved = 0
    for place in direction:
        moved |= 1 << place
    zero = expressions.number(0.0)
    rates: dict[int, Node] = {}
    for node in nodes_of(*roots):
        if not node.variables & moved:
            continue
        if node.operation == "variable":
            rates[node.index] = direction[node.value]
            continue
        rate = zero
        for argument, partial in zip(node.arguments, _partials(expressions, node), strict=True):
            inner = rates.get(argument.index, zero)
            if not inner.is_value(0.0):
                rate = expressions.add(rate, expressions.multiply(partial, inner))
        rates[node.index] = rate
    return [rates.get(root.index, zero) for root in roots]


def _partials(e: Expressions, node: Node) -> tuple[Node, ...]:
    """The derivatives of a node by each of its arguments."""
    number, arguments = e.number, node.arguments
    one = number(1.0)
    if len(arguments) == 2:
        return _partials_of_two(e, node)
    (u,) = arguments
    match node.operation:
        case "negate":
            return (number(-1.0),)
        case "integer_power":
            return (e.multiply(number(float(node.value)), e.integer_power(u, node.value - 1)),)
        case "sin":
            return (e.call("cos", u),)
        case "cos":
            return (e.negate(e.call("sin", u)),)
        case "tan":
            return (e.add(one, e.integer_power(node, 2)),)
        case "asin":
            return (e.divide(one, e.call("sqrt", e.subtract(one, e.integer_power(u, 2)))),)
        case "acos":
            return (e.divide(number(-1.0), e.call("sqrt", e.subtract(one, e.integer_power(u, 2)))),)
        case "atan":
            return (e.divide(one, e.add(one, e.integer_power(u, 2))),)
        case "sinh":
            return (e.call("cosh", u),)
        case "cosh":
            return (e.call("sinh", u),)
        case "tanh":
            return (e.subtract(one, e.integer_power(node, 2)),)
        case "exp":
            return (node,)
        case "log":
            return (e.divide(one, u),)
        case "log2":
            return (e.divide(number(1.0 / math.log(2.0)), u),)
        case "log10":
            return (e.divide(number(1.0 / math.log(10.0)), u),)
        case "sqrt":
            return (e.divide(number(0.5), node),)
        case "abs":
            return (e.call("sign", u),)
        case "sign" | "floor" | "step":
            return (number(0.0),)
        case "erf":
            bell = e.call("exp", e.negate(e.integer_power(u, 2)))
            return (e.multiply(number(2.0 / math.sqrt(math.pi)), bell),)
        case "sigmoid":
            return (e.multiply(node, e.subtract(one, node)),)
        case "softplus":
            return (e.call("sigmoid", u),)
        case "relu":
            return (e.call("step", u),)
    raise AssertionError(f"{node.operation} has no derivative here")


def _partials_of_two(e: Expressions, node: Node) -> tuple[Node, Node]:
    number = e.number
    left, right = node.arguments
    match node.operation:
        case "+":
            return number(1.0), number(1.0)
        case "-":
            return number(1.0), number(-1.0)
        case "*":
            return right, left
        case "/":
            return e.divide(number(1.0), right), e.negate(e.divide(node, right))
        case "power":
            base = e.multiply(right, e.power(left, e.subtract(right, number(1.0)))) if left.variables else number(0.0)
            exponent = e.multiply(node, e.call("log", left)) if right.variables else number(0.0)
            return base, exponent
        case "atan2":
            square = e.add(e.integer_power(left, 2), e.integer_power(right, 2))
            return e.divide(right, square), e.negate(e.divide(left, square))
        case "max" | "min":
            half = e.multiply(number(0.5), e.call("sign", e.subtract(left, right)))
            more, less = e.add(number(0.5), half), e.subtract(number(0.5), half)
            return (more, less) if node.operation == "max" else (less, more)
    raise AssertionError(f"{node.operation} has no derivative here")
