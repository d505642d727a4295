"""Why a run stopped, in a word for programs and a sentence for people."""

from __future__ import annotations

import enum

__all__ = ["StopReason"]


class StopReason(enum.Enum):
    """Why a run stopped; `sentence(step)` says it to the user."""

    FINISHED = "finished"
    CONVERGED = "converged"
    TARGET_REACHED = "target_reached"
    STALLED = "stalled"
    BUDGET_SPENT = "budget_spent"
    TIME_SPENT = "time_spent"
    DIVERGED = "diverged"
    CANCELLED = "cancelled"
    FAILED = "failed"

    def sentence(self, step: int) -> str:
        """What happened at `step`, as a short sentence without a full stop."""
        if self is StopReason.DIVERGED and step == 0:
            return "diverged at step 0: the value at the start is not finite"
        return _SENTENCES[self].format(step=step)


_SENTENCES = {
    StopReason.FINISHED: "finished all {step} steps",
    StopReason.CONVERGED: "converged at step {step}: the gradient is as small as asked",
    StopReason.TARGET_REACHED: "reached the target value at step {step}",
    StopReason.STALLED: "stalled at step {step}: the steps are as short as asked",
    StopReason.BUDGET_SPENT: "stopped at step {step}: the evaluations are used up",
    StopReason.TIME_SPENT: "stopped at step {step}: the time is used up",
    StopReason.DIVERGED: "diverged at step {step}",
    StopReason.CANCELLED: "cancelled at step {step}",
    StopReason.FAILED: "failed at step {step}",
}
