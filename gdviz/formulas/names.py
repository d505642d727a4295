"""Which names a variable or a constant of a formula may have."""

from __future__ import annotations

from gdviz.echo import echoed
from gdviz.errors import ParameterError
from gdviz.formulas.errors import FormulaError
from gdviz.formulas.functions import CONSTANTS, FUNCTIONS
from gdviz.formulas.tokens import tokens_of

__all__ = ["checked_name"]


def checked_name(name: str, option: str) -> str:
    """The name as a formula reads it: `x₁` is `x1`. Raises `ParameterError` that says which `option` it stands in."""
    try:
        tokens = tokens_of(name)
    except FormulaError:
        tokens = []
    if len(tokens) != 1 or tokens[0].kind != "name":
        raise ParameterError(
            f"formula: {option} must be names of Latin or Greek letters, digits and underscores, not {echoed(name)}; "
            "choose such a name."
        )
    found = tokens[0].text
    if found in FUNCTIONS or found in CONSTANTS:
        raise ParameterError(f"formula: {echoed(found)} has a meaning already; choose another name in {option}.")
    return found
