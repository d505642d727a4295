"""What every registered optimizer keeps: one suite over all, in their defaults and with everything switched on."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdviz.arrays import namespace, to_numpy
from gdviz.errors import ParameterError, UnknownNameError
from gdviz.optimizers import OPTIMIZERS, Optimizer, Step, optimizer
from gdviz.oracle import Oracle
from gdviz.parameters import Parameter, declared
from gdviz.problems import problem
from gdviz.problems.coordinates import CoordinateFunction
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

SWITCHED_ON = {"momentum": 0.9, "dampening": 0.3, "centered": True, "weight_decay": 0.1, "learning_rate_decay": 0.01}
LARGEST_BELOW_ONE = math.nextafter(1.0, 0.0)
MUST_BE_BELOW_ONE = {"beta1", "beta2", "decay", "momentum"}
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


def switched_on(cls: type[Optimizer]) -> Optimizer:
    names = {item.name for item in declared(cls)}
    return cls.from_options({name: value for name, value in SWITCHED_ON.items() if name in names})


VARIANTS = [rule for cls in OPTIMIZERS for rule in dict.fromkeys((cls(), switched_on(cls)))]
PARAMETERS = [(cls, item) for cls in OPTIMIZERS for item in declared(cls)]
NUMBERS = [(cls, item) for cls, item in PARAMETERS if item.kind in {"float", "integer"}]

each_class = pytest.mark.parametrize("cls", OPTIMIZERS, ids=OPTIMIZERS.names)
each_variant = pytest.mark.parametrize(
    "rule", VARIANTS, ids=[" ".join([rule.name, *rule.changed_options()]) for rule in VARIANTS]
)
each_parameter = pytest.mark.parametrize(
    ("cls", "declaration"), PARAMETERS, ids=[f"{cls.name}-{item.name}" for cls, item in PARAMETERS]
)
each_number = pytest.mark.parametrize(
    ("cls", "declaration"), NUMBERS, ids=[f"{cls.name}-{item.name}" for cls, item in NUMBERS]
)


def rate_of(rule: Optimizer) -> float:
    return float(getattr(rule, "learning_rate", math.nan))


def walk(rule: Optimizer, x: Any, steps: int) -> list[Step]:
    """The start and every step from `x` on Rosenbrock's function, in the namespace of `x`."""
    xp, oracle = namespace(x), Oracle(ROSENBROCK)
    taken = [Step(x, rule.init(xp, x))]
    with np.errstate(all="ignore"):  # as the engine does: some of these walks diverge, and even that the same way
        for index in range(steps):
            oracle.step = index
            taken.append(rule.step(xp, oracle, *taken[-1], rate_of(rule)))
    return taken


def array_fields(state: Any) -> dict[str, Any]:
    return {name: field for name, field in state._asdict().items() if not isinstance(field, int)}


points = arrays(np.float64, 2, elements=st.floats(-3.0, 3.0))


@each_variant
@settings(max_examples=25, deadline=None)
@given(x=points, steps=st.integers(0, 4))
def test_that_a_step_changes_nothing_it_is_given_and_always_answers_the_same(
    rule: Optimizer, x: np.ndarray, steps: int
) -> None:
    x, state = walk(rule, x, steps)[-1]
    given_arrays = [x, *array_fields(state).values()]
    copies = [array.copy() for array in given_arrays]
    for array in given_arrays:
        array.flags.writeable = False
    first = rule.step(np, Oracle(ROSENBROCK), x, state, rate_of(rule))
    second = rule.step(np, Oracle(ROSENBROCK), x, state, rate_of(rule))
    for array, copy in zip(given_arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(first.point, second.point)
    for one, other in zip(first.state, second.state, strict=True):
        np.testing.assert_array_equal(one, other)


@each_variant
def test_that_every_step_moves_and_two_walks_are_the_same(rule: Optimizer) -> None:
    path = np.array([step.point for step in walk(rule, np.array([-1.2, 1.0]), 50)])
    assert (np.abs(np.diff(path, axis=0)).max(axis=1) > 0).all()
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
    starts = np.random.default_rng(1).uniform(-2.0, 2.0, size=(3, 7, 2))
    batch = walk(rule, starts, 30)
    for index in np.ndindex(3, 7):
        alone = walk(rule, starts[index], 30)
        for (x, state), (row, row_state) in zip(batch, alone, strict=True):
            np.testing.assert_array_equal(x[index], row)
            for name, field in array_fields(state).items():
                np.testing.assert_array_equal(field[index], getattr(row_state, name))


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


@each_variant
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


@each_class
def test_that_the_shape_of_the_state_does_not_depend_on_hyper_parameters(cls: type[Optimizer]) -> None:
    x = np.array([-1.2, 1.0])
    plain, full = cls().init(np, x), switched_on(cls).init(np, x)
    assert type(plain) is type(full)
    for name, value in plain._asdict().items():
        np.testing.assert_array_equal(value, getattr(full, name))


@each_class
def test_that_hyper_parameters_may_change_in_the_middle_of_a_run(cls: type[Optimizer]) -> None:
    before = RunConfig(optimizer=cls(), steps=40)
    after = before.changed_at(15, switched_on(cls).changed_options() | {"learning_rate": 2e-4})
    one, other = (run_to_end(Run(ROSENBROCK, config)).points for config in (before, after))
    np.testing.assert_array_equal(one[:16], other[:16])
    assert (one[16] != other[16]).all()
    assert len(other) == 41
    assert np.isfinite(other).all()


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
BOWL_RATES = {"gradient_descent": 0.1, "adagrad": 1.0, "adadelta": 1.0}


@each_class
def test_that_it_solves_the_bowl(cls: type[Optimizer]) -> None:
    rule = dataclasses.replace(cls(), learning_rate=BOWL_RATES.get(cls.name, 0.01))
    trajectory = run_to_end(Run(Bowl(), RunConfig(optimizer=rule, steps=2000)))
    assert trajectory.values[0] == 26.0
    # Rules that divide by the gradient's size never come to rest: they chatter about the minimum at about half a step.
    assert trajectory.values[-1] < 1e-3


@each_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_at_a_zero_gradient_it_stays_where_it_is(rule: Optimizer, dtype: type) -> None:
    x, oracle = np.zeros(2, dtype=dtype), Oracle(Bowl())
    state = rule.init(np, x)
    for _ in range(20):
        x, state = rule.step(np, oracle, x, state, rate_of(rule))
        np.testing.assert_array_equal(x, [0.0, 0.0])


@each_number
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1e-3, -1e308, "fast", None, True, [0.1]])
def test_that_an_impossible_value_is_refused_with_its_name_and_limits(
    cls: type[Optimizer], declaration: Parameter, value: Any
) -> None:
    with pytest.raises(ParameterError) as refusal:
        cls.from_options({declaration.name: value})
    assert f"{cls.name}: {declaration.name} must be {declaration.limits()}, not {value!r}" in str(refusal.value)


