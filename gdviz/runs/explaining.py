"""What one recorded step consisted of, in numbers that have names: the problem's part, what happened to the gradient
on the way, the rate, and the optimizer's part down to the new point.

The step is taken again from the checkpoint before it, with the run's own functions, so the numbers are the run's to the
last bit.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from gdviz.arrays import Array, to_numpy
from gdviz.backends import computing
from gdviz.errors import InputError
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import GradientRule, Optimizer
from gdviz.quantities import Quantity
from gdviz.runs.engine import standing_at, step_to
from gdviz.runs.rates import schedule_of
from gdviz.runs.run import Run
from gdviz.runs.shaping import ShapedOracle
from gdviz.runs.trajectory import Origin, Trajectory

__all__ = ["StepExplanation", "explained"]


@dataclass(frozen=True)
class StepExplanation:
    """The step `step` -> `step` + 1 of a run: from `point (..., d)` to `next_point`, with the rate it was taken with.

    `quantities` are in the order in which they are computed; several may have the same name, such as the gradient of
    the problem and the one that the optimizer was told.
    """

    step: int
    point: Array
    next_point: Array
    learning_rate: float
    quantities: tuple[Quantity, ...]

    def quantity(self, name: str) -> Quantity:
        """The last quantity of this name or symbol; raises `InputError`."""
        found = [item for item in self.quantities if name in (item.name, item.symbol)]
        if found:
            return found[-1]
        known = ", ".join(dict.fromkeys(item.name for item in self.quantities))
        raise InputError(f"step {self.step} has no quantity {name!r}; it has {known}.")


def explained(trajectory: Trajectory, origin: Origin, step: int) -> StepExplanation:
    """The explanation of a recorded step; raises `InputError` for one that was not taken."""
    if not 0 <= step < trajectory.steps:
        taken = (
            "it took no step, so there is none to explain"
            if trajectory.steps < 1
            else f"its steps are 0 to {trajectory.steps - 1}; choose one of them"
        )
        raise InputError(f"step {step} was not taken: {taken}.")
    run = standing_at(trajectory, origin, int(step))
    with np.errstate(all="ignore"), computing(run.xp):
        explanation = _explanation(run)
    return explanation if run.xp is np else _on_the_host(explanation)


def _on_the_host(explanation: StepExplanation) -> StepExplanation:
    """The same with NumPy's arrays, whatever computed the run: those who show it know no others."""
    return dataclasses.replace(
        explanation,
        point=to_numpy(explanation.point),
        next_point=to_numpy(explanation.next_point),
        quantities=tuple(
            item._replace(value=to_numpy(item.value)) if hasattr(item.value, "dtype") else item
            for item in explanation.quantities
        ),
    )


def _explanation(run: Run) -> StepExplanation:
    """The explanation of the step that this run is about to take, which it takes."""
    x, state, step, optimizer, rate = run.point, run.state, run.step, run.optimizer, run.learning_rate
    # By the engine, so that a compiled run takes it compiled: its last bits are others.
    step_to(run, step + 1)
    run.oracle.step = step
    gradient = run.oracle.gradient(x) if isinstance(optimizer, GradientRule) else None
    facts = StepFacts(run.xp, run.oracle, x, state, step, rate, gradient, run.point, run.state)
    theirs = list(optimizer.explain(facts))
    ours = [Quantity("Point", "θ", r"\theta_{t-1}", x), *_of_the_problem(run, x, step)]
    if isinstance(run.oracle, ShapedOracle) and gradient is not None:
        ours += _on_the_way(run.oracle, x)
        if theirs and theirs[0].name == "Gradient":
            theirs[0] = theirs[0]._replace(formula=_told(run.oracle))
    elif gradient is not None and ours[-1].name == "Gradient":
        # The optimizer's part begins with the same gradient.
        ours.pop()
    return StepExplanation(step, x, run.point, rate, (*ours, *_of_the_rate(optimizer, rate), *theirs))


def _of_the_problem(run: Run, x: Array, step: int) -> tuple[Quantity, ...]:
    """Value and gradient as the step met them, with what they were made of."""
    if run.oracle.batches is None:
        return run.problem.explain(x)
    rows = run.oracle.batches.rows_of(step)
    return (
        Quantity("Mini-batch", "B", rf"B_t,\ |B_t| = {len(rows)}", rows),
        *run.problem.explain_batch(x, rows),
    )


def _on_the_way(oracle: ShapedOracle, x: Array) -> list[Quantity]:
    """What noise and clipping did to the gradient."""
    quantities = []
    gradient = oracle.observe(x)[1]
    noise = oracle.noise_like(gradient)
    if noise is not None and oracle.noise is not None:
        quantities.append(Quantity("Noise", "ξ", oracle.noise.formula, noise))
        if not oracle.clipping.none:
            quantities.append(Quantity("Noisy gradient", "∇f + ξ", r"\nabla f + \xi", gradient + noise))
    return quantities


def _told(oracle: ShapedOracle) -> str:
    """How the optimizer's gradient came from the problem's, in TeX."""
    noisy = r"\nabla f" if oracle.noise is None else r"\nabla f + \xi"
    if oracle.clipping.none:
        return rf"g_t = {noisy}"
    bound = oracle.clipping.value if oracle.clipping.value is not None else oracle.clipping.norm
    return rf"g_t = {oracle.clipping.formula},\ g = {noisy},\ c = {bound:g}"


def _of_the_rate(optimizer: Optimizer, rate: float) -> list[Quantity]:
    """The rate, with the formula of its schedule; nothing for methods without one."""
    schedule = schedule_of(optimizer)
    if schedule is not None:
        return [Quantity("Learning rate", "η", schedule.formula, rate)]
    return [Quantity("Learning rate", "η", r"\eta", rate)] if math.isfinite(rate) else []
