"""The hyper-parameters that methods with a line search share, declared once: which search, and when it is content.

A method says `decrease: float = along.decrease()`.
"""

from __future__ import annotations

from typing import Any

from gdviz.parameters import parameter

__all__ = ["KINDS", "curvature", "decrease", "first_rate", "kind", "shrink"]

KINDS = ("backtracking", "strong_wolfe", "exact")


def first_rate(default: float = 1.0) -> Any:
    """The rate that a search begins with."""
    return parameter(
        default,
        low=0,
        high=1e9,
        low_open=True,
        log=True,
        slider=(1e-5, 100.0),
        symbol="t₁",
        label="First rate",
        help="The rate that the search tries first. Too big: many tries before one is short enough. "
        "Too small: backtracking never tries a longer one and crawls.",
    )


def kind(default: str, choices: tuple[str, ...] = KINDS) -> Any:
    """How a rate is searched along the direction."""
    return parameter(
        default,
        choices=choices,
        label="Line search",
        help="backtracking shortens the step until the function falls enough; strong_wolfe also wants the slope along "
        "the line to have flattened. exact goes to the lowest point along the line; none takes the rate as it is.",
    )


def decrease() -> Any:
    """c₁, the share of the promised decrease that a step must bring."""
    return parameter(
        1e-4,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        log=True,
        slider=(1e-6, 0.9),
        symbol="c₁",
        label="Decrease",
        help="The share of the decrease that the slope promises which a step must bring. "
        "Too big: only very short steps are good enough; on a quadratic, above ½ the lowest point is not.",
    )


def curvature(default: float) -> Any:
    """c₂, the share of the slope that may be left."""
    return parameter(
        default,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.01, 0.99),
        symbol="c₂",
        label="Slope left",
        help="strong_wolfe wants the slope along the line to fall to this share of what it was. "
        "Too big: nearly every step is good enough. Too small: long searches for the lowest point.",
    )


def shrink() -> Any:
    """τ, what backtracking multiplies the rate by."""
    return parameter(
        0.5,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        slider=(0.05, 0.95),
        symbol="τ",
        label="Shrink",
        help="backtracking multiplies a rate that was too long by this. Too big: many tries. Too small: it ends far "
        "below the longest rate that would do.",
    )
