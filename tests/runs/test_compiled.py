"""Runs compiled by JAX: the paths of the plain rules to rounding, their own bits when replayed, no second compilation.

Where a path chatters about a minimum, a difference in the last bit doubles every few steps, so paths are compared over
few steps, and long runs by where they end.
"""

from __future__ import annotations

import dataclasses
import gc
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.arrays import to_numpy
from gdviz.backends import BackendWarning, backend
from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer, optimizer
from gdviz.optimizers.momentum import GradientDescent
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS, Problem, problem
from gdviz.runs import compiled
from gdviz.runs.config import RunConfig, StopRules
from gdviz.runs.engine import advance, branch, replay, run_to_end
from gdviz.runs.lengths import lengths
from gdviz.runs.placed import placed_run
from gdviz.runs.run import Run
from gdviz.runs.stopping import StopReason

pytestmark = pytest.mark.jax

STEPS = 25
FUNCTIONS = [
    cls
    for cls in PROBLEMS
    if not any(
        item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        for item in dataclasses.fields(cls)
        if item.init
    )
]
RULES = [cls for cls in OPTIMIZERS if issubclass(cls, GradientRule) and cls.step is GradientRule.step]
FITS: dict[str, dict[str, Any]] = {
    "squares": {"table": "builtin:line"},
    "huber": {"table": "builtin:line", "loss": "huber", "l2": 0.1, "l1": 0.01},
    "logistic": {"table": "builtin:iris", "target": "species", "classes": ("versicolor", "virginica")},
    "softmax": {"table": "builtin:iris", "target": "species", "model": "softmax", "validation": 0.2},
    "network": {"table": "builtin:iris", "target": "species", "model": "mlp", "hidden": (4,)},
}


def switched_on(cls: type[Optimizer]) -> Optimizer:
    """A rule with every term of its formula in use."""
    options: dict[str, Any] = {item.name: 0.3 for item in declared(cls) if item.kind == "float" and item.default == 0}
    options |= {item.name: True for item in declared(cls) if item.kind == "boolean"}
    return cls.from_options({**options, "learning_rate": 1e-3})


def jax_run(tested: Problem, rule: Optimizer, **settings: Any) -> Run:
    start = settings.pop("start", None)
    run = placed_run(backend("jax"), tested, RunConfig(optimizer=rule, **settings), start)
    assert run.compiled is not None
    return run


