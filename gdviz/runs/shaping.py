"""What lies between a problem's gradient and the one that an optimizer is told: noise, then clipping.

In this order because the noise stands for that of a measured gradient, and clipping guards a step against it.
"""

from __future__ import annotations

from gdviz.arrays import Array, namespace
from gdviz.oracle import Oracle
from gdviz.problems.base import Problem
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.noise import GradientNoise

__all__ = ["ShapedOracle", "oracle_for"]


class ShapedOracle(Oracle):
    """An oracle whose gradients are noisy or clipped. Values, Hessians, residuals, and what is recorded are not."""

    def __init__(
        self, problem: Problem, seed: int, batch_size: int | None, clipping: Clipping, noise: GradientNoise | None
    ) -> None:
        super().__init__(problem, seed, batch_size)
        self.clipping = clipping
        self.noise = noise
        self._seed = seed

    @property
    def steady(self) -> bool:
        return super().steady and self.noise is None

    def gradient(self, x: Array) -> Array:
        """∇f at `x (..., d)` with the noise of this step, clipped."""
        noisy = self.noisy(super().gradient(x))
        return self.clipping.clipped(namespace(noisy), noisy)

    def noisy(self, gradient: Array) -> Array:
        """`gradient (..., d)` with the noise of this step."""
        drawn = self.noise_like(gradient)
        return gradient if drawn is None else gradient + drawn

    def noise_like(self, gradient: Array) -> Array | None:
        """The noise `(d,)` of this step in the library, type and place of `gradient (..., d)`; None where there is
        none."""
        if self.noise is None:
            return None
        drawn = self.noise.drawn(self._seed, self.step, gradient.shape[-1])
        xp = namespace(gradient)
        device = getattr(gradient, "device", None)
        return xp.asarray(drawn, dtype=gradient.dtype, device=device)


def oracle_for(problem: Problem, config: RunConfig) -> Oracle:
    """The oracle of a run: a plain one where gradients reach the optimizer as they are."""
    if config.clipping.none and config.noise is None:
        return Oracle(problem, config.seed, config.batch_size)
    return ShapedOracle(problem, config.seed, config.batch_size, config.clipping, config.noise)
