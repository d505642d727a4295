from __future__ import annotations

import pytest

from gdviz.cli.words import WordParser, name_and_options, numbers
from gdviz.errors import InputError


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("adam", "adam", {}),
        ("adam:", "adam", {}),
        ("adam:learning_rate=0.1", "adam", {"learning_rate": "0.1"}),
        ("adam: learning_rate = 0.1 , beta1 = 0.5", "adam", {"learning_rate": " 0.1 ", "beta1": " 0.5"}),
        (
            "data:table=a:b.csv,features=u,v,w,target=y",
            "data",
            {"table": "a:b.csv", "features": "u,v,w", "target": "y"},
        ),
        ("data:table=a=b.csv", "data", {"table": "a=b.csv"}),
    ],
)
def test_that_names_and_options_are_taken_apart(text: str, name: str, options: dict[str, str]) -> None:
    assert name_and_options(text) == (name, options)


@pytest.mark.parametrize("text", ["", ":", ":a=1", "adam:learning_rate", "adam:a=1,a=2"])
def test_that_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        name_and_options(text)


def test_that_numbers_may_stand_in_brackets() -> None:
    assert (
        numbers("-1.2,1", "--start") == numbers("[-1.2, 1]", "--start") == numbers("(-1.2,1)", "--start") == (-1.2, 1.0)
    )


@pytest.mark.parametrize("text", ["", "a", "1,", "1;2", "1 2", "sin(1)"])
def test_that_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--start must be numbers"):
        numbers(text, "--start")


def test_that_negative_numbers_are_no_options_where_numbers_are_expected() -> None:
    parser = WordParser("test", "A test.", numeric=("--start",))
    parser.add_argument("--start")
    parser.add_argument("--other")
    assert parser.read(["--start", "-1,2"]).start == "-1,2"
    assert parser.read(["--start", "-.5"]).start == "-.5"
    with pytest.raises(InputError, match="test --help lists the options"):
        parser.read(["--start", "--other"])
