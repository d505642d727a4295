"""How far to go along a direction: backtracking, the strong Wolfe conditions, and the lowest point along the line.

Every search looks at the function along one line θ + t d with the slope φ'(0) = ⟨∇f, d⟩ below 0, asks the oracle a
bounded number of times, and hands back all that it tried, so that a step can say how it was found. Where nothing along
the line is lower the rate found is 0 and the point stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers.explanation import Quantity
from gdviz.optimizers.pointwise import dot
from gdviz.oracle import Oracle

__all__ = ["Conditions", "Found", "Line", "Trial", "search", "trial_quantities"]

_MOST_SHRINKS = 100
_MOST_WOLFE_TRIALS = 25
_MOST_EXACT_TRIALS = 100
_SHORTEST_BRACKET = 1e-9
"""A bracket that moves no parameter by more than this is not narrowed further, as in torch.optim.LBFGS."""
_EXACT_SLOPE = 1e-10
"""So small a share of the first slope counts as 0 along the line."""


class Conditions(NamedTuple):
    """Which search it is, and when it is content: c₁, c₂ and τ."""

    kind: str
    decrease: float
    curvature: float
    shrink: float


class Trial(NamedTuple):
    """A rate that was tried: the point there, f, φ' and ∇f; nan and None where they were not asked for."""

    rate: float
    point: Array
    value: float
    slope: float
    gradient: Array | None


class Found(NamedTuple):
    """The trial that was taken, and all of them in the order they were made."""

    taken: Trial
    trials: tuple[Trial, ...]


@dataclass
class Line:
    """The function along `x + t direction`, both `(d,)`, where `slope` is φ'(0). `value` is f at x, nan where nobody
    asked yet. Counts and keeps what is tried."""

    xp: Namespace
    oracle: Oracle
    x: Array
    value: float
    gradient: Array
    direction: Array
    slope: float
    trials: list[Trial] = field(default_factory=list)

    def start(self) -> Trial:
        """Rate 0; asks for f if it is not known."""
        if math.isnan(self.value):
            self.value = float(self.oracle.value(self.x))
        return Trial(0.0, self.x, self.value, self.slope, self.gradient)

    def try_value(self, rate: float) -> Trial:
        """f at a rate."""
        point = self.x + rate * self.direction
        return self._kept(Trial(rate, point, float(self.oracle.value(point)), math.nan, None))

    def try_gradient(self, rate: float) -> Trial:
        """φ' and ∇f at a rate."""
        point = self.x + rate * self.direction
        gradient = self.oracle.gradient(point)
        return self._kept(Trial(rate, point, math.nan, dot(self.xp, gradient, self.direction), gradient))

    def try_both(self, rate: float) -> Trial:
        """f, φ' and ∇f at a rate."""
        point = self.x + rate * self.direction
        value, gradient = float(self.oracle.value(point)), self.oracle.gradient(point)
        return self._kept(Trial(rate, point, value, dot(self.xp, gradient, self.direction), gradient))

    def found(self, taken: Trial) -> Found:
        return Found(taken, tuple(self.trials))

    def _kept(self, trial: Trial) -> Trial:
        self.trials.append(trial)
        return trial


def search(line: Line, conditions: Conditions, first: float) -> Found:
    """The rate that meets the conditions, tried from `first` on; `line.slope` must be below 0."""
    if conditions.kind == "backtracking":
        return _backtracking(line, conditions, first)
    if conditions.kind == "exact":
        return _exact(line, first)
    return _strong_wolfe(line, conditions, first)


def _backtracking(line: Line, conditions: Conditions, first: float) -> Found:
    """The first of t, τt, τ²t, … with f(θ + td) ≤ f(θ) + c₁tφ'(0).

    Source: Armijo 1966; Nocedal & Wright 2006, algorithm 3.1.
    """
    start = line.start()
    rate = first
    for _ in range(_MOST_SHRINKS):
        trial = line.try_value(rate)
        # Written so that nan is not enough.
        if trial.value <= start.value + conditions.decrease * rate * line.slope:
            return line.found(trial)
        rate *= conditions.shrink
    return line.found(start)


def _strong_wolfe(line: Line, conditions: Conditions, first: float) -> Found:
    """f(θ + td) ≤ f(θ) + c₁tφ'(0) and |φ'(t)| ≤ c₂|φ'(0)|: grow the rate until a good one must lie between two, then
    narrow these by cubic interpolation. Where the tries run out, the lowest rate found that falls enough.

    Source: Nocedal & Wright 2006, algorithms 3.5 and 3.6, safeguarded as in Schmidt's minFunc, whose decisions
    torch.optim.LBFGS makes too; but a rate that does not fall enough is never the lower end, however low it is.
    """
    origin = before = line.start()
    flat = -conditions.curvature * line.slope
    left = _MOST_WOLFE_TRIALS

    def too_high(trial: Trial) -> bool:
        return not trial.value <= origin.value + conditions.decrease * trial.rate * line.slope

    trial = line.try_both(first)
    while True:
        if too_high(trial) or (len(line.trials) > 2 and trial.value >= before.value):
            low, high = before, trial
            break
        if abs(trial.slope) <= flat:
            return line.found(trial)
        if trial.slope >= 0:
            low, high = (trial, before) if trial.value <= before.value else (before, trial)
            break
        if left == 0:
            return line.found(trial)
        shortest, longest = trial.rate + 0.01 * (trial.rate - before.rate), 10.0 * trial.rate
        rate = _cubic_minimum(before, trial, shortest, longest)
        before, trial = trial, line.try_both(rate)
        left -= 1
    return line.found(_narrowed(line, low, high, too_high, flat, left))