def assert_same(ours: Any, theirs: Any, tolerance: float = 1e-9) -> None:
    assert len(ours) == len(theirs)
    for column in ("points", "values", "gradient_norms"):
        scale = np.abs(getattr(theirs, column)).max()
        np.testing.assert_allclose(
            getattr(ours, column), getattr(theirs, column), rtol=tolerance, atol=tolerance * scale, err_msg=column
        )
    np.testing.assert_array_equal(ours.learning_rates, theirs.learning_rates)
    np.testing.assert_array_equal(ours.evaluations.total, theirs.evaluations.total)
    assert ours.sentence == theirs.sentence


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One entry for every time that a program is recorded, which is when it is compiled."""
    recorded: list[Any] = []
    monkeypatch.setattr(compiled, "_programs", {})
    original = compiled.with_traced_numbers

    def counted(rule: Any, *arguments: Any) -> Any:
        recorded.append(rule)
        return original(rule, *arguments)

    monkeypatch.setattr(compiled, "with_traced_numbers", counted)
    return recorded


# The same paths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.name)
def test_that_every_gradient_rule_is_compiled_to_the_path_of_the_plain_one(cls: type[Optimizer]) -> None:
    tested = problem("rosenbrock")
    for rule in (cls(), switched_on(cls)):
        trajectory = run_to_end(jax_run(tested, rule, steps=STEPS))
        assert_same(trajectory, run_to_end(Run(tested, RunConfig(optimizer=rule, steps=STEPS))))


@pytest.mark.parametrize("cls", FUNCTIONS, ids=lambda cls: cls.name)
def test_that_every_function_is_compiled_to_the_same_values_and_gradients(cls: type[Problem]) -> None:
    jax = pytest.importorskip("jax")
    tested = cls()
    points = np.stack([tested.start, *np.random.default_rng(1).uniform(*tested.domain.T, (3, tested.dimension))])
    with np.errstate(all="ignore"):
        expected = tested.value(points), tested.gradient(points)
    with jax.enable_x64(True):
        found = jax.jit(lambda x: (tested.value(x), tested.gradient(x)))(points)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-10, atol=1e-11 * np.abs(theirs).max())


@pytest.mark.parametrize("batch_size", [None, 10, 7], ids=["all rows", "batches", "batches and a rest"])
@pytest.mark.parametrize("options", FITS.values(), ids=FITS)
def test_that_fits_are_compiled_with_the_same_mini_batches(options: dict[str, Any], batch_size: int | None) -> None:
    # Not Adam: where a gradient is all but 0, it makes a step of what rounding left.
    tested, rule = problem("data", **options), optimizer("momentum", learning_rate=0.01)
    settings: dict[str, Any] = {"steps": 2 * STEPS, "batch_size": batch_size, "seed": 5}
    assert_same(
        run_to_end(jax_run(tested, rule, **settings)), run_to_end(Run(tested, RunConfig(optimizer=rule, **settings)))
    )


def test_that_a_batch_of_starts_is_compiled_to_the_paths_of_each() -> None:
    starts = np.random.default_rng(0).normal(size=(4, 2))
    ours = gdviz.minimize("himmelblau", "adam", start=starts, steps=STEPS, backend="jax")
    assert ours.points.shape == (STEPS + 1, 4, 2)
    assert_same(ours, gdviz.minimize("himmelblau", "adam", start=starts, steps=STEPS))


def test_that_single_precision_stays_so() -> None:
    settings: dict[str, Any] = {"steps": STEPS, "dtype": np.float32}
    ours = gdviz.minimize("rosenbrock", "adam", backend="jax", **settings)
    assert ours.points.dtype == np.float32
    assert_same(ours, gdviz.minimize("rosenbrock", "adam", **settings), tolerance=1e-4)


def test_that_a_long_run_ends_in_the_same_minimum() -> None:
    rule = optimizer("momentum", learning_rate=1e-3)
    trajectory = gdviz.minimize("rosenbrock", rule, steps=60_000, backend="jax")
    np.testing.assert_allclose(trajectory.points[-1], [1.0, 1.0], rtol=1e-9)
    assert len(trajectory) == 60_001


def test_that_rates_of_a_schedule_are_those_of_the_steps() -> None:
    schedules = pytest.importorskip("gdviz.schedules")
    gdviz.minimize("rosenbrock", "adam", steps=STEPS, backend="jax")  # whose program has the rate among its numbers
    rule = optimizer("adam", learning_rate=schedules.schedule("cosine", initial=0.1, steps=20))
    ours = gdviz.minimize("rosenbrock", rule, steps=STEPS, backend="jax")
    assert len(set(ours.learning_rates.tolist())) > 15
    assert_same(ours, gdviz.minimize("rosenbrock", rule, steps=STEPS))


@pytest.mark.parametrize("size", [2, 20])
def test_that_norms_keep_their_digits_where_squares_would_overflow_or_vanish(size: int) -> None:
    jax = pytest.importorskip("jax")
    vectors = np.ones((7, size)) * np.array([1.0, 0.0, 1e200, 1e-200, np.inf, np.nan, 3e-160])[:, None]
    with jax.enable_x64(True), np.errstate(all="ignore"):
        for chosen in (slice(0, 1), slice(None)):
            found = jax.jit(lambda given: compiled._lengths(jax.numpy, given))(vectors[chosen])
            np.testing.assert_allclose(np.asarray(found), lengths(vectors[chosen]), rtol=1e-14)


# Stopping, going back, changing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stop",
    [{"gradient_norm": 1.0}, {"value": 0.5}, {"change": 1e-3}, {"evaluations": 77}],
    ids=lambda stop: next(iter(stop)),
)
def test_that_stopping_rules_end_a_compiled_run_at_the_same_step(stop: dict[str, float]) -> None:
    rule, tested = optimizer("gradient_descent", learning_rate=1e-3), problem("rosenbrock")
    settings: dict[str, Any] = {"steps": 5000, "stop": StopRules.from_options(stop)}
    run = jax_run(tested, rule, **settings)
    assert_same(run_to_end(run), run_to_end(Run(tested, RunConfig(optimizer=rule, **settings))), tolerance=1e-7)
    assert run.step == run.trajectory.steps < 5000
    np.testing.assert_array_equal(to_numpy(run.point), run.trajectory.points[-1])


def test_that_a_run_that_diverges_keeps_its_finite_rows() -> None:
    rule, tested = optimizer("gradient_descent", learning_rate=0.1), problem("rosenbrock")
    trajectory = run_to_end(jax_run(tested, rule, steps=500))
    plain = run_to_end(Run(tested, RunConfig(optimizer=rule, steps=500)))
    assert trajectory.stop_reason is StopReason.DIVERGED
    assert trajectory.sentence == plain.sentence
    assert np.isfinite(trajectory.points).all()


def test_that_any_step_is_replayed_bit_for_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_LONGEST", 64)
    run = jax_run(problem("beale"), optimizer("adam", learning_rate=0.05), steps=1000)
    trajectory = run_to_end(run)
    assert len(trajectory.checkpoints) == 16
    for step in (0, 1, 63, 64, 65, 500, 999, 1000):
        np.testing.assert_array_equal(to_numpy(replay(run, step).point), trajectory.points[step])


def test_that_where_chunks_end_never_shows() -> None:
    rule = optimizer("adam", learning_rate=0.05)
    whole, pieces = (jax_run(problem("beale"), rule, steps=300) for _ in range(2))
    run_to_end(whole)
    while not pieces.finished:
        advance(pieces, 7)
    np.testing.assert_array_equal(whole.trajectory.points, pieces.trajectory.points)
    np.testing.assert_array_equal(whole.trajectory.values, pieces.trajectory.values)


def test_that_a_branch_is_the_run_that_the_new_config_gives() -> None:
    run = jax_run(problem("rosenbrock"), optimizer("adam", learning_rate=0.01), steps=400)
    run_to_end(run)
    changed = run.config.changed_at(250, {"learning_rate": 0.1, "beta1": 0.5})
    followed = run_to_end(branch(run, changed, 250))
    anew = run_to_end(placed_run(backend("jax"), run.problem, changed))
    np.testing.assert_array_equal(followed.points, anew.points)
    np.testing.assert_array_equal(followed.learning_rates, anew.learning_rates)
    np.testing.assert_array_equal(followed.points[:251], run.trajectory.points[:251])


def test_that_the_state_afterwards_is_what_a_plain_rule_goes_on_from() -> None:
    run = jax_run(problem("rosenbrock"), optimizer("adam", learning_rate=0.01), steps=30)
    run_to_end(run)
    assert type(run.state.step) is int
    assert run.state.step == 30
    plain = Run(run.problem, run.config)
    run_to_end(plain)
    np.testing.assert_allclose(to_numpy(run.state.first_moment), plain.state.first_moment, rtol=1e-10)


# Compiling once -------------------------------------------------------------------------------------------------------


def test_that_neither_sliders_nor_lengths_compile_again(recordings: list[Any]) -> None:
    tested = problem("rosenbrock")
    for rate, beta1, epsilon, steps in ((0.01, 0.9, 1e-8, 10), (0.02, 0.95, 1e-3, 999), (0.5, 0.6, 0.0, 1)):
        rule = optimizer("adam", learning_rate=rate, beta1=beta1, epsilon=epsilon)
        trajectory = run_to_end(jax_run(tested, rule, steps=steps))
        plain = run_to_end(Run(tested, RunConfig(optimizer=rule, steps=steps)))
        np.testing.assert_allclose(trajectory.points[:20], plain.points[:20], rtol=1e-9)
    assert len(recordings) == 1


def test_that_a_number_which_a_rule_asks_about_compiles_again_only_when_the_answer_changes(
    recordings: list[Any],
) -> None:
    # Adam leaves weight decay out where it is 0, and averages otherwise below one half.
    tested = problem("rosenbrock")
    expected = []
    for options, recorded in (
        ({"weight_decay": 0.0}, 1),
        ({"weight_decay": 0.1}, 2),
        ({"weight_decay": 0.7}, 2),
        ({"weight_decay": 0.1, "beta1": 0.3}, 3),
        ({"weight_decay": 0.2, "beta1": 0.4}, 3),
        ({"weight_decay": 0.0}, 3),
    ):
        rule = optimizer("adam", learning_rate=0.01, **options)
        plain = run_to_end(Run(tested, RunConfig(optimizer=rule, steps=STEPS)))
        assert_same(run_to_end(jax_run(tested, rule, steps=STEPS)), plain)
        expected.append(plain.points[-1].tolist())
        assert len(recordings) == recorded
    assert len({tuple(point) for point in expected}) == 5, "the options have to matter"


def test_that_functions_with_the_same_options_share_their_programs(recordings: list[Any]) -> None:
    for b, recorded in ((1.0, 1), (1.0, 1), (2.0, 2), (1.0, 2)):
        run_to_end(jax_run(problem("rosenbrock", b=b), optimizer("adam"), steps=5))
        assert len(recordings) == recorded


def test_that_programs_end_with_a_fit_and_are_not_its_equal_s(recordings: list[Any]) -> None:
    fits = [problem("data", **FITS["logistic"]) for _ in range(2)]
    for tested in fits:
        run_to_end(jax_run(tested, optimizer("adam"), steps=5))
    assert fits[0] == fits[1], "they say the same of themselves"
    assert len(recordings) == len(compiled._programs) == 2
    del tested, fits
    recordings.clear()
    gc.collect()
    assert len(compiled._programs) == 0


def test_that_only_so_many_programs_are_kept() -> None:
    for number in range(compiled._MOST_PROBLEMS + 3):
        compiled._programs_of(problem("rosenbrock", b=float(number + 1)))
    assert len(compiled._programs) == compiled._MOST_PROBLEMS


# What can't be compiled -----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Deciding(GradientDescent):
    """Looks at the numbers of a step."""

    name = "deciding"
    label = "Deciding"
    elementwise = False

    def update(self, xp: Any, gradient: Any, state: Any, x: Any, learning_rate: float) -> Any:
        return (-learning_rate if float(x[0]) < 0 else -2 * learning_rate) * gradient, state


def test_that_a_rule_which_decides_by_a_step_s_numbers_is_computed_by_numpy_and_said() -> None:
    with pytest.warns(BackendWarning) as said:
        trajectory = gdviz.minimize("rosenbrock", Deciding(), steps=20, backend="jax")
    assert [str(item.message) for item in said] == [
        "jax: Deciding on rosenbrock can't be compiled, for it decides by numbers that a step computes; "
        "NumPy computes instead."
    ]
    np.testing.assert_array_equal(trajectory.points, gdviz.minimize("rosenbrock", Deciding(), steps=20).points)


def test_that_other_methods_than_gradient_rules_are_computed_by_numpy_and_said() -> None:
    others = [cls for cls in OPTIMIZERS if not issubclass(cls, GradientRule)]
    for cls in others[:1]:
        with pytest.warns(BackendWarning, match=f"jax: {cls.label} can't be compiled: only gradient rules"):
            gdviz.minimize("rosenbrock", cls(), steps=2, backend="jax")
