"""The optimizers against torch.optim itself, step for step, over many settings and on two functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import GradientRule, optimizer
from gdviz.problems.base import Block

pytestmark = pytest.mark.torch

TOLERANCE = 1e-12
WIDER = {"nadam": 1e-6}
"""torch keeps the product of NAdam's momenta in float32, and its first steps are that much off."""


def rosenbrock_gradient(x: np.ndarray) -> np.ndarray:
    valley = x[1] - x[0] ** 2
    return np.array([-2 * (1 - x[0]) - 400 * x[0] * valley, 200 * valley])


def beale_gradient(x: np.ndarray) -> np.ndarray:
    powers = x[1] ** np.arange(1, 4)
    residuals = np.array([1.5, 2.25, 2.625]) - x[0] + x[0] * powers
    slopes = np.arange(1, 4) * x[1] ** np.arange(3)
    return np.array([2 * residuals @ (powers - 1), 2 * residuals @ (x[0] * slopes)])


FUNCTIONS = {
    "rosenbrock": (rosenbrock_gradient, np.array([-1.2, 1.0])),
    "beale": (beale_gradient, np.array([1.0, 1.0])),
}

# Our name and options, torch's class and keywords; learning rates 1e-3 unless said otherwise, which is torch's for SGD.
SETTINGS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("gradient_descent", {}, "SGD", {}),
    ("gradient_descent", {"weight_decay": 0.3}, "SGD", {"weight_decay": 0.3}),
    ("momentum", {}, "SGD", {"momentum": 0.9}),
    ("momentum", {"momentum": 0.0, "dampening": 0.5}, "SGD", {"momentum": 0.0, "dampening": 0.5}),
    ("momentum", {"momentum": 0.5, "dampening": 0.5}, "SGD", {"momentum": 0.5, "dampening": 0.5}),
    ("momentum", {"dampening": 1.0}, "SGD", {"momentum": 0.9, "dampening": 1.0}),
    (
        "momentum",
        {"learning_rate": 3e-4, "dampening": 0.2, "weight_decay": 0.1},
        "SGD",
        {"lr": 3e-4, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1},
    ),
    ("nesterov", {}, "SGD", {"momentum": 0.9, "nesterov": True}),
    (
        "nesterov",
        {"momentum": 0.6, "weight_decay": 0.1},
        "SGD",
        {"momentum": 0.6, "weight_decay": 0.1, "nesterov": True},
    ),
    ("adagrad", {}, "Adagrad", {}),
    ("adagrad", {"learning_rate": 0.5, "epsilon": 0.1}, "Adagrad", {"lr": 0.5, "eps": 0.1}),
    (
        "adagrad",
        {"learning_rate": 0.1, "learning_rate_decay": 0.05, "weight_decay": 0.2},
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.2},
    ),
    ("rmsprop", {"learning_rate": 1e-3}, "RMSprop", {"lr": 1e-3}),
    ("rmsprop", {"decay": 0.4}, "RMSprop", {"alpha": 0.4}),
    ("rmsprop", {"epsilon": 1.0}, "RMSprop", {"eps": 1.0}),
    ("rmsprop", {"learning_rate": 1e-3, "momentum": 0.9}, "RMSprop", {"lr": 1e-3, "momentum": 0.9}),
    ("rmsprop", {"learning_rate": 1e-3, "centered": True}, "RMSprop", {"lr": 1e-3, "centered": True}),
    (
        "rmsprop",
        {"learning_rate": 1e-3, "decay": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
        "RMSprop",
        {"lr": 1e-3, "alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
    ),
    ("adadelta", {}, "Adadelta", {}),
    (
        "adadelta",
        {"learning_rate": 0.5, "decay": 0.5, "epsilon": 1e-3, "weight_decay": 0.1},
        "Adadelta",
        {"lr": 0.5, "rho": 0.5, "eps": 1e-3, "weight_decay": 0.1},
    ),
    ("adam", {}, "Adam", {}),
    ("adam", {"learning_rate": 0.05}, "Adam", {"lr": 0.05}),
    ("adam", {"beta1": 0.3, "beta2": 0.4, "epsilon": 0.1}, "Adam", {"betas": (0.3, 0.4), "eps": 0.1}),
    ("adam", {"learning_rate": 0.02, "weight_decay": 0.5}, "Adam", {"lr": 0.02, "weight_decay": 0.5}),
    ("adamax", {}, "Adamax", {}),
    ("adamax", {"learning_rate": 0.05, "epsilon": 0.5}, "Adamax", {"lr": 0.05, "eps": 0.5}),
    (
        "adamax",
        {"beta1": 0.4, "beta2": 0.7, "weight_decay": 0.5},
        "Adamax",
        {"betas": (0.4, 0.7), "weight_decay": 0.5},
    ),
    ("adamw", {}, "AdamW", {}),
    (
        "adamw",
        {"learning_rate": 0.02, "beta1": 0.7, "weight_decay": 0.5},
        "AdamW",
        {"lr": 0.02, "betas": (0.7, 0.999), "weight_decay": 0.5},
    ),
    (
        "amsgrad",
        {"learning_rate": 0.02, "beta2": 0.7, "weight_decay": 0.1},
        "Adam",
        {"lr": 0.02, "betas": (0.9, 0.7), "weight_decay": 0.1, "amsgrad": True},
    ),
    ("radam", {"learning_rate": 1e-4}, "RAdam", {"lr": 1e-4}),
    (
        "radam",
        {"learning_rate": 3e-4, "beta2": 0.9, "epsilon": 0.1, "weight_decay": 0.1},
        "RAdam",
        {"lr": 3e-4, "betas": (0.9, 0.9), "eps": 0.1, "weight_decay": 0.1},
    ),
    ("nadam", {"learning_rate": 0.01}, "NAdam", {"lr": 0.01}),
    (
        "nadam",
        {"learning_rate": 0.01, "beta2": 0.9, "momentum_decay": 0.5, "weight_decay": 0.1},
        "NAdam",
        {"lr": 0.01, "betas": (0.9, 0.9), "momentum_decay": 0.5, "weight_decay": 0.1},
    ),
    ("rprop", {}, "Rprop", {}),
    (
        "rprop",
        {"shrink": 0.3, "grow": 1.1, "shortest": 1e-3, "longest": 0.05},
        "Rprop",
        {"etas": (0.3, 1.1), "step_sizes": (1e-3, 0.05)},
    ),
]

each_setting = pytest.mark.parametrize(
    ("name", "options", "torch_name", "keywords"),
    SETTINGS,
    ids=[" ".join([name, *(f"{key}={value:g}" for key, value in options.items())]) for name, options, _, _ in SETTINGS],
)
each_function = pytest.mark.parametrize("function", FUNCTIONS)


def torch_walk(torch_name: str, keywords: dict[str, Any], function: str, rates: np.ndarray) -> tuple[Any, Any]:
    """torch's points `(steps + 1, 2)` and the gradients that it was given `(steps, 2)`, the rate times `rates`."""
    torch = pytest.importorskip("torch")
    gradient, start = FUNCTIONS[function]
    x = torch.nn.Parameter(torch.tensor(start))
    theirs = getattr(torch.optim, torch_name)([x], **keywords)
    rate = theirs.param_groups[0]["lr"]
    path, gradients = [start], []
    for factor in rates:
        theirs.param_groups[0]["lr"] = rate * float(factor)
        gradients.append(gradient(path[-1]))
        x.grad = torch.tensor(gradients[-1])
        theirs.step()
        path.append(x.detach().numpy().copy())
    return np.array(path), np.array(gradients)


def rule_of(name: str, options: dict[str, Any]) -> GradientRule:
    rule = optimizer(name, **options)
    assert isinstance(rule, GradientRule)
    return rule


@each_setting
@each_function
def test_that_the_path_is_torch_s(
    name: str, options: dict[str, Any], torch_name: str, keywords: dict[str, Any], function: str
) -> None:
    # A hundred steps: where a method chatters about a minimum, it doubles a difference in the last bit every few steps.
    gradient, x = FUNCTIONS[function]
    rule = rule_of(name, options)
    state, ours = rule.init(np, x), [x]
    for _ in range(100):
        update, state = rule.update(np, gradient(x), state, x, rule.learning_rate)
        x = x + update
        ours.append(x)
    theirs, _ = torch_walk(torch_name, keywords, function, rates=np.ones(100))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=WIDER.get(name, TOLERANCE))
    assert np.abs(theirs[-1] - theirs[0]).max() > 1e-2, "the path has to go somewhere to show anything"


