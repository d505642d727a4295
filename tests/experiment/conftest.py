"""Experiments of every kind, for properties that must hold for all of them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import reject
from hypothesis import strategies as st

from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment, ProblemChoice, RunEntry, ViewChoice
from gdviz.optimizers import OPTIMIZERS
from gdviz.parameters import Parameter, declared
from gdviz.problems import PROBLEMS
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import Change, RandomStart, RunConfig, StopRules
from gdviz.runs.noise import NOISES
from gdviz.schedules import SCHEDULES, Schedule

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def value_of(item: Parameter) -> st.SearchStrategy[Any]:
    """Any value that a parameter accepts."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "text": TEXT,
        "column": TEXT,
        "columns": st.lists(TEXT, max_size=4).map(tuple),
        "classes": st.lists(TEXT, max_size=4).map(tuple),
        "targets": TEXT | st.lists(TEXT, min_size=2, max_size=4).map(tuple),
        "path": st.sampled_from(["builtin:iris", "/elsewhere/table.csv", "/home/of/experiment/Daten ä/table.csv"]),
    }
    low, high = max(item.low, -1e300), min(item.high, 1e300)
    if item.kind == "choice":
        values: st.SearchStrategy[Any] = st.sampled_from(item.choices)
    elif item.kind == "integer":
        values = st.integers(int(low), int(min(high, 2**63 - 1)))
    elif item.kind == "numbers":
        each = st.floats(low, high, exclude_min=item.low_open, exclude_max=item.high_open)
        values = st.lists(each, min_size=1, max_size=6).map(tuple)
    elif item.kind == "float":
        values = st.floats(low, high, exclude_min=item.low_open, exclude_max=item.high_open)
    else:
        values = kinds[item.kind]
    return st.none() | values if item.optional else values


def options_of(cls: type) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={item.name: value_of(item) for item in declared(cls)})


FORMULA_OPTIONS = st.fixed_dictionaries(
    {"expression": st.sampled_from(["a x² + b·y", "x y + a*b", "sin(x)^2 - a + y/(1 + b^2)"])},
    optional={
        "variables": st.permutations(["x", "y"]).map(tuple),
        "view": st.just((-1.0, 2.5, 0.0, 1e3)),
        "usual_start": st.tuples(FLOATS, FLOATS),
    },
).flatmap(
    lambda options: st.tuples(st.floats(-1e6, 1e6), st.floats(-10, 10)).map(
        lambda values: {**options, "constants": tuple(zip("ab", values, strict=True))}
    )
)
"""What a formula's options are depends on its text, and only what makes a function is read from a file."""

STARTS = (
    st.none()
    | st.lists(FLOATS, min_size=1, max_size=30).map(tuple)
    | st.tuples(st.floats(-1e6, 0), st.floats(1e-3, 1e6)).map(lambda ends: RandomStart(*ends))
)


def made(make: Any) -> Any:
    """What this makes; options that don't go together are none of an experiment."""
    try:
        return make()
    except InputError:
        reject()


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    cls = draw(st.sampled_from(list(SCHEDULES)))
    options = draw(options_of(cls))
    return cast(Schedule, made(lambda: cls.from_options(options)))


@st.composite
def hyper_parameters(draw: st.DrawFn, declarations: tuple[Parameter, ...]) -> dict[str, Any]:
    values = {
        item.name: value_of(item) | schedules() if item.alternative is Schedule else value_of(item)
        for item in declarations
    }
    return draw(st.fixed_dictionaries({}, optional=values))


@st.composite
def configs(draw: st.DrawFn) -> RunConfig:
    cls = draw(st.sampled_from(list(OPTIMIZERS)))
    # What is inside a wrapper says which hyper-parameters there are, and stays what it is through a run.
    inside = {
        item.name: draw(st.sampled_from(item.choices)) for item in cls.declarations_for({}) if item.name == "base"
    }
    declarations = tuple(item for item in cls.declarations_for(inside) if item.name not in inside)
    first = draw(hyper_parameters(declarations))
    steps = sorted(draw(st.sets(st.integers(0, 2000), max_size=3)))
    changes = tuple(Change(step, draw(hyper_parameters(declarations))) for step in steps)
    clipping = draw(st.sampled_from([Clipping(), Clipping(value=0.5), Clipping(norm=2.0, convention="optax")]))
    noise = draw(st.none() | st.sampled_from(list(NOISES)).flatmap(lambda kind: st.builds(kind, **own_options(kind))))
    settings: dict[str, Any] = {
        "start": draw(STARTS),
        "stop": StopRules(**draw(options_of(StopRules))),
        "label": draw(TEXT),
        **draw(options_of(RunConfig)),
    }
    return cast(
        RunConfig,
        made(
            lambda: RunConfig(
                cls.from_options({**inside, **first}), changes=changes, clipping=clipping, noise=noise, **settings
            )
        ),
    )


def own_options(cls: type) -> dict[str, st.SearchStrategy[Any]]:
    return {item.name: value_of(item) for item in declared(cls)}


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    problem = None
    if draw(st.booleans()):
        cls = draw(st.sampled_from(list(PROBLEMS)))
        problem = ProblemChoice(cls.name, draw(FORMULA_OPTIONS if cls.name == "formula" else options_of(cls)))
    runs = tuple(
        RunEntry(key, config, draw(st.integers(0, 40)), draw(st.booleans()))
        for key, config in enumerate(draw(st.lists(configs(), max_size=4)), start=1)
    )
    plane = draw(st.none() | st.lists(TEXT, min_size=2, max_size=2, unique=True).map(tuple))
    view = ViewChoice(plane=plane, **draw(options_of(ViewChoice)))
    return Experiment(draw(TEXT), draw(TEXT), problem, runs, view)


@pytest.fixture(scope="session")
def any_experiment() -> Any:
    return experiments()
