"""A function that somebody typed, as a problem like any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from gdviz.arrays import Namespace
from gdviz.echo import echoed
from gdviz.errors import ParameterError
from gdviz.formulas.compiled import CompiledFormula, compiled_formula
from gdviz.formulas.functions import CONSTANTS
from gdviz.formulas.names import checked_name
from gdviz.parameters import parameter
from gdviz.problems.coordinates import SCALARS, CoordinateFunction
from gdviz.problems.formula_outlook import Outlook, outlook_of

__all__ = ["Formula"]


@dataclass(frozen=True)
class Formula(CoordinateFunction):
    """f of any number of variables, read from text. Raises `FormulaError` at the character that is wrong.

    Gradient and Hessian are exact; at kinks they are subgradients, and `smooth` is False. No minimum is known
    beforehand.
    """

    name = "formula"
    label = "Formula"
    summary = "A function that you type; gradient and Hessian are found exactly."
    formula: ClassVar[str] = ""

    expression: str = parameter(
        help="The formula, such as (1 - x)^2 + 100(y - x^2)^2. It knows sin cos tan asin acos atan atan2 sinh cosh "
        "tanh exp log log2 log10 sqrt abs sign min max floor erf sigmoid relu softplus, pi and e."
    )
    variables: tuple[str, ...] | None = parameter(
        None, kind="columns", optional=True, help="The variables in order; all names in alphabetical order if left out."
    )
    constants: tuple[tuple[str, float], ...] = parameter(
        (), kind="constants", help="Names in the formula that are no variables, with their numbers."
    )
    view: tuple[float, ...] | None = parameter(
        None,
        kind="numbers",
        optional=True,
        help="Lower and upper limit of each variable in turn: the part worth looking at. Found if left out.",
    )
    usual_start: tuple[float, ...] | None = parameter(
        None,
        kind="numbers",
        optional=True,
        help="A start worth watching, a number for each variable; found if left out.",
    )

    compiled: CompiledFormula = field(init=False, compare=False, repr=False)
    """The formula as functions of its variables."""

    def __post_init__(self) -> None:
        super().__post_init__()
        constants = {checked_name(name, "constants"): number for name, number in self.constants}
        variables = self.variables
        if variables is not None:
            variables = tuple(checked_name(name, "variables") for name in variables)
            _check_variables(variables, constants)
        compiled = compiled_formula(self.expression, variables, tuple(constants.items()))
        _check_constants(constants, compiled)
        size = len(compiled.variables)
        if self.view is not None:
            _check_view(self.view, size)
        if self.usual_start is not None and len(self.usual_start) != size:
            raise ParameterError(
                f"formula: usual_start must have {size} numbers, one for each of {', '.join(compiled.variables)}; "
                f"give {size}."
            )
        derived = {
            "variables": variables,
            "constants": tuple(constants.items()),
            "compiled": compiled,
            "smooth": compiled.smooth,
            "formula": self.expression,
        }
        for attribute, value in derived.items():
            object.__setattr__(self, attribute, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # Functions made at run time can't be copied from one process to another; they are made again there.
        return type(self).from_options, (self.changed_options(),)

    @property
    def dimension(self) -> int:
        return len(self.compiled.variables)

    @property
    def names(self) -> tuple[str, ...]:
        return self.compiled.variables

    @property
    def domain(self) -> np.ndarray:
        return np.array(self._outlook.domain)

    @property
    def start(self) -> np.ndarray:
        return np.array(self._outlook.start)

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        return self.compiled.value(None if xp is SCALARS else xp)(*coordinates)

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        answer: tuple[Any, ...] = self.compiled.gradient(None if xp is SCALARS else xp)(*coordinates)
        return answer

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        answer: tuple[Any, ...] = self.compiled.hessian(None if xp is SCALARS else xp)(*coordinates)
        return answer

    @cached_property
    def _outlook(self) -> Outlook:
        view = None if self.view is None else np.reshape(self.view, (-1, 2))
        return outlook_of(self, view, self.usual_start)


def _check_variables(variables: tuple[str, ...], constants: dict[str, float]) -> None:
    if not variables:
        raise ParameterError("formula: variables must name at least one variable; name one, or leave variables out.")
    for place, name in enumerate(variables):
        if name in variables[:place]:
            raise ParameterError(f"formula: variables names {echoed(name)} twice; name it once.")
        if name in constants:
            raise ParameterError(
                f"formula: {echoed(name)} is among variables and constants; take it out of one of them."
            )


def _check_constants(constants: dict[str, float], compiled: CompiledFormula) -> None:
    """Refuses a number for a name that is not there: mistyped, it would leave the name that was meant a variable."""
    for name in constants:
        if name not in compiled.names:
            raise ParameterError(
                f"formula: there is no {echoed(name)} in it to be a constant; it has "
                f"{', '.join(name for name in compiled.names if name not in CONSTANTS)}."
            )


def _check_view(view: tuple[float, ...], size: int) -> None:
    limits = [view[place : place + 2] for place in range(0, len(view), 2)]
    if len(view) != 2 * size or any(low >= high for low, high in limits):
        raise ParameterError(
            f"formula: view must be {2 * size} numbers, a lower and a higher limit for each variable, not "
            f"{echoed(list(view))}; give such limits."
        )
