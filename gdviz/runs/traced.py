"""Hyper-parameters inside a compiled program: numbers that may be others at the next call.

A rule is written over plain numbers, and asks some of them: is there momentum, is β above one half. A `TracedNumber`
stands for a number while the rule is recorded. In arithmetic it is what the program is given at each call. Where the
rule needs to know it, the number of the moment answers, and the question is kept: the program serves all numbers for
which the answers are the same, so a slider recompiles nothing until it crosses one of them.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from gdviz.parameters import Parameterized, declared

__all__ = ["Decision", "TracedNumber", "numbers_of", "with_traced_numbers"]

Numbers: TypeAlias = tuple[float, ...]
Of: TypeAlias = Callable[[Numbers], Any]
Decision: TypeAlias = tuple[Of, Any]
"""A question to the numbers of a rule, and what it was answered while the rule was recorded."""

Rule = TypeVar("Rule", bound=Parameterized)


class TracedNumber:
    """A number that a program is given: `symbol` in the program, `of(numbers)` from the numbers of the rule.

    Not a float, so that whatever turns it into one is noticed: the program then serves that one number alone.
    """

    __slots__ = ("_decisions", "_numbers", "_of", "_symbol")
    __array_ufunc__ = None  # NumPy's arrays shall leave arithmetic with it to it

    def __init__(self, of: Of, symbol: Any, numbers: Numbers, decisions: list[Decision]) -> None:
        self._of = of
        self._symbol = symbol
        self._numbers = numbers
        self._decisions = decisions

    def __jax_array__(self) -> Any:
        return self._symbol

    def _computed(self, operation: Callable[..., Any], *operands: Any) -> Any:
        """The operation on these: again a traced number unless an array takes part."""
        symbols = [item._symbol if isinstance(item, TracedNumber) else item for item in operands]
        result = operation(*symbols)
        sources = [_source(item) for item in operands]
        if any(source is None for source in sources):
            return result

        def of(numbers: Numbers) -> Any:
            return operation(*(source(numbers) for source in sources if source is not None))

        return TracedNumber(of, result, self._numbers, self._decisions)

    def _decided(self, question: Of) -> Any:
        answer = question(self._numbers)
        self._decisions.append((question, answer))
        return answer

    def _compared(self, comparison: Callable[[Any, Any], Any], other: Any) -> Any:
        source = _source(other)
        if source is None:
            return comparison(self._symbol, other)
        return self._decided(lambda numbers: bool(comparison(self._of(numbers), source(numbers))))

    def __add__(self, other: Any) -> Any:
        return self._computed(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return self._computed(operator.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return self._computed(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._computed(operator.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return self._computed(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._computed(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._computed(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._computed(operator.truediv, other, self)

    def __pow__(self, other: Any) -> Any:
        return self._computed(operator.pow, self, other)

    def __rpow__(self, other: Any) -> Any:
        return self._computed(operator.pow, other, self)

    def __neg__(self) -> Any:
        return self._computed(operator.neg, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self._computed(operator.abs, self)

    def __lt__(self, other: Any) -> Any:
        return self._compared(operator.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(operator.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(operator.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(operator.ge, other)

    def __eq__(self, other: Any) -> Any:
        return self._compared(operator.eq, other)

    def __ne__(self, other: Any) -> Any:
        return self._compared(operator.ne, other)

    def __hash__(self) -> int:
        return hash(float(self))

    def __bool__(self) -> bool:
        return bool(self._decided(lambda numbers: bool(self._of(numbers))))

    def __float__(self) -> float:
        return float(self._decided(lambda numbers: float(self._of(numbers))))

    def __int__(self) -> int:
        return int(self._decided(lambda numbers: int(self._of(numbers))))


def _source(operand: Any) -> Of | None:
    """How an operand follows from the numbers of the rule; None for arrays."""
    if isinstance(operand, TracedNumber):
        return operand._of
    return (lambda numbers: operand) if isinstance(operand, int | float) else None


def numbers_of(rule: Parameterized) -> dict[str, float]:
    """The hyper-parameters of a rule that a program can be given, by name: those declared as numbers of any size.

    None where the rule derives fields of its own from them, which would stay as they were.
    """
    if any(not item.init for item in dataclasses.fields(rule)):
        return {}
    names = [item.name for item in declared(type(rule)) if item.kind == "float"]
    values = {name: getattr(rule, name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, float) and math.isfinite(value)}


def with_traced_numbers(rule: Rule, symbols: tuple[Any, ...], decisions: list[Decision]) -> Rule:
    """The rule with each of its `numbers_of` replaced by the symbol of it; questions are put into `decisions`."""
    values = numbers_of(rule)
    numbers = tuple(values.values())
    # No instance is made in the usual way: that checks limits, of which symbols know nothing.
    traced = object.__new__(type(rule))
    for item in dataclasses.fields(rule):
        object.__setattr__(traced, item.name, getattr(rule, item.name))
    for place, (name, symbol) in enumerate(zip(values, symbols, strict=True)):
        object.__setattr__(traced, name, TracedNumber(operator.itemgetter(place), symbol, numbers, decisions))
    return traced
