"""Clipped and noisy gradients: against torch, by hand, and the same whenever a step is taken again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError, ParameterError
from gdviz.optimizers import optimizer
from gdviz.problems import problem
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import advance, replay, run_to_end, shared_steps
from gdviz.runs.noise import NOISES, noise_in
from gdviz.runs.run import Run

VECTORS = np.array([[3.0, 4.0, 0.0], [0.3, -0.4, 0.1], [-1e200, 1e200, 0.0], [0.0, 0.0, 0.0]])
DESCENT = optimizer("gradient_descent", learning_rate=1e-3)
NOISE = {"kind": "gaussian", "sigma": 2.0}


def test_that_clipping_by_value_cuts_every_entry_off() -> None:
    clipped = Clipping(value=0.35).clipped(np, VECTORS)
    np.testing.assert_array_equal(clipped[:2], [[0.35, 0.35, 0.0], [0.3, -0.35, 0.1]])


def test_that_clipping_by_norm_keeps_the_direction() -> None:
    with np.errstate(all="ignore"):  # as the engine does
        exact = Clipping(norm=1.0, convention="optax").clipped(np, VECTORS)
        np.testing.assert_allclose(exact[0], [0.6, 0.8, 0.0], rtol=1e-15)
    np.testing.assert_array_equal(exact[1], VECTORS[1])
    np.testing.assert_allclose(exact[2], [-(0.5**0.5), 0.5**0.5, 0.0], rtol=1e-15)
    np.testing.assert_array_equal(exact[3], 0.0)
    torchs = Clipping(norm=1.0).clipped(np, VECTORS[:2])
    np.testing.assert_allclose(torchs[0], np.array([3.0, 4.0, 0.0]) / (5.0 + 1e-6), rtol=1e-15)


@pytest.mark.torch
@pytest.mark.parametrize("bound", [1e-3, 0.3, 4.9999, 5.0, 5.00001, 80.0])
def test_that_clipping_is_torchs(bound: float) -> None:
    torch = pytest.importorskip("torch")
    for vector in VECTORS[:2]:
        parameter = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        parameter.grad = torch.tensor(vector)
        torch.nn.utils.clip_grad_norm_([parameter], bound)
        np.testing.assert_allclose(Clipping(norm=bound).clipped(np, vector), parameter.grad.numpy(), rtol=3e-16)
        parameter.grad = torch.tensor(vector)
        torch.nn.utils.clip_grad_value_([parameter], bound)
        np.testing.assert_array_equal(Clipping(value=bound).clipped(np, vector), parameter.grad.numpy())


def test_that_a_clipped_descent_takes_no_longer_step() -> None:
    trajectory = gdviz.minimize("rosenbrock", DESCENT, steps=50, clipping={"norm": 0.5, "convention": "optax"})
    lengths = np.linalg.norm(np.diff(trajectory.points, axis=0), axis=1)
    assert lengths.max() == pytest.approx(0.5e-3, rel=1e-9)
    # What is recorded is the slope itself.
    assert trajectory.gradient_norms[0] == pytest.approx(
        np.linalg.norm(problem("rosenbrock").gradient(np.array([-1.2, 1.0])))
    )


def test_that_both_ways_to_clip_are_not_taken_at_once() -> None:
    with pytest.raises(ParameterError, match="exclude each other"):
        Clipping(value=1.0, norm=1.0)
    with pytest.raises(ParameterError, match="above 0"):
        Clipping(norm=0.0)


def test_that_noise_is_added_to_the_gradient_of_its_step() -> None:
    noise = noise_in(NOISE)
    bowl = problem("rosenbrock")
    trajectory = gdviz.minimize(bowl, DESCENT, steps=30, noise=noise, seed=4)
    for step in range(30):
        point = trajectory.points[step]
        told = bowl.gradient(point) + noise.drawn(4, step, 2)
        np.testing.assert_array_equal(trajectory.points[step + 1], point + -1e-3 * told)


@pytest.mark.parametrize("cls", list(NOISES), ids=lambda cls: cls.name)
def test_that_noise_depends_on_seed_and_step_alone(cls: Any) -> None:
    noise = cls()
    first = noise.drawn(1, 2, 5)
    np.testing.assert_array_equal(noise.drawn(1, 2, 5), first)
    assert not np.isin(noise.drawn(1, 3, 5), first).any()
    assert not np.isin(noise.drawn(2, 2, 5), first).any()


def test_that_noise_is_spread_as_it_says() -> None:
    def draws(kind: str, step: int = 0, **options: float) -> np.ndarray:
        return noise_in({"kind": kind, **options}).drawn(0, step, 200_000)

    assert draws("gaussian", sigma=3.0).std() == pytest.approx(3.0, rel=0.01)
    # optax.noisy_sgd: variance eta / (1 + t)^gamma
    assert draws("annealed", 0, eta=0.5).var() == pytest.approx(0.5, rel=0.02)
    assert draws("annealed", 99, eta=0.5).var() == pytest.approx(0.5 / 100**0.55, rel=0.02)
    # Student's t of 1 degree of freedom is Cauchy's: its quartiles are at ±1
    np.testing.assert_allclose(
        np.quantile(draws("student_t", scale=2.0, degrees_of_freedom=1.0), [0.25, 0.75]), [-2, 2], atol=0.05
    )
    assert abs(draws("student_t", scale=1.0, degrees_of_freedom=1.0)).max() > 1e3


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("name", ["gradient_descent", "adam"])
def test_that_noisy_clipped_runs_are_the_same_in_pieces_and_replayed(
    small_fit: Any, told: Any, name: str, batch_size: int | None
) -> None:
    config = RunConfig(
        optimizer(name, learning_rate=0.01), steps=80, seed=3, batch_size=batch_size,
        noise=noise_in({"kind": "student_t"}), clipping=Clipping(norm=2.0),
    )  # fmt: skip
    fit = small_fit if batch_size else problem("rosenbrock")
    run, pieces = Run(fit, config), Run(fit, config)
    run_to_end(run)
    while not pieces.finished:
        advance(pieces, 3)
    assert told(pieces) == told(run)
    for step in (0, 1, 17, 79):
        np.testing.assert_array_equal(replay(run, step).point, run.trajectory.points[step])


def test_that_rows_of_a_batch_meet_the_noise_that_each_meets_alone() -> None:
    starts = np.array([[-1.2, 1.0], [0.5, 0.5]])
    settings: dict[str, Any] = {"steps": 40, "noise": NOISE, "clipping": {"norm": 1.0}, "seed": 9}
    batch = gdviz.minimize("rosenbrock", "adam", start=starts, **settings)
    for row, start in enumerate(starts):
        single = gdviz.minimize("rosenbrock", "adam", start=start, **settings)
        np.testing.assert_array_equal(batch.points[:, row], single.points)


def test_that_configs_with_other_noise_share_nothing() -> None:
    plain = RunConfig(DESCENT)
    assert shared_steps(plain, RunConfig(DESCENT, noise=noise_in(NOISE))) == 0
    assert shared_steps(plain, RunConfig(DESCENT, clipping=Clipping(value=1.0))) == 0


def test_that_single_precision_stays_single() -> None:
    trajectory = gdviz.minimize("rosenbrock", "adam", steps=5, dtype=np.float32, noise=NOISE, clipping={"norm": 1.0})
    assert trajectory.points.dtype == np.float32


@pytest.mark.parametrize("table", [{}, {"sigma": 1.0}, {"kind": "grey"}, {"kind": "gaussian", "width": 1}, "gaussian"])
def test_that_noise_of_no_kind_is_refused(table: Any) -> None:
    with pytest.raises(InputError):
        gdviz.minimize("rosenbrock", noise=table, optimizer="adam")
