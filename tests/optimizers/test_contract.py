"""What every registered optimizer keeps: one suite over all, in every convention, plain and with all switched on.

Promises that only hold where a rule sees one gradient a step are asked of those: `FIRST_ORDER`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Any, ClassVar

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdviz.arrays import namespace, to_numpy
from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer, Step, optimizer
from gdviz.oracle import Oracle
from gdviz.parameters import declared
from gdviz.problems import problem
from gdviz.problems.coordinates import CoordinateFunction
from gdviz.runs import coordinatewise
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run

SWITCHED_ON: dict[str, Any] = {
    **{"momentum": 0.9, "dampening": 0.3, "centered": True, "weight_decay": 0.1, "learning_rate_decay": 0.01},
    **{
        "initial_accumulator": 0.2,
        "epsilon_root": 1e-3,
        "averaging_start": 3.0,
        "nu2": 0.9,
        "shrink": 0.3,
        "grow": 1.5,
    },
}
GENTLE = {"gradient_descent", "momentum", "nesterov", "asgd"}
"""With the rates that some conventions begin with, these diverge in Rosenbrock's valley."""
ROSENBROCK = problem("rosenbrock")


@dataclasses.dataclass(frozen=True)
class Bowl(CoordinateFunction):
    """½(x² + 4y²), from (4, -3)."""

    name: ClassVar[str] = "bowl"

    @property
    def dimension(self) -> int:
        return 2

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-5.0, 5.0], [-5.0, 5.0]])

    @property
    def start(self) -> np.ndarray:
        return np.array([4.0, -3.0])

    def value_at(self, xp: Any, x: Any, y: Any) -> Any:
        return 0.5 * (x * x + 4.0 * y * y)

    def gradient_at(self, xp: Any, x: Any, y: Any) -> tuple[Any, ...]:
        return x, 4.0 * y

    def hessian_at(self, xp: Any, x: Any, y: Any) -> tuple[Any, ...]:
        return 1.0, 0.0, 4.0


def switched_on(cls: type[Optimizer], **options: Any) -> Optimizer:
    names = {item.name for item in declared(cls)}
    return cls.from_options({name: value for name, value in SWITCHED_ON.items() if name in names} | options)


def conventions(cls: type[Optimizer]) -> list[dict[str, str]]:
    """The options that choose each of the conventions that an optimizer has."""
    choices = next((item.choices for item in declared(cls) if item.name == "convention"), ())
    return [{"convention": choice} for choice in choices] or [{}]


def variants(classes: Iterable[type[Optimizer]]) -> list[Optimizer]:
    """Every convention of these, plain and with everything switched on."""
    made = [
        rule
        for cls in classes
        for convention in conventions(cls)
        for rule in (cls.from_options(convention), switched_on(cls, **convention))
    ]
    return list(dict.fromkeys(made))


def named(rules: list[Optimizer]) -> list[str]:
    return [" ".join([rule.name, *map(str, rule.changed_options().values())]) for rule in rules]


FIRST_ORDER = [cls for cls in OPTIMIZERS if issubclass(cls, GradientRule) or cls.name == "muon"]
VARIANTS, FIRST_ORDER_VARIANTS = variants(OPTIMIZERS), variants(FIRST_ORDER)

each_class = pytest.mark.parametrize("cls", OPTIMIZERS, ids=OPTIMIZERS.names)
each_first_order = pytest.mark.parametrize("cls", FIRST_ORDER, ids=[cls.name for cls in FIRST_ORDER])
each_variant = pytest.mark.parametrize("rule", VARIANTS, ids=named(VARIANTS))
each_first_order_variant = pytest.mark.parametrize("rule", FIRST_ORDER_VARIANTS, ids=named(FIRST_ORDER_VARIANTS))


def rate_of(rule: Optimizer) -> float:
    rate = float(getattr(rule, "learning_rate", math.nan))
    return min(rate, 1e-3) if rule.name in GENTLE else rate


def walk(rule: Optimizer, x: Any, steps: int) -> list[Step]:
    """The start and every step from `x` on Rosenbrock's function, in the namespace of `x`."""
    xp, oracle = namespace(x), Oracle(ROSENBROCK)
    taken = [Step(x, rule.init(xp, x))]
    with np.errstate(all="ignore"):  # as the engine does: some of these walks diverge, and even that the same way
        for index in range(steps):
            oracle.step = index
            taken.append(rule.step(xp, oracle, *taken[-1], rate_of(rule)))
    return taken


def starts_late(rule: Optimizer) -> bool:
    """Whether the first step is known not to move: ADOPT only looks, and optax' Rprop takes every step one late."""
    return rule.name == "adopt" or (rule.name == "rprop" and rule.options()["convention"] == "optax")


def array_fields(state: Any) -> dict[str, Any]:
    """The arrays of a state by name; those of a state within it, as wrappers have, by both names."""
    found: dict[str, Any] = {}
    for name, field in state._asdict().items():
        if isinstance(field, tuple):
            found |= {f"{name}.{inner}": array for inner, array in array_fields(field).items()}
        elif hasattr(field, "shape"):
            found[name] = field
    return found