def _narrowed(line: Line, low: Trial, high: Trial, too_high: Any, flat: float, left: int) -> Trial:
    """A rate between `low`, the lowest known to fall enough, and `high` that is good, or the lowest found in `left`
    tries."""
    reach = float(line.xp.max(line.xp.abs(line.direction)))
    crept = False
    while left > 0 and abs(high.rate - low.rate) * reach >= _SHORTEST_BRACKET:
        least, most = sorted((low.rate, high.rate))
        rate = _cubic_minimum(low, high, least, most)
        margin = 0.1 * (most - least)
        # Twice in a row so near an end, the interpolation creeps; then go well inside.
        near = min(most - rate, rate - least) < margin
        if near and (crept or rate >= most or rate <= least):
            rate = most - margin if abs(rate - most) < abs(rate - least) else least + margin
            near = False
        crept = near
        trial = line.try_both(rate)
        left -= 1
        if too_high(trial) or trial.value >= low.value:
            high = trial
        else:
            if abs(trial.slope) <= flat:
                return trial
            if trial.slope * (high.rate - low.rate) >= 0:
                high = low
            low = trial
    return low


def _cubic_minimum(one: Trial, other: Trial, least: float, most: float) -> float:
    """The minimum of the cubic with the values and slopes of two trials, within [least, most]; the middle where it has
    none.

    Source: Nocedal & Wright 2006, equation 3.59.
    """
    if one.rate > other.rate:
        one, other = other, one
    width = other.rate - one.rate
    first = one.slope + other.slope - 3.0 * (one.value - other.value) / (one.rate - other.rate) if width else math.nan
    square = first * first - one.slope * other.slope
    if not 0.0 <= square < math.inf:
        return 0.5 * (least + most)
    second = math.sqrt(square)
    divisor = other.slope - one.slope + 2.0 * second
    if divisor == 0.0:
        return 0.5 * (least + most)
    rate = other.rate - width * ((other.slope + second - first) / divisor)
    return min(max(rate, least), most) if math.isfinite(rate) else 0.5 * (least + most)


def _exact(line: Line, first: float) -> Found:
    """The nearest rate found with φ'(t) = 0, where the line has stopped falling: on a quadratic the second trial, for
    φ' is linear there; elsewhere by regula falsi once φ' ≥ 0 somewhere.

    Source: Cauchy 1847; regula falsi in the Illinois form of Dowell & Jarratt 1971.
    """
    low = Trial(0.0, line.x, line.value, line.slope, line.gradient)
    high: Trial | None = None
    low_slope, high_slope = low.slope, math.nan
    rate, side = first, 0
    width, halved = math.inf, False
    while len(line.trials) < _MOST_EXACT_TRIALS:
        trial = line.try_gradient(rate)
        if abs(trial.slope) <= -_EXACT_SLOPE * line.slope:
            return line.found(trial)
        if not math.isfinite(trial.slope):
            # Beyond what can be computed: nearer, by much.
            rate = low.rate + 0.1 * (trial.rate - low.rate)
            continue
        if trial.slope < 0:
            if high is None:
                rate = _extrapolated(low, trial)
            elif side < 0:
                high_slope *= 0.5
            low, low_slope, side = trial, trial.slope, -1
        else:
            if high is not None and side > 0:
                low_slope *= 0.5
            high, high_slope, side = trial, trial.slope, 1
        if high is not None:
            width, before = high.rate - low.rate, width
            # Halved at least at every second try, however the slope is bent.
            share = low_slope / (low_slope - high_slope) if width <= 0.5 * before or halved else 0.5
            halved = share == 0.5
            rate = low.rate + width * share
            if not low.rate < rate < high.rate:
                break
    return line.found(low)


def _extrapolated(before: Trial, latest: Trial) -> float:
    """Where a straight line through two slopes below 0 reaches 0: between twice and a thousand times the rate."""
    rise = latest.slope - before.slope
    if rise <= 0:
        return 10.0 * latest.rate
    rate = latest.rate - latest.slope * (latest.rate - before.rate) / rise
    return min(rate, 1000.0 * latest.rate)


def trial_quantities(found: Found, start: float, slope: float, first: float) -> tuple[Quantity, ...]:
    """What a search tried, in order, and the rate that it took."""
    told = [Quantity("Slope along the direction", "φ′", r"\varphi'(0) = \langle g_t, d_t \rangle", slope)]
    if not math.isnan(start):
        told.append(Quantity("Value before", "f", r"\varphi(0) = f(\theta_{t-1})", start))
    told.append(Quantity("First rate", "t₁", "t_1", first))
    for index, trial in enumerate(found.trials, 1):
        told.append(Quantity(f"Rate tried, {index}", "t", f"t_{{{index}}}", trial.rate))
        if not math.isnan(trial.value):
            formula = rf"\varphi(t_{{{index}}}) = f(\theta_{{t-1}} + t_{{{index}}} d_t)"
            told.append(Quantity(f"Value there, {index}", "φ", formula, trial.value))
        if trial.gradient is not None:
            formula = rf"\varphi'(t_{{{index}}}) = \langle \nabla f(\theta_{{t-1}} + t_{{{index}}} d_t), d_t \rangle"
            told.append(Quantity(f"Slope there, {index}", "φ′", formula, trial.slope))
    taken = next((place for place, trial in enumerate(found.trials, 1) if trial is found.taken), 0)
    formula = rf"\alpha_t = t_{{{taken}}}" if taken else r"\alpha_t = 0"
    told.append(Quantity("Rate taken", "α", formula, found.taken.rate))
    return tuple(told)
