"""Python code of expressions: each part computed once, in an order in which nothing waits for what comes later.

The code is written from nodes, never from a user's text. It holds nothing but numbers as `repr` writes floats, the
names `x0`, `t0`, `p0x2` and the like, + − * / and calls of functions of a fixed list. It is compiled without
builtins, so that even a mistake here could reach nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import CodeType, FunctionType
from typing import Any

from gdviz.formulas.expression import Node, nodes_of
from gdviz.formulas.functions import FUNCTIONS
from gdviz.formulas.meanings import Meanings

__all__ = ["bound", "function_code"]

_INLINE_DEPTH = 12
"""Parts nested deeper than this get a name of their own: Python reads only so many brackets."""

_CALLED = frozenset({*FUNCTIONS, "power", "step"})
_NAME = "computed"


def function_code(results: Sequence[Node], variables: int, single: bool) -> CodeType:
    """The code of a function of so many variables that gives these results as a tuple, or the only one as it is.

    An only result that depends on no variable is filled to the shape of the first of them.
    """
    writer = _Writer()
    texts = writer.write(results)
    arguments = ", ".join(f"x{place}" for place in range(variables))
    if single:
        (node,), (answer,) = results, texts
        answer = answer if node.variables else f"filled({answer}, x0)"
    else:
        answer = f"({', '.join(texts)},)"
    lines = [f"def {_NAME}({arguments}):", *(f"    {line}" for line in writer.lines), f"    return {answer}"]
    module = compile("\n".join(lines), "<formula>", "exec", dont_inherit=True, optimize=0)
    # The module's own code would run the definition; only the function inside is wanted, and nothing is run at all.
    (code,) = [constant for constant in module.co_consts if isinstance(constant, CodeType)]
    return code


def bound(code: CodeType, meanings: Meanings) -> FunctionType:
    """The function of this code, with these meanings of the functions it calls, and nothing else to be called."""
    names: dict[str, Any] = {"__builtins__": {}, **meanings, "inf": math.inf, "nan": math.nan}
    return FunctionType(code, names, _NAME)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._texts: dict[int, str] = {}
        self._depths: dict[int, int] = {}
        self._powers: dict[tuple[int, int], str] = {}

    def write(self, results: Sequence[Node]) -> list[str]:
        nodes = nodes_of(*results)
        uses: dict[int, int] = {}
        for node in results:
            uses[node.index] = uses.get(node.index, 0) + 1
        for node in nodes:
            for argument in node.arguments:
                # A whole power names its base several times.
                uses[argument.index] = uses.get(argument.index, 0) + (2 if node.operation == "integer_power" else 1)
        for node in nodes:
            self._write_node(node, uses[node.index])
        return [self._texts[node.index] for node in results]

    def _write_node(self, node: Node, uses: int) -> None:
        if node.operation == "number":
            self._texts[node.index], self._depths[node.index] = _literal(node.value), 0
            return
        if node.operation == "variable":
            self._texts[node.index], self._depths[node.index] = f"x{node.value}", 0
            return
        depth = 1 + max(self._depths[argument.index] for argument in node.arguments)
        text = self._operation(node)
        if (uses > 1 or depth > _INLINE_DEPTH) and not text.isalnum():
            self.lines.append(f"t{node.index} = {text}")
            text, depth = f"t{node.index}", 0
        self._texts[node.index], self._depths[node.index] = text, depth

    def _operation(self, node: Node) -> str:
        parts = [self._texts[argument.index] for argument in node.arguments]
        if node.operation in ("+", "-", "*", "/"):
            return f"({parts[0]} {node.operation} {parts[1]})"
        if node.operation == "negate":
            return f"(-{parts[0]})"
        if node.operation == "integer_power":
            return self._power(node.arguments[0].index, parts[0], node.value)
        assert node.operation in _CALLED, f"nothing computes {node.operation}"
        return f"{node.operation}({', '.join(parts)})"

    def _power(self, index: int, base: str, exponent: int) -> str:
        """A whole power from 1 on as products, the same on every library; the powers on the way are named once."""
        if exponent == 1:
            return base
        known = self._powers.get((index, exponent))
        if known is None:
            if exponent % 2:
                text = f"({self._power(index, base, exponent - 1)} * {base})"
            else:
                half = self._power(index, base, exponent // 2)
                text = f"({half} * {half})"
            known = self._powers[index, exponent] = f"p{index}x{exponent}"
            self.lines.append(f"{known} = {text}")
        return known


def _literal(value: float) -> str:
    return f"({value!r})" if math.copysign(1.0, value) < 0 else repr(value)
