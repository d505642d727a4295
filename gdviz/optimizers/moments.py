"""The moments of Adam's family as lines of an explanation: smoothed gradients, smoothed squares, their correction."""

from __future__ import annotations

from gdviz.arrays import Array
from gdviz.quantities import Quantity

__all__ = ["corrected_first", "corrected_second", "first_moment_line", "second_moment_line"]


def first_moment_line(value: Array) -> Quantity:
    """m, the exponential average of the gradients `(..., d)`."""
    return Quantity("First moment", "m", r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t", value)


def second_moment_line(value: Array) -> Quantity:
    """v, the exponential average of the squared gradients `(..., d)`."""
    return Quantity("Second moment", "v", r"v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2", value)


def corrected_first(first_moment: Array, beta1: float, step: int) -> Quantity:
    """m̂, what m would be had it not begun at zero `step` steps ago."""
    value = first_moment / (1.0 - beta1**step)
    return Quantity("Corrected first moment", "m̂", r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}", value)


def corrected_second(second_moment: Array, beta2: float, step: int) -> Quantity:
    """v̂, what v would be had it not begun at zero `step` steps ago."""
    value = second_moment / (1.0 - beta2**step)
    return Quantity("Corrected second moment", "v̂", r"\hat{v}_t = \frac{v_t}{1 - \beta_2^t}", value)
