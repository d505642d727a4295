"""What every optimizer keeps that is no gradient rule: line searches, curvature, no derivatives, and wrappers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any, ClassVar

import array_api_strict
import numpy as np
import pytest

from gdviz.arrays import namespace, to_numpy
from gdviz.errors import InputError, ParameterError
from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer, Step, optimizer
from gdviz.optimizers.explanation import StepFacts
from gdviz.oracle import Oracle
from gdviz.parameters import Parameter
from gdviz.problems import problem
from gdviz.problems.coordinates import CoordinateFunction
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import branch, run_to_end
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

ROSENBROCK = problem("rosenbrock")
# Muon has parts for matrices and others and a test of its own.
METHODS = [cls for cls in OPTIMIZERS if not issubclass(cls, GradientRule) and cls.name != "muon"]
WITH_SEARCH = ("line_search", "conjugate_gradient", "newton", "bfgs", "lbfgs")
VARIANTS: list[Optimizer] = [
    *(cls.from_options({}) for cls in METHODS),
    *(optimizer(name, search=kind) for name in WITH_SEARCH for kind in ("backtracking", "strong_wolfe", "exact")),
    optimizer("conjugate_gradient", beta="fletcher_reeves", restart=7),
    optimizer("newton", damping=0.5, modify_eigenvalues=False, learning_rate=0.7),
    optimizer("levenberg_marquardt", scaled=True, damping=10.0),
    optimizer("levenberg_marquardt", damping=0.0),
    optimizer("barzilai_borwein", rate="short"),
    optimizer("lbfgs", history=2, search="strong_wolfe"),
    optimizer("sam", base="adam", rho=0.3),
    optimizer("lookahead", base="momentum", k=3, alpha=0.3),
    optimizer("averaging", base="adam", average="mean", begin=4, learning_rate=0.1),
]
VARIANTS = list(dict.fromkeys(VARIANTS))
CHANGES: dict[str, dict[str, Any]] = {
    "barzilai_borwein": {"rate": "short"},
    "polyak_step": {"max_rate": 1e-3},
    "levenberg_marquardt": {"damping": 1e3},
    "nelder_mead": {"reflection": 0.5},
    "line_search": {"first_rate": 1e-4},
    "conjugate_gradient": {"beta": "fletcher_reeves"},
    "lookahead": {"learning_rate": 0.3, "k": 2},
    "sam": {"learning_rate": 1e-4, "rho": 0.5},
    "averaging": {"learning_rate": 1e-4, "average": "mean"},
}

each_class = pytest.mark.parametrize("cls", METHODS, ids=[cls.name for cls in METHODS])
each_variant = pytest.mark.parametrize(
    "method",
    VARIANTS,
    ids=[" ".join([rule.name, *(f"{k}={v}" for k, v in rule.changed_options().items())]) for rule in VARIANTS],
)


@dataclasses.dataclass(frozen=True)
class Bowl(CoordinateFunction):
    """½(x² + 4y²), from (4, -3), as the sum of squares that it is."""

    name: ClassVar[str] = "bowl"
    has_residuals: ClassVar[bool] = True
    residual_factor: ClassVar[float] = 1.0

    @property
    def dimension(self) -> int:
        return 2

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-5.0, 5.0], [-5.0, 5.0]])

    @property
    def minima(self) -> np.ndarray:
        return np.zeros((1, 2))

    @property
    def start(self) -> np.ndarray:
        return np.array([4.0, -3.0])

    def value_at(self, xp: Any, x: Any, y: Any) -> Any:
        return 0.5 * (x * x + 4.0 * y * y)

    def gradient_at(self, xp: Any, x: Any, y: Any) -> tuple[Any, ...]:
        return x, 4.0 * y

    def hessian_at(self, xp: Any, x: Any, y: Any) -> tuple[Any, ...]:
        return 1.0, 0.0, 4.0

    def residuals(self, x: Any) -> Any:
        return x * namespace(x).asarray([1.0, 2.0], dtype=x.dtype)

    def jacobian(self, x: Any) -> Any:
        xp = namespace(x)
        return xp.asarray([[1.0, 0.0], [0.0, 2.0]], dtype=x.dtype) + 0.0 * x[..., None, :]


def rate_of(method: Optimizer) -> float:
    return float(getattr(method, "learning_rate", math.nan))


def walk(method: Optimizer, x: Any, steps: int) -> list[Step]:
    """The start and every step from `x` on Rosenbrock's function, in the namespace of `x`."""
    xp, oracle = namespace(x), Oracle(ROSENBROCK)
    taken = [Step(x, method.init(xp, x))]
    with np.errstate(all="ignore"):
        for index in range(steps):
            oracle.step = index
            taken.append(method.step(xp, oracle, *taken[-1], rate_of(method)))
    return taken


