"""What all schedules promise, and numbers worked out by hand for those that torch does not have."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdviz.errors import InputError, ParameterError
from gdviz.parameters import declared
from gdviz.schedules import SCHEDULES, Curve, ObservedSchedule, Schedule, StepSchedule, curve_of, schedule

STEP_SCHEDULES = [cls for cls in SCHEDULES if issubclass(cls, StepSchedule)]


@pytest.mark.parametrize("cls", list(SCHEDULES), ids=lambda cls: cls.name)
def test_that_every_schedule_says_what_it_is(cls: type[Schedule]) -> None:
    assert cls.label
    assert cls.summary.endswith(".")
    assert cls.formula
    assert all(item.help for item in declared(cls))


@pytest.mark.parametrize("cls", STEP_SCHEDULES, ids=lambda cls: cls.name)
def test_that_one_step_gives_the_same_bits_as_many(cls: type[StepSchedule]) -> None:
    made = cls()
    steps = np.arange(2311)
    rates = made.rate(steps)
    assert rates.shape == steps.shape
    assert rates.dtype == np.float64
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert [made.rate(int(step)) for step in steps[::7]] == rates[::7].tolist()
    np.testing.assert_array_equal(made.rate(steps[913:1500]), rates[913:1500])


@pytest.mark.parametrize("cls", list(SCHEDULES), ids=lambda cls: cls.name)
def test_that_a_schedule_made_around_a_rate_reaches_it_and_never_goes_above(cls: type[Schedule]) -> None:
    made = cls.from_rate(0.3)
    if isinstance(made, ObservedSchedule):
        assert made.rate_in(made.init()) == 0.3
    elif cls.name != "cyclic":
        assert isinstance(made, StepSchedule)
        assert made.rate(np.arange(3000)).max() == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("cls", list(SCHEDULES), ids=lambda cls: cls.name)
def test_that_its_table_makes_the_same_schedule(cls: type[Schedule]) -> None:
    made = cls.from_rate(0.3)
    table = made.table()
    assert SCHEDULES.make(table.pop("schedule"), table) == made


def test_that_the_numbers_of_keras_and_optax_are_met() -> None:
    steps = np.array([0, 1, 10, 25])
    # keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5): 0.1 / (1 + 0.5 t/10)
    made = schedule("inverse_time", initial=0.1, decay=0.5, every=10)
    np.testing.assert_allclose(made.rate(steps), [0.1, 0.1 / 1.05, 0.1 / 1.5, 0.1 / 2.25], rtol=1e-15)
    # keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    made = schedule("exponential", initial=0.1, factor=0.5, every=10)
    np.testing.assert_allclose(made.rate(steps), [0.1, 0.1 * 0.5**0.1, 0.05, 0.1 * 0.5**2.5], rtol=1e-15)
    # keras.optimizers.schedules.PolynomialDecay(0.1, 20, end_learning_rate=0.02, power=2)
    made = schedule("polynomial", initial=0.1, steps=20, final=0.02, power=2.0)
    np.testing.assert_allclose(made.rate(steps), [0.1, 0.02 + 0.08 * 0.95**2, 0.04, 0.02], rtol=1e-15)
    # scikit-learn's SGDRegressor counts from 1: eta0 / t^power_t; its networks count rows after every epoch
    made = schedule("inverse_scaling", initial=0.1, power=0.25)
    np.testing.assert_allclose(made.rate(steps), 0.1 / np.array([1, 2, 11, 26]) ** 0.25, rtol=1e-15)
    made = schedule("inverse_scaling", initial=0.1, every=10, rows=150)
    np.testing.assert_allclose(made.rate(steps), 0.1 / np.sqrt([1, 1, 151, 301]), rtol=1e-15)


def test_that_the_cosine_rises_again_with_torch_and_stays_with_optax_and_keras() -> None:
    # CosineAnnealingLR(T_max=10) is back at its base at step 20; cosine_decay_schedule stays at its end.
    periodic = schedule("cosine", initial=1.0, steps=10)
    assert periodic.rate(10) == 0.0
    assert periodic.rate(20) == 1.0
    for convention in ("optax", "keras"):
        floored = schedule("cosine", initial=1.0, steps=10, final=0.1, convention=convention)
        np.testing.assert_allclose(floored.rate(np.array([0, 5, 10, 20])), [1.0, 0.55, 0.1, 0.1], rtol=1e-15)


def test_that_one_cycle_has_the_known_corners() -> None:
    made = schedule("one_cycle", peak=1.0, steps=100)
    np.testing.assert_allclose([made.rate(0), made.rate(29), made.rate(99)], [0.04, 1.0, 4e-6], rtol=1e-12)
    assert made.rate(5000) == made.rate(99)


def test_that_noam_is_the_papers() -> None:
    # d = 512, w = 4000: d^-1/2 min(n^-1/2, n w^-3/2), n from 1
    made = schedule("noam", peak=(512 * 4000) ** -0.5, warmup=4000)
    count = np.array([1.0, 100, 4000, 9000])
    np.testing.assert_allclose(
        made.rate(count - 1), 512**-0.5 * np.minimum(count**-0.5, count * 4000**-1.5), rtol=1e-14
    )


def test_that_warm_up_stable_decay_has_its_three_parts() -> None:
    made = schedule("warmup_stable_decay", peak=0.4, warmup=4, stable=10, decay=8, final=0.1)
    np.testing.assert_allclose(
        made.rate(np.array([0, 1, 4, 14, 18, 22, 99])), [0, 0.1, 0.4, 0.4, 0.25, 0.1, 0.1], rtol=1e-14
    )
    rooted = schedule("warmup_stable_decay", peak=0.4, warmup=0, stable=0, decay=16, shape="square_root")
    np.testing.assert_allclose(rooted.rate(np.array([0, 4, 16])), [0.4, 0.2, 0.0], atol=1e-15)
    cosine = schedule("warmup_stable_decay", peak=0.4, warmup=0, stable=0, decay=16, shape="cosine")
    np.testing.assert_allclose(cosine.rate(np.array([0, 8, 16])), [0.4, 0.2, 0.0], atol=1e-15)


def test_that_adaptive_divides_by_five_after_two_stalled_epochs_in_a_row() -> None:
    made = schedule("adaptive", initial=1.0, tolerance=0.1)
    assert isinstance(made, ObservedSchedule)
    # better, one stalled, better again, then two stalled: rates are those of the steps that leave the points
    values = np.array([5.0, 4.0, 3.95, 3.0, 2.95, 2.94, 2.93, 2.0, 2.0])
    np.testing.assert_allclose(made.rates_over(values), [1, 1, 1, 1, 1, 1, 0.2, 0.2, 0.2])
    # The two of a fall don't count again: the next stalled epoch is the first one.
    values = np.full(6, 1.0)
    np.testing.assert_allclose(made.rates_over(values), [1, 1, 1, 0.2, 0.2, 0.04])


def test_that_adaptive_is_scikit_learns() -> None:
    pytest.importorskip("sklearn")
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    rng = np.random.default_rng(1)
    losses = 1.0 / (1.0 + np.arange(200) / 9) + 0.2 * rng.random(200)
    optimizer = SGDOptimizer([np.zeros(1)], 0.1, lr_schedule="adaptive")
    best, stalled, expected = math.inf, 0, []
    for loss in losses:  # as MLPClassifier._fit_stochastic and _update_no_improvement_count do it
        expected.append(optimizer.learning_rate)
        stalled = stalled + 1 if loss > best - 1e-4 else 0
        best = min(best, loss)
        if stalled > 10:
            optimizer.trigger_stopping("", False)
            stalled = 0
    made = schedule("adaptive", initial=0.1, patience=11)
    assert isinstance(made, ObservedSchedule)
    assert len(set(expected)) > 2
    np.testing.assert_array_equal(made.rates_over(losses), expected)


def test_that_epochs_of_several_steps_are_looked_at_as_a_whole() -> None:
    made = schedule("plateau", initial=1.0, patience=0, every=3, factor=0.5)
    assert isinstance(made, ObservedSchedule)
    values = np.array([9.0, 9, 9, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    np.testing.assert_array_equal(made.rates_over(values), [1.0] * 9 + [0.5] * 3)
    assert made.rates_over(np.array([math.nan] * 7)).tolist() == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("cls", STEP_SCHEDULES, ids=lambda cls: cls.name)
def test_that_any_schedule_can_be_made_a_curve(cls: type[StepSchedule]) -> None:
    made = cls.from_rate(0.1)
    exact = curve_of(made, 300, points=301)
    np.testing.assert_array_equal(exact.rate(np.arange(301)), made.rate(np.arange(301)))
    coarse = curve_of(made, 300, points=5)
    assert coarse.steps == (0, 75, 150, 225, 300)
    assert coarse.rate(75) == made.rate(75)


def test_that_a_curve_goes_through_its_points_in_three_ways() -> None:
    at = {"steps": [10, 20], "rates": [1.0, 0.01]}
    assert schedule("curve", **at).rate(np.array([0, 10, 15, 20, 99])).tolist() == [1, 1, 0.505, 0.01, 0.01]
    assert schedule("curve", between="hold", **at).rate(np.array([0, 19, 20])).tolist() == [1, 1, 0.01]
    assert schedule("curve", between="logarithmic", **at).rate(15) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: schedule("curve", steps=[0, 1], rates=[1.0]), "2 steps and 1 rates"),
        (lambda: schedule("curve", steps=[0, 0], rates=[1.0, 1.0]), "must rise"),
        (lambda: schedule("curve", rates=[1.0, 0.0], between="logarithmic"), "above 0"),
        (lambda: schedule("multistep", milestones=[3, math.nan]), "a list of finite numbers, each at least 0"),
        (lambda: schedule("multistep", milestones=[]), "a list of finite numbers"),
        (lambda: schedule("cosine", initial=0.0), "above 0"),
        (lambda: schedule("warmup_stable_decay", peak=0.1, final=0.2), "above the peak"),
        (lambda: curve_of(schedule("plateau"), 10), "follows the values"),
        (lambda: curve_of(schedule("exponential", factor=1e9), 1000), "beyond all numbers"),
    ],
)
def test_that_what_makes_no_schedule_is_refused(make: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()  # type: ignore[operator]


def test_that_numbers_are_typed_with_commas() -> None:
    (milestones,) = (item for item in declared(SCHEDULES.get("multistep")) if item.name == "milestones")
    assert milestones.parse("[30, 80]") == milestones.parse("30,80") == (30.0, 80.0)
    with pytest.raises(ParameterError, match="plain number"):
        milestones.parse("30,x")
    assert isinstance(Curve.from_rate(0.1), Curve)