@each_number
def test_that_a_smoothing_of_one_and_a_rate_of_zero_are_refused(cls: type[Optimizer], declaration: Parameter) -> None:
    if declaration.name in MUST_BE_BELOW_ONE:
        assert declaration.limits() == "a finite number at least 0 and below 1"
        for value in (1, 1.0, 1.5):
            with pytest.raises(ParameterError, match="below 1, not"):
                cls.from_options({declaration.name: value})
    elif declaration.name == "learning_rate":
        with pytest.raises(ParameterError, match="learning_rate must be a finite number above 0, not 0"):
            cls.from_options({"learning_rate": 0})
    else:
        assert declaration.check(0) == 0


@each_class
def test_that_a_rate_of_1e308_runs_to_diverged_and_keeps_the_last_finite_point(cls: type[Optimizer]) -> None:
    trajectory = run_to_end(Run(Bowl(), RunConfig(optimizer=cls.from_options({"learning_rate": 1e308}), steps=50)))
    assert trajectory.stop_reason is StopReason.DIVERGED
    assert trajectory.sentence.startswith("diverged at step ")
    assert len(trajectory) == trajectory.stop_step
    assert np.isfinite(trajectory.points).all()
    assert np.isfinite(trajectory.values).all()


@each_number
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("end", ["low", "high"])
def test_that_at_the_ends_of_its_limits_a_run_finishes_or_diverges_with_finite_rows(
    cls: type[Optimizer], declaration: Parameter, dtype: type, end: str
) -> None:
    if end == "low":
        value = 5e-324 if declaration.low_open else declaration.low
    elif declaration.high_open:
        value = LARGEST_BELOW_ONE
    else:
        value = min(declaration.high, 1.7e308)
    rule = dataclasses.replace(switched_on(cls), **{declaration.name: value})
    run = Run(Bowl(), RunConfig(optimizer=rule, steps=60), start=np.array([4.0, -3.0], dtype=dtype))
    trajectory = run_to_end(run)
    assert trajectory.stop_reason in {StopReason.FINISHED, StopReason.DIVERGED}
    assert trajectory.points.dtype == dtype
    assert np.isfinite(trajectory.points).all()
    assert np.isfinite(trajectory.values).all()


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


@each_parameter
def test_that_every_hyper_parameter_explains_itself(cls: type[Optimizer], declaration: Parameter) -> None:
    assert declaration.label
    assert declaration.help.endswith(".")
    assert declaration.help.count(".") >= 2, "what it does, and what happens when it is too big"
    if declaration.kind == "float":
        assert declaration.symbol
        assert "Too big: " in declaration.help


@each_number
def test_that_the_slider_lies_within_the_limits_and_reaches_the_default(
    cls: type[Optimizer], declaration: Parameter
) -> None:
    assert declaration.slider is not None
    low, high = declaration.slider
    assert low < high
    assert declaration.check(low) == low
    assert declaration.check(high) == high
    assert low <= declaration.default <= high
    if declaration.log:
        assert low > 0


def test_that_an_unknown_name_is_answered_with_the_closest_one() -> None:
    with pytest.raises(UnknownNameError, match="unknown optimizer 'adamaks'; did you mean adamax"):
        optimizer("adamaks")


def test_that_an_unknown_hyper_parameter_is_answered_with_the_closest_one() -> None:
    with pytest.raises(ParameterError, match="adam has no option 'beta_1'; did you mean beta1"):
        optimizer("adam", beta_1=0.9)
