"""What a goal is, and how it is measured and judged.

A goal names its peers, prepares them, and bounds ratios between them. All peers are measured in every round, one after
the other, in an order that rotates, so that whatever the machine does besides happens to all of them. The first round
is dropped. A goal that misses a bound is measured once more, and then that counts for the bounds it missed. A peer that
is not installed is left out by name, together with the bounds that need it.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

__all__ = [
    "Attempt",
    "Bound",
    "Goal",
    "Limit",
    "Measure",
    "Outcome",
    "Peer",
    "Ratio",
    "Sample",
    "Samples",
    "Verdict",
    "absent_peers",
    "achieve",
    "timed",
]


@dataclass(frozen=True)
class Sample:
    """What one round of one peer took: by the clock, and of the processors' time in all of this process's threads."""

    seconds: float
    cpu_seconds: float


Measure = Callable[[], Sample]
Samples = Mapping[str, list[Sample]]


@dataclass(frozen=True)
class Peer:
    """One of those compared, the modules that it can't do without, and the programs of which it needs one."""

    name: str
    needs: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @property
    def program(self) -> str | None:
        """Where the first of its programs is that there is."""
        return next(filter(None, map(shutil.which, self.programs)), None)

    @property
    def lacks(self) -> str:
        """What is not installed; empty where nothing is missing."""
        missing = [module for module in self.needs if not _installed(module)]
        if self.programs and self.program is None:
            missing.append(" or ".join(self.programs))
        return ", ".join(missing)


@dataclass(frozen=True)
class Bound:
    """A number made of the samples, which has to be at least or at most some other."""

    is_time: ClassVar[bool] = False
    """Whether the number is seconds."""

    least: float | None = None
    most: float | None = None

    @property
    def peers(self) -> tuple[str, ...]:
        """The peers without which there is nothing to say."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """What the number is, in words."""
        raise NotImplementedError

    def value(self, samples: Samples) -> float:
        raise NotImplementedError

    def cpu_value(self, samples: Samples) -> float | None:
        """The same of the processors' time, where that says something."""
        return None

    def met_by(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Ratio(Bound):
    """The median of one peer over the median of another."""

    numerator: str = ""
    denominator: str = ""

    @property
    def peers(self) -> tuple[str, ...]:
        return (self.numerator, self.denominator)

    @property
    def subject(self) -> str:
        return f"{self.numerator} / {self.denominator}"

    def value(self, samples: Samples) -> float:
        return _median_of(samples[self.numerator]) / _median_of(samples[self.denominator])

    def cpu_value(self, samples: Samples) -> float | None:
        above, below = (median(sample.cpu_seconds for sample in samples[peer]) for peer in self.peers)
        return above / below if above > 0 and below > 0 else None


@dataclass(frozen=True)
class Limit(Bound):
    """The median of a peer in seconds. For what must never take longer, a round is the longest of many."""

    is_time: ClassVar[bool] = True

    peer: str = ""

    @property
    def peers(self) -> tuple[str, ...]:
        return (self.peer,)

    @property
    def subject(self) -> str:
        return self.peer

    def value(self, samples: Samples) -> float:
        return _median_of(samples[self.peer])


Prepare = Callable[[Collection[str]], AbstractContextManager[Mapping[str, Measure]]]


@dataclass(frozen=True)
class Goal:
    """A promise about speed, and what is needed to keep watch over it.

    `prepare` is given the names of the peers that are present and yields a measure for each; it raises where they don't
    do the same work. `screen` says that it opens windows.
    """

    name: str
    what: str
    peers: tuple[Peer, ...]
    bounds: tuple[Bound, ...]
    prepare: Prepare
    screen: bool = False


@dataclass(frozen=True)
class Verdict:
    """What became of one bound; `met` is None where it was left out."""

    subject: str
    least: float | None
    most: float | None
    value: float | None = None
    cpu_value: float | None = None
    met: bool | None = None
    left_out: str = ""
    is_time: bool = False


@dataclass(frozen=True)
class Attempt:
    """One measurement of a goal; loads are the machine's average of one minute, before and after."""

    samples: dict[str, list[Sample]]
    verdicts: list[Verdict]
    load_before: float
    load_after: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """All that was found out about a goal: one attempt, or two where the first missed something."""

    name: str
    what: str
    left_out: dict[str, str]
    attempts: list[Attempt]

    @property
    def verdicts(self) -> list[Verdict]:
        """One a bound: of the first attempt where it was met or left out, else of the last."""
        first, last = self.attempts[0].verdicts, self.attempts[-1].verdicts
        return [early if early.met is not False else late for early, late in zip(first, last, strict=True)]

    @property
    def missed(self) -> bool:
        return any(verdict.met is False for verdict in self.verdicts)


def timed(work: Callable[[], object]) -> Sample:
    """How long this takes, once."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    seconds = time.perf_counter() - clock
    return Sample(seconds, time.process_time() - cpu)


def absent_peers(goal: Goal) -> dict[str, str]:
    """Why peers are left out, by name; those that are present are not among them."""
    return {peer.name: f"{peer.lacks} not installed" for peer in goal.peers if peer.lacks}


def achieve(goal: Goal, rounds: int, say: Callable[[str], None] = lambda text: None) -> Outcome:
    """Measure a goal over this many rounds, not counting the one dropped, and once more if it misses something."""
    left_out = absent_peers(goal)
    attempts = [_attempt(goal, rounds, left_out, say)]
    if any(verdict.met is False for verdict in attempts[0].verdicts):
        say("missed; measuring once more")
        attempts.append(_attempt(goal, rounds, left_out, say))
    return Outcome(goal.name, goal.what, left_out, attempts)


def _attempt(goal: Goal, rounds: int, left_out: Mapping[str, str], say: Callable[[str], None]) -> Attempt:
    started, load = time.perf_counter(), _load()
    names = [peer.name for peer in goal.peers if peer.name not in left_out]
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    with goal.prepare(names) as measures:
        for number in range(rounds + 1):
            turn = number % max(1, len(names))
            for name in names[turn:] + names[:turn]:
                sample = measures[name]()
                if number > 0:
                    samples[name].append(sample)
            say(f"round {number} of {rounds}")
    verdicts = [_verdict(bound, samples, left_out) for bound in goal.bounds]
    return Attempt(samples, verdicts, load, _load(), time.perf_counter() - started)


def _verdict(bound: Bound, samples: Samples, left_out: Mapping[str, str]) -> Verdict:
    verdict = Verdict(bound.subject, bound.least, bound.most, is_time=bound.is_time)
    absent = [f"{peer}: {left_out[peer]}" for peer in bound.peers if peer in left_out]
    if absent:
        return dataclasses.replace(verdict, left_out="; ".join(absent))
    value, cpu_value = bound.value(samples), bound.cpu_value(samples)
    return dataclasses.replace(verdict, value=value, cpu_value=cpu_value, met=bound.met_by(value))


def _median_of(samples: list[Sample]) -> float:
    return median(sample.seconds for sample in samples)


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _load() -> float:
    """The average of one minute; 0 where the system keeps none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
