"""What hyper-parameters say of themselves, what they refuse, and how defaults follow the convention."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from gdviz.errors import ParameterError
from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment
from gdviz.optimizers import OPTIMIZERS, Optimizer, optimizer
from gdviz.optimizers.adam import Adam, AdamW
from gdviz.parameters import Parameter, declared
from gdviz.runs.config import RunConfig

PARAMETERS = [(cls, item) for cls in OPTIMIZERS for item in declared(cls)]
NUMBERS = [(cls, item) for cls, item in PARAMETERS if item.kind in {"float", "integer"}]
MUST_BE_BELOW_ONE = {"beta1", "beta2", "beta3", "decay", "momentum"}

each_parameter = pytest.mark.parametrize(
    ("cls", "declaration"), PARAMETERS, ids=[f"{cls.name}-{item.name}" for cls, item in PARAMETERS]
)
each_number = pytest.mark.parametrize(
    ("cls", "declaration"), NUMBERS, ids=[f"{cls.name}-{item.name}" for cls, item in NUMBERS]
)

# Where a library's default differs from torch's, as its signature says it.
CONVENTIONAL: list[tuple[str, str, dict[str, float]]] = [
    ("gradient_descent", "keras", {"learning_rate": 0.01}),
    ("momentum", "keras", {"learning_rate": 0.01}),
    ("nesterov", "keras", {"learning_rate": 0.01}),
    ("adagrad", "torch", {"learning_rate": 0.01, "initial_accumulator": 0.0, "epsilon": 1e-10}),
    ("adagrad", "optax", {"learning_rate": 0.01, "initial_accumulator": 0.1, "epsilon": 1e-7}),
    ("adagrad", "keras", {"learning_rate": 0.001, "initial_accumulator": 0.1, "epsilon": 1e-7}),
    ("rmsprop", "torch", {"learning_rate": 0.01, "decay": 0.99, "epsilon": 1e-8}),
    ("rmsprop", "optax", {"decay": 0.9, "epsilon": 1e-8}),
    ("rmsprop", "keras", {"learning_rate": 0.001, "decay": 0.9, "epsilon": 1e-7}),
    ("rmsprop", "paper", {"learning_rate": 1e-4, "decay": 0.95, "momentum": 0.9, "epsilon": 1e-4, "centered": True}),
    ("adadelta", "torch", {"learning_rate": 1.0, "decay": 0.9, "epsilon": 1e-6}),
    ("adadelta", "optax", {"learning_rate": 1.0, "decay": 0.9, "epsilon": 1e-6}),
    ("adadelta", "keras", {"learning_rate": 0.001, "decay": 0.95, "epsilon": 1e-7}),
    ("adam", "torch", {"learning_rate": 0.001, "epsilon": 1e-8}),
    ("adam", "optax", {"learning_rate": 0.001, "epsilon": 1e-8, "epsilon_root": 0.0}),
    ("adam", "keras", {"learning_rate": 0.001, "epsilon": 1e-7}),
    ("adamw", "torch", {"weight_decay": 0.01}),
    ("adamw", "optax", {"weight_decay": 1e-4}),
    ("adamw", "keras", {"weight_decay": 0.004, "epsilon": 1e-7}),
    ("adamax", "torch", {"learning_rate": 0.002, "epsilon": 1e-8}),
    ("adamax", "keras", {"learning_rate": 0.001, "epsilon": 1e-7}),
    ("adamax", "paper", {"learning_rate": 0.002, "epsilon": 0.0}),
    ("nadam", "torch", {"learning_rate": 0.002, "momentum_decay": 0.004}),
    ("nadam", "keras", {"learning_rate": 0.001, "momentum_decay": 1.0, "epsilon": 1e-7}),
    ("adabelief", "optax", {"epsilon": 1e-16, "epsilon_root": 1e-16}),
    ("adabelief", "paper", {"epsilon": 1e-8, "epsilon_root": 0.0}),
    ("yogi", "optax", {"epsilon": 1e-3, "initial_accumulator": 1e-6}),
    ("lion", "optax", {"beta1": 0.9, "beta2": 0.99, "weight_decay": 1e-3}),
    ("lion", "keras", {"weight_decay": 0.0}),
    ("rprop", "torch", {"learning_rate": 0.01, "shrink": 0.5, "grow": 1.2, "shortest": 1e-6, "longest": 50.0}),
    ("adopt", "optax", {"beta1": 0.9, "beta2": 0.9999, "epsilon": 1e-6}),
    ("adan", "optax", {"beta1": 0.98, "beta2": 0.92, "beta3": 0.99, "epsilon": 1e-8, "epsilon_root": 1e-8}),
    ("asgd", "torch", {"learning_rate": 0.01, "decay_term": 1e-4, "rate_power": 0.75, "averaging_start": 1e6}),
    ("muon", "torch", {"learning_rate": 0.001, "momentum": 0.95, "weight_decay": 0.1, "iterations": 5}),
    ("muon", "keras", {"weight_decay": 0.004}),
]


@pytest.mark.parametrize(("name", "convention", "values"), CONVENTIONAL, ids=lambda item: str(item)[:40])
def test_that_what_is_not_said_is_the_convention_s(name: str, convention: str, values: dict[str, float]) -> None:
    rule = optimizer(name, convention=convention)
    assert {key: rule.options()[key] for key in values} == values
    # And the class itself, called, agrees with the name in a file.
    assert OPTIMIZERS.get(name)(**{"convention": convention}) == rule


def test_that_what_is_said_stays_whatever_the_convention() -> None:
    assert Adam(convention="keras", epsilon=1e-8).epsilon == 1e-8
    assert optimizer("adadelta", convention="keras", learning_rate=1.0).options()["learning_rate"] == 1.0


def test_that_defaults_follow_a_change_of_the_convention_and_other_numbers_stay() -> None:
    rule = AdamW(beta1=0.5).changed({"convention": "keras"})
    assert (rule.beta1, rule.epsilon, rule.weight_decay) == (0.5, 1e-7, 4e-3)
    assert rule.changed({"convention": "torch"}) == AdamW(beta1=0.5)
    assert AdamW(epsilon=0.5).changed({"convention": "keras"}).epsilon == 0.5
    # What is changed together with the convention counts.
    assert AdamW().changed({"convention": "keras", "epsilon": 1e-8}).epsilon == 1e-8


def test_that_a_file_need_not_say_what_follows_from_the_convention() -> None:
    assert Adam(convention="keras").changed_options() == {"convention": "keras"}
    # torch's number is one of its own there.
    assert Adam(convention="keras", epsilon=1e-8).changed_options() == {"convention": "keras", "epsilon": 1e-8}


def test_that_runs_take_the_defaults_along_with_the_convention() -> None:
    config = RunConfig(optimizer=Adam()).changed_at(10, {"convention": "keras"})
    assert config.optimizer_at(9) == Adam()
    assert config.optimizer_at(10) == Adam(convention="keras")
    experiment = edits.add_run(Experiment(), RunConfig(optimizer=Adam(beta1=0.7)))
    key = experiment.runs[-1].key
    changed = edits.set_hyper_parameters(experiment, key, {"convention": "keras"})
    assert changed.entry(key).config.optimizer == Adam(beta1=0.7, convention="keras")


def test_that_a_convention_that_a_rule_does_not_have_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(ParameterError, match="lion: convention must be one of optax, keras, not 'torch'"):
        optimizer("lion", convention="torch")
    for wrong in (None, ["torch"], 1, ""):
        with pytest.raises(ParameterError, match="adam: convention must be one of torch, optax, keras, not"):
            Adam(convention=wrong)  # type: ignore[arg-type]


def test_that_torch_is_the_default_wherever_there_is_a_choice_of_it() -> None:
    for cls in OPTIMIZERS:
        choices = next((item.choices for item in declared(cls) if item.name == "convention"), ())
        assert "torch" not in choices or choices[0] == "torch"


@each_number
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "fast", True, [0.1]])
def test_that_an_impossible_value_is_refused_with_its_name_and_limits(
    cls: type[Optimizer], declaration: Parameter, value: Any
) -> None:
    with pytest.raises(ParameterError) as refusal:
        cls.from_options({declaration.name: value})
    assert f"{cls.name}: {declaration.name} must be {declaration.limits()}, not {value!r}" in str(refusal.value)


@each_number
def test_that_a_number_outside_the_limits_is_refused_and_their_ends_are_taken_where_they_belong(
    cls: type[Optimizer], declaration: Parameter
) -> None:
    for limit, is_open, beyond in (
        (declaration.low, declaration.low_open, -1.0),
        (declaration.high, declaration.high_open, 1.0),
    ):
        if math.isinf(limit):
            continue
        refused = [limit + beyond, limit] if is_open else [limit + beyond]
        for value in refused if abs(limit) < 1e9 else [limit * 2]:
            with pytest.raises(ParameterError, match=f"{declaration.name} must be"):
                cls.from_options({declaration.name: value})
        if not is_open:
            assert declaration.check(limit) == limit
    if declaration.name in MUST_BE_BELOW_ONE:
        assert declaration.limits() == "a finite number at least 0 and below 1"
    if declaration.name == "learning_rate":
        assert declaration.limits() == "a finite number above 0"


@each_parameter
def test_that_every_hyper_parameter_explains_itself(cls: type[Optimizer], declaration: Parameter) -> None:
    assert declaration.label
    assert declaration.help.endswith(".")
    if declaration.kind == "float":
        assert declaration.symbol
        assert "Too big: " in declaration.help


@each_number
def test_that_the_slider_lies_within_the_limits_and_reaches_every_default(
    cls: type[Optimizer], declaration: Parameter
) -> None:
    assert declaration.slider is not None
    low, high = declaration.slider
    assert low < high
    assert declaration.check(low) == low
    assert declaration.check(high) == high
    if declaration.log:
        assert low > 0
    for default in (declaration.default, *dict(declaration.follow_defaults).values()):
        # An ε of 0, as in a paper that has none, is no place on a logarithmic slider; it can be typed.
        assert default is None or low <= default <= high or (default == 0 and declaration.log)
        assert default is None or declaration.check(default) == default


def test_that_symbols_tell_the_hyper_parameters_of_a_rule_apart() -> None:
    for cls in OPTIMIZERS:
        symbols = [item.symbol for item in declared(cls) if item.symbol]
        assert len(set(symbols)) == len(symbols), cls.name
        assert dataclasses.is_dataclass(cls)
