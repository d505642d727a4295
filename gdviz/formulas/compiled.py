"""A formula as functions: its value, its gradient, its Hessian, on floats and on arrays of any library."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from threading import RLock
from types import CodeType
from typing import Any

from gdviz.arrays import Namespace
from gdviz.formulas.code import bound, function_code
from gdviz.formulas.derivatives import along, gradient
from gdviz.formulas.expression import Node, nodes_of
from gdviz.formulas.meanings import array_meanings, float_meanings
from gdviz.formulas.reading import ReadFormula, read_formula

__all__ = ["CompiledFormula", "compiled_formula"]

_MOST_ENTRY_NODES = 2500
"""Gradient nodes times variables, above which a Hessian is computed a column at a time by one function for all."""

Computed = Callable[..., Any]


@lru_cache(maxsize=64)
def compiled_formula(
    text: str, variables: tuple[str, ...] | None = None, constants: tuple[tuple[str, float], ...] = ()
) -> CompiledFormula:
    """The functions of a formula, made once for all who ask for the same; raises `FormulaError`."""
    return CompiledFormula(read_formula(text, variables, dict(constants)))


class CompiledFormula:
    """Functions of the coordinates, one argument a variable, over the namespace asked for; None: plain floats.

    What is not asked for is not made. May be used by several threads.
    """

    def __init__(self, read: ReadFormula) -> None:
        self.variables = read.variables
        self.smooth = read.smooth
        self.names = read.names
        self._expressions = read.expressions
        self._root = read.root
        self._functions: dict[tuple[str, Any], Computed] = {}
        self._making = RLock()

    def value(self, xp: Namespace | None) -> Computed:
        """f of the coordinates."""
        return self._functions.get(("value", xp)) or self._bind("value", xp)

    def gradient(self, xp: Namespace | None) -> Computed:
        """The entries of ∇f as a tuple; one that depends on no variable is a plain float."""
        return self._functions.get(("gradient", xp)) or self._bind("gradient", xp)

    def hessian(self, xp: Namespace | None) -> Computed:
        """The upper triangle of ∇²f, row by row, as a tuple."""
        with self._making:
            direct = self._hessian_is_direct
        if direct:
            return self._functions.get(("entries", xp)) or self._bind("entries", xp)
        columns = self._functions.get(("along", xp)) or self._bind("along", xp)
        size = len(self.variables)

        def entries(*coordinates: Any) -> tuple[Any, ...]:
            rows = []
            for row in range(size):
                direction = [0.0] * size
                direction[row] = 1.0
                rows += columns(*coordinates, *direction)[row:]
            return tuple(rows)

        return entries

    def _bind(self, what: str, xp: Namespace | None) -> Computed:
        with self._making:
            match what:
                case "value":
                    code = self._value_code
                case "gradient":
                    code = self._gradient_code
                case "entries":
                    code = self._entries_code
                case _:
                    code = self._along_code
        function = bound(code, float_meanings() if xp is None else array_meanings(xp))
        self._functions[what, xp] = function
        return function

    @cached_property
    def _slopes(self) -> list[Node]:
        return gradient(self._expressions, self._root, len(self.variables))

    @cached_property
    def _hessian_is_direct(self) -> bool:
        return len(nodes_of(*self._slopes)) * len(self.variables) <= _MOST_ENTRY_NODES

    @cached_property
    def _value_code(self) -> CodeType:
        return function_code([self._root], len(self.variables), single=True)

    @cached_property
    def _gradient_code(self) -> CodeType:
        return function_code(self._slopes, len(self.variables), single=False)

    @cached_property
    def _entries_code(self) -> CodeType:
        size, one = len(self.variables), self._expressions.number(1.0)
        entries = []
        for row in range(size):
            entries += along(self._expressions, self._slopes[row:], {row: one})
        return function_code(entries, size, single=False)

    @cached_property
    def _along_code(self) -> CodeType:
        size = len(self.variables)
        direction = {place: self._expressions.variable(size + place) for place in range(size)}
        return function_code(along(self._expressions, self._slopes, direction), 2 * size, single=False)
