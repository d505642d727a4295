"""An optimizer that somebody else wrote, tried out before it is listed."""

from __future__ import annotations

import numpy as np

from gdviz.errors import InputError
from gdviz.optimizers.rule import Optimizer
from gdviz.oracle import Oracle
from gdviz.problems.quadratics import ElongatedQuadratic
from gdviz.registry import required_options
from gdviz.schedules.schedule import Schedule

__all__ = ["try_optimizer"]


def try_optimizer(cls: type[Optimizer]) -> None:
    """Raises `InputError` where an instance with the default options takes no two steps on a bowl as it should."""
    if required_options(cls):
        return
    optimizer = cls.from_options({})
    problem = ElongatedQuadratic()
    try:
        optimizer.check(problem, None)
    except InputError:
        return  # not for a bowl
    point = np.array(problem.start)
    state = optimizer.init(np, point)
    if not hasattr(type(state), "_fields"):
        raise InputError(
            f"{cls.__name__}.init returns {type(state).__name__}; return a NamedTuple, which may be empty."
        )
    rate = getattr(optimizer, "learning_rate", np.nan)
    if isinstance(rate, Schedule):
        return
    oracle = Oracle(problem)
    with np.errstate(all="ignore"):
        for _ in range(2):
            following, after = optimizer.step(np, oracle, point, state, rate)
            if np.shape(following) != point.shape or type(after) is not type(state):
                raise InputError(
                    f"{cls.__name__} steps from {point.shape} and {type(state).__name__} to {np.shape(following)} and "
                    f"{type(after).__name__}; return a point and a state of the same kind."
                )
            point, state = following, after
