"""Every schedule that torch has gives the rates of torch's scheduler, step by step."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdviz.schedules import SCHEDULES, ObservedSchedule, Schedule, StepSchedule, schedule

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

STEPS = 230


def torch_rates(make: Callable[[Any, Any], Any], base: float = 0.1, values: np.ndarray | None = None) -> np.ndarray:
    """The rates that this scheduler of torch.optim.lr_scheduler gives an optimizer at every step."""
    optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64, requires_grad=True)], lr=base)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch wants optimizer.step() before, and deprecates closed forms
        scheduler = make(torch.optim.lr_scheduler, optimizer)
        rates = []
        for step in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            if values is not None:
                scheduler.step(values[step])
            elif step < STEPS - 1:
                scheduler.step()
    return np.array(rates)


CASES: dict[str, tuple[Schedule, Callable[[Any, Any], Any]]] = {
    "step": (schedule("step", initial=0.1, every=7, factor=0.5), lambda t, o: t.StepLR(o, 7, 0.5)),
    "multistep": (
        schedule("multistep", initial=0.1, milestones=[80, 30], factor=0.3),
        lambda t, o: t.MultiStepLR(o, [30, 80], 0.3),
    ),
    "exponential": (schedule("exponential", initial=0.1, factor=0.97), lambda t, o: t.ExponentialLR(o, 0.97)),
    "polynomial": (
        schedule("polynomial", initial=0.1, steps=90, power=2.5),
        lambda t, o: t.PolynomialLR(o, total_iters=90, power=2.5),
    ),
    "linear_warmup": (schedule("linear_warmup", initial=0.1), lambda t, o: t.LinearLR(o)),
    "linear_warmup to a share": (
        schedule("linear_warmup", initial=0.1, start_factor=0.1, end_factor=0.7, steps=40),
        lambda t, o: t.LinearLR(o, 0.1, 0.7, 40),
    ),
    "cosine": (
        schedule("cosine", initial=0.1, steps=10, final=0.003),
        lambda t, o: t.CosineAnnealingLR(o, 10, 0.003),
    ),
    "warm_restarts": (
        schedule("warm_restarts", initial=0.1, period=13, final=0.01),
        lambda t, o: t.CosineAnnealingWarmRestarts(o, 13, eta_min=0.01),
    ),
    "warm_restarts that grow": (
        schedule("warm_restarts", initial=0.1, period=5, factor=3),
        lambda t, o: t.CosineAnnealingWarmRestarts(o, 5, 3),
    ),
    "one_cycle": (
        schedule("one_cycle", peak=1.0, steps=STEPS),
        lambda t, o: t.OneCycleLR(o, 1.0, STEPS, cycle_momentum=False),
    ),
    "one_cycle in three phases": (
        schedule(
            "one_cycle", peak=0.5, steps=STEPS, rise=0.4, shape="linear", start_divisor=10, final_divisor=100,
            three_phase=True,
        ),
        lambda t, o: t.OneCycleLR(
            o, 0.5, STEPS, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100,
            three_phase=True, cycle_momentum=False,
        ),
    ),
    "cyclic": (
        schedule("cyclic", initial=0.01, peak=0.2, rise=9),
        lambda t, o: t.CyclicLR(o, 0.01, 0.2, 9, cycle_momentum=False),
    ),
    "cyclic, halved": (
        schedule("cyclic", initial=0.01, peak=0.2, rise=9, fall=21, mode="triangular2"),
        lambda t, o: t.CyclicLR(o, 0.01, 0.2, 9, 21, mode="triangular2", cycle_momentum=False),
    ),
    "cyclic, exponential": (
        schedule("cyclic", initial=0.01, peak=0.2, rise=10, mode="exp_range", factor=0.99),
        lambda t, o: t.CyclicLR(o, 0.01, 0.2, 10, mode="exp_range", gamma=0.99, cycle_momentum=False),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_that_the_rates_are_torchs(case: str) -> None:
    ours, make = CASES[case]
    assert isinstance(ours, StepSchedule)
    # torch multiplies the latest rate where it can, so that 230 roundings add up.
    np.testing.assert_allclose(ours.rate(np.arange(STEPS)), torch_rates(make), rtol=2e-13, atol=1e-16)


PLATEAUS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"patience": 3, "factor": 0.5}, {"patience": 3, "factor": 0.5}),
    ({"patience": 1, "cooldown": 4, "minimum": 0.003}, {"patience": 1, "cooldown": 4, "min_lr": 0.003}),
    ({"threshold": 0.05, "threshold_mode": "absolute"}, {"threshold": 0.05, "threshold_mode": "abs"}),
]


@pytest.mark.parametrize(("options", "settings"), PLATEAUS)
def test_that_a_plateau_lowers_the_rate_when_torchs_does(options: dict[str, Any], settings: dict[str, Any]) -> None:
    noise = np.random.default_rng(3).normal(size=STEPS)
    values = 1.0 / (1.0 + np.arange(STEPS) / 20) + 0.05 * np.abs(noise)
    ours = schedule("plateau", initial=0.1, **options)
    assert isinstance(ours, ObservedSchedule)
    expected = torch_rates(lambda t, o: t.ReduceLROnPlateau(o, **settings), values=values)
    rates = ours.rates_over(values)
    assert len(set(rates)) > 2
    np.testing.assert_array_equal(rates, expected)


def test_that_no_scheduler_of_torch_is_forgotten() -> None:
    checked = {case.split()[0].rstrip(",") for case in CASES} | {"plateau"}
    without = {"constant", "inverse_time", "inverse_scaling", "adaptive", "warmup_stable_decay", "noam", "curve"}
    assert checked | without == set(SCHEDULES.names)