@each_setting
@each_function
def test_that_each_of_four_hundred_steps_is_torch_s_while_the_rate_changes(
    name: str, options: dict[str, Any], torch_name: str, keywords: dict[str, Any], function: str
) -> None:
    # Both see the gradients of torch's path, so that no difference feeds on itself.
    rates = np.repeat([1.0, 0.3, 1.0, 0.01, 0.5], 80)
    path, gradients = torch_walk(torch_name, keywords, function, rates)
    rule = rule_of(name, options)
    state = rule.init(np, path[0])
    for x, following, gradient, factor in zip(path[:-1], path[1:], gradients, rates, strict=True):
        update, state = rule.update(np, gradient, state, x, rule.learning_rate * float(factor))
        np.testing.assert_allclose(x + update, following, rtol=0, atol=WIDER.get(name, TOLERANCE))


@pytest.mark.parametrize(
    ("name", "torch_name"),
    [
        ("gradient_descent", "SGD"),
        ("adagrad", "Adagrad"),
        ("rmsprop", "RMSprop"),
        ("adadelta", "Adadelta"),
        ("adam", "Adam"),
        ("adamax", "Adamax"),
        ("adamw", "AdamW"),
        ("radam", "RAdam"),
        ("nadam", "NAdam"),
        ("asgd", "ASGD"),
        ("muon", "Muon"),
    ],
)
def test_that_the_defaults_are_torch_s(name: str, torch_name: str) -> None:
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.optim, torch_name)([torch.nn.Parameter(torch.zeros(1, 1))]).defaults
    theirs |= dict(zip(("beta1", "beta2"), theirs.get("betas", ()), strict=False))
    names = {
        **{"learning_rate": "lr", "epsilon": "eps", "learning_rate_decay": "lr_decay"},
        **{"initial_accumulator": "initial_accumulator_value", "decay": "rho" if name == "adadelta" else "alpha"},
        **{"decay_term": "lambd", "rate_power": "alpha", "averaging_start": "t0", "iterations": "ns_steps"},
    }
    # What torch has no word for: who states the rule, optax' second epsilon, and Muon's Adam for what is no matrix.
    ours = {"convention", "epsilon_root", *(("beta1", "beta2", "epsilon") if name == "muon" else ())}
    for option, value in optimizer(name).options().items():
        if option not in ours:
            assert value == theirs[names.get(option, option)], option


