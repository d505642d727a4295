"""Where stopping rules end a run: the first recorded row that meets one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdviz.runs.config import StopRules
from gdviz.runs.lengths import lengths
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Rows

__all__ = ["Stop", "first_stop"]


class Stop(NamedTuple):
    """The row, counted from the first of those looked at, and the reason."""

    row: int
    reason: StopReason


def first_stop(rules: StopRules, rows: Rows, previous: np.ndarray | None) -> Stop | None:
    """The first of these rows that meets a rule, or None; of several rules that it meets, the one named first wins.

    `previous (1, ..., d)` is the point before the first row, None where that row is the start. A batch stops once
    all of its descents that are still finite meet the rule. The rule on time is the engine's: no row tells it.
    """
    if rules.none or len(rows.values) == 0:
        return None
    lost = ~(np.isfinite(rows.points).all(axis=-1) & np.isfinite(rows.values))
    met: list[Stop] = []

    def look(where: np.ndarray, reason: StopReason) -> None:
        every = _of_all(where | lost) & ~_of_all(lost)
        if every.any():
            met.append(Stop(int(np.argmax(every)), reason))

    if rules.gradient_norm is not None:
        look(rows.gradient_norms <= rules.gradient_norm, StopReason.CONVERGED)
    if rules.value is not None:
        look(rows.values <= rules.value, StopReason.TARGET_REACHED)
    if rules.change is not None:
        # Before the start there is no step, and so none that is short.
        before = np.full_like(rows.points[:1], np.inf) if previous is None else previous
        with np.errstate(invalid="ignore", over="ignore"):
            steps = lengths(np.diff(np.concatenate([before, rows.points]), axis=0))
        look(steps <= rules.change, StopReason.STALLED)
    if rules.evaluations is not None:
        spent = rows.evaluations.sum(axis=1) >= rules.evaluations
        look(spent.reshape(-1, *(1,) * (lost.ndim - 1)) | np.zeros_like(lost), StopReason.BUDGET_SPENT)
    return min(met, key=lambda stop: stop.row, default=None)


def _of_all(where: np.ndarray) -> np.ndarray:
    """Whether it holds for every descent of the batch, `(n,)`."""
    return np.asarray(where.reshape(len(where), -1).all(axis=1))
