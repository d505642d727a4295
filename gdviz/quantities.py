"""One line of an explanation, for problems that show their chain rule and optimizers that show their steps."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Quantity"]


class Quantity(NamedTuple):
    """A number or array by name: "First moment", its symbol as plain text, the formula it came from in TeX, and its
    value, `(..., d)`, `(...)` or a plain number."""

    name: str
    symbol: str
    formula: str
    value: Any
