"""What every first-order optimizer says of its steps: the numbers are those of the step, the formulas can be set."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from gdviz.optimizers import OPTIMIZERS, GradientRule, Optimizer, optimizer
from gdviz.optimizers.explanation import StepFacts
from gdviz.oracle import Oracle
from gdviz.parameters import declared
from gdviz.problems import problem
from gdviz.quantities import Quantity

ROSENBROCK = problem("rosenbrock")
SWITCHES: dict[str, Any] = {
    **{"momentum": 0.9, "dampening": 0.3, "centered": True, "weight_decay": 0.1, "learning_rate_decay": 0.01},
    **{"initial_accumulator": 0.2, "epsilon_root": 1e-3, "averaging_start": 3.0, "nu2": 0.9, "nesterov": False},
}


def variants() -> list[Optimizer]:
    """Every convention of every first-order optimizer: plain, with all switched on, and with each switch alone."""
    made: list[Optimizer] = []
    for cls in OPTIMIZERS:
        if not issubclass(cls, GradientRule) and cls.name != "muon":
            continue
        parameters = {item.name: item for item in declared(cls)}
        switches = {name: value for name, value in SWITCHES.items() if name in parameters}
        for convention in parameters["convention"].choices if "convention" in parameters else (None,):
            chosen = {} if convention is None else {"convention": convention}
            sets = [{}, switches, *({name: value} for name, value in switches.items())]
            if "momentum" in parameters:
                sets.append({"momentum": 0.0})
            made += [cls.from_options(chosen | options) for options in sets]
    return list(dict.fromkeys(made))


VARIANTS = variants()
each_variant = pytest.mark.parametrize(
    "rule", VARIANTS, ids=[" ".join([rule.name, *map(str, rule.changed_options().values())]) for rule in VARIANTS]
)


def explained_walk(
    rule: Optimizer, start: Any, steps: int, rate: float
) -> list[tuple[StepFacts, tuple[Quantity, ...]]]:
    """The facts of every step from `start` on Rosenbrock's function, and what the rule says of it."""
    oracle, x = Oracle(ROSENBROCK), np.array(start)
    state, told = rule.init(np, x), []
    for step in range(steps):
        oracle.step = step
        gradient = oracle.gradient(x) if isinstance(rule, GradientRule) else None
        next_point, next_state = rule.step(np, oracle, x, state, rate)
        facts = StepFacts(np, oracle, x, state, step, rate, gradient, next_point, next_state)
        told.append((facts, rule.explain(facts)))
        x, state = next_point, next_state
    return told


STARTS = {"a point": [-1.2, 1.0], "a batch": [[-1.2, 1.0], [0.3, -0.4], [0.8, 1.0]]}


@each_variant
@pytest.mark.parametrize("start", STARTS)
def test_that_the_last_quantities_are_those_of_the_step_that_was_taken(rule: Optimizer, start: str) -> None:
    # The update is computed from the quantities before it, so it shows that those and the formula are right. Twelve
    # steps, so that RAdam has come to both of its forms, and every average has begun.
    for facts, quantities in explained_walk(rule, STARTS[start], 12, 1e-3):
        *_, update, new_point = quantities
        assert (update.name, update.symbol, new_point.name) == ("Update", "Δ", "New point")
        np.testing.assert_array_equal(new_point.value, facts.next_point)
        moved = facts.next_point - facts.x
        size = np.abs(facts.x).max() + np.abs(facts.next_point).max()
        np.testing.assert_allclose(update.value, moved, rtol=1e-11, atol=4e-16 * size)


@each_variant
def test_that_every_array_of_the_new_state_is_among_the_quantities(rule: Optimizer) -> None:
    # A gradient that is only remembered is shown as what it is. Adagrad's sum is shown with what it begins from.
    *_, (facts, quantities) = explained_walk(rule, [-1.2, 1.0], 12, 1e-3)
    shown = [np.asarray(item.value) for item in quantities]
    for name, field in facts.next_state._asdict().items():
        if not hasattr(field, "shape") or _unused(rule, name):
            continue
        value = field + rule.options()["initial_accumulator"] if name == "square_sum" else field
        assert any(item.shape == value.shape and (item == value).all() for item in shown), name


def _unused(rule: Optimizer, field: str) -> bool:
    """Whether a field of the state plays no part in the rule as it is set, or is no quantity of its own."""
    options = rule.options()
    return (
        (field == "velocity" and (rule.name == "muon" or options.get("momentum") == 0.0))
        or (field == "gradient_average" and not options["centered"])
        or (rule.name == "rprop" and field == "gradient")
        or (rule.name == "muon" and field.endswith("moment"))
    )


@each_variant
def test_that_every_quantity_has_a_name_a_symbol_and_a_formula_that_can_be_set(rule: Optimizer) -> None:
    for _, quantities in explained_walk(rule, [-1.2, 1.0], 12, 1e-3):
        for item in quantities:
            assert item.name == item.name.strip() != ""
            assert item.symbol.strip()
            assert balanced(item.formula), item.formula
            assert not re.search(r"[^\x20-\x7e]", item.formula), "TeX is written in ASCII"
            assert set(re.findall(r"\\([A-Za-z]+)", item.formula)) <= KNOWN_COMMANDS