def test_that_rprop_s_defaults_are_torch_s() -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.optim.Rprop([torch.nn.Parameter(torch.zeros(1, 1))]).defaults
    options = optimizer("rprop").options()
    assert (options["learning_rate"], options["shrink"], options["grow"]) == (theirs["lr"], *theirs["etas"])
    assert (options["shortest"], options["longest"]) == theirs["step_sizes"]


def test_that_muon_moves_a_matrix_as_torch_does_as_far_as_bfloat16_goes() -> None:
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("this PyTorch has no Muon; 2.9 brought it")
    generator = np.random.default_rng(2)
    start, gradients = generator.normal(size=(4, 3)), generator.normal(size=(20, 4, 3))
    x = torch.nn.Parameter(torch.tensor(start))
    theirs = torch.optim.Muon([x], lr=0.01)
    rule, oracle = optimizer("muon", learning_rate=0.01), FromList(gradients)
    point = start.ravel()
    state = rule.init(np, point)
    for step, gradient in enumerate(gradients):
        x.grad = torch.tensor(gradient)
        theirs.step()
        oracle.step = step
        point, state = rule.step(np, oracle, point, state, 0.01)  # type: ignore[arg-type]
    moved = x.detach().numpy() - start
    # 20 steps of 0.01, each with singular values of about 1, made orthogonal in eight bits.
    np.testing.assert_allclose(point.reshape(4, 3) - start, moved, rtol=0, atol=5e-3)
    assert np.abs(moved).max() > 0.03


class FromList:
    """Answers with one given gradient a step, for a single matrix (4, 3)."""

    def __init__(self, gradients: np.ndarray) -> None:
        self.gradients = gradients
        self.step = 0
        self.problem = self
        self.blocks = (Block("weight", (4, 3)),)

    def gradient(self, x: np.ndarray) -> np.ndarray:
        return np.ravel(self.gradients[self.step])
