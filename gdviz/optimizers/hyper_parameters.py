"""The hyper-parameters that several families of optimizers share, declared once: limits, slider, symbol and help.

A rule says `momentum: float = hyper.momentum(0.9)` and adds only the default that its own paper or library gives:
first torch's, then by name that of every convention which has another, `hyper.epsilon(1e-8, keras=1e-7)`. A rate that a
library asks for, and whatever a source leaves open, is torch's.
"""

from __future__ import annotations

from typing import Any

from gdviz.parameters import parameter
from gdviz.schedules.schedule import Schedule

__all__ = [
    "beta1",
    "beta2",
    "convention",
    "decay",
    "epsilon",
    "epsilon_root",
    "immediate_discount",
    "initial_accumulator",
    "learning_rate",
    "long_average",
    "momentum",
    "weight_decay",
]

_CONVENTION = "convention"


def convention(*choices: str) -> Any:
    """Whose statement of the rule is taken; the first is the default, and only those are offered that differ."""
    return parameter(
        choices[0],
        choices=choices,
        label="Convention",
        help="Whose statement of the rule: PyTorch's, Optax's, Keras' or the paper's. They differ in where epsilon "
        "stands, in how averages begin, and in their defaults, which follow this choice until they are set.",
    )


def learning_rate(default: float, slider: tuple[float, float] = (1e-5, 10.0), **by_convention: float) -> Any:
    """η, the length of a step or the factor on it: a number, or a `Schedule` from which the engine takes the rate of
    every step."""
    return parameter(
        default,
        low=0,
        low_open=True,
        log=True,
        slider=slider,
        symbol="η",
        label="Learning rate",
        help="How far a step goes. Too small: it crawls. Too big: it overshoots, oscillates and diverges.",
        alternative=Schedule,
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def momentum(default: float, **by_convention: float) -> Any:
    """μ, the share of the velocity that each step keeps."""
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.999),
        symbol="μ",
        label="Momentum",
        help="The share of its velocity that a step hands on to the next; 0 forgets it at once. "
        "Too big: it shoots past the minimum and swings around it for long.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def beta1(default: float, **by_convention: float) -> Any:
    """β₁, the smoothing of the gradient."""
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.999),
        symbol="β₁",
        label="Beta 1",
        help="How slowly the average of the gradients forgets: about 1/(1 − β₁) steps count. "
        "Too big: the path turns late, overshoots and swings.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def beta2(default: float, **by_convention: float) -> Any:
    """β₂, the smoothing of the gradient's size."""
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.9999),
        symbol="β₂",
        label="Beta 2",
        help="How slowly the measure of the gradient's size forgets: about 1/(1 − β₂) steps count. "
        "Too big: one steep place shortens the steps long after it. Below β₁ squared: it may not converge.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def decay(default: float, symbol: str, **by_convention: float) -> Any:
    """The smoothing of the squared gradient: torch calls it alpha in RMSprop and rho in Adadelta."""
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.999),
        symbol=symbol,
        label="Decay",
        help="The share of its averages that a step keeps: about 1/(1 − decay) steps count. "
        "Too big: the step lengths follow the slope late. Too small: they jump with every gradient.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def epsilon(default: float, **by_convention: float) -> Any:
    """ε, added to the measure of the gradient's size that steps are divided by."""
    return parameter(
        default,
        low=0,
        log=True,
        slider=(1e-12, 1.0),
        symbol="ε",
        label="Epsilon",
        help="Keeps the division by the gradient's size from blowing up; at 0, a parameter whose gradient has always "
        "been exactly 0 ends the run. Too big: it takes over, and steps shrink and no longer adapt to the slope.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def epsilon_root(default: float, **by_convention: float) -> Any:
    """ε inside the root, which optax has beside the ε outside; the others do without."""
    return parameter(
        default,
        low=0,
        slider=(0.0, 1e-3),
        symbol="εr",
        label="Root epsilon",
        help="Added to the squared size before its root is taken, as Optax's eps_root; 0 leaves it out. "
        "Too big: it takes over, and steps shrink and no longer adapt to the slope.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def weight_decay(default: float = 0.0, **by_convention: float) -> Any:
    """λ of the penalty λ/2 ‖x‖² that is added to the function; decoupled, the share ηλ that every step takes off x."""
    return parameter(
        default,
        low=0,
        slider=(0.0, 1.0),
        symbol="λ",
        label="Weight decay",
        help="Adds λ/2 times the squared distance from the origin to what is minimized, through the gradient; in "
        "Keras' convention and AdamW's, every step shrinks the point by the rate times λ instead. "
        "Too big: the path ends near the origin, whatever the function.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def initial_accumulator(default: float, **by_convention: float) -> Any:
    """What the measure of the gradient's size starts from."""
    return parameter(
        default,
        low=0,
        high=1e30,
        slider=(0.0, 1.0),
        symbol="G₀",
        label="Initial sum",
        help="What the sum of squares starts from: it shortens the first steps where the gradient is small. "
        "Too big: it hides the gradients, and steps no longer adapt to the slope.",
        follows=_CONVENTION,
        follow_defaults=by_convention,
    )


def immediate_discount(symbol: str, default: float) -> Any:
    """ν, how much of an average stands in for the latest value."""
    return parameter(
        default,
        low=0,
        high=1,
        slider=(0.0, 1.0),
        symbol=symbol,
        label=symbol.replace("ν", "Nu ").replace("₁", "1").replace("₂", "2").strip(),
        help="The share of the average in the mix with the latest gradient: 0 forgets the past, 1 is the average only. "
        "Too big: a long average turns late, overshoots and swings.",
    )


def long_average(default: float) -> Any:
    """β₂ of Lion, the smoothing of the average that is remembered."""
    return parameter(
        default,
        low=0,
        high=1,
        high_open=True,
        slider=(0.0, 0.9999),
        symbol="β₂",
        label="Beta 2",
        help="How slowly the remembered average of the gradients forgets: about 1/(1 − β₂) steps count. "
        "Too big: old gradients outvote the slope, and it overshoots.",
    )
