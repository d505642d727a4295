"""The user's own formulas, kept by name in a file of theirs.

The file is TOML that a person may read and mend, so it is trusted no more than any other: what is no formula is left
out and said, and stays in the file. Every change reads the file again before it writes it whole, so that two windows
don't undo each other's work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gdviz.echo import echoed, plain_line
from gdviz.errors import InputError
from gdviz.experiment.atomic import replacing
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.file_checks import parse, read_text
from gdviz.experiment.toml_text import key_line
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS

__all__ = ["LONGEST_NAME", "MOST_FORMULAS", "FormulaLibrary", "Kept", "SavedFormula"]

MOST_FORMULAS = 500
LONGEST_NAME = 80
_FORMAT = 1


class SavedFormula(NamedTuple):
    """A formula by the name that its owner gave it; `choice` is a problem named "formula"."""

    name: str
    choice: ProblemChoice


class Kept(NamedTuple):
    """What a library holds. `complaint` says in a sentence what of it can't be used; empty where all can."""

    formulas: tuple[SavedFormula, ...]
    complaint: str


@dataclass(frozen=True)
class FormulaLibrary:
    """Formulas in the file at `path`, which is made, with its folder, when the first is saved."""

    path: Path

    def read(self) -> Kept:
        """What there is, in the order in which it was saved; of a file that can't be read nothing but a complaint."""
        try:
            return _kept(self._tables())
        except InputError as error:
            return Kept((), str(error))

    def save(self, name: str, choice: ProblemChoice) -> None:
        """Keep a formula under this name, in place of the one that had it. Raises `InputError`."""
        name = _checked_name(name)
        if choice.name != "formula":
            raise InputError("only formulas are kept in the library; type one.")
        choice.build()
        table = {"name": name, **_plain(choice)}

        def put(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
            others = [other for other in tables if other.get("name") != name]
            if len(others) >= MOST_FORMULAS:
                raise InputError(f"there are {MOST_FORMULAS} formulas already; delete one first.")
            place = next((place for place, other in enumerate(tables) if other.get("name") == name), len(others))
            return [*others[:place], table, *others[place:]]

        self._change(put)

    def rename(self, old: str, new: str) -> None:
        """Give a formula another name, which no other has. Raises `InputError`; then nothing changed."""
        name = _checked_name(new)

        def put(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
            names = [table.get("name") for table in tables]
            if old not in names:
                raise InputError(f"there is no formula {echoed(old)} any more; look at the list again.")
            if name != old and name in names:
                raise InputError(f"there is a formula {echoed(name)} already; choose another name.")
            return [{**table, "name": name} if table.get("name") == old else table for table in tables]

        self._change(put)

    def delete(self, name: str) -> None:
        """Take a formula out; one that is not there is no fault. Raises `InputError`."""
        self._change(lambda tables: [table for table in tables if table.get("name") != name])

    def _change(self, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        tables = edit(self._tables())
        lines = [key_line("gdviz_formulas", _FORMAT)]
        for table in tables:
            lines.append("\n[[formula]]\n")
            lines += [key_line(key, value) for key, value in table.items()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"could not make the folder {str(self.path.parent)!r}: {error.strerror}.") from None
        with replacing(self.path) as file:
            file.write("".join(lines).encode("utf-8", errors="replace"))

    def _tables(self) -> list[dict[str, Any]]:
        """What the file says of each formula; raises `InputError` where it is no library, and is then left as it is."""
        try:
            if not self.path.exists():
                return []
        except OSError as error:
            raise InputError(f"your formulas can't be read ({error.strerror}); look after {self.path}.") from None
        top = parse(read_text(self.path), self.path.name)
        if top.values.get("gdviz_formulas") != _FORMAT:
            raise top.error(f"gdviz_formulas = {_FORMAT} is missing, so this is no library of formulas; move it away")
        return [section.values for section in top.tables("formula")]


def _kept(tables: list[dict[str, Any]]) -> Kept:
    formulas: dict[str, SavedFormula] = {}
    wrong: list[str] = []
    for table in tables[:MOST_FORMULAS]:
        name = table.get("name")
        try:
            accepted = _checked_name(name)
            if accepted != name or accepted in formulas:
                raise InputError("its name is none, or given twice; choose another.")
            choice = ProblemChoice("formula", {key: value for key, value in table.items() if key != "name"})
            choice.build()
        except InputError as error:
            wrong.append(f"{echoed(name)} ({str(error).rstrip('.')})")
        else:
            formulas[accepted] = SavedFormula(accepted, choice)
    more = len(tables) - MOST_FORMULAS
    if more > 0:
        wrong.append(f"{more} beyond the first {MOST_FORMULAS}")
    complaint = ""
    if wrong:
        others = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        complaint = f"of your formulas {wrong[0]}{others} can't be used; mend the file or save them anew."
    return Kept(tuple(formulas.values()), complaint)


def _checked_name(name: Any) -> str:
    found = plain_line(name).strip() if isinstance(name, str) else ""
    if not found or len(found) > LONGEST_NAME:
        raise InputError(f"a formula's name has 1 to {LONGEST_NAME} characters, not {echoed(name)}; choose another.")
    return found


def _plain(choice: ProblemChoice) -> dict[str, Any]:
    """The options as TOML has them, in the order in which they are declared."""
    kinds = {item.name: item.kind for item in declared(PROBLEMS.get(choice.name))}
    return {
        name: dict(choice.options[name]) if kind == "constants" else _listed(choice.options[name])
        for name, kind in kinds.items()
        if choice.options.get(name) is not None
    }


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
