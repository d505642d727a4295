"""From what a user typed to an expression: nothing is ever run, and whatever is not known to be harmless is refused.

The text is taken apart by `tokens`, checked and written in plain notation by `grammar`, read by `ast.parse`, which runs
nothing, and turned here into nodes of our own, node by node, from a list of what there may be. Neither `eval` nor any
other library's parser sees the text.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gdviz.formulas.errors import FormulaError
from gdviz.formulas.expression import Expressions, Node, nodes_of
from gdviz.formulas.functions import CONSTANTS, FUNCTIONS
from gdviz.formulas.grammar import DEEPEST, Plain, plain_notation
from gdviz.formulas.tokens import tokens_of

__all__ = ["LARGEST_POWER", "MOST_NODES", "ReadFormula", "read_formula"]

MOST_NODES = 400
"""Numbers, names, signs and functions of a formula."""

LARGEST_POWER = 1000


class ReadFormula(NamedTuple):
    """A formula that was understood: its variables in order, and the root of its expression."""

    expressions: Expressions
    root: Node
    variables: tuple[str, ...]
    smooth: bool
    """False where the derivatives are those of one side somewhere: abs, sign, floor, min, max, relu."""
    names: tuple[str, ...]
    """Every name that is typed in it, of variables and of numbers."""


def read_formula(
    text: str, variables: Sequence[str] | None = None, constants: Mapping[str, float] | None = None
) -> ReadFormula:
    """The expression that `text` says.

    `variables` in order; None: every name that is no constant, in alphabetical order. `constants` are names with
    numbers. Raises `FormulaError` at the character that is wrong. Powers are at most 1000.
    """
    values = {**CONSTANTS, **(constants or {})}
    tokens = tokens_of(text)
    plain = plain_notation(tokens, len(text), variables, constants or {})
    if variables is None:
        variables = sorted(name for name in plain.names if name not in values)
        if not variables:
            raise FormulaError("there is no variable in this formula; type one such as x.", 0, max(1, len(text)))
    return _Reader(plain, tuple(variables), values).read()


class _Reader:
    def __init__(self, plain: Plain, variables: tuple[str, ...], values: Mapping[str, float]) -> None:
        self.plain = plain
        self.variables = variables
        self.values = values
        self.expressions = Expressions()

    def read(self) -> ReadFormula:
        try:
            tree = ast.parse(self.plain.source, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            # The grammar lets nothing pass that would come here; if it ever does, it is still no formula.
            raise FormulaError("this is no formula; write it in another way.", 0) from None
        count = sum(not isinstance(node, ast.operator | ast.unaryop | ast.expr_context) for node in ast.walk(tree)) - 1
        if count > MOST_NODES:
            raise FormulaError(
                f"a formula has at most {MOST_NODES} numbers, names and signs, and this has {count}; shorten it.", 0
            )
        root = self.node(tree.body, 1)
        places = [self.expressions.variable(place) for place in range(len(self.variables))]
        assert len(places) == len(self.variables)
        operations = {node.operation for node in nodes_of(root) if node.variables}
        smooth = not any(name in FUNCTIONS and FUNCTIONS[name].kinked for name in operations)
        return ReadFormula(self.expressions, root, self.variables, smooth, tuple(self.plain.names))

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error(f"this is nested more than {DEEPEST} deep; write it simpler.", tree)
        match tree:
            case ast.Constant(value=float(number)):
                return self.expressions.number(number)
            case ast.Name(id=name):
                return self.name(self.plain.names[int(name[1:])])
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.expressions.negate(self.node(operand, depth + 1))
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return self.power(self.node(left, depth + 1), self.node(right, depth + 1), tree, right)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                return self.chain(tree, depth)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self.call(name, arguments, tree, depth)
        raise self.error("this can't be part of a formula; write it in another way.", tree)

    def name(self, name: str) -> Node:
        if name in self.variables:
            return self.expressions.variable(self.variables.index(name))
        return self.expressions.number(self.values[name])

    def chain(self, tree: ast.BinOp, depth: int) -> Node:
        """Sums and products from left to right: a long one is not a deep one."""
        links: list[ast.BinOp] = []
        first: ast.expr = tree
        while isinstance(first, ast.BinOp) and not isinstance(first.op, ast.Pow):
            links.append(first)
            first = first.left
        result = self.node(first, depth + 1)
        for link in reversed(links):
            right = self.node(link.right, depth + 1)
            match link.op:
                case ast.Add():
                    result = self.expressions.add(result, right)
                case ast.Sub():
                    result = self.expressions.subtract(result, right)
                case ast.Mult():
                    result = self.expressions.multiply(result, right)
                case _:
                    result = self.expressions.divide(result, right)
            self.check_finite(result, link)
        return result

    def power(self, base: Node, exponent: Node, tree: ast.expr, right: ast.expr) -> Node:
        if exponent.is_number and not base.is_number:
            if abs(exponent.value) > LARGEST_POWER:
                raise self.error(f"a power is at most {LARGEST_POWER}; take a smaller one.", right)
        elif base.is_number and not exponent.is_number and base.value <= 0:
            raise self.error("a power with a variable in it needs a number above 0 below; write one.", tree)
        return self.check_finite(self.expressions.power(base, exponent), tree)

    def call(self, name: str, arguments: list[ast.expr], tree: ast.expr, depth: int) -> Node:
        function = FUNCTIONS[name]
        if not function.accepts(len(arguments)):
            raise self.error(
                f"{name} takes {function.arguments_in_words}, not {len(arguments)}; write {function.example}.", tree
            )
        nodes = [self.node(argument, depth + 1) for argument in arguments]
        return self.check_finite(self.expressions.call(name, *nodes), tree)

    def check_finite(self, node: Node, tree: ast.expr) -> Node:
        if node.is_number and not math.isfinite(node.value):
            raise self.error("this part is no finite number; write another.", tree)
        return node

    def error(self, reason: str, tree: ast.expr) -> FormulaError:
        """What is wrong with the part of the text that this part of the tree was read from."""
        end = tree.end_col_offset if tree.end_col_offset is not None else tree.col_offset + 1
        places = [place for column, place in self.plain.typed.items() if tree.col_offset <= column < end]
        if not places:
            return FormulaError(reason, 0)
        first = min(position for position, _ in places)
        return FormulaError(reason, first, max(position + length for position, length in places) - first)
