from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gdviz
from gdviz.cli.listing import KINDS
from gdviz.files import resource
from gdviz.optimizers import OPTIMIZERS
from gdviz.problems import PROBLEMS
from gdviz.schedules import SCHEDULES


def listed(gdviz_command: Any, *words: str) -> Any:
    answer = gdviz_command("list", *words, "--json")
    assert (answer.code, answer.errors) == (0, "")
    return json.loads(answer.output)


@pytest.mark.parametrize(("kind", "registry"), [("problems", PROBLEMS), ("optimizers", OPTIMIZERS)])
def test_that_everything_registered_is_listed_with_its_options(gdviz_command: Any, kind: str, registry: Any) -> None:
    entries = listed(gdviz_command, kind)
    assert [entry["name"] for entry in entries] == list(registry.names)
    assert all(entry["summary"] and entry["label"] for entry in entries)
    text = gdviz_command("list", kind).output
    assert all(name in text for name in registry.names)


def test_that_options_carry_what_a_program_needs_to_make_a_form(gdviz_command: Any) -> None:
    adam = next(entry for entry in listed(gdviz_command, "optimizers") if entry["name"] == "adam")
    beta1 = next(option for option in adam["options"] if option["name"] == "beta1")
    assert (beta1["kind"], beta1["default"], beta1["low"], beta1["high"], beta1["high_open"]) == (
        "float",
        0.9,
        0,
        1,
        True,
    )
    assert "low_open" not in beta1
    assert beta1["symbol"] == "β₁"
    rate = next(option for option in adam["options"] if option["name"] == "learning_rate")
    assert "high" not in rate
    assert rate["low_open"]


def test_that_what_is_listed_can_be_made_with_its_defaults(gdviz_command: Any) -> None:
    for entry in listed(gdviz_command, "problems"):
        if entry["name"] not in ("data", "formula"):
            gdviz.problem(entry["name"], **{option["name"]: option["default"] for option in entry["options"]})
    for entry in listed(gdviz_command, "optimizers"):
        gdviz.optimizer(entry["name"], **{option["name"]: option["default"] for option in entry["options"]})


def test_that_examples_are_listed_with_title_and_path(gdviz_command: Any) -> None:
    entries = {entry["name"]: entry for entry in listed(gdviz_command, "examples")}
    assert set(entries) == {path.stem for path in Path(resource("examples")).glob("*.toml")}
    assert "rosenbrock_race" in entries
    for entry in entries.values():
        assert entry["title"]
        assert gdviz.load(entry["path"]).title == entry["title"]
        said = gdviz.load(entry["path"]).words("zh")
        assert entry["translations"] == {"zh": {"title": said.title, "summary": said.description}}


def test_that_examples_are_listed_for_people_in_both_languages(gdviz_command: Any) -> None:
    result = gdviz_command("list", "examples")
    lines = [line.strip() for line in result.output.splitlines()]
    for path in Path(resource("examples")).glob("*.toml"):
        experiment = gdviz.load(path)
        place = next(index for index, line in enumerate(lines) if line.split()[0] == path.stem)
        assert lines[place].removeprefix(path.stem).strip() == experiment.title
        assert lines[place + 1 : place + 4] == [
            experiment.description,
            experiment.words("zh").title,
            experiment.words("zh").description,
        ]


def test_that_without_a_kind_everything_is_listed(gdviz_command: Any) -> None:
    everything = listed(gdviz_command)
    assert list(everything) == list(KINDS)
    assert set(KINDS) == {
        "problems",
        "optimizers",
        "schedules",
        "noises",
        "models",
        "losses",
        "examples",
        "backends",
    }
    for kind in KINDS:
        assert everything[kind] == listed(gdviz_command, kind)
    text = gdviz_command("list").output
    assert all(f"{kind}\n" in text for kind in KINDS)


def test_that_schedules_are_listed_with_their_options(gdviz_command: Any) -> None:
    entries = {entry["name"]: entry for entry in listed(gdviz_command, "schedules")}
    assert list(entries) == list(SCHEDULES.names)
    assert [item["name"] for item in entries["step"]["options"]] == ["initial", "every", "factor"]
    assert "Falls along half a cosine" in gdviz_command("list", "schedules").output


def test_that_backends_say_whether_they_can_be_used_and_why_not(gdviz_command: Any) -> None:
    entries = {entry["name"]: entry for entry in listed(gdviz_command, "backends")}
    assert list(entries) == ["numpy", "torch", "torch:cuda", "torch:mps", "cupy", "jax"]
    assert entries["numpy"]["available"] is True
    assert all(entry["available"] is not bool(entry["reason"]) for entry in entries.values())
    text = gdviz_command("list", "backends").output
    assert "numpy       NumPy on the processor.\n" in text
    for entry in entries.values():
        assert entry["available"] or f"not here: {entry['reason']}\n" in text
