"""Rules and conventions that no library here has, against their papers' algorithms written out line by line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule, optimizer
from gdviz.optimizers.muon import orthogonalized
from gdviz.problems import problem

ROSENBROCK = problem("rosenbrock")
START = np.array([-1.2, 1.0])
STEPS = 60


def ours(name: str, **options: Any) -> np.ndarray:
    rule = optimizer(name, **options)
    assert isinstance(rule, GradientRule)
    x = START
    state, path = rule.init(np, x), [x]
    for _ in range(STEPS):
        update, state = rule.update(np, ROSENBROCK.gradient(x), state, x, rule.learning_rate)
        x = x + update
        path.append(x)
    return np.array(path)


Algorithm = Callable[[Callable[[np.ndarray], np.ndarray]], list[np.ndarray]]


def qhm(g: Any) -> list[np.ndarray]:
    theta, buffer, path = START, np.zeros(2), [START]
    for _ in range(STEPS):
        gradient = g(theta) + 0.1 * theta
        buffer = 0.95 * buffer + 0.05 * gradient
        theta = theta - 1e-3 * ((1 - 0.6) * gradient + 0.6 * buffer)
        path.append(theta)
    return path


def qhadam(g: Any) -> list[np.ndarray]:
    theta, m, v, path = START, np.zeros(2), np.zeros(2), [START]
    for t in range(1, STEPS + 1):
        gradient = g(theta)
        m = 0.9 * m + 0.1 * gradient
        v = 0.97 * v + 0.03 * gradient**2
        top = (1 - 0.6) * gradient + 0.6 * m / (1 - 0.9**t)
        theta = theta - 0.01 * top / (np.sqrt((1 - 0.8) * gradient**2 + 0.8 * v / (1 - 0.97**t)) + 1e-2)
        path.append(theta)
    return path


def aggmo(g: Any) -> list[np.ndarray]:
    betas = (0.0, 0.8, 0.95)
    theta, velocities, path = START, [np.zeros(2)] * 3, [START]
    for _ in range(STEPS):
        gradient = g(theta)
        velocities = [beta * velocity - gradient for beta, velocity in zip(betas, velocities, strict=True)]
        theta = theta + 1e-4 / 3 * sum(velocities)
        path.append(theta)
    return path


def adabound(g: Any) -> list[np.ndarray]:
    theta, m, v, path = START, np.zeros(2), np.zeros(2), [START]
    for t in range(1, STEPS + 1):
        gradient = g(theta)
        m = 0.9 * m + 0.1 * gradient
        v = 0.99 * v + 0.01 * gradient**2
        rate = 0.01 * math.sqrt(1 - 0.99**t) / (1 - 0.9**t) / (np.sqrt(v) + 1e-8)
        low, high = 1e-3 * (1 - 1 / (0.05 * t + 1)), 1e-3 * (1 + 1 / (0.05 * t))
        theta = theta - np.clip(rate, low, high) * m
        path.append(theta)
    return path


def polyak(g: Any) -> list[np.ndarray]:
    path = [START, START]
    for _ in range(STEPS):
        path.append(path[-1] - 3e-4 * g(path[-1]) + 0.8 * (path[-1] - path[-2]))
    return path[1:]


def nesterov_1983(g: Any) -> list[np.ndarray]:
    x, y, a, path = START, START, 1.0, [START]
    for _ in range(STEPS):
        following = (1 + math.sqrt(1 + 4 * a**2)) / 2
        x_following = y - 3e-4 * g(y)
        # y of the next step: its own a, and the one after it
        y = x_following + (following - 1) / ((1 + math.sqrt(1 + 4 * following**2)) / 2) * (x_following - x)
        x, a = x_following, following
        path.append(y)
    return path


def reddi_amsgrad(g: Any) -> list[np.ndarray]:
    theta, m, v, largest, path = START, np.zeros(2), np.zeros(2), np.zeros(2), [START]
    for _ in range(STEPS):
        gradient = g(theta)
        m = 0.5 * m + 0.5 * gradient
        v = 0.6 * v + 0.4 * gradient**2
        largest = np.maximum(largest, v)
        theta = theta - 0.3 * m / (np.sqrt(largest) + 1e-8)
        path.append(theta)
    return path


def kingma_adamax(g: Any) -> list[np.ndarray]:
    theta, m, u, path = START, np.zeros(2), np.zeros(2), [START]
    for t in range(1, STEPS + 1):
        gradient = g(theta)
        m = 0.6 * m + 0.4 * gradient
        u = np.maximum(0.7 * u, np.abs(gradient))
        theta = theta - 0.01 / (1 - 0.6**t) * m / u
        path.append(theta)
    return path


def liu_radam(g: Any) -> list[np.ndarray]:
    theta, m, v, path = START, np.zeros(2), np.zeros(2), [START]
    limit = 2 / (1 - 0.9) - 1
    for t in range(1, STEPS + 1):
        gradient = g(theta)
        v = 0.9 * v + 0.1 * gradient**2
        m = 0.6 * m + 0.4 * gradient
        hat = m / (1 - 0.6**t)
        length = limit - 2 * t * 0.9**t / (1 - 0.9**t)
        if length > 4:
            adaptive = np.sqrt(1 - 0.9**t) / (np.sqrt(v) + 1e-8)
            r = math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
            theta = theta - 1e-3 * r * hat * adaptive
        else:
            theta = theta - 1e-3 * hat
        path.append(theta)
    return path


def zhuang_adabelief(g: Any) -> list[np.ndarray]:
    theta, m, s, path = START, np.zeros(2), np.zeros(2), [START]
    for t in range(1, STEPS + 1):
        gradient = g(theta)
        m = 0.6 * m + 0.4 * gradient
        s = 0.8 * s + 0.2 * (gradient - m) ** 2
        theta = theta - 0.01 * (m / (1 - 0.6**t)) / (np.sqrt(s / (1 - 0.8**t)) + 1e-2)
        path.append(theta)
    return path


def zaheer_yogi(g: Any) -> list[np.ndarray]:
    theta, m, v, path = START, np.zeros(2), np.full(2, 1e-6), [START]
    for _ in range(STEPS):
        gradient = g(theta)
        m = 0.6 * m + 0.4 * gradient
        v = v - 0.2 * np.sign(v - gradient**2) * gradient**2
        theta = theta - 0.01 * m / (np.sqrt(v) + 1e-3)
        path.append(theta)
    return path


def graves_rmsprop(g: Any) -> list[np.ndarray]:
    theta, n, mean, change, path = START, np.zeros(2), np.zeros(2), np.zeros(2), [START]
    for _ in range(STEPS):
        gradient = g(theta)
        n = 0.95 * n + 0.05 * gradient**2
        mean = 0.95 * mean + 0.05 * gradient
        change = 0.9 * change - 1e-4 * gradient / np.sqrt(n - mean**2 + 1e-4)
        theta = theta + change
        path.append(theta)
    return path


def riedmiller_rprop(g: Any) -> list[np.ndarray]:
    theta, length, before, change, path = list(START), [0.05, 0.05], [0.0, 0.0], [0.0, 0.0], [START]
    for _ in range(STEPS):
        gradient = list(g(np.array(theta)))
        for i in range(2):
            if before[i] * gradient[i] > 0:
                length[i] = min(length[i] * 1.2, 50.0)
                change[i] = -math.copysign(length[i], gradient[i])
                theta[i] += change[i]
                before[i] = gradient[i]
            elif before[i] * gradient[i] < 0:
                length[i] = max(length[i] * 0.5, 1e-6)
                theta[i] -= change[i]
                before[i] = 0.0
            else:
                change[i] = -math.copysign(length[i], gradient[i])
                theta[i] += change[i]
                before[i] = gradient[i]
        path.append(np.array(theta))
    return path


PAPERS: dict[str, tuple[Algorithm, str, dict[str, Any]]] = {
    "QHM": (qhm, "qhm", {"learning_rate": 1e-3, "momentum": 0.95, "nu": 0.6, "weight_decay": 0.1}),
    "QHAdam": (
        qhadam,
        "qhadam",
        {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.97, "nu1": 0.6, "nu2": 0.8, "epsilon": 1e-2},
    ),
    "AggMo": (aggmo, "aggmo", {"learning_rate": 1e-4, "beta1": 0.0, "beta2": 0.8, "beta3": 0.95}),
    "AdaBound": (
        adabound,
        "adabound",
        {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "final_rate": 1e-3, "closing": 0.05},
    ),
    "Polyak's momentum": (polyak, "momentum", {"learning_rate": 3e-4, "momentum": 0.8, "convention": "paper"}),
    "Nesterov 1983": (nesterov_1983, "nesterov", {"learning_rate": 3e-4, "convention": "paper"}),
    "Reddi's AMSGrad": (
        reddi_amsgrad,
        "amsgrad",
        {"learning_rate": 0.3, "beta1": 0.5, "beta2": 0.6, "convention": "paper"},
    ),
    "Kingma's Adamax": (
        kingma_adamax,
        "adamax",
        {"learning_rate": 0.01, "beta1": 0.6, "beta2": 0.7, "convention": "paper"},
    ),
    "Liu's RAdam": (liu_radam, "radam", {"learning_rate": 1e-3, "beta1": 0.6, "beta2": 0.9, "convention": "paper"}),
    "Zhuang's AdaBelief": (
        zhuang_adabelief,
        "adabelief",
        {"learning_rate": 0.01, "beta1": 0.6, "beta2": 0.8, "epsilon": 1e-2, "convention": "paper"},
    ),
    "Zaheer's Yogi": (
        zaheer_yogi,
        "yogi",
        {"learning_rate": 0.01, "beta1": 0.6, "beta2": 0.8, "convention": "paper"},
    ),
    "Graves' RMSprop": (graves_rmsprop, "rmsprop", {"convention": "paper"}),
    "Riedmiller's Rprop": (riedmiller_rprop, "rprop", {"learning_rate": 0.05, "convention": "paper"}),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_that_the_points_are_those_of_the_paper_s_algorithm(paper: str) -> None:
    algorithm, name, options = PAPERS[paper]
    expected = np.array(algorithm(ROSENBROCK.gradient))
    np.testing.assert_allclose(ours(name, **options), expected, rtol=0, atol=1e-11)
    assert np.isfinite(expected).all()
    assert np.abs(expected[-1] - START).max() > 4e-3, "the path has to go somewhere to show anything"


def test_that_qhm_without_mixing_is_gradient_descent_and_with_nu_equal_to_its_momentum_nesterov_s() -> None:
    np.testing.assert_array_equal(ours("qhm", nu=0.0, learning_rate=1e-4), ours("gradient_descent", learning_rate=1e-4))
    # Ma & Yarats, section 4.1: ν = β is Nesterov's method with the rate 1 − β times as large.
    mixed = ours("qhm", momentum=0.9, nu=0.9, learning_rate=1e-3)
    np.testing.assert_allclose(mixed, ours("nesterov", momentum=0.9, learning_rate=1e-4), rtol=0, atol=1e-12)


def test_that_quasi_hyperbolic_adam_without_mixing_is_adam() -> None:
    options = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99}
    np.testing.assert_allclose(ours("qhadam", nu1=1.0, nu2=1.0, **options), ours("adam", **options), atol=1e-13)


def test_that_aggregated_momentum_of_equal_dampings_is_momentum() -> None:
    aggregated = ours("aggmo", learning_rate=1e-4, beta1=0.9, beta2=0.9, beta3=0.9)
    np.testing.assert_allclose(aggregated, ours("momentum", learning_rate=1e-4), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (5, 5), (1, 6), (6, 1)])
def test_that_newton_schulz_makes_a_matrix_nearly_orthogonal(shape: tuple[int, int]) -> None:
    matrix = np.random.default_rng(5).normal(size=(7, *shape))
    found = orthogonalized(np, matrix, 5)
    u, _, vt = np.linalg.svd(matrix, full_matrices=False)
    # The same directions, with singular values that are no longer far from 1.
    values = np.einsum("nij,nik,nlk->njl", u, found, vt)
    off = values - np.einsum("njj->nj", values)[:, :, None] * np.eye(values.shape[-1])
    np.testing.assert_allclose(off, 0.0, atol=1e-12)
    singular = np.linalg.svd(found, compute_uv=False)
    assert singular.min() > 0.5
    assert singular.max() < 1.3
    for index in range(7):
        np.testing.assert_allclose(orthogonalized(np, matrix[index], 5), found[index], rtol=1e-12, atol=1e-14)


def test_that_a_matrix_of_zeros_stays_what_it_is() -> None:
    for clamp in (True, False):
        np.testing.assert_array_equal(orthogonalized(np, np.zeros((3, 2)), 5, clamp), np.zeros((3, 2)))