def array_fields(state: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The arrays of a state and of the states in it, by name."""
    for name, field in state._asdict().items():
        if hasattr(field, "_asdict"):
            yield from array_fields(field, f"{prefix}{name}.")
        elif not isinstance(field, int | float):
            yield prefix + name, field


@each_variant
@pytest.mark.parametrize("steps", [0, 1, 3, 6])
def test_that_a_step_changes_nothing_it_is_given_and_always_answers_the_same(method: Optimizer, steps: int) -> None:
    x, state = walk(method, np.array([-1.2, 1.0]), steps)[-1]
    given = [x, *(np.asarray(field) for _, field in array_fields(state))]
    copies = [array.copy() for array in given]
    for array in given:
        if array.base is None:
            array.flags.writeable = False
    first, second = (method.step(np, Oracle(ROSENBROCK), x, state, rate_of(method)) for _ in range(2))
    for array, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(first.point, second.point)
    for (_, one), (_, other) in zip(array_fields(first.state), array_fields(second.state), strict=True):
        np.testing.assert_array_equal(one, other)


@each_variant
def test_that_the_first_steps_move_and_two_walks_are_the_same(method: Optimizer) -> None:
    path, again = (np.array([step.point for step in walk(method, np.array([-1.2, 1.0]), 30)]) for _ in range(2))
    assert (path[1] != path[0]).any()
    assert len(np.unique(path[:4], axis=0)) >= 3
    np.testing.assert_array_equal(path, again)


@each_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_the_dtype_of_the_start_is_kept_by_point_and_state(method: Optimizer, dtype: type) -> None:
    for start in (np.array([-1.2, 1.0], dtype=dtype), np.array([[-1.2, 1.0], [0.5, 2.0]], dtype=dtype)):
        for x, state in walk(method, start, 5):
            assert x.dtype == dtype
            assert x.shape == start.shape
            assert {name for name, field in array_fields(state) if field.dtype != dtype} == set()


@each_variant
def test_that_a_batch_steps_as_each_of_its_rows_would_to_the_last_bit(method: Optimizer) -> None:
    starts = np.random.default_rng(1).uniform(-2.0, 2.0, size=(2, 3, 2))
    batch = walk(method, starts, 15)
    for index in np.ndindex(2, 3):
        alone = walk(method, starts[index], 15)
        for (x, state), (row, row_state) in zip(batch, alone, strict=True):
            np.testing.assert_array_equal(x[index], row)
            for (name, field), (_, own) in zip(array_fields(state), array_fields(row_state), strict=True):
                np.testing.assert_array_equal(field[index], own, err_msg=name)


@each_variant
def test_that_it_runs_on_a_library_that_has_the_array_standard_and_nothing_else(method: Optimizer) -> None:
    ours = walk(method, np.array([[-1.2, 1.0], [0.5, 2.0]]), 8)
    theirs = walk(method, array_api_strict.asarray([[-1.2, 1.0], [0.5, 2.0]]), 8)
    for (x, _), (other, _) in zip(ours, theirs, strict=True):
        assert isinstance(other, type(array_api_strict.asarray(0.0)))
        np.testing.assert_allclose(np.asarray(other), x, rtol=1e-9, atol=1e-12)


@pytest.mark.torch
@each_variant
def test_that_it_runs_on_torch_tensors_with_the_same_numbers(method: Optimizer) -> None:
    torch = pytest.importorskip("torch")
    ours = walk(method, np.array([[-1.2, 1.0], [0.5, 2.0]]), 8)
    theirs = walk(method, torch.tensor([[-1.2, 1.0], [0.5, 2.0]], dtype=torch.float64), 8)
    for (x, _), (other, other_state) in zip(ours, theirs, strict=True):
        assert all(isinstance(field, torch.Tensor) for _, field in array_fields(other_state))
        # What differs in the last digit grows where a search decides by it.
        np.testing.assert_allclose(to_numpy(other), x, rtol=1e-9, atol=1e-12)


@each_variant
def test_that_the_state_is_a_named_tuple_of_arrays_that_begin_with_the_batch(method: Optimizer) -> None:
    start = np.ones((4, 5, 2))
    states = [step.state for step in walk(method, start, 3)]
    for state in states:
        assert type(state) is type(states[0])
        assert {name for name, field in array_fields(state) if field.shape[:2] != (4, 5)} == set()
    named = [name for name, field in states[-1]._asdict().items() if getattr(field, "shape", None) == start.shape]
    assert list(method.state_symbols) == named
    assert all(method.state_symbols.values())
    assert set(method.companion_points) <= set(named)


@each_class
def test_that_the_first_state_does_not_depend_on_hyper_parameters(cls: type[Optimizer]) -> None:
    x = np.array([-1.2, 1.0])
    changed = cls.from_options({}).changed(CHANGES.get(cls.name, {"learning_rate": 0.3}))
    for (_, one), (_, other) in zip(
        array_fields(cls.from_options({}).init(np, x)), array_fields(changed.init(np, x)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@each_class
def test_that_hyper_parameters_may_change_in_the_middle_of_a_run_as_if_it_had_branched_there(
    cls: type[Optimizer],
) -> None:
    before = RunConfig(optimizer=cls.from_options({}), steps=9)
    after = before.changed_at(3, CHANGES.get(cls.name, {"learning_rate": 0.3}))
    run = Run(ROSENBROCK, before)
    one, other = run_to_end(run).points, run_to_end(Run(ROSENBROCK, after)).points
    np.testing.assert_array_equal(one[:4], other[:4])
    assert (one[4:] != other[4:]).any()
    assert np.isfinite(other).all()
    np.testing.assert_array_equal(run_to_end(branch(run, after, 9)).points, other)


@each_variant
def test_that_it_asks_the_oracle_exactly_what_it_declares_for_every_step(method: Optimizer) -> None:
    oracle, x = Oracle(ROSENBROCK), np.array([-1.2, 1.0])
    state = method.init(np, x)
    assert oracle.evaluations == (0, 0, 0)
    for steps in range(1, 6):
        x, state = method.step(np, oracle, x, state, rate_of(method))
        if method.evaluations_per_step is not None:
            assert oracle.evaluations == tuple(steps * count for count in method.evaluations_per_step)


@each_variant
def test_that_a_batch_counts_what_its_most_demanding_point_asks(method: Optimizer) -> None:
    starts = np.array([[-1.2, 1.0], [0.5, 2.0], [1.0, 1.0]])
    alone = []
    for start in starts:
        oracle = Oracle(ROSENBROCK)
        method.step(np, oracle, start, method.init(np, start), rate_of(method))
        alone.append(oracle.evaluations)
    oracle = Oracle(ROSENBROCK)
    method.step(np, oracle, starts, method.init(np, starts), rate_of(method))
    assert oracle.evaluations == tuple(np.max(alone, axis=0))


BOWL_RATES = {"sam": 0.1, "lookahead": 0.05, "averaging": 0.1}


@each_variant
def test_that_it_solves_the_bowl(method: Optimizer) -> None:
    if method.name in BOWL_RATES:
        method = method.changed({"learning_rate": BOWL_RATES[method.name]})
    # The mean counts all points since it began alike, so it comes near as one over their number.
    goal = 0.2 if method.name in BOWL_RATES else 1e-12
    steps = 600 if method.name in BOWL_RATES else 300
    trajectory = run_to_end(Run(Bowl(), RunConfig(optimizer=method, steps=steps)))
    assert trajectory.values[0] == 26.0
    assert trajectory.values[-1] < goal


@each_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_at_a_zero_gradient_it_stays_where_it_is(method: Optimizer, dtype: type) -> None:
    x, oracle = np.zeros(2, dtype=dtype), Oracle(Bowl())
    state = method.init(np, x)
    for _ in range(20):
        x, state = method.step(np, oracle, x, state, rate_of(method))
        np.testing.assert_array_equal(x, [0.0, 0.0])


NUMBERS = [
    (cls, item) for cls in METHODS for item in cls.from_options({}).declarations if item.kind in {"float", "integer"}
]


@pytest.mark.parametrize(("cls", "item"), NUMBERS, ids=[f"{cls.name}-{item.name}" for cls, item in NUMBERS])
def test_that_impossible_values_are_refused_and_its_limits_run_to_an_end(cls: type[Optimizer], item: Parameter) -> None:
    for value in (math.nan, math.inf, -math.inf, "fast", True, [0.1]):
        with pytest.raises(ParameterError, match=item.name):
            cls.from_options({item.name: value})
    assert item.slider is not None
    assert all(item.check(end) == end for end in item.slider)
    assert item.default is None or item.slider[0] <= item.default <= item.slider[1]
    low = math.nextafter(item.low, math.inf) if item.low_open else item.low
    high = math.nextafter(item.high, -math.inf) if item.high_open else item.high
    for value in {max(low, -1.7e308), min(high, 1.7e308)}:
        method = cls.from_options({item.name: int(value) if item.kind == "integer" else value})
        if "search" in method.options() and item.name in {"decrease", "curvature", "shrink"}:
            method = method.changed({"search": "backtracking" if item.name == "shrink" else "strong_wolfe"})
        trajectory = run_to_end(Run(Bowl(), RunConfig(optimizer=method, steps=20)))
        assert trajectory.stop_reason in {StopReason.FINISHED, StopReason.DIVERGED}
        assert np.isfinite(trajectory.points).all()
        assert np.isfinite(trajectory.values).all()


@dataclasses.dataclass(frozen=True)
class Cliff(Bowl):
    """The bowl, but beyond x < 3.9 nothing can be computed: whoever looks there must turn back, or end."""

    name: ClassVar[str] = "cliff"

    def value(self, x: Any) -> Any:
        return np.where(x[..., 0] < 3.9, math.nan, super().value(x))

    def gradient(self, x: Any) -> Any:
        return np.where(x[..., :1] < 3.9, math.nan, super().gradient(x))

    def residuals(self, x: Any) -> Any:
        return np.where(x[..., :1] < 3.9, math.nan, super().residuals(x))


class Unbounded(Bowl):
    """A bowl whose minimum nobody knows."""

    @property
    def minima(self) -> np.ndarray:
        return np.empty((0, 2))


class Wide(Bowl):
    """A bowl that says it has 3,000 parameters."""

    @property
    def dimension(self) -> int:
        return 3000


@each_variant
def test_that_a_function_that_can_t_be_computed_everywhere_ends_no_step_in_a_loop(method: Optimizer) -> None:
    trajectory = run_to_end(Run(Cliff(), RunConfig(optimizer=method, steps=20)))
    assert trajectory.stop_reason in {StopReason.FINISHED, StopReason.DIVERGED}
    assert np.isfinite(trajectory.values).all()
    asked = np.diff(np.stack(list(trajectory.evaluations), axis=1), axis=0)
    assert (asked <= 102).all(), "searches are bounded"


@each_variant
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_that_an_explanation_ends_at_the_point_that_the_step_reached(method: Optimizer, steps: int) -> None:
    for start in (np.array([-1.2, 1.0]), np.array([[-1.2, 1.0], [0.5, 2.0]])):
        (x, state), (following, after) = walk(method, start, steps + 1)[-2:]
        facts = StepFacts(np, Oracle(ROSENBROCK), x, state, steps, rate_of(method), None, following, after)
        with np.errstate(all="ignore"):
            told = method.explain(facts)
        names = [quantity.name for quantity in told]
        assert len(set(names)) == len(names)
        by_name = {quantity.name: quantity.value for quantity in told}
        np.testing.assert_array_equal(by_name["New point"], following)
        np.testing.assert_array_equal(by_name["Update"], following - x)
        if "Gradient" in by_name and method.name != "averaging":
            np.testing.assert_allclose(by_name["Gradient"], ROSENBROCK.gradient(x), rtol=1e-12, atol=1e-12)
        if "Rate taken" in by_name:
            rate = np.asarray(by_name["Rate taken"])[..., None]
            np.testing.assert_array_equal(x + rate * by_name["Direction"], following)
        for quantity in told:
            assert quantity.name
            assert quantity.symbol
            assert quantity.formula
            assert quantity.formula.count("{") == quantity.formula.count("}")
            assert start.ndim == 1 or np.shape(quantity.value)[:1] in {(2,), ()}


@each_variant
def test_that_options_make_the_same_optimizer_again(method: Optimizer) -> None:
    assert type(method).from_options(method.options()) == method
    assert OPTIMIZERS.make(method.name, method.changed_options()) == method
    assert hash(optimizer(method.name, **method.options())) == hash(method)


@each_class
def test_that_it_says_what_it_is_and_every_hyper_parameter_explains_itself(cls: type[Optimizer]) -> None:
    assert cls.from_options({}).changed_options() == {}
    assert cls.label
    assert cls.summary.endswith(".")
    assert len(cls.summary) <= 110, "a summary is one line of a list"
    assert cls.source
    assert cls.__doc__ is not None
    assert "Source:" in cls.__doc__
    for item in cls.from_options({}).declarations:
        assert item.label
        assert item.help.endswith(".")
        assert item.help.count(".") >= 2, "what it does, and what happens when it is too big"
        if item.kind == "float":
            assert item.symbol
            assert "Too big: " in item.help


@pytest.mark.parametrize(
    "name", ["line_search", "conjugate_gradient", "barzilai_borwein", "newton", "bfgs", "lbfgs", "levenberg_marquardt"]
)
def test_that_a_function_with_kinks_is_refused_before_the_run_with_what_to_do(name: str) -> None:
    kinked = problem("absolute_value")
    with pytest.raises(InputError, match=f"^{optimizer(name).label} needs .* {kinked.label} .*; choose .*"):
        Run(kinked, RunConfig(optimizer=optimizer(name)))


def test_that_a_change_on_the_way_is_asked_too() -> None:
    config = RunConfig(optimizer=optimizer("polyak_step", minimum_value=0.0), steps=10)
    Run(Unbounded(), config)
    with pytest.raises(InputError, match=r"^Polyak step needs the lowest value, .* give minimum_value"):
        Run(Unbounded(), config.changed_at(4, {"minimum_value": None}))
    Run(Bowl(), config.changed_at(4, {"minimum_value": None}))


def test_that_what_a_matrix_would_be_too_wide_for_is_refused() -> None:
    for name, instead in (("bfgs", "L-BFGS"), ("newton", "L-BFGS"), ("nelder_mead", "Gradient descent")):
        with pytest.raises(
            InputError, match=rf"^{optimizer(name).label} works with a matrix .* 3,000; choose {instead}\."
        ):
            Run(Wide(), RunConfig(optimizer=optimizer(name)))
