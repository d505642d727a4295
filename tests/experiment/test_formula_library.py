"""The personal library: kept by name, whole or not at all, and trusted no more than any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdviz.errors import InputError
from gdviz.experiment.experiment import ProblemChoice
from gdviz.experiment.formula_library import LONGEST_NAME, MOST_FORMULAS, FormulaLibrary

BOWL = ProblemChoice("formula", {"expression": "x² + 3y²"})
VALLEY = ProblemChoice(
    "formula",
    {
        "expression": "(a - x)^2 + b(y - x^2)^2",
        "variables": ("x", "y"),
        "constants": (("a", 1.0), ("b", 100.0)),
        "view": (-2.0, 2.0, -1.0, 3.0),
    },
)


@pytest.fixture
def library(tmp_path: Path) -> FormulaLibrary:
    return FormulaLibrary(tmp_path / "data" / "gdviz" / "formulas.toml")


def names(library: FormulaLibrary) -> list[str]:
    return [formula.name for formula in library.read().formulas]


def test_that_without_a_file_there_is_nothing_and_nothing_is_made(library: FormulaLibrary) -> None:
    assert library.read() == ((), "")
    assert not library.path.parent.exists()


def test_that_what_was_saved_is_there_again(library: FormulaLibrary) -> None:
    library.save("Bowl", BOWL)
    library.save("Rosenbrock's valley 山谷", VALLEY)
    assert FormulaLibrary(library.path).read() == (
        (("Bowl", BOWL), ("Rosenbrock's valley 山谷", VALLEY)),
        "",
    )
    assert 'expression = "x² + 3y²"' in library.path.read_text(encoding="utf-8")


def test_that_saving_under_a_name_replaces_what_had_it_in_its_place(library: FormulaLibrary) -> None:
    for name in ("first", "second", "third"):
        library.save(name, BOWL)
    library.save("second", VALLEY)
    assert names(library) == ["first", "second", "third"]
    assert library.read().formulas[1].choice == VALLEY


def test_that_formulas_are_renamed_and_deleted(library: FormulaLibrary) -> None:
    library.save("first", BOWL)
    library.save("second", VALLEY)
    library.rename("first", " new\nname ")
    assert names(library) == ["new name", "second"]
    library.rename("second", "second")
    with pytest.raises(InputError, match="there is a formula 'second' already"):
        library.rename("new name", "second")
    with pytest.raises(InputError, match="no formula 'first' any more"):
        library.rename("first", "other")
    library.delete("new name")
    library.delete("new name")
    assert library.read().formulas == (("second", VALLEY),)


@pytest.mark.parametrize("name", ["", "  ", "\x1b\u202e", "n" * (LONGEST_NAME + 1)])
def test_that_a_name_that_is_none_is_refused(library: FormulaLibrary, name: str) -> None:
    with pytest.raises(InputError, match="name has 1 to 80 characters"):
        library.save(name, BOWL)
    assert not library.path.exists()


def test_that_only_formulas_that_are_some_are_kept(library: FormulaLibrary) -> None:
    with pytest.raises(InputError, match="only formulas"):
        library.save("valley", ProblemChoice("rosenbrock"))
    with pytest.raises(InputError, match="something is missing"):
        library.save("half", ProblemChoice("formula", {"expression": "x +"}))
    assert not library.path.exists()


def test_that_what_can_not_be_used_is_said_and_stays_in_the_file(library: FormulaLibrary) -> None:
    library.save("good", BOWL)
    with library.path.open("a", encoding="utf-8") as file:
        file.write('\n[[formula]]\nname = "bad"\nexpression = "__import__(1)"\n')
        file.write('\n[[formula]]\nname = "odd"\nexpression = "x"\ncolour = "red"\n')
        file.write('\n[[formula]]\nexpression = "x"\n\n[[formula]]\nname = "good"\nexpression = "x"\n')
    kept = library.read()
    assert kept.formulas == (("good", BOWL),)
    assert "'bad'" in kept.complaint
    assert "and 3 more can't be used" in kept.complaint
    library.save("better", VALLEY)
    assert names(library) == ["good", "better"]
    text = library.path.read_text(encoding="utf-8")
    assert "__import__(1)" in text
    assert 'colour = "red"' in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not toml [",
        b"\xff\xfe\x00",
        b"gdviz_formulas = 2\n",
        b"gdviz = 1\n",
        b"gdviz_formulas = 1\nformula = 3\n",
    ],
)
def test_that_a_file_that_is_no_library_is_left_as_it_is(library: FormulaLibrary, content: bytes) -> None:
    library.path.parent.mkdir(parents=True)
    library.path.write_bytes(content)
    kept = library.read()
    assert kept.formulas == ()
    assert "formulas.toml" in kept.complaint
    for change in (lambda: library.save("new", BOWL), lambda: library.delete("new"), lambda: library.rename("a", "b")):
        with pytest.raises(InputError):
            change()
    assert library.path.read_bytes() == content


def test_that_a_folder_in_place_of_the_file_is_a_sentence(library: FormulaLibrary) -> None:
    library.path.mkdir(parents=True)
    assert "this is a folder" in library.read().complaint
    with pytest.raises(InputError):
        library.save("new", BOWL)


def test_that_a_file_in_place_of_the_folder_is_a_sentence(library: FormulaLibrary) -> None:
    library.path.parent.parent.mkdir(parents=True)
    library.path.parent.write_text("in the way")
    with pytest.raises(InputError, match=r"could not make the folder|can't be read"):
        library.save("new", BOWL)


def test_that_a_path_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    library = FormulaLibrary(tmp_path / ("n" * 5000))
    assert "can't be read" in library.read().complaint


def test_that_there_are_only_so_many(library: FormulaLibrary) -> None:
    library.path.parent.mkdir(parents=True)
    entries = [f'\n[[formula]]\nname = "f{place}"\nexpression = "x"\n' for place in range(MOST_FORMULAS + 2)]
    library.path.write_text("gdviz_formulas = 1\n" + "".join(entries), encoding="utf-8")
    kept = library.read()
    assert len(kept.formulas) == MOST_FORMULAS
    assert f"2 beyond the first {MOST_FORMULAS}" in kept.complaint
    with pytest.raises(InputError, match="delete one first"):
        library.save("one more", BOWL)


def test_that_two_windows_keep_each_others_formulas(library: FormulaLibrary) -> None:
    other = FormulaLibrary(library.path)
    library.save("mine", BOWL)
    other.save("theirs", VALLEY)
    library.rename("mine", "still mine")
    assert names(other) == ["still mine", "theirs"]
