"""The hyper-parameters that several families of optimizers share, declared once: limits, slider, symbol and help.

A rule says `momentum: float = hyper.momentum(0.9)` and adds only the default that its own paper or library gives.
"""

from __future__ import annotations

from typing import Any

from gdviz.parameters import parameter
from gdviz.schedules.schedule import Schedule

__all__ = ["beta1", "beta2", "decay", "epsilon", "learning_rate", "momentum", "weight_decay"]


def learning_rate(default: float, slider: tuple[float, float] = (1e-5, 10.0)) -> Any:
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
    )


def momentum(default: float) -> Any:
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
    )


def beta1(default: float) -> Any:
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
    )


def beta2(default: float) -> Any:
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
    )


def decay(default: float, symbol: str) -> Any:
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
    )


def epsilon(default: float) -> Any:
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
    )


def weight_decay(default: float = 0.0) -> Any:
    """λ of the penalty λ/2 ‖x‖² that is added to the function."""
    return parameter(
        default,
        low=0,
        slider=(0.0, 1.0),
        symbol="λ",
        label="Weight decay",
        help="Adds λ/2 times the squared distance from the origin to what is minimized, through the gradient. "
        "Too big: the path ends near the origin, whatever the function.",
    )
