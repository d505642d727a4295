"""Six made-up descents of any length, as trajectories that grow and as plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["RUNS", "GrowingPath"]

RUNS = 6
TURNS = 10.0
NOISE = 0.12
"""Standard deviation of a step's place: a hundredth of the landscape's width, as with mini-batches."""


class GrowingPath:
    """A noisy spiral into the middle of a landscape and a noisy loss, of `length` steps and `room` more to come.

    The whole is computed at once, so that growing costs nothing but saying so; `trajectory` has published the first
    `length` rows of it.
    """

    def __init__(self, number: int, length: int, room: int, whole_radius: float = 5.0) -> None:
        from gdviz.runs.trajectory import Trajectory

        total = length + room
        generator = np.random.default_rng(number)
        share = np.arange(total) / length
        radius = whole_radius * np.exp(-3.0 * share)
        angle = 2 * np.pi * (TURNS * share + number / RUNS)
        self.trajectory = Trajectory(np.zeros(2), expected_steps=total - 1)
        # All rows at once: a trajectory that grows by doubling would need twice the memory for a moment.
        self._rows = self.trajectory.reserve(total)
        for axis, turned in enumerate((np.cos(angle), np.sin(angle))):
            turned *= radius
            turned += NOISE * generator.standard_normal(total)
            self._rows.points[:, axis] = turned
        np.exp(-8.0 * share, out=self._rows.values)
        self._rows.values[:] += 1e-6 + 0.01 * generator.random(total)
        self.trajectory.publish(length)

    @property
    def length(self) -> int:
        return len(self.trajectory)

    def grow(self, count: int) -> None:
        """Publish so many rows more; raises `RuntimeError` where there are none left."""
        if self.length + count > len(self._rows.values):
            raise RuntimeError("the path has no room to grow")
        self.trajectory.publish(count)

    def arrays(self) -> tuple[Any, Any, Any]:
        """x, y and log₁₀ of the loss, each of its own and as long as it will ever be."""
        x, y = (np.ascontiguousarray(self._rows.points[:, axis]) for axis in (0, 1))
        return x, y, np.log10(self._rows.values)
