"""What was measured, as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from harness import Attempt, Bound, Goal, Outcome, Sample, Verdict

__all__ = ["declaration", "lines", "number", "seconds"]

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def declaration(goal: Goal) -> Iterator[str]:
    """What a goal is, and a line a bound."""
    yield f"{goal.name}  {goal.what}"
    yield from (f"  {bound.subject} {_wanted(bound)}" for bound in goal.bounds)


def lines(outcome: Outcome) -> Iterator[str]:
    """A table of the peers and a line a bound, for every attempt."""
    yield f"{outcome.name}  {outcome.what}"
    width = max((len(name) for attempt in outcome.attempts for name in attempt.samples), default=0)
    for count, attempt in enumerate(outcome.attempts, 1):
        if count > 1:
            yield "  measured once more:"
        yield f"  {'':{width}}  {'median':>9}  {'minimum':>9}  {'maximum':>9}  {'processors':>10}"
        for name, samples in attempt.samples.items():
            yield f"  {name:{width}}  {_columns(samples)}"
        yield from (f"  {_sentence(verdict)}" for verdict in attempt.verdicts)
        yield f"  {_circumstances(attempt)}"
    for name, reason in outcome.left_out.items():
        yield f"  left out: {name} ({reason})"


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    unit, name = next(((unit, name) for unit, name in _UNITS if value >= unit), _UNITS[-1])
    return f"{number(value / unit)} {name}"


def number(value: float) -> str:
    """Three digits that count, and no exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _columns(samples: list[Sample]) -> str:
    times = [sample.seconds for sample in samples]
    processors = median(sample.cpu_seconds for sample in samples)
    return f"{seconds(median(times)):>9}  {seconds(min(times)):>9}  {seconds(max(times)):>9}  {seconds(processors):>10}"


def _sentence(verdict: Verdict) -> str:
    wanted = _wanted(verdict)
    if verdict.value is None:
        return f"left out   {verdict.subject} {wanted} ({verdict.left_out})"
    text = _text(verdict, verdict.value)
    processors = "" if verdict.cpu_value is None else f", by processors' time {_text(verdict, verdict.cpu_value)}"
    return f"{'met' if verdict.met else 'MISSED':9}  {verdict.subject} {wanted}: {text}{processors}"


def _wanted(bound: Bound | Verdict) -> str:
    limits = (("≥", bound.least), ("≤", bound.most))
    return " and ".join(f"{sign} {_text(bound, limit)}" for sign, limit in limits if limit is not None)


def _text(bound: Bound | Verdict, value: float) -> str:
    return seconds(value) if bound.is_time else number(value)


def _circumstances(attempt: Attempt) -> str:
    rounds = max((len(samples) for samples in attempt.samples.values()), default=0)
    return f"{rounds} rounds in {attempt.seconds:.0f} s, load {attempt.load_before:.1f} to {attempt.load_after:.1f}"