KNOWN_COMMANDS = {
    *("alpha", "beta", "gamma", "delta", "Delta", "epsilon", "varepsilon", "eta", "theta", "lambda", "mu", "nu", "pm"),
    *("rho", "tau", "psi", "varphi", "Pi", "nabla", "infty", "sqrt", "frac", "hat", "bar", "max", "min", "mathrm"),
    *("cdot", "leftarrow", "sum", "le"),
}
"""What matplotlib's and KaTeX' small languages both have."""


def balanced(formula: str) -> bool:
    """Whether every brace and parenthesis of a formula that is not empty is closed, in the right order."""
    waiting: list[str] = []
    pairs = {"}": "{", ")": "("}
    for sign in formula.replace(r"\{", "").replace(r"\}", ""):
        if sign in pairs.values():
            waiting.append(sign)
        elif sign in pairs and (not waiting or waiting.pop() != pairs[sign]):
            return False
    return bool(formula.strip()) and not waiting


def test_that_what_is_not_balanced_is_found() -> None:
    assert balanced(r"\frac{a}{(b + c)}")
    for formula in ("", " ", r"\frac{a}{b", "(a}", "a)", r"\sqrt{(a})"):
        assert not balanced(formula)


def quantity(quantities: tuple[Quantity, ...], symbol: str) -> Any:
    return next(item for item in quantities if item.symbol == symbol)


def test_that_adam_s_second_step_is_told_in_the_numbers_worked_by_hand() -> None:
    # β₁ = 1/2, β₂ = 3/4, g = 4 then −6: m = −2, v = 12, m̂ = −8/3, v̂ = 192/7, as in the test of the rule.
    rule = optimizer("adam", learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=0.0)
    assert isinstance(rule, GradientRule)
    x, state = np.zeros(1), rule.init(np, np.zeros(1))
    for step, slope in enumerate([4.0, -6.0]):
        gradient = np.array([slope])
        update, after = rule.update(np, gradient, state, x, 0.1)
        facts = StepFacts(np, Oracle(ROSENBROCK), x, state, step, 0.1, gradient, x + update, after)
        x, state = x + update, after
    told = rule.explain(facts)
    assert [item.symbol for item in told] == ["g", "m", "v", "m̂", "v̂", "Δ", "θ"]
    for symbol, value in {"g": -6.0, "m": -2.0, "v": 12.0, "m̂": -8 / 3, "v̂": 192 / 7}.items():
        assert quantity(told, symbol).value[0] == pytest.approx(value, rel=1e-15), symbol
    assert quantity(told, "Δ").value[0] == pytest.approx(0.1 * (8 / 3) / (192 / 7) ** 0.5, rel=1e-15)
    assert quantity(told, "Δ").formula == r"\Delta_t = -\eta_t \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}"


def test_that_the_formula_is_that_of_the_convention() -> None:
    formulas = {}
    for convention in ("torch", "keras"):
        *_, (_, told) = explained_walk(optimizer("adam", convention=convention, weight_decay=0.1), [-1.2, 1.0], 2, 1e-3)
        formulas[convention] = {item.symbol: item.formula for item in told}
    assert formulas["torch"]["Δ"].endswith(r"\frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}")
    assert formulas["keras"]["Δ"].endswith(r"\frac{m_t}{\sqrt{v_t} + \varepsilon} - \eta_t \lambda \theta_{t-1}")
    assert "α" in formulas["keras"]


def test_that_the_points_beside_the_one_that_is_stepped_are_told_and_named() -> None:
    rule = optimizer("schedule_free_sgd", learning_rate=1e-3)
    *_, (facts, told) = explained_walk(rule, [-1.2, 1.0], 5, 1e-3)
    assert rule.companion_points == ("base", "average")
    for name in rule.companion_points:
        shown = quantity(told, rule.state_symbols[name]).value
        np.testing.assert_array_equal(shown, getattr(facts.next_state, name))
    # y lies between the two: nine tenths of the way from z to x.
    z, x = facts.next_state.base, facts.next_state.average
    np.testing.assert_allclose(facts.next_point, 0.1 * z + 0.9 * x, rtol=1e-14)


def test_that_nesterov_s_method_tells_the_point_that_it_looks_ahead_from() -> None:
    # In Sutskever's form that point φ is stepped by v ← μv − ηg(φ + μv), φ ← φ + v.
    rule = optimizer("nesterov", learning_rate=1e-3, momentum=0.8)
    phi, velocity = np.array([-1.2, 1.0]), np.zeros(2)
    for _, told in explained_walk(rule, [-1.2, 1.0], 10, 1e-3):
        velocity = 0.8 * velocity - 1e-3 * ROSENBROCK.gradient(phi + 0.8 * velocity)
        phi = phi + velocity
        np.testing.assert_allclose(quantity(told, "φ").value, phi, rtol=1e-12)


def test_that_an_explanation_changes_with_the_step() -> None:
    told = explained_walk(dataclasses.replace(optimizer("radam"), beta2=0.9), [-1.2, 1.0], 12, 1e-4)
    assert "r" not in {item.symbol for item in told[0][1]}, "the first step of RAdam is not adapted"
    assert "r" in {item.symbol for item in told[-1][1]}
