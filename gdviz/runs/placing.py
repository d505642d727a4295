"""Getting a run onto a backend beside others' work: libraries load and programs compile in a thread of their own.

Until then, and where it can't be, the run of NumPy is there. The run of the backend begins anew and takes the other's
place once it has come as far, so what is shown in the end is the backend's alone, the same at every time.
"""

from __future__ import annotations

from concurrent.futures import Executor, wait

import numpy as np

from gdviz.backends import choose, failure
from gdviz.errors import InputError
from gdviz.problems.base import Problem
from gdviz.runs.compiled import NotCompilableError, compilable
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import advance_for
from gdviz.runs.placed import not_compiled, placed_run
from gdviz.runs.run import Run

__all__ = ["Placing"]


class Placing:
    """`notice` says, once it is known, in a sentence why NumPy computes instead; empty where it doesn't.

    The executor does the preparing. Whoever made this calls `take_over` again and again with the run so far, and goes
    on with what that gives, until it has `ended`.
    """

    def __init__(self, name: str, problem: Problem, config: RunConfig, executor: Executor) -> None:
        self._name = name
        self._problem = problem
        self._config = config
        self._placed: Run | None = None
        self.notice = ""
        self.ended = False
        """Whether the run is the backend's, or is to stay NumPy's."""
        self._preparing = executor.submit(self._prepare)

    def abandon(self) -> None:
        """Nobody waits for it any more; what has begun goes on."""
        self._preparing.cancel()

    def end(self) -> None:
        """The run is to stay what it is."""
        self.abandon()
        self.ended = True

    def take_over(self, run: Run, seconds: float) -> Run:
        """Spend about this long on the run, and give the one to go on with: this one, or in its place the backend's."""
        if not self._preparing.done():
            # One that has ended has nothing to do, and must not keep the processor from those who prepare.
            if run.finished:
                wait([self._preparing], seconds)
            else:
                advance_for(run, seconds)
            return run
        placed = self._placed
        if placed is None:
            self.ended = True
            return run
        try:
            if placed.compiled is None or placed.finished or placed.step >= run.step:
                self.ended = True
                return placed
            advance_for(placed, seconds)
        except (InputError, MemoryError):
            raise
        except Exception as error:
            self._give_up(failure(error))
        return run

    def failed(self, error: Exception) -> Run:
        """The run of NumPy to go on with where the backend's failed on its way; raises what is no backend's fault."""
        if isinstance(error, InputError | MemoryError):
            raise error
        self._give_up(failure(error))
        return Run(self._problem, self._config)

    def _give_up(self, reason: str) -> None:
        self.notice = f"{self._name} failed ({reason}); NumPy computes instead."
        self._placed = None
        self.ended = True

    def _prepare(self) -> None:
        try:
            chosen, notice = choose(self._name)
            if not notice and chosen.compiles and not compilable(self._config):
                notice = not_compiled(self._name, self._config)
            if not notice and not chosen.is_numpy:
                placed = placed_run(chosen, self._problem, self._config)
                if placed.compiled is not None:
                    # No steps: it is only recorded and compiled.
                    placed.compiled.take(placed.optimizer, placed.point, placed.state, np.empty(0), 0)
                self._placed = placed
            self.notice = notice
        except NotCompilableError as error:
            self.notice = f"{self._name}: {error}; NumPy computes instead."
        except Exception as error:
            self.notice = f"{self._name} failed ({failure(error)}); NumPy computes instead."
