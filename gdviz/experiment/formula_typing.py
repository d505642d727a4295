"""What becomes of a formula's options when its text is typed anew, or a name in it is made a constant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gdviz.experiment.experiment import ProblemChoice
from gdviz.formulas.functions import CONSTANTS, FUNCTIONS
from gdviz.formulas.reading import read_formula
from gdviz.formulas.tokens import tokens_of

__all__ = ["DEFAULT_CONSTANT", "constants_of", "moved_name", "retyped"]

DEFAULT_CONSTANT = 1.0


def constants_of(choice: ProblemChoice) -> dict[str, float]:
    """The constants of a formula by name."""
    return dict(choice.options.get("constants", ()))


def retyped(text: str, before: ProblemChoice | None, known: Mapping[str, float]) -> ProblemChoice:
    """The formula `text`, with what of the options of `before` it still makes sense with.

    `known` are the names that stand for numbers where the text has them, unless no variable would be left. Raises
    `FormulaError`.
    """
    names = {token.text for token in tokens_of(text) if token.kind == "name"} - FUNCTIONS.keys() - CONSTANTS.keys()
    constants = {name: number for name, number in known.items() if name in names}
    if names and names <= constants.keys():
        constants = {}
    read = read_formula(text, None, constants)
    options: dict[str, Any] = {"expression": text, "constants": tuple(constants.items())}
    return _with_kept(options, read.variables, before)


def moved_name(choice: ProblemChoice, name: str, number: float | None) -> ProblemChoice:
    """The formula with this name as a constant of this value; None: as a variable. Raises `InputError`, for instance
    where no variable would be left."""
    constants = constants_of(choice)
    if number is None:
        constants.pop(name, None)
    else:
        constants[name] = number
    text = str(choice.options["expression"])
    variables = read_formula(text, None, constants).variables
    return _with_kept({"expression": text, "constants": tuple(constants.items())}, variables, choice)


def _with_kept(options: dict[str, Any], names: tuple[str, ...], before: ProblemChoice | None) -> ProblemChoice:
    """These options and, of those before, an order of variables that still names them; what was given for each variable
    stays where these are the same."""
    if before is None or before.name != "formula":
        return ProblemChoice("formula", options)
    declared = before.options.get("variables")
    if declared is not None:
        kept = [name for name in declared if name in names]
        options["variables"] = (*kept, *(name for name in names if name not in kept))
    after = ProblemChoice("formula", options)
    if after.build().names == before.build().names:
        options |= {name: before.options[name] for name in ("view", "usual_start") if name in before.options}
    return ProblemChoice("formula", options)
