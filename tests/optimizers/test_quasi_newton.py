"""BFGS and L-BFGS against torch.optim.LBFGS, SciPy, and what the secant equation says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.optimizers import optimizer
from gdviz.oracle import Oracle
from gdviz.problems import problem

STARTS = {"rosenbrock": [-1.2, 1.0], "beale": [1.0, 1.0], "himmelblau": [0.3, -0.4], "booth": [-8.0, -8.0]}


def torch_path(name: str, steps: int, **keywords: Any) -> tuple[np.ndarray, list[int]]:
    """What torch.optim.LBFGS does with one iteration a step, and how often it had asked by then."""
    torch = pytest.importorskip("torch")
    function = problem(name)
    x = torch.nn.Parameter(torch.tensor(STARTS[name], dtype=torch.float64))
    theirs = torch.optim.LBFGS([x], max_iter=1, max_eval=1000, tolerance_grad=0, tolerance_change=0, **keywords)

    def closure() -> Any:
        point = x.detach().numpy()
        x.grad = torch.from_numpy(function.gradient(point))
        return torch.tensor(float(function.value(point)), dtype=torch.float64)

    path, asked = [x.detach().numpy().copy()], []
    for _ in range(steps):
        theirs.step(closure)
        path.append(x.detach().numpy().copy())
        asked.append(theirs.state[x]["func_evals"])
    return np.array(path), asked


@pytest.mark.torch
@pytest.mark.parametrize("history", [1, 3, 100])
@pytest.mark.parametrize("name", STARTS)
def test_that_without_a_search_the_path_is_torch_s(name: str, history: int) -> None:
    steps = 12
    theirs, _ = torch_path(name, steps, lr=0.5, history_size=history)
    ours = gdviz.minimize(
        name, optimizer("lbfgs", learning_rate=0.5, history=history), start=STARTS[name], steps=steps
    ).points
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.torch
@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
def test_that_with_strong_wolfe_path_and_evaluations_are_torch_s(name: str) -> None:
    steps = 9
    theirs, asked = torch_path(name, steps, lr=1.0, line_search_fn="strong_wolfe")
    trajectory = gdviz.minimize(name, optimizer("lbfgs", search="strong_wolfe"), start=STARTS[name], steps=steps)
    np.testing.assert_allclose(trajectory.points, theirs, rtol=1e-8, atol=1e-9)
    # torch asks again at the point where the step before ended; here that is remembered.
    np.testing.assert_array_equal(trajectory.evaluations.gradient[1:], np.array(asked) - np.arange(steps))


@pytest.mark.torch
def test_that_the_defaults_are_torch_s() -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.optim.LBFGS([torch.nn.Parameter(torch.zeros(1))]).defaults
    ours = optimizer("lbfgs").options()
    assert (ours["learning_rate"], ours["history"]) == (theirs["lr"], theirs["history_size"])
    assert (ours["search"], theirs["line_search_fn"]) == ("none", None)


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau"])
@pytest.mark.parametrize("method", ["bfgs", "lbfgs"])
def test_that_it_needs_no_more_gradients_than_scipy_s_to_get_as_low(name: str, method: str) -> None:
    from scipy.optimize import minimize

    function = problem(name)
    theirs = minimize(function.value, STARTS[name], jac=function.gradient, method="BFGS", options={"gtol": 1e-8})
    ours = gdviz.minimize(
        name, optimizer(method, search="strong_wolfe"), start=STARTS[name], steps=200, stop={"gradient_norm": 1e-8}
    )
    assert ours.gradient_norms[-1] <= 1e-8
    np.testing.assert_allclose(function.value(ours.points[-1]), theirs.fun, atol=1e-10)
    assert ours.evaluations.gradient[-1] <= 1.6 * theirs.njev


def test_that_the_inverse_hessian_takes_the_change_of_the_gradient_to_the_step() -> None:
    function, method = problem("rosenbrock"), optimizer("bfgs")
    oracle, x = Oracle(function), np.array([-1.2, 1.0])
    state = method.init(np, x)
    for _ in range(12):
        following, state = method.step(np, oracle, x, state, 1.0)
        step, change = following - x, function.gradient(following) - function.gradient(x)
        np.testing.assert_allclose(state.inverse_hessian @ change, step, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(state.inverse_hessian, state.inverse_hessian.T, rtol=1e-12)
        assert (np.linalg.eigvalsh(state.inverse_hessian) > 0).all()
        x = following


def test_that_on_a_quadratic_with_exact_searches_it_learns_the_hessian_in_as_many_steps_as_parameters() -> None:
    function = problem("rotated_quadratic")
    method, oracle, x = optimizer("bfgs", search="exact"), Oracle(function), np.array([-4.0, 1.0])
    state = method.init(np, x)
    for _ in range(2):
        x, state = method.step(np, oracle, x, state, 1.0)
    np.testing.assert_allclose(x, [0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(state.inverse_hessian, np.linalg.inv(function.hessian(x)), rtol=1e-6)


def test_that_a_history_as_long_as_the_run_makes_l_bfgs_and_bfgs_the_same() -> None:
    paths = [
        gdviz.minimize("rosenbrock", optimizer(name, search="exact"), steps=2).points for name in ("bfgs", "lbfgs")
    ]
    # The scale of the first matrix is that of the first pair in the one and of the newest in the other.
    np.testing.assert_allclose(paths[0], paths[1], rtol=1e-9)


def test_that_the_history_forgets_its_oldest_and_may_be_changed_on_the_way() -> None:
    method, oracle, x = optimizer("lbfgs", history=3), Oracle(problem("rosenbrock")), np.array([-1.2, 1.0])
    state = method.init(np, x)
    lengths = []
    for index in range(8):
        method = optimizer("lbfgs", history=3 if index < 5 else 2)
        x, state = method.step(np, oracle, x, state, 0.1)
        lengths.append(len(state.steps))
    assert lengths == [1, 2, 3, 3, 3, 2, 2, 2]


def test_that_where_nothing_is_lower_it_stays_and_starts_over() -> None:
    trajectory = gdviz.minimize("booth", optimizer("bfgs"), start=[1.0, 3.0], steps=5)
    np.testing.assert_array_equal(trajectory.points, np.broadcast_to([1.0, 3.0], (6, 2)))
