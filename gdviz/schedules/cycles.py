"""Schedules that rise: warm-up, cycles, restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gdviz.errors import ParameterError
from gdviz.parameters import parameter
from gdviz.schedules.decays import along_cosine, initial_rate
from gdviz.schedules.schedule import StepSchedule, rate_option, steps_option

__all__ = ["Cyclic", "LinearWarmup", "Noam", "OneCycle", "WarmRestarts", "WarmupStableDecay"]


def _peak(default: float = 0.01) -> float:
    option: float = rate_option(default, "Peak rate", "The highest learning rate.")
    return option


@dataclass(frozen=True)
class LinearWarmup(StepSchedule):
    """η₀(a + (b − a) min(t, T)/T). Source: torch.optim.lr_scheduler.LinearLR."""

    name: ClassVar[str] = "linear_warmup"
    label: ClassVar[str] = "Linear warm-up"
    summary: ClassVar[str] = "Rises along a line during the first steps and then stays."
    source: ClassVar[str] = "torch.optim.lr_scheduler.LinearLR"
    formula: ClassVar[str] = r"\eta_t = \eta_0\,(a + (b - a)\min(t, T)/T)"

    initial: float = rate_option(0.01, "Full rate", "The learning rate that the shares are of.")
    start_factor: float = parameter(1 / 3, low=0, slider=(0.0, 1.0), symbol="a", help="Its share at the first step.")
    end_factor: float = parameter(1.0, low=0, slider=(0.0, 1.0), symbol="b", help="Its share once it is warm.")
    steps: int = steps_option(5, "Steps", "The steps until it is warm.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        share = np.minimum(steps, self.steps) / self.steps
        rates: np.ndarray = self.initial * (self.start_factor + (self.end_factor - self.start_factor) * share)
        return rates


@dataclass(frozen=True)
class Noam(StepSchedule):
    """η min((t + 1)/w, √(w/(t + 1))): a line up, then one over the square root.

    The paper's d^−½ min((t + 1)^−½, (t + 1) w^−1.5) has the peak (d w)^−½.

    Source: Vaswani et al. 2017, arXiv:1706.03762, equation 3.
    """

    name: ClassVar[str] = "noam"
    label: ClassVar[str] = "Noam"
    summary: ClassVar[str] = "Rises along a line and then falls like one over the square root of the steps."
    source: ClassVar[str] = "Vaswani et al. 2017"
    formula: ClassVar[str] = r"\eta_t = \eta \min\left(\tfrac{t+1}{w}, \sqrt{\tfrac{w}{t+1}}\right)"
    base: ClassVar[str] = "peak"

    peak: float = _peak()
    warmup: int = steps_option(100, "Warm-up", "The steps until the peak; the paper takes 4,000.")

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        count = steps + 1.0
        return self.peak * np.minimum(count / self.warmup, np.sqrt(self.warmup / count))


@dataclass(frozen=True)
class WarmRestarts(StepSchedule):
    """Half a cosine from η₀ to η₁ over T₀ steps, again and again, each m times as long as the one before.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983 (SGDR); torch CosineAnnealingWarmRestarts.
    """

    name: ClassVar[str] = "warm_restarts"
    label: ClassVar[str] = "Warm restarts"
    summary: ClassVar[str] = "Falls along a cosine and jumps back up, again and again."
    source: ClassVar[str] = "Loshchilov & Hutter 2017; torch.optim.lr_scheduler.CosineAnnealingWarmRestarts"
    formula: ClassVar[str] = r"\eta_t = \eta_T + \tfrac12(\eta_0 - \eta_T)(1 + \cos(\pi T_{cur}/T_i))"

    initial: float = initial_rate()
    period: int = steps_option(100, "First period", "The steps until the first restart.")
    factor: int = parameter(1, low=1, high=100, slider=(1, 5), label="Longer by", help="Each period over the last.")
    final: float = rate_option(0.0, "Final rate", "The learning rate before each restart.", zero=True)

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        if self.factor == 1:
            length: np.ndarray | float = float(self.period)
            passed = steps % self.period
        else:
            # Logarithms may be a hair off where a period begins, so the starts themselves are compared.
            starts, span = [0.0], float(self.period)
            while starts[-1] + span <= steps.max(initial=0.0):
                starts.append(starts[-1] + span)
                span *= self.factor
            cycle = np.searchsorted(starts, steps, side="right") - 1
            length = self.period * float(self.factor) ** cycle
            passed = steps - np.asarray(starts)[cycle]
        return along_cosine(self.initial, self.final, np.pi * passed / length)


@dataclass(frozen=True)
class OneCycle(StepSchedule):
    """Up to the peak and down to almost nothing, once; after the last step it stays there.

    torch counts the steps of a phase from 0 to steps − 1, and turns its momentum the other way at the same time; here
    the momentum stays.

    Source: Smith & Topin 2018, arXiv:1708.07120; torch.optim.lr_scheduler.OneCycleLR.
    """

    name: ClassVar[str] = "one_cycle"
    label: ClassVar[str] = "One cycle"
    summary: ClassVar[str] = "Rises to a high rate and falls to almost nothing, once."
    source: ClassVar[str] = "Smith & Topin 2018; torch.optim.lr_scheduler.OneCycleLR"
    formula: ClassVar[str] = r"\eta_t:\ \eta_{max}/d \nearrow \eta_{max} \searrow \eta_{max}/(d\,D)"
    base: ClassVar[str] = "peak"

    peak: float = _peak()
    steps: int = steps_option(500, "Steps", "All steps of the cycle.", low=2)
    rise: float = parameter(
        0.3, low=0, high=1, low_open=True, high_open=True, slider=(0.05, 0.95), help="The share of them that rises."
    )
    shape: Literal["cosine", "linear"] = parameter("cosine", choices=("cosine", "linear"), help="The way up and down.")
    start_divisor: float = parameter(25.0, low=1, slider=(1, 100), help="The peak over the first rate.")
    final_divisor: float = parameter(1e4, low=1, slider=(1, 1e6), log=True, help="The first rate over the last.")
    three_phase: bool = parameter(
        False, help="Come down to the first rate as slowly as it went up, and only then to the last."
    )

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        first = self.peak / self.start_divisor
        last = first / self.final_divisor
        up = self.rise * self.steps - 1.0
        ends = [up, 2.0 * up, self.steps - 1.0] if self.three_phase else [up, self.steps - 1.0]
        rates = [first, self.peak, first, last] if self.three_phase else [first, self.peak, last]
        place = np.minimum(steps, self.steps - 1.0)
        result = np.full_like(place, last)
        begin = 0.0
        open_yet = np.ones(place.shape, dtype=bool)
        for end, low, high in zip(ends, rates, rates[1:], strict=False):
            here = open_yet & ((place <= end) | (end == ends[-1]))
            # With few steps a phase may have no length, and then it is passed at its end.
            share = (place - begin) / (end - begin) if end > begin else np.ones_like(place)
            way = low + (high - low) * share if self.shape == "linear" else along_cosine(low, high, np.pi * share)
            result = np.where(here, way, result)
            open_yet &= ~here
            begin = end
        found: np.ndarray = result
        return found


@dataclass(frozen=True)
class Cyclic(StepSchedule):
    """Up and down along lines, between two rates, for ever. Source: Smith 2017, arXiv:1506.01186; torch CyclicLR."""

    name: ClassVar[str] = "cyclic"
    label: ClassVar[str] = "Cyclic"
    summary: ClassVar[str] = "Rises and falls between two rates, again and again."
    source: ClassVar[str] = "Smith 2017; torch.optim.lr_scheduler.CyclicLR"
    formula: ClassVar[str] = r"\eta_t = \eta_0 + (\eta_{max} - \eta_0)\,\Lambda(t)\,s"

    initial: float = rate_option(0.01, "Lowest rate", "The learning rate that every cycle begins with.")
    peak: float = _peak(0.1)
    rise: int = steps_option(2000, "Rise", "The steps up.")
    fall: int | None = steps_option(None, "Fall", "The steps down; none: as many as up.", optional=True)  # type: ignore[arg-type]
    mode: Literal["triangular", "triangular2", "exp_range"] = parameter(
        "triangular",
        choices=("triangular", "triangular2", "exp_range"),
        help="Peaks all alike, halved after every cycle, or falling by a factor at every step.",
    )
    factor: float = parameter(
        1.0, low=0, low_open=True, slider=(0.9, 1.0), symbol="γ", help="That factor, for exp_range."
    )

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        length = float(self.rise + (self.rise if self.fall is None else self.fall))
        cycle = np.floor(1.0 + steps / length)
        place = 1.0 + steps / length - cycle
        ratio = self.rise / length
        height = np.where(place <= ratio, place / ratio, (place - 1.0) / (ratio - 1.0))
        scale: np.ndarray | float = 1.0
        if self.mode == "triangular2":
            scale = 1.0 / 2.0 ** (cycle - 1.0)
        elif self.mode == "exp_range":
            scale = self.factor**steps
        return self.initial + (self.peak - self.initial) * height * scale


@dataclass(frozen=True)
class WarmupStableDecay(StepSchedule):
    """A line up, a plateau, and a way down at the end.

    Source: Hu et al. 2024, arXiv:2404.06395 (MiniCPM); Hägele et al. 2024, arXiv:2405.18392 for 1 − √ as the way down.
    """

    name: ClassVar[str] = "warmup_stable_decay"
    label: ClassVar[str] = "Warm-up, stable, decay"
    summary: ClassVar[str] = "Rises, stays for most of the run, and falls at its end."
    source: ClassVar[str] = "Hu et al. 2024; Hägele et al. 2024"
    formula: ClassVar[str] = r"\eta_t = \eta \cdot \{\, t/w,\ 1,\ 1 \searrow \eta_T/\eta \,\}"
    base: ClassVar[str] = "peak"

    peak: float = _peak()
    warmup: int = steps_option(25, "Warm-up", "The steps up from 0.", low=0)
    stable: int = steps_option(375, "Stable", "The steps at the peak.", low=0)
    decay: int = steps_option(100, "Decay", "The steps down.", low=1)
    final: float = rate_option(0.0, "Final rate", "The learning rate at the end.", zero=True)
    shape: Literal["linear", "cosine", "square_root"] = parameter(
        "linear", choices=("linear", "cosine", "square_root"), help="The way down."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.final > self.peak:
            raise ParameterError(
                f"{self.name}: the final rate {self.final:g} is above the peak {self.peak:g}; choose a lower one."
            )

    def rates_of(self, steps: np.ndarray) -> np.ndarray:
        rising = self.peak * (steps / max(1, self.warmup))
        share = np.clip((steps - self.warmup - self.stable) / self.decay, 0.0, 1.0)
        if self.shape == "cosine":
            falling = along_cosine(self.peak, self.final, np.pi * share)
        else:
            left = 1.0 - (np.sqrt(share) if self.shape == "square_root" else share)
            falling = self.final + (self.peak - self.final) * left
        return np.where(steps < self.warmup, rising, falling)