points = arrays(np.float64, 2, elements=st.floats(-3.0, 3.0))


@each_variant
@settings(max_examples=5, deadline=None)
@given(x=points, steps=st.integers(0, 4))
def test_that_a_step_changes_nothing_it_is_given_and_always_answers_the_same(
    rule: Optimizer, x: np.ndarray, steps: int
) -> None:
    x, state = walk(rule, x, steps)[-1]
    given_arrays = [x, *array_fields(state).values()]
    copies = [array.copy() for array in given_arrays]
    for array in given_arrays:
        if isinstance(array, np.ndarray):  # a number of NumPy's can't be changed anyway
            array.flags.writeable = False
    first = rule.step(np, Oracle(ROSENBROCK), x, state, rate_of(rule))
    second = rule.step(np, Oracle(ROSENBROCK), x, state, rate_of(rule))
    for array, copy in zip(given_arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(first.point, second.point)
    again = array_fields(second.state)
    for name, array in array_fields(first.state).items():
        np.testing.assert_array_equal(array, again[name])


@each_first_order_variant
def test_that_every_step_moves_and_two_walks_are_the_same(rule: Optimizer) -> None:
    path = np.array([step.point for step in walk(rule, np.array([-1.2, 1.0]), 50)])
    still = np.abs(np.diff(path, axis=0)).max(axis=1) == 0
    assert still.sum() == (1 if starts_late(rule) else 0) or (rule.name == "rprop" and still.sum() < 25)
    assert still[0] == starts_late(rule)
    again = np.array([step.point for step in walk(rule, np.array([-1.2, 1.0]), 50)])
    np.testing.assert_array_equal(path, again)


@each_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_the_dtype_of_the_start_is_kept_by_point_and_state(rule: Optimizer, dtype: type) -> None:
    for x, state in walk(rule, np.array([-1.2, 1.0], dtype=dtype), 5):
        assert x.dtype == dtype
        assert all(field.dtype == dtype for field in array_fields(state).values())


@each_variant
def test_that_a_batch_steps_as_each_of_its_rows_would_to_the_last_bit(rule: Optimizer) -> None:
    starts = np.random.default_rng(1).uniform(-2.0, 2.0, size=(2, 3, 2))
    batch = walk(rule, starts, 20)
    for index in np.ndindex(2, 3):
        alone = walk(rule, starts[index], 20)
        for (x, state), (row, row_state) in zip(batch, alone, strict=True):
            np.testing.assert_array_equal(x[index], row)
            of_row = array_fields(row_state)
            for name, field in array_fields(state).items():
                np.testing.assert_array_equal(field[index], of_row[name])


@each_variant
def test_that_it_runs_on_a_library_that_has_the_array_standard_and_nothing_else(rule: Optimizer) -> None:
    ours = walk(rule, np.array([[-1.2, 1.0], [0.5, 2.0]]), 30)
    theirs = walk(rule, array_api_strict.asarray([[-1.2, 1.0], [0.5, 2.0]]), 30)
    for (x, _), (other, _) in zip(ours, theirs, strict=True):
        assert isinstance(other, type(array_api_strict.asarray(0.0)))
        np.testing.assert_allclose(np.asarray(other), x, rtol=1e-12, atol=0)


@pytest.mark.torch
@each_variant
def test_that_it_runs_on_torch_tensors_with_the_same_numbers(rule: Optimizer) -> None:
    torch = pytest.importorskip("torch")
    ours = walk(rule, np.array([[-1.2, 1.0], [0.5, 2.0]]), 30)
    theirs = walk(rule, torch.tensor([[-1.2, 1.0], [0.5, 2.0]], dtype=torch.float64), 30)
    for (x, _), (other, other_state) in zip(ours, theirs, strict=True):
        assert all(isinstance(field, torch.Tensor) for field in array_fields(other_state).values())
        np.testing.assert_allclose(to_numpy(other), x, rtol=1e-12, atol=0)


@each_first_order_variant
def test_that_an_elementwise_rule_does_the_same_to_a_plain_float_bit_for_bit(rule: Optimizer) -> None:
    # What `runs.coordinatewise` relies on, in every convention.
    if not isinstance(rule, GradientRule) or not rule.elementwise:
        assert rule.name == "muon"
        return
    point = np.array([-1.2, 1.0])
    stepped = coordinatewise.steps(rule, ROSENBROCK, point, rule.init(np, point), [rate_of(rule)] * 30)
    on_arrays = walk(rule, point, 30)
    np.testing.assert_array_equal(stepped.points, [step.point for step in on_arrays[1:]])
    for name, array in array_fields(on_arrays[-1].state).items():
        np.testing.assert_array_equal(array_fields(stepped.state)[name], array)


@each_first_order_variant
def test_that_the_state_is_a_named_tuple_whose_arrays_are_shaped_like_the_point_and_have_symbols(
    rule: Optimizer,
) -> None:
    start = np.zeros((4, 2))
    before, after = (walk(rule, start, steps)[-1].state for steps in (0, 3))
    assert isinstance(before, tuple)
    assert before._fields == after._fields
    for state in (before, after):
        assert all(field.shape == start.shape for field in array_fields(state).values())
    assert list(rule.state_symbols) == list(array_fields(before))
    assert all(rule.state_symbols.values())


@each_first_order
def test_that_the_shape_of_the_state_does_not_depend_on_hyper_parameters(cls: type[Optimizer]) -> None:
    x = np.array([-1.2, 1.0])
    plain, full = cls().init(np, x), switched_on(cls).init(np, x)
    assert type(plain) is type(full)
    assert {name: array.shape for name, array in array_fields(plain).items()} == {
        name: array.shape for name, array in array_fields(full).items()
    }


@each_first_order
def test_that_hyper_parameters_may_change_in_the_middle_of_a_run(cls: type[Optimizer]) -> None:
    before = RunConfig(optimizer=dataclasses.replace(cls(), learning_rate=rate_of(cls())), steps=40)
    after = before.changed_at(15, switched_on(cls).changed_options() | {"learning_rate": 2e-4})
    one, other = (run_to_end(Run(ROSENBROCK, config)).points for config in (before, after))
    np.testing.assert_array_equal(one[:16], other[:16])
    assert (one[16:] != other[16:]).any()
    # Rprop's rate is the length of its first steps, and it changes what comes after a turn.
    assert (one[16] != other[16]).all() or cls.name == "rprop"
    assert len(other) == 41
    assert np.isfinite(other).all()


@each_first_order
def test_that_the_convention_may_change_in_the_middle_of_a_run(cls: type[Optimizer]) -> None:
    for convention in conventions(cls):
        before = RunConfig(optimizer=dataclasses.replace(cls(), learning_rate=rate_of(cls())), steps=30)
        other = run_to_end(Run(ROSENBROCK, before.changed_at(15, convention))).points
        np.testing.assert_array_equal(run_to_end(Run(ROSENBROCK, before)).points[:16], other[:16])


@each_variant
def test_that_it_asks_the_oracle_exactly_what_it_declares_for_every_step(rule: Optimizer) -> None:
    oracle, x = Oracle(ROSENBROCK), np.array([-1.2, 1.0])
    state = rule.init(np, x)
    assert oracle.evaluations == (0, 0, 0)
    for steps in range(1, 6):
        x, state = rule.step(np, oracle, x, state, rate_of(rule))
        if rule.evaluations_per_step is not None:
            assert oracle.evaluations == tuple(steps * count for count in rule.evaluations_per_step)


# Rates with which 2000 steps are enough; all others get 0.01.
BOWL_RATES = {
    "gradient_descent": 0.1,
    "adagrad": 1.0,
    "adadelta": 1.0,
    "adadelta keras": 2.0,
    "schedule_free_sgd": 0.3,
    "qhm": 0.1,
}


PLAIN = [rule for rule in FIRST_ORDER_VARIANTS if set(rule.changed_options()) <= {"convention"}]


@pytest.mark.parametrize("rule", PLAIN, ids=named(PLAIN))
def test_that_it_solves_the_bowl(rule: Optimizer) -> None:
    rule = dataclasses.replace(rule, learning_rate=BOWL_RATES.get(named([rule])[0], BOWL_RATES.get(rule.name, 0.01)))
    trajectory = run_to_end(Run(Bowl(), RunConfig(optimizer=rule, steps=2000)))
    assert trajectory.values[0] == 26.0
    # Rules that divide by the gradient's size never come to rest: they chatter about the minimum at about half a step.
    assert trajectory.values[-1] < 1e-3


@each_first_order_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_at_a_zero_gradient_it_stays_where_it_is(rule: Optimizer, dtype: type) -> None:
    x, oracle = np.zeros(2, dtype=dtype), Oracle(Bowl())
    state = rule.init(np, x)
    # optax' Yogi begins with a momentum of 1e-6, or of whatever it is told, and drifts until that is forgotten.
    drifts = rule.name == "yogi" and rule.options()["convention"] == "optax"
    for _ in range(20):
        x, state = rule.step(np, oracle, x, state, rate_of(rule))
        furthest = 1e3 * rule.options()["initial_accumulator"] if drifts else 0.0
        np.testing.assert_allclose(x, [0.0, 0.0], rtol=0, atol=furthest)


@each_variant
def test_that_options_make_the_same_optimizer_again(rule: Optimizer) -> None:
    assert type(rule).from_options(rule.options()) == rule
    assert OPTIMIZERS.make(rule.name, rule.changed_options()) == rule
    assert hash(optimizer(rule.name, **rule.options())) == hash(rule)


@each_class
def test_that_defaults_need_not_be_said(cls: type[Optimizer]) -> None:
    assert cls().changed_options() == {}
    assert optimizer(cls.name) == cls()


@each_class
def test_that_it_says_what_it_is_and_where_it_comes_from(cls: type[Optimizer]) -> None:
    assert cls.label
    assert cls.summary.endswith(".")
    assert len(cls.summary) <= 110, "a summary is one line of a list"
    assert cls.source
    assert cls.__doc__ is not None
    assert "Source:" in cls.__doc__
