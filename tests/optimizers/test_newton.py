"""Newton's method on quadratics, at saddles, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

import gdviz
from gdviz.errors import InputError
from gdviz.optimizers import optimizer
from gdviz.problems import problem


def test_that_a_quadratic_takes_one_step_and_one_hessian() -> None:
    trajectory = gdviz.minimize("booth", "newton", start=[-8.0, -8.0], steps=1)
    np.testing.assert_allclose(trajectory.points[1], [1.0, 3.0], rtol=1e-14)
    assert [int(count[-1]) for count in trajectory.evaluations] == [0, 1, 1]


def test_that_the_first_step_on_rosenbrock_s_function_is_that_of_the_textbook() -> None:
    # ∇f = (−215.6, −88), ∇²f = [[1330, 480], [480, 200]] at (−1.2, 1).
    expected = np.array([-1.2, 1.0]) - np.linalg.solve([[1330.0, 480.0], [480.0, 200.0]], [-215.6, -88.0])
    trajectory = gdviz.minimize("rosenbrock", "newton", start=[-1.2, 1.0], steps=6)
    np.testing.assert_allclose(trajectory.points[1], expected, rtol=1e-12)
    assert trajectory.values[6] < 1e-18


def test_that_the_error_is_squared_from_step_to_step() -> None:
    trajectory = gdviz.minimize("rosenbrock", "newton", start=[0.9, 0.9], steps=5)
    errors = np.linalg.norm(trajectory.points - 1.0, axis=1)
    assert (errors[2:4] <= 100 * errors[1:3] ** 2).all()


def test_that_damping_adds_to_every_curvature() -> None:
    function, x = problem("rosenbrock"), np.array([-1.2, 1.0])
    expected = x - 0.5 * np.linalg.solve(function.hessian(x) + 7.0 * np.eye(2), function.gradient(x))
    for options in ({}, {"modify_eigenvalues": False}):
        method = optimizer("newton", damping=7.0, learning_rate=0.5, **options)
        np.testing.assert_allclose(gdviz.minimize(function, method, start=x, steps=1).points[1], expected, rtol=1e-11)


def test_that_the_pure_method_is_drawn_to_a_saddle_and_the_modified_one_leaves_it() -> None:
    # Himmelblau's function has a saddle at (0.0867, 2.8843).
    pure = gdviz.minimize("himmelblau", optimizer("newton", modify_eigenvalues=False), start=[0.2, 2.7], steps=20)
    np.testing.assert_allclose(pure.points[-1], [0.0866775, 2.8842547], atol=1e-6)
    assert np.linalg.eigvalsh(problem("himmelblau").hessian(pure.points[-1]))[0] < 0
    modified = gdviz.minimize("himmelblau", "newton", start=[0.2, 2.7], steps=40)
    assert modified.values[-1] < 1e-20


def test_that_a_batch_of_starts_finds_each_its_minimum() -> None:
    starts = np.random.default_rng(0).uniform(-5, 5, size=(60, 2))
    method = optimizer("newton", search="backtracking")
    trajectory = gdviz.minimize("himmelblau", method, start=starts, steps=30)
    distances = np.linalg.norm(trajectory.points[-1][:, None] - problem("himmelblau").minima[None], axis=-1)
    assert (distances.min(axis=1) < 1e-6).mean() > 0.98


def test_that_a_point_whose_hessian_is_lost_does_not_take_the_others_of_its_batch_with_it() -> None:
    starts = np.array([[1e200, 1e200], [-8.0, -8.0]])
    with np.errstate(all="ignore"):
        trajectory = gdviz.minimize("rosenbrock", "newton", start=starts, steps=8)
    np.testing.assert_allclose(trajectory.points[-1, 1], [1.0, 1.0], rtol=1e-9)


def test_that_a_problem_without_second_derivatives_is_refused_with_what_to_do() -> None:
    class WithoutHessian(type(problem("booth"))):
        has_hessian = False

    with pytest.raises(InputError, match=r"^Newton needs second derivatives, and Booth .*; choose BFGS"):
        gdviz.minimize(WithoutHessian(), "newton", steps=3)
