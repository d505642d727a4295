"""Distributions fitted to others: the identities of information theory, scipy, torch, and who covers and who seeks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import entropy, norm

import gdviz
from gdviz.errors import InputError
from gdviz.problems import problem

OBJECTIVES = ("forward_kl", "reverse_kl", "cross_entropy")
FITS: list[tuple[str, dict[str, Any]]] = [
    ("categorical", {}),
    ("categorical", {"target": "1 1 5 3 0.5"}),
    ("gaussian_mixture_fit", {}),
    ("gaussian_mixture_fit", {"share": 0.2, "first_width": 0.1, "second_width": 2.0}),
]
every_fit = pytest.mark.parametrize(("name", "options"), FITS)


def points_of(fit: Any, count: int = 60) -> np.ndarray:
    return np.random.default_rng(6).uniform(fit.domain[:, 0], fit.domain[:, 1], size=(count, fit.dimension))


@every_fit
def test_that_cross_entropy_is_entropy_plus_divergence(name: str, options: dict[str, Any]) -> None:
    fit = problem(name, **options)
    found = fit.divergences(points_of(fit))
    np.testing.assert_allclose(found.cross_entropy, found.entropy + found.forward, rtol=1e-11, atol=1e-11)
    assert (found.forward > 0).all()
    assert (found.reverse > 0).all()


@every_fit
def test_that_each_objective_is_what_it_is_called(name: str, options: dict[str, Any]) -> None:
    for objective, place in zip(OBJECTIVES, ("forward", "reverse", "cross_entropy"), strict=True):
        fit = problem(name, objective=objective, **options)
        points = points_of(fit)
        expected = getattr(fit.divergences(points), place)
        np.testing.assert_allclose(fit.value(points), expected, rtol=1e-10, atol=1e-10)


@every_fit
def test_that_forward_divergence_and_cross_entropy_have_the_same_gradient(name: str, options: dict[str, Any]) -> None:
    forward = problem(name, objective="forward_kl", **options)
    crossed = problem(name, objective="cross_entropy", **options)
    points = points_of(forward)
    np.testing.assert_array_equal(forward.gradient(points), crossed.gradient(points))
    np.testing.assert_array_equal(forward.minima, crossed.minima)


@every_fit
def test_that_the_divergences_are_explained_by_name(name: str, options: dict[str, Any]) -> None:
    fit = problem(name, **options)
    said = {quantity.symbol: quantity.value for quantity in fit.explain(fit.start)}
    assert said["H(P,Q)"] == pytest.approx(said["H(P)"] + said["D(P‖Q)"], abs=1e-10)
    assert said["f"] == pytest.approx(said["D(P‖Q)"], abs=1e-10)
    assert said["D(Q‖P)"] == pytest.approx(float(fit.divergences(fit.start).reverse), abs=1e-12)


def test_that_categorical_divergences_are_scipy_s() -> None:
    fit = problem("categorical", target="0.5 0.25 0.15 0.1")
    p = np.array([0.5, 0.25, 0.15, 0.1])
    for point in points_of(fit):
        q = np.exp(point) / np.exp(point).sum()
        found = fit.divergences(point)
        assert found.entropy == pytest.approx(entropy(p), rel=1e-12)
        assert found.forward == pytest.approx(entropy(p, q), rel=1e-10)
        assert found.reverse == pytest.approx(entropy(q, p), rel=1e-10)
        np.testing.assert_allclose(fit.compared(point).fitted, q, rtol=1e-12)


def test_that_by_hand_a_fair_coin_is_log_2_and_a_divergence_is_not_symmetric() -> None:
    fit = problem("categorical", target="1 1")
    three_to_one = np.array([math.log(3.0), 0.0])
    found = fit.divergences(three_to_one)
    assert found.entropy == pytest.approx(math.log(2.0), rel=1e-14)
    assert found.forward == pytest.approx(0.5 * math.log(4.0 / 3.0), rel=1e-12)
    assert found.reverse == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5), rel=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_that_a_softmax_descends_to_the_target(objective: str) -> None:
    fit = problem("categorical", objective=objective)
    descent = gdviz.optimizer("gradient_descent", learning_rate=1.0)
    end = gdviz.minimize(fit, descent, steps=600).points[-1]
    np.testing.assert_allclose(fit.compared(end).fitted, [0.6, 0.3, 0.1], atol=1e-6)


def test_that_an_outcome_of_probability_0_leaves_no_minimum_and_refuses_the_reverse() -> None:
    fit = problem("categorical", target="0.5 0.5 0")
    assert len(fit.minima) == 0
    found = fit.divergences(np.zeros(3))
    assert found.forward == pytest.approx(math.log(1.5), rel=1e-12)
    assert found.reverse == math.inf
    with pytest.raises(InputError, match="every probability of the target above 0"):
        problem("categorical", target="0.5 0.5 0", objective="reverse_kl")


@pytest.mark.parametrize("target", ["", "1", "1 x", "0 0", "-1 2", "nan 1", "inf 1", "1 " * 51])
def test_that_targets_that_are_no_probabilities_are_refused_in_one_sentence(target: str) -> None:
    with pytest.raises(InputError, match=r"^categorical: .*target") as caught:
        problem("categorical", target=target)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("target", ["3 1", "3,1", "[0.75, 0.25]", " 0.75;0.25 "])
def test_that_targets_are_scaled_to_add_up_to_1(target: str) -> None:
    fit = problem("categorical", target=target)
    np.testing.assert_allclose(fit.compared(fit.start).target, [0.75, 0.25], rtol=1e-15)


def mixture(t: float) -> float:
    return float(0.6 * norm.pdf(t, -2.0, 0.7) + 0.4 * norm.pdf(t, 2.0, 0.5))


@pytest.mark.parametrize("point", [(0.0, 0.0), (-2.0, -0.4), (1.5, 0.5), (2.2, -0.8)])
def test_that_the_mixture_s_divergences_are_the_integrals(point: tuple[float, float]) -> None:
    found = problem("gaussian_mixture_fit").divergences(np.array(point))
    mu, sigma = point[0], math.exp(point[1])

    def integral(integrand: Any) -> float:
        return float(quad(integrand, -12.0, 12.0, points=[-2.0, mu, 2.0], limit=400, epsabs=1e-12)[0])

    def fitted(t: float) -> float:
        return float(norm.logpdf(t, mu, sigma))

    assert found.entropy == pytest.approx(integral(lambda t: -mixture(t) * math.log(mixture(t))), abs=1e-9)
    assert found.cross_entropy == pytest.approx(integral(lambda t: -mixture(t) * fitted(t)), abs=1e-9)
    expected = integral(lambda t: math.exp(fitted(t)) * (fitted(t) - math.log(mixture(t))))
    assert found.reverse == pytest.approx(expected, abs=1e-7)


def test_that_forward_covers_both_bells() -> None:
    fit = problem("gaussian_mixture_fit")
    end = gdviz.minimize(fit, gdviz.optimizer("gradient_descent", learning_rate=0.1), steps=2000).points[-1]
    mean = 0.6 * -2.0 + 0.4 * 2.0
    deviation = math.sqrt(0.6 * (0.7**2 + 4.0) + 0.4 * (0.5**2 + 4.0) - mean**2)
    np.testing.assert_allclose([end[0], math.exp(end[1])], [mean, deviation], rtol=1e-6)
    assert deviation > 2.0


@pytest.mark.parametrize(("start", "bell"), [((-1.0, -0.5), (-2.0, 0.7)), ((1.0, -0.5), (2.0, 0.5))])
def test_that_reverse_seeks_the_bell_it_starts_near(start: tuple[float, float], bell: tuple[float, float]) -> None:
    fit = problem("gaussian_mixture_fit", objective="reverse_kl")
    descent = gdviz.optimizer("gradient_descent", learning_rate=0.05)
    end = gdviz.minimize(fit, descent, start=start, steps=1500).points[-1]
    np.testing.assert_allclose([end[0], math.exp(end[1])], bell, atol=0.02)
    assert np.linalg.norm(fit.minima - end, axis=-1).min() < 1e-6


def test_that_the_bell_with_the_larger_share_is_the_lower_minimum_of_the_reverse() -> None:
    minima = problem("gaussian_mixture_fit", objective="reverse_kl").minima
    assert len(minima) == 2
    np.testing.assert_allclose(minima[:, 0], [-2.0, 2.0], atol=0.02)


def test_that_a_landscape_of_points_is_the_same_in_one_call_as_in_many() -> None:
    fit = problem("gaussian_mixture_fit", objective="reverse_kl")
    points = points_of(fit, 5000)
    together = fit.value(points.reshape(50, 100, 2)).ravel()
    np.testing.assert_array_equal(together[::617], [fit.value(point) for point in points[::617]])


@pytest.mark.torch
@pytest.mark.parametrize("objective", OBJECTIVES)
@every_fit
def test_that_torch_differentiates_the_value_to_the_same_gradient_and_hessian(
    name: str, options: dict[str, Any], objective: str
) -> None:
    import torch

    fit = problem(name, objective=objective, **options)
    for point in points_of(fit, 10):
        tensor = torch.tensor(point)
        gradient = torch.autograd.functional.jacobian(fit.value, tensor).numpy()
        hessian = torch.autograd.functional.hessian(fit.value, tensor).numpy()
        np.testing.assert_allclose(fit.gradient(point), gradient, rtol=1e-10, atol=1e-10 * np.abs(gradient).max())
        np.testing.assert_allclose(fit.hessian(point), hessian, rtol=1e-10, atol=1e-10 * np.abs(hessian).max())
