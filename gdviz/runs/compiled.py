"""Gradient rules compiled by JAX: many steps in one call, from the very rules and problems that NumPy computes with.

A program takes up to `length` steps from any point and state. How many, the learning rate of each, the
hyper-parameters and the rows of mini-batches are given at every call, so that nothing is compiled again when they
change. As a program always does the same, a run replayed from a checkpoint gives the same bits; runs of NumPy differ
from it by rounding, for compilers may fuse a product and a sum.
"""

from __future__ import annotations

import dataclasses
import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from gdviz.arrays import Array, Namespace
from gdviz.backends import computing
from gdviz.optimizers.rule import GradientRule, Optimizer
from gdviz.oracle import MiniBatches
from gdviz.parameters import declared
from gdviz.problems.base import Problem
from gdviz.runs.config import RunConfig
from gdviz.runs.lengths import safe_norms
from gdviz.runs.traced import Decision, numbers_of, with_traced_numbers
from gdviz.schedules.schedule import ObservedSchedule

__all__ = ["CompiledSteps", "NotCompilableError", "Taken", "compilable"]

_LONGEST = 65_536
_MOST_NUMBERS = 2**17
"""Of the points of one call: a megabyte, which stays in the cache, and some milliseconds of a plain function."""
_MOST_OPERATIONS = 2e7
"""Of one call, some 20 ms: the time in which a run can be stopped."""
_MOST_PROBLEMS = 32
"""So many of them have their programs kept."""
_FEW = 8

Program: TypeAlias = Callable[..., Any]


class NotCompilableError(Exception):
    """The rule or the problem does something that only computes, such as choosing by a number of the step."""


class Taken(NamedTuple):
    """Steps that were taken: what is recorded of each, `(n, ..., d)` and `(n, ...)`, and where the last one led."""

    points: np.ndarray
    values: np.ndarray
    gradient_norms: np.ndarray
    point: Array
    state: Any


def compilable(config: RunConfig) -> bool:
    """Whether the steps of this run can be compiled: those of gradient rules, at rates that don't depend on what the
    run meets, with gradients as they are."""
    return config.clipping.none and config.noise is None and all(map(_compilable, config.optimizers))


def _compilable(optimizer: Optimizer) -> bool:
    return (
        isinstance(optimizer, GradientRule)
        and type(optimizer).step is GradientRule.step
        and not isinstance(optimizer.learning_rate, ObservedSchedule)
    )


@dataclass
class _Recorded:
    """A program, and for which hyper-parameters it was recorded."""

    program: Program
    decisions: list[Decision] = field(default_factory=list)

    def serves(self, numbers: tuple[float, ...]) -> bool:
        """Whether its rule would have asked the same questions and got the same answers."""
        return all(question(numbers) == answer for question, answer in self.decisions)


class CompiledSteps:
    """The steps of gradient rules on one problem, from points of one shape, with or without mini-batches.

    Programs serve all runs on the problem.
    """

    def __init__(self, problem: Problem, point: Array, batches: MiniBatches | None) -> None:
        self._problem = problem
        self._batches = batches
        self._vectorized = problem.cheap and batches is None
        """Values and gradients are recorded in one call after the steps; of fits, in the pass that each step needs."""
        cost = max(1, int(getattr(problem, "cost_per_point", 1)) * (point.size // problem.dimension))
        most = min(_LONGEST, _MOST_NUMBERS / point.size, _LONGEST if self._vectorized else _MOST_OPERATIONS / cost)
        self.length = 2 ** max(0, math.floor(math.log2(max(1.0, most))))
        """The most steps of one call, a power of two."""

    def take(self, rule: Optimizer, point: Array, state: Any, rates: np.ndarray, first: int) -> Taken:
        """As many steps as there are rates, `length` at most, from `point` and `state`; `first` is the number of the
        first, by which mini-batches are drawn. Compiles what was not compiled before.

        Raises `NotCompilableError`.
        """
        import jax

        count = len(rates)
        padded = np.zeros(self.length, dtype=point.dtype)
        padded[:count] = rates
        numbers = tuple(numbers_of(rule).values())
        with computing(jax.numpy):
            recorded = self._program_for(rule, numbers, point, state)
            try:
                points, values, norms, last, after = recorded.program(
                    numbers, point, _as_arrays(state), padded, count, self._drawn(first, count)
                )
            except jax.errors.JAXTypeError as error:
                raise NotCompilableError(
                    f"{rule.label or rule.name} on {self._problem.name} can't be compiled, for it decides by numbers "
                    "that a step computes"
                ) from error
            return Taken(
                np.asarray(points)[:count],
                np.asarray(values)[:count],
                np.asarray(norms)[:count],
                last,
                _as_before(after, state),
            )

    def _program_for(self, rule: Optimizer, numbers: tuple[float, ...], point: Array, state: Any) -> _Recorded:
        kept = _programs_of(self._problem)
        batches = self._batches
        key = (
            type(rule),
            tuple(numbers_of(rule)),
            _fixed_options(rule),
            type(state),
            self.length,
            point.shape,
            str(point.dtype),
            None if batches is None else (batches.batch_size, batches.rows % batches.batch_size),
        )
        recorded = next((item for item in kept.setdefault(key, []) if item.serves(numbers)), None)
        if recorded is None:
            recorded = self._record(rule)
            kept[key].append(recorded)
        return recorded

    def _drawn(self, first: int, count: int) -> tuple[np.ndarray, np.ndarray] | None:
        """The rows of the mini-batches of `count` steps and the one after them, and how many of each count."""
        if self._batches is None:
            return None
        rows = np.zeros((self.length + 1, self._batches.batch_size), dtype=np.int64)
        sizes = np.full(self.length + 1, self._batches.batch_size)
        for index in range(count + 1):
            drawn = self._batches.rows_of(first + index)
            rows[index, : len(drawn)] = drawn
            sizes[index] = len(drawn)
        return rows, sizes

    def _record(self, rule: Optimizer) -> _Recorded:
        """A program for this rule; it is recorded and compiled when it is first called."""
        import jax
        from jax import lax

        xp: Namespace = jax.numpy
        # Programs are kept with a problem. One of many rows they must not keep alive.
        known: Problem | None = self._problem if _told_by_options(self._problem) is not None else None
        problem_of = weakref.ref(self._problem)
        length, vectorized, batches = self.length, self._vectorized, self._batches
        decisions: list[Decision] = []
        # Only as many rows as the last mini-batch of an epoch has, where it is smaller.
        rest = 0 if batches is None else batches.rows % batches.batch_size

        def program(numbers: Any, point: Any, state: Any, rates: Any, count: Any, drawn: Any) -> Any:
            decisions.clear()
            own = with_traced_numbers(rule, numbers, decisions)
            problem = known or problem_of()
            assert problem is not None, "whoever calls holds it"
            assert isinstance(own, GradientRule)

            def measured(x: Any, index: Any) -> tuple[Any, Any]:
                if drawn is None:
                    return problem.value_and_gradient(x)
                rows, sizes = drawn
                batch = rows[index]
                if not rest:
                    return problem.batch_value_and_gradient(x, batch)
                return lax.cond(  # type: ignore[no-any-return]
                    sizes[index] == batch.shape[0],
                    lambda: problem.batch_value_and_gradient(x, batch),
                    lambda: problem.batch_value_and_gradient(x, batch[:rest]),
                )

            def moved(x: Any, gradient: Any, state: Any, index: Any) -> tuple[Any, Any]:
                update, following = own.update(xp, gradient, state, x, rates[index])
                return _like(xp, x + update, x), _like(xp, following, state)

            def step(index: Any, passed: Any) -> Any:
                x, state, points = passed
                x, state = moved(x, problem.gradient(x), state, index)
                return x, state, lax.dynamic_update_index_in_dim(points, x, index, 0)

            def recorded_step(index: Any, passed: Any) -> Any:
                x, state, gradient, points, values, norms = passed
                x, state = moved(x, gradient, state, index)
                value, gradient = measured(x, index + 1)
                norm = _lengths(xp, gradient)
                rows = (points, x), (values, value), (norms, norm)
                return x, state, gradient, *(lax.dynamic_update_index_in_dim(into, row, index, 0) for into, row in rows)

            points = xp.zeros((length, *point.shape), dtype=point.dtype)
            if vectorized:
                point, state, points = lax.fori_loop(0, count, step, (point, state, points))
                return points, problem.value(points), _lengths(xp, problem.gradient(points)), point, state
            columns = points, xp.zeros(points.shape[:-1], point.dtype), xp.zeros(points.shape[:-1], point.dtype)
            _, gradient = measured(point, 0)
            point, state, _, *columns = lax.fori_loop(0, count, recorded_step, (point, state, gradient, *columns))
            return *columns, point, state

        return _Recorded(jax.jit(program), decisions)


_programs: dict[Any, dict[Any, list[_Recorded]]] = {}
"""What was compiled, by problem, the one used last at the end."""


def _programs_of(problem: Problem) -> dict[Any, list[_Recorded]]:
    """What was compiled for this problem. A function is the same as another with the same options; a fit is not, for
    that may have other rows, and its programs end with it."""
    key = _told_by_options(problem)
    if key is None:
        key = id(problem)
        if key not in _programs:
            weakref.finalize(problem, _programs.pop, key, None)
    kept = _programs.pop(key, {})
    _programs[key] = kept
    while len(_programs) > _MOST_PROBLEMS:
        del _programs[next(iter(_programs))]
    return kept


def _told_by_options(problem: Problem) -> Any:
    """What names this problem among all others; None where its options don't say all."""
    if not all(item.compare for item in dataclasses.fields(problem)):
        return None
    try:
        hash(problem)
    except TypeError:
        return None
    return type(problem), problem


def _fixed_options(rule: Optimizer) -> tuple[Any, ...]:
    """All of a rule that its programs are not given: choices, counts, switches."""
    given = {*numbers_of(rule), "learning_rate"}
    return tuple((item.name, getattr(rule, item.name)) for item in declared(type(rule)) if item.name not in given)


def _as_arrays(state: Any) -> Any:
    """A state whose plain numbers are arrays, so that a program takes them as they come."""
    import jax

    return jax.tree.map(lambda leaf: np.asarray(leaf) if isinstance(leaf, bool | int | float) else leaf, state)


def _as_before(state: Any, like: Any) -> Any:
    """A state whose numbers are plain where they were so in `like`."""
    import jax

    return jax.tree.map(lambda leaf, old: type(old)(leaf) if isinstance(old, bool | int | float) else leaf, state, like)


def _like(xp: Namespace, state: Any, before: Any) -> Any:
    """What a step gives, in the types of what it was given: a loop takes the same at every turn."""
    import jax

    return jax.tree.map(lambda leaf, old: xp.asarray(leaf, dtype=old.dtype), state, before)


def _lengths(xp: Namespace, vectors: Any) -> Any:
    """‖v‖₂ of vectors `(..., d)`, precise where squares would overflow or vanish too; see `gdviz.runs.lengths`."""
    from jax import lax

    def squared(entries: Any) -> Any:
        # A sum along an axis of a few entries takes ten times as long as their squares added up by name.
        if entries.shape[-1] > _FEW:
            return xp.sum(entries * entries, axis=-1)
        return sum(entries[..., place] * entries[..., place] for place in range(entries.shape[-1]))

    norms = xp.sqrt(squared(vectors))
    tiny, huge = safe_norms(norms.dtype.itemsize)

    def carefully() -> Any:
        largest = xp.max(xp.abs(vectors), axis=-1)
        usable = (largest > 0) & xp.isfinite(largest)
        scaled = vectors / xp.where(usable, largest, 1.0)[..., None]
        return xp.where(usable, largest * xp.sqrt(squared(scaled)), largest)

    return lax.cond(xp.all((norms > tiny) & (norms < huge)), lambda: norms, carefully)
